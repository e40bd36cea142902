/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* fmt.h - times, sizes and lists as text, both ways. Parsers take the whole text or nothing. */
#ifndef TAKETURNS_FMT_H
#define TAKETURNS_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FMT_SIZE 32

/* "850 ns", "12.3 us", "4.02 ms", "1.50 s": three significant digits. Returns @buf. */
const char *fmt__duration(char buf[FMT_SIZE], uint64_t ns);

/* "12", "4 321", "1 234 567": digits in groups. Returns @buf. */
const char *fmt__count(char buf[FMT_SIZE], uint64_t n);

/* "512 B", "34.1 KB", "8.0 MB". Returns @buf. */
const char *fmt__bytes(char buf[FMT_SIZE], uint64_t n);

/* "10ms", "1.5", "2m": units ns us ms s m; a bare number is seconds. 0 or -EINVAL. */
int parse__duration(const char *text, uint64_t *ns);

/* "10ms..25ms", "..1", "5ms..": half-open; an empty side is the beginning or the end (UINT64_MAX). */
int parse__window(const char *text, uint64_t *from_ns, uint64_t *to_ns);

/* "4096", "8M": K M G are powers of 1024. 0 or -EINVAL. */
int parse__size(const char *text, uint64_t *bytes);

/* "1,2,5-7": numbers up to @highest; malloc'ed into *@list. 0, -EINVAL or -ENOMEM. */
int parse__list(const char *text, uint32_t highest, uint32_t **list, uint32_t *count);

#endif /* TAKETURNS_FMT_H */
