/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cmd_doctor.c - prints what this machine allows, and how to mend what it does not. */
#include "user/cmd/cmd.h"
#include "user/lib/err.h"

#define CHECKS_MAX 32

static void print_check(const struct check *c)
{
	const char *mark = c->ok ? "ok     " : c->optional ? "limited" : "FAILED ";

	printf("%s  %-38s %s\n", mark, c->what, c->seen);
	if (!c->ok)
		printf("         -> %s\n", c->mend);
}

int cmd_doctor(int argc, char **argv)
{
	static const struct opt table[] = { { NULL, 0, NULL, NULL, NULL, NULL } };
	struct check checks[CHECKS_MAX];
	bool all = true;
	char why[160];
	size_t count;
	int rest, status = opts__parse(table, argc, argv, &rest, why, sizeof(why));

	if (status > 0) {
		opts__help(stdout, "doctor", "Tries, by doing it, what this machine allows.", table);
		return EXIT_DONE;
	}
	if (status < 0 || rest < argc) {
		err__say("doctor: %s", status < 0 ? why : "takes no words");
		return EXIT_USAGE;
	}
	count = session__checks(checks, CHECKS_MAX);
	for (size_t i = 0; i < count; i++) {
		print_check(&checks[i]);
		all &= checks[i].ok || checks[i].optional;
	}
	printf(all ? "\nRecording works here.\n" : "\nRecording does not work here.\n");
	return all ? EXIT_DONE : EXIT_FAILED;
}
