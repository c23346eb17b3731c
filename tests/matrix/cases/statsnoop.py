# SPDX-License-Identifier: Apache-2.0
"""statsnoop on a real kernel."""

import os

from guest import Bunch, Workload, ending, start, stop, table, workload
from harness import Failure, Skip, case, equal, fixture, main, true

table(
    "statsnoop",
    r"(TIME\(s\) +)?(PID|TID) +COMM +FD +ERR +(SYSCALL +)?PATH",
    r"((?P<elapsed>\d+\.\d+) +)?(?P<pid>\d+) +(?P<comm>.{16}) +(?P<fd>-?\d+) +(?P<err>\d+) (?:(?P<call>[a-z]\w{3,11}) +)?(?P<file>.*)",
)

# The steps, and what they print: path, errno. By descriptor, the last component is shown.
STEPS = [
    ("stat:/tmp/ss/mk-stat", "/tmp/ss/mk-stat", 0),
    ("stat:/tmp/ss/mk-missing", "/tmp/ss/mk-missing", 2),
    ("lstat:/tmp/ss/mk-link", "/tmp/ss/mk-link", 0),
    ("stat:/tmp/ss/mk-link", "/tmp/ss/mk-link", 2),
    ("newfstatat:/tmp/ss/mk-at", "/tmp/ss/mk-at", 0),
    ("newfstatat:/tmp/ss/mk-at/mk-x", "/tmp/ss/mk-at/mk-x", 20),
    ("statx:/tmp/ss/mk-statx", "/tmp/ss/mk-statx", 0),
    ("statx:/tmp/ss/mk-nostatx", "/tmp/ss/mk-nostatx", 2),
    ("statfs:/tmp/ss/mk-statfs", "/tmp/ss/mk-statfs", 0),
    ("statfs:/tmp/ss/mk-nostatfs", "/tmp/ss/mk-nostatfs", 2),
]
BY_FD = [
    ("fstat:/tmp/ss/fd-1", "fd-1"),
    ("fstatfs:/tmp/ss/fd-2", "fd-2"),
    ("newfstatat-fd:/tmp/ss/fd-3", "fd-3"),
    ("statx-fd:/tmp/ss/fd-4", "fd-4"),
]
UNTOUCHED = [(f"untouched:{op}:/tmp/ss/un-{op}", f"/tmp/ss/un-{op}") for op in ("stat", "lstat", "newfstatat", "statx", "statfs")]


@fixture
def session():
    s = Bunch()
    os.makedirs("/tmp/ss", exist_ok=True)
    os.makedirs("/root/ss", exist_ok=True)
    for name in ("mk-stat", "mk-at", "mk-statx", "mk-statfs", "fd-1", "fd-2", "fd-3", "fd-4", "us-1", "th-1", "b32-1"):
        open(f"/tmp/ss/{name}", "w").close()
    open("/root/ss/ov-1", "w").close()
    os.symlink("nowhere", "/tmp/ss/mk-link")
    s.main = Workload(*(step for step, *_ in STEPS), *(step for step, _ in BY_FD), comm="matrix-stat", held=True)
    s.tools = start(
        plain=["statsnoop"],
        kprobe=["statsnoop", "--variant", "kprobe", "-n", "matrix-"],
        failed=["statsnoop", "-x", "-n", "matrix-stat"],
        pid=["statsnoop", "-p", s.main.pid],
        time=["statsnoop", "-t", "-s", "-n", "matrix-"],
        user=["statsnoop", "-u", 1234],
    )
    s.main.go()
    s.many = workload(*(f"stat:/tmp/ss/one-{i:02}" for i in range(23)), comm="matrix-one")
    workload("stat:/tmp/ss/us-1", comm="matrix-user", uid=1234).expect_ok()
    s.untouched = workload(*(step for step, _ in UNTOUCHED), comm="matrix-far")
    s.odd = workload("fstat-bad:99", "fstat-pipe", comm="matrix-odd")
    workload("stat:/root/ss/ov-1", "fstat:/root/ss/ov-1", "statfs:/root/ss/ov-1", comm="matrix-ov").expect_ok()
    try:
        s.narrow = workload("stat64:/tmp/ss/b32-1", "fstatat64:/tmp/ss/b32-2", "statfs64:/tmp/ss/b32-1", comm="matrix-32")
    except Failure:
        s.narrow = None
    stop(s.tools)
    return s


def of(tool, comm):
    return [r for r in tool.rows() if r.comm == comm]


