/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* arch.bpf.h - the only BPF file that knows a processor: registers and system calls. */
#ifndef TAKETURNS_ARCH_BPF_H
#define TAKETURNS_ARCH_BPF_H

#include "vmlinux/vmlinux.h"

#if defined(__TARGET_ARCH_x86)
/* -1 when the kernel was entered by an interrupt or a fault */
#define REGS_SYSCALL(r) ((r)->orig_ax)
#define REGS_IP(r)	((r)->ip)
#define REGS_ARG1(r)	((r)->di)
#define REGS_ARG2(r)	((r)->si)
#define TASK_COMPAT(t)	((t)->thread_info.status & 0x2) /* TS_COMPAT */
#elif defined(__TARGET_ARCH_arm64)
#define REGS_SYSCALL(r) ((r)->syscallno)
#define REGS_IP(r)	((r)->pc)
#define REGS_ARG1(r)	((r)->orig_x0)
#define REGS_ARG2(r)	((r)->regs[1])
#define TASK_COMPAT(t)	((t)->thread_info.flags & (1UL << 22)) /* TIF_32BIT */
#else
#error "registers of this processor are not described in bpf/arch.bpf.h"
#endif

#endif /* TAKETURNS_ARCH_BPF_H */
