# SPDX-License-Identifier: Apache-2.0
"""vfsstat on a real kernel: rates, as a sum over the intervals."""

import os
import time

from guest import Bunch, nothing_left, per_second, start, stop, table, workload
from harness import case, command, equal, fixture, main, matches, true

KINDS = ["READ", "WRITE", "FSYNC", "OPEN", "CREATE", "UNLINK", "MKDIR", "RMDIR"]
table(
    "vfsstat",
    r"TIME +" + " +".join(k + "/s" for k in KINDS),
    r"(?P<time>\d\d:\d\d:\d\d) +" + " +".join(rf"(?P<{k.lower()}>\d+)" for k in KINDS),
)
EVERY = 6  # seconds: of what a machine under emulation is late by, many times as much


def calls(tool, kind):
    return per_second(tool, kind, EVERY)


def about(tool, kind, expected, more=0):
    """A rate is a whole number, of an interval that may be longer than asked for, or shorter after such
    a one: a quarter more or less. `more` calls of the process's own, which we do not count, there may be."""
    got, rows = calls(tool, kind), len(tool.rows())
    least, most = expected * 0.75 - EVERY * rows, (expected + more) * 1.25 + EVERY * rows
    true(least <= got <= most, f"{kind}: expected {expected}, got {got}", note=tool.said())


@fixture
def session():
    s = Bunch()
    os.makedirs("/ext4/vs", exist_ok=True)
    s.tools = start(
        plain=["vfsstat", "-n", "matrix-vs", EVERY],
        kprobe=["vfsstat", "--variant", "kprobe", "-n", "matrix-vs", "--interval", EVERY],
        pid=["vfsstat", "-p", os.getpid(), EVERY],
        count=["vfsstat", 1, 2],
        last=["vfsstat", "-n", "matrix-vs", 3000],
    )
    s.begun = time.time()
    s.pid_reads = len([os.pread(f, 1, 0) for f in [os.open("/etc/passwd", os.O_RDONLY)] for _ in range(1000)])
    workload(
        "chdir:/ext4/vs",
        "writes:1000:512:f",
        "writevs:500:512:f",
        "reads:2000:512:f",
        "readvs:1000:512:f",
        "fsyncs:300:f",
        "churn:400:0:c-",
        "mkdirs:350:d-",
        "rmdirs:350:d-",
        comm="matrix-vs",
    ).expect_ok()
    time.sleep(EVERY + 1)
    stop(s.tools)
    return s


@case("23 · 100 and more calls of each kind, within a quarter: reads and vectored ones")
def _(session):
    about(session.tools.plain, "read", 3000)


@case("writes and vectored ones")
def _(session):
    about(session.tools.plain, "write", 1500, more=20)


@case("fsync, whatever the compiler made of vfs_fsync_range")
def _(session):
    about(session.tools.plain, "fsync", 300)


@case("opened files; created ones, which open(2) does not make by vfs_create; removed ones")
def _(session):
    about(session.tools.plain, "open", 405)
    about(session.tools.plain, "create", 401)
    about(session.tools.plain, "unlink", 400)


@case("directories made and removed")
def _(session):
    about(session.tools.plain, "mkdir", 350)
    about(session.tools.plain, "rmdir", 350)


@case("kprobes count the same")
def _(session):
    made = dict(open=405, create=401, unlink=400, mkdir=350, rmdir=350)
    for kind, n in dict(read=3000, write=1500, fsync=300, **made).items():
        about(session.tools.kprobe, kind, n, more=20)


@case("-p counts that process alone")
def _(session):
    got = calls(session.tools.pid, "read")
    true(session.pid_reads * 0.75 <= got, f"{got} reads", note=session.tools.pid.said())
    equal(calls(session.tools.pid, "rmdir"), 0)


@case("interval and count: two lines, then it stops by itself")
def _(session):
    equal(len(session.tools.count.rows()), 2, note=session.tools.count.said())
    equal(session.tools.count.status, 0)


@case("Ctrl-C prints the last interval and ends with 0")
def _(session):
    equal(len(session.tools.last.rows()), 1, note=session.tools.last.said())
    true(int(session.tools.last.rows()[0].read) > 0, "nothing in it", note=session.tools.last.said())
    for t in session.tools.values():
        equal(t.status, 0, note=t.said())


@case("a wrong interval is told")
def _():
    p = command("bcchost", "vfsstat", "x")
    equal(p.returncode, 2)
    matches(p.stderr, "interval")


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
