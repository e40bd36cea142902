/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * session.c - one recording from beginning to end (see session.h).
 *
 *   prepare   load and attach everything, fork keeper and command      privileged
 *   become    real-time priority, then the user's identity for good
 *   begin     clocks, trace file, cores on, walk, let the command go   the user
 *   loop      drain by the clock; until the command ends, time, SIGINT
 *   end       last counters, cores off, last drain, close the file
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/record/cgroup.h"
#include "user/record/child.h"
#include "user/record/drain.h"
#include "user/record/keeper.h"
#include "user/record/living.h"
#include "user/record/machine.h"
#include "user/record/maps.h"
#include "user/record/programs.h"
#include "user/record/session.h"
#include "user/record/tasks.h"

#define DEFAULT_BUFFER (8u << 20)
#define DRAIN_NS       100000000ull /* how often the rings are looked at */
#define FLUSH_NS       1000000000ull /* how much a crash may lose */
#define GRACE_NS       300000000ull /* for the command to end after SIGINT */
#define LAST_SWITCH_NS 250000000ull /* for the last switches after the command has ended */

enum session_state { WAITING, RECORDING, GRACE, OVER };

struct session {
	const struct session_opts *opts;
	struct machine machine;
	struct programs *programs;
	struct sideband *sideband;
	struct tasks *tasks;
	struct keeper keeper;
	struct child child;
	struct trace_writer *writer;
	struct drain *drain;
	enum session_state state;
	int fd;
	int signals;
	int timer;
	int epoll;
	sigset_t old_mask;
	uint64_t begin_ns;
	uint64_t grace_ns; /* when the grace is over */
	uint64_t flushed_ns;
	bool released;
	bool child_ended;
	int child_status;
	bool interrupted;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static int fail(struct record_error *err, int code, const char *text, const char *hint)
{
	err->status = 125;
	snprintf(err->text, sizeof(err->text), "%s", text);
	snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
	return code;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static size_t ring_size(size_t wanted)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	while (size < wanted && size < (1u << 30))
		size *= 2;
	return size;
}

/* ---- prepare: privileged ---- */

static int find_cgroup(const struct session_opts *o, uint64_t *id, struct record_error *err)
{
	char text[256];
	int code;

	if (!o->cgroup)
		return 0;
	code = cgroup__id(o->cgroup, id);
	if (!code)
		return 0;
	snprintf(text, sizeof(text), "no such cgroup: '%.160s'%s", o->cgroup,
		 code == -ENOTDIR ? " (not a directory of a cgroup2 file system)" :
		 code == -ENODEV  ? " (no cgroup2 file system is mounted)" :
				    "");
	return fail(err, code, text, NULL);
}

static int load(struct session *s, struct record_error *err)
{
	struct programs_opts opts = {
		.cpus = s->machine.cpus,
		.buffer_size = ring_size(s->opts->buffer_size ? s->opts->buffer_size : DEFAULT_BUFFER),
		.all = s->opts->all,
		.inherit = !s->opts->no_inherit,
	};
	char why[160];
	int code;

	code = find_cgroup(s->opts, &opts.cgroup_id, err);
	if (code)
		return code;
	libbpf_set_print(quiet);
	code = programs__load(&opts, &s->programs, why, sizeof(why));
	if (!code)
		code = programs__attach(s->programs, why, sizeof(why));
	if (code == -EPERM || code == -EACCES)
		return fail(err, -EPERM, why,
			    "run it with sudo, or give the program two capabilities: "
			    "sudo setcap cap_bpf,cap_perfmon+ep taketurns");
	if (code == -ENOENT)
		return fail(err, code, why,
			    "it needs a kernel built with CONFIG_DEBUG_INFO_BTF=y; "
			    "'taketurns doctor' says more");
	return code ? fail(err, code, why, "'taketurns doctor' tries each part") : 0;
}

static int add_targets(struct session *s, struct record_error *err)
{
	const struct session_opts *o = s->opts;
	int code = 0;

	for (size_t i = 0; i < o->pid_count && !code; i++)
		code = programs__target(s->programs, (uint32_t)o->pids[i]);
	for (size_t i = 0; i < o->tid_count && !code; i++)
		code = programs__target(s->programs, (uint32_t)o->tids[i]);
	if (o->argv && !code)
		code = programs__target(s->programs, (uint32_t)s->child.pid);
	return code ? fail(err, code, "too many processes or threads to follow", NULL) : 0;
}

static int watch(struct session *s, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static int open_events(struct session *s)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &s->old_mask);
	s->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->signals < 0 || s->timer < 0 || s->epoll < 0)
		return -errno;
	return watch(s, s->signals) || watch(s, s->timer) ? -errno : 0;
}

