# SPDX-License-Identifier: Apache-2.0
"""mountsnoop on a real kernel."""

import ctypes
import errno
import mmap
import os
import struct
import subprocess

import elf32
from guest import Bunch, ending, start, stop, table
from harness import Failure, Skip, case, equal, fixture, main, true

table(
    "mountsnoop",
    r"COMM +PID +TID +(PCOMM +PPID +)?MNT_NS +CALL",
    r"(?P<comm>.{16}) (?P<pid>\d+) +(?P<tid>\d+) +(?:(?P<pcomm>.{16}) (?P<ppid>\d+) +)?(?P<ns>\d+) +(?P<file>.*)",
)

MOUNT, UMOUNT, OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK = 165, 166, 428, 429, 430, 431, 432, 433
MOUNT_SETATTR, OPEN_TREE_ATTR = 442, 467
FDCWD = -100
RUN = "/run/ms"
libc = ctypes.CDLL(None, use_errno=True)


def result_of(ret):
    if ret >= 0:
        return str(ret)
    return "-" + {errno.ENOTSUP: "EOPNOTSUPP"}.get(ctypes.get_errno(), errno.errorcode[ctypes.get_errno()])


class Calls:
    """System calls, and how each is to be shown."""

    def __init__(self):
        self.lines = []

    def __call__(self, text, number, *arguments):
        made = [a.encode() if isinstance(a, str) else ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        ret = libc.syscall(ctypes.c_long(number), *made)
        if ret < 0 and ctypes.get_errno() == errno.ENOSYS:
            return ret  # the kernel has no such call, nor a function to look at
        self.lines.append(f"{text} = {result_of(ret)}")
        return ret


def ok(ret):
    if ret < 0:
        raise Failure(f"a call of the test's failed: {os.strerror(ctypes.get_errno())}")
    return ret


def make_dirs(*names):
    for name in names:
        os.makedirs(f"{RUN}/{name}", exist_ok=True)


def old_calls(call):
    make_dirs("a", "b")
    flags = "MS_NOSUID|MS_NODEV|MS_NOEXEC"
    ok(call(f'mount("ms-src", "{RUN}/a", "tmpfs", {flags}, "size=1m,mode=700")', MOUNT, "ms-src", f"{RUN}/a", "tmpfs", 14, "size=1m,mode=700"))
    ok(call(f'mount(NULL, "{RUN}/a", NULL, MS_REC|MS_PRIVATE, NULL)', MOUNT, None, f"{RUN}/a", None, 0x44000, None))
    ok(call(f'mount("{RUN}/a", "{RUN}/b", "", MS_BIND, "")', MOUNT, f"{RUN}/a", f"{RUN}/b", "", 4096, ""))
    ok(call(f'mount("none", "{RUN}/b", NULL, MS_RDONLY|MS_REMOUNT|MS_BIND, NULL)', MOUNT, "none", f"{RUN}/b", None, 4096 | 33, None))
    ok(call(f'umount("{RUN}/b", UMOUNT_NOFOLLOW)', UMOUNT, f"{RUN}/b", 8))
    ok(call(f'umount("{RUN}/a", MNT_DETACH)', UMOUNT, f"{RUN}/a", 2))
    ok(call(f'mount("so\\"ur\\\\ce\\n", "{RUN}/a", "tmpfs", MS_MGC_VAL|MS_RDONLY, "")', MOUNT, 'so"ur\\ce\n', f"{RUN}/a", "tmpfs", 0xC0ED0001, ""))
    ok(call(f'umount("{RUN}/a", 0)', UMOUNT, f"{RUN}/a", 0))


def old_failures(call):
    make_dirs("a")
    call(f'umount("{RUN}/a", 0)', UMOUNT, f"{RUN}/a", 0)
    call(f'umount("{RUN}/missing", MNT_FORCE|MNT_EXPIRE)', UMOUNT, f"{RUN}/missing", 5)
    call(f'umount("{RUN}/a", MNT_DETACH|0x100)', UMOUNT, f"{RUN}/a", 0x102)
    call("umount(?, 0)", UMOUNT, 16, 0)
    call("umount(NULL, 0)", UMOUNT, None, 0)
    call(f'mount("x", "{RUN}/a", "nosuchfs", 0, "y")', MOUNT, "x", f"{RUN}/a", "nosuchfs", 0, "y")
    call(f'mount("x", "{RUN}/missing", "tmpfs", MS_NOATIME|0x40000000, "")', MOUNT, "x", f"{RUN}/missing", "tmpfs", 0x40000400, "")
    call('umount("' + "p" * 4095 + '"..., 0)', UMOUNT, "p" * 5000, 0)
    call(f'mount("x", "{RUN}/a", "tmpfs", 0, "' + "z" * 4000 + '")', MOUNT, "x", f"{RUN}/a", "tmpfs", 0, "z" * 4000)


def attr(*values):
    return ctypes.create_string_buffer(struct.pack("<4Q", *values), 32)


def new_calls(call):
    make_dirs("new")
    new = f"{RUN}/new"
    fs = ok(call('fsopen("tmpfs", FSOPEN_CLOEXEC)', FSOPEN, "tmpfs", 1))
    config = lambda text, *a: call(f"fsconfig({fs}, FSCONFIG_{text})", FSCONFIG, fs, *a)
    ok(config('SET_STRING, "source", "ms-new", 0', 1, "source", "ms-new", 0))
    ok(config('SET_STRING, "size", "1m", 0', 1, "size", "1m", 0))
    ok(config('SET_FLAG, "ro", NULL, 0', 0, "ro", None, 0))
    config('SET_BINARY, "nosuch", "\\x01\\x00ab\\xff", 5', 2, "nosuch", b"\x01\x00ab\xff", 5)
    config('SET_BINARY, "nosuch", "' + "b" * 64 + '"..., 100', 2, "nosuch", b"b" * 100, 100)
    config('SET_PATH, "nosuch", "/run", AT_FDCWD', 3, "nosuch", "/run", FDCWD)
    config(f'SET_PATH_EMPTY, "nosuch", "", {fs}', 4, "nosuch", "", fs)
    config(f'SET_FD, "nosuch", NULL, {fs}', 5, "nosuch", None, fs)
    call(f"fsconfig({fs}, 99, NULL, NULL, 0)", FSCONFIG, fs, 99, None, None, 0)
    ok(config("CMD_CREATE, NULL, NULL, 0", 6, None, None, 0))
    at = "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOATIME"
    mnt = ok(call(f"fsmount({fs}, FSMOUNT_CLOEXEC, {at})", FSMOUNT, fs, 1, 0x11))
    call(f'move_mount({mnt}, "", AT_FDCWD, "{new}", MOVE_MOUNT_F_EMPTY_PATH|0x80000000)', MOVE_MOUNT, mnt, "", FDCWD, new, 0x80000004)
    ok(call(f'move_mount({mnt}, "", AT_FDCWD, "{new}", MOVE_MOUNT_F_EMPTY_PATH)', MOVE_MOUNT, mnt, "", FDCWD, new, 4))
    tree = ok(call(f'open_tree(AT_FDCWD, "{new}", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE)', OPEN_TREE, FDCWD, new, 0o2000000 | 0x8001))
    call(f'open_tree({tree}, "nosuch", 0)', OPEN_TREE, tree, "nosuch", 0)
    pick = ok(call(f'fspick(AT_FDCWD, "{new}", FSPICK_CLOEXEC|FSPICK_NO_AUTOMOUNT)', FSPICK, FDCWD, new, 5))
    call(f"fsconfig({pick}, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)", FSCONFIG, pick, 7, None, None, 0)
    call('fsopen("nosuchfs", 0)', FSOPEN, "nosuchfs", 0)
    call("fsopen(NULL, 0x8)", FSOPEN, None, 8)
    for fd in (tree, mnt, pick, fs):
        os.close(fd)
    ok(call(f'umount("{new}", MNT_DETACH)', UMOUNT, new, 2))


def setattr_calls(call):
    make_dirs("new")
    new = f"{RUN}/new"
    ok(libc.mount(b"x", new.encode(), b"tmpfs", 0, b""))
    call.lines.append(f'mount("x", "{new}", "tmpfs", 0, "") = 0')
    call(
        f'mount_setattr(AT_FDCWD, "{new}", AT_RECURSIVE, {{attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NODEV, '
        "attr_clr=MOUNT_ATTR_NOSUID, propagation=MS_PRIVATE, userns_fd=0}, 32)",
        MOUNT_SETATTR, FDCWD, new, 0x8000, attr(5, 2, 1 << 18, 0), 32,
    )
    call(
        f'mount_setattr(AT_FDCWD, "{new}", 0, {{attr_set=MOUNT_ATTR_STRICTATIME|MOUNT_ATTR_IDMAP, '
        "attr_clr=MOUNT_ATTR__ATIME, propagation=0, userns_fd=-1}, 32)",
        MOUNT_SETATTR, FDCWD, new, 0, attr(0x100020, 0x70, 0, (1 << 64) - 1), 32,
    )
    call(f'mount_setattr(AT_FDCWD, "{new}", AT_SYMLINK_NOFOLLOW, NULL, 32)', MOUNT_SETATTR, FDCWD, new, 0x100, None, 32)
    call(f'mount_setattr(AT_FDCWD, "{new}", 0, ?, 32)', MOUNT_SETATTR, FDCWD, new, 0, 16, 32)
    tree = call(
        f'open_tree_attr(AT_FDCWD, "{new}", OPEN_TREE_CLONE, {{attr_set=MOUNT_ATTR_NOEXEC, attr_clr=0, propagation=0, userns_fd=0}}, 32)',
        OPEN_TREE_ATTR, FDCWD, new, 1, attr(8, 0, 0, 0), 32,
    )
    if tree >= 0:
        os.close(tree)
    ok(call(f'umount("{new}", MNT_DETACH)', UMOUNT, new, 2))


def not_in_memory(call):
    """The target's page is in a file, and nobody has touched it."""
    with open("/ext4/ms-target", "wb") as f:
        f.write(f"{RUN}/nowhere".encode() + b"\0" * 100)
        f.flush()
        os.fsync(f.fileno())
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with open("/ext4/ms-target", "rb") as f:
        page = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
        target = (ctypes.c_char * 1).from_buffer(page)
        call(f'umount("{RUN}/nowhere", 0)', UMOUNT, ctypes.c_void_p(ctypes.addressof(target)), 0)
        del target
        page.close()


def in_child(name, do):
    """In a process of that name; its pid."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            libc.prctl(15, name.encode(), 0, 0, 0)
            do()
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise Failure(f"the process {name} failed")
    return pid


def many():
    for i in range(23):
        make_dirs(f"m-{i:02}")
        ok(libc.mount(b"ms-many", f"{RUN}/m-{i:02}".encode(), b"tmpfs", 0, b"size=1m"))
    for i in range(23):
        ok(libc.umount2(f"{RUN}/m-{i:02}".encode(), 0))


def own_namespace():
    ok(libc.unshare(0x20000))
    with open("/run/ms-ns", "w") as f:
        f.write(str(os.stat("/proc/self/ns/mnt").st_ino))
    make_dirs("ns")
    ok(libc.mount(None, b"/", None, 0x44000, None))
    ok(libc.mount(b"ms-ns", f"{RUN}/ns".encode(), b"tmpfs", 0, None))


@fixture
def session():
    s = Bunch()
    os.makedirs(RUN, exist_ok=True)
    elf32.program(
        "/tmp/ms-32",
        (21, "ms-32", f"{RUN}/t32", "tmpfs", 2, "size=1m"),
        (52, f"{RUN}/t32", 2),
        (22, f"{RUN}/t32"),
        (430, "tmpfs", 1),
        (431, 3, 1, "source", "ms-32", 0),
        (429, -1, "", FDCWD, f"{RUN}/t32", 4),
    )
    me = os.getpid()
    s.tools = start(
        plain=["mountsnoop"],
        kprobe=["mountsnoop", "--variant", "kprobe", "-p", me],
        perf=["mountsnoop", "--buffer", "perf", "-p", me],
        parent=["mountsnoop", "-P", "-p", me],
        name=["mountsnoop", "-n", "matrix-mnt"],
    )
    s.parts = {}
    for part in (old_calls, old_failures, new_calls, setattr_calls, not_in_memory):
        calls = Calls()
        try:
            part(calls)
        except Failure as e:
            calls.failed = e
        s.parts[part.__name__] = calls
    s.many = in_child("matrix-mnt", many)
    s.spaced = in_child("matrix-ns", own_namespace)
    make_dirs("t32")
    s.t32 = subprocess.run(["/tmp/ms-32"], stdin=subprocess.DEVNULL, check=False).returncode
    stop(s.tools)
    return s


def expected(session, part):
    calls = session.parts[part]
    if hasattr(calls, "failed"):
        raise calls.failed
    return calls.lines


def lines(tool, pid):
    return [r.file for r in tool.rows() if int(r.pid) == pid]


def same(session, part):
    """The part's calls, in their order, in one piece."""
    want, got = expected(session, part), lines(session.tools.plain, os.getpid())
    at = got.index(want[0]) if want[0] in got else 0
    cut = lambda l: [w if len(w) < 300 else f"{w[:100]}…{len(w)}" for w in l]
    equal(cut(got[at : at + len(want)]), cut(want), note=session.tools.plain.stderr)
    equal(got[at : at + len(want)], want)


@case("mount, bind, remount, umount: as they were called")
def _(session):
    same(session, "old_calls")


@case("those that fail: the error by its name; NULL, what cannot be read, what is cut, unknown flags")
def _(session):
    same(session, "old_failures")


@case("fsopen, fsconfig, fsmount, move_mount, open_tree, fspick")
def _(session):
    same(session, "new_calls")


@case("mount_setattr, open_tree_attr")
def _(session):
    lines_ = expected(session, "setattr_calls")
    if not any("mount_setattr" in l for l in lines_):
        raise Skip("this kernel has no mount_setattr (5.12)")
    true(lines_[1].endswith("}, 32) = 0"), lines_[1])
    same(session, "setattr_calls")


@case("the target is there, though its page was not in memory")
def _(session):
    equal(expected(session, "not_in_memory"), [f'umount("{RUN}/nowhere", 0) = -ENOENT'])
    same(session, "not_in_memory")


@case("23 mounts, 23 umounts: a line each, in order")
def _(session):
    want = [f'mount("ms-many", "{RUN}/m-{i:02}", "tmpfs", 0, "size=1m") = 0' for i in range(23)]
    want += [f'umount("{RUN}/m-{i:02}", 0) = 0' for i in range(23)]
    equal(lines(session.tools.plain, session.many), want, note=session.tools.plain.said())


@case("their comm, pid, tid, mount namespace")
def _(session):
    rows = [r for r in session.tools.plain.rows() if int(r.pid) == session.many]
    here = str(os.stat("/proc/self/ns/mnt").st_ino)
    equal({(r.comm, r.tid, r.ns) for r in rows}, {("matrix-mnt", str(session.many), here)})


@case("another mount namespace has its own number")
def _(session):
    rows = [r for r in session.tools.plain.rows() if int(r.pid) == session.spaced]
    with open("/run/ms-ns") as f:
        equal({r.ns for r in rows}, {f.read()})
    equal([r.file for r in rows], ['mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL) = 0', f'mount("ms-ns", "{RUN}/ns", "tmpfs", 0, NULL) = 0'])


@case("-n: those of that name alone")
def _(session):
    equal({r.comm for r in session.tools.name.rows()}, {"matrix-mnt"})
    equal(len(session.tools.name.rows()), 46)


@case("-P: the parent's name and pid")
def _(session):
    equal(session.tools.parent.heading().split(), ["COMM", "PID", "TID", "PCOMM", "PPID", "MNT_NS", "CALL"])
    with open(f"/proc/{os.getppid()}/comm") as f:
        want = (f.read().strip(), str(os.getppid()))
    equal({(r.pcomm.strip(), r.ppid) for r in session.tools.parent.rows()}, {want})


@case("-p: that process alone; --variant kprobe and --buffer perf: the same lines")
def _(session):
    want = lines(session.tools.plain, os.getpid())
    true(len(want) > 30, f"{len(want)} lines")
    for name in ("kprobe", "parent"):
        equal([r.file for r in session.tools[name].rows()], want, name)
    # A perf buffer is each processor's own: between two of them the order may be another.
    equal(sorted(r.file for r in session.tools.perf.rows()), sorted(want), "perf")


@case("a 32-bit caller's calls, umount of one argument too")
def _(session):
    got = [r.file for r in session.tools.plain.rows() if r.comm == "ms-32"]
    equal(got, [
        f'mount("ms-32", "{RUN}/t32", "tmpfs", MS_NOSUID, "size=1m") = 0',
        f'umount("{RUN}/t32", MNT_DETACH) = 0',
        f'umount("{RUN}/t32", 0) = -EINVAL',
        'fsopen("tmpfs", FSOPEN_CLOEXEC) = 3',
        'fsconfig(3, FSCONFIG_SET_STRING, "source", "ms-32", 0) = 0',
        f'move_mount(-1, "", AT_FDCWD, "{RUN}/t32", MOVE_MOUNT_F_EMPTY_PATH) = -EBADF',
    ])


@case("the heading is BCC's")
def _(session):
    equal(session.tools.plain.heading().split(), ["COMM", "PID", "TID", "MNT_NS", "CALL"])


ending()
main()
