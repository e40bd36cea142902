/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cgroup.h - from a cgroup's path to the number that the kernel knows it by. */
#ifndef TAKETURNS_CGROUP_H
#define TAKETURNS_CGROUP_H

#include <stdint.h>

/* @path: absolute, or below the cgroup2 mount. Returns 0; -ENOENT no such cgroup, -ENOTDIR not
 * in a cgroup2 file system, -ENODEV no cgroup2 is mounted. */
int cgroup__id(const char *path, uint64_t *id);

#endif /* TAKETURNS_CGROUP_H */
