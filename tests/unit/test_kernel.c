/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel facts that need no BTF: versions, symbols, the table of signatures, small files. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kernel/internal.h"
#include "kernels.h"

static const char kallsyms[] = "ffffffff81000000 T _stext\n"
			       "ffffffff81000010 T vfs_read\n"
			       "ffffffff81000018 t vfs_read.cold\n"
			       "ffffffff81000020 T vfs_unlink\n"
			       "ffffffff81000030 t s_show\n"
			       "ffffffff81000040 t s_show\n"
			       "ffffffff81000050 t finish_task_switch.isra.0\n"
			       "ffffffff81000060 t do_it.constprop.0.isra.1\n"
			       "ffffffff81000068 t do_it.part.3\n"
			       "ffffffff8100006c t do_it.cold\n"
			       "ffffffff81000070 t do_it.llvm.123\n"
			       "ffffffff81000074 t do_it.slowpath\n"
			       "ffffffff81000076 t cut.part.0\n"
			       "ffffffff81000080 t __pfx_vfs_read\n"
			       "ffffffff81000090 t __cfi_vfs_read\n"
			       "ffffffff810000a0 W weak_one\n"
			       "ffffffff810000a8 t weak_one.constprop.0\n"
			       "ffffffff810000b0 T __SCT__might_resched\n"
			       "ffffffff810000c0 T __x64_sys_bpf\n"
			       "ffffffff810000d0 T __x64_sys_openat\n"
			       "ffffffff810000e0 T register_kprobe\n"
			       "ffffffff81000100 T _etext\n"
			       "ffffffff81000200 T __tracepoint_sched_switch\n"
			       "ffffffff81000300 t setup_it\n"
			       "ffffffff81000400 D jiffies\n"
			       "ffffffffc0000000 t ext4_sync_file\t[ext4]\n"
			       "ffffffffc0000010 t s_show\t[ext4]\n"
			       "ffffffffc0000020 t xfs_file_open\t[xfs]\n"
			       "ffffffffc1000000 t bpf_prog_6deef7357e7b4530\t[bpf]\n"
			       "ffffffffc1000010 t kprobe_insn_page\t[__builtin__kprobes]\n"
			       "ffffffffc1000020 t ftrace_trampoline\t[__builtin__ftrace]\n";

static const char table[] =
	"# a table\n"
	"\n"
	"vfs_rename 4.18 struct inode *old_dir, unsigned int flags\n"
	"vfs_rename 5.10.220 struct renamedata *rd\n"
	"  vfs_rename\t5.11  struct inode *old_dir, unsigned int flags  \n"
	"vfs_rename 5.12 struct renamedata *rd\n"
	"with_callback 4.18 int (*fn)(int a, void *b), char name[16], struct key k\n"
	"takes_none 4.18 void\n"
	"is_gone 4.18 int a\n"
	"is_gone 6.0 -\n"
	"is_new 7.0 int a";

static struct kernel *of_text(void **state, const char *symbols, const char *rows,
			      const char *release)
{
	char *ks = symbols ? kernels_put(state, "kallsyms", symbols, strlen(symbols)) : NULL;
	char *list = rows ? kernels_put(state, "signatures.list", rows, strlen(rows)) : NULL;
	struct kernel_sources src = {
		.btf = "none", .kallsyms = ks, .release = release, .signatures = list};
	struct kernel *k = kernels_open(&src);

	free(ks);
	free(list);
	return k;
}

/* "name addr module unique" of each, a line each, must be this. */
static void assert_symbols(const struct kernel_symbols *s, const char *expected)
{
	struct buf b = {0};
	char *text;

	for (size_t i = 0; i < s->n; i++)
		buf_printf(&b, "%s %lx %s%s\n", s->v[i].name, (unsigned long)s->v[i].addr,
			   s->v[i].module ? s->v[i].module : "-", s->v[i].unique ? "" : " again");
	text = buf_take(&b);
	assert_string_equal(text, expected);
	free(text);
}

static void assert_functions(struct kernel *k, const char *name, const char *expected)
{
	struct kernel_symbols s;

	assert_int_equal(kernel_functions(k, name, &s, NULL), 0);
	assert_symbols(&s, expected);
	kernel_symbols_free(&s);
}

