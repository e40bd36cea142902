/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * test_trace.c - what is written is what is read: records of every kind, the description of
 * the recording, sections, time order; and how many bytes a switch takes.
 */
#include <errno.h>
#include <time.h>

#include "tests/test.h"
#include "tests/unit/test_trace.h"

static struct trace_info plain_info(uint32_t cpus)
{
	return (struct trace_info){ .cpus = cpus };
}

static struct trace_writer *new_writer(int fd, uint32_t cpus)
{
	static struct trace_info info;
	struct trace_writer *w = NULL;

	info = plain_info(cpus);
	CHECK_INT(trace_writer__new(fd, &info, &w), 0);
	return w;
}

static struct trace *open_trace(int fd)
{
	struct trace_error err = { "" };
	struct trace *t = NULL;

	if (trace__open(fd, &t, &err))
		printf("  %s\n", err.text);
	CHECK(t);
	return t;
}

static void close_writer(struct trace_writer *w)
{
	static const struct trace_end end;

	CHECK_INT(trace_writer__close(w, &end), 0);
	trace_writer__free(w);
}

/* Reads one stream back and compares it with what @seed made. */
TEST(every_kind_round_trip)
{
	enum { COUNT = 20000 };
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 3);
	struct trace_cursor *c;
	struct trace_record rec;
	struct trace_error err;
	struct trace *t;
	uint64_t seed = 7, again = 7;
	union event ev;
	int same = 0;

	for (int i = 0; i < COUNT; i++) {
		random_event(&seed, (uint8_t)(i % 70), 100 + i * 3ull, &ev);
		CHECK_INT(trace_writer__append(w, 4, &ev.head), 0);
	}
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(trace_cursor__new(t, &c), 0);
	for (int i = 0; i < COUNT; i++) {
		random_event(&again, (uint8_t)(i % 70), 100 + i * 3ull, &ev);
		if (trace_cursor__next(c, &rec, &err) != 1)
			break;
		same += rec.cpu == 1 && !memcmp(rec.ev, &ev, ev.head.size);
	}
	CHECK_INT(same, COUNT);
	CHECK_INT(trace_cursor__next(c, &rec, &err), 0);
	CHECK_INT(trace_cursor__next(c, &rec, &err), 0);
	trace_cursor__free(c);
	trace__free(t);
	close(fd);
}

/* Few distinct values, as in life: the tables of recent ones get hits, evictions, wrong
 * guesses. */
static void likely_switch(uint64_t *seed, uint64_t ts, struct event_switch *ev)
{
	uint64_t r = random_next(seed);

	memset(ev, 0, sizeof(*ev));
	ev->head = (struct event_head){ ts, EVENT_SWITCH, (uint8_t)(r % 16), sizeof(*ev),
					(uint32_t)(r >> 8) % 8 };
	ev->next = (uint32_t)(r >> 16) % 300;
	ev->state = (uint16_t)((r >> 24) % 4);
	ev->syscall = (int16_t)((int)((r >> 32) % 40) - 1);
	ev->file = (uint8_t)((r >> 40) % 3);
	ev->ip = r & 1 << 20 ? 0x7f0000001000 + (r >> 44) % 600 * 4 : 0;
	ev->arg = (r >> 50) % 3 ? 0 : (r >> 52) * 64;
	ev->detail = (r >> 56) % 8 ? 0 : SWITCH_IOWAIT;
	ev->resched_by = (r >> 59) % 4 ? 0 : (uint32_t)r;
}

static void likely_event(uint64_t *seed, uint64_t ts, union event *ev)
{
	uint64_t r = random_next(seed);

	memset(ev, 0, sizeof(*ev));
	if (r % 4) {
		likely_switch(seed, ts, &ev->switch_);
		return;
	}
	ev->waking = (struct event_waking){
		.head = { ts, EVENT_WAKING, (r >> 8) % 8 ? 0 : WAKING_NEW, sizeof(ev->waking),
			  (uint32_t)(r >> 16) % 300 },
		.by = (uint32_t)(r >> 24) % 4,
		.target = (uint16_t)((r >> 32) % 3),
		.irq = (uint8_t)((r >> 40) % 3),
		.vector = (uint8_t)((r >> 48) % 2),
	};
}

