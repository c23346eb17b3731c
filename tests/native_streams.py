# SPDX-License-Identifier: Apache-2.0
"""Tools with several outputs on the running kernel: what run-native.py adds to its cases."""

import csv
import io
import json
import os
import re
import signal
import time

from exporter import Exporter, has_ipv6
from harness import Background, Skip, case, command, equal, matches, true, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
USAGE, TOOL = 2, 5

PROGRAM = """summary: signals that were sent, and what came of it
filters: [comm]
options:
  - {name: target, type: regex, help: only to such}
template: signals.bpf.c
probes:
  - {tracepoint: "syscalls:sys_enter_kill", run: tracepoint__syscalls__sys_enter_kill}
  - {tracepoint: "syscalls:sys_exit_kill", run: tracepoint__syscalls__sys_exit_kill}
output:
  stream: sent
  only: [{option: target, field: target}]
  columns:
    - {title: TIME(s), value: elapsed, field: ts, width: 10, decimals: 6, when: timestamp}
    - {title: COMM, field: comm, width: 16}
    - {title: WHAT, field: target}
  also:
    - stream: done
      columns:
        - {title: TIME(s), value: elapsed, field: ts, width: 10, decimals: 6, when: timestamp}
        - {title: COMM, field: comm, width: 16}
        - {title: %s, field: ret}
"""
COUNTED = """    - histogram: signals
      label: signal
      linear: true
    - top: senders
      columns:
        - {title: COMM, field: comm, width: 16}
        - {title: SENT, field: value}
"""
TEMPLATE = """struct sent { u64 ts; char comm[16]; char target[8]; };
struct done { u64 ts; char comm[16]; s64 ret; };
struct who { char comm[16]; };
BPF_PERF_OUTPUT(sent);
BPF_PERF_OUTPUT(done);
BPF_HISTOGRAM(signals);
BPF_HASH(senders, struct who, u64);
TRACEPOINT_PROBE(syscalls, sys_enter_kill)
{
	struct sent e = {.target = "self"};
	struct who who = {};
	u64 zero = 0, *n;

	FILTER
	if (args->pid != bpf_get_current_pid_tgid() >> 32)
		__builtin_memcpy(e.target, "other", 6);
	e.ts = bpf_ktime_get_ns();
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	sent.perf_submit(args, &e, sizeof(e));
	signals.atomic_increment(args->sig);
	bpf_get_current_comm(&who.comm, sizeof(who.comm));
	n = senders.lookup_or_try_init(&who, &zero);
	if (n)
		lock_xadd(n, 1);
	return 0;
}
TRACEPOINT_PROBE(syscalls, sys_exit_kill)
{
	struct done e = {};

	FILTER
	e.ts = bpf_ktime_get_ns();
	e.ret = args->ret;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	done.perf_submit(args, &e, sizeof(e));
	return 0;
}
"""
SENDER = "import os\nopen('/proc/self/comm', 'w').write('sender')\nfor i in range(%d): os.kill(os.getpid(), 0)\n"


