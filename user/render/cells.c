/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cells.c - see cells.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/render/cells.h"

void grid__init(struct grid *g, uint64_t from_ns, uint64_t to_ns, uint32_t width, uint32_t limit)
{
	memset(g, 0, sizeof(*g));
	g->from_ns = from_ns;
	g->to_ns = to_ns > from_ns ? to_ns : from_ns + 1;
	g->width = width;
	g->row_limit = limit;
}

void grid__release(struct grid *g)
{
	for (uint32_t i = 0; i < g->row_count; i++)
		free(g->rows[i].cells);
	free(g->rows);
	g->rows = NULL;
	g->row_count = 0;
}

static struct row *add_row(struct grid *g, uint64_t key)
{
	struct row *r;

	if (g->row_count == g->row_room) {
		uint32_t room = g->row_room ? g->row_room * 2 : 16;
		struct row *bigger = realloc(g->rows, room * sizeof(*bigger));

		if (!bigger)
			return NULL;
		g->rows = bigger;
		g->row_room = room;
	}
	r = &g->rows[g->row_count];
	r->key = key;
	r->cells = calloc(g->width, sizeof(*r->cells));
	if (!r->cells)
		return NULL;
	g->row_count++;
	return r;
}

struct row *grid__row(struct grid *g, uint64_t key, int *err)
{
	struct row *r;

	*err = 0;
	for (uint32_t i = 0; i < g->row_count; i++)
		if (g->rows[i].key == key)
			return &g->rows[i];
	if (g->row_count == g->row_limit) {
		g->rows_more++;
		return NULL;
	}
	r = add_row(g, key);
	if (!r)
		*err = -ENOMEM;
	return r;
}

/* Where cell @i begins; exact, so that neighbours share their border. */
static uint64_t border(const struct grid *g, uint32_t i)
{
	return g->from_ns +
	       (uint64_t)((unsigned __int128)(g->to_ns - g->from_ns) * i / g->width);
}

uint32_t grid__column(const struct grid *g, uint64_t ts)
{
	uint32_t i = (uint32_t)((unsigned __int128)(ts - g->from_ns) * g->width /
				(g->to_ns - g->from_ns));

	if (i >= g->width)
		i = g->width - 1;
	while (i + 1 < g->width && border(g, i + 1) <= ts)
		i++;
	while (i > 0 && border(g, i) > ts)
		i--;
	return i;
}

static bool clip(const struct grid *g, uint64_t *from, uint64_t *to)
{
	if (*from < g->from_ns)
		*from = g->from_ns;
	if (*to > g->to_ns)
		*to = g->to_ns;
	return *from < *to;
}

static void cell__add(struct cell *c, enum cell_kind kind, uint32_t who, uint64_t ns)
{
	c->ns[kind] += ns;
	if (kind != CELL_RUN)
		return;
	if (c->who && c->who != who + 1)
		c->several = true;
	if (!c->who)
		c->who = who + 1;
}

void grid__span(const struct grid *g, struct row *r, uint64_t from, uint64_t to,
		enum cell_kind kind, uint32_t who)
{
	if (!clip(g, &from, &to))
		return;
	for (uint32_t i = grid__column(g, from); i < g->width && from < to; i++) {
		uint64_t end = border(g, i + 1);
		uint64_t until = to < end ? to : end;

		if (until > from)
			cell__add(&r->cells[i], kind, who, until - from);
		if (end > from)
			from = end;
	}
}

void grid__wait(const struct grid *g, struct row *r, uint64_t from, uint64_t to, uint32_t who)
{
	uint32_t first, last;

	if (!clip(g, &from, &to))
		return;
	first = grid__column(g, from);
	last = grid__column(g, to - 1);
	for (uint32_t i = first; i <= last; i++) {
		struct cell *c = &r->cells[i];

		uint64_t begin = border(g, i), end = border(g, i + 1);

		c->wait_ns += (to < end ? to : end) - (from > begin ? from : begin);
		c->queue |= c->waiting && c->waiting != who + 1;
		c->waiting = who + 1;
	}
}

void grid__mark(const struct grid *g, struct row *r, uint64_t ts, char mark)
{
	struct cell *c;

	if (ts < g->from_ns || ts >= g->to_ns)
		return;
	c = &r->cells[grid__column(g, ts)];
	c->mark = c->mark ? '+' : mark;
}
