/* SPDX-License-Identifier: Apache-2.0 */
#include "script/view_program.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_WIDTH 32 /* characters of a text that may be longer, unless it is the last column */

/* Names that scripts give to addresses, of 8 bytes, in the kernel's code. */
static const char *const code_names[] = {"ip",	      "addr",  "func",	 "caller",
					 "caller_ip", "kaddr", "ip_addr"};

static bool listed(const char *name)
{
	for (size_t i = 0; i < sizeof(code_names) / sizeof(code_names[0]); i++)
		if (strcasecmp(name, code_names[i]) == 0)
			return true;
	return false;
}

static bool is_internet(const struct layout_field *f)
{
	const char *end = strcasestr(f->name, "addr");

	return end && (f->size == 4 || f->size == 16) && f->kind != LAYOUT_CHARS;
}

static enum program_format format_of(const struct layout_field *f)
{
	if (is_internet(f))
		return PROGRAM_FORMAT_IP;
	if (f->kind == LAYOUT_BYTES)
		return PROGRAM_FORMAT_BYTES;
	if (f->kind == LAYOUT_UNSIGNED && f->size == 8 && listed(f->name))
		return PROGRAM_FORMAT_KSYM;
	return PROGRAM_FORMAT_AUTO;
}

bool view_program_right(const struct layout_field *f)
{
	return f->kind != LAYOUT_CHARS && format_of(f) == PROGRAM_FORMAT_AUTO;
}

static unsigned int width_of(const struct layout_field *f, const char *title)
{
	static const unsigned int numbers[] = {[1] = 3, [2] = 5, [4] = 7, [8] = 14};
	unsigned int width = (unsigned int)strlen(title), own = 16;

	if (f->kind == LAYOUT_CHARS)
		own = f->size <= TEXT_WIDTH ? f->size : TEXT_WIDTH;
	else if (view_program_right(f) && f->size < sizeof(numbers) / sizeof(numbers[0]))
		own = numbers[f->size];
	return own > width ? own : width;
}

/* Names that an object has already (tool/fields.h), or that are none there. */
static bool name_field(struct program_column *c)
{
	static const char *const taken[] = {"time", "elapsed_ns", "interval_ns", "table"};
	char *to;
	bool same;

	to = c->as = strdup(c->field);
	if (!to)
		return false;
	/* "list[2].pid" is list_2_pid. */
	for (const char *s = c->field; *s; s++) {
		if (isalnum((unsigned char)*s) || *s == '_')
			*to++ = (char)tolower((unsigned char)*s);
		else if (*s != ']')
			*to++ = '_';
	}
	*to = '\0';
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		same = strcmp(c->as, taken[i]) == 0;
		if (!same)
			continue;
		free(c->as);
		if (asprintf(&c->as, "field_%s", taken[i]) < 0)
			return false;
	}
	return true;
}

bool view_program_is_stack(const struct program *p, const char *field)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].field && strcmp(p->columns[i].field, field) == 0)
			return program_column_is_stack(&p->columns[i]);
	return false;
}

static const char *stack_table(const struct object *o)
{
	for (size_t i = 0; i < o->nmaps; i++)
		if (o->maps[i].type == BPF_MAP_TYPE_STACK_TRACE)
			return o->maps[i].name;
	return NULL;
}

/* The table that the field is a number in; *user: of a user's stack. NULL: it is no stack. */
static const char *stack_of(const struct layout_field *f, const struct source *s,
			    const struct object *o, bool *user)
{
	const char *name = strcasestr(f->name, "stack");

	if ((f->kind != LAYOUT_UNSIGNED && f->kind != LAYOUT_SIGNED) ||
	    (f->size != 4 && f->size != 8))
		return NULL;
	for (size_t i = 0; i < s->nstacks; i++) {
		if (strcmp(s->stacks[i].field, f->name) != 0)
			continue;
		*user = s->stacks[i].user;
		return s->stacks[i].table;
	}
	/* By way of a variable of another name. */
	if (!name ||
	    (name[5] && strcasecmp(name + 5, "id") != 0 && strcasecmp(name + 5, "_id") != 0))
		return NULL;
	*user = strcasestr(f->name, "user") || tolower((unsigned char)f->name[0]) == 'u';
	return stack_table(o);
}

/* Whose program a user's stack is in. */
static const char *process_field(const struct layout *l)
{
	static const char *const names[] = {"tgid", "pid", "pid_tgid", "tid", "id"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct layout_field *f = layout_find(l, names[i]);

		if (f && (f->kind == LAYOUT_UNSIGNED || f->kind == LAYOUT_SIGNED) && f->size >= 4)
			return names[i];
	}
	return NULL;
}

