/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "text/substitute.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/filter.h"
#include "text/scan.h"
#include "text/signature.h"

#define INCLUDE_DEPTH 8

struct names {
	char **v;
	size_t n;
};

struct job {
	struct plan *plan;
	struct filter filter;
	struct buf out;
	struct names outputs; /* the tables declared with BPF_PERF_OUTPUT */
	bool trampoline;      /* the function that we are in is run by fentry or fexit */
	size_t nparams;	      /* of its kernel function, once SIGNATURE was met */
	struct buf locals;    /* what is to open its body */
	struct error *e;
};

static int names_add(struct names *names, const char *start, size_t len)
{
	char **v = realloc(names->v, (names->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	names->v = v;
	v[names->n] = strndup(start, len);
	return v[names->n++] ? 0 : -ENOMEM;
}

static bool names_have(const struct names *names, const struct scan_piece *p)
{
	for (size_t i = 0; i < names->n; i++)
		if (scan_is(p, names->v[i]))
			return true;
	return false;
}

static const struct program_word *find_word(const struct program *p, const struct scan_piece *piece)
{
	for (size_t i = 0; i < p->nwords; i++)
		if (scan_is(piece, p->words[i].word))
			return &p->words[i];
	return NULL;
}

/* A word's text: its `then` or `else`, or the option's value as the number that it is. */
static void expand_word(struct job *job, const struct program_word *w)
{
	const struct program *p = job->plan->program;
	const struct option_value *value = options_value(job->plan->options, p, w->option);

	if (!options_given(job->plan->options, p, w->option) && !(value && value->given))
		buf_str(&job->out, w->other ? w->other : "0");
	else if (w->then)
		buf_str(&job->out, w->then);
	else
		buf_printf(&job->out, "%" PRId64, value ? value->number : 1);
}

static int open_group(struct job *job, struct scan *s, const char *path,
		      const struct scan_piece *word, const char **inner, size_t *len)
{
	if (!scan_reach(s, '(') || !scan_group(s, inner, len))
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: %.*s wants its arguments in parentheses", path, word->line,
				 (int)word->len, word->start);
	return 0;
}

/* Newlines that a replaced piece had are kept, so that the lines after it keep their numbers. */
static void keep_lines(struct job *job, const char *start, const char *end)
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
	keep_lines(job, start, s->at);
	free(dentry);
	return 0;
}

static int expand_signature(struct job *job, struct scan *s, const char *path,
			    const struct scan_piece *word)
{
	const char *inner;
	size_t len;
	int err = open_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	err = signature_expand(job->plan, inner, len, job->trampoline, &job->out, &job->locals,
			       &job->nparams, job->e);
	keep_lines(job, inner, inner + len);
	return err ? error_prefix(job->e, err, "%s:%u", path, word->line) : 0;
}

/* What the kernel's function returned, for the handler of a kretprobe or of fexit. */
static int expand_result(struct job *job, const char *path, const struct scan_piece *word)
{
	if (job->trampoline && !job->nparams)
		return error_set(
			job->e, FAULT_TOOL, -EINVAL,
			"%s:%u: RESULT of an fexit handler wants SIGNATURE in its parameters", path,
			word->line);
	if (job->trampoline)
		buf_printf(&job->out, "((long)ctx[%zu])", job->nparams);
	else
		buf_str(&job->out, "((long)PT_REGS_RC(ctx))");
	return 0;
}

static int expand_output(struct job *job, struct scan *s, const char *path,
			 const struct scan_piece *word)
{
	const char *inner;
	size_t len;
	int err = open_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	while (len && strchr(" \t\n", *inner)) {
		inner++;
		len--;
	}
	while (len && strchr(" \t\n", inner[len - 1]))
		len--;
	if (names_add(&job->outputs, inner, len))
		return error_nomem(job->e);
	/* The loader sets the size that --buffer-pages asks for; this one is a placeholder. */
	if (job->plan->ring)
		buf_printf(&job->out, "BPF_RINGBUF_OUTPUT(%.*s, 1)", (int)len, inner);
	else
		buf_printf(&job->out, "BPF_PERF_OUTPUT(%.*s)", (int)len, inner);
	return 0;
}

/* Cuts "ctx, data, size" at its first comma that is in no bracket. */
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

