/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/options_table.h"

#include <string.h>

#include "tool/options_set.h"

#define AT(member) offsetof(struct options, member), sizeof(((struct options *)0)->member)
/* What is done with the command line by the parser itself, without a place in struct options. */
#define NOWHERE 0, 0

#define FILTER(f) OPTIONS_GROUP_FILTER, PROGRAM_FILTER_##f, 0, false
#define OUTPUT	  OPTIONS_GROUP_OUTPUT, -1, 0, false
#define KERNEL	  OPTIONS_GROUP_KERNEL, -1, 0, true
#define GLOBAL	  OPTIONS_GROUP_GLOBAL, -1, 0, true
/* What only some kinds of output have. */
#define OUTPUT_OF(kinds) OPTIONS_GROUP_OUTPUT, -1, kinds, false
#define EVENTS		 OUTPUT_OF(1 << PROGRAM_STREAM | 1 << PROGRAM_WHATEVER)
#define LINES		 OUTPUT_OF(1 << PROGRAM_STREAM | 1 << PROGRAM_TRACE_PIPE | 1 << PROGRAM_WHATEVER)
#define PERIODIC                                                                   \
	OUTPUT_OF(1 << PROGRAM_TOP | 1 << PROGRAM_HISTOGRAM | 1 << PROGRAM_RATES | \
		  1 << PROGRAM_WHATEVER)
#define ROWS	     OUTPUT_OF(1 << PROGRAM_STREAM | 1 << PROGRAM_TOP)
#define TOP	     OUTPUT_OF(1 << PROGRAM_TOP)
#define TABLE	     OUTPUT_OF(OPTIONS_ALL_ROWS | 1 << PROGRAM_TOP)
#define STEADY	     OUTPUT_OF(OPTIONS_FIRST | 1 << PROGRAM_TOP)
#define HISTOGRAM    OUTPUT_OF(OPTIONS_FIRST | 1 << PROGRAM_HISTOGRAM)
#define NO_HISTOGRAM OUTPUT_OF(OPTIONS_FIRST | ((OPTIONS_SORTED - 1) & ~(1U << PROGRAM_HISTOGRAM)))
#define SORTED	     OUTPUT_OF(OPTIONS_SORTED | 1 << PROGRAM_TOP)

