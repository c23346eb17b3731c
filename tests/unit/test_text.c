/* SPDX-License-Identifier: Apache-2.0 */
/* From a template to the text that is compiled, for a kernel that is made up here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "kernels.h"
#include "made.h"
#include "text/fact.h"
#include "text/filter_parts.h"
#include "text/plan.h"
#include "text/scan.h"
#include "text/filter.h"
#include "text/substitute.h"

static const char kallsyms[] = "ffffffff81000000 T vfs_create\n"
			       "ffffffff81000100 T vfs_unlink\n"
			       "ffffffff81000200 t finish_it.isra.0\n"
			       "ffffffff81000300 T vfs_read\n"
			       "ffffffff81000400 T register_kprobe\n"
			       "ffffffff81000500 T do_many\n"
			       "ffffffff81000700 t twice\n"
			       "ffffffff81000800 t twice\t[xfs]\n"
			       "ffffffff81001000 d __tracepoint_sched_wakeup\n"
			       "ffffffff81001100 d __tracepoint_sched_wakeup_new\n"
			       "ffffffff81001200 d __tracepoint_block_rq_issue\n"
			       "ffffffff81000600 D some_data\n";

static const char signatures[] =
	"vfs_create 5.10 struct inode *dir, struct dentry *dentry, umode_t mode, bool want_excl\n"
	"vfs_create 6.3 struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t "
	"mode, bool want_excl\n"
	"do_many 5.10 int a, int b, int c, int d, int e, int f, int g\n"
	"vfs_unlink 5.10 struct inode *dir, struct dentry *dentry\n"
	"ext4:ext4_file_open 4.18 struct inode *inode, struct file *filp\n"
	"tracepoint:sched_wakeup 4.18 struct task_struct *p\n"
	"tracepoint:sched_wakeup_new 4.18 struct task_struct *p\n"
	"tracepoint:block_rq_issue 5.10 struct request_queue *q, struct request *rq\n";

static char *dir;
static struct kernel *real; /* for the next make_text, instead of a made-up one */

static char *put_file(const char *name, const char *text)
{
	char *path;
	FILE *f;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
	return path;
}

/* A tool of these two texts on a kernel of that release, with these arguments. */
static struct made *make_text(const char *release, const char *yaml, const char *template, int argc,
			      char **argv)
{
	char *p = put_file("tool.yaml", yaml), *t = put_file("tool.bpf.c", template);
	char *ks = put_file("kallsyms", kallsyms), *sig = put_file("signatures.list", signatures);
	struct kernel_sources src = {
		.btf = "none", .kallsyms = ks, .release = release, .signatures = sig};
	struct options none = {0};
	struct made *m;

	m = made_new(p, real ? real : kernels_open(&src), &none, argc, argv, true);
	real = NULL;
	free(p);
	free(t);
	free(ks);
	free(sig);
	return m;
}

/* The text behind the prologue. */
static const char *body(const struct made *m)
{
	const char *line;

	if (m->err)
		fail_msg("%s", m->e.text);
	line = strstr(m->text, "#line 1 ");
	assert_non_null(line);
	return strchr(line, '\n') + 1;
}

#define YAML_OF(probes, more)                                          \
	"summary: s\nfilters: [pid, comm, dir]\nprobes:\n" probes more \
	"output: {stream: events, columns: [{title: A, field: a}]}\n"

static const char yaml[] = YAML_OF("  - {kprobe: vfs_create, run: created}\n", "");

static void scans_words_not_comments(void **state)
{
	const char *text =
		"a /* b \n c */ \"d e\" 'f' // g\n10ULL #include \"x\"\n#include \"h.h\"\nend";
	struct scan s;
	struct scan_piece p;
	char words[64] = "";

	(void)state;
	scan_init(&s, text);
	while ((p = scan_next(&s)).kind != SCAN_END) {
		if (p.kind == SCAN_WORD)
			snprintf(words + strlen(words), 32, "%.*s@%u ", (int)p.len, p.start,
				 p.line);
		if (p.kind == SCAN_INCLUDE)
			snprintf(words + strlen(words), 32, "INC@%u ", p.line);
	}
	assert_string_equal(words, "a@1 include@3 INC@4 end@5 ");
}

static void scans_what_is_never_closed(void **state)
{
	static const char *const texts[] = {"/* no end",    "\"no end", "'", "f(a, (b)",
					    "#include \"x", "\\",	"//"};
	struct scan_piece p;
	struct scan s;
	const char *inner;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		scan_init(&s, texts[i]);
		while ((p = scan_next(&s)).kind != SCAN_END)
			assert_true(p.len > 0);
	}
	scan_init(&s, "(a, (b)");
	assert_false(scan_group(&s, &inner, &len));
}

static void a_signature_follows_the_version(void **state)
{
	const char *text = "int created(SIGNATURE(vfs_create, dentry))\n{\n\treturn 0;\n}\n";
	struct made *m = make_text("6.1.0-50-amd64", yaml, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m),
			    "int created(struct pt_regs *ctx, struct inode *dir, struct dentry "
			    "*dentry)\n{\n\treturn 0;\n}\n");
	made_free(m);
	m = make_text("6.12.0", yaml, text, 0, NULL);
	assert_string_equal(body(m),
			    "int created(struct pt_regs *ctx, struct mnt_idmap *idmap, struct "
			    "inode *dir, struct dentry *dentry)\n{\n\treturn 0;\n}\n");
	made_free(m);
}

