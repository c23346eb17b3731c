/* SPDX-License-Identifier: Apache-2.0 */
#include "output/cells.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/cgroups.h"

#define OWN_MAX 4 /* columns of the host's own: --timestamp, --show */

/* --timestamp where the program has no column of its own for it. */
static int plan_timestamp(struct cells *cells, const struct program *p, const struct options *o,
			  const struct layout *l, struct error *e)
{
	const struct program_column column = {
		.title = (char *)"TIME(s)",
		.value = PROGRAM_COLUMN_ELAPSED,
		.width = 13,
		.decimals = 9,
	};

	if (!o->timestamp || program_output_is_periodic(p->output))
		return 0;
	for (size_t i = 0; i < p->ncolumns; i++)
		if ((p->columns[i].when && strcmp(p->columns[i].when, "timestamp") == 0) ||
		    (p->columns[i].value == PROGRAM_COLUMN_ELAPSED &&
		     cell_shown(&p->columns[i], p, o)))
			return 0;
	return cell_make(&cells->v[cells->n++], p, &column, o, l, e);
}

unsigned int cells_show(const struct program *p, const struct options *o)
{
	bool has = p->output == PROGRAM_STREAM || (p->output == PROGRAM_TOP && !p->main);

	return has ? o->show : 0;
}

/* --show. */
static int plan_cgroup(struct cells *cells, const struct program *p, const struct options *o,
		       const struct layout *l, struct error *e)
{
	static const struct {
		enum options_show show;
		enum cell_kind kind;
		const char *title;
		unsigned int width;
	} columns[] = {
		{OPTIONS_SHOW_CONTAINER, CELL_CONTAINER, "CONTAINER", 16},
		{OPTIONS_SHOW_POD, CELL_POD, "POD", 24},
		{OPTIONS_SHOW_CGROUP, CELL_CGROUP, "CGROUP", 32},
	};
	struct program_column column = {.field = (char *)"cgroup_id", .line = p->table_line};
	int err = 0;

	if (!cells_show(p, o))
		return 0;
	err = cgroups_new(&cells->cgroups, &container_places, e);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && !err; i++) {
		if (!(o->show & columns[i].show))
			continue;
		column.title = (char *)columns[i].title;
		column.width = columns[i].width;
		err = cell_make(&cells->v[cells->n], p, &column, o, l, e);
		cells->v[cells->n++].kind = columns[i].kind;
	}
	return err;
}

const char *cells_cgroup(const struct cells *cells, const struct cell *c, uint64_t id,
			 char room[CELL_LABEL_MAX], bool *known)
{
	const struct cgroup *g = cgroups_find(cells->cgroups, id);

	*known = g && g->path;
	if (!*known) {
		snprintf(room, CELL_LABEL_MAX, "%" PRIu64, id);
		return c->kind == CELL_CGROUP ? room : "?";
	}
	if (c->kind == CELL_CGROUP)
		return g->path;
	if (c->kind == CELL_POD)
		return g->container.pod_name[0] ? g->container.pod_name
		       : g->container.pod[0]	? g->container.pod
						: NULL;
	container_label(&g->container, room, CELL_LABEL_MAX);
	return *room ? room : NULL;
}

int cells_make_shown(struct cells *cells, const struct program *p, const struct options *o,
		     const struct layout *l, struct error *e)
{
	memset(cells, 0, sizeof(*cells));
	if (!cells_show(p, o))
		return 0;
	cells->v = calloc(OWN_MAX, sizeof(*cells->v));
	return cells->v ? plan_cgroup(cells, p, o, l, e) : error_nomem(e);
}

int cells_make(struct cells *cells, const struct program *p, const struct options *o,
	       const struct layout *l, struct error *e)
{
	int err;

	memset(cells, 0, sizeof(*cells));
	cells->v = calloc(p->ncolumns + OWN_MAX, sizeof(*cells->v));
	err = cells->v ? plan_timestamp(cells, p, o, l, e) : error_nomem(e);
	if (!err)
		err = plan_cgroup(cells, p, o, l, e);
	cells->folded = p->folded && options_given(o, p, p->folded);
	for (size_t i = 0; i < p->ncolumns && !err; i++)
		if (!p->columns[i].part && cell_shown(&p->columns[i], p, o) &&
		    (cells->folded || !program_column_is_stack(&p->columns[i])))
			err = cell_make(&cells->v[cells->n++], p, &p->columns[i], o, l, e);
	for (size_t i = 0; i < p->ncolumns && !err && !cells->folded; i++)
		if (!p->columns[i].part && cell_shown(&p->columns[i], p, o) &&
		    program_column_is_stack(&p->columns[i]))
			err = cell_make(&cells->v[cells->n + cells->nbelow++], p, &p->columns[i], o,
					l, e);
	if (!err && !cells->n && !cells->nbelow && p->output != PROGRAM_HISTOGRAM)
		err = error_set(e, FAULT_TOOL, -EINVAL, "%s: no column is shown", p->path);
	if (!err && cells->n)
		cells->v[cells->n - 1].last = true;
	return err;
}

void cells_free(struct cells *cells)
{
	for (size_t i = 0; cells->v && i < cells->n + cells->nbelow; i++)
		cell_free(&cells->v[i]);
	free(cells->v);
	cgroups_free(cells->cgroups);
	memset(cells, 0, sizeof(*cells));
}
