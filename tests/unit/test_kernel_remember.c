/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel answered is remembered: a second one that has neither BTF nor symbols, but the
 * first one's memory, answers as the first.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels.h"

static struct kernel *forgetful(void **state, const char *text)
{
	static const char one[] = "ffffffff81000000 T _stext\n";
	char *symbols = kernels_put(state, "kallsyms", one, sizeof(one) - 1);
	struct kernel_sources src = {.btf = "none", .kallsyms = symbols, .release = "6.1.0"};
	struct kernel *k = kernels_open(&src);

	free(symbols);
	kernel_remember(k, text, text ? strlen(text) : 0);
	return k;
}

static void ask_all(struct kernel *k, int is_known)
{
	struct kernel_symbols syms;
	uint64_t addr = 1, start;
	uint32_t size, align;
	char name[64];

	assert_int_equal(kernel_has_field(k, "dentry", "d_parent"), is_known ? 1 : -ENODATA);
	assert_int_equal(kernel_has_field(k, "dentry", "d_nothing"), is_known ? 0 : -ENODATA);
	assert_int_equal(kernel_has_type(k, "dentry"), is_known ? 1 : -ENODATA);
	assert_int_equal(kernel_has_symbol(k, "vfs_unlink"), is_known);
	assert_int_equal(kernel_function_id(k, "vfs_unlink") != 0, is_known);
	assert_int_equal(kernel_type_size(k, "struct dentry", &size, &align),
			 is_known ? 0 : -ENODATA);
	if (is_known) {
		assert_true(size > 100);
		assert_int_equal(align, 8);
		kernels_assert_params(k, "vfs_fsync", "int", "struct file *file, int datasync");
	}
	assert_int_equal(kernel_functions(k, "vfs_unlink", &syms, NULL), 0);
	assert_int_equal(syms.n, is_known);
	if (is_known) {
		assert_string_equal(syms.v[0].name, "vfs_unlink");
		assert_null(syms.v[0].module);
		assert_true(syms.v[0].unique);
		assert_true(syms.v[0].addr >> 63);
	}
	if (is_known)
		addr = syms.v[0].addr;
	kernel_symbols_free(&syms);
	assert_int_equal(kernel_function_at(k, addr + 4, name, sizeof(name), &start),
			 is_known ? 0 : -ENOENT);
	if (is_known) {
		assert_string_equal(name, "vfs_unlink");
		assert_true(start == addr);
	}
	assert_int_equal(kernel_functions_match(k, "^vfs_(unlink|rmdir)$", &syms, NULL), 0);
	assert_int_equal(syms.n, 2 * is_known);
	kernel_symbols_free(&syms);
}

static void answers_as_before(void **state)
{
	struct kernel *k = kernels_real("bookworm");
	char *text;

	kernel_remember(k, NULL, 0);
	assert_null(kernel_remembered(k));
	ask_all(k, 1);
	text = kernel_remembered(k);
	assert_non_null(text);
	assert_null(kernel_remembered(k)); /* nothing new since */
	ask_all(k, 1);
	assert_null(kernel_remembered(k));
	kernel_close(k);

	k = forgetful(state, NULL);
	ask_all(k, 0);
	/* What could not be read is no answer that is kept. */
	{
		char *kept = kernel_remembered(k);

		assert_null(strstr(kept ? kept : "", "d_parent"));
		assert_null(strstr(kept ? kept : "", "size"));
		free(kept);
	}
	kernel_close(k);
	k = forgetful(state, text);
	ask_all(k, 1);
	assert_null(kernel_remembered(k));
	kernel_close(k);
	free(text);
}

/* That a function is not there is remembered; but who wants to hear why, hears it. */
static void a_failure_is_told_again(void **state)
{
	struct kernel *k = kernels_real("bookworm");
	struct kernel_proto proto;
	struct error e = {0};
	char *text;

	kernel_remember(k, NULL, 0);
	assert_int_equal(kernel_prototype(k, "vfs_unlinked", &proto, NULL), -ENOENT);
	text = kernel_remembered(k);
	kernel_close(k);
	k = forgetful(state, text);
	assert_int_equal(kernel_prototype(k, "vfs_unlinked", &proto, NULL), -ENOENT);
	assert_null(kernel_remembered(k));
	kernel_close(k);
	k = kernels_real("bookworm");
	kernel_remember(k, text, strlen(text));
	assert_int_equal(kernel_prototype(k, "vfs_unlinked", &proto, &e), -ENOENT);
	assert_non_null(strstr(e.text, "names near it: vfs_unlink"));
	error_clear(&e);
	kernel_close(k);
	free(text);
}

/* Spoils the id of that kind of answers. */
static void spoil(char *text, const char *kind)
{
	char *id = strstr(text, kind);

	assert_non_null(id);
	id = strstr(id, "\"id\":\"");
	assert_non_null(id);
	id[6] = id[6] == '0' ? '1' : '0';
}

/* Addresses, and what modules have, do not outlive a module; what BTF says does. */
static void other_modules_are_other_functions(void **state)
{
	struct kernel *k = kernels_real("bookworm");
	struct kernel_symbols syms;
	char *text;

	kernel_remember(k, NULL, 0);
	assert_int_equal(kernel_functions(k, "vfs_unlink", &syms, NULL), 0);
	kernel_symbols_free(&syms);
	assert_int_equal(kernel_has_type(k, "dentry"), 1);
	kernels_assert_params(k, "vfs_fsync", "int", "struct file *file, int datasync");
	text = kernel_remembered(k);
	kernel_close(k);
	spoil(text, "\"modules\"");
	k = forgetful(state, text);
	assert_int_equal(kernel_functions(k, "vfs_unlink", &syms, NULL), 0);
	assert_int_equal(syms.n, 0);
	kernel_symbols_free(&syms);
	assert_int_equal(kernel_has_type(k, "dentry"), 1);
	kernels_assert_params(k, "vfs_fsync", "int", "struct file *file, int datasync");
	kernel_close(k);
	free(text);
}

static void nonsense_is_nothing(void **state)
{
	static const char *const bad[] = {"", "[]", "{", "{\"id\":1,\"kernel\":[],\"boot\":3}",
					  "{\"id\":\"\",\"kernel\":{\"type\\tdentry\":\"x\","
					  "\"size\\tint\":[1]},\"boot\":{}}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct kernel *k = forgetful(state, bad[i]);

		ask_all(k, 0);
		kernel_close(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_before),
		cmocka_unit_test(a_failure_is_told_again),
		cmocka_unit_test(other_modules_are_other_functions),
		cmocka_unit_test(nonsense_is_nothing),
	};

	return cmocka_run_group_tests(tests, kernels_enter, kernels_leave);
}
