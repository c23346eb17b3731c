/* SPDX-License-Identifier: Apache-2.0 */
/* target_user: the places in programs and libraries that uprobes and USDT probes are on. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/sampling.h"
#include "text/target_parts.h"
#include "user/binary.h"
#include "user/usdt.h"

/* --- the process --- */

static const struct option_value *binary_value(const struct plan *plan,
					       const struct program_probe *probe)
{
	const char *option = probe->binary.option;

	return option ? options_value(plan->options, plan->program, option) : NULL;
}

static bool is_integer(const struct program *p, const char *option)
{
	const struct program_option *o = program_option_find(p, option);

	return o && o->type == PROGRAM_OPTION_INTEGER;
}

/* The process that `binary:` means by its option: 0 if it means none. */
static pid_t binary_process(const struct plan *plan, const struct program_probe *probe)
{
	const struct option_value *v = binary_value(plan, probe);
	const char *option = probe->binary.option;

	if (!option || !options_given(plan->options, plan->program, option))
		return 0;
	if (!v)
		return plan->options->has_pid ? (pid_t)plan->options->pid : 0;
	return is_integer(plan->program, option) && v->number > 0 && v->number <= INT32_MAX
		       ? (pid_t)v->number
		       : 0;
}

pid_t target_process(const struct plan *plan, const struct program_probe *probe)
{
	pid_t pid = binary_process(plan, probe);
	int64_t named = sampling_pid(plan->program, plan->options, probe);

	if (pid > 0)
		return pid;
	if (named > 0 && named <= INT32_MAX)
		return (pid_t)named;
	return plan->options->has_pid && program_has_filter(plan->program, PROGRAM_FILTER_PID)
		       ? (pid_t)plan->options->pid
		       : -1;
}

/* --- the places --- */

static struct plan_target *add(struct plan_probe *pp, const char *file, const char *symbol)
{
	struct plan_target *grown = reallocarray(pp->targets, pp->ntargets + 1, sizeof(*grown));
	struct plan_target *t;

	if (!grown)
		return NULL;
	pp->targets = grown;
	t = &grown[pp->ntargets];
	*t = (struct plan_target){.file = strdup(file), .unique = true};
	if (asprintf(&t->name, "%s:%s", file, symbol) < 0)
		t->name = NULL;
	if (t->name && t->file) {
		pp->ntargets++;
		return t;
	}
	target_free_one(t);
	return NULL;
}

static int add_functions(struct plan_probe *pp, const char *path, const char *symbol,
			 struct error *e)
{
	struct binary_symbols found = {0};
	struct binary b;
	int err = binary_open(&b, path, e) ?: binary_functions(&b, symbol, &found, e);

	for (size_t i = 0; i < found.n && !err; i++) {
		struct plan_target *t = add(pp, path, found.v[i].name);

		if (!t)
			err = error_nomem(e);
		else
			t->offset = found.v[i].offset;
	}
	binary_symbols_free(&found);
	binary_close(&b);
	return err;
}

static int add_places(struct plan_probe *pp, const char *path, const char *name, struct error *e)
{
	struct usdt_places found = {0};
	int err = usdt_find(path, name, &found, e);

	for (size_t i = 0; i < found.n && !err; i++) {
		struct plan_target *t = add(pp, path, name);

		if (t)
			t->args = malloc(sizeof(*t->args));
		if (!t || !t->args) {
			err = error_nomem(e);
		} else {
			t->offset = found.v[i].offset;
			t->semaphore = found.v[i].semaphore;
			*t->args = found.v[i].args;
		}
	}
	usdt_places_free(&found);
	return err;
}

static int add_of_file(struct plan_probe *pp, const char *path, const char *symbol, struct error *e)
{
	if (pp->probe->kind == PROGRAM_USDT)
		return add_places(pp, path, symbol, e);
	return add_functions(pp, path, symbol, e);
}

