/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16 /* of parentheses, and of the stack */

struct parsing {
	const char *at;
	struct formula *f;
	const char *why; /* NULL: no error so far */
	unsigned int depth;
	size_t stack;
	struct formula_step none; /* what is written once there was an error */
};

static void sum(struct parsing *p);

static void fail(struct parsing *p, const char *why)
{
	p->why = p->why ? p->why : why;
}

static struct formula_step *step(struct parsing *p, enum formula_do what)
{
	bool pushes = what == FORMULA_NUMBER || what == FORMULA_FIELD;

	if (p->why)
		return &p->none;
	if (p->f->n == FORMULA_MAX_STEPS || (pushes && p->stack == MAX_DEPTH)) {
		fail(p, "it is too long");
		return &p->none;
	}
	p->stack += pushes ? 1 : (size_t)-1;
	p->f->steps[p->f->n].what = what;
	return &p->f->steps[p->f->n++];
}

static char next(struct parsing *p)
{
	while (*p->at == ' ')
		p->at++;
	return *p->at;
}

static bool take(struct parsing *p, char c)
{
	if (p->why || next(p) != c)
		return false;
	p->at++;
	return true;
}

static void field(struct parsing *p, const char *name, size_t len)
{
	struct formula *f = p->f;
	size_t i = 0;

	while (i < f->nfields && (strlen(f->fields[i]) != len || memcmp(f->fields[i], name, len)))
		i++;
	if (i == FORMULA_MAX_FIELDS) {
		fail(p, "it has too many fields");
		return;
	}
	if (i == f->nfields) {
		f->fields[i] = strndup(name, len);
		if (!f->fields[i]) {
			fail(p, "out of memory");
			return;
		}
		f->nfields++;
	}
	step(p, FORMULA_FIELD)->field = i;
}

/* min(a, b) */
static void call(struct parsing *p, enum formula_do what)
{
	sum(p);
	if (!take(p, ','))
		fail(p, "min and max want two values with a comma between");
	sum(p);
	if (!take(p, ')'))
		fail(p, "a parenthesis is not closed");
	step(p, what);
}

static void word(struct parsing *p)
{
	const char *name = p->at;
	size_t len;

	while (isalnum((unsigned char)*p->at) || *p->at == '_')
		p->at++;
	len = (size_t)(p->at - name);
	if (next(p) != '(') {
		field(p, name, len);
		return;
	}
	p->at++;
	if (len == 3 && memcmp(name, "min", 3) == 0)
		call(p, FORMULA_MIN);
	else if (len == 3 && memcmp(name, "max", 3) == 0)
		call(p, FORMULA_MAX);
	else
		fail(p, "its only functions are min(a, b) and max(a, b)");
}

/* Without an exponent, and not hexadecimal, as strtod would have them. */
static void number(struct parsing *p)
{
	double value = 0, part = 1;

	for (; isdigit((unsigned char)*p->at); p->at++)
		value = value * 10 + (*p->at - '0');
	if (*p->at == '.')
		for (p->at++; isdigit((unsigned char)*p->at); p->at++)
			value += (part /= 10) * (*p->at - '0');
	if (isalpha((unsigned char)*p->at) || *p->at == '_' || *p->at == '.')
		fail(p, "a number in it is none");
	step(p, FORMULA_NUMBER)->number = value;
}

static void factor(struct parsing *p)
{
	char c = next(p);

	if (p->why)
		return;
	if (++p->depth > MAX_DEPTH) {
		fail(p, "it is too deep");
	} else if (take(p, '(')) {
		sum(p);
		if (!take(p, ')'))
			fail(p, "a parenthesis is not closed");
	} else if (take(p, '-')) {
		step(p, FORMULA_NUMBER)->number = 0;
		factor(p);
		step(p, FORMULA_SUBTRACT);
	} else if (isdigit((unsigned char)c)) {
		number(p);
	} else if (isalpha((unsigned char)c) || c == '_') {
		word(p);
	} else {
		fail(p, c ? "a field or a number is missing, or there is what is neither"
			  : "a field or a number is missing at its end");
	}
	p->depth--;
}

static void product(struct parsing *p)
{
	factor(p);
	while (!p->why) {
		char c = next(p);

		if (c != '*' && c != '/')
			return;
		p->at++;
		factor(p);
		step(p, c == '*' ? FORMULA_MULTIPLY : FORMULA_DIVIDE);
	}
}

static void sum(struct parsing *p)
{
	product(p);
	while (!p->why) {
		char c = next(p);

		if (c != '+' && c != '-')
			return;
		p->at++;
		product(p);
		step(p, c == '+' ? FORMULA_ADD : FORMULA_SUBTRACT);
	}
}

const char *formula_parse(const char *text, struct formula **out)
{
	struct parsing p = {.at = text, .f = calloc(1, sizeof(struct formula))};

	*out = NULL;
	if (!p.f)
		return "out of memory";
	sum(&p);
	if (!p.why && next(&p))
		fail(&p, "an operator is missing, or there is what is none");
	if (!p.why && !p.f->nfields)
		fail(&p, "it has no field");
	if (p.why)
		formula_free(p.f);
	else
		*out = p.f;
	return p.why;
}

void formula_free(struct formula *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nfields; i++)
		free(f->fields[i]);
	free(f);
}

static double two(enum formula_do what, double a, double b)
{
	switch (what) {
	case FORMULA_ADD:
		return a + b;
	case FORMULA_SUBTRACT:
		return a - b;
	case FORMULA_MULTIPLY:
		return a * b;
	case FORMULA_DIVIDE:
		return b != 0 ? a / b : NAN;
	case FORMULA_MIN:
		return b < a || isnan(b) ? b : a;
	default:
		return b > a || isnan(b) ? b : a;
	}
}

bool formula_value(const struct formula *f, const double *fields, double *value)
{
	double stack[MAX_DEPTH + 1] = {0};
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct formula_step *s = &f->steps[i];

		if (s->what == FORMULA_NUMBER) {
			stack[n++] = s->number;
		} else if (s->what == FORMULA_FIELD) {
			stack[n++] = fields[s->field];
		} else {
			n--;
			stack[n - 1] = two(s->what, stack[n - 1], stack[n]);
		}
	}
	*value = stack[0];
	return isfinite(*value);
}
