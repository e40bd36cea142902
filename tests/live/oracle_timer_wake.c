/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_timer_wake.c - a thread that only timers wake, on a core where another spins.
 *
 * When the timer's interrupt comes, the spinner is `current`; it has woken nobody all the same.
 */
#include "oracle.h"

#define WAKES 199

static volatile int over;
static volatile pid_t spinner_tid, sleeper_tid;
static struct counts sleeper_end;

static void *spinner(void *arg)
{
	(void)arg;
	spinner_tid = gettid();
	while (!over)
		;
	return NULL;
}

static void *sleeper(void *arg)
{
	(void)arg;
	sleeper_tid = gettid();
	for (int i = 0; i < WAKES; i++)
		nap_us(1000);
	sleeper_end = counts_now();
	over = 1;
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	int cpu = nth_core(0);

	move_to(0, cpu);
	threads[0] = start(spinner, NULL);
	while (!spinner_tid)
		nap_us(100);
	threads[1] = start(sleeper, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"timer_wake\",\"cpu\":%d,\"wakes\":%d,\"spinner\":{\"tid\":%d},"
	       "\"sleeper\":{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}}\n",
	       cpu, WAKES, spinner_tid, sleeper_tid, sleeper_end.nvcsw, sleeper_end.nivcsw);
	return 0;
}
