/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * fuzz_trace.c - any bytes as a trace file, once as they are and once with checksums made
 * right, so that the fuzzer gets behind them. From the top folder:
 *
 *   clang -std=gnu11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/fuzz_trace.c user/trace/[a-z]*.c -lz -o build/fuzz_trace
 *   build/fuzz_trace -max_len=65536 CORPUS
 */
#include "tests/unit/test_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_sections(const struct trace *t)
{
	static const char *const names[] = { "info", "end", "index", "symbols" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size = 0;
		const uint8_t *p = trace__section(t, names[i], &size);
		volatile uint8_t sink = 0;

		while (p && size)
			sink ^= p[--size];
		(void)sink;
	}
}

static void read_bytes(int fd, const uint8_t *data, size_t size)
{
	struct trace_error err = { "" };
	bool order = true;
	struct trace *t;

	file_set(fd, data, size);
	if (trace__open(fd, &t, &err))
		return;
	read_sections(t);
	read_through(t, &order, &err);
	trace__free(t);
	if (!order)
		abort();
	trace_file__put_section(fd, "symbols", "fuzz", 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	int fd = new_file();

	if (fd >= 0 && copy) {
		memcpy(copy, data, size);
		read_bytes(fd, copy, size);
		repair(copy, size);
		read_bytes(fd, copy, size);
	}
	if (fd >= 0)
		close(fd);
	free(copy);
	return 0;
}
