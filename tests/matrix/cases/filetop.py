# SPDX-License-Identifier: Apache-2.0
"""filetop on a real kernel: the sums over all intervals are exact."""

import os
import shutil
import time

from guest import Bunch, Workload, frames, nothing_left, on_terminal, start, stop, table, workload
from harness import case, command, equal, fixture, main, matches, true

table(
    "filetop",
    r"[TP]ID +COMM +READS +WRITES +R_Kb +W_Kb +T FILE",
    r"(?P<id>\d+) +(?P<comm>.{16}) (?P<reads>\d+) +(?P<writes>\d+) +(?P<r_kb>\d+) +(?P<w_kb>\d+) +"
    r"(?P<t>[RSO]) (?P<file>.*)",
)
COUNTS = ("reads", "writes", "r_kb", "w_kb")


def sums(tool, **wanted):
    """Over all intervals, of the rows that have these values."""
    rows = [r for f in frames(tool) for r in f if all(r[k] == str(v) for k, v in wanted.items())]
    return tuple(sum(int(r[c]) for r in rows) for c in COUNTS)


def overlay():
    """A file system that gives an inode's number to the next file, and has no generations."""
    command("modprobe", "-q", "overlay")
    for d in ("/ext4/ft/low", "/ext4/ft/up", "/ext4/ft/work", "/run/ft"):
        os.makedirs(d, exist_ok=True)
    layers = "lowerdir=/ext4/ft/low,upperdir=/ext4/ft/up,workdir=/ext4/ft/work"
    p = command("mount", "-t", "overlay", "-o", layers, "filetop", "/run/ft")
    equal(p.returncode, 0, "mount", p.stderr)


@fixture
def session():
    s = Bunch()
    overlay()
    shutil.rmtree("/tmp/ft", ignore_errors=True)
    os.makedirs("/tmp/ft/a/deep")
    os.makedirs("/tmp/ft/b")
    with open("/tmp/ft/short", "wb") as f:
        f.write(b"x" * 1024)
    s.held = Workload("writes:23:1024:/tmp/ft/held", comm="matrix-held", held=True)
    only = ["-n", "matrix-ft", 2]
    s.tools = start(
        plain=["filetop", *only],
        kprobe=["filetop", "--variant", "kprobe", *only],
        all=["filetop", "-C", "-a", "-P", "-s", "writes", *only],
        dir=["filetop", "--read-only", "-d", "/tmp/ft/a", "-r", 1, "-s", "reads", 2],
        below=["filetop", "--write-only", "-d", "/tmp/ft", "--recursive", "-s", "writes", 2],
        pid=["filetop", "-p", s.held.pid, 5],
    )
    s.held.go().expect_ok()
    s.one = workload(
        "writes:23:1024:/tmp/ft/a/same",
        "writes:46:2048:/tmp/ft/b/same",
        "reads:100:1024:/tmp/ft/a/same",
        "readvs:50:2048:/tmp/ft/b/same",
        "writevs:23:4096:/tmp/ft/vectors",
        "reads:23:65536:/tmp/ft/short:1024",  # bytes done, not asked for
        "writes:5:1024:/tmp/ft/a/deep/below",
        "writes:7:1024:/tmp/ft/a/few",
        *(f"{step}:/run/ft/ov-{i}" for i in range(5) for step in ("writes:3:1024", "unlink")),
        comm="matrix-ft",
    ).expect_ok()
    stop(s.tools, settle=3)
    return s


SAME = (150, 69, 200, 115)


@case("reads and writes of known sizes: exactly these, over all intervals")
def _(session):
    equal(sums(session.tools.plain, file="same"), SAME, note=session.tools.plain.said())
    equal(sums(session.tools.plain, file="vectors"), (0, 23, 0, 92))


@case("bytes are those that were moved, not those asked for")
def _(session):
    equal(sums(session.tools.plain, file="short"), (23, 0, 23, 0), note=session.tools.plain.said())


@case("files of one name in two directories have a row each")
def _(session):
    most = max(len([r for r in f if r.file == "same"]) for f in frames(session.tools.plain))
    equal(most, 2, note=session.tools.plain.said())


@case("overlayfs: files that had the same inode one after the other have a row each")
def _(session):
    got = [sums(session.tools.plain, file=f"ov-{i}") for i in range(5)]
    equal(got, [(0, 3, 0, 3)] * 5, note=session.tools.plain.said())


