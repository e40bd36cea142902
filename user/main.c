/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* main.c - finds the command in a table and calls it. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "user/cmd/cmd.h"
#include "user/lib/err.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "demo", cmd_demo, "run bundled workloads and draw their timelines (needs sudo)" },
	{ "run", cmd_run, "run a command and draw its timeline (needs sudo)" },
	{ "record", cmd_record, "record a command, processes or everything to a file (needs sudo)" },
	{ "timeline", cmd_timeline, "draw who had each core when" },
	{ "events", cmd_events, "list every switch, in the order of time" },
	{ "stats", cmd_stats, "sum up per thread, task, process and core" },
	{ "export", cmd_export, "write a trace for other programs" },
	{ "doctor", cmd_doctor, "try what this machine allows" },
};

static int help(FILE *out)
{
	fprintf(out, "Usage: taketurns COMMAND [OPTIONS]\n\n"
		     "Shows how threads, coroutine tasks and processes take turns on the cores,\n"
		     "and who decided each switch.\n\nCommands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n'taketurns COMMAND --help' lists a command's options.\n");
	return 0;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write */
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("taketurns %s\n", TT_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	err__say("unknown command '%.60s'", argv[1]);
	err__hint("'taketurns help' lists the commands");
	return EXIT_USAGE;
}
