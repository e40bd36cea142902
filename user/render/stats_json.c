/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* stats_json.c - `stats -f json`: one object, its schema in docs/output.md. */
#include <string.h>

#include "user/lib/json.h"
#include "user/render/view.h"

static void put_machine(struct json *j, const struct trace_info *info)
{
	json__object(j, "machine");
	json__text(j, "kernel", info->kernel);
	json__u64(j, "cpus", info->online ? info->online : info->cpus);
	json__text(j, "preemption", info->preemption);
	json__u64(j, "hz", info->hz);
	json__text(j, "virtual", info->host_virtual);
	json__text(j, "arch", info->machine);
	json__end_object(j);
}

static void put_cores(struct json *j, const struct view *v, const struct stats *s)
{
	json__array(j, "cores");
	for (uint32_t cpu = 0; cpu < s->core_count; cpu++) {
		const struct stats_core *c = &s->cores[cpu];

		if (!c->recorded || !view__wants_cpu(v, cpu))
			continue;
		json__object(j, NULL);
		json__u64(j, "cpu", cpu);
		json__u64(j, "traced_ns", c->traced_ns);
		json__u64(j, "other_ns", c->other_ns);
		json__u64(j, "idle_ns", c->idle_ns);
		json__u64(j, "unknown_ns", c->unknown_ns);
		json__u64(j, "switches", c->switches);
		json__end_object(j);
	}
	json__end_array(j);
}

static void put_processes(struct json *j, const struct stats *s)
{
	json__array(j, "processes");
	for (uint32_t i = 0; i < s->process_count; i++) {
		const struct stats_process *p = &s->processes[i];

		json__object(j, NULL);
		json__u64(j, "pid", p->pid);
		json__text(j, "comm", p->comm);
		json__u64(j, "threads", p->threads);
		json__u64(j, "on_cpu_ns", p->on_cpu_ns);
		json__u64(j, "most", p->most);
		json__end_object(j);
	}
	json__end_array(j);
}

static void put_kernel(struct json *j, const struct thread *t, bool whole)
{
	const struct event_counts *a = &t->first_counts, *b = &t->last_counts;

	if (!t->counted || !whole) {
		json__null(j, "kernel");
		return;
	}
	json__object(j, "kernel");
	json__u64(j, "nvcsw", b->nvcsw - a->nvcsw);
	json__u64(j, "nivcsw", b->nivcsw - a->nivcsw);
	json__u64(j, "run_ns", b->run_ns - a->run_ns);
	json__u64(j, "run_delay_ns", b->run_delay - a->run_delay);
	json__u64(j, "slices", b->slices - a->slices);
	json__u64(j, "migrations", b->migrations - a->migrations);
	json__end_object(j);
}

static void put_details(struct json *j, const struct stats_thread *t)
{
	json__object(j, "causes");
	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++)
		if (t->causes[c])
			json__u64(j, cause__name(c), t->causes[c]);
	json__end_object(j);
	json__object(j, "waits_on");
	for (int w = WAITS_NONE + 1; w < WAITS_COUNT; w++)
		if (t->waits[w])
			json__u64(j, waits_on__name(w), t->waits[w]);
	json__end_object(j);
	json__u64(j, "wakeups", t->wakeups);
	json__u64(j, "migrations", t->migrations);
	json__u64(j, "longest_wait_ns", t->longest_wait_ns);
	json__object(j, "ran_instead");
	for (uint32_t i = 0; i < t->instead_count; i++)
		json__u64(j, t->instead[i].comm, t->instead[i].ns);
	json__end_object(j);
	json__null(j, "gil");
	json__null(j, "python");
}

static void put_thread(struct json *j, const struct stats_thread *t, uint64_t origin, bool whole)
{
	json__object(j, NULL);
	json__u64(j, "id", t->thread->id);
	json__u64(j, "tid", t->thread->tid);
	json__u64(j, "pid", t->thread->pid);
	json__text(j, "comm", t->thread->comm);
	json__u64(j, "start_ns", t->start_ns ? t->start_ns - origin : 0);
	json__u64(j, "end_ns", t->end_ns ? t->end_ns - origin : 0);
	json__u64(j, "on_cpu_ns", t->time[STATE_RUNNING]);
	json__u64(j, "runnable_ns", t->time[STATE_RUNNABLE]);
	json__u64(j, "blocked_ns", t->time[STATE_BLOCKED]);
	json__u64(j, "stopped_ns", t->time[STATE_STOPPED]);
	json__u64(j, "unknown_ns", t->time[STATE_UNKNOWN]);
	json__u64(j, "slices", t->slices);
	json__u64(j, "preempted", t->reasons[REASON_PREEMPTED]);
	json__u64(j, "preempted_user", t->modes[MODE_USER]);
	json__u64(j, "preempted_kernel", t->modes[MODE_KERNEL]);
	json__u64(j, "preempted_wait", t->modes[MODE_WAIT]);
	for (int r = REASON_YIELDED; r < REASON_COUNT; r++)
		json__u64(j, reason__name(r), t->reasons[r]);
	put_details(j, t);
	put_kernel(j, t->thread, whole);
	json__end_object(j);
}

