/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_waits.c - one thread for each thing that a thread can wait for, a prime number of times.
 *
 * The kinds run one after the other. What ends a wait is done by the main thread, and only when
 * /proc shows that the waiter has left its core: so each wait is exactly one voluntary switch.
 * For "io" this cannot be arranged; its "exact" is false. What this machine does not permit is
 * listed with the reason under "skipped".
 */
#include "oracle.h"
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <termios.h>

#define PAGE 4096

/* In shared memory: of the kind "fcntl" the waiter is a process. */
struct waiter {
	const struct kind *kind;
	volatile pid_t tid;
	pid_t pid;
	volatile int go;
	long done; /* waits that ended */
	long fed;
	struct counts counts;
	int fd[2]; /* [0] is the waiter's */
	int other[2];
	uint32_t word;
	int queue;
	char *memory;
	struct msg_text {
		long type;
		char text[8];
	} message;
};

struct kind {
	const char *name;
	const char *waits_on;
	long times;
	int (*open)(struct waiter *w); /* 0 or -errno */
	void (*wait)(struct waiter *w);
	void (*feed)(struct waiter *w);
	bool process;
	bool inexact;
};

static int os(long result)
{
	return result < 0 ? -errno : 0;
}

static void must(long result, const char *what)
{
	if (result < 0)
		die(what);
}

static void read_one(struct waiter *w)
{
	uint64_t any;

	must(read(w->fd[0], &any, sizeof(any)), "read");
}

static void write_one(struct waiter *w)
{
	uint64_t one = 1;

	must(write(w->fd[1], &one, sizeof(one)), "write");
}

static int futex__open(struct waiter *w)
{
	w->word = 0;
	return 0;
}

static void futex__wait(struct waiter *w)
{
	must(syscall(SYS_futex, &w->word, FUTEX_WAIT, 0, NULL, NULL, 0), "futex wait");
}

static void futex__feed(struct waiter *w)
{
	must(syscall(SYS_futex, &w->word, FUTEX_WAKE, 1, NULL, NULL, 0), "futex wake");
}

static void sleep__wait(struct waiter *w)
{
	(void)w;
	nap_us(1000);
}

static int timer__open(struct waiter *w)
{
	w->fd[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return os(w->fd[0]);
}

static void timer__feed(struct waiter *w)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1 };

	must(timerfd_settime(w->fd[0], 0, &soon, NULL), "timerfd_settime");
}

static int event__open(struct waiter *w)
{
	w->fd[0] = w->fd[1] = eventfd(0, EFD_CLOEXEC);
	return os(w->fd[0]);
}

static int pipe__open(struct waiter *w)
{
	return os(pipe2(w->fd, O_CLOEXEC));
}

static int socket__open(struct waiter *w)
{
	return os(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, w->fd));
}

static int poll__open(struct waiter *w)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int err = event__open(w);

	w->other[0] = epoll_create1(EPOLL_CLOEXEC);
	return err ? err : os(epoll_ctl(w->other[0], EPOLL_CTL_ADD, w->fd[0], &ev));
}

static void poll__wait(struct waiter *w)
{
	struct epoll_event ev;

	must(epoll_wait(w->other[0], &ev, 1, -1), "epoll_wait");
	read_one(w);
}

static int tty__open(struct waiter *w)
{
	struct termios t;
	char *name;

	w->fd[1] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (w->fd[1] < 0 || grantpt(w->fd[1]) || unlockpt(w->fd[1]))
		return -errno;
	name = ptsname(w->fd[1]);
	if (!name)
		return -errno;
	w->fd[0] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (w->fd[0] < 0 || tcgetattr(w->fd[0], &t))
		return -errno;
	cfmakeraw(&t);
	return os(tcsetattr(w->fd[0], TCSANOW, &t));
}

static void tty__wait(struct waiter *w)
{
	char byte;

	must(read(w->fd[0], &byte, 1), "read of a terminal");
}

static void tty__feed(struct waiter *w)
{
	must(write(w->fd[1], "x", 1), "write to a terminal");
}

static void child__wait(struct waiter *w)
{
	pid_t child = fork_or_die();

	if (!child) {
		read_one(w);
		_exit(0);
	}
	must(waitpid(child, NULL, 0), "waitpid");
}

