/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_tags.h - the sections "info" and "end": structs of trace.h to tagged values and back.
 * Private to user/trace/. A new field is one line in a table of trace_tags.c; tags are never
 * reused, and a reader skips those it does not know.
 */
#ifndef TAKETURNS_TRACE_TAGS_H
#define TAKETURNS_TRACE_TAGS_H

#include <stddef.h>
#include <stdint.h>

#include "user/trace/trace.h"

/* Both return a malloc'ed image (free()) in *@data and its *@size, or -ENOMEM; -E2BIG if the
 * strings are beyond 4 GiB. */
int trace_info__pack(const struct trace_info *info, void **data, size_t *size);
int trace_end__pack(const struct trace_end *end, void **data, size_t *size);

/* Fills @info from a section's data. Its strings point into *@owned and info->argv is malloc'ed
 * too: the caller frees both, also after an error. @base: the data's offset in the file, for
 * @err. Returns 0, -EINVAL with @err, or -ENOMEM. */
int trace_info__unpack(const void *data, size_t size, uint64_t base, struct trace_info *info,
		       char **owned, struct trace_error *err);

/* Fills @end. Returns 0 or -EINVAL with @err. */
int trace_end__unpack(const void *data, size_t size, uint64_t base, struct trace_end *end,
		      struct trace_error *err);

#endif /* TAKETURNS_TRACE_TAGS_H */
