/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lines.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char directive[] = "#line ";

/* Where the text is, at the start of a line. */
struct place {
	unsigned long line; /* as the #line directives count */
	bool comment;	    /* inside of one */
	bool continued;	    /* the line before ended in a backslash */
	int brackets;	    /* ( or [ that are open: maybe a macro's arguments */
	int braces;	    /* { that are */
	const char *body;   /* behind the { of a function that begins in this line; or NULL */
	char last;	    /* the last character that is neither blank nor comment; 0: none */
};

static bool is_directive(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

/* A line at which a statement or a declaration begins. */
static bool begins_something(const struct place *at, const char *line)
{
	const char *p = line + strspn(line, " \t");

	return !at->comment && !at->continued && !at->brackets && *p && *p != '\n' && *p != '#' &&
	       *p != '}' && (!at->last || strchr(";{}", at->last));
}

/* Past a string or character constant that begins at p. */
static const char *skip_quoted(const char *p, const char *end)
{
	char quote = *p++;

	while (p < end && *p != quote)
		p += 1 + (*p == '\\' && p + 1 < end);
	return p < end ? p + 1 : end;
}

/* Reads one line, without its newline, that is no directive. */
static void read_line(struct place *at, const char *p, const char *end)
{
	while (p < end) {
		if (at->comment) {
			if (p[0] == '*' && p + 1 < end && p[1] == '/') {
				at->comment = false;
				p++;
			}
			p++;
			continue;
		}
		if (p[0] == '/' && p + 1 < end && p[1] == '/')
			return;
		if (p[0] == '/' && p + 1 < end && p[1] == '*') {
			at->comment = true;
			p += 2;
			continue;
		}
		if (*p == '"' || *p == '\'') {
			at->last = *p;
			p = skip_quoted(p, end);
			continue;
		}
		if (*p == '(' || *p == '[')
			at->brackets++;
		else if ((*p == ')' || *p == ']') && at->brackets > 0)
			at->brackets--;
		else if (*p == '{' && !at->braces++ && at->last == ')')
			at->body = p + 1;
		else if (*p == '}' && at->braces > 0)
			at->braces--;
		if (!isspace((unsigned char)*p))
			at->last = *p;
		p++;
	}
}

/* The line, and its newline. What follows the { of a function in the same line goes to one of its
 * own, where it stood: libbcc puts its lines in between. */
static void add_line(struct buf *out, const struct place *at, const char *line, size_t len)
{
	size_t head = at->body ? (size_t)(at->body - line) : len;
	size_t rest = head + strspn(line + head, " \t");

	buf_add(out, line, head);
	if (rest < len && line[rest] != '\n' && line[rest] != '\r' && line[rest] != '/' &&
	    line[len - 1] != '\\') {
		buf_printf(out, "\n#line %lu\n", at->line);
		for (size_t i = 0; i < head; i++)
			buf_char(out, line[i] == '\t' ? '\t' : ' ');
	}
	buf_add(out, line + head, len - head);
}

char *lines_pin(const char *text)
{
	struct place at = {.line = 1};
	struct buf out = {0};
	bool in_directive = false;

	if (strncmp(text, directive, strlen(directive)) != 0 && !strstr(text, "\n#line "))
		return strdup(text);
	while (*text) {
		size_t len = strcspn(text, "\n");
		bool line_directive = strncmp(text, directive, strlen(directive)) == 0;

		if (begins_something(&at, text))
			buf_printf(&out, "#line %lu\n", at.line);
		in_directive = at.continued ? in_directive : !at.comment && is_directive(text);
		at.body = NULL;
		if (!in_directive)
			read_line(&at, text, text + len);
		add_line(&out, &at, text, len + (text[len] == '\n'));
		at.continued = len && text[len - 1] == '\\';
		if (line_directive)
			at.line = strtoul(text + strlen(directive), NULL, 10);
		else
			at.line++;
		text += len + (text[len] == '\n');
	}
	return buf_take(&out);
}

void lines_forget(char *text)
{
	for (char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, directive, strlen(directive)) == 0)
			memset(p, ' ', strcspn(p, "\n"));
	}
}
