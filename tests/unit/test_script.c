/* SPDX-License-Identifier: Apache-2.0 */
/* `bcchost run`: names that attach, and what is seen in and done to a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "object/layout.h"
#include "script/command.h"
#include "script/convention.h"
#include "script/sent.h"
#include "script/source.h"
#include "tool/option_value.h"

static void test_conventions(void **state)
{
	static const struct {
		const char *name, *target;
		enum program_probe_kind kind;
		bool syscall;
	} is[] = {
		{"kprobe__vfs_read", "vfs_read", PROGRAM_KPROBE, false},
		{"kretprobe__vfs_read", "vfs_read", PROGRAM_KRETPROBE, false},
		{"kprobe____vfs_read", "__vfs_read", PROGRAM_KPROBE, false},
		{"kprobe__sys_clone", "clone", PROGRAM_KPROBE, true},
		{"kretprobe____x64_sys_clone", "clone", PROGRAM_KRETPROBE, true},
		{"syscall__execve", "execve", PROGRAM_KPROBE, true},
		{"tracepoint__sched__sched_switch", "sched:sched_switch", PROGRAM_TRACEPOINT,
		 false},
		{"raw_tracepoint__sched_switch", "sched_switch", PROGRAM_RAW_TRACEPOINT, false},
		{"kfunc__vfs_read", "vfs_read", PROGRAM_KFUNC, false},
		{"kfunc__vmlinux__vfs_read", "vfs_read", PROGRAM_KFUNC, false},
		{"kretfunc__vmlinux____close_fd", "__close_fd", PROGRAM_KRETFUNC, false},
		{"lsm__file_open", "bpf_lsm_file_open", PROGRAM_LSM, false},
	};
	static const char *const none[] = {"kprobe__", "trace_read",	      "tracepoint__sched",
					   "kprobe_x", "tracepoint__sched__", "kmod_ret__x"};
	struct convention c;
	char long_name[400] = "kprobe__";

	(void)state;
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		assert_true(convention_of(is[i].name, &c));
		assert_string_equal(c.target, is[i].target);
		assert_int_equal(c.kind, is[i].kind);
		assert_int_equal(c.syscall, is[i].syscall);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(convention_of(none[i], &c));
	memset(long_name + 8, 'a', 300);
	assert_false(convention_of(long_name, &c));
	assert_string_equal(convention_unknown("kmod_ret__x"), "kmod_ret__");
	assert_null(convention_unknown("kprobe__x"));
	assert_null(convention_syscall("vfs_read"));
	assert_null(convention_syscall("sys_"));
}

static void given(struct source *s, const char *text)
{
	memset(s, 0, sizeof(*s));
	s->path = strdup("x.c");
	s->text = strdup(text);
}

static void test_replace(void **state)
{
	struct error e = {0};
	struct source s;

	(void)state;
	given(&s, "if (PID) PID_X; /* PID */ \"PID\"\n##X##\n");
	assert_int_equal(source_replace(&s, "PID", "7", &e), 0);
	assert_string_equal(s.text, "if (7) PID_X; /* 7 */ \"7\"\n##X##\n");
	assert_int_equal(source_replace(&s, "##X##", "", &e), 0);
	assert_string_equal(s.text, "if (7) PID_X; /* 7 */ \"7\"\n\n");
	assert_true(source_replace(&s, "PIDX", "1", &e) < 0);
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_non_null(strstr(e.text, "PID_X"));
	error_clear(&e);
	source_free(&s);
}

/* What stands behind a text of several lines keeps its numbers, outside of a macro. */
static void test_replace_lines(void **state)
{
	struct error e = {0};
	struct source s;

	(void)state;
	given(&s, "#define M X \\\n\tend\nafter\n");
	assert_int_equal(source_replace(&s, "X", "a \\\nb", &e), 0);
	assert_string_equal(s.text, "#define M a \\\nb \\\n\tend\n#line 3 \"x.c\"\nafter\n");
	source_free(&s);
	given(&s, "X\nafter X");
	assert_int_equal(source_replace(&s, "X", "X\nX", &e), 0);
	assert_string_equal(s.text, "X\nX\n#line 2 \"x.c\"\nafter X\nX");
	source_free(&s);
}

