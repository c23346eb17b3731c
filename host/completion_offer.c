/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "completion_offer.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tool/options_set.h"

void offer(const char *word, size_t len, const char *text, bool described)
{
	printf("%.*s", (int)len, word);
	if (described && text) {
		putchar('\t');
		for (; *text; text++)
			putchar(*text == '\n' || *text == '\t' ? ' ' : *text);
	}
	putchar('\n');
}

/* What was typed before the value, and the value. */
static void offer_value(const char *value, size_t len, const char *text, size_t keep,
			const char *word, bool described)
{
	printf("%.*s", (int)keep, word);
	offer(value, len, text, described);
}

void offer_tools(const struct find *f, size_t keep, const char *word, bool described)
{
	struct find_tool *tools;
	size_t n;

	if (find_tools(f, &tools, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++) {
		struct program *p = NULL;

		if (described && program_load(tools[i].path, &p, NULL))
			p = NULL;
		offer_value(tools[i].name, strlen(tools[i].name), p ? p->summary : NULL, keep, word,
			    described);
		program_free(p);
	}
	find_tools_free(tools, n);
}

static void offer_name(const char *name, char letter, const char *help, bool letters,
		       bool described)
{
	char both[] = {'-', letter, '\0'};

	printf("--");
	offer(name, strlen(name), help, described);
	if (letters && letter)
		offer(both, 2, help, described);
}

void offer_names(const struct program *p, bool letters, bool described)
{
	for (size_t i = 0; p && i < p->noptions; i++)
		offer_name(p->options[i].name, p->options[i].short_name, p->options[i].help,
			   letters, described);
	for (size_t i = 0; i < options_table_len; i++) {
		const struct options_entry *entry = &options_table[i];

		/* One of the program's own of that name is meant instead. */
		if (options_table_has(p, entry) && !options_match_long(p, entry->name).own)
			offer_name(entry->name, options_table_letter(p, entry), entry->help,
				   letters, described);
	}
}

static bool is_number(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

static void offer_processes(size_t keep, const char *word, bool described)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc))) {
		char *path, *comm = NULL;

		if (!is_number(d->d_name))
			continue;
		if (described && asprintf(&path, "/proc/%s/comm", d->d_name) >= 0) {
			if (file_read(path, &comm, NULL, NULL))
				comm = NULL;
			free(path);
		}
		if (comm)
			comm[strcspn(comm, "\n")] = '\0';
		offer_value(d->d_name, strlen(d->d_name), comm, keep, word, described);
		free(comm);
	}
	if (proc)
		closedir(proc);
}

static void offer_disks(size_t keep, const char *word, bool described)
{
	DIR *block = opendir("/sys/block");
	struct dirent *d;

	while (block && (d = readdir(block)))
		if (d->d_name[0] != '.')
			offer_value(d->d_name, strlen(d->d_name), NULL, keep, word, described);
	if (block)
		closedir(block);
}

/* "opensnoop:failed,na": the long names without dashes. */
static void offer_tool_options(const struct find *f, const char *word, bool described)
{
	char *name = strndup(word, strcspn(word, ":")), *path = NULL;
	const char *comma = strrchr(word, ',');
	size_t keep = (size_t)((comma ?: strchr(word, ':')) + 1 - word);
	struct program *p = NULL;

	if (name && find_tool(f, name, &path, NULL) == 0 && program_load(path, &p, NULL) == 0) {
		for (size_t i = 0; i < p->noptions; i++)
			offer_value(p->options[i].name, strlen(p->options[i].name),
				    p->options[i].help, keep, word, described);
		for (size_t i = 0; i < options_table_len; i++)
			if (options_table[i].group == OPTIONS_GROUP_FILTER &&
			    options_table_has(p, &options_table[i]))
				offer_value(options_table[i].name, strlen(options_table[i].name),
					    options_table[i].help, keep, word, described);
		program_free(p);
	}
	free(path);
	free(name);
}

static bool is(const char *s, size_t len, const char *what)
{
	return len == strlen(what) && !strncmp(s, what, len);
}

static void offer_one(const struct find *f, const char *s, size_t len, size_t keep,
		      const char *word, bool described)
{
	if (len && islower((unsigned char)*s))
		offer_value(s, len, NULL, keep, word, described);
	else if (!strncmp(s, "FILE", 4) || !strncmp(s, "PATH", 4) || !strncmp(s, "SCRIPT", 6))
		puts(":files");
	else if (!strncmp(s, "DIR", 3))
		puts(":directories");
	else if (is(s, len, "UID") || is(s, len, "USER"))
		puts(":users");
	else if (is(s, len, "PID"))
		offer_processes(keep, word, described);
	else if (f && len > 4 && !strncmp(s, "TOOL:", 5) && strchr(word, ':'))
		offer_tool_options(f, word, described);
	else if (f && !strncmp(s, "TOOL", 4))
		offer_tools(f, keep, word, described);
}

void offer_syntax(const struct find *f, const char *syntax, size_t len, size_t keep,
		  const char *word, bool described)
{
	const char *end = syntax + len;

	while (syntax < end) {
		const char *bar = memchr(syntax, '|', (size_t)(end - syntax)) ?: end;

		offer_one(f, syntax, (size_t)(bar - syntax), keep, word, described);
		syntax = bar + 1;
	}
}

/* The list that the option takes one of, or several with commas. */
static bool offer_list(const struct program *p, const struct options_entry *entry, size_t keep,
		       const char *word, bool described)
{
	const char *comma = strrchr(word + keep, ',');
	const char *const *words = NULL;

	if (entry->at == offsetof(struct options, sort)) {
		for (size_t i = 0; i < p->nsorts; i++)
			offer_value(p->sorts[i].name, strlen(p->sorts[i].name), NULL, keep, word,
				    described);
		return true;
	}
	if (entry->at == offsetof(struct options, variant)) {
		for (size_t i = 0; i < p->nvariants; i++)
			offer_value(p->variants[i], strlen(p->variants[i]), NULL, keep, word,
				    described);
		return true;
	}
	if (entry->at == offsetof(struct options, debug))
		words = options_debug_words;
	else if (entry->at == offsetof(struct options, show))
		words = options_show_words;
	for (size_t i = 0; words && words[i]; i++)
		offer_value(words[i], strlen(words[i]), NULL,
			    comma ? (size_t)(comma + 1 - word) : keep, word, described);
	return words;
}

void offer_values(const struct program *p, const struct options_match *m, size_t keep,
		  const char *word, bool described)
{
	const char *placeholder = options_match_placeholder(m);

	if (m->own && m->own->type == PROGRAM_OPTION_DISK)
		offer_disks(keep, word, described);
	else if (m->own && m->own->type == PROGRAM_OPTION_DIRECTORY)
		puts(":directories");
	else if (m->own &&
		 (m->own->type == PROGRAM_OPTION_PATH || m->own->type == PROGRAM_OPTION_BINARY))
		puts(":files");
	else if (m->own && m->own->type == PROGRAM_OPTION_ENUM)
		for (size_t i = 0; i < m->own->nvalues; i++)
			offer_value(m->own->values[i].name, strlen(m->own->values[i].name), NULL,
				    keep, word, described);
	else if (!m->own && !offer_list(p, m->entry, keep, word, described))
		offer_syntax(NULL, placeholder, strlen(placeholder), keep, word, described);
}
