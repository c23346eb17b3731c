/* SPDX-License-Identifier: Apache-2.0 */
#include "script/probes.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/command.h"
#include "script/convention.h"
#include "tool/find.h"
#include "tool/option_value.h"
#include "tool/yaml.h"

struct making {
	struct program *p;
	const struct options *o;
	const struct object *object;
	const struct source *s;
	struct kernel *k;
	struct error *e;
};

/* The line of the user's text that a function begins at: what the compiler noted of its first
 * instruction, for its name may be made by a macro. */
static unsigned int line_of(const struct making *m, const struct object_prog *prog)
{
	unsigned int line = source_line(m->s, prog->name);
	const char *file;
	uint32_t first;

	if (line)
		return line;
	for (uint32_t i = 0; i < prog->ninsns; i++)
		if (object_source_line(m->object, prog, i, &file, &first) == 0 &&
		    strcmp(file, m->s->path) == 0)
			return first;
	return 0;
}

/* --- adding a probe --- */

/* One more, for `handler`; its targets are still to come. */
static struct program_probe *add_probe(struct making *m, enum program_probe_kind kind,
				       const char *handler, unsigned int line)
{
	struct program_probe *grown;
	struct program_probe *probe;

	grown = reallocarray(m->p->probes, m->p->nprobes + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	m->p->probes = grown;
	probe = &grown[m->p->nprobes];
	*probe = (struct program_probe){.kind = kind, .line = line, .run = strdup(handler)};
	if (!probe->run)
		return NULL;
	m->p->nprobes++;
	return probe;
}

static bool add_target(struct program_probe *probe, const char *a, const char *b)
{
	char **grown = reallocarray(probe->targets, probe->ntargets + 1, sizeof(*grown));

	if (!grown)
		return false;
	probe->targets = grown;
	if (asprintf(&grown[probe->ntargets], "%s%s", a, b) < 0)
		return false;
	probe->ntargets++;
	return true;
}

/* A system call's function, or if there is none of that name the function as it was written. */
static bool add_function(struct making *m, struct program_probe *probe, const char *function)
{
	const char *name = convention_syscall(function);

	if (name && !add_target(probe, kernel_syscall_prefix(m->k), name))
		return false;
	if (name && strcmp(probe->targets[0], function) == 0)
		return true;
	return add_target(probe, "", function);
}

/* --- by the functions' names --- */

/* Texts call functions that scripts attach to several calls syscall__…, too. */
static bool is_syscall(struct making *m, const char *name)
{
	struct kernel_symbols found = {0};
	char function[CONVENTION_NAME_MAX + 32];
	bool is;

	snprintf(function, sizeof(function), "%s%s", kernel_syscall_prefix(m->k), name);
	is = kernel_functions(m->k, function, &found, NULL) == 0 && found.n;
	kernel_symbols_free(&found);
	return is;
}

static int add_convention(struct making *m, const struct object_prog *prog)
{
	struct convention c;
	struct program_probe *probe;
	const char *module;
	bool ok;

	if (!convention_of(prog->name, &c) ||
	    (strncmp(prog->name, "syscall__", 9) == 0 && !is_syscall(m, c.target)))
		return 0;
	probe = add_probe(m, c.kind, prog->name, line_of(m, prog));
	if (!probe)
		return error_nomem(m->e);
	if (c.syscall)
		ok = add_target(probe, kernel_syscall_prefix(m->k), c.target);
	else
		ok = add_target(probe, "", c.target);
	/* kfunc__MODULE__F of a newer libbcc. */
	module = program_probe_is_fentry(c.kind) ? strstr(c.target + 1, "__") : NULL;
	if (ok && module && module[2])
		ok = add_target(probe, "", module + 2);
	return ok ? 0 : error_nomem(m->e);
}

/* --- by the command line --- */

static int no_handler(struct making *m, const char *option, const char *text, const char *handler)
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
static int add_tracepoints(struct making *m, const char *option, const char *target,
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
		struct program_probe *probe = add_probe(m, PROGRAM_TRACEPOINT, handler, line);

		*strrchr(path, '/') = '\0';
		name = strrchr(path, '/');
		*name++ = '\0';
		category = strrchr(path, '/') + 1;
		if (!probe || asprintf(&pattern, "%s:%s", category, name) < 0)
			err = error_nomem(m->e);
		else if (!add_target(probe, "", pattern))
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

static int add_named_tracepoint(struct making *m, const char *option, const char *target,
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
	probe = add_probe(m, PROGRAM_TRACEPOINT, handler, 0);
	return probe && add_target(probe, "", target) ? 0 : error_nomem(m->e);
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

static int add_named_function(struct making *m, enum program_probe_kind kind, const char *target,
			      const char *handler)
{
	struct program_probe *probe;
	char *pattern = NULL, *posix = posix_pattern(target);
	int err = posix ? option_value_pattern(posix, &pattern, m->e) : error_nomem(m->e);

	free(posix);
	if (err)
		return err;
	probe = add_probe(m, kind, handler, 0);
	if (!probe ||
	    !(*pattern == '^' ? add_target(probe, "", pattern) : add_function(m, probe, pattern)))
		err = error_nomem(m->e);
	free(pattern);
	return err;
}

static int add_named(struct making *m, const struct command_attach *a, const char *text)
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
		probe = add_probe(m, a->kind, handler, 0);
		if (!probe || !add_target(probe, "", target))
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

static int add_all_named(struct making *m)
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

/* --- what is wrong, or left --- */

static bool same_probe(const struct program_probe *a, const struct program_probe *b)
{
	const char *target = a->targets[0], *colon = strrchr(target, ':');

	if (a->kind != b->kind || strcmp(target, b->targets[0]) != 0)
		return false;
	return (target[0] != '^' && (!colon || colon[1] != '^')) || strcmp(a->run, b->run) == 0;
}

static void where(const struct making *m, const struct program_probe *probe, struct buf *b)
{
	buf_str(b, probe->run);
	if (probe->line)
		buf_printf(b, " (%s:%u)", m->s->path, probe->line);
}

/* The kernel would run both, in an order that nobody knows. */
static int check_twice(const struct making *m)
{
	for (size_t i = 0; i < m->p->nprobes; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct program_probe *a = &m->p->probes[j], *b = &m->p->probes[i];
			struct buf text = {0};
			int err;

			if (!same_probe(a, b))
				continue;
			where(m, a, &text);
			buf_str(&text, " and ");
			where(m, b, &text);
			err = error_set(m->e, b->line ? FAULT_TOOL : FAULT_USAGE, -EEXIST,
					"two handlers for the %s %s: %s",
					program_probe_kind_name(a->kind), a->targets[0],
					text.data ?: "");
			buf_free(&text);
			return err;
		}
	}
	return 0;
}

static bool is_attached(const struct making *m, const char *function)
{
	for (size_t i = 0; i < m->p->nprobes; i++)
		if (strcmp(m->p->probes[i].run, function) == 0)
			return true;
	return false;
}

static bool has_kind(const struct making *m, const char *function, enum program_probe_kind kind)
{
	for (size_t i = 0; i < m->p->nprobes; i++)
		if (m->p->probes[i].kind == kind && strcmp(m->p->probes[i].run, function) == 0)
			return true;
	return false;
}

/* Names that an option would attach, and kinds that none does. */
static void tell_left(const struct making *m, struct buf *notes)
{
	for (size_t i = 0; i < m->object->nprogs; i++) {
		const char *name = m->object->progs[i].name;
		const char *unknown = convention_unknown(name);

		if (is_attached(m, name))
			continue;
		if (unknown)
			buf_printf(notes, "%s is not attached: bcchost has no %s probes\n", name,
				   unknown);
		else if (source_reads_usdt(m->s, name))
			buf_printf(notes,
				   "%s is not attached to anything; --usdt FILE:PROVIDER:PROBE=%s "
				   "does\n",
				   name, name);
		else if (strncmp(name, "syscall__", 9) == 0)
			buf_printf(notes,
				   "%s is not attached: this kernel has no system call %s; "
				   "--kprobe sys_NAME=%s attaches it to another\n",
				   name, name + 9, name);
		else
			buf_printf(notes,
				   "%s is not attached to anything; --kprobe FUNCTION=%s, or "
				   "another of `bcchost run --help`, does\n",
				   name, name);
	}
}

/* What reads them is written for handlers of USDT probes alone; else the text has a call of
 * nothing. */
static int check_readers(const struct making *m)
{
	for (size_t i = 0; i < m->p->nprobes; i++) {
		const struct program_probe *probe = &m->p->probes[i];

		if (probe->kind != PROGRAM_USDT && source_reads_usdt(m->s, probe->run) &&
		    !has_kind(m, probe->run, PROGRAM_USDT))
			return error_set(m->e, FAULT_USAGE, -EINVAL,
					 "%s reads arguments of a USDT probe (bpf_usdt_readarg), "
					 "and is attached to the %s %s; --usdt "
					 "FILE:PROVIDER:PROBE=%s attaches it",
					 probe->run, program_probe_kind_name(probe->kind),
					 probe->targets[0], probe->run);
	}
	return 0;
}

static int check_any(const struct making *m)
{
	struct buf names = {0};
	int err;

	if (!m->object->nprogs)
		return error_set(m->e, FAULT_TOOL, -ENOENT,
				 "%s has no function that could be attached: a static one is none, "
				 "nor is a declaration",
				 m->s->path);
	if (m->p->nprobes)
		return 0;
	tell_left(m, &names);
	if (names.len)
		names.data[names.len - 1] = '\0';
	err = error_set(m->e, FAULT_USAGE, -ENOENT, "%s: nothing to trace:\n%s", m->s->path,
			names.data ?: "");
	buf_free(&names);
	return err;
}

int probes_usdt(struct program *p, const struct options *o, struct error *e)
{
	struct making m = {.p = p, .o = o, .e = e};
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
			probe = add_probe(&m, PROGRAM_USDT, handler, 0);
			if (!probe || !add_target(probe, "", target))
				err = error_nomem(e);
		}
		free(target);
		free(handler);
	}
	return err;
}

int probes_make(struct program *p, const struct options *o, const struct object *object,
		const struct source *s, struct kernel *k, struct buf *notes, struct error *e)
{
	struct making m = {.p = p, .o = o, .object = object, .s = s, .k = k, .e = e};
	int err = add_all_named(&m);

	/* What the command line attaches is attached to that alone. */
	for (size_t i = 0; i < object->nprogs && !err; i++)
		if (!is_attached(&m, object->progs[i].name))
			err = add_convention(&m, &object->progs[i]);
	if (!err)
		err = check_twice(&m) ?: check_readers(&m) ?: check_any(&m);
	if (!err)
		tell_left(&m, notes);
	return err;
}
