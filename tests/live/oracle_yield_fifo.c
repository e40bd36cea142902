/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_yield_fifo.c - two SCHED_FIFO threads on one core that yield to each other.
 *
 * A real-time thread is not pre-empted by its equal, so each involuntary switch around a
 * sched_yield() is a yield that gave the core away. Each call is counted by itself.
 */
#include "oracle.h"

#define YIELDS 997

struct yielder {
	pid_t tid;
	long yields;
	long switched; /* calls around which nivcsw went up */
	struct counts end;
};

static pthread_barrier_t both_ready;

static void *yielder(void *arg)
{
	struct yielder *y = arg;

	become_fifo(10);
	y->tid = gettid();
	pthread_barrier_wait(&both_ready);
	for (; y->yields < YIELDS; y->yields++) {
		struct counts before = counts_now();

		sched_yield();
		y->switched += counts_since(before).nivcsw > 0;
	}
	y->end = counts_now();
	return NULL;
}

int main(void)
{
	struct yielder y[2] = { 0 };
	pthread_t threads[2];

	move_to(0, nth_core(0));
	pthread_barrier_init(&both_ready, NULL, 2);
	for (int i = 0; i < 2; i++)
		threads[i] = start(yielder, &y[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"yield_fifo\",\"threads\":[");
	for (int i = 0; i < 2; i++)
		printf("%s{\"tid\":%d,\"yields\":%ld,\"switched\":%ld,\"nvcsw\":%ld,\"nivcsw\":%"
		       "ld}",
		       i ? "," : "", y[i].tid, y[i].yields, y[i].switched, y[i].end.nvcsw,
		       y[i].end.nivcsw);
	printf("]}\n");
	return 0;
}
