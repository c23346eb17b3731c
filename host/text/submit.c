/* SPDX-License-Identifier: Apache-2.0 */
/* submit: events go through the buffer that the kernel has, and what finds no room is counted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/job.h"
#include "text/substitute.h"

static int add_table(struct job *job, const char *name, size_t len)
{
	char **v = realloc(job->outputs, (job->noutputs + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	job->outputs = v;
	v[job->noutputs] = strndup(name, len);
	return v[job->noutputs++] ? 0 : -ENOMEM;
}

bool submit_is_table(const struct job *job, const struct scan_piece *word)
{
	for (size_t i = 0; i < job->noutputs; i++)
		if (scan_is(word, job->outputs[i]))
			return true;
	return false;
}

static void trim(const char **text, size_t *len)
{
	while (*len && strchr(" \t\r\n\\", **text)) {
		(*text)++;
		(*len)--;
	}
	while (*len && strchr(" \t\r\n\\", (*text)[*len - 1]))
		(*len)--;
}

int submit_declare(struct job *job, struct scan *s, const char *path, const struct scan_piece *word)
{
	const char *inner;
	size_t len;
	int err = expand_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	trim(&inner, &len);
	if (add_table(job, inner, len))
		return error_nomem(job->e);
	/* The loader sets the size that --buffer-pages asks for; this one is a placeholder. */
	if (job->plan->ring)
		buf_printf(&job->out, "BPF_RINGBUF_OUTPUT(%.*s, 1)", (int)len, inner);
	else
		buf_printf(&job->out, "BPF_PERF_OUTPUT(%.*s)", (int)len, inner);
	return 0;
}

/* "ctx, data, size" behind its first comma that is in no bracket. */
static const char *after_first_argument(const char *inner, size_t len)
{
	struct scan s;
	struct scan_piece p;
	int depth = 0;

	scan_init(&s, inner);
	while (s.at < inner + len) {
		p = scan_next(&s);
		if (p.kind == SCAN_END)
			break;
		if (p.kind != SCAN_OTHER || p.len != 1)
			continue;
		if (strchr("([{", *p.start))
			depth++;
		else if (strchr(")]}", *p.start))
			depth--;
		else if (*p.start == ',' && depth == 0)
			return p.start + 1;
	}
	return NULL;
}

static size_t first_argument(const char *inner, size_t len)
{
	const char *rest = after_first_argument(inner, len);

	return rest ? (size_t)(rest - inner) - 1 : len;
}

/* The text's own ring buffer is left as it is. */
int submit_declare_ring(struct job *job, const struct scan *s, const struct scan_piece *word)
{
	struct scan ahead = *s;
	const char *inner;
	size_t len;

	buf_add(&job->out, word->start, word->len);
	if (!scan_reach(&ahead, '(') || !scan_group(&ahead, &inner, &len))
		return 0; /* the compiler says so */
	len = first_argument(inner, len);
	trim(&inner, &len);
	return add_table(job, inner, len) ? error_nomem(job->e) : 0;
}

/* table.METHOD(…), as an expression of the same value that counts what found no room. */
static int count_call(struct job *job, struct scan *s, const char *path,
		      const struct scan_piece *table, const struct scan_piece *method)
{
	bool pointer = scan_is(method, "ringbuf_reserve");
	const char *inner;
	size_t len;
	int err = expand_group(job, s, path, method, &inner, &len);

	if (err)
		return err;
	buf_printf(&job->out,
		   "({ %s lost_ = %.*s.%.*s(%.*s); if (%slost_) " SUBSTITUTE_COUNT_LOST
		   "; lost_; })",
		   pointer ? "void *" : "long", (int)table->len, table->start, (int)method->len,
		   method->start, (int)len, inner, pointer ? "!" : "");
	return 0;
}

static int submit_event(struct job *job, struct scan *s, const char *path,
			const struct scan_piece *table, const struct scan_piece *method)
{
	const char *inner, *data;
	size_t len;

	if (expand_group(job, s, path, method, &inner, &len))
		return -EINVAL;
	data = after_first_argument(inner, len);
	if (!data)
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: perf_submit takes ctx, data, size", path, method->line);
	buf_str(&job->out, "({ ");
	if (job->plan->options->show) {
		size_t size = first_argument(data, (size_t)(inner + len - data));

		if (show_sent(job, path, method->line, data, size))
			return -ENOMEM;
	}
	buf_printf(&job->out, "int err_ = %.*s.", (int)table->len, table->start);
	if (job->plan->ring)
		buf_printf(&job->out, "ringbuf_output(%.*s, 0)", (int)(inner + len - data), data);
	else
		buf_printf(&job->out, "perf_submit(%.*s)", (int)len, inner);
	buf_str(&job->out, "; if (err_) " SUBSTITUTE_COUNT_LOST "; err_; })");
	return 0;
}

int submit_call(struct job *job, struct scan *s, const char *path, const struct scan_piece *table)
{
	static const char *const counted[] = {"perf_submit_skb", "ringbuf_output",
					      "ringbuf_reserve"};
	struct scan save = *s;
	struct scan_piece dot, method;

	dot = scan_next(s);
	method = scan_next(s);
	if (dot.kind == SCAN_OTHER && *dot.start == '.') {
		if (scan_is(&method, "perf_submit")) {
			job->counts = true;
			return submit_event(job, s, path, table, &method);
		}
		for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
			if (!scan_is(&method, counted[i]))
				continue;
			job->counts = true;
			return count_call(job, s, path, table, &method);
		}
	}
	*s = save;
	buf_add(&job->out, table->start, table->len);
	return 0;
}
