/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: a tool's command line, checked by type. What is known is what the host has for every
 * tool (--duration …), what the program's filters bring (--pid …) and the program's own options.
 * '_' and '-' in a long name are the same (BCC has --extended_fields). Values may be given as
 * --name=value, --name value, -nvalue, -n value; flags may be joined (-Tx).
 */
#ifndef BCCHOST_TOOL_OPTIONS_H
#define BCCHOST_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "tool/program.h"

/* What an option of the program was given. */
struct option_value {
	bool given;	/* on the command line, or by its default */
	int64_t number; /* INTEGER, ENUM (ORed if several), DISK */
	double real;	/* NUMBER */
	char *text; /* NAME, PATH, REGEX, TEXT; PATTERN: a name, or a regular expression: "^…" */
	size_t npaths; /* DIRECTORY; TEXT, if several may be given */
	char **paths;
};

/* The groups that a task must be in, or below: the index of each in the array of them. */
enum options_within {
	OPTIONS_WITHIN_CGROUP,
	OPTIONS_WITHIN_CONTAINER,
	OPTIONS_WITHIN_POD,
	OPTIONS_NWITHIN,
};

/* --show: columns of the host's own. */
enum options_show {
	OPTIONS_SHOW_CONTAINER = 1,
	OPTIONS_SHOW_POD = 2,
	OPTIONS_SHOW_CGROUP = 4,
};

enum options_buffer {
	OPTIONS_BUFFER_AUTO,
	OPTIONS_BUFFER_RING,
	OPTIONS_BUFFER_PERF,
};

/* --output: what is printed, and how. Not given, it is text, unless the tool has a flag of its own
 * for another form (`csv:`, `json:` of its program). */
enum options_output {
	OPTIONS_OUTPUT_DEFAULT,
	OPTIONS_OUTPUT_TEXT,
	OPTIONS_OUTPUT_JSON,
	OPTIONS_OUTPUT_CSV,
	OPTIONS_OUTPUT_SVG, /* of a histogram: its heat map as a picture */
};

enum options_debug {
	OPTIONS_DEBUG_PREPROCESSED = 1,
	OPTIONS_DEBUG_IR = 2,
	OPTIONS_DEBUG_ASM = 4,
	OPTIONS_DEBUG_SOURCE = 8,
	OPTIONS_DEBUG_VERIFIER = 16,
};

enum options_color {
	OPTIONS_COLOR_AUTO, /* on a terminal, unless NO_COLOR or TERM say otherwise */
	OPTIONS_COLOR_ALWAYS,
	OPTIONS_COLOR_NEVER,
};

struct options {
	/* the host's, for every tool */
	bool help;		  /* -h --help */
	bool print_bpf;		  /* --print-bpf */
	bool compile_only;	  /* --compile-only: compile, report, load nothing */
	bool no_cache;		  /* --no-cache */
	bool verbose;		  /* --verbose */
	bool no_header;		  /* --no-header */
	unsigned int debug;	  /* --debug=WORD[,WORD…]; bits of enum options_debug */
	double duration;	  /* -d --duration SECONDS; 0: until it is interrupted */
	uint64_t max_events;	  /* -M --max-events N; 0: no end */
	bool timestamp;		  /* -T --timestamp */
	double interval;	  /* --interval SECONDS; 0: as the program has it */
	uint64_t count;		  /* --count N intervals; 0: no end */
	unsigned int show;	  /* --show WORD[,WORD…]; bits of enum options_show */
	const char *sort;	  /* -s --sort WORD, one of the program's; points into argv */
	uint32_t maxrows;	  /* -r --maxrows N; 0: not given */
	bool noclear;		  /* -C --noclear */
	bool heatmap;		  /* --heatmap */
	enum options_color color; /* --color auto|always|never */
	bool color_given;
	uint32_t buffer_pages;	    /* -b --buffer-pages N, a power of two; 0: by the host */
	enum options_output output; /* --output text|json|csv */
	enum options_buffer buffer; /* --buffer auto|ring|perf */
	const char *variant;  /* --variant NAME, one of the program's; these point into argv */
	const char *btf;      /* --btf FILE|none */
	const char *kallsyms; /* --kallsyms FILE */
	const char *release;  /* --kernel-release RELEASE */
	const char *headers;  /* --headers auto|btf|installed|DIR|FILE.tar.xz; NULL: auto */

	bool sums; /* no option: the exporter wants the sums of a histogram (tool/metrics.h) */

