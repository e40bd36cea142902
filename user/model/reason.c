/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* reason.c - see reason.h. */
#include <stddef.h>
#include <string.h>

#include "user/model/reason.h"

/* include/linux/sched.h; TASK_DEAD with EXIT_* of old kernels */
#define STATE_DEAD_BITS	   (0x80 | 0x10 | 0x20)
#define STATE_STOPPED_BITS (0x04 | 0x08 | 0x8000) /* stopped, traced, frozen */

static enum cause cause_of(const struct event_switch *ev, const struct reason_context *ctx)
{
	if (ev->head.flags & SWITCH_QUOTA)
		return CAUSE_QUOTA;
	if (ctx->next_is_stopper)
		return CAUSE_MIGRATION;
	if (ctx->next_is_idle)
		return CAUSE_UNKNOWN;
	if (ctx->next->prio < 100 && ctx->next->prio < ctx->prev->prio)
		return CAUSE_CLASS;
	if (ev->resched == RESCHED_WAKEUP)
		return CAUSE_WAKEUP;
	if (ev->resched == RESCHED_TICK)
		return CAUSE_SLICE;
	if (!ctx->has_resched && ctx->next_was_woken_here)
		return CAUSE_WAKEUP;
	return CAUSE_UNKNOWN;
}

static struct decision preempted(const struct event_switch *ev, const struct reason_context *ctx,
				 enum mode mode)
{
	return (struct decision){ .reason = REASON_PREEMPTED, .mode = mode,
				  .cause = cause_of(ev, ctx) };
}

static bool in_sched_yield(const struct event_switch *ev, uint32_t arch)
{
	const char *name = ev->detail & SWITCH_COMPAT ? NULL : syscall__name(arch, ev->syscall);

	return name && strcmp(name, "sched_yield") == 0;
}

/* Runnable, counted as involuntary, not inside the kernel's own pre-emption. */
static struct decision left_runnable(const struct event_switch *ev, const struct reason_context *ctx)
{
	switch (ev->stack) {
	case STACK_YIELD:
		return (struct decision){ .reason = REASON_YIELDED };
	case STACK_USER_EXIT:
		return preempted(ev, ctx, MODE_USER);
	case STACK_OTHER:
		return preempted(ev, ctx, ev->detail & SWITCH_RACED ? MODE_WAIT : MODE_NONE);
	default:
		break;
	}
	if (in_sched_yield(ev, ctx->arch))
		return (struct decision){ .reason = REASON_UNCLEAR };
	if (ev->detail & (SWITCH_RACED | SWITCH_KERNEL))
		return preempted(ev, ctx, MODE_NONE);
	return preempted(ev, ctx, MODE_USER);
}

static struct decision left_by_itself(const struct event_switch *ev,
				      const struct reason_context *ctx)
{
	if (ev->state & STATE_STOPPED_BITS || ev->head.flags & SWITCH_FREEZING)
		return (struct decision){ .reason = REASON_STOPPED };
	return (struct decision){ .reason = REASON_BLOCKED,
				  .waits_on = waits_on__decide(ev, ctx->arch) };
}

struct decision reason__decide(const struct event_switch *ev, const struct reason_context *ctx)
{
	uint8_t flags = ev->head.flags;

	if (ev->head.id == 0)
		return (struct decision){ .reason = REASON_NONE };
	if (ev->state & STATE_DEAD_BITS && !(flags & SWITCH_PREEMPT))
		return (struct decision){ .reason = REASON_EXITED };
	if (flags & SWITCH_PREEMPT)
		return preempted(ev, ctx, MODE_KERNEL);
	if (flags & SWITCH_NVCSW)
		return left_by_itself(ev, ctx);
	if (flags & SWITCH_NIVCSW)
		return left_runnable(ev, ctx);
	/* the counters' baseline is missing: the first switch seen on a core, or after a gap */
	if (ev->state)
		return left_by_itself(ev, ctx);
	if (flags & SWITCH_SIGPENDING)
		return (struct decision){ .reason = REASON_UNCLEAR };
	return left_runnable(ev, ctx);
}
