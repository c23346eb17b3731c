# SPDX-License-Identifier: Apache-2.0
"""execsnoop on a real kernel."""

import ctypes
import os
import struct
import threading

import elf32
from guest import Bunch, ending, start, stop, table
from harness import case, command, equal, fixture, main, matches, true

table(
    "execsnoop",
    r"(TIME +)?(TIME\(s\) +)?(UID +)?PCOMM +PID +(PARENT +)?PPID +(CPU +)?RET ARGS",
    r"(?:(?P<clock>\d\d:\d\d:\d\d) )?(?:(?P<elapsed>\d+\.\d{3}) +)?(?:(?P<uid>\d+) +)?"
    r"(?P<comm>.{16}) (?P<pid>\d+) +(?:(?P<parent>[^\d ].{15}) )?(?P<ppid>\d+) +(?:(?P<cpu>\d+) +(?=-?\d))?"
    r"(?P<ret>-?\d+) (?P<file>.*)",
)

ENV = {"PATH": "/usr/bin:/bin"}
EXECVE, EXECVEAT = 59, 322
libc = ctypes.CDLL(None, use_errno=True)


def child(do):
    """A process that does it, and ends with 99 if it is still there; its pid and how it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            do()
        except BaseException:
            pass
        os._exit(99)
    return Bunch(pid=pid, status=os.waitpid(pid, 0)[1])


def run(path, *argv):
    return child(lambda: os.execve(path, argv, ENV))


def pointers(*strings):
    """An array of char *, NULL behind the last; a number is the pointer itself."""
    values = [s if isinstance(s, int) else ctypes.cast(ctypes.c_char_p(s), ctypes.c_void_p).value for s in strings]
    array = (ctypes.c_void_p * (len(values) + 1))(*values, None)
    array.kept = strings
    return array


def execveat(fd, path, *argv):
    return child(lambda: libc.syscall(EXECVEAT, fd, path, pointers(*argv), pointers(b"A=b"), 0))


def in_thread(path, *argv):
    """By a thread that is not the first of its process."""

    def do():
        t = threading.Thread(target=lambda: os.execve(path, argv, ENV))
        t.start()
        t.join()

    return child(do)


def as_user(uid, path, *argv):
    def do():
        os.setuid(uid)
        os.execve(path, argv, ENV)

    return child(do)


def script(path, text):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path


def broken_elf(path):
    """The kernel sees that its segment cannot be mapped when the old program is gone already."""
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0x400000, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0x10, 0x400000, 0x400000, 200, 200, 4096)
    with open(path, "wb") as f:
        f.write(header + segment + bytes(4096))
    os.chmod(path, 0o755)
    return path


class Held:
    """A process that waits before it runs the program."""

    def __init__(self, path, *argv):
        r, self.w = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.w)
            os.read(r, 1)
            os.execve(path, argv, ENV)
        os.close(r)

    def go(self):
        os.close(self.w)
        os.waitpid(self.pid, 0)


@fixture
def session():
    s = Bunch()
    s.held = Held("/bin/true", "true", "xs-held")
    options = {
        "plain": [],
        "fails": ["-x"],
        "kprobe": ["-x", "--variant", "kprobe"],
        "perf": ["-q", "--buffer", "perf", "-l", "xs-"],
        "name": ["-n", "^xs-n[ab]$"],
        "line": ["-l", "xs-line [0-9]+ tw[o]$"],
        "five": ["-l", "xs-count", "--max-events", "5"],
        "time": ["-T", "-t", "-U", "-M", "-C"],
        "user": ["-U", "-u", "1234"],
        "ppid": ["-P", os.getpid()],
        "pid": ["-p", s.held.pid],
        "few": ["--max-args", "3"],
        "many": ["--max-args", "128", "-l", "xs-many"],
    }
    s.tools = start(**{name: ["execsnoop", *o] for name, o in options.items()})
    s.count = [run("/bin/true", "true", f"xs-count-{i:02}", "two words") for i in range(23)]
    s.held.go()
    run("/bin/true", "true", "xs-line", "12", "two")
    run("/bin/true", "true", "xs-line", "x", "two")
    for name in ("xs-na", "xs-nb", "xs-nc"):
        os.path.lexists(f"/tmp/{name}") or os.symlink("/bin/true", f"/tmp/{name}")
        run(f"/tmp/{name}", name, "xs-name")
    s.user = as_user(1234, "/bin/true", "true", "xs-user")
    run("/bin/true", "true", b"xs-odd\nx\ty\x01\xff", "", 'quo"te', "back\\slash")
    run("/bin/true", "true", "xs-long", "L" * 5000, "xs-after")
    run("/bin/true", *["true", "xs-thirty", *map(str, range(2, 30))])
    run("/bin/true", *["true", "xs-twenty", *map(str, range(2, 20))])
    run("/bin/true", *["true", "xs-many", *("m" * 290 + f"{i:03}" for i in range(100))])
    run("/bin/true", *["true", "xs-many", *(f"{i:03}" for i in range(127))])
    child(lambda: libc.syscall(EXECVE, b"/tmp/xs-nothing", pointers(), pointers()))
    # Scripts: the interpreters' words are not the caller's.
    script("/tmp/xs-script", "#!/bin/sh\nexit 0\n")
    script("/tmp/xs-opt", "#!/bin/sh -e\nexit 0\n")
    script("/tmp/xs-nested", "#!/tmp/xs-opt xs-of-nested\n")
    for name in ("xs-script", "xs-opt", "xs-nested"):
        run(f"/tmp/{name}", "zero", "xs-of-script", "two words")
    run("/tmp/xs-script", "zero")
    in_thread("/bin/true", "true", "xs-thread", "xs-2")
    # execveat
    s.fd = os.open("/bin/true", os.O_RDONLY)
    run(s.fd, "true", "xs-fexecve")
    s.dir = os.open("/usr/bin", os.O_RDONLY)
    execveat(s.dir, b"true", b"true", b"xs-relative")
    # 32 bits
    elf32.program("/tmp/xs-32")
    elf32.program("/tmp/xs-32-caller", (11, "/tmp/xs-32-missing", ["a", "xs-of-32", "b c"], 0))
    run("/tmp/xs-32", "zero", "xs-in-32", "two words")
    run("/tmp/xs-32-caller", "zero")
    # Failures
    s.fails = [
        (run("/tmp/xs-missing", "zero", "xs-fail", "1 2"), -2, "/tmp/xs-missing xs-fail 1 2"),
        (run("/tmp", "zero", "xs-fail"), -13, "/tmp xs-fail"),
        (run(script("/tmp/xs-garbage", "\x01\x02"), "zero", "xs-fail"), -8, "/tmp/xs-garbage xs-fail"),
        (run("/bin/true/xs", "zero", "xs-fail"), -20, "/bin/true/xs xs-fail"),
        (run("/bin/true", "zero", "xs-fail", "B" * 200000), -7, "/bin/true xs-fail " + "B" * 4095 + "..."),
        (execveat(-1, b"xs-name", b"zero", b"xs-fail"), -9, "xs-name xs-fail"),
        (child(lambda: libc.syscall(EXECVE, b"/bin/true", pointers(b"a", b"xs-fail", 16), None)), -14, "/bin/true xs-fail ?"),
        (child(lambda: libc.syscall(EXECVE, None, pointers(b"a", b"xs-fail"), None)), -14, "NULL xs-fail"),
    ]
    s.broken = run(broken_elf("/tmp/xs-broken"), "zero", "xs-fail")
    stop(s.tools)
    return s


def said(tool, mark):
    return [r.file for r in tool.rows(mark)]


@case("23 programs: 23 lines, their arguments in order")
def _(session):
    expected = [f"/bin/true xs-count-{i:02} two words" for i in range(23)]
    equal(said(session.tools.plain, "xs-count-"), expected, note=session.tools.plain.said())


@case("their names, pids, the parent's pid, 0")
def _(session):
    got = [(r.comm, int(r.pid), int(r.ppid), int(r.ret)) for r in session.tools.plain.rows("xs-count-")]
    equal(got, [("true", c.pid, os.getpid(), 0) for c in session.count])


@case("the heading is BCC's")
def _(session):
    equal(session.tools.plain.heading().split(), ["PCOMM", "PID", "PPID", "RET", "ARGS"])
    heading = ["TIME", "TIME(s)", "UID", "PCOMM", "PID", "PARENT", "PPID", "CPU", "RET", "ARGS"]
    equal(session.tools.time.heading().split(), heading)


@case("-T, -t, -U: the clock, the seconds, the user")
def _(session):
    rows = session.tools.time.rows("xs-")
    true(len(rows) > 23 and all(r.clock and r.elapsed and r.uid for r in rows), session.tools.time.said())
    times = [float(r.elapsed) for r in rows]
    true(times == sorted(times) and times[-1] > 0, f"{times}")
    equal({r.uid for r in rows if "xs-user" in r.file}, {"1234"})
    equal({r.uid for r in rows if "xs-count-" in r.file}, {"0"})


@case("-M, -C: the parent's name, the processor")
def _(session):
    rows = session.tools.time.rows("xs-count-")
    with open("/proc/self/comm") as f:
        equal({r.parent.strip() for r in rows}, {f.read().strip()}, note=session.tools.time.said())
    true({r.cpu for r in rows} <= {str(i) for i in range(os.cpu_count())}, session.tools.time.said())


@case("-u: that user alone")
def _(session):
    got = [(int(r.pid), r.uid, r.file) for r in session.tools.user.rows()]
    equal(got, [(session.user.pid, "1234", "/bin/true xs-user")], note=session.tools.user.said())


@case("-n: the names that match")
def _(session):
    equal(said(session.tools.name, ""), ["/tmp/xs-na xs-name", "/tmp/xs-nb xs-name"], note=session.tools.name.said())


@case("-l: the lines that match")
def _(session):
    equal(said(session.tools.line, ""), ["/bin/true xs-line 12 two"], note=session.tools.line.said())


@case("-l with -M: those that are shown are counted")
def _(session):
    equal(said(session.tools.five, ""), [f"/bin/true xs-count-{i:02} two words" for i in range(5)], note=session.tools.five.said())


@case("-P: children of that process alone")
def _(session):
    rows = session.tools.ppid.rows()
    equal({int(r.ppid) for r in rows}, {os.getpid()})
    equal(sum("xs-count-" in r.file for r in rows), 23, note=session.tools.ppid.said())


@case("-p: that process alone")
def _(session):
    got = [(int(r.pid), r.file) for r in session.tools.pid.rows()]
    equal(got, [(session.held.pid, "/bin/true xs-held")], note=session.tools.pid.said())


@case("--max-args 3: the file and two more, then ...")
def _(session):
    equal(said(session.tools.few, "xs-line"), ["/bin/true xs-line 12 ...", "/bin/true xs-line x ..."])
    equal(said(session.tools.few, "xs-count-22"), ["/bin/true xs-count-22 two words"])


@case("30 arguments: 20 and ...; 20 are whole")
def _(session):
    numbers = lambda n: " ".join(map(str, range(2, n)))
    equal(said(session.tools.plain, "xs-thirty"), [f"/bin/true xs-thirty {numbers(20)} ..."])
    equal(said(session.tools.plain, "xs-twenty"), [f"/bin/true xs-twenty {numbers(20)}"])


@case("an argument of 5000 bytes is marked as cut; the one behind it is there")
def _(session):
    equal(said(session.tools.plain, "xs-long"), ["/bin/true xs-long " + "L" * 4095 + "... xs-after"])


@case("more than 16 KB in all end in ...; 128 short ones do not")
def _(session):
    long, short = said(session.tools.many, "")
    true(long.endswith(" ...") and 16000 < len(long) < 21000, f"{len(long)} bytes: …{long[-400:]}")
    words = long.split()[2:-1]
    equal(words, ["m" * 290 + f"{i:03}" for i in range(len(words))])
    equal(short, "/bin/true xs-many " + " ".join(f"{i:03}" for i in range(126)) + " ...")


@case("a line stays a line: newlines, control characters, what is no UTF-8")
def _(session):
    equal(said(session.tools.plain, "xs-odd"), ["/bin/true xs-odd\\nx\\ty\\x01\\xff  quo\"te back\\slash"])


@case("-q: each in quotes, quotes inside escaped; through a perf buffer")
def _(session):
    equal(said(session.tools.perf, "xs-odd"), ['"/bin/true" "xs-odd\\nx\\ty\\x01\\xff" "" "quo\\"te" "back\\slash"'])
    equal(len(said(session.tools.perf, "xs-count-")), 23)
    equal(said(session.tools.perf, '"xs-line" "12"'), ['"/bin/true" "xs-line" "12" "two"'])


@case("a script: as the caller named it, without its interpreter's words")
def _(session):
    rows = session.tools.plain.rows("xs-of-script")
    equal([(r.comm, r.file) for r in rows], [(n, f"/tmp/{n} xs-of-script two words") for n in ("xs-script", "xs-opt", "xs-nested")])
    equal(said(session.tools.plain, "/tmp/xs-script")[-1], "/tmp/xs-script")


@case("by a thread that is not the first")
def _(session):
    equal(said(session.tools.plain, "xs-thread"), ["/bin/true xs-thread xs-2"])


@case("execveat: by descriptor, and below a directory's")
def _(session):
    equal(said(session.tools.plain, "xs-fexecve"), [f"/dev/fd/{session.fd} xs-fexecve"])
    equal(said(session.tools.plain, "xs-relative"), [f"/dev/fd/{session.dir}/true xs-relative"])


@case("a 32-bit program's arguments")
def _(session):
    equal(said(session.tools.plain, "xs-in-32"), ["/tmp/xs-32 xs-in-32 two words"])


@case("-x: a 32-bit caller's failure")
def _(session):
    got = [(int(r.ret), r.file) for r in session.tools.fails.rows("xs-of-32")]
    equal(got, [(-2, "/tmp/xs-32-missing xs-of-32 b c")])


def failures(tool, session):
    got = [(int(r.pid), int(r.ret), r.file) for r in tool.rows("xs-fail")]
    equal(got, [(c.pid, ret, line) for c, ret, line in session.fails], note=tool.said())


@case("-x: failures with their errno")
def _(session):
    failures(session.tools.fails, session)
    equal([int(r.ret) for r in session.tools.fails.rows("/tmp/xs-nothing")], [-2])


@case("-x: the ones that went well too")
def _(session):
    equal(len(session.tools.fails.rows("xs-count-")), 23)


@case("without -x: no failure")
def _(session):
    equal(said(session.tools.plain, "xs-fail"), [])
    equal({r.ret for r in session.tools.plain.rows()}, {"0"})


@case("-x: one that dies of it, its memory gone")
def _(session):
    rows = [r for r in session.tools.fails.rows() if int(r.pid) == session.broken.pid]
    equal([(int(r.ret), r.file) for r in rows], [(-22, "?")])


@case("--variant kprobe: the same")
def _(session):
    failures(session.tools.kprobe, session)
    for mark in ("xs-count-", "xs-of-script", "xs-in-32", "xs-of-32", "xs-thread"):
        equal(said(session.tools.kprobe, mark), said(session.tools.fails, mark))


@case("what is no regular expression is told, exit 2")
def _(session):
    r = command("bcchost", "execsnoop", "-n", "(")
    equal(r.returncode, 2)
    matches(r.stderr, r"-n \(: wants a POSIX extended regular expression")


ending()
main()
