/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_pack.c - see trace_pack.h. First numbers, then switches, wakings and all other records,
 * each with its two directions next to each other: they must keep the same memory.
 *
 * The first byte tells the form: 1xxxxxxx switch, 01xxxxxx waking, 00kkkkkk a record of kind k.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "user/trace/trace_pack.h"

#define TAG_SWITCH   0x80
#define TAG_WAKING   0x40
#define TAG_FAR_KIND 0x3f /* the kind does not fit into the tag: it follows */

/* what follows in a switch */
enum {
	HAS_PREV = 1 << 0,  /* prev is not the thread that came last */
	HAS_FACTS = 1 << 1, /* facts that are new in this slot */
	HAS_IP_AT = 1 << 2, /* the slot of an ip seen before */
	HAS_IP = 1 << 3,    /* an ip as a difference */
	HAS_ARG = 1 << 4,
	HAS_BY = 1 << 5,
};
#define SWITCH_BITS 0x3f

/* what follows in a waking */
enum {
	HAS_FLAGS = 1 << 0,
	HAS_WAKER = 1 << 1,  /* by is not the thread that runs */
	HAS_TARGET = 1 << 2, /* another target than last time */
	HAS_IRQ = 1 << 3,
};
#define WAKING_BITS 0x0f

/* What is left to read; `bad` sticks, so that it is looked at once per record. */
struct input {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static uint8_t *put_number(uint8_t *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

/* Small differences of either sign become small numbers. */
static uint8_t *put_difference(uint8_t *p, uint64_t value, uint64_t from)
{
	uint64_t d = value - from;

	return put_number(p, (d << 1) ^ (0 - (d >> 63)));
}

static uint8_t get_byte(struct input *in)
{
	if (in->at == in->end) {
		in->bad = true;
		return 0;
	}
	return *in->at++;
}

static uint64_t get_number(struct input *in)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t b = get_byte(in);

		if (shift == 63 && b > 1)
			break;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			return v;
	}
	in->bad = true;
	return 0;
}

static uint64_t get_number_below(struct input *in, uint64_t limit)
{
	uint64_t v = get_number(in);

	if (v < limit)
		return v;
	in->bad = true;
	return 0;
}

static uint32_t get_id(struct input *in)
{
	return (uint32_t)get_number_below(in, 1ull << 32);
}

static uint64_t get_difference(struct input *in, uint64_t from)
{
	uint64_t z = get_number(in);

	return from + ((z >> 1) ^ (0 - (z & 1)));
}

static void get_bytes(struct input *in, void *to, size_t size)
{
	if ((size_t)(in->end - in->at) < size) {
		in->bad = true;
		return;
	}
	memcpy(to, in->at, size);
	in->at += size;
}

static uint8_t *put_ts(struct pack *k, uint8_t *p, uint64_t ts)
{
	p = put_number(p, ts - k->ts);
	k->ts = ts;
	return p;
}

static uint64_t get_ts(struct pack *k, struct input *in)
{
	uint64_t d = get_number(in);

	if (d > UINT64_MAX - k->ts)
		in->bad = true;
	else
		k->ts += d;
	return k->ts;
}

/* ---- switches ---- */

static uint8_t hash(uint64_t v)
{
	return (uint8_t)((v * 0x9e3779b97f4a7c15ull) >> 56);
}

static uint64_t facts_key(const struct event_switch *ev)
{
	return (uint64_t)ev->head.flags | (uint64_t)ev->state << 8 |
	       (uint64_t)(uint16_t)ev->syscall << 24 | (uint64_t)ev->file << 40 |
	       (uint64_t)ev->stack << 48 | (uint64_t)ev->resched << 56;
}

static void facts_unkey(uint64_t key, struct event_switch *ev)
{
	ev->head.flags = (uint8_t)key;
	ev->state = (uint16_t)(key >> 8);
	ev->syscall = (int16_t)(uint16_t)(key >> 24);
	ev->file = (uint8_t)(key >> 40);
	ev->stack = (uint8_t)(key >> 48);
	ev->resched = (uint8_t)(key >> 56);
}

/* A slot that begins anew starts from the last ip: the next one is often near it. */
static void facts__set(struct pack *k, uint8_t slot, uint64_t key, uint8_t detail)
{
	k->facts[slot] =
		(struct pack_facts){ .key = key, .detail = detail, .ip = k->ip, .used = 1 };
}

/* Finds or makes the slot of these facts, never in place of the one used last: two threads
 * that take turns must not evict each other's. */
static uint8_t facts__slot(struct pack *k, uint64_t key, uint8_t detail, bool *fresh)
{
	uint8_t slot = hash(key ^ detail);

	*fresh = false;
	for (uint8_t i = 0; i < 2; i++) {
		const struct pack_facts *f = &k->facts[slot ^ i];

		if (f->used && f->key == key && f->detail == detail) {
			k->facts_last = slot ^ i;
			return k->facts_last;
		}
	}
	if (slot == k->facts_last && k->facts[slot].used)
		slot ^= 1;
	facts__set(k, slot, key, detail);
	k->facts_last = slot;
	*fresh = true;
	return slot;
}

