/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * programs.h - the BPF programs loaded, with their rings and maps. The only user of the
 * skeleton. Needs CAP_BPF and CAP_PERFMON (or root) until programs__attach() has returned; the
 * walk and everything read through memory work without privilege afterwards.
 */
#ifndef TAKETURNS_PROGRAMS_H
#define TAKETURNS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/core.h"
#include "user/trace/trace.h"

struct programs_opts {
	uint32_t cpus;	    /* possible cores */
	size_t buffer_size; /* per core, bytes, a power of two and at least a page */
	bool all;	    /* every thread is traced */
	bool inherit;	    /* children of traced threads are traced */
	uint64_t cgroup_id; /* -G, 0 none */
};

struct programs;

/* Loads everything that this kernel has. Returns 0; or -errno: -EPERM no privilege, -ENOENT no
 * kernel BTF, others from the kernel; then @why gets one line. */
int programs__load(const struct programs_opts *opts, struct programs **out, char *why,
		   size_t why_size);
void programs__free(struct programs *p);

/* Attaches all loaded programs; they do nothing until a core's `on` is set. 0 or -errno. */
int programs__attach(struct programs *p, char *why, size_t why_size);

/* TRACE_HAS_*: what can be known on this kernel with these privileges. */
uint32_t programs__features(const struct programs *p);

struct core *programs__core(const struct programs *p, uint32_t cpu);
int programs__ring_fd(const struct programs *p, uint32_t cpu);
int programs__threads_fd(const struct programs *p);
int programs__cores_fd(const struct programs *p);
int programs__rings_fd(const struct programs *p);

/* Adds a process or thread number that the walk looks for. Before dropping privilege. */
int programs__target(struct programs *p, uint32_t nr);

/* Walks over all threads of the system. @kind: WALK_*. Returns how many were newly marked, or
 * -errno. Up to PROGRAMS_WALKS walks; works after privilege is dropped. */
#define PROGRAMS_WALKS 8
int programs__walk(struct programs *p, enum walk_kind kind);

/* Run-time statistics so far; needs privilege on some kernels. Returns how many. */
uint32_t programs__stats(const struct programs *p, struct trace_program *out, uint32_t max);

/* Detaches everything (links closed). */
void programs__detach(struct programs *p);

#endif /* TAKETURNS_PROGRAMS_H */
