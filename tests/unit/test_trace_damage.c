/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * test_trace_damage.c - files that were never closed, cut, changed, made up, or did not fit on
 * the disk: a clean error or the records before the damage, never anything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/test.h"
#include "tests/unit/test_trace.h"

static const struct trace_end plain_end = { .end_mono_ns = 5000 };

static void check_error(int fd, const char *text)
{
	struct trace_error err = { "" };
	struct trace *t = NULL;

	CHECK_INT(trace__open(fd, &t, &err), -EINVAL);
	CHECK_STR(err.text, text);
}

/* An error is one printable line. */
static bool is_clean(const struct trace_error *err)
{
	for (const char *p = err->text; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return err->text[0] && memchr(err->text, '\0', sizeof(err->text));
}

static struct file_header header_of(int fd)
{
	struct file_header h;

	if (pread(fd, &h, sizeof(h), 0) != sizeof(h))
		abort();
	return h;
}

static void change_header(int fd, const struct file_header *h)
{
	if (pwrite(fd, h, sizeof(*h), 0) != sizeof(*h))
		abort();
}

TEST(not_a_trace)
{
	int fd = new_file();
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	check_error(fd, "file is empty");
	file_set(fd, "x", 1);
	check_error(fd, "not a taketurns trace (wrong magic at offset 0)");
	file_set(fd,
		 "\x7f"
		 "ELF and more than a header's worth of bytes, all of them text: .....",
		 70);
	check_error(fd, "not a taketurns trace (wrong magic at offset 0)");
	file_set(fd, FILE_MAGIC, FILE_MAGIC_SZ);
	check_error(fd, "file is cut off at offset 8 (header)");
	check_error(null, "not a regular file");
	close(null);
	close(fd);
}

TEST(wrong_header)
{
	int fd = small_trace(10, false, &plain_end);
	const struct file_header good = header_of(fd);
	struct file_header h = good;

	h.version = 2;
	change_header(fd, &h);
	check_error(fd, "trace version 2 is not supported (this taketurns reads version 1)");
	h.byte_order = __builtin_bswap32(h.byte_order);
	change_header(fd, &h);
	check_error(fd, "trace was written on a machine with the other byte order");
	h = good;
	h.byte_order++;
	change_header(fd, &h);
	check_error(fd, "damaged at offset 8: byte order mark");
	h = good;
	h.table_offset += 8;
	change_header(fd, &h);
	check_error(fd, "damaged at offset 0: header checksum");
	close(fd);
}

/* A kill -9 after each flush: the file has what was flushed. */
TEST(never_closed)
{
	int fd = small_trace(103, true, NULL);
	struct trace_error err;
	bool order = true;
	struct trace *t;

	CHECK_INT(trace__open(fd, &t, &err), 0);
	CHECK(!trace__complete(t));
	CHECK_INT(trace__end(t)->end_mono_ns, 1000 + 102 * 10);
	CHECK_INT(trace__end(t)->exit_status, -1);
	CHECK_INT(read_through(t, &order, &err), 103);
	CHECK(order);
	trace__free(t);
	close(fd);
}

/* Cut at every length. An unclosed file gives ever more records, from none to all. */
TEST(cut_anywhere)
{
	for (int closed = 0; closed < 2; closed++) {
		int fd = small_trace(60, true, closed ? &plain_end : NULL);
		int cut = new_file();
		size_t size;
		uint8_t *data = file_bytes(fd, &size);
		long last = 0, unreadable = 0;

		for (size_t n = 0; n <= size; n++) {
			struct trace_error err = { "" };
			bool order = true;
			long count;

			file_set(cut, data, n);
			count = read_file(cut, &order, &err);
			CHECK(order);
			CHECK(count >= last || (count == -EINVAL && is_clean(&err)));
			CHECK(count != -EINVAL || !last);
			unreadable += count < 0;
			last = count < 0 ? 0 : count;
		}
		CHECK_INT(last, 60);
		CHECK(closed ? (size_t)unreadable == size : (size_t)unreadable < size / 4);
		free(data);
		close(cut);
		close(fd);
	}
}

static void check_readable(int fd, size_t at)
{
	struct trace_error err = { "" };
	bool order = true;
	long count = read_file(fd, &order, &err);

	if (!order || (count < 0 ? !is_clean(&err) : count > 60))
		printf("  byte %zu: %ld records, error '%s'\n", at, count, err.text);
	CHECK(order);
	CHECK(count < 0 ? is_clean(&err) : count <= 60);
}

/* Each byte changed in turn, without and with checksums that fit the change. */
TEST(every_byte_changed)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };

	for (int closed = 0; closed < 2; closed++) {
		int fd = small_trace(60, true, closed ? &plain_end : NULL);
		int bad = new_file();
		size_t size;
		uint8_t *data = file_bytes(fd, &size);
		uint8_t *copy = malloc(size);

		for (size_t i = 0; i < size * 3; i++) {
			memcpy(copy, data, size);
			copy[i / 3] ^= flips[i % 3];
			file_set(bad, copy, size);
			check_readable(bad, i / 3);
		}
		free(copy);
		free(data);
		close(bad);
		close(fd);
	}
}

static void read_any(int fd)
{
	struct trace_error err = { "" };
	bool order = true;
	long count = read_file(fd, &order, &err);

	CHECK(order);
	CHECK(count >= 0 || is_clean(&err));
}

