# SPDX-License-Identifier: Apache-2.0
"""What a person sees of the tools on a terminal: titles, columns, colours, steady screens, keys, heat maps."""

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree

from harness import Failure, Skip, case, command, equal, fixture, matches, true, wait_for
from pseudo_terminal import Terminal

PROGRAM = """# SPDX-License-Identifier: Apache-2.0
summary: a tool of the tests
probes:
  - {raw_tracepoint: sys_enter, run: called}
"""
# Marked by its arguments: other processes call getpriority(2), too, but not of who these are; another run of the
# tests on this kernel marks its calls otherwise.
WHICH = 77 + 16 * os.getpid()
TEMPLATE = """/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/sched.h>
%s
int called(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	u64 which = 0, who = 0;

	if (ctx->args[1] != 140) /* getpriority */
		return 0;
	bpf_probe_read_kernel(&which, sizeof(which), &regs->di);
	bpf_probe_read_kernel(&who, sizeof(who), &regs->si);
	if ((u32)which != WHICH)
		return 0;
%s
	return 0;
}
"""
TOP = (
    """output:
  top: counts
  interval: 0.2
  sort: {count: [count], who: [who]}
  columns:
    - {title: WHO, field: who, width: 6}
    - {title: COUNT, field: count}
""",
    """struct key { u32 who; };
struct value { u64 count; };
BPF_HASH(counts, struct key, struct value);
""",
    """	struct key key = {.who = who};
	struct value none = {}, *v = counts.lookup_or_try_init(&key, &none);

	if (v)
		lock_xadd(&v->count, 1);
""",
)
# The slot is who's logarithm, the section whether it is odd.
HISTOGRAM = (
    """output:
  histogram: dist
  label: usecs
  columns:
    - {title: kind, field: odd, names: {0: "even & <calm>", 1: odd}}
""",
    """struct key { u32 odd; u32 slot; };
BPF_HISTOGRAM(dist, struct key, 256);
""",
    """	struct key key = {.odd = who & 1, .slot = bpf_log2l(who)};

	dist.atomic_increment(key);
""",
)
STREAM = (
    """output:
  stream: events
  columns:
    - {title: A, field: a, width: 3}
    - {title: LAT, field: lat, width: 5, align: right, highlight: slow}
    - {title: BAD, field: bad, width: 4, align: right, highlight: negative}
    - {title: NAME, field: name}
""",
    """struct event { u64 a; u32 lat; int bad; char name[16]; };
BPF_PERF_OUTPUT(events);
""",
    """	struct event e = {.a = who, .lat = who, .bad = who % 10 == 9 ? -5 : 5, .name = "end"};

	if (who > 1000000)
		e.lat = 7;
	events.perf_submit(ctx, &e, sizeof(e));
""",
)


def call(who, times=1):
    """getpriority(WHICH, who): nothing but an error of its own comes of it."""
    for _ in range(times):
        ctypes.CDLL(None).syscall(140, WHICH, who)


@contextlib.contextmanager
def calling(who):
    """Meanwhile each interval has some: also one that comes late, or right before the end."""
    over = threading.Event()

    def run():
        while not over.wait(0.01):
            call(who)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def tool(directory, parts):
    d = tempfile.mkdtemp(dir=directory)
    os.chmod(d, 0o755)
    for name, text in (("mine.yaml", PROGRAM + parts[0]), ("mine.bpf.c", TEMPLATE.replace("WHICH", str(WHICH)) % parts[1:])):
        with open(f"{d}/{name}", "w") as f:
            f.write(text)
    return d


def plain(text):
    """Without colours, and without what takes a compilation's progress away, which a slow machine has."""
    return re.sub("\033\\[[0-9;]*[mK]", "", text)


