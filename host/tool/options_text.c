/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/options_text.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct options_exit options_exits[] = {
	{FAULT_NONE, "it went well, or was interrupted"},
	{FAULT_RUN, "a system call failed, or a file could not be read or written"},
	{FAULT_USAGE, "the command line is wrong"},
	{FAULT_PERMISSION, "not root, locked down, or a file that others can write"},
	{FAULT_KERNEL, "this kernel has not what the tool needs"},
	{FAULT_TOOL, "the tool's own files are wrong"},
};
const size_t options_exits_len = COUNT(options_exits);

const struct options_heading options_groups[] = {
	{OPTIONS_GROUP_FILTER, "Filters"},
	{OPTIONS_GROUP_OUTPUT, "Run and output"},
	{OPTIONS_GROUP_KERNEL, "Kernel and debugging"},
};
const size_t options_groups_len = COUNT(options_groups);

const struct options_pair options_commands[] = {
	{"TOOL", "run this tool"},
	{"TOOL --help", "what this tool does and takes; COMMAND --help: that command"},
	{"run FILE.c", "run BCC's C text as it is, without a program file"},
	{"list", "all tools"},
	{"man [TOOL]", "this tool's manual page, or bcchost's own"},
	{"port [-o DIR] [--name NAME] [--force] SCRIPT.py [-- arguments]",
	 "a program and a template of a Python BCC script, with a report"},
	{"doctor [--output json]", "what this kernel offers, and which tools will run here"},
	{"export [--config FILE] [--listen ADDR:PORT] [--user USER] [--no-seccomp] [--check] "
	 "[TOOL:OPTION,...]...",
	 "run tools for Prometheus; export --help says more"},
	{"completion bash|zsh", "what that shell needs to complete command lines"},
	{"cache list|clear", "what was compiled before and is kept; forget it"},
};
const size_t options_commands_len = COUNT(options_commands);

const struct options_pair options_environment[] = {
	{"BCCHOST_CACHE_DIR", "where compiled objects are kept instead of /var/cache/bcchost"},
	{"BCCHOST_PATH", "directories of tools, with colons between them"},
	{"NO_COLOR", "if it is set and not empty, nothing is coloured unless --color always"},
	{"TERM", "unset or dumb: no colours, and no screen that is drawn in its place"},
	{"TMPDIR", "where temporary files go instead of /tmp"},
};
const size_t options_environment_len = COUNT(options_environment);

const struct options_pair options_examples[] = {
	{"bcchost opensnoop --pid 42", "the files that process 42 opens"},
	{"bcchost opensnoop --container web", "the files that are opened in a container"},
	{"bcchost execsnoop --show container", "new programs, and the container of each"},
	{"bcchost --print-bpf opensnoop", "the BPF C that it would run here; needs no root"},
	{"bcchost --tools-dir ~/tools mytool", "a tool of one's own"},
};
const size_t options_examples_len = COUNT(options_examples);

void options_text_own(struct buf *b, const struct program_option *o)
{
	buf_str(b, o->help);
	for (size_t i = 0; i < o->nvalues; i++)
		buf_printf(b, "%s%s", i ? ", " : ": ", o->values[i].name);
	if (o->many)
		buf_str(b, "; may be given several times");
	if (o->fallback)
		buf_printf(b, " (default: %s)", o->fallback);
}

void options_text_common(struct buf *b, const struct program *p, const struct options_entry *o)
{
	buf_str(b, o->help);
	if (p && o->at == offsetof(struct options, sort))
		for (size_t i = 0; i < p->nsorts; i++)
			buf_printf(b, "%s%s%s", i ? ", " : ": ", p->sorts[i].name,
				   i ? "" : " (the default)");
	if (p && o->at == offsetof(struct options, variant))
		for (size_t i = 0; i < p->nvariants; i++)
			buf_printf(b, "%s%s", i ? ", " : ": ", p->variants[i]);
}

void options_text_arguments(struct buf *b, const struct program *p)
{
	if (p->output == PROGRAM_WHATEVER) {
		buf_str(b, " FILE.c");
		return;
	}
	for (size_t i = 0; i < p->narguments; i++)
		buf_printf(b, " [%s", p->arguments[i]);
	for (size_t i = 0; i < p->narguments; i++)
		buf_char(b, ']');
}
