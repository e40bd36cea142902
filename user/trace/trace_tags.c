/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_tags.c - see trace_tags.h. Numbers are stored in 8 bytes, strings without their NUL;
 * unknown numbers and strings (0, NULL) are left out.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "user/trace/trace_block.h"
#include "user/trace/trace_tags.h"

/* Tags of values that the tables below cannot say. */
enum {
	TAG_ARGV = 1,	   /* each argument with its NUL */
	TAG_CPU_MASK = 2,  /* words of 8 bytes; missing ones are 0 */
	TAG_PROGRAMS = 32, /* array of struct trace_program */
};

enum field_type { FIELD_STRING, FIELD_U32, FIELD_U64 };

struct field {
	uint32_t tag;
	enum field_type type;
	size_t offset; /* in the struct */
};

#define INFO(tag, type, name)                                                                      \
	{                                                                                          \
		tag, type, offsetof(struct trace_info, name)                                       \
	}
#define END(tag, type, name)                                                                       \
	{                                                                                          \
		tag, type, offsetof(struct trace_end, name)                                        \
	}

static const struct field info_fields[] = {
	INFO(3, FIELD_STRING, target),
	INFO(4, FIELD_STRING, kernel),
	INFO(5, FIELD_STRING, machine),
	INFO(6, FIELD_STRING, host_virtual),
	INFO(7, FIELD_STRING, preemption),
	INFO(8, FIELD_STRING, user),
	INFO(9, FIELD_STRING, version),
	INFO(10, FIELD_U32, cpus),
	INFO(11, FIELD_U32, online),
	INFO(12, FIELD_U32, hz),
	INFO(13, FIELD_U64, base_slice_ns),
	INFO(14, FIELD_U64, start_mono_ns),
	INFO(15, FIELD_U64, start_boot_ns),
	INFO(16, FIELD_U64, start_real_ns),
	INFO(17, FIELD_U32, arch),
	INFO(18, FIELD_U32, flags),
	{ 0 },
};

static const struct field end_fields[] = {
	END(33, FIELD_U64, end_mono_ns),
	END(34, FIELD_U32, exit_status),
	END(35, FIELD_U64, lost),
	END(36, FIELD_U64, hidden),
	END(37, FIELD_U64, tracer_cpu_ns),
	END(38, FIELD_U64, backward),
	{ 0 },
};

/* ---- packing ---- */

struct output {
	uint8_t *data;
	size_t size;
	size_t room;
	int err;
};

static void *output__grow(struct output *o, size_t size)
{
	size_t room = o->room ? o->room : 1024;
	uint8_t *bigger;

	if (o->err)
		return NULL;
	while (room - o->size < size)
		room *= 2;
	if (room != o->room) {
		bigger = realloc(o->data, room);
		if (!bigger) {
			o->err = -ENOMEM;
			return NULL;
		}
		o->data = bigger;
		o->room = room;
	}
	o->size += size;
	return o->data + o->size - size;
}

static void output__add(struct output *o, const void *data, size_t size)
{
	void *p = size ? output__grow(o, size) : NULL;

	if (p)
		memcpy(p, data, size);
}

static void output__tag(struct output *o, uint32_t tag, const void *data, size_t size)
{
	struct tag_header h = { tag, (uint32_t)size };

	if (size > UINT32_MAX) {
		o->err = -E2BIG;
		return;
	}
	output__add(o, &h, sizeof(h));
	output__add(o, data, size);
}

static void output__argv(struct output *o, char *const *argv)
{
	struct tag_header h = { TAG_ARGV, 0 };
	size_t at = o->size;
	size_t size;

	output__add(o, &h, sizeof(h));
	for (; *argv; argv++)
		output__add(o, *argv, strlen(*argv) + 1);
	if (o->err)
		return;
	size = o->size - at - sizeof(h);
	if (size > UINT32_MAX)
		o->err = -E2BIG;
	h.size = (uint32_t)size;
	memcpy(o->data + at, &h, sizeof(h));
}

static uint64_t field__number(const struct field *f, const uint8_t *at)
{
	uint64_t number;
	uint32_t half;

	if (f->type == FIELD_U32) {
		memcpy(&half, at, sizeof(half));
		return half;
	}
	memcpy(&number, at, sizeof(number));
	return number;
}

static void output__fields(struct output *o, const struct field *f, const void *from)
{
	for (; f->tag; f++) {
		const uint8_t *at = (const uint8_t *)from + f->offset;
		const char *string;
		uint64_t number;

		if (f->type == FIELD_STRING) {
			memcpy(&string, at, sizeof(string));
			if (string)
				output__tag(o, f->tag, string, strlen(string));
			continue;
		}
		number = field__number(f, at);
		if (number)
			output__tag(o, f->tag, &number, sizeof(number));
	}
}

static int output__done(struct output *o, void **data, size_t *size)
{
	if (o->err) {
		free(o->data);
		return o->err;
	}
	*data = o->data;
	*size = o->size;
	return 0;
}

int trace_info__pack(const struct trace_info *info, void **data, size_t *size)
{
	struct output o = { 0 };

	if (info->argv)
		output__argv(&o, info->argv);
	output__tag(&o, TAG_CPU_MASK, info->cpu_mask, sizeof(info->cpu_mask));
	output__fields(&o, info_fields, info);
	return output__done(&o, data, size);
}

int trace_end__pack(const struct trace_end *end, void **data, size_t *size)
{
	struct output o = { 0 };
	size_t count = sizeof(end->programs) / sizeof(end->programs[0]);

	if (end->program_count < count)
		count = end->program_count;
	output__tag(&o, TAG_PROGRAMS, end->programs, count * sizeof(end->programs[0]));
	output__fields(&o, end_fields, end);
	return output__done(&o, data, size);
}

