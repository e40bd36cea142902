/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * programs.c - loads and attaches the BPF programs (see programs.h). What a kernel lacks is left
 * out by asking its BTF for the tracepoint, never by version numbers.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/core.h"
#include "bpf/switch.skel.h"
#include "user/record/kernel_text.h"
#include "user/record/programs.h"

struct programs {
	struct switch_bpf *skel;
	struct core *cores; /* mapped */
	size_t cores_size;
	uint32_t cpus;
	int *ring_fds;
	int walk_fds[PROGRAMS_WALKS];
	int walks_used;
	struct bpf_link *links[64]; /* one per program that is attached */
	uint32_t link_count;
	uint32_t features;
};

/* What the first or second argument of a system call means for who waits on what. */
static void classify_syscalls(unsigned char *classes)
{
	static const struct {
		int nr;
		unsigned char class;
	} table[] = {
		{ SYS_futex, SYSCALL_ADDR },	 { SYS_sched_yield, SYSCALL_YIELD },
		{ SYS_read, SYSCALL_FD },	 { SYS_write, SYSCALL_FD },
		{ SYS_readv, SYSCALL_FD },	 { SYS_writev, SYSCALL_FD },
		{ SYS_pread64, SYSCALL_FD },	 { SYS_pwrite64, SYSCALL_FD },
		{ SYS_preadv, SYSCALL_FD },	 { SYS_pwritev, SYSCALL_FD },
		{ SYS_ioctl, SYSCALL_FD },	 { SYS_accept, SYSCALL_FD },
		{ SYS_accept4, SYSCALL_FD },	 { SYS_connect, SYSCALL_FD },
		{ SYS_recvfrom, SYSCALL_FD },	 { SYS_recvmsg, SYSCALL_FD },
		{ SYS_recvmmsg, SYSCALL_FD },	 { SYS_sendto, SYSCALL_FD },
		{ SYS_sendmsg, SYSCALL_FD },	 { SYS_sendmmsg, SYSCALL_FD },
		{ SYS_splice, SYSCALL_FD },	 { SYS_tee, SYSCALL_FD },
		{ SYS_vmsplice, SYSCALL_FD },	 { SYS_fsync, SYSCALL_FD },
		{ SYS_fdatasync, SYSCALL_FD },	 { SYS_getdents64, SYSCALL_FD },
		{ SYS_ftruncate, SYSCALL_FD },	 { SYS_fallocate, SYSCALL_FD },
		{ SYS_copy_file_range, SYSCALL_FD }, { SYS_ppoll, SYSCALL_ARG2 },
		{ SYS_fcntl, SYSCALL_ARG2 },	 { SYS_pselect6, SYSCALL_ARG1 },
#ifdef SYS_poll
		{ SYS_poll, SYSCALL_ARG2 },	 { SYS_select, SYSCALL_ARG1 },
		{ SYS_getdents, SYSCALL_FD },	 { SYS_sendfile, SYSCALL_FD },
#endif
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		classes[table[i].nr & 1023] = table[i].class;
}

static bool has_tracepoint(const struct btf *btf, const char *program_section)
{
	const char *name = strrchr(program_section, '/');
	char type[128];

	if (!name || strncmp(program_section + (program_section[0] == '?'), "tp_btf/", 7) != 0)
		return true; /* not a tracepoint */
	snprintf(type, sizeof(type), "btf_trace_%s", name + 1);
	return btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF) > 0;
}

static bool loaded(const struct bpf_program *p)
{
	return bpf_program__autoload(p);
}

static int choose_programs(struct switch_bpf *skel, bool with_cgroup)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *p;

	if (!btf)
		return -ENOENT;
	bpf_object__for_each_program(p, skel->obj)
		bpf_program__set_autoload(p, has_tracepoint(btf, bpf_program__section_name(p)));
	if (!with_cgroup)
		bpf_program__set_autoload(skel->progs.cgroup_attach_task, false);
	if (!loaded(skel->progs.sched_set_need_resched))
		bpf_program__set_autoload(skel->progs.sched_wakeup, false);
	btf__free(btf);
	return 0;
}

