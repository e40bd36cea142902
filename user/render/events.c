/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* events.c - see events.h. Streams: each event is written as the model tells it. */
#include <errno.h>
#include <string.h>

#include "user/render/events.h"

const char *policy__name(unsigned int policy)
{
	/* include/uapi/linux/sched.h */
	static const char *const names[] = { "other", "fifo", "rr",	"batch",
					     NULL,    "idle", "deadline", "ext" };

	return policy < 8 && names[policy] ? names[policy] : "unknown";
}

static bool shown(const struct events *e, uint64_t ts, uint32_t cpu)
{
	return ts >= e->from_ns && ts < e->to_ns && view__wants_cpu(e->view, cpu);
}

static int written(const struct events *e)
{
	return ferror(e->out) ? -EIO : 0;
}

static int on_turn(void *ctx, const struct turn *t)
{
	struct events *e = ctx;
	bool wanted = e->outsiders ||
		      (t->prev->traced && view__wants_thread(e->view, t->prev)) ||
		      (t->next->traced && view__wants_thread(e->view, t->next));

	if (wanted && shown(e, t->ts, t->cpu))
		e->pen->turn(e, t);
	return written(e);
}

static bool thread_shown(const struct events *e, uint64_t ts, uint32_t cpu, const struct thread *t)
{
	return t->traced && view__wants_thread(e->view, t) && shown(e, ts, cpu);
}

static int on_wakeup(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, struct thread *by,
		     enum irq_kind irq, unsigned int vector, uint32_t target)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->wakeup(e, ts, cpu, t, by, irq, vector, target);
	return written(e);
}

static int on_migrate(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, uint32_t from,
		      uint32_t to)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->migrate(e, ts, cpu, t, from, to);
	return written(e);
}

static int on_prio(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t,
		   const struct event_prio *change)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->prio(e, ts, cpu, t, change);
	return written(e);
}

static int on_fork(void *ctx, uint64_t ts, uint32_t cpu, struct thread *parent,
		   struct thread *child)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, child))
		e->pen->life(e, "fork", ts, cpu, parent, child, NULL, 0);
	return written(e);
}

static int on_exec(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, const char *filename,
		   uint32_t old_tid)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->life(e, "exec", ts, cpu, t, NULL, filename, old_tid);
	return written(e);
}

static int on_rename(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t, const char *from)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->life(e, "rename", ts, cpu, t, NULL, from, 0);
	return written(e);
}

static int on_ending(void *ctx, uint64_t ts, uint32_t cpu, struct thread *t)
{
	struct events *e = ctx;

	if (thread_shown(e, ts, cpu, t))
		e->pen->life(e, "exit", ts, cpu, t, NULL, NULL, 0);
	return written(e);
}

static int on_lost(void *ctx, uint64_t since, uint64_t until, uint32_t cpu, uint64_t count,
		   bool hidden)
{
	struct events *e = ctx;

	if (until >= e->from_ns && since < e->to_ns && view__wants_cpu(e->view, cpu))
		e->pen->lost(e, since, until, cpu, count, hidden);
	return written(e);
}

static int on_task(void *ctx, uint64_t ts, uint32_t cpu, struct task *task, struct thread *on,
		   const char *op, enum step_end end)
{
	struct events *e = ctx;
	bool ends = strcmp(op, "suspend") == 0 || strcmp(op, "finish") == 0;

	if (view__wants_thread(e->view, on) && shown(e, ts, cpu))
		e->pen->task(e, ts, cpu, task, on, op, ends ? step_end__name(end) : NULL);
	return written(e);
}

int events__run(const struct view *v, const struct event_pen *pen, FILE *out, void *user,
		struct trace_error *err)
{
	const struct trace_info *info = trace__info(v->trace);
	struct events e = { .view = v,
			    .out = out,
			    .user = user,
			    .origin_ns = info->start_mono_ns,
			    .arch = info->arch,
			    .pen = pen };
	struct model_sink sink = { .ctx = &e,
				   .turn = on_turn,
				   .wakeup = on_wakeup,
				   .migrate = on_migrate,
				   .prio = on_prio,
				   .fork = on_fork,
				   .exec = on_exec,
				   .rename = on_rename,
				   .exit = on_ending,
				   .lost = on_lost,
				   .task = on_task };
	int code;

	view__window(v, &e.from_ns, &e.to_ns);
	if (e.to_ns == trace__end(v->trace)->end_mono_ns)
		e.to_ns = UINT64_MAX; /* the very last events stand at the end itself */
	e.outsiders = info->flags & TRACE_ALL_CPUS && !view__has_filter(v);
	code = view__run(v, &sink, NULL, err);
	return code == -EIO && ferror(out) ? 0 : code; /* the caller says it */
}
