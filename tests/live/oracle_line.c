/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_line.c - a program that spends its time on one known line.
 *
 * Two threads share a core, so that they are pre-empted; where, is the line that is printed.
 */
#include "oracle.h"

#define RUN_NS 600000000ull

static volatile pid_t tids[2];
static int line;

static __attribute__((noinline, noclone)) void hot_line(uint64_t times)
{
	volatile uint64_t i = 0;

	/* clang-format off */
	line = __LINE__ + 1;
	while (i < times) i = i + 1;
	/* clang-format on */
}

static void *spinner(void *arg)
{
	uint64_t end = now_ns() + RUN_NS;

	*(volatile pid_t *)arg = gettid();
	while (now_ns() < end)
		hot_line(20000000);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	int cpu = nth_core(0);

	move_to(0, cpu);
	for (int i = 0; i < 2; i++)
		threads[i] = start(spinner, (void *)&tids[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"line\",\"cpu\":%d,\"tids\":[%d,%d],\"file\":\"%s\",\"line\":%d,"
	       "\"function\":\"hot_line\"}\n",
	       cpu, tids[0], tids[1], __FILE__, line);
	return 0;
}
