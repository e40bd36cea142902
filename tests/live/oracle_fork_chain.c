/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_fork_chain.c - a chain of 200 processes: each forks the next and waits for its end.
 *
 * Nobody ends before all exist, so each parent really waits: exactly once, for its child.
 */
#include "oracle.h"

#define DEPTH 200

struct link {
	pid_t pid;
	pid_t parent;
	struct counts counts; /* around waitpid() */
	int failed;
};

static void chain(struct link *links, int depth)
{
	struct link *me = &links[depth];
	struct counts before;
	int status = 0;
	pid_t child;

	me->pid = getpid();
	me->parent = getppid();
	if (depth + 1 == DEPTH) {
		long seen = 0; /* the others have the time to reach waitpid() */

		for (int i = DEPTH - 2; i >= 0; i--, seen = 0)
			await_blocked(links[i].pid, links[i].pid, &seen);
		return;
	}
	child = fork_or_die();
	if (!child) {
		chain(links, depth + 1);
		_exit(0);
	}
	before = counts_now();
	me->failed = waitpid(child, &status, 0) != child || status;
	me->counts = counts_since(before);
}

int main(void)
{
	struct link *links = shared__alloc(DEPTH * sizeof(*links));
	struct counts sum = { 0, 0 };
	int alive = 0, failed = 0;

	chain(links, 0);
	for (int i = 0; i < DEPTH; i++) {
		alive += links[i].pid != 0;
		failed += links[i].failed;
		sum.nvcsw += links[i].counts.nvcsw;
		sum.nivcsw += links[i].counts.nivcsw;
	}
	printf("{\"oracle\":\"fork_chain\",\"first\":%d,\"last\":%d,\"processes\":%d,\"waits\":%d,"
	       "\"failed\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}\n",
	       links[0].pid, links[DEPTH - 1].pid, alive, alive - 1, failed, sum.nvcsw, sum.nivcsw);
	return failed != 0;
}
