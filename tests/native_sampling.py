# SPDX-License-Identifier: Apache-2.0
"""Perf events of programs, formulas and tables beside one another, on the running kernel: what run-native.py adds to
its cases."""

import json
import os
import subprocess
import sys
import time

from harness import Background, Skip, case, equal, matches, true, wait_for

OK, RUN, USAGE, PERMISSION, KERNEL, TOOL = range(6)
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

YAML = """summary: samples
filters: [pid]
options:
  - {name: frequency, short: F, type: integer, max: 200000, help: so often a second}
  - {name: period, type: integer, help: at every so many}
  - {name: cpu, type: integer, min: -1, default: "-1", help: this processor}
facts: {COUNTS: {perf_event: "software:cpu-clock"}, COUNTS_CYCLES: {perf_event: "hardware:cpu-cycles"}}
probes:
  - {perf_event: EVENT, frequency: {option: frequency, else: 200}, period: {option: period},
     cpu: {option: cpu}, pid: {option: pid}, run: sampled}
output:
  top: counts
  beside: [user]
  sort: {all: [value]}
  columns:
    - {title: PID, field: pid, width: 7}
    - {title: CPU, field: cpu, width: 4}
    - {title: PERIOD, field: period, width: 12}
    - {title: COUNT, field: value, width: 8}
    - {title: USER, field: user, width: 8}
    - {title: USER%, formula: "100 * user / value", as: user_percent, decimals: 1, width: 6}
    - {title: NEVER, formula: "value / (value - value)", as: never}
"""
TEMPLATE = """#include <uapi/linux/ptrace.h>
#include <uapi/linux/bpf_perf_event.h>
#ifndef COUNTS
#error every machine counts its clock
#endif
struct key { u32 pid; u32 cpu; u64 period; };
BPF_HASH(counts, struct key);
BPF_HASH(user, struct key);
BPF_HASH(others, u64);
int sampled(struct bpf_perf_event_data *ctx)
{
	struct key k = {};

	k.pid = bpf_get_current_pid_tgid() >> 32;
	k.cpu = bpf_get_smp_processor_id();
	k.period = ctx->sample_period;
	counts.increment(k);
	if ((s64)PT_REGS_IP(&ctx->regs) > 0)
		user.increment(k);
	return 0;
}
"""
# It computes in two threads, which are made after bcchost has seen it.
BUSY = """import sys, threading
sys.stdin.readline()
def work():
    while True:
        sum(range(1000))
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
sys.stdin.readline()
"""


