/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * model.h - from records to meaning: who ran where, who decided each switch, who waited.
 *
 * Pure: no I/O, no globals, no clock. Feed it the records of a recording in time order
 * (from a file or live from the rings); it calls the sink with what they mean. Every view
 * and export is a sink; none looks at raw records.
 *
 * Words: a *slice* is a thread's stay on a core; a *step* is a task's (coroutine's) stay on
 * a thread. Times are ns, CLOCK_MONOTONIC; intervals are half-open [from, to).
 */
#ifndef TAKETURNS_MODEL_H
#define TAKETURNS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

/* Why a thread left its core. Names for output: reason__name(). */
enum reason {
	REASON_NONE = 0, /* prev is the idle thread: not a switch of a thread */
	REASON_PREEMPTED,
	REASON_YIELDED,
	REASON_BLOCKED,
	REASON_STOPPED,
	REASON_EXITED,
	REASON_UNCLEAR,
	REASON_COUNT
};

enum mode { MODE_NONE = 0, MODE_USER, MODE_KERNEL, MODE_WAIT, MODE_COUNT };

enum cause {
	CAUSE_NONE = 0, /* not pre-empted */
	CAUSE_SLICE,
	CAUSE_WAKEUP,
	CAUSE_CLASS,
	CAUSE_MIGRATION,
	CAUSE_QUOTA,
	CAUSE_UNKNOWN,
	CAUSE_COUNT
};

enum waits_on {
	WAITS_NONE = 0, /* not blocked */
	WAITS_FUTEX,
	WAITS_GIL,
	WAITS_SLEEP,
	WAITS_TIMER,
	WAITS_EVENT,
	WAITS_PIPE,
	WAITS_SOCKET,
	WAITS_POLL,
	WAITS_FILE,
	WAITS_TTY,
	WAITS_CHILD,
	WAITS_FAULT,
	WAITS_IO,
	WAITS_LOCK,
	WAITS_IPC,
	WAITS_SIGNAL,
	WAITS_OTHER,
	WAITS_COUNT
};

enum thread_state {
	STATE_UNKNOWN = 0, /* hidden or lost switches, or not seen yet */
	STATE_RUNNING,	   /* on a core */
	STATE_RUNNABLE,	   /* could run, waits for a core */
	STATE_BLOCKED,
	STATE_STOPPED,
	STATE_DEAD,
	STATE_COUNT
};

/* The words of the machine-readable output: "preempted", "user", "slice", "futex", "running". */
const char *reason__name(enum reason r);
const char *mode__name(enum mode m);   /* NULL for MODE_NONE */
const char *cause__name(enum cause c); /* NULL for CAUSE_NONE */
const char *waits_on__name(enum waits_on w); /* NULL for WAITS_NONE */
const char *thread_state__name(enum thread_state s);
const char *irq__name(enum irq_kind kind, unsigned int vector); /* "timer", "net_rx", "irq 14" style */
/* Name of a native system call of @arch (ELF e_machine), NULL if not in the table. */
const char *syscall__name(uint32_t arch, int nr);

/* A thread of the recording; owned by the model, lives until model__free(). */
struct thread {
	uint32_t id; /* unique in the trace; 0 = idle */
	uint32_t tid;
	uint32_t pid;
	uint32_t parent; /* id of its creator, 0 unknown */
	char comm[EVENT_COMM_SZ + 1]; /* its name now: any bytes, NUL-terminated */
	bool traced;	/* belongs to what is recorded (else: an outsider) */
	bool kthread;
	bool newborn;	/* seen from its first instruction */
	bool ended;	/* its last switch was seen */
	bool closed;	/* its last counters were read while it lives on: later turns do not count */
	bool counted;	/* first_counts and last_counts hold: its whole time was recorded */
	struct event_sched sched;
	uint64_t start_ns; /* first sight (of an existing thread: the recording's start) */
	uint64_t end_ns;   /* last sight; 0 while it goes on */
	struct event_counts first_counts;
	struct event_counts last_counts;

	enum thread_state state;
	uint64_t since_ns; /* of state */
	uint32_t cpu;	   /* last core */
	uint32_t space;	   /* number of its address space (changes at exec), for symbols */
	uint32_t task;	   /* number of the task on it now, 0 none */
	void *user;	   /* for the sink */
	/* further fields are the model's own: model_internal.h */
};

/* A coroutine task. */
struct task {
	uint32_t number; /* 1.. unique in the trace */
	uint16_t runtime; /* index in the table of user/runtime/ */
	uint32_t pid;
	uint32_t creator; /* thread id */
	uint64_t handle; /* the runtime's own: an address, a goroutine id */
	uint64_t name_ip; /* entry function, 0 unknown */
	uint32_t space;	  /* address space for name_ip */
	uint32_t thread; /* thread id it runs on, 0 none */
	uint64_t since_ns;
	uint64_t created_ns;
	bool finished;
	void *user;
};

/* One switch, decided. Pointers are valid during the call and point to model-owned data. */
struct turn {
	uint64_t ts;
	uint32_t cpu;
	struct thread *prev;
	struct thread *next;
	enum reason reason;
	enum mode mode;
	enum cause cause;
	enum waits_on waits_on;
	int syscall;		/* -1 none */
	bool ran_known;
	uint64_t ran_ns;	/* the slice that ends, if ran_known */
	bool waited_known;
	uint64_t waited_ns;	/* next's time runnable before this, if waited_known */
	uint64_t ip;		/* prev's user instruction pointer, 0 unknown */
	uint32_t space;		/* address space that ip belongs to */
	uint64_t futex;		/* address, 0 none */
	uint32_t task;		/* number of the task on prev, 0 none */
	const struct event_switch *raw;
};

enum step_end { STEP_AWAIT, STEP_YIELD, STEP_PREEMPTED, STEP_FINISHED, STEP_FAILED, STEP_CANCELLED };
const char *step_end__name(enum step_end e);

/* Callbacks; NULL ones are skipped. @ctx is the sink's. Called in time order of their end
 * (spans) or moment (the others). A negative return stops model__feed() and is returned. */
struct model_sink {
	void *ctx;
	int (*turn)(void *ctx, const struct turn *turn);
	/* @by: NULL when an interrupt did it (irq != IRQ_NONE) or it is not known */
	int (*wakeup)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, struct thread *by,
		      enum irq_kind irq, unsigned int vector, uint32_t target_cpu);
	int (*migrate)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, uint32_t from, uint32_t to);
	int (*prio)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t,
		    const struct event_prio *change);
	int (*fork)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *parent, struct thread *child);
	int (*exec)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, const char *filename,
		    uint32_t old_tid);
	int (*rename)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, const char *from);
	int (*exit)(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t);
	int (*lost)(void *ctx, uint64_t since, uint64_t until, uint32_t cpu, uint64_t count, bool hidden);
	/* a file mapped executable into @space */
	int (*map)(void *ctx, uint32_t space, uint32_t pid, const struct event_map *map);
	/* @space is a new address space, a copy of @parent's (0: empty) */
	int (*space)(void *ctx, uint32_t space, uint32_t parent, uint32_t pid);
	/* task events: op is "create" "ready" "resume" "suspend" "finish"; @end only for the last two */
	int (*task)(void *ctx, uint64_t ts, uint32_t cpu, struct task *task, struct thread *on,
		    const char *op, enum step_end end);

	/* A traced thread's state changes, or (from == to == STATE_RUNNABLE) the core that it waits
	 * for does; t->cpu is the core. Called before the span that ends is told. */
	int (*state)(void *ctx, uint64_t ts, struct thread *t, enum thread_state from,
		     enum thread_state to);

	/* Intervals without gap or overlap. Of each thread that is traced, from first to last sight: */
	int (*thread_span)(void *ctx, struct thread *t, enum thread_state state, uint64_t from,
			   uint64_t to, uint32_t cpu);
	/* and of each recorded core, from the recording's start to its end. @t: NULL = unknown,
	 * thread id 0 = idle, else the thread that ran. */
	int (*core_span)(void *ctx, uint32_t cpu, struct thread *t, uint64_t from, uint64_t to);
	/* a task's stay on a thread; on_cpu_ns: the part in which that thread had a core;
	 * preempted: how often the kernel pre-empted the thread inside */
	int (*step)(void *ctx, struct task *task, struct thread *on, uint64_t from, uint64_t to,
		    uint64_t on_cpu_ns, uint32_t preempted, enum step_end end);
};

