# SPDX-License-Identifier: Apache-2.0
"""fileslower on a real kernel."""

import fcntl
import os
import time

from guest import Bunch, Workload, ending, start, stop, table, workload
from harness import case, equal, fixture, main, true

table(
    "fileslower",
    r"TIME\(s\) +COMM +TID +D +BYTES +LAT\(ms\) +FILENAME",
    r"(?P<elapsed>\d+\.\d{3}) +(?P<comm>.{16}) (?P<tid>\d+) +(?P<d>[RW][VS]?) +(?P<bytes>\d+) +(?P<lat>\d+\.\d\d) (?P<file>.*)",
)

FIFREEZE, FITHAW = 0xC0045877, 0xC0045878
FROZEN = 1.5  # seconds

# The steps, and what they print: direction, bytes, name. The file has 5000 bytes.
STEPS = [
    ("read:/ext4/fs/io-1:9000", ("R", 5000, "io-1")),
    ("pread:/ext4/fs/io-1:1000", ("R", 1000, "io-1")),
    ("readv:/ext4/fs/io-1:3000", ("RV", 3000, "io-1")),
    ("preadv:/ext4/fs/io-1:9000", ("RV", 5000, "io-1")),
    ("write:/ext4/fs/io-2:4097", ("W", 4097, "io-2")),
    ("pwrite:/ext4/fs/io-2:10", ("W", 10, "io-2")),
    ("writev:/ext4/fs/io-2:1001", ("WV", 1001, "io-2")),
    ("pwritev:/ext4/fs/io-2:1002", ("WV", 1002, "io-2")),
    ("splice-from:/ext4/fs/io-1:2000", ("RS", 2000, "io-1")),
    ("splice-to:/ext4/fs/io-2:2001", ("WS", 2001, "io-2")),
    ("sendfile:/ext4/fs/io-1:/ext4/fs/io-2:9000", ("RS", 5000, "io-1 > io-2")),
    ("copy_file_range:/ext4/fs/io-1:/ext4/fs/io-2:3000", ("RS", 3000, "io-1 > io-2")),
]
PRINTED = [printed for _, printed in STEPS]

# What has to wait when the file system is frozen.
SLOW = {
    "write:/ext4/fs/fz-1:1000": ("W", 1000, "fz-1"),
    "writev:/ext4/fs/fz-2:1000": ("WV", 1000, "fz-2"),
    "splice-to:/ext4/fs/fz-3:1000": ("WS", 1000, "fz-3"),
    "sendfile:/tmp/fs/fz-from:/ext4/fs/fz-4:1000": ("RS", 1000, "fz-from > fz-4"),
}


