/* SPDX-License-Identifier: Apache-2.0 */
/* What the word under the cursor may become. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "completion.h"
#include "completion_offer.h"
#include "script/command.h"
#include "tool/options.h"
#include "tool/options_text.h"

/* A command line on its way; the last word is the one that is completed. */
struct line {
	const struct find *find;
	size_t n;
	char *const *words;
	bool described;
};

static const char *last_of(const struct line *l)
{
	return l->words[l->n - 1];
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* As a long name is kept; `word` is "--name" or "--name=value". NULL without memory. */
static char *plain_name(const char *word)
{
	char *name = strndup(word + 2, strcspn(word + 2, "="));

	for (char *s = name; s && *s; s++)
		if (*s == '_')
			*s = '-';
	return name;
}

static struct options_match match_long(const struct program *p, const char *word)
{
	char *name = plain_name(word);
	struct options_match m = {0};

	if (name)
		m = options_match_long(p, name);
	free(name);
	return m;
}

/* The option, if this word is one whose value is the next word. */
static bool wants_next(const struct program *p, const char *word, struct options_match *m)
{
	if (word[1] == '-') {
		*m = match_long(p, word);
		return options_match_found(m) && options_match_takes_value(m) && !strchr(word, '=');
	}
	for (const char *s = word + 1; *s; s++) {
		*m = options_match_short(p, *s);
		if (!options_match_found(m))
			return false;
		if (options_match_takes_value(m))
			return !s[1];
	}
	return false;
}

/*
 * Goes from *at to the first word that is no option, or, in a tool's line, to the last word. True
 * if what comes there is the value of an option, *m.
 */
static bool walk(const struct line *l, const struct program *p, size_t *at, bool *options,
		 struct options_match *m)
{
	for (; *at + 1 < l->n; (*at)++) {
		const char *word = l->words[*at];

		if (*options && !strcmp(word, "--"))
			*options = false;
		else if (*options && is_option(word) && wants_next(p, word, m)) {
			if (++*at + 1 >= l->n)
				return true;
		} else if (!p && (!*options || !is_option(word)))
			return false;
	}
	return false;
}

/* The options and, where `m` is one whose value is wanted, its values. */
static void offer_options(const struct line *l, const struct program *p, const char *last)
{
	struct options_match m;

	if (!strncmp(last, "--", 2) && strchr(last, '=')) {
		m = match_long(p, last);
		if (options_match_found(&m) && options_match_takes_value(&m))
			offer_values(p, &m, (size_t)(strchr(last, '=') + 1 - last), last,
				     l->described);
		return;
	}
	offer_names(p, last[0] == '-' && last[1] != '-', l->described);
}

/* A command that takes options as a tool does. */
static bool is_run(const char *word)
{
	return strcmp(word, COMMAND_RUN) == 0;
}

static void offer_tool(const struct line *l, size_t at)
{
	struct options_match m = {0};
	struct program *p = NULL;
	bool options = true;
	char *path = NULL;

	if (is_run(l->words[at]))
		p = command_program();
	else if (find_tool(l->find, l->words[at], &path, NULL) == 0)
		program_load(path, &p, NULL);
	if (!p)
		goto out;
	at++;
	if (walk(l, p, &at, &options, &m)) {
		offer_values(p, &m, 0, last_of(l), l->described);
		goto out;
	}
	for (size_t i = 0; i < p->narguments && !is_option(last_of(l)); i++) {
		m = options_match_long(p, p->arguments[i]);
		if (options_match_found(&m))
			offer_values(p, &m, 0, last_of(l), l->described);
	}
	if (p->output == PROGRAM_WHATEVER && (!options || !is_option(last_of(l))))
		puts(":files");
	if (options)
		offer_options(l, p, last_of(l));
out:
	program_free(p);
	free(path);
}

/* "list" of "list", "man" of "man [TOOL]"; TOOL stands for the tools. */
static void offer_commands(bool described)
{
	for (size_t i = 0; i < options_commands_len; i++) {
		const char *name = options_commands[i].left;

		if (strncmp(name, "TOOL", 4) != 0)
			offer(name, strcspn(name, " "), options_commands[i].text, described);
	}
}

static bool is_command(const char *word)
{
	for (size_t i = 0; i < options_commands_len; i++) {
		const char *name = options_commands[i].left;
		size_t len = strcspn(name, " ");

		if (strncmp(name, "TOOL", 4) != 0 && strlen(word) == len &&
		    !strncmp(name, word, len))
			return true;
	}
	return false;
}

/* One token of a command's syntax: "[--config FILE]" has two, the last ends its brackets. What
 * stands behind -- is not ours. */
struct token {
	const char *at;
	size_t len; /* without brackets */
	bool option, ends;
};

static bool next_token(const char **s, struct token *t)
{
	size_t all;

	*s += strspn(*s, " ");
	all = strcspn(*s, " ");
	t->at = *s + strspn(*s, "[");
	t->len = strcspn(t->at, " []");
	t->option = t->len > 1 && *t->at == '-';
	t->ends = all && (*s)[all - 1] == ']';
	*s += all;
	return all > 0 && strncmp(t->at, "-- ", 3) != 0;
}

/* The value that the command's option takes, by its syntax; false if there is no such option, or it
 * takes none. */
static bool option_value_of(const char *syntax, const char *word, struct token *value)
{
	struct token t;

	while (next_token(&syntax, &t))
		if (t.option && t.len == strcspn(word, "=") && !strncmp(t.at, word, t.len))
			return !t.ends && next_token(&syntax, value) && !value->option;
	return false;
}

/* What is typed where the n-th word without a dash stands; the last one may come again. */
static void offer_argument(const struct line *l, const char *syntax, size_t n)
{
	struct token t, last = {0};
	bool value = false;

	while (next_token(&syntax, &t)) {
		if (!t.option && !value) {
			last = t;
			if (!n--)
				break;
		}
		value = t.option && !t.ends;
	}
	if (last.at && (n == (size_t)-1 || strstr(last.at, "…") || strstr(last.at, "...")))
		offer_syntax(l->find, last.at, last.len, 0, last_of(l), l->described);
}

static void offer_command_options(const struct line *l, const char *syntax, const char *text)
{
	struct token t;

	while (next_token(&syntax, &t))
		if (t.option)
			offer(t.at, t.len, text, l->described);
}

static void offer_command_line(const struct line *l, size_t at, const char *syntax,
			       const char *text)
{
	const char *last = last_of(l);
	struct token value;
	size_t n = 0;

	for (at++; at + 1 < l->n; at++) {
		if (!strcmp(l->words[at], "--") && strstr(syntax, "[-- ")) {
			puts(":files");
			return;
		}
		if (!is_option(l->words[at]))
			n++;
		else if (!strchr(l->words[at], '=') &&
			 option_value_of(syntax, l->words[at], &value) && ++at + 1 >= l->n) {
			offer_syntax(l->find, value.at, value.len, 0, last, l->described);
			return;
		}
	}
	if (strchr(last, '=') && option_value_of(syntax, last, &value)) {
		offer_syntax(l->find, value.at, value.len, (size_t)(strchr(last, '=') + 1 - last),
			     last, l->described);
		return;
	}
	if (!is_option(last))
		offer_argument(l, syntax, n);
	offer_command_options(l, syntax, text);
}

static void offer_command(const struct line *l, size_t at)
{
	size_t len = strlen(l->words[at]);

	for (size_t i = 0; i < options_commands_len; i++) {
		const char *left = options_commands[i].left;

		if (strcspn(left, " ") == len && !strncmp(left, l->words[at], len))
			offer_command_line(l, at, left + len, options_commands[i].text);
	}
}

static void offer_first(const struct line *l, bool options)
{
	if (!is_option(last_of(l))) {
		if (options)
			offer_commands(l->described);
		offer_tools(l->find, 0, "", l->described);
	}
	if (options)
		offer_options(l, NULL, last_of(l));
}

static void complete_line(const struct line *l)
{
	struct options_match m = {0};
	bool options = true;
	size_t at = 0;

	if (walk(l, NULL, &at, &options, &m))
		offer_values(NULL, &m, 0, last_of(l), l->described);
	else if (at + 1 >= l->n)
		offer_first(l, options);
	else if (options && is_command(l->words[at]) && !is_run(l->words[at]))
		offer_command(l, at);
	else
		offer_tool(l, at);
}

void completion_words(const struct find *f, int argc, char **argv, bool described)
{
	struct line l = {f, (size_t)argc - 1, argv + 1, described};
	struct options before = {0};
	struct find with_dirs;
	bool version;
	char **dirs = NULL;
	size_t ndirs = 0;
	int next;

	/* Whatever else is wrong there: the tools may be in a --tools-dir. */
	(void)options_parse_global(argc - 1, argv, &before, &next, &version, &dirs, &ndirs, NULL);
	if (!ndirs) {
		complete_line(&l);
	} else if (!find_init(&with_dirs, dirs, ndirs, NULL)) {
		l.find = &with_dirs;
		complete_line(&l);
		find_free(&with_dirs);
	}
	free(dirs);
}
