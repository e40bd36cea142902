/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * maps.h - which files are mapped executable where: read once from /proc for processes that
 * exist, and from then on told by the kernel through perf's side-band records.
 */
#ifndef TAKETURNS_MAPS_H
#define TAKETURNS_MAPS_H

#include <stdint.h>
#include <sys/types.h>

#include "bpf/event.h"

/* Called with each mapping; @cpu: the core whose side-band told it. Non-zero ends the reading. */
typedef int (*maps_fn)(void *ctx, uint32_t cpu, const struct event_map *map);

/* Reads /proc/PID/maps; times are @ts. 0, -errno, or what @fn returned. */
int maps__read_proc(pid_t pid, uint64_t ts, maps_fn fn, void *ctx);

struct sideband;

/* Opens the side-band of each core, system-wide (needs CAP_PERFMON). 0 or -errno. */
int sideband__open(uint32_t cpus, struct sideband **out);
void sideband__free(struct sideband *s);

/* Takes what has come since the last call, in time order per core. */
int sideband__drain(struct sideband *s, maps_fn fn, void *ctx);

/* Records that the kernel could not deliver: some symbols will be missing. */
uint64_t sideband__lost(const struct sideband *s);

#endif /* TAKETURNS_MAPS_H */
