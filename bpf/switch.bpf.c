/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * switch.bpf.c - the recorder's heart: every context switch, and every waking.
 *
 * sched_switch runs with `prev` still on the core, after the kernel has counted the switch: so
 * exactly one of prev->nvcsw and prev->nivcsw has just gone up, and comparing them with what
 * they were when prev came says whether it asked to leave. Everything else here collects facts
 * that the model (user/model/) needs to say why; no meaning is decided in the kernel.
 */
#include "bpf/facts.bpf.h"
#include "bpf/threads.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Switches since the last one seen here that no tracepoint showed: the run queue counts all. */
static __always_inline void core__check_hidden(const struct here *here, u64 count)
{
	struct core *core = here->core;
	struct event_missing *ev;
	u64 hidden;

	if (!core->known || count <= core->nr_switches + 1)
		return;
	hidden = count - core->nr_switches - 1;
	core->hidden_total += hidden;
	core->known = 0; /* its counters are older than that: not to be compared with */
	ev = event__reserve(here, EVENT_HIDDEN, sizeof(*ev));
	if (!ev)
		return;
	ev->since = core->since;
	ev->count = hidden;
	event__submit(here, ev);
}

static __always_inline u64 queue_count(struct task_struct *t)
{
	if (!bpf_core_field_exists(t->se.cfs_rq) ||
	    !bpf_core_field_exists(((struct cfs_rq *)0)->rq))
		return 0;
	return t->se.cfs_rq->rq->nr_switches;
}

static __always_inline u8 switch_flags(struct core *core, struct task_struct *prev, bool preempt)
{
	u8 flags = preempt ? SWITCH_PREEMPT : 0;

	if (core->known && core->task == (u64)prev) {
		if (prev->nvcsw != core->nvcsw)
			flags |= SWITCH_NVCSW;
		if (prev->nivcsw != core->nivcsw)
			flags |= SWITCH_NIVCSW;
		if (flags & SWITCH_NVCSW && flags & SWITCH_NIVCSW)
			flags &= ~(SWITCH_NVCSW | SWITCH_NIVCSW);
	}
	if (prev->thread_info.flags & TIF_SIGPENDING)
		flags |= SWITCH_SIGPENDING;
	if (prev->jobctl & JOBCTL_TRAP_FREEZE)
		flags |= SWITCH_FREEZING;
	if (task__throttled(prev))
		flags |= SWITCH_QUOTA;
	return flags;
}

/* The system call in flight, and of a thread that waits what its argument says. */
static __always_inline void read_syscall(struct event_switch *ev, struct task_struct *prev,
					 bool waits)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(prev);
	s64 nr = (s32)REGS_SYSCALL(regs);
	u8 class;

	ev->ip = REGS_IP(regs);
	if (nr < 0 || nr > 32767)
		return;
	ev->syscall = nr;
	if (TASK_COMPAT(prev)) {
		ev->detail |= SWITCH_COMPAT;
		return;
	}
	class = syscall_classes[nr & 1023];
	if (!waits || nr > 1023 || class == SYSCALL_PLAIN)
		return;
	if (class == SYSCALL_ADDR || class == SYSCALL_ARG1)
		ev->arg = REGS_ARG1(regs);
	else if (class == SYSCALL_ARG2)
		ev->arg = REGS_ARG2(regs);
	else if (class == SYSCALL_FD)
		ev->file = file_kind(prev, REGS_ARG1(regs));
}

static __always_inline void read_prev(void *ctx, struct event_switch *ev, struct core *core,
				      struct task_struct *prev, u32 state)
{
	u8 flags = ev->head.flags;
	bool leaves_runnable = !state && !(flags & (SWITCH_PREEMPT | SWITCH_NVCSW));

	ev->detail = (BPF_CORE_READ_BITFIELD(prev, in_iowait) ? SWITCH_IOWAIT : 0) |
		     (core->raced ? SWITCH_RACED : 0);
	if (!task__has_user_code(prev)) {
		ev->detail |= SWITCH_KERNEL;
		return;
	}
	if (state & TASK_DEAD)
		return; /* its memory is gone: nothing to read */
	read_syscall(ev, prev, !leaves_runnable);
	if (leaves_runnable &&
	    (core->raced || (ev->syscall >= 0 && ev->syscall < 1024 &&
			     syscall_classes[ev->syscall & 1023] == SYSCALL_YIELD)))
		ev->stack = caller_of_schedule(ctx);
}

