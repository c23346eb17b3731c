/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "text/fact.h"
#include "text/substitute.h"
#include "trace/modules.h"
#include "trace/privilege.h"

/* Seconds. A compile takes one, ten in an emulator; in one that had to wait it took over 120. */
#define COMPILE_TIMEOUT 300

/* What took how long, for --verbose: each step since the one before. */
static void step(struct prepare *p, const char *done)
{
	uint64_t now = clock_ns();

	if (p->options->verbose)
		fprintf(stderr, "bcchost: %s in %.0f ms\n", done, (double)(now - p->last) / 1e6);
	p->last = now;
}

static int open_kernel(struct prepare *p, struct error *e)
{
	struct kernel_sources sources = {
		.btf = p->options->btf,
		.kallsyms = p->options->kallsyms,
		.release = p->options->release,
		.signatures = p->find->signatures,
	};

	return kernel_open(&p->kernel, &sources, e);
}

/* --headers DIR or FILE. */
static int named_headers(struct prepare *p, const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "--headers %s: %s", path, strerror(errno));
	p->request.headers = S_ISDIR(st.st_mode) ? COMPILE_HEADERS_DIR : COMPILE_HEADERS_KHEADERS;
	p->request.headers_path = path;
	return 0;
}

static int installed_headers(struct prepare *p, struct error *e)
{
	const char *dir = kernel_headers_dir(p->kernel);

	p->request.headers = dir ? COMPILE_HEADERS_DIR : COMPILE_HEADERS_KHEADERS;
	p->request.headers_path = dir ? dir : kernel_kheaders(p->kernel);
	if (p->request.headers_path)
		return 0;
	return error_set(e, FAULT_KERNEL, -ENOENT,
			 "no types of kernel %s to compile against: it has no BTF "
			 "(/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF), no headers in "
			 "/lib/modules/%s/build and no /sys/kernel/kheaders.tar.xz; install "
			 "linux-headers-%s, or name a directory with --headers",
			 kernel_release(p->kernel), kernel_release(p->kernel),
			 kernel_release(p->kernel));
}

static int choose_headers(struct prepare *p, struct error *e)
{
	const char *asked = p->options->headers ? p->options->headers : "auto";
	const char *btf = kernel_btf_path(p->kernel);

	if (strcmp(asked, "auto") != 0 && strcmp(asked, "btf") != 0 &&
	    strcmp(asked, "installed") != 0)
		return named_headers(p, asked, e);
	if (strcmp(asked, "installed") == 0 || (!btf && strcmp(asked, "auto") == 0))
		return installed_headers(p, e);
	if (!btf)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "--headers btf: kernel %s has no BTF (/sys/kernel/btf/vmlinux)",
				 kernel_release(p->kernel));
	p->request.headers = COMPILE_HEADERS_BTF;
	p->request.headers_path = btf;
	return 0;
}

static int load_modules(struct prepare *p, struct error *e)
{
	struct buf loaded = {0};
	int err = modules_load(p->program, p->kernel, &loaded, e);

	if (p->options->verbose && loaded.len)
		fprintf(stderr, "bcchost: loaded the module %s\n", loaded.data);
	buf_free(&loaded);
	return err;
}

static void fill_request(struct prepare *p)
{
	unsigned int debug = p->options->debug;

	p->request.kernel_version = kernel_version(p->kernel);
	p->request.debug = (debug & OPTIONS_DEBUG_IR ? COMPILE_DEBUG_IR : 0) |
			   (debug & OPTIONS_DEBUG_PREPROCESSED ? COMPILE_DEBUG_PREPROCESSED : 0) |
			   (debug & OPTIONS_DEBUG_SOURCE ? COMPILE_DEBUG_SOURCE : 0) |
			   (debug & OPTIONS_DEBUG_ASM ? COMPILE_DEBUG_ASM : 0);
	p->request.verbose = p->options->verbose;
	p->request.helper = p->find->helper;
	p->request.timeout = COMPILE_TIMEOUT;
	p->request.idle = p->idle;
	p->request.idle_ctx = p->idle_ctx;
}

/*
 * Where the tool was not run before on this kernel, it will have to be compiled: LLVM is loaded
 * while the text is made. If it cannot be started, that is told when it is needed.
 */
static void begin_compile(struct prepare *p)
{
	if (!p->options->print_bpf && !p->cached.known &&
	    p->request.headers != COMPILE_HEADERS_KHEADERS)
		compile_begin(&p->request, &p->begun, NULL);
}

static int substitute_given(struct prepare *p, bool btf, struct error *e)
{
	char *text = NULL;
	int err = substitute_text(&p->plan, btf, p->template, &text, e);

	if (!err && asprintf(&p->text, "%s%s%s", p->defines ?: "", text, p->behind ?: "") < 0) {
		p->text = NULL;
		err = error_nomem(e);
	}
	free(text);
	return err;
}

