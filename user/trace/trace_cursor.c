/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_cursor.c - all streams of a trace merged in time order: a binary heap of the streams,
 * each with its next record unpacked.
 *
 * Chunks are checked here, when they are reached: header against index, checksum, and that
 * their records are as many and end as late as the header says. What comes out is safe for a
 * consumer that trusts sizes: short records are filled up with zeros, strings are ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace_pack.h"
#include "user/trace/trace_reader.h"

/* A stream that has chunks, at one record. */
struct source {
	union event ev; /* the record; its ts is the key in the heap */
	uint32_t stream;
	uint32_t next;	   /* chunk after this one, CHUNK_NONE: the last */
	uint32_t left;	   /* records left in this chunk */
	uint64_t offset;   /* of this chunk's block */
	uint64_t last_ts;  /* as this chunk's header says */
	const uint8_t *at; /* the chunk's next record */
	const uint8_t *end;
	struct pack pack;
};

struct trace_cursor {
	const struct trace *trace;
	struct source *sources;
	struct source **heap; /* of those that have a record: the earliest first */
	uint32_t source_count;
	uint32_t heap_count;
	bool started;
	int failed; /* sticks, with its text */
	struct trace_error error;
};

/* ---- one record ---- */

/* What a consumer may expect at least; 0: unknown kind, nothing. */
static const uint16_t kind_sizes[] = {
	[EVENT_SWITCH] = sizeof(struct event_switch),
	[EVENT_WAKING] = sizeof(struct event_waking),
	[EVENT_THREAD] = sizeof(struct event_thread),
	[EVENT_EXEC] = sizeof(struct event_exec),
	[EVENT_EXIT] = sizeof(struct event_plain),
	[EVENT_RENAME] = sizeof(struct event_rename),
	[EVENT_MIGRATE] = sizeof(struct event_migrate),
	[EVENT_PRIO] = sizeof(struct event_prio),
	[EVENT_TASK] = sizeof(struct event_task),
	[EVENT_HIDDEN] = sizeof(struct event_missing),
	[EVENT_LOST] = sizeof(struct event_missing),
	[EVENT_COUNTERS] = sizeof(struct event_counters),
	[EVENT_MAP] = sizeof(struct event_map),
};

static void make_safe(union event *ev)
{
	size_t known = sizeof(kind_sizes) / sizeof(kind_sizes[0]);
	uint16_t size = ev->head.kind < known ? kind_sizes[ev->head.kind] : 0;

	if (ev->head.size < size) {
		memset((uint8_t *)ev + ev->head.size, 0, size - ev->head.size);
		ev->head.size = size;
	}
	if (ev->head.kind == EVENT_EXEC)
		ev->exec.filename[EVENT_PATH_SZ - 1] = '\0';
	else if (ev->head.kind == EVENT_MAP)
		ev->map.name[EVENT_PATH_SZ - 1] = '\0';
}

/* ---- one stream ---- */

/* Made-up chunks that lie inside each other would cost far more time than the file is long. */
static bool overlaps_next(const struct trace *t, uint32_t chunk, uint64_t size)
{
	if (chunk + 1 >= t->chunk_count)
		return false;
	return t->chunks[chunk].at.offset + block__span(size) > t->chunks[chunk + 1].at.offset;
}

static int source__open_chunk(struct source *s, const struct trace *t, struct trace_error *err)
{
	const struct trace_chunk *c = &t->chunks[s->next];
	struct chunk_header head;
	struct block_header b;
	int code = image__block(&t->image, c->at.offset, &b, err);

	if (code)
		return code;
	s->offset = c->at.offset;
	if (b.type != BLOCK_CHUNK || b.size < sizeof(head) || overlaps_next(t, s->next, b.size))
		return trace_error__damaged(err, s->offset, "not a chunk");
	code = image__checksum(&t->image, s->offset, err);
	if (code)
		return code;
	s->at = image__payload(&t->image, s->offset);
	s->end = s->at + b.size;
	memcpy(&head, s->at, sizeof(head));
	if (memcmp(&head, &c->at.chunk, sizeof(head)) != 0)
		return trace_error__damaged(err, s->offset, "chunk is not as in the index");
	s->at += sizeof(head);
	s->left = head.count;
	s->last_ts = head.last_ts;
	s->next = c->next;
	pack__init(&s->pack, head.first_ts);
	return 0;
}

