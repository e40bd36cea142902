/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * model.c - the state machine: takes records in time order, keeps what each core and thread is
 * doing, and tells the sink. What cannot be known (hidden switches, lost records) becomes
 * STATE_UNKNOWN and a core span without thread, in its place, never a guess.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/model_internal.h"
#include "user/model/reason.h"
#include "user/trace/trace.h"

#define IDLE_ID 0

/* ---- threads ---- */

static int add_thread(struct model *m, struct thread_more *t)
{
	if (m->thread_count == m->thread_room) {
		uint32_t room = m->thread_room ? m->thread_room * 2 : 64;
		struct thread_more **bigger = realloc(m->threads, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		m->threads = bigger;
		m->thread_room = room;
	}
	if (id_map__put(&m->by_id, t->t.id, t))
		return -ENOMEM;
	m->threads[m->thread_count++] = t;
	return 0;
}

struct thread_more *model__get(struct model *m, uint32_t id)
{
	struct thread_more *t = id_map__get(&m->by_id, id);

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t || (t->t.id = id, add_thread(m, t))) {
		free(t);
		m->error = -ENOMEM;
		return NULL;
	}
	t->t.start_ns = t->t.since_ns = m->now;
	t->t.sched.prio = t->t.sched.normal = id == IDLE_ID ? 140 : 120;
	strcpy(t->t.comm, id == IDLE_ID ? "idle" : "?");
	return t;
}

static void end_span(struct model *m, struct thread *t, uint64_t to)
{
	if (t->traced && to > t->since_ns && t->state != STATE_DEAD)
		TELL(m, thread_span, t, t->state, t->since_ns, to, t->cpu);
	if (to > t->since_ns)
		t->since_ns = to;
}

void model__set_state(struct model *m, struct thread_more *more, enum thread_state to, uint64_t ts)
{
	struct thread *t = &more->t;
	enum thread_state from = t->state;

	if (t->id == IDLE_ID)
		return;
	if (t->traced)
		TELL(m, state, ts, t, from, to);
	end_span(m, t, ts);
	t->state = to;
	more->tentative = false;
}

static void on_thread(struct model *m, uint32_t cpu, const struct event_thread *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);
	struct thread_more *parent;
	uint8_t flags = ev->head.flags;

	if (!t || t->t.id == IDLE_ID)
		return;
	if (t->introduced) { /* met as an outsider before, traced from now on */
		t->t.traced |= !!(flags & THREAD_TRACED);
		t->t.first_counts = ev->counts;
		t->t.start_ns = t->t.since_ns = ev->head.ts;
		return;
	}
	t->introduced = true;
	t->t.tid = ev->tid;
	t->t.pid = ev->pid;
	t->t.parent = ev->parent;
	memcpy(t->t.comm, ev->comm, EVENT_COMM_SZ);
	t->t.traced = flags & THREAD_TRACED;
	t->t.kthread = flags & THREAD_KTHREAD;
	t->t.newborn = flags & THREAD_NEWBORN;
	t->t.sched = ev->sched;
	t->t.start_ns = t->t.since_ns = ev->head.ts;
	t->t.first_counts = ev->counts;
	t->t.cpu = cpu;
	t->t.state = STATE_UNKNOWN;
	parent = ev->parent ? id_map__get(&m->by_id, ev->parent) : NULL;
	if (!t->t.kthread) {
		t->process = spaces__process(m, ev->pid, t->t.newborn ? parent : NULL);
		t->t.space = t->process ? t->process->space : 0;
	}
	if (flags & (THREAD_NEWBORN | THREAD_ASLEEP))
		model__set_state(m, t, STATE_BLOCKED, ev->head.ts);
	else if (flags & THREAD_RUNNING)
		model__set_state(m, t, STATE_RUNNING, ev->head.ts);
	if (parent && t->t.newborn && t->t.traced)
		TELL(m, fork, ev->head.ts, cpu, &parent->t, &t->t);
}

/* ---- cores ---- */

static void core__span(struct model *m, uint32_t cpu, struct thread *t, uint64_t to)
{
	struct core_state *core = &m->cores[cpu];

	if (core->recorded && to > core->since)
		TELL(m, core_span, cpu, t, core->since, to);
	if (to > core->since)
		core->since = to;
}

