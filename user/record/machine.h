/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* machine.h - facts about this machine that stand in every trace. */
#ifndef TAKETURNS_MACHINE_H
#define TAKETURNS_MACHINE_H

#include <stdint.h>

struct machine {
	char kernel[65];
	char arch[65];
	char host_virtual[16]; /* "none", "kvm", ... "unknown" */
	char preemption[16];   /* none voluntary full lazy rt unknown */
	uint32_t cpus;	       /* possible */
	uint32_t online;
	uint32_t hz;		/* 0 unknown */
	uint64_t base_slice_ns; /* 0 unknown */
	uint32_t elf_machine;	/* EM_X86_64, EM_AARCH64 */
};

/* Fills in what can be found out; never fails. */
void machine__read(struct machine *m);

#endif /* TAKETURNS_MACHINE_H */
