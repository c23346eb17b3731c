# SPDX-License-Identifier: Apache-2.0
"""filegone on a real kernel."""

import os

from guest import Bunch, Workload, ending, start, stop, table, workload
from harness import case, equal, fixture, main, true

table(
    "filegone",
    r"TIME +PID +COMM +ACTION +FILE",
    r"(?P<time>[\d:]{8}) +(?P<pid>\d+) +(?P<comm>.{16}) (?P<action>DELETE|RENAME) (?P<file>.*)",
)

LONG = "lo-" + "x" * 249 + "end"  # 255 bytes
LONGER = "lo-" + "y" * 249 + "end"


@fixture
def session():
    s = Bunch()
    for d in ("/tmp/fg/a", "/tmp/fgother", "/root/fg", "/ext4/fg", "/tmp/gone"):
        os.makedirs(d, exist_ok=True)
    st = os.stat("/ext4/fg")
    s.held = Workload("create:/tmp/gone/he-1", "rename:/tmp/gone/he-1:/tmp/gone/he-2", "unlink:/tmp/gone/he-2", comm="matrix-held", held=True)
    s.tools = start(
        plain=["filegone"],
        kprobe=["filegone", "--variant", "kprobe"],
        pid=["filegone", "-p", s.held.pid],
        comm=["filegone", "-n", "matrix-one"],
        dir=["filegone", "--dir", "/tmp/fg"],
        below=["filegone", "--dir", "/tmp/fg", "--recursive"],
        inode=["filegone", "-i", f"{os.major(st.st_dev)}:{os.minor(st.st_dev)}:{st.st_ino}"],
    )
    s.held.go().expect_ok()
    s.one = workload("churn:23:0.1:/tmp/gone/one-", comm="matrix-one").expect_ok()
    s.made = workload(
        "create:/tmp/gone/mk-1",
        "rename:/tmp/gone/mk-1:/tmp/gone/mk-2",
        "create:/tmp/gone/mk-3",
        "rename:/tmp/gone/mk-2:/tmp/gone/mk-3",  # onto one that is there
        "mkdir:/tmp/gone/mk-dir",
        "rename:/tmp/gone/mk-dir:/tmp/gone/mk-dir2",
        "rename:/tmp/gone/mk-3:/tmp/gone/mk-dir2/mk-4",  # into another directory
        "mkfifo:/tmp/gone/mk-fifo",
        "symlink:/tmp/gone/mk-link",
        "exchange:/tmp/gone/mk-fifo:/tmp/gone/mk-link",
        "unlink:/tmp/gone/mk-link",
        "unlink:/tmp/gone/mk-fifo",
        "unlink:/tmp/gone/mk-dir2/mk-4",
        "rmdir:/tmp/gone/mk-dir2",
    ).expect_ok()
    s.not_gone = workload(
        "mkdir:/tmp/gone/ng-dir",
        "create:/tmp/gone/ng-dir/ng-1",
        "link:/tmp/gone/ng-dir/ng-1:/tmp/gone/ng-dir/ng-2",
        "unlink:/tmp/gone/ng-missing",  # ENOENT
        "rmdir:/tmp/gone/ng-dir",  # ENOTEMPTY
        "unlink:/tmp/gone/ng-dir",  # EISDIR
        "rmdir:/tmp/gone/ng-dir/ng-1",  # ENOTDIR
        "rename:/tmp/gone/ng-missing:/tmp/gone/ng-3",  # ENOENT
        "rename:/tmp/gone/ng-dir/ng-1:/tmp/gone/ng-dir/ng-2",  # two names of one file: does nothing
        "rename:/tmp/gone/ng-dir:/tmp/gone/ng-dir/ng-1",  # EINVAL
    )
    workload("create:/tmp/fg/in-1", "create:/tmp/fg/a/in-2", "create:/tmp/fgother/in-3", "rename:/tmp/fg/in-1:/tmp/fgother/in-4", "unlink:/tmp/fg/a/in-2", "unlink:/tmp/fgother/in-3", "unlink:/tmp/fgother/in-4").expect_ok()
    workload("create:/ext4/fg/ex-1", "rename:/ext4/fg/ex-1:/ext4/fg/ex-2", "unlink:/ext4/fg/ex-2", "create:/ext4/ex-3", "unlink:/ext4/ex-3").expect_ok()
    workload("create:/root/fg/ov-1", "rename:/root/fg/ov-1:/root/fg/ov-2", "unlink:/root/fg/ov-2", "mkdir:/root/fg/ov-dir", "rmdir:/root/fg/ov-dir").expect_ok()
    workload(f"create:/tmp/{LONG}", f"rename:/tmp/{LONG}:/tmp/{LONGER}", f"unlink:/tmp/{LONGER}").expect_ok()
    stop(s.tools)
    return s


