/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * feeder.h - a thread that writes one byte into pipes and sockets, one after the other, by timer.
 *
 * It stands for the outside world in io-threads.c and io-tasks.c: the same load for both.
 */
#ifndef FEEDER_H
#define FEEDER_H

#include "workload.h"
#include <sys/socket.h>

struct line {
	int in; /* the reader's end */
	int out;
};

static struct line *feeder_lines;
static long feeder_count;

/* Opens @count lines: pipes and sockets in turn. @flags: 0 or O_NONBLOCK, for the readers. */
static inline void feeder__open(long count, int flags)
{
	feeder_lines = shared__alloc((size_t)count, sizeof(*feeder_lines));
	feeder_count = count;
	for (long i = 0; i < count; i++) {
		int fd[2];

		if (i % 2 ? socketpair(AF_UNIX, SOCK_STREAM | flags, 0, fd) : pipe2(fd, flags))
			die("cannot make a line");
		feeder_lines[i] = (struct line){ fd[0], fd[1] };
	}
}

/* The thread: @arg->rounds bytes into each line, one every 4 ms. */
static void *feeder(void *arg)
{
	struct worker *w = arg;
	int timer = device__open(0);
	uint64_t ticks;

	worker__begin(w, "feeder", 0);
	for (; w->count < w->rounds * feeder_count; w->count++) {
		device__order(timer, 4);
		if (read(timer, &ticks, sizeof(ticks)) != sizeof(ticks))
			die("read");
		w->waits++;
		if (write(feeder_lines[w->count % feeder_count].out, "x", 1) != 1)
			die("write");
	}
	worker__end(w);
	close(timer);
	return NULL;
}

#endif /* FEEDER_H */
