/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* view.c - what all views share (view.h). */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "user/render/view.h"
#include "user/runtime/runtime.h"

static bool in_list(const uint32_t *list, uint32_t count, uint32_t v)
{
	for (uint32_t i = 0; i < count; i++)
		if (list[i] == v)
			return true;
	return count == 0;
}

bool view__wants_thread(const struct view *v, const struct thread *t)
{
	const struct view_opts *o = v->opts;

	return in_list(o->pids, o->pid_count, t->pid) && in_list(o->tids, o->tid_count, t->tid) &&
	       (!o->comm || fnmatch(o->comm, t->comm, 0) == 0);
}

bool view__wants_cpu(const struct view *v, uint32_t cpu)
{
	return in_list(v->opts->cpus, v->opts->cpu_count, cpu);
}

bool view__has_filter(const struct view *v)
{
	return v->opts->pid_count || v->opts->tid_count || v->opts->comm;
}

void view__window(const struct view *v, uint64_t *from_ns, uint64_t *to_ns)
{
	uint64_t start = trace__info(v->trace)->start_mono_ns;
	uint64_t end = trace__end(v->trace)->end_mono_ns;

	if (end < start)
		end = start; /* cut off before the first record was written */
	*from_ns = start;
	*to_ns = end;
	if (!v->opts->has_time)
		return;
	*from_ns = v->opts->from_ns > end - start ? end : start + v->opts->from_ns;
	if (v->opts->to_ns < end - start)
		*to_ns = start + v->opts->to_ns;
}

static int step_end_of(uint16_t runtime, uint16_t probe)
{
	for (uint16_t i = 0; runtimes[i]; i++)
		if (i == runtime)
			return runtimes[i]->end_of(probe);
	return STEP_YIELD;
}

const char *view__runtime_name(uint16_t runtime)
{
	for (uint16_t i = 0; runtimes[i]; i++)
		if (i == runtime)
			return runtimes[i]->name;
	return "unknown";
}

void view__task_name(const struct view *v, const struct task *task, char *buf, size_t size)
{
	const struct symbol *s = symbol_table__find(v->symbols, task->space, task->name_ip);

	if (s && s->function)
		snprintf(buf, size, "%.60s#%u", s->function, task->number);
	else
		snprintf(buf, size, "task#%u", task->number);
}

static int feed_all(struct model *m, const struct trace *t, struct trace_error *err)
{
	struct trace_cursor *c;
	struct trace_record rec;
	int code = trace_cursor__new(t, &c);

	if (code)
		return code;
	while ((code = trace_cursor__next(c, &rec, err)) > 0) {
		code = model__feed(m, rec.cpu, rec.ev);
		if (code)
			break;
	}
	trace_cursor__free(c);
	return code ? code : model__finish(m, trace__end(t)->end_mono_ns);
}

int view__run(const struct view *v, const struct model_sink *sink, struct model **out,
	      struct trace_error *err)
{
	const struct trace_info *info = trace__info(v->trace);
	struct model_opts opts = {
		.start_ns = info->start_mono_ns,
		.cpus = info->cpus,
		.cpu_mask = info->cpu_mask,
		.arch = info->arch,
		.flags = info->flags,
		.step_end_of = step_end_of,
	};
	struct model *m = model__new(&opts, sink);
	int code;

	err->text[0] = 0;
	code = m ? feed_all(m, v->trace, err) : -ENOMEM;
	if (code && !err->text[0])
		snprintf(err->text, sizeof(err->text), "%s", strerror(-code));
	if (code || !out) {
		model__free(m);
		return code;
	}
	*out = m;
	return 0;
}

static bool wants_thread(void *ctx, const struct thread *t)
{
	return view__wants_thread(ctx, t);
}

int view__stats(const struct view *v, struct stats_sink **sink, struct model **model,
		struct trace_error *err)
{
	const struct trace_info *info = trace__info(v->trace);
	struct stats_opts opts = { .cpus = info->cpus,
				   .cpu_mask = info->cpu_mask,
				   .wants_thread = wants_thread,
				   .ctx = (void *)v };
	struct model_sink callbacks;
	int code;

	view__window(v, &opts.from_ns, &opts.to_ns);
	*sink = stats_sink__new(&opts);
	if (!*sink) {
		snprintf(err->text, sizeof(err->text), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	callbacks = stats_sink__sink(*sink);
	code = view__run(v, &callbacks, model, err);
	if (code) {
		stats_sink__free(*sink);
		*sink = NULL;
	}
	return code;
}
