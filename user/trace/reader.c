/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * reader.c - opens trace files (trace.h). The file is hostile: every size, count and offset is
 * held against what is there before it is used.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

#include "user/trace/layout.h"
#include "user/trace/pack.h"
#include "user/trace/reader.h"

__attribute__((format(printf, 2, 3)))
static int bad(struct trace_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -EINVAL;
}

/* ---- fields ---- */

static char *copy_text(struct trace *t, const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text || t->text_count == sizeof(t->texts) / sizeof(t->texts[0])) {
		free(text);
		return NULL;
	}
	memcpy(text, data, size);
	text[size] = 0;
	t->texts[t->text_count++] = text;
	return text;
}

static int add_arg(struct trace *t, const uint8_t *data, size_t size)
{
	size_t n = 0;
	char **argv;
	char *text;

	while (t->info.argv && t->info.argv[n])
		n++;
	if (n >= 1000)
		return 0; /* the rest of a very long command is not kept */
	argv = realloc(t->info.argv, (n + 2) * sizeof(*argv));
	if (!argv)
		return -ENOMEM;
	t->info.argv = argv;
	argv[n] = argv[n + 1] = NULL;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	memcpy(text, data, size);
	text[size] = 0;
	argv[n] = text;
	return 0;
}

static void take_program(struct trace *t, const uint8_t *data, size_t size)
{
	struct trace_program *p;

	if (size != sizeof(*p) || t->end.program_count == 32)
		return;
	p = &t->end.programs[t->end.program_count++];
	memcpy(p, data, size);
	p->name[sizeof(p->name) - 1] = 0;
}

static const char **info_text(struct trace_info *info, uint16_t tag)
{
	switch (tag) {
	case INFO_TARGET:
		return &info->target;
	case INFO_KERNEL:
		return &info->kernel;
	case INFO_MACHINE:
		return &info->machine;
	case INFO_VIRTUAL:
		return &info->host_virtual;
	case INFO_PREEMPTION:
		return &info->preemption;
	case INFO_USER:
		return &info->user;
	case INFO_VERSION:
		return &info->version;
	}
	return NULL;
}

static void take_number(struct trace *t, uint16_t tag, uint64_t v)
{
	switch (tag) {
	case INFO_CPUS:
		t->info.cpus = v > TRACE_CPU_MAX ? 0 : (uint32_t)v;
		break;
	case INFO_ONLINE:
		t->info.online = (uint32_t)v;
		break;
	case INFO_HZ:
		t->info.hz = (uint32_t)v;
		break;
	case INFO_BASE_SLICE:
		t->info.base_slice_ns = v;
		break;
	case INFO_START_MONO:
		t->info.start_mono_ns = v;
		break;
	case INFO_START_BOOT:
		t->info.start_boot_ns = v;
		break;
	case INFO_START_REAL:
		t->info.start_real_ns = v;
		break;
	case INFO_ARCH:
		t->info.arch = (uint32_t)v;
		break;
	case INFO_FLAGS:
		t->info.flags = (uint32_t)v;
		break;
	case END_TIME:
		t->end.end_mono_ns = v;
		break;
	case END_STATUS:
		t->end.exit_status = (int32_t)v;
		break;
	case END_LOST:
		t->end.lost = v;
		break;
	case END_HIDDEN:
		t->end.hidden = v;
		break;
	case END_TRACER_CPU:
		t->end.tracer_cpu_ns = v;
		break;
	}
}

static int take_field(struct trace *t, uint16_t tag, const uint8_t *data, size_t size)
{
	const char **text = info_text(&t->info, tag);
	uint64_t v;

	if (tag == INFO_ARG)
		return add_arg(t, data, size);
	if (text) {
		*text = copy_text(t, data, size);
		return 0;
	}
	if (tag == INFO_CPU_MASK && size == sizeof(t->info.cpu_mask))
		memcpy(t->info.cpu_mask, data, size);
	else if (tag == END_PROGRAM)
		take_program(t, data, size);
	else if (size == sizeof(v)) {
		memcpy(&v, data, sizeof(v));
		take_number(t, tag, v);
	}
	return 0;
}

static int read_fields(struct trace *t, const struct block *b, struct trace_error *err)
{
	size_t at = 0;
	int code;

	while (at < b->size) {
		struct field_head head;

		if (b->size - at < sizeof(head))
			return bad(err, "damaged at offset %" PRIu64 ": a field is cut off", b->offset + at);
		memcpy(&head, b->data + at, sizeof(head));
		at += sizeof(head);
		if (head.size > b->size - at)
			return bad(err, "damaged at offset %" PRIu64 ": a field is too long", b->offset + at);
		code = take_field(t, head.tag, b->data + at, head.size);
		if (code)
			return code;
		at += head.size;
	}
	return 0;
}

/* ---- blocks ---- */

