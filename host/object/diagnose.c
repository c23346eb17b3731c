/* SPDX-License-Identifier: Apache-2.0 */
#include "object/diagnose.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 20
#define HELPER	  "bcchost-compile: "
#define GENERATED "include/linux/kconfig.h:"

enum kind { KIND_NONE, KIND_ERROR, KIND_WARNING, KIND_NOTE };

struct line {
	const char *s;
	size_t len;
};

static bool next_line(const char **p, struct line *l)
{
	if (!**p)
		return false;
	l->s = *p;
	l->len = strcspn(*p, "\n");
	*p += l->len + ((*p)[l->len] == '\n');
	return true;
}

static bool starts(const struct line *l, const char *prefix)
{
	return l->len >= strlen(prefix) && strncmp(l->s, prefix, strlen(prefix)) == 0;
}

static const char *find(const struct line *l, const char *what)
{
	return memmem(l->s, l->len, what, strlen(what));
}

/* "FILE:LINE:COLUMN: error: …", or what LLVM says about no line: "error: …". */
static enum kind kind_of(const struct line *l)
{
	static const struct {
		const char *word;
		enum kind kind;
	} words[] = {
		{"fatal error: ", KIND_ERROR}, {"error: ", KIND_ERROR},
		{"LLVM ERROR: ", KIND_ERROR},  {"warning: ", KIND_WARNING},
		{"note: ", KIND_NOTE},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = find(l, words[i].word);

		if (at == l->s)
			return words[i].kind;
		if (at && at - l->s > 4 && at[-1] == ' ' && at[-2] == ':' &&
		    isdigit((unsigned char)at[-3]) && !isspace((unsigned char)*l->s))
			return words[i].kind;
	}
	return KIND_NONE;
}

/* The line with the ^ under a source line; newer clangs put a | before it. */
static bool is_caret_line(const struct line *l)
{
	bool caret = false;

	for (size_t i = 0; i < l->len; i++) {
		caret |= l->s[i] == '^' || l->s[i] == '~';
		if (!strchr(" \t|^~", l->s[i]))
			return false;
	}
	return caret;
}

static bool is_noise(const struct line *l)
{
	return starts(l, "Running from kernel directory at:") || starts(l, "clang -cc1 ") ||
	       starts(l, "In file included from ") ||
	       ((find(l, " error") || find(l, " warning")) && find(l, " generated.") &&
		isdigit((unsigned char)*l->s));
}

/* Nothing that a terminal would obey. */
static void add_line(struct buf *b, const struct line *l)
{
	for (size_t i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)l->s[i];

		buf_char(b, c == '\t' || (c >= ' ' && c != 0x7f) ? (char)c : '?');
	}
	buf_char(b, '\n');
}

static size_t count_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

/* "incomplete definition of type 'struct NAME'" and its like. */
static void note_missing(struct diagnosis *d, const struct line *l)
{
	const char *name = find(l, "'struct "), *end;

	name = name ? name : find(l, "(aka 'struct ");
	if (!name || d->missing[0])
		return;
	name = strstr(name, "struct ");
	end = memchr(name, '\'', (size_t)(l->s + l->len - name));
	if (end && (size_t)(end - name) < sizeof(d->missing))
		memcpy(d->missing, name, (size_t)(end - name));
}

static void look_at_error(struct diagnosis *d, const struct line *l)
{
	if (!d->nerrors++)
		d->in_headers = find(l, GENERATED) != NULL;
	if (find(l, "struct tracepoint__"))
		d->no_format = true;
	else if (find(l, "incomplete") || find(l, "unknown type name"))
		d->incomplete = true;
	if (!d->no_format && find(l, "incomplete"))
		note_missing(d, l);
}

/* The source line that belongs to a diagnostic, and the marks under it. */
static void take_snippet(const char **p, struct buf *to)
{
	const char *ahead = *p;
	struct line source, caret, fixit;

	if (!next_line(&ahead, &source) || !next_line(&ahead, &caret) || !is_caret_line(&caret))
		return;
	*p = ahead;
	if (to) {
		add_line(to, &source);
		add_line(to, &caret);
	}
	/* What to write instead, indented to the place; only newer clangs mark it. */
	if (next_line(&ahead, &fixit) && fixit.len && !kind_of(&fixit) &&
	    (memchr(caret.s, '|', caret.len) ? memchr(fixit.s, '|', fixit.len) != NULL
					     : *fixit.s == ' '))
		*p = ahead;
}

bool diagnose(struct diagnosis *d, const char *output)
{
	struct buf *to = NULL;
	const char *p = output;
	struct line l;

	*d = (struct diagnosis){0};
	while (next_line(&p, &l)) {
		enum kind kind = kind_of(&l);

		if (starts(&l, HELPER)) {
			l.s += strlen(HELPER);
			l.len -= strlen(HELPER);
			add_line(&d->helper, &l);
		} else if (kind != KIND_NONE) {
			if (kind == KIND_ERROR)
				look_at_error(d, &l);
			if (kind != KIND_NOTE)
				to = kind == KIND_ERROR ? &d->errors : &d->warnings;
			if (to == &d->errors && count_lines(to) >= LINES_MAX)
				to = NULL;
			if (to)
				add_line(to, &l);
			take_snippet(&p, to);
		} else if (!is_noise(&l)) {
			add_line(&d->rest, &l);
		}
	}
	return !buf_failed(&d->errors) && !buf_failed(&d->warnings) && !buf_failed(&d->helper) &&
	       !buf_failed(&d->rest);
}

static void chop(struct buf *b)
{
	while (b->len && b->data[b->len - 1] == '\n')
		b->data[--b->len] = '\0';
}

/* The last lines: a reason comes after the noise. */
static void add_tail(struct buf *text, const struct buf *from)
{
	size_t start = from->len, lines = 0;

	while (start && (from->data[start - 1] != '\n' || lines++ < LINES_MAX + 1))
		start--;
	buf_add(text, from->data ? from->data + start : "", from->len - start);
}

void diagnose_report(const struct diagnosis *d, struct buf *text)
{
	size_t shown = 0;
	const char *p = d->errors.data ?: "";
	struct line l;

	if (!d->nerrors) {
		add_tail(text, d->rest.len ? &d->rest : &d->helper);
		chop(text);
		return;
	}
	buf_add(text, d->errors.data ?: "", d->errors.len);
	while (next_line(&p, &l))
		shown += kind_of(&l) == KIND_ERROR;
	chop(text);
	if (shown < d->nerrors)
		buf_printf(text, "\n… and %zu more error%s", d->nerrors - shown,
			   d->nerrors - shown == 1 ? "" : "s");
	if (d->no_format)
		buf_str(text,
			"\nA struct tracepoint__CATEGORY__EVENT comes from the event's format in "
			"/sys/kernel/tracing/events: look whether the running kernel has the "
			"event, and whether you may read it (root may)");
	if (d->missing[0])
		buf_printf(
			text,
			"\n%s is none of the types of the kernel itself, as its BTF has them: it "
			"is of a module, or of no code that was built in. Define it in the text",
			d->missing);
}

void diagnose_free(struct diagnosis *d)
{
	buf_free(&d->errors);
	buf_free(&d->warnings);
	buf_free(&d->helper);
	buf_free(&d->rest);
}
