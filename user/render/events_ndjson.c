/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* events_ndjson.c - `events -f ndjson`: one JSON object a line, its schema in docs/output.md. */
#include <sched.h>
#include <string.h>

#include "user/lib/json.h"
#include "user/render/events.h"

static void put_thread(struct json *j, const char *key, const struct thread *t)
{
	if (!t) {
		json__null(j, key);
		return;
	}
	json__object(j, key);
	json__u64(j, "id", t->id);
	json__u64(j, "tid", t->tid);
	json__u64(j, "pid", t->pid);
	json__text(j, "comm", t->comm);
	json__end_object(j);
}

static struct json *begin(struct events *e, const char *type, uint64_t ts, uint32_t cpu)
{
	struct json *j = e->user;

	json__object(j, NULL);
	json__text(j, "type", type);
	json__u64(j, "ts", ts);
	json__u64(j, "cpu", cpu);
	return j;
}

static void end(struct json *j)
{
	json__end_object(j);
	json__end_line(j);
}

static void put_where(struct json *j, const struct events *e, const struct turn *t)
{
	const struct symbol *s = symbol_table__find(e->view->symbols, t->space, t->ip);

	if (!t->ip) {
		json__null(j, "where");
		return;
	}
	json__object(j, "where");
	json__hex(j, "ip", t->ip);
	json__text(j, "function", s ? s->function : NULL);
	json__text(j, "file", s ? s->file : NULL);
	if (s && s->line)
		json__u64(j, "line", s->line);
	else
		json__null(j, "line");
	if (s && s->function)
		json__u64(j, "offset", s->offset);
	else
		json__null(j, "offset");
	json__text(j, "object", s ? s->object : NULL);
	json__end_object(j);
}

static void put_futex(struct json *j, uint64_t address)
{
	if (!address) {
		json__null(j, "futex");
		return;
	}
	json__object(j, "futex");
	json__hex(j, "address", address);
	json__null(j, "owner");
	json__end_object(j);
}

static void put_turn(struct events *e, const struct turn *t)
{
	struct json *j = begin(e, "switch", t->ts, t->cpu);
	char id[16];

	put_thread(j, "prev", t->prev);
	put_thread(j, "next", t->next);
	json__text(j, "reason", reason__name(t->reason));
	json__text(j, "mode", mode__name(t->mode));
	json__text(j, "cause", cause__name(t->cause));
	json__text(j, "waits_on", waits_on__name(t->waits_on));
	json__text(j, "syscall", t->prev->id ? syscall__name(e->arch, t->syscall) : NULL);
	if (t->ran_known)
		json__u64(j, "ran_ns", t->ran_ns);
	else
		json__null(j, "ran_ns");
	if (t->waited_known)
		json__u64(j, "next_waited_ns", t->waited_ns);
	else
		json__null(j, "next_waited_ns");
	json__i64(j, "prio", t->prev->sched.prio);
	json__text(j, "policy", policy__name(t->prev->sched.policy));
	snprintf(id, sizeof(id), "%u", t->task);
	json__text(j, "task", t->task ? id : NULL);
	put_where(j, e, t);
	json__null(j, "caller");
	json__null(j, "python");
	json__null(j, "gil");
	put_futex(j, t->futex);
	json__null(j, "regs");
	json__null(j, "watch");
	end(j);
}

static void put_wakeup(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		       struct thread *by, enum irq_kind irq, unsigned int vector, uint32_t target)
{
	struct json *j = begin(e, "wakeup", ts, cpu);

	put_thread(j, "thread", t);
	if (irq) {
		json__object(j, "by");
		json__text(j, "irq", irq__name(irq, vector));
		json__end_object(j);
	} else {
		put_thread(j, "by", by);
	}
	json__u64(j, "target_cpu", target);
	end(j);
}

static void put_migrate(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
			uint32_t from, uint32_t to)
{
	struct json *j = begin(e, "migrate", ts, cpu);

	put_thread(j, "thread", t);
	json__u64(j, "from_cpu", from);
	json__u64(j, "to_cpu", to);
	end(j);
}

static void put_sched(struct json *j, const char *key, const struct event_sched *s)
{
	json__object(j, key);
	json__i64(j, "nice", s->nice);
	json__text(j, "policy", policy__name(s->policy));
	json__i64(j, "prio", s->prio);
	json__bool(j, "inherited", s->prio < s->normal);
	json__end_object(j);
}

static void put_prio(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		     const struct event_prio *change)
{
	struct json *j = begin(e, "prio", ts, cpu);

	put_thread(j, "thread", t);
	put_sched(j, "from", &change->from);
	put_sched(j, "to", &change->to);
	end(j);
}

static void put_life(struct events *e, const char *type, uint64_t ts, uint32_t cpu,
		     struct thread *a, struct thread *b, const char *text, uint32_t old_tid)
{
	struct json *j = begin(e, type, ts, cpu);

	put_thread(j, b ? "parent" : "thread", a);
	if (b)
		put_thread(j, "child", b);
	if (strcmp(type, "exec") == 0) {
		json__text(j, "filename", text);
		json__u64(j, "old_tid", old_tid);
	} else if (text) {
		json__text(j, "from", text);
	}
	end(j);
}

static void put_lost(struct events *e, uint64_t since, uint64_t until, uint32_t cpu, uint64_t count,
		     bool hidden)
{
	struct json *j = begin(e, "lost", since, cpu);

	json__u64(j, "until", until);
	json__u64(j, "count", count);
	json__bool(j, "hidden", hidden);
	end(j);
}

static void put_task(struct events *e, uint64_t ts, uint32_t cpu, struct task *task,
		     struct thread *on, const char *op, const char *why)
{
	struct json *j = begin(e, "task", ts, cpu);
	char name[96], id[16];

	json__text(j, "op", op);
	json__text(j, "runtime", view__runtime_name(task->runtime));
	snprintf(id, sizeof(id), "%u", task->number);
	json__text(j, "id", id);
	view__task_name(e->view, task, name, sizeof(name));
	json__text(j, "name", name);
	put_thread(j, "thread", on);
	json__text(j, "why", why);
	json__null(j, "on");
	json__null(j, "by");
	end(j);
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	static const struct event_pen pen = { put_turn, put_wakeup, put_migrate, put_prio,
					      put_life, put_lost,   put_task };
	struct json j;

	json__init(&j, out);
	return events__run(v, &pen, out, &j, err);
}

const struct renderer events_ndjson_renderer = {
	.name = "events-ndjson",
	.command = "events",
	.format = "ndjson",
	.help = "one JSON object per line",
	.render = render,
};
