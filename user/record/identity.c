/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * identity.c - on whose behalf: under sudo everything that touches the user's files or runs
 * the user's program is done as the user who called sudo (see session.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "user/record/session.h"

/* A uid or gid from the environment: digits only, in range, or -1. */
static long number_from_env(const char *name)
{
	const char *s = getenv(name);
	unsigned long value;
	char *end;

	if (!s || !*s || strspn(s, "0123456789") != strlen(s))
		return -1;
	errno = 0;
	value = strtoul(s, &end, 10);
	if (errno || *end || value >= UINT32_MAX)
		return -1;
	return (long)value;
}

static void identity__fill(struct identity *id, const struct passwd *pw)
{
	id->uid = pw->pw_uid;
	id->gid = pw->pw_gid;
	snprintf(id->name, sizeof(id->name), "%s", pw->pw_name);
	snprintf(id->home, sizeof(id->home), "%s", pw->pw_dir ? pw->pw_dir : "");
	snprintf(id->shell, sizeof(id->shell), "%s", pw->pw_shell ? pw->pw_shell : "");
	id->switched = pw->pw_uid != geteuid();
}

/* sudo, doas and pkexec say who called them; only root's word for it counts. */
static const struct passwd *invoking_user(void)
{
	long uid = number_from_env("SUDO_UID");
	const char *doas = getenv("DOAS_USER");

	if (uid < 0)
		uid = number_from_env("PKEXEC_UID");
	if (uid >= 0)
		return getpwuid((uid_t)uid);
	return doas ? getpwnam(doas) : NULL;
}

int identity__find(struct identity *id, const char *user_name, bool keep_root,
		   struct record_error *err)
{
	const struct passwd *pw = NULL;

	memset(id, 0, sizeof(*id));
	err->hint[0] = 0;
	if (user_name) {
		if (geteuid() != 0) {
			snprintf(err->text, sizeof(err->text), "only root can run as another user");
			snprintf(err->hint, sizeof(err->hint), "leave out -u, or use sudo");
			return -EINVAL;
		}
		pw = getpwnam(user_name);
		if (!pw) {
			snprintf(err->text, sizeof(err->text), "no such user: '%s'", user_name);
			return -EINVAL;
		}
	} else if (geteuid() == 0 && !keep_root) {
		pw = invoking_user();
	}
	if (!pw)
		pw = getpwuid(geteuid());
	if (pw) {
		identity__fill(id, pw);
		return 0;
	}
	id->uid = geteuid();
	id->gid = getegid();
	snprintf(id->name, sizeof(id->name), "uid %u", (unsigned int)id->uid);
	return 0;
}

/* Takes the user's groups and effective ids, remembering what was; undone by leave(). */
struct disguise {
	gid_t groups[256];
	int group_count;
	uid_t uid;
	gid_t gid;
};

static int disguise__enter(struct disguise *d, const struct identity *id)
{
	d->uid = geteuid();
	d->gid = getegid();
	d->group_count = getgroups(256, d->groups);
	if (d->group_count < 0 || initgroups(id->name, id->gid) || setegid(id->gid))
		return -errno;
	if (seteuid(id->uid))
		return -errno;
	return 0;
}

static int disguise__leave(const struct disguise *d)
{
	if (seteuid(d->uid) || setegid(d->gid) || setgroups((size_t)d->group_count, d->groups))
		return -errno;
	return 0;
}

int identity__open(const struct identity *id, const char *path, int flags, mode_t mode)
{
	struct disguise disguise;
	int fd, err;

	flags |= O_NOFOLLOW | O_CLOEXEC;
	if (!id->switched) {
		fd = open(path, flags, mode);
		return fd < 0 ? -errno : fd;
	}
	err = disguise__enter(&disguise, id);
	fd = err ? err : open(path, flags, mode);
	if (!err && fd < 0)
		fd = -errno;
	if (disguise__leave(&disguise)) {
		if (fd >= 0)
			close(fd);
		return -EPERM;
	}
	return fd;
}

static void set_environment(const struct identity *id)
{
	setenv("USER", id->name, 1);
	setenv("LOGNAME", id->name, 1);
	if (id->home[0])
		setenv("HOME", id->home, 1);
	if (id->shell[0])
		setenv("SHELL", id->shell, 1);
	unsetenv("SUDO_COMMAND");
}

int identity__become(const struct identity *id)
{
	if (!id->switched)
		return 0;
	if (initgroups(id->name, id->gid) || setresgid(id->gid, id->gid, id->gid) ||
	    setresuid(id->uid, id->uid, id->uid))
		return -errno;
	if (id->uid != 0 && setuid(0) == 0)
		return -EPERM; /* it must not be possible to come back */
	set_environment(id);
	return 0;
}
