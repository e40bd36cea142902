/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * event.h - the records that the BPF programs write into the per-core rings.
 *
 * The only header that both sides share. The recorder stores these records as
 * they are (packed, see user/trace/trace.h) and the model gives them meaning;
 * nothing here says *why* a switch happened, only what the kernel showed.
 *
 * Rules: kinds and codes are numbered by hand and never reused; a new kind or a
 * new trailing field needs no other change; no implicit holes (checked below).
 * Times are CLOCK_MONOTONIC nanoseconds. `id` is unique in a recording: 0 is the
 * idle thread of any core, EVENT_ID_UNKNOWN a thread that could not be named.
 */
#ifndef TAKETURNS_EVENT_H
#define TAKETURNS_EVENT_H

#ifdef __BPF__
typedef __u8 ev_u8;
typedef __u16 ev_u16;
typedef __s16 ev_s16;
typedef __u32 ev_u32;
typedef __s32 ev_s32;
typedef __u64 ev_u64;
#else
#include <stdint.h>
typedef uint8_t ev_u8;
typedef uint16_t ev_u16;
typedef int16_t ev_s16;
typedef uint32_t ev_u32;
typedef int32_t ev_s32;
typedef uint64_t ev_u64;
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

#define EVENT_COMM_SZ 16
#define EVENT_PATH_SZ 256	     /* exec's file name; longer ones are cut */
#define EVENT_ID_UNKNOWN 0xffffffffu /* no id could be given (out of memory in the kernel) */

enum event_kind {
	EVENT_SWITCH = 1,    /* struct event_switch: a core went from one thread to another */
	EVENT_WAKING = 2,    /* struct event_waking: a thread was made runnable */
	EVENT_THREAD = 3,    /* struct event_thread: a thread is seen for the first time */
	EVENT_EXEC = 4,	     /* struct event_exec */
	EVENT_EXIT = 5,	     /* struct event_plain: do_exit() began; the last switch follows */
	EVENT_RENAME = 6,    /* struct event_rename: the new name */
	EVENT_MIGRATE = 7,   /* struct event_migrate: moved to another core's queue */
	EVENT_PRIO = 8,	     /* struct event_prio: policy, nice or inheritance changed */
	EVENT_TASK = 9,	     /* struct event_task: a task runtime's probe was hit */
	EVENT_HIDDEN = 10,   /* struct event_missing: switches that no tracepoint showed */
	EVENT_LOST = 11,     /* struct event_missing: records that a full ring refused */
	EVENT_COUNTERS = 12, /* struct event_counters: the thread's last sight */
	EVENT_MAP = 13,	     /* struct event_map: a file was mapped executable (from user space) */
};

/* Every record begins so. */
struct event_head {
	ev_u64 ts;    /* ns, CLOCK_MONOTONIC */
	ev_u8 kind;   /* enum event_kind */
	ev_u8 flags;  /* meaning depends on the kind */
	ev_u16 size;  /* of the whole record, bytes */
	ev_u32 id;    /* the thread it is about; of EVENT_SWITCH: the one that left */
};

/* event_switch.head.flags */
enum {
	SWITCH_PREEMPT = 1 << 0,     /* the tracepoint's argument: __schedule(SM_PREEMPT) */
	SWITCH_NVCSW = 1 << 1,	     /* prev->nvcsw went up by one in this slice */
	SWITCH_NIVCSW = 1 << 2,	     /* prev->nivcsw went up by one; neither bit: not known */
	SWITCH_PREV_TRACED = 1 << 3, /* prev is one of the threads that are recorded */
	SWITCH_NEXT_TRACED = 1 << 4,
	SWITCH_SIGPENDING = 1 << 5,  /* prev has a signal pending */
	SWITCH_FREEZING = 1 << 6,    /* jobctl says: cgroup freezer trap (v2) */
	SWITCH_QUOTA = 1 << 7,	     /* prev's group has used up its bandwidth */
};

/* event_switch.detail */
enum {
	SWITCH_IOWAIT = 1 << 0,	 /* prev->in_iowait */
	SWITCH_COMPAT = 1 << 1,	 /* 32-bit system call: `syscall` is not a native number */
	SWITCH_KERNEL = 1 << 2,	 /* prev never runs user code (kernel thread, io_uring worker) */
	SWITCH_RACED = 1 << 3,	 /* a waking met prev while it was still on this core */
};

