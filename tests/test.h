/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * test.h - unit tests: TEST(name) { CHECK(...); } in a file, TEST_MAIN() at its end.
 *
 * Prints one line per test ("ok NAME" / "FAIL NAME: file:line: text"), exits 1 if any failed.
 * A test goes on after a failed CHECK, so one run shows all that is wrong.
 */
#ifndef TAKETURNS_TEST_H
#define TAKETURNS_TEST_H

#include <stdio.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

static struct test_case *test_list;
static int test_failures;

static void test_register(struct test_case *t)
{
	struct test_case **p = &test_list;

	while (*p)
		p = &(*p)->next;
	*p = t;
}

#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	static struct test_case case_##id = {#id, test_##id, NULL};                                \
	__attribute__((constructor)) static void register_##id(void)                               \
	{                                                                                          \
		test_register(&case_##id);                                                         \
	}                                                                                          \
	static void test_##id(void)

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			printf("  %s:%d: not so: %s\n", __FILE__, __LINE__, #cond);                \
			test_failures++;                                                           \
		}                                                                                  \
	} while (0)

#define CHECK_INT(got, want)                                                                       \
	do {                                                                                       \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (got_ != want_) {                                                               \
			printf("  %s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #got,   \
			       got_, want_);                                                       \
			test_failures++;                                                           \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *got_ = (got), *want_ = (want);                                         \
		if (!got_ || !want_ || strcmp(got_, want_) != 0) {                                 \
			printf("  %s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__,     \
			       #got, got_ ? got_ : "(null)", want_ ? want_ : "(null)");            \
			test_failures++;                                                           \
		}                                                                                  \
	} while (0)

static int test_run_all(void)
{
	int failed = 0;

	for (struct test_case *t = test_list; t; t = t->next) {
		int before = test_failures;

		t->run();
		if (test_failures > before)
			failed++;
		printf("%s %s\n", test_failures > before ? "FAIL" : "ok", t->name);
	}
	return failed ? 1 : 0;
}

#define TEST_MAIN()                                                                                \
	int main(void)                                                                             \
	{                                                                                          \
		return test_run_all();                                                             \
	}

#endif /* TAKETURNS_TEST_H */
