/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* words.h - a switch in plain English, the same words in every view. */
#ifndef TAKETURNS_WORDS_H
#define TAKETURNS_WORDS_H

#include <stddef.h>

#include "user/model/model.h"
#include "user/symbol/symbol.h"

/* "pre-empted in its own code (its slice was used up)", "waited for a pipe", "gave way
 * (sched_yield)". Returns @buf. */
char *words__reason(char *buf, size_t size, const struct turn *t);

/* Shorter: "pre-empted: slice used up", "waits for a pipe". Returns @buf. */
char *words__short(char *buf, size_t size, const struct turn *t);

/* "slice used up", "a woken thread was due first", ... */
const char *words__cause(enum cause c);

/* "a pipe", "a lock or another thread (futex)", ... */
const char *words__waits_on(enum waits_on w);

/* "main.c:12 in worker", "read+0x1d (libc.so.6)", "" where nothing is known. Harmless text. */
char *words__where(char *buf, size_t size, const struct symbol *s, bool ascii);

#endif /* TAKETURNS_WORDS_H */