static void assert_match(struct kernel *k, const char *regex, const char *expected)
{
	struct kernel_symbols s;

	assert_int_equal(kernel_functions_match(k, regex, &s, NULL), 0);
	assert_symbols(&s, expected);
	kernel_symbols_free(&s);
}

static void assert_near(struct kernel *k, const char *name, size_t n, const char *expected)
{
	char *near = kernel_near_functions(k, name, n);

	assert_string_equal(near, expected);
	free(near);
}

static void reads_versions(void **state)
{
	static const struct {
		const char *release, *uname_version;
		uint32_t version;
	} good[] = {
		{"6.12.107+deb13-amd64", "", 6 << 16 | 12 << 8 | 107},
		{"7.2.13+deb14-amd64", "#1 SMP Debian 7.2.13-1 (2026-10-01)",
		 7 << 16 | 2 << 8 | 13},
		{"6.1.0-50-amd64", "", 6 << 16 | 1 << 8},
		{"5.10.0-32-amd64", "#1 SMP Debian 5.10.223-1 (2024-08-10)",
		 5 << 16 | 10 << 8 | 223},
		/* Another's version is not this one's. */
		{"5.10.0-32-amd64", "#1 SMP Debian 6.1.2-1", 5 << 16 | 10 << 8},
		{"4.19.325-cip118", "", 4 << 16 | 19 << 8 | 255},
		{"4.14.336", "", 4 << 16 | 14 << 8 | 255},
		{"6.13-rc3", "", 6 << 16 | 13 << 8},
		{"6.13", "", 6 << 16 | 13 << 8},
		{"6.1.999999999", "", 6 << 16 | 1 << 8 | 255},
	};
	static const char *const bad[] = {"", "linux", "6", "six.one", "6.999"};
	uint32_t version;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(version_of_uname(good[i].release, good[i].uname_version, &version));
		assert_int_equal(version, good[i].version);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(version_parse(bad[i], &version));
}

static void knows_which_kernel_it_is(void **state)
{
	struct kernel_sources src = {.btf = "none"};
	struct kernel *k = kernels_open(&src);
	struct utsname un;
	struct error e = {0};

	assert_int_equal(uname(&un), 0);
	assert_true(kernel_is_running(k));
	assert_string_equal(kernel_release(k), un.release);
	assert_string_equal(kernel_machine(k), un.machine);
	assert_null(kernel_btf_path(k));
	kernel_close(k);

	k = of_text(state, NULL, NULL, "6.1.0-50-amd64");
	assert_false(kernel_is_running(k));
	assert_string_equal(kernel_release(k), "6.1.0-50-amd64");
	assert_int_equal(kernel_version(k), 0x60100);
	kernel_close(k);

	src.release = "latest";
	assert_int_equal(kernel_open(&k, &src, &e), -EINVAL);
	assert_null(k);
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_string_equal(e.text, "kernel release \"latest\": expected a version first, as in "
				    "6.1.0-50-amd64");
	error_clear(&e);
	kernel_close(NULL);
}

static void finds_functions(void **state)
{
	struct kernel *k = of_text(state, kallsyms, NULL, "6.1.0");

	assert_functions(k, "vfs_read", "vfs_read ffffffff81000010 -\n");
	assert_functions(k, "s_show",
			 "s_show ffffffff81000030 - again\ns_show ffffffff81000040 - again\n"
			 "s_show ffffffffc0000010 ext4 again\n");
	assert_functions(k, "ext4_sync_file", "ext4_sync_file ffffffffc0000000 ext4\n");
	/* With what compilers made of it; its parts if there is nothing else, a cold half never. */
	assert_functions(k, "finish_task_switch", "finish_task_switch.isra.0 ffffffff81000050 -\n");
	assert_functions(k, "do_it",
			 "do_it.constprop.0.isra.1 ffffffff81000060 -\n"
			 "do_it.llvm.123 ffffffff81000070 -\n");
	assert_functions(k, "cut", "cut.part.0 ffffffff81000076 -\n");
	assert_functions(k, "weak_one",
			 "weak_one ffffffff810000a0 -\nweak_one.constprop.0 ffffffff810000a8 -\n");
	assert_functions(k, "do_it.part.3", "do_it.part.3 ffffffff81000068 -\n");
	assert_functions(k, "do_i", "");
	assert_functions(k, "", "");
	/* Data, a data symbol typed as text, __init, padding, pseudo-modules. */
	assert_functions(k, "jiffies", "");
	assert_functions(k, "__tracepoint_sched_switch", "");
	assert_functions(k, "setup_it", "");
	assert_functions(k, "__pfx_vfs_read", "");
	assert_functions(k, "__cfi_vfs_read", "");
	assert_functions(k, "bpf_prog_6deef7357e7b4530", "");
	assert_functions(k, "kprobe_insn_page", "");
	assert_functions(k, "ftrace_trampoline", "");
	assert_true(kernel_has_symbol(k, "jiffies"));
	assert_true(kernel_has_symbol(k, "setup_it"));
	assert_true(kernel_has_symbol(k, "ftrace_trampoline"));
	assert_false(kernel_has_symbol(k, "jiffie"));
	assert_false(kernel_has_symbol(k, ""));
	assert_int_not_equal(kernel_symbol_address(k, "jiffies"), 0);
	assert_int_equal(kernel_symbol_address(k, "jiffie"), 0);
	kernel_close(k);
}

