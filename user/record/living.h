/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* living.h - names the descendants of a command that live on after it. */
#ifndef TAKETURNS_LIVING_H
#define TAKETURNS_LIVING_H

#include <stdint.h>

/* Adds process @pid, if it is still there, to @result (a struct session_result). */
void living__name(void *result, uint32_t pid);

#endif /* TAKETURNS_LIVING_H */
