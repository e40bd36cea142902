/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* headline.h - the first line (what was recorded) and the last (what happened, in words). */
#ifndef TAKETURNS_HEADLINE_H
#define TAKETURNS_HEADLINE_H

#include "user/render/view.h"

/* Command, cores, time, switches, losses, the tracer's cost; broken at the view's width. */
void headline__print(FILE *out, const struct view *v, const struct stats *s,
		     const struct model_health *health);

/* One or two sentences that are true of the numbers; broken at the view's width. */
void summary__print(FILE *out, const struct view *v, const struct stats *s,
		    const struct model_health *health);

/* Prints @text, broken between words so that no line is wider than @width. */
void print_wrapped(FILE *out, const char *text, unsigned int width);

#endif /* TAKETURNS_HEADLINE_H */
