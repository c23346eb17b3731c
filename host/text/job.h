/* SPDX-License-Identifier: Apache-2.0 */
/* job: what the files that expand a template share while they do it. Nobody else includes it. */
#ifndef BCCHOST_TEXT_JOB_H
#define BCCHOST_TEXT_JOB_H

#include "base/buf.h"
#include "base/error.h"
#include "text/filter.h"
#include "text/plan.h"
#include "text/scan.h"

/* Text that comes into `out` once the template is expanded. */
struct job_insert {
	size_t at;
	char *text;
};

/* A perf_submit: where in `out` its statement begins, and what it sends. */
struct job_sent {
	size_t at;
	char *path, *data;
	unsigned int line;
};

struct job {
	struct plan *plan;
	struct filter filter;
	struct buf out;
	struct error *e;
	char **outputs; /* the tables declared with BPF_PERF_OUTPUT or BPF_RINGBUF_OUTPUT */
	size_t noutputs;
	bool counts; /* something calls SUBSTITUTE_COUNT_LOST */

	/* The definition that the scanner is in, outside of braces: */
	size_t out_start;	/* where it began in `out` */
	const char *text_start; /* … and in the template */
	size_t out_word;	/* its first word in `out`; SIZE_MAX before there is one */

	const struct plan_probe *probe; /* the one that runs the definition's handler; or NULL */

	/* The handler that the scanner is in, if fentry or fexit runs it (handler.c): */
	char *wrapped;	 /* its name; NULL: none */
	struct buf call; /* the arguments that its wrapper hands on */
	bool returns;	 /* by fexit: it is given the result, too */

	size_t prologue_end; /* in `out` */
	bool other_task;     /* there is a FILTER_TASK */
	bool wants_group;    /* a word asked for a task's cgroup */
	struct job_insert *inserts;
	size_t ninserts;
	struct job_sent *sent; /* for --show */
	size_t nsent;
};

/* --- expand.c --- */

/* Expands a file's text, and those that it includes, into job->out. */
int expand_text(struct job *job, const char *path, const char *text, unsigned int depth);
void expand_free(struct job *job);

/* Passes over "( … )" behind a word; an error that names the word if it is not there. */
int expand_group(struct job *job, struct scan *s, const char *path, const struct scan_piece *word,
		 const char **inner, size_t *len);

/* Newlines that a replaced piece had are kept, so that the lines after it keep their numbers. */
void expand_lines(struct job *job, const char *start, const char *end);

/* --- handler.c --- */

/* A new definition begins where `out` and the scanner are. */
void handler_definition(struct job *job, const struct scan *s);

/*
 * A word outside of braces. If it is the name of a handler that the plan leaves out, the whole
 * function becomes empty lines; if fentry or fexit runs it, it gets a wrapper. *done
 * tells whether the word is dealt with.
 */
int handler_word(struct job *job, struct scan *s, const char *path, const struct scan_piece *word,
		 bool *done);

/* The brace that ends a function was written. */
void handler_end(struct job *job);

/* SIGNATURE(…) and RESULT. */
int handler_signature(struct job *job, struct scan *s, const char *path,
		      const struct scan_piece *word);
void handler_result(struct job *job);

/* --- submit.c --- */

/* BPF_PERF_OUTPUT(table), BPF_RINGBUF_OUTPUT(table, pages), and for a table that was declared so
 * table.perf_submit(…) and the other calls that may find no room. */
int submit_declare(struct job *job, struct scan *s, const char *path,
		   const struct scan_piece *word);
int submit_declare_ring(struct job *job, const struct scan *s, const struct scan_piece *word);
bool submit_is_table(const struct job *job, const struct scan_piece *word);
int submit_call(struct job *job, struct scan *s, const char *path, const struct scan_piece *table);

/* --- show.c --- */

/* `out` is at the statement that sends `data`, for --show. */
int show_sent(struct job *job, const char *path, unsigned int line, const char *data, size_t len);

/* Text that show_finish is to put there. */
void show_insert(struct job *job, size_t at, const char *text);

/* The template is expanded: puts into `out` what --show needs, and what is to be inserted. */
int show_finish(struct job *job);
void show_free(struct job *job);

#endif