static void finds_functions_by_pattern(void **state)
{
	struct kernel *k = of_text(state, kallsyms, NULL, "6.1.0");
	struct kernel_symbols s;
	struct error e = {0};

	assert_match(k, "^vfs_.*", "vfs_read ffffffff81000010 -\nvfs_unlink ffffffff81000020 -\n");
	assert_match(k, "^(ext4|xfs)_",
		     "ext4_sync_file ffffffffc0000000 ext4\nxfs_file_open ffffffffc0000020 xfs\n");
	assert_match(k, "^s_show$",
		     "s_show ffffffff81000030 - again\ns_show ffffffff81000040 - again\n"
		     "s_show ffffffffc0000010 ext4 again\n");
	assert_match(k, "might_resched|jiffies|^none$", "");
	assert_int_equal(kernel_functions_match(k, "^vfs_(", &s, &e), -EINVAL);
	assert_int_equal(s.n, 0);
	assert_int_equal(e.fault, FAULT_TOOL);
	assert_string_equal(e.text, "the pattern \"^vfs_(\": Unmatched ( or \\(");
	error_clear(&e);
	kernel_symbols_free(&s);
	kernel_close(k);
}

static void believes_types_without_addresses(void **state)
{
	static const char hidden[] = "0000000000000000 T _stext\n0000000000000000 T _etext\n"
				     "0000000000000000 t vfs_read\n0000000000000000 D jiffies\n";
	struct kernel *k = of_text(state, hidden, NULL, "6.1.0");

	assert_functions(k, "vfs_read", "vfs_read 0 -\n");
	assert_functions(k, "jiffies", "");
	kernel_close(k);
}

static void offers_near_names(void **state)
{
	struct kernel *k = of_text(state, kallsyms, NULL, "6.1.0");
	char longest[600];

	assert_near(k, "vfs_unlnk", 3, "vfs_unlink");
	assert_near(k, "__vfs_read", 3, "vfs_read");
	assert_near(k, "finish_task_swithc", 3, "finish_task_switch");
	assert_near(k, "ext4_sync", 3, "ext4_sync_file");
	assert_near(k, "vfs_reed", 1, "vfs_read");
	assert_near(k, "vfs_reed", 0, "");
	assert_near(k, "qqqqqqqqqqqq", 3, "");
	assert_near(k, "", 3, "");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_near(k, longest, 3, "");
	kernel_close(k);
}

static void refuses_bad_kallsyms(void **state)
{
	static const struct {
		const char *text, *why;
		int err;
	} bad[] = {
		{"", " has no symbols in it", -ENODATA},
		{"ffffffff81000000 T a\nsomething else\n",
		 ":2: not a line of kallsyms, as in `ffffffff81000000 T vfs_read`", -EINVAL},
		{"ffffffff81000000 T \n",
		 ":1: not a line of kallsyms, as in `ffffffff81000000 T vfs_read`", -EINVAL},
		{"\n", ":1: not a line of kallsyms, as in `ffffffff81000000 T vfs_read`", -EINVAL},
	};
	struct kernel_sources src = {.btf = "none", .kallsyms = "/nowhere/kallsyms"};
	struct error e = {0};
	struct kernel *k;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *path = kernels_put(state, "bad", bad[i].text, strlen(bad[i].text));

		src.kallsyms = path;
		assert_int_equal(kernel_open(&k, &src, &e), bad[i].err);
		assert_null(k);
		assert_memory_equal(e.text, path, strlen(path));
		assert_string_equal(e.text + strlen(path), bad[i].why);
		free(path);
	}
	src.kallsyms = "/nowhere/kallsyms";
	assert_int_equal(kernel_open(&k, &src, &e), -ENOENT);
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_string_equal(e.text, "cannot open /nowhere/kallsyms: No such file or directory");
	error_clear(&e);
}

