/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * spin.c - threads that only compute: they never wait, never yield, never call the kernel.
 *
 * Each does ROUNDS times about 25 ms of work.
 * Run: spin [SPINNERS [ROUNDS]] [--cores LIST] [--quick]     try --cores 0
 * See: more threads than cores: each is pre-empted when its slice is used up, in its own code.
 */
#include "workload.h"

static void *spinner(void *arg)
{
	struct worker *w = arg;

	worker__begin(w, "spinner", w->index + 1);
	for (long i = 0; i < w->rounds; i++)
		w->count += count_primes(WORK_PRIMES);
	worker__end(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "spin [SPINNERS [ROUNDS]] [--cores LIST] [--quick]", 2,
			       (long[]){ 3, 8 }, (long[]){ 3, 2 });
	struct worker *w = shared__alloc((size_t)o.n[0], sizeof(*w));

	for (long i = 0; i < o.n[0]; i++)
		w[i].rounds = o.n[1];
	workers__run(w, o.n[0], spinner);

	printf("{\"workload\":\"spin\",\"rounds\":%ld", o.n[1]);
	workers__print(w, o.n[0]);
	printf("}\n");
	return 0;
}