const struct options_entry options_table[] = {
	{"pid", 'p', "PID", "only this process", FILTER(PID), AT(has_pid), options_set_pid},
	{"tid", 't', "TID", "only this thread", FILTER(TID), AT(has_tid), options_set_tid},
	{"uid", 'u', "UID", "only this user, by number or name", FILTER(UID), AT(has_uid),
	 options_set_uid},
	{"name", 'n', "NAME", "only processes whose name has this in it", FILTER(COMM), AT(name),
	 options_set_name},
	{"cgroup", 0, "PATH", "only this cgroup and those below it (a directory of cgroup2)",
	 FILTER(CGROUP), AT(cgroup), options_set_cgroup},
	{"container", 0, "ID|NAME", "only this container, by its id or name or how that begins",
	 FILTER(CGROUP), AT(container), options_set_container},
	{"pod", 0, "UID|NAME", "only this pod, by its UID or [NAMESPACE/]NAME or how that begins",
	 FILTER(CGROUP), AT(pod), options_set_pod},
	{"cgroupmap", 0, "PATH", "only the cgroups in this pinned BPF map", FILTER(CGROUP),
	 AT(cgroupmap), options_set_cgroupmap},
	{"mntns", 0, "NUMBER|PATH", "only this mount namespace (4026531840, or /proc/PID/ns/mnt)",
	 FILTER(MNTNS), AT(has_mntns), options_set_mntns},
	{"mntnsmap", 0, "PATH", "only the mount namespaces in this pinned BPF map", FILTER(MNTNS),
	 AT(mntnsmap), options_set_mntnsmap},
	{"inode", 0, "[MAJ:MIN:]INODE", "only the file of this inode number, on any device or this",
	 FILTER(INODE), AT(has_inode), options_set_inode},
	{"inode", 'i', "[MAJ:MIN:]INODE",
	 "only files in the directory of this inode number, on any device or this",
	 FILTER(PARENT_INODE), AT(has_inode), options_set_inode},
	{"dir", 0, "PATH", "only files in this directory", FILTER(DIR), AT(has_dir),
	 options_set_dir},
	{"recursive", 0, NULL, "with --dir: and in the directories below it", FILTER(DIR),
	 AT(recursive), NULL},

	{"duration", 'd', "SECONDS", "stop after this time", OUTPUT, AT(duration),
	 options_set_duration},
	{"max-events", 'M', "N", "stop after so many events", LINES, AT(max_events),
	 options_set_max_events},
	{"timestamp", 'T', NULL, "show when each event came, in seconds from the first", LINES,
	 AT(timestamp), NULL},
	{"show", 0, "WORD,…", "add columns: container, pod or cgroup of the task", ROWS, AT(show),
	 options_set_show},
	{"interval", 0, "SECONDS", "print every so many seconds", PERIODIC, AT(interval),
	 options_set_interval},
	{"count", 0, "N", "print so many times, then stop", PERIODIC, AT(count), options_set_count},
	{"sort", 's', "WORD", "what comes first", SORTED, AT(sort), NULL},
	{"maxrows", 'r', "N", "so many rows at most (default: 20)", TOP, AT(maxrows),
	 options_set_maxrows},
	{"maxrows", 'r', "N", "so many rows at most (default: all)", TABLE, AT(maxrows),
	 options_set_maxrows},
	{"noclear", 'C', NULL, "no steady screen: one table below the other", STEADY, AT(noclear),
	 NULL},
	{"heatmap", 0, NULL, "a map over time, a column an interval (1 second if none is given)",
	 HISTOGRAM, AT(heatmap), NULL},
	{"color", 0, "auto|always|never",
	 "colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb", OUTPUT,
	 AT(color_given), options_set_color},
	{"output", 0, "text|json|csv", "print text, JSON (an object a line), or CSV", NO_HISTOGRAM,
	 AT(output), options_set_output},
	{"output", 0, "text|json|csv|svg",
	 "print text, JSON (an object a line), CSV, or at the end a heat map as a picture",
	 HISTOGRAM, AT(output), options_set_output},
	{"no-header", 0, NULL, "print no heading", OUTPUT, AT(no_header), NULL},
	{"buffer-pages", 'b', "N",
	 "pages of the buffer for events, of each CPU, a power of two "
	 "(default: by CPUs and memory, 2 MB for each at most)",
	 EVENTS, AT(buffer_pages), options_set_buffer_pages},
	{"buffer", 0, "auto|ring|perf", "what kind of buffer events come through", EVENTS,
	 AT(buffer), options_set_buffer},
	{"variant", 0, "NAME", "attach in this way, not in the first that the kernel has", OUTPUT,
	 AT(variant), NULL},

	{"print-bpf", 0, NULL, "print the BPF C of this tool for this kernel, and stop; no root",
	 KERNEL, AT(print_bpf), NULL},
	{"compile-only", 0, NULL, "compile and say what came out, but load nothing", KERNEL,
	 AT(compile_only), NULL},
	{"debug", 0, "WORD,…", "show preprocessed, ir, asm, source or verifier", KERNEL, AT(debug),
	 options_set_debug},
	{"btf", 0, "FILE|none", "take the kernel's types from this file, or do without", KERNEL,
	 AT(btf), options_set_btf},
	{"kallsyms", 0, "FILE", "take the kernel's symbols from this file", KERNEL, AT(kallsyms),
	 options_set_kallsyms},
	{"kernel-release", 0, "RELEASE", "make the text for this release, not for `uname -r`",
	 KERNEL, AT(release), options_set_release},
	{"headers", 0, "auto|btf|installed|DIR|FILE.tar.xz", "where the kernel's headers come from",
	 KERNEL, AT(headers), options_set_headers},
	{"no-cache", 0, NULL, "compile anew, and keep nothing of it", KERNEL, AT(no_cache), NULL},
	{"verbose", 0, NULL, "say what is done and how long it takes", KERNEL, AT(verbose), NULL},
	{"help", 'h', NULL, "say what it takes, and stop", KERNEL, AT(help), NULL},

	{"tools-dir", 0, "DIR", "look for tools here first; may be given several times", GLOBAL,
	 NOWHERE, NULL},
	{"version", 0, NULL, "print the version and stop", GLOBAL, NOWHERE, NULL},
};
const size_t options_table_len = sizeof(options_table) / sizeof(options_table[0]);