TEST(likely_records_round_trip)
{
	enum { COUNT = 300000 };
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 1);
	struct trace_cursor *c;
	struct trace_record rec;
	struct trace_error err;
	struct trace *t;
	uint64_t seed = 11, again = 11;
	union event ev;
	int same = 0;

	for (int i = 0; i < COUNT; i++) {
		likely_event(&seed, 5000ull * (unsigned int)i, &ev);
		trace_writer__append(w, 0, &ev.head);
	}
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(trace_cursor__new(t, &c), 0);
	for (int i = 0; i < COUNT && trace_cursor__next(c, &rec, &err) == 1; i++) {
		likely_event(&again, 5000ull * (unsigned int)i, &ev);
		same += rec.ev->size == ev.head.size && !memcmp(rec.ev, &ev, ev.head.size);
	}
	CHECK_INT(same, COUNT);
	trace_cursor__free(c);
	trace__free(t);
	close(fd);
}

/* Writes one record of @size bytes and returns a cursor's copy of it. */
static union event through_file(const struct event_head *in)
{
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 1);
	struct trace_cursor *c;
	struct trace_record rec;
	struct trace_error err;
	union event ev = { { 0 } };
	struct trace *t;

	CHECK_INT(trace_writer__append(w, 0, in), 0);
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(trace_cursor__new(t, &c), 0);
	CHECK_INT(trace_cursor__next(c, &rec, &err), 1);
	memcpy(&ev, rec.ev, rec.ev->size);
	trace_cursor__free(c);
	trace__free(t);
	close(fd);
	return ev;
}

TEST(sizes_are_made_safe)
{
	uint64_t seed = 3;
	union event in, out;

	for (uint8_t kind = 1; kind <= KINDS; kind++) {
		random_event(&seed, kind, 9, &in);
		in.head.size = sizeof(in.head) + (kind != EVENT_EXIT);
		out = through_file(&in.head);
		CHECK_INT(out.head.size, kind_size(kind));
		CHECK(!memcmp(&out.head.id, &in.head.id, in.head.size - 12u));
		in.head.size = sizeof(in);
		out = through_file(&in.head);
		CHECK_INT(out.head.size, sizeof(in));
		CHECK(!memcmp(&in, &out, sizeof(in)));
	}
	random_event(&seed, EVENT_EXEC, 9, &in);
	memset(in.exec.filename, 'x', EVENT_PATH_SZ);
	out = through_file(&in.head);
	CHECK_INT(strlen(out.exec.filename), EVENT_PATH_SZ - 1);
	random_event(&seed, EVENT_MAP, 9, &in);
	memset(in.map.name, 'x', EVENT_PATH_SZ);
	out = through_file(&in.head);
	CHECK_INT(strlen(out.map.name), EVENT_PATH_SZ - 1);
}