static int fault__open(struct waiter *w)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register where = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	size_t size = (size_t)w->kind->times * PAGE;

	w->fd[1] = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (w->fd[1] < 0 || ioctl(w->fd[1], UFFDIO_API, &api))
		return -errno;
	w->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (w->memory == MAP_FAILED)
		return -errno;
	madvise(w->memory, size, MADV_NOHUGEPAGE);
	where.range.start = (uintptr_t)w->memory;
	where.range.len = size;
	return os(ioctl(w->fd[1], UFFDIO_REGISTER, &where));
}

static void fault__wait(struct waiter *w)
{
	*(volatile char *)(w->memory + w->done * PAGE) = 1;
}

static void fault__feed(struct waiter *w)
{
	struct uffdio_zeropage zero = { .range.len = PAGE };
	struct uffd_msg msg;

	must(read(w->fd[1], &msg, sizeof(msg)), "read of the userfaultfd");
	zero.range.start = msg.arg.pagefault.address & ~(uint64_t)(PAGE - 1);
	must(ioctl(w->fd[1], UFFDIO_ZEROPAGE, &zero), "UFFDIO_ZEROPAGE");
}

/* An open file without a name, so that nothing is left behind. */
static int open_unnamed(int flags)
{
	char path[] = "/var/tmp/taketurns-XXXXXX";
	int made = mkostemp(path, O_CLOEXEC), fd = -1;

	if (made < 0)
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	unlink(path);
	close(made);
	return fd;
}

static int io__open(struct waiter *w)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));

	w->fd[0] = open_unnamed(O_DIRECT);
	w->memory = page;
	return os(w->fd[0]);
}

static void io__wait(struct waiter *w)
{
	must(pwrite(w->fd[0], w->memory, PAGE, w->done * PAGE), "pwrite");
	must(fsync(w->fd[0]), "fsync");
	must(pread(w->fd[0], w->memory, PAGE, w->done * PAGE), "pread");
}

/*
 * Two locks, both held by the feeder at first. The waiter asks for them in turn: when it sleeps
 * at one, it has let go of the other, so that the feeder can take that again before it gives.
 */
static void flock__wait(struct waiter *w)
{
	must(flock(w->fd[w->done % 2], LOCK_EX), "flock");
	must(flock(w->fd[w->done % 2], LOCK_UN), "flock");
}

static void flock__feed(struct waiter *w)
{
	must(flock(w->other[!(w->fed % 2)], LOCK_EX), "flock");
	must(flock(w->other[w->fed % 2], LOCK_UN), "flock");
}

static int flock__open(struct waiter *w)
{
	char path[64];

	for (int i = 0; i < 2; i++) {
		w->fd[i] = open_unnamed(0);
		if (w->fd[i] < 0)
			return -errno;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", w->fd[i]);
		w->other[i] = open(path, O_RDWR | O_CLOEXEC);
		if (w->other[i] < 0 || flock(w->other[i], LOCK_EX))
			return -errno;
	}
	return 0;
}

static void fcntl__set(int fd, int type)
{
	struct flock lock = { .l_type = (short)type, .l_whence = SEEK_SET, .l_len = 1 };

	must(fcntl(fd, F_SETLKW, &lock), "fcntl F_SETLKW");
}

static int fcntl__open(struct waiter *w)
{
	for (int i = 0; i < 2; i++) {
		w->fd[i] = open_unnamed(0);
		if (w->fd[i] < 0)
			return -errno;
		fcntl__set(w->fd[i], F_WRLCK);
	}
	return 0;
}

static void fcntl__wait(struct waiter *w)
{
	fcntl__set(w->fd[w->done % 2], F_WRLCK);
	fcntl__set(w->fd[w->done % 2], F_UNLCK);
}

static void fcntl__feed(struct waiter *w)
{
	fcntl__set(w->fd[!(w->fed % 2)], F_WRLCK);
	fcntl__set(w->fd[w->fed % 2], F_UNLCK);
}

static int ipc__open(struct waiter *w)
{
	w->queue = msgget(IPC_PRIVATE, 0600);
	w->message.type = 1;
	return os(w->queue);
}

static void ipc__wait(struct waiter *w)
{
	must(msgrcv(w->queue, &w->message, sizeof(w->message.text), 0, 0), "msgrcv");
	if (w->done == w->kind->times - 1)
		msgctl(w->queue, IPC_RMID, NULL);
}

static void ipc__feed(struct waiter *w)
{
	struct msg_text message = { .type = 1 };

	must(msgsnd(w->queue, &message, sizeof(message.text), 0), "msgsnd");
}

