/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program: a tool's YAML file, checked: every key known, every value of its type, every name that
 * points somewhere (an option, a variant) pointing at something. docs/write-a-tool.md describes
 * the file for its authors. Loading does not touch the kernel.
 */
#ifndef BCCHOST_TOOL_PROGRAM_H
#define BCCHOST_TOOL_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/formula.h"
#include "tool/metrics.h"
#include "tool/program_call.h"

/* `filters:` — each brings its options (tool/options.h) and its part of FILTER (text/filter.h). */
enum program_filter {
	PROGRAM_FILTER_PID,	     /* "pid" */
	PROGRAM_FILTER_TID,	     /* "tid" */
	PROGRAM_FILTER_UID,	     /* "uid" */
	PROGRAM_FILTER_COMM,	     /* "comm" */
	PROGRAM_FILTER_CGROUP,	     /* "cgroup" */
	PROGRAM_FILTER_MNTNS,	     /* "mntns" */
	PROGRAM_FILTER_INODE,	     /* "inode": the file's own */
	PROGRAM_FILTER_PARENT_INODE, /* "parent_inode": its directory's */
	PROGRAM_FILTER_DIR,	     /* "dir" */
	PROGRAM_NFILTERS,
};

enum program_option_type {
	PROGRAM_OPTION_FLAG, /* no value */
	PROGRAM_OPTION_INTEGER,
	PROGRAM_OPTION_NUMBER,	  /* may have decimals: "0.5" */
	PROGRAM_OPTION_ENUM,	  /* one of `values`, by name */
	PROGRAM_OPTION_NAME,	  /* a word of at most max bytes (15 for a comm) */
	PROGRAM_OPTION_PATH,	  /* a path that must exist */
	PROGRAM_OPTION_DIRECTORY, /* directories that must exist */
	PROGRAM_OPTION_REGEX,	  /* a POSIX extended regular expression of at most 255 bytes */
	PROGRAM_OPTION_DISK,	  /* "sda" or "/dev/sda": its number, major << 20 | minor */
	PROGRAM_OPTION_PATTERN, /* of kernel functions: a name, "vfs_*", or a regular expression */
	PROGRAM_OPTION_BINARY,	/* a program's or a library's path, or its name (user/binary.h) */
	PROGRAM_OPTION_TEXT,	/* anything; no tool's: what it becomes part of is the user's own */
};

struct program_value { /* a name and its number, of an enumeration or of `names:` of a column */
	char *name;
	int64_t number;
};

/* `options:` — the tool's own. */
struct program_option {
	char *name;	 /* long, without dashes, words joined by '-': "flag-filter" */
	char short_name; /* 'f'; 0 if none */
	enum program_option_type type;
	bool many;	   /* ENUM, INTEGER: given several times, the numbers are ORed;
			      DIRECTORY: several, also with commas between, and shell patterns */
	int64_t min, max;  /* INTEGER and NUMBER: the bounds; NAME: max bytes (255) */
	char *placeholder; /* in --help: "FLAG"; by the type if the file has none; "" of a flag */
	char *help;
	char *fallback; /* `default:`, as if it had been typed; NULL if none */
	size_t nvalues;
	struct program_value *values;
	unsigned int line; /* in the YAML file */
};

enum program_probe_kind {
	PROGRAM_KPROBE,
	PROGRAM_KRETPROBE,
	PROGRAM_TRACEPOINT,	/* target "category:name" */
	PROGRAM_RAW_TRACEPOINT, /* target "name" */
	PROGRAM_KFUNC,		/* fentry */
	PROGRAM_KRETFUNC,	/* fexit */
	PROGRAM_PERF_EVENT,	/* target as in tool/perf_event.h */
	PROGRAM_LSM,		/* target "bpf_lsm_file_open", a hook's function; no tool's */
	PROGRAM_UPROBE,		/* target "/path:symbol", "library:symbol" or "/path:0xoffset" */
	PROGRAM_URETPROBE,
	PROGRAM_USDT, /* target "/path:provider:name", "library:name" */
};

/* `binary: {option: NAME, else: TEXT}` of a uprobe, whose targets are then without a file: the
 * option's value, of type binary or path; or of an integer, the files that this process runs. */
struct program_binary {
	char *option; /* NULL: the targets name their files */
	char *other;  /* `else:`, if it was not given; NULL: then the probe has to be `given:` */
	unsigned int line;
};

