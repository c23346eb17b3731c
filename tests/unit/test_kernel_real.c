/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel facts of four Debian kernels (5.10, 6.1, 6.12, 7.2), whose BTF and kallsyms were taken
 * from running ones. Where they are not here, the tests say so and are skipped.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "kernel/kernel.h"
#include "kernels.h"

#define KERNELS 4

static const char *const kernels[KERNELS] = {"k510", "bookworm", "trixie", "sid"};
/* What Debian's 5.10.0-32-amd64 is; the others tell it in their release, or nothing hangs on it. */
static const char *const versions[KERNELS] = {"5.10.223", "6.1.0", "6.12.107", "7.2.13"};

/* The same of each kernel: its prototype is of these parameters. */
static void assert_params(const char *function, const char *const results[KERNELS],
			  const char *const params[KERNELS])
{
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);

		kernels_assert_params(k, function, results[i], params[i]);
		kernel_close(k);
	}
}

static void has_prototypes_of_vfs_create(void **state)
{
	static const char *const results[] = {"int", "int", "int", "int"};
	static const char *const params[] = {
		"struct inode *dir, struct dentry *dentry, umode_t mode, bool want_excl",
		"struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry, "
		"umode_t mode, bool want_excl",
		"struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode, "
		"bool want_excl",
		"struct mnt_idmap *idmap, struct dentry *dentry, umode_t mode, "
		"struct delegated_inode *di",
	};

	(void)state;
	assert_params("vfs_create", results, params);
}

static void has_prototypes_of_vfs_mkdir(void **state)
{
	static const char *const results[] = {"int", "int", "int", "struct dentry *"};
	static const char *const params[] = {
		"struct inode *dir, struct dentry *dentry, umode_t mode",
		"struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry, "
		"umode_t mode",
		"struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode",
		"struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode, "
		"struct delegated_inode *delegated_inode",
	};

	(void)state;
	assert_params("vfs_mkdir", results, params);
}

static void has_prototypes_that_never_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);
		struct kernel_proto p;

		kernels_assert_params(k, "vfs_rename", "int", "struct renamedata *rd");
		kernels_assert_params(k, "vfs_open", "int",
				      "const struct path *path, struct file *file");
		kernels_assert_params(k, "vfs_read", "ssize_t",
				      "struct file *file, char *buf, size_t count, loff_t *pos");
		kernels_assert_params(k, "start_kernel", "void", "");
		assert_int_equal(kernel_prototype(k, "vfs_read", &p, NULL), 0);
		for (size_t j = 0; j < p.nparams; j++)
			assert_true(p.params[j].in_register);
		kernel_proto_free(&p);
		kernel_close(k);
	}
}

static void knows_members_of_renamedata(void **state)
{
	static const struct {
		const char *field;
		int has[KERNELS];
	} fields[] = {
		{"old_dir", {1, 1, 1, 0}},
		{"old_dentry", {1, 1, 1, 1}},
		{"old_mnt_userns", {0, 1, 0, 0}},
		{"old_mnt_idmap", {0, 0, 1, 0}},
		{"new_mnt_idmap", {0, 0, 1, 0}},
		{"mnt_idmap", {0, 0, 0, 1}},
		{"old_parent", {0, 0, 0, 1}},
		{"flags", {1, 1, 1, 1}},
		{"rd", {0, 0, 0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);

		for (size_t j = 0; j < sizeof(fields) / sizeof(*fields); j++)
			assert_int_equal(kernel_has_field(k, "renamedata", fields[j].field),
					 fields[j].has[i]);
		/* In anonymous members, and of a private struct of fs/mount.h. */
		assert_int_equal(kernel_has_field(k, "dentry", "d_name"), 1);
		assert_int_equal(kernel_has_field(k, "page", "mapping"), 1);
		assert_int_equal(kernel_has_field(k, "mount", "mnt_mountpoint"), 1);
		assert_int_equal(kernel_has_field(k, "no_such_struct", "x"), 0);
		assert_int_equal(kernel_has_type(k, "mnt_idmap"), i >= 2);
		assert_int_equal(kernel_has_type(k, "delegated_inode"), i >= 3);
		assert_int_equal(kernel_has_type(k, "umode_t"), 1);
		kernel_close(k);
	}
}

static void measures_types(void **state)
{
	static const struct {
		const char *type;
		uint32_t size, align;
	} types[] = {
		{"u32", 4, 4},
		{"pid_t", 4, 4},
		{"umode_t", 2, 2},
		{"loff_t", 8, 8},
		{"bool", 1, 1},
		{"unsigned long", 8, 8},
		{"enum pid_type", 4, 4},
		{"struct path", 16, 8},
		{"struct in6_addr", 16, 4},
		{"struct qspinlock", 4, 4},
		{"dev_t", 4, 4},
		{"__int128", 16, 16},
		{"struct task_struct *", 8, 8},
	};
	uint32_t size, align;

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);

		for (size_t j = 0; j < sizeof(types) / sizeof(*types); j++) {
			assert_int_equal(kernel_type_size(k, types[j].type, &size, &align), 0);
			if (size != types[j].size || align != types[j].align)
				fail_msg("%s on %s: %u, %u", types[j].type, kernels[i], size,
					 align);
		}
		assert_int_equal(kernel_type_size(k, "struct none", &size, &align), -ENOENT);
		kernel_close(k);
	}
}

