/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* stats_text.c - `stats`: the sums as a table for people, at most 100 columns wide. */
#include <stdlib.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/text.h"
#include "user/render/headline.h"
#include "user/render/view.h"

#define SHOWN 30

static int by_cpu_time(const void *a, const void *b)
{
	const struct stats_thread *x = *(struct stats_thread *const *)a;
	const struct stats_thread *y = *(struct stats_thread *const *)b;
	uint64_t tx = x->time[STATE_RUNNING], ty = y->time[STATE_RUNNING];

	return tx < ty ? 1 : tx > ty ? -1 : (x->thread->id > y->thread->id) - (x->thread->id < y->thread->id);
}

static const char *most_waited(const struct stats_thread *t)
{
	int best = WAITS_NONE;

	for (int w = WAITS_NONE + 1; w < WAITS_COUNT; w++)
		if (t->waits[w] > (best ? t->waits[best] : 0))
			best = w;
	return best ? waits_on__name(best) : "-";
}

static void most_instead(const struct stats_thread *t, char *buf, size_t size, bool ascii)
{
	const struct stats_instead *best = NULL;
	char name[32], time[FMT_SIZE];

	for (uint32_t i = 0; i < t->instead_count; i++)
		if (!best || t->instead[i].ns > best->ns)
			best = &t->instead[i];
	if (!best) {
		snprintf(buf, size, "-");
		return;
	}
	text__safe(name, sizeof(name), best->comm, 10, ascii);
	snprintf(buf, size, "%s %s", name, fmt__duration(time, best->ns));
}

static void print_padded(FILE *out, const char *text, unsigned int width)
{
	size_t w = text__width(text);

	fprintf(out, "%s%*s", text, w < width ? (int)(width - w) : 0, "");
}

static void print_thread(FILE *out, const struct stats_thread *t, bool ascii)
{
	char name[64], cpu[FMT_SIZE], ready[FMT_SIZE], longest[FMT_SIZE], instead[64];

	text__safe(name, sizeof(name), t->thread->comm, 15, ascii);
	print_padded(out, name, 16);
	most_instead(t, instead, sizeof(instead), ascii);
	fprintf(out, "%7u %8s %8s %6llu %6llu %6llu %6llu  %-7s %8s  %s\n", t->thread->tid,
		fmt__duration(cpu, t->time[STATE_RUNNING]),
		fmt__duration(ready, t->time[STATE_RUNNABLE]), (unsigned long long)t->slices,
		(unsigned long long)t->reasons[REASON_PREEMPTED],
		(unsigned long long)t->reasons[REASON_YIELDED],
		(unsigned long long)t->reasons[REASON_BLOCKED], most_waited(t),
		fmt__duration(longest, t->longest_wait_ns), instead);
}

static void print_threads(FILE *out, const struct stats *s, bool ascii)
{
	struct stats_thread **sorted = malloc((s->thread_count + 1) * sizeof(*sorted));

	if (!sorted)
		return;
	memcpy(sorted, s->threads, s->thread_count * sizeof(*sorted));
	qsort(sorted, s->thread_count, sizeof(*sorted), by_cpu_time);
	fprintf(out, "\n%-16s%7s %8s %8s %6s %6s %6s %6s  %-7s %8s  %s\n", "thread", "tid", "on CPU",
		"ready", "turns", "pre-em", "yields", "waits", "most on", "longest", "ran instead");
	for (uint32_t i = 0; i < s->thread_count && i < SHOWN; i++)
		print_thread(out, sorted[i], ascii);
	if (s->thread_count > SHOWN)
		fprintf(out, "... and %u more threads (stats -f json has all)\n",
			s->thread_count - SHOWN);
	free(sorted);
}

static void print_cores(FILE *out, const struct view *v, const struct stats *s)
{
	fprintf(out, "\n%-8s %10s %10s %10s %10s %10s\n", "core", "traced", "others", "idle",
		"unknown", "switches");
	for (uint32_t cpu = 0; cpu < s->core_count; cpu++) {
		const struct stats_core *c = &s->cores[cpu];
		char a[FMT_SIZE], b[FMT_SIZE], d[FMT_SIZE], e[FMT_SIZE];

		if (c->recorded && c->switches && view__wants_cpu(v, cpu))
			fprintf(out, "%-8u %10s %10s %10s %10s %10llu\n", cpu,
				fmt__duration(a, c->traced_ns), fmt__duration(b, c->other_ns),
				fmt__duration(d, c->idle_ns), fmt__duration(e, c->unknown_ns),
				(unsigned long long)c->switches);
	}
}

static void print_tasks(FILE *out, const struct view *v, const struct stats *s)
{
	if (!s->task_count)
		return;
	fprintf(out, "\n%-24s %-10s %8s %10s %10s %8s %10s\n", "task", "runtime", "steps", "on CPU",
		"longest", "gave way", "pre-empted");
	for (uint32_t i = 0; i < s->task_count && i < SHOWN; i++) {
		const struct stats_task *t = s->tasks[i];
		char name[96], safe[64], a[FMT_SIZE], b[FMT_SIZE];

		view__task_name(v, t->task, name, sizeof(name));
		print_padded(out, text__safe(safe, sizeof(safe), name, 24, v->opts->ascii), 24);
		fprintf(out, " %-10s %8llu %10s %10s %8llu %10llu\n",
			view__runtime_name(t->task->runtime), (unsigned long long)t->steps,
			fmt__duration(a, t->on_cpu_ns), fmt__duration(b, t->longest_step_ns),
			(unsigned long long)(t->why[STEP_YIELD] + t->why[STEP_AWAIT]),
			(unsigned long long)t->preempted_inside);
	}
	if (s->task_count > SHOWN)
		fprintf(out, "... and %u more tasks\n", s->task_count - SHOWN);
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	struct stats_sink *sink;
	struct model *model;
	const struct stats *s;
	int code = view__stats(v, &sink, &model, err);

	if (code)
		return code;
	s = stats_sink__result(sink);
	headline__print(out, v, s, model__health(model));
	print_threads(out, s, v->opts->ascii);
	print_tasks(out, v, s);
	print_cores(out, v, s);
	fputc('\n', out);
	summary__print(out, v, s, model__health(model));
	stats_sink__free(sink);
	model__free(model);
	return 0;
}

const struct renderer stats_text_renderer = {
	.name = "stats-text",
	.command = "stats",
	.format = "text",
	.help = "tables for reading",
	.render = render,
};
