/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"
#include "kernel/kernel.h"
#include "object/cached.h"
#include "object/compile.h"
#include "text/plan.h"
#include "text/substitute.h"
#include "trace/modules.h"
#include "trace/privilege.h"

#define COMPILE_TIMEOUT 120 /* seconds; a compile takes one where a machine is slow */

struct run {
	const struct find *find;
	struct program *program;
	struct options options;
	struct kernel *kernel;
	struct plan plan;
	bool planned;
	char *text;
	struct object *object;
	struct compile_request request;
	struct compile *begun;	   /* the compiler, at work already */
	struct cached cached;	   /* opened only if it may be used */
	uint64_t last;		   /* when the last step ended, clock_ns */
	struct progress *starting; /* until it traces; NULL: not shown */
};

/* What took how long, for --verbose: each step since the one before. */
static void step(struct run *r, const char *done)
{
	uint64_t now = clock_ns();

	if (r->options.verbose)
		fprintf(stderr, "bcchost: %s in %.0f ms\n", done, (double)(now - r->last) / 1e6);
	r->last = now;
}

static int open_kernel(struct run *r, struct error *e)
{
	struct kernel_sources sources = {
		.btf = r->options.btf,
		.kallsyms = r->options.kallsyms,
		.release = r->options.release,
		.signatures = r->find->signatures,
	};

	return kernel_open(&r->kernel, &sources, e);
}

/* --headers DIR or FILE. */
static int named_headers(struct run *r, const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "--headers %s: %s", path, strerror(errno));
	r->request.headers = S_ISDIR(st.st_mode) ? COMPILE_HEADERS_DIR : COMPILE_HEADERS_KHEADERS;
	r->request.headers_path = path;
	return 0;
}

static int installed_headers(struct run *r, struct error *e)
{
	const char *dir = kernel_headers_dir(r->kernel);

	r->request.headers = dir ? COMPILE_HEADERS_DIR : COMPILE_HEADERS_KHEADERS;
	r->request.headers_path = dir ? dir : kernel_kheaders(r->kernel);
	if (r->request.headers_path)
		return 0;
	return error_set(e, FAULT_KERNEL, -ENOENT,
			 "no types of kernel %s to compile against: it has no BTF "
			 "(/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF), no headers in "
			 "/lib/modules/%s/build and no /sys/kernel/kheaders.tar.xz; install "
			 "linux-headers-%s, or name a directory with --headers",
			 kernel_release(r->kernel), kernel_release(r->kernel),
			 kernel_release(r->kernel));
}

static int choose_headers(struct run *r, struct error *e)
{
	const char *asked = r->options.headers ? r->options.headers : "auto";
	const char *btf = kernel_btf_path(r->kernel);

	if (strcmp(asked, "auto") != 0 && strcmp(asked, "btf") != 0 &&
	    strcmp(asked, "installed") != 0)
		return named_headers(r, asked, e);
	if (strcmp(asked, "installed") == 0 || (!btf && strcmp(asked, "auto") == 0))
		return installed_headers(r, e);
	if (!btf)
		return error_set(e, FAULT_KERNEL, -ENOENT,
				 "--headers btf: kernel %s has no BTF (/sys/kernel/btf/vmlinux)",
				 kernel_release(r->kernel));
	r->request.headers = COMPILE_HEADERS_BTF;
	r->request.headers_path = btf;
	return 0;
}

static int load_modules(struct run *r, struct error *e)
{
	struct buf loaded = {0};
	int err = modules_load(r->program, r->kernel, &loaded, e);

	if (r->options.verbose && loaded.len)
		fprintf(stderr, "bcchost: loaded the module %s\n", loaded.data);
	buf_free(&loaded);
	return err;
}

static void fill_request(struct run *r)
{
	unsigned int debug = r->options.debug;

	r->request.kernel_version = kernel_version(r->kernel);
	r->request.debug = (debug & OPTIONS_DEBUG_IR ? COMPILE_DEBUG_IR : 0) |
			   (debug & OPTIONS_DEBUG_PREPROCESSED ? COMPILE_DEBUG_PREPROCESSED : 0) |
			   (debug & OPTIONS_DEBUG_SOURCE ? COMPILE_DEBUG_SOURCE : 0) |
			   (debug & OPTIONS_DEBUG_ASM ? COMPILE_DEBUG_ASM : 0);
	r->request.verbose = r->options.verbose;
	r->request.helper = r->find->helper;
	r->request.timeout = COMPILE_TIMEOUT;
}

/*
 * Where the tool was not run before on this kernel, it will have to be compiled: LLVM is loaded
 * while the text is made. If it cannot be started, that is told when it is needed.
 */
static void begin_compile(struct run *r)
{
	if (!r->options.print_bpf && !r->cached.known &&
	    r->request.headers != COMPILE_HEADERS_KHEADERS)
		compile_begin(&r->request, &r->begun, NULL);
}

static int make_text(struct run *r, size_t first_variant, struct error *e)
{
	int err = choose_headers(r, e);
	bool btf = !err && r->request.headers == COMPILE_HEADERS_BTF;

	/* To print the text no types are needed; without any, say what a compile would. */
	if (err && !r->options.print_bpf)
		return err;
	error_clear(e);
	fill_request(r);
	begin_compile(r);
	err = plan_make(&r->plan, r->program, &r->options, r->kernel, first_variant, e);
	if (err)
		return err;
	r->planned = true;
	return substitute(&r->plan, btf, &r->text, e);
}

