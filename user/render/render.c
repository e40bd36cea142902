/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* render.c - the table of all renderers: a new format is its file and one line here. */
#include <string.h>

#include "user/render/view.h"

extern const struct renderer timeline_text_renderer;
extern const struct renderer events_text_renderer, events_ndjson_renderer, events_csv_renderer;
extern const struct renderer stats_text_renderer, stats_json_renderer, stats_csv_renderer;

const struct renderer *const renderers[] = {
	&timeline_text_renderer, &events_text_renderer, &events_ndjson_renderer,
	&events_csv_renderer,	 &stats_text_renderer,	&stats_json_renderer,
	&stats_csv_renderer,	 NULL,
};

const struct renderer *renderer__find(const char *command, const char *format)
{
	for (size_t i = 0; renderers[i]; i++)
		if (strcmp(renderers[i]->command, command) == 0 &&
		    (!format || strcmp(renderers[i]->format, format) == 0))
			return renderers[i];
	return NULL;
}
