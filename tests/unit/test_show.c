/* SPDX-License-Identifier: Apache-2.0 */
/* What --show puts into a template's text, and the filters by cgroup and mount namespace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels.h"
#include "made.h"

#define STREAM "output: {stream: events, columns: [{title: A, field: pid}]}\n"
#define TOP    "output: {top: counts, columns: [{title: A, field: pid}]}\n"

#define SENDS(declared, sent)                                                         \
	"struct event {\n\tu32 pid;\n};\nBPF_PERF_OUTPUT(events);\nint created(void " \
	"*ctx)\n{\n\t" declared ";\n\tevents.perf_submit(ctx, " sent                  \
	", sizeof(struct event));\n}\n"

#define SET(sent) "({ (" sent ")->cgroup_id = bpf_get_current_cgroup_id(); int err_ = events."

static struct made *make(void **state, const char *output, const char *template, const char *args)
{
	static const char yaml[] =
		"summary: s\nfilters: [pid, cgroup, mntns]\nprobes:\n  - {kprobe: vfs_create, run: "
		"created}\n";
	static const char symbols[] = "ffffffff81000000 T vfs_create\n"
				      "ffffffff81000400 T register_kprobe\n";
	char line[256] = "tool", *argv[16], *save = NULL, *text, *program, *t, *ks;
	struct options none = {0};
	struct made *m;
	int argc = 0;

	snprintf(line, sizeof(line), "tool %s", args);
	for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_true(asprintf(&text, "%s%s", yaml, output) > 0);
	program = kernels_put(state, "tool.yaml", text, strlen(text));
	t = kernels_put(state, "tool.bpf.c", template, strlen(template));
	ks = kernels_put(state, "kallsyms", symbols, strlen(symbols));
	m = made_new(program,
		     kernels_open(&(struct kernel_sources){
			     .btf = "none", .kallsyms = ks, .release = "6.1.0"}),
		     &none, argc, argv, true);
	free(text);
	free(program);
	free(t);
	free(ks);
	return m;
}

static void sends(void **state, const char *template, const char *set)
{
	struct made *m = make(state, STREAM, template, "--show container");

	if (m->err)
		fail_msg("%s", m->e.text);
	if (!strstr(m->text, "struct event { u64 cgroup_id;\n\tu32 pid;\n};\n") ||
	    !strstr(m->text, set))
		fail_msg("%s", m->text);
	assert_non_null(strstr(m->text, "#define SHOW_CGROUP 1\n"));
	made_free(m);
}

static void refused(void **state, const char *template, const char *said)
{
	struct made *m = make(state, STREAM, template, "--show cgroup");

	if (!m->err || !strstr(m->e.text, said))
		fail_msg("%s", m->err ? m->e.text : m->text);
	made_free(m);
}

static void the_member_comes_into_the_struct_that_is_sent(void **state)
{
	sends(state, SENDS("struct event e = {}", "&e"), SET("&e"));
	sends(state, SENDS("struct event e = {0}", "&e"), SET("&e"));
	sends(state, SENDS("struct event e = {.pid = 1}", "&e"), SET("&e"));
	sends(state, SENDS("struct event *e = map.lookup(&zero)", "e"), SET("e"));
	sends(state, SENDS("struct call { struct event e; } *call", "&call->e"), SET("&call->e"));
	/* The last declaration before it counts; what comments and strings say does not. */
	sends(state,
	      SENDS("struct other *e; /* struct no e; */ struct event *e; char *s = \"struct no "
		    "e\"",
		    "e"),
	      SET("e"));
	/* Two places that send it, one member. */
	sends(state,
	      SENDS("struct event e = {}; events.perf_submit(ctx, &e, 4); struct event *f", "f"),
	      SET("f"));
}

static void without_it_the_text_is_as_it_was(void **state)
{
	struct made *m = make(state, STREAM, SENDS("struct event e = {1}", "&e"), "");

	assert_int_equal(m->err, 0);
	assert_null(strstr(m->text, "cgroup"));
	assert_null(strstr(m->text, "SHOW"));
	made_free(m);
}