static int make_rings(struct programs *p, size_t buffer_size)
{
	p->ring_fds = calloc(p->cpus, sizeof(*p->ring_fds));
	if (!p->ring_fds)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < p->cpus; cpu++)
		p->ring_fds[cpu] = -1;
	for (uint32_t cpu = 0; cpu < p->cpus; cpu++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, buffer_size, NULL);

		if (fd < 0)
			return -errno;
		p->ring_fds[cpu] = fd;
	}
	return 0;
}

static int fill_rings(struct programs *p, size_t buffer_size)
{
	int outer = bpf_map__fd(p->skel->maps.rings);

	for (uint32_t cpu = 0; cpu < p->cpus; cpu++)
		if (bpf_map_update_elem(outer, &cpu, &p->ring_fds[cpu], BPF_ANY))
			return -errno;
	p->cores_size = (size_t)p->cpus * sizeof(struct core);
	p->cores = mmap(NULL, p->cores_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			bpf_map__fd(p->skel->maps.cores), 0);
	if (p->cores == MAP_FAILED) {
		p->cores = NULL;
		return -errno;
	}
	for (uint32_t cpu = 0; cpu < p->cpus; cpu++)
		p->cores[cpu].call_at = (ev_u32)(buffer_size / 4);
	return 0;
}

/* Iterators are opened now, while that is allowed, and read when needed. */
static int open_walks(struct programs *p)
{
	struct bpf_link *link = bpf_program__attach_iter(p->skel->progs.walk_threads, NULL);
	int err = 0;

	if (!link)
		return -errno;
	for (int i = 0; i < PROGRAMS_WALKS && !err; i++) {
		p->walk_fds[i] = bpf_iter_create(bpf_link__fd(link));
		if (p->walk_fds[i] < 0)
			err = -errno;
	}
	bpf_link__destroy(link);
	return err;
}

static int prepare(struct programs *p, const struct programs_opts *opts)
{
	struct switch_bpf *skel = p->skel;
	struct kernel_text text;
	int err = choose_programs(skel, opts->cgroup_id != 0);

	if (err)
		return err;
	skel->rodata->trace_all = opts->all;
	skel->rodata->inherit = opts->inherit;
	skel->bss->cgroup_id = opts->cgroup_id;
	classify_syscalls(skel->rodata->syscall_classes);
	if (kernel_text__read(&text)) {
		memcpy(skel->rodata->text_schedule, text.schedule, sizeof(text.schedule));
		memcpy(skel->rodata->text_yield, text.yield, sizeof(text.yield));
		memcpy(skel->rodata->text_exit, text.exit, sizeof(text.exit));
		p->features |= TRACE_HAS_STACK;
	}
	if (loaded(skel->progs.sched_set_need_resched))
		p->features |= TRACE_HAS_RESCHED;
	if (loaded(skel->progs.softirq_entry) && loaded(skel->progs.irq_handler_entry))
		p->features |= TRACE_HAS_IRQ;
	p->features |= TRACE_HAS_HIDDEN;
	bpf_map__set_max_entries(skel->maps.cores, p->cpus);
	bpf_map__set_max_entries(skel->maps.rings, p->cpus);
	return make_rings(p, opts->buffer_size);
}

static void explain(int err, char *why, size_t size)
{
	if (err == -EPERM || err == -EACCES)
		snprintf(why, size, "not permitted to load BPF programs");
	else if (err == -ENOENT)
		snprintf(why, size, "this kernel has no type information (/sys/kernel/btf/vmlinux)");
	else
		snprintf(why, size, "cannot load the BPF programs: %s", strerror(-err));
}

