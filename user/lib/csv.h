/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * csv.h - RFC 4180 cells. A text that a spreadsheet would take for a formula gets an apostrophe
 * in front; control characters and invalid UTF-8 become '?'.
 */
#ifndef TAKETURNS_CSV_H
#define TAKETURNS_CSV_H

#include <stdint.h>
#include <stdio.h>

struct csv {
	FILE *out;
	int column;
};

void csv__text(struct csv *c, const char *v); /* NULL: an empty cell */
void csv__u64(struct csv *c, uint64_t v);
void csv__empty(struct csv *c);
void csv__end_row(struct csv *c);

#endif /* TAKETURNS_CSV_H */