def expected_main(session):
    descriptors = {name: fd for (_, name), (_, fd, _) in zip(BY_FD, session.main.results[len(STEPS) :])}
    rows = [(path, -1 if err else 0, err) for _, path, err in STEPS]
    return rows + [(name, descriptors[name], 0) for _, name in BY_FD]


def shown(rows):
    return [(r.file, int(r.fd), int(r.err)) for r in rows]


@case("stat, lstat, newfstatat, statx, statfs, and those by descriptor: a line each, with FD and ERR")
def _(session):
    equal([r[2] for r in session.main.results[: len(STEPS)]], [err for *_, err in STEPS], "errno of the steps")
    true(all(fd > 2 for _, fd, _ in session.main.results[len(STEPS) :]), session.main.results)
    rows = of(session.tools.plain, "matrix-stat")
    equal(shown(rows), expected_main(session), note=session.tools.plain.said())
    equal({int(r.pid) for r in rows}, {session.main.pid})


@case("--variant kprobe: the same")
def _(session):
    equal(shown(of(session.tools.kprobe, "matrix-stat")), expected_main(session), note=session.tools.kprobe.said())


@case("23 calls: 23 lines")
def _(session):
    got = [(int(r.pid), r.comm, r.file, int(r.fd), int(r.err)) for r in session.tools.plain.rows("one-")]
    equal(got, [(session.many.pid, "matrix-one", f"/tmp/ss/one-{i:02}", -1, 2) for i in range(23)])


@case("a path on a page that was not touched yet is shown all the same")
def _(session):
    expected = [(path, -1, 2) for _, path in UNTOUCHED]
    equal(shown(of(session.tools.plain, "matrix-far")), expected, note=session.tools.plain.said())
    equal(shown(of(session.tools.kprobe, "matrix-far")), expected, note=session.tools.kprobe.said())


@case("-x: only failed ones")
def _(session):
    equal(session.tools.failed.files(), [path for _, path, err in STEPS if err], note=session.tools.failed.said())


@case("-p: that process alone")
def _(session):
    equal(shown(session.tools.pid.rows()), expected_main(session), note=session.tools.pid.said())


@case("-t: seconds since the first, never backwards")
def _(session):
    times = [float(r.elapsed) for r in of(session.tools.time, "matrix-stat")]
    equal(len(times), len(STEPS) + len(BY_FD), note=session.tools.time.said())
    equal(times[0], 0.0)
    equal(times, sorted(times))
    true(0 < times[-1] < 60, f"the last one at {times[-1]}")


@case("-s: the system call")
def _(session):
    got = [r.call for r in of(session.tools.time, "matrix-stat")]
    steps = [step.split(":")[0].removesuffix("-fd") for step, *_ in STEPS + BY_FD]
    equal(got, steps, note=session.tools.time.said())
    if session.narrow:
        equal([r.call for r in of(session.tools.time, "matrix-32")], ["stat64", "fstatat64", "statfs64"])


@case("-u: that user alone")
def _(session):
    equal(shown(session.tools.user.rows("us-")), [("/tmp/ss/us-1", 0, 0)], note=session.tools.user.said())


@case("a descriptor that is not open; a pipe")
def _(session):
    pipe = session.odd.results[1][1]
    got = shown(of(session.tools.plain, "matrix-odd"))
    equal(got, [("-", 99, 9), ("pipefs", pipe, 0)], note=session.tools.plain.said())


@case("overlayfs: each call once")
def _(session):
    got = [(r.file, int(r.err)) for r in of(session.tools.plain, "matrix-ov")]
    equal(got, [("/root/ss/ov-1", 0), ("ov-1", 0), ("/root/ss/ov-1", 0)], note=session.tools.plain.said())


@case("32-bit programs: stat64, fstatat64, statfs64")
def _(session):
    if not session.narrow:
        raise Skip("this kernel runs no 32-bit calls")
    got = shown(of(session.tools.plain, "matrix-32"))
    equal(got, [("/tmp/ss/b32-1", 0, 0), ("/tmp/ss/b32-2", -1, 2), ("/tmp/ss/b32-1", 0, 0)], note=session.tools.plain.said())


@case("the heading is BCC's; under 80 columns for short paths")
def _(session):
    equal(session.tools.plain.heading().split(), ["PID", "COMM", "FD", "ERR", "PATH"])
    widest = max(len(l) for l in session.tools.plain.body() if "matrix-stat" in l)
    true(widest < 80, f"{widest} columns")


ending()
main()
