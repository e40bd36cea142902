/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_writer.c - the writing half of trace.h: one open chunk per stream, written whole.
 *
 * Runs in the recorder's real-time thread. A record costs its packing; memory is allocated for
 * a stream's first record and, doubling, for the index. Blocks only ever follow each other, so
 * the file is readable up to its last whole block at any moment.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace.h"
#include "user/trace/trace_block.h"
#include "user/trace/trace_format.h"
#include "user/trace/trace_pack.h"
#include "user/trace/trace_tags.h"

#define CHUNK_HEADERS (sizeof(struct block_header) + sizeof(struct chunk_header))

/* A stream's open chunk. */
struct stream {
	size_t used; /* of bytes, headers included; without records: CHUNK_HEADERS */
	uint64_t ts; /* of the last record, also of chunks before */
	struct chunk_header chunk;
	struct pack pack;
	uint8_t bytes[CHUNK_SZ] __attribute__((aligned(8)));
};

/* An array that grows. */
struct list {
	void *items;
	size_t count;
	size_t room;
};

struct trace_writer {
	int fd;
	int err;	 /* the first error; all calls return it from then on */
	uint64_t offset; /* where the next block goes */
	uint64_t backward;
	uint32_t stream_count;
	struct stream **streams; /* NULL: no record yet */
	struct list index;	 /* struct index_entry */
	struct list sections;	 /* struct table_entry */
	struct file_header header;
};

static int list__add(struct list *l, const void *item, size_t size)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		void *bigger = realloc(l->items, room * size);

		if (!bigger)
			return -ENOMEM;
		l->items = bigger;
		l->room = room;
	}
	memcpy((uint8_t *)l->items + l->count++ * size, item, size);
	return 0;
}

static int writer__fail(struct trace_writer *w, int err)
{
	if (err && !w->err)
		w->err = err;
	return w->err;
}

/* Writes a section and notes it for the table. */
static int put_section(struct trace_writer *w, const char *name, const void *data, size_t size)
{
	struct table_entry entry = { .offset = w->offset, .size = size };
	int err;

	strncpy(entry.name, name, sizeof(entry.name) - 1);
	err = section__write(w->fd, &w->offset, name, data, size);
	if (!err)
		err = list__add(&w->sections, &entry, sizeof(entry));
	return writer__fail(w, err);
}

static int put_info(struct trace_writer *w, const struct trace_info *info)
{
	void *data;
	size_t size;
	int err = trace_info__pack(info, &data, &size);

	if (err)
		return err;
	err = put_section(w, SECTION_INFO, data, size);
	free(data);
	return err;
}

static struct trace_writer *writer__alloc(int fd, uint32_t streams)
{
	struct trace_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fd = fd;
	w->stream_count = streams;
	w->streams = calloc(streams, sizeof(struct stream *));
	memcpy(w->header.magic, FILE_MAGIC, FILE_MAGIC_SZ);
	w->header.byte_order = FILE_BYTE_ORDER;
	w->header.version = FILE_VERSION;
	w->header.header_size = sizeof(w->header);
	w->header.flags = FILE_INCOMPLETE;
	w->offset = sizeof(w->header);
	if (w->streams)
		return w;
	free(w);
	return NULL;
}

int trace_writer__new(int fd, const struct trace_info *info, struct trace_writer **out)
{
	struct trace_writer *w;
	int err;

	if (!info->cpus || info->cpus > TRACE_CPU_MAX)
		return -EINVAL;
	w = writer__alloc(fd, info->cpus * 2);
	if (!w)
		return -ENOMEM;
	err = file_header__write(fd, &w->header);
	if (!err)
		err = put_info(w, info);
	if (err) {
		trace_writer__free(w);
		return err;
	}
	*out = w;
	return 0;
}

/* ---- chunks ---- */

static int stream__write(struct trace_writer *w, struct stream *s)
{
	struct block_header *b = (struct block_header *)s->bytes;
	struct index_entry entry = { w->offset, s->chunk };
	size_t payload = s->used - sizeof(*b);
	uint64_t span = block__span(payload);
	int err;

	entry.chunk.last_ts = s->ts;
	memcpy(b + 1, &entry.chunk, sizeof(entry.chunk));
	block__seal(b, BLOCK_CHUNK, b + 1, payload);
	memset(s->bytes + s->used, 0, span - s->used);
	err = file__write(w->fd, w->offset, s->bytes, span);
	if (!err)
		err = list__add(&w->index, &entry, sizeof(entry));
	if (err)
		return writer__fail(w, err);
	w->offset += span;
	s->used = CHUNK_HEADERS;
	s->chunk.count = 0;
	return 0;
}

