/* SPDX-License-Identifier: Apache-2.0 */
#include "run_script.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prepare.h"
#include "run.h"
#include "script/command.h"
#include "script/probes.h"
#include "script/sent.h"
#include "script/show.h"
#include "script/source.h"
#include "script/view.h"
#include "text/target.h"
#include "trace/privilege.h"

struct script {
	struct program *program;
	struct options options;
	struct source source;
	char *defines, *tables;
	struct prepare prepare;
};

static int replace_words(struct script *s, struct error *e)
{
	size_t n;
	char *const *texts = command_texts(s->program, &s->options, COMMAND_REPLACE, &n);
	char *word, *with;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		err = command_pair(COMMAND_REPLACE, "WORD=TEXT", texts[i], &word, &with, e)
			      ?: source_replace(&s->source, word, with, e);
		free(word);
		free(with);
	}
	return err;
}

/* Are all its probes in user programs, where --pid needs no FILTER? Before they are known: may they
 * be? */
static bool only_uprobes(const struct script *s, bool probed)
{
	const struct program *p = s->program;
	bool only = probed;

	for (size_t i = 0; i < p->nprobes && probed; i++)
		only = only && program_probe_is_uprobe(p->probes[i].kind);
	for (size_t i = 0; i < command_nattach && !probed; i++)
		only = only || (program_probe_is_uprobe(command_attach[i].kind) &&
				options_given(&s->options, p, command_attach[i].option));
	return only;
}

/* The filters' options do nothing without the word. */
static int check_filter(const struct script *s, bool probed, struct error *e)
{
	static const char *const names[] = {"pid",    "tid",	   "uid",     "name",
					    "cgroup", "cgroupmap", "mntnsmap"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !s->source.filter; i++)
		if (options_given(&s->options, s->program, names[i]) &&
		    (strcmp(names[i], "pid") != 0 || !only_uprobes(s, probed)))
			return error_set(
				e, FAULT_USAGE, -EINVAL,
				"--%s: %s has no word FILTER; write it as a statement in the "
				"functions that shall be filtered, or put it where the script "
				"has a placeholder: --replace PLACEHOLDER=FILTER",
				names[i], s->source.path);
	return 0;
}

/* What the program in memory says of the text. */
static int name_files(struct script *s, struct error *e)
{
	struct program *p = s->program;
	char *dir = strdup(s->source.path);

	free(p->path);
	p->path = strdup(s->source.path);
	p->template_path = strdup(s->source.path);
	p->include_dir = dir ? strdup(dirname(dir)) : NULL;
	p->table = s->source.output ? strdup(s->source.output) : NULL;
	free(dir);
	return p->path && p->template_path && p->include_dir && (p->table || !s->source.output)
		       ? 0
		       : error_nomem(e);
}

static int read_source(struct script *s, struct error *e)
{
	const struct option_value *file = options_value(&s->options, s->program, COMMAND_FILE);
	char *const *texts;
	size_t n;
	int err;

	if (!file->given)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "`bcchost run` wants the file of a C text: bcchost run FILE.c");
	texts = command_texts(s->program, &s->options, COMMAND_DEFINE, &n);
	err = source_defines(texts, n, &s->defines, e) ?: source_read(&s->source, file->text, e)
	      ?: replace_words(s, e) ?: source_macros(&s->source, &s->defines, e)
	      ?: source_look(&s->source, e);
	if (!err)
		err = check_filter(s, false, e) ?: name_files(s, e);
	for (size_t i = 0; i < n && !err; i++)
		if (!source_has_define(&s->source, texts[i]))
			fprintf(stderr, "bcchost: --define %s: %s does not use it\n", texts[i],
				s->source.path);
	/* A ring buffer cannot take a packet along. */
	if (!err && s->source.skb && s->options.buffer == OPTIONS_BUFFER_AUTO)
		s->options.buffer = OPTIONS_BUFFER_PERF;
	return err;
}

/* What the compiler says of a word in capitals is best answered on the command line. */
static int explain(struct script *s, int err, struct error *e)
{
	char *advice =
		e->fault == FAULT_TOOL && e->text ? source_advice(&s->source, e->text) : NULL;
	char *text;

	if (advice && asprintf(&text, "%s\n%s", e->text, advice) >= 0) {
		free(e->text);
		e->text = text;
	}
	free(advice);
	return err;
}

