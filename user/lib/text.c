/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* text.c - see text.h. */
#include <string.h>

#include "user/lib/text.h"

size_t utf8__decode(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)s[0];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (!n || n > len)
		return 0;
	*code = n == 1 ? c : c & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

bool code__is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff) || (c & 0xfffe) == 0xfffe;
}

unsigned int code__width(uint32_t c)
{
	if ((c >= 0x300 && c < 0x370) || (c >= 0x1ab0 && c < 0x1b00) || (c >= 0x20d0 && c < 0x2100) ||
	    (c >= 0xfe00 && c < 0xfe10) || (c >= 0xfe20 && c < 0xfe30))
		return 0;
	if ((c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4) ||
	    (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
	    (c >= 0xffe0 && c < 0xffe7) || (c >= 0x1f300 && c < 0x1f650) ||
	    (c >= 0x1f900 && c < 0x1fa00) || (c >= 0x20000 && c < 0x40000))
		return 2;
	return 1;
}

size_t text__width(const char *s)
{
	size_t len = strlen(s), width = 0, n;
	uint32_t code;

	for (; len; s += n, len -= n) {
		n = utf8__decode(s, len, &code);
		if (!n) {
			n = 1;
			code = '?';
		}
		width += code__width(code);
	}
	return width;
}

char *text__safe(char *dst, size_t size, const char *src, size_t columns, bool ascii)
{
	size_t len = strlen(src), used = 0, width = 0, n;
	size_t dots = 0; /* how much is kept if it must be cut: there ".." still fits */
	uint32_t code;
	unsigned int w;

	if (!columns)
		columns = size;
	for (; len; src += n, len -= n) {
		n = utf8__decode(src, len, &code);
		if (!n || code__is_harmful(code) || (ascii && code > 126)) {
			n = n ? n : 1;
			code = '?';
		}
		w = code__width(code);
		if (width + w > columns || used + n + 1 > size)
			break;
		if (width + 2 <= columns && used + 3 <= size)
			dots = used;
		if (code == '?')
			dst[used] = '?', used++;
		else
			memcpy(dst + used, src, n), used += n;
		width += w;
	}
	if (len && columns >= 4 && size >= 4) {
		used = dots;
		memcpy(dst + used, "..", 2);
		used += 2;
	}
	dst[used < size ? used : size - 1] = 0;
	return dst;
}
