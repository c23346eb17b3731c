# SPDX-License-Identifier: Apache-2.0
"""vfscount on a real kernel: each function by its name, with the calls of one process."""

import os
import shutil
import time

from guest import Bunch, Workload, nothing_left, start, stop, table, workload
from harness import case, command, equal, fixture, info, main, matches, true

table("vfscount", r"ADDR +FUNC +COUNT", r"(?P<addr>[0-9a-f]+) +(?P<file>\S+) +(?P<count>\d+)")


def counts(tool):
    return {r.file: int(r.count) for r in tool.rows()}


@fixture
def session():
    s = Bunch()
    shutil.rmtree("/tmp/vc", ignore_errors=True)
    os.makedirs("/tmp/vc")
    s.held = Workload("writes:23:100:/tmp/vc/held", comm="matrix-held", held=True)
    began = time.time()
    s.tools = start(
        plain=["vfscount", "-n", "matrix-vc"],
        pattern=["vfscount", "^vfs_(un|rea).*", "-n", "matrix-vc"],
        pid=["vfscount", "-p", s.held.pid],
        everyone=["vfscount"],
        timed=["vfscount", 3],
        both=["vfscount", "^vfs_mk.*", 3],
    )
    info(f"six vfscounts were ready after {time.time() - began:.0f} s")
    s.held.go().expect_ok()
    workload(
        "writes:46:100:/tmp/vc/f",
        "reads:230:100:/tmp/vc/f",
        "readvs:7:100:/tmp/vc/f",
        "mkdirs:11:/tmp/vc/d",
        "rmdirs:11:/tmp/vc/d",
        "churn:23:0:/tmp/vc/c-",
        comm="matrix-vc",
    ).expect_ok()
    for t in (s.tools.timed, s.tools.both):
        t.status = t.wait(60)
    began = time.time()
    stop(s.tools)
    info(f"and stopped {time.time() - began - 1:.0f} s after Ctrl-C")
    return s


@case("as many calls as were made, of each function")
def _(session):
    got = counts(session.tools.plain)
    wanted = dict(vfs_read=230, vfs_readv=7, vfs_mkdir=11, vfs_unlink=23)
    equal({f: got.get(f) for f in wanted}, wanted, note=session.tools.plain.said())
    # One a step for what it prints, and what was printed before it had its name.
    true(46 <= got["vfs_write"] <= 54, f"{got['vfs_write']} writes")
    equal(got.get("vfs_rmdir.part.0") or got.get("vfs_rmdir"), 11, note=session.tools.plain.said())


@case("a pattern limits the functions")
def _(session):
    wanted = dict(vfs_read=230, vfs_readv=7, vfs_unlink=23)
    equal(counts(session.tools.pattern), wanted, note=session.tools.pattern.said())


@case("-p counts that process alone")
def _(session):
    got = counts(session.tools.pid)
    true(23 <= got["vfs_write"] <= 25, f"{got['vfs_write']} writes", note=session.tools.pid.said())
    equal(got.get("vfs_mkdir"), None)


@case("each name is a function of this kernel, ADDR where it begins")
def _(session):
    symbols = {}
    with open("/proc/kallsyms") as f:
        for line in f:
            address, _, name = line.split()[:3]
            symbols.setdefault(name, set()).add(int(address, 16))
    rows = session.tools.everyone.rows()
    true(len(rows) > 5, "few functions", note=session.tools.everyone.said())
    for r in rows:
        matches(r.file, "^vfs_")
        true(int(r.addr, 16) in symbols[r.file], f"{r.file} at {r.addr}, not {symbols[r.file]}")


@case("a row for each function that was called, the most called first, none twice")
def _(session):
    for t in (session.tools.everyone, session.tools.plain):
        rows = [int(r.count) for r in t.rows()]
        equal(rows, sorted(rows, reverse=True), note=t.said())
        true(min(rows) > 0, "a row of none")
        equal(len(rows), len(counts(t)))


@case("a word is a duration if it is a number, a pattern if not")
def _(session):
    equal((session.tools.timed.status, session.tools.both.status), (0, 0))
    true(all(f.startswith("vfs_mk") for f in counts(session.tools.both)), "others", note=session.tools.both.said())
    true("vfs_read" in counts(session.tools.timed), "no vfs_read", note=session.tools.timed.said())


@case("wrong patterns are told; one that nothing matches as well")
def _():
    wrong = (("^vfs_(", 2, "regular expression"), ("vfs;", 2, "kernel function"), ("no_such_*", 2, "no_such_"))
    for pattern, code, text in wrong:
        p = command("bcchost", "vfscount", "-P", pattern)
        equal(p.returncode, code, note=p.stderr)
        matches(p.stderr, text)


@case("Ctrl-C prints the counts and ends with 0")
def _(session):
    for t in session.tools.values():
        equal(t.status, 0, note=t.said())


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
