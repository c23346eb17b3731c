/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/fields_man.h"

#include <stdbool.h>
#include <string.h>

#include "tool/fields.h"
#include "tool/roff.h"

/* What the column says, up to what is true of its text alone. */
static void about(struct buf *text, const struct program_column *c)
{
	size_t len = c->about ? strlen(c->about) : 0;

	if (c->format == PROGRAM_FORMAT_ARGS && c->about)
		len = strcspn(c->about, ";");
	if (len)
		buf_printf(text, ": %.*s", (int)len, c->about);
}

/* A field of its column's: what the column says, or, of one in another unit there, that unit. */
static void value(struct buf *text, const struct program *p, const struct program_column *c)
{
	const char *unit = fields_unit(c);

	buf_str(text, c->title);
	if (p->output == PROGRAM_RATES)
		buf_str(text, ": how many there were in the interval");
	else if (c->nnames)
		buf_printf(text, ", as a number; %s_name is the word", fields_name(c));
	else if (c->format == PROGRAM_FORMAT_CALL)
		buf_str(text, ": which of the calls, by the program's number");
	else if (unit)
		buf_printf(text, ", in %s", unit);
	else if (c->format == PROGRAM_FORMAT_HEX || c->format == PROGRAM_FORMAT_OCTAL)
		buf_str(text, ", as a plain number");
	else if (program_column_is_stack(c) && !c->about)
		buf_printf(text, ": %s functions, the innermost first",
			   c->format == PROGRAM_FORMAT_STACK ? "the kernel's" : "the program's");
	else if (c->format == PROGRAM_FORMAT_KADDR)
		buf_str(text, ": the address, in decimal");
	else
		about(text, c);
	buf_char(text, '.');
}

/* "read (0), write (1)": the words for the field's number. */
static void words(struct buf *text, const struct program_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(text, "%s%s (%lld)", i ? ", " : "", v[i].name, (long long)v[i].number);
}

static void what(struct buf *text, const struct program *p, const struct field *f)
{
	const struct program_column *c = f->column;

	switch (f->part) {
	case FIELD_TIME:
		buf_str(text, program_output_is_periodic(p->output)
				      ? "When the table was read."
				      : "When it was: as the event itself tells where it has the "
					"time, else when it was read.");
		break;
	case FIELD_INTERVAL:
		buf_str(text, "In what time it was counted, in nanoseconds.");
		break;
	case FIELD_ELAPSED:
		buf_str(text, "Nanoseconds since the first event.");
		break;
	case FIELD_VALUE:
		value(text, p, c);
		break;
	case FIELD_WORD:
		buf_printf(text, "The word for %s: ", fields_name(c));
		words(text, c->names, c->nnames);
		buf_str(text, ". Null for another number.");
		break;
	case FIELD_BITS:
		buf_printf(text,
			   "What the bits of %s are called; those without a name are the last, "
			   "as one number in hexadecimal.",
			   fields_name(c));
		break;
	case FIELD_CUT:
		buf_str(text, "Is a string cut, or is there more than came?");
		break;
	case FIELD_PER_SECOND:
		buf_str(text, c->title);
		about(text, c);
		buf_char(text, '.');
		break;
	case FIELD_PERCENT:
		buf_str(text, c->title);
		about(text, c);
		buf_printf(text, ". Null if %s is 0.", c->percent_of);
		break;
	case FIELD_FORMULA:
		buf_str(text, c->title);
		about(text, c);
		buf_str(text, ". Null where it would be divided by 0.");
		break;
	case FIELD_CALL:
		buf_str(text, "The call's name.");
		break;
	case FIELD_ARGUMENTS:
		buf_str(text, "What it was called with.");
		break;
	case FIELD_RESULT:
		buf_str(text, "What it returned; negative: an error number.");
		break;
	case FIELD_ERRNO:
		buf_str(text, "That error's name. Null if it succeeded.");
		break;
	case FIELD_SHOWN:
		buf_str(text, "What --show asked for, of the task that the event is about.");
		break;
	}
}