static int prepare(struct session *s, struct record_error *err)
{
	int code;

	machine__read(&s->machine);
	code = load(s, err);
	if (code)
		return code;
	if (sideband__open(s->machine.cpus, &s->sideband))
		s->sideband = NULL; /* no symbols then: addresses remain */
	if (!s->opts->no_tasks)
		s->tasks = tasks__attach(s->programs);
	code = open_events(s);
	if (!code)
		code = keeper__start(&s->keeper, s->programs);
	if (!code && s->opts->argv)
		code = child__fork(&s->child, s->opts->argv, s->opts->identity);
	if (code)
		return fail(err, code, strerror(-code), NULL);
	return add_targets(s, err);
}

/* The drain must not be kept from its work by what it watches (see docs/design.md). Children
 * do not inherit it. Not permitted in some cgroups and without privilege: then without. */
static void raise_priority(void)
{
	struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

static void lower_priority(void)
{
	struct sched_param param = { .sched_priority = 0 };
	int policy = sched_getscheduler(0);

	if ((policy & ~SCHED_RESET_ON_FORK) == SCHED_FIFO)
		sched_setscheduler(0, SCHED_OTHER | (policy & SCHED_RESET_ON_FORK), &param);
}

/* ---- begin: as the user ---- */

static bool records_cpu(const struct session *s, uint32_t cpu)
{
	if (!s->opts->cpu_count)
		return true;
	for (size_t i = 0; i < s->opts->cpu_count; i++)
		if (s->opts->cpus[i] == cpu)
			return true;
	return false;
}

static void describe_target(const struct session_opts *o, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	if (o->all)
		snprintf(buf, size, "all threads");
	else if (o->cgroup)
		snprintf(buf, size, "cgroup %s", o->cgroup);
	for (size_t i = 0; i < o->pid_count && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%d", i ? "," : "pid ", o->pids[i]);
	for (size_t i = 0; i < o->tid_count && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%d", i ? "," : "tid ", o->tids[i]);
}

static void fill_info(const struct session *s, struct trace_info *info, char *target, size_t size)
{
	const struct session_opts *o = s->opts;

	memset(info, 0, sizeof(*info));
	describe_target(o, target, size);
	info->argv = o->argv;
	info->target = target[0] ? target : NULL;
	info->kernel = s->machine.kernel;
	info->machine = s->machine.arch;
	info->host_virtual = s->machine.host_virtual;
	info->preemption = s->machine.preemption;
	info->user = o->identity->name;
	info->version = o->version;
	info->cpus = s->machine.cpus;
	info->online = s->machine.online;
	info->hz = s->machine.hz;
	info->base_slice_ns = s->machine.base_slice_ns;
	info->arch = s->machine.elf_machine;
	info->flags = programs__features(s->programs);
	info->flags |= o->all ? TRACE_ALL_CPUS : 0;
	info->flags |= o->cpu_count ? TRACE_PARTIAL : 0;
	info->flags |= !o->argv || o->delay_ns ? TRACE_ATTACHED : 0;
	for (uint32_t cpu = 0; cpu < s->machine.cpus; cpu++)
		if (records_cpu(s, cpu))
			info->cpu_mask[cpu / 64] |= 1ull << (cpu % 64);
	info->start_mono_ns = now_ns(CLOCK_MONOTONIC);
	info->start_boot_ns = now_ns(CLOCK_BOOTTIME);
	info->start_real_ns = now_ns(CLOCK_REALTIME);
}

static int open_trace(struct session *s)
{
	struct trace_info *info = malloc(sizeof(*info));
	char target[512];
	int err;

	if (!info)
		return -ENOMEM;
	fill_info(s, info, target, sizeof(target));
	s->begin_ns = s->flushed_ns = info->start_mono_ns;
	err = trace_writer__new(s->fd, info, &s->writer);
	free(info);
	if (err)
		return err;
	err = drain__new(&s->drain, s->programs, s->machine.cpus, s->sideband, s->writer,
			 s->opts->all);
	if (err)
		return err;
	if (s->opts->argv)
		drain__watch(s->drain, (uint32_t)s->child.pid);
	return watch(s, drain__epoll_fd(s->drain));
}

static void read_maps(void *ctx, uint32_t pid)
{
	struct session *s = ctx;

	maps__read_proc((pid_t)pid, s->begin_ns, drain__map, s->drain);
}

/* Marks what exists already. Threads born during a walk are caught by the next one. */
static void walk(struct session *s)
{
	const struct session_opts *o = s->opts;
	enum walk_kind kind = o->all ? WALK_ALL :
			      o->cgroup ? WALK_CGROUP :
			      o->tid_count ? WALK_TIDS :
			      o->argv && o->delay_ns && !o->no_inherit ? WALK_TREE :
									  WALK_PIDS;

	for (int i = 0; i < PROGRAMS_WALKS - 1; i++)
		if (programs__walk(s->programs, kind) <= 0)
			break;
	drain__run(s->drain);
	drain__new_processes(s->drain, read_maps, s);
}

static void set_timer(struct session *s, uint64_t first_ns, uint64_t every_ns)
{
	struct itimerspec t = {
		.it_value = { (time_t)(first_ns / 1000000000), (long)(first_ns % 1000000000) },
		.it_interval = { (time_t)(every_ns / 1000000000), (long)(every_ns % 1000000000) },
	};

	timerfd_settime(s->timer, 0, &t, NULL);
}

static int release(struct session *s, struct record_error *err)
{
	int code;

	if (!s->opts->argv || s->released)
		return 0;
	s->released = true;
	code = child__release(&s->child);
	if (code)
		child__explain(-code, s->opts->argv[0], err);
	return code;
}

static int begin(struct session *s, struct record_error *err)
{
	int code = open_trace(s);

	if (code)
		return fail(err, code, strerror(-code), NULL);
	for (uint32_t cpu = 0; cpu < s->machine.cpus; cpu++)
		programs__core(s->programs, cpu)->on = records_cpu(s, cpu);
	walk(s);
	keeper__begin(&s->keeper);
	s->state = RECORDING;
	set_timer(s, DRAIN_NS, DRAIN_NS);
	return release(s, err);
}

/* ---- loop ---- */

static void on_child(struct session *s)
{
	int status;

	if (!s->opts->argv || s->child_ended)
		return;
	if (waitpid(s->child.pid, &status, WNOHANG) != s->child.pid)
		return;
	s->child_ended = true;
	s->child_status = child__status(status);
	s->state = OVER;
}

static void on_interrupt(struct session *s)
{
	if (s->interrupted)
		_exit(130); /* the second one: at once; the keeper ends by itself */
	s->interrupted = true;
	if (s->opts->argv && !s->child_ended && s->state == RECORDING) {
		s->state = GRACE;
		s->grace_ns = now_ns(CLOCK_MONOTONIC) + GRACE_NS;
	} else {
		s->state = OVER;
	}
}

static void on_signals(struct session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			on_child(s);
		else
			on_interrupt(s);
	}
}

static void on_clock(struct session *s)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC);
	uint64_t ticks;

	while (read(s->timer, &ticks, sizeof(ticks)) > 0)
		;
	if (s->state == RECORDING && s->opts->duration_ns &&
	    now - s->begin_ns >= s->opts->duration_ns)
		s->state = OVER;
	if (s->state == GRACE && now >= s->grace_ns)
		s->state = OVER;
	if (now - s->flushed_ns >= FLUSH_NS) {
		trace_writer__flush(s->writer);
		s->flushed_ns = now;
	}
}

