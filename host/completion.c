/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/command.h"
#include "tool/options_table.h"
#include "tool/options_text.h"

/* The tool is the first word that is no option; the rest is asked of bcchost itself. */
static const char bash_script[] =
	"_bcchost() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} tool= i\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-*) ;;\n"
	"\t\t*) tool=${COMP_WORDS[i]}; break ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tlocal words=(completion words) IFS=$'\\n'\n"
	"\t[[ -z $tool ]] || words+=(\"$tool\" \"$prev\")\n"
	"\tCOMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" \"${words[@]}\" 2>/dev/null)\" -- "
	"\"$cur\"))\n"
	"}\n"
	"complete -o default -F _bcchost bcchost\n";

static const char zsh_script[] = "#compdef bcchost\n"
				 "autoload -U +X bashcompinit && bashcompinit\n";

static const char *const shells[] = {"bash", "zsh"};
static const char *const cache_words[] = {"clear", "list"};

static void print_words(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		puts(words[i]);
}

/* Of "man [TOOL]" the first word; TOOL stands for the tools. */
static void print_commands(void)
{
	for (size_t i = 0; i < options_commands_len; i++) {
		const char *name = options_commands[i].left;

		if (strncmp(name, "TOOL", 4) != 0)
			printf("%.*s\n", (int)strcspn(name, " "), name);
	}
}

static void print_tools(const struct find *f)
{
	struct find_tool *tools;
	size_t n;

	if (find_tools(f, &tools, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++)
		puts(tools[i].name);
	find_tools_free(tools, n);
}

/* p is NULL before a tool's name. */
static void print_options(const struct program *p)
{
	for (size_t i = 0; p && i < p->noptions; i++)
		printf("--%s\n", p->options[i].name);
	for (size_t i = 0; i < options_table_len; i++)
		if (options_table_has(p, &options_table[i]))
			printf("--%s\n", options_table[i].name);
}

static bool is_option(const struct program_option *o, const char *word)
{
	return (strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0) ||
	       (word[0] == '-' && o->short_name && word[1] == o->short_name && !word[2]);
}

/* Of an option of the host's that takes one of some words ("text|json|csv"), those. */
static bool print_choices(const struct program *p, const char *option)
{
	const struct options_entry *entry =
		strncmp(option, "--", 2) == 0 ? options_table_find(p, option + 2) : NULL;
	const char *words = entry && entry->placeholder ? entry->placeholder : "";

	if (!strchr(words, '|') || strpbrk(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return false;
	for (size_t len; *words; words += len + (words[len] == '|')) {
		len = strcspn(words, "|");
		printf("%.*s\n", (int)len, words);
	}
	return true;
}

/* The words that the value of this option is one of; false if there are none. */
static bool print_values(const struct program *p, const char *option)
{
	for (size_t i = 0; i < p->noptions; i++) {
		const struct program_option *o = &p->options[i];

		if (!is_option(o, option) || !o->nvalues)
			continue;
		for (size_t j = 0; j < o->nvalues; j++)
			puts(o->values[j].name);
		return true;
	}
	if (strcmp(option, "--sort") != 0 && strcmp(option, "--variant") != 0)
		return print_choices(p, option);
	for (size_t i = 0; option[2] == 's' && i < p->nsorts; i++)
		puts(p->sorts[i].name);
	if (option[2] == 'v')
		print_words((const char *const *)p->variants, p->nvariants);
	return true;
}

static void print_tool_words(const struct find *f, const char *tool, const char *option)
{
	struct program *p = NULL;
	char *path = NULL;

	if (strcmp(tool, COMMAND_RUN) == 0)
		p = command_program();
	else if (find_tool(f, tool, &path, NULL) == 0)
		program_load(path, &p, NULL);
	if (p && !(option && print_values(p, option)))
		print_options(p);
	program_free(p);
	free(path);
}

static void print_next(const struct find *f, const char *first, const char *last)
{
	if (!first) {
		print_commands();
		print_tools(f);
		print_options(NULL);
	} else if (strcmp(first, "cache") == 0) {
		print_words(cache_words, sizeof(cache_words) / sizeof(*cache_words));
	} else if (strcmp(first, "completion") == 0) {
		print_words(shells, sizeof(shells) / sizeof(*shells));
	} else if (strcmp(first, "man") == 0) {
		print_tools(f);
	} else {
		print_tool_words(f, first, last);
	}
}

int completion(const struct find *f, int argc, char **argv, struct error *e)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "words") == 0 && argc <= 4) {
		print_next(f, argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
		return 0;
	}
	if (argc != 2 || (strcmp(what, "bash") != 0 && strcmp(what, "zsh") != 0))
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "`bcchost completion` takes one word: bash or zsh");
	if (*what == 'z')
		fputs(zsh_script, stdout);
	fputs(bash_script, stdout);
	return 0;
}