static void a_parameter_that_is_not_there_names_those_there(void **state)
{
	struct made *m =
		make_text("6.12.0", yaml, "\nint created(SIGNATURE(vfs_create, nope)) {}", 0, NULL);

	(void)state;
	assert_int_not_equal(m->err, 0);
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	assert_non_null(strstr(m->e.text, "tool.bpf.c:2: vfs_create on this kernel (6.12.0) has no "
					  "parameter \"nope\" (it has: idmap, dir, dentry, mode, "
					  "want_excl)"));
	made_free(m);
}

static void a_parameter_beyond_the_registers_is_an_error(void **state)
{
	struct made *m = make_text("6.1.0", YAML_OF("  - {kprobe: do_many, run: h}\n", ""),
				   "int h(SIGNATURE(do_many, g)) {}", 0, NULL);

	(void)state;
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	assert_non_null(strstr(m->e.text, "g is parameter 7 of do_many: only the first 6"));
	made_free(m);
}

/* The same handler, as a kprobe's and as a trampoline's, on kernels that differ. */
static void a_trampoline_calls_the_handler(void **state)
{
	static const struct {
		const char *kernel, *params, *call;
	} cases[] = {
		{"k510", "struct pt_regs *ctx, struct inode *dir, struct dentry *dentry",
		 "(void *)ctx, (void *)ctx[0], (void *)ctx[1]"},
		{"bookworm",
		 "struct pt_regs *ctx, struct user_namespace *mnt_userns, struct inode *dir, "
		 "struct dentry *dentry",
		 "(void *)ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2]"},
		{"sid", "struct pt_regs *ctx, struct mnt_idmap *idmap, struct dentry *dentry",
		 "(void *)ctx, (void *)ctx[0], (void *)ctx[1]"},
	};
	const char *y = YAML_OF("  - {kretfunc: vfs_create, run: h, variant: f}\n"
				"  - {kretprobe: vfs_create, run: h, variant: k}\n",
				"variants: [f, k]\n");
	const char *text =
		"/* about */\nint h(SIGNATURE(vfs_create, dentry))\n{\n\treturn RESULT;\n}\n"
		"int g(void) { return 0; }\n";

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *want, *variant[] = {(char *)"tool", (char *)"--variant", (char *)"k"};
		struct made *m;

		real = kernels_real(cases[i].kernel);
		m = make_text(NULL, y, text, 0, NULL);
		assert_true(
			asprintf(&want,
				 "static int h(%s, long bcchost_result); int h_trampoline(u64 "
				 "*ctx) { "
				 "return h(%s, ctx[%d]); } static int h(%s, long bcchost_result)\n"
				 "{\n\treturn bcchost_result;\n}\nint g(void)",
				 cases[i].params, cases[i].call, i == 1 ? 5 : 4,
				 cases[i].params) > 0);
		if (!strstr(body(m), want))
			fail_msg("%s\nhas no\n%s", body(m), want);
		free(want);
		made_free(m);
		real = kernels_real(cases[i].kernel);
		m = make_text(NULL, y, text, 3, variant);
		assert_true(
			asprintf(&want,
				 "int h(%s)\n{\n\treturn ((long)PT_REGS_RC(ctx));\n}\nint g(void)",
				 cases[i].params) > 0);
		if (!strstr(body(m), want))
			fail_msg("%s\nhas no\n%s", body(m), want);
		free(want);
		made_free(m);
	}
	(void)state;
}

/* What SIGNATURE says: "" if `text` becomes `want`, else an error that has `want` in it. */
static void assert_signature(const char *probes, const char *text, const char *want, bool fails)
{
	char *y;
	struct made *m;

	assert_true(asprintf(&y,
			     "summary: s\nprobes:\n%soutput: {stream: events, columns: "
			     "[{title: A, field: a}]}\n",
			     probes) > 0);
	m = make_text("6.1.0", y, text, 0, NULL);
	free(y);
	if (fails)
		assert_int_not_equal(m->err, 0);
	if (!strstr(fails ? m->e.text : body(m), want))
		fail_msg("%s\nhas no\n%s", fails ? m->e.text : body(m), want);
	made_free(m);
}

static void a_raw_tracepoint_hands_over_its_parameters(void **state)
{
	static const char probe[] = "  - {raw_tracepoint: block_rq_issue, run: h}\n";

	(void)state;
	assert_signature(probe, "int h(SIGNATURE(block_rq_issue, rq))\n{\n}\n",
			 "int h(struct bcchost_args *ctx, struct request_queue *q, struct request "
			 "*rq)\n{\n}\n",
			 false);
	assert_signature(probe, "int h(SIGNATURE(., q)) {}",
			 "int h(struct bcchost_args *ctx, struct request_queue *q) {}", false);
	assert_signature(probe, "int h(struct bpf_raw_tracepoint_args *ctx) {}",
			 "int h(struct bpf_raw_tracepoint_args *ctx) {}", false);
	assert_signature(probe, "int h(SIGNATURE(vfs_create, dir)) {}",
			 "tool.bpf.c:1: SIGNATURE(vfs_create): the handler's probe took the "
			 "tracepoint block_rq_issue",
			 true);
	assert_signature(probe, "int h(SIGNATURE(., nope)) {}",
			 "has no parameter \"nope\" (it has: q, rq)", true);
	assert_signature("  - {raw_tracepoint: no_such, run: h}\n", "int h(SIGNATURE(.)) {}",
			 "nothing to attach raw_tracepoint no_such to", true);
}

