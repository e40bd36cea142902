/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * cmd_demo.c - runs bundled workloads and draws them. Without a name: the same job done by
 * threads, by tasks and by processes, and a table that compares them. Each recording is made by a
 * child process, because recording gives up root's rights for good.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"
#include "user/lib/fmt.h"

struct demo {
	const char *title;
	const char *words[4];
};

static const struct demo three_ways[] = {
	{ "threads, on one core", { "threads", "--cores", "0" } },
	{ "tasks, on one thread", { "tasks", "--cores", "0" } },
	{ "processes, on one core", { "processes", "--cores", "0" } },
	{ "threads, on all cores", { "threads" } },
	{ "processes, on all cores", { "processes" } },
};
#define WAYS (sizeof(three_ways) / sizeof(three_ways[0]))

/* Beside this program in the build tree, else where they were installed. */
static void find_workloads(char *dir, size_t size)
{
	char self[4000];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	snprintf(dir, size, "%s", TT_WORKLOADS);
	if (n <= 0)
		return;
	self[n] = 0;
	slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	snprintf(dir, size, "%s/workloads", self);
	if (access(dir, X_OK))
		snprintf(dir, size, "%s", TT_WORKLOADS);
}

static bool is_workload(const char *dir, const char *name, char *path, size_t size)
{
	if (strchr(name, '/') || strchr(name, '.') || !*name)
		return false;
	snprintf(path, size, "%s/%s", dir, name);
	return access(path, X_OK) == 0;
}

/* The first line of NAME.md: "# name: what it shows" */
static void print_about(const char *dir, const char *name)
{
	char path[4600], line[200] = "";
	const char *colon;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.md", dir, name);
	f = fopen(path, "re");
	if (!f) {
		snprintf(path, sizeof(path), "%s/../../workloads/%s.md", dir, name);
		f = fopen(path, "re");
	}
	if (f && !fgets(line, sizeof(line), f))
		line[0] = 0;
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = 0;
	colon = strchr(line, ':');
	printf("  %-12s %s\n", name, colon ? colon + 2 : "");
}

