/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * threads.c - one job, three ways (1): each worker is a thread.
 *
 * A worker does ROUNDS rounds: compute for about 25 ms, then wait 10 ms for a device.
 * Run: threads [WORKERS [ROUNDS]] [--cores LIST] [--quick]
 * See: on one core they are pre-empted by each other; on more cores they run side by side.
 */
#include "workload.h"

static void *worker(void *arg)
{
	struct worker *w = arg;
	int device = device__open(0);
	uint64_t answer;

	worker__begin(w, "worker", w->index + 1);
	for (long i = 0; i < w->rounds; i++) {
		w->count += count_primes(WORK_PRIMES);
		device__order(device, 10);
		if (read(device, &answer, sizeof(answer)) != sizeof(answer))
			die("read");
		w->waits++;
	}
	worker__end(w);
	close(device);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "threads [WORKERS [ROUNDS]] [--cores LIST] [--quick]", 2,
			       (long[]){ 3, 5 }, (long[]){ 3, 2 });
	struct worker *w = shared__alloc((size_t)o.n[0], sizeof(*w));

	for (long i = 0; i < o.n[0]; i++)
		w[i].rounds = o.n[1];
	workers__run(w, o.n[0], worker);

	printf("{\"workload\":\"threads\",\"rounds\":%ld", o.n[1]);
	workers__print(w, o.n[0]);
	printf("}\n");
	return 0;
}
