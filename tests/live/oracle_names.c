/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_names.c - threads whose names are meant to do harm where they are printed.
 *
 * Each works and sleeps a few times, so that each shows up. The names are printed in hex.
 */
#include "oracle.h"
#include <sys/prctl.h>

#define ROUNDS 5

static const char *const names[] = {
	"\033[31mred\033]0;t", /* terminal: colour, window title */
	"\033[2J\033[H",       /* terminal: clear */
	"two\nlines\rover",    /* a line of its own in a log */
	"\xff\xfe\x80 bad",    /* not UTF-8 */
	"cut \xe2\x82",	       /* UTF-8 that ends too early */
	"\302\23331m c1",      /* a control character of two bytes */
	"\342\200\256cba",     /* writes from right to left */
	"q\"uo't`e\\",	       /* JSON, shell */
	"=cmd()",	       /* spreadsheet */
	"@SUM(1),a;b\tc",      /* spreadsheet, CSV */
	"</script>",	       /* HTML */
	"<b>&amp;",	       /* SVG, HTML */
	"]]><x/>-->",	       /* XML */
	"\\input{x}%$#_^",     /* TeX */
	"%s%n%x",	       /* printf */
	"-rf",
	" ",
	"",
};

#define NAMES (int)(sizeof(names) / sizeof(names[0]))

static volatile pid_t tids[NAMES];

static void *thread(void *arg)
{
	long i = (long)arg;

	tids[i] = gettid();
	if (prctl(PR_SET_NAME, names[i]))
		die("prctl");
	for (int round = 0; round < ROUNDS; round++) {
		for (volatile int k = 0; k < 1000000; k++)
			;
		nap_us(2000);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[NAMES];

	for (long i = 0; i < NAMES; i++)
		threads[i] = start(thread, (void *)i);
	for (int i = 0; i < NAMES; i++)
		pthread_join(threads[i], NULL);
	printf("{\"oracle\":\"names\",\"rounds\":%d,\"threads\":[", ROUNDS);
	for (int i = 0; i < NAMES; i++) {
		printf("%s{\"tid\":%d,\"name_hex\":\"", i ? "," : "", tids[i]);
		for (int k = 0; k < 15 && names[i][k]; k++)
			printf("%02x", (unsigned char)names[i][k]);
		printf("\"}");
	}
	printf("]}\n");
	return 0;
}
