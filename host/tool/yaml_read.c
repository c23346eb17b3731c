/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of a schema: each takes a value of the file to a C type, or says what it is to be. */
#define _GNU_SOURCE
#include "tool/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/find.h"
#include "tool/number.h"

#define SHOWN_MAX 40 /* bytes of a value that an error repeats */

/* What was found, for errors: "wide" in quotes, cut if it is long, and safe for a terminal. */
static void describe(const struct yaml_value *v, struct buf *b)
{
	const char *s = yaml_scalar(v);
	size_t len = 0;

	if (yaml_kind(v) == YAML_IS_LIST) {
		buf_str(b, "a list");
	} else if (yaml_kind(v) == YAML_IS_MAP) {
		buf_str(b, "a mapping");
	} else if (!*s && !yaml_is_quoted(v)) {
		buf_str(b, "nothing");
	} else {
		buf_str(b, yaml_is_quoted(v) ? "the text \"" : "\"");
		for (; s[len] && len < SHOWN_MAX; len++)
			buf_char(b, iscntrl((unsigned char)s[len]) ? '?' : s[len]);
		/* Not half of a character. */
		for (; (s[len] & 0xc0) == 0x80; len++)
			buf_char(b, s[len]);
		buf_str(b, s[len] ? "…\"" : "\"");
	}
}

int yaml_error_type(const struct yaml_value *v, const char *what, struct error *e)
{
	struct buf b = {0};

	describe(v, &b);
	if (buf_failed(&b))
		error_nomem(e);
	else if (v->key)
		yaml_error(v, e, "`%s` is to be %s, not %s", v->key, what, b.data);
	else
		yaml_error(v, e, "the file is to be %s, not %s", what, b.data);
	buf_free(&b);
	return -EINVAL;
}

static bool is_null(const struct yaml_value *v)
{
	const char *s = yaml_scalar(v);

	return s && !yaml_is_quoted(v) && (!*s || !strcmp(s, "~") || !strcmp(s, "null"));
}

static int take(const char *s, void *to, struct error *e)
{
	char **text = to;

	*text = strdup(s);
	return *text ? 0 : error_nomem(e);
}

static bool has_control(const char *s, const char *except)
{
	for (; *s; s++)
		if (iscntrl((unsigned char)*s) && !strchr(except, *s))
			return true;
	return false;
}

int yaml_text(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	(void)arg;
	if (yaml_kind(v) != YAML_IS_TEXT || is_null(v) || yaml_has_nul(v))
		return yaml_error_type(v, "text", e);
	if (has_control(yaml_scalar(v), "\n\t"))
		return yaml_error_type(v, "text without control characters", e);
	return take(yaml_scalar(v), to, e);
}

int yaml_line(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || is_null(v) || !*s || yaml_has_nul(v) || has_control(s, ""))
		return yaml_error_type(v, "a line of text", e);
	return take(s, to, e);
}

int yaml_code(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || (!*s && !yaml_is_quoted(v)) || yaml_has_nul(v) || has_control(s, "\t"))
		return yaml_error_type(v, "C on one line (\"\" for none)", e);
	return take(s, to, e);
}

bool yaml_is_identifier(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

int yaml_identifier(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || yaml_has_nul(v) || !yaml_is_identifier(s))
		return yaml_error_type(v, "a C identifier", e);
	return take(s, to, e);
}

/* "who.pid", "list[2].pid" */
static bool is_member(const char *s)
{
	size_t len;

	for (;; s++) {
		len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
		if (!len || isdigit((unsigned char)*s))
			return false;
		s += len;
		if (*s == '[') {
			len = strspn(s + 1, "0123456789");
			if (!len || s[1 + len] != ']')
				return false;
			s += len + 2;
		}
		if (!*s)
			return true;
		if (*s != '.')
			return false;
	}
}

int yaml_member(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || yaml_has_nul(v) || !is_member(s))
		return yaml_error_type(v, "a C identifier", e);
	return take(s, to, e);
}

int yaml_macro(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);
	bool upper = s && !yaml_has_nul(v) && yaml_is_identifier(s);

	(void)arg;
	for (const char *c = s; upper && *c; c++)
		upper = !islower((unsigned char)*c);
	if (!upper)
		return yaml_error_type(v, "a C identifier in upper case", e);
	return take(s, to, e);
}

int yaml_boolean(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);
	bool yes = s && !strcmp(s, "true");

	(void)arg;
	if (!yes && (!s || strcmp(s, "false") != 0))
		return yaml_error_type(v, "true or false", e);
	*(bool *)to = yes;
	return 0;
}

int yaml_unsigned(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct yaml_bounds *bounds = arg;
	const char *s = yaml_scalar(v);
	char what[80];
	int64_t n;

	snprintf(what, sizeof(what), "a whole number from %u to %u", bounds->min, bounds->max);
	if (!s || yaml_is_quoted(v) || !number_i64_c(s, &n) || n < bounds->min || n > bounds->max)
		return yaml_error_type(v, what, e);
	*(unsigned int *)to = (unsigned int)n;
	return 0;
}

int yaml_integer(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	(void)arg;
	if (!s || yaml_is_quoted(v) || !number_i64_c(s, to))
		return yaml_error_type(v, "a whole number (64 bits)", e);
	return 0;
}

/* "pid, tid, uid" with the nearest first, where one is near. */
static int choice_error(const struct yaml_value *v, const struct yaml_choices *choices,
			struct error *e)
{
	const char *words[16];
	const char *s = yaml_scalar(v);
	struct buf b = {0};
	char *near;

	for (size_t i = 0; i < choices->n; i++) {
		words[i] = choices->words[i].word;
		buf_printf(&b, "%s%s", i ? ", " : s ? "" : "one of ", words[i]);
	}
	near = find_near(s ?: "", words, choices->n);
	if (!near || buf_failed(&b))
		error_nomem(e);
	else if (!s)
		yaml_error_type(v, b.data, e);
	else if (*near)
		yaml_error(v, e, "\"%s\" is no %s; %s", s, choices->what, near);
	else
		yaml_error(v, e, "\"%s\" is no %s; there are %s", s, choices->what, b.data);
	free(near);
	buf_free(&b);
	return -EINVAL;
}

int yaml_choice(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const struct yaml_choices *choices = arg;
	const char *s = yaml_scalar(v);

	for (size_t i = 0; s && i < choices->n; i++) {
		if (!strcmp(s, choices->words[i].word)) {
			*(int *)to = choices->words[i].number;
			return 0;
		}
	}
	return choice_error(v, choices, e);
}
