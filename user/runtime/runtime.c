/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* runtime.c - the table of task runtimes. The order is part of the trace format: add at the end. */
#include <stddef.h>

#include "user/runtime/runtime.h"

extern const struct runtime ucontext_runtime;

const struct runtime *const runtimes[] = { &ucontext_runtime, NULL };
