/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * facts.bpf.h - what can be read off a thread that leaves its core: the system call in flight,
 * the file behind its descriptor, who called schedule(), whether its group is out of quota.
 *
 * Every kernel difference stands here, with the commit that made it.
 */
#ifndef TAKETURNS_FACTS_BPF_H
#define TAKETURNS_FACTS_BPF_H

#include "bpf/arch.bpf.h"
#include "bpf/maps.bpf.h"

/* include/linux/sched.h */
#define PF_KTHREAD	   0x00200000
#define PF_IO_WORKER	   0x00000010
#define PF_USER_WORKER	   0x00004000 /* since 6.4 (54e6842d0775) */
#define TASK_DEAD	   0x80
#define JOBCTL_TRAP_FREEZE (1UL << 23)
/* arch/x86/include/asm/thread_info.h */
#define TIF_SIGPENDING	   (1UL << 2)
/* include/uapi/linux/stat.h, include/uapi/linux/magic.h */
#define S_IFMT		    0170000
#define S_IFIFO		    0010000
#define S_IFCHR		    0020000
#define S_IFDIR		    0040000
#define S_IFBLK		    0060000
#define S_IFREG		    0100000
#define S_IFSOCK	    0140000
#define ANON_INODE_FS_MAGIC 0x09041934
#define PID_FS_MAGIC	    0x50494446

/* Filled in by the recorder, index = system call number. */
const volatile __u8 syscall_classes[1024] = {}; /* enum syscall_class */

/* Kernel text, [from, to); 0 where not known (no right to read /proc/kallsyms). */
const volatile struct text_range text_schedule[2] = {};
const volatile struct text_range text_yield[2] = {};
const volatile struct text_range text_exit[EXIT_RANGES] = {};

static __always_inline bool task__has_user_code(struct task_struct *t)
{
	return !(t->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER));
}

/* eight characters as the number that a load gives */
#define NAME8(a, b, c, d, e, f, g, h)                                                              \
	((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 |             \
	 (u64)(f) << 40 | (u64)(g) << 48 | (u64)(h) << 56)

/* Anonymous inodes are told apart by the name of their dentry (fs/anon_inodes.c callers). */
static __always_inline u8 anon_kind(struct file *file)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	u64 first = 0;

	if (bpf_probe_read_kernel(&first, sizeof(first), name))
		return FILE_UNKNOWN;
	if (first == NAME8('[', 'e', 'v', 'e', 'n', 't', 'f', 'd'))
		return FILE_EVENTFD;
	if (first == NAME8('[', 't', 'i', 'm', 'e', 'r', 'f', 'd'))
		return FILE_TIMERFD;
	if (first == NAME8('[', 's', 'i', 'g', 'n', 'a', 'l', 'f'))
		return FILE_SIGNALFD;
	if (first == NAME8('[', 'e', 'v', 'e', 'n', 't', 'p', 'o'))
		return FILE_EPOLL;
	if (first == NAME8('i', 'n', 'o', 't', 'i', 'f', 'y', 0))
		return FILE_INOTIFY;
	if (first == NAME8('[', 'p', 'i', 'd', 'f', 'd', ']', 0))
		return FILE_PIDFD;
	if (first == NAME8('[', 'i', 'o', '_', 'u', 'r', 'i', 'n'))
		return FILE_IO_URING;
	if (first == NAME8('[', 'u', 's', 'e', 'r', 'f', 'a', 'u'))
		return FILE_USERFAULTFD;
	if (first == NAME8('[', 'p', 'e', 'r', 'f', '_', 'e', 'v'))
		return FILE_PERF;
	return FILE_UNKNOWN;
}

static __always_inline u8 char_kind(struct inode *inode)
{
	u32 major = BPF_CORE_READ(inode, i_rdev) >> 20;

	/* Documentation/admin-guide/devices.txt: 4 tty, 5 /dev/tty, 136..143 Unix98 pty */
	return major == 4 || major == 5 || (major >= 136 && major <= 143) ? FILE_TTY : FILE_CHAR;
}

