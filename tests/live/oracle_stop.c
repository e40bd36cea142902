/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_stop.c - a spinning child is stopped by SIGSTOP and continued STOPS times.
 *
 * Each stop and each continuation is awaited, so the child stops exactly so often. The counts
 * are the child's whole life (wait4), but for its last switch: that may come after the reaping.
 */
#include "oracle.h"
#include <signal.h>

#define STOPS 23

int main(void)
{
	int status, seen_stops = 0, seen_continues = 0;
	struct rusage ru;
	pid_t child = fork_or_die();

	if (!child)
		for (;;)
			;
	nap_us(20000);
	for (int i = 0; i < STOPS; i++) {
		if (kill(child, SIGSTOP) || waitpid(child, &status, WUNTRACED) != child)
			die("cannot stop");
		seen_stops += WIFSTOPPED(status);
		nap_us(1000);
		if (kill(child, SIGCONT) || waitpid(child, &status, WCONTINUED) != child)
			die("cannot continue");
		seen_continues += WIFCONTINUED(status);
		nap_us(5000);
	}
	if (kill(child, SIGTERM) || wait4(child, &status, 0, &ru) != child)
		die("cannot end the child");
	printf("{\"oracle\":\"stop\",\"tid\":%d,\"stops\":%d,\"continues\":%d,\"nvcsw\":%ld,"
	       "\"nivcsw\":%ld}\n",
	       child, seen_stops, seen_continues, ru.ru_nvcsw, ru.ru_nivcsw);
	return 0;
}
