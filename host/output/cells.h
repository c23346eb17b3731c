/* SPDX-License-Identifier: Apache-2.0 */
/* cells: the columns of an output that are shown, side by side: those of the program, and the
 * host's own of --timestamp and --show. */
#ifndef BCCHOST_OUTPUT_CELLS_H
#define BCCHOST_OUTPUT_CELLS_H

#include "output/cell.h"

struct cells {
	size_t n;
	struct cell *v;		 /* owned; those that are side by side come first … */
	size_t nbelow;		 /* … then, behind them, so many stacks, below the line */
	bool folded;		 /* as `folded:` has them: all side by side */
	struct cgroups *cgroups; /* owned; NULL unless some cell tells of them */
};

/*
 * Those columns of the program that these options show; --timestamp's own first, where the program
 * has none for it, then those of --show. Errors as of cell_make. cells_free, also after an error.
 */
int cells_make(struct cells *cells, const struct program *p, const struct options *o,
	       const struct layout *l, struct error *e);
void cells_free(struct cells *cells);

/* Which columns of --show this output has: bits of enum options_show. */
unsigned int cells_show(const struct program *p, const struct options *o);

/* Those of --show alone; none without it. */
int cells_make_shown(struct cells *cells, const struct program *p, const struct options *o,
		     const struct layout *l, struct error *e);

/*
 * What a cell of a cgroup says: in `room`, or a string that is valid until the next call. NULL: it
 * is in no container (no pod), for which people are shown "-". *known: false of a group that is
 * gone.
 */
#define CELL_LABEL_MAX 1024
const char *cells_cgroup(const struct cells *cells, const struct cell *c, uint64_t id,
			 char room[CELL_LABEL_MAX], bool *known);

#endif
