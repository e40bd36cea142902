/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* probe.h - what a task runtime's probe reads, shared by bpf/task.bpf.c and the recorder. */
#ifndef TAKETURNS_PROBE_H
#define TAKETURNS_PROBE_H

#include "bpf/event.h"

#define PROBES_MAX 1024

/* A register, and up to two dereferences (user/runtime/runtime.h's struct fetch). */
struct probe_fetch {
	ev_s32 reg; /* 8-byte word of struct pt_regs, -1 none */
	ev_u32 derefs;
	ev_s32 add;
	ev_s32 off[2];
};

struct probe_rule {
	ev_u16 runtime;
	ev_u16 probe;
	ev_u32 role; /* enum task_role */
	struct probe_fetch task;
	struct probe_fetch aux;
	struct probe_fetch name;
};

#endif /* TAKETURNS_PROBE_H */
