/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * writer.c - writes trace files (trace.h). Every write goes to an offset that is kept here, so a
 * failed one leaves the blocks before it as they are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "user/trace/layout.h"
#include "user/trace/pack.h"
#include "user/trace/trace.h"

struct stream {
	uint8_t *buf; /* a block head, then packed records; NULL until used */
	size_t used;
	uint32_t count;
	uint64_t first_ts;
	uint64_t last_ts;
	struct pack pack;
};

struct trace_writer {
	int fd;
	int error;
	uint64_t at; /* where the next block goes */
	uint32_t stream_count;
	struct stream *streams;
};

static int write_at(int fd, const void *data, size_t size, uint64_t at)
{
	const char *from = data;

	while (size) {
		ssize_t n = pwrite(fd, from, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENOSPC;
		from += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

/* @block: a struct block_head with room, its type and stream fields set, then @size bytes. */
static int write_block(struct trace_writer *w, uint8_t *block, size_t size)
{
	struct block_head *head = (struct block_head *)block;

	head->magic = BLOCK_MAGIC;
	head->size = (uint32_t)size;
	head->crc = (uint32_t)crc32(0, block + sizeof(*head), (uInt)size);
	if (!w->error)
		w->error = write_at(w->fd, block, sizeof(*head) + size, w->at);
	if (!w->error)
		w->at += sizeof(*head) + size;
	return w->error;
}

static int write_header(int fd, uint32_t flags)
{
	struct file_head head = { .version = FILE_VERSION,
				  .order = FILE_ORDER,
				  .size = sizeof(head),
				  .flags = flags };

	memcpy(head.magic, FILE_MAGIC, sizeof(head.magic));
	return write_at(fd, &head, sizeof(head), 0);
}

/* ---- fields ---- */

struct fields {
	uint8_t *buf; /* begins with room for a block head */
	size_t size;
	size_t room;
	int error;
};

static void fields__put(struct fields *f, uint16_t tag, const void *data, size_t size)
{
	struct field_head head = { .tag = tag, .size = (uint32_t)size };
	size_t need = f->size + sizeof(head) + size;

	if (need > f->room) {
		uint8_t *bigger = realloc(f->buf, need * 2);

		if (!bigger) {
			f->error = -ENOMEM;
			return;
		}
		f->buf = bigger;
		f->room = need * 2;
	}
	memcpy(f->buf + f->size, &head, sizeof(head));
	memcpy(f->buf + f->size + sizeof(head), data, size);
	f->size = need;
}

static void fields__number(struct fields *f, uint16_t tag, uint64_t v)
{
	fields__put(f, tag, &v, sizeof(v));
}

static void fields__text(struct fields *f, uint16_t tag, const char *s)
{
	if (s)
		fields__put(f, tag, s, strlen(s));
}

static int fields__init(struct fields *f)
{
	memset(f, 0, sizeof(*f));
	f->room = 4096;
	f->size = sizeof(struct block_head);
	f->buf = calloc(1, f->room);
	return f->buf ? 0 : -ENOMEM;
}

static int fields__write(struct fields *f, struct trace_writer *w, enum block_type type)
{
	struct block_head head = { .type = type };
	int err = f->error;

	if (!err) {
		memcpy(f->buf, &head, sizeof(head));
		err = write_block(w, f->buf, f->size - sizeof(head));
	}
	free(f->buf);
	return err;
}

static int write_info(struct trace_writer *w, const struct trace_info *info)
{
	struct fields f;

	if (fields__init(&f))
		return -ENOMEM;
	for (char **arg = info->argv; arg && *arg; arg++)
		fields__text(&f, INFO_ARG, *arg);
	fields__text(&f, INFO_TARGET, info->target);
	fields__text(&f, INFO_KERNEL, info->kernel);
	fields__text(&f, INFO_MACHINE, info->machine);
	fields__text(&f, INFO_VIRTUAL, info->host_virtual);
	fields__text(&f, INFO_PREEMPTION, info->preemption);
	fields__text(&f, INFO_USER, info->user);
	fields__text(&f, INFO_VERSION, info->version);
	fields__number(&f, INFO_CPUS, info->cpus);
	fields__number(&f, INFO_ONLINE, info->online);
	fields__number(&f, INFO_HZ, info->hz);
	fields__number(&f, INFO_BASE_SLICE, info->base_slice_ns);
	fields__number(&f, INFO_START_MONO, info->start_mono_ns);
	fields__number(&f, INFO_START_BOOT, info->start_boot_ns);
	fields__number(&f, INFO_START_REAL, info->start_real_ns);
	fields__number(&f, INFO_ARCH, info->arch);
	fields__number(&f, INFO_FLAGS, info->flags);
	fields__put(&f, INFO_CPU_MASK, info->cpu_mask, sizeof(info->cpu_mask));
	return fields__write(&f, w, BLOCK_INFO);
}

static int write_end(struct trace_writer *w, const struct trace_end *end)
{
	struct fields f;

	if (fields__init(&f))
		return -ENOMEM;
	fields__number(&f, END_TIME, end->end_mono_ns);
	fields__number(&f, END_STATUS, (uint64_t)(int64_t)end->exit_status);
	fields__number(&f, END_LOST, end->lost);
	fields__number(&f, END_HIDDEN, end->hidden);
	fields__number(&f, END_TRACER_CPU, end->tracer_cpu_ns);
	for (uint32_t i = 0; i < end->program_count && i < 32; i++)
		fields__put(&f, END_PROGRAM, &end->programs[i], sizeof(end->programs[i]));
	return fields__write(&f, w, BLOCK_END);
}

/* ---- the writer ---- */

int trace_writer__new(int fd, const struct trace_info *info, struct trace_writer **out)
{
	struct trace_writer *w;
	int err;

	if (!info->cpus || info->cpus > TRACE_CPU_MAX)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->fd = fd;
	w->stream_count = info->cpus * 2;
	w->streams = calloc(w->stream_count, sizeof(*w->streams));
	err = w->streams ? write_header(fd, FILE_INCOMPLETE) : -ENOMEM;
	w->at = sizeof(struct file_head);
	if (!err)
		err = write_info(w, info);
	if (err) {
		trace_writer__free(w);
		return err;
	}
	*out = w;
	return 0;
}

static int stream__flush(struct trace_writer *w, uint32_t number)
{
	struct stream *s = &w->streams[number];
	struct block_head head = { .type = BLOCK_CHUNK };
	int err;

	if (!s->count)
		return w->error;
	head.stream = number;
	head.count = s->count;
	head.first_ts = s->first_ts;
	head.last_ts = s->last_ts;
	memcpy(s->buf, &head, sizeof(head));
	err = write_block(w, s->buf, s->used - sizeof(head));
	s->count = 0;
	return err;
}

int trace_writer__append(struct trace_writer *w, uint32_t stream, const struct event_head *ev)
{
	struct event_head *late = NULL;
	union event copy;
	struct stream *s;

	if (w->error)
		return w->error;
	if (ev->size < sizeof(*ev) || ev->size > sizeof(union event) || stream >= w->stream_count)
		return -EINVAL;
	s = &w->streams[stream];
	if (!s->buf) {
		s->buf = malloc(sizeof(struct block_head) + CHUNK_SIZE + PACK_MAX);
		if (!s->buf)
			return w->error = -ENOMEM;
	}
	if (ev->ts < s->last_ts) { /* an interrupt's record got in before: order is kept, not time */
		memcpy(&copy, ev, ev->size);
		late = &copy.head;
		late->ts = s->last_ts;
		ev = late;
	}
	if (!s->count) {
		s->used = sizeof(struct block_head);
		s->first_ts = ev->ts;
		pack__init(&s->pack, ev->ts);
	}
	s->used += pack__put(&s->pack, ev, s->buf + s->used);
	s->last_ts = ev->ts;
	s->count++;
	if (s->used >= sizeof(struct block_head) + CHUNK_SIZE)
		return stream__flush(w, stream);
	return 0;
}

int trace_writer__flush(struct trace_writer *w)
{
	for (uint32_t i = 0; i < w->stream_count; i++)
		stream__flush(w, i);
	return w->error;
}

static int append_section(struct trace_writer *w, const char *name, const void *data, size_t size)
{
	struct block_head head = { .type = BLOCK_SECTION };
	uint8_t *block;
	int err;

	if (strlen(name) >= SECTION_NAME || size > UINT32_MAX - SECTION_NAME)
		return -EINVAL;
	block = calloc(1, sizeof(head) + SECTION_NAME + size);
	if (!block)
		return -ENOMEM;
	memcpy(block, &head, sizeof(head));
	memcpy(block + sizeof(head), name, strlen(name));
	memcpy(block + sizeof(head) + SECTION_NAME, data, size);
	err = write_block(w, block, SECTION_NAME + size);
	free(block);
	return err;
}

int trace_writer__section(struct trace_writer *w, const char *name, const void *data, size_t size)
{
	return append_section(w, name, data, size);
}

int trace_writer__close(struct trace_writer *w, const struct trace_end *end)
{
	int err = trace_writer__flush(w);

	if (!err)
		err = write_end(w, end);
	if (!err)
		err = write_header(w->fd, 0);
	w->error = err;
	return err;
}

uint64_t trace_writer__bytes(const struct trace_writer *w)
{
	return w->at;
}

void trace_writer__free(struct trace_writer *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; w->streams && i < w->stream_count; i++)
		free(w->streams[i].buf);
	free(w->streams);
	free(w);
}

int trace_file__put_section(int fd, const char *name, const void *data, size_t size)
{
	struct trace_writer w = { .fd = fd };
	off_t end = lseek(fd, 0, SEEK_END);
	int err;

	if (end < (off_t)sizeof(struct file_head))
		return end < 0 ? -errno : -EINVAL;
	w.at = (uint64_t)end;
	err = write_header(fd, FILE_INCOMPLETE);
	if (!err)
		err = append_section(&w, name, data, size);
	if (err && ftruncate(fd, end)) /* a half section would make the rest unreadable */
		return err;
	return write_header(fd, 0) ? -EIO : err;
}
