/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: what the exporter makes of a tool's events: `metrics:` of a program, which are the
 * tool's own, and of a program in the exporter's configuration, which take their place.
 *
 *	metrics:
 *	  options: [print-uid]
 *	  max_series: 1000
 *	  counters:
 *	    - name: bcchost_opensnoop_events_total
 *	      description: opens of files
 *	      labels: [{name: comm}, {name: error, from: err, max_series: 200}]
 *	  histograms:
 *	    - {name: …_latency_seconds, description: …, from: lat_ns, buckets: [0.001, 0.1]}
 *	  gauges:
 *	    - {name: …, description: …, from: bytes, labels: […]}
 */
#ifndef BCCHOST_TOOL_METRICS_H
#define BCCHOST_TOOL_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "tool/yaml.h"

struct program;

#define METRICS_MAX_SERIES 1000 /* of a tool, unless it is said otherwise */
#define METRICS_MAX_LABELS 16
#define METRICS_BUCKETS	   64
#define METRICS_SLOT	   "slot" /* what a histogram program's metrics are from */

enum metric_kind {
	METRIC_COUNTER,
	METRIC_HISTOGRAM,
	METRIC_GAUGE,
};

struct metric_label {
	char *name;
	char *from;		 /* the field; the label's own name if the file does not say */
	unsigned int max_series; /* values that are told apart; what comes later is `other` */
	unsigned int line;
};

struct metric {
	enum metric_kind kind; /* set by the list that it stands in */
	char *name;
	char *description;
	char *from;   /* the field that is added up, observed or shown; of a counter NULL: events */
	double scale; /* what the field is multiplied by; 0: by the field's name (metric_scale) */
	char *sum;    /* of a histogram's slots: the table of their sums (metrics_sums); or NULL */
	size_t nlabels;
	struct metric_label *labels;
	size_t nbuckets;
	double *buckets; /* of a histogram of events: the upper bounds, ascending, in base units */
	unsigned int line;
};

struct metrics {
	size_t ncounters; /* in the file: three lists; each in its order */
	struct metric *counters;
	size_t nhistograms;
	struct metric *histograms;
	size_t ngauges;
	struct metric *gauges;
	size_t noptions;
	char **options;		 /* flags that the exporter gives the tool for them; or none */
	unsigned int max_series; /* of all metrics together */
	unsigned int line;	 /* 0: there are none */
};

/* A mapping → struct metrics, all of it checked but its fields. */
yaml_read metrics_read;
void metrics_free(struct metrics *m);

size_t metrics_count(const struct metrics *m);
const struct metric *metrics_get(const struct metrics *m, size_t i);

/*
 * Is every field one that the program has, and is every metric one that can be made of its output?
 * FAULT_TOOL with path:line, path being the file that the metrics are of.
 */
int metrics_check(const struct metrics *m, const char *path, const struct program *p,
		  struct error *e);

/*
 * Is there one whose sums the template is to keep? It does so where BCCHOST_SUMS is defined: in a
 * table of 64-bit sums, by the keys of the histogram's own, with slot 0; the unit is told by the
 * end of the table's name (metric_scale).
 */
bool metrics_sums(const struct metrics *m);

/* Those of a program that says nothing of them; *m is empty before. */
int metrics_default(struct metrics *m, const struct program *p, struct error *e);

/* Seconds of a field whose name ends in _ns, _us or _ms, bytes of _kb, else 1; or `scale`. */
double metric_scale(const struct metric *m);
double metric_scale_of(const char *field);

#endif
