/* SPDX-License-Identifier: Apache-2.0 */
#include "script/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define FUNCTION  "FUNCTION=HANDLER"
#define MANY_TEXT PROGRAM_OPTION_TEXT, true

const struct command_attach command_attach[] = {
	{"kprobe", PROGRAM_KPROBE},
	{"kretprobe", PROGRAM_KRETPROBE},
	{"tracepoint", PROGRAM_TRACEPOINT},
	{"raw-tracepoint", PROGRAM_RAW_TRACEPOINT},
	{"kfunc", PROGRAM_KFUNC},
	{"kretfunc", PROGRAM_KRETFUNC},
	{"uprobe", PROGRAM_UPROBE},
	{"uretprobe", PROGRAM_URETPROBE},
	{"usdt", PROGRAM_USDT},
	{"perf-event", PROGRAM_PERF_EVENT},
};
const size_t command_nattach = COUNT(command_attach);

static const struct {
	const char *name;
	char letter;
	enum program_option_type type;
	bool many;
	const char *placeholder, *help;
} own[] = {
	{COMMAND_FILE, 0, PROGRAM_OPTION_TEXT, false, "FILE.c",
	 "the C text; - is standard input. It needs no --file before it"},
	{"kprobe", 0, MANY_TEXT, FUNCTION,
	 "call HANDLER when the kernel's FUNCTION is called: a name, \"vfs_*\", or a regular "
	 "expression; sys_NAME is the system call, whatever its function is called here"},
	{"kretprobe", 0, MANY_TEXT, FUNCTION, "the same when it returns"},
	{"tracepoint", 0, MANY_TEXT, "CATEGORY:NAME=HANDLER",
	 "call HANDLER at a tracepoint of /sys/kernel/tracing/events; NAME may have stars"},
	{"raw-tracepoint", 0, MANY_TEXT, "NAME=HANDLER", "call HANDLER at a raw tracepoint"},
	{"kfunc", 0, MANY_TEXT, FUNCTION, "call HANDLER by an fentry program"},
	{"kretfunc", 0, MANY_TEXT, FUNCTION, "call HANDLER by an fexit program"},
	{"uprobe", 0, MANY_TEXT, "FILE:SYMBOL=HANDLER",
	 "call HANDLER when any process calls that function of a program or a library (\"c\" is "
	 "libc); 0xOFFSET in the file may stand for SYMBOL, \"^pattern\" for several"},
	{"uretprobe", 0, MANY_TEXT, "FILE:SYMBOL=HANDLER", "the same when it returns"},
	{"usdt", 0, MANY_TEXT, "FILE:PROVIDER:PROBE=HANDLER",
	 "call HANDLER at a probe that a program or a library defines (`readelf -n` lists them); "
	 "bpf_usdt_readarg(N, ctx, &x) reads its arguments"},
	{"perf-event", 0, MANY_TEXT, "TYPE:EVENT[:PERIOD]=HANDLER",
	 "call HANDLER each time a counter has counted so many (software:cpu-clock, "
	 "hardware:cache-misses …), or @FREQUENCY times a second"},
	{COMMAND_DEFINE, 'D', MANY_TEXT, "NAME[=VALUE]",
	 "as #define NAME VALUE (1 without it): a number, a name or a \"string\""},
	{COMMAND_REPLACE, 0, MANY_TEXT, "WORD=TEXT",
	 "the script's own placeholder: TEXT, which is C of yours, takes the place of WORD "
	 "wherever it stands"},
	{COMMAND_SHOW, 0, MANY_TEXT, "TABLE",
	 "print this table, and only those that are named so; \"all\" are all"},
	{COMMAND_LOG2, 0, MANY_TEXT, "TABLE", "draw this table as a histogram of powers of two"},
	{COMMAND_LINEAR, 0, MANY_TEXT, "TABLE",
	 "draw this table as a histogram whose slots are values"},
	{COMMAND_KEEP, 0, PROGRAM_OPTION_FLAG, false, "",
	 "with --interval: print what was counted since the start, not since the last time"},
};

static const char description[] =
	"Compiles a C text of BCC's dialect as it is, attaches what it defines and prints what "
	"comes back, without a program file.\n"
	"\n"
	"Functions are attached by their names, as BCC does: kprobe__NAME, kretprobe__NAME, "
	"syscall__NAME, TRACEPOINT_PROBE(category, name), RAW_TRACEPOINT_PROBE(name), "
	"KFUNC_PROBE(name, …), KRETFUNC_PROBE(name, …), LSM_PROBE(hook, …); or by the options "
	"below.\n"
	"\n"
	"Shown are bpf_trace_printk's lines, every field of every event, histograms, and at the "
	"end (or every --interval) the other tables. A table that the text itself deletes from is "
	"taken for its memory, and not shown unless --table names it.\n"
	"\n"
	"A statement FILTER in the text is where the options of `Filters` are applied. What "
	"--replace puts in, like the text itself, is C that runs in the kernel: it is yours, and "
	"is not checked but by the compiler and the kernel's verifier.";

