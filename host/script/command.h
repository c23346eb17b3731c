/* SPDX-License-Identifier: Apache-2.0 */
/* command: what `bcchost run` takes: a program in memory, so that --help, completion, the manual
 * page and the parser know it as they know a tool. */
#ifndef BCCHOST_SCRIPT_COMMAND_H
#define BCCHOST_SCRIPT_COMMAND_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "tool/options.h"
#include "tool/program.h"

/* What it is called on the command line. */
#define COMMAND_RUN "run"

/* The options that text of the user's own comes with; each may be given several times. */
#define COMMAND_FILE	"file"
#define COMMAND_DEFINE	"define"
#define COMMAND_REPLACE "replace"
#define COMMAND_SHOW	"table"
#define COMMAND_LINEAR	"linear"
#define COMMAND_LOG2	"log2"
#define COMMAND_KEEP	"keep"

/* An option that attaches: "--kprobe FUNCTION=HANDLER". */
struct command_attach {
	const char *option;
	enum program_probe_kind kind;
};
extern const struct command_attach command_attach[];
extern const size_t command_nattach;

/* The program, without probes and outputs: these come of the text. program_free; NULL without
 * memory. */
struct program *command_program(void);

/* The texts that an option was given, n of them; NULL if it was not given. */
char *const *command_texts(const struct program *p, const struct options *o, const char *option,
			   size_t *n);

/*
 * "LEFT=RIGHT" cut at its first '=', both the caller's. FAULT_USAGE, naming the option and what it
 * takes, if there is none or LEFT is empty.
 */
int command_pair(const char *option, const char *takes, const char *text, char **left, char **right,
		 struct error *e);

/* Says each line of the notes on stderr, and frees them. */
void command_tell(struct buf *notes);

#endif