struct model_opts {
	uint64_t start_ns; /* the recording's start */
	uint32_t cpus;	   /* possible cores */
	const uint64_t *cpu_mask; /* recorded cores, bit per core; copied */
	uint32_t arch;	   /* ELF e_machine: whose system call numbers */
	uint32_t flags;	   /* TRACE_* of trace.h */
	/* Why a task stops at this probe (enum step_end); NULL: STEP_YIELD. */
	int (*step_end_of)(uint16_t runtime, uint16_t probe);
};

/* What was noticed about the data itself; shown by every view. */
struct model_health {
	uint64_t lost;	   /* records refused by full rings */
	uint64_t hidden;   /* switches without tracepoint */
	uint64_t backward; /* records whose time went back: clamped */
	uint64_t mismatched; /* a switch whose prev was not the core's last next, with no gap known */
	uint64_t unknown_ids; /* records about a thread that was never introduced */
	uint64_t switches; /* turns seen, idle included */
};

struct model;

/* Returns NULL with errno ENOMEM. @sink is copied. */
struct model *model__new(const struct model_opts *opts, const struct model_sink *sink);

/* Takes one record (any size-checked record of bpf/event.h), in time order.
 * Returns 0, -ENOMEM, or what a sink's callback returned. Unknown kinds are ignored. */
int model__feed(struct model *m, uint32_t cpu, const struct event_head *ev);

/* Ends all open spans at @end_ns. Call once; no feed after it. */
int model__finish(struct model *m, uint64_t end_ns);

const struct model_health *model__health(const struct model *m);
/* Threads in order of id; idle first. NULL beyond the last. */
struct thread *model__thread(const struct model *m, uint32_t index);
struct thread *model__thread_by_id(const struct model *m, uint32_t id);
struct task *model__task(const struct model *m, uint32_t number); /* NULL: no such */
uint32_t model__task_count(const struct model *m);
void model__free(struct model *m);

#endif /* TAKETURNS_MODEL_H */
