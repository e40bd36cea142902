/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * resolve.c - builds a trace's symbol section (symbol.h): one pass over the trace collects the
 * addresses and the files mapped there, then each file is opened once and asked for all of its.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/model.h"
#include "user/symbol/object.h"
#include "user/symbol/section.h"
#include "user/symbol/symbol.h"

#define ADDRESSES_MAX 2000000u /* hostile traces: no more than this is resolved */

struct mapping {
	uint64_t addr;
	uint64_t end;
	uint64_t offset; /* in the file */
	uint32_t object;
};

struct space {
	struct mapping *maps; /* newest last: the newest that covers an address counts */
	uint32_t count;
};

struct address {
	uint32_t space;
	uint64_t ip;
	uint32_t object; /* + 1; 0 not mapped */
	uint64_t offset;
};

struct collector {
	struct space *spaces; /* by number; [0] unused */
	uint32_t space_room;
	struct object_name *objects;
	uint32_t object_count;
	uint32_t object_room;
	struct address *addresses;
	uint32_t address_count;
	uint32_t address_room;
	uint32_t *seen; /* open addressing: address index + 1 */
	uint32_t seen_slots;
};

static int grow(void **array, uint32_t need, uint32_t *room, size_t size)
{
	uint32_t bigger = *room ? *room : 64;
	void *p;

	if (need < *room)
		return 0;
	while (bigger <= need)
		bigger *= 2;
	p = realloc(*array, bigger * size);
	if (!p)
		return -ENOMEM;
	memset((char *)p + *room * size, 0, (bigger - *room) * size);
	*array = p;
	*room = bigger;
	return 0;
}

static struct space *space_of(struct collector *c, uint32_t number)
{
	if (grow((void **)&c->spaces, number, &c->space_room, sizeof(*c->spaces)))
		return NULL;
	return &c->spaces[number];
}

static int on_space(void *ctx, uint32_t number, uint32_t parent, uint32_t pid)
{
	struct collector *c = ctx;
	struct space *s = space_of(c, number > parent ? number : parent);

	(void)pid;
	if (!s)
		return -ENOMEM;
	s = &c->spaces[number];
	if (!parent || !c->spaces[parent].count)
		return 0;
	s->maps = malloc(c->spaces[parent].count * sizeof(*s->maps));
	if (!s->maps)
		return -ENOMEM;
	s->count = c->spaces[parent].count;
	memcpy(s->maps, c->spaces[parent].maps, s->count * sizeof(*s->maps));
	return 0;
}

static int object_of(struct collector *c, const struct event_map *map, uint32_t *index)
{
	struct object_name *o;

	for (uint32_t i = c->object_count; i > 0; i--) {
		o = &c->objects[i - 1];
		if (o->inode == map->inode && strcmp(o->path, map->name) == 0) {
			*index = i - 1;
			return 0;
		}
	}
	if (grow((void **)&c->objects, c->object_count, &c->object_room, sizeof(*c->objects)))
		return -ENOMEM;
	o = &c->objects[c->object_count];
	o->inode = map->inode;
	memcpy(o->path, map->name, sizeof(o->path));
	*index = c->object_count++;
	return 0;
}

static int on_map(void *ctx, uint32_t number, uint32_t pid, const struct event_map *map)
{
	struct collector *c = ctx;
	struct space *s = space_of(c, number);
	struct mapping m = { map->addr, map->addr + map->len, map->offset, 0 };
	struct mapping *bigger;
	int err;

	(void)pid;
	if (!s)
		return -ENOMEM;
	if (!map->name[0] || m.end <= m.addr || s->count > 100000)
		return 0;
	err = object_of(c, map, &m.object);
	if (err)
		return err;
	bigger = realloc(s->maps, (s->count + 1) * sizeof(*s->maps));
	if (!bigger)
		return -ENOMEM;
	s->maps = bigger;
	s->maps[s->count++] = m;
	return 0;
}

static uint32_t *seen_slot(const struct collector *c, uint32_t space, uint64_t ip)
{
	uint64_t h = (ip ^ (uint64_t)space << 32) * 0x9e3779b97f4a7c15ull;
	uint32_t at = (uint32_t)(h >> 32) & (c->seen_slots - 1);

	while (c->seen[at] && (c->addresses[c->seen[at] - 1].ip != ip ||
			       c->addresses[c->seen[at] - 1].space != space))
		at = (at + 1) & (c->seen_slots - 1);
	return &c->seen[at];
}

