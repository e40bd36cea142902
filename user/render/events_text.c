/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* events_text.c - `events`: one line per event for people. */
#include <inttypes.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/text.h"
#include "user/render/events.h"
#include "user/render/words.h"

#define NAME_SIZE 64

static const char *name_of(const struct events *e, const struct thread *t, char *buf)
{
	char comm[48];

	if (!t)
		return "?";
	if (t->id == 0)
		return "idle";
	text__safe(comm, sizeof(comm), t->comm, 16, e->view->opts->ascii);
	snprintf(buf, NAME_SIZE, "%s/%u", comm, t->tid);
	return buf;
}

static void begin(const struct events *e, uint64_t ts, uint32_t cpu, const struct thread *t)
{
	char name[NAME_SIZE];
	const char *who = name_of(e, t, name);
	size_t width = text__width(who);

	fprintf(e->out, "%11.6f ms  core %-3u %s%*s", (double)(ts - e->origin_ns) / 1e6, cpu, who,
		width < 22 ? (int)(22 - width) : 1, "");
}

static void put_turn(struct events *e, const struct turn *t)
{
	const struct symbol *s = symbol_table__find(e->view->symbols, t->space, t->ip);
	char words[128], name[NAME_SIZE], where[256], took[FMT_SIZE];

	begin(e, t->ts, t->cpu, t->prev);
	if (t->reason == REASON_NONE) {
		fprintf(e->out, "%s came", name_of(e, t->next, name));
	} else {
		fprintf(e->out, "%s", words__reason(words, sizeof(words), t));
		if (t->ran_known)
			fprintf(e->out, " after %s", fmt__duration(took, t->ran_ns));
		words__where(where, sizeof(where), s, e->view->opts->ascii);
		if (where[0])
			fprintf(e->out, " at %s", where);
		fprintf(e->out, "; %s came", name_of(e, t->next, name));
	}
	if (t->waited_known && t->next->id)
		fprintf(e->out, ", had waited %s", fmt__duration(took, t->waited_ns));
	fputc('\n', e->out);
}

static void put_wakeup(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		       struct thread *by, enum irq_kind irq, unsigned int vector, uint32_t target)
{
	char name[NAME_SIZE];

	(void)target;
	begin(e, ts, cpu, t);
	if (irq)
		fprintf(e->out, "woken by an interrupt (%s)\n", irq__name(irq, vector));
	else
		fprintf(e->out, "woken by %s\n", by ? name_of(e, by, name) : "?");
}

static void put_migrate(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
			uint32_t from, uint32_t to)
{
	begin(e, ts, cpu, t);
	fprintf(e->out, "moved from core %u to core %u\n", from, to);
}

static void put_prio(struct events *e, uint64_t ts, uint32_t cpu, struct thread *t,
		     const struct event_prio *c)
{
	begin(e, ts, cpu, t);
	fprintf(e->out, "priority %s %d (nice %d) -> %s %d (nice %d)%s\n",
		policy__name(c->from.policy), c->from.prio, c->from.nice,
		policy__name(c->to.policy), c->to.prio, c->to.nice,
		c->head.flags & PRIO_INHERIT ? ", lent by a thread that waits for its lock" : "");
}

static void put_life(struct events *e, const char *type, uint64_t ts, uint32_t cpu,
		     struct thread *a, struct thread *b, const char *text, uint32_t old_tid)
{
	char safe[256], name[NAME_SIZE];

	begin(e, ts, cpu, a);
	text__safe(safe, sizeof(safe), text ? text : "", 120, e->view->opts->ascii);
	if (b)
		fprintf(e->out, "made %s\n", name_of(e, b, name));
	else if (strcmp(type, "exec") == 0 && old_tid != a->tid)
		fprintf(e->out, "became the program %s (was thread %u)\n", safe, old_tid);
	else if (strcmp(type, "exec") == 0)
		fprintf(e->out, "became the program %s\n", safe);
	else if (text)
		fprintf(e->out, "renamed from %s\n", safe);
	else
		fprintf(e->out, "is about to end\n");
}

static void put_lost(struct events *e, uint64_t since, uint64_t until, uint32_t cpu, uint64_t count,
		     bool hidden)
{
	char took[FMT_SIZE];

	if (since < e->origin_ns)
		since = e->origin_ns;
	fprintf(e->out, "%11.6f ms  core %-3u %" PRIu64 " %s, within %s\n",
		(double)(since - e->origin_ns) / 1e6, cpu, count,
		hidden ? "switches that the kernel did not show" : "records lost (buffer full)",
		fmt__duration(took, until > since ? until - since : 0));
}

static void put_task(struct events *e, uint64_t ts, uint32_t cpu, struct task *task,
		     struct thread *on, const char *op, const char *why)
{
	char name[96], safe[96];

	begin(e, ts, cpu, on);
	view__task_name(e->view, task, name, sizeof(name));
	text__safe(safe, sizeof(safe), name, 60, e->view->opts->ascii);
	fprintf(e->out, "task %s: %s%s%s%s\n", safe, op, why ? " (" : "", why ? why : "",
		why ? ")" : "");
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	static const struct event_pen pen = { put_turn, put_wakeup, put_migrate, put_prio,
					      put_life, put_lost,   put_task };

	return events__run(v, &pen, out, NULL, err);
}

const struct renderer events_text_renderer = {
	.name = "events-text",
	.command = "events",
	.format = "text",
	.help = "a line per event, for reading",
	.render = render,
};
