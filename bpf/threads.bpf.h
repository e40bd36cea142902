/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * threads.bpf.h - who is who: giving each thread its id at first sight, and noticing what
 * changed about it.
 */
#ifndef TAKETURNS_THREADS_BPF_H
#define TAKETURNS_THREADS_BPF_H

#include "bpf/facts.bpf.h"

const volatile bool trace_all = false; /* -a */
const volatile bool inherit = true;    /* not --no-inherit */
__u32 next_id = 1;
__u32 pid_level = 0; /* of the recorder's pid namespace; set by the first walk */

/* One side of a switch. */
struct seen {
	u32 id;
	bool traced;
};

/* pid and tid as the recorder's pid namespace numbers them; 0 where it cannot see them. */
static __always_inline u32 task__number(struct task_struct *t, u32 plain)
{
	struct pid *pid;
	u32 nr = 0;

	if (!pid_level)
		return plain;
	pid = BPF_CORE_READ(t, thread_pid);
	if (!pid || BPF_CORE_READ(pid, level) < pid_level)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr),
			      (void *)pid + bpf_core_field_offset(pid->numbers) +
				      pid_level * bpf_core_type_size(struct upid));
	return nr;
}

static __always_inline void read_sched(struct event_sched *s, struct task_struct *t)
{
	s->prio = t->prio;
	s->normal = t->normal_prio;
	s->nice = t->static_prio - 120;
	s->policy = t->policy;
}

static __always_inline void read_counts(struct event_counts *c, struct task_struct *t)
{
	c->nvcsw = t->nvcsw;
	c->nivcsw = t->nivcsw;
	c->run_ns = t->se.sum_exec_runtime;
	c->run_delay = 0;
	c->slices = 0;
	if (bpf_core_field_exists(t->sched_info)) { /* CONFIG_SCHED_INFO */
		c->run_delay = t->sched_info.run_delay;
		c->slices = t->sched_info.pcount;
	}
	c->migrations = t->se.nr_migrations;
}

static __noinline void thread__introduce(const struct here *here, struct task_struct *t,
					 struct thread_slot *slot, u32 parent, u8 flags)
{
	struct event_thread *ev = event__reserve(here, EVENT_THREAD, sizeof(*ev));

	if (!ev)
		return;
	ev->head.id = slot->id;
	ev->head.flags = flags | (slot->traced ? THREAD_TRACED : 0) |
			 (t->flags & PF_KTHREAD ? THREAD_KTHREAD : 0) |
			 (t->pid == t->tgid ? THREAD_PROCESS : 0);
	ev->tid = task__number(t, t->pid);
	ev->pid = t->pid == t->tgid ? ev->tid : task__number(t->group_leader, t->tgid);
	ev->parent = parent;
	ev->state = t->__state;
	ev->reserved = 0;
	ev->sched = slot->sched;
	read_counts(&ev->counts, t);
	bpf_probe_read_kernel(ev->comm, sizeof(ev->comm), t->comm);
	event__submit(here, ev);
}

/*
 * The slot of a thread that may not have one yet: gives it an id and introduces it. Two cores
 * may meet here with the same thread; the exchange lets one introduce it.
 */
static __noinline struct thread_slot *thread__see(const struct here *here, struct task_struct *t, u32 parent, u8 flags)
{
	struct thread_slot *slot;

	slot = bpf_task_storage_get(&threads, t, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!slot || slot->id)
		return slot;
	if (trace_all || flags & THREAD_TRACED) {
		slot->traced = 1;
		slot->inherit = inherit;
	}
	read_sched(&slot->sched, t);
	if (__sync_val_compare_and_swap(&slot->id, 0, __sync_fetch_and_add(&next_id, 1)))
		return slot;
	thread__introduce(here, t, slot, parent, flags & ~THREAD_TRACED);
	return slot;
}

static __noinline void prio__record(const struct here *here, struct thread_slot *slot,
				    struct event_sched *to, u8 flags)
{
	struct event_prio *ev = event__reserve(here, EVENT_PRIO, sizeof(*ev));

	if (ev) {
		ev->head.id = slot->id;
		ev->head.flags = flags;
		ev->from = slot->sched;
		ev->to = *to;
		event__submit(here, ev);
	}
	slot->sched = *to;
}

/* Priorities change without a tracepoint (sched_setscheduler, nice): compared at each switch. */
static __always_inline void thread__check_prio(const struct here *here, struct thread_slot *slot, struct task_struct *t)
{
	struct event_sched now;

	if (slot->sched.prio == t->prio && slot->sched.policy == (u16)t->policy &&
	    slot->sched.nice == t->static_prio - 120)
		return;
	read_sched(&now, t);
	prio__record(here, slot, &now, 0);
}

static __always_inline void slot__tell(struct thread_slot *slot, struct seen *seen)
{
	if (!slot) {
		seen->id = EVENT_ID_UNKNOWN;
		return;
	}
	seen->id = slot->id;
	seen->traced = slot->traced;
}

static __always_inline void arrive__see(const struct here *here, struct task_struct *next, struct seen *seen)
{
	struct thread_slot *slot;

	if (!next->pid)
		return; /* idle: id 0 */
	slot = bpf_task_storage_get(&threads, next, 0, 0);
	if (!slot || !slot->id)
		slot = thread__see(here, next, 0, 0);
	else if (slot->traced)
		thread__check_prio(here, slot, next);
	slot__tell(slot, seen);
}

/* Usually the core's slot knows who leaves: it came here. */
static __always_inline void leave__see(const struct here *here, struct task_struct *prev, struct seen *seen)
{
	const struct core *core = here->core;
	struct thread_slot *slot;

	if (!prev->pid)
		return;
	if (core->known && core->task == (u64)prev && core->prio == prev->prio &&
	    core->policy == prev->policy) {
		seen->id = core->id;
		seen->traced = core->traced;
		return;
	}
	slot = bpf_task_storage_get(&threads, prev, 0, 0);
	if (!slot || !slot->id)
		slot = thread__see(here, prev, 0, 0);
	else if (slot->traced)
		thread__check_prio(here, slot, prev);
	slot__tell(slot, seen);
}

static __noinline void counters__record(const struct here *here, struct task_struct *t,
					u32 id, u8 flags)
{
	struct event_counters *ev = event__reserve(here, EVENT_COUNTERS, sizeof(*ev));

	if (!ev)
		return;
	ev->head.id = id;
	ev->head.flags = flags;
	read_counts(&ev->counts, t);
	event__submit(here, ev);
}

#endif /* TAKETURNS_THREADS_BPF_H */
