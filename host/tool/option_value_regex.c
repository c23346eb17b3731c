/* SPDX-License-Identifier: Apache-2.0 */
/* option_value_regex: regular expressions that users type, and patterns of functions. */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "base/buf.h"
#include "tool/option_value.h"

#define REGEX_MAX 255 /* bytes */
/* No braces and no backslash: with them a short pattern can take all memory or time there is. */
#define PATTERN_LETTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.*+?()[]|^$-"
#define PATTERN_MAX 128

static int check_regex(const char *text, struct error *e)
{
	char why[128];
	regex_t re;
	int err = regcomp(&re, text, REG_EXTENDED | REG_NOSUB);

	if (!err) {
		regfree(&re);
		return 0;
	}
	regerror(err, &re, why, sizeof(why));
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "wants a POSIX extended regular expression (regex(7)): %s", why);
}

/*
 * Braces multiply: a few of them, one in another, can take all memory there is. One pair is enough
 * for any line of text.
 */
int option_value_regex(const char *text, struct error *e)
{
	const char *brace = strchr(text, '{');

	if (!*text || strlen(text) > REGEX_MAX || (brace && strchr(brace + 1, '{')))
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"wants a regular expression of 1 to %d bytes, with one {…} at most",
			REGEX_MAX);
	return check_regex(text, e);
}

/* A star is any text, as BCC's users write it ("vfs_*"), unless a dot is before it. */
static void add_pattern(const char *text, struct buf *b)
{
	for (const char *c = text; *c; c++) {
		if (*c == '*' && (c == text || c[-1] != '.'))
			buf_char(b, '.');
		buf_char(b, *c);
	}
}

/* What does not begin with '^' stands for whole names. */
int option_value_pattern(const char *text, char **out, struct error *e)
{
	struct buf b = {0}, whole = {0};
	int err;

	*out = NULL;
	if (!*text || strlen(text) > PATTERN_MAX || text[strspn(text, PATTERN_LETTERS)])
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"wants the name of a kernel function, \"vfs_*\", or a regular "
			"expression, of letters, digits and _.*+?()[]|^$-, at most %d bytes",
			PATTERN_MAX);
	if (*text == '^' || !text[strcspn(text, "*+?()[]|$")]) {
		buf_str(&whole, text);
		err = check_regex(text, e);
	} else {
		add_pattern(text, &b);
		buf_printf(&whole, "^(%s)$", b.data);
		err = buf_failed(&b) ? error_nomem(e) : check_regex(b.data, e);
	}
	if (!err) {
		*out = buf_take(&whole);
		err = *out ? 0 : error_nomem(e);
	}
	buf_free(&b);
	buf_free(&whole);
	return err;
}
