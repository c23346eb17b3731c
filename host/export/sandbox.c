/* SPDX-License-Identifier: Apache-2.0 */
#include "export/sandbox.h"

#include <errno.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/capability.h"
#include "trace/privilege.h"

#define NAMESPACES                                                                    \
	(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | \
	 CLONE_NEWUSER | CLONE_NEWUTS)

/* By name: not every machine, and not every libseccomp, has them all. */
static const char *const allowed[] = {
	/* memory, time, threads */
	"brk",
	"mmap",
	"munmap",
	"mprotect",
	"mremap",
	"madvise",
	"mincore",
	"membarrier",
	"clock_gettime",
	"clock_getres",
	"clock_nanosleep",
	"nanosleep",
	"gettimeofday",
	"time",
	"timerfd_create",
	"timerfd_settime",
	"timerfd_gettime",
	"alarm",
	"setitimer",
	"futex",
	"set_robust_list",
	"get_robust_list",
	"set_tid_address",
	"rseq",
	"sched_yield",
	"sched_getaffinity",
	"getcpu",
	"arch_prctl",
	"prctl",
	"restart_syscall",
	/* files */
	"read",
	"write",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"lseek",
	"close",
	"close_range",
	"open",
	"openat",
	"stat",
	"lstat",
	"fstat",
	"newfstatat",
	"statx",
	"statfs",
	"fstatfs",
	"access",
	"faccessat",
	"faccessat2",
	"readlink",
	"readlinkat",
	"getdents64",
	"getcwd",
	"chdir",
	"fchdir",
	"fcntl",
	"dup",
	"dup2",
	"dup3",
	"ftruncate",
	"flock",
	"fadvise64",
	"fsync",
	"fdatasync",
	"mkdir",
	"mkdirat",
	"rmdir",
	"unlink",
	"unlinkat",
	"rename",
	"renameat",
	"renameat2",
	"link",
	"linkat",
	"symlink",
	"symlinkat",
	"chmod",
	"fchmod",
	"fchmodat",
	"chown",
	"fchown",
	"fchownat",
	"utimensat",
	"umask",
	"memfd_create",
	"sendfile",
	"copy_file_range",
	"name_to_handle_at",
	/* waiting, serving */
	"poll",
	"ppoll",
	"select",
	"pselect6",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"eventfd2",
	"signalfd4",
	"pipe",
	"pipe2",
	"socketpair",
	"bind",
	"listen",
	"accept",
	"accept4",
	"connect",
	"getsockname",
	"getpeername",
	"getsockopt",
	"setsockopt",
	"sendto",
	"recvfrom",
	"sendmsg",
	"recvmsg",
	"sendmmsg",
	"recvmmsg",
	"shutdown",
	/* tracing */
	"bpf",
	"perf_event_open",
	/* the compiler process, and ourselves */
	"fork",
	"vfork",
	"execve",
	"wait4",
	"waitid",
	"exit",
	"exit_group",
	"kill",
	"tgkill",
	"setpgid",
	"getpgid",
	"getpgrp",
	"setsid",
	"getpid",
	"getppid",
	"gettid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getresuid",
	"getresgid",
	"getgroups",
	"setresuid",
	"setresgid",
	"setuid",
	"setgid",
	"setgroups",
	"capget",
	"capset",
	"getrlimit",
	"setrlimit",
	"prlimit64",
	"getrusage",
	"times",
	"sysinfo",
	"uname",
	"getrandom",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigsuspend",
	"rt_sigpending",
	"rt_sigtimedwait",
	"sigaltstack",
};

static const char *const deadly[] = {
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"pidfd_getfd",
	"kcmp",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"add_key",
	"request_key",
	"keyctl",
	"userfaultfd",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"open_by_handle_at",
	"iopl",
	"ioperm",
	"swapon",
	"swapoff",
	"acct",
};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6};

static int add_names(scmp_filter_ctx ctx, uint32_t action, const char *const *names, size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		/* Negative: of other machines. */
		if (call >= 0)
			err = seccomp_rule_add(ctx, action, call, 0);
	}
	return err;
}

/* Calls of which an argument decides. */
static int add_some(scmp_filter_ctx ctx)
{
	int err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				   SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0));

	/* Its flags are behind a pointer; the C library then takes clone. */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* What a terminal is made to believe that was typed. */
	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1_32(SCMP_CMP_NE, TIOCSTI));
	for (size_t i = 0; i < sizeof(families) / sizeof(*families) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0_32(SCMP_CMP_EQ, (unsigned int)families[i]));
	return err;
}

int sandbox_enter(struct error *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err;

	if (!ctx)
		return error_nomem(e);
	err = add_names(ctx, SCMP_ACT_ALLOW, allowed, sizeof(allowed) / sizeof(*allowed));
	if (!err)
		err = add_names(ctx, SCMP_ACT_KILL_PROCESS, deadly,
				sizeof(deadly) / sizeof(*deadly));
	if (!err)
		err = add_some(ctx);
	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	/* Without: refused calls are not logged. Search the rules as a tree, not one by one. */
	if (!err && seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1) == 0)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err)
		return error_set(
			e, FAULT_RUN, err,
			"cannot filter system calls: %s; the kernel needs CONFIG_SECCOMP_FILTER "
			"(--no-seccomp does without)",
			strerror(-err));
	return 0;
}

int sandbox_capabilities(struct error *e)
{
	return capability_keep(privilege_to_attach(), e);
}

/* The user, if there is one that we may become. */
static int find_user(const char *name, const struct passwd **pw, struct error *e)
{
	errno = 0;
	*pw = getpwnam(name);
	/* Some of glibc's services say so of who is not there. */
	if (!*pw && errno == ENOENT)
		errno = 0;
	if (!*pw)
		return error_set(
			e, FAULT_USAGE, errno ? -errno : -ENOENT, "--user %s: %s", name,
			errno ? strerror(errno)
			      : "there is no such user; `useradd --system --no-create-home "
				"NAME` makes one");
	if (!capability_has(CAP_SETUID) || !capability_has(CAP_SETGID))
		return error_set(e, FAULT_PERMISSION, -EPERM,
				 "--user %s: to become another user takes root (uid %u has neither "
				 "CAP_SETUID nor CAP_SETGID)",
				 name, geteuid());
	return 0;
}

int sandbox_check_user(const char *name, struct error *e)
{
	const struct passwd *pw;

	return find_user(name, &pw, e);
}

int sandbox_user(const char *name, struct error *e)
{
	const struct passwd *pw;

	return find_user(name, &pw, e)
		       ?: capability_keep_as(privilege_to_attach(), pw->pw_uid, pw->pw_gid, e);
}
