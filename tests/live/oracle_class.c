/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_class.c - a SCHED_FIFO thread wakes WAKES times over a normal spinner on its core.
 *
 * Each wake must pre-empt the spinner, whatever its slice: cause "class".
 */
#include "oracle.h"

#define WAKES 23

static volatile int over;
static volatile pid_t fifo_tid, spinner_tid;
static struct counts spinner_end, fifo_end;

static void *spinner(void *arg)
{
	(void)arg;
	spinner_tid = gettid();
	while (!over)
		;
	spinner_end = counts_now();
	return NULL;
}

static void *fifo(void *arg)
{
	struct timespec pause = { .tv_nsec = 7000000 };

	(void)arg;
	become_fifo(10);
	fifo_tid = gettid();
	for (int i = 0; i < WAKES; i++)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	over = 1;
	fifo_end = counts_now();
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
	threads[1] = start(fifo, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"class\",\"cpu\":%d,\"wakes\":%d,\"spinner\":{\"tid\":%d,\"nvcsw\":%"
	       "ld,"
	       "\"nivcsw\":%ld},\"fifo\":{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}}\n",
	       cpu, WAKES, spinner_tid, spinner_end.nvcsw, spinner_end.nivcsw, fifo_tid,
	       fifo_end.nvcsw, fifo_end.nivcsw);
	return 0;
}
