# SPDX-License-Identifier: Apache-2.0
"""biolatency on a real kernel."""

import json
import os
import re
import time
import xml.etree.ElementTree

from guest import Bunch, Workload, ending, histograms, start, stop, workload
from harness import case, command, equal, fixture, main, true

MB = 1 << 20
READS = f"direct-read:/dev/vdb:{MB}:4096:23:65536"
STRAY = 8  # of requests that a kernel may make by itself meanwhile


def total(tool, **members):
    tool.check()
    return sum(h.total for h in histograms(tool.stdout) if members.items() <= h.members.items())


def about(got, expected, tool):
    true(expected <= got <= expected + STRAY, f"{got} requests, not {expected} to {expected + STRAY}", tool.said())


@fixture
def session():
    s = Bunch()
    s.held = Workload(f"direct-read:/dev/vda:{MB}:4096:7:65536", held=True)
    s.tools = start(
        plain=["biolatency", "-d", "vdb"],
        queued=["biolatency", "-Q", "-d", "/dev/vdb"],
        msecs=["biolatency", "-m", "-T", "-d", "vdb"],
        disks=["biolatency", "-D"],
        flags=["biolatency", "-F", "-d", "vdb"],
        both=["biolatency", "-DF"],
        json=["biolatency", "-j", "-D"],
        pid=["biolatency", "-p", s.held.pid],
        comm=["biolatency", "-n", "lat-read"],
        interval=["biolatency", "-T", "-d", "vdb", "3"],
        count=["biolatency", "1", "2"],
        heat=["biolatency", "--heatmap", "-d", "vdb"],
        svg=["biolatency", "-D", "--output", "svg"],
    )
    s.held.go().expect_ok()
    workload(READS, comm="lat-read").expect_ok()
    workload("keep:/dev/vdb:0", "kept-fsync").expect_ok()
    workload(f"batch-read:/dev/vdb:{16 * MB}:4096:8:front").expect_ok()
    time.sleep(4)
    stop(s.tools)
    return s


# 23 reads, a flush, and eight reads that are one request
ALL = 25


@case("23 reads, a flush, eight reads that became one: 25 requests")
def _(session):
    equal(total(session.tools.plain), ALL, note=session.tools.plain.said())
    equal([h.label for h in histograms(session.tools.plain.stdout)], ["usecs"])


@case("latencies are plausible: from 1 us to 30 s")
def _(session):
    (h,) = histograms(session.tools.plain.stdout)
    true(all(low < 30_000_000 for low in h), str(h))
    true(h.get(0, 0) < ALL, "none took a microsecond")


@case("-Q counts the same requests, none of them faster")
def _(session):
    # Each tool reads the clock itself: a processor that was taken away in between lets a few change places.
    equal(total(session.tools.queued), ALL)
    (plain,), (queued,) = (histograms(t.stdout) for t in (session.tools.plain, session.tools.queued))
    for low in plain:
        under = [sum(n for at, n in h.items() if at < low) for h in (plain, queued)]
        true(under[1] <= under[0] + 3, f"under {low} us: {under[0]}, with the queue {under[1]}")


@case("-m counts in milliseconds, -T tells the time")
def _(session):
    (h,) = histograms(session.tools.msecs.stdout)
    equal((h.label, h.total), ("msecs", ALL))
    true(h.clock, "no time", session.tools.msecs.said())


@case("without -T no time is told")
def _(session):
    equal({h.clock for h in histograms(session.tools.disks.stdout)}, {None})


@case("-D: a histogram for each disk")
def _(session):
    equal(total(session.tools.disks, disk="vdb"), ALL, note=session.tools.disks.said())
    about(total(session.tools.disks, disk="vda"), 7, session.tools.disks)


@case("-F: reads, flushes, and their flags")
def _(session):
    tool = session.tools.flags
    got = {h.members["flags"]: h.total for h in histograms(tool.stdout)}
    equal(sum(n for name, n in got.items() if name.split("-")[-1] == "Read"), 24, note=tool.said())
    equal(sum(n for name, n in got.items() if name.split("-")[-1] == "Flush"), 1, note=tool.said())
    equal(sum(got.values()), ALL)


