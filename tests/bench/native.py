# SPDX-License-Identifier: Apache-2.0
"""native OUT LAB [RUNS]: what this machine shows without a virtual one: compiling against BTF and against
kernel headers (Debian's 6.1, of the lab), memory meanwhile and after, and the event path alone. Samples
go to OUT/samples, as tests/bench/guest.py makes them."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOOLS = ("filelife", "opensnoop")
BCCHOST = "build/bcchost"


def headers(lab, to):
    """Debian's two packages of headers as one tree, which is what libbcc takes."""
    src = f"{lab}/roots/bookworm/usr/src"
    with open(f"{lab}/kernels/bookworm/release") as f:
        release = f.read().strip()
    parts = [f"{src}/linux-headers-{release.rsplit('-', 1)[0]}-common", f"{src}/linux-headers-{release}"]
    if not all(map(os.path.isdir, parts)):
        return None
    for part in parts:
        subprocess.run(["cp", "-a", "--reflink=auto", f"{part}/.", to], check=True)
    return to


def compiled(tool, lab, source):
    """Wall clock, processor time (ns), and the most that a process of it held (kB)."""
    kernel = f"{lab}/kernels/bookworm"
    with open(f"{kernel}/release") as f:
        release = f.read().strip()
    argv = [BCCHOST, "--no-cache", "--compile-only", "--headers", source, "--btf", f"{kernel}/btf",
            "--kallsyms", f"{kernel}/kallsyms", "--kernel-release", release, tool]  # fmt: skip
    started = time.monotonic_ns()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    took = time.monotonic_ns() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        return {"failed": f"compiling ended with {child.returncode}"}
    return {"compile": took, "compile_cpu": (used.ru_utime + used.ru_stime) * 1e9, "compile_rss": used.ru_maxrss}


def running(tool, cache):
    """kB of the host once it traces, and the most that it held itself (the compiler is another process)."""
    env = dict(os.environ, BCCHOST_CACHE_DIR=cache)
    child = subprocess.Popen([BCCHOST, tool], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=env)  # fmt: skip
    if not child.stdout.readline():
        return {"failed": child.stderr.read().decode().strip()}
    time.sleep(1)
    values, name, aside = {}, "", 0
    with open(f"/proc/{child.pid}/smaps") as f:
        for line in f:
            head = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)", line)
            name = head[1] if head else name
            if line.startswith("Rss:") and name.startswith("anon_inode:"):
                aside += int(line.split()[1])
    with open(f"/proc/{child.pid}/status") as f:
        sizes = dict(re.findall(r"(VmHWM|VmRSS):\s+(\d+)", f.read()))
    child.kill()
    child.communicate()
    values["own"], values["most"] = int(sizes["VmRSS"]) - aside, int(sizes["VmHWM"]) - aside
    return values


def event_path(build="build/bench/event_path"):
    """Lines a second, of the program that is only for that."""
    subprocess.run(["make", "-s", build], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    shown = subprocess.run([build], stdout=subprocess.PIPE, text=True, check=True).stdout
    pattern = r"^(\w+) +(\w+) +to +(.+?) +([\d.]+) million lines a second, +([\d.]+) a second of processor time"
    for tool, form, to, wall, cpu in re.findall(pattern, shown, re.M):
        to = ("" if form == "text" else f"{form}_") + to.replace(" ", "_")
        yield tool, {f"lines_{to}": float(wall) * 1e6, f"lines_{to}_cpu": float(cpu) * 1e6}


def main(out, lab, runs=3):
    os.makedirs(out, exist_ok=True)
    samples = open(f"{out}/samples", "a")

    def sample(tool, peer, **values):
        samples.write(json.dumps({"tool": tool, "peer": peer, "group": "native", **values}) + "\n")
        samples.flush()

    samples.write(json.dumps({"group": "machine", "release": os.uname().release, "cpus": os.cpu_count()}) + "\n")
    with tempfile.TemporaryDirectory() as work:
        tree = headers(lab, work)
        for run in range(int(runs) + 1):
            for tool in TOOLS:
                sample(tool, "bcchost", run=run, **compiled(tool, lab, "btf"))
                if tree:
                    sample(tool, "headers", run=run, **compiled(tool, lab, tree))
    for run in (1, 2, 3):
        try:
            for tool, values in event_path():
                sample(tool, "bcchost", run=run, **values)
        except (OSError, subprocess.CalledProcessError) as e:
            sample("event_path", "bcchost", run=run, failed=str(e))
    # Of the two, the one that this machine's kernel can trace without kprobes.
    with tempfile.TemporaryDirectory() as cache:
        for run, kind in ((1, "cold"), (2, "warm")):
            values = running("opensnoop", cache)
            sample("opensnoop", "bcchost", run=run, **{f"{k}_{kind}" if k != "failed" else k: v for k, v in values.items()})


sys.exit(main(*sys.argv[1:]))