/* A number of a perf event's: as the file has it, or what an option was given. */
struct program_number {
	bool there;	/* the file has the key */
	char *option;	/* NULL: the number it is */
	bool has_other; /* `else:`, for when the option was not given */
	int64_t number; /* without an option, or of `else:` */
};

/* `{perf_event: "software:cpu-clock", frequency: {option: hz, else: 49}, period: {option: n}}`: of
 * the rates that counts whose option was given. A pid of 0 or less, a cpu of less: all. */
struct program_sampling {
	struct program_number frequency, period, pid, cpu;
};

/* `probes:` — `{kprobe: vfs_create, run: handler, optional: true, variant: V, when: FACT}`. */
struct program_probe {
	enum program_probe_kind kind;
	/* One name; or several, of which the first that exists is taken; or a pattern ("^vfs_.*").
	 */
	size_t ntargets;
	char **targets;
	char *option; /* of type pattern, whose value is the target instead; NULL: the targets */
	struct program_binary binary; /* of a uprobe */
	char *run;		      /* the handler's name in the template */
	bool optional;
	char *variant; /* only in this variant; NULL: in all */
	char *when;    /* only if this macro of `facts:` is defined; NULL: always */
	char *unless;  /* only if it is not; NULL: always */
	size_t ngiven; /* only if all these options were given */
	char **given;
	size_t nnot_given; /* only if none of these was */
	char **not_given;
	struct program_sampling sampling; /* of PROGRAM_PERF_EVENT */
	unsigned int line;		  /* 0: the command line named it (script/probes.h) */
};

/*
 * `substitute:` — WORD: {option: NAME, then: TEXT, else: TEXT}, or for an option with a value
 * WORD: {option: NAME, else: TEXT}: the word becomes the option's value as a decimal number
 * (ORed if given several times), or TEXT if it was not given.
 *
 * WORD: {option: NAME, else: NUMBER, constant: true}: the number is no part of the text, but put
 * into the program when it is loaded, so that another one costs no compile. It cannot be used where
 * C wants a constant (the size of an array, #if).
 *
 * WORD: {option: NAME, test: inode, else: TEXT}, for an option of type directory: WORD(dev, ino) is
 * a macro, true of the inodes of these directories, or TEXT if the option was not given.
 */
enum program_test {
	PROGRAM_TEST_NONE,
	PROGRAM_TEST_INODE, /* dev: super_block.s_dev, ino: inode.i_ino */
};

struct program_word {
	char *word;
	char *option;
	char *then;  /* NULL: the option's value */
	char *other; /* `else:`; NULL only if the option has a default, and so is always given */
	enum program_test test;
	bool constant;
	unsigned int line;
};

enum program_fact_kind {
	PROGRAM_FACT_PARAM,	 /* {param: [function, parameter]} */
	PROGRAM_FACT_SYMBOL,	 /* {symbol: name} */
	PROGRAM_FACT_FIELD,	 /* {field: [struct, member]} */
	PROGRAM_FACT_TYPE,	 /* {type: name} */
	PROGRAM_FACT_TRACEPOINT, /* {tracepoint: [category, name]} or "category:name" */
	PROGRAM_FACT_PERF_EVENT, /* {perf_event: "hardware:cpu-cycles"}: does this machine count it?
				  */
	PROGRAM_FACT_ADDRESS,	 /* {address: symbol}: the macro is where that is, a u64 */
};

/* `facts:` — MACRO: {…}; the macro is defined (as 1, but for an address) if the kernel has it. */
struct program_fact {
	char *macro;
	enum program_fact_kind kind;
	char *a, *b; /* b is NULL where the kind has one argument */
	unsigned int line;
};

/* `perf_counters:` — {TABLE: "hardware:cpu-cycles"}: what a BPF_PERF_ARRAY of the template counts.
 */
struct program_perf_counter {
	char *table, *event;
	unsigned int line;
};

enum program_output {
	PROGRAM_STREAM,	    /* a line an event */
	PROGRAM_TOP,	    /* a hash's entries, sorted, every interval */
	PROGRAM_HISTOGRAM,  /* rows of stars, every interval */
	PROGRAM_RATES,	    /* a line of counters a second, every interval */
	PROGRAM_TRACE_PIPE, /* what bpf_trace_printk prints */
	PROGRAM_WHATEVER,   /* all that a text has; no tool's (script/command.h) */
	PROGRAM_NOUTPUTS,
};

