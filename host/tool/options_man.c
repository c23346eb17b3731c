/* SPDX-License-Identifier: Apache-2.0 */
/* The manual pages, of a tool and of bcchost itself, in roff. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tool/columns_man.h"
#include "tool/fields_man.h"
#include "tool/options_text.h"
#include "tool/roff.h"

static void title(struct buf *b, const char *name)
{
	buf_str(b, ".\\\" Made by `bcchost man`; its source is the tool's program.\n.TH ");
	for (; *name; name++) {
		char c[2] = {(char)toupper((unsigned char)*name), '\0'};

		roff_words(b, c);
	}
	buf_str(b, " 8 \"" BCCHOST_DATE "\" \"bcchost " BCCHOST_VERSION
		   "\" \"System Administration\"\n.nh\n"); /* no option is torn */
}

static void name_section(struct buf *b, const char *name, const char *summary)
{
	struct buf text = {0};

	roff_heading(b, ".SH", "NAME");
	buf_printf(&text, "%s - %s", name, summary);
	roff_text(b, text.data ?: "", ".PP");
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

static void section(struct buf *b, const char *heading, const char *text)
{
	if (!text || !*text)
		return;
	roff_heading(b, ".SH", heading);
	roff_text(b, text, ".PP");
}

/* A line of what --help has after two blanks, as a sentence. */
static void option(struct buf *b, char letter, const char *name, const char *placeholder,
		   struct buf *text)
{
	char l[] = {'-', letter, '\0'};

	buf_str(b, ".TP\n");
	if (letter) {
		roff_bold(b, l);
		buf_str(b, ", ");
	}
	buf_str(b, "\\fB\\-\\-");
	roff_words(b, name);
	buf_str(b, "\\fR");
	if (placeholder && *placeholder) {
		buf_char(b, ' ');
		roff_italic(b, placeholder);
	}
	buf_char(b, '\n');
	roff_capital(text);
	buf_char(text, '.');
	roff_text(b, text->data ?: "", ROFF_TAGGED);
	b->failed |= buf_failed(text);
	buf_free(text);
}

static void own_options(struct buf *b, const struct program *p)
{
	if (p->noptions)
		roff_heading(b, ".SS", "Its own");
	for (size_t i = 0; i < p->noptions; i++) {
		const struct program_option *o = &p->options[i];
		struct buf text = {0};

		options_text_own(&text, o);
		option(b, o->short_name, o->name, o->placeholder, &text);
	}
}

static void common_options(struct buf *b, const struct program *p, enum options_group group,
			   const char *heading)
{
	bool any = false;

	for (size_t i = 0; i < options_table_len; i++) {
		const struct options_entry *o = &options_table[i];
		struct buf text = {0};

		if (o->group != group || !options_table_has(p, o))
			continue;
		if (!any)
			roff_heading(b, ".SS", heading);
		any = true;
		options_text_common(&text, p, o);
		option(b, options_table_letter(p, o), o->name, o->placeholder, &text);
	}
}

/* --- the end of each page --- */

static void exits(struct buf *b)
{
	roff_heading(b, ".SH", "EXIT STATUS");
	for (size_t i = 0; i < options_exits_len; i++) {
		struct buf text = {0};
		char code[] = {(char)('0' + options_exits[i].fault), '\0'};

		buf_printf(&text, "%s.", options_exits[i].text);
		roff_capital(&text);
		roff_tagged(b, code, text.data ?: "");
		b->failed |= buf_failed(&text);
		buf_free(&text);
	}
}

static void example(struct buf *b, const char *before, const char *run, const char *does)
{
	struct buf text = {0};

	buf_printf(&text, "%s.", does);
	roff_capital(&text);
	buf_str(b, ".TP\n\\fB");
	roff_words(b, before);
	roff_words(b, run);
	buf_str(b, "\\fR\n");
	roff_text(b, text.data ?: "", ROFF_TAGGED);
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

static void reference(struct buf *b, const char *before, const char *name, const char *after)
{
	buf_str(b, ".BR ");
	roff_words(b, before);
	roff_words(b, name);
	buf_printf(b, " (8)%s\n", after);
}

static const char description_end[] =
	"\nIt prints until Ctrl-C, or until what its options say, and needs root, or CAP_BPF and "
	"CAP_PERFMON. How it fits itself to the kernel, and what all tools have in common, is in "
	"`bcchost`(8).";

static void description(struct buf *b, const struct program *p)
{
	struct buf text = {0};

	buf_str(&text, *p->description ? p->description : p->summary);
	if (!*p->description) {
		roff_capital(&text);
		buf_char(&text, '.');
	}
	buf_str(&text, description_end);
	section(b, "DESCRIPTION", text.data);
	b->failed |= buf_failed(&text);
	buf_free(&text);
}

static void synopsis(struct buf *b, const struct program *p)
{
	struct buf arguments = {0};

	options_text_arguments(&arguments, p);
	roff_heading(b, ".SH", "SYNOPSIS");
	buf_str(b, "\\fBbcchost ");
	roff_words(b, p->name);
	buf_str(b, "\\fR [\\fIoptions\\fR]");
	roff_words(b, arguments.data ?: "");
	buf_char(b, '\n');
	b->failed |= buf_failed(&arguments);
	buf_free(&arguments);
}

char *options_man(const struct program *p, const char *const *see, size_t n)
{
	struct buf b = {0}, name = {0};
	size_t others = 0;

	buf_printf(&name, "bcchost-%s", p->name);
	title(&b, name.data ?: "");
	name_section(&b, name.data ?: "", p->summary);
	b.failed |= buf_failed(&name);
	buf_free(&name);
	synopsis(&b, p);
	description(&b, p);
	roff_heading(&b, ".SH", "OPTIONS");
	own_options(&b, p);
	for (size_t i = 0; i < options_groups_len; i++)
		common_options(&b, p, options_groups[i].group, options_groups[i].heading);
	columns_man(&b, p);
	fields_man(&b, p);
	section(&b, "OVERHEAD", p->overhead);
	section(&b, "CAVEATS", p->caveats);
	if (p->nexamples)
		roff_heading(&b, ".SH", "EXAMPLES");
	for (size_t i = 0; i < p->nexamples; i++)
		example(&b, "bcchost ", p->examples[i].run, p->examples[i].does);
	exits(&b);
	roff_heading(&b, ".SH", "SEE ALSO");
	for (size_t i = 0; i < n; i++)
		others += strcmp(see[i], p->name) != 0;
	reference(&b, "", "bcchost", others ? "," : "");
	for (size_t i = 0; i < n; i++)
		if (strcmp(see[i], p->name) != 0)
			reference(&b, "bcchost-", see[i], --others ? "," : "");
	return buf_take(&b);
}

static void pairs(struct buf *b, const char *heading, const struct options_pair *v, size_t n)
{
	roff_heading(b, ".SH", heading);
	for (size_t i = 0; i < n; i++)
		example(b, "", v[i].left, v[i].text);
}

static const char global_description[] =
	"Runs BPF tracing tools. A tool is two text files: a program (YAML: options, filters, "
	"probes, what is printed) and a template (C for BPF, as BCC has it). When it is started, "
	"bcchost asks the kernel what its functions' parameters and its types look like (BTF, "
	"kallsyms), makes the template's text fit, compiles it in a process of its own, loads it, "
	"attaches it and prints what comes back.\n"
	"Options before the tool's name are bcchost's; those after it are the tool's, whose own "
	"page has them all.";

static const char global_files[] =
	"Tools are looked for in each --tools-dir, in the directories of BCCHOST_PATH, then in "
	"share/bcchost beside the directory of the program itself. A directory may hold NAME.yaml "
	"beside NAME.bpf.c, or have directories programs and templates. As root, files that others "
	"can write are refused.";

static const char global_containers[] =
	"A container is told by its cgroup, whose path its runtime chose: of Docker, Podman, "
	"containerd, CRI-O and Kubernetes with either cgroup driver, LXC and systemd-nspawn. "
	"--container takes its id or its name, --pod the pod's UID or its name, each also by how "
	"it "
	"begins; what is in that group or below it is traced. They mean what there is when the "
	"tool "
	"starts: a container that is started again is another group. --cgroup takes any directory "
	"of cgroup2, --mntns a mount namespace. --show container,pod,cgroup adds columns to tools "
	"that print events.\n"
	"Names that the path does not have come from config.v2.json in /var/lib/docker/containers, "
	"containers.json in /var/lib/containers/storage/overlay-containers, and the names of files "
	"in /var/log/containers and /var/log/pods. A container in cgroups of version 1 alone is "
	"known by its mount namespace; --pod and --show need cgroup2.";

char *options_man_global(const struct options_tool *tools, size_t n)
{
	struct buf b = {0};

	title(&b, "bcchost");
	name_section(&b, "bcchost", "runs BPF tracing tools");
	roff_heading(&b, ".SH", "SYNOPSIS");
	buf_str(&b, "\\fBbcchost\\fR [\\fIoptions\\fR] \\fITOOL\\fR [\\fIthe tool\\(aqs "
		    "options\\fR]\n.br\n\\fBbcchost list\\fR\n.br\n\\fBbcchost man\\fR "
		    "[\\fITOOL\\fR]\n");
	section(&b, "DESCRIPTION", global_description);
	pairs(&b, "COMMANDS", options_commands, options_commands_len);
	roff_heading(&b, ".SH", "OPTIONS");
	common_options(&b, NULL, OPTIONS_GROUP_GLOBAL, "Before the tool's name");
	common_options(&b, NULL, OPTIONS_GROUP_KERNEL, "Before the tool's name or after it");
	if (n)
		roff_heading(&b, ".SH", "TOOLS");
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(tools[i].group, tools[i - 1].group) != 0)
			roff_heading(&b, ".SS", tools[i].group);
		example(&b, "", tools[i].name, tools[i].summary);
	}
	pairs(&b, "ENVIRONMENT", options_environment, options_environment_len);
	section(&b, "CONTAINERS", global_containers);
	section(&b, "FILES", global_files);
	pairs(&b, "EXAMPLES", options_examples, options_examples_len);
	exits(&b);
	roff_heading(&b, ".SH", "SEE ALSO");
	for (size_t i = 0; i < n; i++)
		reference(&b, "bcchost-", tools[i].name, i + 1 < n ? "," : "");
	if (!n)
		buf_str(&b, ".BR bpf (2)\n");
	return buf_take(&b);
}
