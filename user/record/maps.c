/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * maps.c - see maps.h. The record layout is PERF_RECORD_MMAP2 of include/uapi/linux/perf_event.h;
 * the clock is set to CLOCK_MONOTONIC, so times compare with those of BPF.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "user/record/maps.h"

#define DATA_PAGES 64 /* per core; a power of two */

struct side_ring {
	int fd;
	struct perf_event_mmap_page *page;
	unsigned char *data;
	size_t size;
};

struct sideband {
	uint32_t cpus;
	uint64_t lost;
	struct side_ring *rings;
};

/* A path that does not fit is cut, which makes it useless: kept as what it is, unknown. */
static void set_name(struct event_map *map, const char *name, size_t len)
{
	if (len >= sizeof(map->name))
		len = 0;
	memcpy(map->name, name, len);
	memset(map->name + len, 0, sizeof(map->name) - len);
}

static void event_map__init(struct event_map *map, uint64_t ts)
{
	memset(map, 0, sizeof(*map));
	map->head.ts = ts;
	map->head.kind = EVENT_MAP;
	map->head.size = sizeof(*map);
}

int maps__read_proc(pid_t pid, uint64_t ts, maps_fn fn, void *ctx)
{
	char path[32], line[4096 + 128], perms[5];
	struct event_map map;
	int err = 0, name_at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!err && fgets(line, sizeof(line), f)) {
		uint64_t to;

		event_map__init(&map, ts);
		map.pid = map.tid = (uint32_t)pid;
		name_at = 0;
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
			   &map.addr, &to, perms, &map.offset, &map.dev_major, &map.dev_minor,
			   &map.inode, &name_at) < 7 ||
		    perms[2] != 'x' || to <= map.addr || !name_at)
			continue;
		map.len = to - map.addr;
		set_name(&map, line + name_at, strlen(line + name_at));
		err = fn(ctx, 0, &map);
	}
	fclose(f);
	return err;
}

static int side_ring__open(struct side_ring *r, uint32_t cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.mmap = 1,
		.mmap2 = 1,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.wakeup_watermark = 1u << 30, /* never: it is read by the recorder's clock */
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	r->fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (r->fd < 0)
		return errno == ENODEV ? 0 : -errno; /* ENODEV: the core is offline */
	r->size = DATA_PAGES * page;
	r->page = mmap(NULL, r->size + page, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->page == MAP_FAILED) {
		r->page = NULL;
		return -errno;
	}
	r->data = (unsigned char *)r->page + page;
	return 0;
}

int sideband__open(uint32_t cpus, struct sideband **out)
{
	struct sideband *s = calloc(1, sizeof(*s));
	int err = 0;

	if (!s)
		return -ENOMEM;
	s->rings = calloc(cpus, sizeof(*s->rings));
	if (!s->rings) {
		free(s);
		return -ENOMEM;
	}
	s->cpus = cpus;
	for (uint32_t i = 0; i < cpus; i++)
		s->rings[i].fd = -1;
	for (uint32_t i = 0; i < cpus && !err; i++)
		err = side_ring__open(&s->rings[i], i);
	if (err) {
		sideband__free(s);
		return err;
	}
	*out = s;
	return 0;
}

void sideband__free(struct sideband *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->cpus; i++) {
		if (s->rings[i].page)
			munmap(s->rings[i].page, s->rings[i].size + (size_t)sysconf(_SC_PAGESIZE));
		if (s->rings[i].fd >= 0)
			close(s->rings[i].fd);
	}
	free(s->rings);
	free(s);
}

/* PERF_RECORD_MMAP2 with the sample_id fields that side_ring__open() asked for. */
struct record_mmap2 {
	struct perf_event_header head;
	uint32_t pid, tid;
	uint64_t addr, len, pgoff;
	uint32_t maj, min;
	uint64_t ino, ino_generation;
	uint32_t prot, flags;
	char filename[];
};

static int take_mmap2(const unsigned char *rec, size_t size, uint32_t cpu, maps_fn fn, void *ctx)
{
	const struct record_mmap2 *r = (const void *)rec;
	struct event_map map;
	uint64_t ts;
	size_t len;

	if (size < sizeof(*r) + 16) /* sample_id: pid, tid, time */
		return 0;
	memcpy(&ts, rec + size - 8, sizeof(ts));
	event_map__init(&map, ts);
	map.pid = r->pid;
	map.tid = r->tid;
	map.addr = r->addr;
	map.len = r->len;
	map.offset = r->pgoff;
	map.inode = r->ino;
	map.dev_major = r->maj;
	map.dev_minor = r->min;
	len = strnlen(r->filename, size - sizeof(*r) - 16);
	set_name(&map, r->filename, len);
	return fn(ctx, cpu, &map);
}

static int side_ring__drain(struct sideband *s, uint32_t cpu, maps_fn fn, void *ctx)
{
	struct side_ring *r = &s->rings[cpu];
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = r->page->data_tail;
	unsigned char rec[8192] __attribute__((aligned(8)));
	int err = 0;

	while (tail < head && !err) {
		struct perf_event_header h;

		for (size_t i = 0; i < sizeof(h); i++)
			((unsigned char *)&h)[i] = r->data[(tail + i) % r->size];
		if (h.size < sizeof(h) || h.size > sizeof(rec))
			break;
		for (size_t i = 0; i < h.size; i++)
			rec[i] = r->data[(tail + i) % r->size];
		if (h.type == PERF_RECORD_MMAP2)
			err = take_mmap2(rec, h.size, cpu, fn, ctx);
		else if (h.type == PERF_RECORD_LOST)
			s->lost++;
		tail += h.size;
	}
	__atomic_store_n(&r->page->data_tail, tail, __ATOMIC_RELEASE);
	return err;
}

int sideband__drain(struct sideband *s, maps_fn fn, void *ctx)
{
	int err = 0;

	for (uint32_t cpu = 0; cpu < s->cpus && !err; cpu++)
		if (s->rings[cpu].page)
			err = side_ring__drain(s, cpu, fn, ctx);
	return err;
}

uint64_t sideband__lost(const struct sideband *s)
{
	return s->lost;
}
