# SPDX-License-Identifier: Apache-2.0
"""opentrace on a real kernel: the shipped one, and each step of docs/write-a-tool.md."""

import os
import re

from guest import Bunch, Tool, Workload, nothing_left, stop, table, workload
from harness import Background, Skip, case, command, equal, fixture, main, matches, true
from page import command_of, steps_of, write_steps

PAGE = "write-a-tool.md"
STEPS = "/run/steps"
MARKED = [f"/tmp/ot-{i:02}" for i in range(23)]
PIPE = "/sys/kernel/tracing/trace_pipe"

# All steps have these columns; the trace pipe's message is "open FILE", the later ones have an ERR.
table("opentrace", r"TIME +(TID|PID) +COMM .*(MESSAGE|FILE)$", r"(?P<time>[\d:]{8}) +(?P<pid>\d+) +(?P<comm>.{16}) +((?P<err>\d+) )?(?P<file>.*)")


class Step(Tool):
    """bcchost --tools-dir DIRECTORY opentrace OPTION…"""

    def __init__(self, directory, *options):
        self.tool = "opentrace"
        self.failed = None
        Background.__init__(self, "bcchost", "--tools-dir", directory, "opentrace", *options)


def opened(tool, mark):
    return [r.file.removeprefix("open ") for r in tool.rows(mark)]


def marked(tool, pid, comm):
    """23 lines, in order, all of that process and name; <...> is what a trace says that does not know it."""
    equal(opened(tool, "/tmp/ot-"), MARKED, note=tool.said())
    rows = tool.rows("/tmp/ot-")
    equal({int(r.pid) for r in rows}, {pid}, "pid", tool.said())
    true({r.comm for r in rows} <= {comm, "<...>"}, f"comm: {({r.comm for r in rows})}")


def run_at_once(**tools):
    started = Bunch(tools)
    for t in started.values():
        t.ready()
    return started


@fixture
def steps():
    return write_steps(PAGE, STEPS)


# The trace pipe has one reader at a time: what uses it runs one after another.


@fixture
def pipe(steps):
    s = Bunch()
    s.held = Workload("churn:23:0:/tmp/ot-", comm="matrix-held", held=True)
    s.tools = run_at_once(first=Step(steps[1]), third=Step(steps[3]), third_pid=Step(steps[3], "-p", s.held.pid))
    s.all = workload("churn:23:0.1:/tmp/ot-", comm="matrix-all").expect_ok()
    stop(s.tools)
    s.filtered = run_at_once(second=Step(steps[2], "-p", s.held.pid), third_pid=Step(steps[3], "-p", s.held.pid))
    workload("churn:23:0.1:/tmp/ot-", comm="matrix-other").expect_ok()
    s.held.go().expect_ok()
    stop(s.filtered)
    return s


@fixture
def results(steps):
    s = Bunch()
    s.tools = run_at_once(fourth=Step(steps[4]), failed=Step(steps[4], "-x"), fifth=Step(steps[5]))
    s.tools.kprobe = Step(steps[5], "--variant", "kprobe").ready()
    s.tools.kprobe_failed = Step(steps[5], "--variant", "kprobe", "-x", "-n", "matrix-res").ready()
    s.work = workload("churn:23:0.1:/tmp/ot-", "open:/tmp/om-issing:0", "openat:/tmp:1", comm="matrix-res")
    stop(s.tools)
    return s


@fixture
def shipped():
    s = Bunch()
    workload("create:/tmp/before-it", comm="matrix-before").expect_ok()
    s.tool = Tool("opentrace").ready()
    s.second = command("bcchost", "opentrace", "-d", "0.5", "-p", os.getpid(), timeout=240)
    with open("/sys/kernel/tracing/trace_marker", "w") as f:
        f.write("open /tmp/nobody-opened\n")
    s.work = workload("churn:23:0.1:/tmp/ot-", comm="matrix-ship").expect_ok()
    workload("create:/tmp/od-a%0ab", f"create:/tmp/{'l' * 200}", comm="a-b [000] d:").expect_ok()
    stop({"tool": s.tool})
    return s


@case("the page has five steps, each with its files and what it prints")
def _():
    found = steps_of(PAGE)
    equal(sorted(found), [1, 2, 3, 4, 5])
    for files in found.values():
        equal(sorted(files), ["opentrace.bpf.c", "opentrace.yaml", "output"])


@case("step 1, bpf_trace_printk: 23 opens, 23 lines")
def _(pipe):
    marked(pipe.tools.first, pipe.all.pid, "matrix-all")


@case("step 2, a filter: -p shows that process alone")
def _(pipe):
    marked(pipe.filtered.second, pipe.held.pid, "matrix-held")
    equal({int(r.pid) for r in pipe.filtered.second.rows()}, {pipe.held.pid})


