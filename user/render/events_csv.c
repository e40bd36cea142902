/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* events_csv.c - `events -f csv`: a row per event, the same columns for all kinds. */
#include <string.h>

#include "user/lib/csv.h"
#include "user/render/events.h"

enum { THREAD_CELLS = 4 };

static void put_thread(struct csv *c, const struct thread *t)
{
	if (!t) {
		for (int i = 0; i < THREAD_CELLS; i++)
			csv__empty(c);
		return;
	}
	csv__u64(c, t->id);
	csv__u64(c, t->tid);
	csv__u64(c, t->pid);
	csv__text(c, t->comm);
}

/* The columns that all rows have: type, ts, cpu, thread, other thread. */
static struct csv *begin(struct events *e, const char *type, uint64_t ts, uint32_t cpu,
			 const struct thread *t, const struct thread *other)
{
	struct csv *c = e->user;

	csv__text(c, type);
	csv__u64(c, ts);
	csv__u64(c, cpu);
	put_thread(c, t);
	put_thread(c, other);
	return c;
}

/* reason, mode, cause, waits_on, syscall, ran_ns, next_waited_ns, task, function, file, line */
static void put_blank_switch(struct csv *c)
{
	for (int i = 0; i < 11; i++)
		csv__empty(c);
}

static void put_detail(struct csv *c, const char *detail)
{
	put_blank_switch(c);
	csv__text(c, detail);
	csv__end_row(c);
}

static void put_turn(struct events *e, const struct turn *t)
{
	const struct symbol *s = symbol_table__find(e->view->symbols, t->space, t->ip);
	struct csv *c = begin(e, "switch", t->ts, t->cpu, t->prev, t->next);

	csv__text(c, reason__name(t->reason));
	csv__text(c, mode__name(t->mode));
	csv__text(c, cause__name(t->cause));
	csv__text(c, waits_on__name(t->waits_on));
	csv__text(c, t->prev->id ? syscall__name(e->arch, t->syscall) : NULL);
	t->ran_known ? csv__u64(c, t->ran_ns) : csv__empty(c);
	t->waited_known ? csv__u64(c, t->waited_ns) : csv__empty(c);
	t->task ? csv__u64(c, t->task) : csv__empty(c);
	csv__text(c, s ? s->function : NULL);
	csv__text(c, s ? s->file : NULL);
	s && s->line ? csv__u64(c, s->line) : csv__empty(c);
	csv__empty(c);
	csv__end_row(c);
}

static void put_wakeup(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		       struct thread *by, enum irq_kind irq, unsigned int vector, uint32_t target)
{
	struct csv *c = begin(e, "wakeup", ts, cpu, t, by);
	char detail[64];

	snprintf(detail, sizeof(detail), "%s%s core %u", irq ? "irq " : "",
		 irq ? irq__name(irq, vector) : "", target);
	put_detail(c, detail);
}

static void put_migrate(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
			uint32_t from, uint32_t to)
{
	struct csv *c = begin(e, "migrate", ts, cpu, t, NULL);
	char detail[64];

	snprintf(detail, sizeof(detail), "core %u to core %u", from, to);
	put_detail(c, detail);
}

static void put_prio(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		     const struct event_prio *p)
{
	struct csv *c = begin(e, "prio", ts, cpu, t, NULL);
	char detail[96];

	snprintf(detail, sizeof(detail), "%s %d to %s %d", policy__name(p->from.policy),
		 p->from.prio, policy__name(p->to.policy), p->to.prio);
	put_detail(c, detail);
}

static void put_life(struct events *e, const char *type, uint64_t ts, uint32_t cpu,
		     struct thread *a, struct thread *b, const char *text, uint32_t old_tid)
{
	(void)old_tid;
	put_detail(begin(e, type, ts, cpu, a, b), text);
}

static void put_lost(struct events *e, uint64_t since, uint64_t until, uint32_t cpu, uint64_t count,
		     bool hidden)
{
	struct csv *c = begin(e, "lost", since, cpu, NULL, NULL);
	char detail[96];

	snprintf(detail, sizeof(detail), "%llu %s until %llu", (unsigned long long)count,
		 hidden ? "hidden switches" : "records", (unsigned long long)until);
	put_detail(c, detail);
}

static void put_task(struct events *e, uint64_t ts, uint32_t cpu, struct task *task,
		     struct thread *on, const char *op, const char *why)
{
	struct csv *c = begin(e, "task", ts, cpu, on, NULL);
	char name[96], detail[160];

	view__task_name(e->view, task, name, sizeof(name));
	snprintf(detail, sizeof(detail), "%s %s%s%s", op, name, why ? " " : "", why ? why : "");
	put_detail(c, detail);
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	static const struct event_pen pen = { put_turn, put_wakeup, put_migrate, put_prio,
					      put_life, put_lost,   put_task };
	struct csv c = { .out = out };

	fputs("type,ts,cpu,id,tid,pid,comm,other_id,other_tid,other_pid,other_comm,reason,mode,"
	      "cause,waits_on,syscall,ran_ns,next_waited_ns,task,function,file,line,detail\r\n",
	      out);
	return events__run(v, &pen, out, &c, err);
}

const struct renderer events_csv_renderer = {
	.name = "events-csv",
	.command = "events",
	.format = "csv",
	.help = "a row per event, for spreadsheets and data frames",
	.render = render,
};