TEST(bad_arguments)
{
	struct trace_info none = plain_info(0);
	struct trace_info many = plain_info(TRACE_CPU_MAX + 1);
	int fd = new_file();
	struct trace_writer *w;
	union event ev = { .head = { .kind = EVENT_EXIT, .size = sizeof(struct event_plain) } };

	CHECK_INT(trace_writer__new(fd, &none, &w), -EINVAL);
	CHECK_INT(trace_writer__new(fd, &many, &w), -EINVAL);
	CHECK_INT(trace_writer__new(-1, &(struct trace_info){ .cpus = 1 }, &w), -EBADF);
	w = new_writer(fd, 2);
	CHECK_INT(trace_writer__append(w, 4, &ev.head), -EINVAL);
	ev.head.size = sizeof(ev.head) - 1;
	CHECK_INT(trace_writer__append(w, 0, &ev.head), -EINVAL);
	ev.head.size = sizeof(ev) + 1;
	CHECK_INT(trace_writer__append(w, 0, &ev.head), -EINVAL);
	CHECK_INT(trace_writer__section(w, "", "", 0), -EINVAL);
	CHECK_INT(trace_writer__section(w, "sixteen bytes ab", "", 0), -EINVAL);
	CHECK_INT(trace_writer__section(w, "info", "", 0), -EEXIST);
	CHECK_INT(trace_writer__section(w, "index", "", 0), -EEXIST);
	CHECK_INT(trace_writer__section(w, "mine", "", 0), 0);
	CHECK_INT(trace_writer__section(w, "mine", "", 0), -EEXIST);
	close_writer(w);
	trace_writer__free(NULL);
	trace__free(NULL);
	trace_cursor__free(NULL);
	close(fd);
}

/* ---- sizes ---- */

struct mix {
	uint32_t threads;
	uint32_t random_ips; /* in 100 switches */
	uint32_t gap_ns;
};

static void mixed_switch(uint64_t *seed, const struct mix *mix, uint32_t *running, uint64_t *ts,
			 struct event_switch *ev)
{
	uint64_t r = random_next(seed);
	bool preempted = r % 100 < mix->random_ips;

	*ts += mix->gap_ns / 2 + (r >> 8) % mix->gap_ns;
	*ev = (struct event_switch){ .head = { *ts, EVENT_SWITCH, 0, sizeof(*ev), *running } };
	*running = *running % mix->threads + 1;
	ev->next = *running;
	ev->head.flags = SWITCH_PREV_TRACED | SWITCH_NEXT_TRACED;
	ev->head.flags |= preempted ? SWITCH_NIVCSW | SWITCH_PREEMPT : SWITCH_NVCSW;
	ev->state = !preempted;
	ev->syscall = preempted ? -1 : (int16_t)(*running % 2);
	ev->file = preempted ? FILE_NONE : FILE_PIPE;
	ev->resched = preempted ? RESCHED_TICK : RESCHED_NONE;
	ev->ip = preempted ? 0x555500001000ull + (r >> 40) % 4096
			   : 0x7f1200345678ull + *running % 2 * 64;
}

static double bytes_per_switch(const struct mix *mix, int count)
{
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 2);
	uint64_t seed = 5, ts = 1ull << 40;
	uint32_t running = 1;
	struct timespec a, b;
	struct event_switch ev;
	bool order = true;
	struct trace_error err;
	double bytes;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < count; i++) {
		mixed_switch(&seed, mix, &running, &ts, &ev);
		trace_writer__append(w, 0, &ev.head);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	close_writer(w);
	bytes = (double)file_size(fd) / count;
	printf("  %u threads, %u%% pre-empted: %.2f bytes and %.0f ns per switch\n", mix->threads,
	       mix->random_ips, bytes,
	       ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / count);
	CHECK_INT(read_file(fd, &order, &err), count);
	CHECK(order);
	close(fd);
	return bytes;
}

TEST(switches_are_small)
{
	CHECK(bytes_per_switch(&(struct mix){ 2, 0, 3000 }, 1000000) < 8.0);
	CHECK(bytes_per_switch(&(struct mix){ 300, 50, 100000 }, 1000000) < 12.0);
}

TEST(wakings_are_small)
{
	enum { COUNT = 100000 };
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 2);

	for (uint32_t i = 0; i < COUNT; i++) {
		struct event_waking ev = {
			.head = { i * 9000ull, EVENT_WAKING, 0, sizeof(ev), i % 300 },
			.by = 5 + i % 2,
			.target = i % 2,
			.irq = i % 3 == 0 ? IRQ_TIMER : IRQ_NONE,
		};

		trace_writer__append(w, 1, &ev.head);
	}
	close_writer(w);
	CHECK(file_size(fd) < COUNT * 8);
	close(fd);
}

