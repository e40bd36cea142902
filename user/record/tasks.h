/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* tasks.h - attaches the probes of all task runtimes that this machine's libraries hold. */
#ifndef TAKETURNS_TASKS_H
#define TAKETURNS_TASKS_H

#include "user/record/programs.h"

struct tasks;

/* Looks for the runtimes of user/runtime/ and attaches their probes. NULL: there are none, or
 * they cannot be attached: recording goes on without task rows. Needs privilege. */
struct tasks *tasks__attach(struct programs *p);
void tasks__free(struct tasks *t);

#endif /* TAKETURNS_TASKS_H */
