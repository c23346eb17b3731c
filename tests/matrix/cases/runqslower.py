# SPDX-License-Identifier: Apache-2.0
"""runqslower on a real kernel: processes that are made to wait for one processor."""

import os
import subprocess
import sys
import time

from guest import Bunch, nothing_left, start, stop, table
from harness import case, equal, fixture, main, matches, true

table(
    "runqslower",
    r"TIME +COMM +TID +LAT\(us\)( PREV COMM +PREV TID)?$",
    r"(?P<time>[\d:]{8}) (?P<file>(?P<comm>.{16}) (?P<tid>\d+) *) +(?P<us>\d+)( (?P<prev>.{16}) (?P<prev_tid>\d+) *)?",
)

HOG = 300  # milliseconds that a task with real-time priority holds the processor
ROUNDS = 5
WAKEUPS = 23

# All on processor 0. Each says that it is ready, and begins when it may.
COMMON = """
import os, sys, threading, time
def name(comm):
    with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as f:
        f.write(comm)
os.sched_setaffinity(0, {0})
def burn(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
def begin(*ids):
    print(*ids, flush=True)
    sys.stdin.readline()
def waited():
    with open("/proc/self/schedstat") as f:
        return int(f.read().split()[1]) // 1000
"""
VICTIM = """
name("matrix-victim")
begin(os.getpid())
before = waited()
burn(%f)
print(waited() - before, flush=True)
""" % (2 * ROUNDS * HOG / 1000 + 3)
HOLDER = """
name("matrix-holder")
begin(os.getpid())
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
for i in range(%d):
    time.sleep(%f)
    burn(%f)
""" % (ROUNDS, HOG / 1000, HOG / 1000)
EQUAL = """
name(sys.argv[1])
begin(os.getpid())
burn(4)
"""
SLEEPER = """
ids = []
def sleep():
    name("matrix-sleeper")
    ids.append(threading.get_native_id())
    go.wait()
    for i in range(%d):
        time.sleep(0.02)
go = threading.Event()
threads = [threading.Thread(target=sleep) for i in range(2)]
for t in threads:
    t.start()
while len(ids) < 2:
    time.sleep(0.01)
if sys.argv[1:]:
    os.setuid(int(sys.argv[1]))
begin(os.getpid(), *ids)
go.set()
for t in threads:
    t.join()
""" % WAKEUPS


class Child:
    """One of these programs; `pid` and `tids` are what it said."""

    def __init__(self, program, *argv):
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMON + program, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid, *self.tids = map(int, self.process.stdout.readline().split())

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self

    def done(self):
        self.process.stdin.close()
        self.said = self.process.stdout.read()
        equal(self.process.wait(60), 0, "a process of the workload ended with")


def run(*children):
    for c in children:
        c.go()
    for c in children:
        c.done()


