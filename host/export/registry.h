/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry: metrics and their series, in a memory that has a bound. A family is a metric; a series
 * is one of its combinations of label values, with what was counted for it.
 *
 * A budget is shared by the families of one tool: when as many series as it allows are there, what
 * would make a new one is counted in its family's series `other`, all of whose labels are "other".
 * A label may have a bound of its own: a value beyond it is told as "other", the other labels stay.
 * Nothing that was counted is ever taken away, so that a counter never goes back.
 */
#ifndef BCCHOST_EXPORT_REGISTRY_H
#define BCCHOST_EXPORT_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define REGISTRY_OTHER	   "other"
#define REGISTRY_VALUE_MAX 256 /* bytes of a label's value; a longer one is cut (label.h) */

enum family_type {
	FAMILY_COUNTER,
	FAMILY_GAUGE,
	FAMILY_HISTOGRAM,
};

struct budget {
	size_t max;	 /* series; the `other` ones are not counted */
	size_t used;	 /* kept by the registry, as the next */
	uint64_t others; /* how often something was counted in an `other` */
};

/* What a family is made of; copied. */
struct family_spec {
	enum family_type type;
	const char *name, *help;
	size_t nlabels;
	const char *const *labels;
	const unsigned int *label_max; /* of each label; 0, or NULL for all: only the budget's */
	size_t nbounds;		       /* of a histogram: upper bounds, ascending, without +Inf */
	const double *bounds;
};

/* A label's value: valid UTF-8 without NUL (label.h), at most REGISTRY_VALUE_MAX bytes. */
struct label_value {
	const char *data;
	size_t len;
};

struct series {
	char *key; /* the label values, a NUL behind each */
	size_t key_len;
	uint64_t n;	   /* of a counter: what was added in whole numbers */
	double value;	   /* of a counter: the rest; of a gauge: all; of a histogram: the sum */
	uint64_t *buckets; /* of a histogram: nbounds + 1 counts, not added up; or NULL */
	bool other;	   /* it is not in the budget */
};

struct family {
	enum family_type type;
	char *name, *help;
	size_t nlabels;
	char **labels;
	struct label_set **sets; /* private: of labels with a bound of their own, or NULL */
	size_t nbounds;
	double *bounds;
	struct budget *budget; /* borrowed; NULL: there is no bound */
	size_t nseries, room;
	struct series **series; /* in the order in which they came */
	size_t nslots;		/* private: the hash table */
	uint32_t *slots;
	struct series *other; /* one of `series`, once something came into it */
};

int family_new(struct family **f, const struct family_spec *spec, struct budget *budget,
	       struct error *e);
void family_free(struct family *f); /* gives its series back to the budget; may be NULL */

/* The series of these label values, nlabels of them; made if need be, or `other`. NULL without
 * memory. It stays where it is as long as the family. */
struct series *family_series(struct family *f, const struct label_value *values);

/* Of a family without labels: its one series. */
struct series *family_only(struct family *f);

/* Counts v in the bucket that it belongs to, n times. */
void series_observe(const struct family *f, struct series *s, double v, uint64_t n);

#endif
