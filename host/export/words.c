/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/options_match.h"

static bool is_given(const struct options *o, const struct program *p, const char *flag)
{
	return flag && options_given(o, p, flag);
}

/* What is of no use here. */
static int check_options(const struct options *o, const struct program *p,
			 const struct options *global, struct error *e)
{
	const char *what = o->help				      ? "help"
			   : o->print_bpf			      ? "print-bpf"
			   : o->compile_only && !global->compile_only ? "compile-only"
			   : o->debug				      ? "debug"
			   : o->duration > 0			      ? "duration"
			   : o->max_events			      ? "max-events"
			   : o->count				      ? "count"
			   : o->sort				      ? "sort"
			   : o->maxrows				      ? "maxrows"
			   : o->noclear				      ? "noclear"
			   : o->output				      ? "output"
			   : o->heatmap				      ? "heatmap"
			   : o->no_header			      ? "no-header"
			   : o->color_given			      ? "color"
			   : is_given(o, p, p->csv)		      ? p->csv
			   : is_given(o, p, p->json)		      ? p->json
								      : NULL;

	return what ? error_set(e, FAULT_USAGE, -EINVAL, "--%s is not for the exporter", what) : 0;
}

static int make(struct words *w, const struct config_program *wanted, const struct metrics *m,
		struct error *e)
{
	w->v = calloc(wanted->nwords + m->noptions + 1, sizeof(*w->v));
	if (!w->v)
		return error_nomem(e);
	for (; w->n < wanted->nwords; w->n++) {
		w->v[w->n] = strdup(wanted->words[w->n]);
		if (!w->v[w->n])
			return error_nomem(e);
	}
	for (size_t i = 0; i < m->noptions; i++) {
		if (asprintf(&w->v[w->n], "--%s", m->options[i]) < 0)
			return error_nomem(e);
		w->n++;
	}
	return 0;
}

/* Here a value stands behind a `=`, never in the next word: that is another option. */
static int check_value(const struct program *p, const char *word, struct error *e)
{
	char *name = strdup(word + strlen("--"));
	struct options_match m;
	int err = 0;

	if (!name)
		return error_nomem(e);
	for (char *s = name; *s; s++)
		*s = *s == '_' ? '-' : *s;
	m = options_match_long(p, name);
	if (options_match_found(&m) && options_match_takes_value(&m))
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--%s wants a value: --%s=%s (see `bcchost %s --help`)", name, name,
				options_match_placeholder(&m), p->name);
	free(name);
	return err;
}

int words_parse(struct words *w, const struct config_program *wanted, const struct metrics *m,
		const struct program *p, const struct options *global, struct options *o,
		struct error *e)
{
	int err = make(w, wanted, m, e);

	for (size_t i = 1; i < w->n && !err; i++)
		err = strchr(w->v[i], '=') ? 0 : check_value(p, w->v[i], e);
	if (!err)
		err = options_parse(p, (int)w->n, w->v, global, o, e);
	return err ?: check_options(o, p, global, e);
}

void words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct words){0};
}
