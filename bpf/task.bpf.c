/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * task.bpf.c - one program for every probe of every task runtime: the attach cookie names a rule
 * that says which registers hold the task. Its maps are those of switch.bpf.c.
 */
#include "bpf/maps.bpf.h"
#include "bpf/probe.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROBES_MAX);
	__type(key, u32);
	__type(value, struct probe_rule);
} rules SEC(".maps");

static __always_inline u64 fetch(struct pt_regs *ctx, const struct probe_fetch *f)
{
	u64 value = 0;

	if (f->reg < 0 || f->reg > 20)
		return 0;
	bpf_probe_read_kernel(&value, sizeof(value), (void *)ctx + f->reg * 8);
	value += f->add;
	for (u32 i = 0; i < 2; i++) {
		if (i >= f->derefs)
			break;
		if (bpf_probe_read_user(&value, sizeof(value), (void *)(value + f->off[i])))
			return 0;
	}
	return value;
}

SEC("uprobe")
int task_probe(struct pt_regs *ctx)
{
	u32 key = bpf_get_attach_cookie(ctx);
	struct thread_slot *slot;
	struct probe_rule *rule;
	struct event_task *ev;
	struct here here;

	if (!here__init(&here))
		return 0;
	slot = bpf_task_storage_get(&threads, bpf_get_current_task_btf(), 0, 0);
	if (!slot || !slot->id || !slot->traced)
		return 0;
	rule = bpf_map_lookup_elem(&rules, &key);
	if (!rule)
		return 0;
	ev = event__reserve(&here, EVENT_TASK, sizeof(*ev));
	if (!ev)
		return 0;
	ev->head.id = slot->id;
	ev->head.flags = rule->role;
	ev->runtime = rule->runtime;
	ev->probe = rule->probe;
	ev->reserved = 0;
	ev->task = fetch(ctx, &rule->task);
	ev->aux = fetch(ctx, &rule->aux);
	ev->name = fetch(ctx, &rule->name);
	event__submit(&here, ev);
	return 0;
}