static void put_task(struct json *j, const struct view *v, const struct stats_task *t)
{
	char name[96], id[16];

	json__object(j, NULL);
	json__text(j, "runtime", view__runtime_name(t->task->runtime));
	snprintf(id, sizeof(id), "%u", t->task->number);
	json__text(j, "id", id);
	view__task_name(v, t->task, name, sizeof(name));
	json__text(j, "name", name);
	json__u64(j, "pid", t->task->pid);
	json__u64(j, "steps", t->steps);
	json__u64(j, "on_cpu_ns", t->on_cpu_ns);
	json__u64(j, "ready_ns", t->ready_ns);
	json__u64(j, "longest_step_ns", t->longest_step_ns);
	json__u64(j, "preempted_inside", t->preempted_inside);
	json__object(j, "why");
	for (int e = STEP_AWAIT; e <= STEP_CANCELLED; e++)
		if (t->why[e])
			json__u64(j, step_end__name(e), t->why[e]);
	json__end_object(j);
	json__array(j, "threads");
	for (uint32_t i = 0; i < t->thread_count; i++)
		json__u64(j, NULL, t->threads[i]);
	json__end_array(j);
	json__end_object(j);
}

static void put_tracer(struct json *j, const struct trace_end *end)
{
	const struct trace_program *p = end->programs, *sw = NULL;

	for (uint32_t i = 0; i < end->program_count; i++)
		if (strcmp(p[i].name, "sched_switch") == 0 && p[i].runs)
			sw = &p[i];
	json__object(j, "tracer");
	if (sw)
		json__u64(j, "ns_per_switch", sw->ns / sw->runs);
	else
		json__null(j, "ns_per_switch");
	json__u64(j, "cpu_ns", end->tracer_cpu_ns);
	json__array(j, "programs");
	for (uint32_t i = 0; i < end->program_count; i++) {
		json__object(j, NULL);
		json__text(j, "name", p[i].name);
		json__u64(j, "runs", p[i].runs);
		json__u64(j, "ns", p[i].ns);
		json__end_object(j);
	}
	json__end_array(j);
	json__end_object(j);
}

static void put_all(struct json *j, const struct view *v, const struct stats *s,
		    const struct model_health *health)
{
	const struct trace_info *info = trace__info(v->trace);
	uint64_t origin = info->start_mono_ns;

	json__object(j, NULL);
	json__u64(j, "format", 1);
	json__u64(j, "duration_ns", s->to_ns - s->from_ns);
	json__array(j, "command");
	for (char **arg = info->argv; arg && *arg; arg++)
		json__text(j, NULL, *arg);
	json__end_array(j);
	json__bool(j, "complete", trace__complete(v->trace));
	put_machine(j, info);
	put_cores(j, v, s);
	put_processes(j, s);
	json__array(j, "threads");
	for (uint32_t i = 0; i < s->thread_count; i++)
		put_thread(j, s->threads[i], origin, !v->opts->has_time);
	json__end_array(j);
	json__array(j, "tasks");
	for (uint32_t i = 0; i < s->task_count; i++)
		put_task(j, v, s->tasks[i]);
	json__end_array(j);
	json__object(j, "parallel");
	json__u64(j, "most", s->most);
	json__u64(j, "two_or_more_ns", s->two_or_more_ns);
	json__double(j, "average", s->any_ns ? (double)s->running_ns / (double)s->any_ns : 0, 3);
	json__end_object(j);
	json__object(j, "lost");
	json__u64(j, "events", health->lost);
	json__u64(j, "hidden", health->hidden);
	json__end_object(j);
	put_tracer(j, trace__end(v->trace));
	json__end_object(j);
	json__end_line(j);
}

static int render(const struct view *v, FILE *out, struct trace_error *err)
{
	struct stats_sink *sink;
	struct model *model;
	struct json j;
	int code = view__stats(v, &sink, &model, err);

	if (code)
		return code;
	json__init(&j, out);
	put_all(&j, v, stats_sink__result(sink), model__health(model));
	stats_sink__free(sink);
	model__free(model);
	return 0;
}

const struct renderer stats_json_renderer = {
	.name = "stats-json",
	.command = "stats",
	.format = "json",
	.help = "one JSON object with everything",
	.render = render,
};
