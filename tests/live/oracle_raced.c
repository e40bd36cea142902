/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_raced.c - two processes pass a byte to and fro over pipes.
 *
 * First on one core, where the writer is often pre-empted by the reader it has woken, then on
 * two (if there are), where a reader on its way to sleep may be woken before it has left.
 * Every switch counts as nvcsw or nivcsw; which, only the kernel knows.
 */
#include "oracle.h"

#define ROUNDS 4999

struct player {
	pid_t tid;
	struct counts counts;
};

static void play(struct player *p, int in, int out, bool serve)
{
	struct counts before = counts_now();
	char ball = 'o';

	p->tid = gettid();
	for (int i = 0; i < ROUNDS; i++) {
		if (serve && write(out, &ball, 1) != 1)
			die("write");
		if (read(in, &ball, 1) != 1)
			die("read");
		if (!serve && write(out, &ball, 1) != 1)
			die("write");
	}
	p->counts = counts_since(before);
}

static void match(struct player *p, int ping_cpu, int pong_cpu)
{
	int there[2], back[2], status;
	pid_t child;

	if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
		die("pipe2");
	move_to(0, pong_cpu);
	child = fork_or_die();
	if (!child) {
		play(&p[1], there[0], back[1], false);
		_exit(0);
	}
	move_to(0, ping_cpu);
	play(&p[0], back[0], there[1], true);
	if (waitpid(child, &status, 0) != child || status)
		die("pong");
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

static void print(const char *name, const struct player *p)
{
	printf(",\"%s\":[", name);
	for (int i = 0; i < 2; i++)
		printf("%s{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}", i ? "," : "", p[i].tid,
		       p[i].counts.nvcsw, p[i].counts.nivcsw);
	printf("]");
}

int main(void)
{
	struct player *p = shared__alloc(4 * sizeof(*p));
	int first = nth_core(0), second = -1;
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) > 1)
		second = nth_core(1);
	match(p, first, first);
	if (second >= 0)
		match(p + 2, second, first);
	printf("{\"oracle\":\"raced\",\"rounds\":%d", ROUNDS);
	print("one_core", p);
	if (second >= 0)
		print("two_cores", p + 2);
	printf("}\n");
	return 0;
}
