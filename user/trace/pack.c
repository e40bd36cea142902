/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* pack.c - see pack.h. */
#include <string.h>

#include "user/trace/pack.h"

enum { SAME_PREV = 0x10, HAS_ARG = 0x20, HAS_BY = 0x40 };
enum { IS_NEW = 0x10, IS_ON_CPU = 0x20, HAS_IRQ = 0x40 };
enum { KIND_MASK = 0x0f, KIND_LONG = 0x0f };

void pack__init(struct pack *p, uint64_t ts)
{
	memset(p, 0, sizeof(*p));
	p->ts = ts;
}

/* ---- numbers ---- */

static uint8_t *put_number(uint8_t *out, uint64_t v)
{
	while (v >= 0x80) {
		*out++ = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	*out++ = (uint8_t)v;
	return out;
}

/* Where reading goes on; NULL once it has run over the end. */
struct input {
	const uint8_t *at;
	const uint8_t *end;
};

static uint8_t get_byte(struct input *in)
{
	if (!in->at || in->at == in->end) {
		in->at = NULL;
		return 0;
	}
	return *in->at++;
}

static uint64_t get_number(struct input *in)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t byte = get_byte(in);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	in->at = NULL;
	return 0;
}

static void get_bytes(struct input *in, void *to, size_t size)
{
	if (!in->at || (size_t)(in->end - in->at) < size) {
		in->at = NULL;
		return;
	}
	memcpy(to, in->at, size);
	in->at += size;
}

/* ---- tables ---- */

static unsigned int shape_slot(const struct shape *s)
{
	unsigned int h = (unsigned int)(uint16_t)s->syscall * 31 + s->state;

	h = h * 31 + s->flags;
	h = h * 31 + s->file;
	h = h * 31 + s->stack;
	h = h * 31 + s->resched;
	h = h * 31 + s->detail;
	return (h ^ h >> 7) % PACK_SLOTS;
}

static unsigned int ip_slot(uint64_t ip)
{
	return (unsigned int)((ip * 0x9e3779b97f4a7c15ull) >> 40) % PACK_SLOTS;
}

static uint8_t *put_shape(struct pack *p, uint8_t *out, const struct shape *s)
{
	unsigned int slot = shape_slot(s);

	if (memcmp(&p->shapes[slot], s, sizeof(*s)) == 0) {
		*out++ = (uint8_t)(slot + 1);
		return out;
	}
	p->shapes[slot] = *s;
	*out++ = 0;
	memcpy(out, s, sizeof(*s));
	return out + sizeof(*s);
}

static void get_shape(struct pack *p, struct input *in, struct shape *s)
{
	unsigned int n = get_byte(in);

	memset(s, 0, sizeof(*s));
	if (n > PACK_SLOTS) {
		in->at = NULL;
	} else if (n) {
		*s = p->shapes[n - 1];
	} else {
		get_bytes(in, s, sizeof(*s));
		p->shapes[shape_slot(s)] = *s;
	}
}

static uint8_t *put_ip(struct pack *p, uint8_t *out, uint64_t ip)
{
	unsigned int slot = ip_slot(ip);

	if (p->ips[slot] == ip) {
		*out++ = (uint8_t)(slot + 1);
		return out;
	}
	p->ips[slot] = ip;
	*out++ = 0;
	return put_number(out, ip);
}

static uint64_t get_ip(struct pack *p, struct input *in)
{
	unsigned int n = get_byte(in);
	uint64_t ip;

	if (n > PACK_SLOTS) {
		in->at = NULL;
		return 0;
	}
	if (n)
		return p->ips[n - 1];
	ip = get_number(in);
	p->ips[ip_slot(ip)] = ip;
	return ip;
}

/* ---- switch ---- */

static size_t put_switch(struct pack *p, const struct event_switch *ev, uint8_t *out)
{
	uint8_t *at = out + 1;
	uint8_t tag = EVENT_SWITCH;
	struct shape shape;

	memset(&shape, 0, sizeof(shape)); /* compared as bytes */
	shape.state = ev->state;
	shape.syscall = ev->syscall;
	shape.flags = ev->head.flags;
	shape.file = ev->file;
	shape.stack = ev->stack;
	shape.resched = ev->resched;
	shape.detail = ev->detail;
	at = put_number(at, ev->head.ts - p->ts);
	if (ev->head.id == p->next)
		tag |= SAME_PREV;
	else
		at = put_number(at, ev->head.id);
	at = put_number(at, ev->next);
	at = put_shape(p, at, &shape);
	at = put_ip(p, at, ev->ip);
	if (ev->arg) {
		tag |= HAS_ARG;
		at = put_number(at, ev->arg);
	}
	if (ev->resched_by) {
		tag |= HAS_BY;
		at = put_number(at, ev->resched_by);
	}
	*out = tag;
	p->next = ev->next;
	return (size_t)(at - out);
}

