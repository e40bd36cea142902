/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * section.h - the bytes of the "symbols" section. Private to user/symbol/.
 *
 *   struct section_head, then `count` struct section_entry sorted by (space, ip), then
 *   `text_size` bytes of NUL-terminated texts; a text is named by its offset there, 0 = none
 */
#ifndef TAKETURNS_SECTION_H
#define TAKETURNS_SECTION_H

#include "user/symbol/symbol.h"

struct section_head {
	uint32_t count;
	uint32_t text_size;
};

struct section_entry {
	uint64_t ip;
	uint64_t offset;
	uint32_t space;
	uint32_t line;
	uint32_t function;
	uint32_t file;
	uint32_t object;
	uint32_t reserved;
};

struct section_builder;

struct section_builder *section__new(void);
int section__add(struct section_builder *b, uint32_t space, uint64_t ip, const struct symbol *s);
int section__finish(struct section_builder *b, void **data, size_t *size);
void section__free(struct section_builder *b);

#endif /* TAKETURNS_SECTION_H */
