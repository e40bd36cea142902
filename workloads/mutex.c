/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * mutex.c - threads that hold a lock for about 1 ms, let go, and want it again at once.
 *
 * Run: mutex [THREADS [ROUNDS]] [--cores LIST] [--quick]
 * See: whoever finds it taken blocks in futex. Letting go wakes a waiter, but the one that let
 *      go is already back: a mutex is no queue, and some threads wait far longer than others.
 */
#include "workload.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long last_holder = -1; /* protected by the lock, as hand_overs is */
static long hand_overs;

static void *holder(void *arg)
{
	struct worker *w = arg;

	worker__begin(w, "holder", w->index + 1);
	for (long i = 0; i < w->rounds; i++) {
		if (pthread_mutex_trylock(&lock)) {
			w->waits++; /* it was taken */
			pthread_mutex_lock(&lock);
		}
		hand_overs += last_holder != w->index;
		last_holder = w->index;
		w->count += count_primes(WORK_MS);
		pthread_mutex_unlock(&lock);
	}
	worker__end(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "mutex [THREADS [ROUNDS]] [--cores LIST] [--quick]", 2,
			       (long[]){ 3, 97 }, (long[]){ 3, 29 });
	struct worker *w = shared__alloc((size_t)o.n[0], sizeof(*w));

	for (long i = 0; i < o.n[0]; i++)
		w[i].rounds = o.n[1];
	workers__run(w, o.n[0], holder);

	printf("{\"workload\":\"mutex\",\"rounds\":%ld,\"hand_overs\":%ld", o.n[1], hand_overs);
	workers__print(w, o.n[0]);
	printf("}\n");
	return 0;
}