/* Milliseconds until the recording's time is over, for a finer end than the drain's clock. */
static int time_left_ms(const struct session *s)
{
	uint64_t passed = now_ns(CLOCK_MONOTONIC) - s->begin_ns;

	if (s->state != RECORDING || !s->opts->duration_ns)
		return -1;
	if (passed >= s->opts->duration_ns)
		return 0;
	passed = (s->opts->duration_ns - passed + 999999) / 1000000;
	return passed > 1000000 ? 1000000 : (int)passed;
}

static void wait_once(struct session *s)
{
	struct epoll_event events[4];
	int n = epoll_wait(s->epoll, events, 4, time_left_ms(s));

	for (int i = 0; i < n; i++)
		if (events[i].data.fd == s->signals)
			on_signals(s);
	on_clock(s);
	drain__run(s->drain);
}

/* -D: the command runs unrecorded; only signals and the clock are looked at. */
static int wait_delay(struct session *s, struct record_error *err)
{
	struct epoll_event event;
	uint64_t ticks;
	int code = release(s, err);

	if (code)
		return code;
	set_timer(s, s->opts->delay_ns, 0);
	while (s->state == WAITING) {
		if (epoll_wait(s->epoll, &event, 1, -1) < 1)
			continue;
		if (event.data.fd == s->signals)
			on_signals(s);
		else if (read(s->timer, &ticks, sizeof(ticks)) > 0)
			return 0;
	}
	return 0;
}

