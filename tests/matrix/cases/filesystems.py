# SPDX-License-Identifier: Apache-2.0
"""What the tools of one file system have in common: their file systems, what is done on them, and the cases
of FSslower and FSdist. Not a case file itself: those of the tools say `slower("xfs")`."""

import csv
import io
import os
import time

from guest import Bunch, Tool, Workload, histograms, nothing_left, start, stop, table, workload
from harness import Failure, Skip, case, command, equal, fixture, main, true

MB = 1 << 20
DISKS = {"ext4": "vda", "xfs": "vdb", "btrfs": "vdc"}
SLOW = "/sys/fs/cgroup/slow"
WRITES = [1000 + i for i in range(23)]
RDWR_CREAT, APPEND, SYNC = "0x42", "0x401", "0x101001"


def loaded(module):
    with open("/proc/modules") as f:
        return any(l.split()[0] == module for l in f)


def place(fs):
    """Where it is mounted. Only ext4 is from the beginning."""
    return "/ext4" if fs == "ext4" else f"/run/{fs}"


def unload(fs):
    """So that the tool has to load it."""
    command("umount", place(fs))
    command("modprobe", "-r", fs)
    if loaded(fs):
        raise Failure(f"the module {fs} cannot be unloaded")


def mount(fs):
    os.makedirs(place(fs), exist_ok=True)
    p = command("mount", "-t", fs, f"/dev/{DISKS[fs]}", place(fs))
    if p.returncode:
        raise Failure(f"cannot mount: {p.stderr}")


def on_demand(fs, s, tool):
    """A tool that starts before its file system is there; then the file system."""
    if fs != "ext4":
        unload(fs)
        s.first = Tool(tool, "--verbose").ready()
        s.loaded = loaded(fs)
        s.first.stop()
        mount(fs)


def slow_reader(fs, path, mbytes):
    """A read past the page cache of so many MB in a cgroup that may read one a second."""
    with open("/sys/fs/cgroup/cgroup.subtree_control", "w") as f:
        f.write("+io")
    os.makedirs(SLOW, exist_ok=True)
    st = os.stat(f"/dev/{DISKS[fs]}")
    with open(f"{SLOW}/io.max", "w") as f:
        f.write(f"{os.major(st.st_rdev)}:{os.minor(st.st_rdev)} rbps={MB}")
    into = ("sh", "-c", f'echo $$ >{SLOW}/cgroup.procs; exec "$@"', "sh")
    return workload(f"direct-read:{path}:0:{mbytes * MB}:1:0", comm="fs-slow", prefix=into).expect_ok()


def big_file(path, mbytes):
    with open(path, "wb") as f:
        for _ in range(mbytes):
            f.write(os.urandom(MB))
        os.fsync(f.fileno())


def steps(path):
    """An open, 23 writes, a sync, 23 reads of what was written."""
    return [
        f"keep:{path}:{RDWR_CREAT}",
        *[f"kept-write:{n}" for n in WRITES],
        "kept-fsync",
        "kept-seek:0",
        *[f"kept-read:{n}" for n in WRITES],
    ]


