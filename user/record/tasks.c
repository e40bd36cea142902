/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * tasks.c - see tasks.h. One uprobe_multi link per file where the kernel has it (6.6 and newer: a
 * perf uprobe takes 0.24 s each to go away), else perf uprobes. The probes are on the file, so
 * they meet any process that calls these functions; those not traced leave at once.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/probe.h"
#include "bpf/task.skel.h"
#include "user/record/tasks.h"
#include "user/runtime/runtime.h"

#define TRACE_UPROBE_MULTI 48 /* enum bpf_attach_type; libbpf 1.1 does not know it */
#define POINTS_MAX	   64

struct tasks {
	struct task_bpf *skel;
	uint32_t rule_count;
	int multi_fds[16];
	uint32_t multi_count;
	struct bpf_link *links[POINTS_MAX];
	uint32_t link_count;
	bool multi;
};

/* union bpf_attr's part for BPF_LINK_CREATE of uprobe_multi (include/uapi/linux/bpf.h). */
struct multi_attr {
	uint32_t prog_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t ref_ctr_offsets;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t reserved;
};

static struct probe_fetch convert(const struct fetch *f)
{
	return (struct probe_fetch){ f->reg, f->derefs, f->add, { f->off[0], f->off[1] } };
}

static int add_rule(struct tasks *t, const struct probe_point *p, uint16_t runtime)
{
	struct probe_rule rule = { .runtime = runtime,
				   .probe = p->probe,
				   .role = p->role,
				   .task = convert(&p->task),
				   .aux = convert(&p->aux),
				   .name = convert(&p->name) };
	uint32_t key = t->rule_count;

	if (key == PROBES_MAX)
		return -ENOSPC;
	if (bpf_map_update_elem(bpf_map__fd(t->skel->maps.rules), &key, &rule, BPF_ANY))
		return -errno;
	t->rule_count++;
	return 0;
}

static int attach_multi(struct tasks *t, const char *path, const uint64_t *offsets,
			const uint64_t *cookies, uint32_t n)
{
	struct multi_attr attr = {
		.prog_fd = (uint32_t)bpf_program__fd(t->skel->progs.task_probe),
		.attach_type = TRACE_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t)path,
		.offsets = (uint64_t)(uintptr_t)offsets,
		.cookies = (uint64_t)(uintptr_t)cookies,
		.count = n,
	};
	long fd;

	if (t->multi_count == sizeof(t->multi_fds) / sizeof(t->multi_fds[0]))
		return -ENOSPC;
	fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	t->multi_fds[t->multi_count++] = (int)fd;
	return 0;
}

static int attach_single(struct tasks *t, const char *path, const uint64_t *offsets,
			 const uint64_t *cookies, uint32_t n)
{
	for (uint32_t i = 0; i < n && t->link_count < POINTS_MAX; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = cookies[i]);
		struct bpf_link *link = bpf_program__attach_uprobe_opts(
			t->skel->progs.task_probe, -1, path, offsets[i], &opts);

		if (!link)
			return -errno;
		t->links[t->link_count++] = link;
	}
	return 0;
}

static int attach_file(struct tasks *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	struct probe_point points[POINTS_MAX];
	uint64_t offsets[POINTS_MAX], cookies[POINTS_MAX];
	char why[128];

	if (fd < 0)
		return -errno;
	for (uint16_t r = 0; runtimes[r] && !err; r++) {
		int n = runtimes[r]->matches(path) ?
				runtimes[r]->find(fd, points, POINTS_MAX, why, sizeof(why)) :
				0;

		for (int i = 0; i < n && !err; i++) {
			offsets[i] = points[i].offset;
			cookies[i] = t->rule_count;
			err = add_rule(t, &points[i], r);
		}
		if (n > 0 && !err)
			err = t->multi ? attach_multi(t, path, offsets, cookies, (uint32_t)n) :
					 attach_single(t, path, offsets, cookies, (uint32_t)n);
	}
	close(fd);
	return err;
}

static int load(struct tasks *t, struct programs *p)
{
	t->skel = task_bpf__open();
	if (!t->skel)
		return -errno;
	if (t->multi)
		bpf_program__set_expected_attach_type(t->skel->progs.task_probe, TRACE_UPROBE_MULTI);
	if (bpf_map__reuse_fd(t->skel->maps.threads, programs__threads_fd(p)) ||
	    bpf_map__reuse_fd(t->skel->maps.cores, programs__cores_fd(p)) ||
	    bpf_map__reuse_fd(t->skel->maps.rings, programs__rings_fd(p)))
		return -errno;
	return task_bpf__load(t->skel);
}

/* The C library that programs on this machine share, as this program has it mapped. */
static int find_libc(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;

	(void)size;
	if (!name || strncmp(name, "/libc.so.6", 10) != 0)
		return 0;
	snprintf(data, 256, "%s", info->dlpi_name);
	return 1;
}

static struct tasks *try_attach(struct programs *p, const char *path, bool multi)
{
	struct tasks *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->multi = multi;
	if (load(t, p) == 0 && attach_file(t, path) == 0)
		return t;
	tasks__free(t);
	return NULL;
}

struct tasks *tasks__attach(struct programs *p)
{
	char path[256] = "";
	struct tasks *t;

	dl_iterate_phdr(find_libc, path);
	if (!path[0])
		return NULL;
	t = try_attach(p, path, true);
	return t ? t : try_attach(p, path, false);
}

void tasks__free(struct tasks *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->multi_count; i++)
		close(t->multi_fds[i]);
	for (uint32_t i = 0; i < t->link_count; i++)
		bpf_link__destroy(t->links[i]);
	task_bpf__destroy(t->skel);
	free(t);
}
