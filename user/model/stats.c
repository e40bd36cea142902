/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * stats.c - see stats.h. Who ran while a thread waited: each core keeps the list of threads that
 * wait for it, and whoever leaves the core is charged to each for the time that both overlapped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/stats.h"

/* A traced thread that is runnable on a core. */
struct waiter {
	struct stats_thread *thread;
	uint64_t since; /* not charged before */
};

struct queue {
	struct waiter *waiters;
	uint32_t count;
	uint32_t room;
	const struct thread *running; /* NULL unknown */
	uint64_t since;
};

struct stats_sink {
	struct stats result;
	struct stats_opts opts;
	struct queue *queues; /* per core */
	uint32_t running;     /* traced threads on cores now */
	uint64_t running_since;
	struct stats_thread **by_id; /* open addressing by thread id */
	uint32_t slots;
};

static uint64_t clip_from(const struct stats_sink *s, uint64_t t)
{
	return t < s->opts.from_ns ? s->opts.from_ns : t;
}

static uint64_t clip_to(const struct stats_sink *s, uint64_t t)
{
	return t > s->opts.to_ns ? s->opts.to_ns : t;
}

static uint64_t overlap(const struct stats_sink *s, uint64_t from, uint64_t to)
{
	from = clip_from(s, from);
	to = clip_to(s, to);
	return to > from ? to - from : 0;
}

static bool in_window(const struct stats_sink *s, uint64_t ts)
{
	return ts >= s->opts.from_ns && ts < s->opts.to_ns;
}

