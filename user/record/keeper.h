/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * keeper.h - the one small process that keeps privilege while the rest records as the user.
 *
 * It switches BPF run-time statistics on for short windows and reads them at the end. It keeps
 * CAP_SYS_ADMIN (to switch them), CAP_BPF and CAP_PERFMON, and nothing else; writes no file,
 * opens no path, and takes single-byte requests. When the recorder goes away, it ends.
 */
#ifndef TAKETURNS_KEEPER_H
#define TAKETURNS_KEEPER_H

#include <sys/types.h>

#include "user/record/programs.h"

struct keeper {
	int sock;
	pid_t pid;
};

/* Forks it. Call while privileged, before any thread exists. 0 or -errno. */
int keeper__start(struct keeper *k, const struct programs *p);

/* Recording has begun: measure from now on, in short windows. */
void keeper__begin(struct keeper *k);

/* Ends it; fills in what was measured. Returns how many programs, 0 if it could not measure. */
uint32_t keeper__end(struct keeper *k, struct trace_program *out, uint32_t max);

#endif /* TAKETURNS_KEEPER_H */
