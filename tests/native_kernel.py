# SPDX-License-Identifier: Apache-2.0
"""The running kernel: privileges, and doctor: cases of run-native.py."""

import glob
import json
import os
import re
import shutil
import signal
import tempfile
import time

from harness import Background, case, command, equal, matches, Skip, true, wait_for
from native import (
    bcchost, BCCHOST, facts, fails, has_kprobes, KERNEL, NOBODY, OK, PERMISSION, succeeds, TEMP, TOOL, TOOLS, USAGE,
)
from pseudo_terminal import Terminal


@case("tracing needs root")
def _(installed):
    fails(bcchost("opensnoop", nobody=True), PERMISSION, r"\broot\b", str(NOBODY))


@case("on a kernel without kprobes filelife says so")
def _(installed):
    if os.getuid():
        raise Skip("not root")
    if has_kprobes():
        raise Skip("this kernel has kprobes")
    fails(bcchost("filelife"), KERNEL, "kprobes", re.escape(os.uname().release))


def status(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(l.rstrip("\n").split(":\t", 1) for l in f if ":\t" in l)


@case("a tool that traces has given up what it does not need")
def _(installed):
    if os.getuid():
        raise Skip("not root")
    t = Background(BCCHOST, "opensnoop", "-p", os.getpid())
    wait_for(lambda: "PATH" in t.stdout or not t.alive(), 60, "the heading")
    true(t.alive(), t.said())
    s = status(t.pid)
    open(f"{TEMP}/given-up", "w").close()
    time.sleep(0.5)
    t.signal(signal.SIGINT)
    equal(t.wait(10), 0, note=t.said())
    # Kernels before 6.0 want CAP_BPF for each look into a table.
    bpf = 0 if tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 0) else 1 << 39
    equal({k: int(s[k], 16) & ~bpf for k in ("CapPrm", "CapEff")}, {"CapPrm": 0, "CapEff": 0})
    equal([int(s[k], 16) for k in ("CapInh", "CapBnd", "CapAmb")], [0, 0, 0])
    equal(s["NoNewPrivs"], "1")
    matches(t.stdout, "given-up")


@case("what compiles is a user of its own, without privileges")
def _(installed):
    if os.getuid():
        raise Skip("not root")
    seen = {}

    def look():
        """Until its end: it begins as root, and the last that was seen is what it stayed."""
        for path in glob.glob("/proc/[0-9]*/comm"):
            try:
                with open(path) as f:
                    if f.read() != "bcchost-compile"[:15] + "\n":
                        continue
                s = status(path.split("/")[2])
            except OSError:
                continue
            if s.get("PPid") == str(t.pid) and s["NoNewPrivs"] == "1" and not s["State"].startswith("Z"):
                seen.update(s)
        return not t.alive()

    t = Background(BCCHOST, "--compile-only", "--no-cache", "opensnoop")
    wait_for(look, 60, "the compiler")
    equal(t.wait(60), 0, note=t.said())
    true(seen, "it was not seen at work")
    equal([int(seen[k], 16) for k in ("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb")], [0] * 5)
    uids = set(seen["Uid"].split()) | set(seen["Gid"].split())
    true(len(uids) == 1 and int(min(uids)) >= 0xFC000000, f"uid and gid {uids}")
    equal(seen["Groups"].strip(), "")


@case("a compile in directories that only root can go to")
def _(installed):
    if os.getuid():
        raise Skip("not root")
    d = tempfile.mkdtemp(dir=TEMP)  # 0700
    run = command(BCCHOST, "--compile-only", "--no-cache", "opensnoop", cwd=d, env=dict(os.environ, TMPDIR=d))
    matches(succeeds(run), "compiles for")
    equal(os.listdir(d), [])
    btf = f"{d}/btf"
    shutil.copy(f"{TEMP}/bookworm/btf", btf)
    os.chmod(btf, 0o600)
    succeeds(command(BCCHOST, "--compile-only", "filelife", *["--btf", "btf", *facts("bookworm")[1][2:]], cwd=d))


