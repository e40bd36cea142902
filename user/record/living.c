/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* living.c - see living.h. */
#include <stdio.h>
#include <string.h>

#include "user/record/living.h"
#include "user/record/session.h"

void living__name(void *result, uint32_t pid)
{
	struct session_result *res = result;
	size_t at = strlen(res->living_names);
	char path[64], comm[17] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(comm, sizeof(comm), f))
		comm[0] = 0;
	fclose(f);
	for (char *c = comm; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = *c == '\n' ? 0 : '?';
	res->living++;
	if (at + 40 < sizeof(res->living_names))
		snprintf(res->living_names + at, sizeof(res->living_names) - at, "%s%s (%u)",
			 at ? ", " : "", comm, pid);
	else if (at + 4 < sizeof(res->living_names) && res->living_names[at - 1] != '.')
		strcat(res->living_names, "...");
}