static void test_defines(void **state)
{
	char *good[] = {"A", "B=", "C=-0x1fULL", "D=name", "E=\"a b\"", "F='x'"};
	char *bad[] = {"1A=1",	      "",	 "A B=1",     "A=1+1", "A=f()",
		       "A=\"x\" y\"", "A=1\n#x", "A=\"x\\\"", "A=;"};
	struct error e = {0};
	char *text;

	(void)state;
	assert_int_equal(source_defines(good, 6, &text, &e), 0);
	assert_string_equal(text, "#define A 1\n#define B \n#define C -0x1fULL\n#define D name\n"
				  "#define E \"a b\"\n#define F 'x'\n");
	free(text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(source_defines(&bad[i], 1, &text, &e) < 0);
		assert_int_equal(e.fault, FAULT_USAGE);
		error_clear(&e);
	}
}

static void test_look(void **state)
{
	struct error e = {0};
	struct source s;

	(void)state;
	given(&s,
	      "// FILTER bpf_log2l\nBPF_PERF_OUTPUT( events );\nBPF_HISTOGRAM(dist, struct k);\n"
	      "BPF_TABLE(\"histogram\", int, u64, old, 64);\nBPF_TABLE(\"hash\", int, u64, h, "
	      "64);\n"
	      "int f(void *ctx) {\n\tstart.delete(&x);\n\tif (a == stacks.get_stackid(ctx, 0)) ;\n"
	      "\tkey.kernel_id = stacks.get_stackid(ctx, 0);\n"
	      "\tkey->user_id = more.get_stackid(ctx, BPF_F_USER_STACK);\n}\n");
	assert_int_equal(source_look(&s, &e), 0);
	assert_false(s.filter);
	assert_false(s.log2);
	assert_string_equal(s.output, "events");
	assert_int_equal(s.nhistograms, 2);
	assert_true(source_listed(s.histograms, 2, "dist") &&
		    source_listed(s.histograms, 2, "old"));
	assert_int_equal(s.nscratch, 1);
	assert_string_equal(s.scratch[0], "start");
	assert_int_equal(s.nstacks, 2);
	assert_string_equal(s.stacks[0].field, "kernel_id");
	assert_string_equal(s.stacks[0].table, "stacks");
	assert_false(s.stacks[0].user);
	assert_string_equal(s.stacks[1].field, "user_id");
	assert_string_equal(s.stacks[1].table, "more");
	assert_true(s.stacks[1].user);
	source_free(&s);
	given(&s, "int f(void *ctx) { FILTER bpf_log2l(1); }");
	assert_int_equal(source_look(&s, &e), 0);
	assert_true(s.filter && s.log2);
	source_free(&s);
}

/* Brackets that are not closed, strings that do not end: what is there is looked at, no more. */
static void test_look_broken(void **state)
{
	static const char *const texts[] = {"BPF_HISTOGRAM(",
					    "BPF_TABLE(\"hist",
					    "a.delete(",
					    "a.",
					    "BPF_PERF_OUTPUT()",
					    "x = a.get_stackid(",
					    "\"",
					    "/*",
					    "BPF_HISTOGRAM(,)",
					    "a =",
					    "a = ="};
	struct error e = {0};
	struct source s;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		given(&s, texts[i]);
		assert_int_equal(source_look(&s, &e), 0);
		source_free(&s);
	}
}

static void test_parameters(void **state)
{
	struct source s;

	(void)state;
	given(&s, "int a(struct pt_regs *ctx) { return 0; }\nint b(struct pt_regs *ctx, int x) {}\n"
		  "int c(struct pt_regs *ctx) { return PT_REGS_PARM1(ctx); }\nint d(void);\n");
	assert_false(source_reads_parameters(&s, "a"));
	assert_true(source_reads_parameters(&s, "b"));
	assert_true(source_reads_parameters(&s, "c"));
	assert_false(source_reads_parameters(&s, "d"));
	assert_false(source_reads_parameters(&s, "none"));
	assert_int_equal(source_line(&s, "c"), 3);
	source_free(&s);
}