static int make_text(struct prepare *p, size_t first_variant, struct error *e)
{
	int err = choose_headers(p, e);
	bool btf = !err && p->request.headers == COMPILE_HEADERS_BTF;

	/* To print the text no types are needed; without any, say what a compile would. */
	if (err && !p->options->print_bpf)
		return err;
	error_clear(e);
	fill_request(p);
	begin_compile(p);
	err = plan_make(&p->plan, p->program, p->options, p->kernel, first_variant, e);
	if (err)
		return err;
	p->planned = true;
	if (p->template)
		return substitute_given(p, btf, e);
	return substitute(&p->plan, btf, &p->text, e);
}

/* Only what runs here is kept; who asks to see what the compiler does wants it to compile. */
static void open_cache(struct prepare *p)
{
	if (p->options->no_cache || p->options->debug)
		return;
	p->cached = (struct cached){
		.tool = p->template ? basename(p->program->template_path) : p->program->name,
		.signatures = p->find->signatures,
		.kernel = p->kernel,
		.verbose = p->options->verbose,
	};
	cached_open(&p->cached);
	cached_remember(&p->cached);
}

static int make_object(struct prepare *p, struct error *e)
{
	bool found;
	int err;

	p->request.text = p->text;
	err = cached_compile(&p->cached, &p->request, p->begun, &p->object, &found, e);
	p->begun = NULL;
	if (!err)
		step(p, found ? "took it from the cache" : "compiled it");
	return err ? fact_explain(&p->plan, err, e) : 0;
}

static void drop_attempt(struct prepare *p)
{
	compile_drop(p->begun);
	p->begun = NULL;
	if (p->planned)
		plan_free(&p->plan);
	p->planned = false;
	object_free(p->object);
	p->object = NULL;
	free(p->text);
	p->text = NULL;
}

/* One variant: its text and its object. */
static int attempt(struct prepare *p, struct error *e)
{
	int err = make_text(p, p->next, e);

	if (err || p->options->print_bpf)
		return err;
	step(p, "made the text");
	if (!p->options->compile_only)
		err = privilege_check_plan(&p->plan, e);
	if (err)
		return err;
	/* What the kernel looks like is known now: 15 MB less for the compiler's time and ours. */
	kernel_trim(p->kernel);
	malloc_trim(0);
	progress_step(p->starting, "compiling");
	err = make_object(p, e);
	if (err || p->options->compile_only)
		return err;
	/* A signal before anything was traced: there is nothing to do. */
	if (*p->stopped)
		return error_set(e, FAULT_RUN, -EINTR, "interrupted");
	cached_keep(&p->cached);
	progress_step(p->starting, "attaching");
	return 0;
}

bool prepare_more(const struct prepare *p, const struct error *e)
{
	return p->planned && p->plan.variant && !p->options->variant &&
	       (e->fault == FAULT_KERNEL || e->fault == FAULT_PERMISSION) && !*p->stopped &&
	       p->plan.variant_index + 1 < p->program->nvariants;
}

int prepare_make(struct prepare *p, struct error *e)
{
	int err;

	do {
		if (p->planned && p->plan.variant && p->options->verbose)
			fprintf(stderr, "bcchost: variant %s does not work here: %s\n",
				p->plan.variant, e->text);
		if (p->planned)
			p->next = p->plan.variant_index + 1;
		drop_attempt(p);
		error_clear(e);
		err = attempt(p, e);
	} while (err && prepare_more(p, e));
	/* No compiler goes on, and no signal waits, for what will not be compiled. */
	compile_drop(p->begun);
	p->begun = NULL;
	return err;
}

int prepare_begin(struct prepare *p, struct error *e)
{
	bool trace = !p->options->print_bpf && !p->options->compile_only;
	int err;

	p->last = clock_ns();
	err = open_kernel(p, e);
	if (!err && trace && !kernel_is_running(p->kernel))
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--btf, --kallsyms and --kernel-release name another kernel: only "
				"--print-bpf and --compile-only work for that");
	if (trace && !p->options->verbose && !p->quiet)
		p->starting = progress_begin(STDERR_FILENO, "starting", p->program->name);
	if (!err && trace)
		/* Asked before anything takes time. */
		err = privilege_check(p->kernel, p->program->name, e) ?: load_modules(p, e);
	if (!err && trace)
		open_cache(p);
	return err;
}

void prepare_free(struct prepare *p)
{
	progress_end(p->starting);
	p->starting = NULL;
	cached_keep(&p->cached);
	cached_close(&p->cached);
	p->cached = (struct cached){0};
	drop_attempt(p);
	kernel_close(p->kernel);
	p->kernel = NULL;
}