def slower(fs):
    name = f"{fs}slower"
    table(
        name,
        r"TIME +COMM +PID +T BYTES +OFF_KB +LAT\(ms\) FILENAME|ENDTIME_us,TASK,PID,TYPE,BYTES,OFFSET_b,LATENCY_us,FILE",
        r"(?P<time>[\d:]{8}) (?P<comm>.{16}) (?P<pid>\d+) +(?P<t>[RWOS]) (?P<bytes>-?\d+) +(?P<off>\d+) +"
        r"(?P<lat>\d+\.\d\d) (?P<file>.*)",
    )
    top = place(fs)

    @fixture
    def session():
        s = Bunch()
        on_demand(fs, s, name)
        os.makedirs(f"{top}/here/below", exist_ok=True)
        big_file(f"{top}/fs-big", 2)
        s.held = Workload(*steps(f"{top}/fs-held"), held=True)
        s.tools = start(
            all=[name, "0"],
            slow=[name, "300"],
            default=[name],
            csv=[name, "-j", "0", "-n", "fs-one"],
            pid=[name, "0", "-p", s.held.pid],
            dir=[name, "--min-ms", "0", "--dir", f"{top}/here"],
        )
        s.held.go().expect_ok()
        s.one = workload(*steps(f"{top}/fs-one"), "kept-read:10", comm="fs-one").expect_ok()
        s.end = sum(WRITES)
        workload(f"keep:{top}/fs-one:{APPEND}", "kept-write:77", comm="fs-append").expect_ok()
        workload(f"keep:{top}/fs-one:0", f"kept-seek:{s.end - 500}", "kept-read:4096", comm="fs-short").expect_ok()
        workload(f"keep:{top}/fs-one:{SYNC}", "kept-write:5", comm="fs-sync").expect_ok()
        s.send = workload(f"keep:{top}/fs-one:0", "kept-seek:4096", "kept-sendfile:8192", comm="fs-send").expect_ok()
        workload(f"create:{top}/here/di-in", f"create:{top}/here/below/di-deep", f"create:{top}/di-out").expect_ok()
        s.slow = slow_reader(fs, f"{top}/fs-big", 2)
        stop(s.tools)
        return s

    def rows(session, comm, t=None):
        return [r for r in session.tools.all.rows() if r.comm == comm and t in (None, r.t)]

    if fs != "ext4":

        @case("its module is loaded on demand, before anything is mounted")
        def _(session):
            true(session.loaded, "not loaded", session.first.said())
            true(f"module {fs}" in session.first.stderr, "--verbose does not say so", session.first.said())
            equal(session.first.status, 0)

    @case("23 writes: 23 lines with the bytes and the place of each")
    def _(session):
        got = [(int(r.bytes), int(r.off)) for r in rows(session, "fs-one", "W")]
        at = [sum(WRITES[:i]) for i in range(23)]
        equal(got, [(n, o // 1024) for n, o in zip(WRITES, at)], note=session.tools.all.said())

    @case("23 reads and one at the end, which reads nothing")
    def _(session):
        equal([int(r.bytes) for r in rows(session, "fs-one", "R")], [*WRITES, 0], note=session.tools.all.said())

    @case("the open and the sync: no bytes, the file's name")
    def _(session):
        got = [(r.t, int(r.bytes), int(r.off), r.file) for r in rows(session, "fs-one") if r.t in "OS"]
        equal(got, [("O", 0, 0, "fs-one"), ("S", 0, 0, "fs-one")])

    @case("their pid; latencies are plausible")
    def _(session):
        for r in rows(session, "fs-one"):
            equal(int(r.pid), session.one.pid)
            true(0 <= float(r.lat) < 30000, f"LAT(ms) {r.lat}")

    @case("a read that wants more than there is: the bytes that it got")
    def _(session):
        equal([int(r.bytes) for r in rows(session, "fs-short", "R")], [577], note=session.tools.all.said())

    @case("an append is where it came to stand")
    def _(session):
        (r,) = rows(session, "fs-append", "W")
        equal((int(r.bytes), int(r.off)), (77, session.end // 1024))

    @case("a write of a file opened with O_SYNC: the write and its sync")
    def _(session):
        equal(sorted(r.t for r in rows(session, "fs-sync")), ["O", "S", "W"], note=session.tools.all.said())

    @case("sendfile is a read")
    def _(session):
        got = rows(session, "fs-send", "R")
        if fs == "btrfs" and not got and tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 5):
            raise Skip("this kernel's btrfs has no function of its own for splice's reads")
        equal(sum(int(r.bytes) for r in got), 8192, note=session.tools.all.said())
        equal(int(got[0].off), 4)

    @case("300: only what took longer, the read that was held up for two seconds")
    def _(session):
        reads = [r for r in session.tools.slow.rows() if r.t == "R"]
        # A machine that stood still made another slow.
        true(all(float(r.lat) > 300 for r in reads), "a fast one", session.tools.slow.said())
        got = [r for r in reads if r.comm == "fs-slow"]
        equal([(r.file, int(r.bytes)) for r in got], [("fs-big", 2 * MB)], note=session.tools.slow.said())
        true(500 < float(got[0].lat) < 30000, f"LAT(ms) {got[0].lat}")

    @case("without a number 10 ms is the least")
    def _(session):
        true(any(r.comm == "fs-slow" for r in session.tools.default.rows()), "not the slow one", session.tools.default.said())
        true(all(float(r.lat) >= 10 for r in session.tools.default.rows()), session.tools.default.said())

    @case("-p shows that process alone")
    def _(session):
        equal({int(r.pid) for r in session.tools.pid.rows()}, {session.held.pid}, note=session.tools.pid.said())
        equal(len(session.tools.pid.rows()), 1 + 23 + 1 + 23)

    @case("--dir shows that directory alone")
    def _(session):
        equal({r.file for r in session.tools.dir.rows()}, {"di-in"}, note=session.tools.dir.said())

    @case("-j: comma-separated, times in microseconds, the offset in bytes")
    def _(session):
        session.tools.csv.check()
        lines = list(csv.reader(io.StringIO(session.tools.csv.stdout)))
        equal(lines[0], "ENDTIME_us,TASK,PID,TYPE,BYTES,OFFSET_b,LATENCY_us,FILE".split(","))
        writes = [l for l in lines[1:] if l[3] == "W"]
        equal([(int(l[4]), int(l[5])) for l in writes], [(n, sum(WRITES[:i])) for i, n in enumerate(WRITES)])
        equal({(l[1], int(l[2]), l[7]) for l in lines[1:]}, {("fs-one", session.one.pid, "fs-one")})
        ends = [int(l[0]) for l in writes]
        true(ends == sorted(ends) and ends[-1] / 1e6 < time.clock_gettime(time.CLOCK_MONOTONIC), f"ends {ends}")
        true(all(0 <= int(l[6]) < 30_000_000 for l in writes), "latencies", session.tools.csv.said())

    @case("a time that is none")
    def _():
        for word in ("-1", "ten", "1.5"):
            equal(command("bcchost", name, word).returncode, 2, word)

    ending(fs)


def dist(fs):
    name = f"{fs}dist"
    top = place(fs)

    @fixture
    def session():
        s = Bunch()
        on_demand(fs, s, name)
        os.makedirs(f"{top}/here", exist_ok=True)
        big_file(f"{top}/fs-big", 2)
        s.held = Workload(*steps(f"{top}/fs-held"), held=True)
        s.tools = start(
            plain=[name],
            msecs=[name, "-m"],
            pid=[name, "-p", s.held.pid],
            interval=[name, "2"],
            silent=[name, "-T", "2"],
            dir=[name, "--dir", f"{top}/here"],
            count=[name, "1", "2"],
        )
        s.held.go().expect_ok()
        workload(*steps(f"{top}/fs-one")).expect_ok()
        workload(f"create:{top}/here/one", f"create:{top}/here/two", f"create:{top}/three").expect_ok()
        # A call under way is lost to all fexit programs of its function when one of them goes.
        s.tools.count.wait(60)
        slow_reader(fs, f"{top}/fs-big", 2)
        time.sleep(2)
        stop(s.tools)
        return s

    def totals(tool):
        tool.check()
        got = {}
        for h in histograms(tool.stdout):
            operation = h.members["operation"]
            got[operation] = got.get(operation, 0) + h.total
        return got

    # two processes do the steps; three files are created; one is read slowly
    everything = {"read": 47, "write": 46, "open": 6, "fsync": 2}

    if fs != "ext4":

        @case("its module is loaded on demand, before anything is mounted")
        def _(session):
            true(session.loaded, "not loaded", session.first.said())
            true(f"module {fs}" in session.first.stderr, "--verbose does not say so", session.first.said())

    @case("a histogram for each operation, with exactly what was done")
    def _(session):
        equal(totals(session.tools.plain), everything, note=session.tools.plain.said())
        equal([h.members["operation"] for h in histograms(session.tools.plain.stdout)], ["read", "write", "open", "fsync"])
        equal({h.label for h in histograms(session.tools.plain.stdout)}, {"usecs"})

    @case("the read that was held up for two seconds is where it belongs")
    def _(session):
        read = histograms(session.tools.plain.stdout)[0]
        equal(sum(n for low, n in read.items() if 1 << 19 <= low < 1 << 25), 1, note=session.tools.plain.said())

    @case("-m counts in milliseconds")
    def _(session):
        tool = session.tools.msecs
        equal(totals(tool), everything, note=tool.said())
        equal({h.label for h in histograms(tool.stdout)}, {"msecs"})
        equal(sum(n for low, n in histograms(tool.stdout)[0].items() if 512 <= low < 1 << 15), 1, note=tool.said())

    @case("-p counts that process's alone")
    def _(session):
        equal(totals(session.tools.pid), {"read": 23, "write": 23, "open": 1, "fsync": 1}, note=session.tools.pid.said())

    @case("--dir counts that directory's alone")
    def _(session):
        equal(totals(session.tools.dir), {"open": 2}, note=session.tools.dir.said())

    @case("an interval: counted anew each time, the last at Ctrl-C, with the time")
    def _(session):
        tool = session.tools.interval
        equal(totals(tool), everything, note=tool.said())
        true(all(h.clock for h in histograms(tool.stdout)), "no time", tool.said())

    @case("-T: without the time")
    def _(session):
        tool = session.tools.silent
        equal(totals(tool), everything, note=tool.said())
        equal({h.clock for h in histograms(tool.stdout)}, {None})
        equal({h.clock for h in histograms(session.tools.plain.stdout)}, {None}, "without an interval")

    @case("an interval and a count: it ends by itself")
    def _(session):
        equal(session.tools.count.status, 0, note=session.tools.count.said())

    ending(fs)


def ending(fs):
    @case("Ctrl-C ends all with 0, nothing was lost")
    def _(session):
        for t in session.tools.values():
            equal(t.status, 0, note=t.said())
            equal(t.lost(), 0)

    @case("nothing is left in the kernel")
    def _(session):
        if fs != "ext4":
            command("umount", place(fs))
        equal(nothing_left(), [])

    main()