/* Room for one more in an array of pointers or structs. */
static int make_room(void **array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t bigger = *room ? *room * 2 : 8;
	void *p;

	if (count < *room)
		return 0;
	p = realloc(*array, bigger * size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*room = bigger;
	return 0;
}

/* ---- threads and processes ---- */

static struct stats_thread **slot_of(struct stats_thread **table, uint32_t slots, uint32_t id)
{
	uint32_t at = (id * 2654435761u) & (slots - 1);

	while (table[at] && table[at]->thread->id != id)
		at = (at + 1) & (slots - 1);
	return &table[at];
}

static int grow_table(struct stats_sink *s)
{
	uint32_t slots = s->slots ? s->slots * 2 : 128;
	struct stats_thread **table = calloc(slots, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->result.thread_count; i++) {
		struct stats_thread *t = s->result.threads[i];

		*slot_of(table, slots, t->thread->id) = t;
	}
	free(s->by_id);
	s->by_id = table;
	s->slots = slots;
	return 0;
}

/* The newest process of this number, or a new one. */
static int find_process(struct stats_sink *s, const struct thread *t, uint32_t *index)
{
	struct stats *r = &s->result;
	uint32_t i = r->process_count;
	struct stats_process *bigger;

	while (i > 0 && r->processes[i - 1].pid != t->pid)
		i--;
	if (i > 0 && !(t->newborn && t->tid == t->pid)) {
		*index = i - 1;
		return 0;
	}
	if ((r->process_count & (r->process_count - 1)) == 0) {
		uint32_t room = r->process_count ? r->process_count * 2 : 8;

		bigger = realloc(r->processes, room * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		r->processes = bigger;
	}
	*index = r->process_count++;
	memset(&r->processes[*index], 0, sizeof(*r->processes));
	r->processes[*index].pid = t->pid;
	return 0;
}

static int add_thread(struct stats_sink *s, struct thread *t, struct stats_thread **out)
{
	struct stats *r = &s->result;
	struct stats_thread *st;

	if ((r->thread_count + 1) * 2 > s->slots && grow_table(s))
		return -ENOMEM;
	if ((r->thread_count & (r->thread_count - 1)) == 0) {
		uint32_t room = r->thread_count ? r->thread_count * 2 : 8;
		struct stats_thread **bigger = realloc(r->threads, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		r->threads = bigger;
	}
	st = calloc(1, sizeof(*st));
	if (!st)
		return -ENOMEM;
	st->thread = t;
	if (find_process(s, t, &st->process)) {
		free(st);
		return -ENOMEM;
	}
	r->processes[st->process].threads++;
	r->threads[r->thread_count++] = st;
	*slot_of(s->by_id, s->slots, t->id) = st;
	*out = st;
	return 0;
}

/* NULL with 0: not wanted. */
static int find_thread(struct stats_sink *s, struct thread *t, struct stats_thread **out)
{
	*out = NULL;
	if (!t->traced || (s->opts.wants_thread && !s->opts.wants_thread(s->opts.ctx, t)))
		return 0;
	if (s->slots)
		*out = *slot_of(s->by_id, s->slots, t->id);
	return *out ? 0 : add_thread(s, t, out);
}

/* ---- who ran instead ---- */

static int charge(struct stats_thread *t, const char *comm, uint64_t ns)
{
	if (!ns)
		return 0;
	for (uint32_t i = 0; i < t->instead_count; i++) {
		if (strcmp(t->instead[i].comm, comm) == 0) {
			t->instead[i].ns += ns;
			return 0;
		}
	}
	if (make_room((void **)&t->instead, t->instead_count, &t->instead_room, sizeof(*t->instead)))
		return -ENOMEM;
	memset(&t->instead[t->instead_count], 0, sizeof(*t->instead));
	strcpy(t->instead[t->instead_count].comm, comm);
	t->instead[t->instead_count++].ns = ns;
	return 0;
}

static int charge_waiter(struct stats_sink *s, struct queue *q, struct waiter *w, uint64_t until)
{
	uint64_t from = w->since > q->since ? w->since : q->since;
	int err = 0;

	if (q->running && until > from)
		err = charge(w->thread, q->running->comm, overlap(s, from, until));
	if (until > w->since)
		w->since = until;
	return err;
}

static int queue__add(struct stats_sink *s, uint32_t cpu, struct stats_thread *t, uint64_t ts)
{
	struct queue *q;

	if (cpu >= s->result.core_count)
		return 0;
	q = &s->queues[cpu];
	if (make_room((void **)&q->waiters, q->count, &q->room, sizeof(*q->waiters)))
		return -ENOMEM;
	q->waiters[q->count++] = (struct waiter){ t, ts };
	return 0;
}

/* A waiter's core is where it is in a list: usually its thread's, else searched for. */
static int queue__remove(struct stats_sink *s, struct stats_thread *t, uint64_t ts)
{
	uint32_t first = t->thread->cpu < s->result.core_count ? t->thread->cpu : 0;

	for (uint32_t k = 0; k < s->result.core_count; k++) {
		struct queue *q = &s->queues[(first + k) % s->result.core_count];

		for (uint32_t i = 0; i < q->count; i++) {
			int err;

			if (q->waiters[i].thread != t)
				continue;
			err = charge_waiter(s, q, &q->waiters[i], ts);
			q->waiters[i] = q->waiters[--q->count];
			return err;
		}
	}
	return 0;
}

static int queue__next(struct stats_sink *s, uint32_t cpu, const struct thread *next, uint64_t ts)
{
	struct queue *q = &s->queues[cpu];
	int err = 0;

	for (uint32_t i = 0; i < q->count && !err; i++)
		err = charge_waiter(s, q, &q->waiters[i], ts);
	q->running = next;
	q->since = ts;
	return err;
}

/* ---- callbacks ---- */

static void count_running(struct stats_sink *s, struct stats_thread *t, int change, uint64_t ts)
{
	struct stats *r = &s->result;
	struct stats_process *p = &r->processes[t->process];
	uint64_t ns = overlap(s, s->running_since, ts);

	if (s->running >= 2)
		r->two_or_more_ns += ns;
	if (s->running >= 1)
		r->any_ns += ns;
	r->running_ns += ns * s->running;
	s->running_since = ts;
	s->running += (uint32_t)change;
	p->running += (uint32_t)change;
	if (!in_window(s, ts))
		return;
	if (s->running > r->most)
		r->most = s->running;
	if (p->running > p->most)
		p->most = p->running;
}

static int on_state(void *ctx, uint64_t ts, struct thread *t, enum thread_state from,
		    enum thread_state to)
{
	struct stats_sink *s = ctx;
	struct stats_thread *st;
	int err = find_thread(s, t, &st);

	if (err || !st)
		return err;
	if (from == STATE_RUNNING && to != STATE_RUNNING)
		count_running(s, st, -1, ts);
	if (from != STATE_RUNNING && to == STATE_RUNNING)
		count_running(s, st, 1, ts);
	if (from == STATE_RUNNABLE)
		err = queue__remove(s, st, ts);
	if (!err && to == STATE_RUNNABLE)
		err = queue__add(s, t->cpu, st, ts);
	return err;
}

static int on_thread_span(void *ctx, struct thread *t, enum thread_state state, uint64_t from,
			  uint64_t to, uint32_t cpu)
{
	struct stats_sink *s = ctx;
	struct stats_thread *st;
	int err = find_thread(s, t, &st);
	uint64_t ns = overlap(s, from, to);

	(void)cpu;
	if (err || !st || !ns)
		return err;
	if (!st->start_ns)
		st->start_ns = clip_from(s, from);
	st->end_ns = clip_to(s, to);
	st->time[state] += ns;
	if (state == STATE_RUNNING)
		s->result.processes[st->process].on_cpu_ns += ns;
	if (state == STATE_RUNNABLE && ns > st->longest_wait_ns)
		st->longest_wait_ns = ns;
	return 0;
}

static int on_core_span(void *ctx, uint32_t cpu, struct thread *t, uint64_t from, uint64_t to)
{
	struct stats_sink *s = ctx;
	struct stats_core *core = &s->result.cores[cpu];
	uint64_t ns = overlap(s, from, to);

	if (!t)
		core->unknown_ns += ns;
	else if (t->id == 0)
		core->idle_ns += ns;
	else if (t->traced)
		core->traced_ns += ns;
	else
		core->other_ns += ns;
	return 0;
}

static void count_turn(struct stats *r, struct stats_thread *st, const struct turn *turn)
{
	st->slices++;
	st->reasons[turn->reason]++;
	r->switches++;
	r->reasons[turn->reason]++;
	if (turn->reason == REASON_PREEMPTED) {
		st->modes[turn->mode]++;
		st->causes[turn->cause]++;
		r->causes[turn->cause]++;
	}
	if (turn->reason == REASON_BLOCKED)
		st->waits[turn->waits_on]++;
	if (turn->ran_known && turn->ran_ns > st->longest_turn_ns)
		st->longest_turn_ns = turn->ran_ns;
}

static int on_turn(void *ctx, const struct turn *turn)
{
	struct stats_sink *s = ctx;
	struct stats_thread *st;
	int err = queue__next(s, turn->cpu, turn->next, turn->ts);

	if (err || !in_window(s, turn->ts))
		return err;
	s->result.cores[turn->cpu].switches++;
	if (turn->prev->id == 0)
		return 0;
	err = find_thread(s, turn->prev, &st);
	if (!err && st && !turn->prev->closed)
		count_turn(&s->result, st, turn);
	return err;
}

static int on_wakeup(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, struct thread *by,
		     enum irq_kind irq, unsigned int vector, uint32_t target)
{
	struct stats_sink *s = ctx;
	struct stats_thread *st;
	int err = find_thread(s, t, &st);

	(void)cpu, (void)by, (void)irq, (void)vector, (void)target;
	if (!err && st && in_window(s, ts))
		st->wakeups++;
	return err;
}

static int on_migrate(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, uint32_t from,
		      uint32_t to)
{
	struct stats_sink *s = ctx;
	struct stats_thread *st;
	int err = find_thread(s, t, &st);

	(void)cpu, (void)from, (void)to;
	if (!err && st && in_window(s, ts) && !t->closed)
		st->migrations++;
	return err;
}

/* ---- tasks ---- */

static int find_task(struct stats_sink *s, struct task *task, struct stats_task **out)
{
	struct stats *r = &s->result;

	if (task->user) {
		*out = task->user;
		return 0;
	}
	if ((r->task_count & (r->task_count - 1)) == 0) {
		uint32_t room = r->task_count ? r->task_count * 2 : 8;
		struct stats_task **bigger = realloc(r->tasks, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		r->tasks = bigger;
	}
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->task = task;
	task->user = *out;
	r->tasks[r->task_count++] = *out;
	return 0;
}

static int note_thread(struct stats_task *st, uint32_t tid)
{
	uint32_t *bigger;

	for (uint32_t i = 0; i < st->thread_count; i++)
		if (st->threads[i] == tid)
			return 0;
	bigger = realloc(st->threads, (st->thread_count + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	st->threads = bigger;
	st->threads[st->thread_count++] = tid;
	return 0;
}

static int on_step(void *ctx, struct task *task, struct thread *on, uint64_t from, uint64_t to,
		   uint64_t on_cpu_ns, uint32_t preempted, enum step_end end)
{
	struct stats_sink *s = ctx;
	struct stats_task *st;
	int err;

	if (!in_window(s, from) || (s->opts.wants_thread && !s->opts.wants_thread(s->opts.ctx, on)))
		return 0;
	err = find_task(s, task, &st);
	if (err)
		return err;
	st->steps++;
	st->on_cpu_ns += on_cpu_ns;
	st->preempted_inside += preempted;
	st->why[end]++;
	if (to - from > st->longest_step_ns)
		st->longest_step_ns = to - from;
	return note_thread(st, on->tid);
}

static int on_task(void *ctx, uint64_t ts, uint32_t cpu, struct task *task, struct thread *on,
		   const char *op, enum step_end end)
{
	struct stats_sink *s = ctx;
	struct stats_task *st;
	int err;

	(void)cpu, (void)on, (void)end;
	if (!in_window(s, ts))
		return 0;
	err = find_task(s, task, &st);
	if (err)
		return err;
	/* only where the runtime says that a task became ready can its waiting be known */
	if (strcmp(op, "ready") == 0)
		st->ready_since = ts;
	else if (strcmp(op, "resume") == 0 && st->ready_since) {
		st->ready_ns += ts - st->ready_since;
		st->ready_since = 0;
	}
	return 0;
}

/* ---- interface ---- */

struct stats_sink *stats_sink__new(const struct stats_opts *opts)
{
	struct stats_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->opts = *opts;
	s->opts.cpu_mask = NULL;
	s->result.from_ns = s->running_since = opts->from_ns;
	s->result.to_ns = opts->to_ns;
	s->result.core_count = opts->cpus;
	s->result.cores = calloc(opts->cpus, sizeof(*s->result.cores));
	s->queues = calloc(opts->cpus, sizeof(*s->queues));
	if (!s->result.cores || !s->queues) {
		stats_sink__free(s);
		return NULL;
	}
	for (uint32_t cpu = 0; cpu < opts->cpus; cpu++)
		s->result.cores[cpu].recorded = opts->cpu_mask[cpu / 64] >> (cpu % 64) & 1;
	return s;
}

struct model_sink stats_sink__sink(struct stats_sink *s)
{
	return (struct model_sink){
		.ctx = s,
		.turn = on_turn,
		.wakeup = on_wakeup,
		.migrate = on_migrate,
		.state = on_state,
		.thread_span = on_thread_span,
		.core_span = on_core_span,
		.step = on_step,
		.task = on_task,
	};
}

const struct stats *stats_sink__result(struct stats_sink *s)
{
	struct stats *r = &s->result;

	for (uint32_t i = 0; i < r->thread_count; i++) {
		struct stats_process *p = &r->processes[r->threads[i]->process];

		if (!p->comm[0] || r->threads[i]->thread->tid == p->pid)
			strcpy(p->comm, r->threads[i]->thread->comm);
	}
	return r;
}

void stats_sink__free(struct stats_sink *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->result.thread_count; i++) {
		free(s->result.threads[i]->instead);
		free(s->result.threads[i]);
	}
	for (uint32_t i = 0; i < s->result.task_count; i++) {
		free(s->result.tasks[i]->threads);
		free(s->result.tasks[i]);
	}
	for (uint32_t cpu = 0; s->queues && cpu < s->result.core_count; cpu++)
		free(s->queues[cpu].waiters);
	free(s->queues);
	free(s->result.cores);
	free(s->result.processes);
	free(s->result.threads);
	free(s->result.tasks);
	free(s->by_id);
	free(s);
}
