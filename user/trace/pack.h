/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * pack.h - how records become bytes in a chunk, and back. Private to user/trace/.
 *
 * A chunk stands alone: packing starts from a fresh `struct pack`. First byte of a record: kind in
 * the low four bits (15: see below), then a difference of times (varint, ns) and, by kind:
 *
 *   switch   bit 4: prev is the thread that came last here (else its id follows, varint);
 *            next (varint); shape; ip; if bit 5 arg (varint); if bit 6 resched_by (varint)
 *   waking   bit 4: new, bit 5: on_cpu; id, by, target (varints); if bit 6 irq, vector (bytes)
 *   others   flags (byte), id (varint), size (varint), stored (varint), that many bytes of what
 *            follows the head; the rest of it is zeros. Kind 15: the kind follows the first byte.
 *
 * shape = all the small fields of a switch together: a byte n > 0 names slot n - 1 of a table
 * of those seen in this chunk; 0 is followed by the fields, which take the slot that their hash
 * names. The ip likewise. Both sides fill the tables alike.
 */
#ifndef TAKETURNS_PACK_H
#define TAKETURNS_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

#define PACK_SLOTS 64
/* No packed record is longer. */
#define PACK_MAX (sizeof(union event) + 48)

struct shape {
	uint16_t state;
	int16_t syscall;
	uint8_t flags;
	uint8_t file;
	uint8_t stack;
	uint8_t resched;
	uint8_t detail;
};

struct pack {
	uint64_t ts;
	uint32_t next; /* the thread that came last */
	struct shape shapes[PACK_SLOTS];
	uint64_t ips[PACK_SLOTS];
};

/* @ts: the chunk's first time. */
void pack__init(struct pack *p, uint64_t ts);

/* Appends @ev (its ts not before the last one's) at @out, which has room for PACK_MAX. Returns
 * the number of bytes. */
size_t pack__put(struct pack *p, const struct event_head *ev, uint8_t *out);

/* Reads one record from [@at, @end) into @ev; what the file does not hold is zero, texts are
 * NUL-terminated, and the size is at least that of the kind's struct. Returns the number of
 * bytes, 0 if they make no record. */
size_t pack__get(struct pack *p, const uint8_t *at, const uint8_t *end, union event *ev);

#endif /* TAKETURNS_PACK_H */
