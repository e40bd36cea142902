/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* err.h - messages to people: one write each, to standard error, control characters harmless. */
#ifndef TAKETURNS_ERR_H
#define TAKETURNS_ERR_H

/* "taketurns: ..." */
__attribute__((format(printf, 1, 2))) void err__say(const char *format, ...);

/* "hint: ..."; nothing when it is empty */
void err__hint(const char *hint);

#endif /* TAKETURNS_ERR_H */
