/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * kernel_text.c - finds schedule(), sched_yield's function and the functions on the way back to
 * user mode in /proc/kallsyms. A function reaches to the next higher text address of any symbol.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/kernel_text.h"

struct wanted {
	const char *name;
	struct text_range *range;
};

/* The functions from which schedule() is called on the way out, by kernel age:
 * kernel/entry/common.c, include/linux/irq-entry-common.h; arm64: do_notify_resume(). */
static size_t list_wanted(struct kernel_text *t, struct wanted *w)
{
	static const char *const exits[EXIT_RANGES] = {
		"exit_to_user_mode_loop",	"exit_to_user_mode_prepare",
		"irqentry_exit_to_user_mode",	"syscall_exit_to_user_mode",
		"syscall_exit_to_user_mode_work", "do_notify_resume",
	};
	size_t n = 0;

	w[n++] = (struct wanted){ "schedule", &t->schedule[0] };
	w[n++] = (struct wanted){ "schedule_user", &t->schedule[1] };
	w[n++] = (struct wanted){ "do_sched_yield", &t->yield[0] };
	w[n++] = (struct wanted){ "__x64_sys_sched_yield", &t->yield[1] };
	for (size_t i = 0; i < EXIT_RANGES; i++)
		w[n++] = (struct wanted){ exits[i], &t->exit[i] };
	return n;
}

static bool parse_line(const char *line, uint64_t *addr, char *type, const char **name)
{
	char *end;

	*addr = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	*type = end[1];
	*name = end + 3;
	return *addr != 0;
}

static void find_starts(FILE *f, const struct wanted *w, size_t n)
{
	char line[512], type;
	const char *name;
	uint64_t addr;

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n\t")] = 0;
		if (!parse_line(line, &addr, &type, &name) || (type != 't' && type != 'T'))
			continue;
		for (size_t i = 0; i < n; i++)
			if (strcmp(name, w[i].name) == 0)
				w[i].range->from = addr;
	}
}

static void find_ends(FILE *f, const struct wanted *w, size_t n)
{
	char line[512], type;
	const char *name;
	uint64_t addr;

	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		if (!parse_line(line, &addr, &type, &name))
			continue;
		for (size_t i = 0; i < n; i++) {
			struct text_range *r = w[i].range;

			if (r->from && addr > r->from && (!r->to || addr < r->to))
				r->to = addr;
		}
	}
}

bool kernel_text__read(struct kernel_text *t)
{
	struct wanted w[4 + EXIT_RANGES];
	FILE *f = fopen("/proc/kallsyms", "re");
	size_t n;
	bool exits = false;

	memset(t, 0, sizeof(*t));
	if (!f)
		return false;
	n = list_wanted(t, w);
	find_starts(f, w, n);
	find_ends(f, w, n);
	fclose(f);
	for (size_t i = 0; i < EXIT_RANGES; i++)
		exits |= t->exit[i].to != 0;
	if (t->schedule[0].to && (t->yield[0].to || t->yield[1].to) && exits)
		return true;
	memset(t, 0, sizeof(*t));
	return false;
}
