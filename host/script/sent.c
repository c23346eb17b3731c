/* SPDX-License-Identifier: Apache-2.0 */
#include "script/sent.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "object/object.h"
#include "text/scan.h"

/* A piece of the text. */
struct span {
	const char *start;
	size_t len;
};

struct declared {
	struct span name, type;
	struct span dims; /* "[3]" of an array */
	bool pointer;
};

struct sending {
	struct scan scan;
	struct declared *vars; /* all that were declared so far, members too */
	size_t nvars, room;
	struct span type;    /* what may be a type, with nothing but stars behind it */
	bool star;	     /* … and there are some */
	struct span of;	     /* the type of the declaration that we are in */
	int depth, of_depth; /* open brackets; … where that declaration is */
	bool begins;	     /* a declaration may begin here */
	struct buf out;
	char **done; /* tables that are told of */
	size_t ndone;
	bool failed;
};

static bool is(const struct span *s, const char *word)
{
	return s->len == strlen(word) && memcmp(s->start, word, s->len) == 0;
}

static bool one_of(const struct scan_piece *p, const char *const *words)
{
	for (; *words; words++)
		if (scan_is(p, *words))
			return true;
	return false;
}

/* The brackets that come next. */
static struct span dimensions(struct scan ahead)
{
	struct span dims = {0};
	const char *inner;
	size_t len;

	while (scan_reach(&ahead, '[')) {
		const char *start = dims.len ? dims.start : ahead.at;

		if (!scan_group(&ahead, &inner, &len) || !len)
			break;
		dims = (struct span){start, (size_t)(ahead.at - start)};
	}
	return dims;
}

static void declare(struct sending *s, const struct scan_piece *name)
{
	if (s->nvars == s->room) {
		size_t room = s->room ? 2 * s->room : 64;
		struct declared *grown = reallocarray(s->vars, room, sizeof(*grown));

		if (!grown) {
			s->failed = true;
			return;
		}
		s->vars = grown;
		s->room = room;
	}
	s->vars[s->nvars++] =
		(struct declared){{name->start, name->len}, s->type, dimensions(s->scan), s->star};
	s->of = s->type;
	s->of_depth = s->depth;
}

/* The last one of that name. */
static const struct declared *find_declared(const struct sending *s, const struct span *name)
{
	for (size_t i = s->nvars; i > 0; i--)
		if (s->vars[i - 1].name.len == name->len &&
		    memcmp(s->vars[i - 1].name.start, name->start, name->len) == 0)
			return &s->vars[i - 1];
	return NULL;
}

/* The last word of argument i: of "(void *)&call->e" the e; *element: it is one of an array. */
static struct span argument(const char *inner, size_t len, int i, bool *element)
{
	struct span found = {0};
	struct scan_piece p;
	struct scan s;
	int depth = 0;

	scan_init(&s, inner);
	while (s.at < inner + len && (p = scan_next(&s)).kind != SCAN_END) {
		bool other = p.kind == SCAN_OTHER && p.len == 1;

		if (other && *p.start == '[' && !depth && !i)
			*element = true;
		if (other && strchr("([{", *p.start))
			depth++;
		else if (other && strchr(")]}", *p.start))
			depth--;
		else if (other && *p.start == ',' && !depth && !i--)
			break;
		else if (p.kind == SCAN_WORD && !depth && !i)
			found = (struct span){p.start, p.len}, *element = false;
	}
	return found;
}

/* Does a pointer to it point to as many bytes as there are? */
static bool is_bytes(const struct span *type)
{
	static const char *const names[] = {"void", "char", "u8", "__u8", "uint8_t", "unsigned"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is(type, names[i]))
			return true;
	return false;
}

static void tell(struct sending *s, const struct scan_piece *table, const struct declared *var,
		 bool element)
{
	char *name = strndup(table->start, table->len), **grown;
	const struct span *type = &var->type;

	if (name && source_listed(s->done, s->ndone, name)) {
		free(name);
		return;
	}
	grown = reallocarray(s->done, s->ndone + 1, sizeof(*grown));
	if (!name || !grown) {
		free(name);
		s->failed = true;
		return;
	}
	s->done = grown;
	grown[s->ndone++] = name;
	/* The text may end in a comment. */
	if (!s->out.len)
		buf_char(&s->out, '\n');
	if (var->dims.len && !element)
		buf_printf(&s->out, "struct " OBJECT_EVENT "of_%s { %.*s value%.*s; };\n", name,
			   (int)type->len, type->start, (int)var->dims.len, var->dims.start);
	if (var->dims.len && !element)
		buf_printf(&s->out,
			   "BPF_ARRAY(" OBJECT_EVENT "%s, struct " OBJECT_EVENT "of_%s, 1);\n",
			   name, name);
	else
		buf_printf(&s->out, "BPF_ARRAY(" OBJECT_EVENT "%s, %.*s, 1);\n", name,
			   (int)type->len, type->start);
}