static int add_chunk(struct trace *t, const struct block *b)
{
	if (t->chunk_count == t->chunk_room) {
		size_t room = t->chunk_room ? t->chunk_room * 2 : 256;
		struct block *bigger = realloc(t->chunks, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		t->chunks = bigger;
		t->chunk_room = room;
	}
	t->chunks[t->chunk_count++] = *b;
	return 0;
}

static int add_section(struct trace *t, const struct block *b, struct trace_error *err)
{
	struct section *s = &t->sections[t->section_count];

	if (b->size < SECTION_NAME)
		return bad(err, "damaged at offset %" PRIu64 ": a section without name", b->offset);
	if (t->section_count == SECTIONS_MAX)
		return bad(err, "damaged at offset %" PRIu64 ": too many sections", b->offset);
	memcpy(s->name, b->data, SECTION_NAME);
	s->name[SECTION_NAME - 1] = 0;
	s->data = b->data + SECTION_NAME;
	s->size = b->size - SECTION_NAME;
	t->section_count++;
	return 0;
}

static bool block__sound(const struct block *b)
{
	return crc32(0, b->data, (uInt)b->size) == b->crc;
}

static int take_block(struct trace *t, const struct block *b, struct trace_error *err)
{
	if (b->type == BLOCK_CHUNK)
		return add_chunk(t, b); /* its sum is checked when it is read */
	if (b->type < BLOCK_INFO || b->type > BLOCK_END)
		return 0; /* made by a newer version */
	if (!block__sound(b))
		return bad(err, "damaged at offset %" PRIu64 ": wrong checksum", b->offset);
	if (b->type == BLOCK_SECTION)
		return add_section(t, b, err);
	if (b->type == BLOCK_END)
		t->has_end = true;
	return read_fields(t, b, err);
}

/* A block at @at, wholly inside the file. False: there is none. */
static bool find_block(const struct trace *t, uint64_t at, struct block *b)
{
	struct block_head head;

	if (t->size - at < sizeof(head))
		return false;
	memcpy(&head, t->data + at, sizeof(head));
	if (head.magic != BLOCK_MAGIC || head.size > t->size - at - sizeof(head))
		return false;
	b->type = head.type;
	b->size = head.size;
	b->crc = head.crc;
	b->stream = head.stream;
	b->count = head.count;
	b->first_ts = head.first_ts;
	b->last_ts = head.last_ts;
	b->offset = at + sizeof(head);
	b->data = t->data + b->offset;
	return true;
}

static int read_blocks(struct trace *t, uint64_t at, struct trace_error *err)
{
	struct block b;
	int code;

	while (at < t->size) {
		if (!find_block(t, at, &b)) {
			if (!t->complete)
				return 0; /* what was being written when it ended */
			return bad(err, "damaged at offset %" PRIu64 ": no block begins here", at);
		}
		code = take_block(t, &b, err);
		if (code)
			return code;
		at = b.offset + b.size;
	}
	return 0;
}

static int read_header(struct trace *t, struct file_head *head, struct trace_error *err)
{
	if (!t->size)
		return bad(err, "file is empty");
	memset(head, 0, sizeof(*head));
	memcpy(head, t->data, t->size < sizeof(*head) ? t->size : sizeof(*head));
	if (memcmp(head->magic, FILE_MAGIC, sizeof(head->magic)) != 0)
		return bad(err, "not a taketurns trace (wrong magic at offset 0)");
	if (t->size < sizeof(*head))
		return bad(err, "file is cut off at offset %" PRIu64 " (header)", t->size);
	if (head->order != FILE_ORDER)
		return bad(err, "trace was written on a machine with the other byte order");
	if (head->version != FILE_VERSION)
		return bad(err, "trace version %u is not supported (this taketurns reads version %d)",
			   head->version, FILE_VERSION);
	if (head->size < sizeof(*head) || head->size > t->size)
		return bad(err, "damaged at offset 16: wrong header size");
	t->complete = !(head->flags & FILE_INCOMPLETE);
	return 0;
}

static int check_chunks(struct trace *t, struct trace_error *err)
{
	uint64_t last = t->info.start_mono_ns;

	if (!t->info.cpus)
		return bad(err, "damaged: the number of cores is missing or too large");
	for (size_t i = 0; i < t->chunk_count; i++) {
		const struct block *b = &t->chunks[i];

		if (b->stream >= t->info.cpus * 2)
			return bad(err, "damaged at offset %" PRIu64 ": no such core", b->offset);
		if (b->last_ts > last)
			last = b->last_ts;
	}
	if (!t->has_end) {
		t->end.end_mono_ns = last;
		t->end.exit_status = -1;
	}
	if (t->end.end_mono_ns < t->info.start_mono_ns)
		return bad(err, "damaged: the trace ends before it begins");
	return 0;
}

int trace__open(int fd, struct trace **out, struct trace_error *err)
{
	struct file_head head;
	struct trace *t;
	struct stat st;
	int code;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return bad(err, "not a regular file");
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->size = (uint64_t)st.st_size;
	if (t->size) {
		t->data = mmap(NULL, t->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (t->data == MAP_FAILED) {
			code = -errno;
			free(t);
			bad(err, "cannot map the file: %s", strerror(-code));
			return code;
		}
	}
	code = read_header(t, &head, err);
	if (!code)
		code = read_blocks(t, head.size, err);
	if (!code)
		code = check_chunks(t, err);
	if (code) {
		if (code == -ENOMEM)
			bad(err, "not enough memory");
		trace__free(t);
		return code;
	}
	*out = t;
	return 0;
}

void trace__free(struct trace *t)
{
	if (!t)
		return;
	if (t->data)
		munmap((void *)t->data, t->size);
	for (char **arg = t->info.argv; arg && *arg; arg++)
		free(*arg);
	free(t->info.argv);
	for (size_t i = 0; i < t->text_count; i++)
		free(t->texts[i]);
	free(t->chunks);
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
	return t->complete && t->has_end;
}

uint64_t trace__file_bytes(const struct trace *t)
{
	return t->size;
}

const void *trace__section(const struct trace *t, const char *name, size_t *size)
{
	for (size_t i = t->section_count; i > 0; i--) {
		const struct section *s = &t->sections[i - 1];

		if (strcmp(s->name, name) == 0) {
			*size = s->size;
			return s->data;
		}
	}
	return NULL;
}