static int print_text(struct run *r, struct error *e)
{
	char *comment = substitute_comment(&r->plan);

	if (!comment)
		return error_nomem(e);
	fputs(comment, stdout);
	fputs(r->text, stdout);
	free(comment);
	if (fflush(stdout) != 0 && errno != EPIPE)
		return error_set(e, FAULT_RUN, -errno, "cannot write to stdout: %s",
				 strerror(errno));
	return 0;
}

/* Only what runs here is kept; who asks to see what the compiler does wants it to compile. */
static void open_cache(struct run *r)
{
	if (r->options.no_cache || r->options.debug)
		return;
	r->cached = (struct cached){
		.tool = r->program->name,
		.signatures = r->find->signatures,
		.kernel = r->kernel,
		.verbose = r->options.verbose,
	};
	cached_open(&r->cached);
	cached_remember(&r->cached);
}

static int make_object(struct run *r, struct error *e)
{
	bool found;
	int err;

	r->request.text = r->text;
	err = cached_compile(&r->cached, &r->request, r->begun, &r->object, &found, e);
	r->begun = NULL;
	if (!err)
		step(r, found ? "took it from the cache" : "compiled it");
	return err;
}

static void report_object(const struct run *r)
{
	size_t insns = 0;

	for (size_t i = 0; i < r->object->nprogs; i++)
		insns += r->object->progs[i].ninsns;
	printf("%s: compiles for %s: %zu maps, %zu programs, %zu instructions\n", r->program->name,
	       kernel_release(r->kernel), r->object->nmaps, r->object->nprogs, insns);
}

static void drop_attempt(struct run *r)
{
	compile_drop(r->begun);
	r->begun = NULL;
	if (r->planned)
		plan_free(&r->plan);
	r->planned = false;
	object_free(r->object);
	r->object = NULL;
	free(r->text);
	r->text = NULL;
}

/* One variant, from its text to the end of the trace. */
static int attempt(struct run *r, size_t first_variant, const struct session_stop *stop,
		   bool *attached, struct error *e)
{
	int err = make_text(r, first_variant, e);

	*attached = false;
	if (!err && r->options.print_bpf)
		return print_text(r, e);
	step(r, "made the text");
	if (!err && !r->options.compile_only)
		err = privilege_check_plan(&r->plan, e);
	/* What the kernel looks like is known now: 15 MB less for the compiler's time and ours. */
	kernel_trim(r->kernel);
	malloc_trim(0);
	progress_step(r->starting, "compiling");
	if (!err)
		err = make_object(r, e);
	if (err)
		return err;
	if (r->options.compile_only) {
		report_object(r);
		return 0;
	}
	/* Ctrl-C before anything was traced: there is nothing to print. */
	if (stop->stopped)
		return 0;
	cached_keep(&r->cached);
	progress_step(r->starting, "attaching");
	return session_run(&r->plan, r->object, stop, &r->starting, attached, e);
}

/*
 * Some kernels list what a variant needs and then refuse it (a virtual machine's kernel may refuse
 * all fentry programs): the next variant is tried then.
 */
static int try_variants(struct run *r, const struct session_stop *stop, struct error *e)
{
	bool attached;
	size_t next;
	int err = attempt(r, 0, stop, &attached, e);

	while (err && !attached && r->planned && r->plan.variant && !r->options.variant &&
	       (e->fault == FAULT_KERNEL || e->fault == FAULT_PERMISSION) && !stop->stopped) {
		next = r->plan.variant_index + 1;
		if (next >= r->program->nvariants)
			break;
		if (r->options.verbose)
			fprintf(stderr, "bcchost: variant %s does not work here: %s\n",
				r->plan.variant, e->text);
		drop_attempt(r);
		error_clear(e);
		err = attempt(r, next, stop, &attached, e);
	}
	return err;
}

static int run_program(struct run *r, const struct session_stop *stop, struct error *e)
{
	bool trace = !r->options.print_bpf && !r->options.compile_only;
	int err;

	r->last = clock_ns();
	err = open_kernel(r, e);
	if (!err && trace && !kernel_is_running(r->kernel))
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"--btf, --kallsyms and --kernel-release name another kernel: only "
				"--print-bpf and --compile-only work for that");
	if (trace && !r->options.verbose)
		r->starting = progress_begin(STDERR_FILENO, "starting", r->program->name);
	if (!err && trace)
		/* Asked before anything takes time. */
		err = privilege_check(r->kernel, r->program->name, e) ?: load_modules(r, e);
	if (!err && trace)
		open_cache(r);
	if (!err)
		err = try_variants(r, stop, e);
	progress_end(r->starting);
	r->starting = NULL;
	if (err == -EINTR && stop->stopped) {
		error_clear(e);
		err = 0;
	}
	return err;
}

static int print_help(const struct program *p, struct error *e)
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
	struct run r = {.find = find};
	char *path = NULL;
	int err;

	err = find_tool(find, argv[0], &path, e);
	if (!err)
		err = program_load(path, &r.program, e);
	if (!err)
		err = options_parse(r.program, argc, argv, global, &r.options, e);
	if (!err && r.options.help)
		err = print_help(r.program, e);
	else if (!err)
		err = run_program(&r, stop, e);
	cached_keep(&r.cached);
	cached_close(&r.cached);
	drop_attempt(&r);
	kernel_close(r.kernel);
	options_free(&r.options);
	program_free(r.program);
	free(path);
	return err;
}