def add(native):
    """native: run-native.py's globals."""
    temp, bcchost, succeeds, fails = (native[n] for n in ("TEMP", "bcchost", "succeeds", "fails"))
    own = f"{temp}/streams"
    for folder in ("programs", "templates"):
        os.makedirs(f"{own}/{folder}", exist_ok=True)

    def put(name, text):
        with open(f"{own}/{name}", "w") as f:
            f.write(text)
        os.chmod(f"{own}/{name}", 0o644)

    put("templates/signals.bpf.c", TEMPLATE)
    put("programs/alike.yaml", PROGRAM % "WHAT")
    put("programs/unlike.yaml", PROGRAM % "RET")
    put("programs/counted.yaml", PROGRAM % "WHAT" + COUNTED)

    def tracing_here(tracepoint="sys_enter_kill"):
        if os.getuid():
            raise Skip("not root")
        if not os.path.exists(f"/sys/kernel/tracing/events/syscalls/{tracepoint}"):
            raise Skip("this kernel has no tracepoints of system calls")
        if not os.path.exists("/sys/kernel/btf/vmlinux"):
            raise Skip("this kernel has no BTF")

    def trace(tool, *argv, calls=5, tools=own, does=None, ends=False):
        """What it prints of a process `sender` that sends itself so many signals."""
        t = Background(native["BCCHOST"], "--verbose", "--tools-dir", tools, tool, *argv)
        wait_for(lambda: "attached" in t.stderr or not t.alive(), 60, "the probes")
        true(t.alive(), t.said())
        command("python3", "-c", does or SENDER % calls)
        time.sleep(0.5)
        if not ends:
            t.signal(signal.SIGINT)
        equal(t.wait(30), 0, note=t.said())
        return t

    @case("streams: with the same titles there is one heading, and the events stand in their order")
    def _(installed):
        tracing_here()
        for more in ((), ("--buffer", "perf")):
            t = trace("alike", "-n", "sender", *more)
            lines = [l.split() for l in t.stdout.splitlines()]
            equal(lines[0], ["COMM", "WHAT"], note=t.said())
            equal(len(lines), 11, note=t.said())
            if not more:
                equal(lines[1:], [["sender", "self"], ["sender", "0"]] * 5, note=t.said())
            true("lost" not in t.stderr, t.said())

    @case("streams: with other titles each line says which it is, and so do JSON and CSV")
    def _(installed):
        tracing_here()
        t = trace("unlike", "-n", "sender")
        equal(t.stdout.splitlines()[:4], ["sent COMM             WHAT", "done COMM             RET",
                                          "sent sender           self", "done sender           0"])
        t = trace("unlike", "-n", "sender", "--output", "json")
        rows = [json.loads(l) for l in t.stdout.splitlines()]
        equal([list(r) for r in rows[:2]], [["table", "time", "elapsed_ns", "comm", "target"], ["table", "time", "elapsed_ns", "comm", "ret"]])
        equal([r["table"] for r in rows], ["sent", "done"] * 5)
        elapsed = [r["elapsed_ns"] for r in rows]
        equal((elapsed[0], elapsed), (0, sorted(elapsed)), "since the first event of both")
        true(elapsed[1] > 0, elapsed)
        t = trace("unlike", "-n", "sender", "--output", "csv")
        rows = list(csv.reader(io.StringIO(t.stdout, newline="")))
        equal(rows[0], ["table", "time", "elapsed_ns", "comm", "target", "ret"])
        equal([(r[0], r[3], r[4], r[5]) for r in rows[1:3]], [("sent", "sender", "self", ""), ("done", "sender", "", "0")])
        equal(len(rows), 11)

    @case("streams: --max-events counts all, --timestamp and `only:` are each stream's, --show is of both")
    def _(installed):
        tracing_here()
        t = trace("alike", "-n", "sender", "-M", "3", ends=True)
        equal(len(t.stdout.splitlines()), 4, note=t.said())
        with open("/proc/self/mountinfo") as f:
            show = ["--show", "cgroup"] if " - cgroup2 " in f.read() else []
        t = trace("alike", "-n", "sender", "-T", *show, "--target", "other")
        lines = [l.split() for l in t.stdout.splitlines()]
        equal(lines[0], [*(["CGROUP"] if show else []), "TIME(s)", "COMM", "WHAT"], note=t.said())
        equal([l[-1] for l in lines[1:]], ["0"] * 5, "those of `sent` are left out", t.said())
        true(not show or all(re.match(r"/|\d+$", l[0]) for l in lines[1:]), t.said())

    @case("streams: printed and lost are together what was made")
    def _(installed):
        tracing_here()
        for kind in ("ring", "perf"):
            t = trace("alike", "-n", "sender", "--output", "json", "--buffer", kind, "-b", "1", calls=60000)
            lost = re.search(r"lost (\d+) events in all, printed (\d+)\n", t.stderr)
            printed = len(t.stdout.splitlines())
            equal(int(lost[2]) if lost else printed, printed, note=t.said())
            equal(printed + (int(lost[1]) if lost else 0), 120000, f"{kind} buffers", t.said())

    @case("streams: a histogram and a table of what was counted come at the end, or every interval")
    def _(installed):
        tracing_here()
        t = trace("counted", "-n", "sender")
        matches(t.stdout, r"^COMM +WHAT\nsender +self\n")
        matches(t.stdout, r"\n\nsignals:\n\n +signal +: count +distribution\n +0 +: 5 +\|\*+\|\n\nsenders:\nCOMM +SENT\nsender +5\n$")
        t = trace("counted", "-n", "sender", "--output", "json")
        rows = [json.loads(l) for l in t.stdout.splitlines()]
        equal([r["table"] for r in rows], ["sent", "done"] * 5 + ["signals", "senders"])
        equal(rows[-1]["rows"], [{"comm": "sender", "value": 5}])
        t = trace("counted", "-n", "sender", "--interval", "1", "--count", "3", ends=True)
        equal(t.stdout.count("\nsenders:\n"), 3, note=t.said())
        t = trace("counted", "-n", "sender", "--output", "csv")
        matches(t.stderr, "signals is not shown with --output csv")
        equal(len(t.stdout.splitlines()), 11, note=t.said())

    @case("streams: the exporter counts the events of all; labels and numbers that one stream has not")
    def _(installed):
        tracing_here()
        config = f"{own}/export.yaml"
        put("export.yaml", """programs:
  - name: unlike
    options: {name: sender}
    metrics:
      counters:
        - {name: all_total, description: all, labels: [{name: comm}, {name: target}]}
        - {name: ret_total, description: those that return, from: ret}
""")
        e = Exporter(native["BCCHOST"], "--config", config, env=dict(os.environ, BCCHOST_PATH=own)).ready()
        command("python3", "-c", SENDER % 100)
        equal(e.value("all_total", comm="sender", target="self"), 100.0)
        equal(e.value("all_total", comm="sender", target=""), 100.0)
        equal(e.value("ret_total"), 0.0)
        equal(e.value("bcchost_lost_events_total", tool="unlike"), 0.0)
        e.stop()

    @case("streams: a script's two buffers and its histogram, ported, show IPv4 and IPv6 natively")
    def _(installed):
        tracing_here("sys_enter_connect")
        said = succeeds(bcchost("port", f"{TOP}/tests/port/connects.py", "-o", own, "--force"))
        matches(said, r"connects\.py:\d+: 2 buffers became streams of one tool: ipv4_events, ipv6_events")
        true("Left for a person" not in said, said)
        does = "import socket\nopen('/proc/self/comm', 'w').write('sender')\n" \
               f"for f, a in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'))[:{1 + has_ipv6()}]:\n" \
               "    socket.socket(f, socket.SOCK_DGRAM).connect((a, 9))\n"
        want = [["4", "127.0.0.1", "9", "0"]] + ([["6", "::1", "9", "0"]] if has_ipv6() else [])
        t = trace("connects", "-n", "sender", does=does)
        lines = [l.split() for l in t.stdout.splitlines()]
        equal(lines[0], ["PID", "COMM", "IP", "DADDR", "DPORT", "RET"])
        equal([l[2:] for l in lines if l[1:2] == ["sender"]], want, note=t.said())
        matches(t.stdout, r"\n +usecs +: count +distribution\n")
        t = trace("connects", "-n", "sender", "--failed", does=does)
        equal([l.split()[2:] for l in t.stdout.splitlines() if " sender " in l], want[:1], "of IPv6 only what failed", t.said())
        page = succeeds(bcchost("--tools-dir", own, "man", "connects"))
        matches(page, r"daddr", r"took")

    @case("streams: what is wrong with one is said with its line")
    def _(installed):
        broken = (PROGRAM % "WHAT").replace("stream: done", "stream: nosuch")
        put("programs/broken.yaml", broken)
        line = broken[:broken.index("nosuch")].count("\n") + 1
        tracing_here()
        fails(bcchost("--tools-dir", own, "broken", "-d", "1"), TOOL, rf"programs/broken\.yaml:{line}: .*signals\.bpf\.c has no table nosuch")
        put("programs/broken.yaml", (PROGRAM % "WHAT").replace("field: ret", "field: result"))
        fails(bcchost("--tools-dir", own, "broken", "-d", "1"), TOOL, r"programs/broken\.yaml:21: column WHAT: the event has no field result \(it has: ts, comm, ret\)")
        fails(bcchost("--tools-dir", own, "alike", "--heatmap"), USAGE, "alike")
