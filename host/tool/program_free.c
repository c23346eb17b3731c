/* SPDX-License-Identifier: Apache-2.0 */
/* Frees a program, a half-read one too. */
#include <stdlib.h>

#include "tool/program.h"

static void free_values(struct program_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].name);
	free(v);
}

static void free_strings(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static void free_option(struct program_option *o)
{
	free(o->name);
	free(o->placeholder);
	free(o->help);
	free(o->fallback);
	free_values(o->values, o->nvalues);
}

static void free_column(struct program_column *c)
{
	/* Once they follow in the list, they are freed there. */
	for (size_t i = 0; c->parts && i < c->nparts; i++)
		free_column(&c->parts[i]);
	free(c->parts);
	free(c->text);
	free(c->if_field);
	free(c->if_is);
	free(c->title);
	free(c->field);
	free(c->dirs);
	free(c->quote);
	program_calls_free(&c->calls);
	free(c->when);
	free(c->unless);
	formula_free(c->formula);
	free(c->stacks);
	free(c->pid);
	free(c->pid_option);
	free(c->percent_of);
	free(c->about);
	free(c->as);
	free(c->unknown);
	free(c->other);
	free_values(c->names, c->nnames);
	free_values(c->bits, c->nbits);
}

static void free_arrays(struct program *p)
{
	for (size_t i = 0; i < p->noptions; i++)
		free_option(&p->options[i]);
	for (size_t i = 0; i < p->nprobes; i++) {
		free_strings(p->probes[i].targets, p->probes[i].ntargets);
		free(p->probes[i].option);
		free(p->probes[i].binary.option);
		free(p->probes[i].binary.other);
		free(p->probes[i].run);
		free(p->probes[i].variant);
		free(p->probes[i].when);
		free(p->probes[i].unless);
		free_strings(p->probes[i].given, p->probes[i].ngiven);
		free_strings(p->probes[i].not_given, p->probes[i].nnot_given);
		free(p->probes[i].sampling.frequency.option);
		free(p->probes[i].sampling.period.option);
		free(p->probes[i].sampling.pid.option);
		free(p->probes[i].sampling.cpu.option);
	}
	for (size_t i = 0; i < p->nwords; i++) {
		free(p->words[i].word);
		free(p->words[i].option);
		free(p->words[i].then);
		free(p->words[i].other);
	}
	for (size_t i = 0; i < p->nfacts; i++) {
		free(p->facts[i].macro);
		free(p->facts[i].a);
		free(p->facts[i].b);
	}
	for (size_t i = 0; i < p->nonly; i++) {
		free(p->only[i].option);
		free(p->only[i].field);
	}
	for (size_t i = 0; i < p->ncolumns; i++)
		free_column(&p->columns[i]);
	for (size_t i = 0; i < p->nperf_counters; i++) {
		free(p->perf_counters[i].table);
		free(p->perf_counters[i].event);
	}
	free(p->perf_counters);
	free_strings(p->beside, p->nbeside);
	for (size_t i = 0; i < p->nsorts; i++) {
		free(p->sorts[i].name);
		free_strings(p->sorts[i].fields, p->sorts[i].nfields);
	}
	for (size_t i = 0; i < p->nlabels; i++) {
		free(p->labels[i].text);
		free(p->labels[i].when);
	}
	for (size_t i = 0; i < p->nexamples; i++) {
		free(p->examples[i].run);
		free(p->examples[i].does);
	}
}

static void free_parts(struct program *p)
{
	free_arrays(p);
	metrics_free(&p->metrics);
	free_strings(p->modules, p->nmodules);
	free_strings(p->variants, p->nvariants);
	free_strings(p->arguments, p->narguments);
	free_values(p->letters, p->nletters);
	free(p->filters);
	free(p->options);
	free(p->probes);
	free(p->words);
	free(p->facts);
	free(p->only);
	free(p->columns);
	free(p->sorts);
	free(p->labels);
	free(p->examples);
	free(p->name);
	free(p->path);
	free(p->template_path);
	free(p->include_dir);
	free(p->summary);
	free(p->description);
	free(p->overhead);
	free(p->caveats);
	free(p->table);
	free(p->slot);
	free(p->origin);
	free(p->folded);
	free(p->csv);
	free(p->json);
	free(p->clock);
}

void program_free(struct program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nalso; i++)
		free_parts(&p->also[i]);
	free(p->also);
	free_parts(p);
	free(p);
}
