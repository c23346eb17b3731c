# SPDX-License-Identifier: Apache-2.0
"""Every tool compiled for each of the four kernels' BTF, the layout of structs, and the steps of
docs/write-a-tool.md: cases of run-native.py."""

import difflib
import re

from harness import case, command, equal, fixture, matches, true
from native import bcchost, facts, KERNELS, read, succeeds, TEMP, tool, TOOLS, TOP
from page import command_of, steps_of, write_steps


# --- compiling for the four kernels ---


def each_kernel(kernel):
    @case(f"{kernel}: every tool's text is printed, by any user")
    def _(installed):
        release, options = facts(kernel)
        for tool in TOOLS:
            text = succeeds(bcchost("--print-bpf", tool, *options, nobody=True))
            matches(text, r"^/\*.*kernel: " + re.escape(release), tool)
            equal(text, succeeds(bcchost(tool, *options, "--print-bpf")), f"{tool}, the flag after its name")

    for tool in TOOLS:
        case(f"{kernel}: {tool} compiles, by any user")(lambda installed, tool=tool: compiles(kernel, tool))


def compiles(kernel, tool):
    release, options = facts(kernel)
    extra = {"opensnoop": [[], ["-F", "-T", "-U", "-e", "-x"], ["--variant", "tracepoint"], ["-f", "O_CREAT"]]}
    ways = [[], ["--pid", "1"], ["--dir", "/tmp", "--recursive"], ["--buffer", "perf"]]
    known = succeeds(bcchost(tool, "--help", nobody=True))
    for more in extra.get(tool, [w for w in ways if not w or re.search(rf"{w[0]}\b", known)]):
        run = bcchost("--compile-only", tool, *options, *more, nobody=True)
        matches(succeeds(run), rf"^{tool}: compiles for {re.escape(release)}: \d+ maps, [1-9]\d* programs", " ".join(more))


for k in KERNELS:
    each_kernel(k)


def code_of(kernel, tool):
    """The printed text without the comment that it begins with."""
    text = succeeds(bcchost("--print-bpf", tool, *facts(kernel)[1]))
    return text.split("*/\n", 1)[1].splitlines()


@case("filelife's texts differ only where the kernels' prototypes differ")
def _(installed):
    # The line of a parameter list, which begins with it.
    signature = re.compile(r"^(static )?int \w+\(struct pt_regs \*ctx, .*\)$")
    texts = {k: code_of(k, "filelife") for k in KERNELS}
    for a, b in zip(KERNELS, KERNELS[1:]):
        changed = [l[2:] for l in difflib.ndiff(texts[a], texts[b]) if l[:1] in "+-"]
        others = [l for l in changed if not signature.match(l)]
        equal(others, [], f"{a} and {b}")
    true(texts["k510"] != texts["bookworm"] and texts["trixie"] != texts["sid"], "no difference at all")


@case("each kernel's own parameters of vfs_create")
def _(installed):
    expected = {
        "k510": ["dir", "dentry"],
        "bookworm": ["mnt_userns", "dir", "dentry"],
        "trixie": ["idmap", "dir", "dentry"],
        "sid": ["idmap", "dentry"],
    }
    for k in KERNELS:
        line = next(l for l in code_of(k, "filelife") if re.match(r"(static )?int vfs_create_done\w*\(struct", l))
        names = re.findall(r"(\w+)(?:,|$)", line.split("ctx, ", 1)[1].split(")")[0])
        equal(names, expected[k] + ["bcchost_result"], k)


@case("--debug=preprocessed, ir, asm, source")
def _(installed):
    for word, pattern in (
        ("preprocessed", r"struct pt_regs"),
        ("ir", r"define .*@vfs_unlink_entry"),
        ("asm", r"r[0-9] = "),
        ("source", r"vfs_unlink_entry"),
    ):
        run = bcchost("--compile-only", "filelife", f"--debug={word}", *facts("bookworm")[1])
        succeeds(run)
        matches(run.stdout + run.stderr, pattern, word)