static void test_advice(void **state)
{
	struct source s;
	char *text;

	(void)state;
	given(&s, "int f() { PID_FILTER x; }");
	text = source_advice(&s, "x.c:1: error: use of undeclared identifier 'PID_FILTER'");
	assert_non_null(strstr(text, "--replace PID_FILTER="));
	free(text);
	assert_null(source_advice(&s, "x.c:1: error: use of undeclared identifier 'x'"));
	assert_null(source_advice(&s, "x.c:1: error: use of undeclared identifier 'OTHER'"));
	source_free(&s);
}

static void test_command(void **state)
{
	struct program *p = command_program();
	char *argv[] = {"run", "--kprobe", "a=b",	"x.c", "--kprobe=c=d",
			"-D",  "N=1",	   "--replace", "W="};
	struct options o;
	struct error e = {0};
	char *const *texts, *left, *right;
	size_t n;

	(void)state;
	assert_non_null(p);
	assert_int_equal(options_parse(p, 9, argv, NULL, &o, &e), 0);
	assert_string_equal(options_value(&o, p, COMMAND_FILE)->text, "x.c");
	texts = command_texts(p, &o, "kprobe", &n);
	assert_int_equal(n, 2);
	assert_string_equal(texts[0], "a=b");
	assert_string_equal(texts[1], "c=d");
	assert_null(command_texts(p, &o, "kretprobe", &n));
	texts = command_texts(p, &o, COMMAND_REPLACE, &n);
	assert_int_equal(command_pair("replace", "WORD=TEXT", texts[0], &left, &right, &e), 0);
	assert_string_equal(left, "W");
	assert_string_equal(right, "");
	free(left);
	free(right);
	assert_true(command_pair("kprobe", "F=H", "=b", &left, &right, &e) < 0);
	assert_non_null(strstr(e.text, "--kprobe =b: it takes F=H"));
	error_clear(&e);
	options_free(&o);
	program_free(p);
}

static void sends(const char *text, const char *tables)
{
	struct error e = {0};
	struct source s;
	char *out;

	given(&s, text);
	assert_int_equal(sent_tables(&s, &out, &e), 0);
	/* On a line of its own: the text may end in a comment. */
	if (tables && out)
		assert_int_equal(*out, '\n');
	if (tables)
		assert_string_equal(out ? out + 1 : "", tables);
	else
		assert_null(out);
	free(out);
	source_free(&s);
}