TEST(changes_with_right_checksums)
{
	static const uint8_t likely[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint64_t seed = 77;

	for (int closed = 0; closed < 2; closed++) {
		int fd = small_trace(60, true, closed ? &plain_end : NULL);
		int bad = new_file();
		size_t size;
		uint8_t *data = file_bytes(fd, &size);
		uint8_t *copy = malloc(size);

		for (int i = 0; i < 20000; i++) {
			memcpy(copy, data, size);
			for (uint64_t n = random_next(&seed) % 4 + 1; n > 0; n--) {
				uint64_t r = random_next(&seed);

				copy[(r >> 16) % size] =
					r % 2 ? likely[r / 2 % 5] : (uint8_t)(r >> 8);
			}
			repair(copy, size);
			file_set(bad, copy, size);
			read_any(bad);
		}
		free(copy);
		free(data);
		close(bad);
		close(fd);
	}
}

/* A chunk whose packed records are noise. */
TEST(chunks_of_noise)
{
	static struct event_map filler = { .head = { 1000, EVENT_MAP, 0, sizeof(filler), 0 } };
	static const struct trace_info info = { .cpus = 1 };
	int fd = new_file();
	struct trace_writer *w;
	uint64_t seed = 123;
	size_t size, chunk;
	uint8_t *data;

	if (trace_writer__new(fd, &info, &w))
		abort();
	chunk = trace_writer__bytes(w) + sizeof(struct block_header) + sizeof(struct chunk_header);
	random_fill(&seed, filler.name, sizeof(filler.name));
	for (int i = 0; i < 4; i++)
		trace_writer__append(w, 0, &filler.head);
	CHECK_INT(trace_writer__close(w, &plain_end), 0);
	trace_writer__free(w);
	data = file_bytes(fd, &size);
	for (int i = 0; i < 20000; i++) {
		random_fill(&seed, data + chunk, 64);
		for (int j = 0; j < 64; j++)
			if (random_next(&seed) % 2)
				data[chunk + (size_t)j] &= 0x8f;
		repair(data, size);
		file_set(fd, data, size);
		read_any(fd);
	}
	free(data);
	close(fd);
}

/* ---- a full disk ---- */

static int limited_file(rlim_t limit, struct rlimit *old)
{
	FILE *f = tmpfile(); /* RLIMIT_FSIZE counts for any file, but let it be a real one */
	int fd = f ? dup(fileno(f)) : -1;
	struct rlimit small;

	if (f)
		fclose(f);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, old);
	small = *old;
	small.rlim_cur = limit;
	setrlimit(RLIMIT_FSIZE, &small);
	return fd;
}

TEST(disk_full_keeps_what_was_written)
{
	static const struct trace_info info = { .cpus = 1 };
	struct rlimit old;
	int fd = limited_file(300000, &old);
	struct trace_writer *w;
	struct trace_error err;
	bool order = true;
	uint64_t written;
	uint64_t seed = 8;
	union event ev;
	int code = 0;
	long count;

	CHECK_INT(trace_writer__new(fd, &info, &w), 0);
	for (uint64_t i = 0; i < 100000 && !code; i++) {
		random_event(&seed, EVENT_TASK, i, &ev);
		code = trace_writer__append(w, 0, &ev.head);
	}
	CHECK_INT(code, -EFBIG);
	written = trace_writer__bytes(w);
	CHECK_INT(trace_writer__append(w, 0, &ev.head), -EFBIG);
	CHECK_INT(trace_writer__flush(w), -EFBIG);
	CHECK_INT(trace_writer__section(w, "x", "y", 1), -EFBIG);
	CHECK_INT(trace_writer__close(w, &plain_end), -EFBIG);
	CHECK_INT(trace_writer__bytes(w), written);
	trace_writer__free(w);
	setrlimit(RLIMIT_FSIZE, &old);
	count = read_file(fd, &order, &err);
	CHECK(count > 4000 && order);
	close(fd);
}

/* A section that does not fit leaves the file as it was. */
TEST(disk_full_takes_a_section_back)
{
	int from = small_trace(60, true, &plain_end);
	size_t size;
	uint8_t *data = file_bytes(from, &size);
	static const char big[10000];
	struct rlimit old;
	int fd = limited_file(size + sizeof(big) / 2, &old);
	uint8_t *after;
	size_t after_size;

	file_set(fd, data, size);
	CHECK_INT(trace_file__put_section(fd, "big", big, sizeof(big)), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	after = file_bytes(fd, &after_size);
	CHECK_INT(after_size, size);
	CHECK(after_size == size && !memcmp(after, data, size));
	free(after);
	free(data);
	close(from);
	close(fd);
}

/* A crash while a section is put in: marked, with any part of what follows. */
TEST(crash_in_put_section)
{
	int fd = small_trace(60, true, &plain_end);
	struct file_header h = header_of(fd);
	size_t before = file_size(fd);
	struct trace_error err;
	bool order = true;

	CHECK_INT(trace_file__put_section(fd, "more", "0123456789", 10), 0);
	h.flags |= FILE_INCOMPLETE;
	h.crc = (uint32_t)crc32_z(0, (const uint8_t *)&h, offsetof(struct file_header, crc));
	change_header(fd, &h);
	for (size_t n = file_size(fd); n >= before; n--) {
		if (ftruncate(fd, (off_t)n))
			abort();
		CHECK_INT(read_file(fd, &order, &err), 60);
	}
	close(fd);
}

TEST_MAIN()
