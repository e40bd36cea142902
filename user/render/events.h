/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * events.h - the events of a trace that pass the view's filters, one by one, to a pen that writes
 * them in a format.
 */
#ifndef TAKETURNS_EVENTS_H
#define TAKETURNS_EVENTS_H

#include "user/render/view.h"

struct events {
	const struct view *view;
	FILE *out;
	void *user; /* the pen's */
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t origin_ns; /* the trace's start */
	uint32_t arch;
	bool outsiders; /* switches in which no traced thread takes part are shown */
	const struct event_pen *pen;
};

struct event_pen {
	void (*turn)(struct events *e, const struct turn *t);
	void (*wakeup)(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		       struct thread *by, enum irq_kind irq, unsigned int vector, uint32_t target);
	void (*migrate)(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
			uint32_t from, uint32_t to);
	void (*prio)(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		     const struct event_prio *change);
	/* @type: "fork" (a, b = parent, child), "exec" (text = file name), "rename" (text = old
	 * name), "exit" */
	void (*life)(struct events *e, const char *type, uint64_t ts, uint32_t cpu,
		     struct thread *a, struct thread *b, const char *text, uint32_t old_tid);
	void (*lost)(struct events *e, uint64_t since, uint64_t until, uint32_t cpu,
		     uint64_t count, bool hidden);
	/* @why: NULL but at the end of a step */
	void (*task)(struct events *e, uint64_t ts, uint32_t cpu, struct task *task,
		     struct thread *on, const char *op, const char *why);
};

/* Runs the model and calls @pen. Returns 0 or -errno with @err. */
int events__run(const struct view *v, const struct event_pen *pen, FILE *out, void *user,
		struct trace_error *err);

/* "other", "fifo", "rr", "batch", "idle", "deadline", "ext" */
const char *policy__name(unsigned int policy);

#endif /* TAKETURNS_EVENTS_H */
