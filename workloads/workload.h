/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * workload.h - what all workloads share: options, real work, and the truth about each worker.
 *
 * Header only, so that each workload builds alone: gcc NAME.c -lpthread -lm. Include it first.
 * These are example programs, not library code: an error is printed and ends the program.
 * Exit status: 0 done, 1 failed, 2 usage.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define OPTIONS_MAX 4
#define WORK_PRIMES 350000 /* count_primes() of this takes about 25 ms on a machine of 2023 */
#define WORK_MS	    30000  /* and of this about 1 ms */

struct options {
	long n[OPTIONS_MAX]; /* the numbers, in the order of the usage line */
	bool pinned;	     /* --cores was given */
};

/* What a thread knows about itself. */
struct worker {
	char name[16];
	pid_t tid;
	long index;
	long rounds;
	long waits;  /* how often it asked for something that makes it wait */
	long yields; /* calls of sched_yield() */
	long count;  /* what it worked out */
	long nvcsw;  /* the kernel's own counters, just before the thread ends */
	long nivcsw;
	uint64_t cpu_ns;
};

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void usage(const char *text)
{
	fprintf(stderr, "usage: %s\n", text);
	exit(2);
}

/* Keeps the calling thread, and what it creates, on the cores of @list, e.g. "0,2-3". */
static inline void pin(const char *list)
{
	cpu_set_t set;
	char *end;

	CPU_ZERO(&set);
	for (const char *at = list;; at = end + 1) {
		long from = strtol(at, &end, 10), to = from;

		if (end != at && *end == '-') {
			at = end + 1;
			to = strtol(at, &end, 10);
		}
		if (end == at || from < 0 || to >= CPU_SETSIZE || (*end && *end != ','))
			usage("--cores takes a list such as 0,2-3");
		for (; from <= to; from++)
			CPU_SET(from, &set);
		if (!*end)
			break;
	}
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot use these cores");
}

/* The @nth core (from 0) that the calling thread may use, -1 if there are fewer. */
static inline int nth_core(int nth)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && nth-- == 0)
			return cpu;
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

/* For workloads that are about sharing one core: the first one, unless --cores chose. */
static inline void share_one_core(const struct options *o)
{
	if (!o->pinned)
		move_to(0, nth_core(0));
}

/* Reads "[NUMBER...] [--cores LIST] [--quick]". Numbers not given come from @normal, or with
 * --quick from @quick; both have @count entries. */
static inline struct options options__parse(int argc, char **argv, const char *text, int count,
					    const long *normal, const long *quick)
{
	struct options o = { .pinned = false };
	bool hurry = false;
	int given = 0;
	char *end;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick")) {
			hurry = true;
		} else if (!strcmp(argv[i], "--cores") && i + 1 < argc) {
			pin(argv[++i]);
			o.pinned = true;
		} else {
			long n = strtol(argv[i], &end, 10);

			if (given == count || *end || n < 1 || n > 1000000000)
				usage(text);
			o.n[given++] = n;
		}
	}
	for (; given < count; given++)
		o.n[given] = hurry ? quick[given] : normal[given];
	return o;
}

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The work: always the same amount, whatever the clock says. */
static __attribute__((noinline, unused)) long count_primes(long below)
{
	long found = 0;

	for (long n = 2; n < below; n++) {
		long d = 2;

		while (d * d <= n && n % d)
			d++;
		found += d * d > n;
	}
	/* or the compiler would see that a second call gives the same answer, and leave it out */
	asm volatile("" : "+r"(found)::"memory");
	return found;
}

/* A device that answers once, @ms after each order. Returns a descriptor to read 8 bytes from. */
static inline int device__open(int flags)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, flags | TFD_CLOEXEC);

	if (fd < 0)
		die("timerfd_create");
	return fd;
}

static inline void device__order(int fd, long ms)
{
	struct itimerspec when = { .it_value = { ms / 1000, ms % 1000 * 1000000 } };

	if (timerfd_settime(fd, 0, &when, NULL))
		die("timerfd_settime");
}

/* Zeroed, and shared with children, so that processes can use it as threads do. */
static inline void *shared__alloc(size_t count, size_t size)
{
	void *p =
		mmap(NULL, count * size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* Call at the start of the thread: names it "NAME-NUMBER", or "NAME" if @number is 0. */
static inline void worker__begin(struct worker *w, const char *name, long number)
{
	snprintf(w->name, sizeof(w->name), number ? "%s-%ld" : "%s", name, number);
	pthread_setname_np(pthread_self(), w->name);
	w->tid = gettid();
}

/* Call as the thread's last act. */
static inline void worker__end(struct worker *w)
{
	struct rusage ru;

	w->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	if (getrusage(RUSAGE_THREAD, &ru))
		die("getrusage");
	w->nvcsw = ru.ru_nvcsw;
	w->nivcsw = ru.ru_nivcsw;
}

/* Prints ,"workers":[{...},...] to standard output. */
static inline void workers__print(const struct worker *w, long count)
{
	printf(",\"workers\":[");
	for (long i = 0; i < count; i++, w++)
		printf("%s{\"name\":\"%s\",\"tid\":%d,\"waits\":%ld,\"yields\":%ld,\"count\":%ld,"
		       "\"nvcsw\":%ld,\"nivcsw\":%ld,\"cpu_ns\":%llu}",
		       i ? "," : "", w->name, w->tid, w->waits, w->yields, w->count, w->nvcsw,
		       w->nivcsw, (unsigned long long)w->cpu_ns);
	printf("]");
}

/* Runs @count threads with @run over @w and waits for them. @w[i].index becomes i. */
static inline void workers__run(struct worker *w, long count, void *(*run)(void *))
{
	pthread_t *threads = shared__alloc((size_t)count, sizeof(*threads));

	for (long i = 0; i < count; i++) {
		w[i].index = i;
		errno = pthread_create(&threads[i], NULL, run, &w[i]);
		if (errno)
			die("pthread_create");
	}
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

#endif /* WORKLOAD_H */