@case("thread, comm and kind of file")
def _(session):
    rows = [r for f in frames(session.tools.plain) for r in f]
    got = {(int(r.id), r.comm, r.t) for r in rows if r.file in ("same", "vectors")}
    equal(got, {(session.one.pid, "matrix-ft", "R")})


@case("kprobes see the same")
def _(session):
    equal(sums(session.tools.kprobe, file="same"), SAME, note=session.tools.kprobe.said())
    equal(sums(session.tools.kprobe, file="short"), (23, 0, 23, 0))
    equal(sums(session.tools.kprobe, file="vectors"), (0, 23, 0, 92))


@case("only regular files without -a; pipes with it; -P shows processes")
def _(session):
    equal({r.t for f in frames(session.tools.plain) for r in f}, {"R"})
    tool = session.tools.all
    true(sums(tool, file="pipe", t="O")[1] >= 8, "its output goes to a pipe", note=tool.said())
    matches(session.tools.all.stdout, r"(?m)^PID +COMM")
    equal(sums(session.tools.all, file="same", id=session.one.pid), SAME)


@case("-d shows files in that directory alone")
def _(session):
    names = {r.file for f in frames(session.tools.dir) for r in f}
    equal(names, {"same"}, note=session.tools.dir.said())


@case("-d --recursive shows those below it, too")
def _(session):
    equal(sums(session.tools.below, file="below"), (0, 5, 0, 5), note=session.tools.below.said())
    equal(sums(session.tools.below, file="same"), (0, 69, 0, 115))
    equal(sums(session.tools.below, comm="matrix-held"), (0, 23, 0, 23))


@case("-r limits the rows")
def _(session):
    equal(max(len(f) for f in frames(session.tools.dir)), 1, note=session.tools.dir.said())


@case("-s orders them")
def _(session):
    for f in frames(session.tools.below):
        writes = [int(r.writes) for r in f]
        equal(writes, sorted(writes, reverse=True))
    for f in frames(session.tools.plain):
        both = [int(r.r_kb) + int(r.w_kb) for r in f]
        equal(both, sorted(both, reverse=True))


@case("--read-only, --write-only")
def _(session):
    equal(sums(session.tools.dir), (100, 0, 100, 0), note=session.tools.dir.said())
    equal(sums(session.tools.below)[::2], (0, 0), note=session.tools.below.said())


@case("the load average is above each interval's rows")
def _(session):
    lines = session.tools.plain.stdout.split("\n")
    at = lines.index(session.tools.plain.heading())
    matches(lines[at - 2], r"^\d\d:\d\d:\d\d loadavg: \d+\.\d\d \d+\.\d\d \d+\.\d\d \d+/\d+ \d+$")


@case("Ctrl-C prints the last interval and ends with 0")
def _(session):
    equal(sums(session.tools.pid, comm="matrix-held"), (0, 23, 0, 23), note=session.tools.pid.said())
    for t in session.tools.values():
        equal(t.status, 0, note=t.said())


@case("no escape codes where there is no terminal")
def _(session):
    for t in session.tools.values():
        true("\033" not in t.stdout, "an escape code", note=t.said())


@case("on a terminal each interval is drawn over the one before, and its rows suffice")
def _():
    text = on_terminal("bcchost", "filetop", "-a", 1, 2)
    equal(text.count("\033[H"), 2, note=text)
    true("\033[2J" not in text, "cleared", text)
    screen = text.split("\033[H")[1]
    true(screen.count("\n") < 24, f"{screen.count(chr(10))} lines")


@case("on a terminal q ends it")
def _():
    text = on_terminal("bcchost", "filetop", "-a", 1, 100000, press="q", after="\033[H")
    matches(text, r"q: quit, space: pause, s: sorted by all, another")
    matches(text.rsplit("\r\033[K", 1)[1], r"^(\r\n\d\d:\d\d:\d\d loadavg.*)?$")


@case("wrong options are told")
def _():
    for argv, text in (
        (["-s", "size"], "all, reads, writes, rbytes, wbytes"),
        (["-d", "/none"], "No such file"),
        (["-r", "0"], "number of rows"),
        (["--recursive"], "--dir"),
    ):
        p = command("bcchost", "filetop", *argv)
        equal(p.returncode, 2)
        matches(p.stderr, text)


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
