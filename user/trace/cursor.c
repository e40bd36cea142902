/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * cursor.c - all streams of a trace merged in time order (trace.h): one decoder per stream, and a
 * heap of the streams by the time of their next record.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "user/trace/pack.h"
#include "user/trace/reader.h"

struct decoder {
	const struct block **chunks; /* of this stream, in file order */
	size_t chunk_count;
	size_t next_chunk;
	const uint8_t *at;
	const uint8_t *end;
	const struct block *chunk;
	uint32_t left; /* records in this chunk */
	uint64_t ts;
	struct pack pack;
	union event ev; /* the next record */
};

struct trace_cursor {
	const struct trace *trace;
	struct decoder **decoders; /* by stream, NULL where there is nothing */
	uint32_t *heap;		   /* stream numbers, smallest time first */
	uint32_t heap_size;
	const struct block **order; /* storage of the decoders' lists */
	bool pending;		    /* heap[0]'s record was handed out */
};

static int decoder__fail(const struct decoder *d, struct trace_error *err, const char *what)
{
	uint64_t at = d->chunk->offset + (d->at ? (uint64_t)(d->at - d->chunk->data) : 0);

	snprintf(err->text, sizeof(err->text), "damaged at offset %" PRIu64 ": %s", at, what);
	return -EINVAL;
}

static int decoder__open_chunk(struct decoder *d, struct trace_error *err)
{
	d->chunk = d->chunks[d->next_chunk++];
	d->at = d->chunk->data;
	d->end = d->at + d->chunk->size;
	d->left = d->chunk->count;
	if (crc32(0, d->chunk->data, (uInt)d->chunk->size) != d->chunk->crc)
		return decoder__fail(d, err, "wrong checksum");
	pack__init(&d->pack, d->chunk->first_ts);
	return 0;
}

/* 1: the next record is in d->ev; 0: no more; -EINVAL. */
static int decoder__next(struct decoder *d, struct trace_error *err)
{
	size_t n;

	while (!d->left) {
		int code;

		if (d->chunk && d->at != d->end)
			return decoder__fail(d, err, "bytes behind a chunk's last record");
		if (d->next_chunk == d->chunk_count)
			return 0;
		code = decoder__open_chunk(d, err);
		if (code)
			return code;
	}
	n = pack__get(&d->pack, d->at, d->end, &d->ev);
	if (!n)
		return decoder__fail(d, err, "a record is cut off");
	if (d->ev.head.ts < d->ts)
		d->ev.head.ts = d->ts;
	d->ts = d->ev.head.ts;
	d->at += n;
	d->left--;
	return 1;
}

static bool before(const struct trace_cursor *c, uint32_t a, uint32_t b)
{
	uint64_t ta = c->decoders[a]->ts, tb = c->decoders[b]->ts;

	return ta != tb ? ta < tb : a < b;
}

static void sift_down(struct trace_cursor *c, uint32_t i)
{
	for (;;) {
		uint32_t child = 2 * i + 1, least = i, stream;

		if (child < c->heap_size && before(c, c->heap[child], c->heap[least]))
			least = child;
		child++;
		if (child < c->heap_size && before(c, c->heap[child], c->heap[least]))
			least = child;
		if (least == i)
			return;
		stream = c->heap[i];
		c->heap[i] = c->heap[least];
		c->heap[least] = stream;
		i = least;
	}
}

/* Sorts the chunks into one list per stream; the lists share one array. */
static int make_decoders(struct trace_cursor *c, uint32_t streams)
{
	const struct trace *t = c->trace;
	size_t *counts = calloc(streams + 1, sizeof(*counts));
	size_t at = 0;

	if (!counts)
		return -ENOMEM;
	for (size_t i = 0; i < t->chunk_count; i++)
		counts[t->chunks[i].stream]++;
	for (uint32_t s = 0; s < streams; s++) {
		if (!counts[s])
			continue;
		c->decoders[s] = calloc(1, sizeof(**c->decoders));
		if (!c->decoders[s]) {
			free(counts);
			return -ENOMEM;
		}
		c->decoders[s]->chunks = c->order + at;
		at += counts[s];
	}
	for (size_t i = 0; i < t->chunk_count; i++) {
		struct decoder *d = c->decoders[t->chunks[i].stream];

		d->chunks[d->chunk_count++] = &t->chunks[i];
	}
	free(counts);
	return 0;
}

int trace_cursor__new(const struct trace *t, struct trace_cursor **out)
{
	struct trace_cursor *c = calloc(1, sizeof(*c));
	uint32_t streams = t->info.cpus * 2;
	int err = -ENOMEM;

	if (!c)
		return -ENOMEM;
	c->trace = t;
	c->decoders = calloc(streams, sizeof(*c->decoders));
	c->heap = calloc(streams, sizeof(*c->heap));
	c->order = calloc(t->chunk_count + 1, sizeof(*c->order));
	if (c->decoders && c->heap && c->order)
		err = make_decoders(c, streams);
	if (err) {
		trace_cursor__free(c);
		return err;
	}
	c->heap_size = UINT32_MAX; /* filled at the first call, which can report errors */
	*out = c;
	return 0;
}

static int fill_heap(struct trace_cursor *c, struct trace_error *err)
{
	c->heap_size = 0;
	for (uint32_t s = 0; s < c->trace->info.cpus * 2; s++) {
		int code = c->decoders[s] ? decoder__next(c->decoders[s], err) : 0;

		if (code < 0)
			return code;
		if (code)
			c->heap[c->heap_size++] = s;
	}
	for (uint32_t i = c->heap_size / 2; i > 0; i--)
		sift_down(c, i - 1);
	return 0;
}

int trace_cursor__next(struct trace_cursor *c, struct trace_record *rec, struct trace_error *err)
{
	int code = 0;

	if (c->heap_size == UINT32_MAX)
		code = fill_heap(c, err);
	else if (c->pending)
		code = decoder__next(c->decoders[c->heap[0]], err);
	if (code < 0) {
		c->heap_size = 0;
		c->pending = false;
		return code;
	}
	if (c->pending) {
		if (!code)
			c->heap[0] = c->heap[--c->heap_size];
		sift_down(c, 0);
	}
	c->pending = c->heap_size > 0;
	if (!c->pending)
		return 0;
	rec->ev = &c->decoders[c->heap[0]]->ev.head;
	rec->cpu = c->heap[0] % c->trace->info.cpus;
	return 1;
}

void trace_cursor__free(struct trace_cursor *c)
{
	if (!c)
		return;
	for (uint32_t s = 0; c->decoders && s < c->trace->info.cpus * 2; s++)
		free(c->decoders[s]);
	free(c->decoders);
	free(c->heap);
	free(c->order);
	free(c);
}
