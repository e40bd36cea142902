/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_reader.c - opens a trace: maps the file, checks everything outside the chunks, and
 * lists the chunks of each stream. What is inside a chunk is checked when a cursor gets there.
 *
 * A complete file is read from its table and index; an incomplete one is walked block by block
 * up to the first that is not whole, which costs reading all of it once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "user/trace/trace_reader.h"
#include "user/trace/trace_tags.h"

static int fail(struct trace_error *err, int code, const char *text)
{
	snprintf(err->text, sizeof(err->text), "%s", text);
	return code;
}

/* ---- sections ---- */

/* Checks that the block at @offset is the section @name, but not yet its bytes. */
static int trace__find_section(const struct trace *t, uint64_t offset, const char *name,
			       size_t *size, struct trace_error *err)
{
	struct block_header b;
	int code = image__block(&t->image, offset, &b, err);

	if (code)
		return code;
	if (b.type != BLOCK_SECTION || b.size < SECTION_NAME_SZ)
		return trace_error__damaged(err, offset, "not a section");
	if (strncmp((const char *)image__payload(&t->image, offset), name, SECTION_NAME_SZ) != 0)
		return trace_error__damaged(err, offset, "name of a section");
	*size = b.size - SECTION_NAME_SZ;
	return 0;
}

static const uint8_t *trace__section_data(const struct trace *t, uint64_t offset)
{
	return image__payload(&t->image, offset) + SECTION_NAME_SZ;
}

static uint64_t trace__section_base(uint64_t offset)
{
	return offset + sizeof(struct block_header) + SECTION_NAME_SZ;
}

const void *trace__section(const struct trace *t, const char *name, size_t *size)
{
	for (size_t i = 0; i < t->section_count; i++) {
		const struct table_entry *e = &t->table[i];

		if (strncmp(e->name, name, SECTION_NAME_SZ) != 0)
			continue;
		*size = e->size;
		return trace__section_data(t, e->offset);
	}
	return NULL;
}

static int open_info(struct trace *t, struct trace_error *err)
{
	uint64_t offset = t->header.header_size;
	size_t size;
	int code = trace__find_section(t, offset, SECTION_INFO, &size, err);

	if (!code)
		code = image__checksum(&t->image, offset, err);
	if (code)
		return code;
	return trace_info__unpack(trace__section_data(t, offset), size, trace__section_base(offset),
				  &t->info, &t->strings, err);
}

/* *@left: the bytes that sections can still have. Without it, a made-up table could name one
 * large section a million times, and its checksum would be made as often. */
static int check_entry(const struct trace *t, const struct table_entry *e, uint64_t *left,
		       struct trace_error *err)
{
	size_t size;
	int code;

	if (!memchr(e->name, '\0', sizeof(e->name)))
		return trace_error__damaged(err, t->header.table_offset, "name in the table");
	if (e->size > *left)
		return trace_error__damaged(err, t->header.table_offset, "size in the table");
	*left -= e->size;
	code = trace__find_section(t, e->offset, e->name, &size, err);
	if (code)
		return code;
	if (size != e->size)
		return trace_error__damaged(err, e->offset, "size of a section");
	return image__checksum(&t->image, e->offset, err);
}

static int open_table(struct trace *t, struct trace_error *err)
{
	uint64_t offset = t->header.table_offset;
	uint64_t left = t->image.size;
	const struct table_entry *table;
	struct block_header b;
	int code = image__block(&t->image, offset, &b, err);

	if (code)
		return code;
	if (b.type != BLOCK_TABLE || b.size % sizeof(*table))
		return trace_error__damaged(err, offset, "not a table of sections");
	code = image__checksum(&t->image, offset, err);
	if (code)
		return code;
	table = (const struct table_entry *)image__payload(&t->image, offset);
	for (size_t i = 0; i < b.size / sizeof(*table); i++) {
		code = check_entry(t, &table[i], &left, err);
		if (code)
			return code;
	}
	t->table = table;
	t->section_count = b.size / sizeof(*table);
	return 0;
}

static int open_end(struct trace *t, struct trace_error *err)
{
	size_t size;
	const uint8_t *data = trace__section(t, SECTION_END, &size);

	if (!data)
		return trace_error__damaged(err, t->header.table_offset, "no section \"end\"");
	return trace_end__unpack(data, size, (uint64_t)(data - t->image.data), &t->end, err);
}

/* ---- chunks ---- */

