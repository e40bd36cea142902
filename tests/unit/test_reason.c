/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* test_reason.c - who decided a switch: each row of docs/design.md's table, and each cause. */
#include <elf.h>

#include "tests/test.h"
#include "user/model/reason.h"

static const struct event_sched normal = { .prio = 120, .normal = 120 };
static const struct event_sched fifo = { .prio = 89, .normal = 89, .policy = 1 };

static struct reason_context context(void)
{
	return (struct reason_context){ .arch = EM_X86_64, .has_resched = true, .prev = &normal,
					.next = &normal };
}

static struct decision decide(uint8_t flags, uint16_t state, int16_t nr, uint8_t stack,
			      uint8_t detail)
{
	struct reason_context ctx = context();
	struct event_switch ev = { .head = { .id = 1, .flags = flags }, .state = state,
				   .syscall = nr, .stack = stack, .detail = detail,
				   .resched = RESCHED_TICK };

	return reason__decide(&ev, &ctx);
}

TEST(a_tick_in_user_code_is_a_preemption)
{
	struct decision d = decide(SWITCH_NIVCSW, 0, -1, STACK_NOT_TAKEN, 0);

	CHECK_INT(d.reason, REASON_PREEMPTED);
	CHECK_INT(d.mode, MODE_USER);
	CHECK_INT(d.cause, CAUSE_SLICE);
}

TEST(the_stack_tells_a_yield)
{
	CHECK_INT(decide(SWITCH_NIVCSW, 0, 24, STACK_YIELD, 0).reason, REASON_YIELDED);
	/* on the way out of a sched_yield that did not switch */
	CHECK_INT(decide(SWITCH_NIVCSW, 0, 24, STACK_USER_EXIT, 0).reason, REASON_PREEMPTED);
	/* without the stack nobody can tell */
	CHECK_INT(decide(SWITCH_NIVCSW, 0, 24, STACK_FAILED, 0).reason, REASON_UNCLEAR);
	CHECK_INT(decide(SWITCH_NIVCSW, 0, 24, STACK_NOT_TAKEN, 0).reason, REASON_UNCLEAR);
}

TEST(a_raced_wait)
{
	struct decision d = decide(SWITCH_NIVCSW, 0, 0, STACK_OTHER, SWITCH_RACED);

	CHECK_INT(d.reason, REASON_PREEMPTED);
	CHECK_INT(d.mode, MODE_WAIT);
	d = decide(SWITCH_NIVCSW, 0, 0, STACK_FAILED, SWITCH_RACED);
	CHECK_INT(d.mode, MODE_NONE); /* cannot be told */
}

TEST(kernel_preemption_wins_over_the_state)
{
	struct decision d = decide(SWITCH_PREEMPT | SWITCH_NIVCSW, 1, 0, STACK_NOT_TAKEN, 0);

	CHECK_INT(d.reason, REASON_PREEMPTED);
	CHECK_INT(d.mode, MODE_KERNEL);
}

TEST(asking_to_wait)
{
	CHECK_INT(decide(SWITCH_NVCSW, 1, 35, STACK_NOT_TAKEN, 0).reason, REASON_BLOCKED);
	CHECK_INT(decide(SWITCH_NVCSW, 1, 35, STACK_NOT_TAKEN, 0).waits_on, WAITS_SLEEP);
	/* a signal made it runnable before it left: it asked all the same */
	CHECK_INT(decide(SWITCH_NVCSW | SWITCH_SIGPENDING, 0, 35, 0, 0).reason, REASON_BLOCKED);
	CHECK_INT(decide(SWITCH_NVCSW, 0x104, -1, 0, 0).reason, REASON_STOPPED);
	CHECK_INT(decide(SWITCH_NVCSW | SWITCH_FREEZING, 0x2001, -1, 0, 0).reason, REASON_STOPPED);
	CHECK_INT(decide(SWITCH_NVCSW, 0x80, -1, 0, 0).reason, REASON_EXITED);
}

TEST(without_a_baseline)
{
	CHECK_INT(decide(0, 1, 0, 0, 0).reason, REASON_BLOCKED);
	CHECK_INT(decide(0, 0, -1, 0, 0).reason, REASON_PREEMPTED);
	CHECK_INT(decide(SWITCH_SIGPENDING, 0, -1, 0, 0).reason, REASON_UNCLEAR);
}

TEST(causes)
{
	struct event_switch ev = { .head = { .id = 1, .flags = SWITCH_NIVCSW }, .syscall = -1 };
	struct reason_context ctx = context();

	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_UNKNOWN);
	ev.resched = RESCHED_WAKEUP;
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_WAKEUP);
	ctx.next = &fifo;
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_CLASS);
	ctx.next_is_stopper = true;
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_MIGRATION);
	ev.head.flags |= SWITCH_QUOTA;
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_QUOTA);
	/* an older kernel: only a thread woken here within the slice is known */
	ctx = context();
	ctx.has_resched = false;
	ev = (struct event_switch){ .head = { .id = 1, .flags = SWITCH_NIVCSW }, .syscall = -1 };
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_UNKNOWN);
	ctx.next_was_woken_here = true;
	CHECK_INT(reason__decide(&ev, &ctx).cause, CAUSE_WAKEUP);
}

TEST(what_it_waits_for)
{
	static const struct {
		int16_t nr;
		uint8_t file;
		uint8_t detail;
		uint64_t arg;
		enum waits_on want;
	} cases[] = {
		{ 202, 0, 0, 0x1000, WAITS_FUTEX },	  { 0, FILE_PIPE, 0, 0, WAITS_PIPE },
		{ 0, FILE_SOCKET, 0, 0, WAITS_SOCKET },	  { 0, FILE_TTY, 0, 0, WAITS_TTY },
		{ 0, FILE_EVENTFD, 0, 0, WAITS_EVENT },	  { 0, FILE_TIMERFD, 0, 0, WAITS_TIMER },
		{ 0, FILE_REGULAR, 0, 0, WAITS_FILE },	  { 0, FILE_REGULAR, SWITCH_IOWAIT, 0, WAITS_IO },
		{ 7, 0, 0, 3, WAITS_POLL },		  { 7, 0, 0, 0, WAITS_SLEEP },
		{ 232, 0, 0, 0, WAITS_POLL },		  { 61, 0, 0, 0, WAITS_CHILD },
		{ 72, 0, 0, 7, WAITS_LOCK },		  { 73, 0, 0, 0, WAITS_LOCK },
		{ 70, 0, 0, 0, WAITS_IPC },		  { 130, 0, 0, 0, WAITS_SIGNAL },
		{ -1, 0, 0, 0, WAITS_FAULT },		  { 300, 0, 0, 0, WAITS_OTHER },
		{ 0, 0, SWITCH_COMPAT, 0, WAITS_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_switch ev = { .syscall = cases[i].nr, .file = cases[i].file,
					   .detail = cases[i].detail, .arg = cases[i].arg,
					   .state = 1 };

		CHECK_INT(waits_on__decide(&ev, EM_X86_64), cases[i].want);
	}
}

TEST_MAIN()