static int expand_submit(struct job *job, struct scan *s, const char *path,
			 const struct scan_piece *table)
{
	struct scan save = *s;
	struct scan_piece dot, method;
	const char *inner, *data;
	size_t len;

	dot = scan_next(s);
	method = scan_next(s);
	if (dot.kind != SCAN_OTHER || *dot.start != '.' || !scan_is(&method, "perf_submit")) {
		*s = save;
		buf_add(&job->out, table->start, table->len);
		return 0;
	}
	if (open_group(job, s, path, &method, &inner, &len))
		return -EINVAL;
	data = after_first_argument(inner, len);
	if (!data)
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: perf_submit takes ctx, data, size", path, method.line);
	buf_printf(&job->out, "({ int err_ = %.*s.", (int)table->len, table->start);
	if (job->plan->ring)
		buf_printf(&job->out, "ringbuf_output(%.*s, 0)", (int)(inner + len - data), data);
	else
		buf_printf(&job->out, "perf_submit(%.*s)", (int)len, inner);
	buf_str(&job->out, "; if (err_) " SUBSTITUTE_LOST_MAP ".atomic_increment(0); err_; })");
	return 0;
}

/*
 * A function that is left out for want of its kernel function becomes empty lines. The scanner is
 * behind its name; what was written since the function began is taken back.
 */
static int leave_out(struct job *job, struct scan *s, size_t out_start, const char *text_start,
		     const char *path, const struct scan_piece *name)
{
	const char *inner;
	size_t len;

	if (!scan_reach(s, '(') || !scan_group(s, &inner, &len) || !scan_reach(s, '{') ||
	    !scan_group(s, &inner, &len))
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: %.*s is not the definition of a function", path,
				 name->line, (int)name->len, name->start);
	job->out.len = out_start;
	keep_lines(job, text_start, s->at);
	return 0;
}

/* A word outside of all braces: is it the name of a handler that is left out? */
static bool enter_function(struct job *job, const struct scan *s, const struct scan_piece *p)
{
	struct scan look = *s;
	const struct plan_probe *pp;
	char *name;
	bool out;

	if (!scan_reach(&look, '('))
		return false;
	name = strndup(p->start, p->len);
	pp = name ? plan_probe_of(job->plan, name) : NULL;
	out = name && plan_left_out(job->plan, name);
	if (!scan_is(p, "SIGNATURE")) {
		job->trampoline = pp && (pp->probe->kind == PROGRAM_KFUNC ||
					 pp->probe->kind == PROGRAM_KRETFUNC);
		job->nparams = 0;
		job->locals.len = 0;
	}
	free(name);
	return out;
}

static void open_body(struct job *job)
{
	if (job->locals.len)
		buf_add(&job->out, job->locals.data, job->locals.len);
	job->locals.len = 0;
}

static int expand_text(struct job *job, const char *path, const char *text, unsigned int depth);

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
	err = file_read_trusted(file, &text, NULL, job->e);
	if (err)
		error_prefix(job->e, err, "%s:%u", path, p->line);
	else
		err = expand_text(job, file, text, depth + 1);
	if (!err)
		buf_printf(&job->out, "\n#line %u \"%s\"", p->line, path);
	free(text);
	free(file);
	return err;
}

