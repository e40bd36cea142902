/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_format.h - the bytes on disk. Private to user/trace/; docs/format.md tells the same
 * in words, and how records are packed inside a chunk.
 *
 * file    = header, block "info", blocks ..., table block
 * block   = struct block_header, payload, zeros up to a multiple of 8
 * payload = chunk:   struct chunk_header, packed records
 *           section: name of 16 bytes, data
 *           table:   array of struct table_entry, one per section
 *
 * Numbers are in the byte order of the machine that wrote (the header says which). Only the
 * file header is ever written twice, so whatever a crash leaves can be walked block by block.
 */
#ifndef TAKETURNS_TRACE_FORMAT_H
#define TAKETURNS_TRACE_FORMAT_H

#include <stdint.h>

#define FILE_MAGIC	"\x89TTRACE\n" /* not text, and spoilt by newline conversion */
#define FILE_MAGIC_SZ	8
#define FILE_BYTE_ORDER 0x01020304u
#define FILE_VERSION	1
#define FILE_HEADER_MAX 4096

/* file_header.flags */
enum {
	FILE_INCOMPLETE = 1 << 0, /* not closed, or being changed: no table to rely on */
};

struct file_header {
	char magic[FILE_MAGIC_SZ];
	uint32_t byte_order;
	uint16_t version;     /* another number: another layout */
	uint16_t header_size; /* where the first block begins; may grow */
	uint32_t flags;
	uint32_t reserved;
	uint64_t table_offset; /* of the table block; 0 until closed */
	uint64_t file_size;    /* when it was closed; 0 until then */
	uint64_t unused[2];    /* zero */
	uint32_t unused2;
	uint32_t crc; /* of all bytes before it */
};
_Static_assert(sizeof(struct file_header) == 64, "file header");

#define BLOCK_MAGIC 0x4b425454u /* "TTBK" as a little-endian machine writes it */

enum block_type {
	BLOCK_CHUNK = 1,
	BLOCK_SECTION = 2,
	BLOCK_TABLE = 3,
};

struct block_header {
	uint32_t magic;
	uint32_t crc;  /* CRC-32 (zlib's) of the rest of this header and the payload */
	uint32_t type; /* unknown types are skipped */
	uint32_t reserved;
	uint64_t size; /* of the payload, bytes, without padding */
};
_Static_assert(sizeof(struct block_header) == 24, "block header");

#define CHUNK_SZ 65536 /* a writer's chunks, with both headers; a reader takes any size */

struct chunk_header {
	uint32_t stream;
	uint32_t count; /* of records */
	uint64_t first_ts;
	uint64_t last_ts;
};
_Static_assert(sizeof(struct chunk_header) == 24, "chunk header");

#define SECTION_NAME_SZ 16 /* with at least one NUL */
#define SECTION_INFO	"info"
#define SECTION_END	"end"
#define SECTION_INDEX	"index"

struct table_entry {
	char name[SECTION_NAME_SZ];
	uint64_t offset; /* of the section's block */
	uint64_t size;	 /* of its data */
};
_Static_assert(sizeof(struct table_entry) == 32, "table entry");

/* The section "index" is an array of these, in order of offset. */
struct index_entry {
	uint64_t offset; /* of the chunk's block */
	struct chunk_header chunk;
};
_Static_assert(sizeof(struct index_entry) == 32, "index entry");

/* "info" and "end" are sequences of tag, length of the value, value; unknown tags are skipped. */
struct tag_header {
	uint32_t tag;
	uint32_t size;
};

#endif /* TAKETURNS_TRACE_FORMAT_H */
