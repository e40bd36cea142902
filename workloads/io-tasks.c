/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * io-tasks.c - a task for each connection, all on one thread with an event loop.
 *
 * Run: io-tasks [READERS [ROUNDS]] [--cores LIST] [--quick]
 * See: only the loop blocks, in epoll (poll); the byte that comes decides which task is resumed.
 *      Compare with io-threads.c, which serves the same load with a thread for each connection.
 */
#include "task.h"
#include "feeder.h"
#include <fcntl.h>

static long rounds;

static void reader(struct task *task)
{
	char byte;

	for (long i = 0; i < rounds; i++) {
		task__wait(task, task->fd);
		if (read(task->fd, &byte, 1) != 1)
			die("read");
		task->count += count_primes(WORK_MS);
	}
}

int main(int argc, char **argv)
{
	struct options o =
		options__parse(argc, argv, "io-tasks [READERS [ROUNDS]] [--cores LIST] [--quick]",
			       2, (long[]){ 4, 23 }, (long[]){ 4, 5 });
	struct worker *w = shared__alloc(2, sizeof(*w));
	struct task *task = shared__alloc((size_t)o.n[0], sizeof(*task));
	pthread_t feeding;
	char name[32];

	rounds = o.n[1];
	feeder__open(o.n[0], O_NONBLOCK);
	for (long i = 0; i < o.n[0]; i++) {
		snprintf(name, sizeof(name), "reader-%ld", i + 1);
		task[i].fd = feeder_lines[i].in;
		loop__add(&task[i], name, "reader", reader);
	}
	w[0].rounds = rounds;
	errno = pthread_create(&feeding, NULL, feeder, &w[0]);
	if (errno)
		die("pthread_create");
	worker__begin(&w[1], "io-tasks", 0);
	loop__run();
	w[1].waits = loop.epoll_waits;
	worker__end(&w[1]);
	pthread_join(feeding, NULL);

	printf("{\"workload\":\"io-tasks\",\"rounds\":%ld", rounds);
	tasks__print(task, o.n[0]);
	workers__print(w, 2);
	printf("}\n");
	return 0;
}
