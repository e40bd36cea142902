/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* reader.h - an open trace as reader.c and cursor.c see it. Private to user/trace/. */
#ifndef TAKETURNS_READER_H
#define TAKETURNS_READER_H

#include "user/trace/layout.h"
#include "user/trace/trace.h"

#define SECTIONS_MAX 64

/* A block that lies wholly inside the file. */
struct block {
	uint32_t type;
	uint32_t size;
	uint32_t crc;
	uint32_t stream;
	uint32_t count;
	uint64_t first_ts;
	uint64_t last_ts;
	uint64_t offset; /* of data */
	const uint8_t *data;
};

struct section {
	char name[SECTION_NAME];
	const uint8_t *data;
	size_t size;
};

struct trace {
	const uint8_t *data;
	uint64_t size;
	bool complete; /* the header's mark */
	bool has_end;
	struct trace_info info;
	struct trace_end end;
	char *texts[16]; /* owned strings of info */
	size_t text_count;
	struct block *chunks; /* in file order */
	size_t chunk_count;
	size_t chunk_room;
	struct section sections[SECTIONS_MAX];
	size_t section_count;
};

#endif /* TAKETURNS_READER_H */
