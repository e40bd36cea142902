/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * json.h - writes JSON to a stream as it goes: commas and nesting are kept here. Text is checked
 * as UTF-8; what is not valid becomes U+FFFD, control characters are escaped.
 */
#ifndef TAKETURNS_JSON_H
#define TAKETURNS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	int depth;
	bool first[32]; /* nothing written yet at this depth */
};

void json__init(struct json *j, FILE *out);

/* @key: the name in an object, NULL in an array or at the top. */
void json__object(struct json *j, const char *key);
void json__array(struct json *j, const char *key);
void json__end_object(struct json *j);
void json__end_array(struct json *j);
void json__u64(struct json *j, const char *key, uint64_t v);
void json__i64(struct json *j, const char *key, int64_t v);
void json__double(struct json *j, const char *key, double v, int decimals);
void json__bool(struct json *j, const char *key, bool v);
void json__null(struct json *j, const char *key);
void json__text(struct json *j, const char *key, const char *v); /* NULL gives null */
void json__hex(struct json *j, const char *key, uint64_t v);	 /* "0x7f.." as text */
/* Ends a top-level value: a line's end, ready for the next one (NDJSON). */
void json__end_line(struct json *j);

#endif /* TAKETURNS_JSON_H */