static void signal__wait(struct waiter *w)
{
	sigset_t set;

	(void)w;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(sigwaitinfo(&set, NULL), "sigwaitinfo");
}

static void signal__feed(struct waiter *w)
{
	must(syscall(SYS_tgkill, w->pid, w->tid, SIGUSR1), "tgkill");
}

static const struct kind kinds[] = {
	{ "futex", "futex", 23, futex__open, futex__wait, futex__feed, 0, 0 },
	{ "sleep", "sleep", 29, NULL, sleep__wait, NULL, 0, 0 },
	{ "timer", "timer", 31, timer__open, read_one, timer__feed, 0, 0 },
	{ "event", "event", 23, event__open, read_one, write_one, 0, 0 },
	{ "pipe", "pipe", 29, pipe__open, read_one, write_one, 0, 0 },
	{ "socket", "socket", 23, socket__open, read_one, write_one, 0, 0 },
	{ "poll", "poll", 23, poll__open, poll__wait, write_one, 0, 0 },
	{ "tty", "tty", 23, tty__open, tty__wait, tty__feed, 0, 0 },
	{ "child", "child", 11, pipe__open, child__wait, write_one, 0, 0 },
	{ "fault", "fault", 23, fault__open, fault__wait, fault__feed, 0, 0 },
	{ "io", "io", 23, io__open, io__wait, NULL, 0, 1 },
	{ "flock", "lock", 23, flock__open, flock__wait, flock__feed, 0, 0 },
	{ "fcntl", "lock", 23, fcntl__open, fcntl__wait, fcntl__feed, 1, 0 },
	{ "ipc", "ipc", 23, ipc__open, ipc__wait, ipc__feed, 0, 0 },
	{ "signal", "signal", 23, NULL, signal__wait, signal__feed, 0, 0 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void *waiter__run(void *arg)
{
	struct waiter *w = arg;
	struct counts before;

	pthread_setname_np(pthread_self(), w->kind->name);
	w->pid = getpid();
	w->tid = gettid();
	while (!w->go) /* the feeder has noted how often this thread has blocked so far */
		;
	before = counts_now();
	for (; w->done < w->kind->times; w->done++)
		w->kind->wait(w);
	w->counts = counts_since(before);
	return NULL;
}

static void waiter__feed(struct waiter *w)
{
	long seen;

	while (!w->tid)
		nap_us(100);
	look_at(w->pid, w->tid, &seen);
	w->go = 1;
	for (; w->kind->feed && w->fed < w->kind->times; w->fed++) {
		await_blocked(w->pid, w->tid, &seen);
		w->kind->feed(w);
	}
}

/* Returns 0, or -errno where this kind cannot be had here. */
static int waiter__go(struct waiter *w, const struct kind *kind)
{
	pthread_t thread = 0;
	pid_t child = 0;
	int err;

	w->kind = kind;
	err = kind->open ? kind->open(w) : 0;
	if (err)
		return err;
	if (kind->process) {
		child = fork_or_die();
		if (!child) {
			waiter__run(w);
			_exit(0);
		}
	} else {
		thread = start(waiter__run, w);
	}
	waiter__feed(w);
	if (child)
		must(waitpid(child, NULL, 0), "waitpid");
	else
		pthread_join(thread, NULL);
	return 0;
}

int main(void)
{
	struct waiter *w = shared__alloc(KINDS * sizeof(*w));
	int errors[KINDS];
	const char *comma = "";
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < KINDS; i++)
		errors[i] = waiter__go(&w[i], &kinds[i]);

	printf("{\"oracle\":\"waits\",\"kinds\":[");
	for (size_t i = 0; i < KINDS; i++) {
		if (errors[i])
			continue;
		printf("%s{\"name\":\"%s\",\"waits_on\":\"%s\",\"tid\":%d,\"pid\":%d,\"count\":%ld,"
		       "\"exact\":%s,\"nvcsw\":%ld,\"nivcsw\":%ld}",
		       comma, kinds[i].name, kinds[i].waits_on, w[i].tid, w[i].pid, w[i].done,
		       kinds[i].inexact ? "false" : "true", w[i].counts.nvcsw, w[i].counts.nivcsw);
		comma = ",";
	}
	printf("],\"skipped\":{");
	comma = "";
	for (size_t i = 0; i < KINDS; i++)
		if (errors[i]) {
			printf("%s\"%s\":\"%s\"", comma, kinds[i].name, strerror(-errors[i]));
			comma = ",";
		}
	printf("}}\n");
	return 0;
}
