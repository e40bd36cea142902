/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * hog.c - tasks that share a thread fairly, and one that never gives way.
 *
 * Polite tasks compute for about 1 ms and yield, ROUNDS times; the hog computes for about
 * HOG_MS ms at one go.
 * Run: hog [POLITE [ROUNDS [HOG_MS]]] [--cores LIST] [--quick]
 * See: short steps in turn, then one long step in which all others stand still: among tasks
 *      nobody can take the core away, not even the kernel, which gives it to the thread.
 */
#include "task.h"

static long rounds;
static long hog_ms;

static void polite(struct task *task)
{
	for (long i = 0; i < rounds; i++) {
		task->count += count_primes(WORK_MS);
		task__yield(task);
	}
}

static void hog(struct task *task)
{
	for (long i = 0; i < hog_ms; i++)
		task->count += count_primes(WORK_MS);
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv,
					  "hog [POLITE [ROUNDS [HOG_MS]]] [--cores LIST] [--quick]",
					  3, (long[]){ 3, 41, 200 }, (long[]){ 3, 11, 50 });
	struct task *task = shared__alloc((size_t)o.n[0] + 1, sizeof(*task));
	struct worker thread = { .index = 0 };
	char name[32];

	rounds = o.n[1];
	hog_ms = o.n[2];
	worker__begin(&thread, "hog", 0);
	for (long i = 0; i < o.n[0]; i++) {
		snprintf(name, sizeof(name), "polite-%ld", i + 1);
		loop__add(&task[i], name, "polite", polite);
	}
	loop__add(&task[o.n[0]], "hog", "hog", hog);
	loop__run();
	worker__end(&thread);

	printf("{\"workload\":\"hog\",\"rounds\":%ld,\"hog_ms\":%ld", rounds, hog_ms);
	tasks__print(task, o.n[0] + 1);
	workers__print(&thread, 1);
	printf("}\n");
	return 0;
}