/* From @since on it is not known who has this core. */
static void core__hide(struct model *m, uint32_t cpu, uint64_t since)
{
	struct core_state *core = &m->cores[cpu];
	struct thread *t = core->cur;

	core__span(m, cpu, core->cur, since);
	if (t && t->id != IDLE_ID && t->state == STATE_RUNNING && t->cpu == cpu) {
		uint64_t from = since > t->since_ns ? since : t->since_ns;

		steps__hide((struct thread_more *)t, from);
		model__set_state(m, (struct thread_more *)t, STATE_UNKNOWN, from);
	}
	core->cur = NULL;
	core->gap = true;
	core->virgin = false;
}

static void on_missing(struct model *m, uint32_t cpu, const struct event_missing *ev)
{
	bool hidden = ev->head.kind == EVENT_HIDDEN;
	uint64_t since = ev->since < ev->head.ts ? ev->since : ev->head.ts; /* files are hostile */

	if (hidden)
		m->health.hidden += ev->count;
	else
		m->health.lost += ev->count;
	TELL(m, lost, since, ev->head.ts, cpu, ev->count, hidden);
	if (!hidden) {
		m->lost_since = since;
		m->lost_until = ev->head.ts;
	}
	core__hide(m, cpu, since);
}

/* ---- switches ---- */

static bool is_stopper(const struct thread *t)
{
	return t->kthread && strncmp(t->comm, "migration/", 10) == 0;
}

static struct decision decide(struct model *m, uint32_t cpu, const struct event_switch *ev,
			      const struct thread_more *prev, const struct thread_more *next)
{
	struct reason_context ctx = {
		.arch = m->opts.arch,
		.has_resched = m->opts.flags & TRACE_HAS_RESCHED,
		.next_is_idle = next->t.id == IDLE_ID,
		.next_is_stopper = is_stopper(&next->t),
		.next_was_woken_here = next->woken_ts && next->woken_cpu == cpu &&
				       next->woken_ts >= prev->t.since_ns,
		.prev = &prev->t.sched,
		.next = &next->t.sched,
	};

	return reason__decide(ev, &ctx);
}

/* The thread that leaves may not be the one believed to be here: then its arrival was not seen. */
static bool settle_prev(struct model *m, uint32_t cpu, struct thread_more *prev, uint64_t ts)
{
	struct core_state *core = &m->cores[cpu];
	bool known = core->cur == &prev->t;

	if (core->virgin && !prev->t.newborn) {
		core->cur = &prev->t; /* it had the core since recording began */
		known = false;
	} else if (!known && core->cur) {
		m->health.mismatched++;
		core__hide(m, cpu, core->since);
	}
	if (prev->t.id == IDLE_ID)
		return known;
	if (prev->t.state != STATE_RUNNING || prev->t.cpu != cpu) {
		uint64_t from = prev->t.since_ns > core->since ? prev->t.since_ns : core->since;

		if (prev->t.state != STATE_UNKNOWN && from < ts)
			model__set_state(m, prev, STATE_UNKNOWN, from);
		known = false;
	}
	return known;
}

static void leave(struct model *m, struct thread_more *prev, const struct decision *d,
		  const struct event_switch *ev)
{
	uint64_t ts = ev->head.ts;

	if (prev->t.id == IDLE_ID)
		return;
	switch (d->reason) {
	case REASON_BLOCKED:
	case REASON_STOPPED:
		if (ev->state == 0 || prev->woken_early) {
			model__set_state(m, prev, STATE_RUNNABLE, ts);
			prev->tentative = true;
		} else {
			model__set_state(m, prev,
					 d->reason == REASON_BLOCKED ? STATE_BLOCKED : STATE_STOPPED,
					 ts);
		}
		break;
	case REASON_EXITED:
		steps__end_thread(m, prev, ts);
		model__set_state(m, prev, STATE_DEAD, ts);
		prev->t.ended = true;
		prev->t.end_ns = ts;
		break;
	default:
		model__set_state(m, prev, STATE_RUNNABLE, ts);
	}
	prev->woken_early = false;
}

