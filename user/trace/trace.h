/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace.h - the trace file: the only code that knows bytes on disk.
 *
 * A writer takes the records of bpf/event.h as they come from each stream and
 * packs them into chunks that stand alone; a reader gives them back, all streams
 * merged in time order. Streams: one per core's ring, plus one per core for the
 * records that the recorder makes itself (mappings). Within a stream the times
 * never go back; if they do, the writer clamps and counts it.
 *
 * Nothing here knows what a record means, prints, exits or keeps globals.
 */
#ifndef TAKETURNS_TRACE_H
#define TAKETURNS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

#define TRACE_CPU_MAX 4096 /* cores that a file can name */

/* What was recorded, where and how. Strings are owned by whoever filled them in;
 * from trace__info() they belong to the trace. Unknown numbers are 0, strings NULL. */
struct trace_info {
	char **argv;		 /* the command, NULL-terminated; NULL when there was none */
	const char *target;	 /* in words what was recorded without a command: "pid 12", "all cores" */
	const char *kernel;	 /* uname -r */
	const char *machine;	 /* uname -m */
	const char *host_virtual; /* "kvm", "none", ... */
	const char *preemption;	 /* none voluntary full lazy rt */
	const char *user;	 /* name of the user that the command ran as */
	const char *version;	 /* of taketurns */
	uint32_t cpus;		 /* possible cores: streams are numbered below this */
	uint32_t online;	 /* cores online when recording began */
	uint32_t hz;		 /* ticks per second */
	uint64_t base_slice_ns;	 /* the scheduler's base slice */
	uint64_t start_mono_ns;	 /* recording's start on three clocks, read together */
	uint64_t start_boot_ns;
	uint64_t start_real_ns;
	uint32_t arch;		 /* ELF e_machine: which system call numbers */
	uint32_t flags;		 /* TRACE_* */
	uint64_t cpu_mask[TRACE_CPU_MAX / 64]; /* cores recorded */
};

enum {
	TRACE_ALL_CPUS = 1 << 0,    /* -a: every thread is traced */
	TRACE_PARTIAL = 1 << 1,	    /* -C: some cores only, threads' whole times are not known */
	TRACE_HAS_RESCHED = 1 << 2, /* the kernel says who asked for a reschedule */
	TRACE_HAS_STACK = 1 << 3,   /* inside sched_yield or not can be told */
	TRACE_HAS_IRQ = 1 << 4,	    /* interrupts are told from threads in wakings */
	TRACE_HAS_HIDDEN = 1 << 5,  /* hidden switches are counted */
	TRACE_ATTACHED = 1 << 6,    /* threads existed before recording began */
};

/* One BPF program's cost, by the kernel's run-time statistics. */
struct trace_program {
	char name[32];
	uint64_t runs; /* measured runs (statistics are on only for short windows) */
	uint64_t ns;   /* their time, the statistic's own clock reads included */
};

/* What is known only when recording ends. */
struct trace_end {
	uint64_t end_mono_ns;	   /* when it ended: the duration runs from start_mono_ns to here */
	int32_t exit_status;	   /* of the command as a shell would say it; -1 none or unknown */
	uint32_t program_count;
	uint64_t lost;		   /* records that full rings refused (also in the stream, in place) */
	uint64_t hidden;	   /* switches that no tracepoint showed (also in the stream) */
	uint64_t tracer_cpu_ns;	   /* CPU time the recorder used */
	uint64_t backward;	   /* records whose time went back: clamped; the writer's own count */
	struct trace_program programs[32];
};

/* ---- writing ---- */

struct trace_writer;

/* Starts a file on @fd (open for writing, at offset 0, seekable; owned by the caller, not
 * closed). Copies @info. Writes the header with the "incomplete" mark and the info section.
 * Returns 0 and sets *@out, or -errno of the write. */
int trace_writer__new(int fd, const struct trace_info *info, struct trace_writer **out);

/* Packs one record into @stream's (0 .. 2*cpus-1) current chunk; writes the chunk out when
 * it is full. @ev: copied, any kind, known or not (unknown kinds are kept as raw bytes).
 * Returns 0; -EINVAL size below the head's or beyond the union; -errno of a write, after
 * which every call returns the same error and what was written before stays readable. */
int trace_writer__append(struct trace_writer *w, uint32_t stream, const struct event_head *ev);

/* Writes out all chunks that hold records: after it, a crash loses nothing so far. */
int trace_writer__flush(struct trace_writer *w);

/* Adds a named section (e.g. "symbols"), anything up to 4 GiB; after the last append, before
 * close. A reader that does not know the name skips it. Name: at most 15 bytes, unique.
 * Returns 0; -EINVAL bad name; -EEXIST name taken ("info", "end", "index" always are); -EFBIG
 * too large; -errno of a write. */
int trace_writer__section(struct trace_writer *w, const char *name, const void *data, size_t size);

/* Flushes, writes end section and index, and clears the "incomplete" mark last. */
int trace_writer__close(struct trace_writer *w, const struct trace_end *end);

/* Bytes written so far. */
uint64_t trace_writer__bytes(const struct trace_writer *w);

/* Frees @w (NULL is fine); the file stays as it is. */
void trace_writer__free(struct trace_writer *w);

/* Reopens a complete file (fd open read-write) to add or replace sections after recording;
 * used to put resolved symbols in. The file is marked incomplete while it is changed.
 * What is in use is never overwritten: an open trace stays valid, a failure is taken back, and
 * after a crash the file opens as an incomplete one. Returns 0; -EINVAL bad name, or not a
 * complete trace; -EEXIST one of the writer's own names; -EFBIG too large; -errno of a write. */
int trace_file__put_section(int fd, const char *name, const void *data, size_t size);

/* ---- reading ---- */

struct trace;

/* Why a file could not be read: one line without a file name, e.g.
 * "not a taketurns trace (wrong magic at offset 0)", "damaged at offset 8192: record". */
struct trace_error {
	char text[160];
};

/* Opens a trace from @fd (a regular file; owned by the caller, may be closed afterwards).
 * Everything is checked: magic, version, byte order, each offset, size, count.
 * A file that was never closed (crash, kill -9, full disk) opens: trace__complete() is false
 * and its records end with the last whole chunk.
 * Returns 0 and *@out, or -errno (-EINVAL: bad file) with @err filled in. */
int trace__open(int fd, struct trace **out, struct trace_error *err);
void trace__free(struct trace *t);

const struct trace_info *trace__info(const struct trace *t);
/* Of an incomplete file: end_mono_ns is its last record's time, the rest is 0 / -1. */
const struct trace_end *trace__end(const struct trace *t);
bool trace__complete(const struct trace *t);
uint64_t trace__file_bytes(const struct trace *t);

/* The section's bytes (mapped, aligned to 8, valid until free) or NULL: there is none of that
 * name, or the file is incomplete. Its checksum was right when the trace was opened. */
const void *trace__section(const struct trace *t, const char *name, size_t *size);

/* One pass over the records in time order (ties: by stream, then as written). Memory does
 * not grow with the trace. Several cursors may be used on one trace, each by one thread. */
struct trace_cursor;
int trace_cursor__new(const struct trace *t, struct trace_cursor **out);
void trace_cursor__free(struct trace_cursor *c);

struct trace_record {
	const struct event_head *ev; /* valid until the next call; size checked against the kind */
	uint32_t cpu;		     /* core whose ring held it */
};

/* Returns 1 and the next record, 0 at the end, -EINVAL with @err for damaged data. */
int trace_cursor__next(struct trace_cursor *c, struct trace_record *rec, struct trace_error *err);

#endif /* TAKETURNS_TRACE_H */
