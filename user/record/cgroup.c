/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* cgroup.c - see cgroup.h. A cgroup2 directory's inode number is its kernfs id (fs/kernfs). */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "user/record/cgroup.h"

static int find_mount(char *dir, size_t size)
{
	char line[1024], type[64], at[512];
	FILE *f = fopen("/proc/self/mounts", "re");
	int err = -ENODEV;

	if (!f)
		return -errno;
	while (err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %511s %63s", at, type) == 2 && strcmp(type, "cgroup2") == 0) {
			snprintf(dir, size, "%s", at);
			err = 0;
		}
	}
	fclose(f);
	return err;
}

int cgroup__id(const char *path, uint64_t *id)
{
	char full[2048], mount[512];
	struct statfs fs;
	struct stat st;

	if (path[0] == '/' && stat(path, &st) == 0) {
		snprintf(full, sizeof(full), "%s", path);
	} else {
		int err = find_mount(mount, sizeof(mount));

		if (err)
			return err;
		snprintf(full, sizeof(full), "%s/%s", mount, path);
	}
	if (stat(full, &st) || statfs(full, &fs))
		return -errno;
	if (!S_ISDIR(st.st_mode) || fs.f_type != CGROUP2_SUPER_MAGIC)
		return -ENOTDIR;
	*id = st.st_ino;
	return 0;
}