/* Time runnable before it came; false where that is not known. */
static bool arrive(struct model *m, struct thread_more *next, uint32_t cpu, uint64_t ts,
		   uint64_t *waited)
{
	bool known = next->t.state == STATE_RUNNABLE;

	*waited = known ? ts - next->t.since_ns : 0;
	if (next->t.id == IDLE_ID)
		return false;
	if (!known && next->t.state != STATE_UNKNOWN && m->lost_until > next->t.since_ns)
		/* its waking may be among the lost records */
		model__set_state(m, next, STATE_UNKNOWN,
				 m->lost_since > next->t.since_ns ? m->lost_since : next->t.since_ns);
	model__set_state(m, next, STATE_RUNNING, ts);
	next->t.cpu = cpu;
	next->woken_ts = 0;
	return known;
}

/* Counters read at the very switch that first showed a thread already include this switch. */
static void correct_first_counts(struct thread_more *prev, enum reason reason, uint64_t ts)
{
	struct event_counts *c = &prev->t.first_counts;

	if (prev->t.newborn || prev->t.start_ns != ts)
		return;
	if (reason == REASON_BLOCKED || reason == REASON_STOPPED || reason == REASON_EXITED)
		c->nvcsw -= c->nvcsw > 0;
	else
		c->nivcsw -= c->nivcsw > 0;
}

static void count_out(struct thread_more *t)
{
	t->outs++;
	if (t->closing && t->outs > t->outs_goal)
		t->t.closed = true;
}

static void on_switch(struct model *m, uint32_t cpu, const struct event_switch *ev)
{
	struct core_state *core = &m->cores[cpu];
	struct thread_more *prev = model__get(m, ev->head.id), *next;
	struct decision d;
	struct turn turn;

	next = prev ? model__get(m, ev->next) : NULL;
	if (!next)
		return;
	m->health.switches++;
	memset(&turn, 0, sizeof(turn));
	turn.ts = ev->head.ts;
	turn.ran_known = settle_prev(m, cpu, prev, ev->head.ts) && prev->t.state == STATE_RUNNING;
	d = decide(m, cpu, ev, prev, next);
	turn.cpu = cpu;
	turn.prev = &prev->t;
	turn.next = &next->t;
	turn.reason = d.reason;
	turn.mode = d.mode;
	turn.cause = d.cause;
	turn.waits_on = d.waits_on;
	turn.syscall = ev->syscall;
	turn.ran_ns = turn.ran_known ? ev->head.ts - prev->t.since_ns : 0;
	turn.ip = ev->ip;
	turn.space = prev->process ? prev->process->space : 0;
	turn.futex = d.waits_on == WAITS_FUTEX ? ev->arg : 0;
	turn.task = prev->t.task;
	turn.raw = ev;
	if (prev->t.id != IDLE_ID) {
		correct_first_counts(prev, d.reason, ev->head.ts);
		count_out(prev);
	}
	steps__on_turn(m, prev, next, d.reason, ev->head.ts);
	core__span(m, cpu, core->gap ? NULL : core->cur, ev->head.ts);
	leave(m, prev, &d, ev);
	turn.waited_known = arrive(m, next, cpu, ev->head.ts, &turn.waited_ns);
	TELL(m, turn, &turn);
	core->cur = &next->t;
	core->since = ev->head.ts;
	core->gap = core->virgin = false;
}

/* ---- the others ---- */