static void resolves_suffixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);
		struct kernel_symbols s;

		assert_int_equal(kernel_functions(k, "finish_task_switch", &s, NULL), 0);
		assert_int_equal(s.n, 1);
		assert_string_equal(s.v[0].name,
				    i ? "finish_task_switch.isra.0" : "finish_task_switch");
		assert_null(s.v[0].module);
		assert_true(s.v[0].unique);
		assert_true(s.v[0].addr != 0);
		kernel_symbols_free(&s);

		assert_int_equal(kernel_functions(k, "ext4_file_write_iter", &s, NULL), 0);
		assert_int_equal(s.n, 1);
		assert_string_equal(s.v[0].module, "ext4");
		kernel_symbols_free(&s);

		/* Several static functions of one name. */
		assert_int_equal(kernel_functions(k, "s_show", &s, NULL), 0);
		assert_true(s.n >= 3);
		assert_false(s.v[0].unique);
		kernel_symbols_free(&s);
		kernel_close(k);
	}
}

/* 7.2 gives data the type T; __init functions are gone when the kernel runs. */
static void takes_no_data_for_functions(void **state)
{
	static const char *const none[] = {"__tracepoint_sched_switch", "jiffies", "start_kernel",
					   "vfs_caches_init", "__vfs_read"};

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);
		struct kernel_symbols s;

		for (size_t j = 0; j < sizeof(none) / sizeof(*none); j++) {
			assert_int_equal(kernel_functions(k, none[j], &s, NULL), 0);
			assert_int_equal(s.n, 0);
			kernel_symbols_free(&s);
		}
		assert_true(kernel_has_symbol(k, "__tracepoint_sched_switch"));
		assert_true(kernel_has_symbol(k, "start_kernel"));
		assert_int_equal(kernel_functions_match(k, "^vfs_", &s, NULL), 0);
		assert_true(s.n >= 60);
		for (size_t j = 0; j < s.n; j++) {
			assert_memory_equal(s.v[j].name, "vfs_", 4);
			assert_string_not_equal(s.v[j].name, "vfs_caches_init");
			assert_null(strstr(s.v[j].name, ".cold"));
		}
		kernel_symbols_free(&s);
		kernel_close(k);
	}
}

/* What follows the kernel's name in the error of a prototype that there is not. */
static void assert_missing(struct kernel *k, const char *function, const char *expected)
{
	struct kernel_proto p;
	struct error e = {0};
	char *text;

	assert_int_equal(kernel_prototype(k, function, &p, &e), -ENOENT);
	kernel_proto_free(&p);
	assert_int_equal(e.fault, FAULT_KERNEL);
	assert_true(asprintf(&text, "kernel %s has %s", kernel_release(k), expected) > 0);
	/* More names may be near it where a module has them. */
	if (strncmp(e.text, text, strlen(text)) != 0)
		fail_msg("%s", e.text);
	free(text);
	error_clear(&e);
}