static void a_dot_is_what_the_probe_took(void **state)
{
	(void)state;
	assert_signature(
		"  - {kprobe: [no_such, vfs_create], run: h}\n", "int h(SIGNATURE(., dentry)) {}",
		"int h(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry) {}", false);
	assert_signature("  - {raw_tracepoint: sched_wakeup, run: h}\n"
			 "  - {raw_tracepoint: sched_wakeup_new, run: h}\n",
			 "int h(SIGNATURE(., p)) {}",
			 "(struct bcchost_args *ctx, struct task_struct *p)", false);
	assert_signature("  - {raw_tracepoint: sched_wakeup, run: h}\n"
			 "  - {raw_tracepoint: block_rq_issue, run: h}\n",
			 "int h(SIGNATURE(., p)) {}",
			 "block_rq_issue on this kernel (6.1.0) has no parameter \"p\"", true);
	assert_signature("  - {kprobe: vfs_create, run: h}\n  - {kprobe: vfs_unlink, run: h}\n",
			 "int h(SIGNATURE(., dentry)) {}",
			 "struct inode *dir, struct dentry *dentry) {}", false);
	assert_signature("  - {kprobe: \"^vfs_\", run: h}\n", "int h(SIGNATURE(.)) {}",
			 "int h(struct pt_regs *ctx) {}", false);
	assert_signature(
		"  - {kprobe: vfs_create, run: h}\n",
		"int h(SIGNATURE(., dir)) {}\nint g(SIGNATURE(., dir)) {}",
		"tool.bpf.c:2: SIGNATURE(.) is the function that the handler's probe took, "
		"but no probe runs this one",
		true);
	assert_signature("  - {tracepoint: \"block:block_rq_issue\", run: h}\n",
			 "int h(SIGNATURE(., rq)) {}", "a tracepoint hands over no parameters",
			 true);
}

/* Of a module that is not loaded here: its text can be made, but nothing can be traced. */
static void a_module_is_not_needed_for_the_text(void **state)
{
	static const char y[] = "summary: s\nmodules: ext4\nvariants: [f, k]\nprobes:\n"
				"  - {kretfunc: ext4_file_open, run: h, variant: f}\n"
				"  - {kretprobe: ext4_file_open, run: h, variant: k}\n"
				"output: {stream: events, columns: [{title: A, field: a}]}\n";
	static const char text[] = "int h(SIGNATURE(ext4_file_open)) {}\n";
	char *argv[] = {(char *)"tool", (char *)"--print-bpf"};
	struct made *m = make_text("6.1.0", y, text, 2, argv);

	(void)state;
	assert_string_equal(body(m), "int h(struct pt_regs *ctx) {}\n");
	assert_non_null(strstr(m->plan.notes.data, "kretprobe ext4_file_open in module ext4 -> h"));
	assert_string_equal(m->plan.probes[0].targets[0].module, "ext4");
	made_free(m);
	m = make_text("6.1.0", y, text, 0, NULL);
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	made_free(m);
}

static void an_option_may_name_the_functions(void **state)
{
	static const char y[] =
		"summary: s\noptions:\n"
		"  - {name: pattern, type: pattern, default: \"^vfs_.*\", help: which}\n"
		"probes:\n  - {kprobe: {option: pattern}, run: h}\n"
		"output: {stream: events, columns: [{title: A, field: a}]}\n";
	static const struct {
		const char *given, *note;
	} cases[] = {
		{NULL, "kprobe ^vfs_.*, 3 functions: vfs_create vfs_unlink vfs_read -> h\n"},
		{"vfs_*", "kprobe ^(vfs_.*)$, 3 functions: vfs_create vfs_unlink vfs_read -> h\n"},
		{"vfs_re*|do_.*",
		 "kprobe ^(vfs_re.*|do_.*)$, 2 functions: vfs_read do_many -> h\n"},
		{"vfs_read", "kprobe vfs_read -> h\n"},
		{"finish_it", "kprobe finish_it = finish_it.isra.0 -> h\n"},
		{"twice", "kprobe twice, 2 functions: twice@ffffffff81000700 "
			  "twice@ffffffff81000800[xfs] -> h\n"},
	};
	char *argv[] = {(char *)"tool", (char *)"--pattern", NULL};
	struct made *m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		argv[2] = (char *)cases[i].given;
		m = make_text("6.1.0", y, "int h(SIGNATURE(.)) {}\n", argv[2] ? 3 : 1, argv);
		assert_string_equal(body(m), "int h(struct pt_regs *ctx) {}\n");
		if (!strstr(m->plan.notes.data, cases[i].note))
			fail_msg("%s\nhas no\n%s", m->plan.notes.data, cases[i].note);
		made_free(m);
	}
	argv[2] = (char *)"vfs_unlnk";
	m = make_text("6.1.0", y, "", 3, argv);
	assert_int_equal(m->e.fault, FAULT_USAGE);
	assert_string_equal(m->e.text,
			    "--pattern: kernel 6.1.0 has no function vfs_unlnk: there is "
			    "none of that name, or the compiler put it into its callers "
			    "(inlined it), or it is of a module that is not loaded; names near it: "
			    "vfs_unlink");
	made_free(m);
}

static void filters_are_numbers(void **state)
{
	char *argv[] = {(char *)"tool", (char *)"-p",	(char *)"181",
			(char *)"-n",	(char *)"a\"b", (char *)"--print-bpf"};
	struct made *m =
		make_text("6.1.0", yaml, "int created(void *ctx) { FILTER return 0; }", 6, argv);

	(void)state;
	assert_non_null(
		strstr(body(m), "if ((u32)(bpf_get_current_pid_tgid() >> 32) != 181) return 0; "));
	assert_non_null(strstr(body(m), "if (!bcchost_has_name(c_)) return 0; "));
	assert_non_null(strstr(m->text, "(c[0] == 97 && c[1] == 34 && c[2] == 98)"));
	assert_null(strstr(m->text, "a\"b"));
	made_free(m);
}

