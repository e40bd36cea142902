/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * waits.c - what a blocked thread waits for, from the system call in flight, the kind of file
 * behind its descriptor, and whether the kernel calls it input or output.
 */
#include <string.h>

#include "user/model/reason.h"

/* What a call waits for if the descriptor does not say more. */
static const struct {
	const char *name;
	enum waits_on waits;
} calls[] = {
	{ "futex", WAITS_FUTEX },	    { "futex_waitv", WAITS_FUTEX },
	{ "futex_wait", WAITS_FUTEX },	    { "nanosleep", WAITS_SLEEP },
	{ "clock_nanosleep", WAITS_SLEEP }, { "poll", WAITS_POLL },
	{ "ppoll", WAITS_POLL },	    { "select", WAITS_POLL },
	{ "pselect6", WAITS_POLL },	    { "epoll_wait", WAITS_POLL },
	{ "epoll_pwait", WAITS_POLL },	    { "epoll_pwait2", WAITS_POLL },
	{ "wait4", WAITS_CHILD },	    { "waitid", WAITS_CHILD },
	{ "vfork", WAITS_CHILD },	    { "flock", WAITS_LOCK },
	{ "msgrcv", WAITS_IPC },	    { "msgsnd", WAITS_IPC },
	{ "semop", WAITS_IPC },		    { "semtimedop", WAITS_IPC },
	{ "mq_timedreceive", WAITS_IPC },   { "mq_timedsend", WAITS_IPC },
	{ "pause", WAITS_SIGNAL },	    { "rt_sigsuspend", WAITS_SIGNAL },
	{ "rt_sigtimedwait", WAITS_SIGNAL }, { "accept", WAITS_SOCKET },
	{ "accept4", WAITS_SOCKET },	    { "connect", WAITS_SOCKET },
	{ "recvfrom", WAITS_SOCKET },	    { "recvmsg", WAITS_SOCKET },
	{ "recvmmsg", WAITS_SOCKET },	    { "sendto", WAITS_SOCKET },
	{ "sendmsg", WAITS_SOCKET },	    { "sendmmsg", WAITS_SOCKET },
	{ "io_getevents", WAITS_IO },	    { "io_pgetevents", WAITS_IO },
	{ "io_uring_enter", WAITS_IO },	    { "fsync", WAITS_IO },
	{ "fdatasync", WAITS_IO },	    { "sync", WAITS_IO },
	{ "syncfs", WAITS_IO },		    { "sync_file_range", WAITS_IO },
	{ "msync", WAITS_IO },		    { "open", WAITS_FILE },
	{ "openat", WAITS_FILE },	    { "openat2", WAITS_FILE },
	{ "creat", WAITS_FILE },	    { "close", WAITS_FILE },
	{ "stat", WAITS_FILE },		    { "lstat", WAITS_FILE },
	{ "newfstatat", WAITS_FILE },	    { "statx", WAITS_FILE },
	{ "access", WAITS_FILE },	    { "faccessat", WAITS_FILE },
	{ "faccessat2", WAITS_FILE },	    { "getdents64", WAITS_FILE },
	{ "unlink", WAITS_FILE },	    { "unlinkat", WAITS_FILE },
	{ "rename", WAITS_FILE },	    { "renameat", WAITS_FILE },
	{ "renameat2", WAITS_FILE },	    { "mkdir", WAITS_FILE },
	{ "mkdirat", WAITS_FILE },	    { "rmdir", WAITS_FILE },
	{ "truncate", WAITS_FILE },	    { "ftruncate", WAITS_FILE },
	{ "execve", WAITS_FILE },	    { "execveat", WAITS_FILE },
	{ "readlink", WAITS_FILE },	    { "readlinkat", WAITS_FILE },
};

static enum waits_on by_file(enum file_kind file, bool iowait)
{
	switch (file) {
	case FILE_PIPE:
		return WAITS_PIPE;
	case FILE_SOCKET:
		return WAITS_SOCKET;
	case FILE_TTY:
		return WAITS_TTY;
	case FILE_EVENTFD:
		return WAITS_EVENT;
	case FILE_TIMERFD:
		return WAITS_TIMER;
	case FILE_SIGNALFD:
		return WAITS_SIGNAL;
	case FILE_EPOLL:
		return WAITS_POLL;
	case FILE_PIDFD:
		return WAITS_CHILD;
	case FILE_REGULAR:
	case FILE_BLOCK:
		return iowait ? WAITS_IO : WAITS_FILE;
	default:
		return iowait ? WAITS_IO : WAITS_OTHER;
	}
}

static enum waits_on by_call(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].waits;
	return WAITS_NONE;
}

static bool is_file_lock(const char *name, uint64_t command)
{
	/* F_SETLKW, F_OFD_SETLKW of include/uapi/asm-generic/fcntl.h */
	return strcmp(name, "fcntl") == 0 && (command == 7 || command == 38);
}

enum waits_on waits_on__decide(const struct event_switch *ev, uint32_t arch)
{
	bool iowait = ev->detail & SWITCH_IOWAIT;
	const char *name;
	enum waits_on w;

	if (ev->detail & SWITCH_KERNEL)
		return WAITS_OTHER;
	if (ev->detail & SWITCH_COMPAT)
		return iowait ? WAITS_IO : WAITS_OTHER;
	if (ev->syscall < 0)
		return WAITS_FAULT; /* came in by an exception: a page is not there */
	name = syscall__name(arch, ev->syscall);
	if (!name)
		return iowait ? WAITS_IO : WAITS_OTHER;
	if (is_file_lock(name, ev->arg))
		return WAITS_LOCK;
	/* wait_for_vfork_done(), kernel/fork.c: TASK_KILLABLE inside the call that made the child */
	if ((ev->state & 0x102) == 0x102 && strncmp(name, "clone", 5) == 0)
		return WAITS_CHILD;
	if (ev->file != FILE_NONE && ev->file != FILE_UNKNOWN)
		return by_file(ev->file, iowait);
	w = by_call(name);
	if (w == WAITS_POLL && ev->arg == 0 && !strstr(name, "epoll"))
		return WAITS_SLEEP; /* poll() of nothing, with a time-out */
	if (w == WAITS_FILE && iowait)
		return WAITS_IO;
	if (w == WAITS_NONE)
		return iowait ? WAITS_IO : WAITS_OTHER;
	return w;
}