static int grow_seen(struct collector *c)
{
	uint32_t slots = c->seen_slots ? c->seen_slots * 2 : 1024;

	free(c->seen);
	c->seen = calloc(slots, sizeof(*c->seen));
	if (!c->seen)
		return -ENOMEM;
	c->seen_slots = slots;
	for (uint32_t i = 0; i < c->address_count; i++)
		*seen_slot(c, c->addresses[i].space, c->addresses[i].ip) = i + 1;
	return 0;
}

static void locate(const struct collector *c, struct address *a)
{
	const struct space *s = a->space < c->space_room ? &c->spaces[a->space] : NULL;

	for (uint32_t i = s ? s->count : 0; i > 0; i--) {
		const struct mapping *m = &s->maps[i - 1];

		if (a->ip >= m->addr && a->ip < m->end) {
			a->object = m->object + 1;
			a->offset = a->ip - m->addr + m->offset;
			return;
		}
	}
}

static int add_address(struct collector *c, uint32_t space, uint64_t ip)
{
	struct address *a;
	uint32_t *slot;

	if (!ip || !space || c->address_count >= ADDRESSES_MAX)
		return 0;
	if (c->address_count * 2 >= c->seen_slots && grow_seen(c))
		return -ENOMEM;
	slot = seen_slot(c, space, ip);
	if (*slot)
		return 0;
	if (grow((void **)&c->addresses, c->address_count, &c->address_room, sizeof(*a)))
		return -ENOMEM;
	a = &c->addresses[c->address_count++];
	a->space = space;
	a->ip = ip;
	locate(c, a);
	*slot = c->address_count;
	return 0;
}

static int on_turn(void *ctx, const struct turn *t)
{
	return add_address(ctx, t->space, t->ip);
}

static int on_task(void *ctx, uint64_t ts, uint32_t cpu, struct task *task, struct thread *on,
		   const char *op, enum step_end end)
{
	(void)ts, (void)cpu, (void)on, (void)end;
	return strcmp(op, "create") == 0 ? add_address(ctx, task->space, task->name_ip) : 0;
}

static int collect(struct collector *c, const struct trace *t, struct trace_error *err)
{
	const struct trace_info *info = trace__info(t);
	struct model_opts opts = { .start_ns = info->start_mono_ns,
				   .cpus = info->cpus,
				   .cpu_mask = info->cpu_mask,
				   .arch = info->arch,
				   .flags = info->flags };
	struct model_sink sink = { .ctx = c,
				   .turn = on_turn,
				   .map = on_map,
				   .space = on_space,
				   .task = on_task };
	struct model *m = model__new(&opts, &sink);
	struct trace_cursor *cursor = NULL;
	struct trace_record rec;
	int code = m ? trace_cursor__new(t, &cursor) : -ENOMEM;

	while (!code && (code = trace_cursor__next(cursor, &rec, err)) > 0)
		code = model__feed(m, rec.cpu, rec.ev);
	trace_cursor__free(cursor);
	model__free(m);
	/* a mapping may have been told a moment after its first use */
	for (uint32_t i = 0; i < c->address_count; i++)
		if (!c->addresses[i].object)
			locate(c, &c->addresses[i]);
	return code;
}

static int by_object(const void *a, const void *b)
{
	const struct address *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int resolve_all(struct collector *c, struct section_builder *b)
{
	struct object *object = NULL;
	uint32_t opened = 0;
	int err = 0;

	qsort(c->addresses, c->address_count, sizeof(*c->addresses), by_object);
	for (uint32_t i = 0; i < c->address_count && !err; i++) {
		const struct address *a = &c->addresses[i];
		struct symbol s = { 0 };

		if (!a->object)
			continue;
		if (a->object != opened) {
			object__close(object);
			object = object__open(&c->objects[a->object - 1]);
			opened = a->object;
		}
		s.object = c->objects[a->object - 1].path;
		s.offset = a->offset;
		if (object)
			object__find(object, a->offset, &s);
		err = section__add(b, a->space, a->ip, &s);
	}
	object__close(object);
	return err;
}

int symbol__resolve(const struct trace *t, void **data, size_t *size, struct trace_error *err)
{
	struct collector c = { 0 };
	struct section_builder *b = section__new();
	int code = b ? collect(&c, t, err) : -ENOMEM;

	if (!code)
		code = resolve_all(&c, b);
	if (!code)
		code = section__finish(b, data, size);
	section__free(b);
	for (uint32_t i = 0; i < c.space_room; i++)
		free(c.spaces[i].maps);
	free(c.spaces);
	free(c.objects);
	free(c.addresses);
	free(c.seen);
	return code;
}