static void filters_may_look_at_another_task(void **state)
{
	char *argv[] = {(char *)"tool", (char *)"-p", (char *)"181",
			(char *)"-n",	(char *)"ab", (char *)"--print-bpf"};
	struct made *m =
		make_text("6.1.0", yaml, "int created(void *ctx) { FILTER_TASK(p->x) }", 6, argv);

	(void)state;
	assert_string_equal(
		body(m),
		"int created(void *ctx) { { struct task_struct *t_ = p->x; if (({ u32 n_ = 0; "
		"bpf_probe_read_kernel(&n_, sizeof(n_), &t_->tgid); n_; }) == bcchost_self()) "
		"return 0; if (({ u32 n_ = 0; bpf_probe_read_kernel(&n_, sizeof(n_), &t_->tgid); "
		"n_; }) != 181) return 0; { char c_[16] = {}; bpf_probe_read_kernel(&c_, "
		"sizeof(c_), &t_->comm); if (!bcchost_has_name(c_)) return 0; } }  }");
	made_free(m);
}

/* So that another process, name or directory costs no other text, and no other compile. */
static void to_be_compiled_ids_are_constants_of_the_loader(void **state)
{
	static const char template[] = "int created(void *ctx) { FILTER return 0; }";
	char *argv[] = {(char *)"tool", (char *)"-p", (char *)"181"};
	struct made *with = make_text("6.1.0", yaml, template, 3, argv);
	struct made *without = make_text("6.1.0", yaml, template, 0, NULL);

	(void)state;
	assert_string_equal(with->text, without->text);
	assert_non_null(strstr(body(with),
			       "if (bcchost_only_pid() != ~0ULL && bcchost_only_pid() != "
			       "(u32)(bpf_get_current_pid_tgid() >> 32)) return 0; "));
	made_free(with);
	made_free(without);
}

static void neither_a_name_nor_a_directory_is_part_of_the_text(void **state)
{
	static const char template[] = "int created(SIGNATURE(., dentry)) { FILTER return 0; }";
	static const char *const given[][2] = {
		{"-n", "cat"}, {"-n", "longer-by-far"}, {"--dir", "/"}, {"--dir", "/proc"}};
	struct made *m[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *argv[] = {(char *)"tool", (char *)given[i][0], (char *)given[i][1]};

		m[i] = make_text("6.1.0", yaml, template, 3, argv);
	}
	assert_string_equal(m[0]->text, m[1]->text);
	assert_string_equal(m[2]->text, m[3]->text);
	assert_non_null(
		strstr(m[0]->text, "(low & bcchost_name_mask_low()) == bcchost_name_low()"));
	for (size_t i = 0; i < 4; i++)
		made_free(m[i]);
}

static void constants_have_the_values_of_the_options(void **state)
{
	struct options o = {.has_pid = true, .pid = 181, .has_uid = true, .inode = 7};
	struct program_option own = {.name = (char *)"min-us", .type = PROGRAM_OPTION_INTEGER};
	struct program_word words[] = {
		{.word = (char *)"MIN", .option = (char *)"min-us", .other = (char *)"-3"}};
	struct program p = {.nwords = 1, .words = words, .noptions = 1, .options = &own};
	struct option_value value = {0};
	uint64_t v[8];

	(void)state;
	o.values = &value;
	o.nvalues = 1;
	o.inode_dev = makedev(8, 1);
	for (uint32_t i = 1; i <= 6; i++)
		assert_true(filter_constant(i, &p, &o, &v[i]));
	assert_int_equal(v[1], getpid());
	assert_int_equal(v[2], 181);
	assert_true(v[3] == UINT64_MAX); /* --tid was not given */
	assert_int_equal(v[4], 0);	 /* root's */
	assert_int_equal(v[5], 7);
	assert_int_equal(v[6], 8 << 20 | 1);
	assert_false(filter_constant(0, &p, &o, &v[0]));
	assert_false(filter_constant(15, &p, &o, &v[0]));
	assert_false(filter_constant(255, &p, &o, &v[0]));
	assert_true(filter_constant(256, &p, &o, &v[0]));
	assert_true((int64_t)v[0] == -3);
	value = (struct option_value){.given = true, .number = 1LL << 40};
	assert_true(filter_constant(256, &p, &o, &v[0]));
	assert_true(v[0] == 1ULL << 40);
	assert_false(filter_constant(257, &p, &o, &v[0]));
}

static void a_name_is_two_numbers_and_their_masks(void **state)
{
	struct options o = {.name = "abcdefghij\xff"};
	struct program p = {0};
	uint64_t v[4];

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_true(filter_constant(9 + i, &p, &o, &v[i]));
	assert_true(v[0] == 0x6867666564636261);
	assert_true(v[1] == 0xff6a69);
	assert_true(v[2] == UINT64_MAX);
	assert_true(v[3] == 0xffffff);
}

