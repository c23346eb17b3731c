# SPDX-License-Identifier: Apache-2.0
"""dirtop on a real kernel: the sums over all intervals are exact."""

import os
import shutil

from guest import Bunch, frames, nothing_left, start, stop, table, workload
from harness import case, command, equal, fixture, main, matches, true

table(
    "dirtop",
    r"READS +WRITES +R_Kb +W_Kb +PATH",
    r"(?P<reads>\d+) +(?P<writes>\d+) +(?P<r_kb>\d+) +(?P<w_kb>\d+) +(?P<file>.*)",
)


def sums(tool):
    """Reads, writes, kilobytes read and written over all intervals, by directory."""
    found = {}
    for r in (r for f in frames(tool) for r in f):
        before = found.get(r.file, (0, 0, 0, 0))
        found[r.file] = tuple(b + int(r[c]) for b, c in zip(before, ("reads", "writes", "r_kb", "w_kb")))
    return found


@fixture
def session():
    s = Bunch()
    for top in ("/tmp/dt", "/ext4/dt"):
        shutil.rmtree(top, ignore_errors=True)
    for d in ("one/x/y/z", "two", "three", "other"):
        os.makedirs("/tmp/dt/" + d)
    os.makedirs("/ext4/dt")
    only = ["-n", "matrix-dt", 2]
    s.tools = start(
        plain=["dirtop", *only],
        kprobe=["dirtop", "--variant", "kprobe", *only],
        roots=["dirtop", "-d", "/tmp/dt/one,/tmp/dt/two", "-d", "/ext4/dt", *only],
        pattern=["dirtop", "-d", "/tmp/dt/t*", "-s", "reads", 2],
        root=["dirtop", "-d", "/", "-r", 1, *only],
        nested=["dirtop", "-d", "/tmp/dt,/tmp/dt/one/x", *only],
        pid=["dirtop", "-p", 1, 2],
    )
    workload(
        "writes:23:1024:/tmp/dt/one/f",
        "writes:46:1024:/tmp/dt/one/x/y/z/f",
        "mkdir:/tmp/dt/two/new",
        "writes:10:4096:/tmp/dt/two/new/f",
        "reads:30:1024:/tmp/dt/two/new/f",
        "readvs:40:2048:/tmp/dt/two/new/f",
        "writes:5:1024:/tmp/dt/three/f",
        "reads:5:65536:/tmp/dt/three/f:1024",
        "writes:3:1024:/tmp/dt/other/f",
        "writes:7:1024:/ext4/dt/f",
        comm="matrix-dt",
    )
    stop(s.tools, settle=3)
    return s


EACH = {
    "/tmp/dt/one": (0, 23, 0, 23),
    "/tmp/dt/one/x/y/z": (0, 46, 0, 46),
    "/tmp/dt/two/new": (70, 10, 110, 40),
    "/tmp/dt/three": (5, 5, 5, 5),
    "/tmp/dt/other": (0, 3, 0, 3),
    "/ext4/dt": (0, 7, 0, 7),
}


@case("without -d: each file's own directory, by its path, across mount points; exact sums")
def _(session):
    equal(sums(session.tools.plain), EACH, note=session.tools.plain.said())


@case("kprobes see the same")
def _(session):
    equal(sums(session.tools.kprobe), EACH, note=session.tools.kprobe.said())


@case("-d DIR,DIR: what is anywhere below counts for them, directories made meanwhile too; no other")
def _(session):
    expected = {"/tmp/dt/one": (0, 69, 0, 69), "/tmp/dt/two": (70, 10, 110, 40), "/ext4/dt": (0, 7, 0, 7)}
    equal(sums(session.tools.roots), expected, note=session.tools.roots.said())


@case("-d with a pattern: all that match")
def _(session):
    expected = {"/tmp/dt/two": (70, 10, 110, 40), "/tmp/dt/three": (5, 5, 5, 5)}
    equal(sums(session.tools.pattern), expected, note=session.tools.pattern.said())


@case("-d /: everything, from other file systems too")
def _(session):
    equal(sums(session.tools.root), {"/": (75, 94, 115, 124)}, note=session.tools.root.said())


@case("of two directories of which one is in the other, the nearest")
def _(session):
    expected = {"/tmp/dt/one/x": (0, 46, 0, 46), "/tmp/dt": (75, 41, 115, 71)}
    equal(sums(session.tools.nested), expected, note=session.tools.nested.said())


@case("-p shows that process alone")
def _(session):
    true(not [p for p in sums(session.tools.pid) if "/dt" in p], "another's", note=session.tools.pid.said())


@case("-s orders the rows, by bytes without it")
def _(session):
    for f in frames(session.tools.plain):
        both = [int(r.r_kb) + int(r.w_kb) for r in f]
        equal(both, sorted(both, reverse=True))
    for f in frames(session.tools.pattern):
        reads = [int(r.reads) for r in f]
        equal(reads, sorted(reads, reverse=True))


@case("Ctrl-C ends all with 0, nothing was lost")
def _(session):
    for t in session.tools.values():
        equal((t.status, t.lost()), (0, 0), note=t.said())


@case("wrong directories are told")
def _():
    for dirs, text in (("/none*", "no such directory"), ("/tmp,/none", "/none"), ("/etc/passwd", "Not a directory")):
        p = command("bcchost", "dirtop", "-d", dirs)
        equal(p.returncode, 2)
        matches(p.stderr, text)


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
