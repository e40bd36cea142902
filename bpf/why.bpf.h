/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * why.bpf.h - who asked for a core to be given up, and in which interrupt a thread was woken.
 *
 * The kernel asks for a reschedule either in a wakeup's pre-emption check or by its own clock.
 * Both may happen in a timer interrupt, so the context does not tell them apart; the order of
 * tracepoints does: in a wakeup sched_wakeup follows at once, on the same core, under the same
 * run queue lock (ttwu_do_activate(), kernel/sched/core.c). For a new thread the check comes
 * after sched_wakeup_new (wake_up_new_task()).
 */
#ifndef TAKETURNS_WHY_BPF_H
#define TAKETURNS_WHY_BPF_H

#include "bpf/threads.bpf.h"

/* Since 6.17 (adcc3bfa8806 "sched: Adapt sched tracepoints for RV task model"). */
SEC("?tp_btf/sched_set_need_resched_tp")
int BPF_PROG(sched_set_need_resched, struct task_struct *t, int target)
{
	u32 there_cpu = target;
	struct core *core = this_core(), *there;

	if (!core || !core->on)
		return 0;
	there = bpf_map_lookup_elem(&cores, &there_cpu);
	if (!there || there->resched != RESCHED_NONE)
		return 0; /* who asked first is what counts (a lazy request is raised by the tick) */
	if (core->newborn) {
		there->resched = RESCHED_WAKEUP;
		there->resched_by = core->newborn;
		return 0;
	}
	there->resched = RESCHED_TICK;
	core->asked = target + 1;
	return 0;
}

SEC("?tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *p)
{
	struct thread_slot *slot;
	struct core *there;
	u32 target;
	struct core *core = this_core();

	if (!core || !core->asked)
		return 0;
	target = core->asked - 1;
	core->asked = 0;
	there = bpf_map_lookup_elem(&cores, &target);
	if (!there || p->thread_info.cpu != target)
		return 0;
	there->resched = RESCHED_WAKEUP;
	slot = bpf_task_storage_get(&threads, p, 0, 0);
	there->resched_by = slot ? slot->id : 0;
	return 0;
}

static __always_inline int irq__enter(u8 kind, u8 vector)
{
	struct core *core = this_core();

	if (core) {
		core->irq = kind;
		core->irq_vector = vector;
		core->asked = 0; /* what was asked for before was not this context's doing */
		core->newborn = 0;
	}
	return 0;
}

static __always_inline int irq__leave(void)
{
	struct core *core = this_core();

	if (core)
		core->irq = IRQ_NONE;
	return 0;
}

SEC("?tp_btf/irq_handler_entry")
int BPF_PROG(irq_handler_entry, int irq)
{
	return irq__enter(IRQ_DEVICE, irq);
}

SEC("?tp_btf/irq_handler_exit")
int BPF_PROG(irq_handler_exit)
{
	return irq__leave();
}

SEC("?tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, unsigned int vector)
{
	struct core *core = this_core();

	if (core)
		core->soft = vector + 1;
	return 0;
}

SEC("?tp_btf/softirq_exit")
int BPF_PROG(softirq_exit)
{
	struct core *core = this_core();

	if (core)
		core->soft = 0;
	return 0;
}

/* x86's own vectors do not pass through irq_handler_entry (arch/x86 asm/trace/irq_vectors.h). */
#define VECTOR_PROGRAMS(name, kind)                                                                \
	SEC("?tp_btf/" #name "_entry")                                                             \
	int BPF_PROG(name##_entry, int vector)                                                     \
	{                                                                                          \
		return irq__enter(kind, vector);                                                   \
	}                                                                                          \
	SEC("?tp_btf/" #name "_exit")                                                              \
	int BPF_PROG(name##_exit)                                                                  \
	{                                                                                          \
		return irq__leave();                                                               \
	}

VECTOR_PROGRAMS(local_timer, IRQ_TIMER)
VECTOR_PROGRAMS(call_function, IRQ_IPI)
VECTOR_PROGRAMS(call_function_single, IRQ_IPI)
VECTOR_PROGRAMS(reschedule, IRQ_IPI)
VECTOR_PROGRAMS(irq_work, IRQ_WORK)

#endif /* TAKETURNS_WHY_BPF_H */