static void takes_signatures_by_version(void **state)
{
	static const struct {
		const char *release, *params;
	} cases[] = {
		{"4.18.0", "struct inode *old_dir, unsigned int flags"},
		{"5.10.219", "struct inode *old_dir, unsigned int flags"},
		{"5.10.220", "struct renamedata *rd"},
		{"5.11.4", "struct inode *old_dir, unsigned int flags"},
		{"5.12.0", "struct renamedata *rd"},
		{"7.2.13", "struct renamedata *rd"},
	};
	struct kernel_proto p;
	struct kernel *k;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		k = of_text(state, NULL, table, cases[i].release);
		kernels_assert_params(k, "vfs_rename", "", cases[i].params);
		kernel_close(k);
	}
	k = of_text(state, NULL, table, "6.1.0");
	assert_int_equal(kernel_prototype(k, "with_callback", &p, NULL), 0);
	assert_string_equal(p.source, "signatures.list:7");
	assert_int_equal(p.nparams, 3);
	assert_string_equal(p.params[0].decl, "int (*fn)(int a, void *b)");
	assert_int_equal(kernel_proto_find(&p, "fn"), 0);
	assert_int_equal(kernel_proto_find(&p, "name"), 1);
	assert_int_equal(kernel_proto_find(&p, "k"), 2);
	assert_int_equal(kernel_proto_find(&p, "b"), -1);
	assert_true(p.params[0].in_register);
	assert_true(p.params[1].in_register);
	assert_false(p.params[2].in_register);
	kernel_proto_free(&p);
	kernels_assert_params(k, "takes_none", "", "");
	/* A kernel of which no more is known has the functions that the table has for it. */
	assert_functions(k, "vfs_rename", "vfs_rename 0 -\n");
	assert_functions(k, "is_gone", "");
	assert_functions(k, "is_new", "");
	assert_true(kernel_has_kprobes(k));
	assert_true(kernel_has_tracepoint(k, "sched", "sched_switch"));
	assert_false(kernel_has_fentry(k));
	kernel_close(k);
}

static void knows_functions_of_modules(void **state)
{
	static const char rows[] = "ext4:ext4_file_open 5.0 struct inode *inode\n"
				   "ext4:ext4_file_open 6.0 struct inode *inode, int more\n"
				   "ext4:ext4_new 6.5 int a\n"
				   "tracepoint:ext4_file_open 4.18 int none\n"
				   "vfs_open 4.18 int b\n";
	struct kernel *k = of_text(state, NULL, rows, "6.1.0");
	char *module = kernel_module_of(k, "ext4_file_open");
	uint32_t id;

	kernels_assert_params(k, "ext4_file_open", "", "struct inode *inode, int more");
	assert_string_equal(module, "ext4");
	free(module);
	assert_null(kernel_module_of(k, "ext4_new"));
	assert_null(kernel_module_of(k, "vfs_open"));
	assert_functions(k, "ext4_file_open", "ext4_file_open 0 -\n");
	assert_functions(k, "ext4_new", "");
	assert_false(kernel_has_module(k, "ext4"));
	assert_int_equal(kernel_module_function(k, "ext4", "ext4_file_open", &id), KERNEL_CAN_NO);
	kernel_close(k);
}

static void assert_no_prototype(struct kernel *k, const char *function, int err, const char *start,
				const char *end)
{
	struct kernel_proto p;
	struct error e = {0};
	size_t len;

	assert_int_equal(kernel_prototype(k, function, &p, &e), err);
	assert_int_equal(kernel_prototype(k, function, &p, NULL), err);
	assert_int_equal(p.nparams, 0);
	kernel_proto_free(&p);
	len = strlen(e.text);
	if (strncmp(e.text, start, strlen(start)) != 0 || len < strlen(end) ||
	    strcmp(e.text + len - strlen(end), end) != 0)
		fail_msg("%s", e.text);
	error_clear(&e);
}

