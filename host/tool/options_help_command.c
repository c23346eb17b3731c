/* SPDX-License-Identifier: Apache-2.0 */
/* --help of the commands that are no tools; run and export have their own. */
#include <string.h>

#include "base/buf.h"
#include "tool/options.h"
#include "tool/options_text.h"

static const struct {
	const char *name, *text;
} helps[] = {
	{"list", "Usage: bcchost list\n"
		 "\n"
		 "Prints the tools by their groups, and what each shows. One whose file has an\n"
		 "error is listed too; the first error is told at the end, and is the exit code.\n"
		 "\n"
		 "Examples:\n"
		 "  bcchost list\n"
		 "  bcchost --tools-dir ~/tools list\n"},
	{"doctor",
	 "Usage: bcchost doctor [--output json]\n"
	 "\n"
	 "Prints what this kernel and this machine offer, and tool by tool whether it\n"
	 "would run here, and if not, why and what to do. Nothing is compiled, loaded or\n"
	 "attached; no root: what this user cannot see is told. ok: it is there, or runs;\n"
	 "no: it is not, or does not; ?: this user cannot see it. Whatever was found, the\n"
	 "exit code is 0.\n"
	 "\n"
	 "      --output json         one object: kernel, machine, uid, checks (name, ok,\n"
	 "                            detail; null is ?), tools (name, runs, variant, why,\n"
	 "                            modules that it would load; privileged: of one that\n"
	 "                            this user may not run, whether root could)\n"
	 "\n"
	 "Examples:\n"
	 "  bcchost doctor\n"
	 "  bcchost doctor --output json | jq -r '.tools[] | select(.runs | not) | .why'\n"},
	{"cache",
	 "Usage: bcchost cache list|clear\n"
	 "\n"
	 "What was compiled before, and what the kernel answered, is kept, so that a\n"
	 "tool's second start does neither again. list prints the entries, their sizes and\n"
	 "when they were last used; clear removes them all. They are in\n"
	 "/var/cache/bcchost, which is root's, or where BCCHOST_CACHE_DIR says.\n"
	 "\n"
	 "Examples:\n"
	 "  bcchost cache list\n"
	 "  bcchost cache clear\n"},
	{"man", "Usage: bcchost man [TOOL]\n"
		"\n"
		"Shows the manual page of a tool, of run, or of bcchost itself: with man(1) on a\n"
		"terminal, else as man(1) reads it. It says more than --help: what each column\n"
		"holds, what the tool costs, what it does not see.\n"
		"\n"
		"Examples:\n"
		"  bcchost man\n"
		"  bcchost man opensnoop\n"
		"  bcchost man opensnoop >bcchost-opensnoop.8\n"},
	{"completion",
	 "Usage: bcchost completion bash|zsh\n"
	 "\n"
	 "Prints what makes that shell complete commands, tools, their options and the\n"
	 "options' values. The package installs it; this is for where nothing was.\n"
	 "\n"
	 "Examples:\n"
	 "  source <(bcchost completion bash)\n"
	 "  source <(bcchost completion zsh)\n"},
	{"port",
	 "Usage: bcchost port [options] SCRIPT.py [-- arguments of the script]\n"
	 "\n"
	 "Makes a program (YAML) and a template (C) of a Python script that uses BCC, and\n"
	 "prints a report of what was taken over and what was not. The script is run in a\n"
	 "sandbox, with a stand-in for BCC: nothing is traced, and no root is needed.\n"
	 "\n"
	 "  -o, --output-dir DIR      where programs/NAME.yaml and templates/NAME.bpf.c go\n"
	 "                            (default: the working directory)\n"
	 "      --name NAME           the tool's name (default: the script's)\n"
	 "      --force               write over files that are there\n"
	 "  -h, --help                this\n"
	 "\n"
	 "Examples:\n"
	 "  bcchost port opensnoop.py\n"
	 "  bcchost port -o ~/tools /usr/sbin/biolatency-bpfcc -- -D 1\n"},
};

char *options_help_command(const char *name)
{
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(helps) / sizeof(helps[0]); i++) {
		if (strcmp(helps[i].name, name) != 0)
			continue;
		buf_str(&b, helps[i].text);
		options_help_exits(&b);
		return buf_take(&b);
	}
	return NULL;
}
