/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * nice.c - two threads that only compute, on one core: one of nice 0, one of nice 5.
 *
 * Both run for MS milliseconds by the clock and count what they got done.
 * Run: nice [MS [NICE]] [--cores LIST] [--quick]     (one core, unless --cores)
 * See: fair is not equal: the kernel's weights are 1024 and 335, so the shares are about 3 : 1.
 */
#include "workload.h"

static uint64_t end_ns;

static void *spinner(void *arg)
{
	struct worker *w = arg;
	char name[16];

	snprintf(name, sizeof(name), "nice-%d", (int)w->rounds);
	worker__begin(w, name, 0);
	if (setpriority(PRIO_PROCESS, (id_t)w->tid, (int)w->rounds))
		die("setpriority");
	while (clock_ns(CLOCK_MONOTONIC) < end_ns)
		w->count += count_primes(WORK_MS);
	worker__end(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv, "nice [MS [NICE]] [--cores LIST] [--quick]",
					  2, (long[]){ 1000, 5 }, (long[]){ 300, 5 });
	struct worker *w = shared__alloc(2, sizeof(*w));

	if (o.n[1] > 19)
		usage("NICE is at most 19");
	share_one_core(&o);
	w[1].rounds = o.n[1]; /* its nice value */
	end_ns = clock_ns(CLOCK_MONOTONIC) + (uint64_t)o.n[0] * 1000000;
	workers__run(w, 2, spinner);

	printf("{\"workload\":\"nice\",\"ms\":%ld,\"nice\":[0,%ld],\"ratio\":%.3f", o.n[0], o.n[1],
	       (double)w[0].cpu_ns / (double)w[1].cpu_ns);
	workers__print(w, 2);
	printf("}\n");
	return 0;
}
