/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * life.bpf.h - threads' lives: birth, exec, new names and priorities, moves, death; and the
 * walk over all threads that marks what exists already and reads the last counters.
 */
#ifndef TAKETURNS_LIFE_BPF_H
#define TAKETURNS_LIFE_BPF_H

#include "bpf/threads.bpf.h"

__u32 walk = 0; /* enum walk_kind */
__u32 walk_marked = 0; /* threads newly marked by this walk */
__u64 cgroup_id = 0;   /* -G */

/* Kernel numbers (of the first pid namespace) are not what the user typed: these are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u32);
} targets SEC(".maps");

/* The slot of a thread that is traced and known, else NULL. */
static __always_inline struct thread_slot *traced_slot(struct task_struct *t)
{
	struct thread_slot *slot = bpf_task_storage_get(&threads, t, 0, 0);

	return slot && slot->id && slot->traced ? slot : 0;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *t, u64 clone_flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = bpf_task_storage_get(&threads, parent, 0, 0);
	if (slot && slot->inherit)
		thread__see(&here, t, slot->id,
			    THREAD_NEWBORN | THREAD_TRACED);
	else if (trace_all)
		thread__see(&here, t, slot ? slot->id : 0, THREAD_NEWBORN);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *t, pid_t old_pid, struct linux_binprm *bprm)
{
	struct event_exec *ev;
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = traced_slot(t);
	if (!slot)
		return 0;
	ev = event__reserve(&here, EVENT_EXEC, sizeof(*ev));
	if (!ev)
		return 0;
	ev->head.id = slot->id;
	ev->pid = task__number(t, t->tgid);
	ev->old_tid = old_pid == t->pid ? ev->pid : old_pid;
	bpf_probe_read_kernel(ev->comm, sizeof(ev->comm), t->comm);
	if (bpf_probe_read_kernel_str(ev->filename, sizeof(ev->filename), bprm->filename) < 0)
		ev->filename[0] = 0;
	event__submit(&here, ev);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *t)
{
	struct event_plain *ev;
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = traced_slot(t);
	if (!slot)
		return 0;
	ev = event__reserve(&here, EVENT_EXIT, sizeof(*ev));
	if (!ev)
		return 0;
	ev->head.id = slot->id;
	event__submit(&here, ev);
	return 0;
}

/* The name in the task is still the old one here. Outsiders too: rows name them. */
SEC("tp_btf/task_rename")
int BPF_PROG(task_rename, struct task_struct *t, const char *comm)
{
	struct event_rename *ev;
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = bpf_task_storage_get(&threads, t, 0, 0);
	if (!slot || !slot->id)
		return 0;
	ev = event__reserve(&here, EVENT_RENAME, sizeof(*ev));
	if (!ev)
		return 0;
	ev->head.id = slot->id;
	__builtin_memset(ev->comm, 0, sizeof(ev->comm));
	bpf_probe_read_kernel_str(ev->comm, sizeof(ev->comm), comm);
	event__submit(&here, ev);
	return 0;
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(sched_migrate_task, struct task_struct *t, int dest)
{
	struct event_migrate *ev;
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = traced_slot(t);
	if (!slot)
		return 0;
	ev = event__reserve(&here, EVENT_MIGRATE, sizeof(*ev));
	if (!ev)
		return 0;
	ev->head.id = slot->id;
	ev->from = t->thread_info.cpu;
	ev->to = dest;
	event__submit(&here, ev);
	return 0;
}

/* A lock's owner is lent the priority of the thread that waits; before it takes effect. */
SEC("tp_btf/sched_pi_setprio")
int BPF_PROG(sched_pi_setprio, struct task_struct *t, struct task_struct *donor)
{
	struct event_sched to;
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = traced_slot(t);
	if (!slot)
		return 0;
	read_sched(&to, t);
	to.prio = donor && donor->prio < t->normal_prio ? donor->prio : t->normal_prio;
	if (to.prio != slot->sched.prio)
		prio__record(&here, slot, &to,
			     to.prio < t->normal_prio ? PRIO_INHERIT : 0);
	return 0;
}

/* Is this cgroup the wanted one, or below it? Walks up by css: the same on every kernel. */
static __always_inline bool cgroup__wanted(struct cgroup *cg)
{
	for (int i = 0; i < 24 && cg; i++) {
		if (BPF_CORE_READ(cg, kn, id) == cgroup_id)
			return true;
		cg = (struct cgroup *)BPF_CORE_READ(cg, self.parent);
	}
	return false;
}

SEC("?tp_btf/cgroup_attach_task")
int BPF_PROG(cgroup_attach_task, struct cgroup *dst, const char *path, struct task_struct *t)
{
	struct thread_slot *slot;
	struct here here;

	if (!here__init(&here) || !cgroup__wanted(dst))
		return 0;
	slot = thread__see(&here, t, 0, THREAD_TRACED);
	if (slot) {
		slot->traced = 1;
		slot->inherit = inherit;
	}
	return 0;
}

static __always_inline bool target__is(u32 nr)
{
	return bpf_map_lookup_elem(&targets, &nr) != 0;
}

static __always_inline bool walk__wants(struct task_struct *t)
{
	struct task_struct *parent;
	struct thread_slot *slot;

	switch (walk) {
	case WALK_ALL:
		return true;
	case WALK_TIDS:
		return target__is(task__number(t, t->pid));
	case WALK_CGROUP:
		return cgroup__wanted(t->cgroups->dfl_cgrp);
	case WALK_TREE:
		parent = t->real_parent;
		slot = parent ? bpf_task_storage_get(&threads, parent, 0, 0) : 0;
		if (slot && slot->traced)
			return true;
		break;
	}
	return target__is(task__number(t->group_leader, t->tgid));
}

static __always_inline void walk__close(const struct here *here, struct task_struct *t)
{
	struct thread_slot *slot = traced_slot(t);

	if (slot && !(t->__state & TASK_DEAD))
		counters__record(here, t, slot->id, 0);
}

SEC("iter/task")
int walk_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct thread_slot *slot;
	struct here here;
	u8 flags = THREAD_TRACED;

	if (!t || !t->pid)
		return 0;
	if (!here__init(&here) && !here.core)
		return 0;
	here.ts = bpf_ktime_get_ns(); /* also on a core that is not recorded itself */
	if (walk == WALK_CLOSE) {
		walk__close(&here, t);
		return 0;
	}
	if (!walk__wants(t))
		return 0;
	if (t->on_cpu)
		flags |= THREAD_RUNNING;
	else if (t->__state)
		flags |= THREAD_ASLEEP;
	slot = thread__see(&here, t, 0, flags);
	if (!slot || (slot->traced && slot->walked))
		return 0;
	/* it may have been met as an outsider before */
	if (!slot->traced) {
		slot->traced = 1;
		slot->inherit = inherit;
		thread__introduce(&here, t, slot, 0, flags & ~THREAD_TRACED);
	}
	slot->walked = 1;
	__sync_fetch_and_add(&walk_marked, 1);
	return 0;
}

#endif /* TAKETURNS_LIFE_BPF_H */
