/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * steps.c - coroutine tasks: which task is on which thread, and the exact time that it had a core.
 * A runtime's handle (an address) is a task from its creation on; one that was never created is
 * the thread's own context, which schedules the others.
 */
#include <errno.h>
#include <stdlib.h>

#include "user/model/model_internal.h"

static uint64_t handle_key(uint32_t pid, uint16_t runtime, uint64_t handle)
{
	return handle ^ (uint64_t)pid << 40 ^ (uint64_t)runtime << 60;
}

static struct task *find(struct model *m, const struct thread_more *t, const struct event_task *ev,
			 uint64_t handle)
{
	struct task *task = id_map__get(&m->by_handle, handle_key(t->t.pid, ev->runtime, handle));

	if (!task || task->handle != handle || task->pid != t->t.pid ||
	    task->runtime != ev->runtime || task->finished)
		return NULL;
	return task;
}

static void begin_step(struct model *m, struct thread_more *t, struct task *task, uint64_t ts,
		       uint32_t cpu)
{
	t->t.task = task->number;
	t->step_since = ts;
	t->step_cpu_ns = 0;
	t->step_preempted = 0;
	t->step_on_since = t->t.state == STATE_RUNNING ? ts : 0;
	task->thread = t->t.id;
	task->since_ns = ts;
	TELL(m, task, ts, cpu, task, &t->t, "resume", STEP_YIELD);
}

static void end_step(struct model *m, struct thread_more *t, uint64_t ts, uint32_t cpu,
		     enum step_end end)
{
	struct task *task = model__task(m, t->t.task);

	t->t.task = 0;
	if (!task)
		return;
	if (t->step_on_since)
		t->step_cpu_ns += ts - t->step_on_since;
	task->thread = 0;
	task->since_ns = ts;
	if (end == STEP_FINISHED)
		task->finished = true;
	TELL(m, step, task, &t->t, t->step_since, ts, t->step_cpu_ns, t->step_preempted, end);
	TELL(m, task, ts, cpu, task, &t->t, end == STEP_FINISHED ? "finish" : "suspend", end);
}

static void create(struct model *m, uint32_t cpu, struct thread_more *t,
		   const struct event_task *ev)
{
	struct task *task = calloc(1, sizeof(*task));

	if (m->task_count + 1 >= m->task_room) {
		uint32_t room = m->task_room ? m->task_room * 2 : 64;
		struct task **bigger = realloc(m->tasks, room * sizeof(*bigger));

		if (!bigger) {
			free(task);
			m->error = -ENOMEM;
			return;
		}
		m->tasks = bigger;
		m->task_room = room;
	}
	if (!task || id_map__put(&m->by_handle, handle_key(t->t.pid, ev->runtime, ev->task), task)) {
		free(task);
		m->error = -ENOMEM;
		return;
	}
	m->tasks[m->task_count++] = task;
	task->number = m->task_count;
	task->runtime = ev->runtime;
	task->pid = t->t.pid;
	task->creator = t->t.id;
	task->handle = ev->task;
	task->name_ip = ev->name;
	task->space = t->t.space;
	task->created_ns = task->since_ns = ev->head.ts;
	TELL(m, task, ev->head.ts, cpu, task, &t->t, "create", STEP_YIELD);
}

static enum step_end end_of(const struct model *m, const struct event_task *ev)
{
	int end = m->opts.step_end_of ? m->opts.step_end_of(ev->runtime, ev->probe) : STEP_YIELD;

	return end >= STEP_AWAIT && end <= STEP_CANCELLED ? (enum step_end)end : STEP_YIELD;
}

static void go_to(struct model *m, uint32_t cpu, struct thread_more *t, const struct event_task *ev)
{
	struct task *to = find(m, t, ev, ev->task);

	if (to && t->t.task == to->number)
		return;
	if (t->t.task)
		end_step(m, t, ev->head.ts, cpu, end_of(m, ev));
	if (to)
		begin_step(m, t, to, ev->head.ts, cpu);
}

void steps__on_probe(struct model *m, uint32_t cpu, const struct event_task *ev)
{
	struct thread_more *t = model__get(m, ev->head.id);
	struct task *task;

	if (!t)
		return;
	switch (ev->head.flags) {
	case TASK_CREATE:
		create(m, cpu, t, ev);
		break;
	case TASK_SWITCH:
	case TASK_START:
		go_to(m, cpu, t, ev);
		break;
	case TASK_STOP:
		task = find(m, t, ev, ev->task);
		if (task && task->number == t->t.task)
			end_step(m, t, ev->head.ts, cpu, end_of(m, ev));
		break;
	case TASK_FINISH:
		/* without a handle: whichever runs on this thread */
		task = ev->task ? find(m, t, ev, ev->task) : model__task(m, t->t.task);
		if (task && task->number == t->t.task)
			end_step(m, t, ev->head.ts, cpu, STEP_FINISHED);
		else if (task)
			task->finished = true;
		break;
	case TASK_READY:
		task = find(m, t, ev, ev->task);
		if (task)
			TELL(m, task, ev->head.ts, cpu, task, &t->t, "ready", STEP_YIELD);
		break;
	}
}

void steps__on_turn(struct model *m, struct thread_more *prev, struct thread_more *next,
		    enum reason reason, uint64_t ts)
{
	(void)m;
	if (prev->t.task) {
		if (prev->step_on_since)
			prev->step_cpu_ns += ts - prev->step_on_since;
		prev->step_on_since = 0;
		prev->step_preempted += reason == REASON_PREEMPTED;
	}
	if (next->t.task)
		next->step_on_since = ts;
}

/* From @since on it is not known whether the thread had its core. */
void steps__hide(struct thread_more *t, uint64_t since)
{
	if (t->t.task && t->step_on_since && since > t->step_on_since)
		t->step_cpu_ns += since - t->step_on_since;
	t->step_on_since = 0;
}

void steps__end_thread(struct model *m, struct thread_more *t, uint64_t ts)
{
	if (t->t.task)
		end_step(m, t, ts, t->t.cpu, STEP_YIELD);
}