static void on_waking(struct model *m, uint32_t cpu, const struct event_waking *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);
	bool is_new = ev->head.flags & WAKING_NEW;
	struct thread *by = NULL;

	if (!t || t->t.id == IDLE_ID || t->t.state == STATE_DEAD)
		return;
	if (ev->irq == IRQ_NONE && ev->by != EVENT_ID_UNKNOWN && ev->by != IDLE_ID)
		by = model__thread_by_id(m, ev->by);
	TELL(m, wakeup, ev->head.ts, cpu, &t->t, by, is_new ? IRQ_NONE : ev->irq, ev->vector,
	     ev->target);
	t->woken_ts = ev->head.ts;
	t->woken_cpu = ev->target;
	if (t->t.state == STATE_RUNNING) {
		t->woken_early = true;
		return;
	}
	/* only a sleeping thread can be woken: the earlier waking had been used up before it slept */
	if (t->t.state == STATE_RUNNABLE && t->tentative) {
		if (t->t.traced)
			TELL(m, state, t->t.since_ns, &t->t, STATE_RUNNABLE, STATE_BLOCKED);
		t->t.state = STATE_BLOCKED;
	}
	if (t->t.state != STATE_RUNNABLE)
		model__set_state(m, t, STATE_RUNNABLE, ev->head.ts);
	if (ev->target < m->opts.cpus && t->t.cpu != ev->target) {
		t->t.cpu = ev->target;
		if (t->t.traced)
			TELL(m, state, ev->head.ts, &t->t, STATE_RUNNABLE, STATE_RUNNABLE);
	}
}

static void on_migrate(struct model *m, uint32_t cpu, const struct event_migrate *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);

	if (!t || t->t.id == IDLE_ID || t->t.state == STATE_DEAD)
		return;
	TELL(m, migrate, ev->head.ts, cpu, &t->t, ev->from, ev->to);
	t->woken_cpu = ev->to;
	if (t->t.state != STATE_RUNNABLE || ev->to >= m->opts.cpus)
		return;
	t->t.cpu = ev->to;
	if (t->t.traced)
		TELL(m, state, ev->head.ts, &t->t, STATE_RUNNABLE, STATE_RUNNABLE);
}

static void on_exec(struct model *m, uint32_t cpu, const struct event_exec *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);

	if (!t || t->t.id == IDLE_ID)
		return;
	t->t.tid = ev->pid; /* whichever thread called it: it is the process now */
	memcpy(t->t.comm, ev->comm, EVENT_COMM_SZ);
	steps__end_thread(m, t, ev->head.ts);
	spaces__on_exec(m, t);
	TELL(m, exec, ev->head.ts, cpu, &t->t, ev->filename, ev->old_tid);
}

static void on_rename(struct model *m, uint32_t cpu, const struct event_rename *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);
	char from[EVENT_COMM_SZ + 1];

	if (!t || t->t.id == IDLE_ID)
		return;
	memcpy(from, t->t.comm, sizeof(from));
	memcpy(t->t.comm, ev->comm, EVENT_COMM_SZ);
	spaces__on_rename(t);
	if (t->t.traced && strcmp(from, t->t.comm) != 0)
		TELL(m, rename, ev->head.ts, cpu, &t->t, from);
}

static void on_counters(struct model *m, const struct event_counters *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);
	uint64_t goal;

	if (!t || t->t.id == IDLE_ID || t->closing)
		return;
	t->t.last_counts = ev->counts;
	t->t.counted = t->introduced && !(m->opts.flags & TRACE_PARTIAL);
	if (ev->head.flags & COUNTERS_FINAL)
		return;
	goal = ev->counts.nvcsw + ev->counts.nivcsw - t->t.first_counts.nvcsw -
	       t->t.first_counts.nivcsw;
	t->closing = true;
	t->outs_goal = goal;
	t->t.closed = t->outs >= goal;
}

static void on_prio(struct model *m, uint32_t cpu, const struct event_prio *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);

	if (!t || t->t.id == IDLE_ID)
		return;
	if (t->t.traced)
		TELL(m, prio, ev->head.ts, cpu, &t->t, ev);
	t->t.sched = ev->to;
}

static void on_ending(struct model *m, uint32_t cpu, const struct event_head *ev)
{
	struct thread_more *t = model__get(m, ev->id);

	if (t && t->t.id != IDLE_ID)
		TELL(m, exit, ev->ts, cpu, &t->t);
}

