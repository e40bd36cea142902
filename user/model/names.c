/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* names.c - the words of the machine-readable output. */
#include <stddef.h>

#include "user/model/model.h"

#define NAME_OF(table, value)                                                                      \
	((size_t)(value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : NULL)

const char *reason__name(enum reason r)
{
	static const char *const names[REASON_COUNT] = {
		[REASON_PREEMPTED] = "preempted", [REASON_YIELDED] = "yielded",
		[REASON_BLOCKED] = "blocked",	  [REASON_STOPPED] = "stopped",
		[REASON_EXITED] = "exited",	  [REASON_UNCLEAR] = "unclear",
	};

	return NAME_OF(names, r);
}

const char *mode__name(enum mode m)
{
	static const char *const names[MODE_COUNT] = {
		[MODE_USER] = "user", [MODE_KERNEL] = "kernel", [MODE_WAIT] = "wait"
	};

	return NAME_OF(names, m);
}

const char *cause__name(enum cause c)
{
	static const char *const names[CAUSE_COUNT] = {
		[CAUSE_SLICE] = "slice",	 [CAUSE_WAKEUP] = "wakeup",
		[CAUSE_CLASS] = "class",	 [CAUSE_MIGRATION] = "migration",
		[CAUSE_QUOTA] = "quota",	 [CAUSE_UNKNOWN] = "unknown",
	};

	return NAME_OF(names, c);
}

const char *waits_on__name(enum waits_on w)
{
	static const char *const names[WAITS_COUNT] = {
		[WAITS_FUTEX] = "futex", [WAITS_GIL] = "gil",	    [WAITS_SLEEP] = "sleep",
		[WAITS_TIMER] = "timer", [WAITS_EVENT] = "event",   [WAITS_PIPE] = "pipe",
		[WAITS_SOCKET] = "socket", [WAITS_POLL] = "poll",   [WAITS_FILE] = "file",
		[WAITS_TTY] = "tty",	 [WAITS_CHILD] = "child",   [WAITS_FAULT] = "fault",
		[WAITS_IO] = "io",	 [WAITS_LOCK] = "lock",	    [WAITS_IPC] = "ipc",
		[WAITS_SIGNAL] = "signal", [WAITS_OTHER] = "other",
	};

	return NAME_OF(names, w);
}

const char *thread_state__name(enum thread_state s)
{
	static const char *const names[STATE_COUNT] = {
		[STATE_UNKNOWN] = "unknown", [STATE_RUNNING] = "running",
		[STATE_RUNNABLE] = "runnable", [STATE_BLOCKED] = "blocked",
		[STATE_STOPPED] = "stopped", [STATE_DEAD] = "dead",
	};

	return NAME_OF(names, s);
}

const char *step_end__name(enum step_end e)
{
	static const char *const names[] = {
		[STEP_AWAIT] = "await",	      [STEP_YIELD] = "yield",
		[STEP_PREEMPTED] = "preempted", [STEP_FINISHED] = "finished",
		[STEP_FAILED] = "failed",     [STEP_CANCELLED] = "cancelled",
	};

	return NAME_OF(names, e);
}

/* Softirq vectors: include/linux/interrupt.h */
const char *irq__name(enum irq_kind kind, unsigned int vector)
{
	static const char *const soft[] = { "hi",      "timer",	  "net_tx", "net_rx",  "block",
					    "irq_poll", "tasklet", "sched",  "hrtimer", "rcu" };

	switch (kind) {
	case IRQ_NONE:
		return NULL;
	case IRQ_TIMER:
		return "timer";
	case IRQ_DEVICE:
		return "device";
	case IRQ_IPI:
		return "ipi";
	case IRQ_WORK:
		return "irq_work";
	case IRQ_SOFT:
		return NAME_OF(soft, vector) ? NAME_OF(soft, vector) : "softirq";
	}
	return "unknown";
}
