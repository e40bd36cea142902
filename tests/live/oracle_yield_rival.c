/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_yield_rival.c - normal class, one core: one thread yields, its rival only spins.
 *
 * The rival can only be pre-empted. The yielder's calls that switched are counted one by one;
 * what else its nivcsw counts are pre-emptions (a pre-emption inside the call, on the way in or
 * out of it, counts as a call that switched: at most a few).
 */
#include "oracle.h"

#define RUN_NS 1000000000ull

static volatile int over;
static volatile pid_t rival_tid;
static struct counts rival_end;

static void *rival(void *arg)
{
	(void)arg;
	rival_tid = gettid();
	while (!over)
		;
	rival_end = counts_now();
	return NULL;
}

int main(void)
{
	long yields = 0, switched = 0;
	struct counts begin, total;
	pthread_t thread;
	uint64_t end;

	move_to(0, nth_core(0));
	thread = start(rival, NULL);
	while (!rival_tid)
		nap_us(100);
	begin = counts_now();
	for (end = now_ns() + RUN_NS; now_ns() < end; yields++) {
		struct counts before = counts_now();

		sched_yield();
		switched += counts_since(before).nivcsw > 0;
	}
	total = counts_since(begin);
	over = 1;
	pthread_join(thread, NULL);
	printf("{\"oracle\":\"yield_rival\",\"yielder\":{\"tid\":%d,\"yields\":%ld,\"switched\":%"
	       "ld,"
	       "\"nvcsw\":%ld,\"nivcsw\":%ld},\"rival\":{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}}"
	       "\n",
	       gettid(), yields, switched, total.nvcsw, total.nivcsw, rival_tid, rival_end.nvcsw,
	       rival_end.nivcsw);
	return 0;
}
