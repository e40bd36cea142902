/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* stats_csv.c - `stats -f csv`: a row per thread. */
#include "user/lib/csv.h"
#include "user/render/view.h"

static void put_thread(struct csv *c, const struct stats_thread *t, uint64_t origin)
{
	csv__u64(c, t->thread->id);
	csv__u64(c, t->thread->tid);
	csv__u64(c, t->thread->pid);
	csv__text(c, t->thread->comm);
	csv__u64(c, t->start_ns ? t->start_ns - origin : 0);
	csv__u64(c, t->end_ns ? t->end_ns - origin : 0);
	csv__u64(c, t->time[STATE_RUNNING]);
	csv__u64(c, t->time[STATE_RUNNABLE]);
	csv__u64(c, t->time[STATE_BLOCKED]);
	csv__u64(c, t->time[STATE_STOPPED]);
	csv__u64(c, t->time[STATE_UNKNOWN]);
	csv__u64(c, t->slices);
	csv__u64(c, t->reasons[REASON_PREEMPTED]);
	csv__u64(c, t->modes[MODE_USER]);
	csv__u64(c, t->modes[MODE_KERNEL]);
	csv__u64(c, t->modes[MODE_WAIT]);
	for (int r = REASON_YIELDED; r < REASON_COUNT; r++)
		csv__u64(c, t->reasons[r]);
	csv__u64(c, t->wakeups);
	csv__u64(c, t->migrations);
	csv__u64(c, t->longest_wait_ns);
	csv__end_row(c);
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	struct csv c = { .out = out };
	struct stats_sink *sink;
	struct model *model;
	const struct stats *s;
	int code = view__stats(v, &sink, &model, err);

	if (code)
		return code;
	s = stats_sink__result(sink);
	fputs("id,tid,pid,comm,start_ns,end_ns,on_cpu_ns,runnable_ns,blocked_ns,stopped_ns,"
	      "unknown_ns,slices,preempted,preempted_user,preempted_kernel,preempted_wait,yielded,"
	      "blocked,stopped,exited,unclear,wakeups,migrations,longest_wait_ns\r\n",
	      out);
	for (uint32_t i = 0; i < s->thread_count; i++)
		put_thread(&c, s->threads[i], trace__info(v->trace)->start_mono_ns);
	stats_sink__free(sink);
	model__free(model);
	return 0;
}

const struct renderer stats_csv_renderer = {
	.name = "stats-csv",
	.command = "stats",
	.format = "csv",
	.help = "a row per thread",
	.render = render,
};