static __always_inline void core__arrive(struct core *core, struct task_struct *next, u32 id,
					 bool traced, u64 ts, u64 count)
{
	core->id = id;
	core->since = ts;
	core->task = (u64)next;
	core->nvcsw = next->nvcsw;
	core->nivcsw = next->nivcsw;
	core->nr_switches = count;
	core->prio = next->prio;
	core->policy = next->policy;
	core->traced = traced;
	core->known = id != EVENT_ID_UNKNOWN;
	core->resched = RESCHED_NONE;
	core->resched_by = 0;
	core->raced = 0;
	core->asked = 0;
	core->newborn = 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct seen from = {}, to = {};
	struct event_switch *ev;
	struct here here;
	struct core *core;
	u64 count;

	if (!here__init(&here))
		return 0;
	core = here.core;
	count = queue_count(prev);
	core__check_hidden(&here, count);
	leave__see(&here, prev, &from);
	arrive__see(&here, next, &to);
	if (from.traced && prev_state & TASK_DEAD)
		counters__record(&here, prev, from.id, COUNTERS_FINAL);

	ev = event__reserve(&here, EVENT_SWITCH, sizeof(*ev));
	if (ev) {
		ev->head.id = from.id;
		ev->head.flags = from.id ? switch_flags(core, prev, preempt) : 0;
		ev->head.flags |= from.traced ? SWITCH_PREV_TRACED : 0;
		ev->head.flags |= to.traced ? SWITCH_NEXT_TRACED : 0;
		ev->next = to.id;
		ev->state = prev_state;
		ev->syscall = -1;
		ev->ip = 0;
		ev->arg = 0;
		ev->file = FILE_NONE;
		ev->stack = STACK_NOT_TAKEN;
		ev->resched = core->resched;
		ev->detail = 0;
		ev->resched_by = core->resched_by;
		if (from.traced)
			read_prev(ctx, ev, core, prev, prev_state);
		event__submit(&here, ev);
	}
	core__arrive(core, next, to.id, to.traced, here.ts, count);
	return 0;
}

static __always_inline void waking__record(const struct here *here, struct task_struct *p, u32 id, u8 flags)
{
	struct event_waking *ev = event__reserve(here, EVENT_WAKING, sizeof(*ev));
	struct core *core = here->core;

	if (!ev)
		return;
	ev->head.id = id;
	ev->head.flags = flags | (p->on_cpu ? WAKING_ON_CPU : 0);
	ev->by = core->known ? core->id : EVENT_ID_UNKNOWN;
	ev->target = p->thread_info.cpu;
	ev->irq = IRQ_NONE;
	ev->vector = 0;
	if (core->irq) {
		ev->irq = core->irq;
		ev->vector = core->irq_vector;
	} else if (core->soft) {
		ev->irq = IRQ_SOFT;
		ev->vector = core->soft - 1;
	}
	event__submit(here, ev);
}

static __always_inline u32 wake__see(const struct here *here, struct task_struct *p)
{
	struct thread_slot *slot = bpf_task_storage_get(&threads, p, 0, 0);

	if (slot && slot->id)
		return slot->traced ? slot->id : 0;
	if (!trace_all)
		return 0;
	slot = thread__see(here, p, 0, 0);
	return slot && slot->traced ? slot->id : 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(sched_waking, struct task_struct *p)
{
	struct core *there;
	struct here here;
	u32 id, target;

	if (!here__init(&here))
		return 0;
	here.core->asked = 0;
	here.core->newborn = 0;
	id = wake__see(&here, p);
	if (!id)
		return 0;
	if (p->on_cpu) {
		target = p->thread_info.cpu;
		there = bpf_map_lookup_elem(&cores, &target);
		if (there)
			there->raced = 1;
	}
	waking__record(&here, p, id, 0);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *p)
{
	struct here here;
	u32 id;

	if (!here__init(&here))
		return 0;
	id = wake__see(&here, p);
	here.core->newborn = id; /* its pre-emption check comes after this tracepoint */
	if (id)
		waking__record(&here, p, id, WAKING_NEW);
	return 0;
}

#include "bpf/life.bpf.h"
#include "bpf/why.bpf.h"
