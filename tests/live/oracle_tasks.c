/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_tasks.c - ucontext tasks on two threads; every create, switch and end is counted.
 *
 * Each thread makes its tasks, resumes them in turn until all have ended, and ends. A task gives
 * way to the thread's own context, except that every `pass` task hands over to its neighbour,
 * which gives way for both. Ends go through uc_link, which is no call of swapcontext().
 */
#include "oracle.h"
#include <ucontext.h>

#define THREADS 2
#define TASKS	7
#define STEPS	31
#define STACK	65536

struct loop {
	pid_t tid;
	ucontext_t context;
	struct task {
		ucontext_t context;
		struct loop *loop;
		long steps; /* left */
		long swaps;
		bool ended;
		char *stack;
	} tasks[TASKS];
	struct task *current;
	long creates, swaps, ends, resumes;
};

static __thread struct loop *here;

static void swap(ucontext_t *from, ucontext_t *to)
{
	here->swaps++;
	if (swapcontext(from, to))
		die("swapcontext");
}

static void work(void)
{
	for (volatile int i = 0; i < 20000; i++)
		;
}

static void task_end(struct task *task)
{
	task->ended = true;
	task->loop->ends++;
}

static void stay(void)
{
	struct task *me = here->current;

	for (; me->steps; me->steps--) {
		work();
		me->swaps++;
		swap(&me->context, &me->loop->context);
	}
	task_end(me);
}

static void pass(void)
{
	struct task *me = here->current, *neighbour = me + 1;

	for (; me->steps; me->steps--) {
		work();
		me->swaps++;
		here->current = neighbour->ended ? NULL : neighbour;
		swap(&me->context, neighbour->ended ? &me->loop->context : &neighbour->context);
	}
	task_end(me);
}

static void create(struct loop *loop, int i)
{
	struct task *task = &loop->tasks[i];
	bool passes = i % 3 == 1 && i + 1 < TASKS;

	task->loop = loop;
	task->steps = STEPS;
	task->stack = malloc(STACK);
	if (!task->stack || getcontext(&task->context))
		die("cannot create a task");
	task->context.uc_stack.ss_sp = task->stack;
	task->context.uc_stack.ss_size = STACK;
	task->context.uc_link = &loop->context;
	makecontext(&task->context, passes ? pass : stay, 0);
	loop->creates++;
}

static void *run(void *arg)
{
	struct loop *loop = here = arg;

	loop->tid = gettid();
	for (int i = 0; i < TASKS; i++)
		create(loop, i);
	while (loop->ends < TASKS)
		for (int i = 0; i < TASKS; i++) {
			if (loop->tasks[i].ended)
				continue;
			loop->resumes++;
			loop->current = &loop->tasks[i];
			swap(&loop->context, &loop->tasks[i].context);
		}
	return NULL;
}

static void print(const struct loop *loop)
{
	printf("{\"tid\":%d,\"creates\":%ld,\"swapcontext\":%ld,\"ends\":%ld,\"resumed_by_loop\":%"
	       "ld,"
	       "\"tasks\":[",
	       loop->tid, loop->creates, loop->swaps, loop->ends, loop->resumes);
	for (int i = 0; i < TASKS; i++)
		printf("%s{\"context\":\"%p\",\"entry\":\"%s\",\"gave_way\":%ld}", i ? "," : "",
		       (const void *)&loop->tasks[i].context,
		       i % 3 == 1 && i + 1 < TASKS ? "pass" : "stay", loop->tasks[i].swaps);
	printf("]}");
}

int main(void)
{
	static struct loop loops[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		threads[i] = start(run, &loops[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"tasks\",\"threads\":[");
	for (int i = 0; i < THREADS; i++) {
		print(&loops[i]);
		printf(i + 1 < THREADS ? "," : "]}\n");
	}
	return 0;
}
