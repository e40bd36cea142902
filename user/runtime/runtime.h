/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * runtime.h - task runtimes: where in a program or library its coroutine switches can be seen.
 *
 * A runtime is one file in this folder with one `const struct runtime`, and one line in the
 * table of runtime.c. It looks at an ELF file and names probe points; bpf/task.bpf.c turns a hit
 * into an EVENT_TASK record as the point's fetch rules say; the model turns those into steps.
 * Opening ELF files happens with the invoking user's rights where the file may be the user's.
 */
#ifndef TAKETURNS_RUNTIME_H
#define TAKETURNS_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

/* A value at a probe: a register, and then up to two dereferences: *(*(reg + off0) + off1)... */
struct fetch {
	int16_t reg;	/* index into struct pt_regs in 8-byte words, see RT_*; -1 = no value */
	uint8_t derefs; /* 0: the register's own value plus add */
	int32_t add;	/* added to the register first */
	int32_t off[2];
};

/* struct pt_regs of x86-64 in 8-byte words (arch/x86/include/asm/ptrace.h) */
enum {
	RT_NONE = -1, RT_R15 = 0, RT_R14, RT_R13, RT_R12, RT_RBP, RT_RBX, RT_R11, RT_R10, RT_R9,
	RT_R8, RT_RAX, RT_RCX, RT_RDX, RT_RSI, RT_RDI, RT_ORIG_RAX, RT_RIP, RT_CS, RT_EFLAGS,
	RT_RSP, RT_SS
};

struct probe_point {
	uint64_t offset; /* in the file; an instruction that the kernel emulates if possible */
	uint8_t role;	 /* enum task_role */
	uint8_t single_stepped; /* 1: no emulated instruction was found: each hit costs ~11 us in a VM */
	uint16_t probe;	 /* number in the runtime's own list, kept in EVENT_TASK */
	struct fetch task;
	struct fetch aux;
	struct fetch name;
};

struct runtime {
	const char *name; /* "ucontext" */
	/* Could @path (an absolute path of a mapped file) hold this runtime? By name only: cheap. */
	int (*matches)(const char *path);
	/* Looks at the ELF file behind @fd and fills @points. Returns how many (0: not this runtime
	 * after all), or -errno with one line in @why. */
	int (*find)(int fd, struct probe_point *points, size_t max, char *why, size_t why_size);
	/* Why a task stops at a TASK_SWITCH or TASK_STOP of this probe: "yield" or "await" (enum step_end
	 * of model.h is not visible here: 0 await, 1 yield). */
	int (*end_of)(uint16_t probe);
};

extern const struct runtime *const runtimes[]; /* ended by NULL; the index is EVENT_TASK's runtime */

#endif /* TAKETURNS_RUNTIME_H */
