/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* section.c - writes and reads the "symbols" section (section.h, symbol.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/symbol/section.h"

struct section_builder {
	struct section_entry *entries;
	uint32_t count;
	uint32_t room;
	char *text;
	uint32_t text_size;
	uint32_t text_room;
	uint32_t *table; /* open addressing by content: offset of a text */
	uint32_t slots;
	uint32_t used;
};

struct symbol_table {
	const struct section_entry *entries;
	uint32_t count;
	const char *text;
	struct symbol *symbols; /* by entry */
};

struct section_builder *section__new(void)
{
	struct section_builder *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->slots = 1024;
	b->table = calloc(b->slots, sizeof(*b->table));
	b->text = calloc(1, 4096);
	b->text_room = 4096;
	b->text_size = 1; /* offset 0 is "none" */
	if (b->table && b->text)
		return b;
	section__free(b);
	return NULL;
}

void section__free(struct section_builder *b)
{
	if (!b)
		return;
	free(b->entries);
	free(b->text);
	free(b->table);
	free(b);
}

static uint32_t *text_slot(uint32_t *table, uint32_t slots, const char *text, const char *s)
{
	uint32_t h = 2166136261u;

	for (const char *c = s; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	h &= slots - 1;
	while (table[h] && strcmp(text + table[h], s) != 0)
		h = (h + 1) & (slots - 1);
	return &table[h];
}

static int grow_table(struct section_builder *b)
{
	uint32_t *bigger = calloc(b->slots * 2, sizeof(*bigger));

	if (!bigger)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->slots; i++)
		if (b->table[i])
			*text_slot(bigger, b->slots * 2, b->text, b->text + b->table[i]) = b->table[i];
	free(b->table);
	b->table = bigger;
	b->slots *= 2;
	return 0;
}

static int add_text(struct section_builder *b, const char *s, uint32_t *offset)
{
	size_t len = s ? strlen(s) + 1 : 0;
	uint32_t *slot;

	*offset = 0;
	if (len <= 1)
		return 0;
	if (b->used * 2 >= b->slots && grow_table(b))
		return -ENOMEM;
	slot = text_slot(b->table, b->slots, b->text, s);
	if (!*slot) {
		while (b->text_size + len > b->text_room) {
			char *bigger = realloc(b->text, b->text_room * 2);

			if (!bigger)
				return -ENOMEM;
			b->text = bigger;
			b->text_room *= 2;
		}
		memcpy(b->text + b->text_size, s, len);
		*slot = b->text_size;
		b->text_size += (uint32_t)len;
		b->used++;
	}
	*offset = *slot;
	return 0;
}

int section__add(struct section_builder *b, uint32_t space, uint64_t ip, const struct symbol *s)
{
	struct section_entry *e;

	if (b->count == b->room) {
		uint32_t room = b->room ? b->room * 2 : 256;
		struct section_entry *bigger = realloc(b->entries, room * sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		b->entries = bigger;
		b->room = room;
	}
	e = &b->entries[b->count];
	memset(e, 0, sizeof(*e));
	e->space = space;
	e->ip = ip;
	e->offset = s->offset;
	e->line = s->line;
	if (add_text(b, s->function, &e->function) || add_text(b, s->file, &e->file) ||
	    add_text(b, s->object, &e->object))
		return -ENOMEM;
	b->count++;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct section_entry *x = a, *y = b;

	if (x->space != y->space)
		return x->space < y->space ? -1 : 1;
	return (x->ip > y->ip) - (x->ip < y->ip);
}

int section__finish(struct section_builder *b, void **data, size_t *size)
{
	struct section_head head = { b->count, b->text_size };
	size_t entries = b->count * sizeof(*b->entries);
	char *out = malloc(sizeof(head) + entries + b->text_size);

	if (!out)
		return -ENOMEM;
	if (b->count)
		qsort(b->entries, b->count, sizeof(*b->entries), by_place);
	memcpy(out, &head, sizeof(head));
	if (entries)
		memcpy(out + sizeof(head), b->entries, entries);
	memcpy(out + sizeof(head) + entries, b->text, b->text_size);
	*data = out;
	*size = sizeof(head) + entries + b->text_size;
	return 0;
}

/* ---- reading: the section is hostile ---- */

static int check(const struct symbol_table *s, uint32_t text_size)
{
	if (text_size && s->text[text_size - 1] != 0)
		return -EINVAL;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct section_entry *e = &s->entries[i];

		if (e->function >= text_size || e->file >= text_size || e->object >= text_size ||
		    (i && by_place(e - 1, e) >= 0))
			return -EINVAL;
	}
	return 0;
}

static int load(struct symbol_table *s, const char *data, size_t size)
{
	struct section_head head;
	uint64_t entries;
	char *copy;

	if (size < sizeof(head))
		return -EINVAL;
	memcpy(&head, data, sizeof(head));
	entries = (uint64_t)head.count * sizeof(*s->entries);
	if (sizeof(head) + entries + head.text_size != size)
		return -EINVAL;
	copy = malloc(entries + 1); /* aligned */
	s->symbols = calloc(head.count + 1u, sizeof(*s->symbols));
	s->entries = (struct section_entry *)copy;
	if (!copy || !s->symbols)
		return -ENOMEM;
	memcpy(copy, data + sizeof(head), entries);
	s->count = head.count;
	s->text = data + sizeof(head) + entries;
	if (check(s, head.text_size))
		return -EINVAL;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct section_entry *e = &s->entries[i];

		s->symbols[i] = (struct symbol){
			.function = e->function ? s->text + e->function : NULL,
			.file = e->file ? s->text + e->file : NULL,
			.object = e->object ? s->text + e->object : NULL,
			.offset = e->offset,
			.line = e->line,
		};
	}
	return 0;
}

struct symbol_table *symbol_table__new(const struct trace *t)
{
	struct symbol_table *s = calloc(1, sizeof(*s));
	const char *data;
	size_t size;
	int err;

	if (!s)
		return NULL;
	data = trace__section(t, SYMBOL_SECTION, &size);
	err = data ? load(s, data, size) : 0;
	if (!err)
		return s;
	symbol_table__free(s);
	errno = -err;
	return NULL;
}

void symbol_table__free(struct symbol_table *s)
{
	if (!s)
		return;
	free((void *)s->entries);
	free(s->symbols);
	free(s);
}

const struct symbol *symbol_table__find(const struct symbol_table *s, uint32_t space, uint64_t ip)
{
	struct section_entry key = { .space = space, .ip = ip };
	const struct section_entry *e;

	if (!s || !s->count || !ip)
		return NULL;
	e = bsearch(&key, s->entries, s->count, sizeof(key), by_place);
	return e ? &s->symbols[e - s->entries] : NULL;
}
