/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * yield.c - threads on one core that offer it to each other after every piece of work.
 *
 * Each thread computes for about 1 ms and calls sched_yield(), ROUNDS times.
 * Run: yield [THREADS [ROUNDS]] [--cores LIST] [--quick]     (one core, unless --cores)
 * See: "yielded" where they offered the core; the kernel counts those as involuntary (nivcsw).
 *      Not every offer is taken: the scheduler may let the same thread go on.
 */
#include "workload.h"

static void *yielder(void *arg)
{
	struct worker *w = arg;

	worker__begin(w, "yielder", w->index + 1);
	for (long i = 0; i < w->rounds; i++) {
		w->count += count_primes(WORK_MS);
		sched_yield();
		w->yields++;
	}
	worker__end(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "yield [THREADS [ROUNDS]] [--cores LIST] [--quick]", 2,
			       (long[]){ 2, 101 }, (long[]){ 2, 29 });
	struct worker *w = shared__alloc((size_t)o.n[0], sizeof(*w));

	share_one_core(&o);
	for (long i = 0; i < o.n[0]; i++)
		w[i].rounds = o.n[1];
	workers__run(w, o.n[0], yielder);

	printf("{\"workload\":\"yield\",\"rounds\":%ld", o.n[1]);
	workers__print(w, o.n[0]);
	printf("}\n");
	return 0;
}