def asleep(workload):
    """In a call that waits for the file system."""
    with open(f"/proc/{workload.pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "D"


def write_while_frozen():
    directory = os.open("/ext4", os.O_RDONLY)
    fcntl.ioctl(directory, FIFREEZE, 0)
    try:
        waiting = [Workload(step, comm="matrix-slow") for step in SLOW]
        end = time.monotonic() + 10
        while time.monotonic() < end and not all(map(asleep, waiting)):
            time.sleep(0.1)
        time.sleep(FROZEN)
    finally:
        fcntl.ioctl(directory, FITHAW, 0)
        os.close(directory)
    return [w.done().expect_ok() for w in waiting]


@fixture
def session():
    s = Bunch()
    for d in ("/ext4/fs", "/tmp/fs", "/root/fs"):
        os.makedirs(d, exist_ok=True)
    for path in ("/ext4/fs/io-1", "/tmp/fs/fz-from", "/tmp/fs/one", "/root/fs/ov-1", "/tmp/fs/di-1"):
        with open(path, "w") as f:
            f.write("x" * 5000)
    for path in ("/ext4/fs/io-2", "/root/fs/ov-2", *(f"/ext4/fs/fz-{i}" for i in range(1, 5))):
        open(path, "w").close()
    s.main = Workload(*(step for step, _ in STEPS), comm="matrix-io", held=True)
    # Those for all reads and writes look at the workload only, not at each other's output.
    s.tools = start(
        plain=["fileslower"],
        all=["fileslower", "-n", "matrix-", 0],
        kprobe=["fileslower", "--variant", "kprobe", "-n", "matrix-", "--min-ms", 0],
        pid=["fileslower", "-p", s.main.pid, 0],
        dir=["fileslower", "--dir", "/tmp/fs", "--recursive", 0],
        late=["fileslower", "-a", "-n", "matrix-late", 700],
        hour=["fileslower", 3600000],
    )
    s.main.go().expect_ok()
    s.many = workload(*(f"read:/tmp/fs/one:{i * 100 + 1}" for i in range(23)), comm="matrix-one").expect_ok()
    s.late = workload("late-pipe", "late-socket", comm="matrix-late").expect_ok()
    workload("write:/root/fs/ov-1:100", "read:/root/fs/ov-1:200", "readv:/root/fs/ov-1:300", "sendfile:/root/fs/ov-1:/root/fs/ov-2:400", "copy_file_range:/root/fs/ov-1:/root/fs/ov-2:500", comm="matrix-ov").expect_ok()
    workload("read:/tmp/fs/di-1:77", "read:/ext4/fs/io-1:77", comm="matrix-dir").expect_ok()
    s.slow = write_while_frozen()
    stop(s.tools)
    return s


def of(tool, comm):
    return [(r.d, int(r.bytes), r.file) for r in tool.rows() if r.comm == comm]


@case("0: each read and write of a file, plain, vectored and spliced: a line, with the bytes done")
def _(session):
    equal(of(session.tools.all, "matrix-io"), PRINTED, note=session.tools.all.said())


@case("--variant kprobe: the same")
def _(session):
    equal(of(session.tools.kprobe, "matrix-io"), PRINTED, note=session.tools.kprobe.said())


@case("23 reads: 23 lines, with their thread, comm, sizes and latencies")
def _(session):
    rows = [r for r in session.tools.all.rows() if r.comm == "matrix-one"]
    expected = [(session.many.pid, "R", i * 100 + 1, "one") for i in range(23)]
    equal([(int(r.tid), r.d, int(r.bytes), r.file) for r in rows], expected, note=session.tools.all.said())
    true(all(0 <= float(r.lat) < 30000 for r in rows), [r.lat for r in rows])


@case("10 ms by default: what has to wait, as long as it waited")
def _(session):
    rows = [r for r in session.tools.plain.rows() if r.comm == "matrix-slow"]
    equal(sorted((r.d, int(r.bytes), r.file) for r in rows), sorted(SLOW.values()), note=session.tools.plain.said())
    equal({int(r.tid) for r in rows}, {w.pid for w in session.slow})
    true(all(FROZEN * 1000 <= float(r.lat) < 30000 for r in rows), [r.lat for r in rows])


@case("all that is printed by default took 10 ms")
def _(session):
    true(all(float(r.lat) >= 10 for r in session.tools.plain.rows()), session.tools.plain.said())


@case("a longer time: none of it")
def _(session):
    equal(session.tools.hour.rows(), [])


@case("-a: pipes and sockets, too")
def _(session):
    rows = session.tools.late.rows()
    equal([(r.d, int(r.bytes), r.file[:4]) for r in rows], [("R", 100, "pipe"), ("R", 100, "UNIX")], note=session.tools.late.said())
    true(all(700 <= float(r.lat) < 30000 for r in rows), [r.lat for r in rows])
    equal(of(session.tools.all, "matrix-late"), [])


@case("-p: that process alone")
def _(session):
    equal([(r.d, int(r.bytes), r.file) for r in session.tools.pid.rows()], PRINTED, note=session.tools.pid.said())


@case("--dir --recursive: files below that directory alone")
def _(session):
    equal(of(session.tools.dir, "matrix-dir"), [("R", 77, "di-1")], note=session.tools.dir.said())
    equal(of(session.tools.dir, "matrix-io"), [])


@case("overlayfs: each once")
def _(session):
    expected = [("W", 100, "ov-1"), ("R", 200, "ov-1"), ("RV", 300, "ov-1"), ("RS", 400, "ov-1 > ov-2"), ("RS", 500, "ov-1 > ov-2")]
    equal(of(session.tools.all, "matrix-ov"), expected, note=session.tools.all.said())
    equal(of(session.tools.kprobe, "matrix-ov"), expected, note=session.tools.kprobe.said())


@case("the heading is BCC's; under 80 columns for short names")
def _(session):
    equal(session.tools.all.heading().split(), ["TIME(s)", "COMM", "TID", "D", "BYTES", "LAT(ms)", "FILENAME"])
    widest = max(len(l) for l in session.tools.all.body() if "matrix-one" in l)
    true(widest < 80, f"{widest} columns")


ending()
main()
