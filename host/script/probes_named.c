/* SPDX-License-Identifier: Apache-2.0 */
/* probes_named: those that the command line names. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/command.h"
#include "script/probes_parts.h"
#include "tool/find.h"
#include "tool/option_value.h"
#include "tool/yaml.h"

static int no_handler(struct probes_making *m, const char *option, const char *text,
		      const char *handler)
{
	const char **names = calloc(m->object->nprogs + 1, sizeof(*names));
	struct buf has = {0};
	char *near = NULL;
	int err;

	for (size_t i = 0; names && i < m->object->nprogs; i++) {
		names[i] = m->object->progs[i].name;
		buf_printf(&has, "%s%s", i ? ", " : "", names[i]);
	}
	if (names)
		near = find_near(handler, names, m->object->nprogs);
	err = error_set(m->e, FAULT_USAGE, -ENOENT,
			"--%s %s: %s has no function %s%s%s (it has %s)", option, text, m->s->path,
			*handler ? handler : "\"\"", near && *near ? "; " : "", near ?: "",
			has.data ?: "none");
	free(near);
	free(names);
	buf_free(&has);
	return err;
}

/* "sched:sched_*" as the tracepoints that there are: a probe each. */
static int add_tracepoints(struct probes_making *m, const char *option, const char *target,
			   const char *handler, unsigned int line)
{
	const char *tracefs = kernel_tracefs(m->k), *colon = strchr(target, ':');
	glob_t found = {0};
	char *pattern;
	size_t n = 0;
	int err = 0;

	if (asprintf(&pattern, "%s/events/%.*s/%s/id", tracefs ?: "", (int)(colon - target), target,
		     colon + 1) < 0)
		return error_nomem(m->e);
	if (tracefs && glob(pattern, 0, NULL, &found) == 0)
		n = found.gl_pathc;
	for (size_t i = 0; i < n && !err; i++) {
		char *path = found.gl_pathv[i], *name, *category;
		struct program_probe *probe = probes_add(m, PROGRAM_TRACEPOINT, handler, line);

		*strrchr(path, '/') = '\0';
		name = strrchr(path, '/');
		*name++ = '\0';
		category = strrchr(path, '/') + 1;
		if (!probe || asprintf(&pattern, "%s:%s", category, name) < 0)
			err = error_nomem(m->e);
		else if (!probes_add_target(probe, "", pattern))
			err = error_nomem(m->e);
		free(pattern);
	}
	if (!n) {
		free(pattern);
		err = error_set(m->e, FAULT_USAGE, -ENOENT,
				"--%s %s: the running kernel has no tracepoint like that%s", option,
				target, tracefs ? "" : ", or its tracefs cannot be read");
	}
	globfree(&found);
	return err;
}

static int add_named_tracepoint(struct probes_making *m, const char *option, const char *target,
				const char *handler)
{
	const char *colon = strchr(target, ':');
	struct program_probe *probe;

	if (!colon || colon == target || !colon[1] || strchr(target, '/'))
		return error_set(m->e, FAULT_USAGE, -EINVAL,
				 "--%s %s: a tracepoint is CATEGORY:NAME, as in "
				 "/sys/kernel/tracing/events",
				 option, target);
	if (strpbrk(target, "*?["))
		return add_tracepoints(m, option, target, handler, 0);
	probe = probes_add(m, PROGRAM_TRACEPOINT, handler, 0);
	return probe && probes_add_target(probe, "", target) ? 0 : error_nomem(m->e);
}

/* What Python's regular expressions write with a backslash, as POSIX ones have it. */
static char *posix_pattern(const char *target)
{
	struct buf b = {0};

	for (const char *c = target; *c; c++) {
		if (*c != '\\')
			buf_char(&b, *c);
		else if (c[1] == 'd' || c[1] == 'w')
			buf_str(&b, *++c == 'd' ? "[0-9]" : "[A-Za-z0-9_]");
		else if (c[1] == '.' || c[1] == '$')
			buf_printf(&b, "[%c]", *++c);
		else
			buf_char(&b, *c); /* which is no pattern then */
	}
	return buf_take(&b);
}

