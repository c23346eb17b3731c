# SPDX-License-Identifier: Apache-2.0
"""What opensnoop says on the running kernel, for people and as data: cases of run-native.py."""

import csv
import glob
import io
import json
import os
import re
import select
import signal
import subprocess
import time

import output
from harness import Background, case, command, equal, Skip, true, wait_for
from native import BCCHOST, has_kprobes, TEMP, TOOLS, TOP


def want_opens():
    """Skips where opensnoop cannot run."""
    if os.getuid():
        raise Skip("not root")
    if not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_openat"):
        command("mount", "-t", "tracefs", "tracefs", "/sys/kernel/tracing")
    if not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_openat") and not has_kprobes():
        raise Skip("this kernel has neither syscall tracepoints nor kprobes")
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        raise Skip("this kernel has no BTF")


def undone(text):
    """docs/output.md's way back to a name's bytes."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())


ODD = [
    *(b"plain", b"caf\xe9", "文件".encode(), b"quo\"te,com\\ma", b"li\nne\r", b"\\xff", b"\\\xff", b"\x01\x7f"),
    *(b" blank ", b"\\x5cxff", b"-", b"\\"),
]


def opened(form, *options):
    """What opensnoop says of files of these names that are opened: its stdout."""
    t = Background(BCCHOST, "opensnoop", "-p", os.getpid(), "--output", form, "--verbose", *options)
    wait_for(lambda: re.search(r"attached \d+ probes", t.stderr) or not t.alive(), 60, "its probes")
    true(t.alive(), t.said())
    for name in ODD:
        os.close(os.open(os.fsencode(TEMP) + b"/" + name, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC))
    time.sleep(0.5)
    t.signal(signal.SIGINT)
    equal(t.wait(10), 0, note=t.said())
    return t.read("out").decode()  # which is UTF-8, or fails


def right(rows):
    """Those of the odd files, which must be all there; rows are of texts, or as JSON has them."""
    got = [r for r in rows if os.path.dirname(undone(r["path"] or "")) == os.fsencode(TEMP)]
    got = [r for r in got if int(r["flags"]) & os.O_CREAT and not r["path"].endswith((".out", ".err"))]
    equal([undone(r["path"])[len(TEMP) + 1 :] for r in got], ODD)
    for r in got:
        equal((int(r["pid"]), int(r["err"])), (os.getpid(), 0))
        true(int(r["fd"]) >= 0, f"fd {r['fd']}")
    return got


@case("--output json: any name comes back; jq, the documented fields and types")
def _(installed):
    want_opens()
    began = time.time() - 1
    text = opened("json", "-T")
    checked = output.Checked(output.documented(output.PAGE)["opensnoop"], text, began, time.time() + 1)
    equal(checked.wrong, [], note=text)
    got = right(checked.objects)
    equal(got[0]["flags_names"], ["O_RDWR", "O_CREAT", "O_TRUNC", "O_CLOEXEC"])
    equal(got[0]["flags"] & ~0o100000, 0o2001102)
    elapsed = [r["elapsed_ns"] for r in got]
    equal(elapsed, sorted(elapsed))
    equal([json.loads(l) for l in output.jq(text).splitlines()], checked.objects)


@case("--output csv: the same, as Python's reader takes it apart")
def _(installed):
    want_opens()
    text = opened("csv")
    true(text.endswith("\r\n"), "no CRLF at the end")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    equal(list(rows[0]), list(output.documented(output.PAGE)["opensnoop"]))
    equal(json.loads(right(rows)[0]["flags_names"]), ["O_RDWR", "O_CREAT", "O_TRUNC", "O_CLOEXEC"])
    equal({r["uid"] for r in rows}, {""})
    true(not opened("csv", "--no-header").startswith("time,"), "a heading")


@case("--output json: whole lines to one who reads a little, and at Ctrl-C")
def _(installed):
    want_opens()
    for first in (1, 100, 5000):
        argv = [BCCHOST, "opensnoop", "--output", "json", "-p", str(os.getpid())]
        p = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        end = time.monotonic() + 300
        while not select.select([p.stdout], [], [], 0.01)[0]:
            true(time.monotonic() < end and p.poll() is None, "no line came")
            open("/dev/null").close()
        text = os.read(p.stdout.fileno(), first)
        for _ in range(20000):  # more than a pipe holds
            os.close(os.open("/dev/null", os.O_RDONLY))
        time.sleep(0.5)
        for _ in range(3):
            p.send_signal(signal.SIGINT)
            time.sleep(0.2)
        text += p.communicate(timeout=100)[0]
        true(text.endswith(b"}\n"), f"half a line: {text[-80:]!r}")
        for line in text.splitlines():
            json.loads(line)


@case("docs/output.md has the fields that the manual pages and the programs have")
def _(installed):
    run = command("python3", f"{TOP}/tests/docs-fields", "--check", env=dict(os.environ, BCCHOST=BCCHOST))
    equal((run.returncode, run.stderr), (0, ""))
    equal(list(output.documented(output.PAGE)), TOOLS)


@case("opensnoop runs on this kernel, with or without kprobes")
def _(installed):
    want_opens()
    paths = [f"{TEMP}/file{i:02}" for i in range(23)]
    t = Background(BCCHOST, "opensnoop", "-p", os.getpid())
    wait_for(lambda: "PATH" in t.stdout or not t.alive(), 60, "the heading")
    true(t.alive(), t.said())
    for p in paths:
        open(p, "w").close()
    try:
        open(f"{TEMP}/missing")
    except FileNotFoundError:
        pass
    time.sleep(0.5)
    t.signal(signal.SIGINT)
    equal(t.wait(10), 0, note=t.said())
    got = [l.split()[-2:] for l in t.stdout.splitlines() if re.search(r"/(file\d\d|missing)$", l)]
    equal(got, [["0", p] for p in paths] + [["2", f"{TEMP}/missing"]], note=t.said())
