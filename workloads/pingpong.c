/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * pingpong.c - two processes pass a byte to and fro through two pipes, on one core.
 *
 * Run: pingpong [ROUNDS] [--cores LIST] [--quick]     (one core, unless --cores)
 * See: a read of an empty pipe blocks; a write wakes the other. Being woken is not yet running.
 *      Fewer waits than rounds: sometimes the byte is there before the reader asks.
 */
#include "workload.h"
#include <sys/wait.h>

static void play(struct worker *w, const char *name, int in, int out, bool serve)
{
	char ball = 'o';

	worker__begin(w, name, 0);
	for (long i = 0; i < w->rounds; i++) {
		if (serve && write(out, &ball, 1) != 1)
			die("write");
		w->waits++;
		if (read(in, &ball, 1) != 1)
			die("read");
		if (!serve && write(out, &ball, 1) != 1)
			die("write");
		w->count++;
	}
	worker__end(w);
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv, "pingpong [ROUNDS] [--cores LIST] [--quick]",
					  1, (long[]){ 997 }, (long[]){ 199 });
	struct worker *w = shared__alloc(2, sizeof(*w));
	int there[2], back[2], status;
	pid_t child;

	share_one_core(&o);
	w[0].rounds = w[1].rounds = o.n[0];
	if (pipe(there) || pipe(back))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		play(&w[1], "pong", there[0], back[1], false);
		_exit(0);
	}
	play(&w[0], "ping", back[0], there[1], true);
	if (waitpid(child, &status, 0) != child)
		die("waitpid");

	printf("{\"workload\":\"pingpong\",\"rounds\":%ld", o.n[0]);
	workers__print(w, 2);
	printf("}\n");
	return status != 0;
}
