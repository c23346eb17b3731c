/* SPDX-License-Identifier: Apache-2.0 */
/* expand: goes through a template word by word and replaces those that mean something. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "text/job.h"
#include "text/substitute.h"
#include "text/usdt_text.h"

#define INCLUDE_DEPTH 8

static const struct program_word *find_word(const struct program *p, const struct scan_piece *piece)
{
	for (size_t i = 0; i < p->nwords; i++)
		if (!p->words[i].test && scan_is(piece, p->words[i].word))
			return &p->words[i];
	return NULL;
}

/* A word's text: its `then` or `else`, or the option's value as the number that it is. */
static void expand_word(struct job *job, const struct program_word *w)
{
	const struct program *p = job->plan->program;

	if (w->constant && !job->plan->options->print_bpf)
		filter_expand_word(w, &job->out);
	else if (!options_given(job->plan->options, p, w->option))
		buf_str(&job->out, w->other ? w->other : "0");
	else if (w->then)
		buf_str(&job->out, w->then);
	else
		buf_printf(&job->out, "%" PRId64, filter_word_number(w, p, job->plan->options));
}

int expand_group(struct job *job, struct scan *s, const char *path, const struct scan_piece *word,
		 const char **inner, size_t *len)
{
	if (!scan_reach(s, '(') || !scan_group(s, inner, len))
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: %.*s wants its arguments in parentheses", path, word->line,
				 (int)word->len, word->start);
	return 0;
}

void expand_lines(struct job *job, const char *start, const char *end)
{
	for (; start < end; start++)
		if (*start == '\n')
			buf_char(&job->out, '\n');
}

static int expand_filter(struct job *job, struct scan *s)
{
	const char *inner, *start = s->at;
	char *dentry = NULL;
	size_t len;

	if (*s->at == '(' && scan_group(s, &inner, &len))
		dentry = strndup(inner, len);
	else
		dentry = strdup("dentry");
	if (!dentry)
		return error_nomem(job->e);
	filter_expand(&job->filter, job->plan->program, job->plan->options, dentry, &job->out);
	expand_lines(job, start, s->at);
	free(dentry);
	return 0;
}

static int expand_task_filter(struct job *job, struct scan *s, const char *path,
			      const struct scan_piece *word)
{
	const char *inner;
	char *task;
	size_t len;
	int err = expand_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	job->other_task = true;
	job->wants_group |= job->filter.wants_group;
	task = strndup(inner, len);
	if (!task)
		return error_nomem(job->e);
	filter_expand_task(&job->filter, task, &job->out);
	expand_lines(job, inner, inner + len);
	free(task);
	return 0;
}

/* TASK_CGROUP(task): the id of its cgroup. It is seldom asked for, and its types are many. */
static int expand_task_cgroup(struct job *job, struct scan *s, const char *path,
			      const struct scan_piece *word)
{
	const char *inner;
	size_t len;
	int err = expand_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	if (job->plan->options->show)
		buf_printf(&job->out, "bcchost_group_id(bcchost_group(%.*s))", (int)len, inner);
	else
		buf_str(&job->out, "0");
	job->wants_group |= job->plan->options->show != 0;
	expand_lines(job, inner, inner + len);
	return 0;
}

/* The path as a string of C's: a directory may be called anything. */
static void expand_mark(struct job *job, unsigned int line, const char *path)
{
	buf_printf(&job->out, "#line %u \"", line);
	for (const char *c = path; *c; c++) {
		if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
			buf_printf(&job->out, "\\%03o", *c);
		else
			buf_char(&job->out, *c);
	}
	buf_char(&job->out, '"');
}

/* One of the kernel's headers: the compiler has those, whatever marks they are named in. */
static bool is_kernel_header(const char *name)
{
	static const char *const dirs[] = {"linux/",	   "uapi/", "net/",  "asm/",
					   "asm-generic/", "bcc/",  "scsi/", "trace/",
					   "crypto/",	   "rdma/", "drm/"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strncmp(name, dirs[i], strlen(dirs[i])) == 0)
			return true;
	return false;
}

static int expand_include(struct job *job, const struct scan_piece *p, const char *path,
			  unsigned int depth)
{
	const char *dir = job->plan->program->include_dir;
	const char *open = memchr(p->start, '"', p->len), *close;
	char *file = NULL, *text = NULL;
	int err;

	close = strchr(open + 1, '"');
	if (depth >= INCLUDE_DEPTH)
		return error_set(job->e, FAULT_TOOL, -ELOOP, "%s:%u: includes nested too deeply",
				 path, p->line);
	if (memmem(open, (size_t)(close - open), "..", 2) || open[1] == '/')
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: only files of %s can be included by \"…\"", path, p->line,
				 dir);
	if (asprintf(&file, "%s/%.*s", dir, (int)(close - open - 1), open + 1) < 0)
		return error_nomem(job->e);
	if (is_kernel_header(open + 1) && access(file, F_OK) < 0) {
		free(file);
		buf_add(&job->out, p->start, p->len);
		return 0;
	}
	err = file_read_trusted(file, &text, NULL, job->e);
	if (err)
		error_prefix(job->e, err, "%s:%u", path, p->line);
	else
		err = expand_text(job, file, text, depth + 1);
	if (!err) {
		buf_char(&job->out, '\n');
		expand_mark(job, p->line, path);
	}
	free(text);
	free(file);
	return err;
}

