/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* headline.c - see headline.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "user/lib/fmt.h"
#include "user/lib/text.h"
#include "user/render/headline.h"
#include "user/render/words.h"

void print_wrapped(FILE *out, const char *text, unsigned int width)
{
	char word[512];
	size_t used = 0, len;

	while (*text) {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (!len)
			break;
		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, text, len);
		word[len] = 0;
		text += len;
		if (used && used + 1 + text__width(word) > width) {
			fputc('\n', out);
			used = 0;
		}
		if (text__width(word) > width) /* a word wider than a line is cut */
			text__safe(word, sizeof(word), word, width, false);
		used += (size_t)fprintf(out, "%s%s", used ? " " : "", word) - strlen(word) +
			text__width(word);
	}
	fputc('\n', out);
}

struct sentence {
	char text[2048];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct sentence *s, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(s->text + s->len, sizeof(s->text) - s->len, format, args);
	va_end(args);
	if (n > 0)
		s->len += (size_t)n < sizeof(s->text) - s->len ? (size_t)n :
								 sizeof(s->text) - s->len - 1;
}

static void say_command(struct sentence *s, const struct view *v)
{
	const struct trace_info *info = trace__info(v->trace);
	char joined[256] = "", word[128];
	size_t at = 0;

	for (char **arg = info->argv; arg && *arg && at + 2 < sizeof(joined); arg++) {
		text__safe(word, sizeof(word), *arg, 40, v->opts->ascii);
		at += (size_t)snprintf(joined + at, sizeof(joined) - at, "%s%s", at ? " " : "",
				       word);
	}
	if (!at)
		text__safe(joined, sizeof(joined), info->target ? info->target : "?", 60,
			   v->opts->ascii);
	text__safe(word, sizeof(word), joined, v->opts->width > 60 ? 56 : v->opts->width - 4,
		   v->opts->ascii);
	say(s, "%s", word);
}

static uint32_t cores_used(const struct stats *s)
{
	uint32_t n = 0;

	for (uint32_t cpu = 0; cpu < s->core_count; cpu++)
		n += s->cores[cpu].traced_ns > 0;
	return n;
}

static const struct trace_program *switch_program(const struct view *v)
{
	const struct trace_end *end = trace__end(v->trace);

	for (uint32_t i = 0; i < end->program_count; i++)
		if (strcmp(end->programs[i].name, "sched_switch") == 0 && end->programs[i].runs)
			return &end->programs[i];
	return NULL;
}

void headline__print(FILE *out, const struct view *v, const struct stats *s,
		     const struct model_health *health)
{
	const struct trace_program *p = switch_program(v);
	const struct trace_info *info = trace__info(v->trace);
	struct sentence line = { .len = 0 };
	char a[FMT_SIZE], b[FMT_SIZE], c[FMT_SIZE];
	uint32_t used = cores_used(s);

	say_command(&line, v);
	say(&line, ": on %u of %u core%s, %s, %s switches, %s lost", used, info->online,
	    info->online == 1 ? "" : "s", fmt__duration(a, s->to_ns - s->from_ns),
	    fmt__count(b, s->switches), fmt__count(c, health->lost));
	if (health->hidden)
		say(&line, ", %s hidden by the kernel", fmt__count(a, health->hidden));
	if (p)
		say(&line, "; the tracer took %s per switch", fmt__duration(a, p->ns / p->runs));
	if (!trace__complete(v->trace))
		say(&line, "; the recording was cut off");
	print_wrapped(out, line.text, v->opts->width);
}

/* ---- the last line ---- */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void say_together(struct sentence *line, const struct stats *s, uint32_t cores)
{
	uint64_t whole = s->to_ns - s->from_ns;

	if (s->thread_count == 1)
		say(line, "1 thread ran alone on %u core%s. ", cores, plural(cores));
	else if (s->most <= 1)
		say(line, "%u threads took turns on %u core%s: never two at the same time. ",
		    s->thread_count, cores, plural(cores));
	else
		say(line,
		    "%u threads on %u core%s: up to %u at the same time, two or more for %.0f %% of "
		    "the time. ",
		    s->thread_count, cores, plural(cores), s->most,
		    whole ? 100.0 * (double)s->two_or_more_ns / (double)whole : 0);
}

static enum cause commonest_cause(const struct stats *s)
{
	int best = CAUSE_UNKNOWN;

	for (int c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++)
		if (s->causes[c] > s->causes[best])
			best = c;
	return (enum cause)best;
}

static void say_reasons(struct sentence *line, const struct stats *s)
{
	static const char *const words[REASON_COUNT] = {
		[REASON_PREEMPTED] = "pre-emption", [REASON_YIELDED] = "voluntary yield",
		[REASON_BLOCKED] = "wait",	    [REASON_STOPPED] = "stop",
		[REASON_EXITED] = "exit",	    [REASON_UNCLEAR] = "unclear",
	};
	bool shown[REASON_COUNT] = { false };
	char count[FMT_SIZE];
	int said = 0;

	say(line, "Of %s switch%s", fmt__count(count, s->switches), s->switches == 1 ? "" : "es");
	for (;;) {
		int best = REASON_NONE;

		for (int r = REASON_NONE + 1; r < REASON_COUNT; r++)
			if (!shown[r] && s->reasons[r] && (!best || s->reasons[r] > s->reasons[best]))
				best = r;
		if (!best)
			break;
		shown[best] = true;
		say(line, "%s %s %s %s%s", said++ ? "," : "", fmt__count(count, s->reasons[best]),
		    s->reasons[best] != 1 ? "were" :
		    best == REASON_EXITED ? "was an" :
		    best == REASON_UNCLEAR ? "was" :
					     "was a",
		    words[best],
		    best == REASON_UNCLEAR ? "" : plural(s->reasons[best]));
		if (best == REASON_PREEMPTED)
			say(line, s->reasons[best] == 1 ? " (%s)" : " (mostly: %s)",
			    words__cause(commonest_cause(s)));
	}
	say(line, ".");
}

static void say_tasks(struct sentence *line, const struct stats *s)
{
	uint64_t gave_way = 0, inside = 0;

	if (!s->task_count)
		return;
	for (uint32_t i = 0; i < s->task_count; i++) {
		gave_way += s->tasks[i]->why[STEP_YIELD] + s->tasks[i]->why[STEP_AWAIT];
		inside += s->tasks[i]->preempted_inside;
	}
	say(line,
	    " %u task%s took turns inside, by giving way %" PRIu64 " time%s; the kernel pre-empted "
	    "their thread %" PRIu64 " time%s meanwhile.",
	    s->task_count, plural(s->task_count), gave_way, plural(gave_way), inside,
	    plural(inside));
}

void summary__print(FILE *out, const struct view *v, const struct stats *s,
		    const struct model_health *health)
{
	struct sentence line = { .len = 0 };
	char count[FMT_SIZE];

	if (!s->thread_count || !s->switches) {
		say(&line, "No switch of what was recorded lies in this part of the trace.");
	} else {
		say_together(&line, s, cores_used(s));
		say_reasons(&line, s);
		say_tasks(&line, s);
	}
	if (health->lost)
		say(&line, " %s records were lost: time around them is unknown.",
		    fmt__count(count, health->lost));
	print_wrapped(out, line.text, v->opts->width);
}
