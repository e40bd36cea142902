/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * palette.h - a letter and a colour per traced thread, the same in every view: by order of first
 * appearance in the trace. Colours are Okabe and Ito's, safe for the colour-blind.
 */
#ifndef TAKETURNS_PALETTE_H
#define TAKETURNS_PALETTE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PALETTE_LETTERS 26
#define PALETTE_REST	26 /* the index that all further threads share */

/* 'A'..'Z', '*' for the rest. */
char palette__letter(uint32_t index);

/* SGR sequence that begins this thread's colour; "" without colour. */
const char *palette__begin(uint32_t index, bool color);
const char *palette__dim(bool color);
const char *palette__bold(bool color);
const char *palette__end(bool color);

#endif /* TAKETURNS_PALETTE_H */