	/* the filters', where the program lists them */
	bool has_pid, has_tid, has_uid, has_inode, has_dir;
	uint32_t pid, tid, uid; /* -p --pid, -t --tid (1…4194304), -u --uid (0…4294967294) */
	const char *name;	/* -n --name: the comm contains it; 1…15 bytes */
	const char *cgroup;	/* --cgroup PATH: a directory of the cgroup2 file system */
	const char *container;	/* --container ID|NAME, as it was typed */
	const char *pod;	/* --pod UID|NAME */
	const char *cgroupmap;	/* --cgroupmap PATH: a pinned hash of u64 cgroup ids */
	const char *mntnsmap;	/* --mntnsmap PATH: a pinned hash of u64 mount namespace ids */
	bool has_mntns;
	uint32_t mntns; /* --mntns NUMBER|PATH */
	uint64_t inode; /* --inode [MAJOR:MINOR:]INODE (-i too for parent_inode) */
	bool inode_has_dev;
	dev_t inode_dev; /* makedev(MAJOR, MINOR) */
	const char *dir; /* --dir PATH, an existing directory */
	bool recursive;	 /* --recursive: with --dir, anything below it; alone: an error */

	/* what --cgroup, --container and --pod mean: directories of the cgroup2 file system, by
	 * enum options_within; owned; NULL: not given */
	char *within[OPTIONS_NWITHIN];
	uint32_t container_mntns; /* instead of a group (container/find.h), or 0 */

	/* the program's own, in the order of program->options */
	struct option_value *values; /* owned */
	size_t nvalues;
};

/*
 * argv[0] is the tool's name; the rest its options, and words without a dash, anywhere between
 * them: each fills the first of the program's `arguments` that was not given yet and takes it.
 * `base` holds what was given before the tool's name (--print-bpf, --btf …) and is copied first.
 * Where a program gives one of its own options a short name that the host or a filter also has, the
 * program's wins. A value that is given again replaces the one before (but --debug and `many` add
 * up). Errors: FAULT_USAGE, naming the option and what it takes; for an unknown one near names and
 * "see `bcchost TOOL --help`". With -h or
 * --help anywhere, out->help is set and nothing else counts: no error, values not all there.
 * After an error *out holds nothing that is to be freed.
 */
int options_parse(const struct program *p, int argc, char **argv, const struct options *base,
		  struct options *out, struct error *e);
void options_free(struct options *o);

/*
 * Those of the host's that may stand before the tool's name, from argv[1] on. *next is the index
 * of the first word that is no option (argc if none): the tool's name or command. Also knows -h,
 * --help, --version (sets *version), --tools-dir DIR (several; appended to *dirs, an array of
 * pointers into argv, the array the caller's to free, after an error too). --help before a tool's
 * name is passed on in *out, so that `bcchost --help TOOL` is TOOL's help.
 */
int options_parse_global(int argc, char **argv, struct options *out, int *next, bool *version,
			 char ***dirs, size_t *ndirs, struct error *e);

/*
 * Was the option of that long name given (the program's own, where a default counts as given, a
 * filter's, or a common one)?
 */
bool options_given(const struct options *o, const struct program *p, const char *name);

/* Is `name` the long name of an option that this program would know? */
bool options_known(const struct program *p, const char *name);

/* A heat map, in characters or as a picture: output/heat.h instead of rows. */
static inline bool options_want_map(const struct options *o)
{
	return o->heatmap || o->output == OPTIONS_OUTPUT_SVG;
}

/* Seconds between two prints of a periodic output; 0: it prints once, at the end. A heat map has a
 * column an interval, and so one in any case. */
static inline double options_interval(const struct options *o, const struct program *p)
{
	if (o->interval > 0 || p->interval > 0)
		return o->interval > 0 ? o->interval : p->interval;
	return options_want_map(o) ? 1 : 0;
}

/* --output json or csv: output/data.h instead of text. */
static inline bool options_want_data(const struct options *o)
{
	return o->output == OPTIONS_OUTPUT_JSON || o->output == OPTIONS_OUTPUT_CSV;
}

/* The value of an option of the program's own; NULL if it has none of that name. */
const struct option_value *options_value(const struct options *o, const struct program *p,
					 const char *name);

/* `bcchost TOOL --help`: usage, what it shows, options in groups, examples; the caller's to free.
 */
char *options_help(const struct program *p);

/* `bcchost --help`: usage, commands, options before the tool's name, exit codes, examples. */
char *options_help_global(void);

/* `bcchost COMMAND --help`; NULL if that is no command (run and export have help of their own), or
 * without memory. */
char *options_help_command(const char *name);

/*
 * The tool's manual page, bcchost-TOOL(8), in roff; see: names of tools that it refers to, n of
 * them (its own is passed over). The caller's to free; NULL without memory.
 */
char *options_man(const struct program *p, const char *const *see, size_t n);

/* A tool of bcchost(8). */
struct options_tool {
	const char *name, *group, *summary;
};

/* bcchost(8) itself, with these tools; those of one group stand together. */
char *options_man_global(const struct options_tool *tools, size_t n);

#endif
