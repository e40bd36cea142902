/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle.h - what the oracle programs share: they do something known, and print what they did.
 *
 * Each prints one line of JSON to standard output and exits 0; 77 and a line saying why where
 * this machine does not allow it; 1 and an errno text where something failed. The counts of
 * /proc and getrusage() that they print come from the kernel, not from any tracepoint.
 */
#ifndef ORACLE_H
#define ORACLE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct counts {
	long nvcsw;
	long nivcsw;
};

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void __attribute__((format(printf, 1, 2))) skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(77);
}

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline void nap_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* What the kernel has counted for the calling thread. */
static inline struct counts counts_now(void)
{
	struct rusage ru;

	if (getrusage(RUSAGE_THREAD, &ru))
		die("getrusage");
	return (struct counts){ ru.ru_nvcsw, ru.ru_nivcsw };
}

static inline struct counts counts_since(struct counts from)
{
	struct counts now = counts_now();

	return (struct counts){ now.nvcsw - from.nvcsw, now.nivcsw - from.nivcsw };
}

/* The @nth core (from 0) that this process may use; skips the test if there are fewer. */
static inline int nth_core(int nth)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("sched_getaffinity");
	for (int cpu = 0, left = nth; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && left-- == 0)
			return cpu;
	skip("needs %d cores", nth + 1);
	return -1;
}

static inline void move_to(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(tid, sizeof(set), &set))
		die("sched_setaffinity");
}

/* Makes the calling thread real-time; skips the test if that is not permitted. */
static inline void become_fifo(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		skip("SCHED_FIFO is not permitted: %s", strerror(errno));
}

/* Reads a thread's state letter ('S' asleep, 'R', 'D', 'T', 'Z'; '?' no such thread) and how often
 * it left its core by its own will. */
static inline char look_at(pid_t pid, pid_t tid, long *nvcsw)
{
	char path[64], line[256], state = '?';
	FILE *f;

	*nvcsw = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "State: %c", &state);
		sscanf(line, "voluntary_ctxt_switches: %ld", nvcsw);
	}
	if (f)
		fclose(f);
	return state;
}

/* Returns when the thread has blocked once more than *@seen says, and counts that up. The letter
 * alone would lie: it changes before the thread has left its core. Ends the program after 5 s. */
static inline void await_blocked(pid_t pid, pid_t tid, long *seen)
{
	uint64_t limit = now_ns() + 5000000000;

	for (;;) {
		long nvcsw;
		char state = look_at(pid, tid, &nvcsw);

		if ((state == 'S' || state == 'D') && nvcsw > *seen) {
			*seen = nvcsw;
			return;
		}
		if (state == '?' || now_ns() > limit) {
			errno = ETIMEDOUT;
			die("a thread does not block");
		}
		nap_us(50);
	}
}

static inline pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, arg);
	if (errno)
		die("pthread_create");
	return thread;
}

/* Zeroed, and shared with children. */
static inline void *shared__alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static inline pid_t fork_or_die(void)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	return child;
}

#endif /* ORACLE_H */