static void get_switch(struct pack *p, struct input *in, uint8_t tag, struct event_switch *ev)
{
	struct shape shape;

	ev->head.id = tag & SAME_PREV ? p->next : (uint32_t)get_number(in);
	ev->next = (uint32_t)get_number(in);
	get_shape(p, in, &shape);
	ev->head.size = sizeof(*ev);
	ev->head.flags = shape.flags;
	ev->state = shape.state;
	ev->syscall = shape.syscall;
	ev->file = shape.file;
	ev->stack = shape.stack;
	ev->resched = shape.resched;
	ev->detail = shape.detail;
	ev->ip = get_ip(p, in);
	ev->arg = tag & HAS_ARG ? get_number(in) : 0;
	ev->resched_by = tag & HAS_BY ? (uint32_t)get_number(in) : 0;
	p->next = ev->next;
}

/* ---- waking ---- */

static size_t put_waking(struct pack *p, const struct event_waking *ev, uint8_t *out)
{
	uint8_t *at = out + 1;
	uint8_t tag = EVENT_WAKING;

	tag |= ev->head.flags & WAKING_NEW ? IS_NEW : 0;
	tag |= ev->head.flags & WAKING_ON_CPU ? IS_ON_CPU : 0;
	at = put_number(at, ev->head.ts - p->ts);
	at = put_number(at, ev->head.id);
	at = put_number(at, ev->by);
	at = put_number(at, ev->target);
	if (ev->irq) {
		tag |= HAS_IRQ;
		*at++ = ev->irq;
		*at++ = ev->vector;
	}
	*out = tag;
	return (size_t)(at - out);
}

static void get_waking(struct input *in, uint8_t tag, struct event_waking *ev)
{
	ev->head.size = sizeof(*ev);
	ev->head.flags = (tag & IS_NEW ? WAKING_NEW : 0) | (tag & IS_ON_CPU ? WAKING_ON_CPU : 0);
	ev->head.id = (uint32_t)get_number(in);
	ev->by = (uint32_t)get_number(in);
	ev->target = (uint16_t)get_number(in);
	if (tag & HAS_IRQ) {
		ev->irq = get_byte(in);
		ev->vector = get_byte(in);
	}
}

/* ---- the others ---- */

static size_t put_other(struct pack *p, const struct event_head *ev, uint8_t *out)
{
	const uint8_t *body = (const uint8_t *)(ev + 1);
	size_t size = ev->size - sizeof(*ev), stored = size;
	uint8_t *at = out;

	if (ev->kind >= KIND_LONG || !ev->kind) {
		*at++ = KIND_LONG;
		*at++ = ev->kind;
	} else {
		*at++ = ev->kind;
	}
	while (stored && !body[stored - 1])
		stored--;
	at = put_number(at, ev->ts - p->ts);
	*at++ = ev->flags;
	at = put_number(at, ev->id);
	at = put_number(at, ev->size);
	at = put_number(at, stored);
	memcpy(at, body, stored);
	return (size_t)(at + stored - out);
}

/* What a kind's record must have at least, so that readers need not look at the size. */
static size_t kind_size(uint8_t kind)
{
	static const size_t sizes[] = {
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

	return kind < sizeof(sizes) / sizeof(sizes[0]) ? sizes[kind] : 0;
}

static void get_other(struct input *in, union event *ev)
{
	uint64_t size, stored;

	ev->head.flags = get_byte(in);
	ev->head.id = (uint32_t)get_number(in);
	size = get_number(in);
	stored = get_number(in);
	if (size < sizeof(ev->head) || size > sizeof(*ev) || stored > size - sizeof(ev->head)) {
		in->at = NULL;
		return;
	}
	if (size < kind_size(ev->head.kind))
		size = kind_size(ev->head.kind);
	ev->head.size = (uint16_t)size;
	get_bytes(in, &ev->head + 1, stored);
	if (ev->head.kind == EVENT_EXEC)
		ev->exec.filename[EVENT_PATH_SZ - 1] = 0;
	else if (ev->head.kind == EVENT_MAP)
		ev->map.name[EVENT_PATH_SZ - 1] = 0;
}

size_t pack__put(struct pack *p, const struct event_head *ev, uint8_t *out)
{
	size_t n;

	if (ev->kind == EVENT_SWITCH && ev->size == sizeof(struct event_switch))
		n = put_switch(p, (const struct event_switch *)ev, out);
	else if (ev->kind == EVENT_WAKING && ev->size == sizeof(struct event_waking))
		n = put_waking(p, (const struct event_waking *)ev, out);
	else
		n = put_other(p, ev, out);
	p->ts = ev->ts;
	return n;
}

size_t pack__get(struct pack *p, const uint8_t *from, const uint8_t *end, union event *ev)
{
	struct input in = { from, end };
	uint8_t tag = get_byte(&in);
	uint8_t kind = (tag & KIND_MASK) == KIND_LONG ? get_byte(&in) : tag & KIND_MASK;

	memset(ev, 0, sizeof(*ev));
	ev->head.kind = kind;
	p->ts += get_number(&in);
	ev->head.ts = p->ts;
	if (kind == EVENT_SWITCH)
		get_switch(p, &in, tag, &ev->switch_);
	else if (kind == EVENT_WAKING)
		get_waking(&in, tag, &ev->waking);
	else
		get_other(&in, ev);
	return in.at ? (size_t)(in.at - from) : 0;
}
