/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* child.c - see child.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/record/child.h"

static void run_command(char **argv, const struct identity *id, int go, int failed)
{
	sigset_t none;
	char byte;
	int err;

	if (read(go, &byte, 1) != 1)
		_exit(127); /* the recorder is gone: never run untraced */
	err = -identity__become(id);
	if (!err) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		for (int sig = 1; sig < SIGRTMAX; sig++)
			if (sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD)
				signal(sig, SIG_DFL);
		execvp(argv[0], argv);
		err = errno;
	}
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

int child__fork(struct child *c, char **argv, const struct identity *id)
{
	int go[2], failed[2], err;

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		err = -errno;
		goto close_go;
	}
	c->pid = fork();
	if (c->pid < 0) {
		err = -errno;
		goto close_failed;
	}
	if (c->pid == 0) {
		close(go[1]);
		close(failed[0]);
		run_command(argv, id, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	return 0;
close_failed:
	close(failed[0]);
	close(failed[1]);
close_go:
	close(go[0]);
	close(go[1]);
	return err;
}

int child__release(struct child *c)
{
	int err = 0;
	ssize_t n;

	if (write(c->go, "g", 1) != 1)
		err = EPIPE;
	close(c->go);
	do
		n = read(c->failed, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	close(c->failed);
	return -err;
}

int child__status(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return 128 + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

void child__explain(int exec_errno, const char *name, struct record_error *err)
{
	struct stat st;

	err->hint[0] = 0;
	err->status = exec_errno == ENOENT ? 127 : 126;
	if (exec_errno == ENOENT && !strchr(name, '/'))
		snprintf(err->text, sizeof(err->text), "command not found: '%.180s'", name);
	else if (exec_errno == EACCES && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(err->text, sizeof(err->text), "cannot run '%.180s': is a directory", name);
	else
		snprintf(err->text, sizeof(err->text), "cannot run '%.160s': %s", name,
			 exec_errno == ENOENT ? "no such file or directory" :
			 exec_errno == EACCES ? "permission denied" :
						strerror(exec_errno));
}