/* ---- time ---- */

TEST(streams_are_merged)
{
	enum { CPUS = 300, COUNT = 60000 };
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, CPUS);
	uint64_t seed = 1;
	struct trace_error err;
	bool order = true;
	struct trace *t;

	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t stream = (uint32_t)(random_next(&seed) % (2 * CPUS));
		struct event_plain ev = { { i / 3, EVENT_EXIT, 0, sizeof(ev), stream } };

		CHECK_INT(trace_writer__append(w, stream, &ev.head), 0);
		if (i % 20000 == 0)
			trace_writer__flush(w);
	}
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(read_through(t, &order, &err), COUNT);
	CHECK(order);
	trace__free(t);
	close(fd);
}

/* Equal times: by stream, then as written; two cursors do not disturb each other. */
TEST(ties_and_two_cursors)
{
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 4);
	struct trace_cursor *c[2];
	struct trace_record rec;
	struct trace_error err;
	struct trace *t;

	for (uint32_t i = 0; i < 32; i++) {
		struct event_plain ev = { { 77, EVENT_EXIT, 0, sizeof(ev), i } };

		trace_writer__append(w, 7 - i % 8, &ev.head);
	}
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(trace_cursor__new(t, &c[0]), 0);
	CHECK_INT(trace_cursor__new(t, &c[1]), 0);
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t stream = i / 2 / 4;

		CHECK_INT(trace_cursor__next(c[i % 2], &rec, &err), 1);
		CHECK_INT(rec.cpu, stream % 4);
		CHECK_INT(rec.ev->id, 7 - stream + i / 2 % 4 * 8);
	}
	trace_cursor__free(c[0]);
	trace_cursor__free(c[1]);
	trace__free(t);
	close(fd);
}

TEST(backward_time_is_clamped)
{
	static const uint64_t times[] = { 50, 40, 60, 10, 10, 70 };
	static const uint64_t clamped[] = { 50, 50, 60, 60, 60, 70 };
	int fd = new_file();
	struct trace_writer *w = new_writer(fd, 1);
	struct trace_cursor *c;
	struct trace_record rec;
	struct trace_error err;
	struct trace *t;

	for (int i = 0; i < 6; i++) {
		struct event_plain ev = { { times[i], EVENT_EXIT, 0, sizeof(ev), 1 } };

		trace_writer__append(w, 0, &ev.head);
		if (i == 2)
			trace_writer__flush(w);
	}
	close_writer(w);
	t = open_trace(fd);
	CHECK_INT(trace__end(t)->backward, 3);
	CHECK_INT(trace_cursor__new(t, &c), 0);
	for (int i = 0; i < 6; i++) {
		CHECK_INT(trace_cursor__next(c, &rec, &err), 1);
		CHECK_INT(rec.ev->ts, clamped[i]);
	}
	trace_cursor__free(c);
	trace__free(t);
	close(fd);
}

/* ---- all around ---- */