static void a_word_that_is_a_constant_is_no_part_of_the_text(void **state)
{
	static const char with_word[] =
		YAML_OF("  - {kprobe: vfs_create, run: created}\n",
			"options:\n"
			"  - {name: min-us, type: integer, min: 0, max: 9, help: least}\n"
			"  - {name: failed, help: only those}\n"
			"substitute:\n"
			"  MIN_US: {option: min-us, else: \"0\", constant: true}\n"
			"  FAILED: {option: failed, then: \"3\", else: \"-1\", constant: true}\n");
	static const char template[] = "int created(void *ctx) { return MIN_US; }";
	static const char flag[] = "int created(void *ctx) { return FAILED; }";
	char *argv[] = {(char *)"tool", (char *)"--min-us", (char *)"7", (char *)"--print-bpf"};
	char *failed[] = {(char *)"tool", (char *)"--failed", (char *)"--print-bpf"};
	struct made *with = make_text("6.1.0", with_word, template, 3, argv);
	struct made *without = make_text("6.1.0", with_word, template, 0, NULL);
	struct made *plain = make_text("6.1.0", with_word, template, 4, argv);
	struct made *given = make_text("6.1.0", with_word, flag, 2, failed);
	struct made *not_given = make_text("6.1.0", with_word, flag, 0, NULL);
	struct made *given_plain = make_text("6.1.0", with_word, flag, 3, failed);
	uint64_t value;

	(void)state;
	assert_string_equal(given->text, not_given->text);
	assert_string_equal(body(given), "int created(void *ctx) { return bcchost_FAILED(); }");
	assert_string_equal(body(given_plain), "int created(void *ctx) { return 3; }");
	assert_true(filter_constant(257, given->plan.program, given->plan.options, &value));
	assert_int_equal(value, 3);
	assert_true(filter_constant(257, not_given->plan.program, not_given->plan.options, &value));
	assert_true((int64_t)value == -1);
	made_free(given);
	made_free(not_given);
	made_free(given_plain);
	assert_string_equal(with->text, without->text);
	assert_non_null(strstr(with->text, "static inline s64 bcchost_MIN_US(void)"));
	assert_string_equal(body(with), "int created(void *ctx) { return bcchost_MIN_US(); }");
	assert_string_equal(body(plain), "int created(void *ctx) { return 7; }");
	made_free(with);
	made_free(without);
	made_free(plain);
}

static void without_filters_only_bcchost_itself_is_left_out(void **state)
{
	char *argv[] = {(char *)"tool", (char *)"--print-bpf"};
	struct made *m =
		make_text("6.1.0", yaml, "int created(void *ctx) { FILTER return 0; }", 2, argv);

	(void)state;
	assert_string_equal(body(m),
			    "int created(void *ctx) { if ((u32)(bpf_get_current_pid_tgid() >> "
			    "32) == bcchost_self()) return 0;  return 0; }");
	made_free(m);
}

static void a_filter_on_a_directory_asks_the_dentry(void **state)
{
	char *argv[] = {(char *)"tool", (char *)"--dir", (char *)"/"};
	struct made *m =
		make_text("6.1.0", yaml, "int created(void *ctx) { FILTER(d->x) FILTER }", 3, argv);

	(void)state;
	assert_non_null(strstr(body(m), "if (!bcchost_in_dir(d->x)) return 0; "));
	assert_non_null(strstr(body(m), "if (!bcchost_in_dir(dentry)) return 0; "));
	made_free(m);
}

static void directories_are_compared_by_number(void **state)
{
	static const char roots[] =
		YAML_OF("  - {kprobe: vfs_create, run: created}\n",
			"options: [{name: roots, short: d, type: directory, many: true, help: h}]\n"
			"substitute: {IS_ROOT: {option: roots, test: inode, else: \"1\"}}\n");
	static const char text[] =
		"int created(struct pt_regs *ctx)\n{\n\treturn IS_ROOT(a, b);\n}";
	char pattern[256], expected[256];
	char *argv[] = {(char *)"tool", (char *)"-d", (char *)"/proc,/sys", (char *)"-d", pattern};
	struct stat st;
	struct made *m;

	(void)state;
	m = make_text("5.10.0", roots, text, 0, NULL);
	assert_non_null(strstr(body(m), "return IS_ROOT(a, b);"));
	assert_non_null(strstr(m->text, "#define IS_ROOT(dev, ino) (1)\n"));
	made_free(m);
	snprintf(pattern, sizeof(pattern), "%.*s[%c]", (int)strlen(dir) - 1, dir,
		 dir[strlen(dir) - 1]);
	m = make_text("5.10.0", roots, text, 5, argv);
	assert_non_null(strstr(body(m), "return IS_ROOT(a, b);"));
	assert_int_equal(m->options.values[0].npaths, 3);
	assert_int_equal(stat(dir, &st), 0);
	snprintf(expected, sizeof(expected), " && (ino) == %luULL))\n", (unsigned long)st.st_ino);
	assert_non_null(strstr(m->text, expected));
	assert_non_null(strstr(m->text, "#define IS_ROOT(dev, ino) (((dev) == "));
	made_free(m);
}

static void own_words_are_replaced_in_code_only(void **state)
{
	const char *y =
		YAML_OF("  - {kprobe: vfs_create, run: created}\n",
			"options:\n"
			"  - {name: all, short: a, help: h}\n"
			"  - {name: min, type: integer, min: 0, max: 10, default: 7, help: h}\n"
			"substitute: {ALL: {option: all, then: \"1\", else: \"!x\"}, "
			"MIN: {option: min}}\n");
	const char *text =
		"int created(void *ctx) { return ALL + MIN; /* ALL */ char *s = \"ALL\"; MINI; }";
	char *argv[] = {(char *)"tool", (char *)"-a", (char *)"--min=3"};
	struct made *m = make_text("6.1.0", y, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m), "int created(void *ctx) { return !x + 7; /* ALL */ char *s = "
				     "\"ALL\"; MINI; }");
	made_free(m);
	m = make_text("6.1.0", y, text, 3, argv);
	assert_string_equal(body(m), "int created(void *ctx) { return 1 + 3; /* ALL */ char *s = "
				     "\"ALL\"; MINI; }");
	made_free(m);
}