def seen(tool, mark=""):
    return [(r.action, r.file) for r in tool.rows(mark)]


@case("23 files deleted: 23 lines, their names in order")
def _(session):
    equal(seen(session.tools.plain, "one-"), [("DELETE", f"one-{i:02}") for i in range(23)], note=session.tools.plain.said())


@case("their pid and comm")
def _(session):
    equal({(int(r.pid), r.comm) for r in session.tools.plain.rows("one-")}, {(session.one.pid, "matrix-one")})


MADE = [
    ("RENAME", "mk-1 > mk-2"),
    ("RENAME", "mk-2 > mk-3"),
    ("RENAME", "mk-dir > mk-dir2"),
    ("RENAME", "mk-3 > mk-4"),
    ("RENAME", "mk-fifo <> mk-link"),
    ("DELETE", "mk-link"),
    ("DELETE", "mk-fifo"),
    ("DELETE", "mk-4"),
    ("DELETE", "mk-dir2"),
]


@case("renames with both names, exchanges, deletions of files and directories: a line each, in order")
def _(session):
    equal(seen(session.tools.plain, "mk-"), MADE, note=session.tools.plain.said())


@case("--variant kprobe: the same")
def _(session):
    equal(seen(session.tools.kprobe, "mk-"), MADE, note=session.tools.kprobe.said())


@case("what fails, and what changes nothing, is not printed")
def _(session):
    equal([r[2] for r in session.not_gone.results], [0, 0, 0, 2, 39, 21, 20, 2, 0, 22], "errno of the steps")
    equal(seen(session.tools.plain, "ng-"), [])
    equal(seen(session.tools.kprobe, "ng-"), [])


@case("-p shows that pid alone")
def _(session):
    equal(seen(session.tools.pid), [("RENAME", "he-1 > he-2"), ("DELETE", "he-2")], note=session.tools.pid.said())


@case("-n shows that comm alone")
def _(session):
    equal(len(session.tools.comm.rows()), 23, note=session.tools.comm.said())


@case("--dir: what goes away from that directory")
def _(session):
    equal(seen(session.tools.dir), [("RENAME", "in-1 > in-4")], note=session.tools.dir.said())


@case("--dir --recursive: and from those below")
def _(session):
    equal(seen(session.tools.below), [("RENAME", "in-1 > in-4"), ("DELETE", "in-2")], note=session.tools.below.said())


@case("-i: a directory by its inode, on ext4")
def _(session):
    equal(seen(session.tools.inode), [("RENAME", "ex-1 > ex-2"), ("DELETE", "ex-2")], note=session.tools.inode.said())


@case("overlayfs: each once, though two file systems see it")
def _(session):
    expected = [("RENAME", "ov-1 > ov-2"), ("DELETE", "ov-2"), ("DELETE", "ov-dir")]
    equal(seen(session.tools.plain, "ov-"), expected, note=session.tools.plain.said())
    equal(seen(session.tools.kprobe, "ov-"), expected, note=session.tools.kprobe.said())


@case("two names of 255 bytes, whole")
def _(session):
    equal(seen(session.tools.plain, "lo-"), [("RENAME", f"{LONG} > {LONGER}"), ("DELETE", LONGER)])


@case("the heading is BCC's; under 80 columns for short names")
def _(session):
    equal(session.tools.plain.heading().split(), ["TIME", "PID", "COMM", "ACTION", "FILE"])
    widest = max(len(l) for l in session.tools.plain.body() if "one-" in l)
    true(widest < 80, f"{widest} columns")


ending()
main()
