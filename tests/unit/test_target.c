/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that a probe on a name is attached to: same names, compilers' copies, none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kernels.h"
#include "made.h"
#include "text/plan.h"
#include "text/substitute.h"

static const char kallsyms[] = "ffffffff81000000 T _stext\n"
			       "ffffffff81000010 t copied\n"
			       "ffffffff81000020 t copied.constprop.0\n"
			       "ffffffff81000028 t copied.part.0\n"
			       "ffffffff8100002c t copied.constprop.0.cold\n"
			       "ffffffff81000030 t lean.isra.0\n"
			       "ffffffff81000038 t lean.isra.0.part.0\n"
			       "ffffffff81000040 T vfs_read\n"
			       "ffffffff81000048 t vfs_read.isra.0\n"
			       "ffffffff81000050 t twice\n"
			       "ffffffff81000060 t twice\n"
			       "ffffffff81000070 T split.part.1\n"
			       "ffffffff81000078 T lto.llvm.7\n"
			       "ffffffff81000080 T register_kprobe\n"
			       "ffffffff81000090 T bpf_trampoline_link_prog\n"
			       "ffffffff810000a0 T register_ftrace_direct\n"
			       "ffffffff81000100 T _etext\n"
			       "ffffffff81000200 t at_boot\n"
			       "ffffffffc0000000 t copied\t[ext4]\n";

static const char signatures[] = "copied 5.10 int a, int b\n"
				 "lean 5.10 int a\n"
				 "lto 5.10 int a\n"
				 "inlined 5.10 int a\n";

/* A tool of one probe, or several, and its template, on that made-up kernel; btf: with a real one's
 * types. */
static struct made *make(void **state, const char *probes, const char *template, const char *btf)
{
	struct kernel_sources src = {.btf = btf ? btf : "none", .release = "6.1.0"};
	struct made *m;
	char *ks = kernels_put(state, "kallsyms", kallsyms, strlen(kallsyms));
	char *list = kernels_put(state, "signatures.list", signatures, strlen(signatures));
	char *bpf = kernels_put(state, "tool.bpf.c", template, strlen(template)), *program;
	struct options none = {.print_bpf = true};
	struct buf yaml = {0};

	buf_printf(&yaml,
		   "summary: s\nprobes:\n%soutput: {stream: events, columns: [{title: A, "
		   "field: a}]}\n",
		   probes);
	program = kernels_put(state, "tool.yaml", yaml.data, yaml.len);
	src.kallsyms = ks;
	src.signatures = list;
	m = made_new(program, kernels_open(&src), &none, 0, NULL, btf);
	buf_free(&yaml);
	free(program);
	free(bpf);
	free(list);
	free(ks);
	return m;
}

/* What --print-bpf says of the probes must have `note` in it, and not `other` (which may be NULL).
 */
static void assert_notes(void **state, const char *probes, const char *template, const char *note,
			 const char *other)
{
	struct made *m = make(state, probes, template, NULL);

	if (m->err)
		fail_msg("%s", m->e.text);
	if (!strstr(m->plan.notes.data, note) || (other && strstr(m->plan.notes.data, other)))
		fail_msg("%s\nhas no\n%s, or has\n%s", m->plan.notes.data, note, other);
	made_free(m);
}

static void assert_refused(void **state, const char *probes, const char *template,
			   const char *expected)
{
	struct made *m = make(state, probes, template, NULL);

	assert_true(m->err < 0);
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	if (!strstr(m->e.text, expected))
		fail_msg("%s\nhas no\n%s", m->e.text, expected);
	made_free(m);
}

#define ON(function) "  - {kprobe: " function ", run: h}\n"