static void says_what_the_table_lacks(void **state)
{
	struct kernel *k = of_text(state, NULL, table, "6.1.0");

	assert_no_prototype(k, "vfs_nothing", -ENOENT,
			    "the parameters of vfs_nothing are not known: kernel 6.1.0 has no BTF "
			    "(/sys/kernel/btf/vmlinux; it comes with CONFIG_DEBUG_INFO_BTF), and ",
			    "signatures.list does not have the function; name that kernel's BTF "
			    "with --btf, or add a row");
	assert_no_prototype(k, "is_gone", -ENOENT, "is_gone is gone since kernel 6.0 (",
			    "signatures.list:10)");
	assert_no_prototype(k, "is_new", -ENOENT, "is_new is known from kernel 7.0 on (",
			    "signatures.list:11), and this is 6.1.0");
	kernel_close(k);

	k = of_text(state, NULL, NULL, "6.1.0");
	assert_no_prototype(k, "vfs_read", -ENOENT, "the parameters of vfs_read are not known: ",
			    "and the table of known signatures does not have the function; name "
			    "that kernel's BTF with --btf, or add a row");
	kernel_close(k);

	k = of_text(state, NULL, "a 4.18 int a\nb latest int b\n", "6.1.0");
	assert_no_prototype(k, "a", -EINVAL, "/",
			    ":2: expected a row `function since parameters`, as in `vfs_rmdir "
			    "4.18 struct inode *dir, struct dentry *dentry`");
	kernel_close(k);
	k = of_text(state, NULL, "a 4.18\n", "6.1.0");
	assert_no_prototype(k, "a", -EINVAL, "/",
			    ":1: expected a row `function since parameters`, as in `vfs_rmdir "
			    "4.18 struct inode *dir, struct dentry *dentry`");
	kernel_close(k);
}

static void answers_from_symbols(void **state)
{
	struct kernel *k = of_text(state, kallsyms, NULL, "5.7.19");

	assert_true(kernel_has_kprobes(k));
	assert_string_equal(kernel_syscall_prefix(k), "__x64_sys_");
	assert_true(kernel_has_tracepoint(k, "sched", "sched_switch"));
	assert_false(kernel_has_tracepoint(k, "sched", "sched_swatch"));
	assert_true(kernel_has_tracepoint(k, "syscalls", "sys_enter_openat"));
	assert_true(kernel_has_tracepoint(k, "syscalls", "sys_exit_openat"));
	assert_false(kernel_has_tracepoint(k, "syscalls", "sys_enter_open"));
	assert_false(kernel_has_tracepoint(k, "syscalls", "openat"));
	assert_false(kernel_has_tracepoint(k, "sched", "../sched/sched_switch"));
	assert_false(kernel_has_tracepoint(k, "sched", ""));
	/* Without BTF there is no fentry, and the version speaks for the ring buffer. */
	assert_false(kernel_has_fentry(k));
	assert_false(kernel_has_ringbuf(k));
	assert_int_equal(kernel_has_field(k, "task_struct", "pid"), -ENODATA);
	assert_int_equal(kernel_has_type(k, "task_struct"), -ENODATA);
	assert_int_equal(kernel_type_size(k, "u32", &(uint32_t){0}, &(uint32_t){0}), -ENODATA);
	/* Not the running one: its blacklist and ftrace's list are not here. */
	assert_int_equal(kernel_can_probe(k, "vfs_read"), KERNEL_CAN_UNKNOWN);
	assert_int_equal(kernel_can_ftrace(k, "vfs_read"), KERNEL_CAN_UNKNOWN);
	assert_null(kernel_tracefs(k));
	assert_null(kernel_kheaders(k));
	assert_string_equal(kernel_lockdown(k), "none");
	kernel_trim(k);
	assert_true(kernel_has_symbol(k, "jiffies"));
	kernel_close(k);

	k = of_text(state, "0 T sys_bpf\n", NULL, "5.8.0");
	assert_false(kernel_has_kprobes(k));
	assert_true(kernel_has_ringbuf(k));
	assert_string_equal(kernel_syscall_prefix(k), "sys_");
	kernel_close(k);
}

