/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * timeline.c - `timeline`: who had each core when, as text. One pass fills an overview and looks
 * for a telling window; a second pass draws that window so large that each switch can be seen.
 * A cell that held more than one thing always says so.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/text.h"
#include "user/render/cells.h"
#include "user/render/headline.h"
#include "user/render/timeline.h"
#include "user/render/words.h"

#define LEGEND_ROWS 12
#define ROW_LIMIT   64

/* ---- the pass ---- */

/* A thread's letter goes by its place among the statistics' threads; kept at the thread. */
static uint32_t index_of(const struct timeline *tl, struct thread *t)
{
	uint32_t index = PALETTE_REST;

	if (t->user)
		return (uint32_t)(uintptr_t)t->user - 1;
	for (uint32_t i = 0; i < tl->stats->thread_count && i < PALETTE_LETTERS; i++)
		if (tl->stats->threads[i]->thread->id == t->id)
			index = i;
	t->user = (void *)(uintptr_t)(index + 1);
	return index;
}

uint32_t timeline__index(const struct timeline *tl, struct thread *t)
{
	return index_of(tl, t);
}

static bool shown(const struct timeline *tl, const struct thread *t)
{
	return t->traced && view__wants_thread(tl->view, t);
}

static int on_core_span(void *ctx, uint32_t cpu, struct thread *t, uint64_t from, uint64_t to)
{
	struct timeline *tl = ctx;
	struct row *r;
	int err;

	if (tl->rows != ROWS_CORE || !view__wants_cpu(tl->view, cpu))
		return 0;
	r = grid__row(&tl->grid, cpu, &err);
	if (!r)
		return err;
	if (!t)
		grid__span(&tl->grid, r, from, to, CELL_UNKNOWN, 0);
	else if (t->id == 0)
		grid__span(&tl->grid, r, from, to, CELL_IDLE, 0);
	else if (!shown(tl, t))
		grid__span(&tl->grid, r, from, to, CELL_OTHER, 0);
	else
		grid__span(&tl->grid, r, from, to, CELL_RUN, index_of(tl, t));
	return 0;
}

static int on_thread_span(void *ctx, struct thread *t, enum thread_state state, uint64_t from,
			  uint64_t to, uint32_t cpu)
{
	static const enum cell_kind kinds[STATE_COUNT] = {
		[STATE_UNKNOWN] = CELL_UNKNOWN, [STATE_RUNNING] = CELL_RUN,
		[STATE_RUNNABLE] = CELL_READY,	[STATE_BLOCKED] = CELL_BLOCKED,
		[STATE_STOPPED] = CELL_STOPPED,
	};
	struct timeline *tl = ctx;
	struct row *r;
	int err;

	if (!shown(tl, t) || tl->rows == ROWS_TASK)
		return 0;
	if (tl->rows == ROWS_CORE && (state != STATE_RUNNABLE || !view__wants_cpu(tl->view, cpu)))
		return 0;
	r = grid__row(&tl->grid,
		      tl->rows == ROWS_CORE   ? cpu :
		      tl->rows == ROWS_THREAD ? t->id :
						t->pid,
		      &err);
	if (!r)
		return err;
	if (tl->rows == ROWS_CORE)
		grid__wait(&tl->grid, r, from, to, index_of(tl, t));
	else
		grid__span(&tl->grid, r, from, to, kinds[state], index_of(tl, t));
	return 0;
}

static int on_step(void *ctx, struct task *task, struct thread *on, uint64_t from, uint64_t to,
		   uint64_t on_cpu_ns, uint32_t preempted, enum step_end end)
{
	struct timeline *tl = ctx;
	struct row *r;
	int err;

	(void)on_cpu_ns, (void)preempted;
	if (!shown(tl, on))
		return 0;
	r = grid__row(&tl->tasks, task->number, &err);
	if (!r)
		return err;
	grid__span(&tl->tasks, r, from, to, CELL_RUN, (task->number - 1) % PALETTE_LETTERS);
	if (end == STEP_FINISHED)
		grid__mark(&tl->tasks, r, to - (to > from), 'x');
	return 0;
}

static char mark_of(enum reason r)
{
	static const char marks[REASON_COUNT] = { 0, 'p', 'y', 'b', 's', 'x', '?' };

	return marks[r];
}

