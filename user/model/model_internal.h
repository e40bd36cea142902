/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* model_internal.h - the model's own state, shared by its files only. */
#ifndef TAKETURNS_MODEL_INTERNAL_H
#define TAKETURNS_MODEL_INTERNAL_H

#include "user/model/model.h"

/* A number to pointer map (open addressing; NULL is no value). */
struct id_map {
	uint64_t *keys;
	void **values;
	uint32_t slots; /* a power of two */
	uint32_t used;
};

void *id_map__get(const struct id_map *m, uint64_t key);
int id_map__put(struct id_map *m, uint64_t key, void *value); /* 0 or -ENOMEM */
void id_map__release(struct id_map *m);

#define RECENT_MAPS 48

/* A process: its address space, and what was mapped since the last rename. The kernel renames
 * a thread first thing in exec, then maps the new program, and only then tells of the exec. */
struct process {
	uint32_t pid;
	uint32_t space;
	uint32_t recent_count;
	struct event_map *recent; /* RECENT_MAPS, NULL until used */
};

struct thread_more {
	struct thread t; /* first: a thread is its thread_more */
	struct process *process;
	bool introduced;
	bool woken_early;  /* a waking came while it ran: counts if it blocks now */
	bool tentative;	   /* runnable only if no further waking comes (see on_waking) */
	uint64_t outs;	   /* switch-outs since first sight */
	uint64_t outs_goal; /* with closing: how many the kernel's counters include */
	bool closing;
	uint64_t woken_ts; /* of its last waking, 0 none since it ran */
	uint32_t woken_cpu;
	/* the step on it, while t.task is set */
	uint64_t step_since;
	uint64_t step_cpu_ns;
	uint64_t step_on_since; /* when the thread came on a core inside the step, 0 not on one */
	uint32_t step_preempted;
};

struct core_state {
	struct thread *cur; /* NULL unknown */
	uint64_t since;
	bool recorded;
	bool virgin; /* no switch seen yet */
	bool gap;    /* hidden or lost switches since `since` */
};

struct model {
	struct model_sink sink;
	struct model_opts opts;
	struct model_health health;
	struct core_state *cores;
	struct id_map by_id;
	struct id_map by_pid;
	struct id_map by_handle; /* tasks, by process, runtime and handle */
	struct thread_more **threads; /* in order of first sight; [0] is idle */
	uint32_t thread_count;
	uint32_t thread_room;
	struct task **tasks;
	uint32_t task_count;
	uint32_t task_room;
	uint32_t space_count;
	uint64_t now;
	uint64_t lost_since; /* of the newest stretch in which records were lost, on any core */
	uint64_t lost_until;
	int error; /* first error of a sink or of memory: ends the feeding */
};

/* Calls a sink's function if it is there, and keeps its error. */
#define TELL(m, fn, ...)                                                                           \
	do {                                                                                       \
		if ((m)->sink.fn && !(m)->error)                                                   \
			(m)->error = (m)->sink.fn((m)->sink.ctx, __VA_ARGS__);                     \
	} while (0)

/* The thread of this id; an unknown one is made up, and counted. NULL: no memory (m->error). */
struct thread_more *model__get(struct model *m, uint32_t id);
void model__set_state(struct model *m, struct thread_more *t, enum thread_state to, uint64_t ts);

/* steps.c */
void steps__on_probe(struct model *m, uint32_t cpu, const struct event_task *ev);
void steps__on_turn(struct model *m, struct thread_more *prev, struct thread_more *next,
		    enum reason reason, uint64_t ts);
void steps__end_thread(struct model *m, struct thread_more *t, uint64_t ts);
void steps__hide(struct thread_more *t, uint64_t since);

/* spaces.c */
struct process *spaces__process(struct model *m, uint32_t pid, const struct thread_more *creator);
void spaces__on_exec(struct model *m, struct thread_more *t);
void spaces__on_rename(struct thread_more *t);
void spaces__on_map(struct model *m, const struct event_map *ev);
void spaces__release(struct model *m);

#endif /* TAKETURNS_MODEL_INTERNAL_H */
