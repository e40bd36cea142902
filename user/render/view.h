/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * view.h - what every view shares: an open trace with its symbols, and the viewing options.
 *
 * A renderer is one file with one `const struct renderer`, and one line in the table of
 * render.c. It runs the model over the trace with its own sink and writes to @out.
 */
#ifndef TAKETURNS_VIEW_H
#define TAKETURNS_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "user/model/model.h"
#include "user/model/stats.h"
#include "user/symbol/symbol.h"
#include "user/trace/trace.h"

enum view_rows { ROWS_CORE = 0, ROWS_THREAD, ROWS_TASK, ROWS_PROCESS };

/* Lists are NULL-free arrays with a count; an empty list selects everything. */
struct view_opts {
	bool has_time;
	uint64_t from_ns; /* from the start of the trace */
	uint64_t to_ns;
	const uint32_t *cpus;
	uint32_t cpu_count;
	const uint32_t *pids;
	uint32_t pid_count;
	const uint32_t *tids;
	uint32_t tid_count;
	const char *comm; /* glob (fnmatch), NULL all */
	enum view_rows rows;
	unsigned int width; /* columns, already resolved: at least 40 */
	bool color;	    /* already resolved: use ANSI SGR */
	bool ascii;	    /* already resolved: only 7-bit characters */
};

struct view {
	struct trace *trace;
	struct symbol_table *symbols;
	const struct view_opts *opts;
};

struct renderer {
	const char *name;   /* "timeline-text", "events-ndjson", "stats-json", ... */
	const char *command; /* the command that offers it: "timeline", "events", "stats", "export" */
	const char *format; /* the word after -f */
	const char *help;
	/* Writes the whole view. Returns 0; -errno with @err (damaged trace, no memory). Write
	 * errors on @out are the caller's to check (ferror). */
	int (*render)(const struct view *view, FILE *out, struct trace_error *err);
};

/* NULL if there is none. The first of a command is its default (format NULL). */
const struct renderer *renderer__find(const char *command, const char *format);
/* All of them, ended by NULL. */
extern const struct renderer *const renderers[];

/* Does a thread pass the -p, -t and --comm filters? */
bool view__wants_thread(const struct view *v, const struct thread *t);
bool view__wants_cpu(const struct view *v, uint32_t cpu);

/* Runs a fresh model over the whole trace into @sink, and finishes it; *@out gets the model
 * (model__free) unless NULL. The window --time is the sink's business.
 * Returns 0 or -errno with @err. */
int view__run(const struct view *v, const struct model_sink *sink, struct model **out,
	      struct trace_error *err);

/* Is there any filter by thread? */
bool view__has_filter(const struct view *v);

/* The part of the trace that --time selects, absolute, half-open. */
void view__window(const struct view *v, uint64_t *from_ns, uint64_t *to_ns);

/* Runs the model into a statistics collector, with the view's window and filters. On success
 * the caller frees both (stats_sink__free, model__free). */
int view__stats(const struct view *v, struct stats_sink **sink, struct model **model,
		struct trace_error *err);

/* "ucontext"; "unknown" for a number that is not in this version's table. */
const char *view__runtime_name(uint16_t runtime);

/* "worker#3": the entry function where it is known, and the task's number in the trace. */
void view__task_name(const struct view *v, const struct task *task, char *buf, size_t size);

#endif /* TAKETURNS_VIEW_H */