TEST(info_and_end_round_trip)
{
	char *argv[] = { (char *)"env", (char *)"", (char *)"A=\xff\n", NULL };
	static struct trace_info info;
	static struct trace_end end;
	int fd = new_file();
	struct trace_writer *w;
	const struct trace_info *got;
	struct trace *t;

	random_fill(&(uint64_t){ 99 }, &info, sizeof(info));
	info.argv = argv;
	info.target = NULL;
	info.kernel = "6.1.0";
	info.machine = "x86_64";
	info.host_virtual = "kvm";
	info.preemption = "";
	info.user = "someone";
	info.version = "0.1";
	info.cpus = 4096;
	end = (struct trace_end){ .end_mono_ns = 5,
				  .exit_status = -1,
				  .program_count = 2,
				  .lost = 1ull << 60,
				  .hidden = 3,
				  .tracer_cpu_ns = 4,
				  .programs = { { "one", 1, 2 }, { "two", 3, 4 } } };
	CHECK_INT(trace_writer__new(fd, &info, &w), 0);
	CHECK_INT(trace_writer__close(w, &end), 0);
	CHECK_INT(trace_writer__bytes(w), file_size(fd));
	trace_writer__free(w);
	t = open_trace(fd);
	got = trace__info(t);
	CHECK_STR(got->argv[0], "env");
	CHECK_STR(got->argv[1], "");
	CHECK_STR(got->argv[2], "A=\xff\n");
	CHECK(!got->argv[3] && !got->target);
	CHECK_STR(got->kernel, "6.1.0");
	CHECK_STR(got->machine, "x86_64");
	CHECK_STR(got->host_virtual, "kvm");
	CHECK_STR(got->preemption, "");
	CHECK_STR(got->user, "someone");
	CHECK_STR(got->version, "0.1");
	CHECK_INT(got->cpus, 4096);
	CHECK_INT(got->online, info.online);
	CHECK_INT(got->hz, info.hz);
	CHECK(!memcmp(&got->base_slice_ns, &info.base_slice_ns,
		      sizeof(info) - offsetof(struct trace_info, base_slice_ns)));
	CHECK(!memcmp(trace__end(t), &end, sizeof(end)));
	CHECK(trace__complete(t));
	CHECK_INT(trace__file_bytes(t), file_size(fd));
	trace__free(t);
	close(fd);
}

TEST(unknown_info_stays_unknown)
{
	int fd = new_file();
	struct trace *t;

	close_writer(new_writer(fd, 1));
	t = open_trace(fd);
	CHECK(!trace__info(t)->argv && !trace__info(t)->kernel && !trace__info(t)->hz);
	CHECK_INT(trace__end(t)->exit_status, 0);
	trace__free(t);
	close(fd);
}

static void check_section(const struct trace *t, const char *name, const char *want)
{
	size_t size = 0;
	const void *data = trace__section(t, name, &size);

	CHECK(data);
	CHECK_INT(size, strlen(want));
	CHECK(data && !memcmp(data, want, strlen(want)));
	CHECK_INT((uintptr_t)data % 8, 0);
}

TEST(sections_can_be_put_later)
{
	static const struct trace_end end = { .end_mono_ns = 9, .exit_status = 3 };
	int fd = small_trace(100, false, &end);
	struct trace *old = open_trace(fd);
	struct trace_error err;
	bool order = true;
	struct trace *t;
	size_t size;

	CHECK(!trace__section(old, "more", &size));
	CHECK_INT(trace_file__put_section(fd, "more", "abc", 3), 0);
	CHECK_INT(trace_file__put_section(fd, "symbols", "better symbols", 14), 0);
	CHECK_INT(trace_file__put_section(fd, "more", "defgh", 5), 0);
	CHECK_INT(trace_file__put_section(fd, "void", NULL, 0), 0);
	CHECK_INT(trace_file__put_section(fd, "end", "x", 1), -EEXIST);
	CHECK_INT(trace_file__put_section(fd, "", "x", 1), -EINVAL);
	check_section(old, "symbols", "some symbols");
	t = open_trace(fd);
	CHECK(trace__complete(t));
	check_section(t, "symbols", "better symbols");
	check_section(t, "more", "defgh");
	check_section(t, "void", "");
	CHECK_INT(trace__end(t)->exit_status, 3);
	CHECK_INT(read_through(t, &order, &err), 100);
	CHECK_INT(read_through(old, &order, &err), 100);
	trace__free(t);
	trace__free(old);
	close(fd);
	fd = small_trace(10, false, NULL);
	CHECK_INT(trace_file__put_section(fd, "more", "abc", 3), -EINVAL);
	close(fd);
}

TEST_MAIN()
