/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cmd_record.c - `record` writes a trace; `run` shows its timeline at once. */
#include <string.h>
#include <unistd.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"
#include "user/lib/fmt.h"

struct record_command {
	const char *name;
	const char *usage;
	const char *about;
	bool shows; /* the timeline, at the end */
};

static int bad_usage(const struct record_command *c, const char *why)
{
	err__say("%s: %s", c->name, why);
	err__hint("'taketurns help' lists the commands; each has --help");
	return EXIT_BROKEN;
}

static void say_recorded(const char *path, const struct session_result *res)
{
	char bytes[FMT_SIZE], lost[FMT_SIZE];

	err__say("recorded %s into '%s', %s lost", fmt__bytes(bytes, res->bytes), path,
		 fmt__count(lost, res->lost));
}

static int show(int fd, struct view_args *view)
{
	struct trace *t = open_trace(fd, "the recording");
	int status;

	if (!t)
		return EXIT_BROKEN;
	view_args__settle(view, STDOUT_FILENO);
	status = render_trace(t, renderer__find("timeline", NULL), &view->opts, stdout);
	trace__free(t);
	return status == EXIT_DONE ? 0 : EXIT_BROKEN;
}

static int record(const struct record_command *c, struct record_args *args, struct view_args *view)
{
	const char *path = args->output ? args->output : c->shows ? NULL : DEFAULT_FILE;
	struct session_result res;
	struct record_error err;
	int fd, status;

	if (identity__find(&args->identity, args->user, args->keep_root, &err)) {
		err__say("%s", err.text);
		err__hint(err.hint);
		return EXIT_BROKEN;
	}
	fd = path ? open_output(&args->identity, path, !args->output, args->force) :
		    open_temporary(&args->identity);
	if (fd < 0)
		return EXIT_BROKEN;
	status = record_to(args, fd, &res);
	if (status) {
		close(fd);
		return status;
	}
	if (path && !res.write_failed)
		say_recorded(path, &res);
	if (c->shows)
		status = show(fd, view);
	close(fd);
	if (status)
		return status;
	return res.write_failed && !res.exit_status ? EXIT_BROKEN : res.exit_status;
}

/* The viewing options that do not mean something else before a command. */
static void add_view_options(struct opt *table, struct view_args *view)
{
	struct opt rows[VIEW_OPTS];
	size_t n = 0;

	while (table[n].name)
		n++;
	view_args__table(view, rows);
	for (size_t i = 0; i < VIEW_OPTS; i++)
		if (strchr("rwca", rows[i].name[0]) && strcmp(rows[i].name, "cpu") != 0 &&
		    strcmp(rows[i].name, "comm") != 0)
			table[n++] = rows[i];
	memset(&table[n], 0, sizeof(table[n]));
}

static int run_command(const struct record_command *c, int argc, char **argv)
{
	struct record_args args = { .output = NULL };
	struct view_args view = { .width = 0 };
	struct opt table[RECORD_OPTS + VIEW_OPTS];
	char why[160];
	int rest, status;

	record_args__table(&args, table);
	if (c->shows)
		add_view_options(table, &view);
	status = opts__parse(table, argc, argv, &rest, why, sizeof(why));
	if (status > 0) {
		opts__help(stdout, c->usage, c->about, table);
		return EXIT_DONE;
	}
	if (!status)
		status = record_args__check(&args, argv + rest, why, sizeof(why));
	if (status < 0)
		status = bad_usage(c, why);
	else
		status = record(c, &args, &view);
	record_args__release(&args);
	view_args__release(&view);
	return status;
}

int cmd_record(int argc, char **argv)
{
	static const struct record_command c = {
		"record", "record [OPTIONS] (CMD [ARG...] | -p PID,... | -t TID,... | -G CGROUP | -a)",
		"Records who had each core, and who decided each switch, into a file.", false
	};

	return run_command(&c, argc, argv);
}

int cmd_run(int argc, char **argv)
{
	static const struct record_command c = {
		"run", "run [OPTIONS] [--] CMD [ARG...]",
		"Runs a command with all its descendants, then draws its timeline.", true
	};

	return run_command(&c, argc, argv);
}