static void reads_small_files(void **state)
{
	static const char blacklist[] =
		"0xffffffff81000000-0xffffffff81000020\tasm_exc_overflow\n"
		"0xffffffff81000030-0xffffffff81000040\tasm_exc_bounds\n\nbroken\n";
	char *path = kernels_put(state, "blacklist", blacklist, strlen(blacklist));
	char lockdown[] = "none [integrity] confidentiality\n", none[] = "none integrity\n";
	struct name_list l = {0};

	name_list_read(&l, path, 1);
	assert_true(l.there);
	assert_int_equal(l.n, 2);
	assert_int_equal(name_list_count(&l, "asm_exc_bounds"), 1);
	assert_int_equal(name_list_count(&l, "asm_exc_overflow"), 1);
	assert_int_equal(name_list_count(&l, "asm_exc"), 0);
	name_list_drop(&l);
	name_list_read(&l, "/nowhere/blacklist", 1);
	assert_true(l.tried);
	assert_false(l.there);
	name_list_drop(&l);
	free(path);

	assert_string_equal(lockdown_active(lockdown), "integrity");
	assert_null(lockdown_active(none));
}

static void sees_what_ftrace_reaches(void **state)
{
	static const struct {
		unsigned char code[9];
		bool yes;
	} cases[] = {
		{{0x0f, 0x1f, 0x44, 0x00, 0x00, 0x55, 0x48, 0x89, 0xe5}, true},
		{{0xe8, 0x12, 0x34, 0x56, 0x78, 0x55, 0x48, 0x89, 0xe5}, true},
		{{0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x1f, 0x44, 0x00, 0x00}, true},
		{{0x66, 0x0f, 0x1f, 0x00, 0xe8, 0x12, 0x34, 0x56, 0x78}, true},
		{{0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0x53}, false},
		{{0x55, 0x48, 0x89, 0xe5, 0x0f, 0x1f, 0x44, 0x00, 0x00}, false},
	};
	enum { N = sizeof(cases) / sizeof(*cases), START = 0x1000 };
	const uint64_t base = 0xffffffff81000000;
	Elf64_Ehdr head = {
		.e_phoff = sizeof(head), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2};
	Elf64_Phdr segments[2] = {
		{.p_type = PT_NOTE, .p_vaddr = base, .p_filesz = 4096},
		{.p_type = PT_LOAD, .p_vaddr = base, .p_offset = START, .p_filesz = 9 * N}};
	unsigned char core[START + 9 * N] = {0};
	uint64_t addrs[N + 2];
	bool yes[N + 2];
	char *path;

	memcpy(head.e_ident, ELFMAG, SELFMAG);
	memcpy(core, &head, sizeof(head));
	memcpy(core + sizeof(head), segments, sizeof(segments));
	for (size_t i = 0; i < N; i++) {
		memcpy(core + START + 9 * i, cases[i].code, 9);
		addrs[i] = base + 9 * i;
	}
	addrs[N] = base + 9 * N - 8; /* not all of it is there */
	addrs[N + 1] = 0;	     /* hidden */
	path = kernels_put(state, "core", core, sizeof(core));
	assert_int_equal(code_ftraced(path, addrs, N + 2, yes), 0);
	for (size_t i = 0; i < N + 2; i++)
		assert_int_equal(yes[i], i < N && cases[i].yes);
	free(path);
	core[0] = 'X';
	path = kernels_put(state, "core", core, sizeof(core));
	assert_int_equal(code_ftraced(path, addrs, 1, yes), -EINVAL);
	free(path);
	path = kernels_put(state, "core", core, 20);
	assert_int_equal(code_ftraced(path, addrs, 1, yes), -EINVAL);
	assert_int_equal(code_ftraced("/no/such", addrs, 1, yes), -ENOENT);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_versions),
		cmocka_unit_test(knows_which_kernel_it_is),
		cmocka_unit_test(finds_functions),
		cmocka_unit_test(finds_functions_by_pattern),
		cmocka_unit_test(believes_types_without_addresses),
		cmocka_unit_test(offers_near_names),
		cmocka_unit_test(refuses_bad_kallsyms),
		cmocka_unit_test(takes_signatures_by_version),
		cmocka_unit_test(knows_functions_of_modules),
		cmocka_unit_test(says_what_the_table_lacks),
		cmocka_unit_test(answers_from_symbols),
		cmocka_unit_test(reads_small_files),
		cmocka_unit_test(sees_what_ftrace_reaches),
	};

	return cmocka_run_group_tests(tests, kernels_enter, kernels_leave);
}
