/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * fifo.c - a real-time thread (SCHED_FIFO) that sleeps and wakes over a normal spinner.
 *
 * Each time its 4 ms of sleep are over, it takes the core at once, works 1 ms and sleeps again.
 * Run: fifo [WAKES] [--cores LIST] [--quick]     (one core, unless --cores; needs privilege)
 * See: the spinner is pre-empted once per wake (cause "class"); the real-time thread never is.
 */
#include "workload.h"

static volatile int over;
static bool permitted = true;

static void *spinner(void *arg)
{
	struct worker *w = arg;

	worker__begin(w, "spinner", 0);
	while (!over)
		w->count++;
	worker__end(w);
	return NULL;
}

static void *real_time(void *arg)
{
	struct worker *w = arg;
	struct sched_param priority = { .sched_priority = 10 };
	struct timespec pause = { .tv_nsec = 4000000 };

	worker__begin(w, "real-time", 0);
	permitted = !sched_setscheduler(0, SCHED_FIFO, &priority);
	for (; permitted && w->waits < w->rounds; w->waits++) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
		w->count += count_primes(WORK_MS);
	}
	over = 1;
	worker__end(w);
	return NULL;
}

static void *either(void *arg)
{
	struct worker *w = arg;

	return w->index ? real_time(w) : spinner(w);
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv, "fifo [WAKES] [--cores LIST] [--quick]", 1,
					  (long[]){ 97 }, (long[]){ 23 });
	struct worker *w = shared__alloc(2, sizeof(*w));

	share_one_core(&o);
	w[1].rounds = o.n[0];
	workers__run(w, 2, either);

	printf("{\"workload\":\"fifo\",\"permitted\":%s,\"wakes\":%ld",
	       permitted ? "true" : "false", w[1].waits);
	workers__print(w, 2);
	printf("}\n");
	return 0;
}