/* event_switch.file: what the descriptor of the system call in flight refers to */
enum file_kind {
	FILE_NONE = 0,	   /* no descriptor, or not looked at */
	FILE_UNKNOWN = 1,  /* looked at, not one of these */
	FILE_PIPE = 2,
	FILE_SOCKET = 3,
	FILE_REGULAR = 4,  /* also directories */
	FILE_BLOCK = 5,
	FILE_TTY = 6,
	FILE_CHAR = 7,
	FILE_EVENTFD = 8,
	FILE_TIMERFD = 9,
	FILE_SIGNALFD = 10,
	FILE_EPOLL = 11,
	FILE_INOTIFY = 12,
	FILE_PIDFD = 13,
	FILE_IO_URING = 14,
	FILE_USERFAULTFD = 15,
	FILE_PERF = 16,
};

/* event_switch.stack: what called schedule(); taken only where nothing cheaper tells */
enum stack_kind {
	STACK_NOT_TAKEN = 0,
	STACK_YIELD = 1,     /* do_sched_yield() */
	STACK_USER_EXIT = 2, /* the way back to user mode */
	STACK_OTHER = 3,     /* anything else: a wait that began */
	STACK_FAILED = 4,    /* could not be read, or the symbols are not known */
};

/* event_switch.resched: what asked for this core to be given up, during prev's slice */
enum resched_kind {
	RESCHED_NONE = 0,    /* not seen, or this kernel has no tracepoint for it */
	RESCHED_TICK = 1,    /* outside any wakeup: the scheduler's own clock */
	RESCHED_WAKEUP = 2,  /* while a thread was being made runnable on this core */
};

struct event_switch {
	struct event_head head;
	ev_u32 next;	/* id of the thread that came */
	ev_u16 state;	/* raw prev_state, low 16 bits (TASK_* of include/linux/sched.h) */
	ev_s16 syscall; /* number in flight, -1 none (interrupted user code, or a fault) */
	ev_u64 ip;	/* user instruction pointer of prev, 0 unknown */
	ev_u64 arg;	/* futex: address; fcntl: command; poll, select: how many descriptors */
	ev_u8 file;	/* enum file_kind */
	ev_u8 stack;	/* enum stack_kind */
	ev_u8 resched;	/* enum resched_kind */
	ev_u8 detail;	/* SWITCH_IOWAIT ... */
	ev_u32 resched_by; /* id of the thread whose wakeup asked (RESCHED_WAKEUP), else 0 */
};

/* event_waking.irq: the interrupt in which it happened; 0 = the thread `by` did it */
enum irq_kind {
	IRQ_NONE = 0,
	IRQ_TIMER = 1,	 /* local timer */
	IRQ_DEVICE = 2,	 /* a device's handler; `vector` is its number */
	IRQ_IPI = 3,	 /* function call from another core */
	IRQ_WORK = 4,	 /* irq_work */
	IRQ_SOFT = 5,	 /* softirq; `vector` is its number (0 hi, 1 timer, 2 net_tx, ...) */
};

/* event_waking.head.flags */
enum {
	WAKING_NEW = 1 << 0,	/* first wakeup of a new thread (sched_wakeup_new) */
	WAKING_ON_CPU = 1 << 1, /* it had not left its core yet */
};

struct event_waking {
	struct event_head head;
	ev_u32 by;	 /* current's id; meaningful only where irq is 0 */
	ev_u16 target;	 /* core it was on when woken (it may be moved: see EVENT_MIGRATE) */
	ev_u8 irq;	 /* enum irq_kind */
	ev_u8 vector;
};

/* What the kernel itself counted for a thread, absolute. */
struct event_counts {
	ev_u64 nvcsw;	   /* task->nvcsw */
	ev_u64 nivcsw;	   /* task->nivcsw */
	ev_u64 run_ns;	   /* task->se.sum_exec_runtime */
	ev_u64 run_delay;  /* task->sched_info.run_delay, ns */
	ev_u64 slices;	   /* task->sched_info.pcount */
	ev_u64 migrations; /* task->se.nr_migrations */
};