@case("step 3, events: 23 opens, 23 lines")
def _(pipe):
    marked(pipe.tools.third, pipe.all.pid, "matrix-all")
    equal({r.comm for r in pipe.tools.third.rows("/tmp/ot-")}, {"matrix-all"})


@case("step 3: -p shows that process alone")
def _(pipe):
    equal(pipe.tools.third_pid.rows(), [])
    marked(pipe.filtered.third_pid, pipe.held.pid, "matrix-held")
    equal({int(r.pid) for r in pipe.filtered.third_pid.rows()}, {pipe.held.pid})


@case("step 4, the result: 23 opens that worked, and two that did not")
def _(results):
    marked(results.tools.fourth, results.work.pid, "matrix-res")
    equal({r.err for r in results.tools.fourth.rows("/tmp/ot-")}, {"0"})
    rows = [r for r in results.tools.fourth.rows() if r.comm == "matrix-res" and r.err != "0"]
    equal([(r.file, r.err) for r in rows], [("/tmp/om-issing", "2"), ("/tmp", "21")])


@case("step 4: -x shows those that failed")
def _(results):
    rows = [r for r in results.tools.failed.rows() if r.comm == "matrix-res"]
    equal([(r.file, r.err) for r in rows], [("/tmp/om-issing", "2"), ("/tmp", "21")])
    equal([r for r in results.tools.failed.rows() if r.err == "0"], [])


@case("step 5, two variants: both say the same")
def _(results):
    for name in ("fifth", "kprobe"):
        tool = results.tools[name]
        marked(tool, results.work.pid, "matrix-res")
        rows = [(r.file, r.err) for r in tool.rows() if r.comm == "matrix-res"]
        equal(rows, [(r.file, r.err) for r in results.tools.fourth.rows() if r.comm == "matrix-res"], name)
    rows = [(r.file, r.err) for r in results.tools.kprobe_failed.rows()]
    equal(rows, [("/tmp/om-issing", "2"), ("/tmp", "21")])


@case("each step prints the heading that the page shows")
def _(pipe, results):
    tools = {1: pipe.tools.first, 2: pipe.filtered.second, 3: pipe.tools.third, 4: results.tools.fourth, 5: results.tools.fifth}
    for number, files in steps_of(PAGE).items():
        equal(tools[number].heading(), command_of(files)[1], f"step {number}")


@case("the shipped one: 23 opens, 23 lines")
def _(shipped):
    marked(shipped.tool, shipped.work.pid, "matrix-ship")


@case("what was printed before the start is not shown, nor what others write into the trace")
def _(shipped):
    equal(opened(shipped.tool, "before-it"), [])
    equal(opened(shipped.tool, "nobody-opened"), [])


@case("a name with a newline in it is one line; a comm with a trace's own signs is one comm")
def _(shipped):
    rows = shipped.tool.rows("od-a")
    equal([r.file for r in rows], ["open /tmp/od-a\\nb"], note=shipped.tool.said())
    true(rows[0].comm in ("a-b [000] d:", "<...>"), rows[0].comm)


@case("a long name is whole; before 5.13 it is cut at 63 bytes")
def _(shipped):
    name = "/tmp/" + "l" * 200
    release = tuple(map(int, re.match(r"(\d+)\.(\d+)", os.uname().release).groups()))
    equal(opened(shipped.tool, "/tmp/lll"), [name[:63] if release < (5, 13) else name], note=shipped.tool.said())


@case("a second reader of the pipe, where the kernel lets only one: what it is told")
def _(shipped):
    if shipped.second.returncode == 0:
        raise Skip("this kernel lets several read the pipe, and each line goes to one of them")
    equal(shipped.second.returncode, 1, note=shipped.second.stderr)
    matches(shipped.second.stderr, r"trace_pipe is open in another program")


@case("tracing switched off: which file says so")
def _(shipped):
    switch = "/sys/kernel/tracing/tracing_on"
    with open(switch, "w") as f:
        f.write("0")
    try:
        run = command("bcchost", "opentrace", timeout=240)
    finally:
        with open(switch, "w") as f:
            f.write("1")
    equal(run.returncode, 4, note=run.stderr)
    matches(run.stderr, r"tracing_on is 0")


@case("Ctrl-C ends all with 0")
def _(pipe, results, shipped):
    for t in [*pipe.tools.values(), *pipe.filtered.values(), *results.tools.values(), shipped.tool]:
        equal(t.status, 0, note=t.said())


@case("nothing is left in the kernel, and nobody has the pipe open")
def _(pipe, results, shipped):
    equal(nothing_left(), [])
    with open(PIPE, "rb"):
        pass


main()
