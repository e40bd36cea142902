/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* record_args.c - the recording options, and recording into a file as run, record and demo do. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"
#include "user/lib/fmt.h"

static const char *set_list(const char *value, uint32_t highest, uint32_t **owned, uint32_t *count)
{
	free(*owned);
	if (parse__list(value, highest, owned, count))
		return "is not a list of numbers (like 1,2,5-7)";
	return NULL;
}

static const char *set_pids(void *to, const char *value)
{
	struct record_args *a = to;
	uint32_t count = 0;
	const char *wrong = set_list(value, INT32_MAX, &a->lists[0], &count);

	a->session.pids = (pid_t *)a->lists[0];
	a->session.pid_count = count;
	return wrong;
}

static const char *set_tids(void *to, const char *value)
{
	struct record_args *a = to;
	uint32_t count = 0;
	const char *wrong = set_list(value, INT32_MAX, &a->lists[1], &count);

	a->session.tids = (pid_t *)a->lists[1];
	a->session.tid_count = count;
	return wrong;
}

static const char *set_cpus(void *to, const char *value)
{
	struct record_args *a = to;
	uint32_t count = 0;
	const char *wrong = set_list(value, TRACE_CPU_MAX - 1, &a->lists[2], &count);
	long cores = sysconf(_SC_NPROCESSORS_CONF);

	a->session.cpus = a->lists[2];
	a->session.cpu_count = count;
	for (uint32_t i = 0; !wrong && i < count; i++)
		if (a->lists[2][i] >= (uint32_t)cores)
			wrong = "names a core that this machine does not have";
	return wrong;
}

static const char *set_size(void *to, const char *value)
{
	uint64_t bytes;

	if (parse__size(value, &bytes) || bytes < 4096 || bytes > 1u << 30)
		return "is not a size from 4K to 1G";
	*(size_t *)to = bytes;
	return NULL;
}

static const char *not_built(void *to, const char *value)
{
	(void)to;
	(void)value;
	return "is not supported by this version";
}

void record_args__table(struct record_args *a, struct opt table[RECORD_OPTS])
{
	static bool unused;
	struct session_opts *s = &a->session;
	const struct opt rows[] = {
		{ "pid", 'p', "PID,...", "processes that run already", set_pids, a },
		{ "tid", 't', "TID,...", "threads that run already", set_tids, a },
		{ "all-cpus", 'a', NULL, "everything on the machine", opt__flag, &s->all },
		{ "cgroup", 'G', "PATH", "the threads of a cgroup (v2)", opt__text, &s->cgroup },
		{ "cpu", 'C', "LIST", "only on these cores", set_cpus, a },
		{ "output", 'o', "FILE", "where to (" DEFAULT_FILE ")", opt__text, &a->output },
		{ "duration", 'd', "TIME", "end after this time", opt__duration, &s->duration_ns },
		{ "delay", 'D', "TIME", "begin this long after the command", opt__duration,
		  &s->delay_ns },
		{ "buffer-size", 'b', "SIZE", "ring per core (8M)", set_size, &s->buffer_size },
		{ "user", 'u', "NAME", "run the command as this user", opt__text, &a->user },
		{ "keep-root", 0, NULL, "run the command as root", opt__flag, &a->keep_root },
		{ "no-inherit", 0, NULL, "do not follow children", opt__flag, &s->no_inherit },
		{ "no-tasks", 0, NULL, "leave coroutine tasks out", opt__flag, &s->no_tasks },
		{ "no-python", 0, NULL, "leave Python out", opt__flag, &unused },
		{ "force", 0, NULL, "replace a file that is no trace", opt__flag, &a->force },
		{ "flight-recorder", 0, "SIZE", "(not yet)", not_built, NULL },
		{ "stacks", 0, NULL, "(not yet)", not_built, NULL },
		{ "registers", 0, NULL, "(not yet)", not_built, NULL },
		{ "watch", 0, "SYMBOL", "(not yet)", not_built, NULL },
		{ NULL, 0, NULL, NULL, NULL, NULL },
	};

	memcpy(table, rows, sizeof(rows));
}

void record_args__release(struct record_args *a)
{
	for (int i = 0; i < 3; i++)
		free(a->lists[i]);
}

/* ---- what to record ---- */

static bool is_kernel_thread(long pid)
{
	char path[64], buf[8];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, sizeof(buf));
	close(fd);
	if (n > 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/exe", pid); /* kernel threads have none */
	return readlink(path, buf, sizeof(buf)) < 0 && errno == ENOENT;
}

