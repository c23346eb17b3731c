/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exported: one tool of the exporter, from what the configuration says of it to the last event that
 * was counted. Its metrics stay when it goes down: what was counted was counted.
 */
#ifndef BCCHOST_EXPORT_EXPORTED_H
#define BCCHOST_EXPORT_EXPORTED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "export/config.h"
#include "export/counting.h"
#include "tool/find.h"
#include "tool/options.h"
#include "tool/program.h"

struct exported;

/*
 * Reads the tool's files and checks what the configuration wants of it. `wanted` is taken over
 * (zeroed) on success. Errors name the file and line, or the word, that asked for it.
 */
int exported_new(struct exported **x, const struct find *find, const struct options *global,
		 const struct config *c, struct config_program *wanted,
		 const volatile sig_atomic_t *stopped, struct error *e);
void exported_free(struct exported *x); /* x may be NULL; detaches */

/*
 * Compiles it for this kernel and works its metrics out; nothing is attached. *wrong: the
 * configuration is to blame, not the tool or the kernel.
 */
int exported_make(struct exported *x, bool *wrong, struct error *e);

/* Attaches it; if the kernel refuses, its next variant. It is up after that. */
int exported_start(struct exported *x, struct error *e);

/* It is down: `why` goes to stderr. */
void exported_stop(struct exported *x, const struct error *why);

bool exported_up(const struct exported *x);
const char *exported_name(const struct exported *x);
const struct config_program *exported_wanted(const struct exported *x);
const struct metrics *exported_metrics(const struct exported *x);
const char *exported_path(const struct exported *x); /* of the file that these are in */

/* To be polled for; -1: not now, or never. exported_due: when exported_work is to be called even if
 * nothing is there, CLOCK_MONOTONIC ns; UINT64_MAX: not. */
int exported_fd(const struct exported *x);
uint64_t exported_due(const struct exported *x);

/* Counts what is there, if it is time or `readable`. `all`: whatever there is, now: for a scrape.
 * An error is its end: exported_stop. */
int exported_work(struct exported *x, bool readable, bool all, struct error *e);

/* The tool's metrics; NULL before exported_make. */
const struct counting *exported_counting(const struct exported *x);

struct exported_numbers {
	uint64_t events, lost;	   /* since it was attached; lost where it is counted */
	uint64_t run_ns, runs;	   /* of its programs; 0 unless the kernel counts that */
	uint64_t others;	   /* how often something was counted under `other` */
	size_t series, max_series; /* without the `other` ones */
};
void exported_numbers(struct exported *x, struct exported_numbers *n);

#endif
