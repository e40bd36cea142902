/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* csv.c - see csv.h. */
#include <inttypes.h>
#include <string.h>

#include "user/lib/csv.h"
#include "user/lib/text.h"

static void before_cell(struct csv *c)
{
	if (c->column++)
		fputc(',', c->out);
}

void csv__text(struct csv *c, const char *v)
{
	char safe[1024];

	before_cell(c);
	if (!v || !*v)
		return;
	text__safe(safe, sizeof(safe), v, 0, false);
	if (strpbrk(safe, "\",\n\r'") || strchr("=+-@", safe[0])) {
		fputs(strchr("=+-@", safe[0]) ? "\"'" : "\"", c->out);
		for (const char *s = safe; *s; s++) {
			if (*s == '"')
				fputc('"', c->out);
			fputc(*s, c->out);
		}
		fputc('"', c->out);
	} else {
		fputs(safe, c->out);
	}
}

void csv__u64(struct csv *c, uint64_t v)
{
	before_cell(c);
	fprintf(c->out, "%" PRIu64, v);
}

void csv__empty(struct csv *c)
{
	before_cell(c);
}

void csv__end_row(struct csv *c)
{
	fputs("\r\n", c->out);
	c->column = 0;
}
