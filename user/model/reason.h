/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * reason.h - who decided a switch: a pure function of what the kernel showed.
 *
 * The kernel counts each switch as voluntary (nvcsw) or not (nivcsw) before the tracepoint runs;
 * that decides. A yield is involuntary to the kernel; only being called from sched_yield tells
 * it apart. What cannot be established is `unclear`, never guessed. docs/design.md says more.
 */
#ifndef TAKETURNS_REASON_H
#define TAKETURNS_REASON_H

#include "user/model/model.h"

/* What the model knows besides the record itself. */
struct reason_context {
	uint32_t arch;
	bool has_resched;	  /* TRACE_HAS_RESCHED */
	bool next_is_idle;
	bool next_is_stopper;	  /* migration/N: the kernel's own hand for moving threads */
	bool next_was_woken_here; /* made runnable on this core in this slice, and runs now */
	const struct event_sched *prev;
	const struct event_sched *next;
};

struct decision {
	enum reason reason;
	enum mode mode;
	enum cause cause;
	enum waits_on waits_on;
};

struct decision reason__decide(const struct event_switch *ev, const struct reason_context *ctx);

/* What a thread that blocked in this system call waits for. */
enum waits_on waits_on__decide(const struct event_switch *ev, uint32_t arch);

#endif /* TAKETURNS_REASON_H */
