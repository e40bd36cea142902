/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cmd.h - the commands, and what they share. */
#ifndef TAKETURNS_CMD_H
#define TAKETURNS_CMD_H

#include "user/lib/opts.h"
#include "user/record/session.h"
#include "user/render/view.h"

/* Exit statuses (docs/interface.md). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_BROKEN = 125 };

int cmd_demo(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_timeline(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#define DEFAULT_FILE "taketurns.data"

/* ---- viewing options (view_args.c) ---- */

struct view_args {
	struct view_opts opts;
	uint32_t *lists[3]; /* owned: cpus, pids, tids */
	uint64_t width;	    /* 0: find out */
	const char *color;
	bool ascii;
};

#define VIEW_OPTS 9 /* how many rows view_args__table() needs */

/* Fills in table rows that store into @a (which must stay where it is). */
void view_args__table(struct view_args *a, struct opt table[VIEW_OPTS]);

/* Decides width, colours and characters for @out. */
void view_args__settle(struct view_args *a, int out_fd);
void view_args__release(struct view_args *a);

/* Opens a trace for viewing, with a message on failure or for an unfinished one. NULL: failed. */
struct trace *open_trace(int fd, const char *name);

/* Renders @t with @r to standard output. Returns an exit status, having said what went wrong. */
int render_trace(struct trace *t, const struct renderer *r, const struct view_opts *opts,
		 FILE *out);

/* ---- recording (record_args.c) ---- */

struct record_args {
	struct session_opts session;
	uint32_t *lists[3];
	const char *output;
	const char *user;
	bool keep_root;
	bool force;
	struct identity identity;
};

#define RECORD_OPTS 24

void record_args__table(struct record_args *a, struct opt table[RECORD_OPTS]);
void record_args__release(struct record_args *a);

/* Checks that exactly one thing to record was named. 0, or -1 with @why. */
int record_args__check(struct record_args *a, char **command, char *why, size_t size);

/* Opens (or makes) the file to record into, with the user's rights; a message on failure. */
int open_output(const struct identity *id, const char *path, bool is_default, bool force);

/* An unnamed file for `run` and `demo`. */
int open_temporary(const struct identity *id);

/* Records into @fd and puts the symbols in. Returns 0; or an exit status, having said what went
 * wrong. Afterwards this process has the user's rights only. */
int record_to(struct record_args *a, int fd, struct session_result *res);

#endif /* TAKETURNS_CMD_H */
