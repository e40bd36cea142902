/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * tasks.c - one job, three ways (2): each worker is a coroutine task; all share one thread.
 *
 * The same rounds as threads.c: compute for about 25 ms, then wait 10 ms for a device.
 * Run: tasks [WORKERS [ROUNDS]] [--cores LIST] [--quick]
 * See: a task leaves only where it waits; more cores do not help; the kernel knows one thread.
 */
#include "task.h"

static long rounds;

static void worker(struct task *task)
{
	uint64_t answer;

	for (long i = 0; i < rounds; i++) {
		task->count += count_primes(WORK_PRIMES);
		device__order(task->fd, 10);
		task__wait(task, task->fd);
		if (read(task->fd, &answer, sizeof(answer)) != sizeof(answer))
			die("read");
	}
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "tasks [WORKERS [ROUNDS]] [--cores LIST] [--quick]", 2,
			       (long[]){ 3, 5 }, (long[]){ 3, 2 });
	struct task *task = shared__alloc((size_t)o.n[0], sizeof(*task));
	struct worker thread = { .waits = 0 };
	char name[32];

	rounds = o.n[1];
	worker__begin(&thread, "tasks", 0);
	for (long i = 0; i < o.n[0]; i++) {
		snprintf(name, sizeof(name), "worker-%ld", i + 1);
		task[i].fd = device__open(TFD_NONBLOCK);
		loop__add(&task[i], name, "worker", worker);
	}
	loop__run();
	thread.waits = loop.epoll_waits;
	worker__end(&thread);

	printf("{\"workload\":\"tasks\",\"rounds\":%ld", rounds);
	tasks__print(task, o.n[0]);
	workers__print(&thread, 1);
	printf("}\n");
	return 0;
}