/* Those that read a table every interval; the others print what comes when it comes. */
static inline bool program_output_is_periodic(enum program_output output)
{
	return output == PROGRAM_TOP || output == PROGRAM_HISTOGRAM || output == PROGRAM_RATES;
}

/* `sort:` of a top — WORD: [field, …]: the sum of these fields, largest first. */
struct program_sort {
	char *name;
	size_t nfields;
	char **fields;
	unsigned int line;
};

/* `label:` of a histogram: the first whose option was given, or that has none. */
struct program_label {
	char *text, *when; /* when: NULL if it always holds */
	unsigned int line;
};

enum program_column_value {
	PROGRAM_COLUMN_FIELD,	/* of the event */
	PROGRAM_COLUMN_TIME,	/* local wall clock, HH:MM:SS */
	PROGRAM_COLUMN_ELAPSED, /* seconds since the first event, by its `field` if there is one */
	PROGRAM_COLUMN_FORMULA, /* `formula:`: worked out of several fields */
	PROGRAM_COLUMN_PARTS,	/* the nparts columns that follow, side by side */
	PROGRAM_COLUMN_TEXT,	/* `text`, always the same; a part of a column only */
};

enum program_unit {
	PROGRAM_UNIT_NONE,
	PROGRAM_UNIT_SECONDS, /* of a field in nanoseconds (or _us, _ms by its name's end) */
	PROGRAM_UNIT_MILLISECONDS,
	PROGRAM_UNIT_MICROSECONDS,
	PROGRAM_UNIT_KILOBYTES, /* of a field in bytes */
};

enum program_format {
	PROGRAM_FORMAT_AUTO, /* a number in decimal, a char array as text */
	PROGRAM_FORMAT_HEX,
	PROGRAM_FORMAT_OCTAL,
	PROGRAM_FORMAT_KSYM,  /* a kernel address, as the name of its function */
	PROGRAM_FORMAT_KADDR, /* … as the address that this function begins at */
	PROGRAM_FORMAT_PATH,  /* the field, with the directories of `dirs` before it */
	PROGRAM_FORMAT_ARGS,  /* a list of strings (output/strlist.h) as a command line's words */
	PROGRAM_FORMAT_CALL,  /* one of `calls`, with its arguments and its result */
	PROGRAM_FORMAT_IP,    /* an internet address of 4 or 16 bytes, in network order */
	PROGRAM_FORMAT_STACK, /* a number in the table `stacks`, as the kernel's functions */
	PROGRAM_FORMAT_USER_STACK, /* … as those of the program of the process `pid` */
	PROGRAM_FORMAT_USYM,	   /* an address in that program, as the name of its function */
	PROGRAM_FORMAT_BYTES, /* an array's elements as numbers, anything else as hexadecimal bytes
			       */
};

enum program_align {
	PROGRAM_ALIGN_LEFT,
	PROGRAM_ALIGN_RIGHT,
};

/* `highlight:` of a column: which of its values are coloured on a terminal. */
enum program_highlight {
	PROGRAM_HIGHLIGHT_NONE,
	PROGRAM_HIGHLIGHT_NONZERO,  /* "nonzero": an error number */
	PROGRAM_HIGHLIGHT_NEGATIVE, /* "negative": a result that is an error */
	PROGRAM_HIGHLIGHT_OVER,	    /* {over: N}: more than that, in the column's unit */
	PROGRAM_HIGHLIGHT_TIMES,    /* {times: N}, or "slow", which is 10: more than so many times
				       what is usual (output/median.h) */
};

/*
 * A column of several parts (`parts:`) stands before them in the program's list, where each is a
 * column of its own, so that to JSON, CSV and metrics its fields are like any others. Only who lays
 * out lines has to look at `part`.
 */
