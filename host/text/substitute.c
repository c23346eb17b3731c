/* SPDX-License-Identifier: Apache-2.0 */
#include "text/substitute.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/fact.h"
#include "text/job.h"
#include "text/signature.h"
#include "text/target.h"
#include "text/usdt_text.h"

/* What the program asks of the kernel, answered as macros. */
static int add_facts(struct job *job)
{
	const struct program *p = job->plan->program;

	for (size_t i = 0; i < p->nfacts; i++) {
		const struct program_fact *f = &p->facts[i];
		bool has;
		int err = fact_holds(job->plan->program, f, job->plan->kernel, &has, job->e);

		if (!err && has)
			err = fact_define(job->plan, f, &job->out, job->e);
		if (err)
			return err;
		buf_printf(&job->plan->notes, "fact: %s is %s: the kernel has %s%s%s%s\n", f->macro,
			   has ? "defined" : "not defined", has ? "" : "no ", f->a,
			   f->b ? " with " : "", f->b ? f->b : "");
	}
	return 0;
}

/* `test: inode`: a macro that compares with each directory, by numbers that the host found. */
static int add_test(struct job *job, const struct program_word *w)
{
	const struct options *o = job->plan->options;
	const struct option_value *v = options_value(o, job->plan->program, w->option);
	uint64_t dev, ino;
	int err = 0;

	buf_printf(&job->out, "#define %s(dev, ino) (", w->word);
	if (!options_given(o, job->plan->program, w->option))
		buf_str(&job->out, w->other ? w->other : "0");
	for (size_t i = 0; !err && i < v->npaths; i++) {
		err = filter_identity(v->paths[i], &dev, &ino, job->e);
		buf_printf(&job->out, "%s((dev) == %" PRIu64 " && (ino) == %" PRIu64 "ULL)",
			   i ? " || " : "", dev, ino);
	}
	buf_str(&job->out, ")\n");
	return err;
}

static int add_tests(struct job *job)
{
	const struct program *p = job->plan->program;
	int err = 0;

	for (size_t i = 0; !err && i < p->nwords; i++)
		if (p->words[i].test)
			err = add_test(job, &p->words[i]);
	return err;
}

static int add_prologue(struct job *job, bool btf)
{
	if (btf)
		buf_str(&job->out, "#define BCCHOST_BTF 1\n");
	if (job->plan->variant) {
		buf_str(&job->out, "#define VARIANT_");
		for (const char *c = job->plan->variant; *c; c++)
			buf_char(&job->out, (char)(*c >= 'a' && *c <= 'z' ? *c - 32
						   : *c == '-'		  ? '_'
									  : *c));
		buf_str(&job->out, " 1\n");
	}
	buf_str(&job->out, "#include <uapi/linux/ptrace.h>\n#include <linux/fs.h>\n"
			   "#include <linux/sched.h>\n");
	for (size_t i = 0; i < job->plan->nprobes; i++) {
		if (job->plan->probes[i].probe->kind == PROGRAM_RAW_TRACEPOINT) {
			signature_args_struct(kernel_machine(job->plan->kernel), &job->out);
			break;
		}
	}
	usdt_text(job->plan, &job->out);
	if (job->filter.prologue.data)
		buf_str(&job->out, job->filter.prologue.data);
	if (job->plan->options->sums)
		buf_str(&job->out, "#define BCCHOST_SUMS 1\n");
	if (job->plan->options->show)
		buf_str(&job->out, "#define SHOW_CGROUP 1\n");
	job->prologue_end = job->out.len;
	return add_tests(job) ?: add_facts(job);
}

/* The table's atomic_increment is of libbcc 0.19. */
static const char count_lost[] =
	"BPF_ARRAY(" SUBSTITUTE_LOST_MAP ", u64, 1);\n"
	"static inline void bcchost_count_lost(void) { int k = 0; u64 *n = " SUBSTITUTE_LOST_MAP
	".lookup(&k); if (n) __sync_fetch_and_add(n, 1); }\n";

/* The template decides what is probed, too: what its handlers read. Before what it noted itself. */
static void note_targets(struct plan *plan, size_t at)
{
	struct buf all = {0};

	buf_add(&all, plan->notes.data, at);
	for (size_t i = 0; i < plan->nprobes; i++)
		target_note(plan, &plan->probes[i], &all);
	buf_add(&all, plan->notes.data + at, plan->notes.len - at);
	buf_free(&plan->notes);
	plan->notes = all;
}

/* What only the whole template tells. */
static int finish(struct job *job)
{
	struct buf group = {0};

	if (job->counts)
		show_insert(job, job->prologue_end, count_lost);
	if (job->wants_group) {
		filter_expand_group(&group);
		show_insert(job, job->prologue_end, group.data ?: "");
		job->out.failed |= buf_failed(&group);
		buf_free(&group);
	}
	return show_finish(job);
}

int substitute_text(struct plan *plan, bool btf, const char *template, char **text, struct error *e)
{
	struct job job = {.plan = plan, .e = e};
	size_t noted = plan->notes.len;
	int err;

	*text = NULL;
	err = filter_make(&job.filter, plan->program, plan->options, btf, plan->options->print_bpf,
			  e);
	if (!err)
		err = add_prologue(&job, btf);
	if (!err)
		err = expand_text(&job, plan->program->template_path, template, 0);
	if (!err)
		err = finish(&job);
	note_targets(plan, noted);
	if (!err) {
		*text = buf_take(&job.out);
		if (!*text)
			err = error_nomem(e);
	}
	expand_free(&job);
	return err;
}

int substitute(struct plan *plan, bool btf, char **text, struct error *e)
{
	char *template = NULL;
	int err;

	*text = NULL;
	err = file_read_trusted(plan->program->template_path, &template, NULL, e)
		      ?: substitute_text(plan, btf, template, text, e);
	free(template);
	return err;
}

char *substitute_comment(const struct plan *plan)
{
	struct kernel *k = plan->kernel;
	const char *btf = kernel_btf_path(k);
	struct buf b = {0};
	char *notes = strdup(plan->notes.data ? plan->notes.data : ""), *line, *save = NULL;

	buf_printf(&b, "/*\n * %s, as bcchost %s compiles it\n * kernel: %s (%s)%s\n",
		   plan->program->name, BCCHOST_VERSION, kernel_release(k), kernel_machine(k),
		   kernel_is_running(k) ? ", the running one" : "");
	buf_printf(&b, " * types: %s\n", btf ? btf : "no BTF; kernel headers");
	buf_printf(&b, " * template: %s\n", plan->program->template_path);
	for (line = strtok_r(notes, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		buf_printf(&b, " * %s\n", line);
	buf_str(&b, " */\n");
	free(notes);
	return buf_take(&b);
}
