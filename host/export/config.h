/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: which tools the exporter runs, with which options, and what it counts of them: from the
 * words of its command line (opensnoop:failed,name=main) and a file in the shape that the exporter
 * of eunomia-bpf has:
 *
 *	programs:
 *	  - name: opensnoop
 *	    options: {failed: true, name: main}
 *	    max_series: 500
 *	    metrics:                   # tool/metrics.h; those of the tool's own if it has none
 *	      counters:
 *	        - name: opens_total
 *	          description: opens of files
 *	          labels: [{name: comm}, {name: error, from: err}]
 */
#ifndef BCCHOST_EXPORT_CONFIG_H
#define BCCHOST_EXPORT_CONFIG_H

#include <stddef.h>

#include "base/error.h"
#include "tool/metrics.h"

struct config_program {
	char *name;
	size_t nwords; /* the tool's command line: its name, then "--option=value" each */
	char **words;
	struct metrics metrics;	 /* line 0: the tool's own */
	unsigned int max_series; /* 0: what the metrics say */
	unsigned int line;	 /* in the file; 0: from the command line */
	unsigned int options_line;
};

struct config {
	char *path; /* of the file; NULL: there is none */
	size_t n;
	struct config_program *programs;
};

/*
 * Adds one word of the command line: TOOL, or TOOL:option,option=value. A backslash takes the
 * meaning from a comma in a value. FAULT_USAGE.
 */
int config_add_word(struct config *c, const char *word, struct error *e);

/* Adds what the file says (file_read_trusted). FAULT_TOOL with file:line. */
int config_add_file(struct config *c, const char *path, struct error *e);

/* A tool that is there twice is an error: its metrics would have the same names. */
int config_check(const struct config *c, struct error *e);

/* Does b ask for the same as a, wherever in a file it stands? */
bool config_same(const struct config_program *a, const struct config_program *b);

/* For errors: "FILE:LINE: " of it, or the command line's word. The result is the caller's to free;
 * NULL without memory. line: 0 for that of the program. */
char *config_where(const struct config *c, const struct config_program *p, unsigned int line);

void config_free(struct config *c);
void config_program_free(struct config_program *p);

#endif