/* A pointer that a plain load may follow instead of a helper call (15 ns each); since 6.2
 * (a35b9af4ec2c "bpf: Add a kfunc for generic type cast"). */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

static __always_inline struct inode *file__inode(struct file *file)
{
	struct file *typed;

	if (!bpf_rdonly_cast)
		return BPF_CORE_READ(file, f_inode);
	typed = bpf_rdonly_cast(file, bpf_core_type_id_kernel(struct file));
	return typed->f_inode;
}

static __always_inline u16 inode__mode(struct inode *inode)
{
	struct inode *typed;

	if (!bpf_rdonly_cast)
		return BPF_CORE_READ(inode, i_mode);
	typed = bpf_rdonly_cast(inode, bpf_core_type_id_kernel(struct inode));
	return typed->i_mode;
}

static __always_inline u8 file_kind(struct task_struct *t, u32 fd)
{
	struct files_struct *files = t->files;
	struct fdtable *table;
	struct file *file = 0;
	struct inode *inode;
	u16 mode;
	u64 magic;

	if (!files)
		return FILE_UNKNOWN;
	table = files->fdt;
	if (!table || fd >= table->max_fds)
		return FILE_UNKNOWN;
	if (bpf_probe_read_kernel(&file, sizeof(file), &table->fd[fd]) || !file)
		return FILE_UNKNOWN;
	inode = file__inode(file);
	mode = inode__mode(inode) & S_IFMT;
	if (mode == S_IFIFO)
		return FILE_PIPE;
	if (mode == S_IFSOCK)
		return FILE_SOCKET;
	if (mode == S_IFCHR)
		return char_kind(inode);
	if (mode == S_IFBLK)
		return FILE_BLOCK;
	/* since 6.17 anonymous inodes are regular files inside (cfd86ef7e8e7): ask the file system */
	magic = BPF_CORE_READ(inode, i_sb, s_magic);
	if (magic == ANON_INODE_FS_MAGIC)
		return anon_kind(file);
	if (magic == PID_FS_MAGIC)
		return FILE_PIDFD;
	return mode == S_IFREG || mode == S_IFDIR ? FILE_REGULAR : FILE_UNKNOWN;
}

static __always_inline bool in_range(const volatile struct text_range *r, u64 ip)
{
	return ip > r->from && ip <= r->to;
}

/*
 * Who called schedule()? The kernel stack is randomised, so it is unwound; the frame after
 * schedule() tells. Half a microsecond: only where nothing cheaper does.
 */
static __noinline int caller_of_schedule(void *ctx)
{
	u64 frames[14] = {};
	bool found = false;
	long len;

	if (!text_schedule[0].to)
		return STACK_FAILED;
	len = bpf_get_stack(ctx, frames, sizeof(frames), 0);
	if (len <= 0)
		return STACK_FAILED;
	for (int i = 1; i < 14; i++) {
		u64 ip = frames[i];

		if (!ip)
			break;
		if (in_range(&text_schedule[0], ip) || in_range(&text_schedule[1], ip)) {
			found = true;
			continue;
		}
		if (!found)
			continue;
		if (in_range(&text_yield[0], ip) || in_range(&text_yield[1], ip))
			return STACK_YIELD;
		for (int k = 0; k < EXIT_RANGES; k++)
			if (in_range(&text_exit[k], ip))
				return STACK_USER_EXIT;
		return STACK_OTHER;
	}
	return STACK_FAILED;
}

/* Its group used up its time: since 6.18 each thread is taken off by itself (e1fad12dcb66
 * "sched/fair: Switch to task based throttle model"), before that the whole queue is. */
static __always_inline bool task__throttled(struct task_struct *t)
{
	if (bpf_core_field_exists(t->throttled))
		return t->throttled;
	if (bpf_core_field_exists(((struct cfs_rq *)0)->throttle_count))
		return t->se.cfs_rq->throttle_count > 0;
	return false;
}

#endif /* TAKETURNS_FACTS_BPF_H */
