/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * trace_section.c - trace_file__put_section(): changes a file that is already closed.
 *
 * The new section and a new table go behind the old end and the header is changed last, so
 * nothing that is in use is overwritten: a crash leaves a file that is read by walking, a
 * failure is taken back. A replaced section and the old table stay as dead bytes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/trace/trace_reader.h"

struct change {
	int fd;
	struct file_header header;
	uint64_t offset; /* the end of the file as it grows */
	struct table_entry *table;
	size_t count;
};

static int check_name(const char *name)
{
	static const char *const own[] = { SECTION_INFO, SECTION_END, SECTION_INDEX };

	if (!*name || strlen(name) >= SECTION_NAME_SZ)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(name, own[i]))
			return -EEXIST;
	return 0;
}

/* Reads the file's header and table, with room for one entry more. */
static int change__begin(struct change *c)
{
	struct trace_error ignored;
	struct trace *t;
	int err = trace__open(c->fd, &t, &ignored);

	if (err)
		return err;
	c->header = t->header;
	c->offset = (t->image.size + 7) & ~7ull;
	c->count = t->section_count;
	c->table = calloc(c->count + 1, sizeof(*c->table));
	if (!trace__complete(t))
		err = -EINVAL;
	else if (!c->table)
		err = -ENOMEM;
	else
		memcpy(c->table, t->table, c->count * sizeof(*c->table));
	trace__free(t);
	return err;
}

static struct table_entry *change__entry(struct change *c, const char *name)
{
	struct table_entry *e = c->table;

	for (size_t i = 0; i < c->count; i++, e++)
		if (!strcmp(e->name, name))
			return e;
	memcpy(e->name, name, strlen(name));
	c->count++;
	return e;
}

static int change__write(struct change *c, const char *name, const void *data, size_t size)
{
	struct table_entry *e = change__entry(c, name);
	uint64_t table;
	int err;

	e->offset = c->offset;
	e->size = size;
	err = section__write(c->fd, &c->offset, name, data, size);
	if (err)
		return err;
	table = c->offset;
	err = table__write(c->fd, &c->offset, c->table, c->count);
	if (err)
		return err;
	c->header.flags &= ~(uint32_t)FILE_INCOMPLETE;
	c->header.table_offset = table;
	c->header.file_size = c->offset;
	return file_header__write(c->fd, &c->header);
}

/* Marks the file, writes, and makes it what it was if that fails. */
static int change__run(struct change *c, const char *name, const void *data, size_t size)
{
	struct file_header old = c->header;
	uint64_t old_size = c->offset;
	int err;

	c->header.flags |= FILE_INCOMPLETE;
	err = file_header__write(c->fd, &c->header);
	if (!err)
		err = change__write(c, name, data, size);
	if (err && !ftruncate(c->fd, (off_t)old_size))
		file_header__write(c->fd, &old);
	return err;
}

int trace_file__put_section(int fd, const char *name, const void *data, size_t size)
{
	struct change c = { .fd = fd };
	int err = check_name(name);

	if (!err && size > UINT32_MAX)
		err = -EFBIG;
	if (!err)
		err = change__begin(&c);
	if (!err)
		err = change__run(&c, name, data, size);
	free(c.table);
	return err;
}
