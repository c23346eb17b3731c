/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "object/cache.h"
#include "object/compile.h"
#include "text/plan.h"
#include "text/substitute.h"
#include "trace/multi.h"
#include "trace/privilege.h"

/*
 * Everything is put down as JSON first: {kernel, machine, uid, checks: [{name, ok, detail}], tools:
 * [{name, runs, variant, modules, why}]}; ok is null where this user cannot see.
 */

enum answer {
	NO,
	YES,
	UNSEEN,
};

static void add_check(json_t *checks, const char *name, enum answer answer, const char *detail)
{
	json_t *ok = answer == UNSEEN ? json_null() : json_boolean(answer == YES);

	json_array_append_new(checks, json_pack("{s:s, s:o, s:s}", "name", name, "ok", ok, "detail",
						detail ? detail : ""));
}

static void check_kernel(struct kernel *k, json_t *checks)
{
	const char *btf = kernel_btf_path(k), *tracefs = kernel_tracefs(k);
	const char *headers = kernel_headers_dir(k) ?: kernel_kheaders(k);
	bool root = geteuid() == 0;
	struct error e = {0};

	add_check(checks, "BTF", btf ? YES : NO,
		  btf ? btf : "types come from kernel headers then (CONFIG_DEBUG_INFO_BTF)");
	add_check(checks, "headers", headers ? YES : NO,
		  headers ? headers
		  : btf	  ? "not needed: there is BTF"
			  : "no linux-headers, no kheaders.tar.xz");
	add_check(checks, "kprobes", kernel_has_kprobes(k) ? YES : NO,
		  kernel_has_kprobes(k)
			  ? ""
			  : "tools that trace functions need fentry then (CONFIG_KPROBE_EVENTS)");
	add_check(checks, "fentry", root ? (kernel_has_fentry(k) ? YES : NO) : UNSEEN,
		  "programs on a function's entry and exit, with its parameters and result");
	add_check(checks, "kprobe_multi", root ? (multi_works() ? YES : NO) : UNSEEN,
		  "one link for many functions; else they are attached one by one");
	add_check(checks, "ring buffer", kernel_has_ringbuf(k) ? YES : NO,
		  kernel_has_ringbuf(k) ? "" : "events come through perf buffers");
	add_check(checks, "tracefs",
		  tracefs ? YES
		  : root  ? NO
			  : UNSEEN,
		  tracefs ? tracefs
		  : root  ? "tracepoints cannot be attached to"
			  : "only root may look");
	add_check(checks, "lockdown", strcmp(kernel_lockdown(k), "confidentiality") == 0 ? NO : YES,
		  kernel_lockdown(k));
	if (privilege_check(k, "bcchost", &e))
		add_check(checks, "privileges", NO, e.text);
	else
		add_check(checks, "privileges", YES, root ? "root" : "BPF may be used");
	error_clear(&e);
}

static void check_host(const struct find *f, json_t *checks)
{
	struct cache *cache = NULL;
	struct error e = {0};
	char *libbcc = NULL;

	if (compile_version(f->helper, &libbcc, &e) == 0)
		add_check(checks, "libbcc", YES, libbcc);
	else
		add_check(checks, "libbcc", NO, e.text);
	error_clear(&e);
	if (cache_open(&cache, &e) == 0)
		add_check(checks, "cache", YES, cache_path(cache));
	else
		add_check(checks, "cache", NO, e.text);
	cache_close(cache);
	error_clear(&e);
	free(libbcc);
}

/* Modules that are not there yet, which a run would load. */
static json_t *missing_modules(const struct program *p, struct kernel *k)
{
	json_t *missing = json_array();

	for (size_t i = 0; i < p->nmodules; i++)
		if (!kernel_has_module(k, p->modules[i]))
			json_array_append_new(missing, json_string(p->modules[i]));
	return missing;
}

