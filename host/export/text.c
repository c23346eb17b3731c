/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* Backslashes, newlines and, where they end the text, quotes. */
static void put_escaped(struct buf *b, const char *s, bool quotes)
{
	size_t plain;

	for (; *s; s += plain) {
		plain = strcspn(s, quotes ? "\\\n\"" : "\\\n");
		buf_add(b, s, plain);
		if (!s[plain])
			break;
		buf_str(b, s[plain] == '\n' ? "\\n" : s[plain] == '"' ? "\\\"" : "\\\\");
		plain++;
	}
}

void text_number(struct buf *b, double v, bool real)
{
	char text[40];

	if (isinf(v) || isnan(v)) {
		buf_str(b, isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_str(b, text);
	if (real && !strpbrk(text, ".e"))
		buf_str(b, ".0");
}

static void put_head(struct buf *b, const struct family *f, bool openmetrics)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	const char *type = types[f->type];
	int len = (int)strlen(f->name);

	if (openmetrics && f->type == FAMILY_COUNTER) {
		if (ends_with(f->name, "_total"))
			len -= (int)strlen("_total");
		else
			type = "unknown";
	}
	buf_printf(b, "# HELP %.*s ", len, f->name);
	put_escaped(b, f->help, openmetrics);
	buf_printf(b, "\n# TYPE %.*s %s\n", len, f->name, type);
}

/* {comm="a",le="0.5"}; le is NULL where there is none. */
static void put_labels(struct buf *b, const struct family *f, const struct series *s,
		       const double *le)
{
	const char *value = s->key;

	if (!f->nlabels && !le)
		return;
	buf_char(b, '{');
	for (size_t i = 0; i < f->nlabels; i++) {
		buf_printf(b, "%s%s=\"", i ? "," : "", f->labels[i]);
		put_escaped(b, value, true);
		buf_char(b, '"');
		value += strlen(value) + 1;
	}
	if (le) {
		buf_printf(b, "%sle=\"", f->nlabels ? "," : "");
		text_number(b, *le, true);
		buf_char(b, '"');
	}
	buf_char(b, '}');
}

static void put_histogram(struct buf *b, const struct family *f, const struct series *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i <= f->nbounds; i++) {
		double le = i < f->nbounds ? f->bounds[i] : INFINITY;

		sum += s->buckets[i];
		buf_printf(b, "%s_bucket", f->name);
		put_labels(b, f, s, &le);
		buf_printf(b, " %" PRIu64 "\n", sum);
	}
	buf_printf(b, "%s_sum", f->name);
	put_labels(b, f, s, NULL);
	buf_char(b, ' ');
	text_number(b, s->value, false);
	buf_printf(b, "\n%s_count", f->name);
	put_labels(b, f, s, NULL);
	buf_printf(b, " %" PRIu64 "\n", sum);
}

void text_family(struct buf *b, const struct family *f, bool openmetrics)
{
	if (!f->nseries)
		return;
	put_head(b, f, openmetrics);
	for (size_t i = 0; i < f->nseries; i++) {
		const struct series *s = f->series[i];

		if (f->type == FAMILY_HISTOGRAM) {
			put_histogram(b, f, s);
			continue;
		}
		buf_str(b, f->name);
		put_labels(b, f, s, NULL);
		buf_char(b, ' ');
		if (f->type == FAMILY_COUNTER && s->value == 0)
			buf_printf(b, "%" PRIu64, s->n);
		else
			text_number(b, s->value + (double)s->n, false);
		buf_char(b, '\n');
	}
}

void text_end(struct buf *b, bool openmetrics)
{
	if (openmetrics)
		buf_str(b, "# EOF\n");
}

/* --- what the other side wants --- */

struct range {
	double q[2];	  /* of text/plain, of OpenMetrics; -1: not spoken of */
	int exactness[2]; /* how exactly that was named: a type before text/x and that before x/x */
};

/* Does `name` (len bytes, any case) name that type? 3: exactly, 2: by its first half, 1: as any. */
static int names(const char *name, size_t len, const char *type)
{
	size_t half = (size_t)(strchr(type, '/') - type) + 1;

	if (len == strlen(type) && !strncasecmp(name, type, len))
		return 3;
	if (len == half + 1 && name[half] == '*' && !strncasecmp(name, type, half))
		return 2;
	return len == 3 && !strncmp(name, "*/*", 3) ? 1 : 0;
}

static const char *skip_blanks(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

/* ";version=1.0.0;q=0.5": the weight, and whether the version is one that we write. */
static double weight(const char *s, const char *end, bool *known)
{
	double q = 1;

	*known = true;
	while (s < end) {
		const char *next;

		s = skip_blanks(s, end);
		next = memchr(s, ';', (size_t)(end - s));
		next = next ? next : end;
		if (next - s > 2 && !strncasecmp(s, "q=", 2)) {
			char text[8] = "";

			memcpy(text, s + 2,
			       (size_t)(next - s - 2) < 7 ? (size_t)(next - s - 2) : 7);
			q = strtod(text, NULL);
			q = q >= 0 && q <= 1 ? q : 0;
		} else if (next - s > 8 && !strncasecmp(s, "version=", 8)) {
			*known = (size_t)(next - s) >= 13 && !strncmp(s + 8, "1.0.0", 5);
		}
		s = next < end ? next + 1 : end;
	}
	return q;
}

static void take_range(struct range *r, const char *s, const char *end)
{
	static const char *const types[] = {"text/plain", "application/openmetrics-text"};
	const char *semicolon = memchr(s, ';', (size_t)(end - s));
	const char *name_end = semicolon ? semicolon : end;
	bool known;
	double q = weight(semicolon ? semicolon + 1 : end, end, &known);

	while (name_end > s && isspace((unsigned char)name_end[-1]))
		name_end--;
	for (int i = 0; i < 2; i++) {
		int how = names(s, (size_t)(name_end - s), types[i]);

		/* A version of OpenMetrics that is not ours is another type. */
		if (!how || (i && how == 3 && !known) || how < r->exactness[i])
			continue;
		if (how > r->exactness[i] || q > r->q[i])
			r->q[i] = q;
		r->exactness[i] = how;
	}
}

bool text_wants_openmetrics(const char *accept)
{
	struct range r = {.q = {-1, -1}};
	const char *end;

	for (const char *s = accept; s && *s; s = *end ? end + 1 : end) {
		end = s + strcspn(s, ",");
		take_range(&r, skip_blanks(s, end), end);
	}
	/* Only who asks for it by name knows what it is. */
	return r.exactness[1] == 3 && r.q[1] > 0 && r.q[1] >= r.q[0];
}