static void says_what_is_not_there(void **state)
{
	struct kernel *k = kernels_real("bookworm");

	(void)state;
	assert_missing(k, "vfs_unlnk",
		       "no function vfs_unlnk; names near it: vfs_unlink, vfs_link");
	assert_missing(k, "__vfs_read", "no function __vfs_read; names near it: vfs_read");
	assert_missing(k, "finish_task_switch",
		       "the function finish_task_switch (as finish_task_switch.isra.0), but its "
		       "BTF does not say what parameters it takes");
	kernel_close(k);
}

static void has_what_probes_need(void **state)
{
	static const uint32_t version[KERNELS] = {0x050a, 0x0601, 0x060c, 0x0702};

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);

		assert_false(kernel_is_running(k));
		assert_int_equal(kernel_version(k) >> 8, version[i]);
		assert_true(kernel_has_kprobes(k));
		assert_true(kernel_has_fentry(k));
		assert_true(kernel_has_ringbuf(k));
		assert_string_equal(kernel_syscall_prefix(k), "__x64_sys_");
		assert_true(kernel_has_tracepoint(k, "sched", "sched_switch"));
		assert_true(kernel_has_tracepoint(k, "block", "block_rq_issue"));
		assert_true(kernel_has_tracepoint(k, "raw_syscalls", "sys_enter"));
		assert_true(kernel_has_tracepoint(k, "syscalls", "sys_enter_openat"));
		assert_true(kernel_has_tracepoint(k, "syscalls", "sys_exit_openat2"));
		assert_false(kernel_has_tracepoint(k, "syscalls", "sys_enter_openat3"));
		assert_false(kernel_has_tracepoint(k, "block", "block_rq_nothing"));
		kernel_close(k);
	}
}

/* The same questions with BTF only, as `--btf FILE` gives. */
static void lives_without_kallsyms(void **state)
{
	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		char *btf = kernels_file(kernels[i], "btf");
		struct kernel_sources src = {.btf = btf, .release = versions[i]};
		struct kernel *k = kernels_open(&src);
		struct kernel_symbols s;

		assert_int_equal(kernel_functions(k, "vfs_unlink", &s, NULL), 0);
		assert_int_equal(s.n, 1);
		kernel_symbols_free(&s);
		assert_true(kernel_has_kprobes(k));
		assert_true(kernel_has_fentry(k));
		assert_string_equal(kernel_syscall_prefix(k), "__x64_sys_");
		assert_true(kernel_has_tracepoint(k, "sched", "sched_switch"));
		assert_true(kernel_has_tracepoint(k, "syscalls", "sys_enter_openat"));
		assert_false(kernel_has_tracepoint(k, "sched", "sched_nothing"));
		kernel_close(k);
		free(btf);
	}
}

static void has_the_parameters_of_tracepoints(void **state)
{
	static const struct {
		const char *name, *params[KERNELS];
	} cases[] = {
		{"block_rq_issue",
		 {"struct request *rq", "struct request *rq", "struct request *rq",
		  "struct request *rq"}},
		{"block_bio_queue",
		 {"struct request_queue *q, struct bio *bio", "struct bio *bio", "struct bio *bio",
		  "struct bio *bio"}},
		{"sched_switch",
		 {"bool preempt, struct task_struct *prev, struct task_struct *next",
		  "bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int "
		  "prev_state",
		  "bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int "
		  "prev_state",
		  "bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int "
		  "prev_state"}},
		/* 5.10's BTF has no names for this one. */
		{"cpu_frequency",
		 {"unsigned int arg1, unsigned int arg2",
		  "unsigned int frequency, unsigned int cpu_id",
		  "unsigned int frequency, unsigned int cpu_id",
		  "unsigned int frequency, unsigned int cpu_id"}},
	};

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *k = kernels_real(kernels[i]);
		struct kernel_proto p;
		struct error e = {0};

		for (size_t j = 0; j < sizeof(cases) / sizeof(*cases); j++) {
			struct buf b = {0};

			if (kernel_tracepoint_prototype(k, cases[j].name, &p, &e) != 0)
				fail_msg("%s", e.text);
			for (size_t n = 0; n < p.nparams; n++)
				buf_printf(&b, "%s%s", n ? ", " : "", p.params[n].decl);
			assert_string_equal(b.data, cases[j].params[i]);
			assert_string_equal(p.function, cases[j].name);
			buf_free(&b);
			kernel_proto_free(&p);
		}
		assert_int_equal(kernel_tracepoint_prototype(k, "no_such", &p, &e), -ENOENT);
		assert_non_null(strstr(e.text, "has no tracepoint no_such"));
		error_clear(&e);
		kernel_close(k);
	}
}

