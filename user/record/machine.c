/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * machine.c - kernel, cores, tick, preemption model, virtualisation: read from where each is
 * public, the running setting before the built-in one.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "user/record/machine.h"

static int read_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	int ok = f && fgets(buf, (int)size, f);

	if (f)
		fclose(f);
	if (!ok)
		return -1;
	buf[strcspn(buf, "\n")] = 0;
	return 0;
}

/* /sys/devices/system/cpu/possible: "0-7" or "0,2-3": the highest number + 1 */
static uint32_t highest_cpu(const char *path, uint32_t fallback)
{
	char line[256];
	char *last;

	if (read_line(path, line, sizeof(line)))
		return fallback;
	last = line + strlen(line);
	while (last > line && last[-1] >= '0' && last[-1] <= '9')
		last--;
	return *last ? (uint32_t)strtoul(last, NULL, 10) + 1 : fallback;
}

/* debugfs shows the running model in brackets or parentheses: "none voluntary (full) lazy" */
static int preemption_from_debugfs(char *out, size_t size)
{
	char line[128];
	char *open;

	if (read_line("/sys/kernel/debug/sched/preempt", line, sizeof(line)))
		return -1;
	open = strchr(line, '(');
	if (!open)
		return -1;
	open[1 + strcspn(open + 1, ")")] = 0;
	snprintf(out, size, "%.15s", open + 1);
	return 0;
}

static int preemption_from_cmdline(char *out, size_t size)
{
	char line[4096];
	char *at;

	if (read_line("/proc/cmdline", line, sizeof(line)))
		return -1;
	at = strstr(line, "preempt=");
	if (!at || (at > line && at[-1] != ' '))
		return -1;
	at += strlen("preempt=");
	at[strcspn(at, " ")] = 0;
	snprintf(out, size, "%.15s", at);
	return 0;
}

static void config_line(struct machine *m, const char *line)
{
	static const char *const models[][2] = {
		{ "CONFIG_PREEMPT_NONE=y", "none" },
		{ "CONFIG_PREEMPT_VOLUNTARY=y", "voluntary" },
		{ "CONFIG_PREEMPT=y", "full" },
		{ "CONFIG_PREEMPT_LAZY=y", "lazy" },
		{ "CONFIG_PREEMPT_RT=y", "rt" },
	};

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (strcmp(line, models[i][0]) == 0)
			snprintf(m->preemption, sizeof(m->preemption), "%s", models[i][1]);
	if (strncmp(line, "CONFIG_HZ=", 10) == 0)
		m->hz = (uint32_t)strtoul(line + 10, NULL, 10);
}

/* gzopen reads plain files too. */
static void read_config(struct machine *m)
{
	char path[128], line[512];
	gzFile f = gzopen("/proc/config.gz", "re");

	if (!f) {
		snprintf(path, sizeof(path), "/boot/config-%s", m->kernel);
		f = gzopen(path, "re");
	}
	if (!f)
		return;
	while (gzgets(f, line, sizeof(line))) {
		line[strcspn(line, "\n")] = 0;
		config_line(m, line);
	}
	gzclose(f);
}

#if defined(__x86_64__)
#include <cpuid.h>
/* Hypervisors name themselves in cpuid leaf 0x40000000. */
static void read_virtual(struct machine *m)
{
	static const char *const names[][2] = {
		{ "KVMKVMKVM", "kvm" }, { "VMwareVMware", "vmware" }, { "Microsoft Hv", "hyperv" },
		{ "XenVMMXenVMM", "xen" }, { "TCGTCGTCGTCG", "qemu" }, { "VBoxVBoxVBox", "vbox" },
	};
	unsigned int a, b, c, d;
	char name[13] = "";

	if (!__get_cpuid(1, &a, &b, &c, &d))
		return;
	snprintf(m->host_virtual, sizeof(m->host_virtual), "%s", c >> 31 ? "unknown" : "none");
	if (!(c >> 31))
		return;
	__cpuid(0x40000000, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i][0]) == 0)
			snprintf(m->host_virtual, sizeof(m->host_virtual), "%s", names[i][1]);
}
#else
static void read_virtual(struct machine *m)
{
	(void)m;
}
#endif

void machine__read(struct machine *m)
{
	struct utsname u;
	char line[64];
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	memset(m, 0, sizeof(*m));
	uname(&u);
	snprintf(m->kernel, sizeof(m->kernel), "%s", u.release);
	snprintf(m->arch, sizeof(m->arch), "%s", u.machine);
	snprintf(m->host_virtual, sizeof(m->host_virtual), "unknown");
	snprintf(m->preemption, sizeof(m->preemption), "unknown");
	m->elf_machine = strcmp(u.machine, "aarch64") == 0 ? EM_AARCH64 : EM_X86_64;
	m->online = online > 0 ? (uint32_t)online : 1;
	m->cpus = highest_cpu("/sys/devices/system/cpu/possible", m->online);
	read_config(m);
	if (strstr(u.version, "PREEMPT_RT"))
		snprintf(m->preemption, sizeof(m->preemption), "rt");
	else if (preemption_from_debugfs(m->preemption, sizeof(m->preemption)))
		preemption_from_cmdline(m->preemption, sizeof(m->preemption));
	if (read_line("/sys/kernel/debug/sched/base_slice_ns", line, sizeof(line)) == 0)
		m->base_slice_ns = strtoull(line, NULL, 10);
	read_virtual(m);
}