/* TABLE.perf_submit(ctx, &e, size): the scanner is behind TABLE. */
static void look_at_call(struct sending *s, const struct scan_piece *table)
{
	static const struct {
		const char *name;
		int data; /* which argument */
	} methods[] = {{"perf_submit", 1},
		       {"perf_submit_skb", 2},
		       {"ringbuf_output", 0},
		       {"ringbuf_submit", 0}};
	struct scan ahead = s->scan;
	struct scan_piece dot = scan_next(&ahead), method = scan_next(&ahead);
	const struct declared *var;
	struct span data;
	bool element = false;
	const char *inner;
	size_t len;

	if (dot.kind != SCAN_OTHER || *dot.start != '.' || !scan_reach(&ahead, '(') ||
	    !scan_group(&ahead, &inner, &len))
		return;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!scan_is(&method, methods[i].name))
			continue;
		data = argument(inner, len, methods[i].data, &element);
		var = data.len ? find_declared(s, &data) : NULL;
		if (var && !(var->pointer && is_bytes(&var->type)))
			tell(s, table, var, element);
	}
}

/* Is what follows what may stand behind a variable that is declared? */
static bool ends_name(struct sending *s)
{
	struct scan ahead = s->scan;

	return scan_reach(&ahead, '=') || scan_reach(&ahead, ';') || scan_reach(&ahead, ',') ||
	       scan_reach(&ahead, '[') || scan_reach(&ahead, ')');
}

static void look_at_word(struct sending *s, const struct scan_piece *p)
{
	static const char *const passed[] = {"const",	 "volatile", "static",
					     "register", "typedef",  NULL};
	static const char *const never[] = {"return", "else", "goto", "case", "sizeof", "do", NULL};

	if (*s->scan.at == '.')
		look_at_call(s, p);
	if (one_of(p, passed))
		return;
	if (s->type.len && !is(&s->type, "struct") && !is(&s->type, "union") && ends_name(s)) {
		declare(s, p);
		s->type.len = 0;
	} else if (is(&s->type, "struct") || is(&s->type, "union")) {
		/* As it stands, from "struct" to its name. */
		s->type.len = (size_t)(p->start + p->len - s->type.start);
	} else {
		s->type = (struct span){p->start, s->begins && !one_of(p, never) ? p->len : 0};
		s->star = false;
	}
	s->begins = false;
}

static void look_at_other(struct sending *s, char c)
{
	if (c == '*') {
		s->star = true;
		return;
	}
	s->type.len = 0;
	if (strchr("([{", c))
		s->depth++;
	else if (strchr(")]}", c))
		s->depth--;
	if (c == ';' && s->depth <= s->of_depth)
		s->of.len = 0;
	/* "struct one e = {}, *r;" */
	if (c == ',' && s->of.len && s->depth == s->of_depth)
		s->type = s->of, s->star = false;
	s->begins = strchr(";{}(),", c) != NULL;
}

int sent_tables(const struct source *source, char **text, struct error *e)
{
	struct sending s = {.begins = true};
	struct scan_piece p;
	int err = 0;

	scan_init(&s.scan, source->text);
	while (!s.failed && (p = scan_next(&s.scan)).kind != SCAN_END) {
		if (p.kind == SCAN_WORD)
			look_at_word(&s, &p);
		else if (p.kind == SCAN_OTHER)
			look_at_other(&s, p.len == 1 ? *p.start : '0');
	}
	*text = s.out.len ? buf_take(&s.out) : NULL;
	if (s.failed || (s.ndone && !*text))
		err = error_nomem(e);
	if (err) {
		free(*text);
		*text = NULL;
	}
	buf_free(&s.out);
	for (size_t i = 0; i < s.ndone; i++)
		free(s.done[i]);
	free(s.done);
	free(s.vars);
	return err;
}