static void all_live_copies_are_probed(void **state)
{
	static const struct {
		const char *probes, *note;
	} cases[] = {
		{ON("copied"), "probe: kprobe copied, 3 functions: copied@ffffffff81000010 "
			       "copied.constprop.0 copied@ffffffffc0000000[ext4] -> h\n"},
		{ON("vfs_read"), "kprobe vfs_read, 2 functions: vfs_read vfs_read.isra.0 -> h\n"},
		{ON("twice"), "kprobe twice, 2 functions: twice@ffffffff81000050 "
			      "twice@ffffffff81000060 -> h\n"},
		/* A part is what a copy goes on into: only where there is nothing else. */
		{ON("lean"), "kprobe lean = lean.isra.0 -> h\n"},
		{ON("split"), "kprobe split = split.part.1 -> h\n"},
		{ON("copied.constprop.0"), "kprobe copied.constprop.0 -> h\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_notes(state, cases[i].probes, "int h(struct pt_regs *ctx) { return 0; }\n",
			     cases[i].note, "not probed");
}

/* A copy may have lost parameters: what reads them is kept from it, and that is said. */
static void parameters_are_not_read_of_changed_copies(void **state)
{
	static const char left[] = "probe: kprobe copied, 2 functions: copied@ffffffff81000010 "
				   "copied@ffffffffc0000000[ext4] -> h\n"
				   "not probed: copied.constprop.0: h reads parameters of copied, "
				   "and the compiler may have changed them in this copy\n";

	assert_notes(state, ON("copied"), "int h(SIGNATURE(copied, b)) { return b; }\n", left,
		     NULL);
	assert_notes(state, ON("copied"), "int h(SIGNATURE(., b)) { return b; }\n", left, NULL);
	assert_notes(state, ON("copied"), "int h(struct pt_regs *ctx, int a) { return a; }\n", left,
		     NULL);
	assert_notes(state, ON("copied"),
		     "int h(struct pt_regs *ctx)\n{\n\treturn PT_REGS_PARM1(ctx);\n}\n", left,
		     NULL);
	assert_notes(state, ON("twice"), "int h(struct pt_regs *ctx, int a) { return a; }\n",
		     "-> h\ntwice is 2 functions, and h reads the parameters of all as those of "
		     "one of them\n",
		     NULL);
	/* The return has none. */
	assert_notes(state, ON("copied") "  - {kretprobe: copied, run: r}\n",
		     "int h(SIGNATURE(copied, b)) { return b; }\nint r(struct pt_regs *ctx) {}\n",
		     "kretprobe copied, 3 functions: ", NULL);
	assert_notes(state, ON("copied"), "int h(SIGNATURE(copied)) { return 0; }\n",
		     "kprobe copied, 3 functions: ", "not probed");
	/* The linker's suffix changes none. */
	assert_notes(state, ON("lto"), "int h(SIGNATURE(lto, a)) { return a; }\n",
		     "kprobe lto = lto.llvm.7 -> h\n", "not probed");
	assert_refused(state, ON("lean"), "int h(SIGNATURE(lean, a)) { return a; }\n",
		       "lean is on this kernel only as lean.isra.0, whose parameters the compiler "
		       "may have changed, and no BTF says what they are: they cannot be read");
}

static void trampolines_are_not_for_several_functions(void **state)
{
	char *btf = kernels_file("bookworm", "btf");
	struct made *m = make(state,
			      "  - {kfunc: vfs_read, run: f, variant: fentry}\n"
			      "  - {kprobe: vfs_read, run: h, variant: kprobe}\n"
			      "variants: [fentry, kprobe]\n",
			      "int f(SIGNATURE(vfs_read)) {}\nint h(SIGNATURE(.)) {}\n", btf);

	if (m->err)
		fail_msg("%s", m->e.text);
	assert_non_null(strstr(m->plan.notes.data,
			       "variant: kprobe; not fentry: vfs_read is 2 functions on this "
			       "kernel (vfs_read, vfs_read.isra.0), of which an fentry program "
			       "would reach at most one; a kprobe reaches all\n"));
	assert_non_null(strstr(m->plan.notes.data,
			       "kprobe vfs_read, 2 functions: vfs_read vfs_read.isra.0 -> h\n"));
	made_free(m);
	free(btf);
}

static void it_is_said_why_a_function_is_missing(void **state)
{
	static const char text[] = "int h(struct pt_regs *ctx) {}\n";

	assert_refused(state, ON("inlined"), text,
		       "has nothing to attach kprobe inlined to: signatures.list:4 knows inlined, "
		       "but it has no code of its own: the compiler put it into its callers "
		       "(inlined it)");
	assert_refused(state, ON("at_boot"), text,
		       "to: at_boot is data, or code that only runs at boot (__init)");
	assert_refused(state, ON("vfs_reed"), text,
		       "to: there is none of that name, or the compiler put it into its callers "
		       "(inlined it), or it is of a module that is not loaded; names near it: "
		       "vfs_read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_live_copies_are_probed),
		cmocka_unit_test(parameters_are_not_read_of_changed_copies),
		cmocka_unit_test(trampolines_are_not_for_several_functions),
		cmocka_unit_test(it_is_said_why_a_function_is_missing),
	};

	return cmocka_run_group_tests(tests, kernels_enter, kernels_leave);
}
