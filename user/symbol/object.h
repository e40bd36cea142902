/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* object.h - one ELF file, asked for functions and lines by file offset. Private to user/symbol/. */
#ifndef TAKETURNS_OBJECT_H
#define TAKETURNS_OBJECT_H

#include "bpf/event.h"
#include "user/symbol/symbol.h"

struct object_name {
	uint64_t inode; /* 0 unknown */
	char path[EVENT_PATH_SZ];
};

struct object;

/* Opens the file, with separate debug files; "[vdso]" is this process's own. NULL: not there,
 * replaced meanwhile, or no ELF file. */
struct object *object__open(const struct object_name *name);

/* Fills in function, offset, file and line as far as known. Strings live until object__close(). */
void object__find(struct object *o, uint64_t file_offset, struct symbol *out);
void object__close(struct object *o);

#endif /* TAKETURNS_OBJECT_H */
