/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/convention.h"
#include "script/probes_parts.h"

/* The line of the user's text that a function begins at: what the compiler noted of its first
 * instruction, for its name may be made by a macro. */
static unsigned int line_of(const struct probes_making *m, const struct object_prog *prog)
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

struct program_probe *probes_add(struct probes_making *m, enum program_probe_kind kind,
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

bool probes_add_target(struct program_probe *probe, const char *a, const char *b)
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

bool probes_add_function(struct probes_making *m, struct program_probe *probe, const char *function)
{
	const char *name = convention_syscall(function);

	if (name && !probes_add_target(probe, kernel_syscall_prefix(m->k), name))
		return false;
	if (name && strcmp(probe->targets[0], function) == 0)
		return true;
	return probes_add_target(probe, "", function);
}

/* --- by the functions' names --- */

/* Texts call functions that scripts attach to several calls syscall__…, too. */
static bool is_syscall(struct probes_making *m, const char *name)
{
	struct kernel_symbols found = {0};
	char function[CONVENTION_NAME_MAX + 32];
	bool is;

	snprintf(function, sizeof(function), "%s%s", kernel_syscall_prefix(m->k), name);
	is = kernel_functions(m->k, function, &found, NULL) == 0 && found.n;
	kernel_symbols_free(&found);
	return is;
}

static int add_convention(struct probes_making *m, const struct object_prog *prog)
{
	struct convention c;
	struct program_probe *probe;
	const char *module;
	bool ok;

	if (!convention_of(prog->name, &c) ||
	    (strncmp(prog->name, "syscall__", 9) == 0 && !is_syscall(m, c.target)))
		return 0;
	probe = probes_add(m, c.kind, prog->name, line_of(m, prog));
	if (!probe)
		return error_nomem(m->e);
	if (c.syscall)
		ok = probes_add_target(probe, kernel_syscall_prefix(m->k), c.target);
	else
		ok = probes_add_target(probe, "", c.target);
	/* kfunc__MODULE__F of a newer libbcc. */
	module = program_probe_is_fentry(c.kind) ? strstr(c.target + 1, "__") : NULL;
	if (ok && module && module[2])
		ok = probes_add_target(probe, "", module + 2);
	return ok ? 0 : error_nomem(m->e);
}

/* --- all --- */

int probes_make(struct program *p, const struct options *o, const struct object *object,
		const struct source *s, struct kernel *k, struct buf *notes, struct error *e)
{
	struct probes_making m = {.p = p, .o = o, .object = object, .s = s, .k = k, .e = e};
	int err = probes_add_named(&m);

	/* What the command line attaches is attached to that alone. */
	for (size_t i = 0; i < object->nprogs && !err; i++)
		if (!probes_is_attached(&m, object->progs[i].name))
			err = add_convention(&m, &object->progs[i]);
	if (!err)
		err = probes_check(&m);
	if (!err)
		probes_tell_left(&m, notes);
	return err;
}