static void events_go_through_the_buffer_that_is_there(void **state)
{
	const char *text =
		"BPF_PERF_OUTPUT( events );\n"
		"int created(void *ctx) { events.perf_submit(ctx, &e, f(a, sizeof(e)));\n"
		" other.perf_submit(ctx, &e, 1); }";
	char *perf[] = {(char *)"tool", (char *)"--buffer=perf"};
	struct made *m = make_text("6.1.0", yaml, text, 0, NULL);

	(void)state;
	assert_string_equal(
		body(m), "BPF_RINGBUF_OUTPUT(events, 1);\n"
			 "int created(void *ctx) { ({ int err_ = events.ringbuf_output( &e, f(a, "
			 "sizeof(e)), 0); if (err_) bcchost_count_lost(); err_; });\n"
			 " other.perf_submit(ctx, &e, 1); }");
	made_free(m);
	m = make_text("6.1.0", yaml, text, 2, perf);
	assert_non_null(strstr(body(m), "BPF_PERF_OUTPUT(events);"));
	assert_non_null(strstr(body(m),
			       "({ int err_ = events.perf_submit(ctx, &e, f(a, sizeof(e))); if "
			       "(err_) bcchost_count_lost(); err_; });"));
	made_free(m);
	m = make_text("5.4.0", yaml, text, 0, NULL); /* the ring buffer came with 5.8 */
	assert_non_null(strstr(body(m), "BPF_PERF_OUTPUT(events);"));
	made_free(m);
}

static void a_ring_of_the_texts_own_is_counted_too(void **state)
{
	const char *text = "BPF_RINGBUF_OUTPUT( ring , 8);\n#ifdef BPF_RINGBUF_OUTPUT\n#endif\n"
			   "int created(void *ctx) { ring.ringbuf_output(&e, sizeof(e), 0);\n"
			   " e = ring.ringbuf_reserve(8); ring.ringbuf_submit(e, 0);\n"
			   " other.ringbuf_reserve(8); }";
	const char *of_packets = "BPF_PERF_OUTPUT(events);\nint created(void *ctx) {\n"
				 " return events.perf_submit_skb(ctx, n, &e, 8); }";
	char *perf[] = {(char *)"tool", (char *)"--buffer=perf"};
	struct made *m = make_text("6.1.0", yaml, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m),
			    "BPF_RINGBUF_OUTPUT( ring , 8);\n#ifdef BPF_RINGBUF_OUTPUT\n#endif\n"
			    "int created(void *ctx) { ({ long lost_ = ring.ringbuf_output(&e, "
			    "sizeof(e), 0); if (lost_) bcchost_count_lost(); lost_; });\n"
			    " e = ({ void * lost_ = ring.ringbuf_reserve(8); if (!lost_) "
			    "bcchost_count_lost(); lost_; }); ring.ringbuf_submit(e, 0);\n"
			    " other.ringbuf_reserve(8); }");
	assert_non_null(strstr(m->text, "BPF_ARRAY(bcchost_lost, u64, 1);"));
	made_free(m);
	m = make_text("6.1.0", yaml, of_packets, 2, perf);
	assert_non_null(strstr(body(m), "return ({ long lost_ = events.perf_submit_skb(ctx, n, &e, "
					"8); if (lost_) bcchost_count_lost(); lost_; });"));
	made_free(m);
	/* Nothing is sent, nothing is counted. */
	m = make_text("6.1.0", yaml, "BPF_RINGBUF_OUTPUT(r, 1);\nint created(void *c) { }", 0,
		      NULL);
	assert_null(strstr(m->text, "bcchost_lost"));
	made_free(m);
}

static void a_handler_without_its_function_is_left_out(void **state)
{
	const char *y = YAML_OF("  - {kprobe: vfs_gone, run: gone, optional: true}\n"
				"  - {kprobe: vfs_create, run: created}\n",
				"");
	const char *text =
		"#define A(x) \\\n\tx\n/* about */\nint gone(SIGNATURE(vfs_gone, x))\n{\n"
		"\tif (x) { return 1; }\n}\nint created(void *ctx) { return A(1); }\n";
	struct made *m = make_text("6.1.0", y, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m), "#define A(x) \\\n\tx\n/* about */\n\n\n\n\nint created(void "
				     "*ctx) { return A(1); }\n");
	assert_non_null(strstr(m->plan.notes.data,
			       "vfs_gone: not in this kernel, optional, gone left out"));
	made_free(m);
}

static void a_probe_without_its_function_names_near_ones(void **state)
{
	struct made *m = make_text("6.1.0", YAML_OF("  - {kprobe: vfs_unlnk, run: h}\n", ""),
				   "int h;", 0, NULL);

	(void)state;
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	assert_non_null(strstr(m->e.text, "tool.yaml:4: kernel 6.1.0 has nothing to attach kprobe "
					  "vfs_unlnk to: there is none of that name, or"));
	assert_non_null(strstr(m->e.text, "; names near it: vfs_unlink"));
	made_free(m);
}

