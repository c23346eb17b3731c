/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find: where the tools are. Looked at in this order: each --tools-dir, each directory of
 * BCCHOST_PATH (colon-separated; one that is not there is passed over), then the shipped ones:
 * ../share/bcchost beside an installed binary (../../share/bcchost of one in libexec/bcchost), the
 * source tree for one in its build…/ directory.
 * A directory may be flat (NAME.yaml beside NAME.bpf.c) or have programs/ and templates/.
 */
#ifndef BCCHOST_TOOL_FIND_H
#define BCCHOST_TOOL_FIND_H

#include <stddef.h>

#include "base/error.h"

struct find {
	size_t ndirs;
	char **dirs;	  /* owned; the shipped one last, if one was found */
	char *shipped;	  /* owned; "" if none was found */
	char *signatures; /* owned; where the shipped signatures.list is, or would be */
	char *helper; /* owned; path of bcchost-compile: what BCCHOST_COMPILE names, else beside the
			 binary, or ../libexec/bcchost */
	char *exporter; /* owned; path of bcchost-export, in the same places */
};

struct find_tool {
	char *name;
	char *path;  /* of its YAML file */
	char *group; /* from tools.list; "other" if it is not in there */
};

/* extra: the --tools-dir arguments; one that is no directory is an error (FAULT_USAGE). */
int find_init(struct find *f, char *const *extra, size_t nextra, struct error *e);
void find_free(struct find *f);

/* As find_init, for a binary at `exe` and a BCCHOST_PATH of `path` (may be NULL). For tests. */
int find_init_from(struct find *f, const char *exe, const char *path, char *const *extra,
		   size_t nextra, struct error *e);

/*
 * The YAML file of a tool (the caller's to free); FAULT_USAGE with near names if there is none. A
 * name that holds a slash is refused.
 */
int find_tool(const struct find *f, const char *name, char **path, struct error *e);

/* All tools, those of the first directories hiding later ones of the same name, sorted by group in
 * the order of tools.list, then name. The array and its strings are the caller's: find_tools_free.
 */
int find_tools(const struct find *f, struct find_tool **tools, size_t *n, struct error *e);
void find_tools_free(struct find_tool *tools, size_t n);

/*
 * "did you mean opensnoop or statsnoop?", or "" if none is near; NULL without memory. The caller's
 * to free. Used for options and YAML keys too; dashes before a word do not count. The candidates
 * that are nearest by edit distance, or else begin as `word` does, or else hold it: three at most.
 */
char *find_near(const char *word, const char *const *candidates, size_t n);

#endif
