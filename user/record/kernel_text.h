/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* kernel_text.h - where a few kernel functions are, so that BPF can tell who called schedule(). */
#ifndef TAKETURNS_KERNEL_TEXT_H
#define TAKETURNS_KERNEL_TEXT_H

#include <stdbool.h>

#include "bpf/core.h"

struct kernel_text {
	struct text_range schedule[2];
	struct text_range yield[2];
	struct text_range exit[EXIT_RANGES];
};

/* Reads /proc/kallsyms. False where addresses are hidden (kptr_restrict) or names are missing:
 * then yields cannot be told from pre-emptions inside sched_yield, and are called unclear. */
bool kernel_text__read(struct kernel_text *t);

#endif /* TAKETURNS_KERNEL_TEXT_H */