static struct stream *writer__stream(struct trace_writer *w, uint32_t number)
{
	struct stream *s = w->streams[number];

	if (s)
		return s;
	s = malloc(sizeof(*s));
	if (!s)
		return NULL;
	s->used = CHUNK_HEADERS;
	s->ts = 0;
	s->chunk = (struct chunk_header){ .stream = number };
	w->streams[number] = s;
	return s;
}

/* The time that a record gets in its stream: never before the one before it. */
static uint64_t writer__ts(struct trace_writer *w, const struct stream *s, uint64_t ts)
{
	if (ts >= s->ts)
		return ts;
	w->backward++;
	return s->ts;
}

int trace_writer__append(struct trace_writer *w, uint32_t stream, const struct event_head *ev)
{
	struct stream *s;

	if (w->err)
		return w->err;
	if (stream >= w->stream_count || ev->size < sizeof(*ev) || ev->size > sizeof(union event))
		return -EINVAL;
	s = writer__stream(w, stream);
	if (!s)
		return writer__fail(w, -ENOMEM);
	s->ts = writer__ts(w, s, ev->ts);
	if (!s->chunk.count) {
		s->chunk.first_ts = s->ts;
		pack__init(&s->pack, s->ts);
	}
	s->used += pack__put(&s->pack, ev, s->ts, s->bytes + s->used);
	s->chunk.count++;
	return s->used > CHUNK_SZ - PACK_RECORD_MAX ? stream__write(w, s) : 0;
}

int trace_writer__flush(struct trace_writer *w)
{
	for (uint32_t i = 0; i < w->stream_count && !w->err; i++)
		if (w->streams[i] && w->streams[i]->chunk.count)
			stream__write(w, w->streams[i]);
	return w->err;
}

/* ---- the end ---- */

static int check_name(const struct trace_writer *w, const char *name)
{
	const struct table_entry *taken = w->sections.items;

	if (!*name || strlen(name) >= SECTION_NAME_SZ)
		return -EINVAL;
	if (!strcmp(name, SECTION_END) || !strcmp(name, SECTION_INDEX))
		return -EEXIST;
	for (size_t i = 0; i < w->sections.count; i++)
		if (!strcmp(taken[i].name, name))
			return -EEXIST;
	return 0;
}

int trace_writer__section(struct trace_writer *w, const char *name, const void *data, size_t size)
{
	int err;

	if (w->err)
		return w->err;
	if (size > UINT32_MAX)
		return -EFBIG;
	err = check_name(w, name);
	return err ? err : put_section(w, name, data, size);
}

static int put_end(struct trace_writer *w, const struct trace_end *end)
{
	struct trace_end own = *end;
	void *data;
	size_t size;
	int err;

	own.backward = w->backward;
	err = trace_end__pack(&own, &data, &size);
	if (err)
		return writer__fail(w, err);
	err = put_section(w, SECTION_END, data, size);
	free(data);
	return err;
}

int trace_writer__close(struct trace_writer *w, const struct trace_end *end)
{
	uint64_t table;
	int err = trace_writer__flush(w);

	if (!err)
		err = put_end(w, end);
	if (!err)
		err = put_section(w, SECTION_INDEX, w->index.items,
				  w->index.count * sizeof(struct index_entry));
	if (err)
		return err;
	table = w->offset;
	err = table__write(w->fd, &w->offset, w->sections.items, w->sections.count);
	if (err)
		return writer__fail(w, err);
	w->header.flags &= ~(uint32_t)FILE_INCOMPLETE;
	w->header.table_offset = table;
	w->header.file_size = w->offset;
	return writer__fail(w, file_header__write(w->fd, &w->header));
}

uint64_t trace_writer__bytes(const struct trace_writer *w)
{
	return w->offset;
}

void trace_writer__free(struct trace_writer *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->stream_count; i++)
		free(w->streams[i]);
	free(w->streams);
	free(w->index.items);
	free(w->sections.items);
	free(w);
}