static void dispatch(struct model *m, uint32_t cpu, const struct event_head *ev)
{
	const union event *e = (const union event *)ev;

	switch (ev->kind) {
	case EVENT_SWITCH:
		on_switch(m, cpu, &e->switch_);
		break;
	case EVENT_WAKING:
		on_waking(m, cpu, &e->waking);
		break;
	case EVENT_THREAD:
		on_thread(m, cpu, &e->thread);
		break;
	case EVENT_EXEC:
		on_exec(m, cpu, &e->exec);
		break;
	case EVENT_EXIT:
		on_ending(m, cpu, ev);
		break;
	case EVENT_RENAME:
		on_rename(m, cpu, &e->rename);
		break;
	case EVENT_MIGRATE:
		on_migrate(m, cpu, &e->migrate);
		break;
	case EVENT_PRIO:
		on_prio(m, cpu, &e->prio);
		break;
	case EVENT_TASK:
		steps__on_probe(m, cpu, &e->task);
		break;
	case EVENT_HIDDEN:
	case EVENT_LOST:
		on_missing(m, cpu, &e->missing);
		break;
	case EVENT_COUNTERS:
		on_counters(m, &e->counters);
		break;
	case EVENT_MAP:
		spaces__on_map(m, &e->map);
		break;
	}
}

/* ---- interface ---- */

int model__feed(struct model *m, uint32_t cpu, const struct event_head *ev)
{
	union event copy;

	if (m->error)
		return m->error;
	if (cpu >= m->opts.cpus)
		return 0;
	if (ev->ts < m->now) {
		size_t size = ev->size < sizeof(copy) ? ev->size : sizeof(copy);

		m->health.backward++;
		memset(&copy, 0, sizeof(copy));
		memcpy(&copy, ev, size);
		copy.head.ts = m->now;
		ev = &copy.head;
	}
	m->now = ev->ts;
	dispatch(m, cpu, ev);
	return m->error;
}

struct model *model__new(const struct model_opts *opts, const struct model_sink *sink)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->opts = *opts;
	m->opts.cpu_mask = NULL;
	m->sink = *sink;
	m->now = opts->start_ns;
	m->cores = calloc(opts->cpus, sizeof(*m->cores));
	if (!m->cores || !model__get(m, IDLE_ID)) {
		model__free(m);
		errno = ENOMEM;
		return NULL;
	}
	m->threads[0]->introduced = true;
	for (uint32_t cpu = 0; cpu < opts->cpus; cpu++) {
		m->cores[cpu].since = opts->start_ns;
		m->cores[cpu].virgin = true;
		m->cores[cpu].recorded = opts->cpu_mask[cpu / 64] >> (cpu % 64) & 1;
	}
	return m;
}

int model__finish(struct model *m, uint64_t end_ns)
{
	if (end_ns < m->now)
		end_ns = m->now;
	m->now = end_ns;
	for (uint32_t cpu = 0; cpu < m->opts.cpus; cpu++)
		core__span(m, cpu, m->cores[cpu].gap ? NULL : m->cores[cpu].cur, end_ns);
	for (uint32_t i = 0; i < m->thread_count; i++) {
		struct thread_more *t = m->threads[i];

		steps__end_thread(m, t, end_ns);
		if (t->t.state == STATE_DEAD)
			continue;
		if (t->t.traced)
			TELL(m, state, end_ns, &t->t, t->t.state, STATE_DEAD);
		end_span(m, &t->t, end_ns);
		t->t.end_ns = end_ns;
	}
	return m->error;
}

const struct model_health *model__health(const struct model *m)
{
	return &m->health;
}

struct thread *model__thread(const struct model *m, uint32_t index)
{
	return index < m->thread_count ? &m->threads[index]->t : NULL;
}

struct thread *model__thread_by_id(const struct model *m, uint32_t id)
{
	return id_map__get(&m->by_id, id);
}

struct task *model__task(const struct model *m, uint32_t number)
{
	return number && number <= m->task_count ? m->tasks[number - 1] : NULL;
}

uint32_t model__task_count(const struct model *m)
{
	return m->task_count;
}

void model__free(struct model *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->thread_count; i++)
		free(m->threads[i]);
	free(m->threads);
	for (uint32_t i = 0; i < m->task_count; i++)
		free(m->tasks[i]);
	free(m->tasks);
	id_map__release(&m->by_id);
	id_map__release(&m->by_handle);
	spaces__release(m);
	free(m->cores);
	free(m);
}