@case("-F names O_DIRECT's reads as what they are: synchronous where the kernel says so")
def _(session):
    flags = {h.members["flags"] for h in histograms(session.tools.flags.stdout)}
    sync = [f for f in flags if re.fullmatch("((Sync|Idle|NoMerge)-)*Read", f) and "Sync" in f]
    note = f"{flags} {session.tools.flags.said()}"
    if sync:
        equal(sum(total(session.tools.flags, flags=f) for f in sync), 23, note=note)
    else:  # 5.10 does not mark them: they are together with what the page cache read
        about(total(session.tools.flags, flags="Read"), 23, session.tools.flags)


@case("-D and -F together")
def _(session):
    got = [h.members for h in histograms(session.tools.both.stdout)]
    true(all(set(m) == {"disk", "flags"} for m in got), str(got))
    equal(total(session.tools.both, disk="vdb"), ALL)


@case("-j: JSON, an object a line")
def _(session):
    tool = session.tools.json
    tool.check()
    lines = [json.loads(l) for l in tool.stdout.splitlines() if l]
    (vdb,) = [l for l in lines if l["disk"] == "vdb"]
    equal(vdb["val_type"], "usecs")
    equal(sum(d["count"] for d in vdb["data"]), ALL, note=tool.said())


@case("-p and -n count one's requests alone")
def _(session):
    equal(total(session.tools.pid), 7, note=session.tools.pid.said())
    equal(total(session.tools.comm), 23, note=session.tools.comm.said())


@case("an interval: several outputs, each counted anew, the last at Ctrl-C")
def _(session):
    tool = session.tools.interval
    equal(total(tool), ALL, note=tool.said())
    clocks = [l for l in tool.stdout.splitlines() if l.count(":") == 2 and l[:2].isdigit()]
    true(len(clocks) >= 2, "fewer than two outputs", tool.said())


@case("an interval and a count: it ends by itself")
def _(session):
    equal(session.tools.count.status, 0, note=session.tools.count.said())
    true(not session.tools.count.alive(), "still there")


@case("--heatmap: a map of the run, a column a second")
def _(session):
    tool = session.tools.heat
    tool.check()
    lines = tool.stdout.splitlines()
    true(re.match(r"usecs, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d, a column is 1 s$", lines[0]), lines[0])
    rows = [l.split("|", 1) for l in lines if re.match(r" *\d+ \|", l)]
    true(rows and len({len(cells) for _, cells in rows}) == 1, "no map", tool.stdout)
    true(len(rows[0][1]) >= 4, "fewer than four columns", tool.stdout)
    # The requests came in the first seconds; the legend says how many each mark stands for, at least and at most.
    legend = {m: (int(a), int(b or a)) for m, a, b in re.findall(r"  (\S) (\d+)(?:-(\d+))?", lines[-1])}
    marks = [legend[c] for _, cells in rows for c in cells if c != " "]
    true(sum(a for a, _ in marks) <= ALL <= sum(b for _, b in marks), f"not {ALL} requests", tool.stdout)


@case("--output svg: a picture with every request in it")
def _(session):
    tool = session.tools.svg
    tool.check()
    root = xml.etree.ElementTree.fromstring(tool.stdout)
    ns = "{http://www.w3.org/2000/svg}"
    counts = {}
    for group in root.findall(ns + "g"):
        (name,) = [t.text for t in group.findall(ns + "text") if t.text.startswith("disk = ")]
        tips = [r.find(ns + "title").text for r in group.findall(ns + "rect")]
        counts[name.split(":")[0]] = sum(int(t.rsplit(": ", 1)[1]) for t in tips)
    equal(counts.get("disk = vdb"), ALL, note=tool.stdout)
    said = " ".join(t.text for t in root.iter(ns + "text"))
    true("bcchost biolatency -D --output svg" in said and os.uname().release in said, said)


@case("a disk that is not there")
def _():
    p = command("bcchost", "biolatency", "-d", "nosuchdisk")
    equal(p.returncode, 2, p.stderr)
    true("no disk nosuchdisk" in p.stderr, p.stderr)


ending()
main()
