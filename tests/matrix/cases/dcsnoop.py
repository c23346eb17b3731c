# SPDX-License-Identifier: Apache-2.0
"""dcsnoop on a real kernel."""

import os

from guest import Bunch, Workload, ending, start, stop, table, workload
from harness import case, equal, fixture, main, true

table(
    "dcsnoop",
    r"TIME\(s\) +(PID|TID) +COMM +T +FILE",
    r"(?P<elapsed>\d+\.\d{6}) +(?P<pid>\d+) +(?P<comm>.{16}) (?P<kind>[MR]) (?P<file>.*)",
)

MISSING = [f"one-{i:02}" for i in range(23)]
LONG = "lo-" + "x" * 249 + "end"  # 255 bytes


@fixture
def session():
    s = Bunch()
    os.makedirs("/ext4/dcs/deep/er", exist_ok=True)
    os.makedirs("/root/dcs", exist_ok=True)
    for path in ("deep/er/co-1", "co-2", "wa-1", "re-1", "un-1"):
        open(f"/ext4/dcs/{path}", "w").close()
    s.cold = Workload("chdir:/ext4/dcs", "stat:deep/er/co-1", "openat:co-2:0", "openat:co-2:0", comm="matrix-cold", held=True)
    s.tools = start(
        plain=["dcsnoop"],
        all=["dcsnoop", "-a", "-n", "matrix-"],
        kprobe=["dcsnoop", "-a", "-n", "matrix-", "--variant", "kprobe"],
        pid=["dcsnoop", "-p", s.cold.pid],
        user=["dcsnoop", "-u", 1234],
    )
    with open("/proc/sys/vm/drop_caches", "w") as f:
        f.write("2\n")
    s.cold.go().expect_ok()
    s.missing = workload("chdir:/ext4/dcs", *(f"stat:{name}" for name in MISSING), comm="matrix-gone")
    workload("chdir:/ext4/dcs", *(f"stat:{name}" for name in MISSING), comm="matrix-again")
    workload("chdir:/ext4/dcs", "create:cr-1", "mkdir:cr-2", "unlink:cr-1", "rename:cr-2:cr-3", "rmdir:cr-3", comm="matrix-make").expect_ok()
    workload("chdir:/ext4/dcs", f"stat:{LONG}", comm="matrix-long")
    workload("stat:/ext4/dcs/us-1", comm="matrix-user", uid=1234)
    stop(s.tools)
    return s


def of(tool, comm, *names):
    """Of the names that begin so: the two calls that a workload's start makes are of no interest."""
    return [(r.kind, r.file) for r in tool.rows() if r.comm == comm and r.file.startswith(names)]


@case("23 names that are not there: 23 misses, each once, in order")
def _(session):
    rows = [r for r in session.tools.plain.rows() if r.comm == "matrix-gone" and r.file.startswith("one-")]
    equal([(r.kind, r.file) for r in rows], [("M", name) for name in MISSING], note=session.tools.plain.said())
    equal({int(r.pid) for r in rows}, {session.missing.pid})


@case("the same names again: the cache knows that they are not there")
def _(session):
    equal(of(session.tools.plain, "matrix-again", "one-"), [])
    equal(of(session.tools.all, "matrix-again", "one-"), [("R", name) for name in MISSING], note=session.tools.all.said())


COLD = [("M", "deep"), ("M", "er"), ("M", "co-1"), ("M", "co-2")]


@case("names that the cache had forgotten: each component of a path a miss, once")
def _(session):
    equal(of(session.tools.plain, "matrix-cold", "deep", "er", "co-"), COLD, note=session.tools.plain.said())


@case("-a: those that were found, too")
def _(session):
    equal(of(session.tools.all, "matrix-cold", "deep", "er", "co-"), [*COLD, ("R", "co-2")], note=session.tools.all.said())
    equal(of(session.tools.plain, "matrix-cold", "co-2"), [("M", "co-2")])


MAKE = [("M", "cr-1"), ("M", "cr-2"), ("R", "cr-1"), ("R", "cr-2"), ("M", "cr-3"), ("R", "cr-3")]


@case("what creates asks the file system first; what removes and renames finds the name")
def _(session):
    equal(of(session.tools.all, "matrix-make", "cr-"), MAKE, note=session.tools.all.said())


@case("--variant kprobe: the same")
def _(session):
    equal(of(session.tools.kprobe, "matrix-make", "cr-"), MAKE, note=session.tools.kprobe.said())
    equal(of(session.tools.kprobe, "matrix-cold", "deep", "er", "co-"), [*COLD, ("R", "co-2")])
    equal(of(session.tools.kprobe, "matrix-again", "one-"), [("R", name) for name in MISSING])


@case("a name of 255 bytes, whole")
def _(session):
    equal(of(session.tools.plain, "matrix-long", "lo-"), [("M", LONG)], note=session.tools.plain.said())


@case("-p: that process alone")
def _(session):
    got = [(r.kind, r.file) for r in session.tools.pid.rows() if r.file.startswith(("deep", "er", "co-"))]
    equal(got, COLD, note=session.tools.pid.said())
    equal({int(r.pid) for r in session.tools.pid.rows()}, {session.cold.pid})


@case("-u: that user alone")
def _(session):
    equal([(r.comm, r.kind, r.file) for r in session.tools.user.rows("us-")], [("matrix-user", "M", "us-1")], note=session.tools.user.said())


@case("TIME(s) begins at 0 and never goes back within a process")
def _(session):
    rows = session.tools.pid.rows()
    times = [float(r.elapsed) for r in rows]
    equal(times[0], 0.0)
    equal(times, sorted(times))
    true(times[-1] < 60, f"the last one at {times[-1]}")


@case("the heading is BCC's; under 80 columns for short names")
def _(session):
    equal(session.tools.plain.heading().split(), ["TIME(s)", "PID", "COMM", "T", "FILE"])
    widest = max(len(l) for l in session.tools.plain.body() if "one-" in l)
    true(widest < 80, f"{widest} columns")


ending()
main()
