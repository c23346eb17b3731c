# SPDX-License-Identifier: Apache-2.0
"""dcstat on a real kernel: what is looked up in one directory, name by name."""

import os
import time

from guest import Bunch, ending, per_second, start, stop, table, workload
from harness import case, fixture, main, true

table(
    "dcstat",
    r"TIME +REFS/s +SLOW/s +MISS/s +HIT%",
    r"(?P<time>\d\d:\d\d:\d\d) +(?P<refs>\d+) +(?P<slow>\d+) +(?P<miss>\d+) +(?P<hit>[\d.]+|-)",
)
EVERY = 6


def about(tool, refs, slow, miss):
    """Of each kind so many, within a quarter; the steps look up two or three names of their own."""
    rows = tool.rows()
    for kind, expected in dict(refs=refs, slow=slow, miss=miss).items():
        got = per_second(tool, kind, EVERY)
        least, most = expected * 0.75 - EVERY * len(rows), expected * 1.25 + 5 + EVERY * len(rows)
        true(least <= got <= most, f"{kind}: expected {expected}, got {got}", note=tool.said())


@fixture
def session():
    s = Bunch()
    os.makedirs("/ext4/dc", exist_ok=True)
    open("/ext4/dc/there", "w").close()
    for i in range(800):
        open(f"/ext4/dc/old-{i:02}", "w").close()
    s.tools = start(
        there=["dcstat", "-n", "matrix-there", EVERY],
        missing=["dcstat", "-n", "matrix-missing", EVERY],
        create=["dcstat", "-n", "matrix-create", EVERY],
        kprobe=["dcstat", "--variant", "kprobe", "-n", "matrix-create", EVERY],
        cold=["dcstat", "-n", "matrix-cold", EVERY],
        again=["dcstat", "-n", "matrix-again", EVERY, 100],
    )
    with open("/proc/sys/vm/drop_caches", "w") as f:
        f.write("2\n")
    workload("chdir:/ext4/dc", "opens:800:old-", comm="matrix-cold")
    workload("chdir:/ext4/dc", "look:2000:there", comm="matrix-there").expect_ok()
    workload("chdir:/ext4/dc", "stats:800:none-", comm="matrix-missing")
    workload("chdir:/ext4/dc", "stats:800:none-", comm="matrix-again")
    workload("chdir:/ext4/dc", "churn:800:0:new-", comm="matrix-create").expect_ok()
    time.sleep(EVERY + 1)
    stop(s.tools)
    return s


@case("2000 names that are in the cache: no miss, nothing slow")
def _(session):
    about(session.tools.there, 2000, 0, 0)


@case("800 names that are not there: fast lookups that miss are misses, each once")
def _(session):
    about(session.tools.missing, 800, 800, 800)


@case("the same names again: the cache knows that they are not there")
def _(session):
    about(session.tools.again, 800, 0, 0)


@case("800 files opened that the cache had forgotten: each a miss, once")
def _(session):
    about(session.tools.cold, 800, 800, 800)


@case("800 files created and removed: slow all, and a miss when they are created")
def _(session):
    about(session.tools.create, 1600, 1600, 800)


@case("kprobes count the same")
def _(session):
    about(session.tools.kprobe, 1600, 1600, 800)


@case("HIT% is what was in the cache, in percent; nothing is no percentage")
def _(session):
    def percent(tool):
        return [float(r.hit) for r in tool.rows() if int(r.refs) > 20]

    def most(tool):
        """Of the interval with the most of them: in one with few, those of the workload's start count."""
        return float(max(tool.rows(), key=lambda r: int(r.refs)).hit)

    true(most(session.tools.there) > 99, "there", note=session.tools.there.said())
    true(most(session.tools.missing) < 5, "missing", note=session.tools.missing.said())
    create = percent(session.tools.create)
    true(min(create) < 60 and max(create) > 40, "create", note=session.tools.create.said())
    there = session.tools.there
    true(any(r.hit == "-" for r in there.rows()), "an idle interval", note=there.said())


ending()
main()
