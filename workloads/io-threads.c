/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * io-threads.c - a thread for each connection: each blocks in read() until its byte comes.
 *
 * Run: io-threads [READERS [ROUNDS]] [--cores LIST] [--quick]
 * See: many sleeping threads; each byte wakes exactly the one that waits for it (pipe, socket).
 *      Compare with io-tasks.c, which serves the same load with one thread.
 */
#include "feeder.h"

static void *reader(struct worker *w)
{
	int in = feeder_lines[w->index - 1].in;
	char byte;

	worker__begin(w, "reader", w->index);
	for (long i = 0; i < w->rounds; i++) {
		w->waits++;
		if (read(in, &byte, 1) != 1)
			die("read");
		w->count += count_primes(WORK_MS);
	}
	worker__end(w);
	return NULL;
}

static void *either(void *arg)
{
	struct worker *w = arg;

	return w->index ? reader(w) : feeder(w);
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "io-threads [READERS [ROUNDS]] [--cores LIST] [--quick]",
			       2, (long[]){ 4, 23 }, (long[]){ 4, 5 });
	struct worker *w = shared__alloc((size_t)o.n[0] + 1, sizeof(*w));

	feeder__open(o.n[0], 0);
	for (long i = 0; i <= o.n[0]; i++)
		w[i].rounds = o.n[1];
	workers__run(w, o.n[0] + 1, either);

	printf("{\"workload\":\"io-threads\",\"rounds\":%ld", o.n[1]);
	workers__print(w, o.n[0] + 1);
	printf("}\n");
	return 0;
}