/* struct sched attributes, as the kernel holds them */
struct event_sched {
	ev_s16 prio;	/* effective: -1 deadline, 0..99 real-time, 100..139 normal (120 + nice) */
	ev_s16 normal;	/* without inheritance */
	ev_s16 nice;
	ev_u16 policy;	/* SCHED_* */
};

/* event_thread.head.flags */
enum {
	THREAD_TRACED = 1 << 0,
	THREAD_NEWBORN = 1 << 1, /* seen at its creation: counters start at zero */
	THREAD_KTHREAD = 1 << 2,
	THREAD_PROCESS = 1 << 3, /* the thread whose tid is the pid */
	THREAD_RUNNING = 1 << 4, /* on a core at this moment (seen by the start-up walk) */
	THREAD_ASLEEP = 1 << 5,	 /* not runnable at this moment (seen by the start-up walk) */
};

struct event_thread {
	struct event_head head;
	ev_u32 tid; /* as the recorder's pid namespace numbers it */
	ev_u32 pid;
	ev_u32 parent;	 /* id of the thread that created it, 0 unknown */
	ev_u16 state;	 /* raw, of a thread that existed already */
	ev_u16 reserved;
	struct event_sched sched;
	struct event_counts counts;
	char comm[EVENT_COMM_SZ]; /* not always NUL-terminated; any bytes */
};

struct event_exec {
	struct event_head head;
	ev_u32 old_tid; /* of the thread that called exec; its tid is the pid from now on */
	ev_u32 pid;
	char comm[EVENT_COMM_SZ];
	char filename[EVENT_PATH_SZ]; /* NUL-terminated */
};

struct event_plain {
	struct event_head head;
};

struct event_rename {
	struct event_head head;
	char comm[EVENT_COMM_SZ];
};

struct event_migrate {
	struct event_head head;
	ev_u32 from;
	ev_u32 to;
};

/* event_prio.head.flags */
enum {
	PRIO_INHERIT = 1 << 0, /* sched_pi_setprio: through a lock that another thread waits for */
};

struct event_prio {
	struct event_head head;
	struct event_sched from;
	struct event_sched to;
};

/* A probe of a task runtime: head.id is the thread, head.flags the enum task_role. */
enum task_role {
	TASK_CREATE = 1, /* id */
	TASK_SWITCH = 2, /* aux = the task that leaves, id = the one that comes */
	TASK_START = 3,	 /* id runs from now on this thread */
	TASK_STOP = 4,	 /* id gives way */
	TASK_FINISH = 5, /* id ends */
	TASK_READY = 6,	 /* id was made runnable */
};

struct event_task {
	struct event_head head;
	ev_u16 runtime;	 /* number in the table of user/runtime/ */
	ev_u16 probe;	 /* number of the probe in that runtime's table */
	ev_u32 reserved;
	ev_u64 task;	 /* the runtime's own handle, e.g. an address */
	ev_u64 aux;
	ev_u64 name;	 /* what names the task, e.g. its entry function's address */
};

/* head.id is 0; the interval is [since, head.ts) on the core whose ring holds it */
struct event_missing {
	struct event_head head;
	ev_u64 since;
	ev_u64 count;
};

/* event_counters.head.flags */
enum {
	COUNTERS_FINAL = 1 << 0, /* at its last switch (else: it lives on, recording ends) */
};

struct event_counters {
	struct event_head head;
	struct event_counts counts;
};

/* Made by the recorder, not by BPF: an executable mapping of a process. */
struct event_map {
	struct event_head head; /* id is 0 */
	ev_u32 pid;
	ev_u32 tid;
	ev_u64 addr;
	ev_u64 len;
	ev_u64 offset; /* in the file */
	ev_u64 inode;
	ev_u32 dev_major;
	ev_u32 dev_minor;
	char name[EVENT_PATH_SZ]; /* NUL-terminated; a longer path is cut and then not used */
};

/* Room for any record. */
union event {
	struct event_head head;
	struct event_switch switch_;
	struct event_waking waking;
	struct event_thread thread;
	struct event_exec exec;
	struct event_plain plain;
	struct event_rename rename;
	struct event_migrate migrate;
	struct event_prio prio;
	struct event_task task;
	struct event_missing missing;
	struct event_counters counters;
	struct event_map map;
};

#pragma GCC diagnostic pop

#endif /* TAKETURNS_EVENT_H */