static void test_sent(void **state)
{
#define ONE(type) "BPF_ARRAY(bcchost_event_ev, " type ", 1);\n"
	static const char cut[] = "struct one e = {.a[1] = f((x), 2)}, **r; /* x */ ev.perf_submit("
				  "ctx, (struct one *)&c->e[0], sizeof(\"a)\")); )]}";

	(void)state;
	sends("int f(void *ctx) { struct one e = {}; ev.perf_submit(ctx, &e, sizeof(e)); }",
	      ONE("struct one"));
	sends("int f(void *ctx) { one_t e; ev.perf_submit(ctx, (void *)&e, sizeof e); }",
	      ONE("one_t"));
	sends("int f(void *ctx) { const  struct  one\t*e = f(a * b);\n ev.ringbuf_output(e, 8, 0); "
	      "}",
	      ONE("struct  one"));
	sends("static int f(void *ctx, struct other *o, union one *e) { return ev.perf_submit(ctx, "
	      "e, 8); }",
	      ONE("union one"));
	sends("int f(void *ctx) { struct one e = {.a = 1, .b = {2, 3}}, *r; r = "
	      "ev.ringbuf_reserve(8); if (!r) return 0; ev.ringbuf_submit(r, 0); }",
	      ONE("struct one"));
	sends("struct call { struct one e; u64 n; }; int f(void *ctx) { struct call *c = "
	      "g(); ev.perf_submit(ctx, &c->e, sizeof(c->e)); }",
	      ONE("struct one"));
	/* The last of the name; the first that is sent; each buffer once. */
	sends("int f(void *c) { struct a e; ev.perf_submit(c, &e, 1); }\n"
	      "int g(void *c) { struct b e; ev.perf_submit(c, &e, 1); two.perf_submit(c, &e, 1); }",
	      ONE("struct a") "BPF_ARRAY(bcchost_event_two, struct b, 1);\n");
	sends("int f(struct __sk_buff *skb) { struct a e; ev.perf_submit_skb(skb, n(1, 2), &e, 1); "
	      "}",
	      ONE("struct a"));
	/* Numbers, arrays, one of an array; of bytes behind a pointer nobody knows how many. */
	sends("int f(void *c) { u64 e = 1; ev.perf_submit(c, &e, 8); }", ONE("u64"));
	sends("int f(void *c) { char e[2][N] = {}; ev.perf_submit(c, &e, 8); }",
	      "struct bcchost_event_of_ev { char value[2][N]; };\n" ONE(
		      "struct bcchost_event_of_ev"));
	sends("int f(void *c) { struct a e[2]; ev.perf_submit(c, &e[1], 8); }", ONE("struct a"));
	sends("int f(void *c) { u64 *e = p; ev.perf_submit(c, e, 8); }", ONE("u64"));
	sends("int f(void *c) { char *e = p; ev.perf_submit(c, e, 80); }", NULL);
	/* Nothing is declared so; comments and strings; no type. */
	sends("int f(void *c) { return e; ev.perf_submit(c, &e, 1); }", NULL);
	sends("int f(void *c) { /* struct a e; */ ev.perf_submit(c, &e, 1); }", NULL);
	sends("int f(void *c) { x = a * e; ev.perf_submit(c, &e, 1); }", NULL);
	sends("struct a e; void f() { ev.lookup(&e); ev.perf_submit; }", NULL);
	sends("struct a e; void f() { ev.perf_submit(c, &e, ", NULL);
	sends("", NULL);
#undef ONE
	for (size_t n = sizeof(cut); n-- > 0;) {
		char *text = strndup(cut, n), *out;
		struct error e = {0};
		struct source s;

		given(&s, text);
		assert_int_equal(sent_tables(&s, &out, &e), 0);
		free(out);
		source_free(&s);
		free(text);
	}
}

/* What each field is called and where it is: "name@offset+size ". */
static void lies(const char *desc, uint32_t size, const char *fields)
{
	struct object_map map = {
		.name = (char *)"ev", .event_desc = (char *)desc, .event_size = size};
	struct error e = {0};
	struct layout l;
	struct buf b = {0};

	if (!fields) {
		assert_true(layout_make_event(&l, &map, NULL, &e) < 0);
		assert_int_equal(e.fault, FAULT_TOOL);
		assert_non_null(strstr(e.text, "ev"));
		error_clear(&e);
		return;
	}
	assert_int_equal(layout_make_event(&l, &map, NULL, &e), 0);
	for (size_t i = 0; i < l.nfields; i++)
		buf_printf(&b, "%s@%u+%u ", l.fields[i].name, l.fields[i].offset, l.fields[i].size);
	assert_string_equal(b.data ?: "", fields);
	assert_int_equal(l.size, size);
	buf_free(&b);
	layout_free(&l);
}