/* bpf_usdt_readarg(N, …): libbcc makes a call of a function of it that is there only if the handler
 * is a USDT probe's that has so many arguments. */
static int check_argument(struct job *job, const struct scan *s, const char *path,
			  const struct scan_piece *word)
{
	const struct plan_probe *pp = job->probe;
	struct scan look = *s;
	const char *inner;
	size_t len;
	char *end;
	long n;
	int has;

	if (!pp || !scan_reach(&look, '(') || !scan_group(&look, &inner, &len))
		return 0;
	n = strtol(inner, &end, 10);
	has = usdt_text_arguments(job->plan, pp->probe->run);
	if (has < 0)
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: %.*s reads an argument of a USDT probe, and %s is a %s's "
				 "handler",
				 path, word->line, (int)word->len, word->start, pp->probe->run,
				 program_probe_kind_name(pp->probe->kind));
	if (end == inner || (n >= 1 && n <= has))
		return 0;
	return error_set(job->e, FAULT_TOOL, -EINVAL,
			 "%s:%u: %.*s(%ld, …): the USDT probe %s has %d argument%s", path,
			 word->line, (int)word->len, word->start, n, pp->function, has,
			 has == 1 ? "" : "s");
}

static int expand_word_piece(struct job *job, struct scan *s, const char *path,
			     const struct scan_piece *p)
{
	bool template = job->plan->program->output != PROGRAM_WHATEVER;
	const struct program_word *w;

	if (scan_is(p, "FILTER"))
		return expand_filter(job, s);
	if (scan_is(p, "FILTER_TASK"))
		return expand_task_filter(job, s, path, p);
	if (scan_is(p, "TASK_CGROUP"))
		return expand_task_cgroup(job, s, path, p);
	if (template && scan_is(p, "SIGNATURE"))
		return handler_signature(job, s, path, p);
	if (scan_is(p, "BPF_PERF_OUTPUT"))
		return submit_declare(job, s, path, p);
	if (scan_is(p, "BPF_RINGBUF_OUTPUT"))
		return submit_declare_ring(job, s, p);
	if (submit_is_table(job, p))
		return submit_call(job, s, path, p);
	if (scan_is(p, "bpf_usdt_readarg") || scan_is(p, "bpf_usdt_readarg_p")) {
		int err = check_argument(job, s, path, p);

		if (err)
			return err;
	}
	w = find_word(job->plan->program, p);
	if (template && scan_is(p, "LOST")) {
		job->counts = true;
		buf_str(&job->out, SUBSTITUTE_COUNT_LOST);
		return 0;
	}
	if (template && scan_is(p, "RESULT"))
		handler_result(job);
	else if (w)
		expand_word(job, w);
	else
		buf_add(&job->out, p->start, p->len);
	return 0;
}

/* Does a preprocessor line end in this white space? A newline behind a backslash does not end it.
 */
static bool ends_directive(const struct scan_piece *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->start[i] == '\n' && (i == 0 || p->start[i - 1] != '\\'))
			return true;
	return false;
}

/* One piece of the text; *braces counts those that are open. */
static int expand_piece(struct job *job, struct scan *s, const char *path,
			const struct scan_piece *p, int *braces)
{
	bool done = false;
	int err = 0;

	if (p->kind != SCAN_WORD) {
		buf_add(&job->out, p->start, p->len);
		*braces += *p->start == '{' && p->len == 1;
		if (*p->start == '}' && p->len == 1 && --*braces == 0)
			handler_end(job);
		return 0;
	}
	if (!*braces)
		err = handler_word(job, s, path, p, &done);
	return err || done ? err : expand_word_piece(job, s, path, p);
}

int expand_text(struct job *job, const char *path, const char *text, unsigned int depth)
{
	bool directive = false, fresh = true, ended;
	struct scan_piece p;
	struct scan s;
	int braces = 0, err = 0;

	expand_mark(job, 1, path);
	buf_char(&job->out, '\n');
	scan_init(&s, text);
	handler_definition(job, &s);
	while (!err && (p = scan_next(&s)).kind != SCAN_END) {
		if (p.kind == SCAN_INCLUDE)
			err = expand_include(job, &p, path, depth);
		else
			err = expand_piece(job, &s, path, &p, &braces);
		directive |= fresh && *p.start == '#';
		ended = directive && p.kind == SCAN_SPACE && ends_directive(&p);
		if (!braces && (ended || p.kind == SCAN_INCLUDE ||
				(p.kind == SCAN_OTHER && strchr(";}", *p.start)))) {
			directive = false;
			handler_definition(job, &s);
		}
		fresh = s.fresh_line;
	}
	return err;
}

void expand_free(struct job *job)
{
	for (size_t i = 0; i < job->noutputs; i++)
		free(job->outputs[i]);
	free(job->outputs);
	show_free(job);
	free(job->wrapped);
	filter_free(&job->filter);
	buf_free(&job->call);
	buf_free(&job->out);
}
