/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * keeper.c - see keeper.h. Windows of 20 ms once a second: while statistics are on, each run of
 * a BPF program reads the clock twice more, so measuring always would cost what it measures.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/record/keeper.h"

#define WINDOW_MS 20
#define PAUSE_MS  980
#define PROGRAMS_MAX 32

enum request { REQUEST_BEGIN = 'b', REQUEST_END = 'e' };

/* Narrows the capabilities to what is named in keeper.h; those that are not there stay away. */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {};
	static const int keep[] = { CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON };

	if (syscall(SYS_capget, &head, data))
		return;
	for (int word = 0; word < 2; word++) {
		unsigned int mask = 0;

		for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
			if (keep[i] / 32 == word)
				mask |= 1u << (keep[i] % 32);
		data[word].permitted &= mask;
		data[word].effective = data[word].permitted;
		data[word].inheritable = 0;
	}
	syscall(SYS_capset, &head, data);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Waits up to @ms for a request; 0 none, -1 the recorder is gone. */
static int next_request(int sock, int ms)
{
	struct pollfd p = { sock, POLLIN, 0 };
	char byte;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	return read(sock, &byte, 1) == 1 ? byte : -1;
}

static int measure(int sock)
{
	for (;;) {
		int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
		int request = next_request(sock, WINDOW_MS);

		if (fd >= 0)
			close(fd);
		if (request)
			return request;
		request = next_request(sock, PAUSE_MS);
		if (request)
			return request;
	}
}

static void keeper__main(int sock, const struct programs *p)
{
	struct trace_program stats[PROGRAMS_MAX];
	uint32_t n;
	int request;

	signal(SIGINT, SIG_IGN); /* the recorder decides when it ends */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	drop_capabilities();
	request = next_request(sock, -1);
	if (request == REQUEST_BEGIN)
		request = measure(sock);
	if (request == REQUEST_END) {
		n = programs__stats(p, stats, PROGRAMS_MAX);
		if (write(sock, &n, sizeof(n)) == (ssize_t)sizeof(n) &&
		    write(sock, stats, n * sizeof(stats[0])) < 0)
			_exit(1);
	}
	_exit(0);
}

int keeper__start(struct keeper *k, const struct programs *p)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	k->pid = fork();
	if (k->pid < 0) {
		close(pair[0]);
		close(pair[1]);
		return -errno;
	}
	if (k->pid == 0) {
		close(pair[0]);
		keeper__main(pair[1], p);
	}
	close(pair[1]);
	k->sock = pair[0];
	return 0;
}

static void keeper__ask(struct keeper *k, enum request request)
{
	char byte = (char)request;

	if (send(k->sock, &byte, 1, MSG_NOSIGNAL) < 0)
		return; /* it is gone: nothing is measured */
}

void keeper__begin(struct keeper *k)
{
	keeper__ask(k, REQUEST_BEGIN);
}

static int read_all(int fd, void *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (char *)buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

uint32_t keeper__end(struct keeper *k, struct trace_program *out, uint32_t max)
{
	uint32_t n = 0;

	keeper__ask(k, REQUEST_END);
	if (read_all(k->sock, &n, sizeof(n)) || n > max ||
	    read_all(k->sock, out, n * sizeof(out[0])))
		n = 0;
	close(k->sock);
	waitpid(k->pid, NULL, 0);
	return n;
}
