/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exporter: many tools at work in one thread, and the web server that tells what they counted.
 *
 * A configuration is taken as a whole or not at all: what is wrong in it is found, and every tool
 * compiled, before anything is attached. A tool that fails on this kernel does not end the others.
 * SIGHUP reads the configuration again: tools of which it says the same go on, with what they
 * counted; those that are down are tried again; a wrong one leaves all as it was.
 */
#ifndef BCCHOST_EXPORT_EXPORTER_H
#define BCCHOST_EXPORT_EXPORTER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "tool/find.h"
#include "tool/options.h"

struct exporter_signals {
	volatile sig_atomic_t stopped; /* SIGINT, SIGTERM */
	volatile sig_atomic_t reload;  /* SIGHUP */
	int fd;			       /* readable once one of them is set: an eventfd */
};

struct exporter_asked {
	const struct find *find;
	const struct options *global; /* what stood before `export` */
	const char *listen;	      /* HTTP_DEFAULT */
	const char *config;	      /* a file; NULL: none */
	const char *user;	      /* to go on as, once the tools are attached; NULL: ours */
	bool no_seccomp;
	bool check; /* only see whether it could be done; nothing is attached */
	size_t nwords;
	char *const *words; /* TOOL[:option,…] */
};

/*
 * Compiles everything that is asked for, for the kernel that `global` names too, works the metrics
 * out, and prints their names. A tool that cannot be compiled is an error.
 */
int exporter_check(const struct exporter_asked *asked, struct exporter_signals *signals,
		   struct error *e);

/* Until it is stopped, which is success. An error if nothing could be started, or what was asked
 * for is wrong, or somebody else listens there. */
int exporter_run(const struct exporter_asked *asked, struct exporter_signals *signals,
		 struct error *e);

#endif
