# SPDX-License-Identifier: Apache-2.0
"""guest: what cases inside a virtual machine have besides the harness: a tool that runs and is
stopped, the workload beside it, the rows that it printed, what it left in the kernel."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import output
from harness import SLOWER, Background, Failure, case, command, equal, fixture_value, has_fixture, last, true, wait_for

# Emulated, and two machines at a time: a compilation takes seconds, several at once many.
READY = 240
STOP = 60

HEADING = {
    "filelife": r"TIME +PID +COMM +AGE\(s\) +FILE",
    "filecreate": r"TIME +PID +PPID +COMM +FILE",
    "opensnoop": r"(TIME(\(s\))? +)?(UID +)?(PID|TID) +COMM +FD +ERR +(FLAGS +)?PATH",
}
ROW = {
    "filelife": r"(?P<time>[\d:]{8}) +(?P<pid>\d+) +(?P<comm>.{16}) +(?P<age>\d+\.\d\d) +(?P<file>.*)",
    "filecreate": r"(?P<time>[\d:]{8}) +(?P<pid>\d+) +(?P<ppid>\d+) +(?P<comm>.{16}) (?P<file>.*)",
}


def table(tool, heading, row):
    """What a tool prints, as patterns: its heading, and a row with a group for each value that cases
    look at. `file`, where there is one, is what rows(mark) looks for the mark in."""
    HEADING[tool] = heading
    ROW[tool] = row


class Row(dict):
    __getattr__ = dict.__getitem__


class Tool(Background):
    """bcchost TOOL OPTION… in the background."""

    def __init__(self, tool, *options, program="bcchost", **more):
        self.tool = tool
        self.failed = None
        super().__init__(program, tool, *options, **more)

    def lines(self):
        return self.stdout.splitlines()

    def ready(self, seconds=READY):
        """Waits until its probes are attached, which the heading tells. One that fails to start fails
        the cases that look at it, not those of the tools beside it."""
        try:
            self._ready(seconds)
        except Failure as e:
            self.failed = e
            self.signal(signal.SIGKILL)
        self.attached = time.time()
        return self

    def _ready(self, seconds):
        def heading():
            if self.tool not in HEADING:
                began = re.search(r"^Tracing\.\.\.", self.stderr, re.M)
            else:
                began = re.search("^" + HEADING[self.tool], self.stdout, re.M)
            if began:
                return True
            # What prints its heading an interval later says so.
            if "Tracing... Hit Ctrl-C" in self.stderr:
                return True
            if not self.alive():
                raise Failure(f"ended with {self.process.returncode} before its heading: {self.said()}")
            return False

        try:
            wait_for(heading, seconds, "the heading")
        except Failure as e:
            raise Failure(f"{e}: {self.said()}") if "waited" in str(e) else e

    def check(self):
        if self.failed:
            raise self.failed

    def stop(self, number=signal.SIGINT, settle=0.5):
        """Lets the last events through, stops it, returns its exit status."""
        self.check()
        time.sleep(settle)
        asked = time.time()
        self.signal(number)
        self.status = self.wait(STOP)
        self.took_to_stop = time.time() - asked
        return self.status

    def body(self):
        """The lines after the heading."""
        self.check()
        lines = self.stdout.split("\n")
        at = next((i for i, l in enumerate(lines) if re.match(HEADING[self.tool], l)), None)
        if at is None:
            return []
        return [l for l in lines[at + 1 :] if l]

    def heading(self):
        self.check()
        return next((l for l in self.stdout.split("\n") if re.match(HEADING[self.tool], l)), None)

    def rows(self, mark=""):
        """The rows whose file or path has `mark` in it."""
        pattern = ROW.get(self.tool) or opensnoop_row(self.heading() or "")
        rows = []
        for line in self.body():
            m = re.fullmatch(pattern, line)
            if not m:
                raise Failure(f"a line that is no row: {line!r}: {self.said()}")
            row = Row({k: v.strip() if k in ("comm", "pid") else v for k, v in m.groupdict().items()})
            if mark in row.get("file", line):
                rows.append(row)
        return rows

    def files(self, mark=""):
        return [r.file for r in self.rows(mark)]

    def lost(self):
        """What it said at its end."""
        self.check()
        m = re.search(r"lost (\d+) events? in all", self.stderr)
        return int(m.group(1)) if m else 0


def frames(tool):
    """What a top printed, interval by interval: lists of rows."""
    tool.check()
    found = []
    for line in tool.stdout.split("\n"):
        m = re.fullmatch(ROW[tool.tool], line)
        if re.match(HEADING[tool.tool], line):
            found.append([])
        elif m and found:
            found[-1].append(Row({k: v.strip() for k, v in m.groupdict().items()}))
        elif line and not re.match(r"\d\d:\d\d:\d\d loadavg: [\d.]+ ", line):
            raise Failure(f"a line that is no row: {line!r}: {tool.said()}")
    return found


def per_second(tool, column, every):
    """How many there were, of rates that are printed every so many seconds with the time. An interval that came late
    was longer, and the next one shorter, which shows in the time to a second; the last is as long as it was."""
    clock = lambda text: sum(int(n) * unit for n, unit in zip(text.split(":"), (3600, 60, 1)))
    before, total = clock(time.strftime("%H:%M:%S", time.localtime(tool.attached))), 0
    for i, row in enumerate(tool.rows()):
        passed = (clock(row.time) - before) % 86400
        if abs(passed - every) <= 1 or not i and passed < every:
            passed = every
        total += int(row[column]) * passed
        before = clock(row.time)
    return total


def on_terminal(*argv, seconds=120, press=None, after=None):
    """What a command prints on a terminal of 24 rows by 80 columns, where keys may be pressed after something was
    printed for the second time."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = dict(os.environ, TERM="xterm-256color")
    process = subprocess.Popen(list(map(str, argv)), stdin=slave, stdout=slave, stderr=slave, env=env)
    os.close(slave)
    end, text, ended = time.monotonic() + seconds * SLOWER, b"", False
    while time.monotonic() < end and select.select([master], [], [], max(0, end - time.monotonic()))[0]:
        try:
            more = os.read(master, 65536)
        except OSError:  # EIO: nobody has the other end
            ended = True
            break
        text += more
        if press and text.count(after.encode()) >= 2:
            os.write(master, press.encode())
            press = None
    os.close(master)
    process.kill()
    process.wait()
    text = text.decode(errors="surrogateescape")
    true(ended, f"{' '.join(map(str, argv))} did not end: {text[-1500:]!r}")
    return text