# --- the layout of structs: a wrong one is not noticed by anybody but who reads the numbers ---

STRUCTS = ["task_struct", "inode", "dentry", "file", "super_block", "mount", "sock", "request", "mm_struct", "cred", "net_device", "page"]
LAYOUT = """summary: a tool of the tests
probes:
  - {kprobe: vfs_unlink, run: seen}
output:
  stream: events
  columns:
    - {title: PID, field: pid}
"""


def members(btf):
    """Struct, member, byte offset of the members that have a name and are no bit-fields."""
    found, struct = {}, None
    for line in command("bpftool", "btf", "dump", "file", btf, "format", "raw").stdout.splitlines():
        m = re.match(r"\[\d+\] (\w+) '(\w+)'", line)
        if m or line.startswith("["):
            struct = m.group(2) if m and m.group(1) == "STRUCT" and m.group(2) in STRUCTS else None
            if struct in found:
                struct = None
        elif struct:
            m = re.match(r"\t'(\w+)' type_id=\d+ bits_offset=(\d+)$", line)
            if m and int(m.group(2)) % 8 == 0:
                found.setdefault(struct, []).append((m.group(1), int(m.group(2)) // 8))
    return found


def layout(kernel):
    release, options = facts(kernel)
    found = members(f"{TEMP}/{kernel}/btf")
    equal(sorted(found), sorted(STRUCTS))
    # What is not named is left out of the types; so each time others are named.
    for first, step in ((0, 1), (0, 5), (3, 7), (1, 11)):
        lines = ["#include <linux/fs.h>", "struct event { u32 pid; };", "BPF_PERF_OUTPUT(events);"]
        for struct, its in found.items():
            lines += [
                f'_Static_assert(__builtin_offsetof(struct {struct}, {name}) == {offset}, "{struct}.{name}");'
                for name, offset in its[first::step]
            ]
        lines += ["int seen(struct pt_regs *ctx)", "{", "struct event e = {};", "events.perf_submit(ctx, &e, sizeof(e));", "return 0;", "}"]
        d = tool(program=LAYOUT, template="\n".join(lines) + "\n")
        run = bcchost("--tools-dir", d, "--compile-only", "mine", *options)
        equal(run.returncode, 0, f"every {step} from {first}", run.stderr)


for k in KERNELS:
    case(f"{k}: members of structs are where the kernel has them")(lambda installed, k=k: layout(k))


# --- docs/write-a-tool.md: the files of its steps, as they stand there ---

PAGE = f"{TOP}/docs/write-a-tool.md"


@fixture
def steps(installed):
    return write_steps(PAGE, f"{TEMP}/steps")


@case("the page's steps: each has its two files and what they print")
def _():
    found = steps_of(PAGE)
    true(len(found) >= 4, f"{len(found)} steps")
    for files in found.values():
        equal(sorted(files), ["opentrace.bpf.c", "opentrace.yaml", "output"])


def step_compiles(kernel, directory, files):
    release, options = facts(kernel)
    own, _ = command_of(files)
    equal(own[:3], ["--tools-dir", ".", "opentrace"], "the page's command")
    argv = ["--tools-dir", directory, "opentrace", *own[3:], *options]
    text = succeeds(bcchost("--print-bpf", *argv, nobody=True))
    matches(text, re.escape(f"template: {directory}/opentrace.bpf.c"))
    matches(text, r"int \w+\(struct pt_regs \*ctx, int dfd, struct filename \*pathname")
    matches(succeeds(bcchost("--compile-only", *argv, nobody=True)), r"^opentrace: compiles for .* [1-9]\d* programs")


for k in KERNELS:

    @case(f"{k}: the page's steps compile, with the options that it shows")
    def _(steps, k=k):
        for number, files in steps_of(PAGE).items():
            step_compiles(k, steps[number], files)


@case("the shipped opentrace is the page's second step")
def _():
    equal(read(f"{TOP}/templates/opentrace.bpf.c"), steps_of(PAGE)[2]["opentrace.bpf.c"])
