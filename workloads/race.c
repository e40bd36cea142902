/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * race.c - x = x + 1 by two threads without a lock: updates get lost.
 *
 * Each thread adds ADDS times. Load, add and store are three instructions here, as on many
 * machines they always are; the labels between them let a trace show where a thread was
 * pre-empted. From `loaded` up to the store, it holds an old x in a register: when it comes
 * back it stores that value plus one, and all that the other added meanwhile is lost.
 * Run: race [ADDS] [--cores LIST] [--quick]     (one core, unless --cores)
 * See: final is below expected, and by how much differs from run to run.
 */
#include "workload.h"

#ifdef __x86_64__
#define HELD_IN	 asm("rax") /* so that a trace can name the register */
#define REGISTER "rax"
#else
#define HELD_IN
#define REGISTER ""
#endif

extern const char race_loaded[], race_added[], race_stored[];
long x;

static __attribute__((noinline)) void add_one(long times)
{
	register long held HELD_IN;

	for (long i = 0; i < times; i++) {
		held = *(volatile long *)&x;
		asm volatile("race_loaded:" : "+r"(held));
		held = held + 1;
		asm volatile("race_added:" : "+r"(held));
		*(volatile long *)&x = held;
		asm volatile("race_stored:" : "+r"(held));
	}
}

static void *adder(void *arg)
{
	struct worker *w = arg;

	worker__begin(w, "adder", w->index + 1);
	add_one(w->rounds);
	w->count = w->rounds;
	worker__end(w);
	return NULL;
}

int main(int argc, char **argv)
{
	struct options o = options__parse(argc, argv, "race [ADDS] [--cores LIST] [--quick]", 1,
					  (long[]){ 400000000 }, (long[]){ 100000000 });
	struct worker *w = shared__alloc(2, sizeof(*w));
	long expected = 2 * o.n[0];

	share_one_core(&o);
	w[0].rounds = w[1].rounds = o.n[0];
	workers__run(w, 2, adder);

	printf("{\"workload\":\"race\",\"expected\":%ld,\"final\":%ld,\"lost\":%ld", expected, x,
	       expected - x);
	printf(",\"variable\":\"x\",\"register\":\"%s\",\"loaded_at\":\"%p\",\"added_at\":\"%p\","
	       "\"stored_at\":\"%p\"",
	       REGISTER, (const void *)race_loaded, (const void *)race_added,
	       (const void *)race_stored);
	workers__print(w, 2);
	printf("}\n");
	return 0;
}