static void a_struct_with_the_member_is_left_alone(void **state)
{
	struct made *m =
		make(state, STREAM,
		     "struct event {\n\tu32 pid;\n#ifdef SHOW_CGROUP\n\tu64 cgroup_id;\n"
		     "#endif\n};\nBPF_PERF_OUTPUT(events);\nint created(void *ctx) { struct "
		     "event e = {}; FILTER_TASK(p) e.cgroup_id = TASK_CGROUP(p->x); "
		     "events.perf_submit(ctx, &e, sizeof(e)); }",
		     "--show pod");

	if (m->err)
		fail_msg("%s", m->e.text);
	assert_null(strstr(m->text, "bpf_get_current_cgroup_id"));
	assert_non_null(strstr(m->text, "e.cgroup_id = bcchost_group_id(bcchost_group(p->x));"));
	assert_non_null(strstr(m->text, "static inline struct cgroup *bcchost_group("));
	made_free(m);
}

static void what_cannot_be_is_refused(void **state)
{
	refused(state, SENDS("struct event e = {1}", "&e"),
		"tool.bpf.c:8: --show: it puts a member into struct event, so that `&e` is to be "
		"initialised by names");
	refused(state, SENDS("event_t e = {}", "&e"),
		"tool.bpf.c:8: --show: cannot tell what struct");
	refused(state, SENDS("struct elsewhere e = {}", "&e"), "cannot tell what struct `&e` is");
	refused(state, SENDS("struct event e = {}", "42"), "cannot tell what struct `42` is");
	refused(state, SENDS("struct event e = {}; FILTER_TASK(p)", "&e"),
		"--show: tool tells of other tasks than the one that runs, and struct event has no "
		"member cgroup_id");
}

static void a_cut_template_never_crashes(void **state)
{
	static const char whole[] =
		SENDS("struct event *e = {1, 2}; struct x { int y; } *z", "&z->e");
	char text[sizeof(whole)];

	for (size_t len = 0; len < sizeof(whole); len++) {
		snprintf(text, sizeof(text), "%.*s", (int)len, whole);
		made_free(make(state, STREAM, text, "--show cgroup"));
	}
}

static void a_top_has_it_of_its_own_or_not_at_all(void **state)
{
	struct made *m = make(state, TOP, "struct key { u32 pid; };\n", "--show cgroup");

	assert_true(m->err < 0);
	assert_int_equal(m->e.fault, FAULT_USAGE);
	assert_non_null(strstr(m->e.text, "--show: a row of tool is of all tasks together: its "
					  "table counts has no member cgroup_id"));
	made_free(m);
	m = make(state, TOP, "struct key { u32 pid; u64 cgroup_id; };\n", "--show cgroup");
	assert_int_equal(m->err, 0);
	made_free(m);
}

static const char filtered[] = "int created(void *ctx) { FILTER FILTER_TASK(p) return 0; }";

static void a_mount_namespace_is_a_constant(void **state)
{
	struct made *a = make(state, STREAM, filtered, "--mntns 4026531840");
	struct made *b = make(state, STREAM, filtered, "--mntns mnt:[4026532999]");
	struct made *c = make(state, STREAM, filtered, "--mntns 4026532999 --print-bpf");

	assert_int_equal(a->err | b->err | c->err, 0);
	assert_string_equal(a->text, b->text);
	assert_non_null(strstr(a->text,
			       "if (bcchost_mount_namespace((void *)bpf_get_current_task()) "
			       "!= bcchost_only_mntns()) return 0; "));
	assert_non_null(strstr(
		a->text, "if (bcchost_mount_namespace(t_) != bcchost_only_mntns()) return 0; "));
	assert_non_null(
		strstr(c->text, "if (bcchost_mount_namespace(t_) != 4026532999) return 0; "));
	assert_int_equal(b->options.mntns, 4026532999);
	made_free(a);
	made_free(b);
	made_free(c);
}

static void a_group_that_is_none_is_refused(void **state)
{
	struct made *m = make(state, STREAM, filtered, "--cgroup /proc");

	assert_int_equal(m->e.fault, FAULT_USAGE);
	assert_non_null(
		strstr(m->e.text, "--cgroup /proc: not a directory of a cgroup2 file system"));
	made_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_member_comes_into_the_struct_that_is_sent),
		cmocka_unit_test(without_it_the_text_is_as_it_was),
		cmocka_unit_test(a_struct_with_the_member_is_left_alone),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_cut_template_never_crashes),
		cmocka_unit_test(a_top_has_it_of_its_own_or_not_at_all),
		cmocka_unit_test(a_mount_namespace_is_a_constant),
		cmocka_unit_test(a_group_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, kernels_enter, kernels_leave);
}
