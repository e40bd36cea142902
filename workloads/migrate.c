/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * migrate.c - a thread that moves itself between two cores, and one that is moved by another.
 *
 * Run: migrate [MOVES] [--cores LIST] [--quick]     (needs two cores)
 * See: a bar that goes on in another row. The mover asks and is moved inside its system call;
 *      the spinner never asked: it is pre-empted (cause "migration") in the middle of its work.
 */
#include "workload.h"

static int core[2];
static long moves;
static volatile int over;

static void *mover(struct worker *w)
{
	struct worker *spinner = w + 1;

	worker__begin(w, "mover", 0);
	while (!*(volatile pid_t *)&spinner->tid)
		sched_yield();
	for (long i = 1; i <= moves; i++) {
		move_to(w->tid, core[i % 2]);
		w->count += sched_getcpu() == core[i % 2];
		move_to(spinner->tid, core[i % 2]);
		count_primes(4 * WORK_MS);
	}
	over = 1;
	worker__end(w);
	return NULL;
}

static void *spinner(struct worker *w)
{
	int last = core[0], now;

	worker__begin(w, "spinner", 0);
	while (!over) {
		now = sched_getcpu();
		w->count += now != last;
		last = now;
	}
	worker__end(w);
	return NULL;
}

static void *either(void *arg)
{
	struct worker *w = arg;

	return w->index ? spinner(w) : mover(w);
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv, "migrate [MOVES] [--cores LIST] [--quick]", 1,
					  (long[]){ 53 }, (long[]){ 23 });
	struct worker *w = shared__alloc(2, sizeof(*w));

	moves = o.n[0];
	core[0] = nth_core(0);
	core[1] = nth_core(1);
	if (core[1] >= 0) {
		move_to(0, core[0]);
		workers__run(w, 2, either);
	}
	printf("{\"workload\":\"migrate\",\"possible\":%s,\"cores\":[%d,%d],\"moves\":%ld",
	       core[1] >= 0 ? "true" : "false", core[0], core[1], core[1] >= 0 ? moves : 0);
	workers__print(w, core[1] >= 0 ? 2 : 0);
	printf("}\n");
	return 0;
}
