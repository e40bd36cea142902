/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* fmt.c - see fmt.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/fmt.h"

static void three_digits(char *buf, double v, const char *unit)
{
	int decimals = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;

	snprintf(buf, FMT_SIZE, "%.*f %s", decimals, v, unit);
}

const char *fmt__duration(char buf[FMT_SIZE], uint64_t ns)
{
	if (ns < 1000)
		snprintf(buf, FMT_SIZE, "%" PRIu64 " ns", ns);
	else if (ns < 999500)
		three_digits(buf, (double)ns / 1e3, "us");
	else if (ns < 999500000)
		three_digits(buf, (double)ns / 1e6, "ms");
	else
		three_digits(buf, (double)ns / 1e9, "s");
	return buf;
}

const char *fmt__count(char buf[FMT_SIZE], uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *out = buf;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*out++ = ' ';
		*out++ = digits[i];
	}
	*out = 0;
	return buf;
}

const char *fmt__bytes(char buf[FMT_SIZE], uint64_t n)
{
	if (n < 1000)
		snprintf(buf, FMT_SIZE, "%" PRIu64 " B", n);
	else if (n < 999500)
		three_digits(buf, (double)n / 1e3, "KB");
	else if (n < 999500000)
		three_digits(buf, (double)n / 1e6, "MB");
	else
		three_digits(buf, (double)n / 1e9, "GB");
	return buf;
}

/* Digits with an optional fraction; *@end is what follows. */
static int parse_decimal(const char *text, double *value, const char **end)
{
	size_t whole = strspn(text, "0123456789");
	size_t fraction = 0;

	if (text[whole] == '.')
		fraction = strspn(text + whole + 1, "0123456789");
	if (whole + fraction == 0 || whole > 15)
		return -EINVAL;
	*value = strtod(text, NULL);
	*end = text + whole + (text[whole] == '.' ? fraction + 1 : 0);
	return 0;
}

int parse__duration(const char *text, uint64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "", 1e9 } };
	const char *unit;
	double value;

	if (parse_decimal(text, &value, &unit))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		value *= units[i].ns;
		if (value > 9e18)
			return -EINVAL;
		*ns = (uint64_t)(value + 0.5);
		return 0;
	}
	return -EINVAL;
}

int parse__window(const char *text, uint64_t *from_ns, uint64_t *to_ns)
{
	const char *dots = strstr(text, "..");
	char from[64];

	if (!dots || (size_t)(dots - text) >= sizeof(from))
		return -EINVAL;
	memcpy(from, text, (size_t)(dots - text));
	from[dots - text] = 0;
	*from_ns = 0;
	*to_ns = UINT64_MAX;
	if (from[0] && parse__duration(from, from_ns))
		return -EINVAL;
	if (dots[2] && parse__duration(dots + 2, to_ns))
		return -EINVAL;
	return *from_ns < *to_ns ? 0 : -EINVAL;
}

int parse__size(const char *text, uint64_t *bytes)
{
	const char *unit;
	double value;

	if (parse_decimal(text, &value, &unit))
		return -EINVAL;
	if (strcmp(unit, "K") == 0)
		value *= 1024;
	else if (strcmp(unit, "M") == 0)
		value *= 1024 * 1024;
	else if (strcmp(unit, "G") == 0)
		value *= 1024.0 * 1024 * 1024;
	else if (*unit)
		return -EINVAL;
	if (value > 1e15)
		return -EINVAL;
	*bytes = (uint64_t)value;
	return 0;
}

static int parse_number(const char **text, uint32_t highest, uint32_t *value)
{
	size_t len = strspn(*text, "0123456789");
	unsigned long long v;

	if (!len || len > 10)
		return -EINVAL;
	v = strtoull(*text, NULL, 10);
	if (v > highest)
		return -EINVAL;
	*text += len;
	*value = (uint32_t)v;
	return 0;
}

static int add_range(uint32_t **list, uint32_t *count, uint32_t from, uint32_t to)
{
	uint32_t *bigger;

	if (to < from || to - from > 65535)
		return -EINVAL;
	bigger = realloc(*list, (*count + (to - from) + 1) * sizeof(**list));
	if (!bigger)
		return -ENOMEM;
	*list = bigger;
	for (uint32_t v = from; v <= to; v++)
		(*list)[(*count)++] = v;
	return 0;
}

int parse__list(const char *text, uint32_t highest, uint32_t **list, uint32_t *count)
{
	uint32_t from, to;
	int err = 0;

	*list = NULL;
	*count = 0;
	for (;;) {
		err = parse_number(&text, highest, &from);
		to = from;
		if (!err && *text == '-') {
			text++;
			err = parse_number(&text, highest, &to);
		}
		if (!err)
			err = add_range(list, count, from, to);
		if (err || !*text)
			break;
		if (*text++ != ',') {
			err = -EINVAL;
			break;
		}
	}
	if (err) {
		free(*list);
		*list = NULL;
		*count = 0;
	}
	return err;
}