static int check_number(long nr, const char *what, char *why, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld", nr);
	if (access(path, F_OK))
		snprintf(why, size, "no %s with %s %ld", strcmp(what, "pid") ? "thread" : "process",
			 what, nr);
	else if (nr == getpid())
		snprintf(why, size, "%s %ld is taketurns itself", what, nr);
	else if (is_kernel_thread(nr))
		snprintf(why, size,
			 "%s %ld is a kernel thread: it has no program to follow (use -a)", what,
			 nr);
	else
		return 0;
	return -1;
}

int record_args__check(struct record_args *a, char **command, char *why, size_t size)
{
	struct session_opts *s = &a->session;
	int targets = !!s->pid_count + !!s->tid_count + !!s->cgroup + s->all;

	s->argv = command[0] ? command : NULL;
	if (s->argv && targets - s->all > 0) {
		snprintf(why, size, "a command and -p, -t or -G do not go together");
		return -1;
	}
	if (!s->argv && targets != 1) {
		snprintf(why, size, targets ? "only one of -p, -t, -G and -a" :
					      "what is to be recorded? a command, -p, -t, -G or -a");
		return -1;
	}
	for (size_t i = 0; i < s->pid_count; i++)
		if (check_number(s->pids[i], "pid", why, size))
			return -1;
	for (size_t i = 0; i < s->tid_count; i++)
		if (check_number(s->tids[i], "tid", why, size))
			return -1;
	return 0;
}

/* ---- where to ---- */

/* Empty, or a trace, finished or not. */
static bool is_trace(int fd, off_t size)
{
	struct trace_error err;
	struct trace *t;

	if (size == 0)
		return true;
	if (trace__open(fd, &t, &err))
		return false;
	trace__free(t);
	return true;
}

static int open_failed(const char *path, int err)
{
	if (err == -ELOOP)
		err__say("'%s' is a symbolic link: not followed", path);
	else
		err__say("cannot write '%s': %s", path, strerror(-err));
	return -1;
}

int open_output(const struct identity *id, const char *path, bool is_default, bool force)
{
	struct stat st;
	int fd = identity__open(id, path, O_RDWR | O_CREAT | O_NONBLOCK, 0666);

	(void)is_default;
	if (fd < 0)
		return open_failed(path, fd);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err__say("'%s' is not a regular file", path);
		close(fd);
		return -1;
	}
	if (!force && !is_trace(fd, st.st_size)) {
		err__say("'%s' is not a trace: not replaced", path);
		err__hint("choose another file with -o, or say --force");
		close(fd);
		return -1;
	}
	if (ftruncate(fd, 0)) {
		close(fd);
		return open_failed(path, -errno);
	}
	return fd;
}

int open_temporary(const struct identity *id)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	dir = dir && *dir == '/' ? dir : "/tmp";
	fd = identity__open(id, dir, O_RDWR | O_TMPFILE, 0600);
	if (fd < 0 && strcmp(dir, "/tmp") != 0)
		fd = identity__open(id, "/tmp", O_RDWR | O_TMPFILE, 0600);
	if (fd < 0)
		err__say("cannot make a temporary file in '%s': %s", dir, strerror(-fd));
	return fd;
}

/* ---- recording ---- */

static void tell(const struct session_result *res, const struct record_args *a)
{
	char count[FMT_SIZE];

	if (res->write_failed)
		err__say("writing the trace failed: %s: what was recorded before is kept",
			 res->write_error);
	if (res->lost)
		err__say("%s records were lost: the buffers were full (try a larger -b)",
			 fmt__count(count, res->lost));
	if (res->living && a->session.argv)
		err__say("still running, and left alone: %s", res->living_names);
}

static void put_symbols(int fd)
{
	struct trace_error err;
	struct trace *t;
	void *data;
	size_t size;

	if (trace__open(fd, &t, &err))
		return;
	if (symbol__resolve(t, &data, &size, &err) == 0) {
		trace_file__put_section(fd, SYMBOL_SECTION, data, size);
		free(data);
	}
	trace__free(t);
}

int record_to(struct record_args *a, int fd, struct session_result *res)
{
	struct record_error err = { .status = EXIT_BROKEN };

	a->session.identity = &a->identity;
	a->session.version = TT_VERSION;
	if (a->identity.switched && a->session.argv)
		err__say("running the command as %s", a->identity.name);
	if (session__run(&a->session, fd, res, &err)) {
		err__say("%s", err.text);
		err__hint(err.hint);
		return err.status ? err.status : EXIT_BROKEN;
	}
	tell(res, a);
	if (!res->write_failed)
		put_symbols(fd);
	return 0;
}
