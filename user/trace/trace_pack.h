/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_pack.h - one record to few bytes and back. Private to user/trace/.
 *
 * What the records of a chunk have in common is remembered on both sides, in the same order:
 * which thread runs, how threads left lately, recent instruction pointers, the last short
 * record of each kind. Nothing outlives a chunk. docs/format.md has the encoding.
 *
 * Packing allocates nothing and looks at two table slots at most.
 */
#ifndef TAKETURNS_TRACE_PACK_H
#define TAKETURNS_TRACE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

#define PACK_FACTS	256
#define PACK_IPS	256
#define PACK_KINDS	16
#define PACK_WORDS	8
#define PACK_RECORD_MAX 512 /* no record takes more bytes packed */

/* A way to leave a core that was seen in this chunk, and where that was last. */
struct pack_facts {
	uint64_t key; /* flags, state, syscall, file, stack, resched */
	uint64_t ip;
	uint64_t arg;
	uint8_t detail;
	uint8_t used; /* the packing side's own */
};

struct pack {
	uint64_t ts;	    /* of the record before */
	uint64_t ip;	    /* the last one that was not 0 */
	uint32_t running;   /* `next` of the switch before */
	uint16_t target;    /* of the waking before */
	uint8_t facts_last; /* the packing side's own: not to be evicted */
	struct pack_facts facts[PACK_FACTS];
	uint64_t ips[PACK_IPS];
	uint64_t words[PACK_KINDS][PACK_WORDS];
};

/* Begins a chunk whose first record is at @ts. */
void pack__init(struct pack *k, uint64_t ts);

/* Packs @ev as of @ts (not before the record before) to @out, which has PACK_RECORD_MAX bytes
 * of room. @ev->size: sizeof(struct event_head) .. sizeof(union event). Returns the length. */
size_t pack__put(struct pack *k, const struct event_head *ev, uint64_t ts, uint8_t *out);

/* Unpacks the record at *@at, which lies before @end, and moves *@at behind it. The record is
 * exactly what was packed: its size is within the union, but not yet checked against its kind.
 * Returns 0; -EINVAL if it is cut off or a number in it is out of range. */
int pack__get(struct pack *k, const uint8_t **at, const uint8_t *end, union event *ev);

#endif /* TAKETURNS_TRACE_PACK_H */
