/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_short_procs.c - 500 processes that live for a moment, at most 20 at a time.
 *
 * Prints how many, how many different pids, and the sum of what the kernel charged them (wait4);
 * of some the last switch may be missing, where the parent was quick to reap.
 */
#include "oracle.h"

#define PROCESSES 500
#define ALIVE	  20

static pid_t pids[PROCESSES];
static struct counts sum;
static int failed;

static void reap_one(void)
{
	struct rusage ru;
	int status;

	if (wait4(-1, &status, 0, &ru) < 0)
		die("wait4");
	failed += status != 0;
	sum.nvcsw += ru.ru_nvcsw;
	sum.nivcsw += ru.ru_nivcsw;
}

static int by_value(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(void)
{
	int distinct = 0;

	for (int i = 0; i < PROCESSES; i++) {
		if (i >= ALIVE)
			reap_one();
		pids[i] = fork_or_die();
		if (!pids[i]) {
			for (volatile int k = 0; k < 20000; k++)
				;
			_exit(0);
		}
	}
	for (int i = 0; i < ALIVE; i++)
		reap_one();
	qsort(pids, PROCESSES, sizeof(pids[0]), by_value);
	for (int i = 0; i < PROCESSES; i++)
		distinct += !i || pids[i] != pids[i - 1];
	printf("{\"oracle\":\"short_procs\",\"pid\":%d,\"processes\":%d,\"distinct_pids\":%d,"
	       "\"failed\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}\n",
	       getpid(), PROCESSES, distinct, failed, sum.nvcsw, sum.nivcsw);
	return 0;
}