static int expand_word_piece(struct job *job, struct scan *s, const char *path,
			     const struct scan_piece *p)
{
	const struct program_word *w;

	if (scan_is(p, "FILTER"))
		return expand_filter(job, s);
	if (scan_is(p, "SIGNATURE"))
		return expand_signature(job, s, path, p);
	if (scan_is(p, "RESULT"))
		return expand_result(job, path, p);
	if (scan_is(p, "BPF_PERF_OUTPUT"))
		return expand_output(job, s, path, p);
	if (names_have(&job->outputs, p))
		return expand_submit(job, s, path, p);
	w = find_word(job->plan->program, p);
	if (w)
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

static int expand_text(struct job *job, const char *path, const char *text, unsigned int depth)
{
	struct scan s;
	struct scan_piece p;
	/* Where the definition that we are in began, for leave_out. */
	size_t out_start;
	const char *text_start = text;
	int braces = 0, err = 0;
	bool directive = false, fresh = true, ended;

	buf_printf(&job->out, "#line 1 \"%s\"\n", path);
	out_start = job->out.len;
	scan_init(&s, text);
	while (!err && (p = scan_next(&s)).kind != SCAN_END) {
		if (p.kind == SCAN_INCLUDE) {
			err = expand_include(job, &p, path, depth);
		} else if (p.kind != SCAN_WORD) {
			buf_add(&job->out, p.start, p.len);
			if (*p.start == '{' && p.len == 1 && braces++ == 0)
				open_body(job);
			braces -= *p.start == '}' && p.len == 1;
		} else if (!braces && enter_function(job, &s, &p)) {
			err = leave_out(job, &s, out_start, text_start, path, &p);
		} else {
			err = expand_word_piece(job, &s, path, &p);
		}
		directive |= fresh && *p.start == '#';
		ended = directive && p.kind == SCAN_SPACE && ends_directive(&p);
		if (!braces && (ended || p.kind == SCAN_INCLUDE ||
				(p.kind == SCAN_OTHER && strchr(";}", *p.start)))) {
			directive = false;
			out_start = job->out.len;
			text_start = s.at;
		}
		fresh = s.fresh_line;
	}
	return err;
}

static bool has_fact(struct plan *plan, const struct program_fact *f, int *err)
{
	struct kernel_proto proto = {0};
	struct kernel *k = plan->kernel;
	bool has = false;

	*err = 0;
	switch (f->kind) {
	case PROGRAM_FACT_PARAM:
		if (kernel_prototype(k, f->a, &proto, NULL) == 0)
			has = kernel_proto_find(&proto, f->b) >= 0;
		kernel_proto_free(&proto);
		return has;
	case PROGRAM_FACT_SYMBOL:
		return kernel_has_symbol(k, f->a);
	case PROGRAM_FACT_FIELD:
		*err = kernel_has_field(k, f->a, f->b);
		break;
	case PROGRAM_FACT_TYPE:
		*err = kernel_has_type(k, f->a);
		break;
	case PROGRAM_FACT_TRACEPOINT:
		return kernel_has_tracepoint(k, f->a, f->b);
	}
	has = *err > 0;
	*err = *err < 0 ? *err : 0;
	return has;
}

/* What the program asks of the kernel, answered as macros. Without BTF a field cannot be asked. */
static int add_facts(struct job *job)
{
	const struct program *p = job->plan->program;

	for (size_t i = 0; i < p->nfacts; i++) {
		const struct program_fact *f = &p->facts[i];
		int err;
		bool has = has_fact(job->plan, f, &err);

		if (err)
			return error_set(job->e, FAULT_KERNEL, err,
					 "%s:%u: whether kernel %s has %s%s%s cannot be told "
					 "without BTF",
					 p->path, f->line, kernel_release(job->plan->kernel), f->a,
					 f->b ? "." : "", f->b ? f->b : "");
		if (has)
			buf_printf(&job->out, "#define %s 1\n", f->macro);
		buf_printf(&job->plan->notes, "fact: %s is %s: the kernel has %s%s%s%s\n", f->macro,
			   has ? "defined" : "not defined", has ? "" : "no ", f->a,
			   f->b ? " with " : "", f->b ? f->b : "");
	}
	return 0;
}

static int add_prologue(struct job *job, bool btf)
{
	if (btf)
		buf_str(&job->out, "#define BCCHOST_BTF 1\n");
	if (job->plan->variant) {
		buf_str(&job->out, "#define VARIANT_");
		for (const char *c = job->plan->variant; *c; c++)
			buf_char(&job->out, (char)(*c >= 'a' && *c <= 'z' ? *c - 32
						   : *c == '-'		  ? '_'
									  : *c));
		buf_str(&job->out, " 1\n");
	}
	buf_str(&job->out, "#include <uapi/linux/ptrace.h>\n#include <linux/fs.h>\n"
			   "#include <linux/sched.h>\n");
	if (job->plan->program->stream)
		buf_str(&job->out, "BPF_ARRAY(" SUBSTITUTE_LOST_MAP ", u64, 1);\n");
	if (job->filter.prologue.data)
		buf_str(&job->out, job->filter.prologue.data);
	return add_facts(job);
}

int substitute(struct plan *plan, bool btf, char **text, struct error *e)
{
	struct job job = {.plan = plan, .e = e};
	char *template = NULL;
	int err;

	*text = NULL;
	err = file_read_trusted(plan->program->template_path, &template, NULL, e);
	if (!err)
		err = filter_make(&job.filter, plan->options, e);
	if (!err)
		err = add_prologue(&job, btf);
	if (!err)
		err = expand_text(&job, plan->program->template_path, template, 0);
	if (!err) {
		*text = buf_take(&job.out);
		if (!*text)
			err = error_nomem(e);
	}
	filter_free(&job.filter);
	for (size_t i = 0; i < job.outputs.n; i++)
		free(job.outputs.v[i]);
	free(job.outputs.v);
	buf_free(&job.locals);
	buf_free(&job.out);
	free(template);
	return err;
}

char *substitute_comment(const struct plan *plan)
{
	struct kernel *k = plan->kernel;
	const char *btf = kernel_btf_path(k);
	struct buf b = {0};
	char *notes = strdup(plan->notes.data ? plan->notes.data : ""), *line, *save = NULL;

	buf_printf(&b, "/*\n * %s, as bcchost %s compiles it\n * kernel: %s (%s)%s\n",
		   plan->program->name, BCCHOST_VERSION, kernel_release(k), kernel_machine(k),
		   kernel_is_running(k) ? ", the running one" : "");
	buf_printf(&b, " * types: %s\n", btf ? btf : "no BTF; kernel headers");
	buf_printf(&b, " * template: %s\n", plan->program->template_path);
	for (line = strtok_r(notes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		buf_printf(&b, " * %s\n", line);
	buf_str(&b, " */\n");
	free(notes);
	return buf_take(&b);
}
