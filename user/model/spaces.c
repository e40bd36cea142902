/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * spaces.c - address spaces: which one a process has now. A fork copies its parent's, an exec
 * begins a new one; instruction pointers mean something only together with a space.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/model_internal.h"

struct process *spaces__process(struct model *m, uint32_t pid, const struct thread_more *creator)
{
	struct process *p = id_map__get(&m->by_pid, pid);
	uint32_t parent = 0;

	/* a process that is born now has nothing in common with an older one of its number */
	if (p && (!creator || (creator->process && creator->process->pid == pid)))
		return p;
	if (creator && creator->process)
		parent = creator->process->space;
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p || id_map__put(&m->by_pid, pid, p)) {
			free(p);
			m->error = -ENOMEM;
			return NULL;
		}
		p->pid = pid;
	}
	p->space = ++m->space_count;
	p->recent_count = 0;
	TELL(m, space, p->space, parent, pid);
	return p;
}

void spaces__on_rename(struct thread_more *t)
{
	if (t->process)
		t->process->recent_count = 0;
}

void spaces__on_exec(struct model *m, struct thread_more *t)
{
	struct process *p = t->process;

	if (!p)
		return;
	p->space = ++m->space_count;
	t->t.space = p->space;
	TELL(m, space, p->space, 0, p->pid);
	for (uint32_t i = 0; i < p->recent_count; i++)
		TELL(m, map, p->space, p->pid, &p->recent[i]);
	p->recent_count = 0;
}

void spaces__on_map(struct model *m, const struct event_map *ev)
{
	struct process *p = spaces__process(m, ev->pid, NULL);

	if (!p)
		return;
	if (!p->recent)
		p->recent = calloc(RECENT_MAPS, sizeof(*p->recent));
	if (p->recent && p->recent_count < RECENT_MAPS)
		p->recent[p->recent_count++] = *ev;
	TELL(m, map, p->space, p->pid, ev);
}

void spaces__release(struct model *m)
{
	for (uint32_t i = 0; i < m->by_pid.slots; i++) {
		struct process *p = m->by_pid.values[i];

		if (p)
			free(p->recent);
		free(p);
	}
	id_map__release(&m->by_pid);
}
