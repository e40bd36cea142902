/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* json.c - see json.h. */
#include <inttypes.h>
#include <string.h>

#include "user/lib/json.h"
#include "user/lib/text.h"

void json__init(struct json *j, FILE *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
	j->first[0] = true;
}

static void put_text(FILE *out, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t code;

	fputc('"', out);
	for (; len; s += n, len -= n) {
		n = utf8__decode(s, len, &code);
		if (!n) {
			n = 1;
			fputs("\xef\xbf\xbd", out);
		} else if (code == '"' || code == '\\') {
			fprintf(out, "\\%c", (int)code);
		} else if (code < 0x20 || code == 0x7f || code == 0x2028 || code == 0x2029) {
			fprintf(out, "\\u%04x", (unsigned int)code);
		} else {
			fwrite(s, 1, n, out);
		}
	}
	fputc('"', out);
}

static void before_value(struct json *j, const char *key)
{
	if (!j->first[j->depth])
		fputc(',', j->out);
	j->first[j->depth] = false;
	if (key) {
		put_text(j->out, key);
		fputc(':', j->out);
	}
}

static void open_value(struct json *j, const char *key, char c)
{
	before_value(j, key);
	fputc(c, j->out);
	if (j->depth < 31)
		j->depth++;
	j->first[j->depth] = true;
}

static void close_value(struct json *j, char c)
{
	fputc(c, j->out);
	if (j->depth)
		j->depth--;
}

void json__object(struct json *j, const char *key)
{
	open_value(j, key, '{');
}

void json__array(struct json *j, const char *key)
{
	open_value(j, key, '[');
}

void json__end_object(struct json *j)
{
	close_value(j, '}');
}

void json__end_array(struct json *j)
{
	close_value(j, ']');
}

void json__u64(struct json *j, const char *key, uint64_t v)
{
	before_value(j, key);
	fprintf(j->out, "%" PRIu64, v);
}

void json__i64(struct json *j, const char *key, int64_t v)
{
	before_value(j, key);
	fprintf(j->out, "%" PRId64, v);
}

void json__double(struct json *j, const char *key, double v, int decimals)
{
	before_value(j, key);
	fprintf(j->out, "%.*f", decimals, v);
}

void json__bool(struct json *j, const char *key, bool v)
{
	before_value(j, key);
	fputs(v ? "true" : "false", j->out);
}

void json__null(struct json *j, const char *key)
{
	before_value(j, key);
	fputs("null", j->out);
}

void json__text(struct json *j, const char *key, const char *v)
{
	if (!v) {
		json__null(j, key);
		return;
	}
	before_value(j, key);
	put_text(j->out, v);
}

void json__hex(struct json *j, const char *key, uint64_t v)
{
	before_value(j, key);
	fprintf(j->out, "\"0x%" PRIx64 "\"", v);
}

void json__end_line(struct json *j)
{
	fputc('\n', j->out);
	j->depth = 0;
	j->first[0] = true;
}
