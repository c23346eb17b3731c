/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas of columns: what they are worth, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "program_file.h"
#include "tool/formula.h"

/* a is 10, b 4, c 0, d -3. */
static bool worth(const char *text, double *value)
{
	static const char names[] = "abcd";
	static const double numbers[] = {10, 4, 0, -3};
	double fields[FORMULA_MAX_FIELDS];
	struct formula *f;
	const char *why = formula_parse(text, &f);
	bool has;

	if (why)
		fail_msg("%s: %s", text, why);
	for (size_t i = 0; i < f->nfields; i++)
		fields[i] = numbers[strchr(names, *f->fields[i]) - names];
	has = formula_value(f, fields, value);
	formula_free(f);
	return has;
}

static void values(void **state)
{
	static const struct {
		const char *text;
		double value;
	} all[] = {
		{"a", 10},
		{" a ", 10},
		{"a+b*2", 18},
		{"(a+b)*2", 28},
		{"a - b - 1", 5},
		{"a / b / 2", 1.25},
		{"-a + 1", -9},
		{"1 - -a", 11},
		{"-a * b", -40},
		{"2.5 * a", 25},
		{"100 * (a - b) / a", 60},
		{"max(0, d)", 0},
		{"min(a, max(b, 7)) + d", 4},
		{"a - a", 0},
	};
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_true(worth(all[i].text, &v));
		if (v != all[i].value)
			fail_msg("%s is %g", all[i].text, v);
	}
	assert_false(worth("a / c", &v));
	assert_false(worth("c / c", &v));
	assert_false(worth("max(c / c, 5)", &v));
	assert_false(worth("min(5, c / c)", &v));
	assert_false(worth("1 + a / (b - 4)", &v));
}

static void none(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "a field or a number is missing at its end"},
		{"a +", "a field or a number is missing at its end"},
		{"+ a", "a field or a number is missing, or there is what is neither"},
		{"a b", "an operator is missing, or there is what is none"},
		{"a; b", "an operator is missing, or there is what is none"},
		{"(a", "a parenthesis is not closed"},
		{"a)", "an operator is missing, or there is what is none"},
		{"1 + 2", "it has no field"},
		{"0x10 * a", "a number in it is none"},
		{"1.2.3 * a", "a number in it is none"},
		{"1e9 * a", "a number in it is none"},
		{"exp(a)", "its only functions are min(a, b) and max(a, b)"},
		{"min(a)", "min and max want two values with a comma between"},
		{"max(a, b", "a parenthesis is not closed"},
		{"((((((((((((((((((a))))))))))))))))))", "it is too deep"},
		{"a%b", "an operator is missing, or there is what is none"},
		{"a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q", "it has too many fields"},
	};
	char longest[512] = "a";
	struct formula *f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = formula_parse(bad[i].text, &f);

		assert_null(f);
		if (!why || strcmp(why, bad[i].why) != 0)
			fail_msg("%s: %s", bad[i].text, why ? why : "no error");
	}
	for (size_t i = 0; i < 40; i++)
		strcat(longest, "+a");
	assert_string_equal(formula_parse(longest, &f), "it is too long");
	/* What is nested on the right needs the room of a stack. */
	strcpy(longest, "a");
	for (size_t i = 0; i < 15; i++)
		strcat(longest, "-(a");
	for (size_t i = 0; i < 15; i++)
		strcat(longest, ")");
	assert_null(formula_parse(longest, &f));
	formula_free(f);
	strcpy(longest, "a");
	for (size_t i = 0; i < 16; i++)
		strcat(longest, "-a*(a");
	assert_non_null(formula_parse(longest, &f));
}

#define TOP(column) SUMMARY "output: {top: t, columns: [{title: A, " column "}]}\n"

static void columns(void **state)
{
	struct program *p = program_file_load(
		TOP("formula: \"100 * hits / refs\", as: hit_percent, decimals: 2, width: 7"));
	const struct program_column *c = &p->columns[0];

	(void)state;
	assert_int_equal(c->value, PROGRAM_COLUMN_FORMULA);
	assert_int_equal(c->formula->nfields, 2);
	assert_string_equal(c->formula->fields[0], "hits");
	assert_int_equal(c->decimals, 2);
	assert_int_equal(c->align, PROGRAM_ALIGN_RIGHT);
	program_free(p);
	program_file_error(TOP("formula: \"a +\", as: x"),
			   "programs/x.yaml:2: `formula: a +`: a field or a number is missing at "
			   "its end");
	program_file_error(TOP("formula: [a], as: x"),
			   "programs/x.yaml:2: `formula` is to be a formula: \"100 * hits / "
			   "refs\", not a list");
	program_file_error(TOP("formula: a * 2"),
			   "programs/x.yaml:2: column A: `formula` wants a key `as`: what JSON "
			   "calls it");
	program_file_error(TOP("formula: a * 2, field: b, as: c"),
			   "programs/x.yaml:2: column A: `formula` says all of it: no `field`, "
			   "`value`, `divide_by` or `percent_of`");
	program_file_error(TOP("formula: a * 2, value: time, as: c"),
			   "programs/x.yaml:2: column A: `formula` says all of it: no `field`, "
			   "`value`, `divide_by` or `percent_of`");
	program_file_error(TOP("formula: a * 2, unit: seconds, as: c"),
			   "programs/x.yaml:2: column A: `unit`, `format` and `names` are not for "
			   "a `formula`");
	program_file_error(TOP("formula: a * 2, as: c, highlight: slow"),
			   "programs/x.yaml:2: column A: `highlight` is not for a `formula`");
	program_file_error(TOP("formula: a * 2, as: c, unknown: 3"),
			   "programs/x.yaml:2: column A: `as`, `unknown` and `bits` want a "
			   "`field`");
	program_file_error(SUMMARY "output: {top: t, columns: [{title: A, field: c},\n"
				   "  {title: B, formula: a * 2, as: c}]}\n",
			   "programs/x.yaml:3: column B: its field c is there already; `as` gives "
			   "it another name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(none),
		cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, program_file_enter, program_file_leave);
}
