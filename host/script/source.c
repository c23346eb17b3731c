/* SPDX-License-Identifier: Apache-2.0 */
#include "script/source.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "text/scan.h"
#include "tool/find.h"

static int read_stdin(char **text, size_t *len, struct error *e)
{
	char block[65536];
	struct buf b = {0};
	ssize_t n;
	int err = 0;

	while (!err && b.len <= SOURCE_MAX && (n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (n > 0)
			buf_add(&b, block, (size_t)n);
		else if (errno != EINTR)
			err = error_set(e, FAULT_RUN, -errno, "cannot read standard input: %s",
					strerror(errno));
	}
	*len = b.len;
	*text = err ? NULL : buf_take(&b);
	buf_free(&b);
	return err ? err : *text ? 0 : error_nomem(e);
}

int source_read(struct source *s, const char *path, struct error *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *space;
	size_t len = 0;
	int err;

	memset(s, 0, sizeof(*s));
	s->path = strdup(is_stdin ? "<stdin>" : path);
	if (!s->path)
		return error_nomem(e);
	err = is_stdin ? read_stdin(&s->text, &len, e) : file_read_trusted(path, &s->text, &len, e);
	if (err)
		return err;
	if (len > SOURCE_MAX)
		return error_set(e, FAULT_USAGE, -EFBIG, "%s: over %zu MiB, which is no BPF C text",
				 s->path, SOURCE_MAX >> 20);
	/* What editors of other systems begin a file with. */
	if (len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0) {
		memmove(s->text, s->text + 3, len - 2);
		len -= 3;
	}
	if (strlen(s->text) != len)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "%s: no text: it has a NUL (byte %zu of it)", s->path,
				 strlen(s->text));
	for (space = s->text; isspace((unsigned char)*space);)
		space++;
	if (!*space)
		return error_set(e, FAULT_USAGE, -ENODATA, "%s is empty", s->path);
	return 0;
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

void source_free(struct source *s)
{
	for (size_t i = 0; i < s->nstacks; i++) {
		free(s->stacks[i].field);
		free(s->stacks[i].table);
	}
	free(s->stacks);
	free_names(s->histograms, s->nhistograms);
	free_names(s->scratch, s->nscratch);
	free(s->output);
	free(s->text);
	free(s->path);
	memset(s, 0, sizeof(*s));
}

bool source_listed(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

unsigned int source_line(const struct source *s, const char *word)
{
	struct scan_piece p;
	struct scan scan;

	scan_init(&scan, s->text);
	while ((p = scan_next(&scan)).kind != SCAN_END)
		if (scan_is(&p, word))
			return p.line;
	return 0;
}

bool source_has_word(const struct source *s, const char *word)
{
	return source_line(s, word) != 0;
}

bool source_has_define(const struct source *s, const char *define)
{
	char *name = strndup(define, strcspn(define, "="));
	bool has = !name || source_has_word(s, name);

	free(name);
	return has;
}

/* --- placeholders --- */

static bool word_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_word(const char *text)
{
	if (!*text || isdigit((unsigned char)*text))
		return false;
	while (word_part(*text))
		text++;
	return !*text;
}

/* The next place of the word from p on; an identifier is not found inside a longer one. */
static const char *next_place(const struct source *s, const char *p, const char *word, bool whole)
{
	size_t len = strlen(word);

	for (; (p = strstr(p, word)); p++) {
		bool begins = p == s->text || !word_part(p[-1]);

		if (!whole || (begins && !word_part(p[len])))
			return p;
	}
	return NULL;
}

/* Upper-case words of the text, which placeholders are. */
static char *near_words(const struct source *s, const char *word)
{
	const char *names[256];
	struct scan_piece p;
	struct scan scan;
	size_t n = 0;
	char *near;

	scan_init(&scan, s->text);
	while (n < 256 && (p = scan_next(&scan)).kind != SCAN_END) {
		if (p.kind != SCAN_WORD || !isupper((unsigned char)*p.start))
			continue;
		names[n] = strndup(p.start, p.len);
		if (names[n])
			n++;
	}
	near = find_near(word, names, n);
	while (n)
		free((char *)names[--n]);
	return near;
}

static int no_such_word(const struct source *s, const char *word, struct error *e)
{
	char *near = near_words(s, word);
	int err = error_set(e, FAULT_USAGE, -ENOENT, "--replace %s: there is no %s in %s%s%s", word,
			    word, s->path, near && *near ? "; " : "", near ?: "");

	free(near);
	return err;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Copies what is between two places. If lines were added, the next one says which it is, once its
 * end is no continued one (a #line cannot stand inside a macro). */
static void copy_between(struct buf *b, const struct source *s, const char *from, const char *to,
			 unsigned int *line, bool *added)
{
	for (; from < to; from++) {
		buf_char(b, *from);
		if (*from != '\n')
			continue;
		(*line)++;
		if (*added && (from == s->text || from[-1] != '\\')) {
			buf_printf(b, "#line %u \"%s\"\n", *line, s->path);
			*added = false;
		}
	}
}

int source_replace(struct source *s, const char *word, const char *with, struct error *e)
{
	bool whole = is_word(word), added = false;
	const char *at = s->text, *next;
	unsigned int line = 1;
	struct buf b = {0};
	char *text;

	if (!next_place(s, at, word, whole))
		return no_such_word(s, word, e);
	while ((next = next_place(s, at, word, whole))) {
		copy_between(&b, s, at, next, &line, &added);
		buf_str(&b, with);
		added = added || count_lines(with);
		line += count_lines(word);
		at = next + strlen(word);
		if (b.len > SOURCE_MAX) {
			buf_free(&b);
			return error_set(e, FAULT_USAGE, -EFBIG,
					 "--replace %s: %s becomes larger than %zu MiB", word,
					 s->path, SOURCE_MAX >> 20);
		}
	}
	copy_between(&b, s, at, at + strlen(at), &line, &added);
	text = buf_take(&b);
	if (!text)
		return error_nomem(e);
	free(s->text);
	s->text = text;
	return 0;
}

/* A number, a name, or a constant in quotes: nothing that could end the line or the expression. */
static bool is_value(const char *v)
{
	size_t len = strlen(v);

	if (!len || is_word(v))
		return true;
	if (strchr(v, '\n') || strchr(v, '\r'))
		return false;
	if ((*v == '"' || *v == '\'') && len > 1 && v[len - 1] == *v) {
		for (const char *c = v + 1; c < v + len - 1; c++) {
			if (*c == *v)
				return false;
			if (*c == '\\' && ++c == v + len - 1)
				return false;
		}
		return true;
	}
	if (*v == '-' || *v == '+')
		v++;
	return isdigit((unsigned char)*v) && v[strspn(v, "0123456789abcdefABCDEFxXuUlL.")] == '\0';
}

/* Macros that libbcc has only since 0.31. */
static const struct {
	const char *word, *text;
} newer[] = {
	{"MODULE_KFUNC_PROBE", "(module, event, args...) KFUNC_PROBE(event, args)"},
	{"MODULE_KRETFUNC_PROBE", "(module, event, args...) KRETFUNC_PROBE(event, args)"},
};

int source_macros(const struct source *s, char **defines, struct error *e)
{
	struct buf b = {0};

	buf_str(&b, *defines ?: "");
	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (source_has_word(s, newer[i].word))
			buf_printf(&b, "#ifndef %s\n#define %s%s\n#endif\n", newer[i].word,
				   newer[i].word, newer[i].text);
	free(*defines);
	*defines = buf_take(&b);
	buf_free(&b);
	return *defines ? 0 : error_nomem(e);
}

int source_defines(char *const *texts, size_t n, char **out, struct error *e)
{
	struct buf b = {0};
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		const char *equals = strchr(texts[i], '=');
		char *name =
			strndup(texts[i], equals ? (size_t)(equals - texts[i]) : strlen(texts[i]));

		if (!name)
			err = error_nomem(e);
		else if (!is_word(name))
			err = error_set(
				e, FAULT_USAGE, -EINVAL,
				"--define %s: it takes NAME=VALUE, and \"%s\" is no name of "
				"C's",
				texts[i], name);
		else if (equals && !is_value(equals + 1))
			err = error_set(e, FAULT_USAGE, -EINVAL,
					"--define %s: a value is a number, a name or a \"string\"; "
					"--replace %s=TEXT puts any text there",
					texts[i], name);
		else
			buf_printf(&b, "#define %s %s\n", name, equals ? equals + 1 : "1");
		free(name);
	}
	*out = err ? NULL : buf_take(&b);
	buf_free(&b);
	return err ? err : *out ? 0 : error_nomem(e);
}

/* An upper-case word of two letters at least: what scripts' placeholders look like. */
static bool is_placeholder(const char *word, size_t len)
{
	bool letters = false;

	for (size_t i = 0; i < len; i++) {
		if (!isupper((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) &&
		    word[i] != '_')
			return false;
		letters |= isupper((unsigned char)word[i]) != 0;
	}
	return letters && len > 1;
}

/* The first name that the compiler does not know and that looks like one. */
char *source_advice(const struct source *s, const char *errors)
{
	static const char *const says[] = {"use of undeclared identifier '", "unknown type name '",
					   "undeclared function '"};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]) && !b.len; i++) {
		const char *p = strstr(errors, says[i]);
		char *word = p ? strdup(p + strlen(says[i])) : NULL;

		if (word)
			word[strcspn(word, "'")] = '\0';
		if (word && is_placeholder(word, strlen(word)) && source_has_word(s, word))
			buf_printf(
				&b,
				"%s may be a placeholder that the script fills in: --replace "
				"%s=TEXT does (--replace %s= takes it out), or --define %s=VALUE",
				word, word, word, word);
		free(word);
	}
	if (b.len)
		return buf_take(&b);
	buf_free(&b);
	return NULL;
}
