/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * drain.c - see drain.h. Runs at real-time priority while recording: it copies and packs,
 * formats nothing, and allocates only when a new process is seen.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/drain.h"

struct source {
	struct drain *drain;
	uint32_t cpu;
};

struct drain {
	const struct programs *programs;
	struct sideband *sideband;
	struct trace_writer *writer;
	struct ring_buffer *rings;
	struct source *sources;
	uint32_t cpus;
	bool all;
	int error;
	uint32_t open_threads;
	uint32_t watched_tid;
	uint32_t watched_id;
	bool watched_ended;

	/* processes with traced threads: an open-addressing set, 0 = free */
	uint32_t *pids;
	uint32_t pid_slots; /* a power of two */
	uint32_t pid_count;

	/* those not yet told by drain__new_processes() */
	uint32_t *fresh;
	uint32_t fresh_count;
	uint32_t fresh_room;
};

static bool pids__insert(uint32_t *slots, uint32_t count, uint32_t pid)
{
	uint32_t at = (pid * 2654435761u) & (count - 1);

	while (slots[at]) {
		if (slots[at] == pid)
			return false;
		at = (at + 1) & (count - 1);
	}
	slots[at] = pid;
	return true;
}

static bool pids__has(const struct drain *d, uint32_t pid)
{
	uint32_t at = (pid * 2654435761u) & (d->pid_slots - 1);

	while (d->pids[at]) {
		if (d->pids[at] == pid)
			return true;
		at = (at + 1) & (d->pid_slots - 1);
	}
	return false;
}

static int pids__grow(struct drain *d)
{
	uint32_t slots = d->pid_slots ? d->pid_slots * 2 : 1024;
	uint32_t *bigger = calloc(slots, sizeof(*bigger));

	if (!bigger)
		return -ENOMEM;
	for (uint32_t i = 0; i < d->pid_slots; i++)
		if (d->pids[i])
			pids__insert(bigger, slots, d->pids[i]);
	free(d->pids);
	d->pids = bigger;
	d->pid_slots = slots;
	return 0;
}

static void note_process(struct drain *d, uint32_t pid)
{
	if (!pid || pids__has(d, pid))
		return;
	if (d->pid_count * 2 >= d->pid_slots && pids__grow(d))
		return; /* out of memory: its symbols will be missing */
	pids__insert(d->pids, d->pid_slots, pid);
	d->pid_count++;
	if (d->fresh_count == d->fresh_room) {
		uint32_t room = d->fresh_room ? d->fresh_room * 2 : 64;
		uint32_t *bigger = realloc(d->fresh, room * sizeof(*bigger));

		if (!bigger)
			return;
		d->fresh = bigger;
		d->fresh_room = room;
	}
	d->fresh[d->fresh_count++] = pid;
}

static void note_thread(struct drain *d, const struct event_thread *ev)
{
	note_process(d, ev->pid);
	d->open_threads++;
	if (ev->tid == d->watched_tid && !d->watched_id)
		d->watched_id = ev->head.id;
}

static void note_end(struct drain *d, uint32_t id)
{
	if (d->open_threads)
		d->open_threads--;
	if (id == d->watched_id)
		d->watched_ended = true;
}

static void drain__write(struct drain *d, uint32_t stream, const struct event_head *ev)
{
	int err;

	if (d->error)
		return; /* a full disk: go on emptying the rings, keep what is written */
	err = trace_writer__append(d->writer, stream, ev);
	if (err)
		d->error = err;
}

static int take_record(void *ctx, void *data, size_t size)
{
	struct source *s = ctx;
	const struct event_head *ev = data;

	if (size < sizeof(*ev) || ev->size > size)
		return 0;
	if (ev->kind == EVENT_THREAD && ev->flags & THREAD_TRACED)
		note_thread(s->drain, data);
	else if (ev->kind == EVENT_COUNTERS && ev->flags & COUNTERS_FINAL)
		note_end(s->drain, ev->id);
	drain__write(s->drain, s->cpu, ev);
	return 0;
}

int drain__map(void *drain, uint32_t cpu, const struct event_map *map)
{
	struct drain *d = drain;

	if (d->all || pids__has(d, map->pid))
		drain__write(d, d->cpus + cpu, &map->head);
	return 0;
}

void drain__run(struct drain *d)
{
	for (uint32_t cpu = 0; cpu < d->cpus; cpu++)
		programs__core(d->programs, cpu)->called = 0;
	ring_buffer__consume(d->rings);
	if (d->sideband)
		sideband__drain(d->sideband, drain__map, d);
}

void drain__new_processes(struct drain *d, void (*fn)(void *ctx, uint32_t pid), void *ctx)
{
	for (uint32_t i = 0; i < d->fresh_count; i++)
		fn(ctx, d->fresh[i]);
	d->fresh_count = 0;
}

uint32_t drain__open_threads(const struct drain *d)
{
	return d->open_threads;
}

void drain__watch(struct drain *d, uint32_t tid)
{
	d->watched_tid = tid;
}

bool drain__has_ended(const struct drain *d)
{
	return d->watched_ended;
}

void drain__each_process(const struct drain *d, void (*fn)(void *ctx, uint32_t pid), void *ctx)
{
	for (uint32_t i = 0; i < d->pid_slots; i++)
		if (d->pids[i])
			fn(ctx, d->pids[i]);
}

int drain__epoll_fd(const struct drain *d)
{
	return ring_buffer__epoll_fd(d->rings);
}

int drain__error(const struct drain *d)
{
	return d->error;
}

void drain__finish(struct drain *d, uint64_t ts, uint64_t *lost, uint64_t *hidden)
{
	for (uint32_t cpu = 0; cpu < d->cpus; cpu++) {
		const struct core *core = programs__core(d->programs, cpu);
		struct event_missing ev = { .since = core->lost_since, .count = core->lost };

		*lost += core->lost_total;
		*hidden += core->hidden_total;
		if (!core->lost)
			continue;
		ev.head = (struct event_head){ .ts = ts, .kind = EVENT_LOST, .size = sizeof(ev) };
		drain__write(d, cpu, &ev.head);
	}
}

static int add_rings(struct drain *d)
{
	for (uint32_t cpu = 0; cpu < d->cpus; cpu++) {
		int fd = programs__ring_fd(d->programs, cpu);
		int err;

		d->sources[cpu] = (struct source){ d, cpu };
		if (!d->rings) {
			d->rings = ring_buffer__new(fd, take_record, &d->sources[cpu], NULL);
			err = d->rings ? 0 : -errno;
		} else {
			err = ring_buffer__add(d->rings, fd, take_record, &d->sources[cpu]);
		}
		if (err)
			return err;
	}
	return 0;
}

int drain__new(struct drain **out, const struct programs *p, uint32_t cpus,
	       struct sideband *sideband, struct trace_writer *writer, bool all)
{
	struct drain *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->programs = p;
	d->sideband = sideband;
	d->writer = writer;
	d->cpus = cpus;
	d->all = all;
	d->sources = calloc(cpus, sizeof(*d->sources));
	err = d->sources ? pids__grow(d) : -ENOMEM;
	if (!err)
		err = add_rings(d);
	if (err) {
		drain__free(d);
		return err;
	}
	*out = d;
	return 0;
}

void drain__free(struct drain *d)
{
	if (!d)
		return;
	ring_buffer__free(d->rings);
	free(d->sources);
	free(d->pids);
	free(d->fresh);
	free(d);
}
