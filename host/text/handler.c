/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handler: the functions that probes run. One is written once, as SIGNATURE has it, whatever runs
 * it: for fentry and fexit, which hand over an array, a wrapper calls it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/job.h"
#include "text/signature.h"
#include "text/substitute.h"
#include "text/target.h"

void handler_definition(struct job *job, const struct scan *s)
{
	job->out_start = job->out.len;
	job->text_start = s->at;
	job->out_word = SIZE_MAX;
	job->probe = NULL;
}

/* The scanner is behind the name; what was written since the definition began is taken back. */
static int leave_out(struct job *job, struct scan *s, const char *path,
		     const struct scan_piece *name)
{
	const char *inner;
	size_t len;

	if (!scan_reach(s, '(') || !scan_group(s, &inner, &len) || !scan_reach(s, '{') ||
	    !scan_group(s, &inner, &len))
		return error_set(job->e, FAULT_TOOL, -EINVAL,
				 "%s:%u: %.*s is not the definition of a function", path,
				 name->line, (int)name->len, name->start);
	job->out.len = job->out_start;
	expand_lines(job, job->text_start, s->at);
	handler_definition(job, s);
	return 0;
}

/* Is SIGNATURE what the parameters begin with? */
static bool has_signature(const struct scan *s)
{
	struct scan look = *s;
	struct scan_piece p;

	scan_next(&look); /* the parenthesis */
	do {
		p = scan_next(&look);
	} while (p.kind == SCAN_SPACE);
	return scan_is(&p, "SIGNATURE");
}

static bool contains(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

/* Does a handler that is written without SIGNATURE take parameters, or read their registers? */
static bool reads_parameters(const struct scan *s)
{
	struct scan look = *s;
	const char *inner;
	size_t len;

	if (!scan_reach(&look, '(') || !scan_group(&look, &inner, &len))
		return false;
	if (contains(inner, len, ","))
		return true;
	return scan_reach(&look, '{') && scan_group(&look, &inner, &len) &&
	       contains(inner, len, "PT_REGS_PARM");
}

/* "int NAME(" becomes "static int NAME("; its wrapper is what is attached. */
static void wrap(struct job *job, const char *name)
{
	struct buf head = {0};

	buf_add(&head, job->out.data, job->out_word);
	buf_str(&head, "static ");
	buf_add(&head, job->out.data + job->out_word, job->out.len - job->out_word);
	buf_str(&head, name);
	job->out.failed |= head.failed;
	job->out.len = 0;
	buf_add(&job->out, head.data, head.len);
	buf_free(&head);
	free(job->wrapped);
	job->wrapped = strdup(name);
	job->call.len = 0;
}

int handler_word(struct job *job, struct scan *s, const char *path, const struct scan_piece *word,
		 bool *done)
{
	const struct plan_probe *pp;
	struct scan look = *s;
	char *name;
	int err = 0;

	*done = false;
	if (job->out_word == SIZE_MAX)
		job->out_word = job->out.len;
	if (!scan_reach(&look, '('))
		return 0;
	name = strndup(word->start, word->len);
	if (!name)
		return error_nomem(job->e);
	pp = plan_probe_of(job->plan, name);
	if (pp)
		job->probe = pp;
	if (plan_left_out(job->plan, name)) {
		*done = true;
		err = leave_out(job, s, path, word);
	} else if (pp && has_signature(&look) && program_probe_is_fentry(pp->probe->kind)) {
		*done = true;
		job->returns = pp->probe->kind == PROGRAM_KRETFUNC;
		wrap(job, name);
	} else if (pp && !has_signature(&look) && reads_parameters(&look)) {
		target_leave_out(job->plan, name);
	}
	free(name);
	return err;
}

void handler_end(struct job *job)
{
	free(job->wrapped);
	job->wrapped = NULL;
}

/*
 * The array of fexit has the result behind the parameters; the handler gets it as one more.
 *
 * The wrapper comes before the handler, which is declared for it, all on the line of the
 * parameters: it is in these alone that one kernel's text differs from another's.
 */
static int add_wrapper(struct job *job)
{
	size_t len = job->out.len - job->out_word;
	char *head = strndup(job->out.data + job->out_word, len); /* "static int NAME(…" */

	if (!head)
		return error_nomem(job->e);
	buf_printf(&job->out,
		   "); int %s" SUBSTITUTE_WRAPPER "(u64 *ctx) { return %s((void *)ctx%s); } ",
		   job->wrapped, job->wrapped, job->call.len ? job->call.data : "");
	buf_add(&job->out, head, len);
	free(head);
	return 0;
}

int handler_signature(struct job *job, struct scan *s, const char *path,
		      const struct scan_piece *word)
{
	const char *inner;
	size_t len, nparams;
	int err = expand_group(job, s, path, word, &inner, &len);

	if (err)
		return err;
	err = signature_expand(job->plan, job->probe, inner, len, &job->out, &job->call, &nparams,
			       job->e);
	if (err)
		return error_prefix(job->e, err, "%s:%u", path, word->line);
	if (job->wrapped && job->returns) {
		buf_str(&job->out, ", long bcchost_result");
		buf_printf(&job->call, ", ctx[%zu]", nparams);
	}
	if (job->wrapped)
		err = add_wrapper(job);
	expand_lines(job, inner, inner + len);
	return err;
}

void handler_result(struct job *job)
{
	buf_str(&job->out, job->wrapped ? "bcchost_result" : "((long)PT_REGS_RC(ctx))");
}
