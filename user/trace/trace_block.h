/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_block.h - blocks, sections and the file header: written to a descriptor, checked in
 * memory. Private to user/trace/. Whoever writes keeps track of the offset; the descriptor's
 * own position is not used.
 */
#ifndef TAKETURNS_TRACE_BLOCK_H
#define TAKETURNS_TRACE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "user/trace/trace.h"
#include "user/trace/trace_format.h"

/* Writes all of it at @offset. Returns 0 or -errno; then any part may have been written. */
int file__write(int fd, uint64_t offset, const void *data, size_t size);

/* Writes the header as it is, with its checksum made. */
int file_header__write(int fd, struct file_header *h);

/* Fills in the block's header, whose payload of @size bytes is contiguous at @payload. */
void block__seal(struct block_header *b, uint32_t type, const void *payload, size_t size);

/* Bytes that a block with this payload takes in the file. */
uint64_t block__span(uint64_t payload_size);

/* Writes the section @name at *@offset and moves *@offset behind it. */
int section__write(int fd, uint64_t *offset, const char *name, const void *data, size_t size);

/* Writes a table block likewise. */
int table__write(int fd, uint64_t *offset, const struct table_entry *entries, size_t count);

/* The fixed ways to say what is wrong; both return -EINVAL. */
int trace_error__damaged(struct trace_error *err, uint64_t offset, const char *what);
int trace_error__cut(struct trace_error *err, uint64_t offset, const char *what);

/* A file in memory; blocks lie before `size`. */
struct image {
	const uint8_t *data;
	uint64_t size;
};

/* Checks magic, byte order, version, checksum, and size if closed. Copies the header to @h. */
int image__header(const struct image *im, struct file_header *h, struct trace_error *err);

/* Checks that a block's header at @offset is one and that its payload lies in the file.
 * Copies it to @b. Says nothing about the payload's bytes. */
int image__block(const struct image *im, uint64_t offset, struct block_header *b,
		 struct trace_error *err);

/* Checks the checksum of a block that image__block() accepted. */
int image__checksum(const struct image *im, uint64_t offset, struct trace_error *err);

static inline const uint8_t *image__payload(const struct image *im, uint64_t offset)
{
	return im->data + offset + sizeof(struct block_header);
}

#endif /* TAKETURNS_TRACE_BLOCK_H */