/* The last column becomes one of a stack. */
static bool make_stack(struct program *p, const struct layout *l, const char *table, bool user)
{
	struct program_column *c = &p->columns[p->ncolumns - 1];
	const char *pid = user ? process_field(l) : NULL;

	free(c->title);
	c->title = strdup(user ? "user stack" : "kernel stack");
	c->format = user ? PROGRAM_FORMAT_USER_STACK : PROGRAM_FORMAT_STACK;
	c->show_module = user;
	c->stacks = strdup(table);
	c->pid = pid ? strdup(pid) : NULL;
	return c->title && c->stacks && (!pid || c->pid);
}

static bool add_column(struct program *p, const struct layout_field *f)
{
	struct program_column *c = &p->columns[p->ncolumns];

	c->title = strdup(f->name);
	c->field = strdup(f->name);
	if (!c->title || !c->field || !name_field(c)) {
		free(c->title);
		free(c->field);
		return false;
	}
	p->ncolumns++;
	for (char *s = c->title; *s; s++)
		*s = (char)toupper((unsigned char)*s);
	c->format = format_of(f);
	c->align = view_program_right(f) ? PROGRAM_ALIGN_RIGHT : PROGRAM_ALIGN_LEFT;
	c->width = width_of(f, c->title);
	return true;
}

static struct program *begin(enum program_output output, const char *path, const char *table,
			     size_t columns)
{
	struct program *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->name = strdup("run");
	p->path = strdup(path);
	p->template_path = strdup(path);
	p->table = table ? strdup(table) : NULL;
	p->origin = table ? strdup(table) : NULL;
	p->columns = calloc(columns + 1, sizeof(*p->columns));
	p->output = output;
	/* What a histogram counts is all that is known of it. */
	if (output == PROGRAM_HISTOGRAM) {
		p->labels = calloc(1, sizeof(*p->labels));
		p->nlabels = p->labels && (p->labels[0].text = strdup(table)) ? 1 : 0;
	}
	if (p->name && p->path && p->template_path && p->columns && (p->table || !table))
		return p;
	program_free(p);
	return NULL;
}

/* BCC's own choice where the key has no member of that name: the second one. */
static size_t slot_of(const struct layout *l, size_t nkey)
{
	for (size_t i = 0; i < nkey; i++)
		if (strcmp(l->fields[i].name, "slot") == 0)
			return i;
	return nkey > 1 ? 1 : 0;
}

struct program *view_program(enum program_output output, const char *path, const char *table,
			     const struct layout *l, size_t nkey, const struct source *s,
			     const struct object *o)
{
	struct program *p = begin(output, path, table, l->nfields);
	bool histogram = output == PROGRAM_HISTOGRAM, ok = p != NULL, user = false;
	size_t n = histogram ? nkey : l->nfields, slot = slot_of(l, nkey);

	for (size_t i = 0; i < n && ok; i++) {
		if (histogram && i == slot) {
			p->slot = strdup(l->fields[i].name);
			ok = p->slot != NULL;
		} else {
			const char *from = stack_of(&l->fields[i], s, o, &user);

			ok = add_column(p, &l->fields[i]);
			if (ok && from && !histogram)
				ok = make_stack(p, l, from, user);
		}
	}
	if (ok)
		return p;
	program_free(p);
	return NULL;
}

struct program *view_program_pipe(const char *path)
{
	static const struct layout_field fields[] = {
		{.name = (char *)"comm", .kind = LAYOUT_CHARS, .size = 16},
		{.name = (char *)"pid", .kind = LAYOUT_UNSIGNED, .size = 4},
		{.name = (char *)"message", .kind = LAYOUT_CHARS, .size = TEXT_WIDTH},
	};
	struct program *p = begin(PROGRAM_TRACE_PIPE, path, NULL, 4);
	bool ok = p != NULL;

	if (ok) {
		p->columns[0] = (struct program_column){
			.title = strdup("TIME(s)"),
			.value = PROGRAM_COLUMN_ELAPSED,
			.field = strdup("ts_ns"),
			.width = 13,
			.decimals = 6,
			.align = PROGRAM_ALIGN_LEFT,
		};
		ok = p->columns[0].title && p->columns[0].field;
		p->ncolumns = 1;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && ok; i++)
		ok = add_column(p, &fields[i]);
	if (ok)
		return p;
	program_free(p);
	return NULL;
}