/* ---- unpacking ---- */

struct input {
	const uint8_t *data;
	size_t size;
	size_t at;
	uint64_t base;
	struct trace_error *err;
	struct tag_header tag; /* of the value that was taken last */
	const uint8_t *value;
};

static int input__bad(const struct input *in, const char *what)
{
	return trace_error__damaged(in->err, in->base + in->at, what);
}

/* Returns 1 and the next value in @in, 0 at the end, -EINVAL. */
static int input__next(struct input *in)
{
	size_t left = in->size - in->at;

	if (!left)
		return 0;
	if (left < sizeof(in->tag))
		return input__bad(in, "tag is cut off");
	memcpy(&in->tag, in->data + in->at, sizeof(in->tag));
	if (in->tag.size > left - sizeof(in->tag))
		return input__bad(in, "size of a tagged value");
	in->value = in->data + in->at + sizeof(in->tag);
	in->at += sizeof(in->tag) + in->tag.size;
	return 1;
}

/* Appends a string to *@strings, which has room for it: every tag's header is longer than a
 * NUL. */
static char *keep_string(const struct input *in, char **strings)
{
	char *s = *strings;

	memcpy(s, in->value, in->tag.size);
	s[in->tag.size] = '\0';
	*strings += in->tag.size + 1;
	return s;
}

static int take_field(const struct input *in, const struct field *f, void *to, char **strings)
{
	uint8_t *at = (uint8_t *)to + f->offset;
	uint64_t number;
	uint32_t half;

	if (f->type == FIELD_STRING) {
		const char *s = keep_string(in, strings);

		memcpy(at, &s, sizeof(s));
		return 0;
	}
	if (in->tag.size != sizeof(number))
		return input__bad(in, "size of a tagged number");
	memcpy(&number, in->value, sizeof(number));
	half = (uint32_t)number;
	if (f->type == FIELD_U32 && number > UINT32_MAX)
		return input__bad(in, "tagged number is too large");
	if (f->type == FIELD_U32)
		memcpy(at, &half, sizeof(half));
	else
		memcpy(at, &number, sizeof(number));
	return 0;
}

static const struct field *find_field(const struct field *f, uint32_t tag)
{
	for (; f->tag; f++)
		if (f->tag == tag)
			return f;
	return NULL;
}

static int take_argv(const struct input *in, struct trace_info *info, char **strings)
{
	size_t count = 0;
	char *s;

	if (info->argv || (in->tag.size && in->value[in->tag.size - 1]))
		return input__bad(in, "command");
	for (size_t i = 0; i < in->tag.size; i++)
		count += !in->value[i];
	info->argv = calloc(count + 1, sizeof(*info->argv));
	if (!info->argv)
		return -ENOMEM;
	s = keep_string(in, strings);
	for (size_t i = 0; i < count; i++) {
		info->argv[i] = s;
		s += strlen(s) + 1;
	}
	return 0;
}

static int take_cpu_mask(const struct input *in, struct trace_info *info)
{
	if (in->tag.size > sizeof(info->cpu_mask))
		return input__bad(in, "mask of cores");
	memcpy(info->cpu_mask, in->value, in->tag.size);
	return 0;
}

static int take_programs(const struct input *in, struct trace_end *end)
{
	size_t one = sizeof(end->programs[0]);

	if (in->tag.size > sizeof(end->programs) || in->tag.size % one)
		return input__bad(in, "table of programs");
	memcpy(end->programs, in->value, in->tag.size);
	end->program_count = (uint32_t)(in->tag.size / one);
	for (uint32_t i = 0; i < end->program_count; i++)
		end->programs[i].name[sizeof(end->programs[i].name) - 1] = '\0';
	return 0;
}

static int take_info(const struct input *in, struct trace_info *info, char **strings)
{
	const struct field *f = find_field(info_fields, in->tag.tag);

	if (f)
		return take_field(in, f, info, strings);
	if (in->tag.tag == TAG_ARGV)
		return take_argv(in, info, strings);
	if (in->tag.tag == TAG_CPU_MASK)
		return take_cpu_mask(in, info);
	return 0;
}

int trace_info__unpack(const void *data, size_t size, uint64_t base, struct trace_info *info,
		       char **owned, struct trace_error *err)
{
	struct input in = { .data = data, .size = size, .base = base, .err = err };
	char *strings;
	int code;

	memset(info, 0, sizeof(*info));
	*owned = strings = malloc(size + 1);
	if (!strings)
		return -ENOMEM;
	while ((code = input__next(&in)) > 0) {
		code = take_info(&in, info, &strings);
		if (code)
			return code;
	}
	if (!code && (!info->cpus || info->cpus > TRACE_CPU_MAX))
		return input__bad(&in, "number of cores");
	return code;
}

static int take_end(const struct input *in, struct trace_end *end)
{
	const struct field *f = find_field(end_fields, in->tag.tag);

	if (f)
		return take_field(in, f, end, NULL);
	return in->tag.tag == TAG_PROGRAMS ? take_programs(in, end) : 0;
}

int trace_end__unpack(const void *data, size_t size, uint64_t base, struct trace_end *end,
		      struct trace_error *err)
{
	struct input in = { .data = data, .size = size, .base = base, .err = err };
	int code;

	memset(end, 0, sizeof(*end));
	while ((code = input__next(&in)) > 0) {
		code = take_end(&in, end);
		if (code)
			return code;
	}
	return code;
}
