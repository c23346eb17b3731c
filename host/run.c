/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prepare.h"
#include "text/substitute.h"

int run_print_text(const struct prepare *p, struct error *e)
{
	char *comment = substitute_comment(&p->plan);

	if (!comment)
		return error_nomem(e);
	fputs(comment, stdout);
	fputs(p->text, stdout);
	free(comment);
	if (fflush(stdout) != 0 && errno != EPIPE)
		return error_set(e, FAULT_RUN, -errno, "cannot write to stdout: %s",
				 strerror(errno));
	return 0;
}

void run_report_object(const struct prepare *p)
{
	size_t insns = 0;

	for (size_t i = 0; i < p->object->nprogs; i++)
		insns += p->object->progs[i].ninsns;
	printf("%s: compiles for %s: %zu maps, %zu programs, %zu instructions\n", p->program->name,
	       kernel_release(p->kernel), p->object->nmaps, p->object->nprogs, insns);
}

/* What was asked for: the text, the object's size, or what the tool traces. */
static int use(struct prepare *p, const struct session_stop *stop, bool *attached, struct error *e)
{
	if (p->options->print_bpf)
		return run_print_text(p, e);
	if (p->options->compile_only) {
		run_report_object(p);
		return 0;
	}
	return session_run(&p->plan, p->object, stop, &p->starting, attached, e);
}

static int run_program(struct prepare *p, const struct session_stop *stop, struct error *e)
{
	bool attached = false;
	int err = prepare_begin(p, e);

	if (err)
		return err;
	do {
		err = prepare_make(p, e);
		if (!err)
			err = use(p, stop, &attached, e);
	} while (err && !attached && prepare_more(p, e));
	if (err == -EINTR && stop->stopped) {
		error_clear(e);
		err = 0;
	}
	return err;
}

int run_print_help(const struct program *p, struct error *e)
{
	char *help = options_help(p);

	if (!help)
		return error_nomem(e);
	fputs(help, stdout);
	free(help);
	return 0;
}

int run_tool(const struct find *find, int argc, char **argv, const struct options *global,
	     const struct session_stop *stop, struct error *e)
{
	struct program *program = NULL;
	struct options options = {0};
	struct prepare p = {.find = find, .options = &options, .stopped = &stop->stopped};
	char *path = NULL;
	int err;

	err = find_tool(find, argv[0], &path, e);
	if (!err)
		err = program_load(path, &program, e);
	if (!err)
		err = options_parse(program, argc, argv, global, &options, e);
	p.program = program;
	if (!err && options.help)
		err = run_print_help(program, e);
	else if (!err)
		err = run_program(&p, stop, e);
	prepare_free(&p);
	options_free(&options);
	program_free(program);
	free(path);
	return err;
}