/* A module that is not loaded, of a kernel that is not running. */
static void takes_functions_of_modules_from_the_table(void **state)
{
	static const char *const first[KERNELS] = {"path", "mnt_userns", "idmap", "idmap"};

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		char *btf = kernels_file(kernels[i], "btf");
		struct kernel_sources src = {.btf = btf,
					     .release = versions[i],
					     .signatures = "templates/signatures.list"};
		struct kernel *k = kernels_open(&src);
		char *module = kernel_module_of(k, "xfs_vn_getattr");
		struct kernel_proto p;
		uint32_t id;

		assert_string_equal(module, "xfs");
		free(module);
		assert_int_equal(kernel_prototype(k, "xfs_vn_getattr", &p, NULL), 0);
		assert_string_equal(p.params[0].name, first[i]);
		kernel_proto_free(&p);
		assert_int_equal(kernel_module_function(k, "xfs", "xfs_file_open", &id),
				 i ? KERNEL_CAN_UNKNOWN : KERNEL_CAN_NO);
		kernel_close(k);
		free(btf);
	}
}

/* --- the table, against what is so --- */

static char *param_names(struct kernel *k, const char *function)
{
	struct kernel_proto p;
	struct buf b = {0};

	int err = strncmp(function, "tracepoint:", 11) == 0
			  ? kernel_tracepoint_prototype(k, function + 11, &p, NULL)
			  : kernel_prototype(k, function, &p, NULL);

	if (err)
		return NULL;
	for (size_t i = 0; i < p.nparams; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", p.params[i].name);
	kernel_proto_free(&p);
	return buf_take(&b);
}

/* Each function of signatures.list has in it what the kernel's BTF has. */
static void has_a_true_table(void **state)
{
	const char *path = "templates/signatures.list";
	char *text, *line, *save;
	size_t compared = 0;

	(void)state;
	for (size_t i = 0; i < KERNELS; i++) {
		struct kernel *real = kernels_real(kernels[i]);
		struct kernel_sources src = {
			.btf = "none", .release = versions[i], .signatures = path};
		struct kernel *k = kernels_open(&src);

		assert_int_equal(file_read(path, &text, NULL, NULL), 0);
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			char *from_table, *from_btf;

			if (*line == '#')
				continue;
			line[strcspn(line, " \t")] = '\0';
			from_table = param_names(k, line);
			from_btf = param_names(real, line);
			if (from_btf && (!from_table || strcmp(from_table, from_btf) != 0))
				fail_msg("%s on %s: table %s, BTF %s", line, kernels[i],
					 from_table ? from_table : "(none)", from_btf);
			compared += from_btf != NULL;
			free(from_table);
			free(from_btf);
		}
		free(text);
		kernel_close(k);
		kernel_close(real);
	}
	assert_true(compared > KERNELS * 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_prototypes_of_vfs_create),
		cmocka_unit_test(has_prototypes_of_vfs_mkdir),
		cmocka_unit_test(has_prototypes_that_never_changed),
		cmocka_unit_test(knows_members_of_renamedata),
		cmocka_unit_test(measures_types),
		cmocka_unit_test(resolves_suffixes),
		cmocka_unit_test(takes_no_data_for_functions),
		cmocka_unit_test(says_what_is_not_there),
		cmocka_unit_test(has_what_probes_need),
		cmocka_unit_test(lives_without_kallsyms),
		cmocka_unit_test(has_the_parameters_of_tracepoints),
		cmocka_unit_test(takes_functions_of_modules_from_the_table),
		cmocka_unit_test(has_a_true_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