static void facts__moved(struct pack *k, struct pack_facts *f, uint64_t ip)
{
	f->ip = ip;
	if (ip)
		k->ip = ip;
}

static uint8_t *put_ip(struct pack *k, struct pack_facts *f, uint8_t *p, uint64_t ip, uint8_t *has)
{
	uint8_t slot = hash(ip);

	if (ip == f->ip)
		return p;
	if (k->ips[slot] == ip) {
		*has |= HAS_IP_AT;
		*p++ = slot;
	} else {
		*has |= HAS_IP;
		p = put_difference(p, ip, f->ip);
		k->ips[slot] = ip;
	}
	facts__moved(k, f, ip);
	return p;
}

static uint64_t get_ip(struct pack *k, struct pack_facts *f, struct input *in, uint8_t has)
{
	uint64_t ip = f->ip;

	if (has & HAS_IP_AT) {
		ip = k->ips[get_byte(in)];
	} else if (has & HAS_IP) {
		ip = get_difference(in, f->ip);
		k->ips[hash(ip)] = ip;
	} else {
		return ip;
	}
	facts__moved(k, f, ip);
	return ip;
}

static uint8_t *put_switch(struct pack *k, const struct event_switch *ev, uint64_t ts, uint8_t *out)
{
	uint64_t key = facts_key(ev);
	uint8_t has = 0;
	uint8_t *p = out + 2;
	struct pack_facts *f;
	bool fresh;

	out[1] = facts__slot(k, key, ev->detail, &fresh);
	f = &k->facts[out[1]];
	p = put_ts(k, p, ts);
	p = put_number(p, ev->next);
	if (ev->head.id != k->running) {
		has |= HAS_PREV;
		p = put_number(p, ev->head.id);
	}
	if (fresh) {
		has |= HAS_FACTS;
		p = put_number(p, key);
		*p++ = ev->detail;
	}
	p = put_ip(k, f, p, ev->ip, &has);
	if (ev->arg != f->arg) {
		has |= HAS_ARG;
		p = put_difference(p, ev->arg, f->arg);
		f->arg = ev->arg;
	}
	if (ev->resched_by) {
		has |= HAS_BY;
		p = put_number(p, ev->resched_by);
	}
	k->running = ev->next;
	out[0] = TAG_SWITCH | has;
	return p;
}

static void get_switch(struct pack *k, struct input *in, uint8_t has, struct event_switch *ev)
{
	uint8_t slot = get_byte(in);
	struct pack_facts *f = &k->facts[slot];

	ev->head.ts = get_ts(k, in);
	ev->head.kind = EVENT_SWITCH;
	ev->head.size = sizeof(*ev);
	ev->next = get_id(in);
	ev->head.id = has & HAS_PREV ? get_id(in) : k->running;
	if (has & HAS_FACTS) {
		uint64_t key = get_number(in);

		facts__set(k, slot, key, get_byte(in));
	}
	facts_unkey(f->key, ev);
	ev->detail = f->detail;
	ev->ip = get_ip(k, f, in, has);
	if (has & HAS_ARG)
		f->arg = get_difference(in, f->arg);
	ev->arg = f->arg;
	ev->resched_by = has & HAS_BY ? get_id(in) : 0;
	k->running = ev->next;
	if (has & ~SWITCH_BITS)
		in->bad = true;
}

/* ---- wakings ---- */

static uint8_t *put_waking(struct pack *k, const struct event_waking *ev, uint64_t ts, uint8_t *out)
{
	uint8_t has = 0;
	uint8_t *p = put_ts(k, out + 1, ts);

	p = put_number(p, ev->head.id);
	if (ev->head.flags) {
		has |= HAS_FLAGS;
		*p++ = ev->head.flags;
	}
	if (ev->by != k->running) {
		has |= HAS_WAKER;
		p = put_number(p, ev->by);
	}
	if (ev->target != k->target) {
		has |= HAS_TARGET;
		p = put_number(p, ev->target);
		k->target = ev->target;
	}
	if (ev->irq || ev->vector) {
		has |= HAS_IRQ;
		*p++ = ev->irq;
		*p++ = ev->vector;
	}
	out[0] = TAG_WAKING | has;
	return p;
}

