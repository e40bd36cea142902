/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* text.h - hostile bytes made harmless: names of threads and files can hold anything. */
#ifndef TAKETURNS_TEXT_H
#define TAKETURNS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one UTF-8 character from [@s, @s + @len). Returns its length; 0 if it is not valid
 * (overlong, surrogate, cut off), then one byte is to be passed over. */
size_t utf8__decode(const char *s, size_t len, uint32_t *code);

/* True for what must not reach a terminal or a page: control characters, bidirectional
 * overrides, zero-width and line separator characters. */
bool code__is_harmful(uint32_t code);

/* Columns that a character takes on a terminal: 0, 1 or 2. */
unsigned int code__width(uint32_t code);

/* Columns of a text made by text__safe(). */
size_t text__width(const char *s);

/* Copies @src (NUL-terminated) to @dst, at most @columns wide (0 = no limit) and @size bytes with
 * NUL; harmful or invalid characters become '?', with @ascii all that is not 7-bit. A text that
 * is cut ends in "..". Returns @dst. */
char *text__safe(char *dst, size_t size, const char *src, size_t columns, bool ascii);

#endif /* TAKETURNS_TEXT_H */
