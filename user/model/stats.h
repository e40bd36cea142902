/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * stats.h - sums over a recording, or a window of it: per core, process, thread and task.
 * A sink of the model; renderers print what is here. All times are ns.
 */
#ifndef TAKETURNS_STATS_H
#define TAKETURNS_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "user/model/model.h"

struct stats_instead {
	char comm[EVENT_COMM_SZ + 1]; /* name of what ran, "idle" for nothing */
	uint64_t ns;
};

struct stats_core {
	bool recorded;
	uint64_t traced_ns;
	uint64_t other_ns;
	uint64_t idle_ns;
	uint64_t unknown_ns;
	uint64_t switches;
};

struct stats_process {
	uint32_t pid;
	char comm[EVENT_COMM_SZ + 1]; /* of its first thread, its newest name */
	uint32_t threads;
	uint64_t on_cpu_ns;
	uint32_t most; /* of its threads on cores at one time */
	uint32_t running;
};

struct stats_thread {
	const struct thread *thread; /* the model's; lives as long as the model */
	uint64_t time[STATE_COUNT];  /* by enum thread_state */
	uint64_t start_ns;	     /* absolute, clipped to the window */
	uint64_t end_ns;
	uint64_t slices;
	uint64_t reasons[REASON_COUNT];
	uint64_t modes[MODE_COUNT]; /* of pre-emptions */
	uint64_t causes[CAUSE_COUNT];
	uint64_t waits[WAITS_COUNT];
	uint64_t wakeups;
	uint64_t migrations;
	uint64_t longest_wait_ns; /* runnable */
	uint64_t longest_turn_ns;
	struct stats_instead *instead; /* who ran on its core while it waited; unsorted */
	uint32_t instead_count;
	uint32_t instead_room;
	uint32_t process; /* index */
};

struct stats_task {
	const struct task *task;
	uint64_t steps;
	uint64_t on_cpu_ns;
	uint64_t ready_ns;
	uint64_t longest_step_ns;
	uint64_t preempted_inside;
	uint64_t why[6]; /* by enum step_end */
	uint32_t *threads; /* tids, each once */
	uint32_t thread_count;
	uint64_t ready_since;
};

struct stats {
	uint64_t from_ns; /* absolute */
	uint64_t to_ns;
	uint32_t core_count;
	struct stats_core *cores;
	uint32_t process_count;
	struct stats_process *processes; /* in order of first sight */
	uint32_t thread_count;
	struct stats_thread **threads; /* traced ones, in order of first sight */
	uint32_t task_count;
	struct stats_task **tasks;
	uint32_t most; /* traced threads on cores at one time */
	uint64_t two_or_more_ns;
	uint64_t any_ns;     /* with at least one */
	uint64_t running_ns; /* sum over threads */
	uint64_t switches;   /* turns of traced threads */
	uint64_t reasons[REASON_COUNT];
	uint64_t causes[CAUSE_COUNT];
};

/* Filters; NULL functions select everything. */
struct stats_opts {
	uint64_t from_ns; /* absolute window, half-open */
	uint64_t to_ns;
	uint32_t cpus;
	const uint64_t *cpu_mask; /* recorded cores */
	bool (*wants_thread)(void *ctx, const struct thread *t);
	void *ctx;
};

struct stats_sink;

/* Makes a collector; hand stats_sink__sink() to model__new(). NULL: no memory. */
struct stats_sink *stats_sink__new(const struct stats_opts *opts);
struct model_sink stats_sink__sink(struct stats_sink *s);

/* After model__finish(). The result belongs to the collector; it points into the model. */
const struct stats *stats_sink__result(struct stats_sink *s);
void stats_sink__free(struct stats_sink *s);

#endif /* TAKETURNS_STATS_H */