def cases(bcchost, directory):
    """Registers them, of that binary, with that directory for files; `installed` is the caller's fixture."""

    def mine(parts, *argv):
        if os.getuid():
            raise Skip("not root")
        return [bcchost, "--tools-dir", tool(directory, parts), "mine", *argv]

    def on_terminal(name, end=True):
        """A case whose terminals are closed when it is over."""

        def add(function):
            def run(installed):
                try:
                    function()
                finally:
                    while Terminal.all:
                        Terminal.all.pop().close()

            return case(f"terminal: {name}")(run)

        return add

    def started(parts, *argv, title, **more):
        """On a terminal, its first line there."""
        t = Terminal(*mine(parts, *argv), **more)
        return t, t.wait_for(lambda t: title in t.raw, 60, "the titles") and t

    def stop(t, status=0):
        t.signal(signal.SIGINT)
        equal(t.wait(20), status, "exit status", t.said())
        true(t.restored(), "the terminal's mode is another one")

    def stream(*argv, **more):
        t = Terminal(*mine(STREAM, *argv), **more)
        t.wait_for(lambda t: "NAME" in t.raw, 60, "the titles")
        return t

    def piped(parts, *argv, feed, env=None):
        """What comes out of a pipe of a tool that saw what `feed` does."""
        out, err = tempfile.NamedTemporaryFile(dir=directory), tempfile.NamedTemporaryFile(dir=directory)
        cat = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=out)
        p = subprocess.Popen(mine(parts, *argv), stdout=cat.stdin, stderr=err, env=dict(os.environ, **(env or {})))
        cat.stdin.close()
        text = lambda f: open(f.name).read()
        wait_for(lambda: text(out) or "Tracing" in text(err) or p.poll() is not None, 60, "the start")
        feed()
        time.sleep(0.5)
        p.send_signal(signal.SIGINT)
        equal(p.wait(20), 0, note=text(err))
        cat.wait(20)
        return text(out)

    # --- lines ---

    @on_terminal("titles come again with each screenful, and after a resize")
    def _():
        t = stream(rows=10)
        for i in range(25):
            call(100 + i)
        t.wait_for(lambda t: " end\r\n" in t.raw and t.raw.count(" end") == 25, 10, "25 lines")
        lines = t.raw.splitlines()
        at = [i for i, l in enumerate(lines) if l.endswith("NAME")]
        equal([b - a for a, b in zip(at, at[1:])], [9] * (len(at) - 1), note=t.raw)
        true(len(at) in (3, 4), f"{len(at)} times", t.raw)
        t.resize(40, 100)
        before = len(t.raw)
        # It may see the call before it sees the resize; by itself the titles would come 39 lines later.
        for n in range(1, 20):
            call(200)
            t.wait_for(lambda t, n=n: t.raw[before:].count(" end\r\n") == n, 10, "the line after the resize")
            if "NAME" in t.raw[before:]:
                break
            time.sleep(0.1)
        equal(t.raw.splitlines()[-2].split(), ["A", "LAT", "BAD", "NAME"], note=t.raw)
        stop(t)

    @on_terminal("a column grows with its values, under its title; what follows stays in its place")
    def _():
        t = stream()
        for who in (11, 2000000000, 12, 2100000000, 13):
            call(who)
        t.wait_for(lambda t: t.raw.count(" end") == 5, 10, "5 lines")
        lines = plain(t.raw).splitlines()
        equal([l.index("end") for l in lines if "end" in l], [15] + [22] * 4, note=t.raw)
        equal([l.index("NAME") for l in lines if "NAME" in l], [15, 22], note=t.raw)
        stop(t)

    @on_terminal("a value that is too long for any column moves its own line alone, no farther than it must")
    def _():
        t = stream(columns=30)
        for who in (11, 2000000000, 1900000009, 12):
            call(who)
        t.wait_for(lambda t: t.raw.count(" end") == 4, 10, "4 lines")
        lines = [l for l in plain(t.raw).splitlines() if "end" in l]
        equal(lines, ["11     11    5 end", "2000000000 7 5 end", "1900000009 7 -5 end", "12     12    5 end"])
        stop(t)

    @on_terminal("--no-header: there are none, again and again")
    def _():
        t = Terminal(*mine(STREAM, "--no-header"), rows=6)
        wait_for(lambda: call(5) or t.read(0.05).count("end") > 20, 60, "lines")
        true("NAME" not in t.raw, t.raw)
        stop(t)

    @on_terminal("in a pipe lines stay as they are: titles once, a long value moves the rest, no colours")
    def _():
        def feed():
            for who in (11, 2000000000, 19, *range(100, 130)):
                call(who)

        out = piped(STREAM, feed=feed)
        first = ["A     LAT  BAD NAME", "11     11    5 end", "2000000000     7    5 end", "19     19   -5 end"]
        equal(out.splitlines()[:4], first)
        equal(len(out.splitlines()), 34)
        true("\033" not in out, out)
        coloured = piped(STREAM, "--color", "always", feed=feed)
        equal(plain(coloured), out)
        equal(re.findall("\033\\[31m(.*?)\033\\[0m", coloured), ["-5"] * 4)

    # --- colours ---

    def colours(feed, *argv, **more):
        t = stream(*argv, **more)
        feed()
        call(1)
        t.wait_for(lambda t: re.search(r"(?m)^1 .*end", plain(t.raw)), 10, "the last line")
        stop(t)
        return re.findall("\033\\[([0-9;]+)m(.*?)\033\\[0m", t.raw)

    def usual():
        for _ in range(30):
            call(10)
        call(19)
        call(500)

    @on_terminal("errors are red, what is ten times the usual is yellow")
    def _():
        equal(colours(usual), [("31", "-5"), ("33", "500")])

    for name, argv, more in (
        ("NO_COLOR", [], {"env": {"NO_COLOR": "1"}}),
        ("TERM=dumb", [], {"term": "dumb"}),
        ("no TERM", [], {"term": None}),
        ("--color never", ["--color", "never"], {}),
    ):
        on_terminal(f"{name}: nothing is coloured")(lambda argv=argv, more=more: equal(colours(usual, *argv, **more), []))

    @on_terminal("an empty NO_COLOR counts as none; --color always counts more than NO_COLOR")
    def _():
        equal(len(colours(usual, env={"NO_COLOR": ""})), 2)
        equal(len(colours(usual, "--color", "always", env={"NO_COLOR": "1"})), 2)

    @on_terminal("--color takes auto, always and never")
    def _():
        run = command(bcchost, "opensnoop", "--color", "red")
        equal(run.returncode, 2)
        matches(run.stderr, "--color red: colours are auto, always or never")

    @on_terminal("highlight: what it wants is told with file and line")
    def _():
        for text, pattern in (
            ("highlight: loud", r"mine\.yaml:9: .*highlight.*nonzero, negative, slow"),
            ("highlight: {over: much}", r"mine\.yaml:9: .*number"),
            ("highlight: {over: 1, times: 2}", r"mine\.yaml:9: .*not both"),
            ("highlight: {}", r"mine\.yaml:9: .*over.*times"),
            ("highlight: {above: 1}", r"mine\.yaml:9: .*above.*over"),
        ):
            parts = (STREAM[0].replace("highlight: slow", text), *STREAM[1:])
            run = command(*mine(parts))
            equal(run.returncode, 5, text, run.stderr)
            matches(run.stderr, pattern, text)
        parts = (STREAM[0].replace("{title: NAME, field: name}", "{title: NAME, field: name, highlight: slow}"), *STREAM[1:])
        run = command(*mine(parts))
        equal(run.returncode, 5, "of a text", run.stderr)
        matches(run.stderr, r"mine\.yaml:11: column NAME: `highlight` wants a number")

    # --- the steady screen ---

    def top(*argv, **more):
        t = Terminal(*mine(TOP, *argv), **more)
        wait_for(lambda: call(7) or t.read(0.05) and re.search(r"(?m)^7 ", t.screen.text), 60, "a row")
        return t

    def shows(t, pattern):
        t.wait_for(lambda t: call(7) or re.search(pattern, t.screen.text), 10, f"{pattern!r} on the screen")

    @on_terminal("a top is a steady screen: drawn over, never cleared; q ends it, the last table stays")
    def _():
        t = top()
        shows(t, r"^WHO    COUNT\n7      \d+\nq: quit, space: pause, s: sorted by count, another$")
        equal(t.mode(), (False, False), "keys come one by one")
        n = t.raw.count("\033[H")
        t.wait_for(lambda t: t.raw.count("\033[H") > n + 3, 10, "more pictures")
        true("\033[2J" not in t.raw and "\033[?1049" not in t.raw, t.said())
        with calling(7):
            shows(t, r"(?m)^7 ")
            t.press("q")
            equal(t.wait(20), 0, note=t.said())
        true(t.restored(), "the terminal's mode is another one")
        matches(t.screen.text, r"^WHO    COUNT\n7      \d+\b")
        true("quit" not in t.screen.text, t.screen.text)

    for name, number in (("Ctrl-C", signal.SIGINT), ("SIGTERM", signal.SIGTERM), ("SIGHUP", signal.SIGHUP)):

        @on_terminal(f"{name} puts the terminal back")
        def _(number=number):
            t = top()
            with calling(7):
                shows(t, r"(?m)^7 ")
                if number == signal.SIGINT:
                    t.press("\x03")
                else:
                    t.signal(number)
                equal(t.wait(20), 0, note=t.said())
            true(t.restored(), "the terminal's mode is another one")
            matches(t.screen.text, r"WHO    COUNT\n7 ")

    @on_terminal("Ctrl-\\ puts the terminal back")
    def _():
        t = top(cwd=directory)
        t.press("\x1c")
        equal(t.wait(20), -signal.SIGQUIT, note=t.said())
        true(t.restored(), "the terminal's mode is another one")

    @on_terminal("a crash, and a signal that nobody expects, put the terminal back")
    def _():
        for number in (signal.SIGABRT, signal.SIGUSR1):
            t = top(cwd=directory)
            t.signal(number)
            equal(t.wait(20), -number, note=t.said())
            true(t.restored(), f"the terminal's mode is another one after {number}")

    @on_terminal("what stood on the terminal scrolls away, and is not lost")
    def _():
        t = Terminal("sh", "-c", 'echo before; shift 0; exec "$@"', "sh", *mine(TOP))
        wait_for(lambda: call(7) or t.read(0.05) and re.search(r"(?m)^7 ", t.screen.text), 60, "a row")
        true("before" in t.screen.above, str(t.screen.above))
        t.press("q")
        equal(t.wait(20), 0, note=t.said())

    @on_terminal("stopped by SIGTSTP the terminal is the shell's, afterwards the tool's again")
    def _():
        # As a shell does it: a process group that has no parent in its session is never stopped.
        script = (
            "import os, signal, subprocess, sys; signal.signal(signal.SIGTTOU, signal.SIG_IGN); "
            "p = subprocess.Popen(sys.argv[1:], preexec_fn=lambda: (os.setpgrp(), os.tcsetpgrp(0, os.getpgrp()), "
            "signal.signal(signal.SIGTTOU, signal.SIG_DFL))); print('pid', p.pid, flush=True); p.wait()"
        )
        t = Terminal("python3", "-c", script, *mine(TOP))
        wait_for(lambda: call(7) or t.read(0.05) and re.search(r"(?m)^7 ", t.screen.text), 60, "a row")
        pid = int(re.search(r"pid (\d+)", t.raw).group(1))
        t.pid = pid
        os.kill(pid, signal.SIGTSTP)
        t.wait_for(lambda t: t.stopped() and "quit" not in t.screen.text, 10, "the stop, and no word of keys")
        true(t.restored(), "the terminal's mode is another one")
        os.kill(pid, signal.SIGCONT)
        t.wait_for(lambda t: t.mode() == (False, False), 10, "the keyboard")
        shows(t, r"quit")
        t.press("q")
        equal(t.wait(20), 0, note=t.said())
        true(t.restored(), "the terminal's mode is another one")

    @on_terminal("space holds the picture, s sorts it anew, and other keys do nothing")
    def _():
        t = top()
        three = r"(?m)^[789] +\d+\n[789] +\d+\n[789] "
        held = False
        while not held:
            t.wait_for(lambda t: [call(w, n) for w, n in ((7, 2), (8, 3), (9, 1))] and re.search(three, t.screen.text), 10, "three rows")
            t.press(" ")
            t.wait_for(lambda t: "paused" in t.screen.text, 10, "the pause")
            held = re.search(three, t.screen.text)
            if not held:  # another picture came between
                t.press(" ")
                t.wait_for(lambda t: "paused" not in t.screen.text, 10, "that it goes on")
        rows = sorted(l for l in t.screen.text.splitlines() if l[:1].isdigit())
        t.press("\033[As")  # an arrow, with something behind it
        time.sleep(0.3)
        t.read()
        matches(t.screen.text, "sorted by count")
        t.press("s")
        t.wait_for(lambda t: "sorted by who" in t.screen.text, 10, "another order")
        equal([l for l in t.screen.text.splitlines() if l[:1].isdigit()], sorted(rows, reverse=True))
        call(99)
        time.sleep(0.6)
        t.read()
        true("99" not in t.screen.text, t.screen.text)
        t.press(" ")
        t.wait_for(lambda t: call(99) or re.search(r"(?m)^99 ", t.screen.text), 10, "that it goes on")
        t.press("xyzQ")
        equal(t.wait(20), 0, note=t.said())

    @on_terminal("a resize: as many rows as fit, cut at the width")
    def _():
        t = top(rows=24)
        for i in range(15):
            call(1000 + i)
        t.wait_for(lambda t: [call(1000 + i) for i in range(15)] and len(t.screen.text.splitlines()) > 15, 10, "many rows")
        t.screen.rows, t.screen.lines, t.screen.row = 8, [""] * 8, 0
        t.resize(8, 20)
        # A picture as before may still be on its way.
        narrow = lambda lines: (
            len(lines) == 8 and max(map(len, lines)) == 20 and lines[0] == "WHO    COUNT" and lines[-1] == "q: quit, space: paus"
        )
        t.wait_for(lambda t: [call(1000 + i) for i in range(15)] and narrow(t.screen.text.splitlines()), 10, "the narrow picture")
        stop(t)

    @on_terminal("--count: the last interval is the last picture")
    def _():
        t = Terminal(*mine(TOP, "0.3", "3"))
        with calling(7):
            equal(t.wait(60), 0, note=t.said())
        equal(t.raw.count("\033[H"), 3, note=t.said())
        true(t.restored(), "the terminal's mode is another one")
        true("quit" not in t.screen.text, t.screen.text)
        equal(t.screen.text.count("WHO"), 1, note=t.screen.text)

    for name, argv, more in (("-C", ["-C"], {}), ("TERM=dumb", [], {"term": "dumb"})):

        @on_terminal(f"{name}: tables below one another, and the keyboard is left alone")
        def _(argv=argv, more=more):
            t = Terminal(*mine(TOP, *argv), stderr=subprocess.DEVNULL, **more)
            t.wait_for(lambda t: call(7) or t.raw.count("\r\n\r\nWHO") > 2, 60, "tables")
            true(t.restored(), "the terminal's mode is another one")
            true("\033[" not in t.raw, t.said())
            stop(t)

    @on_terminal("in the background: tables below one another, no keys, and nothing stops it")
    def _():
        # timeout(1) gives its command a process group of its own.
        t = Terminal("sh", "-c", 'timeout 600 "$@" & echo "pid $!"; wait', "sh", *mine(TOP), stderr=subprocess.DEVNULL)
        t.wait_for(lambda t: call(7) or t.raw.count("\r\n\r\nWHO") > 2, 60, "tables")
        true(t.restored(), "the terminal's mode is another one")
        true("\033[" not in t.raw, t.said())
        os.kill(int(re.search(r"pid (\d+)", t.raw).group(1)), signal.SIGTERM)
        t.wait(20)

    @on_terminal("stdin is no terminal: a screen without keys")
    def _():
        t = Terminal("sh", "-c", 'exec "$@" </dev/null', "sh", *mine(TOP))
        wait_for(lambda: call(7) or t.read(0.05) and re.search(r"(?m)^7 ", t.screen.text), 60, "a row")
        true("quit" not in t.screen.text, t.screen.text)
        true(t.restored(), "the terminal's mode is another one")
        stop(t)

    @on_terminal("a top in a pipe is as it was: tables with an empty line between, no sequences")
    def _():
        out = piped(TOP, feed=lambda: call(7, 5))
        true("\033" not in out, repr(out))
        true(re.fullmatch(r"(WHO    COUNT\n(7      \d\n)?\n)*WHO    COUNT\n(7      \d\n)?", out), repr(out))
        # An interval may end between the calls.
        equal(sum(map(int, re.findall(r"(?m)^7 +(\d)$", out))), 5, note=repr(out))

    # --- heat maps ---

    def calls():
        call(5, 3)  # slot 4 -> 7, odd
        call(64, 40)  # 64 -> 127, even
        time.sleep(2.5)  # another column, even if the first one is read late
        call(65, 9)

    def maps(text):
        """Section: low bound: the characters of its line."""
        found, at = {}, None
        for line in text.splitlines():
            if line.startswith("kind = "):
                at = found.setdefault(line[7:], {})
            m = re.match(r" *(\d+) \|(.*)$", line)
            if m:
                at[int(m.group(1))] = m.group(2)
        return found

    @on_terminal("--heatmap in a pipe: once, at the end, in characters, a map a section")
    def _():
        out = piped(HISTOGRAM, "--heatmap", feed=calls)
        true("\033" not in out, repr(out))
        matches(out, r"^usecs, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d, a column is 1 s\n")
        got = maps(out)
        equal(set(got), {"even & <calm>", "odd"}, note=out)
        equal(set(got["even & <calm>"]), {64}, note=out)
        equal([low for low in got["odd"]], [64, 32, 16, 8, 4], note=out)
        legend = {m: (int(low), int(high or low)) for m, low, high in re.findall(r"  (\S) (\d+)(?:-(\d+))?", out.splitlines()[-1])}

        def holds(line, n):
            """Its marks stand for so many; calls that were made at once may be of two seconds."""
            marks = [legend[m] for m in line.replace(" ", "")]
            true(1 <= len(marks) <= 2, "one mark", out)
            true(sum(low for low, _ in marks) <= n <= sum(high for _, high in marks), f"{n} in {line!r}", out)

        holds(got["even & <calm>"][64], 40)
        holds(got["odd"][64], 9)
        holds(got["odd"][4], 3)
        first = lambda line: len(line) - len(line.lstrip())
        true(first(got["odd"][64]) >= len(got["odd"][4].rstrip()), "another column", out)

    @on_terminal("--heatmap: nothing was counted")
    def _():
        out = piped(HISTOGRAM, "--heatmap", "0.5", feed=lambda: None)
        matches(out, "^usecs, .* a column is 0.5 s\nnothing was counted\n")

    @on_terminal("--heatmap on a terminal: a column more each interval, in its place, in colours; q ends it")
    def _():
        t = Terminal(*mine(HISTOGRAM, "--heatmap", "0.3"))
        whole = r"^usecs, .*a column is 0\.3 s\n(.*\n)*kind = even & <calm>\n64 \|.*\n   \+\+.*\n(.*\n)*count:.*\nq: quit, space: pause$"
        t.wait_for(lambda t: call(64) or re.search(whole, t.screen.text), 60, "a map")
        matches(t.raw, "\033\\[48;5;\\d+m +\033\\[0m")
        line = lambda: next((l for l in t.screen.text.splitlines() if "+" in l), "")
        before = len(line())
        t.wait_for(lambda t: call(64) or len(line()) >= before + 2, 10, "columns")
        true("\033[2J" not in t.raw, t.said())
        t.press("q")
        equal(t.wait(20), 0, note=t.said())
        true(t.restored(), "the terminal's mode is another one")
        matches(t.screen.text, r"kind = even")
        true("quit" not in t.screen.text, t.screen.text)

    @on_terminal("--heatmap with NO_COLOR: characters")
    def _():
        t = Terminal(*mine(HISTOGRAM, "--heatmap", "0.3"), env={"NO_COLOR": "1"})
        wait_for(lambda: call(64, 30) or t.read(0.05) and re.search(r"64 \|.*[.:=+*#%@-]", t.screen.text), 60, "a map")
        true(not re.search("\033\\[[0-9;]+m", t.raw), t.said())
        stop(t)

    # --- the picture ---

    SVG = "{http://www.w3.org/2000/svg}"

    def picture(text):
        """Its root, and of each section the tooltips: (values, count)."""
        root = xml.etree.ElementTree.fromstring(text)
        equal(root.tag, SVG + "svg")
        found = {}
        for group in root.findall(SVG + "g"):
            name = next(t.text for t in group.findall(SVG + "text") if "counted" in t.text)
            tips = [r.find(SVG + "title").text for r in group.findall(SVG + "rect")]
            found[name] = [re.fullmatch(r"\d\d:\d\d:\d\d to \d\d:\d\d:\d\d, (.*) usecs: (\d+)", t).groups() for t in tips]
        return root, found

    def counted(tips):
        """How many of each range, in whatever columns."""
        sums = {}
        for values, n in tips:
            sums[values] = sums.get(values, 0) + int(n)
        return sums

    @on_terminal("--output svg: sound XML by itself, with what was run, and each count as a tooltip")
    def _():
        out = piped(HISTOGRAM, "--output", "svg", "--duration", "60", feed=calls)
        root, found = picture(out)
        equal(
            {name: counted(tips) for name, tips in found.items()},
            {
                "kind = even & <calm>: 40 counted": {"64 to 127": 40},
                "kind = odd: 12 counted": {"4 to 7": 3, "64 to 127": 9},
            },
            note=out,
        )
        title = root.find(SVG + "title").text
        matches(title, r"^bcchost --tools-dir /\S+ mine --output svg --duration 60$")
        said = [t.text for t in root.iter(SVG + "text")]
        name = os.uname()
        true(any(t.startswith(f"{name.nodename}, Linux {name.release}, 20") for t in said), str(said))
        for word in ("usecs", "time (a column is 1 s)", "count", "4", "128"):
            true(word in said, f"{word} in {said}")
        # Nothing that a page would have to fetch.
        true(not re.search(r"href|<style|<script|url\(", out), out)
        for rect in root.iter(SVG + "rect"):
            true(float(rect.get("x", 0)) + float(rect.get("width")) <= float(root.get("width")), "a field beyond the edge")

    @on_terminal("--output svg of nothing, and of a command line with odd characters")
    def _():
        d = tool(directory, HISTOGRAM)
        odd = os.path.join(d, "a<b>&'\xff\x01 .d")
        odd_bytes = os.fsencode(odd.replace("\xff", "\udcff"))
        os.rename(d, d + ".x")
        os.mkdir(d)
        os.rename(d + ".x", odd_bytes)
        p = subprocess.run([bcchost.encode(), b"--tools-dir", odd_bytes, b"mine", b"--output", b"svg", b"0.3", b"2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal(p.returncode, 0, note=p.stderr)
        root, found = picture(p.stdout)
        equal(found, {})
        matches(root.find(SVG + "title").text, re.escape("a<b>&'\\''\\xff\\x01 .d"))
        true(any("nothing was counted" in t.text for t in root.iter(SVG + "text")), p.stdout)

    @on_terminal("pictures are of histograms, and not of data")
    def _():
        for argv, text in (
            (["opensnoop", "--output", "svg"], "--output svg is the picture of a histogram, and opensnoop prints none; it has text, json and csv"),
            (["opensnoop", "--heatmap"], "--heatmap"),
            (["biolatency", "--heatmap", "--output", "json"], "--heatmap is a picture, and --output json asks for data"),
            (["biolatency", "--heatmap", "-j"], "--heatmap is a picture, and --json asks for data"),
            (["biolatency", "-j", "--output", "svg"], "--output svg and --json"),
            (["biolatency", "--output", "png"], "text, json or csv; of a histogram also svg"),
        ):
            run = command(bcchost, *argv)
            equal(run.returncode, 2, " ".join(argv), run.stderr)
            true(text in run.stderr, f"{' '.join(argv)}: {run.stderr}")

    @on_terminal("--output json on a terminal: lines as in a pipe, no titles, no colours, no screen")
    def _():
        t = Terminal(*mine(STREAM, "--output", "json"), rows=6, stderr=subprocess.DEVNULL)
        t.wait_for(lambda t: call(19) or t.raw.count("\n") > 12, 60, "lines")
        stop(t)
        equal({json.loads(l)["bad"] for l in t.raw.splitlines() if l.startswith("{")}, {-5})
        true("\033" not in t.raw and "NAME" not in t.raw, t.said())
        t = Terminal(*mine(TOP, "--output", "json"), stderr=subprocess.DEVNULL)
        t.wait_for(lambda t: call(7) or t.raw.count("\n") > 3, 60, "lines")
        true(t.restored(), "the terminal's mode is another one")
        true("\033[H" not in t.raw, t.said())
        stop(t)