struct program_column {
	char *title; /* of a part: the whole column's */
	enum program_column_value value;
	char *field;   /* for PROGRAM_COLUMN_FIELD; of PROGRAM_COLUMN_ELAPSED, in ns, or NULL */
	char *text;    /* for PROGRAM_COLUMN_TEXT */
	size_t nparts; /* of PROGRAM_COLUMN_PARTS */
	struct program_column *parts; /* while the file is read; then they follow */
	bool part;
	char *if_field; /* `if:` of a part: it is there only in events in which this field … */
	size_t nif;
	int64_t *if_is; /* … is one of these; NULL: in all */
	char *dirs;	/* `dirs:` for PROGRAM_FORMAT_PATH: a char array of names, leaf first, each
			   ended by a NUL; "/" ends an absolute one */
	char *quote;	/* `quote:` for PROGRAM_FORMAT_ARGS: in quotes if that option was given */
	struct program_calls calls; /* of PROGRAM_FORMAT_CALL */
	struct formula *formula;    /* for PROGRAM_COLUMN_FORMULA */
	char *percent_of;	    /* the field is shown in percent of this one; or NULL */
	char *stacks; /* `stacks:` for PROGRAM_FORMAT_STACK and _USER_STACK: a BPF_STACK_TRACE */
	char *pid;    /* `pid:` for PROGRAM_FORMAT_USER_STACK and _USYM: the field with the process:
			 its id, or what bpf_get_current_pid_tgid says; or … */
	char *pid_option;	       /* … the option that names it: `pid: {option: NAME}` */
	bool show_offset, show_module; /* of a function's name: "+0x12", " [libc.so.6]" */
	char *as;	    /* what the field is called in JSON and CSV (tool/fields.h); or NULL */
	char *unknown;	    /* `unknown:` the number or text that says that it is not known; NULL */
	char *about;	    /* for the man page: what it holds; NULL if the file does not say */
	unsigned int width; /* characters; 0: as wide as the value is (the last column) */
	enum program_align align;
	enum program_unit unit;
	unsigned int divide_by; /* a number is divided by this; 0: it is not */
	unsigned int
		decimals; /* with a unit: 0…9; `digits:` zero-padded minimum for octal and hex */
	unsigned int digits;
	unsigned int index; /* `index:` of rates: the array's entry, from 0, and 1 more; 0: none */
	bool per_interval;  /* `per: interval`, of rates: as counted, not a second */
	enum program_format format;
	char *when,
		*unless; /* shown only if that option was given, was not given; NULL: always.
			    Common options' and filters' names count too ("timestamp", "tid"). */
	size_t nnames;
	struct program_value *names; /* numbers shown as these words */
	char *other;	  /* `other:` what the other numbers are shown as; NULL: as numbers */
	unsigned int cut; /* characters of a text that are shown; 0: all */
	bool round_down;  /* a number that is divided: what is behind the point is dropped */
	enum program_highlight highlight;
	double highlight_than; /* of OVER and TIMES */
	size_t nbits;
	struct program_value *bits; /* what the bits of a number are called; output/bits.h */
	unsigned int line;
};

/* `only:` — {option: NAME, field: FIELD}: only events whose text in the field matches the option's
 * regular expression, if it was given. */
struct program_only {
	char *option, *field;
	unsigned int line;
};

struct program_example {
	char *run, *does;
};

struct program {
	char *name;	     /* the file's, without .yaml */
	char *path;	     /* as found */
	char *template_path; /* beside it: ../templates/NAME.bpf.c, or `template:` of the same
				place; in a flat directory NAME.bpf.c next to the YAML file */
	char *include_dir;   /* templates/include of the same place; include/ in a flat directory */
	char *summary;
	char *description;	  /* optional, for --help; "" if none */
	char *overhead, *caveats; /* for the man page; NULL if the file has none */
	size_t nfilters;
	enum program_filter *filters;
	size_t noptions;
	struct program_option *options;
	size_t nmodules;
	char **modules; /* `modules:` that its probes attach to, loaded on demand */
	size_t nletters;
	struct program_value *letters; /* an option of the host's, and its letter in this tool */
	size_t nvariants;
	char **variants; /* in order of preference; 0 if the tool has but one way */
	size_t nprobes;
	struct program_probe *probes;
	size_t nwords;
	struct program_word *words;
	size_t nfacts;
	struct program_fact *facts;
	size_t nperf_counters;
	struct program_perf_counter *perf_counters;
	size_t narguments;
	char **arguments; /* long names of the options that words without a dash fill */
	enum program_output output;
	char *table; /* that events come through, or that is read; of the trace pipe NULL */
	unsigned int table_line;
	double interval; /* of a periodic output, seconds; 0: once, at the end */
	bool loadavg;	 /* a top with the load average above it */
	bool all_rows;	 /* `table:`, a top of all rows that is no screen; arrays, too */
	bool ascending;	 /* … the smallest first */
	bool keep;	 /* … whose entries stay: each time all since the start is shown */
	bool headless;	 /* `heading: false`: lines without titles above them */
	bool linear;	 /* a histogram whose slots are values, not powers of two */
	char *origin;	 /* which of a text's tables it is, where JSON and CSV are to say so: of
			    `bcchost run`, and of several outputs that are not alike; else NULL */
	char *slot;	 /* … the member of its key that is the slot; NULL: "slot", or the key */
	char *folded; /* the option (a flag) that asks for lines as flame graphs take them; NULL */
	char *csv;    /* the option (a flag) that asks for comma-separated lines; or NULL */
	char *json;   /* the option (a flag) that asks for JSON; or NULL */
	char *clock;  /* of a stream: the field with the event's time, bpf_ktime_get_ns; or NULL */
	size_t nbeside;
	char **beside; /* of a top: tables with the same keys, whose values its rows have too */
	size_t nsorts;
	struct program_sort *sorts;
	size_t nlabels;
	struct program_label *labels;
	size_t nonly;
	struct program_only *only;
	size_t ncolumns;
	struct program_column *columns;
	size_t nalso;
	struct program *also; /* `also:` what is shown besides; of each only what `output:` says,
				 name, path and template_path are set, csv and interval as here */
	const struct program *main; /* of one in `also`: whose options these are; else NULL */
	struct metrics metrics;	    /* for the exporter; metrics_default, if the file has none */
	size_t nexamples;
	struct program_example *examples;
};

