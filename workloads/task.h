/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * task.h - coroutine tasks and their event loop, on one thread, in a hundred lines.
 *
 * The loop is the program's own context: it resumes each task that is ready, and when none is,
 * waits in epoll for a descriptor that a task waits for. A task runs until it gives way: nobody
 * can take the thread from it (hog.c). All switches are counted, for the tests.
 * Every resume and every giving way is one swapcontext(); a task's end goes through uc_link.
 */
#ifndef TASK_H
#define TASK_H

#include "workload.h"
#include <sys/epoll.h>
#include <ucontext.h>

#define TASK_STACK 65536

struct task {
	ucontext_t context;
	char name[16];
	const char *entry; /* the name of run */
	void (*run)(struct task *task);
	struct task *next; /* in the ready queue */
	long index;
	int fd;	    /* for the workload's use */
	long count; /* what it worked out */
	long resumes;
	long gave_way;
	uint64_t gap_ns; /* its longest time off the thread */
	uint64_t left_ns;
};

static struct {
	ucontext_t context;
	struct task *current;
	struct task *first, *last; /* ready queue */
	long alive;
	long swaps;
	long epoll_waits;
	int epoll;
} loop;

static inline void loop__ready(struct task *task)
{
	task->next = NULL;
	if (loop.first)
		loop.last->next = task;
	else
		loop.first = task;
	loop.last = task;
}

static inline void task__start(void)
{
	loop.current->run(loop.current);
	loop.alive--;
}

/* Makes @task ready to run @run; call before loop__run(). */
static inline void loop__add(struct task *task, const char *name, const char *entry,
			     void (*run)(struct task *task))
{
	if (!loop.epoll) {
		loop.epoll = epoll_create1(EPOLL_CLOEXEC);
		if (loop.epoll < 0)
			die("epoll_create1");
	}
	snprintf(task->name, sizeof(task->name), "%s", name);
	task->entry = entry;
	task->run = run;
	getcontext(&task->context);
	task->context.uc_stack.ss_sp = shared__alloc(TASK_STACK, 1);
	task->context.uc_stack.ss_size = TASK_STACK;
	task->context.uc_link = &loop.context;
	makecontext(&task->context, task__start, 0);
	loop.alive++;
	loop__ready(task);
}

static inline void task__give_way(struct task *task)
{
	task->gave_way++;
	loop.swaps++;
	swapcontext(&task->context, &loop.context);
}

/* Lets the other tasks go first. */
static inline void task__yield(struct task *task)
{
	loop__ready(task);
	task__give_way(task);
}

/* Gives way until @fd, which no other task waits for, can be read. */
static inline void task__wait(struct task *task, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = task };

	if (epoll_ctl(loop.epoll, EPOLL_CTL_MOD, fd, &ev) &&
	    epoll_ctl(loop.epoll, EPOLL_CTL_ADD, fd, &ev))
		die("epoll_ctl");
	task__give_way(task);
}

static inline void loop__resume(struct task *task)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (task->left_ns && now - task->left_ns > task->gap_ns)
		task->gap_ns = now - task->left_ns;
	task->resumes++;
	loop.swaps++;
	loop.current = task;
	swapcontext(&loop.context, &task->context);
	task->left_ns = clock_ns(CLOCK_MONOTONIC);
}

/* Runs the tasks until all have ended. */
static inline void loop__run(void)
{
	struct epoll_event events[16];

	while (loop.alive) {
		struct task *task = loop.first;
		int ready;

		if (task) {
			loop.first = task->next;
			loop__resume(task);
			continue;
		}
		ready = epoll_wait(loop.epoll, events, 16, -1);
		if (ready < 0 && errno != EINTR)
			die("epoll_wait");
		loop.epoll_waits++;
		for (int i = 0; i < ready; i++)
			loop__ready(events[i].data.ptr);
	}
}

/* Prints ,"swapcontext":N,...,"tasks":[{...},...] to standard output. */
static inline void tasks__print(const struct task *task, long count)
{
	printf(",\"swapcontext\":%ld,\"epoll_wait\":%ld,\"tasks\":[", loop.swaps, loop.epoll_waits);
	for (long i = 0; i < count; i++, task++)
		printf("%s{\"name\":\"%s\",\"entry\":\"%s\",\"resumes\":%ld,\"gave_way\":%ld,"
		       "\"count\":%ld,\"longest_gap_ns\":%llu}",
		       i ? "," : "", task->name, task->entry, task->resumes, task->gave_way,
		       task->count, (unsigned long long)task->gap_ns);
	printf("]");
}

#endif /* TASK_H */
