/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * cells.h - time cut into columns: what happened in each cell of a row. A cell knows how long
 * each kind of thing took in it, so that it never shows one thing where there were two.
 */
#ifndef TAKETURNS_CELLS_H
#define TAKETURNS_CELLS_H

#include <stdbool.h>
#include <stdint.h>

enum cell_kind { CELL_RUN, CELL_OTHER, CELL_IDLE, CELL_UNKNOWN, CELL_READY, CELL_BLOCKED, CELL_STOPPED,
		 CELL_KINDS };

struct cell {
	uint64_t ns[CELL_KINDS];
	uint32_t who;	  /* palette index of the first thread that ran here, + 1; 0 none */
	uint32_t waiting; /* the same of the first that waited for this core */
	bool several;	  /* more than one ran here */
	bool queue;	  /* more than one waited */
	uint64_t wait_ns; /* summed over those that waited */
	char mark;	  /* reason of a switch-out here: 'p' 'y' 'b' 's' 'x' '?', '+' several */
};

struct row {
	uint64_t key; /* core number, thread id, pid or task number */
	struct cell *cells;
};

/* A window of time over rows of equally wide cells. */
struct grid {
	uint64_t from_ns;
	uint64_t to_ns;
	uint32_t width; /* cells per row */
	struct row *rows;
	uint32_t row_count;
	uint32_t row_room;
	uint32_t row_limit; /* rows beyond are counted only */
	uint32_t rows_more;
};

void grid__init(struct grid *g, uint64_t from_ns, uint64_t to_ns, uint32_t width, uint32_t limit);
void grid__release(struct grid *g);

/* The row of @key, made if need be. NULL: no memory, or beyond the limit (then *@err is 0). */
struct row *grid__row(struct grid *g, uint64_t key, int *err);

/* Adds [from, to) of @kind; @who: palette index, for CELL_RUN and CELL_READY. */
void grid__span(const struct grid *g, struct row *r, uint64_t from, uint64_t to,
		enum cell_kind kind, uint32_t who);

/* A waiting thread under a core's row. */
void grid__wait(const struct grid *g, struct row *r, uint64_t from, uint64_t to, uint32_t who);

/* Marks the cell in which @ts lies; times outside are ignored. */
void grid__mark(const struct grid *g, struct row *r, uint64_t ts, char mark);

/* The cell of @ts, which lies inside the window. */
uint32_t grid__column(const struct grid *g, uint64_t ts);

#endif /* TAKETURNS_CELLS_H */