/* Does another field stand for the same of the event's, as filetop's tid and pid do? */
static bool has_another_name(const struct program *p, const struct program_column *c)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].field && c->field && !strcmp(p->columns[i].field, c->field) &&
		    p->columns[i].value == PROGRAM_COLUMN_FIELD &&
		    c->value == PROGRAM_COLUMN_FIELD &&
		    strcmp(fields_name(&p->columns[i]), fields_name(c)) != 0)
			return true;
	return false;
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* When there may be nothing. */
static void null_if(struct buf *text, const struct program *p, const struct field *f)
{
	const struct program_column *c = f->column;

	if (f->part == FIELD_ELAPSED && !c)
		buf_str(text, " Null without `--timestamp`.");
	if (!c)
		return;
	if (f->part == FIELD_VALUE && c->unknown)
		buf_str(text, " Null if it is not known.");
	if (f->part == FIELD_VALUE &&
	    (c->format == PROGRAM_FORMAT_KSYM || c->format == PROGRAM_FORMAT_USYM))
		buf_str(text, " Null if there is none.");
	if (f->part == FIELD_VALUE && program_column_is_stack(c))
		buf_str(text, " Null if there was none, or it was not kept.");
	if (c->when && !is_same(c->when, p->csv))
		buf_printf(text, " %s without `--%s`.",
			   has_another_name(p, c) ? "Null" : "It may be null", c->when);
	if (c->unless && has_another_name(p, c))
		buf_printf(text, " Null with `--%s`.", c->unless);
}

static const char intro_event[] =
	"With `--output json` each line is an object with these fields, in this order, whichever "
	"options are given; with csv it has them as columns. How values are written is in "
	"docs/output.md.";
static const char intro_top[] =
	"With `--output json` each interval is an object on a line: time and interval_ns, the "
	"number of entries, and in rows an object for each, with the other fields. With csv each "
	"row is a line with all fields. How values are written is in docs/output.md.";
static const char intro_histogram[] =
	"With `--output json` each interval is an object on a line: time and interval_ns, the unit "
	"of what is counted, and in histograms an object for each, with the other fields, a count "
	"of all, and buckets of low and high (both included) and count. With csv each bucket is a "
	"line with all fields, unit, low, high and count. How values are written is in "
	"docs/output.md.";

static const char intro_several[] =
	"With `--output json` each line is an object that begins with table, which says which of "
	"the tool's tables it is from; the other fields are of that. With csv the fields of all "
	"events are columns, those that it has not being empty, and tables of what was counted are "
	"not shown.";

static void put_fields(struct buf *b, const struct program *p)
{
	struct fields fields;

	if (fields_make(&fields, p, NULL))
		b->failed = true;
	else
		roff_text(b,
			  p->output == PROGRAM_TOP	   ? intro_top
			  : p->output == PROGRAM_HISTOGRAM ? intro_histogram
							   : intro_event,
			  ".PP");
	for (size_t i = 0; i < fields.n; i++) {
		struct buf text = {0};

		what(&text, p, &fields.v[i]);
		null_if(&text, p, &fields.v[i]);
		roff_tagged(b, fields.v[i].name, text.data ?: "");
		b->failed |= buf_failed(&text);
		buf_free(&text);
	}
	fields_free(&fields);
}

void fields_man(struct buf *b, const struct program *p)
{
	roff_heading(b, ".SH", "FIELDS");
	if (p->origin && p->nalso)
		roff_text(b, intro_several, ".PP");
	for (size_t i = 0; i < program_noutputs(p); i++) {
		const struct program *one = program_output_at(p, i);

		if (p->origin && p->nalso)
			roff_heading(b, ".SS", one->origin);
		/* Those of outputs that are alike are there already. */
		if (!i || p->origin)
			put_fields(b, one);
	}
}
