/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_affinity.c - a spinning thread is moved between two cores MOVES times by another.
 *
 * The spinner never enters the kernel by itself; it writes the core it finds itself on into a
 * variable (no system call). The controller goes ahead to the other core, waits until the
 * spinner runs undisturbed, and then has it follow: so each move pre-empts a running thread.
 */
#include "oracle.h"

#define MOVES 29

static volatile int over;
static volatile pid_t spinner_tid;
static volatile int spinner_cpu = -1;
static volatile long spinner_beats;
static struct counts spinner_end;

static void *spinner(void *arg)
{
	(void)arg;
	spinner_tid = gettid();
	while (!over) {
		spinner_cpu = sched_getcpu();
		spinner_beats++;
	}
	spinner_end = counts_now();
	return NULL;
}

/* Returns true when the spinner was seen on @cpu, and running. */
static bool arrives(int cpu)
{
	uint64_t limit = now_ns() + 1000000000;
	long beats = spinner_beats;

	while (now_ns() < limit) {
		nap_us(500);
		if (spinner_cpu == cpu && spinner_beats != beats)
			return true;
	}
	return false;
}

int main(void)
{
	int cpu[2] = { nth_core(0), nth_core(1) };
	pthread_t thread;
	int observed = 0;

	move_to(0, cpu[0]);
	thread = start(spinner, NULL);
	if (!arrives(cpu[0]))
		skip("the spinner does not get a core");
	for (int i = 1; i <= MOVES; i++) {
		move_to(0, cpu[i % 2]);
		arrives(cpu[(i + 1) % 2]);
		move_to(spinner_tid, cpu[i % 2]);
		observed += arrives(cpu[i % 2]);
	}
	over = 1;
	pthread_join(thread, NULL);
	printf("{\"oracle\":\"affinity\",\"cpus\":[%d,%d],\"moves\":%d,\"observed\":%d,"
	       "\"controller\":{\"tid\":%d},\"spinner\":{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}}"
	       "\n",
	       cpu[0], cpu[1], MOVES, observed, gettid(), spinner_tid, spinner_end.nvcsw,
	       spinner_end.nivcsw);
	return 0;
}
