/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * timeline_notes.c - what the timeline notes on its way: how long turns last, who stopped whom,
 * which stretch of switches is worth a close-up, and that stretch in words.
 */
#include <stdio.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/text.h"
#include "user/render/headline.h"
#include "user/render/timeline.h"
#include "user/render/words.h"

/* ---- turns ---- */

/* Eight steps per power of two. */
static unsigned int bucket_of(uint64_t ns)
{
	unsigned int log = ns ? 63 - (unsigned int)__builtin_clzll(ns) : 0;
	unsigned int eighth = log >= 3 ? (unsigned int)(ns >> (log - 3)) & 7 : 0;

	return log * 8 + eighth;
}

static uint64_t bucket_middle(unsigned int bucket)
{
	unsigned int log = bucket / 8;
	double base = (double)(1ull << log);

	return (uint64_t)(base + base / 8 * (bucket % 8 + 0.5));
}

void turns__add(struct timeline *tl, const struct turn *t)
{
	struct turns *s = &tl->turns;
	uint32_t who = timeline__index(tl, t->prev), by = PALETTE_REST + 1;

	if (t->ran_known) {
		s->count++;
		s->buckets[bucket_of(t->ran_ns)]++;
		if (t->ran_ns > s->longest)
			s->longest = t->ran_ns;
	}
	if (t->reason != REASON_PREEMPTED)
		return;
	if (t->next->traced && view__wants_thread(tl->view, t->next))
		by = timeline__index(tl, t->next);
	s->pairs[who][by]++;
}

uint64_t turns__median(const struct turns *s)
{
	uint64_t seen = 0;

	for (unsigned int i = 0; i < 64 * 8; i++) {
		seen += s->buckets[i];
		if (seen * 2 >= s->count && seen)
			return bucket_middle(i) < s->longest ? bucket_middle(i) : s->longest;
	}
	return 0;
}

static bool find_most(const struct turns *s, bool used[PALETTE_REST + 1][PALETTE_REST + 2],
		      uint32_t *who, uint32_t *by)
{
	uint32_t best = 0;

	for (uint32_t i = 0; i <= PALETTE_REST; i++) {
		for (uint32_t k = 0; k <= PALETTE_REST + 1; k++) {
			if (used[i][k] || s->pairs[i][k] <= best)
				continue;
			best = s->pairs[i][k];
			*who = i;
			*by = k;
		}
	}
	return best > 0;
}

bool turns__pairs(const struct turns *s, char *buf, size_t size)
{
	bool used[PALETTE_REST + 1][PALETTE_REST + 2] = { { false } };
	uint32_t who = 0, by = 0;
	size_t at = 0;

	for (int n = 0; n < 5 && at < size && find_most(s, used, &who, &by); n++) {
		char name[24] = "other programs";

		used[who][by] = true;
		if (by <= PALETTE_REST)
			snprintf(name, sizeof(name), "%c", palette__letter(by));
		at += (size_t)snprintf(buf + at, size - at, "%s%c by %s %u time%s",
				       n ? ", " : "Who was stopped by whom: ", palette__letter(who),
				       name, s->pairs[who][by], s->pairs[who][by] == 1 ? "" : "s");
	}
	if (at && at < size)
		snprintf(buf + at, size - at, ".");
	return at > 0;
}

/* ---- the window ---- */

void chooser__init(struct chooser *c, uint32_t width)
{
	memset(c, 0, sizeof(*c));
	c->width = width;
	c->window = width / 8 < 6 ? 6 : width / 8 > CHOOSER_MAX ? CHOOSER_MAX : width / 8;
}

/* Variety counts; so does that every slice gets a column at least. */
static uint32_t score(const struct chooser *c, uint32_t n, uint64_t *from, uint64_t *to)
{
	uint32_t reasons = 0, threads = 0, changes = 0, tight = 0;
	uint64_t shortest = UINT64_MAX, step;

	for (uint32_t i = 0; i < n; i++) {
		const struct chosen *x = &c->ring[(c->at + CHOOSER_MAX - n + i) % CHOOSER_MAX];
		const struct chosen *before = i ? &c->ring[(c->at + CHOOSER_MAX - n + i - 1) % CHOOSER_MAX] : x;
		bool fresh = true;

		for (uint32_t k = 0; k < i; k++)
			if (c->ring[(c->at + CHOOSER_MAX - n + k) % CHOOSER_MAX].thread == x->thread)
				fresh = false;
		reasons |= 1u << x->reason;
		threads += fresh;
		changes += x->thread != before->thread;
		if (x->ran_ns < shortest)
			shortest = x->ran_ns;
		if (i == 0)
			*from = x->ts > x->ran_ns ? x->ts - x->ran_ns : 0;
		*to = x->ts;
	}
	step = (*to - *from) / c->width + 1;
	for (uint32_t i = 0; i < n; i++)
		tight += c->ring[(c->at + CHOOSER_MAX - n + i) % CHOOSER_MAX].ran_ns < step;
	return 1 + (uint32_t)__builtin_popcount(reasons) * 6 + threads * 4 + changes * 2 +
	       (tight ? 0 : 60) + (tight < n / 4 ? 15 : 0);
}

void chooser__add(struct chooser *c, const struct turn *t)
{
	uint64_t from = 0, to = 0;
	uint32_t points;

	if (!t->ran_known)
		return;
	c->ring[c->at] = (struct chosen){ t->ts, t->ran_ns, t->prev->id, t->cpu, t->reason };
	c->at = (c->at + 1) % CHOOSER_MAX;
	if (c->filled < CHOOSER_MAX)
		c->filled++;
	if (c->filled < c->window)
		return;
	points = score(c, c->window, &from, &to);
	if (points <= c->best_score)
		return;
	c->best_score = points;
	c->best_from = from;
	c->best_to = to;
}

/* ---- in words ---- */

void closeup__note(struct timeline *tl, const struct turn *t)
{
	const struct symbol *s = symbol_table__find(tl->view->symbols, t->space, t->ip);
	char words[128], where[200], ran[FMT_SIZE], came[48];
	char *line;

	tl->notes_count++;
	if (tl->notes_count > NOTES_MAX)
		return;
	line = tl->notes[tl->notes_count - 1];
	words__where(where, sizeof(where), s, tl->view->opts->ascii);
	if (t->next->traced && view__wants_thread(tl->view, t->next))
		snprintf(came, sizeof(came), "%c", palette__letter(timeline__index(tl, t->next)));
	else
		text__safe(came, sizeof(came), t->next->id ? t->next->comm : "nobody", 20,
			   tl->view->opts->ascii);
	snprintf(line, sizeof(tl->notes[0]), "%.3f ms core %u: %c %s%s%s%s; %s came%s%s",
		 (double)(t->ts - tl->origin_ns) / 1e6, t->cpu,
		 palette__letter(timeline__index(tl, t->prev)),
		 words__short(words, sizeof(words), t), t->ran_known ? " (ran " : "",
		 t->ran_known ? fmt__duration(ran, t->ran_ns) : "", t->ran_known ? ")" : "", came,
		 where[0] ? "; at " : "", where);
}

void closeup__print(const struct timeline *tl, FILE *out)
{
	char cut[1024];

	for (uint32_t i = 0; i < tl->notes_count && i < NOTES_MAX; i++)
		fprintf(out, "%s\n",
			text__safe(cut, sizeof(cut), tl->notes[i], tl->view->opts->width, false));
	if (tl->notes_count > NOTES_MAX)
		fprintf(out, "... (taketurns events --time lists all)\n");
}