static int on_turn(void *ctx, const struct turn *t)
{
	struct timeline *tl = ctx;
	struct row *r;
	int err = 0;

	if (!t->prev->id || !shown(tl, t->prev) || !view__wants_cpu(tl->view, t->cpu))
		return 0;
	if (t->ts < tl->grid.from_ns || t->ts >= tl->grid.to_ns)
		return 0;
	if (tl->closeup) {
		r = tl->rows == ROWS_CORE ? grid__row(&tl->grid, t->cpu, &err) : NULL;
		if (r && t->ts > tl->grid.from_ns)
			grid__mark(&tl->grid, r, t->ts - 1, mark_of(t->reason));
		closeup__note(tl, t);
		return err;
	}
	turns__add(tl, t);
	chooser__add(&tl->chooser, t);
	return 0;
}

static int fill(struct timeline *tl, struct trace_error *err)
{
	struct model_sink sink = { .ctx = tl,
				   .turn = on_turn,
				   .thread_span = on_thread_span,
				   .core_span = on_core_span,
				   .step = on_step };

	return view__run(tl->view, &sink, NULL, err);
}

/* ---- drawing ---- */

static void put_cell(FILE *out, const struct timeline *tl, const struct cell *c)
{
	bool color = tl->view->opts->color, ascii = tl->view->opts->ascii;
	uint64_t rest = c->ns[CELL_OTHER] + c->ns[CELL_IDLE] + c->ns[CELL_READY] +
			c->ns[CELL_BLOCKED] + c->ns[CELL_STOPPED];

	if (c->ns[CELL_UNKNOWN]) {
		fprintf(out, "%s?%s", palette__bold(color), palette__end(color));
	} else if (c->several) {
		fprintf(out, "%s%s%s", palette__dim(color), ascii ? "#" : "▒", palette__end(color));
	} else if (c->who) {
		char letter = palette__letter(c->who - 1);

		if (rest && letter != '*')
			letter = (char)(letter - 'A' + 'a');
		fprintf(out, "%s%c%s", palette__begin(c->who - 1, color), letter,
			palette__end(color));
	} else if (c->ns[CELL_READY]) {
		fputs(ascii ? "-" : "─", out);
	} else if (c->ns[CELL_STOPPED]) {
		fputc('=', out);
	} else if (c->ns[CELL_OTHER]) {
		fprintf(out, "%s%s%s", palette__dim(color), ascii ? ":" : "▪", palette__end(color));
	} else if (rest) {
		fprintf(out, "%s%s%s", palette__dim(color), ascii ? "." : "·", palette__end(color));
	} else {
		fputc(' ', out);
	}
}

static void put_label(FILE *out, const struct timeline *tl, const char *label)
{
	char safe[64];
	size_t width;

	text__safe(safe, sizeof(safe), label, LABEL_WIDTH - 1, tl->view->opts->ascii);
	width = text__width(safe);
	fprintf(out, "%s%*s", safe, (int)(LABEL_WIDTH - width), "");
}

static bool row__waits(const struct timeline *tl, const struct row *r)
{
	for (uint32_t i = 0; i < tl->grid.width; i++)
		if (r->cells[i].waiting)
			return true;
	return false;
}

static void put_waiting(FILE *out, const struct timeline *tl, const struct row *r)
{
	bool color = tl->view->opts->color;

	put_label(out, tl, "  ready");
	for (uint32_t i = 0; i < tl->grid.width; i++) {
		const struct cell *c = &r->cells[i];

		uint64_t mean = (c->wait_ns * tl->grid.width * 2 / (tl->grid.to_ns - tl->grid.from_ns) + 1) / 2;

		if (!c->waiting)
			fputc(' ', out);
		else if (!c->queue)
			fprintf(out, "%s%c%s", palette__begin(c->waiting - 1, color),
				palette__letter(c->waiting - 1) == '*' ?
					'*' :
					palette__letter(c->waiting - 1) - 'A' + 'a',
				palette__end(color));
		else
			fputc(mean > 9 ? '+' : mean < 1 ? '1' : '0' + (int)mean, out);
	}
	fputc('\n', out);
}

static void put_marks(FILE *out, const struct timeline *tl, const struct row *r)
{
	static const char *const pretty[] = { "▼", "△", "◆", "■", "✕", "?", "+" };
	static const char plain[] = "pybsx?+";

	put_label(out, tl, "  why");
	for (uint32_t i = 0; i < tl->grid.width; i++) {
		const char *at = r->cells[i].mark ? strchr(plain, r->cells[i].mark) : NULL;

		if (!at)
			fputc(' ', out);
		else if (tl->view->opts->ascii)
			fputc(*at, out);
		else
			fputs(pretty[at - plain], out);
	}
	fputc('\n', out);
}

