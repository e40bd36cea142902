/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* opts.c - see opts.h. getopt_long does the work. */
#include <getopt.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/opts.h"
#include "user/lib/text.h"

#define OPTS_MAX 64

static const char *safe(char *buf, size_t size, const char *word)
{
	return text__safe(buf, size, word ? word : "", 40, false);
}

static size_t make_tables(const struct opt *table, struct option *longs, char *letters)
{
	char *end = letters + 3;
	size_t n = 0;

	memcpy(letters, "+:h", 3); /* + : stop at the first word that is no option */
	for (; table[n].name && n < OPTS_MAX; n++) {
		longs[n] = (struct option){ table[n].name,
					    table[n].arg ? required_argument : no_argument, NULL,
					    1000 + (int)n };
		if (table[n].letter) {
			*end++ = table[n].letter;
			if (table[n].arg)
				*end++ = ':';
		}
	}
	*end = 0;
	longs[n] = (struct option){ "help", no_argument, NULL, 'h' };
	memset(&longs[n + 1], 0, sizeof(longs[n + 1]));
	return n;
}

static const struct opt *by_code(const struct opt *table, size_t n, int code)
{
	if (code >= 1000)
		return &table[code - 1000];
	for (size_t i = 0; i < n; i++)
		if (table[i].letter == code)
			return &table[i];
	return NULL;
}

int opts__parse(const struct opt *table, int argc, char **argv, int *rest, char *why, size_t size)
{
	struct option longs[OPTS_MAX + 2];
	char letters[OPTS_MAX * 2 + 4], word[128];
	size_t n = make_tables(table, longs, letters);
	int code;

	optind = 0;
	opterr = 0;
	while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct opt *o;
		const char *wrong;

		if (code == 'h')
			return 1;
		if (code == ':') {
			snprintf(why, size, "option '%s' needs a value",
				 safe(word, sizeof(word), argv[optind - 1]));
			return -1;
		}
		o = code == '?' ? NULL : by_code(table, n, code);
		if (!o) {
			snprintf(why, size, "unknown option '%s'",
				 safe(word, sizeof(word), argv[optind - 1]));
			return -1;
		}
		wrong = o->set(o->to, optarg);
		if (wrong) {
			snprintf(why, size, "--%s: '%s' %s", o->name,
				 safe(word, sizeof(word), optarg), wrong);
			return -1;
		}
	}
	*rest = optind;
	return 0;
}

void opts__help(FILE *out, const char *usage, const char *about, const struct opt *table)
{
	fprintf(out, "Usage: taketurns %s\n\n%s\n\nOptions:\n", usage, about);
	for (const struct opt *o = table; o->name; o++) {
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter ? '-' : ' ',
			 o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		fprintf(out, "  %-30s %s\n", left, o->help);
	}
	fprintf(out, "  %-30s %s\n", "-h, --help", "this text");
}

const char *opt__flag(void *to, const char *value)
{
	(void)value;
	*(bool *)to = true;
	return NULL;
}

const char *opt__text(void *to, const char *value)
{
	*(const char **)to = value;
	return NULL;
}

const char *opt__duration(void *to, const char *value)
{
	return parse__duration(value, to) ? "is not a time (like 200ms, 1.5s, 2m)" : NULL;
}

const char *opt__size(void *to, const char *value)
{
	return parse__size(value, to) ? "is not a size (like 512K, 8M)" : NULL;
}
