/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_block.c - see trace_block.h. Nothing is believed before it is compared with the size
 * of the file, and every sum is arranged so that it cannot overflow.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "user/trace/trace_block.h"

static uint32_t checksum(uint32_t crc, const void *data, size_t size)
{
	return (uint32_t)crc32_z(crc, data, size);
}

/* The block's header counts from behind its own checksum. */
static uint32_t block__crc(const struct block_header *b)
{
	const uint8_t *type = (const uint8_t *)&b->type;

	return checksum(0, type, sizeof(*b) - offsetof(struct block_header, type));
}

int file__write(int fd, uint64_t offset, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = pwrite(fd, p, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		p += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

int file_header__write(int fd, struct file_header *h)
{
	h->crc = checksum(0, h, offsetof(struct file_header, crc));
	return file__write(fd, 0, h, sizeof(*h));
}

static void block__begin(struct block_header *b, uint32_t type, uint64_t size)
{
	*b = (struct block_header){ .magic = BLOCK_MAGIC, .type = type, .size = size };
	b->crc = block__crc(b);
}

void block__seal(struct block_header *b, uint32_t type, const void *payload, size_t size)
{
	block__begin(b, type, size);
	b->crc = checksum(b->crc, payload, size);
}

static uint64_t padding(uint64_t payload_size)
{
	return -payload_size & 7;
}

uint64_t block__span(uint64_t payload_size)
{
	return sizeof(struct block_header) + payload_size + padding(payload_size);
}

/* A block whose payload comes in two parts. The head is in the same write as the header, so
 * that a section's name is not cut from it. */
static int block__write(int fd, uint64_t *offset, struct block_header *b, const void *data,
			size_t size, uint64_t head_size)
{
	static const uint8_t zeros[8];
	uint64_t at = *offset;
	int err;

	err = file__write(fd, at, b, sizeof(*b) + head_size);
	at += sizeof(*b) + head_size;
	if (!err)
		err = file__write(fd, at, data, size);
	at += size;
	if (!err)
		err = file__write(fd, at, zeros, padding(b->size));
	if (!err)
		*offset += block__span(b->size);
	return err;
}

int section__write(int fd, uint64_t *offset, const char *name, const void *data, size_t size)
{
	struct {
		struct block_header block;
		char name[SECTION_NAME_SZ];
	} head = { 0 };

	memcpy(head.name, name, strnlen(name, SECTION_NAME_SZ - 1));
	block__begin(&head.block, BLOCK_SECTION, sizeof(head.name) + size);
	head.block.crc = checksum(head.block.crc, head.name, sizeof(head.name));
	if (size)
		head.block.crc = checksum(head.block.crc, data, size);
	return block__write(fd, offset, &head.block, data, size, sizeof(head.name));
}

int table__write(int fd, uint64_t *offset, const struct table_entry *entries, size_t count)
{
	struct block_header b;

	block__seal(&b, BLOCK_TABLE, entries, count * sizeof(*entries));
	return block__write(fd, offset, &b, entries, count * sizeof(*entries), 0);
}

int trace_error__damaged(struct trace_error *err, uint64_t offset, const char *what)
{
	snprintf(err->text, sizeof(err->text), "damaged at offset %llu: %s",
		 (unsigned long long)offset, what);
	return -EINVAL;
}

int trace_error__cut(struct trace_error *err, uint64_t offset, const char *what)
{
	snprintf(err->text, sizeof(err->text), "file is cut off at offset %llu (%s)",
		 (unsigned long long)offset, what);
	return -EINVAL;
}

static int check_version(const struct file_header *h, struct trace_error *err)
{
	if (h->byte_order == __builtin_bswap32(FILE_BYTE_ORDER)) {
		snprintf(err->text, sizeof(err->text),
			 "trace was written on a machine with "
			 "the other byte order");
		return -EINVAL;
	}
	if (h->byte_order != FILE_BYTE_ORDER)
		return trace_error__damaged(err, offsetof(struct file_header, byte_order),
					    "byte order mark");
	if (h->version != FILE_VERSION) {
		snprintf(err->text, sizeof(err->text),
			 "trace version %u is not supported (this taketurns reads version %u)",
			 h->version, FILE_VERSION);
		return -EINVAL;
	}
	return 0;
}

int image__header(const struct image *im, struct file_header *h, struct trace_error *err)
{
	size_t magic = im->size < FILE_MAGIC_SZ ? (size_t)im->size : FILE_MAGIC_SZ;
	int code;

	if (memcmp(im->data, FILE_MAGIC, magic) != 0) {
		snprintf(err->text, sizeof(err->text),
			 "not a taketurns trace (wrong magic at offset 0)");
		return -EINVAL;
	}
	if (im->size < sizeof(*h))
		return trace_error__cut(err, im->size, "header");
	memcpy(h, im->data, sizeof(*h));
	code = check_version(h, err);
	if (code)
		return code;
	if (h->crc != checksum(0, h, offsetof(struct file_header, crc)))
		return trace_error__damaged(err, 0, "header checksum");
	if (h->header_size < sizeof(*h) || h->header_size > FILE_HEADER_MAX || h->header_size % 8)
		return trace_error__damaged(err, offsetof(struct file_header, header_size),
					    "header size");
	if (h->header_size > im->size)
		return trace_error__cut(err, im->size, "header");
	if (!(h->flags & FILE_INCOMPLETE) && h->file_size > im->size)
		return trace_error__cut(err, im->size, "it was longer when it was closed");
	return 0;
}

int image__block(const struct image *im, uint64_t offset, struct block_header *b,
		 struct trace_error *err)
{
	if (offset % 8)
		return trace_error__damaged(err, offset, "block is not aligned");
	if (offset > im->size || im->size - offset < sizeof(*b))
		return trace_error__cut(err, im->size, "block header");
	memcpy(b, im->data + offset, sizeof(*b));
	if (b->magic != BLOCK_MAGIC)
		return trace_error__damaged(err, offset, "no block begins here");
	if (b->size > im->size - offset - sizeof(*b))
		return trace_error__cut(err, im->size, "block");
	return 0;
}

int image__checksum(const struct image *im, uint64_t offset, struct trace_error *err)
{
	struct block_header b;
	uint32_t crc;

	memcpy(&b, im->data + offset, sizeof(b));
	crc = checksum(block__crc(&b), image__payload(im, offset), b.size);
	return crc == b.crc ? 0 : trace_error__damaged(err, offset, "block checksum");
}
