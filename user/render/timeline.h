/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* timeline.h - the timeline's parts: the pass over the trace, what it notes, the close-up. */
#ifndef TAKETURNS_TIMELINE_H
#define TAKETURNS_TIMELINE_H

#include "user/render/cells.h"
#include "user/render/palette.h"
#include "user/render/view.h"

#define LABEL_WIDTH 10
#define CHOOSER_MAX 16
#define NOTES_MAX   10

/* How long turns last (a histogram with steps of 1/8), and who was stopped by whom. */
struct turns {
	uint64_t count;
	uint64_t longest;
	uint32_t buckets[64 * 8];
	uint32_t pairs[PALETTE_REST + 1][PALETTE_REST + 2]; /* [stopped][came]; the last: others */
};

/* Looks for the stretch of switches that shows most. */
struct chooser {
	uint32_t width;
	uint32_t window; /* switches in it */
	uint32_t filled;
	struct chosen {
		uint64_t ts;
		uint64_t ran_ns;
		uint32_t thread;
		uint32_t cpu;
		enum reason reason;
	} ring[CHOOSER_MAX];
	uint32_t at;
	uint32_t best_score;
	uint64_t best_from;
	uint64_t best_to;
};

struct timeline {
	const struct view *view;
	const struct stats *stats;
	enum view_rows rows;
	uint64_t origin_ns;
	struct grid grid;
	struct grid tasks;
	bool closeup;
	struct turns turns;
	struct chooser chooser;
	char notes[NOTES_MAX][320]; /* the close-up's switches in words */
	uint32_t notes_count;
};

void turns__add(struct timeline *tl, const struct turn *t);
uint64_t turns__median(const struct turns *s);
/* "Who stopped whom: A by B 49 times, ..."; false if nobody was. */
bool turns__pairs(const struct turns *s, char *buf, size_t size);

void chooser__init(struct chooser *c, uint32_t width);
void chooser__add(struct chooser *c, const struct turn *t);

void closeup__note(struct timeline *tl, const struct turn *t);
void closeup__print(const struct timeline *tl, FILE *out);

/* The palette index of a thread in any pass. */
uint32_t timeline__index(const struct timeline *tl, struct thread *t);

#endif /* TAKETURNS_TIMELINE_H */
