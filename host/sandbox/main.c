/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcchost-sandbox DIR: runs python3 with the package `port` of DIR where it can do no harm, for
 * `bcchost port`. Descriptors 3 and 4 are handed on; 0 to 2 are /dev/null (2 is kept if it is a
 * pipe of the caller's). What is inside sees: a root of its own with /usr and little else, all of
 * it read-only, 16 MB of /tmp; its own processes; no network; no privileges; no system call that
 * would reach the kernel's BPF, other processes or sockets. It ends when its caller does.
 *
 * As root it becomes a user that nobody else is, so that neither others' processes count against
 * its limits nor it can disturb those of nobody's; as anybody else it takes a user namespace, and
 * without one it ends with 77 rather than run a script unguarded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <grp.h>

#define NOBODY 65534
/* With our process id in it, as host/compiler/confine.c has one of its own. */
#define OWN_UID	   0xfd000000u
#define NO_SANDBOX 77
#define ROOT	   "/tmp"

static void die(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	_exit(NO_SANDBOX);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void take_namespaces(void)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (uid == 0) {
		if (unshare(flags) < 0)
			die("new namespaces");
		return;
	}
	if (unshare(flags | CLONE_NEWUSER) < 0)
		die("a user namespace, which an ordinary user's sandbox is made of (root needs "
		    "none)");
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%d %u 1", NOBODY, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%d %u 1", NOBODY, gid);
	write_file("/proc/self/gid_map", map);
}

/* A directory or file of the old root in the new one, read-only; a link as the link that it is. */
static void show(const char *path, const char *at)
{
	char to[PATH_MAX], link[PATH_MAX];
	struct stat st;
	ssize_t n;
	int fd;

	if ((strcmp(path, at) == 0 ? lstat(path, &st) : stat(path, &st)) < 0)
		return;
	snprintf(to, sizeof(to), ROOT "%s", at);
	if (S_ISLNK(st.st_mode) && strcmp(path, at) == 0) {
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			return;
		link[n] = 0;
		if (symlink(link, to) < 0 && errno != EEXIST)
			die(to);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0755) < 0 && errno != EEXIST)
			die(to);
	} else {
		fd = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		if (fd < 0)
			die(to);
		close(fd);
	}
	if (mount(path, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		die(to);
	if (strncmp(path, "/dev/", 5) == 0)
		return; /* its devices are what it is for; files are the only ones that are shown */
	for (int more = 0; more < 2; more++)
		if (mount(NULL, to, NULL,
			  MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | (more ? 0 : MS_NODEV),
			  NULL) == 0)
			return;
	die(to);
}

static void make_dir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		die(path);
	chmod(path, mode);
}