/* The chunk's records are used up: it must end here. */
static int source__end_chunk(const struct source *s, struct trace_error *err)
{
	if (s->at != s->end || s->pack.ts != s->last_ts)
		return trace_error__damaged(err, s->offset, "records are not as the chunk says");
	return 0;
}

/* Unpacks the next record. Returns 1, 0 at the stream's end, -EINVAL. */
static int source__next(struct source *s, const struct trace *t, struct trace_error *err)
{
	uint64_t before = s->ev.head.ts;
	const uint8_t *at;
	int code = 0;

	while (!s->left) {
		if (s->at)
			code = source__end_chunk(s, err);
		if (code || s->next == CHUNK_NONE)
			return code;
		code = source__open_chunk(s, t, err);
		if (code)
			return code;
	}
	at = s->at;
	if (pack__get(&s->pack, &s->at, s->end, &s->ev))
		return trace_error__damaged(err, (uint64_t)(at - t->image.data), "record");
	s->left--;
	make_safe(&s->ev);
	if (s->ev.head.ts < before)
		s->ev.head.ts = before;
	return 1;
}

/* ---- all of them ---- */

static bool is_before(const struct source *a, const struct source *b)
{
	if (a->ev.head.ts != b->ev.head.ts)
		return a->ev.head.ts < b->ev.head.ts;
	return a->stream < b->stream;
}

/* Moves the source at @i down to where it belongs. */
static void heap__sink(struct trace_cursor *c, uint32_t i)
{
	struct source *s = c->heap[i];

	for (;;) {
		uint32_t child = i * 2 + 1;

		if (child >= c->heap_count)
			break;
		if (child + 1 < c->heap_count && is_before(c->heap[child + 1], c->heap[child]))
			child++;
		if (is_before(s, c->heap[child]))
			break;
		c->heap[i] = c->heap[child];
		i = child;
	}
	c->heap[i] = s;
}

static int cursor__start(struct trace_cursor *c)
{
	for (uint32_t i = 0; i < c->source_count; i++) {
		int code = source__next(&c->sources[i], c->trace, &c->error);

		if (code < 0)
			return code;
		if (code)
			c->heap[c->heap_count++] = &c->sources[i];
	}
	for (uint32_t i = c->heap_count / 2; i-- > 0;)
		heap__sink(c, i);
	c->started = true;
	return 0;
}

/* Replaces the earliest record by the next one of its stream. */
static int cursor__advance(struct trace_cursor *c)
{
	int code = source__next(c->heap[0], c->trace, &c->error);

	if (code < 0)
		return code;
	if (!code)
		c->heap[0] = c->heap[--c->heap_count];
	if (c->heap_count)
		heap__sink(c, 0);
	return 0;
}

int trace_cursor__next(struct trace_cursor *c, struct trace_record *rec, struct trace_error *err)
{
	const struct source *s;

	if (!c->failed && !c->started)
		c->failed = cursor__start(c);
	else if (!c->failed && c->heap_count)
		c->failed = cursor__advance(c);
	if (c->failed) {
		*err = c->error;
		return c->failed;
	}
	if (!c->heap_count)
		return 0;
	s = c->heap[0];
	rec->ev = &s->ev.head;
	rec->cpu = s->stream % c->trace->info.cpus;
	return 1;
}

static void cursor__add_sources(struct trace_cursor *c, const struct trace *t)
{
	for (uint32_t i = 0; i < t->stream_count; i++) {
		if (t->first[i] == CHUNK_NONE)
			continue;
		c->sources[c->source_count].stream = i;
		c->sources[c->source_count].next = t->first[i];
		c->source_count++;
	}
}

int trace_cursor__new(const struct trace *t, struct trace_cursor **out)
{
	struct trace_cursor *c = calloc(1, sizeof(*c));
	size_t count = 0;

	if (!c)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->stream_count; i++)
		count += t->first[i] != CHUNK_NONE;
	c->trace = t;
	c->sources = calloc(count + 1, sizeof(*c->sources));
	c->heap = calloc(count + 1, sizeof(struct source *));
	if (!c->sources || !c->heap) {
		trace_cursor__free(c);
		return -ENOMEM;
	}
	cursor__add_sources(c, t);
	*out = c;
	return 0;
}

void trace_cursor__free(struct trace_cursor *c)
{
	if (!c)
		return;
	free(c->sources);
	free(c->heap);
	free(c);
}
