/* SPDX-License-Identifier: Apache-2.0 */
/* What is given up is gone, each time in a process of its own; root's tests are skipped without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/file.h"

#define OTHER 12345 /* a user that is nobody's */

static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool status_has(const char *line)
{
	char *text;
	bool has;

	if (file_read("/proc/self/status", &text, NULL, NULL) != 0)
		return false;
	has = strstr(text, line) != NULL;
	free(text);
	return has;
}

static int keeps_nothing(void)
{
	if (capability_keep(0, NULL))
		return 1;
	if (!status_has("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n") ||
	    !status_has("NoNewPrivs:\t1\n"))
		return 2;
	if (capability_has(CAP_CHOWN) || capability_can_trace())
		return 3;
	/* Also when it was asked before, and a second time. */
	return capability_keep(CAPABILITY(CAP_CHOWN), NULL) || capability_has(CAP_CHOWN) ? 4 : 0;
}

static int keeps_one(void)
{
	if (capability_keep(CAPABILITY(CAP_SYSLOG), NULL))
		return 1;
	/* 1 << 34 */
	if (!status_has("CapPrm:\t0000000400000000\nCapEff:\t0000000400000000\n") ||
	    !status_has("CapBnd:\t0000000000000000\n"))
		return 2;
	return capability_has(CAP_SYSLOG) && !capability_has(CAP_CHOWN) ? 0 : 3;
}

static int keeps_one_as_another(void)
{
	if (capability_keep_as(CAPABILITY(CAP_SYSLOG), OTHER, OTHER, NULL))
		return 1;
	if (getuid() != OTHER || geteuid() != OTHER || getgid() != OTHER || getgroups(0, NULL) != 0)
		return 2;
	if (!status_has("CapPrm:\t0000000400000000\nCapEff:\t0000000400000000\n") ||
	    !status_has("NoNewPrivs:\t1\n"))
		return 3;
	return setresuid(0, 0, 0) == 0 ? 4 : 0;
}

static bool may_chown(void)
{
	return fchown(STDERR_FILENO, (uid_t)-1, (gid_t)-1) == 0 && capability_has(CAP_CHOWN);
}

static char others_file[] = "/tmp/bcchost-capability-XXXXXX";

static bool opens_others_file(void)
{
	int fd = open(others_file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int does_without_for_a_while(void)
{
	int fd = mkostemp(others_file, O_CLOEXEC);
	bool without, with;

	if (fd < 0 || fchmod(fd, 0) < 0 || fchown(fd, OTHER, OTHER) < 0)
		return 1;
	close(fd);
	without = capability_without(opens_others_file);
	with = opens_others_file();
	unlink(others_file);
	if (without || !with)
		return 2;
	return capability_without(may_chown) || !may_chown() ? 3 : 0;
}

static void test_nothing_is_kept(void **state)
{
	(void)state;
	assert_int_equal(in_child(keeps_nothing), 0);
}

static void test_one_is_kept(void **state)
{
	(void)state;
	assert_int_equal(in_child(keeps_one), 0);
}

static void test_one_is_kept_by_another_user(void **state)
{
	(void)state;
	assert_int_equal(in_child(keeps_one_as_another), 0);
}

static void test_for_a_while_none_is_effective(void **state)
{
	(void)state;
	assert_int_equal(in_child(does_without_for_a_while), 0);
}

static int tells_what_is_missing(void)
{
	static const unsigned int both[] = {CAP_BPF, CAP_PERFMON, UINT_MAX};
	static const unsigned int one[] = {CAP_BPF, UINT_MAX};
	char *none = capability_missing(both), *two, *bpf;

	if (!none || *none)
		return 1;
	if (capability_keep(CAPABILITY(CAP_PERFMON), NULL))
		return 2;
	two = capability_missing(both);
	bpf = capability_missing(one);
	if (!two || !bpf || strcmp(two, "CAP_BPF") != 0 || strcmp(bpf, "CAP_BPF") != 0)
		return 3;
	free(none);
	free(two);
	free(bpf);
	return 0;
}

static int sys_admin_stands_for_both(void)
{
	if (capability_keep(CAPABILITY(CAP_SYS_ADMIN), NULL))
		return 1;
	return capability_can_trace() ? 0 : 2;
}

static void test_missing(void **state)
{
	(void)state;
	assert_int_equal(in_child(tells_what_is_missing), 0);
	assert_int_equal(in_child(sys_admin_stands_for_both), 0);
}

static int write_mine(const char *path, mode_t mode, uid_t owner)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1 || fchmod(fd, mode) < 0 ||
	    fchown(fd, owner, owner) < 0)
		return -1;
	return close(fd);
}

static char trusted_dir[] = "/tmp/bcchost-trust-XXXXXX";

/* One who may trace, and is not root, is as careful with a tool's text. */
static int trusts_root_and_himself(void)
{
	char theirs[64], mine[64], roots[64], open_to_all[80];
	struct error e = {0};
	char *text = NULL;
	int failed = 0;

	if (chmod(trusted_dir, 0755) < 0)
		return 1;
	snprintf(theirs, sizeof(theirs), "%s/theirs", trusted_dir);
	snprintf(mine, sizeof(mine), "%s/mine", trusted_dir);
	snprintf(roots, sizeof(roots), "%s/roots", trusted_dir);
	snprintf(open_to_all, sizeof(open_to_all), "%s/all", trusted_dir);
	if (write_mine(theirs, 0644, OTHER + 1) || write_mine(mine, 0644, OTHER) ||
	    write_mine(roots, 0644, 0) || write_mine(open_to_all, 0666, OTHER))
		failed = 2;
	if (!failed &&
	    capability_keep_as(CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON), OTHER, OTHER, NULL))
		failed = 3;
	if (!failed && file_read_trusted(mine, &text, NULL, NULL))
		failed = 4;
	free(text);
	text = NULL;
	if (!failed && file_read_trusted(roots, &text, NULL, NULL))
		failed = 5;
	free(text);
	text = NULL;
	if (!failed && (file_read_trusted(theirs, &text, NULL, &e) != -EPERM ||
			e.fault != FAULT_PERMISSION || !strstr(e.text, "belongs to uid 12346")))
		failed = 6;
	if (!failed && file_read_trusted(open_to_all, &text, NULL, &e) != -EPERM)
		failed = 7;
	error_clear(&e);
	return failed;
}

static void test_trust(void **state)
{
	int failed;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(trusted_dir));
	failed = in_child(trusts_root_and_himself);
	file_rmtree(trusted_dir);
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_kept),
		cmocka_unit_test(test_one_is_kept),
		cmocka_unit_test(test_one_is_kept_by_another_user),
		cmocka_unit_test(test_for_a_while_none_is_effective),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
