/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show: for --show, an event also says which cgroup it is of, in a member `cgroup_id`. A template
 * may have it itself, where an event is not of the task that runs when it is sent, or a table's row
 * is of one task; else, in the text that was made of the template, the member is put into the
 * struct that is sent, and set where it is sent.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/job.h"

#define MEMBER "cgroup_id"

void show_insert(struct job *job, size_t at, const char *text)
{
	struct job_insert *v = reallocarray(job->inserts, job->ninserts + 1, sizeof(*v));

	if (!v) {
		job->out.failed = true;
		return;
	}
	job->inserts = v;
	v[job->ninserts].at = at;
	v[job->ninserts].text = strdup(text);
	job->out.failed |= !v[job->ninserts++].text;
}

int show_sent(struct job *job, const char *path, unsigned int line, const char *data, size_t len)
{
	struct job_sent *v = reallocarray(job->sent, job->nsent + 1, sizeof(*v));

	if (!v)
		return error_nomem(job->e);
	job->sent = v;
	while (len && strchr(" \t\n", *data)) {
		data++;
		len--;
	}
	v += job->nsent++;
	*v = (struct job_sent){.at = job->out.len, .line = line};
	v->path = strdup(path);
	v->data = strndup(data, len);
	/* It is written once more: lines keep their numbers. */
	for (char *c = v->data; c && *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	return v->path && v->data ? 0 : error_nomem(job->e);
}

/* The next piece that is no white space. */
static struct scan_piece next(struct scan *s)
{
	struct scan_piece p;

	do {
		p = scan_next(s);
	} while (p.kind == SCAN_SPACE);
	return p;
}

static bool is_char(const struct scan_piece *p, char c)
{
	return p->kind == SCAN_OTHER && p->len == 1 && *p->start == c;
}

static bool same(const struct scan_piece *a, const struct scan_piece *b)
{
	return a->len == b->len && memcmp(a->start, b->start, a->len) == 0;
}

/* What is sent, in "&call->e": its last word. */
static struct scan_piece last_word(const char *data)
{
	struct scan_piece p, last = {.kind = SCAN_END};
	struct scan s;

	scan_init(&s, data);
	while ((p = next(&s)).kind != SCAN_END)
		if (p.kind == SCAN_WORD)
			last = p;
	return last;
}

/*
 * The struct that a variable was last declared to be, before `until`: "struct event *e". *list is
 * where its initialiser begins, if that names no members.
 */
static struct scan_piece struct_of(const char *text, const char *until,
				   const struct scan_piece *var, const char **list)
{
	struct scan_piece p, name, found = {.kind = SCAN_END};
	struct scan s, look;

	*list = NULL;
	scan_init(&s, text);
	while ((p = scan_next(&s)).kind != SCAN_END && p.start < until) {
		if (!scan_is(&p, "struct"))
			continue;
		look = s;
		name = next(&look);
		p = next(&look);
		while (is_char(&p, '*'))
			p = next(&look);
		if (name.kind != SCAN_WORD || !same(&p, var))
			continue;
		found = name;
		*list = NULL;
		p = next(&look);
		if (!is_char(&p, '='))
			continue;
		p = next(&look);
		if (!is_char(&p, '{'))
			continue;
		p = next(&look);
		name = next(&look);
		if (!is_char(&p, '.') && !is_char(&p, '}') &&
		    !(is_char(&p, '0') && is_char(&name, '}')))
			*list = p.start;
	}
	return found;
}

/* Behind the brace that opens the struct's definition; NULL: there is none. *own: it has the
 * member. */
static const char *body_of(const char *text, const struct scan_piece *name, bool *own)
{
	struct scan_piece p;
	struct scan s, in;
	const char *inner;
	size_t len;

	scan_init(&s, text);
	while ((p = scan_next(&s)).kind != SCAN_END) {
		if (!scan_is(&p, "struct"))
			continue;
		p = next(&s);
		if (p.kind != SCAN_WORD || !same(&p, name) || !scan_reach(&s, '{'))
			continue;
		in = s;
		if (!scan_group(&s, &inner, &len))
			return NULL;
		*own = false;
		for (next(&in); (p = next(&in)).kind != SCAN_END && p.start < inner + len;)
			*own = *own || scan_is(&p, MEMBER);
		return inner;
	}
	return NULL;
}

static int add_member(struct job *job, const struct job_sent *sent)
{
	const char *text = job->out.data, *body = NULL, *list;
	struct scan_piece var = last_word(sent->data), name = {.kind = SCAN_END};
	struct buf set = {0};
	size_t at;
	bool own;

	if (var.kind == SCAN_WORD)
		name = struct_of(text, text + sent->at, &var, &list);
	if (name.kind == SCAN_WORD)
		body = body_of(text, &name, &own);
	if (!body)
		return error_set(
			job->e, FAULT_TOOL, -EINVAL,
			"%s:%u: --show: cannot tell what struct `%s` is: declare what is "
			"sent as `struct NAME *%.*s`, of a struct that the template defines",
			sent->path, sent->line, sent->data, (int)var.len, var.start ?: "");
	if (own)
		return 0;
	if (job->other_task)
		return error_set(job->e, FAULT_USAGE, -EOPNOTSUPP,
				 "--show: %s tells of other tasks than the one that runs, and "
				 "struct %.*s has no member " MEMBER " (%s:%u)",
				 job->plan->program->name, (int)name.len, name.start, sent->path,
				 sent->line);
	if (list)
		return error_set(
			job->e, FAULT_TOOL, -EINVAL,
			"%s:%u: --show: it puts a member into struct %.*s, so that `%s` is "
			"to be initialised by names ({.pid = 1})",
			sent->path, sent->line, (int)name.len, name.start, sent->data);
	at = (size_t)(body - text);
	for (size_t i = 0; i < job->ninserts; i++)
		if (job->inserts[i].at == at)
			at = 0;
	if (at)
		show_insert(job, at, " u64 " MEMBER ";");
	buf_printf(&set, "(%s)->" MEMBER " = bpf_get_current_cgroup_id(); ", sent->data);
	show_insert(job, sent->at, set.data ?: "");
	job->out.failed |= buf_failed(&set);
	buf_free(&set);
	return 0;
}

static bool has_member(const char *text)
{
	struct scan_piece p;
	struct scan s;

	scan_init(&s, text);
	while ((p = scan_next(&s)).kind != SCAN_END)
		if (scan_is(&p, MEMBER))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct job_insert *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Puts what is to be inserted where it belongs. */
static void insert_all(struct job *job)
{
	struct buf all = {0};
	size_t at = 0;

	qsort(job->inserts, job->ninserts, sizeof(*job->inserts), compare);
	for (size_t i = 0; i < job->ninserts; i++) {
		const struct job_insert *in = &job->inserts[i];

		buf_add(&all, job->out.data + at, in->at - at);
		buf_str(&all, in->text ?: "");
		at = in->at;
	}
	buf_add(&all, job->out.data + at, job->out.len - at);
	all.failed |= job->out.failed;
	buf_free(&job->out);
	job->out = all;
}

int show_finish(struct job *job)
{
	const struct program *p = job->plan->program;
	int err = 0;

	if (buf_failed(&job->out))
		return error_nomem(job->e);
	for (size_t i = 0; job->plan->options->show && i < job->nsent && !err; i++)
		err = add_member(job, &job->sent[i]);
	if (!err && job->plan->options->show && p->output == PROGRAM_TOP &&
	    !has_member(job->out.data))
		err = error_set(job->e, FAULT_USAGE, -EOPNOTSUPP,
				"--show: a row of %s is of all tasks together: its table %s has no "
				"member " MEMBER,
				p->name, p->table);
	if (!err && job->ninserts)
		insert_all(job);
	return err;
}

void show_free(struct job *job)
{
	for (size_t i = 0; i < job->ninserts; i++)
		free(job->inserts[i].text);
	for (size_t i = 0; i < job->nsent; i++) {
		free(job->sent[i].path);
		free(job->sent[i].data);
	}
	free(job->inserts);
	free(job->sent);
}