/* Makes room for chunks, at least doubling what there is. */
static int reserve_chunks(struct trace *t, uint64_t count)
{
	struct trace_chunk *bigger;

	if (count < t->chunk_room)
		return 0;
	if (count < t->chunk_room * 2)
		count = t->chunk_room * 2;
	if (count >= CHUNK_NONE)
		return -EFBIG;
	bigger = realloc(t->chunks, (count + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	t->chunks = bigger;
	t->chunk_room = count + 1;
	return 0;
}

/* Chains each stream's chunks; backwards, so that the first is found last. */
static int link_chunks(struct trace *t)
{
	t->stream_count = t->info.cpus * 2;
	t->first = malloc(t->stream_count * sizeof(*t->first));
	if (!t->first)
		return -ENOMEM;
	memset(t->first, 0xff, t->stream_count * sizeof(*t->first));
	for (uint32_t i = t->chunk_count; i-- > 0;) {
		struct trace_chunk *c = &t->chunks[i];
		uint32_t *first = &t->first[c->at.chunk.stream];

		c->next = *first;
		*first = i;
	}
	return 0;
}

static int check_index(const struct trace *t, const struct index_entry *e, size_t count,
		       struct trace_error *err)
{
	uint64_t base = (uint64_t)((const uint8_t *)e - t->image.data);

	for (size_t i = 0; i < count; i++) {
		uint64_t at = base + i * sizeof(*e);

		if (e[i].chunk.stream >= t->info.cpus * 2)
			return trace_error__damaged(err, at, "stream in the index");
		if (i && e[i].offset <= e[i - 1].offset)
			return trace_error__damaged(err, at, "order of the index");
	}
	return 0;
}

static int open_index(struct trace *t, struct trace_error *err)
{
	size_t size;
	const void *data = trace__section(t, SECTION_INDEX, &size);
	const struct index_entry *e = data;
	int code;

	if (!data || size % sizeof(*e))
		return trace_error__damaged(err, t->header.table_offset, "section \"index\"");
	code = check_index(t, e, size / sizeof(*e), err);
	if (code)
		return code;
	code = reserve_chunks(t, size / sizeof(*e));
	if (code)
		return code;
	t->chunk_count = (uint32_t)(size / sizeof(*e));
	for (uint32_t i = 0; i < t->chunk_count; i++)
		t->chunks[i].at = e[i];
	return link_chunks(t);
}

/* Looks at the block at *@offset. If it is whole, moves *@offset behind it and returns true;
 * @e->offset is not 0 if it is a chunk. */
static bool walk_block(const struct trace *t, uint64_t *offset, struct index_entry *e)
{
	struct trace_error ignored;
	struct block_header b;

	e->offset = 0;
	if (image__block(&t->image, *offset, &b, &ignored) ||
	    image__checksum(&t->image, *offset, &ignored))
		return false;
	if (b.type == BLOCK_CHUNK) {
		if (b.size < sizeof(e->chunk))
			return false;
		memcpy(&e->chunk, image__payload(&t->image, *offset), sizeof(e->chunk));
		if (e->chunk.stream >= t->info.cpus * 2)
			return false;
		e->offset = *offset;
	}
	*offset += block__span(b.size);
	return true;
}

static int walk(struct trace *t)
{
	uint64_t offset = t->header.header_size;
	struct index_entry e;

	t->end.exit_status = -1;
	while (walk_block(t, &offset, &e)) {
		int code = e.offset ? reserve_chunks(t, t->chunk_count + 1ull) : 0;

		if (code)
			return code;
		if (!e.offset)
			continue;
		t->chunks[t->chunk_count++].at = e;
		if (e.chunk.last_ts > t->end.end_mono_ns)
			t->end.end_mono_ns = e.chunk.last_ts;
	}
	return link_chunks(t);
}

/* ---- the whole ---- */

static int map_file(struct trace *t, int fd, struct trace_error *err)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st))
		return fail(err, -errno, "cannot look at the file");
	if (!S_ISREG(st.st_mode))
		return fail(err, -EINVAL, "not a regular file");
	if (!st.st_size)
		return fail(err, -EINVAL, "file is empty");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return fail(err, -errno, "cannot map the file");
	t->image = (struct image){ map, (uint64_t)st.st_size };
	return 0;
}

static int open_parts(struct trace *t, int fd, struct trace_error *err)
{
	int code = map_file(t, fd, err);

	if (!code)
		code = image__header(&t->image, &t->header, err);
	if (!code)
		code = open_info(t, err);
	if (code)
		return code;
	if (!trace__complete(t))
		return walk(t);
	code = open_table(t, err);
	if (!code)
		code = open_end(t, err);
	return code ? code : open_index(t, err);
}

int trace__open(int fd, struct trace **out, struct trace_error *err)
{
	struct trace *t = calloc(1, sizeof(*t));
	int code;

	if (!t)
		return fail(err, -ENOMEM, "out of memory");
	code = open_parts(t, fd, err);
	if (code) {
		trace__free(t);
		if (code == -ENOMEM)
			fail(err, code, "out of memory");
		if (code == -EFBIG)
			fail(err, code, "too many chunks");
		return code;
	}
	*out = t;
	return 0;
}

void trace__free(struct trace *t)
{
	if (!t)
		return;
	if (t->image.data)
		munmap((void *)t->image.data, t->image.size);
	free(t->info.argv);
	free(t->strings);
	free(t->chunks);
	free(t->first);
	free(t);
}

const struct trace_info *trace__info(const struct trace *t)
{
	return &t->info;
}

const struct trace_end *trace__end(const struct trace *t)
{
	return &t->end;
}

bool trace__complete(const struct trace *t)
{
	return !(t->header.flags & FILE_INCOMPLETE);
}

uint64_t trace__file_bytes(const struct trace *t)
{
	return t->image.size;
}
