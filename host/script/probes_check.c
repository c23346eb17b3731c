/* SPDX-License-Identifier: Apache-2.0 */
/* probes_check: what is wrong with the probes of a text, and what of it is left without one. */
#include <errno.h>
#include <string.h>

#include "script/convention.h"
#include "script/probes_parts.h"

static bool same_probe(const struct program_probe *a, const struct program_probe *b)
{
	const char *target = a->targets[0], *colon = strrchr(target, ':');

	if (a->kind != b->kind || strcmp(target, b->targets[0]) != 0)
		return false;
	return (target[0] != '^' && (!colon || colon[1] != '^')) || strcmp(a->run, b->run) == 0;
}

static void where(const struct probes_making *m, const struct program_probe *probe, struct buf *b)
{
	buf_str(b, probe->run);
	if (probe->line)
		buf_printf(b, " (%s:%u)", m->s->path, probe->line);
}

/* The kernel would run both, in an order that nobody knows. */
static int check_twice(const struct probes_making *m)
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

bool probes_is_attached(const struct probes_making *m, const char *function)
{
	for (size_t i = 0; i < m->p->nprobes; i++)
		if (strcmp(m->p->probes[i].run, function) == 0)
			return true;
	return false;
}

static bool has_kind(const struct probes_making *m, const char *function,
		     enum program_probe_kind kind)
{
	for (size_t i = 0; i < m->p->nprobes; i++)
		if (m->p->probes[i].kind == kind && strcmp(m->p->probes[i].run, function) == 0)
			return true;
	return false;
}

/* Names that an option would attach, and kinds that none does. */
void probes_tell_left(const struct probes_making *m, struct buf *notes)
{
	for (size_t i = 0; i < m->object->nprogs; i++) {
		const char *name = m->object->progs[i].name;
		const char *unknown = convention_unknown(name);

		if (probes_is_attached(m, name))
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
static int check_readers(const struct probes_making *m)
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

static int check_any(const struct probes_making *m)
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
	probes_tell_left(m, &names);
	if (names.len)
		names.data[names.len - 1] = '\0';
	err = error_set(m->e, FAULT_USAGE, -ENOENT, "%s: nothing to trace:\n%s", m->s->path,
			names.data ?: "");
	buf_free(&names);
	return err;
}

int probes_check(const struct probes_making *m)
{
	return check_twice(m) ?: check_readers(m) ?: check_any(m);
}