@fixture
def session():
    s = Bunch()
    s.sleeper, s.nobody = Child(SLEEPER), Child(SLEEPER, "65534")
    s.tools = start(
        slow=["runqslower", "-P", "-n", "matrix-", HOG * 2 // 3 * 1000],
        ms=["runqslower", "--min-us", 1000, "-n", "matrix-hog"],
        all=["runqslower", "-n", "matrix-", 0],
        pid=["runqslower", "-p", s.sleeper.pid, 0],
        tid=["runqslower", "-t", s.sleeper.tids[1], 0],
        uid=["runqslower", "-u", 65534, "-n", "matrix-", 0],
        plain=["runqslower"],
    )
    s.begun = time.time()
    run(s.sleeper, s.nobody)
    s.victim, s.holder = Child(VICTIM), Child(HOLDER)
    run(s.victim, s.holder)
    s.hogs = [Child(EQUAL, f"matrix-hog{i}") for i in (1, 2)]
    run(*s.hogs)
    s.took = time.time() - s.begun
    stop(s.tools)
    return s


def waits(tool, comm):
    """The microseconds in the rows of that task."""
    return [int(r.us) for r in tool.rows(comm)]


@case("all waits of a task together are those that the kernel counted itself (schedstat)")
def _(session):
    counted = int(session.victim.said)
    got = sum(waits(session.tools.all, "matrix-victim"))
    true(ROUNDS * HOG * 800 <= counted, f"the kernel counted {counted} us only")
    true(abs(got - counted) <= counted // 10 + 100000, f"{got} us, the kernel counted {counted}", session.tools.all.said())


@case(f"a task that was kept off its processor {ROUNDS} times: a line for each long wait")
def _(session):
    # How many there are is up to the scheduler: others may come between, or join two waits to one.
    least = HOG * 2 // 3 * 1000
    got = waits(session.tools.slow, "matrix-victim")
    true(all(us > least for us in got), f"{got}", session.tools.slow.said())
    true(sum(got) >= ROUNDS * HOG * 700, f"{got}", session.tools.slow.said())
    other = [us for us in waits(session.tools.all, "matrix-victim") if us > least]
    near = [us for us in got + other if us < least * 1.1]
    true(abs(len(got) - len(other)) <= len(near), f"{got}, without a limit {other}")


@case("-P: the task that had the processor before, and its thread id")
def _(session):
    before = [r for r in session.tools.slow.rows("matrix-victim") if r.prev.strip() == "matrix-holder"]
    true(before, "never matrix-holder", session.tools.slow.said())
    equal({int(r.prev_tid) for r in before}, {session.holder.pid})


@case("its own thread id and name")
def _(session):
    equal({int(r.tid) for r in session.tools.slow.rows("matrix-victim")}, {session.victim.pid})


@case("without -P there are no columns for it")
def _(session):
    matches(session.tools.plain.heading(), r"^TIME     COMM             TID           LAT\(us\)$")
    matches(session.tools.slow.heading(), r"LAT\(us\) PREV COMM        PREV TID$")


@case("without options: nothing of 10 ms or less, and all of the longer ones")
def _(session):
    true(all(us > 10000 for us in waits(session.tools.plain, "")), "a wait of 10 ms or less", session.tools.plain.said())
    true(
        sum(waits(session.tools.plain, "matrix-victim")) >= ROUNDS * HOG * 700, "too few", session.tools.plain.said()
    )


@case("two busy tasks on one processor wait for each other")
def _(session):
    for hog in session.hogs:
        got = [r for r in session.tools.ms.rows("matrix-hog") if int(r.tid) == hog.pid]
        true(len(got) >= 10, f"{len(got)} waits in 4 s", session.tools.ms.said())
    # Each has the processor for half of the time, and waits in the other half.
    waited = sum(waits(session.tools.ms, "matrix-hog"))
    true(2e6 <= waited <= 8e6, f"they waited {waited} us in all, of 4 s", session.tools.ms.said())


@case("--min-us: nothing of 1 ms or less")
def _(session):
    true(all(us > 1000 for us in waits(session.tools.ms, "")), "a wait of 1 ms or less")


@case(f"0: each of {WAKEUPS} wakeups of each thread")
def _(session):
    for tid in session.sleeper.tids:
        n = len([r for r in session.tools.all.rows("matrix-sleeper") if int(r.tid) == tid])
        # It also waits each time that another takes the processor from it: at most at each tick.
        true(WAKEUPS <= n <= WAKEUPS + 1000 * session.took, f"{n} waits of thread {tid}")


@case("0: no wait is longer than all took")
def _(session):
    true(max(waits(session.tools.all, "")) < session.took * 1e6, "a wait from before the start")


@case("-p shows all threads of that process, and no other")
def _(session):
    equal(
        {int(r.tid) for r in session.tools.pid.rows()} - {session.sleeper.pid},
        set(session.sleeper.tids),
        note=session.tools.pid.said(),
    )


@case("-t shows that thread alone")
def _(session):
    equal({int(r.tid) for r in session.tools.tid.rows()}, {session.sleeper.tids[1]}, note=session.tools.tid.said())
    true(len(session.tools.tid.rows()) >= WAKEUPS, "too few", session.tools.tid.said())


@case("-u shows the waits of that user's tasks, whoever had the processor before")
def _(session):
    equal({int(r.tid) for r in session.tools.uid.rows("matrix-sleeper")}, set(session.nobody.tids))


@case("-n shows the names that have it in them")
def _(session):
    true(all("matrix-" in r.comm for r in session.tools.all.rows()), "another name", session.tools.all.said())


@case("Ctrl-C ends all with 0, and no event was lost")
def _(session):
    for t in session.tools.values():
        if not t.failed:
            equal(t.status, 0, note=t.said())
            equal(t.lost(), 0, note=t.said())


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
