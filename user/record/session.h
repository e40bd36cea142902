/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * session.h - one recording: load the BPF programs, run the command, drain the rings into a
 * trace file, stop. Decides nothing about meaning.
 *
 * session__run() begins with privilege and ends without: once everything is loaded and
 * attached, the calling process takes the identity of the invoking user for good (when started
 * by sudo), and one small helper process ("keeper") keeps the few capabilities that are
 * needed later. Whatever runs after session__run() - symbols, drawing, pager - is the user.
 */
#ifndef TAKETURNS_SESSION_H
#define TAKETURNS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "user/trace/trace.h"

/* On whose behalf files are opened and the command is run. Plain data. */
struct identity {
	uid_t uid;
	gid_t gid;
	char name[64];	 /* login name, or "uid 1234" */
	char home[256];	 /* empty: unknown */
	char shell[256];
	bool switched; /* differs from the effective user of this process */
};

/* A failure: one line without program name, lower case, no full stop; and what to do. */
struct record_error {
	int status; /* exit status: 125 taketurns failed, 126 CMD cannot run, 127 CMD not found */
	char text[256];
	char hint[256]; /* empty: none */
};

/* Finds out whose rights to use. @user_name: -u NAME, or NULL; @keep_root: --keep-root.
 * Under sudo (effective uid 0, SUDO_UID and SUDO_GID strictly numeric and a known user) that is
 * the invoking user; also DOAS_USER and PKEXEC_UID; otherwise whoever runs this.
 * Returns 0; -EINVAL with @err (no such user; -u without root). */
int identity__find(struct identity *id, const char *user_name, bool keep_root,
		   struct record_error *err);

/* open(2) with @id's rights (also its groups), never following a symlink in the last
 * component. Returns an fd or -errno. Single-threaded callers only. */
int identity__open(const struct identity *id, const char *path, int flags, mode_t mode);

/* Gives up all privilege for good: groups, gids, uids, capabilities. Also sets HOME, USER,
 * LOGNAME and SHELL when @id->switched. Returns 0 or -errno; then the caller must exit. */
int identity__become(const struct identity *id);

struct session_opts {
	/* What to record; exactly one of argv, pids, tids, cgroup, all (argv may go with all). */
	char **argv; /* the command, NULL-terminated, or NULL */
	const pid_t *pids;
	size_t pid_count;
	const pid_t *tids;
	size_t tid_count;
	const char *cgroup; /* path below the cgroup2 mount, or an absolute path in it */
	bool all;

	const uint32_t *cpus; /* -C; count 0 = all */
	size_t cpu_count;
	uint64_t duration_ns; /* 0 = until the command ends, or SIGINT */
	uint64_t delay_ns;    /* recording begins this long after the command starts */
	size_t buffer_size;   /* per core, bytes; 0 = default; rounded up to a power of two */
	bool no_inherit;
	bool no_tasks;	/* leave the task runtimes' probes out */
	bool quiet;	/* no notes on standard error */
	const struct identity *identity;
	const char *version;
};

struct session_result {
	int exit_status; /* of the command as a shell says it; 0 when there was none */
	uint64_t lost;
	uint64_t hidden;
	uint64_t bytes;
	bool interrupted;     /* ended by SIGINT */
	bool write_failed;    /* disk full or the like: what was recorded stays readable */
	char write_error[128];
	uint32_t living;      /* descendants of the command that live on */
	char living_names[256]; /* "sleep (812), bash (813)", made harmless, cut with "..." */
};

/* Records into @fd (an empty regular file, open read-write) until the end. Forks the command,
 * and never kills it. Handles SIGINT (first: end and keep; second: exit at once with 130),
 * SIGTERM and SIGHUP like the first SIGINT. The trace in @fd is closed properly (complete).
 * Returns 0 with @res, or -errno with @err. */
int session__run(const struct session_opts *opts, int fd, struct session_result *res,
		 struct record_error *err);

/* doctor: one thing tried. */
struct check {
	const char *what;  /* "load the BPF programs" */
	bool ok;
	bool optional;	   /* recording works without it */
	char seen[160];	   /* what was found, one line */
	char mend[256];	   /* what to do when not ok */
};

/* Tries what this machine allows, by doing it; fills @checks, returns how many (<= @max). */
size_t session__checks(struct check *checks, size_t max);

#endif /* TAKETURNS_SESSION_H */
