/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * oracle_quota.c - a spinner in a control group that may use 20 ms of each 100 ms.
 *
 * Makes a group below its own (v1 cpu controller, else v2), moves in, spins for a second by the
 * clock, moves out and removes the group. The kernel's nr_throttled is the truth.
 */
#include "oracle.h"
#include <sys/stat.h>

#define RUN_NS	  1000000000ull
#define QUOTA_US  20000
#define PERIOD_US 100000

struct group {
	char parent[256];
	char path[320];
	int version;
};

/* Writes @text to @dir/@file. Returns 0 or -errno. */
static int put(const char *dir, const char *file, const char *text)
{
	char path[400];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int group__make(struct group *g, int version, const char *parent)
{
	char text[64];
	int err;

	g->version = version;
	snprintf(g->parent, sizeof(g->parent), "%s", parent);
	snprintf(g->path, sizeof(g->path), "%s/taketurns-quota-%d", parent, getpid());
	if (version == 2)
		put(parent, "cgroup.subtree_control", "+cpu");
	if (mkdir(g->path, 0755))
		return -errno;
	if (version == 2) {
		snprintf(text, sizeof(text), "%d %d", QUOTA_US, PERIOD_US);
		err = put(g->path, "cpu.max", text);
	} else {
		snprintf(text, sizeof(text), "%d", PERIOD_US);
		err = put(g->path, "cpu.cfs_period_us", text);
		snprintf(text, sizeof(text), "%d", QUOTA_US);
		err = err ? err : put(g->path, "cpu.cfs_quota_us", text);
	}
	if (err)
		rmdir(g->path);
	return err;
}

static void group__find(struct group *g)
{
	static const char *const v1[] = { "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct" };
	static const char *const v2[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	int err = -ENOENT;

	for (int i = 0; i < 2; i++)
		if (!access(v1[i], F_OK) && !(err = group__make(g, 1, v1[i])))
			return;
	for (int i = 0; i < 2; i++)
		if (!access(v2[i], F_OK) && !(err = group__make(g, 2, v2[i])))
			return;
	skip("no cpu controller can be had: %s", strerror(-err));
}

static long group__throttled(const struct group *g)
{
	char path[400], line[128];
	long found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.stat", g->path);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "nr_throttled ", 13))
			found = strtol(line + 13, NULL, 10);
	if (f)
		fclose(f);
	return found;
}

/* A process cannot leave a group it may not write to: the child goes in, the parent cleans up. */
static void spin_inside(const struct group *g, struct counts *end)
{
	uint64_t until;

	if (put(g->path, "cgroup.procs", "0"))
		_exit(1);
	for (until = now_ns() + RUN_NS; now_ns() < until;)
		;
	*end = counts_now();
	_exit(0);
}

int main(void)
{
	struct counts *end = shared__alloc(sizeof(*end));
	struct group g;
	long throttled;
	int status = 0;
	pid_t child;

	group__find(&g);
	child = fork_or_die();
	if (!child)
		spin_inside(&g, end);
	waitpid(child, &status, 0);
	throttled = group__throttled(&g);
	for (int i = 0; rmdir(g.path) && errno == EBUSY && i < 100; i++)
		nap_us(10000);
	if (status)
		skip("cannot move into %s", g.path);
	printf("{\"oracle\":\"quota\",\"version\":%d,\"quota_us\":%d,\"period_us\":%d,"
	       "\"nr_throttled\":%ld,\"spinner\":{\"tid\":%d,\"nvcsw\":%ld,\"nivcsw\":%ld}}\n",
	       g.version, QUOTA_US, PERIOD_US, throttled, child, end->nvcsw, end->nivcsw);
	return 0;
}
