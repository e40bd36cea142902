/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* test_lib.c - texts made harmless, times and lists parsed whole, JSON and CSV well formed. */
#include <stdlib.h>

#include "tests/test.h"
#include "user/lib/csv.h"
#include "user/lib/fmt.h"
#include "user/lib/json.h"
#include "user/lib/text.h"

TEST(hostile_text_becomes_harmless)
{
	char buf[64];

	CHECK_STR(text__safe(buf, sizeof(buf), "a\x1b[31mb\n", 0, false), "a?[31mb?");
	CHECK_STR(text__safe(buf, sizeof(buf), "\xff\xc0\x80x", 0, false), "???x");
	CHECK_STR(text__safe(buf, sizeof(buf), "\xe2\x80\xaeright", 0, false), "?right");
	CHECK_STR(text__safe(buf, sizeof(buf), "\xc3\xa9", 0, true), "?");
	CHECK_STR(text__safe(buf, sizeof(buf), "a long name", 6, false), "a lo..");
	CHECK_STR(text__safe(buf, 4, "abcdef", 0, false), "a..");
	CHECK_INT(text__width("\xe4\xb8\xad\xe6\x96\x87"), 4);
}

TEST(durations)
{
	char buf[FMT_SIZE];
	uint64_t ns;

	CHECK_STR(fmt__duration(buf, 850), "850 ns");
	CHECK_STR(fmt__duration(buf, 4020000), "4.02 ms");
	CHECK_STR(fmt__duration(buf, 999999), "1.00 ms");
	CHECK_INT(parse__duration("10ms", &ns), 0);
	CHECK_INT(ns, 10000000);
	CHECK_INT(parse__duration("1.5", &ns), 0);
	CHECK_INT(ns, 1500000000);
	CHECK(parse__duration("10 ms", &ns) < 0);
	CHECK(parse__duration("", &ns) < 0);
	CHECK(parse__duration("-1", &ns) < 0);
	CHECK(parse__duration("99999999999m", &ns) < 0);
}

TEST(windows_and_lists)
{
	uint64_t from, to;
	uint32_t *list, count;

	CHECK_INT(parse__window("10ms..25ms", &from, &to), 0);
	CHECK_INT(to - from, 15000000);
	CHECK_INT(parse__window("..1", &from, &to), 0);
	CHECK(parse__window("2..1", &from, &to) < 0);
	CHECK_INT(parse__list("1,5-7", 10, &list, &count), 0);
	CHECK_INT(count, 4);
	CHECK_INT(list[3], 7);
	free(list);
	CHECK(parse__list("1,,2", 10, &list, &count) < 0);
	CHECK(parse__list("11", 10, &list, &count) < 0);
	CHECK(parse__list("3-1", 10, &list, &count) < 0);
}

static const char *written(FILE *f)
{
	static char buf[256];
	size_t n;

	rewind(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = 0;
	fclose(f);
	return buf;
}

TEST(json_is_escaped)
{
	FILE *f = tmpfile();
	struct json j;

	json__init(&j, f);
	json__object(&j, NULL);
	json__text(&j, "a\"", "\x1b\xff\\");
	json__array(&j, "l");
	json__u64(&j, NULL, 1);
	json__null(&j, NULL);
	json__end_array(&j);
	json__end_object(&j);
	CHECK_STR(written(f), "{\"a\\\"\":\"\\u001b\xef\xbf\xbd\\\\\",\"l\":[1,null]}");
}

TEST(csv_holds_no_formula)
{
	struct csv c = { .out = tmpfile() };

	csv__text(&c, "=cmd()");
	csv__text(&c, "a,\"b\"");
	csv__u64(&c, 7);
	csv__end_row(&c);
	CHECK_STR(written(c.out), "\"'=cmd()\",\"a,\"\"b\"\"\",7\r\n");
}

TEST_MAIN()
