/* SPDX-License-Identifier: Apache-2.0 */
/* What the exporter can and cannot do in its sandbox: each asked in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "export/sandbox.h"

#define NOBODY 65534

/* What fn returns (0…99) inside of the sandbox, or 100 + the signal that ended it. */
static int inside(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct error e = {0};

		if (sandbox_enter(&e)) {
			fprintf(stderr, "%s\n", e.text);
			_exit(99);
		}
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int err_of(long result)
{
	return result < 0 ? errno : 0;
}

static int serves(void)
{
	static const char hello[] = "hello";
	char got[sizeof(hello)] = "";
	int fds[2], one = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    listen(s, 1) < 0)
		return 1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return 2;
	if (write(fds[0], hello, sizeof(hello)) != sizeof(hello) ||
	    read(fds[1], got, sizeof(got)) != sizeof(got) || strcmp(got, hello) != 0)
		return 3;
	return 0;
}

static void *set(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static int has_threads(void)
{
	pthread_t t;
	int ran = 0;

	if (pthread_create(&t, NULL, set, &ran) != 0 || pthread_join(t, NULL) != 0)
		return 1;
	return !ran;
}

static int starts_programs(void)
{
	return system("echo x | cat >/dev/null && ls / >/dev/null") == 0 ? 0 : 1;
}

/* Refused for want of privilege or of a good argument, but not by the filter if we are root. */
static int traces(void)
{
	union bpf_attr attr = {.map_fd = -1};

	return err_of(syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)));
}

static int mounts(void)
{
	return err_of(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int unshares(void)
{
	return err_of(unshare(CLONE_NEWUSER));
}

static int clones(void)
{
	return err_of(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int opens_netlink(void)
{
	return err_of(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int loads_module(void)
{
	return err_of(syscall(SYS_init_module, NULL, 0, ""));
}

static int ptraces(void)
{
	return err_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int uses_io_uring(void)
{
	return err_of(syscall(SYS_io_uring_setup, 1, NULL));
}

static void test_what_it_needs_it_may(void **state)
{
	(void)state;
	assert_int_equal(inside(serves), 0);
	assert_int_equal(inside(has_threads), 0);
	assert_int_equal(inside(starts_programs), 0);
	if (geteuid() == 0)
		assert_int_equal(inside(traces), EBADF);
}

static void test_what_it_does_not_need_fails(void **state)
{
	(void)state;
	assert_int_equal(inside(mounts), EPERM);
	assert_int_equal(inside(unshares), EPERM);
	assert_int_equal(inside(clones), EPERM);
	assert_int_equal(inside(opens_netlink), EPERM);
	assert_int_equal(inside(loads_module), EPERM);
}

static void test_what_an_intruder_does_ends_it(void **state)
{
	(void)state;
	assert_int_equal(inside(ptraces), 100 + SIGSYS);
	assert_int_equal(inside(uses_io_uring), 100 + SIGSYS);
}

/* In a process of its own: there is no way back. */
static int as_nobody(void)
{
	struct error e = {0};

	if (sandbox_user("nobody", &e))
		return 1;
	if (getuid() != NOBODY || geteuid() != NOBODY || getegid() != NOBODY || getgroups(0, NULL))
		return 2;
	if (!capability_can_trace() || !capability_has(CAP_DAC_READ_SEARCH))
		return 3;
	if (capability_has(CAP_SYS_ADMIN) || capability_has(CAP_SETUID) ||
	    capability_has(CAP_DAC_OVERRIDE))
		return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0)
		return 5;
	if (setresuid(0, 0, 0) == 0)
		return 6;
	return open("/etc/passwd", O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 7;
}

static void test_user(void **state)
{
	struct error e = {0};

	(void)state;
	assert_int_equal(sandbox_user("no-such-user", &e), -ENOENT);
	assert_int_equal(e.fault, FAULT_USAGE);
	assert_non_null(strstr(e.text, "--user no-such-user"));
	error_clear(&e);
	if (geteuid() != 0)
		skip();
	assert_int_equal(inside(as_nobody), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_needs_it_may),
		cmocka_unit_test(test_what_it_does_not_need_fails),
		cmocka_unit_test(test_what_an_intruder_does_ends_it),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