def opensnoop_row(heading):
    """The columns that its heading says."""
    columns = {
        "TIME(s)": r"(?P<elapsed>[\d.]+)",
        "TIME": r"(?P<clock>[\d:.]+)",
        "UID": r"(?P<uid>\d+)",
        "PID": r"(?P<pid>\d+)",
        "TID": r"(?P<pid>\d+)",
        "COMM": r"(?P<comm>.{16})",
        "FD": r"(?P<fd>-?\d+)",
        "ERR": r"(?P<err>\d+)",
        "FLAGS": r"(?P<flags>[0-7]+) ?",
        "PATH": r"(?P<file>.*)",
    }
    words = heading.split()
    return " *" + " +".join(columns[w] for w in words[:-1]) + " " + columns["PATH"]


class Histogram(dict):
    """A histogram that was printed: how many for each row's lowest value; its label, the members of its
    section ("operation = read, disk = vda") and, where a clock line came before, that."""

    def __init__(self, label, members, clock):
        super().__init__()
        self.label, self.members, self.clock = label, members, clock

    @property
    def total(self):
        return sum(self.values())


def histograms(text):
    """Those that a tool printed, in order. A line that belongs to none is a failure."""
    found, members, clock = [], {}, None
    for line in text.splitlines():
        label = re.fullmatch(r" +(\w+) +: count +distribution", line)
        row = re.fullmatch(r" *(\d+) -> (\d+) +: (\d+) +\|(\**) *\|", line)
        if label:
            found.append(Histogram(label[1], members, clock))
            members = {}
        elif row:
            found[-1][int(row[1])] = int(row[3])
        elif re.fullmatch(r"\d\d:\d\d:\d\d", line):
            clock = line
        elif re.fullmatch(r"\w+ = .*", line):
            members = dict(m.split(" = ") for m in line.split(", "))
        elif line:
            raise Failure(f"a line that is of no histogram: {line!r}: {text}")
    return found


class Workload:
    """tests/matrix/workload with steps; `held` until go()."""

    def __init__(self, *steps, comm=None, uid=None, held=False, prefix=(), **more):
        argv = [*prefix, "/run/workload"]
        if comm:
            argv += ["-n", comm]
        self.gate = None
        if held:
            self.gate = f"/run/gate.{os.getpid()}.{time.time()}"
            argv += ["-g", self.gate]
        if uid is not None:
            argv += ["-u", str(uid)]
        self.started = time.time()
        self.process = subprocess.Popen(
            [*argv, *steps], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **more
        )
        self.pid = int(self.process.stdout.readline().split()[1])
        self.results = []

    def go(self):
        if self.gate:
            open(self.gate, "w").close()
        return self.done()

    def done(self):
        # Not communicate(): what came together with the first line is in stdout's own buffer.
        text = self.process.stdout.read()
        self.process.wait(60 * SLOWER)
        for line in text.splitlines():
            op, *numbers = line.split()
            self.results.append((op, *map(int, numbers)))
        self.ended = time.time()
        if self.process.returncode:
            raise Failure(f"the workload ended with {self.process.returncode}: {text}")
        return self

    def expect_ok(self):
        bad = [r for r in self.results if len(r) > 2 and (r[1] < 0 or r[2])]
        if bad:
            raise Failure(f"steps of the workload failed: {bad}")
        return self