static void test_members(void **state)
{
#define WHO \
	"[\"who\", [[\"pid\", \"unsigned int\"], [\"comm\", \"char\", [16]]], \"struct_packed\"]"
	(void)state;
	lies("[\"one\", [[\"a\", \"unsigned char\"], [\"__pad_1\", \"char\", [3]], [\"who\", " WHO
	     "]], \"struct_packed\"]",
	     24, "a@0+1 who.pid@4+4 who.comm@8+16 ");
	lies("[\"one\", [[\"list\", " WHO ", [2]], [\"n\", \"unsigned int\"]], \"struct_packed\"]",
	     44, "list[0].pid@0+4 list[0].comm@4+16 list[1].pid@20+4 list[1].comm@24+16 n@40+4 ");
	/* More of them than anybody reads in a line. */
	lies("[\"one\", [[\"list\", " WHO ", [17]], [\"n\", \"unsigned int\"]], \"struct_packed\"]",
	     344, "list@0+340 n@340+4 ");
	/* A union's own padding; one without a name. */
	lies("[\"one\", [[\"u\", [\"\", [[\"w\", \"unsigned long long\"], [\"b\", \"char\", [9]]], "
	     "\"union\"]], [\"\", [[\"x\", \"unsigned int\"], [\"y\", \"unsigned short\"]], "
	     "\"union\"], "
	     "[\"__pad_end\", \"char\", [4]]], \"struct_packed\"]",
	     24, "u.w@0+8 u.b@0+9 x@16+4 y@16+2 ");
	lies("[\"one\", [[\"in\", [\"\", [[\"deep\", " WHO
	     "]], \"struct_packed\"]]], \"struct_packed\"]",
	     20, "in.deep.pid@0+4 in.deep.comm@4+16 ");
	/* It says less than there is, is a number, has bit fields, is damaged. */
	lies("[\"one\", [[\"a\", \"char\", [2]]], \"struct_packed\"]", 32, NULL);
	lies("\"unsigned int\"", 4, "value@0+4 ");
	lies("[\"one\", [[\"a\", \"unsigned int\", 3]], \"struct\"]", 4, NULL);
	lies("[\"one\", [[\"a\"", 4, NULL);
	lies("[\"one\"]", 4, NULL);
	lies("", 0, NULL);
#undef WHO
}

/* Fields as libbcc lists them, beside what the compiler says of the whole. */
static void told(const char *field2, const char *desc, uint32_t size, const char *fields)
{
	char *list[] = {(char *)"a#u8", (char *)field2, (char *)"c#u16"};
	struct object_map map = {.name = (char *)"ev",
				 .event_desc = (char *)desc,
				 .event_size = size,
				 .nfields = 3,
				 .fields = list};
	struct error e = {0};
	struct layout l;
	struct buf b = {0};
	int err = layout_make(&l, &map, NULL, &e);

	if (!fields) {
		assert_true(err < 0);
		assert_non_null(e.text);
		error_clear(&e);
		return;
	}
	assert_int_equal(err, 0);
	assert_null(e.text);
	for (size_t i = 0; i < l.nfields; i++)
		buf_printf(&b, "%s@%u ", l.fields[i].name, l.fields[i].offset);
	assert_string_equal(b.data, fields);
	buf_free(&b);
	layout_free(&l);
}

static void test_whole(void **state)
{
#define EVENT(b) "[\"one\", [[\"a\", \"unsigned char\"], " b ", [\"c\", \"unsigned short\"]]"
	(void)state;
	told("b#u32", "", 0, "a@0 b@4 c@8 ");
	told("b#u32",
	     EVENT("[\"__pad_1\", \"char\", [3]], [\"b\", \"unsigned int\"]") ", \"struct\"]", 10,
	     "a@0 b@4 c@8 ");
	told("b#u32", EVENT("[\"b\", \"unsigned int\"]") ", \"struct_packed\"]", 7, "a@0 b@1 c@5 ");
	/* The text's own type. */
	told("b#mine_t", "", 0, NULL);
	told("b#mine_t", EVENT("[\"b\", \"unsigned int\"]") ", \"struct_packed\"]", 7,
	     "a@0 b@1 c@5 ");
	/* Bit fields; another struct, which a variable of the same name has. */
	told("b#u32", EVENT("[\"b\", \"unsigned int\", 3]") ", \"struct\"]", 12, NULL);
	told("b#u32", EVENT("[\"x\", \"unsigned int\"]") ", \"struct_packed\"]", 7, "a@0 b@4 c@8 ");
	/* Arrays of arrays it tells wrong. */
	told("b#u32[2][2]", EVENT("[\"b\", \"unsigned int\", [2]]") ", \"struct\"]", 24,
	     "a@0 b@4 c@20 ");
#undef EVENT
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conventions),   cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_lines), cmocka_unit_test(test_defines),
		cmocka_unit_test(test_look),	      cmocka_unit_test(test_look_broken),
		cmocka_unit_test(test_parameters),    cmocka_unit_test(test_advice),
		cmocka_unit_test(test_command),	      cmocka_unit_test(test_sent),
		cmocka_unit_test(test_members),	      cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
