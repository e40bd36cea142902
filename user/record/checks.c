/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* checks.c - doctor's questions, each answered by trying (session.h). */
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/record/machine.h"
#include "user/record/maps.h"
#include "user/record/programs.h"
#include "user/record/session.h"
#include "user/record/tasks.h"

struct list {
	struct check *checks;
	size_t count;
	size_t max;
};

static void add(struct list *l, const char *what, bool ok, bool optional, const char *seen,
		const char *mend)
{
	struct check *c;

	if (l->count == l->max)
		return;
	c = &l->checks[l->count++];
	c->what = what;
	c->ok = ok;
	c->optional = optional;
	snprintf(c->seen, sizeof(c->seen), "%.159s", seen);
	snprintf(c->mend, sizeof(c->mend), "%.255s", ok ? "" : mend);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static void check_machine(struct list *l, const struct machine *m)
{
	char seen[320];

	snprintf(seen, sizeof(seen), "%s %s, %u cores, preemption %s, HZ %u, virtual: %s", m->kernel,
		 m->arch, m->online, m->preemption, m->hz, m->host_virtual);
	add(l, "this machine", true, false, seen, "");
	add(l, "kernel type information (BTF)", access("/sys/kernel/btf/vmlinux", R_OK) == 0, false,
	    "/sys/kernel/btf/vmlinux", "use a kernel built with CONFIG_DEBUG_INFO_BTF=y");
	add(l, "privilege", geteuid() == 0, true, geteuid() == 0 ? "root" : "not root",
	    "run it with sudo, or: sudo setcap cap_bpf,cap_perfmon+ep taketurns");
}

static void check_features(struct list *l, uint32_t features)
{
	add(l, "why a thread was pre-empted", features & TRACE_HAS_RESCHED, true,
	    "sched_set_need_resched tracepoint",
	    "kernels before 6.17 lack it: 'slice' is then reported as 'unknown'");
	add(l, "yields told from pre-emptions", features & TRACE_HAS_STACK, true,
	    "kernel symbols in /proc/kallsyms",
	    "run as root, or set kernel.kptr_restrict=0: else yields are 'unclear'");
	add(l, "wakings by interrupts", features & TRACE_HAS_IRQ, true, "irq tracepoints",
	    "without them, who woke a thread is not told in interrupts");
}

/* A hundred switches of our own must come by. */
static bool sees_switches(struct programs *p, uint32_t cpus)
{
	uint32_t before = 0, after = 0;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		before += programs__core(p, cpu)->records;
		programs__core(p, cpu)->on = 1;
	}
	for (int i = 0; i < 100; i++)
		usleep(100);
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		programs__core(p, cpu)->on = 0;
		after += programs__core(p, cpu)->records;
	}
	return after - before >= 100;
}

static void check_programs(struct list *l, const struct machine *m)
{
	struct programs_opts opts = { .cpus = m->cpus, .buffer_size = 1 << 16, .inherit = true };
	struct programs *p = NULL;
	struct tasks *tasks;
	char why[160] = "loaded";
	int err = programs__load(&opts, &p, why, sizeof(why));

	add(l, "load the BPF programs", !err, false, why,
	    err == -EPERM ? "run it with sudo" : "see the message; is the kernel 5.18 or newer?");
	if (err)
		return;
	err = programs__attach(p, why, sizeof(why));
	add(l, "attach them to the scheduler", !err, false, err ? why : "attached",
	    "is BPF tracing locked down? (cat /sys/kernel/security/lockdown)");
	if (!err) {
		bool seen = sees_switches(p, m->cpus);

		add(l, "see this program's own switches", seen, false,
		    seen ? "100 of 100" : "fewer than made", "report this, with 'uname -a'");
		check_features(l, programs__features(p));
		tasks = tasks__attach(p);
		add(l, "coroutine tasks (uprobes)", tasks != NULL, true,
		    tasks ? "ucontext in libc" : "cannot attach", "task rows will be missing");
		tasks__free(tasks);
	}
	programs__free(p);
}

size_t session__checks(struct check *checks, size_t max)
{
	struct list l = { checks, 0, max };
	struct sched_param param = { .sched_priority = 1 };
	struct sideband *side = NULL;
	struct machine m;
	bool ok;

	libbpf_set_print(quiet);
	machine__read(&m);
	check_machine(&l, &m);
	check_programs(&l, &m);
	ok = sideband__open(m.cpus, &side) == 0;
	sideband__free(side);
	add(&l, "function names (perf events)", ok, true, ok ? "mappings are told" : "not permitted",
	    "needs CAP_PERFMON or kernel.perf_event_paranoid=-1: else addresses only");
	ok = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) == 0;
	param.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &param);
	add(&l, "real-time priority for the recorder", ok, true, ok ? "permitted" : "not permitted",
	    "needs CAP_SYS_NICE (and rt_runtime in its cgroup): else records may be lost");
	return l.count;
}
