/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * symbol.h - from instruction pointers to functions, files and lines.
 *
 * When recording ends, symbol__resolve() walks the trace once with the model, collects every
 * (address space, instruction pointer) that a switch or a task's entry names, finds the mapped
 * file, and resolves it with elfutils: .symtab, separate debug files by build-id or debuglink,
 * else the nearest dynamic symbol; DWARF lines where there are any; the vDSO. Files are opened
 * with the rights of the caller (which has dropped its privileges by then).
 * The result is a section of the trace, "symbols", so that a trace can be read elsewhere.
 */
#ifndef TAKETURNS_SYMBOL_H
#define TAKETURNS_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

#include "user/trace/trace.h"

#define SYMBOL_SECTION "symbols"

struct symbol {
	const char *function; /* NULL unknown */
	const char *file;     /* source file, NULL unknown */
	const char *object;   /* the ELF file it is in (or "[vdso]"), NULL unknown */
	uint64_t offset;      /* of the address in the function (in the object, if no function) */
	uint32_t line;	      /* 0 unknown */
};

/* Resolves all addresses of @t into a malloc'ed section image (*@data, *@size; free()).
 * A file that cannot be read or parsed leaves its addresses unresolved: no error.
 * Returns 0, -ENOMEM, or the reader's error with @err. */
int symbol__resolve(const struct trace *t, void **data, size_t *size, struct trace_error *err);

/* The resolved table of a trace; checks every offset. A trace without the section gives an
 * empty table. Returns NULL with errno (EINVAL damaged, ENOMEM). */
struct symbol_table;
struct symbol_table *symbol_table__new(const struct trace *t);
void symbol_table__free(struct symbol_table *s);

/* Looks up @ip of address space @space (both as the model gives them). Strings belong to the
 * table. Returns NULL where nothing at all is known of it. */
const struct symbol *symbol_table__find(const struct symbol_table *s, uint32_t space, uint64_t ip);

#endif /* TAKETURNS_SYMBOL_H */
