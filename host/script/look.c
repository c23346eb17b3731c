/* SPDX-License-Identifier: Apache-2.0 */
/* look: what can be seen in the user's text without a compiler. It is not preprocessed: what stands
 * under an #if that does not hold counts, too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script/source.h"
#include "text/scan.h"

/* Where it is. */
struct look {
	struct source *s;
	struct scan scan;
	struct scan_piece piece;
	char *assigned; /* the member that was last assigned to, in this statement; owned */
};

static int add_name(char ***names, size_t *n, const char *name, size_t len)
{
	char **grown, *copy = strndup(name, len);

	if (!copy)
		return -ENOMEM;
	if (source_listed(*names, *n, copy)) {
		free(copy);
		return 0;
	}
	grown = realloc(*names, (*n + 1) * sizeof(*grown));
	if (!grown) {
		free(copy);
		return -ENOMEM;
	}
	*names = grown;
	grown[(*n)++] = copy;
	return 0;
}

/* Argument i of "( a, b, … )", without the space around it; false if there is none. */
static bool argument(const char *inner, size_t len, size_t i, const char **start, size_t *n)
{
	const char *p = inner, *end = inner + len, *stop;
	int depth = 0;

	for (;;) {
		for (stop = p; stop < end && (depth || *stop != ','); stop++)
			depth += strchr("([{", *stop) ? 1 : strchr(")]}", *stop) ? -1 : 0;
		if (!i--)
			break;
		if (stop == end)
			return false;
		p = stop + 1;
	}
	while (p < stop && strchr(" \t\r\n\\", *p))
		p++;
	while (stop > p && strchr(" \t\r\n\\", stop[-1]))
		stop--;
	*start = p;
	*n = (size_t)(stop - p);
	return *n > 0;
}

/* BPF_HISTOGRAM(name, …), BPF_TABLE("histogram", key, leaf, name, size), BPF_PERF_OUTPUT(name). */
static int look_at_declaration(struct look *l)
{
	struct scan ahead = l->scan;
	const char *inner, *name, *type;
	size_t len, n, ntype;

	if (!scan_reach(&ahead, '(') || !scan_group(&ahead, &inner, &len))
		return 0;
	if (scan_is(&l->piece, "BPF_PERF_OUTPUT")) {
		if (!l->s->output && argument(inner, len, 0, &name, &n)) {
			l->s->output = strndup(name, n);
			return l->s->output ? 0 : -ENOMEM;
		}
		return 0;
	}
	if (scan_is(&l->piece, "BPF_HISTOGRAM"))
		return argument(inner, len, 0, &name, &n)
			       ? add_name(&l->s->histograms, &l->s->nhistograms, name, n)
			       : 0;
	if (!argument(inner, len, 0, &type, &ntype) || ntype < 5 ||
	    strncmp(type, "\"hist", 5) != 0 || !argument(inner, len, 3, &name, &n))
		return 0;
	return add_name(&l->s->histograms, &l->s->nhistograms, name, n);
}

/* TABLE.get_stackid(…), assigned to a member or to a variable of the member's name. */
static int look_at_stack(struct look *l, const struct scan_piece *table, const char *inner,
			 size_t len)
{
	struct source_stack *grown, *st;

	if (!l->assigned)
		return 0;
	grown = realloc(l->s->stacks, (l->s->nstacks + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	l->s->stacks = grown;
	st = &grown[l->s->nstacks];
	st->field = strdup(l->assigned);
	st->table = strndup(table->start, table->len);
	st->user = memmem(inner, len, "USER_STACK", strlen("USER_STACK")) != NULL;
	if (!st->field || !st->table) {
		free(st->field);
		free(st->table);
		return -ENOMEM;
	}
	l->s->nstacks++;
	return 0;
}

/* "table.delete(…)", "table.get_stackid(…)": a method of the word that the scanner is behind. */
static int look_at_method(struct look *l)
{
	struct scan ahead = l->scan;
	struct scan_piece dot = scan_next(&ahead), method = scan_next(&ahead);
	const char *inner;
	size_t len;

	if (dot.kind != SCAN_OTHER || *dot.start != '.' || method.kind != SCAN_WORD)
		return 0;
	if (scan_is(&method, "perf_submit_skb"))
		l->s->skb = true;
	if (!scan_reach(&ahead, '(') || !scan_group(&ahead, &inner, &len))
		return 0;
	if (scan_is(&method, "delete"))
		return add_name(&l->s->scratch, &l->s->nscratch, l->piece.start, l->piece.len);
	if (scan_is(&method, "get_stackid"))
		return look_at_stack(l, &l->piece, inner, len);
	return 0;
}

static int look_at_word(struct look *l)
{
	struct scan ahead = l->scan;
	struct scan_piece next;

	if (scan_is(&l->piece, "FILTER"))
		l->s->filter = true;
	if (scan_is(&l->piece, "bpf_log2l") || scan_is(&l->piece, "bpf_log2"))
		l->s->log2 = true;
	if (scan_is(&l->piece, "BPF_HISTOGRAM") || scan_is(&l->piece, "BPF_TABLE") ||
	    scan_is(&l->piece, "BPF_PERF_OUTPUT"))
		return look_at_declaration(l);
	if (*l->scan.at == '.')
		return look_at_method(l);
	if (!scan_reach(&ahead, '='))
		return 0;
	scan_next(&ahead);
	next = scan_next(&ahead);
	if (next.kind == SCAN_OTHER && *next.start == '=')
		return 0; /* a comparison */
	free(l->assigned);
	l->assigned = strndup(l->piece.start, l->piece.len);
	return l->assigned ? 0 : -ENOMEM;
}

int source_look(struct source *s, struct error *e)
{
	struct look l = {.s = s};
	int err = 0;

	scan_init(&l.scan, s->text);
	while (!err && (l.piece = scan_next(&l.scan)).kind != SCAN_END) {
		if (l.piece.kind == SCAN_WORD) {
			err = look_at_word(&l);
		} else if (l.piece.kind == SCAN_OTHER && strchr(";{}", *l.piece.start)) {
			free(l.assigned);
			l.assigned = NULL;
		}
	}
	free(l.assigned);
	return err ? error_nomem(e) : 0;
}

/* The parameters, and behind them the body, of the definition; false if the text has none. */
static bool find_definition(const struct source *s, const char *function, const char **params,
			    size_t *nparams, const char **body, size_t *nbody)
{
	struct scan_piece p;
	struct scan scan;

	scan_init(&scan, s->text);
	while ((p = scan_next(&scan)).kind != SCAN_END) {
		struct scan ahead = scan;

		if (scan_is(&p, function) && scan_reach(&ahead, '(') &&
		    scan_group(&ahead, params, nparams) && scan_reach(&ahead, '{') &&
		    scan_group(&ahead, body, nbody))
			return true;
	}
	return false;
}

bool source_reads_parameters(const struct source *s, const char *function)
{
	static const char parm[] = "PT_REGS_PARM";
	const char *params, *body;
	size_t nparams, nbody;

	if (!find_definition(s, function, &params, &nparams, &body, &nbody))
		return false;
	return memchr(params, ',', nparams) || memmem(body, nbody, parm, strlen(parm));
}

bool source_reads_usdt(const struct source *s, const char *function)
{
	static const char call[] = "bpf_usdt_readarg";
	const char *params, *body;
	size_t nparams, nbody;

	return find_definition(s, function, &params, &nparams, &body, &nbody) &&
	       memmem(body, nbody, call, strlen(call));
}
