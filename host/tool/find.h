/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find: where the tools are. Looked at in this order: each --tools-dir, each directory of
 * BCCHOST_PATH (colon-separated), then the shipped ones: ../share/bcchost beside an installed
 * binary, the source tree for one in build/. A directory may be flat (NAME.yaml beside
 * NAME.bpf.c) or have programs/ and templates/.
 */
#ifndef BCCHOST_TOOL_FIND_H
#define BCCHOST_TOOL_FIND_H

#include <stddef.h>

#include "base/error.h"

struct find {
	size_t ndirs;
	char **dirs;	/* owned; the shipped one last */
	char *shipped;	/* owned; "" if none was found */
	char *helper;	/* owned; path of bcchost-compile: beside the binary, or ../libexec/bcchost */
};

struct find_tool {
	char *name;
	char *path;  /* of its YAML file */
	char *group; /* from tools.list; "other" if it is not in there */
};

/* extra: the --tools-dir arguments; one that is no directory is an error (FAULT_USAGE). */
int find_init(struct find *f, char *const *extra, size_t nextra, struct error *e);
void find_free(struct find *f);

/*
 * The YAML file of a tool (the caller's to free); FAULT_USAGE with near names if there is none. A
 * name that holds a slash is refused.
 */
int find_tool(const struct find *f, const char *name, char **path, struct error *e);

/* All tools, those of the first directories hiding later ones of the same name, sorted by group in
 * the order of tools.list, then name. The array and its strings are the caller's: find_tools_free. */
int find_tools(const struct find *f, struct find_tool **tools, size_t *n, struct error *e);
void find_tools_free(struct find_tool *tools, size_t n);

/* "did you mean opensnoop or statsnoop?", or "" ; the caller's to free. Also used for option names:
 * candidates near `word` by edit distance. */
char *find_near(const char *word, const char *const *candidates, size_t n);

#endif