static int add_named_function(struct probes_making *m, enum program_probe_kind kind,
			      const char *target, const char *handler)
{
	struct program_probe *probe;
	char *pattern = NULL, *posix = posix_pattern(target);
	int err = posix ? option_value_pattern(posix, &pattern, m->e) : error_nomem(m->e);

	free(posix);
	if (err)
		return err;
	probe = probes_add(m, kind, handler, 0);
	if (!probe || !(*pattern == '^' ? probes_add_target(probe, "", pattern)
					: probes_add_function(m, probe, pattern)))
		err = error_nomem(m->e);
	free(pattern);
	return err;
}

static int add_named(struct probes_making *m, const struct command_attach *a, const char *text)
{
	const char *takes = a->kind == PROGRAM_USDT		? "FILE:PROVIDER:PROBE=HANDLER"
			    : program_probe_is_uprobe(a->kind)	? "FILE:SYMBOL=HANDLER"
			    : a->kind == PROGRAM_PERF_EVENT	? "TYPE:EVENT[:PERIOD]=HANDLER"
			    : a->kind == PROGRAM_TRACEPOINT	? "CATEGORY:NAME=HANDLER"
			    : a->kind == PROGRAM_RAW_TRACEPOINT ? "NAME=HANDLER"
								: "FUNCTION=HANDLER";
	struct program_probe *probe;
	char *target, *handler;
	int err = command_pair(a->option, takes, text, &target, &handler, m->e);

	if (err)
		return err;
	if (!object_prog_find(m->object, handler)) {
		err = no_handler(m, a->option, text, handler);
	} else if (a->kind == PROGRAM_USDT) {
		/* It was known before the text was compiled: probes_usdt. */
	} else if (a->kind == PROGRAM_TRACEPOINT) {
		err = add_named_tracepoint(m, a->option, target, handler);
	} else if (a->kind == PROGRAM_RAW_TRACEPOINT || a->kind == PROGRAM_PERF_EVENT ||
		   program_probe_is_uprobe(a->kind)) {
		probe = probes_add(m, a->kind, handler, 0);
		if (!probe || !probes_add_target(probe, "", target))
			err = error_nomem(m->e);
	} else {
		err = add_named_function(m, a->kind, target, handler);
		if (err)
			error_prefix(m->e, err, "--%s %s", a->option, text);
	}
	free(target);
	free(handler);
	return err;
}

int probes_add_named(struct probes_making *m)
{
	int err = 0;

	for (size_t i = 0; i < command_nattach && !err; i++) {
		size_t n;
		char *const *texts = command_texts(m->p, m->o, command_attach[i].option, &n);

		for (size_t j = 0; j < n && !err; j++)
			err = add_named(m, &command_attach[i], texts[j]);
	}
	return err;
}

int probes_usdt(struct program *p, const struct options *o, struct error *e)
{
	struct probes_making m = {.p = p, .o = o, .e = e};
	char *target, *handler;
	size_t n;
	char *const *texts = command_texts(p, o, "usdt", &n);
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		struct program_probe *probe;

		err = command_pair("usdt", "FILE:PROVIDER:PROBE=HANDLER", texts[i], &target,
				   &handler, e);
		if (err)
			return err;
		if (!yaml_is_identifier(handler)) {
			err = error_set(e, FAULT_USAGE, -EINVAL,
					"--usdt %s: \"%s\" is no name of a function", texts[i],
					handler);
		} else {
			probe = probes_add(&m, PROGRAM_USDT, handler, 0);
			if (!probe || !probes_add_target(probe, "", target))
				err = error_nomem(e);
		}
		free(target);
		free(handler);
	}
	return err;
}