/* Is any of its tops one of the largest rows, not of all? */
static bool has_largest(const struct program *p)
{
	bool has = false;

	for (size_t i = 0; i < program_noutputs(p); i++) {
		const struct program *o = program_output_at(p, i);

		has |= o->output == PROGRAM_TOP && !o->all_rows;
	}
	return has;
}

static bool has_output(const struct program *p, unsigned int kinds)
{
	bool has = kinds & 1U << p->output;

	if (kinds == 1U << PROGRAM_TOP)
		return has_largest(p);
	if (kinds & OPTIONS_ALL_ROWS && has_largest(p))
		return false;
	if (kinds == (OPTIONS_FIRST | 1U << PROGRAM_TOP))
		return has && !p->all_rows;
	for (size_t i = 1; i < program_noutputs(p) && !has && !(kinds & OPTIONS_FIRST); i++)
		has = kinds & 1U << program_output_at(p, i)->output;
	return has;
}

bool options_table_has(const struct program *p, const struct options_entry *entry)
{
	if (!p)
		return entry->before;
	if (entry->group == OPTIONS_GROUP_GLOBAL)
		return false;
	if (entry->at == offsetof(struct options, variant))
		return p->nvariants > 0;
	/* A tool may have columns of its own for the time. */
	if (entry->at == offsetof(struct options, timestamp) && program_option_find(p, entry->name))
		return false;
	if (entry->outputs && !has_output(p, entry->outputs))
		return false;
	if (entry->outputs & OPTIONS_SORTED && !p->nsorts)
		return false;
	return entry->filter < 0 || program_has_filter(p, (enum program_filter)entry->filter);
}

const struct options_entry *options_table_find(const struct program *p, const char *name)
{
	for (size_t i = 0; i < options_table_len; i++)
		if (options_table_has(p, &options_table[i]) && !strcmp(options_table[i].name, name))
			return &options_table[i];
	return NULL;
}

const struct options_entry *options_table_find_short(const struct program *p, char name)
{
	for (size_t i = 0; i < options_table_len; i++)
		if (options_table_has(p, &options_table[i]) &&
		    options_table_letter(p, &options_table[i]) == name)
			return &options_table[i];
	return NULL;
}

static bool is_own_letter(const struct program *p, char letter)
{
	for (size_t i = 0; p && i < p->noptions; i++)
		if (p->options[i].short_name == letter)
			return true;
	return false;
}

char options_table_letter(const struct program *p, const struct options_entry *entry)
{
	char letter = entry->short_name;

	for (size_t i = 0; p && i < p->nletters; i++)
		if (p->letters[i].number == entry->short_name)
			letter = 0;
	for (size_t i = 0; p && i < p->nletters; i++)
		if (!strcmp(p->letters[i].name, entry->name))
			letter = (char)p->letters[i].number;
	return is_own_letter(p, letter) ? 0 : letter;
}

bool options_table_given(const struct options_entry *entry, const struct options *o)
{
	const char *member = (const char *)o + entry->at;

	for (size_t i = 0; i < entry->size; i++)
		if (member[i])
			return true;
	return false;
}
