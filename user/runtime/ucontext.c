/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ucontext.c - coroutines on makecontext(), swapcontext() and setcontext() of glibc, x86-64
 * (sysdeps/unix/sysv/linux/x86_64/{makecontext.c,swapcontext.S,setcontext.S,__start_context.S}).
 *
 * A probe costs 0.8 us where the kernel emulates the instruction and 11 us in a virtual machine
 * where it must single-step it, so each probe sits on a push or a conditional jump:
 *   makecontext  the first jle: the context is in r10 and the function in rax by then
 *   swapcontext  the jae behind its system call: old context in r9, new one in r12
 *   setcontext   its first instruction, push %rdi: the new context is in rdi
 *   the end      the je in __start_context, which a coroutine's function returns into
 * The bytes that put the values there are looked for; where they are not found, the function's
 * entry is probed and its arguments are taken.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/runtime/runtime.h"
#include "user/symbol/elf.h"

enum { PROBE_MAKE, PROBE_SWAP, PROBE_SET, PROBE_END };

#define CODE_MAX 1024

static const struct fetch nothing = { .reg = RT_NONE };

static struct fetch reg(int16_t r)
{
	return (struct fetch){ .reg = r };
}

static int matches(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && strncmp(name, "/libc.so.6", 10) == 0;
}

struct code {
	uint8_t bytes[CODE_MAX];
	size_t size;
	uint64_t offset;
};

static int read_code(int fd, const char *name, struct code *c)
{
	uint64_t size;
	int err = elf__function_offset(fd, name, &c->offset, &size);
	ssize_t n;

	if (err)
		return err;
	n = pread(fd, c->bytes, size < CODE_MAX ? size : CODE_MAX, (off_t)c->offset);
	if (n <= 0)
		return -EIO;
	c->size = (size_t)n;
	return 0;
}

/* Where @pattern ends in the first @limit bytes; 0 not there. */
static size_t after(const struct code *c, const char *pattern, size_t len, size_t limit)
{
	for (size_t i = 0; i + len <= c->size && i + len <= limit; i++)
		if (memcmp(c->bytes + i, pattern, len) == 0)
			return i + len;
	return 0;
}

static void find_make(const struct code *c, struct probe_point *p)
{
	/* cmp $imm8,%r11d; jle */
	size_t jump = after(c, "\x41\x83\xfb", 3, CODE_MAX);

	*p = (struct probe_point){ .offset = c->offset, .role = TASK_CREATE, .probe = PROBE_MAKE,
				   .single_stepped = 1, .task = reg(RT_RDI), .aux = nothing,
				   .name = reg(RT_RSI) };
	/* mov %rdi,%r10 and mov %rsi,%rax come before */
	if (!jump || jump + 1 >= c->size || c->bytes[jump + 1] != 0x7e ||
	    !after(c, "\x49\x89\xfa", 3, jump) || !after(c, "\x48\x89\xf0", 3, jump))
		return;
	p->offset = c->offset + jump + 1;
	p->single_stepped = 0;
	p->task = reg(RT_R10);
	p->name = reg(RT_RAX);
}

static void find_swap(const struct code *c, struct probe_point *p)
{
	/* syscall; cmp $-4095,%rax; jae */
	size_t jump = after(c, "\x0f\x05\x48\x3d\x01\xf0\xff\xff", 8, CODE_MAX);

	*p = (struct probe_point){ .offset = c->offset, .role = TASK_SWITCH, .probe = PROBE_SWAP,
				   .single_stepped = 1, .task = reg(RT_RSI), .aux = reg(RT_RDI),
				   .name = nothing };
	/* mov %rsi,%r12 and mov %rdi,%r9 come before */
	if (!jump || jump >= c->size || (c->bytes[jump] != 0x73 && c->bytes[jump] != 0x0f) ||
	    !after(c, "\x49\x89\xf4", 3, jump) || !after(c, "\x49\x89\xf9", 3, jump))
		return;
	p->offset = c->offset + jump;
	p->single_stepped = 0;
	p->task = reg(RT_R12);
	p->aux = reg(RT_R9);
}

static void find_set(const struct code *c, struct probe_point *p)
{
	*p = (struct probe_point){ .offset = c->offset, .role = TASK_START, .probe = PROBE_SET,
				   .single_stepped = c->bytes[0] != 0x57, .task = reg(RT_RDI),
				   .aux = nothing, .name = nothing };
}

/* In __start_context, a local symbol: mov (%rsp),%rdi; test %rdi,%rdi; je; call setcontext */
static bool find_end(int fd, uint64_t setcontext, struct probe_point *p)
{
	static const char pattern[] = "\x48\x8b\x3c\x24\x48\x85\xff\x74";
	struct stat st;
	uint8_t *file;
	bool found = false;

	if (fstat(fd, &st) || st.st_size < 64 || st.st_size > 64 << 20)
		return false;
	file = malloc((size_t)st.st_size);
	if (!file || pread(fd, file, (size_t)st.st_size, 0) != st.st_size) {
		free(file);
		return false;
	}
	for (size_t i = 0; i + 16 < (size_t)st.st_size && !found; i++) {
		int32_t to;

		if (memcmp(file + i, pattern, 8) != 0 || file[i + 9] != 0xe8)
			continue;
		memcpy(&to, file + i + 10, sizeof(to));
		if (i + 14 + (uint64_t)(int64_t)to != setcontext)
			continue;
		*p = (struct probe_point){ .offset = i + 7, .role = TASK_FINISH, .probe = PROBE_END,
					   .task = nothing, .aux = nothing, .name = nothing };
		found = true;
	}
	free(file);
	return found;
}

static int find(int fd, struct probe_point *points, size_t max, char *why, size_t why_size)
{
	struct code code;
	uint64_t setcontext;

	if (max < 4)
		return -EINVAL;
	if (read_code(fd, "setcontext", &code))
		goto missing;
	setcontext = code.offset;
	find_set(&code, &points[2]);
	if (read_code(fd, "makecontext", &code))
		goto missing;
	find_make(&code, &points[0]);
	if (read_code(fd, "swapcontext", &code))
		goto missing;
	find_swap(&code, &points[1]);
	return find_end(fd, setcontext, &points[3]) ? 4 : 3;
missing:
	snprintf(why, why_size, "no makecontext, swapcontext or setcontext in this libc");
	return 0;
}

static int end_of(uint16_t probe)
{
	(void)probe;
	return 1; /* it gave way; for what, ucontext does not say */
}

const struct runtime ucontext_runtime = {
	.name = "ucontext",
	.matches = matches,
	.find = find,
	.end_of = end_of,
};