int programs__load(const struct programs_opts *opts, struct programs **out, char *why,
		   size_t why_size)
{
	struct programs *p = calloc(1, sizeof(*p));
	int err = -ENOMEM;

	if (!p)
		goto fail;
	p->cpus = opts->cpus;
	for (int i = 0; i < PROGRAMS_WALKS; i++)
		p->walk_fds[i] = -1;
	p->skel = switch_bpf__open();
	err = p->skel ? prepare(p, opts) : -errno;
	if (!err)
		err = switch_bpf__load(p->skel);
	if (!err)
		err = fill_rings(p, opts->buffer_size);
	if (!err)
		err = open_walks(p);
	if (!err) {
		*out = p;
		return 0;
	}
fail:
	explain(err, why, why_size);
	programs__free(p);
	return err;
}

int programs__attach(struct programs *p, char *why, size_t why_size)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, p->skel->obj) {
		struct bpf_link *link;

		if (!loaded(prog) || prog == p->skel->progs.walk_threads ||
		    p->link_count == sizeof(p->links) / sizeof(p->links[0]))
			continue;
		link = bpf_program__attach(prog);
		if (!link) {
			int err = -errno;

			snprintf(why, why_size, "cannot attach to %s: %s",
				 bpf_program__section_name(prog), strerror(-err));
			return err;
		}
		p->links[p->link_count++] = link;
	}
	return 0;
}

uint32_t programs__features(const struct programs *p)
{
	return p->features;
}

struct core *programs__core(const struct programs *p, uint32_t cpu)
{
	return &p->cores[cpu];
}

int programs__ring_fd(const struct programs *p, uint32_t cpu)
{
	return p->ring_fds[cpu];
}

int programs__threads_fd(const struct programs *p)
{
	return bpf_map__fd(p->skel->maps.threads);
}

int programs__cores_fd(const struct programs *p)
{
	return bpf_map__fd(p->skel->maps.cores);
}

int programs__rings_fd(const struct programs *p)
{
	return bpf_map__fd(p->skel->maps.rings);
}

int programs__target(struct programs *p, uint32_t nr)
{
	uint32_t one = 1;

	if (bpf_map_update_elem(bpf_map__fd(p->skel->maps.targets), &nr, &one, BPF_ANY))
		return -errno;
	return 0;
}

int programs__walk(struct programs *p, enum walk_kind kind)
{
	char buf[4096];
	ssize_t n;
	int fd;

	if (p->walks_used == PROGRAMS_WALKS)
		return -EBUSY;
	fd = p->walk_fds[p->walks_used++];
	p->skel->bss->walk = kind;
	p->skel->bss->walk_marked = 0;
	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	return n < 0 ? -errno : (int)p->skel->bss->walk_marked;
}

uint32_t programs__stats(const struct programs *p, struct trace_program *out, uint32_t max)
{
	struct bpf_program *prog;
	uint32_t n = 0;

	bpf_object__for_each_program(prog, p->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);

		if (n == max || !loaded(prog) || prog == p->skel->progs.walk_threads)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		memset(&out[n], 0, sizeof(out[n]));
		snprintf(out[n].name, sizeof(out[n].name), "%s", bpf_program__name(prog));
		out[n].runs = info.run_cnt;
		out[n].ns = info.run_time_ns;
		n++;
	}
	return n;
}

void programs__detach(struct programs *p)
{
	for (uint32_t i = 0; i < p->link_count; i++)
		bpf_link__destroy(p->links[i]);
	p->link_count = 0;
}

void programs__free(struct programs *p)
{
	if (!p)
		return;
	programs__detach(p);
	if (p->cores)
		munmap(p->cores, p->cores_size);
	for (int i = 0; i < PROGRAMS_WALKS; i++)
		if (p->walk_fds[i] >= 0)
			close(p->walk_fds[i]);
	for (uint32_t cpu = 0; p->ring_fds && cpu < p->cpus; cpu++)
		if (p->ring_fds[cpu] >= 0)
			close(p->ring_fds[cpu]);
	free(p->ring_fds);
	switch_bpf__destroy(p->skel);
	free(p);
}
