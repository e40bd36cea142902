/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_exec_thread.c - exec by a thread that is not the leader of its process.
 *
 * The kernel ends all other threads, the leader too, and gives the caller the leader's tid: one
 * tid has two deaths. The leader sleeps and another thread spins when it happens.
 */
#include "oracle.h"

static volatile pid_t spinner_tid;

static void *spinner(void *arg)
{
	(void)arg;
	spinner_tid = gettid();
	for (;;)
		;
	return NULL;
}

static void *caller(void *arg)
{
	char leader[16], before[16], spinning[16];
	uint64_t end = now_ns() + 50000000;

	while (now_ns() < end || !spinner_tid)
		;
	snprintf(leader, sizeof(leader), "%d", getpid());
	snprintf(before, sizeof(before), "%d", gettid());
	snprintf(spinning, sizeof(spinning), "%d", spinner_tid);
	execl("/proc/self/exe", arg, "after", leader, before, spinning, NULL);
	die("execl");
	return NULL;
}

static int after(char **argv)
{
	uint64_t end = now_ns() + 50000000;

	while (now_ns() < end)
		;
	nap_us(1000);
	printf("{\"oracle\":\"exec_thread\",\"leader\":%s,\"caller_before\":%s,\"spinner\":%s,"
	       "\"caller_after\":%d,\"pid\":%d}\n",
	       argv[2], argv[3], argv[4], gettid(), getpid());
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "after"))
		return after(argv);
	start(spinner, NULL);
	start(caller, argv[0]);
	for (;;)
		pause();
}