def workload(*steps, **more):
    return Workload(*steps, **more).done()


def left_behind():
    """Kprobes in the kernel and BPF programs of tracing kinds; empty when all tools have gone."""
    left = []
    try:
        with open("/sys/kernel/tracing/kprobe_events") as f:
            left += ["kprobe_events: " + l.strip() for l in f]
    except FileNotFoundError:
        pass
    with open("/sys/kernel/debug/kprobes/list") as f:
        left += ["kprobe: " + l.strip() for l in f]
    shown = command("bpftool", "prog", "show").stdout
    left += ["prog: " + l for l in shown.splitlines() if re.match(r"\d+: (kprobe|tracepoint|tracing|raw_tracepoint)", l)]
    return left


def nothing_left():
    """Links are freed a moment after their process: waits for that moment."""
    Data.end()
    end = time.monotonic() + 15 * SLOWER
    while True:
        left = left_behind()
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.2)


AT_ONCE = 1  # compilation: what it made serves those after it; two machines keep two processors busy


def start(**commands):
    """Several tools at once, by name: they look at the same workload, and do not disturb each other."""
    tools = Bunch()
    for name, argv in commands.items():
        waiting = [t for t in tools.values() if not hasattr(t, "attached")]
        if len(waiting) >= AT_ONCE:
            waiting[0].ready()
        tools[name] = Tool(*argv)
    for t in tools.values():
        if not hasattr(t, "attached"):
            t.ready()
    Data.beside(tools)
    return tools


def stop(tools, settle=1):
    time.sleep(settle)
    Data.end()
    for t in tools.values():
        t.signal(signal.SIGINT)
    for t in tools.values():
        try:
            t.status = t.wait(STOP)
        except Failure as e:
            t.failed = t.failed or e


class Data(Background):
    """The tool of this case file once more, with `--output json`, beside the first that were started: it
    looks at the same workload. The last case of each file judges it."""

    TOOL = os.path.basename(sys.argv[0]).removesuffix(".py")
    FIELDS = output.documented(output.PAGE).get(TOOL)
    only = None

    def __init__(self, *argv):
        self.began, self.ended = time.time() - 1, None
        super().__init__("bcchost", *argv, "--output", "json", "--verbose")
        Data.only = self
        wait_for(lambda: re.search(r"attached \d+ probes", self.stderr) or not self.alive(), READY, "its probes")

    @classmethod
    def beside(cls, tools):
        own = ("-j", "-M", "--variant")
        for t in tools.values():
            if cls.FIELDS and not cls.only and t.tool == cls.TOOL and not set(own) & set(t.argv) and not t.failed:
                cls(*t.argv[1:])

    @classmethod
    def end(cls):
        if cls.only and not cls.only.ended:
            cls.only.signal()
            cls.only.status = cls.only.wait(STOP)
            cls.only.ended = time.time() + 1


if Data.FIELDS:

    @last("--output json: jq reads it, its fields and their types are those of docs/output.md")
    def _():
        if not Data.only and has_fixture("session"):
            fixture_value("session")
        if not Data.only:
            Data(Data.TOOL)
            command("cat", "/etc/hostname")
            time.sleep(1)
        Data.end()
        d = Data.only
        equal(d.status, 0, note=d.said())
        text = d.read("out").decode()
        got = output.Checked(Data.FIELDS, text, d.began, d.ended)
        equal(got.wrong[:5], [], note=d.said())
        true(got.rows, "nothing was printed", d.said())
        equal(output.jq(text).count("\n"), len(got.objects), "what jq read")


def ending():
    """The last cases of a file whose fixture `session` has its tools in `tools`, all stopped."""

    @case("Ctrl-C ends all with 0")
    def _(session):
        for t in session.tools.values():
            t.check()
            equal(t.status, 0, note=t.said())

    @case("nothing is left in the kernel")
    def _(session):
        equal(nothing_left(), [])


class Bunch(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def memory_kb(pid):
    """What is resident, but for the pages of event buffers, which some kernels count, and the ring's twice."""
    total, counts = 0, True
    with open(f"/proc/{pid}/smaps") as f:
        for line in f:
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                counts = not re.search(r"bpf[-_]map|\[perf_event\]", line)
            elif counts and line.startswith("Rss:"):
                total += int(line.split()[1])
    return total


def pct(name):
    """A step's argument: ':' and '%' and what is not ASCII, encoded."""
    if isinstance(name, str):
        name = name.encode()
    return "".join(chr(b) if 33 <= b < 127 and b not in b":%" else f"%{b:02x}" for b in name)
