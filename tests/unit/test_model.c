/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* test_model.c - the state machine and the statistics on small hand-made and on random streams. */
#include <elf.h>
#include <stdlib.h>

#include "tests/test.h"
#include "user/model/model.h"
#include "user/model/stats.h"
#include "user/trace/trace.h"

#define CPUS 2

struct run {
	struct stats_sink *sink;
	struct model *model;
	const struct stats *stats;
};

static struct run begin(uint64_t end)
{
	static const uint64_t mask[TRACE_CPU_MAX / 64] = { 3 };
	struct stats_opts so = { .from_ns = 1000, .to_ns = end, .cpus = CPUS, .cpu_mask = mask };
	struct model_opts mo = { .start_ns = 1000, .cpus = CPUS, .cpu_mask = mask,
				 .arch = EM_X86_64, .flags = TRACE_HAS_RESCHED };
	struct run r = { .sink = stats_sink__new(&so) };
	struct model_sink sink = stats_sink__sink(r.sink);

	r.model = model__new(&mo, &sink);
	return r;
}

static void finish(struct run *r, uint64_t end)
{
	CHECK_INT(model__finish(r->model, end), 0);
	r->stats = stats_sink__result(r->sink);
}

static void release(struct run *r)
{
	stats_sink__free(r->sink);
	model__free(r->model);
}

static void thread(struct run *r, uint64_t ts, uint32_t id, uint8_t flags)
{
	struct event_thread ev = { .head = { ts, EVENT_THREAD, flags | THREAD_TRACED, sizeof(ev), id },
				   .tid = id + 100, .pid = 101, .sched = { .prio = 120 } };

	memcpy(ev.comm, "worker", 7);
	CHECK_INT(model__feed(r->model, 0, &ev.head), 0);
}

static void turn(struct run *r, uint64_t ts, uint32_t cpu, uint32_t prev, uint32_t next,
		 uint8_t flags, uint16_t state)
{
	struct event_switch ev = { .head = { ts, EVENT_SWITCH, flags, sizeof(ev), prev },
				   .next = next, .state = state, .syscall = -1 };

	CHECK_INT(model__feed(r->model, cpu, &ev.head), 0);
}

static void waking(struct run *r, uint64_t ts, uint32_t id, uint32_t by)
{
	struct event_waking ev = { .head = { ts, EVENT_WAKING, 0, sizeof(ev), id }, .by = by };

	CHECK_INT(model__feed(r->model, 0, &ev.head), 0);
}

TEST(two_threads_take_turns)
{
	struct run r = begin(9000);

	thread(&r, 1000, 1, THREAD_ASLEEP);
	thread(&r, 1000, 2, THREAD_ASLEEP);
	waking(&r, 2000, 1, 0);
	turn(&r, 2100, 0, 0, 1, 0, 0);
	waking(&r, 3000, 2, 1);
	turn(&r, 4000, 0, 1, 2, SWITCH_NIVCSW, 0);
	turn(&r, 6000, 0, 2, 1, SWITCH_NVCSW, 1);
	turn(&r, 8000, 0, 1, 0, SWITCH_NVCSW, 0x80);
	finish(&r, 9000);
	CHECK_INT(r.stats->thread_count, 2);
	CHECK_INT(r.stats->threads[0]->time[STATE_RUNNING], 1900 + 2000);
	CHECK_INT(r.stats->threads[0]->time[STATE_RUNNABLE], 100 + 2000);
	CHECK_INT(r.stats->threads[0]->reasons[REASON_PREEMPTED], 1);
	CHECK_INT(r.stats->threads[0]->reasons[REASON_EXITED], 1);
	CHECK_INT(r.stats->threads[1]->time[STATE_RUNNABLE], 1000);
	CHECK_INT(r.stats->threads[1]->time[STATE_BLOCKED], 2000 + 3000);
	CHECK_INT(r.stats->threads[1]->instead_count, 1);
	CHECK_INT(r.stats->threads[1]->instead[0].ns, 1000);
	CHECK_INT(r.stats->most, 1);
	CHECK_INT(r.stats->cores[0].traced_ns, 5900);
	CHECK_INT(r.stats->cores[0].idle_ns, 2100);
	release(&r);
}

