/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * core.h - what the BPF programs and the recorder share besides records: the slot of one core
 * (the map `cores`, mapped by the recorder), and the codes of their settings.
 *
 * A slot is written by that core's own programs unless a line says otherwise.
 */
#ifndef TAKETURNS_CORE_H
#define TAKETURNS_CORE_H

#include "bpf/event.h"

struct core {
	/* the recorder writes these */
	ev_u32 on;	/* 1: record this core */
	ev_u32 call_at; /* bytes in the ring at which the reader is called */
	ev_u32 called;	/* set here, cleared by the reader when it has come */

	/* the thread that runs now; id 0 with `known` set: idle */
	ev_u32 id;
	ev_u64 since;	    /* when it came, ns */
	ev_u64 task;	    /* its task_struct's address */
	ev_u64 nvcsw;	    /* its counters when it came */
	ev_u64 nivcsw;
	ev_u64 nr_switches; /* the run queue's count when it came */
	ev_s32 prio;	    /* its priority and policy when it came */
	ev_u32 policy;
	ev_u8 known;	    /* the above is filled in */
	ev_u8 traced;

	/* why it may have to go */
	ev_u8 resched;	    /* enum resched_kind; written under the run queue's lock */
	ev_u8 raced;	    /* a waking met it here; any core may set it */
	ev_u32 resched_by;  /* id of the thread whose wakeup asked */

	/* what goes on in this core's kernel just now */
	ev_u32 asked;	    /* core number + 1 whose reschedule was asked for last */
	ev_u32 newborn;	    /* id of the new thread being made runnable */
	ev_u8 irq;	    /* enum irq_kind of the interrupt being served, 0 none */
	ev_u8 irq_vector;
	ev_u8 soft;	    /* softirq vector + 1, 0 none */
	ev_u8 reserved;

	/* records */
	ev_u32 records;
	ev_u64 lost;	    /* refused since the last EVENT_LOST */
	ev_u64 lost_since;
	ev_u64 lost_total;
	ev_u64 hidden_total;
};

/* What the argument of a system call says. */
enum syscall_class {
	SYSCALL_PLAIN = 0,
	SYSCALL_FD = 1,	   /* first argument is a descriptor */
	SYSCALL_ADDR = 2,  /* first argument is kept (futex address) */
	SYSCALL_ARG1 = 3,  /* first argument is kept (select: how many) */
	SYSCALL_ARG2 = 4,  /* second argument is kept (poll: how many; fcntl: command), and fd */
	SYSCALL_YIELD = 5,
};
/* Kernel text, [from, to). */
struct text_range {
	ev_u64 from;
	ev_u64 to;
};
#define EXIT_RANGES 6

/* What the walk looks for; written by the recorder before it reads the iterator. */
enum walk_kind {
	WALK_PIDS = 1,	 /* processes in `targets` */
	WALK_TIDS = 2,	 /* threads in `targets` */
	WALK_TREE = 3,	 /* as pids, and all descendants */
	WALK_CGROUP = 4, /* threads in cgroup_id or below */
	WALK_ALL = 5,
	WALK_CLOSE = 6, /* read the last counters of all traced threads */
};
#endif /* TAKETURNS_CORE_H */