/* Ticks at 1, 2 or 5 of a power of ten, about one in twelve columns. */
static uint64_t tick_of(const struct grid *g)
{
	uint64_t least = (g->to_ns - g->from_ns) / (g->width / 12 + 1) + 1, tick = 1;

	for (;;) {
		if (tick >= least)
			return tick;
		if (tick * 2 >= least)
			return tick * 2;
		if (tick * 5 >= least)
			return tick * 5;
		tick *= 10;
	}
}

static void axis_label(char *buf, uint64_t ns, uint64_t tick)
{
	const char *unit = tick >= 1000000000 ? "s" : tick >= 1000000 ? "ms" : tick >= 1000 ? "us" : "ns";
	double scale = tick >= 1000000000 ? 1e9 : tick >= 1000000 ? 1e6 : tick >= 1000 ? 1e3 : 1;

	snprintf(buf, FMT_SIZE, "%.0f %s", (double)ns / scale, unit);
}

static void put_axis(FILE *out, const struct timeline *tl)
{
	const struct grid *g = &tl->grid;
	uint64_t tick = tick_of(g), origin = tl->origin_ns;
	uint64_t at = (g->from_ns - origin + tick - 1) / tick * tick;
	uint32_t column = 0;
	char label[FMT_SIZE];

	fprintf(out, "%s%*s", palette__dim(tl->view->opts->color), LABEL_WIDTH, "");
	for (; at + origin < g->to_ns; at += tick) {
		uint32_t to = grid__column(g, at + origin);
		size_t len;

		axis_label(label, at, tick);
		len = strlen(label) + 1;
		if (to < column || to + len > g->width)
			continue;
		fprintf(out, "%*s%s%s", (int)(to - column), "", tl->view->opts->ascii ? "|" : "╵",
			label);
		column = to + (uint32_t)len;
	}
	fprintf(out, "%s\n", palette__end(tl->view->opts->color));
}

static void row_label(const struct timeline *tl, const struct row *r, char *buf, size_t size)
{
	const struct stats_thread *t;

	if (tl->rows == ROWS_CORE) {
		snprintf(buf, size, "core %" PRIu64, r->key);
		return;
	}
	snprintf(buf, size, "pid %" PRIu64, r->key);
	for (uint32_t i = 0; tl->rows == ROWS_THREAD && i < tl->stats->thread_count; i++) {
		t = tl->stats->threads[i];
		if (t->thread->id == r->key)
			snprintf(buf, size, "%s", t->thread->comm);
	}
}

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static bool row__quiet(const struct timeline *tl, const struct row *r)
{
	if (tl->rows != ROWS_CORE)
		return false;
	for (uint32_t i = 0; i < tl->grid.width; i++)
		if (r->cells[i].who || r->cells[i].waiting || r->cells[i].ns[CELL_UNKNOWN])
			return false;
	return true;
}

static void put_grid(FILE *out, struct timeline *tl)
{
	uint32_t quiet = 0;
	char label[64];

	qsort(tl->grid.rows, tl->grid.row_count, sizeof(struct row), by_key);
	put_axis(out, tl);
	for (uint32_t i = 0; i < tl->grid.row_count; i++) {
		const struct row *r = &tl->grid.rows[i];

		if (row__quiet(tl, r)) {
			quiet++;
			continue;
		}
		row_label(tl, r, label, sizeof(label));
		put_label(out, tl, label);
		for (uint32_t k = 0; k < tl->grid.width; k++)
			put_cell(out, tl, &r->cells[k]);
		fputc('\n', out);
		if (tl->rows == ROWS_CORE && tl->closeup)
			put_marks(out, tl, r);
		if (tl->rows == ROWS_CORE && row__waits(tl, r))
			put_waiting(out, tl, r);
	}
	if (quiet && !tl->closeup) {
		snprintf(label, sizeof(label), "(%u more core%s: none of these threads ran there)",
			 quiet, quiet == 1 ? "" : "s");
		print_wrapped(out, label, tl->view->opts->width);
	}
	if (tl->grid.rows_more)
		fprintf(out, "(and more rows than fit)\n");
}

/* "#3 worker": the number first, as the name may be cut. */
static void task_label(const struct timeline *tl, const struct task *task, char *buf, size_t size)
{
	const struct symbol *s = symbol_table__find(tl->view->symbols, task->space, task->name_ip);

	snprintf(buf, size, "#%u %.60s", task->number, s && s->function ? s->function : "");
}

