/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * processes.c - one job, three ways (3): each worker is a process.
 *
 * The same rounds as threads.c: compute for about 25 ms, then wait 10 ms for a device.
 * Run: processes [WORKERS [ROUNDS]] [--cores LIST] [--quick]
 * See: the kernel gives them turns just as it does with threads; only fork and exit differ.
 */
#include "workload.h"
#include <sys/wait.h>

static void worker(struct worker *w)
{
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
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "processes [WORKERS [ROUNDS]] [--cores LIST] [--quick]",
			       2, (long[]){ 3, 5 }, (long[]){ 3, 2 });
	struct worker *w = shared__alloc((size_t)o.n[0], sizeof(*w));
	int status, failed = 0;

	for (long i = 0; i < o.n[0]; i++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			w[i].index = i;
			w[i].rounds = o.n[1];
			worker(&w[i]);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status != 0;

	printf("{\"workload\":\"processes\",\"rounds\":%ld", o.n[1]);
	workers__print(w, o.n[0]);
	printf("}\n");
	return failed;
}
