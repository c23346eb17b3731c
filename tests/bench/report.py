# SPDX-License-Identifier: Apache-2.0
"""report DIRECTORY: one table of what the benchmark measured: the samples of the virtual machines and
those made natively (DIRECTORY/*/samples): medians, ratios, the targets and whether they are reached."""

import collections
import glob
import json
import os
import statistics
import sys

TITLES = {
    "bcc": "BCC (Python)",
    "libbpf": "libbpf-tools",
    "bpftrace": "bpftrace",
    "cold": "bcchost cold",
    "warm": "bcchost warm",
    "headers": "with kernel headers",
    "bcchost": "bcchost",
}
MS, US, KB, N = (1e6, "ms", 0), (1e3, "µs", 2), (1, "kB", 0), (1, "", 0)
MILLIONS = (1e6, "million", 2)

# group, value, what it is, unit, [(of, against, must be, aim)]: a ratio of two peers, or against None a
# limit: the most, or, where the aim is more than what must be, the least.
FIGURES = [
    ("start", "start", "start to first event", MS, [("cold", "bcc", 0.25, 0.15), ("warm", "libbpf", 1.0, 0.5)]),
    ("start", "rss", "resident", KB, []),
    ("start", "own", "resident without event buffers", KB, [("warm", None, 4096, 2355), ("cold", None, 4096, 2355)]),
    ("start", "exit", "Ctrl-C to exit", MS, [("warm", "libbpf", 1.5, 1.0)]),
    ("load", "lost30", "of {n30} flat out, not printed", N, [("warm", None, 0, 0)]),
    ("load", "lost300", "of {n300} flat out, not printed", N, [("warm", None, None, 0)]),
    ("load", "cpu_big", "processor time a line, {n300} flat out", US, [("warm", "libbpf", 1.0, 0.5), ("warm", "bcc", 0.1, None)]),
    ("load", "cpu_flood", "processor time a line, {n30} flat out", US, [("warm", "libbpf", 1.0, 0.5), ("warm", "bcc", 0.1, None)]),
    ("load", "cpu_paced", "processor time a line, one a ms", US, [("warm", "libbpf", 1.0, 0.5), ("warm", "bcc", 0.1, None)]),
    ("load", "kernel_hit", "in the kernel, a probe hit", US, [("warm", "libbpf", 1.1, 1.0)]),
    ("load", "kernel_event", "in the kernel, an event", US, []),
    ("load", "each", "the workload, one of {n30} (alone: {alone})", US, []),
    ("attach", "attach", "attach of {functions} functions", MS, [("warm", "bcc", 0.1, 0.02)]),
    ("attach", "total", "start to all {functions} attached", MS, []),
    ("attach", "detach", "Ctrl-C to exit", MS, []),
    ("native", "compile", "compiling", MS, [("bcchost", "headers", None, None)]),
    ("native", "compile_cpu", "compiling, processor time", MS, [("bcchost", "headers", None, None)]),
    ("native", "compile_rss", "compiling, largest process", KB, [("bcchost", "headers", None, None)]),
    ("native", "most_cold", "the host itself, at most, cold", KB, []),
    ("native", "most_warm", "the host itself, at most, warm", KB, []),
    ("native", "own_warm", "resident without event buffers", KB, [("bcchost", None, 4096, 2355)]),
    ("native", "lines_a_pipe", "event path, lines a second to a pipe", MILLIONS, [("bcchost", None, 1e6, 3e6)]),
    ("native", "lines_a_pipe_cpu", "event path, lines a second of processor time", MILLIONS, [("bcchost", None, 1e6, 3e6)]),
]  # fmt: skip


def read(directory):
    """{(machine, tool, peer, group, value): [numbers]}, failures, machines"""
    values, failed, machines = collections.defaultdict(list), [], {}
    for path in sorted(glob.glob(os.path.join(directory, "*", "samples"))):
        machine = os.path.basename(os.path.dirname(path))
        with open(path) as f:
            for line in f:
                s = json.loads(line)
                group = s.pop("group")
                if group == "machine":
                    machines[machine] = s
                elif "failed" in s:
                    failed.append(f"{machine} {s['tool']} {s['peer']} {group}, run {s['run']}: {s['failed']}")
                elif s.get("run") != 0:
                    for name, v in s.items():
                        if isinstance(v, (int, float)):
                            values[machine, s["tool"], s["peer"], group, name].append(v)
    return values, failed, machines


def shown(value, unit):
    if value is None:
        return "–"
    divide, name, decimals = unit
    return f"{value / divide:,.{decimals}f} {name}".strip()


def verdict(value, must, aim, unit=N):
    """`: reached (…)` with what had to be, or nothing where nothing has to be."""
    sign = -1 if must is not None and aim is not None and aim > must else 1
    if aim is not None and sign * value <= sign * aim:
        return f": aim reached ({limit(aim, unit)})"
    if must is not None:
        return f": {'reached' if sign * value <= sign * must else 'MISSED'} ({limit(must, unit)})"
    return f": aim missed ({limit(aim, unit)})" if aim is not None else ""


def limit(value, unit):
    return f"{value:g}" if unit is N else shown(value, unit)


def ratios(medians, unit, targets):
    for of, against, must, aim in targets:
        ours = medians.get(of)
        theirs = medians.get(against) if against else None
        if ours is None or (against and not theirs):
            continue
        if against:
            yield f"{of} / {against} = {ours / theirs:.2f}{verdict(ours / theirs, must, aim)}"
        else:
            yield f"{of} {shown(ours, unit)}{verdict(ours, must, aim, unit)}"


def rows(values, machine, tool, peers, groups):
    notes = {}
    for name in ("n30", "n300", "alone", "functions"):
        for (m, t, p, g, v), numbers in values.items():
            if (m, t, v) == (machine, tool, name):
                middle = statistics.median(numbers)
                notes[name] = shown(middle, US) if name == "alone" else f"{middle:,.0f}"
    for group, value, what, unit, targets in FIGURES:
        medians = {}
        if group not in groups:
            continue
        for peer in peers:
            numbers = values.get((machine, tool, peer, group, value))
            if numbers:
                medians[peer] = statistics.median(numbers)
        if medians:
            cells = [shown(medians.get(p), unit) for p in peers]
            yield [what.format_map(collections.defaultdict(lambda: "?", notes)), *cells, "; ".join(ratios(medians, unit, targets))]


def table(heading, lines):
    widths = [max(len(l[i]) for l in [heading, *lines]) for i in range(len(heading))]
    for cells in [heading, ["-" * w for w in widths], *lines]:
        print("| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |")
    print()


GROUPS = tuple(dict.fromkeys(f[0] for f in FIGURES))


def main(directory):
    """One table of all: a column for each way that was measured anywhere."""
    values, failed, machines = read(directory)
    have = {k[2] for k in values}
    peers = [p for p in TITLES if p in have]
    lines = []
    for machine in machines:
        print(f"{machine}: kernel {machines[machine]['release']}, {machines[machine]['cpus']} processors")
        for tool in dict.fromkeys(k[1] for k in values if k[0] == machine):
            lines += [[machine, tool, *cells] for cells in rows(values, machine, tool, peers, GROUPS)]
    print()
    if lines:
        table(["machine", "tool", "figure", *(TITLES[p] for p in peers), "ratios and targets"], lines)
    else:
        print("Nothing was measured.")
    for f in failed:
        print("failed: " + f)
    return 0 if lines and not failed else 1


sys.exit(main(sys.argv[1]))
