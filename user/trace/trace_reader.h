/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_reader.h - an open trace as trace_reader.c makes it and trace_cursor.c and
 * trace_section.c use it. Private to user/trace/. Nothing in it changes after trace__open().
 */
#ifndef TAKETURNS_TRACE_READER_H
#define TAKETURNS_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/trace/trace.h"
#include "user/trace/trace_block.h"
#include "user/trace/trace_format.h"

#define CHUNK_NONE UINT32_MAX

/* A chunk and the next one of the same stream, as a number in trace.chunks. */
struct trace_chunk {
	struct index_entry at;
	uint32_t next;
};

struct trace {
	struct image image; /* mapped */
	struct file_header header;
	struct trace_info info;
	char *strings; /* those of info */
	struct trace_end end;

	struct trace_chunk *chunks; /* in order of offset: from the index, or found by walking */
	uint32_t chunk_count;
	uint64_t chunk_room;
	uint32_t *first; /* per stream: its first chunk */
	uint32_t stream_count;

	const struct table_entry *table; /* mapped and checked; NULL when incomplete */
	size_t section_count;
};

#endif /* TAKETURNS_TRACE_READER_H */
