/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * maps.bpf.h - what the BPF programs share: a slot per core, a slot per thread, a ring per
 * core, and how a record gets into a ring.
 *
 * Cheapest first: the core's slot (an array lookup, no lock) carries what belongs to the
 * thread that runs there; the thread's slot (task storage) is looked at once a switch.
 */
#ifndef TAKETURNS_MAPS_BPF_H
#define TAKETURNS_MAPS_BPF_H

#include "vmlinux/vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/core.h"
#include "bpf/event.h"

/* Per thread; lives as long as the kernel's task does. */
struct thread_slot {
	u32 id; /* 0: not given yet */
	u8 traced;
	u8 inherit; /* its children are traced too */
	u8 walked; /* the start-up walk has been here */
	u8 reserved;
	struct event_sched sched; /* as last recorded */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_slot);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set to the number of possible cores before loading */
	__type(key, u32);
	__type(value, struct core);
} cores SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* the real ones are made by the recorder */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* as cores */
	__type(key, u32);
	__array(values, struct ring);
} rings SEC(".maps");

/* Where and when a program runs. */
struct here {
	struct core *core;
	u64 ts; /* ns, CLOCK_MONOTONIC */
	u32 cpu;
};

static __always_inline struct core *this_core(void)
{
	u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cores, &cpu);
}

/* False: this core is not recorded (now). */
static __always_inline bool here__init(struct here *here)
{
	here->cpu = bpf_get_smp_processor_id();
	here->core = bpf_map_lookup_elem(&cores, &here->cpu);
	if (!here->core || !here->core->on)
		return false;
	here->ts = bpf_ktime_get_ns();
	return true;
}

/* A record was refused: count it, and remember since when. */
static __always_inline void here__lose(const struct here *here)
{
	struct core *core = here->core;

	if (!core->lost)
		core->lost_since = here->ts;
	core->lost++;
	core->lost_total++;
}

/* Says in place how many records were refused, once there is room again. */
static __noinline int ring__confess(void *ring, const struct here *here)
{
	struct core *core = here->core;
	struct event_missing *ev = bpf_ringbuf_reserve(ring, sizeof(*ev), 0);

	if (!ev)
		return -1;
	ev->head.ts = here->ts;
	ev->head.kind = EVENT_LOST;
	ev->head.flags = 0;
	ev->head.size = sizeof(*ev);
	ev->head.id = 0;
	ev->since = core->lost_since;
	ev->count = core->lost;
	bpf_ringbuf_submit(ev, BPF_RB_NO_WAKEUP);
	core->lost = 0;
	return 0;
}

/*
 * Room for a record of @size (a constant) in this core's ring, its head filled in; NULL: lost,
 * and counted. The caller fills in the rest and calls event__submit().
 */
static __always_inline void *event__reserve(const struct here *here, u8 kind, const u64 size)
{
	struct event_head *ev;
	u32 cpu = here->cpu;
	void *ring = bpf_map_lookup_elem(&rings, &cpu);

	if (!ring)
		return 0;
	if (here->core->lost && ring__confess(ring, here)) {
		here__lose(here);
		return 0;
	}
	ev = bpf_ringbuf_reserve(ring, size, 0);
	if (!ev) {
		here__lose(here);
		return 0;
	}
	ev->ts = here->ts;
	ev->kind = kind;
	ev->flags = 0;
	ev->size = size;
	ev->id = 0;
	return ev;
}

/*
 * Hands the record to the reader without waking it: it comes by itself, by its clock. Only
 * when a quarter of the ring has filled up since it last came is it called, and once
 * (one wake-up per record above a threshold would cost microseconds each).
 */
static __always_inline void event__submit(const struct here *here, void *ev)
{
	struct core *core = here->core;
	u64 flags = BPF_RB_NO_WAKEUP;

	if ((++core->records & 255) == 0 && !core->called) {
		u32 cpu = here->cpu;
		void *ring = bpf_map_lookup_elem(&rings, &cpu);

		if (ring && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > core->call_at) {
			core->called = 1;
			flags = BPF_RB_FORCE_WAKEUP;
		}
	}
	bpf_ringbuf_submit(ev, flags);
}

#endif /* TAKETURNS_MAPS_BPF_H */