def add(native):
    """native: run-native.py's globals."""
    temp, bcchost, succeeds, fails = (native[n] for n in ("TEMP", "bcchost", "succeeds", "fails"))
    tools = f"{temp}/sampling"
    os.makedirs(tools, mode=0o755, exist_ok=True)

    def put(name, event, template=TEMPLATE, yaml=YAML):
        for path, text in ((f"{name}.yaml", yaml.replace("EVENT", json.dumps(event))), (f"{name}.bpf.c", template)):
            with open(f"{tools}/{path}", "w") as f:
                f.write(text)
            os.chmod(f"{tools}/{path}", 0o644)

    def sampling_here():
        if os.getuid():
            raise Skip("not root")
        if not os.path.exists("/sys/kernel/btf/vmlinux"):
            raise Skip("this kernel has no BTF")

    def rows(*argv):
        """Of one run in JSON, of 1.5 seconds from when it traces, while a process is busy: its rows, and the process."""
        with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, text=True) as busy:
            argv = [str(busy.pid) if a == "BUSY" else a for a in argv]
            t = Background(native["BCCHOST"], "--tools-dir", tools, *argv, "--output", "json")
            wait_for(lambda: "Tracing" in t.stderr or not t.alive(), 60, "that it traces")
            true(t.alive(), t.said())
            busy.stdin.write("go\n")
            busy.stdin.flush()
            time.sleep(1.5)
            t.signal(2)
            equal(t.wait(20), 0, note=t.said())
            busy.kill()
        return json.loads(t.stdout)["rows"], busy.pid, t

    @case("samples: the first event that the machine counts, so often a second; a table beside, and formulas")
    def _(installed):
        sampling_here()
        put("sampled", ["hardware:0xffff", "software:cpu-clock"])
        got, pid, t = rows("sampled")
        mine = [r for r in got if r["pid"] == pid]
        true(mine, "its process was sampled", t.said())
        equal({r["period"] for r in got}, {5000000}, note="200 a second of a clock in nanoseconds")
        true(sum(r["user"] for r in mine) > 0, "Python computes outside the kernel", t.said())
        for r in got:
            true(0 <= r["user"] <= r["value"], "the tables have the same keys", r)
            equal(round(r["user_percent"], 6), round(100 * r["user"] / r["value"], 6), note=r)
            equal(r["never"], None, note="divided by zero")

    @case("samples: at every so many, on one processor, of a process and the threads that it makes later")
    def _(installed):
        sampling_here()
        put("sampled", "software:cpu-clock")
        got, pid, t = rows("sampled", "--period", "2000000", "-p", "BUSY")
        equal({r["pid"] for r in got}, {pid}, note=t.said())
        equal({r["period"] for r in got}, {2000000}, note=t.said())
        got, pid, t = rows("sampled", "-F", "100", "--cpu", "0")
        equal({(r["cpu"], r["period"]) for r in got}, {(0, 10000000)}, note=t.said())

    @case("samples: what is not there is told, and what to do")
    def _(installed):
        sampling_here()
        put("sampled", "software:cpu-clock")
        run = lambda *argv: bcchost("--tools-dir", tools, "sampled", "-d", "1", *argv)
        fails(run("-F", "5", "--period", "5"), USAGE, "--frequency and --period exclude one another")
        fails(run("-F", "0"), USAGE, "--frequency 0: a sample wants a number from 1 to 100000")
        fails(run("--cpu", "4000"), USAGE, "--cpu 4000: there is no such processor, or it is offline")
        fails(run("-p", "4194303"), USAGE, "--pid 4194303: there is no such process")
        with open("/proc/sys/kernel/perf_event_max_sample_rate") as f:
            most = int(f.read())
        if most < 100000:
            fails(run("-F", "100000"), USAGE, f"100000 times a second is more than this kernel allows: {most}, which "
                  "kernel.perf_event_max_sample_rate says")
        text = succeeds(bcchost("--tools-dir", tools, "--print-bpf", "sampled", "-F", "7", "--cpu", "1", "-p", "1"))
        matches(text, "probe: perf_event software:cpu-clock, 7 times a second, on processor 1, of process 1 -> sampled")
        put("lonely", "hardware:0xffff")
        fails(bcchost("--tools-dir", tools, "lonely"), KERNEL,
              r"lonely\.yaml:9: kernel \S+ has nothing to attach perf_event hardware:0xffff to: this machine does not "
              "count that; a virtual machine has counters of hardware only if its hypervisor gives it some")
        true("this machine does not count that" in bcchost("--tools-dir", tools, "doctor").stdout, "doctor says so, too")

    @case("samples: handlers read what a table counts")
    def _(installed):
        sampling_here()
        yaml = """summary: switches
perf_counters: {switches: EVENT}
probes:
  - {perf_event: "software:cpu-clock@99", run: sampled}
output:
  stream: events
  columns: [{title: CPU, field: cpu, width: 4}, {title: SWITCHES, field: switches}]
"""
        text = """BPF_PERF_ARRAY(switches, 1024);
BPF_PERF_OUTPUT(events);
struct event { u64 cpu; u64 switches; };
int sampled(struct bpf_perf_event_data *ctx)
{
	struct event e = {.cpu = bpf_get_smp_processor_id()};

	e.switches = switches.perf_read(BPF_F_CURRENT_CPU);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
"""
        put("switches", "software:context-switches", text, yaml)
        lines = succeeds(bcchost("--tools-dir", tools, "switches", "-d", "1.5", "--output", "json")).splitlines()
        counts = {}
        for r in map(json.loads, lines):
            counts.setdefault(r["cpu"], []).append(r["switches"])
        true(counts and all(c == sorted(c) for c in counts.values()), "they only grow", counts)
        true(any(c[-1] > c[0] for c in counts.values()), "the machine switches", counts)
        put("switches", "hardware:0xffff", text, yaml)
        fails(bcchost("--tools-dir", tools, "switches", "-d", "1"), KERNEL,
              r"switches\.yaml:2: this machine does not count hardware:0xffff, which switches is to have; a virtual machine")
        put("switches", "software:cpu-clock", text, yaml.replace("{switches:", "{events:"))
        fails(bcchost("--tools-dir", tools, "switches", "-d", "1"), TOOL,
              r"switches\.yaml:2: `perf_counters`: \S+ has no BPF_PERF_ARRAY events")

    @case("samples: a table beside another is one of the template's, with the same keys, and once")
    def _(installed):
        sampling_here()
        for beside, status, says in (
                ("nowhere", TOOL, r"beside\.yaml:12: `beside`: \S+ has no table nowhere"),
                ("others", TOOL, r"beside\.yaml:12: `beside`: the keys of others are not those of counts"),
                ("counts", TOOL, r"beside\.yaml:12: `beside`: the table counts is shown already"),
                ("user, user", TOOL, r"beside\.yaml:12: `beside`: the table user is shown already")):
            put("beside", "software:cpu-clock", TEMPLATE.replace("\tcounts.", "\tu64 o = 0; others.increment(o); counts."),
                YAML.replace("beside: [user]", f"beside: [{beside}]"))
            fails(bcchost("--tools-dir", tools, "beside", "-d", "1"), status, says)

    @case("port: a script that samples, with a rate, a processor, and two tables in a line")
    def _(installed):
        out = f"{temp}/oncpu"
        said = succeeds(bcchost("port", f"{TOP}/tests/port/oncpu.py", "-o", out, "--force"))
        true("Left for a person" not in said and "Guessed" not in said, said)
        with open(f"{out}/programs/oncpu.yaml") as f:
            program = f.read()
        how = (r"run: sampled, period: \{option: every\}, frequency: \{option: frequency, else: 99\}, "
               r"pid: \{option: pid\}, cpu: \{option: cpu\}, ")
        matches(program, r'perf_event: "hardware:cpu-cycles", ' + how + "when: HAS_HARDWARE_CPU_CYCLES")
        matches(program, r'perf_event: "software:cpu-clock", ' + how + "unless: HAS_HARDWARE_CPU_CYCLES")
        matches(program, r"beside: \[outside\]")
        matches(program, r'formula: "\(100 \* outside\) / value", decimals: 2, width: 7')
        for k in native["KERNELS"]:
            matches(succeeds(bcchost(*native["facts"](k)[1], "--compile-only", "--tools-dir", out, "oncpu")),
                    "compiles for", k)
        sampling_here()
        with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, text=True) as busy:
            busy.stdin.write("go\n")
            busy.stdin.flush()
            run = bcchost("--tools-dir", out, "oncpu", "-d", "3", "-F", "500")
            busy.kill()
        lines = succeeds(run).splitlines()
        equal(lines[0].split(), ["ID", "COMM", "SAMPLES", "OUTSIDE", "USER%"], note=run.stdout)
        true(any(line.split()[0] == str(busy.pid) for line in lines[1:]), "what computes was sampled", run.stdout)