static int find_probes(struct script *s, struct error *e)
{
	struct prepare *p = &s->prepare;
	struct buf notes = {0};
	int err = probes_make(s->program, &s->options, p->object, &s->source, p->kernel, &notes, e);

	if (!err)
		err = check_filter(s, true, e);
	if (!err)
		command_tell(&notes);
	buf_free(&notes);
	if (!err)
		err = plan_probes(&p->plan, e);
	for (size_t i = 0; !err && i < s->program->nprobes; i++)
		if (source_reads_parameters(&s->source, s->program->probes[i].run))
			target_reads_parameters(&p->plan, s->program->probes[i].run);
	return err;
}

static int use(struct script *s, const struct session_stop *stop, struct error *e)
{
	struct prepare *p = &s->prepare;
	int err;

	if (s->options.print_bpf)
		return run_print_text(p, e);
	err = find_probes(s, e);
	if (err)
		return err;
	if (s->options.compile_only) {
		run_report_object(p);
		return 0;
	}
	err = privilege_check_plan(&p->plan, e);
	if (err)
		return err;
	return show_run(&p->plan, p->object, &s->source, stop, &p->starting, e);
}

/* What a macro or an inline function of the kernel's headers stands for, BTF does not tell. */
static int try_headers(struct script *s, struct error *e)
{
	struct prepare *p = &s->prepare;
	const char *asked = s->options.headers;
	struct error second = {0};
	int err;

	if ((asked && strcmp(asked, "auto") != 0) || !kernel_is_running(p->kernel) ||
	    !kernel_headers_dir(p->kernel))
		return -ENOENT;
	if (s->options.verbose)
		fprintf(stderr, "bcchost: compiling again, with the kernel's installed headers\n");
	s->options.headers = "installed";
	err = prepare_make(p, &second);
	if (!err)
		error_clear(e);
	error_clear(&second);
	return err;
}

static int make(struct script *s, struct error *e)
{
	struct error first = {0};
	int err = prepare_make(&s->prepare, &first);

	if (err && first.fault == FAULT_TOOL && try_headers(s, &first) == 0)
		return 0;
	*e = first;
	return err;
}

/* With tables that describe the events (sent.h). If the compiler does not take them, as it does not
 * where an event's struct is a function's own, it is told without. */
static int make_described(struct script *s, struct error *e)
{
	struct prepare *p = &s->prepare;
	struct error first = {0};
	int err = s->options.print_bpf ? 0 : sent_tables(&s->source, &s->tables, e);

	if (err)
		return err;
	p->behind = s->tables;
	err = make(s, &first);
	if (err && first.fault == FAULT_TOOL && p->behind) {
		p->behind = NULL;
		error_clear(&first);
		err = make(s, &first);
	}
	*e = first;
	return err ? explain(s, err, e) : 0;
}

static int run(struct script *s, const struct find *find, const struct session_stop *stop,
	       struct error *e)
{
	struct prepare *p = &s->prepare;
	int err = read_source(s, e);

	if (err)
		return err;
	*p = (struct prepare){
		.find = find,
		.program = s->program,
		.options = &s->options,
		.stopped = &stop->stopped,
		.template = s->source.text,
		.defines = s->defines,
	};
	err = probes_usdt(s->program, &s->options, e) ?: prepare_begin(p, e);
	if (!err)
		err = make_described(s, e);
	if (!err)
		err = use(s, stop, e);
	if (err == -EINTR && stop->stopped) {
		error_clear(e);
		err = 0;
	}
	return err;
}

int run_script(const struct find *find, int argc, char **argv, const struct options *global,
	       const struct session_stop *stop, struct error *e)
{
	struct script s = {.program = command_program()};
	int err = s.program ? 0 : error_nomem(e);

	if (!err)
		err = options_parse(s.program, argc, argv, global, &s.options, e);
	if (!err && s.options.help)
		err = run_print_help(s.program, e);
	else if (!err)
		err = run(&s, find, stop, e);
	prepare_free(&s.prepare);
	source_free(&s.source);
	free(s.defines);
	free(s.tables);
	options_free(&s.options);
	program_free(s.program);
	return err;
}
