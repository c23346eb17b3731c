/* SPDX-License-Identifier: Apache-2.0 */
/* Where tools are looked for, in what order they are listed, and what was meant by a wrong name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/find.h"

static char *tmp;

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static const char *in_tmp(const char *path)
{
	static char text[4096];

	snprintf(text, sizeof(text), "%s/%s", tmp, path);
	return text;
}

static void expect_near(const char *word, const char *expected)
{
	static const char *const names[] = {
		"opensnoop", "statsnoop", "filelife", "filecreate", "biolatency", "biosnoop", "top",
	};
	char *near = find_near(word, names, sizeof(names) / sizeof(names[0]));

	assert_string_equal(near, expected);
	free(near);
}

static void test_near(void **state)
{
	char *near;

	(void)state;
	expect_near("opnsnoop", "did you mean opensnoop?");
	expect_near("opesnnoop", "did you mean opensnoop?");
	expect_near("OPENSNOOP", "did you mean opensnoop?");
	expect_near("filelive", "did you mean filelife?");
	expect_near("file", "did you mean filelife or filecreate?");
	expect_near("snoop", "did you mean opensnoop, statsnoop or biosnoop?");
	expect_near("life", "did you mean filelife?");
	expect_near("opensnoop-bpfcc", "did you mean opensnoop?");
	expect_near("tpo", "did you mean top?");
	expect_near("pot", "");
	expect_near("", "");
	expect_near("-", "");
	expect_near("z", "");
	expect_near("execsnooping-around-the-clock-and-much-longer-than-any-tool-is-named", "");
	near = find_near("x", NULL, 0);
	assert_string_equal(near, "");
	free(near);
}

static void test_build_tree(void **state)
{
	char exe[4096];
	struct find f;

	(void)state;
	snprintf(exe, sizeof(exe), "%s", in_tmp("tree/build-asan/bcchost"));
	assert_int_equal(find_init_from(&f, exe, NULL, NULL, 0, NULL), 0);
	assert_string_equal(f.shipped, in_tmp("tree"));
	assert_string_equal(f.helper, in_tmp("tree/build-asan/bcchost-compile"));
	assert_int_equal(f.ndirs, 1);
	assert_string_equal(f.dirs[0], in_tmp("tree"));
	find_free(&f);
}

static void test_installed(void **state)
{
	char exe[4096];
	struct find f;

	(void)state;
	snprintf(exe, sizeof(exe), "%s", in_tmp("usr/bin/bcchost"));
	assert_int_equal(find_init_from(&f, exe, "", NULL, 0, NULL), 0);
	assert_string_equal(f.shipped, in_tmp("usr/share/bcchost"));
	assert_string_equal(f.helper, in_tmp("usr/libexec/bcchost/bcchost-compile"));
	find_free(&f);
	/* One beside the binary is taken first. */
	put("usr/bin/bcchost-compile", "", 0755);
	assert_int_equal(find_init_from(&f, exe, NULL, NULL, 0, NULL), 0);
	assert_string_equal(f.helper, in_tmp("usr/bin/bcchost-compile"));
	find_free(&f);
	unlink("usr/bin/bcchost-compile");
}

static void test_no_shipped(void **state)
{
	struct find_tool *tools;
	struct find f;
	size_t n;

	(void)state;
	assert_int_equal(find_init_from(&f, "/bcchost", NULL, NULL, 0, NULL), 0);
	assert_string_equal(f.shipped, "");
	assert_int_equal(f.ndirs, 0);
	assert_int_equal(find_tools(&f, &tools, &n, NULL), 0);
	assert_int_equal(n, 0);
	find_tools_free(tools, n);
	find_free(&f);
}

static void test_running_binary(void **state)
{
	struct find f;

	(void)state;
	assert_int_equal(find_init(&f, NULL, 0, NULL), 0);
	assert_non_null(f.helper);
	find_free(&f);
}

static struct find find_all(const char *path, char *extra)
{
	char exe[4096];
	struct find f;

	snprintf(exe, sizeof(exe), "%s", in_tmp("tree/build/bcchost"));
	assert_int_equal(find_init_from(&f, exe, path, &extra, extra ? 1 : 0, NULL), 0);
	return f;
}

static void test_order(void **state)
{
	struct find f = find_all(":flat::missing:", (char *)"both");
	char *path;

	(void)state;
	assert_int_equal(f.ndirs, 4);
	assert_string_equal(f.dirs[0], "both");
	assert_string_equal(f.dirs[1], "flat");
	assert_string_equal(f.dirs[2], "missing");
	assert_string_equal(f.dirs[3], in_tmp("tree"));
	assert_int_equal(find_tool(&f, "opensnoop", &path, NULL), 0);
	assert_string_equal(path, "both/programs/opensnoop.yaml");
	free(path);
	assert_int_equal(find_tool(&f, "mine", &path, NULL), 0);
	assert_string_equal(path, "flat/mine.yaml");
	free(path);
	assert_int_equal(find_tool(&f, "filelife", &path, NULL), 0);
	assert_string_equal(path, in_tmp("tree/programs/filelife.yaml"));
	free(path);
	find_free(&f);
}