/* ---- end ---- */

/* A process can be waited for a moment before its last switch: let the last ones come by. */
static void await_last_switches(struct session *s)
{
	uint64_t from = now_ns(CLOCK_MONOTONIC), now = from;
	struct timespec ms = { 0, 1000000 };

	while (s->child_ended && now - from < LAST_SWITCH_NS) {
		drain__run(s->drain);
		if (!drain__open_threads(s->drain))
			break;
		if (drain__has_ended(s->drain) && now - from > 10 * 1000000ull)
			break; /* descendants live on */
		nanosleep(&ms, NULL);
		now = now_ns(CLOCK_MONOTONIC);
	}
}

static void end(struct session *s, struct session_result *res)
{
	struct trace_end *e = calloc(1, sizeof(*e));
	int err;

	await_last_switches(s);
	programs__walk(s->programs, WALK_CLOSE);
	for (uint32_t cpu = 0; cpu < s->machine.cpus; cpu++)
		programs__core(s->programs, cpu)->on = 0;
	res->interrupted = s->interrupted;
	drain__run(s->drain);
	if (!e)
		return;
	e->end_mono_ns = now_ns(CLOCK_MONOTONIC);
	drain__finish(s->drain, e->end_mono_ns, &e->lost, &e->hidden);
	e->exit_status = s->child_ended ? s->child_status : -1;
	e->program_count = keeper__end(&s->keeper, e->programs, 32);
	e->tracer_cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	err = drain__error(s->drain);
	if (!err)
		err = trace_writer__close(s->writer, e);
	res->write_failed = err != 0;
	snprintf(res->write_error, sizeof(res->write_error), "%s", err ? strerror(-err) : "");
	res->lost = e->lost;
	res->hidden = e->hidden;
	res->bytes = trace_writer__bytes(s->writer);
	free(e);
	if (s->opts->argv)
		drain__each_process(s->drain, living__name, res);
}

/* The command outlives a recording that -d or SIGINT ended; its status is not known then. */
static int final_status(struct session *s)
{
	int status;

	if (!s->opts->argv)
		return 0;
	if (!s->child_ended && waitpid(s->child.pid, &status, WNOHANG) == s->child.pid) {
		s->child_ended = true;
		s->child_status = child__status(status);
	}
	if (s->child_ended)
		return s->child_status;
	return s->interrupted ? 130 : 0;
}

static void release_all(struct session *s)
{
	drain__free(s->drain);
	trace_writer__free(s->writer);
	tasks__free(s->tasks);
	sideband__free(s->sideband);
	programs__free(s->programs);
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->timer >= 0)
		close(s->timer);
	if (s->signals >= 0) {
		close(s->signals);
		sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	}
}

int session__run(const struct session_opts *opts, int fd, struct session_result *res,
		 struct record_error *err)
{
	struct session s = { .opts = opts, .fd = fd, .signals = -1, .timer = -1, .epoll = -1 };
	int code;

	memset(res, 0, sizeof(*res));
	code = prepare(&s, err);
	if (code)
		goto out;
	raise_priority();
	code = identity__become(opts->identity);
	if (code) {
		fail(err, code, "cannot give up root's rights", NULL);
		goto out;
	}
	if (opts->delay_ns)
		code = wait_delay(&s, err);
	if (!code && !s.interrupted)
		code = begin(&s, err);
	if (code)
		goto out;
	while (s.state == RECORDING || s.state == GRACE)
		wait_once(&s);
	end(&s, res);
	res->exit_status = final_status(&s);
out:
	lower_priority();
	release_all(&s);
	return code;
}