static void put_tasks(FILE *out, const struct timeline *tl)
{
	struct timeline copy = *tl;
	char name[96];

	copy.grid = tl->tasks;
	if (!tl->tasks.row_count)
		return;
	fprintf(out, "tasks (coroutines on these threads):\n");
	for (uint32_t i = 0; i < tl->tasks.row_count; i++) {
		const struct row *r = &tl->tasks.rows[i];

		snprintf(name, sizeof(name), "#%" PRIu64, r->key);
		for (uint32_t k = 0; k < tl->stats->task_count; k++)
			if (tl->stats->tasks[k]->task->number == r->key)
				task_label(tl, tl->stats->tasks[k]->task, name, sizeof(name));
		put_label(out, tl, name);
		for (uint32_t k = 0; k < tl->tasks.width; k++)
			put_cell(out, &copy, &r->cells[k]);
		fputc('\n', out);
	}
}

/* ---- legend and words ---- */

static void put_legend_row(FILE *out, const struct timeline *tl, const struct stats_thread *t)
{
	uint32_t index = index_of(tl, (struct thread *)t->thread);
	char name[64], line[512], cut[512], mean[FMT_SIZE], cpu[FMT_SIZE];
	int n;

	text__safe(name, sizeof(name), t->thread->comm, 15, tl->view->opts->ascii);
	n = snprintf(line, sizeof(line), " %s %u: %s, %" PRIu64 " turn%s", name, t->thread->tid,
		     fmt__duration(cpu, t->time[STATE_RUNNING]), t->slices,
		     t->slices == 1 ? "" : "s");
	if (t->slices)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " of %s",
			      fmt__duration(mean, t->time[STATE_RUNNING] / t->slices));
	n += snprintf(line + n, sizeof(line) - (size_t)n,
		      "; pre-empted %" PRIu64 ", yields %" PRIu64 ", waits %" PRIu64,
		      t->reasons[REASON_PREEMPTED], t->reasons[REASON_YIELDED],
		      t->reasons[REASON_BLOCKED]);
	if (t->reasons[REASON_UNCLEAR])
		snprintf(line + n, sizeof(line) - (size_t)n, ", unclear %" PRIu64,
			 t->reasons[REASON_UNCLEAR]);
	fprintf(out, "%s%c%s", palette__begin(index, tl->view->opts->color), palette__letter(index),
		palette__end(tl->view->opts->color));
	fprintf(out, "%s\n",
		text__safe(cut, sizeof(cut), line, tl->view->opts->width - 1, false));
}

static void put_legend(FILE *out, const struct timeline *tl)
{
	uint32_t n = tl->stats->thread_count;
	struct stats_thread **sorted = malloc((n + 1) * sizeof(*sorted));

	if (!sorted)
		return;
	memcpy(sorted, tl->stats->threads, n * sizeof(*sorted));
	/* the busiest dozen: a partial selection sort is enough */
	for (uint32_t i = 0; i < n && i < LEGEND_ROWS; i++) {
		uint32_t best = i;
		struct stats_thread *t;

		for (uint32_t k = i + 1; k < n; k++)
			if (sorted[k]->time[STATE_RUNNING] > sorted[best]->time[STATE_RUNNING])
				best = k;
		t = sorted[i];
		sorted[i] = sorted[best];
		sorted[best] = t;
		put_legend_row(out, tl, sorted[i]);
	}
	if (n > LEGEND_ROWS)
		fprintf(out, "... and %u more threads\n", n - LEGEND_ROWS);
	free(sorted);
}

static void put_key(FILE *out, const struct timeline *tl)
{
	bool ascii = tl->view->opts->ascii;
	char line[400];

	if (tl->rows == ROWS_CORE)
		snprintf(line, sizeof(line),
			 "A it ran all this time, a part of it, %s several threads took turns within "
			 "one column, %s another program, %s idle, ? unknown; ready: wanted to run but "
			 "had to wait (its letter, or how many on average)",
			 ascii ? "#" : "▒", ascii ? ":" : "▪", ascii ? "." : "·");
	else
		snprintf(line, sizeof(line),
			 "A ran all this time, a part of it, %s ready but had to wait for a core, %s "
			 "waited or slept, = stopped, ? unknown",
			 ascii ? "-" : "─", ascii ? "." : "·");
	print_wrapped(out, line, tl->view->opts->width);
}

