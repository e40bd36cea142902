/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* palette.c - see palette.h. Eight colours, on a second round in bold, and so on. */
#include "user/render/palette.h"

char palette__letter(uint32_t index)
{
	return index < PALETTE_LETTERS ? (char)('A' + index) : '*';
}

const char *palette__begin(uint32_t index, bool color)
{
	/* orange, sky blue, bluish green, yellow, blue, vermilion, purple, grey */
	static const char *const plain[] = {
		"\x1b[38;5;214m", "\x1b[38;5;75m", "\x1b[38;5;36m",  "\x1b[38;5;227m",
		"\x1b[38;5;33m",  "\x1b[38;5;202m", "\x1b[38;5;175m", "\x1b[38;5;250m",
	};
	static const char *const bold[] = {
		"\x1b[1;38;5;214m", "\x1b[1;38;5;75m",	"\x1b[1;38;5;36m",  "\x1b[1;38;5;227m",
		"\x1b[1;38;5;33m",  "\x1b[1;38;5;202m", "\x1b[1;38;5;175m", "\x1b[1;38;5;250m",
	};

	if (!color)
		return "";
	return index / 8 % 2 ? bold[index % 8] : plain[index % 8];
}

const char *palette__dim(bool color)
{
	return color ? "\x1b[38;5;242m" : "";
}

const char *palette__bold(bool color)
{
	return color ? "\x1b[1m" : "";
}

const char *palette__end(bool color)
{
	return color ? "\x1b[0m" : "";
}
