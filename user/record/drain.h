/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * drain.h - moves records from the per-core rings and the side-band into a trace writer, and
 * knows which processes are traced (whose mappings are worth keeping).
 */
#ifndef TAKETURNS_DRAIN_H
#define TAKETURNS_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "user/record/maps.h"
#include "user/record/programs.h"
#include "user/trace/trace.h"

struct drain;

/* @sideband may be NULL. @all: keep every process's mappings. 0 or -errno. */
int drain__new(struct drain **out, const struct programs *p, uint32_t cpus,
	       struct sideband *sideband, struct trace_writer *writer, bool all);
void drain__free(struct drain *d);

/* Readable when a ring has filled past its threshold. */
int drain__epoll_fd(const struct drain *d);

/* Takes all there is. 0; -errno of the writer is kept in drain__error(), not returned: the rings
 * are emptied all the same. */
void drain__run(struct drain *d);

/* First error of the writer, 0 none. */
int drain__error(const struct drain *d);

/* A mapping found in /proc; also a maps_fn with the drain as ctx. */
int drain__map(void *drain, uint32_t cpu, const struct event_map *map);

/* Calls @fn with each traced process that has been introduced since the last call. */
void drain__new_processes(struct drain *d, void (*fn)(void *ctx, uint32_t pid), void *ctx);

/* Traced threads that were introduced and whose last switch has not come by yet. */
uint32_t drain__open_threads(const struct drain *d);

/* The command's first thread, by number; and has its last switch come by? */
void drain__watch(struct drain *d, uint32_t tid);
bool drain__has_ended(const struct drain *d);

/* Calls @fn with every traced process seen so far. */
void drain__each_process(const struct drain *d, void (*fn)(void *ctx, uint32_t pid), void *ctx);

/* Writes what the cores still have to say about lost records. Call last. Sums into @lost, @hidden. */
void drain__finish(struct drain *d, uint64_t ts, uint64_t *lost, uint64_t *hidden);

#endif /* TAKETURNS_DRAIN_H */