static void probes_find_their_symbols(void **state)
{
	const char *y = YAML_OF(
		"  - {kprobe: finish_it, run: a}\n  - {kprobe: [no_such, vfs_read], run: b}\n"
		"  - {kprobe: \"^vfs_\", run: c}\n",
		"");
	struct made *m = make_text("6.1.0", y, "", 0, NULL);

	(void)state;
	(void)body(m);
	assert_int_equal(m->plan.nprobes, 3);
	assert_string_equal(m->plan.probes[0].targets[0].name, "finish_it.isra.0");
	assert_string_equal(m->plan.probes[1].function, "vfs_read");
	assert_int_equal(m->plan.probes[2].ntargets, 3);
	assert_non_null(
		strstr(m->plan.notes.data, "probe: kprobe finish_it = finish_it.isra.0 -> a"));
	made_free(m);
}

static void the_first_variant_that_works_is_taken(void **state)
{
	const char *y = YAML_OF("  - {kprobe: no_such, run: a, variant: one}\n"
				"  - {kprobe: vfs_read, run: b, variant: two}\n",
				"variants: [one, two]\n");
	const char *text = "int a(void *ctx) {}\nint b(void *ctx) {}\n";
	char *one[] = {(char *)"tool", (char *)"--variant", (char *)"one"};
	struct made *m = make_text("6.1.0", y, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m), "\nint b(void *ctx) {}\n");
	assert_non_null(strstr(m->text, "#define VARIANT_TWO 1\n"));
	assert_non_null(strstr(m->plan.notes.data, "variant: two; not one: "));
	made_free(m);
	m = make_text("6.1.0", y, text, 3, one);
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	assert_non_null(strstr(m->e.text, "nothing to attach kprobe no_such to"));
	made_free(m);
}

static void facts_become_macros(void **state)
{
	const char *y =
		YAML_OF("  - {kprobe: vfs_create, run: created}\n",
			"facts: {HAS_DATA: {symbol: some_data}, HAS_NOT: {symbol: no_data}, "
			"TAKES_IDMAP: {param: [vfs_create, idmap]}}\n");
	struct made *m = make_text("6.3.0", y, "", 0, NULL);

	(void)state;
	(void)body(m);
	assert_non_null(strstr(m->text, "#define HAS_DATA 1\n"));
	assert_non_null(strstr(m->text, "#define TAKES_IDMAP 1\n"));
	assert_null(strstr(m->text, "HAS_NOT"));
	assert_non_null(strstr(m->plan.notes.data, "HAS_NOT is not defined"));
	made_free(m);
	m = make_text("5.15.0", y, "", 0, NULL);
	(void)body(m);
	assert_null(strstr(m->text, "TAKES_IDMAP"));
	made_free(m);
}

static void addresses_are_constants_of_the_loader(void **state)
{
	const char *y = YAML_OF("  - {kprobe: vfs_create, run: created}\n",
				"facts: {ADDR_DATA: {address: some_data}, ADDR_NOT: {address: "
				"no_data}}\n");
	const char *missed = "x.c:1:1: error: use of undeclared identifier 'ADDR_NOT'";
	struct made *m = make_text("6.3.0", y, "", 0, NULL);
	uint64_t value = 0;

	(void)state;
	(void)body(m);
	assert_non_null(strstr(m->text, "#define ADDR_DATA bcchost_ADDR_DATA()\n"));
	assert_null(strstr(m->text, "define ADDR_NOT"));
	assert_true(fact_constant(CONSTANT_FACT, &m->plan, &value));
	assert_int_equal(value, kernel_symbol_address(m->plan.kernel, "some_data"));
	assert_int_not_equal(value, 0);
	assert_false(fact_constant(CONSTANT_FACT + 2, &m->plan, &value));
	assert_false(fact_constant(CONSTANT_FACT - 1, &m->plan, &value));
	error_set(&m->e, FAULT_TOOL, -EINVAL, "%s", missed);
	assert_int_equal(fact_explain(&m->plan, -EINVAL, &m->e), -ENOENT);
	assert_int_equal(m->e.fault, FAULT_KERNEL);
	assert_non_null(strstr(m->e.text,
			       "ADDR_NOT is the address of no_data, which kernel 6.3.0 has "
			       "not"));
	assert_non_null(strstr(m->e.text, missed));
	error_set(&m->e, FAULT_TOOL, -EINVAL, "undeclared identifier 'ADDR_NOTHING'");
	assert_int_equal(fact_explain(&m->plan, -EINVAL, &m->e), -EINVAL);
	assert_int_equal(m->e.fault, FAULT_TOOL);
	made_free(m);
}

static void a_fact_chooses_the_probe(void **state)
{
	const char *y = YAML_OF("  - {kprobe: vfs_create, run: new, when: TAKES_IDMAP}\n"
				"  - {kprobe: vfs_create, run: old, unless: TAKES_IDMAP}\n",
				"facts: {TAKES_IDMAP: {param: [vfs_create, idmap]}}\n");
	const char *text = "int new(SIGNATURE(vfs_create, idmap)) {}\nint old(void *ctx) {}\n";
	struct made *m = make_text("6.3.0", y, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m),
			    "int new(struct pt_regs *ctx, struct mnt_idmap *idmap) {}\n\n");
	made_free(m);
	m = make_text("5.15.0", y, text, 0, NULL);
	assert_string_equal(body(m), "\nint old(void *ctx) {}\n");
	made_free(m);
}

static void an_option_chooses_the_probe(void **state)
{
	const char *y = YAML_OF("  - {kprobe: vfs_create, run: new, given: both}\n"
				"  - {kprobe: vfs_create, run: old, not_given: both}\n",
				"options: [{name: both, help: x}]\n");
	const char *text = "int new(void *ctx) {}\nint old(void *ctx) {}\n";
	char *both[] = {(char *)"tool", (char *)"--both"};
	struct made *m = make_text("6.3.0", y, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m), "\nint old(void *ctx) {}\n");
	made_free(m);
	m = make_text("6.3.0", y, text, 2, both);
	assert_string_equal(body(m), "int new(void *ctx) {}\n\n");
	made_free(m);
}

