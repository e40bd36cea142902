/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * opts.h - a command's options as one table, from which they are parsed and --help is printed, so
 * that the two cannot drift apart.
 */
#ifndef TAKETURNS_OPTS_H
#define TAKETURNS_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct opt {
	const char *name; /* long, without dashes; NULL ends the table */
	char letter;	  /* short, 0 none */
	const char *arg;  /* word for its argument in the help, NULL: takes none */
	const char *help;
	/* Stores the value (NULL if it takes none). Returns NULL, or what is wrong with it: "is not
	 * a time (10ms, 1.5s)". */
	const char *(*set)(void *to, const char *value);
	void *to;
};

/* Parses argv[1..] up to the first word that is no option ("--" ends them too). *@rest is the
 * index of that word. Returns 0; -1 and one line in @why for bad use; 1 when --help was asked for. */
int opts__parse(const struct opt *table, int argc, char **argv, int *rest, char *why, size_t size);

/* "Usage: taketurns USAGE", @about, and the table. */
void opts__help(FILE *out, const char *usage, const char *about, const struct opt *table);

/* Ready-made setters; the comment says what @to is. */
const char *opt__flag(void *to, const char *value);	/* bool: set to true */
const char *opt__text(void *to, const char *value);	/* const char * */
const char *opt__duration(void *to, const char *value); /* uint64_t, ns */
const char *opt__size(void *to, const char *value);	/* uint64_t, bytes */

#endif /* TAKETURNS_OPTS_H */
