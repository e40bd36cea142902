/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * test_trace.h - what the tests of the trace file share: files in memory, records with random
 * content, small traces, and a way to make checksums right again after bytes were changed, so
 * that a test gets behind them.
 */
#ifndef TAKETURNS_TEST_TRACE_H
#define TAKETURNS_TEST_TRACE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "user/trace/trace.h"
#include "user/trace/trace_format.h"

#define KINDS 13

/* xorshift: the same records in every run */
static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline void random_fill(uint64_t *seed, void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = (uint8_t)(random_next(seed) >> 33);
}

static inline uint16_t kind_size(uint8_t kind)
{
	static const uint16_t sizes[KINDS + 1] = {
		24, /* kind 0 is nobody's */
		sizeof(struct event_switch),
		sizeof(struct event_waking),
		sizeof(struct event_thread),
		sizeof(struct event_exec),
		sizeof(struct event_plain),
		sizeof(struct event_rename),
		sizeof(struct event_migrate),
		sizeof(struct event_prio),
		sizeof(struct event_task),
		sizeof(struct event_missing),
		sizeof(struct event_missing),
		sizeof(struct event_counters),
		sizeof(struct event_map),
	};

	return kind <= KINDS ? sizes[kind] : 40;
}

/* A record of @kind at @ts, everything else random. */
static inline void random_event(uint64_t *seed, uint8_t kind, uint64_t ts, union event *ev)
{
	memset(ev, 0, sizeof(*ev));
	random_fill(seed, ev, kind_size(kind));
	ev->head.ts = ts;
	ev->head.kind = kind;
	ev->head.size = kind_size(kind);
	if (kind == EVENT_EXEC)
		ev->exec.filename[EVENT_PATH_SZ - 1] = '\0';
	if (kind == EVENT_MAP)
		ev->map.name[EVENT_PATH_SZ - 1] = '\0';
}

static inline int new_file(void)
{
	return memfd_create("trace", MFD_CLOEXEC);
}

static inline size_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (size_t)st.st_size;
}

/* The file's bytes, malloc'ed. */
static inline uint8_t *file_bytes(int fd, size_t *size)
{
	uint8_t *data = malloc(file_size(fd) + 1);

	*size = file_size(fd);
	if (data && pread(fd, data, *size, 0) != (ssize_t)*size)
		*size = 0;
	return data;
}

static inline void file_set(int fd, const void *data, size_t size)
{
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

/* Two cores, @count records of all kinds on each of the four streams in turn, a section
 * "symbols". The file is left unclosed if @end is NULL. */
static inline int small_trace(unsigned int count, bool flush_often, const struct trace_end *end)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"", NULL };
	static struct trace_info info;
	struct trace_writer *w;
	uint64_t seed = 42;
	int fd = new_file();

	info.argv = argv;
	info.kernel = "6.1";
	info.cpus = 2;
	info.start_mono_ns = 1000;
	if (trace_writer__new(fd, &info, &w))
		abort();
	for (unsigned int i = 0; i < count; i++) {
		union event ev;

		random_event(&seed, (uint8_t)(i % (KINDS + 1)), 1000 + i * 10ull, &ev);
		if (trace_writer__append(w, i % 4, &ev.head))
			abort();
		if (flush_often && i % 5 == 4)
			trace_writer__flush(w);
	}
	trace_writer__flush(w);
	if (end)
		trace_writer__section(w, "symbols", "some symbols", 12);
	if (end && trace_writer__close(w, end))
		abort();
	trace_writer__free(w);
	return fd;
}

/* Reads @t through, as a consumer would: touches every byte. Returns how many records, or
 * -errno. Sets *@order to false if the times go back. */
static inline long read_through(const struct trace *t, bool *order, struct trace_error *err)
{
	struct trace_cursor *c;
	struct trace_record rec;
	volatile uint8_t sink = 0;
	uint64_t last = 0;
	long count = 0;
	int code = trace_cursor__new(t, &c);

	if (code)
		return code;
	while ((code = trace_cursor__next(c, &rec, err)) > 0) {
		for (size_t i = 0; i < rec.ev->size; i++)
			sink ^= ((const uint8_t *)rec.ev)[i];
		if (rec.ev->ts < last || rec.cpu >= trace__info(t)->cpus)
			*order = false;
		last = rec.ev->ts;
		count++;
	}
	(void)sink;
	trace_cursor__free(c);
	return code ? code : count;
}

/* Opens @fd and reads it through. Returns how many records or -errno. */
static inline long read_file(int fd, bool *order, struct trace_error *err)
{
	struct trace *t;
	long count = trace__open(fd, &t, err);

	if (count)
		return count;
	count = read_through(t, order, err);
	trace__free(t);
	return count;
}

/* Makes the checksums of the header and of all blocks that can be walked to right again. */
static inline void repair(uint8_t *data, size_t size)
{
	struct file_header h;
	size_t at = sizeof(h);

	if (size < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	h.crc = (uint32_t)crc32_z(0, data, offsetof(struct file_header, crc));
	memcpy(data, &h, sizeof(h));
	while (at < size && size - at >= sizeof(struct block_header)) {
		struct block_header b;

		memcpy(&b, data + at, sizeof(b));
		if (b.size > size - at - sizeof(b))
			return;
		b.crc = (uint32_t)crc32_z(0, data + at + offsetof(struct block_header, type),
					  sizeof(b) - offsetof(struct block_header, type) + b.size);
		memcpy(data + at, &b, sizeof(b));
		at += sizeof(b) + ((b.size + 7) & ~7ull);
	}
}

#endif /* TAKETURNS_TEST_TRACE_H */