static void a_kernels_header_may_stand_in_quotation_marks(void **state)
{
	const char *text = "#include \"linux/netdev_features.h\"\nint h;\n";
	struct made *m = make_text("6.1.0", yaml, text, 0, NULL);

	(void)state;
	assert_string_equal(body(m), text);
	made_free(m);
	m = make_text("6.1.0", yaml, "\n#include \"nosuch.h\"\n", 0, NULL);
	assert_non_null(strstr(m->e.text, "tool.bpf.c:2: cannot open "));
	made_free(m);
}

static void an_include_leaves_the_directory_not(void **state)
{
	struct made *m = make_text("6.1.0", yaml, "\n#include \"../../etc/passwd\"\n", 0, NULL);

	(void)state;
	assert_int_equal(m->e.fault, FAULT_TOOL);
	assert_non_null(strstr(m->e.text, "tool.bpf.c:2: only files of "));
	made_free(m);
}

static void broken_templates_are_told_where(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"\n\nint created(SIGNATURE)", "tool.bpf.c:3: SIGNATURE wants its arguments"},
		{"\nint created(SIGNATURE(", "tool.bpf.c:2: SIGNATURE wants its arguments"},
		{"int created(SIGNATURE())", "tool.bpf.c:1: SIGNATURE wants a function"},
		{"BPF_PERF_OUTPUT(events);\nevents.perf_submit(x);",
		 "tool.bpf.c:2: perf_submit takes"},
		{"int created(SIGNATURE(vfs_nothing, x)) {}", "vfs_nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct made *m = make_text("6.1.0", yaml, cases[i].text, 0, NULL);

		assert_int_not_equal(m->err, 0);
		if (!strstr(m->e.text, cases[i].want))
			fail_msg("\"%s\" does not say \"%s\"", m->e.text, cases[i].want);
		made_free(m);
	}
}

/* Whatever a template is cut to, it is text or an error, and nothing else. */
static void a_cut_template_never_crashes(void **state)
{
	const char *text =
		"BPF_PERF_OUTPUT(events);\n#include \"x.h\"\nint created(SIGNATURE(vfs_create, "
		"dentry)) { FILTER(a) \"s\\\"\" /* c */ events.perf_submit(ctx, &e, 1); }\n";

	(void)state;
	for (size_t n = 0; n < strlen(text); n++) {
		char *cut = strndup(text, n);
		struct made *m = make_text("6.1.0", yaml, cut, 0, NULL);

		assert_true(m->err ? m->e.text != NULL : m->text != NULL);
		made_free(m);
		free(cut);
	}
}

static int make_dir(void **state)
{
	(void)state;
	return file_tmpdir(&dir, NULL);
}

static int remove_dir(void **state)
{
	(void)state;
	file_rmtree(dir);
	free(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scans_words_not_comments),
		cmocka_unit_test(scans_what_is_never_closed),
		cmocka_unit_test(a_signature_follows_the_version),
		cmocka_unit_test(a_parameter_that_is_not_there_names_those_there),
		cmocka_unit_test(a_parameter_beyond_the_registers_is_an_error),
		cmocka_unit_test(a_trampoline_calls_the_handler),
		cmocka_unit_test(a_raw_tracepoint_hands_over_its_parameters),
		cmocka_unit_test(a_dot_is_what_the_probe_took),
		cmocka_unit_test(a_module_is_not_needed_for_the_text),
		cmocka_unit_test(an_option_may_name_the_functions),
		cmocka_unit_test(filters_are_numbers),
		cmocka_unit_test(filters_may_look_at_another_task),
		cmocka_unit_test(to_be_compiled_ids_are_constants_of_the_loader),
		cmocka_unit_test(neither_a_name_nor_a_directory_is_part_of_the_text),
		cmocka_unit_test(constants_have_the_values_of_the_options),
		cmocka_unit_test(a_name_is_two_numbers_and_their_masks),
		cmocka_unit_test(a_word_that_is_a_constant_is_no_part_of_the_text),
		cmocka_unit_test(without_filters_only_bcchost_itself_is_left_out),
		cmocka_unit_test(a_filter_on_a_directory_asks_the_dentry),
		cmocka_unit_test(directories_are_compared_by_number),
		cmocka_unit_test(own_words_are_replaced_in_code_only),
		cmocka_unit_test(events_go_through_the_buffer_that_is_there),
		cmocka_unit_test(a_ring_of_the_texts_own_is_counted_too),
		cmocka_unit_test(a_handler_without_its_function_is_left_out),
		cmocka_unit_test(a_probe_without_its_function_names_near_ones),
		cmocka_unit_test(probes_find_their_symbols),
		cmocka_unit_test(the_first_variant_that_works_is_taken),
		cmocka_unit_test(facts_become_macros),
		cmocka_unit_test(addresses_are_constants_of_the_loader),
		cmocka_unit_test(a_fact_chooses_the_probe),
		cmocka_unit_test(an_option_chooses_the_probe),
		cmocka_unit_test(a_kernels_header_may_stand_in_quotation_marks),
		cmocka_unit_test(an_include_leaves_the_directory_not),
		cmocka_unit_test(broken_templates_are_told_where),
		cmocka_unit_test(a_cut_template_never_crashes),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
