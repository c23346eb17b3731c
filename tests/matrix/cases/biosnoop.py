# SPDX-License-Identifier: Apache-2.0
"""biosnoop on a real kernel."""

import fcntl
import os
import struct
import time

from guest import Bunch, Tool, Workload, nothing_left, start, stop, table, workload
from harness import Failure, case, command, equal, fixture, main, true

table(
    "biosnoop",
    r"TIME\(s\) +COMM +PID +DISK +T SECTOR +BYTES +(QUE\(ms\) +)?LAT\(ms\)",
    r"(?P<time>\d+\.\d{6}) +(?P<comm>.{16}) (?P<pid>\d+) +(?P<disk>\S+) +(?P<t>[RWFDEZOPM]) (?P<sector>\d+) +"
    r"(?P<bytes>\d+) +((?P<que>\d+\.\d\d) +)?(?P<lat>\d+\.\d\d)",
)

MB = 1 << 20
DISK = "vda"
FILE = "/ext4/biosnoop"


def marked(tool, comm, t=None):
    return [r for r in tool.rows() if r.comm == comm and (t is None or r.t == t)]


def places(rows):
    return [(int(r.sector), int(r.bytes)) for r in rows]


def sector_of(path, offset):
    """Where on the disk that byte of the file is."""
    size = os.statvfs(path).f_bsize
    with open(path, "rb") as f:
        block = struct.unpack("i", fcntl.ioctl(f, 1, struct.pack("i", offset // size)))[0]  # FIBMAP
    return (block * size + offset % size) // 512


@fixture
def session():
    s = Bunch()
    with open(FILE, "wb") as f:
        f.write(os.urandom(MB))
        os.fsync(f.fileno())
    s.held = Workload(f"direct-read:/dev/{DISK}:{8 * MB}:4096:3:65536", comm="io-held", held=True)
    s.tools = start(
        plain=["biosnoop"],
        queue=["biosnoop", "-Q"],
        disk=["biosnoop", "-d", "vdb"],
        path=["biosnoop", "--disk", "/dev/vdb"],
        pid=["biosnoop", "-p", s.held.pid],
        comm=["biosnoop", "-n", "io-read"],
    )
    s.held.go().expect_ok()
    s.read = workload(f"direct-read:/dev/{DISK}:{MB}:12288:23:65536", comm="io-read").expect_ok()
    s.write = workload(f"direct-write:{FILE}:8192:4096:23:16384", comm="io-write").expect_ok()
    s.other = workload(f"direct-read:/dev/vdb:{MB}:4096:5:65536", comm="io-other").expect_ok()
    s.flush = workload("keep:/dev/vdb:0", "kept-fsync", comm="io-flush").expect_ok()
    s.back = workload(f"batch-read:/dev/{DISK}:{16 * MB}:4096:8", comm="io-back").expect_ok()
    s.front = workload(f"batch-read:/dev/{DISK}:{24 * MB}:4096:8:front", comm="io-front").expect_ok()
    s.synced = workload(f"keep:{FILE}:1", "kept-write:4096", "kept-fsync", comm="io-synced").expect_ok()
    stop(s.tools)
    return s


@case("23 reads: 23 lines with their sectors and bytes, in order")
def _(session):
    got = places(marked(session.tools.plain, "io-read"))
    equal(got, [((MB + i * 65536) // 512, 12288) for i in range(23)], note=session.tools.plain.said())


@case("their pid, disk and letter")
def _(session):
    got = {(int(r.pid), r.disk, r.t) for r in marked(session.tools.plain, "io-read")}
    equal(got, {(session.read.pid, DISK, "R")})


@case("23 writes to a file: the sectors where the file is")
def _(session):
    rows = marked(session.tools.plain, "io-write", "W")
    equal(places(rows), [(sector_of(FILE, 8192 + i * 16384), 4096) for i in range(23)], note=session.tools.plain.said())
    equal({int(r.pid) for r in rows}, {session.write.pid})


@case("latencies are plausible")
def _(session):
    for r in marked(session.tools.plain, "io-read") + marked(session.tools.plain, "io-write"):
        true(0 < float(r.lat) < 30000, f"LAT(ms) {r.lat}")


@case("times go up, in seconds from the first line")
def _(session):
    times = [float(r.time) for r in marked(session.tools.plain, "io-read")]
    equal(times, sorted(times))
    first = float(session.tools.plain.rows()[0].time)
    true(first < 0.5, f"the first line says {first}")
    true(times[-1] < session.read.ended - session.tools.plain.started, f"the last read is at {times[-1]}")


@case("-Q: a column with the time in the queue")
def _(session):
    rows = marked(session.tools.queue, "io-read")
    equal(len(rows), 23, note=session.tools.queue.said())
    for r in rows:
        true(r.que is not None and 0 <= float(r.que) < 30000, f"QUE(ms) {r.que}")
    true(all(r.que is None for r in session.tools.plain.rows()), "without -Q there is no such column")


@case("-d shows that disk alone, by name or by path")
def _(session):
    for tool in (session.tools.disk, session.tools.path):
        equal({r.disk for r in tool.rows()}, {"vdb"}, note=tool.said())
        equal(len(marked(tool, "io-other", "R")), 5)


@case("-p shows that process's I/O alone")
def _(session):
    equal(places(session.tools.pid.rows()), [((8 * MB + i * 65536) // 512, 4096) for i in range(3)])
    equal({int(r.pid) for r in session.tools.pid.rows()}, {session.held.pid})


@case("-n shows that command's I/O alone")
def _(session):
    equal({r.comm for r in session.tools.comm.rows()}, {"io-read"})
    equal(len(session.tools.comm.rows()), 23)


@case("a flush of the disk's cache: F, of the process that asked for it")
def _(session):
    rows = marked(session.tools.plain, "io-flush", "F")
    equal([(int(r.pid), r.disk, int(r.sector), int(r.bytes)) for r in rows], [(session.flush.pid, "vdb", 0, 0)], note=session.tools.plain.said())
    true(float(rows[0].lat) < 30000, f"LAT(ms) {rows[0].lat}")


@case("an fsync of a file on ext4 flushes its disk")
def _(session):
    true(any(r.t == "F" and r.disk == DISK for r in session.tools.plain.rows()), "no F", session.tools.plain.said())


@case("adjacent reads join: 7 lines M behind the first, one request of all")
def _(session):
    at = 16 * MB // 512
    equal(places(marked(session.tools.plain, "io-back", "M")), [(at + 8 * i, 4096) for i in range(1, 8)], note=session.tools.plain.said())
    equal(places(marked(session.tools.plain, "io-back", "R")), [(at, 32768)])


@case("they join in front, too, and the request is still their process's")
def _(session):
    at = 24 * MB // 512
    equal(places(marked(session.tools.plain, "io-front", "M")), [(at + 8 * i, 4096) for i in range(6, -1, -1)], note=session.tools.plain.said())
    rows = marked(session.tools.plain, "io-front", "R")
    equal(places(rows), [(at, 32768)])
    equal({int(r.pid) for r in rows}, {session.front.pid})


@case("a disk that is not there, and a partition's or other file's name")
def _():
    for name in ("nosuchdisk", "/dev/null", "../vda"):
        p = command("bcchost", "biosnoop", "-d", name)
        equal(p.returncode, 2, p.stderr)
        true("no disk" in p.stderr or "name" in p.stderr, p.stderr)


@case("under 80 columns")
def _(session):
    widest = max(len(l) for l in session.tools.plain.body())
    true(widest < 80, f"{widest} columns")


@case("Ctrl-C ends all with 0, nothing was lost")
def _(session):
    for t in session.tools.values():
        equal(t.status, 0, note=t.said())
        equal(t.lost(), 0)


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
