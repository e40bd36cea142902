/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* err.c - see err.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/err.h"
#include "user/lib/text.h"

static void write_line(const char *prefix, const char *text)
{
	char safe[2048], line[2304];
	int n;

	text__safe(safe, sizeof(safe), text, 0, false);
	n = snprintf(line, sizeof(line), "%s: %s\n", prefix, safe);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nobody to tell */
}

void err__say(const char *format, ...)
{
	char text[1536];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	write_line("taketurns", text);
}

void err__hint(const char *hint)
{
	if (hint && *hint)
		write_line("hint", hint);
}
