/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cmd_view.c - timeline, events, stats and export: a trace, through a renderer, to an output. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"

struct view_command {
	const char *name;
	const char *usage;
	const char *about;
	bool has_output;
};

/* Views never need privilege: what root gave is given back first. */
static int become_user(void)
{
	struct record_error err;
	struct identity id;

	if (identity__find(&id, NULL, false, &err) || identity__become(&id)) {
		err__say("cannot give up root's rights");
		return EXIT_FAILED;
	}
	return 0;
}

static FILE *open_out(const char *path)
{
	FILE *out;
	int fd;

	if (!path || strcmp(path, "-") == 0)
		return stdout;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		err__say("cannot write '%s': %s", path,
			 errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	return out;
}

static int view_file(const char *name, const struct renderer *r, const char *output,
		     struct view_args *args)
{
	struct trace *t;
	FILE *out;
	int fd, status;

	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err__say("cannot open '%s': %s", name, strerror(errno));
		if (errno == ENOENT && strcmp(name, DEFAULT_FILE) == 0)
			err__hint("record one first: sudo taketurns record -- COMMAND");
		return EXIT_FAILED;
	}
	t = open_trace(fd, name);
	close(fd);
	if (!t)
		return EXIT_FAILED;
	out = open_out(output);
	if (!out) {
		trace__free(t);
		return EXIT_FAILED;
	}
	view_args__settle(args, fileno(out));
	status = render_trace(t, r, &args->opts, out);
	if (out != stdout && fclose(out) && status == EXIT_DONE) {
		err__say("cannot write '%s': %s", output, strerror(errno));
		status = EXIT_FAILED;
	}
	trace__free(t);
	return status;
}

static int bad_usage(const struct view_command *c, const char *why)
{
	err__say("%s: %s", c->name, why);
	err__hint("'taketurns help' lists the commands; each has --help");
	return EXIT_USAGE;
}

/* Formats of `export` that are another command's views. */
static const struct renderer *find_renderer(const struct view_command *c, const char *format)
{
	const struct renderer *r = renderer__find(c->name, format);

	if (!r && c->has_output && format)
		r = renderer__find("events", format);
	return r;
}

static int run_view(const struct view_command *c, int argc, char **argv)
{
	struct view_args args = { .width = 0 };
	const char *format = NULL, *output = NULL;
	struct opt table[VIEW_OPTS + 3] = {
		{ "format", 'f', "FORMAT", "how to write it", opt__text, &format },
	};
	const struct renderer *r;
	char why[160];
	int rest, status, n = 1;

	if (c->has_output)
		table[n++] = (struct opt){ "output", 'o', "FILE", "where to ('-': standard output)",
					   opt__text, &output };
	view_args__table(&args, table + n);
	status = opts__parse(table, argc, argv, &rest, why, sizeof(why));
	if (status > 0) {
		opts__help(stdout, c->usage, c->about, table);
		return EXIT_DONE;
	}
	if (status < 0)
		return bad_usage(c, why);
	if (argc - rest > 1)
		return bad_usage(c, "more than one file");
	r = find_renderer(c, format);
	if (!r) {
		snprintf(why, sizeof(why), format ? "unknown format '%.40s'" : "needs -f FORMAT%s",
			 format ? format : "");
		return bad_usage(c, why);
	}
	status = become_user();
	if (!status)
		status = view_file(rest < argc ? argv[rest] : DEFAULT_FILE, r, output, &args);
	view_args__release(&args);
	return status;
}

int cmd_timeline(int argc, char **argv)
{
	static const struct view_command c = {
		"timeline", "timeline [OPTIONS] [FILE]",
		"Draws who had each core when. FILE defaults to " DEFAULT_FILE ".", false
	};

	return run_view(&c, argc, argv);
}

int cmd_events(int argc, char **argv)
{
	static const struct view_command c = {
		"events", "events [-f text|ndjson|csv] [OPTIONS] [FILE]",
		"Lists every switch, wakeup and change in the order of time.", false
	};

	return run_view(&c, argc, argv);
}

int cmd_stats(int argc, char **argv)
{
	static const struct view_command c = {
		"stats", "stats [-f text|json|csv] [OPTIONS] [FILE]",
		"Sums per thread, task, process and core: times, and switches by reason.", false
	};

	return run_view(&c, argc, argv);
}

int cmd_export(int argc, char **argv)
{
	static const struct view_command c = {
		"export", "export -f ndjson|csv [-o OUT] [OPTIONS] [FILE]",
		"Writes a trace for other programs.", true
	};

	return run_view(&c, argc, argv);
}