static void make_root(const char *package)
{
	static const char *const shown[] = {
		"/usr",
		"/bin",
		"/lib",
		"/lib32",
		"/lib64",
		"/libx32",
		"/sbin",
		"/etc/passwd",
		"/etc/group",
		"/etc/ld.so.cache",
		"/etc/localtime",
		"/etc/python3",
		"/etc/alternatives",
		"/dev/null",
		"/dev/zero",
		"/dev/urandom",
		"/sys/devices",
	};

	char from[64];
	int fd = open(package, O_PATH | O_DIRECTORY);

	if (fd < 0)
		die(package);
	/* By its descriptor: it may be below what is hidden now. */
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("private mounts");
	if (mount("tmpfs", ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m") < 0)
		die("a root of its own");
	for (const char *const *d = (const char *const[]){"/etc", "/dev", "/sys", "/proc", "/tmp",
							  "/port", "/old", NULL};
	     *d; d++) {
		char to[64];

		snprintf(to, sizeof(to), ROOT "%s", *d);
		make_dir(to, 0755);
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		show(shown[i], shown[i]);
	show(from, "/port");
	close(fd);
	if (mount("proc", ROOT "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die("/proc");
	if (mount("tmpfs", ROOT "/tmp", "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=1777,size=16m,nr_inodes=4096") < 0)
		die("/tmp");
	if (syscall(SYS_pivot_root, ROOT, ROOT "/old") < 0 || chdir("/tmp") < 0)
		die("the new root");
	if (umount2("/old", MNT_DETACH) < 0)
		die("leaving the old root");
	rmdir("/old");
	if (mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) <
	    0)
		die("a root that is read-only");
}

static void set_limit(int what, rlim_t value)
{
	struct rlimit l = {value, value};

	if (setrlimit(what, &l) < 0)
		die("a limit");
}

static void set_limits(void)
{
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_AS, 1UL << 30);
	set_limit(RLIMIT_FSIZE, 16UL << 20);
	set_limit(RLIMIT_NPROC, 128);
	set_limit(RLIMIT_NOFILE, 64);
	set_limit(RLIMIT_CPU, 120);
	set_limit(RLIMIT_MEMLOCK, 0);
	set_limit(RLIMIT_MSGQUEUE, 0);
}

/* Refused, as if the right were missing: the kernel's BPF, other processes, sockets, mounts. */
static void forbid_calls(void)
{
	static const int calls[] = {
		SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open),
		SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev),
		SCMP_SYS(socket),
		SCMP_SYS(socketpair),
		SCMP_SYS(connect),
		SCMP_SYS(bind),
		SCMP_SYS(mount),
		SCMP_SYS(umount2),
		SCMP_SYS(pivot_root),
		SCMP_SYS(chroot),
		SCMP_SYS(unshare),
		SCMP_SYS(setns),
		SCMP_SYS(keyctl),
		SCMP_SYS(add_key),
		SCMP_SYS(request_key),
		SCMP_SYS(userfaultfd),
		SCMP_SYS(io_uring_setup),
		SCMP_SYS(open_by_handle_at),
		SCMP_SYS(kexec_load),
		SCMP_SYS(init_module),
		SCMP_SYS(finit_module),
		SCMP_SYS(delete_module),
		SCMP_SYS(syslog),
		SCMP_SYS(pidfd_getfd),
		SCMP_SYS(fsopen),
		SCMP_SYS(move_mount),
		SCMP_SYS(open_tree),
		SCMP_SYS(settimeofday),
		SCMP_SYS(clock_settime),
		SCMP_SYS(shmget),
		SCMP_SYS(msgget),
		SCMP_SYS(semget),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (!ctx)
		die("seccomp");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i], 0);

		if (err) {
			errno = -err;
			die("seccomp");
		}
	}
	/* Its flags are behind a pointer: the C library takes clone instead. */
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			 SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
	if (seccomp_load(ctx) < 0)
		die("seccomp");
	seccomp_release(ctx);
}

/* uid: whom root becomes; 0: it was not root. */
static void drop_privileges(uid_t uid)
{
	if (uid && (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 ||
		    setresuid(uid, uid, uid) < 0))
		die("becoming another user");
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0,
		      0); /* of a user namespace's own; root's are gone */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die("no new privileges");
}

static void run_inside(const char *package, uid_t uid)
{
	static const char code[] = "import sys; sys.path.insert(0, '/'); "
				   "from port.main import main; main()";
	char *argv[] = {"python3", "-I", "-B", "-c", (char *)code, NULL};
	char *env[] = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin",
		       "HOME=/tmp",
		       "TMPDIR=/tmp",
		       "LANG=C.UTF-8",
		       "PYTHONHASHSEED=0",
		       NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	make_root(package);
	if (sethostname("sandbox", 7) < 0)
		die("sethostname");
	drop_privileges(uid);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user took it back */
	set_limits();
	forbid_calls();
	execve("/usr/bin/python3", argv, env);
	if (errno == ENOENT) {
		dprintf(STDERR_FILENO, "there is no /usr/bin/python3, which `port` needs "
				       "(package python3)\n");
		_exit(78);
	}
	die("/usr/bin/python3");
}

int main(int argc, char **argv)
{
	uid_t uid = geteuid() == 0 ? OWN_UID | (uid_t)getpid() : 0;
	int null, status;
	pid_t pid;

	if (argc != 2) {
		fprintf(stderr, "bcchost-sandbox is started by `bcchost port`\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		die("/dev/null");
	/* glibc has a function for it from 2.34 on only, and its number SYS_… from 2.32. */
	if (syscall(__NR_close_range, 5, ~0U, 0) < 0)
		die("close_range");
	umask(022);
	take_namespaces();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		run_inside(argv[1], uid);
	close(3);
	close(4);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
