/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * layout.h - the trace file's bytes. Private to user/trace/.
 *
 *   file     = header, then blocks one after the other to the end
 *   block    = struct block_head, then `size` bytes
 *   BLOCK_INFO     fields of struct trace_info: { u16 tag, u16 0, u32 size, bytes }...
 *   BLOCK_CHUNK    `count` packed records of one stream, in time order (pack.h)
 *   BLOCK_SECTION  16 bytes of name, then the section; the last one of a name counts
 *   BLOCK_END      fields, as in BLOCK_INFO
 *
 * All numbers have the writer's byte order, which the header names. A reader walks from block to
 * block; so a file that was never closed is read up to its last whole block, and types and tags
 * that it does not know are passed over. A new meaning of what exists here needs a new version.
 */
#ifndef TAKETURNS_LAYOUT_H
#define TAKETURNS_LAYOUT_H

#include <stdint.h>

#define FILE_MAGIC    "taketrns"
#define FILE_VERSION  1
#define FILE_ORDER    0x01020304u
#define BLOCK_MAGIC   0x6b6c4274u /* "tBlk" */
#define SECTION_NAME  16
#define CHUNK_SIZE    32768 /* packed bytes at which a chunk is written out */

enum { FILE_INCOMPLETE = 1 << 0 };

struct file_head {
	char magic[8];
	uint32_t version;
	uint32_t order;
	uint32_t size; /* of this header: where blocks begin */
	uint32_t flags;
	uint64_t reserved;
};

enum block_type { BLOCK_INFO = 1, BLOCK_CHUNK = 2, BLOCK_SECTION = 3, BLOCK_END = 4 };

struct block_head {
	uint32_t magic;
	uint32_t type;
	uint32_t size;	 /* bytes that follow */
	uint32_t crc;	 /* zlib's crc32 of them */
	uint32_t stream; /* of a chunk */
	uint32_t count;	 /* records in a chunk */
	uint64_t first_ts;
	uint64_t last_ts;
};

struct field_head {
	uint16_t tag;
	uint16_t reserved;
	uint32_t size;
};

/* Tags are never reused. */
enum info_tag {
	INFO_ARG = 1, /* once per word of the command */
	INFO_TARGET,
	INFO_KERNEL,
	INFO_MACHINE,
	INFO_VIRTUAL,
	INFO_PREEMPTION,
	INFO_USER,
	INFO_VERSION,
	INFO_CPUS,
	INFO_ONLINE,
	INFO_HZ,
	INFO_BASE_SLICE,
	INFO_START_MONO,
	INFO_START_BOOT,
	INFO_START_REAL,
	INFO_ARCH,
	INFO_FLAGS,
	INFO_CPU_MASK,
	END_TIME = 64,
	END_STATUS,
	END_LOST,
	END_HIDDEN,
	END_TRACER_CPU,
	END_PROGRAM, /* name[32], u64 runs, u64 ns */
};

#endif /* TAKETURNS_LAYOUT_H */