static int list(const char *dir)
{
	struct dirent **entries;
	char path[4400];
	int n = scandir(dir, &entries, NULL, alphasort);

	if (n < 0) {
		err__say("no workloads in '%s': %s", dir, strerror(errno));
		return EXIT_FAILED;
	}
	for (int i = 0; i < n; i++) {
		if (is_workload(dir, entries[i]->d_name, path, sizeof(path)))
			print_about(dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return EXIT_DONE;
}

/* In a child: records, and draws if @view is given. */
static int record_child(char **argv, int fd, struct view_args *view)
{
	struct record_args args = { .session = { .argv = argv } };
	struct session_result res;
	struct record_error err;
	struct trace *t;
	int status;

	if (identity__find(&args.identity, NULL, false, &err))
		return EXIT_BROKEN;
	args.session.quiet = true;
	status = record_to(&args, fd, &res);
	if (status)
		return status;
	t = open_trace(fd, "the recording");
	if (!t)
		return EXIT_BROKEN;
	status = render_trace(t, renderer__find("timeline", NULL), &view->opts, stdout);
	trace__free(t);
	return status;
}

static int record_one(const char *dir, const char *const *words, int fd, struct view_args *view)
{
	char path[4400];
	char *argv[5] = { path };
	int status;
	pid_t pid;

	if (!is_workload(dir, words[0], path, sizeof(path))) {
		err__say("no workload '%.40s'; 'taketurns demo --list' names them", words[0]);
		return EXIT_BROKEN;
	}
	for (int i = 1; i < 4; i++)
		argv[i] = (char *)words[i];
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return EXIT_BROKEN;
	if (pid == 0)
		_exit(record_child(argv, fd, view));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_BROKEN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_BROKEN;
}

/* ---- the comparison ---- */

static void compare_row(const struct demo *d, int fd)
{
	struct view_opts opts = { .width = 80 };
	struct view view = { .opts = &opts };
	char time[FMT_SIZE], average[16];
	struct stats_sink *sink;
	struct trace_error err;
	struct model *model;
	const struct stats *s;
	uint64_t steps = 0;

	if (trace__open(fd, &view.trace, &err))
		return;
	if (view__stats(&view, &sink, &model, &err) == 0) {
		s = stats_sink__result(sink);
		for (uint32_t i = 0; i < s->task_count; i++)
			steps += s->tasks[i]->steps;
		snprintf(average, sizeof(average), "%.2f",
			 s->any_ns ? (double)s->running_ns / (double)s->any_ns : 0.0);
		printf("%-25s %9s %8u %8s %12llu %8llu %7llu %11llu\n", d->title,
		       fmt__duration(time, s->to_ns - s->from_ns), s->most, average,
		       (unsigned long long)s->reasons[REASON_PREEMPTED],
		       (unsigned long long)s->reasons[REASON_YIELDED],
		       (unsigned long long)s->reasons[REASON_BLOCKED], (unsigned long long)steps);
		stats_sink__free(sink);
		model__free(model);
	}
	trace__free(view.trace);
}

static void compare(const int *fds)
{
	printf("\n%-25s %9s %8s %8s %12s %8s %7s %11s\n", "the same job", "time", "at once",
	       "average", "pre-emptions", "yields", "waits", "task steps");
	for (size_t i = 0; i < WAYS; i++)
		compare_row(&three_ways[i], fds[i]);
	printf("\nThreads and processes are stopped by the kernel (pre-emptions), in the middle of "
	       "anything;\ntasks give way where they choose (task steps). Only more cores make "
	       "anything happen at once.\n");
}

static int demo_three_ways(const char *dir, struct view_args *view)
{
	struct record_error err;
	struct identity id;
	int fds[WAYS], status = 0;

	if (identity__find(&id, NULL, false, &err))
		return EXIT_BROKEN;
	for (size_t i = 0; i < WAYS && !status; i++) {
		fds[i] = open_temporary(&id);
		if (fds[i] < 0)
			return EXIT_BROKEN;
		printf("%s== %s ==\n", i ? "\n" : "", three_ways[i].title);
		status = record_one(dir, three_ways[i].words, fds[i], view);
	}
	if (!status)
		compare(fds);
	return status;
}

static int demo_named(const char *dir, int argc, char **argv, struct view_args *view)
{
	struct record_error err;
	struct identity id;
	int status = 0;

	if (identity__find(&id, NULL, false, &err))
		return EXIT_BROKEN;
	for (int i = 0; i < argc && !status; i++) {
		const char *words[4] = { argv[i] };
		int fd = open_temporary(&id);

		if (fd < 0)
			return EXIT_BROKEN;
		printf("%s== %s ==\n", i ? "\n" : "", argv[i]);
		status = record_one(dir, words, fd, view);
		close(fd);
	}
	return status;
}

int cmd_demo(int argc, char **argv)
{
	struct view_args view = { .width = 0 };
	bool only_list = false;
	struct opt table[VIEW_OPTS + 2] = {
		{ "list", 0, NULL, "list the workloads", opt__flag, &only_list },
	};
	char why[160], dir[4200];
	int rest, status;

	view_args__table(&view, table + 1);
	status = opts__parse(table, argc, argv, &rest, why, sizeof(why));
	if (status > 0) {
		opts__help(stdout, "demo [OPTIONS] [NAME...]",
			   "Runs bundled workloads, records them and draws their timelines.\n"
			   "No name: one job done by threads, tasks and processes, compared.",
			   table);
		return EXIT_DONE;
	}
	if (status < 0) {
		err__say("demo: %s", why);
		return EXIT_BROKEN;
	}
	find_workloads(dir, sizeof(dir));
	if (only_list)
		return list(dir);
	view_args__settle(&view, STDOUT_FILENO);
	status = rest < argc ? demo_named(dir, argc - rest, argv + rest, &view) :
			       demo_three_ways(dir, &view);
	view_args__release(&view);
	return status;
}