static const struct {
	const char *run, *does;
} examples[] = {
	{"run hello.c", "whatever hello.c attaches by its functions' names"},
	{"run --kprobe vfs_read=count --kprobe 'vfs_w*=count' --interval 1 count.c",
	 "call its function count at these functions, print its tables every second"},
	{"run --replace PID_FILTER= --define MAX_PID=32768 offcpu.c",
	 "a text that its script fills in: a placeholder left empty, a value that was -D"},
	{"--print-bpf run --kprobe sys_execve=syscall__execve exec.c",
	 "the text as it would be compiled; needs no root"},
	{"run --output json -d 10 events.c | jq .", "events as JSON, for ten seconds"},
};

/* Any of them: whether the text has FILTER is known when it is read. */
static const enum program_filter filters[] = {
	PROGRAM_FILTER_PID,  PROGRAM_FILTER_TID,    PROGRAM_FILTER_UID,
	PROGRAM_FILTER_COMM, PROGRAM_FILTER_CGROUP, PROGRAM_FILTER_MNTNS,
};

static bool copy_options(struct program *p)
{
	bool ok = true;

	p->options = calloc(COUNT(own), sizeof(*p->options));
	if (!p->options)
		return false;
	for (size_t i = 0; i < COUNT(own); i++) {
		struct program_option *o = &p->options[p->noptions++];

		o->name = strdup(own[i].name);
		o->short_name = own[i].letter;
		o->type = own[i].type;
		o->many = own[i].many;
		o->placeholder = strdup(own[i].placeholder);
		o->help = strdup(own[i].help);
		ok = ok && o->name && o->placeholder && o->help;
	}
	return ok;
}

static bool copy_examples(struct program *p)
{
	bool ok = true;

	p->examples = calloc(COUNT(examples), sizeof(*p->examples));
	if (!p->examples)
		return false;
	for (size_t i = 0; i < COUNT(examples); i++) {
		struct program_example *x = &p->examples[p->nexamples++];

		x->run = strdup(examples[i].run);
		x->does = strdup(examples[i].does);
		ok = ok && x->run && x->does;
	}
	return ok;
}

struct program *command_program(void)
{
	struct program *p = calloc(1, sizeof(*p));
	bool ok;

	if (!p)
		return NULL;
	p->name = strdup(COMMAND_RUN);
	p->path = strdup(COMMAND_RUN);
	p->summary = strdup("run BCC's C text as it is");
	p->description = strdup(description);
	p->output = PROGRAM_WHATEVER;
	p->arguments = calloc(1, sizeof(*p->arguments));
	p->filters = malloc(sizeof(filters));
	ok = p->name && p->path && p->summary && p->description && p->arguments && p->filters;
	if (p->filters) {
		memcpy(p->filters, filters, sizeof(filters));
		p->nfilters = COUNT(filters);
	}
	if (p->arguments && (p->arguments[0] = strdup(COMMAND_FILE)))
		p->narguments = 1;
	if (ok && p->narguments && copy_options(p) && copy_examples(p))
		return p;
	program_free(p);
	return NULL;
}

char *const *command_texts(const struct program *p, const struct options *o, const char *option,
			   size_t *n)
{
	const struct option_value *v = options_value(o, p, option);

	*n = v ? v->npaths : 0;
	return *n ? v->paths : NULL;
}

int command_pair(const char *option, const char *takes, const char *text, char **left, char **right,
		 struct error *e)
{
	const char *equals = strchr(text, '=');

	*left = *right = NULL;
	if (!equals || equals == text)
		return error_set(e, FAULT_USAGE, -EINVAL, "--%s %s: it takes %s", option,
				 *text ? text : "\"\"", takes);
	*left = strndup(text, (size_t)(equals - text));
	*right = strdup(equals + 1);
	if (*left && *right)
		return 0;
	free(*left);
	free(*right);
	*left = *right = NULL;
	return error_nomem(e);
}

void command_tell(struct buf *notes)
{
	const char *line = notes->data ? notes->data : "";

	while (*line) {
		size_t len = strcspn(line, "\n");

		fprintf(stderr, "bcchost: %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_free(notes);
}
