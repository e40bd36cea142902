/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_short_threads.c - 2,000 threads that live for a moment, at most 50 at a time.
 *
 * Prints how many there were, how many different tids they had, and what all of them together
 * were charged: voluntary and involuntary switches up to their last line.
 */
#include "oracle.h"

#define THREADS 2000
#define ALIVE	50

struct brief {
	pid_t tid;
	struct counts counts;
};

static struct brief briefs[THREADS];

static void *brief(void *arg)
{
	struct brief *b = arg;

	b->tid = gettid();
	for (volatile int i = 0; i < 20000; i++)
		;
	b->counts = counts_now();
	return NULL;
}

static int by_tid(const void *a, const void *b)
{
	const struct brief *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

int main(void)
{
	pthread_t alive[ALIVE];
	struct counts sum = { 0, 0 };
	int distinct = 0;

	for (int i = 0; i < THREADS; i++) {
		if (i >= ALIVE)
			pthread_join(alive[i % ALIVE], NULL);
		alive[i % ALIVE] = start(brief, &briefs[i]);
	}
	for (int i = 0; i < ALIVE; i++)
		pthread_join(alive[i], NULL);
	qsort(briefs, THREADS, sizeof(briefs[0]), by_tid);
	for (int i = 0; i < THREADS; i++) {
		distinct += !i || briefs[i].tid != briefs[i - 1].tid;
		sum.nvcsw += briefs[i].counts.nvcsw;
		sum.nivcsw += briefs[i].counts.nivcsw;
	}
	printf("{\"oracle\":\"short_threads\",\"pid\":%d,\"threads\":%d,\"distinct_tids\":%d,"
	       "\"nvcsw\":%ld,\"nivcsw\":%ld}\n",
	       getpid(), THREADS, distinct, sum.nvcsw, sum.nivcsw);
	return 0;
}
