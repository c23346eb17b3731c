/* SPDX-License-Identifier: Apache-2.0 */
/* --help: of a tool, and of bcchost itself. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/options_table.h"
#include "tool/options_text.h"

#define COLUMNS	  80
#define LEFT	  28 /* the column at which what an option does begins */
#define NO_INDENT 0

/* Characters, not bytes, of UTF-8. */
static size_t width_of(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

/* Words up to COLUMNS wide; the first line is at column `at`, later ones are indented. */
static void wrap(struct buf *b, const char *s, size_t at, size_t indent)
{
	bool first = true;

	while (*s) {
		size_t len = strcspn(s, " \n"), width = width_of(s, len);

		if (len && !first && at + 1 + width > COLUMNS) {
			buf_printf(b, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		if (len && !first) {
			buf_char(b, ' ');
			at++;
		}
		buf_add(b, s, len);
		at += width;
		first = first && !len;
		s += len;
		if (*s == '\n' && s[1]) {
			buf_printf(b, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		s += *s != '\0';
	}
	buf_char(b, '\n');
}

/* `left` in its column, and beside it, or below if it is too long, what it means. */
static void entry(struct buf *b, const char *left, const char *text)
{
	size_t width = 2 + width_of(left, strlen(left));

	buf_str(b, "  ");
	if (width > COLUMNS)
		wrap(b, left, 2, 6);
	else
		buf_printf(b, "%s%s", left, width + 2 > LEFT ? "\n" : "");
	if (width + 2 > LEFT)
		width = 0;
	buf_printf(b, "%*s", (int)(LEFT - width), "");
	wrap(b, text, LEFT, LEFT);
}

static void option_entry(struct buf *b, char short_name, const char *name, const char *placeholder,
			 const char *text)
{
	struct buf left = {0};

	if (short_name)
		buf_printf(&left, "-%c, --%s", short_name, name);
	else
		buf_printf(&left, "    --%s", name);
	if (placeholder && *placeholder)
		buf_printf(&left, " %s", placeholder);
	entry(b, left.data ?: "", text);
	b->failed |= buf_failed(&left);
	buf_free(&left);
}

static void own_option(struct buf *b, const struct program_option *o)
{
	struct buf text = {0};

	options_text_own(&text, o);
	option_entry(b, o->short_name, o->name, o->placeholder, text.data ?: "");
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

static void own_options(struct buf *b, const struct program *p)
{
	if (p->noptions)
		buf_printf(b, "\nOptions of %s:\n", p->name);
	for (size_t i = 0; i < p->noptions; i++)
		own_option(b, &p->options[i]);
}

static void entry_of_table(struct buf *b, const struct program *p, const struct options_entry *o)
{
	struct buf text = {0};

	options_text_common(&text, p, o);
	option_entry(b, options_table_letter(p, o), o->name, o->placeholder, text.data ?: "");
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

static void group(struct buf *b, const struct program *p, enum options_group which,
		  const char *heading)
{
	bool any = false;

	for (size_t i = 0; i < options_table_len; i++) {
		const struct options_entry *o = &options_table[i];

		if (o->group != which || !options_table_has(p, o))
			continue;
		if (!any)
			buf_printf(b, "\n%s:\n", heading);
		any = true;
		entry_of_table(b, p, o);
	}
}

void options_help_exits(struct buf *b)
{
	buf_str(b, "\nExit codes:\n");
	for (size_t i = 0; i < options_exits_len; i++) {
		buf_printf(b, "  %d  ", (int)options_exits[i].fault);
		wrap(b, options_exits[i].text, 5, 5);
	}
}

static void example(struct buf *b, const char *run, const char *does)
{
	buf_str(b, "  ");
	wrap(b, run, 2, 6);
	buf_str(b, "      ");
	wrap(b, does, 6, 6);
}

char *options_help(const struct program *p)
{
	struct buf b = {0};

	buf_printf(&b, "Usage: bcchost %s [options]", p->name);
	options_text_arguments(&b, p);
	buf_printf(&b, "\n\n%s: ", p->name);
	wrap(&b, p->summary, strlen(p->name) + 2, NO_INDENT);
	if (*p->description) {
		buf_char(&b, '\n');
		wrap(&b, p->description, NO_INDENT, NO_INDENT);
	}
	own_options(&b, p);
	for (size_t i = 0; i < options_groups_len; i++)
		group(&b, p, options_groups[i].group, options_groups[i].heading);
	if (p->nexamples)
		buf_str(&b, "\nExamples:\n");
	for (size_t i = 0; i < p->nexamples; i++) {
		buf_str(&b, "  bcchost");
		buf_char(&b, ' ');
		wrap(&b, p->examples[i].run, 10, 6);
		buf_str(&b, "      ");
		wrap(&b, p->examples[i].does, 6, 6);
	}
	options_help_exits(&b);
	return buf_take(&b);
}

char *options_help_global(void)
{
	struct buf b = {0};

	buf_str(&b,
		"Usage: bcchost [options] TOOL [the tool's options]\n"
		"       bcchost COMMAND\n"
		"\n"
		"Runs BPF tracing tools. A tool is a YAML program and a BPF C template, which are\n"
		"fitted to the running kernel, compiled, loaded and attached.\n"
		"\n"
		"Commands:\n");
	for (size_t i = 0; i < options_commands_len; i++)
		entry(&b, options_commands[i].left, options_commands[i].text);
	group(&b, NULL, OPTIONS_GROUP_GLOBAL, "Options");
	group(&b, NULL, OPTIONS_GROUP_KERNEL, "Options that may stand after the tool's name too");
	buf_str(&b, "\nEnvironment:\n");
	for (size_t i = 0; i < options_environment_len; i++)
		entry(&b, options_environment[i].left, options_environment[i].text);
	buf_str(&b, "\nExamples:\n");
	for (size_t i = 0; i < options_examples_len; i++)
		example(&b, options_examples[i].left, options_examples[i].text);
	options_help_exits(&b);
	return buf_take(&b);
}