static void put_answers(FILE *out, const struct timeline *tl)
{
	const struct stats *s = tl->stats;
	uint64_t whole = s->to_ns - s->from_ns;
	char line[400], a[FMT_SIZE], b[FMT_SIZE];

	snprintf(line, sizeof(line),
		 "At once: at most %u thread%s; two or more for %.0f %% of the time; %.1f on average "
		 "while any ran.",
		 s->most, s->most == 1 ? "" : "s",
		 whole ? 100.0 * (double)s->two_or_more_ns / (double)whole : 0.0,
		 s->any_ns ? (double)s->running_ns / (double)s->any_ns : 0.0);
	print_wrapped(out, line, tl->view->opts->width);
	if (!tl->turns.count)
		return;
	snprintf(line, sizeof(line), "A turn: %s in the middle (median), %s the longest.",
		 fmt__duration(a, turns__median(&tl->turns)), fmt__duration(b, tl->turns.longest));
	print_wrapped(out, line, tl->view->opts->width);
	if (turns__pairs(&tl->turns, line, sizeof(line)))
		print_wrapped(out, line, tl->view->opts->width);
}

/* ---- the whole ---- */

static int draw_closeup(const struct timeline *overview, FILE *out, struct trace_error *err)
{
	const struct chooser *c = &overview->chooser;
	struct timeline tl = *overview;
	uint64_t pad;
	int code;

	if (!c->best_to || overview->rows != ROWS_CORE)
		return 0;
	pad = (c->best_to - c->best_from) / 20 + 1;
	tl.closeup = true;
	tl.notes_count = 0;
	grid__init(&tl.grid, c->best_from > pad + tl.origin_ns ? c->best_from - pad : tl.origin_ns,
		   c->best_to + pad, overview->grid.width, ROW_LIMIT);
	grid__init(&tl.tasks, tl.grid.from_ns, tl.grid.to_ns, overview->grid.width, ROW_LIMIT);
	code = fill(&tl, err);
	if (!code) {
		fprintf(out, "\n%sClose-up%s: %" PRIu64 " switches, each to be seen", palette__bold(tl.view->opts->color),
			palette__end(tl.view->opts->color), (uint64_t)tl.notes_count);
		fprintf(out, "\n");
		print_wrapped(out, tl.view->opts->ascii ?
				      "(p pre-empted, y yielded, b waits, s stopped, x ended, + several)" :
				      "(▼ pre-empted, △ yielded, ◆ waits, ■ stopped, ✕ ended, + several)",
			      tl.view->opts->width);
		put_grid(out, &tl);
		put_tasks(out, &tl);
		closeup__print(&tl, out);
	}
	grid__release(&tl.grid);
	grid__release(&tl.tasks);
	return code;
}

static int draw(struct timeline *tl, FILE *out, const struct model_health *health,
		struct trace_error *err)
{
	int code = fill(tl, err);

	if (code)
		return code;
	headline__print(out, tl->view, tl->stats, health);
	fputc('\n', out);
	put_legend(out, tl);
	fputc('\n', out);
	if (tl->rows == ROWS_TASK && !tl->tasks.row_count)
		fprintf(out, "No task of a known runtime was seen.\n");
	if (tl->rows != ROWS_TASK)
		put_grid(out, tl);
	put_tasks(out, tl);
	put_key(out, tl);
	fputc('\n', out);
	put_answers(out, tl);
	code = draw_closeup(tl, out, err);
	fputc('\n', out);
	summary__print(out, tl->view, tl->stats, health);
	return code;
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	struct timeline *tl = calloc(1, sizeof(*tl));
	struct stats_sink *sink;
	struct model *model;
	uint64_t from, to;
	int code;

	if (!tl)
		return -ENOMEM;
	code = view__stats(v, &sink, &model, err);
	if (code) {
		free(tl);
		return code;
	}
	tl->view = v;
	tl->rows = v->opts->rows;
	tl->stats = stats_sink__result(sink);
	tl->origin_ns = trace__info(v->trace)->start_mono_ns;
	view__window(v, &from, &to);
	grid__init(&tl->grid, from, to, v->opts->width - LABEL_WIDTH, ROW_LIMIT);
	grid__init(&tl->tasks, from, to, v->opts->width - LABEL_WIDTH, ROW_LIMIT);
	chooser__init(&tl->chooser, v->opts->width - LABEL_WIDTH);
	code = draw(tl, out, model__health(model), err);
	grid__release(&tl->grid);
	grid__release(&tl->tasks);
	stats_sink__free(sink);
	model__free(model);
	free(tl);
	return code;
}

const struct renderer timeline_text_renderer = {
	.name = "timeline-text",
	.command = "timeline",
	.format = "text",
	.help = "text for a terminal",
	.render = render,
};
