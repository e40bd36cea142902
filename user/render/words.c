/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* words.c - see words.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "user/lib/text.h"
#include "user/render/words.h"

const char *words__cause(enum cause c)
{
	switch (c) {
	case CAUSE_SLICE:
		return "slice used up";
	case CAUSE_WAKEUP:
		return "a woken thread was due first";
	case CAUSE_CLASS:
		return "a real-time thread came";
	case CAUSE_MIGRATION:
		return "moved to another core";
	case CAUSE_QUOTA:
		return "its group's CPU quota is used up";
	default:
		return "cause unknown";
	}
}

const char *words__waits_on(enum waits_on w)
{
	static const char *const words[WAITS_COUNT] = {
		[WAITS_FUTEX] = "another thread (futex)",
		[WAITS_GIL] = "the GIL",
		[WAITS_SLEEP] = "time to pass (sleep)",
		[WAITS_TIMER] = "a timer",
		[WAITS_EVENT] = "an eventfd",
		[WAITS_PIPE] = "a pipe",
		[WAITS_SOCKET] = "a socket",
		[WAITS_POLL] = "one of several files (poll)",
		[WAITS_FILE] = "a file",
		[WAITS_TTY] = "the terminal",
		[WAITS_CHILD] = "a child process",
		[WAITS_FAULT] = "a page of memory",
		[WAITS_IO] = "the disk (I/O)",
		[WAITS_LOCK] = "a file lock",
		[WAITS_IPC] = "a message or semaphore (IPC)",
		[WAITS_SIGNAL] = "a signal",
		[WAITS_OTHER] = "something in the kernel",
	};

	return w > WAITS_NONE && w < WAITS_COUNT ? words[w] : "something";
}

char *words__reason(char *buf, size_t size, const struct turn *t)
{
	static const char *const where[MODE_COUNT] = {
		[MODE_NONE] = "", [MODE_USER] = " in its own code", [MODE_KERNEL] = " in the kernel",
		[MODE_WAIT] = " as it began to wait"
	};

	switch (t->reason) {
	case REASON_PREEMPTED:
		snprintf(buf, size, "pre-empted%s (%s)", where[t->mode], words__cause(t->cause));
		break;
	case REASON_YIELDED:
		snprintf(buf, size, "gave way (sched_yield)");
		break;
	case REASON_BLOCKED:
		snprintf(buf, size, "began to wait for %s", words__waits_on(t->waits_on));
		break;
	case REASON_STOPPED:
		snprintf(buf, size, "was stopped");
		break;
	case REASON_EXITED:
		snprintf(buf, size, "ended");
		break;
	default:
		snprintf(buf, size, "left, unclear why");
	}
	return buf;
}

char *words__short(char *buf, size_t size, const struct turn *t)
{
	static const char *const where[MODE_COUNT] = {
		[MODE_NONE] = "", [MODE_USER] = "", [MODE_KERNEL] = " in the kernel",
		[MODE_WAIT] = " as it began to wait"
	};

	if (t->reason == REASON_PREEMPTED)
		snprintf(buf, size, "pre-empted%s: %s", where[t->mode], words__cause(t->cause));
	else if (t->reason == REASON_BLOCKED)
		snprintf(buf, size, "waits for %s", words__waits_on(t->waits_on));
	else
		words__reason(buf, size, t);
	return buf;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

char *words__where(char *buf, size_t size, const struct symbol *s, bool ascii)
{
	char function[80], file[80];

	buf[0] = 0;
	if (!s)
		return buf;
	text__safe(function, sizeof(function), s->function ? s->function : "", 48, ascii);
	if (s->file && s->line) {
		text__safe(file, sizeof(file), base_name(s->file), 40, ascii);
		snprintf(buf, size, "%s:%u in %s", file, s->line, function[0] ? function : "?");
	} else if (s->function) {
		text__safe(file, sizeof(file), s->object ? base_name(s->object) : "?", 40, ascii);
		snprintf(buf, size, "%s+0x%" PRIx64 " (%s)", function, s->offset, file);
	} else if (s->object) {
		text__safe(file, sizeof(file), base_name(s->object), 40, ascii);
		snprintf(buf, size, "%s", file);
	}
	return buf;
}
