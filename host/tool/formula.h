/* SPDX-License-Identifier: Apache-2.0 */
/*
 * formula: what a column works out of several fields: "100 * (refs - misses) / refs".
 *
 * Numbers, fields, + - * /, parentheses, min(a, b) and max(a, b); all in floating point (whole
 * numbers are exact up to 2^53).
 */
#ifndef BCCHOST_TOOL_FORMULA_H
#define BCCHOST_TOOL_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#define FORMULA_MAX_STEPS  64
#define FORMULA_MAX_FIELDS 16

enum formula_do {
	FORMULA_NUMBER,
	FORMULA_FIELD,
	FORMULA_ADD,
	FORMULA_SUBTRACT,
	FORMULA_MULTIPLY,
	FORMULA_DIVIDE,
	FORMULA_MIN,
	FORMULA_MAX,
};

/* Steps on a stack, in their order. */
struct formula {
	size_t n;
	struct formula_step {
		enum formula_do what;
		double number; /* of FORMULA_NUMBER */
		size_t field;  /* of FORMULA_FIELD: which of `fields` */
	} steps[FORMULA_MAX_STEPS];
	size_t nfields;
	char *fields[FORMULA_MAX_FIELDS]; /* owned; each once */
};

/* NULL: why it is none (a constant), or "out of memory"; else *f is the caller's, formula_free. */
const char *formula_parse(const char *text, struct formula **f);
void formula_free(struct formula *f);

/* With these values of its fields. False if it has none: a division by zero, or no finite number.
 */
bool formula_value(const struct formula *f, const double *fields, double *value);

#endif