/* As the host decides: the plan, and a text for it. */
static int try_tool(struct program *p, struct kernel *k, json_t *tool, struct error *e)
{
	const struct options base = {.compile_only = true};
	char *argv[] = {p->name, NULL}, *text = NULL;
	struct options o = {0};
	struct plan plan;
	int err = options_parse(p, 1, argv, &base, &o, e);

	if (err)
		return err;
	err = plan_make(&plan, p, &o, k, 0, e);
	if (!err) {
		err = substitute(&plan, kernel_btf_path(k) != NULL, &text, e);
		if (plan.variant)
			json_object_set_new(tool, "variant", json_string(plan.variant));
		plan_free(&plan);
	}
	free(text);
	options_free(&o);
	return err;
}

static void check_tool(const struct find_tool *found, struct kernel *k, json_t *tools)
{
	json_t *tool = json_pack("{s:s}", "name", found->name);
	struct program *p = NULL;
	struct error e = {0};
	int err = program_load(found->path, &p, &e);

	if (!err) {
		json_object_set_new(tool, "modules", missing_modules(p, k));
		err = privilege_check(k, found->name, &e) ?: try_tool(p, k, tool, &e);
	}
	json_object_set_new(tool, "runs", json_boolean(!err));
	if (err)
		json_object_set_new(tool, "why", json_string(e.text ? e.text : "out of memory"));
	json_array_append_new(tools, tool);
	program_free(p);
	error_clear(&e);
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void print_checks(const json_t *checks)
{
	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *c = json_array_get(checks, i), *ok = json_object_get(c, "ok");

		printf("  %-3s %-13s %s\n",
		       json_is_null(ok)	  ? "?"
		       : json_is_true(ok) ? "ok"
					  : "no",
		       text_of(c, "name"), text_of(c, "detail"));
	}
}

static void print_tools(const json_t *tools)
{
	for (size_t i = 0; i < json_array_size(tools); i++) {
		const json_t *t = json_array_get(tools, i),
			     *modules = json_object_get(t, "modules");
		bool runs = json_is_true(json_object_get(t, "runs"));

		printf("  %-3s %-13s %s", runs ? "ok" : "no", text_of(t, "name"),
		       runs ? text_of(t, "variant") : text_of(t, "why"));
		for (size_t j = 0; j < json_array_size(modules); j++)
			printf("%s the module %s",
			       j      ? ","
			       : runs ? "; loads"
				      : "; needs",
			       json_string_value(json_array_get(modules, j)));
		putchar('\n');
	}
}

static int print(const json_t *report, bool as_json, struct error *e)
{
	char *text;

	if (!as_json) {
		printf("kernel %s, %s, uid %u\n", text_of(report, "kernel"),
		       text_of(report, "machine"), geteuid());
		print_checks(json_object_get(report, "checks"));
		puts("tools");
		print_tools(json_object_get(report, "tools"));
		return 0;
	}
	text = json_dumps(report, JSON_INDENT(1));
	if (!text)
		return error_nomem(e);
	puts(text);
	free(text);
	return 0;
}

int doctor(const struct find *f, bool as_json, struct error *e)
{
	struct kernel_sources sources = {.signatures = f->signatures};
	struct find_tool *tools = NULL;
	struct kernel *k = NULL;
	json_t *report = NULL;
	size_t n = 0;
	int err = kernel_open(&k, &sources, e) ?: find_tools(f, &tools, &n, e);

	if (err)
		goto out;
	report = json_pack("{s:s, s:s, s:i, s:[], s:[]}", "kernel", kernel_release(k), "machine",
			   kernel_machine(k), "uid", (int)geteuid(), "checks", "tools");
	check_kernel(k, json_object_get(report, "checks"));
	check_host(f, json_object_get(report, "checks"));
	for (size_t i = 0; i < n; i++)
		check_tool(&tools[i], k, json_object_get(report, "tools"));
	err = print(report, as_json, e);
out:
	json_decref(report);
	find_tools_free(tools, n);
	kernel_close(k);
	return err;
}