/* All the files that a process runs and that have it. */
static int add_of_process(struct plan_probe *pp, pid_t pid, const char *symbol, struct error *e)
{
	struct error one = {0};
	char **paths;
	int err = binary_of_process(pid, &paths, e);

	for (size_t i = 0; !err && paths[i]; i++) {
		if (add_of_file(pp, paths[i], symbol, &one) == -ENOMEM)
			err = error_nomem(e);
		error_clear(&one);
	}
	if (!err && !pp->ntargets)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"none of the files that process %d runs has a %s %s", (int)pid,
				pp->probe->kind == PROGRAM_USDT ? "USDT probe" : "function",
				symbol);
	if (!err || paths)
		binary_paths_free(paths);
	return err;
}

static int add_of_name(struct plan_probe *pp, const char *file, const char *symbol, struct error *e)
{
	char *path;
	int err = binary_find(file, &path, e);

	if (!err)
		err = add_of_file(pp, path, symbol, e);
	if ((err == -ENOENT) && binary_is_in_libc(file)) {
		error_clear(e);
		free(path);
		err = binary_find("c", &path, e) ?: add_of_file(pp, path, symbol, e);
	}
	free(path);
	return err;
}

/* Where "file:symbol" has its colon: of USDT's "file:provider:name" the one before the provider. */
static size_t file_length(const struct plan_probe *pp, const char *target)
{
	const char *colon = strrchr(target, ':'), *before = colon;

	if (pp->probe->kind != PROGRAM_USDT)
		return (size_t)(colon - target);
	while (before > target && before[-1] != ':' && before[-1] != '/')
		before--;
	if (before > target + 1 && before[-1] == ':')
		return (size_t)(before - 1 - target);
	return (size_t)(colon - target);
}

/* "file:symbol" cut in two, the caller's. With `binary:` the file is its option's. */
static int cut(const struct plan *plan, const struct plan_probe *pp, const char *target,
	       char **file, char **symbol, struct error *e)
{
	const struct program_probe *probe = pp->probe;
	const struct option_value *v = binary_value(plan, probe);
	const char *colon = strrchr(target, ':');
	size_t len;

	*file = *symbol = NULL;
	if (probe->binary.option) {
		bool given = options_given(plan->options, plan->program, probe->binary.option);

		*file = strdup(given && v && v->text ? v->text : probe->binary.other ?: "");
		*symbol = strdup(target);
		return *file && *symbol ? 0 : error_nomem(e);
	}
	if (!colon || colon == target || !colon[1])
		return error_set(
			e, FAULT_USAGE, -EINVAL,
			"%s: it is %s, a program's path or a library's name, and its %s", target,
			probe->kind == PROGRAM_USDT ? "FILE:PROVIDER:PROBE" : "FILE:SYMBOL",
			probe->kind == PROGRAM_USDT ? "probe" : "function");
	len = file_length(pp, target);
	*file = strndup(target, len);
	*symbol = strdup(target + len + 1);
	return *file && *symbol ? 0 : error_nomem(e);
}

/* What another kernel's machine has is not known. */
static int assume(struct plan_probe *pp, const char *file, const char *symbol, struct error *e)
{
	struct plan_target *t = add(pp, *file ? file : "(a process)", symbol);

	if (!t)
		return error_nomem(e);
	buf_printf(&pp->warnings,
		   "taken to be there, since the kernel is not the running one: %s\n", t->name);
	return 0;
}

int target_user(struct plan *plan, struct plan_probe *pp, const char *target, struct error *e)
{
	pid_t process = binary_process(plan, pp->probe);
	char *file, *symbol;
	int err = cut(plan, pp, target, &file, &symbol, e);

	pp->pid = target_process(plan, pp->probe);
	if (!err && process > 0 && asprintf(&pp->function, "(process %d):%s", process, symbol) < 0)
		err = error_nomem(e);
	else if (!err && process <= 0 && asprintf(&pp->function, "%s:%s", file, symbol) < 0)
		err = error_nomem(e);
	if (!err && !kernel_is_running(plan->kernel))
		err = assume(pp, file, symbol, e);
	else if (!err && process > 0)
		err = add_of_process(pp, process, symbol, e);
	else if (!err)
		err = add_of_name(pp, file, symbol, e);
	free(file);
	free(symbol);
	return err;
}