@case("help of each command: what it takes, examples and exit codes, before or after its name, where nothing is mounted")
def _(installed):
    for name in ("list", "doctor", "cache", "man", "completion", "port", "export"):
        text = succeeds(bcchost(name, "--help"))
        matches(text, rf"(?m)^Usage: bcchost {name}.*^Examples:\n  .*^Exit codes:\n  0  ", name)
        equal([line for line in text.splitlines() if len(line) > 80], [], name)
        equal(succeeds(bcchost("--help", name)), text)
        equal(succeeds(bcchost(name, "-h")), text)
    fails(bcchost("doctor", "--output", "csv"), USAGE, "nothing but --output json", "csv")
    bare = command("unshare", "-m", "bash", "-c", f"mount -t tmpfs none /proc && {{ {BCCHOST} list --help; {BCCHOST} list; }}")
    if not bare.stdout:
        raise Skip(f"nothing can be mounted here: {bare.stderr.strip()}")
    matches(bare.stdout, "^Usage: bcchost list")
    matches(bare.stderr, "^bcchost: cannot read /proc/self/exe: No such file or directory; is /proc mounted here")


@case("doctor's JSON has every why, however the files are called")
def _(installed):
    tools = tempfile.mkdtemp(dir=os.fsencode(TEMP), suffix=b"\xff\x1b[31m")
    with open(os.path.join(tools, b"odd.yaml"), "w") as f:
        f.write("summary: [\n")
    report = json.loads(succeeds(bcchost("--tools-dir", os.fsdecode(tools), "doctor", "--output", "json")))
    (odd,) = [t for t in report["tools"] if t["name"] == "odd"]
    matches(odd["why"], r"\\xff\\x1b\[31m/odd.yaml:2: ")
    run = bcchost("--tools-dir", os.fsdecode(tools), "odd")
    equal(run.returncode, TOOL)
    true("\x1b" not in run.stderr, repr(run.stderr))


@case("doctor and the tools agree: what it says runs, runs, and what does not says the same")
def _(installed):
    report = json.loads(succeeds(bcchost("doctor", "--output", "json")))
    equal({t["name"] for t in report["tools"]}, set(TOOLS))
    equal(report["kernel"], os.uname().release)
    for t in report["tools"]:
        run = bcchost(t["name"], "--duration", "0.1")
        if t["runs"]:
            equal(run.returncode, OK, t["name"], run.stderr)
        else:
            true(run.returncode in (PERMISSION, KERNEL), f"{t['name']}: {run.returncode}", run.stderr)
            matches(run.stderr, re.escape(t["why"][:60]), t["name"])


@case("doctor on a terminal: no line is wider than it is, and the words are those of a pipe")
def _(installed):
    t = Terminal(BCCHOST, "doctor", columns=60, cwd=TEMP)
    try:
        equal(t.wait(60), OK, note=t.said())
    finally:
        Terminal.all.pop().close()
    lines = t.raw.replace("\r", "").splitlines()
    # A word that is longer stands alone.
    equal([line for line in lines if len(line) > 60 and " " in line[20:]], [])
    equal(t.raw.split(), bcchost("doctor").stdout.split())


@case("doctor for people, and for who may see little")
def _(installed):
    text = succeeds(bcchost("doctor"))
    matches(text, r"^kernel \S+, \S+, uid \d+\n  \S+ +BTF .*\ntools\n")
    for name in TOOLS:
        matches(text, rf"\n  (ok|no) +{name} ")
    if os.getuid() == 0:
        text = succeeds(bcchost("doctor", nobody=True))
        matches(text, r"\n  \?   fentry +only who has CAP_BPF.*\n  no  privileges +tracing needs root[^\n]*lacks CAP_BPF and CAP_PERFMON\n")
        matches(text, r"\n  no  opensnoop +not for this user")
    fails(bcchost("doctor", "me"), USAGE, "takes nothing but --output json")