static void test_list(void **state)
{
	static const char *const expected[][2] = {
		{"filecreate", "files"}, {"filelife", "files"}, {"opensnoop", "files"},
		{"biotop", "disks"},	 {"another", "other"},	{"mine", "other"},
	};
	struct find f = find_all("flat", (char *)"both");
	struct find_tool *tools;
	size_t n;

	(void)state;
	assert_int_equal(find_tools(&f, &tools, &n, NULL), 0);
	assert_int_equal(n, 6);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(tools[i].name, expected[i][0]);
		assert_string_equal(tools[i].group, expected[i][1]);
	}
	/* The first directory's hides the shipped one. */
	assert_string_equal(tools[2].path, "both/programs/opensnoop.yaml");
	find_tools_free(tools, n);
	find_free(&f);
}

static void test_bad_list(void **state)
{
	struct find f = find_all(NULL, NULL);
	struct find_tool *tools;
	struct error e = {0};
	char expected[4200];
	size_t n;

	(void)state;
	put("tree/tools.list", "# tools\nfilelife files\n\nopensnoop # no group\n", 0644);
	assert_int_equal(find_tools(&f, &tools, &n, &e), -EINVAL);
	snprintf(expected, sizeof(expected), "%s:4: a line is to be NAME GROUP",
		 in_tmp("tree/tools.list"));
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_TOOL);
	assert_int_equal(n, 0);
	error_clear(&e);
	/* A list that is not there leaves all in "other". */
	unlink("tree/tools.list");
	assert_int_equal(find_tools(&f, &tools, &n, &e), 0);
	assert_int_equal(n, 4);
	assert_string_equal(tools[0].group, "other");
	find_tools_free(tools, n);
	find_free(&f);
	put("tree/tools.list", "filelife files\n", 0644);
}

static void expect_no_tool(const char *name, const char *expected)
{
	struct find f = find_all("flat", NULL);
	struct error e = {0};
	char *path;

	assert_true(find_tool(&f, name, &path, &e) < 0);
	assert_null(path);
	assert_string_equal(e.text, expected);
	assert_int_equal(e.fault, FAULT_USAGE);
	error_clear(&e);
	find_free(&f);
}

static void test_no_tool(void **state)
{
	(void)state;
	expect_no_tool("opnsnoop", "no tool \"opnsnoop\"; did you mean opensnoop? (`bcchost list` "
				   "shows all)");
	expect_no_tool("zzz", "no tool \"zzz\" (`bcchost list` shows all)");
	expect_no_tool("", "no tool \"\" (`bcchost list` shows all)");
	expect_no_tool("Mine", "no tool \"Mine\"; did you mean mine? (`bcchost list` shows all)");
	expect_no_tool("..", "no tool \"..\" (`bcchost list` shows all)");
	expect_no_tool("../flat/mine",
		       "a tool is called by its name, not by a path: \"../flat/mine\" (--tools-dir "
		       "DIR says where to look)");
}

static void test_bad_dirs(void **state)
{
	char *missing[] = {(char *)"flat", (char *)"missing"}, *file[] = {(char *)"flat/mine.yaml"};
	struct error e = {0};
	struct find f;

	(void)state;
	assert_int_equal(find_init_from(&f, "/x/bcchost", NULL, missing, 2, &e), -ENOENT);
	assert_string_equal(e.text, "--tools-dir missing: No such file or directory");
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_null(f.dirs);
	assert_int_equal(find_init_from(&f, "/x/bcchost", NULL, file, 1, &e), -ENOTDIR);
	assert_string_equal(e.text, "--tools-dir flat/mine.yaml: Not a directory");
	error_clear(&e);
}

static int enter_tmp(void **state)
{
	static const char *const dirs[] = {
		"tree",
		"tree/build",
		"tree/build-asan",
		"tree/programs",
		"usr",
		"usr/bin",
		"usr/share",
		"usr/share/bcchost",
		"usr/libexec",
		"usr/libexec/bcchost",
		"flat",
		"both",
		"both/programs",
	};
	static const char *const files[] = {
		"tree/programs/filelife.yaml",
		"tree/programs/filecreate.yaml",
		"tree/programs/opensnoop.yaml",
		"tree/programs/biotop.yaml",
		"flat/mine.yaml",
		"flat/Bad.yaml",
		"flat/.yaml",
		"flat/mine.bpf.c",
		"both/programs/opensnoop.yaml",
		"both/another.yaml",
		"both/opensnoop.yaml",
	};

	(void)state;
	if (file_tmpdir(&tmp, NULL) || chdir(tmp))
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i], 0755))
			return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(files[i], "", 0644);
	put("tree/tools.list",
	    "# NAME GROUP\n"
	    "opensnoop files # the first\n"
	    "\tfilelife  files\r\n"
	    "\n"
	    "biotop\tdisks\n"
	    "filecreate files\n"
	    "gone files",
	    0644);
	put("tree/build-asan/bcchost-compile", "", 0755);
	put("usr/libexec/bcchost/bcchost-compile", "", 0755);
	return 0;
}

static int leave_tmp(void **state)
{
	(void)state;
	file_rmtree(tmp);
	free(tmp);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),	       cmocka_unit_test(test_build_tree),
		cmocka_unit_test(test_installed),      cmocka_unit_test(test_no_shipped),
		cmocka_unit_test(test_running_binary), cmocka_unit_test(test_order),
		cmocka_unit_test(test_list),	       cmocka_unit_test(test_no_tool),
		cmocka_unit_test(test_bad_list),       cmocka_unit_test(test_bad_dirs),
	};

	return cmocka_run_group_tests(tests, enter_tmp, leave_tmp);
}