/*
 * Reads and checks one. What the file says wrong is FAULT_TOOL and begins with "file:line: "; for
 * one that cannot be read, or as root that others can write, see file_read_trusted. The file's name
 * without .yaml is to be [a-z][a-z0-9_-]*. *p is the caller's, to be freed with program_free; NULL
 * after an error.
 */
int program_load(const char *path, struct program **p, struct error *e);
void program_free(struct program *p);

/* May a tool be called that: a-z, 0-9, - and _, beginning with a letter? */
bool program_is_tool_name(const char *s);

/* What it shows: the `output:` itself, which is 0, and what stands in `also:`. */
static inline size_t program_noutputs(const struct program *p)
{
	return 1 + p->nalso;
}

static inline const struct program *program_output_at(const struct program *p, size_t i)
{
	return i ? &p->also[i - 1] : p;
}

/* Is any of them of that kind? */
bool program_has_output(const struct program *p, enum program_output output);

/* Rates of an array whose entries are side by side, by `index:`? */
static inline bool program_is_wide(const struct program *p)
{
	for (size_t i = 0; i < p->ncolumns; i++)
		if (p->columns[i].index)
			return true;
	return false;
}

/* Those that read a table, if any. */
bool program_has_periodic(const struct program *p);

/* Does output i give rows of one sort with the first: both are events, or it is the first? What is
 * one file of rows (CSV), or counted together (the exporter), is made of these. */
bool program_goes_along(const struct program *p, size_t i);

bool program_has_filter(const struct program *p, enum program_filter filter);
const char *program_output_name(enum program_output output); /* "stream" */
/* The program's own option of that long name, or NULL. */
const struct program_option *program_option_find(const struct program *p, const char *name);
/* The one of that macro, or NULL. */
const struct program_fact *program_fact(const struct program *p, const char *macro);
/* Is it a stack, which stands on lines of its own? */
static inline bool program_column_is_stack(const struct program_column *c)
{
	return c->format == PROGRAM_FORMAT_STACK || c->format == PROGRAM_FORMAT_USER_STACK;
}

/* What is named while the tool runs, of the kernel's stacks and of user programs. */
static inline bool program_column_is_of_users(const struct program_column *c)
{
	return program_column_is_stack(c) || c->format == PROGRAM_FORMAT_USYM;
}

const char *program_probe_kind_name(enum program_probe_kind kind); /* "kprobe" */

/* Does a BPF trampoline run it: fentry, fexit, or a security hook's? */
static inline bool program_probe_is_fentry(enum program_probe_kind kind)
{
	return kind == PROGRAM_KFUNC || kind == PROGRAM_KRETFUNC || kind == PROGRAM_LSM;
}

/* Is it in user programs? */
static inline bool program_probe_is_uprobe(enum program_probe_kind kind)
{
	return kind == PROGRAM_UPROBE || kind == PROGRAM_URETPROBE || kind == PROGRAM_USDT;
}

static inline bool program_probe_is_kprobe(enum program_probe_kind kind)
{
	return kind == PROGRAM_KPROBE || kind == PROGRAM_KRETPROBE;
}

#endif
