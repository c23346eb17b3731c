/* SPDX-License-Identifier: Apache-2.0 */
/* --help: of a tool, and of bcchost itself. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/options_table.h"

#define COLUMNS	  80
#define LEFT	  28 /* the column at which what an option does begins */
#define NO_INDENT 0

/* What a process ends with; `enum fault` in words. */
static const struct {
	enum fault fault;
	const char *text;
} exits[] = {
	{FAULT_NONE, "it went well, or was interrupted"},
	{FAULT_RUN, "a system call failed, or a file could not be read or written"},
	{FAULT_USAGE, "the command line is wrong"},
	{FAULT_PERMISSION, "not root, locked down, or a file that others can write"},
	{FAULT_KERNEL, "this kernel has not what the tool needs"},
	{FAULT_TOOL, "the tool's own files are wrong"},
};

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

	buf_printf(b, "  %s", left);
	if (width + 2 > LEFT) {
		buf_char(b, '\n');
		width = 0;
	}
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

	buf_str(&text, o->help);
	for (size_t i = 0; i < o->nvalues; i++)
		buf_printf(&text, "%s%s", i ? ", " : ": ", o->values[i].name);
	if (o->many)
		buf_str(&text, "; may be given several times");
	if (o->fallback)
		buf_printf(&text, " (default: %s)", o->fallback);
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

/* The letter, unless one of the tool's own options has taken it. */
static char free_letter(const struct program *p, char short_name)
{
	for (size_t i = 0; p && i < p->noptions; i++)
		if (p->options[i].short_name == short_name)
			return 0;
	return short_name;
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
		option_entry(b, free_letter(p, o->short_name), o->name, o->placeholder, o->help);
	}
}

static void exit_codes(struct buf *b)
{
	char left[12];

	buf_str(b, "\nExit codes:\n");
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		left[0] = (char)('0' + exits[i].fault);
		left[1] = '\0';
		buf_printf(b, "  %s  ", left);
		wrap(b, exits[i].text, 5, 5);
	}
}

static void example(struct buf *b, const char *run, const char *does)
{
	buf_str(b, "  ");
	wrap(b, run, 2, 6);
	buf_str(b, "      ");
	wrap(b, does, 6, 6);
}

static void variants(struct buf *b, const struct program *p)
{
	struct buf text = {0};

	for (size_t i = 0; i < p->nvariants; i++)
		buf_printf(&text, "%s%s",
			   i ? ", " : "Variants, the first that the kernel has: ", p->variants[i]);
	if (p->nvariants) {
		buf_char(b, '\n');
		wrap(b, text.data ?: "", NO_INDENT, 2);
	}
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

/* " [interval [count]]" */
static void arguments(struct buf *b, const struct program *p)
{
	for (size_t i = 0; i < p->narguments; i++)
		buf_printf(b, " [%s", p->arguments[i]);
	for (size_t i = 0; i < p->narguments; i++)
		buf_char(b, ']');
}

char *options_help(const struct program *p)
{
	struct buf b = {0};

	buf_printf(&b, "Usage: bcchost %s [options]", p->name);
	arguments(&b, p);
	buf_printf(&b, "\n\n%s: ", p->name);
	wrap(&b, p->summary, strlen(p->name) + 2, NO_INDENT);
	if (*p->description) {
		buf_char(&b, '\n');
		wrap(&b, p->description, NO_INDENT, NO_INDENT);
	}
	own_options(&b, p);
	group(&b, p, OPTIONS_GROUP_FILTER, "Filters");
	group(&b, p, OPTIONS_GROUP_OUTPUT, "Run and output");
	group(&b, p, OPTIONS_GROUP_KERNEL, "Kernel and debugging");
	variants(&b, p);
	if (p->nexamples)
		buf_str(&b, "\nExamples:\n");
	for (size_t i = 0; i < p->nexamples; i++) {
		buf_str(&b, "  bcchost");
		buf_char(&b, ' ');
		wrap(&b, p->examples[i].run, 10, 6);
		buf_str(&b, "      ");
		wrap(&b, p->examples[i].does, 6, 6);
	}
	exit_codes(&b);
	return buf_take(&b);
}

char *options_help_global(void)
{
	struct buf b = {0};

	buf_str(&b,
		"Usage: bcchost [options] TOOL [the tool's options]\n"
		"       bcchost list\n"
		"\n"
		"Runs BPF tracing tools. A tool is a YAML program and a BPF C template, which are\n"
		"fitted to the running kernel, compiled, loaded and attached.\n"
		"\n"
		"Commands:\n");
	entry(&b, "TOOL", "run this tool");
	entry(&b, "TOOL --help", "what this tool does and takes");
	entry(&b, "list", "all tools");
	group(&b, NULL, OPTIONS_GROUP_GLOBAL, "Options");
	group(&b, NULL, OPTIONS_GROUP_KERNEL, "Options that may stand after the tool's name too");
	buf_str(&b, "\nEnvironment:\n");
	entry(&b, "BCCHOST_PATH", "directories of tools, with colons between them");
	entry(&b, "NO_COLOR", "if it is set, nothing is coloured");
	entry(&b, "TMPDIR", "where temporary files go instead of /tmp");
	buf_str(&b, "\nExamples:\n");
	example(&b, "bcchost opensnoop --pid 42", "the files that process 42 opens");
	example(&b, "bcchost --print-bpf opensnoop",
		"the BPF C that it would run here; needs no root");
	example(&b, "bcchost --tools-dir ~/tools mytool", "a tool of one's own");
	exit_codes(&b);
	return buf_take(&b);
}
