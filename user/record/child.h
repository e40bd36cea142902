/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* child.h - the command: forked early, held back until recording has begun, then let go. */
#ifndef TAKETURNS_CHILD_H
#define TAKETURNS_CHILD_H

#include <sys/types.h>

#include "user/record/session.h"

struct child {
	pid_t pid;
	int go;	    /* written to: it may exec */
	int failed; /* read: errno of a failed exec, else end of file */
};

/* Forks a process that waits, then becomes @id and executes @argv (found with the user's PATH).
 * If this process dies first, the command is never run. 0 or -errno. */
int child__fork(struct child *c, char **argv, const struct identity *id);

/* Lets it go, waits until exec has happened. 0, or -errno of the exec. */
int child__release(struct child *c);

/* Exit status as a shell says it, of a wait status. */
int child__status(int wait_status);

/* Status 126 or 127 with one line for a failed exec of @name. */
void child__explain(int exec_errno, const char *name, struct record_error *err);

#endif /* TAKETURNS_CHILD_H */
