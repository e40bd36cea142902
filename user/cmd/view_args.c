/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* view_args.c - the viewing options, and how a trace is opened and drawn. */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"
#include "user/lib/fmt.h"

static const char *set_window(void *to, const char *value)
{
	struct view_opts *o = to;

	if (parse__window(value, &o->from_ns, &o->to_ns))
		return "is not a window of time (like 10ms..25ms)";
	o->has_time = true;
	return NULL;
}

static const char *set_list(const char *value, uint32_t highest, uint32_t **owned,
			    const uint32_t **list, uint32_t *count)
{
	free(*owned);
	if (parse__list(value, highest, owned, count))
		return "is not a list of numbers (like 1,2,5-7)";
	*list = *owned;
	return NULL;
}

static const char *set_cpus(void *to, const char *value)
{
	struct view_args *a = to;

	return set_list(value, TRACE_CPU_MAX - 1, &a->lists[0], &a->opts.cpus, &a->opts.cpu_count);
}

static const char *set_pids(void *to, const char *value)
{
	struct view_args *a = to;

	return set_list(value, INT32_MAX, &a->lists[1], &a->opts.pids, &a->opts.pid_count);
}

static const char *set_tids(void *to, const char *value)
{
	struct view_args *a = to;

	return set_list(value, INT32_MAX, &a->lists[2], &a->opts.tids, &a->opts.tid_count);
}

static const char *set_rows(void *to, const char *value)
{
	static const char *const names[] = { "core", "thread", "task", "process" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(value, names[i]) == 0) {
			*(enum view_rows *)to = (enum view_rows)i;
			return NULL;
		}
	}
	return "is not one of core, thread, task, process";
}

static const char *set_width(void *to, const char *value)
{
	uint64_t width;

	if (!*value || strspn(value, "0123456789") != strlen(value) || strlen(value) > 4)
		return "is not a width from 40 to 1000";
	width = strtoul(value, NULL, 10);
	if (width < 40 || width > 1000)
		return "is not a width from 40 to 1000";
	*(uint64_t *)to = width;
	return NULL;
}

static const char *set_color(void *to, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
		return "is not one of auto, always, never";
	*(const char **)to = value;
	return NULL;
}

void view_args__table(struct view_args *a, struct opt table[VIEW_OPTS])
{
	const struct opt rows[VIEW_OPTS] = {
		{ "time", 0, "FROM..TO", "only this part, from the start of the trace", set_window,
		  &a->opts },
		{ "cpu", 'C', "LIST", "only these cores", set_cpus, a },
		{ "pid", 'p', "LIST", "only these processes", set_pids, a },
		{ "tid", 't', "LIST", "only these threads", set_tids, a },
		{ "comm", 0, "GLOB", "only threads with such names", opt__text, &a->opts.comm },
		{ "rows", 0, "KIND", "a row per core, thread, task or process", set_rows,
		  &a->opts.rows },
		{ "width", 0, "COLUMNS", "how wide (40 to 1000)", set_width, &a->width },
		{ "color", 0, "WHEN", "auto, always or never", set_color, &a->color },
		{ "ascii", 0, NULL, "only 7-bit characters", opt__flag, &a->ascii },
	};

	memcpy(table, rows, sizeof(rows));
}

static bool is_set(const char *name)
{
	const char *v = getenv(name);

	return v && *v;
}

/* no-color.org and bixense.com/clicolors, after the option */
static bool wants_color(const char *option, int fd)
{
	const char *term = getenv("TERM");

	if (option && strcmp(option, "auto") != 0)
		return strcmp(option, "always") == 0;
	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR"))
		return true;
	return isatty(fd) && term && strcmp(term, "dumb") != 0;
}

static unsigned int find_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	long width = 0;

	if (ioctl(fd, TIOCGWINSZ, &w) == 0)
		width = w.ws_col;
	else if (columns)
		width = strtol(columns, NULL, 10);
	if (width <= 0)
		width = 80;
	return width < 40 ? 40 : width > 1000 ? 1000 : (unsigned int)width;
}

void view_args__settle(struct view_args *a, int out_fd)
{
	a->opts.width = a->width ? (unsigned int)a->width : find_width(out_fd);
	a->opts.color = wants_color(a->color, out_fd);
	a->opts.ascii = a->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

void view_args__release(struct view_args *a)
{
	for (int i = 0; i < 3; i++)
		free(a->lists[i]);
}

struct trace *open_trace(int fd, const char *name)
{
	struct trace_error err;
	struct trace *t;

	if (trace__open(fd, &t, &err)) {
		err__say("'%s': %s", name, err.text);
		return NULL;
	}
	if (!trace__complete(t))
		err__say("'%s' was not closed: showing what was recorded until it broke off", name);
	return t;
}

int render_trace(struct trace *t, const struct renderer *r, const struct view_opts *opts, FILE *out)
{
	struct view view = { .trace = t, .opts = opts };
	struct trace_error err = { "" };
	int code;

	view.symbols = symbol_table__new(t);
	if (!view.symbols) {
		err__say("damaged section 'symbols': %s", strerror(errno));
		return EXIT_FAILED;
	}
	code = r->render(&view, out, &err);
	symbol_table__free(view.symbols);
	if (code) {
		fflush(out);
		err__say("%s", err.text);
		return EXIT_FAILED;
	}
	if (fflush(out) || ferror(out)) {
		if (errno != EPIPE)
			err__say("cannot write: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