static void get_waking(struct pack *k, struct input *in, uint8_t has, struct event_waking *ev)
{
	ev->head.ts = get_ts(k, in);
	ev->head.kind = EVENT_WAKING;
	ev->head.size = sizeof(*ev);
	ev->head.id = get_id(in);
	ev->head.flags = has & HAS_FLAGS ? get_byte(in) : 0;
	ev->by = has & HAS_WAKER ? get_id(in) : k->running;
	if (has & HAS_TARGET)
		k->target = (uint16_t)get_number_below(in, 1u << 16);
	ev->target = k->target;
	ev->irq = has & HAS_IRQ ? get_byte(in) : 0;
	ev->vector = has & HAS_IRQ ? get_byte(in) : 0;
	if (has & ~WAKING_BITS)
		in->bad = true;
}

/* ---- all others ---- */

static bool is_short(size_t body)
{
	return body <= PACK_WORDS * sizeof(uint64_t) && body % sizeof(uint64_t) == 0;
}

/* A short body: a bit for each word that differs from the last record of its kind. */
static uint8_t *put_words(uint64_t *last, const uint8_t *body, size_t size, uint8_t *out)
{
	uint8_t *p = out + 1;

	out[0] = 0;
	for (size_t i = 0; i < size / sizeof(uint64_t); i++) {
		uint64_t word;

		memcpy(&word, body + i * sizeof(word), sizeof(word));
		if (word == last[i])
			continue;
		out[0] |= (uint8_t)(1u << i);
		p = put_difference(p, word, last[i]);
		last[i] = word;
	}
	return p;
}

static void get_words(uint64_t *last, struct input *in, uint8_t *body, size_t size)
{
	uint8_t differs = get_byte(in);

	for (size_t i = 0; i < size / sizeof(uint64_t); i++) {
		if (differs & 1u << i)
			last[i] = get_difference(in, last[i]);
		memcpy(body + i * sizeof(*last), &last[i], sizeof(*last));
	}
}

/* A long body: its bytes without the zeros at the end. */
static uint8_t *put_raw(const uint8_t *body, size_t size, uint8_t *p)
{
	while (size && !body[size - 1])
		size--;
	p = put_number(p, size);
	memcpy(p, body, size);
	return p + size;
}

static void get_raw(struct input *in, uint8_t *body, size_t size)
{
	size_t given = (size_t)get_number_below(in, size + 1);

	memset(body, 0, size);
	get_bytes(in, body, given);
}

static uint8_t *put_other(struct pack *k, const struct event_head *ev, uint64_t ts, uint8_t *p)
{
	const uint8_t *body = (const uint8_t *)ev + sizeof(*ev);
	size_t size = ev->size - sizeof(*ev);

	if (ev->kind < TAG_FAR_KIND) {
		*p++ = ev->kind;
	} else {
		*p++ = TAG_FAR_KIND;
		*p++ = ev->kind;
	}
	*p++ = ev->flags;
	p = put_ts(k, p, ts);
	p = put_number(p, ev->id);
	p = put_number(p, size);
	if (is_short(size))
		return put_words(k->words[ev->kind % PACK_KINDS], body, size, p);
	return put_raw(body, size, p);
}

static void get_other(struct pack *k, struct input *in, uint8_t tag, union event *ev)
{
	uint8_t *body = (uint8_t *)ev + sizeof(ev->head);
	size_t size;

	ev->head.kind = tag == TAG_FAR_KIND ? get_byte(in) : tag;
	ev->head.flags = get_byte(in);
	ev->head.ts = get_ts(k, in);
	ev->head.id = get_id(in);
	size = (size_t)get_number_below(in, sizeof(*ev) - sizeof(ev->head) + 1);
	ev->head.size = (uint16_t)(size + sizeof(ev->head));
	if (is_short(size))
		get_words(k->words[ev->head.kind % PACK_KINDS], in, body, size);
	else
		get_raw(in, body, size);
}

void pack__init(struct pack *k, uint64_t ts)
{
	memset(k, 0, sizeof(*k));
	k->ts = ts;
}

size_t pack__put(struct pack *k, const struct event_head *ev, uint64_t ts, uint8_t *out)
{
	uint8_t *end;

	if (ev->kind == EVENT_SWITCH && ev->size == sizeof(struct event_switch))
		end = put_switch(k, (const struct event_switch *)ev, ts, out);
	else if (ev->kind == EVENT_WAKING && ev->size == sizeof(struct event_waking))
		end = put_waking(k, (const struct event_waking *)ev, ts, out);
	else
		end = put_other(k, ev, ts, out);
	return (size_t)(end - out);
}

int pack__get(struct pack *k, const uint8_t **at, const uint8_t *end, union event *ev)
{
	struct input in = { *at, end, false };
	uint8_t tag = get_byte(&in);

	if (tag & TAG_SWITCH)
		get_switch(k, &in, tag & ~TAG_SWITCH, &ev->switch_);
	else if (tag & TAG_WAKING)
		get_waking(k, &in, tag & ~TAG_WAKING, &ev->waking);
	else
		get_other(k, &in, tag, ev);
	*at = in.at;
	return in.bad ? -EINVAL : 0;
}