TEST(a_waking_before_the_switch_out_counts_only_if_no_other_follows)
{
	struct run r = begin(9000);

	thread(&r, 1000, 1, THREAD_ASLEEP);
	waking(&r, 1000, 1, 0);
	turn(&r, 1000, 0, 0, 1, 0, 0);
	waking(&r, 2000, 1, 0); /* meets it on its core */
	turn(&r, 3000, 0, 1, 0, SWITCH_NVCSW, 1);
	turn(&r, 3500, 0, 0, 1, 0, 0); /* it was runnable at once */
	waking(&r, 4000, 1, 0);
	turn(&r, 5000, 0, 1, 0, SWITCH_NVCSW, 1);
	waking(&r, 7000, 1, 0); /* it slept after all */
	turn(&r, 7100, 0, 0, 1, 0, 0);
	finish(&r, 9000);
	CHECK_INT(r.stats->threads[0]->time[STATE_RUNNABLE], 500 + 100);
	CHECK_INT(r.stats->threads[0]->time[STATE_BLOCKED], 2000);
	release(&r);
}

TEST(hidden_switches_make_unknown_time)
{
	struct run r = begin(9000);
	struct event_missing hidden = { .head = { 6000, EVENT_HIDDEN, 0, sizeof(hidden), 0 },
					.since = 3000, .count = 2 };

	thread(&r, 1000, 1, THREAD_ASLEEP);
	waking(&r, 2000, 1, 0);
	turn(&r, 3000, 0, 0, 1, 0, 0);
	CHECK_INT(model__feed(r.model, 0, &hidden.head), 0);
	turn(&r, 6000, 0, 1, 0, 0, 1);
	finish(&r, 9000);
	CHECK_INT(r.stats->threads[0]->time[STATE_UNKNOWN], 3000);
	CHECK_INT(r.stats->threads[0]->time[STATE_RUNNING], 0);
	CHECK_INT(r.stats->cores[0].unknown_ns, 3000);
	CHECK_INT(model__health(r.model)->hidden, 2);
	release(&r);
}

TEST(counters_that_close_a_thread_that_lives_on)
{
	struct run r = begin(9000);
	struct event_counters c = { .head = { 5000, EVENT_COUNTERS, 0, sizeof(c), 1 },
				    .counts = { .nivcsw = 2 } };

	thread(&r, 1000, 1, THREAD_ASLEEP);
	thread(&r, 1000, 2, THREAD_ASLEEP);
	turn(&r, 2000, 0, 0, 1, 0, 0);
	turn(&r, 3000, 0, 1, 2, SWITCH_NIVCSW, 0);
	turn(&r, 4000, 0, 2, 1, SWITCH_NIVCSW, 0);
	CHECK_INT(model__feed(r.model, 0, &c.head), 0);
	turn(&r, 5100, 0, 1, 2, SWITCH_NIVCSW, 0); /* the kernel had counted it before we read */
	turn(&r, 5200, 0, 2, 1, SWITCH_NIVCSW, 0);
	turn(&r, 5300, 0, 1, 2, SWITCH_NIVCSW, 0); /* this one came after */
	finish(&r, 9000);
	CHECK_INT(r.stats->threads[0]->reasons[REASON_PREEMPTED], 2);
	release(&r);
}

TEST(random_records_never_break_the_sums)
{
	unsigned int seed = 1;

	for (int round = 0; round < 200; round++) {
		struct run r = begin(200000);
		uint64_t ts = 1000;

		for (int i = 0; i < 500; i++) {
			union event ev;
			unsigned char *bytes = (unsigned char *)&ev;

			for (size_t k = 0; k < sizeof(ev); k++)
				bytes[k] = (unsigned char)(rand_r(&seed) % 5);
			ts += (uint64_t)(rand_r(&seed) % 300);
			ev.head.ts = ts;
			ev.head.kind = (uint8_t)(1 + rand_r(&seed) % 13);
			ev.head.size = sizeof(ev);
			ev.exec.filename[EVENT_PATH_SZ - 1] = 0;
			if (ev.head.kind == EVENT_MAP)
				ev.map.name[EVENT_PATH_SZ - 1] = 0;
			CHECK_INT(model__feed(r.model, (uint32_t)(rand_r(&seed) % 3), &ev.head), 0);
		}
		finish(&r, ts + 10 > 200000 ? ts + 10 : 200000);
		for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
			const struct stats_core *c = &r.stats->cores[cpu];

			CHECK_INT(c->traced_ns + c->other_ns + c->idle_ns + c->unknown_ns, 199000);
		}
		for (uint32_t i = 0; i < r.stats->thread_count; i++) {
			const struct stats_thread *t = r.stats->threads[i];
			uint64_t sum = 0;

			for (int s = 0; s < STATE_DEAD; s++)
				sum += t->time[s];
			CHECK(sum <= 199000);
		}
		release(&r);
	}
}

TEST_MAIN()
