/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/options_check.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "tool/options_unknown.h"

static int check_variant(const struct program *p, const struct options *o, struct error *e)
{
	const char *asked = o->variant;
	struct buf b = {0};
	bool found = !asked;

	for (size_t i = 0; i < p->nvariants; i++) {
		found = found || !strcmp(asked, p->variants[i]);
		buf_printf(&b, "%s%s", i ? ", " : "", p->variants[i]);
	}
	if (!found)
		error_set(e, FAULT_USAGE, -EINVAL, "--variant %s: %s has the variants %s", asked,
			  p->name, b.data ?: "");
	buf_free(&b);
	return found ? 0 : -EINVAL;
}

/* One form, not two, and one that the tool has. */
static int check_output(const struct program *p, const struct options *o, struct error *e)
{
	static const char *const words[] = {"", "text", "json", "csv", "svg"};
	const char *own = p->json && options_given(o, p, p->json) ? p->json
			  : p->csv && options_given(o, p, p->csv) ? p->csv
								  : NULL;
	const char *word = words[o->output];

	if (own && *word)
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"--output %s and --%s: --%s prints what BCC's %s does, which is another "
			"form; give one of them",
			word, own, own, p->name);
	if (o->output == OPTIONS_OUTPUT_SVG && p->output != PROGRAM_HISTOGRAM)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "--output svg is the picture of a histogram, and %s prints none; "
				 "it has text, json and csv",
				 p->name);
	if (o->heatmap && (own || options_want_data(o)))
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "--heatmap is a picture, and --%s%s asks for data; give one of "
				 "them",
				 own ? own : "output ", own ? "" : word);
	return 0;
}

static int check_sort(const struct program *p, const struct options *o, struct error *e)
{
	struct buf b = {0};
	bool found = !o->sort;

	for (size_t i = 0; i < p->nsorts; i++) {
		found = found || !strcmp(o->sort, p->sorts[i].name);
		buf_printf(&b, "%s%s", i ? ", " : "", p->sorts[i].name);
	}
	if (!found)
		error_set(e, FAULT_USAGE, -EINVAL, "--sort %s: there are %s", o->sort,
			  b.data ?: "");
	buf_free(&b);
	return found ? 0 : -EINVAL;
}

int options_check(const struct program *p, const struct options *o, struct error *e)
{
	int err = check_sort(p, o, e);

	if (!err && o->recursive && !o->has_dir)
		err = options_usage_error(p, e, "--recursive wants --dir PATH", "", "");
	return err ?: check_variant(p, o, e) ?: check_output(p, o, e);
}
