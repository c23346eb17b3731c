# SPDX-License-Identifier: Apache-2.0
"""syncsnoop on a real kernel."""

import os

from guest import Bunch, Workload, ending, start, stop, table, workload
from harness import Failure, Skip, case, command, equal, fixture, main, true

table(
    "syncsnoop",
    r"TIME +(PID|TID) +COMM +CALL +FILE",
    r"(?P<time>[\d:]{8}) +(?P<pid>\d+) +(?P<comm>.{16}) (?P<call>\w+) +(?P<file>.*)",
)

STEPS = [
    ("sync", ("sync", "-")),
    ("syncfs:/ext4/sy/mk-syncfs", ("syncfs", "mk-syncfs")),
    ("fsync:/ext4/sy/mk-fsync", ("fsync", "mk-fsync")),
    ("fdatasync:/ext4/sy/mk-fdatasync", ("fdatasync", "mk-fdatasync")),
    ("sync_file_range:/ext4/sy/mk-range", ("sync_file_range", "mk-range")),
    ("msync:/ext4/sy/mk-msync", ("msync", "mk-msync")),
    ("msync-async:/ext4/sy/mk-async", ("msync", "-")),
    ("msync-memory", ("msync", "-")),
    ("fsync-bad:99", ("fsync", "-")),
    ("fsync:/tmp/sy/mk-tmpfs", ("fsync", "mk-tmpfs")),
]
CALLS = [printed for _, printed in STEPS]


@fixture
def session():
    s = Bunch()
    for d in ("/ext4/sy", "/tmp/sy", "/root/sy"):
        os.makedirs(d, exist_ok=True)
    for step, _ in STEPS:
        path = step.partition(":")[2]
        if path.startswith("/"):
            open(path, "w").close()
    for path in ["/root/sy/ov-1", "/tmp/sy/b32-1", *(f"/tmp/sy/one-{i:02}" for i in range(23))]:
        open(path, "w").close()
    s.main = Workload(*(step for step, _ in STEPS), comm="matrix-sync", held=True)
    s.tools = start(
        plain=["syncsnoop"],
        kprobe=["syncsnoop", "--variant", "kprobe"],
        pid=["syncsnoop", "-p", s.main.pid],
        user=["syncsnoop", "-u", 1234],
    )
    s.main.go()
    s.many = workload(*(f"fsync:/tmp/sy/one-{i:02}" for i in range(23)), comm="matrix-one").expect_ok()
    workload("sync", comm="matrix-user", uid=1234).expect_ok()
    workload("fsync:/root/sy/ov-1", "fdatasync:/root/sy/ov-1", "msync:/root/sy/ov-1", comm="matrix-ov").expect_ok()
    command("sync", "-f", "/ext4")
    try:
        s.narrow = workload("fsync32:/tmp/sy/b32-1").expect_ok()
    except Failure:
        s.narrow = None
    stop(s.tools)
    return s


def of(tool, comm):
    return [(r.call, r.file) for r in tool.rows() if r.comm == comm]


@case("each call of the family: a line, in order, with the file that it is about")
def _(session):
    equal([r[2] for r in session.main.results], [9 if "bad" in step else 0 for step, _ in STEPS], "errno of the steps")
    equal(of(session.tools.plain, "matrix-sync"), CALLS, note=session.tools.plain.said())


@case("--variant kprobe: the same")
def _(session):
    equal(of(session.tools.kprobe, "matrix-sync"), CALLS, note=session.tools.kprobe.said())


@case("23 calls: 23 lines, with their pid and comm")
def _(session):
    got = [(int(r.pid), r.comm, r.call, r.file) for r in session.tools.plain.rows("one-")]
    equal(got, [(session.many.pid, "matrix-one", "fsync", f"one-{i:02}") for i in range(23)])


@case("-p: that process alone")
def _(session):
    equal([(r.call, r.file) for r in session.tools.pid.rows()], CALLS, note=session.tools.pid.said())
    equal({int(r.pid) for r in session.tools.pid.rows()}, {session.main.pid})


@case("-u: that user alone")
def _(session):
    equal([(r.comm, r.call) for r in session.tools.user.rows()], [("matrix-user", "sync")], note=session.tools.user.said())


@case("overlayfs: each call once")
def _(session):
    expected = [("fsync", "ov-1"), ("fdatasync", "ov-1"), ("msync", "ov-1")]
    equal(of(session.tools.plain, "matrix-ov"), expected, note=session.tools.plain.said())


@case("the root of a mount is called as where it is mounted")
def _(session):
    equal(of(session.tools.plain, "sync"), [("syncfs", "ext4")], note=session.tools.plain.said())


@case("32-bit programs")
def _(session):
    if not session.narrow:
        raise Skip("this kernel runs no 32-bit calls")
    equal([r.call for r in session.tools.plain.rows("b32-")], ["fsync"], note=session.tools.plain.said())


@case("under 80 columns for short names")
def _(session):
    equal(session.tools.plain.heading().split(), ["TIME", "PID", "COMM", "CALL", "FILE"])
    widest = max(len(l) for l in session.tools.plain.body() if "matrix-sync" in l)
    true(widest < 80, f"{widest} columns")


ending()
main()
