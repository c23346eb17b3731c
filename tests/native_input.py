# SPDX-License-Identifier: Apache-2.0
"""Bad input: the command line, files, kernels, compilers that fail: cases of run-native.py."""

import os
import re
import shutil
import subprocess
import tempfile

from harness import case, command, equal, matches, Skip, true
from native import (
    bcchost, BCCHOST, compile_mine, facts, fails, KERNEL, NOBODY, PERMISSION, PREFIX, PROGRAM, RUN, succeeds, TEMP,
    TEMPLATE, TOOL, tool, USAGE,
)


# --- bad input: the command line ---

USAGE_ERRORS = [
    (["nosuchtool"], "nosuchtool", "bcchost list"),
    (["filelif"], "filelif", r"\bfilelife\b"),
    (["opensnop"], r"\bopensnoop\b"),
    (["filelife", "--pdi", "1"], "--pdi", r"--pid\b", "filelife --help"),
    (["filelife", "--bogus-option"], "--bogus-option"),
    (["filelife", "-Z"], "-Z"),
    (["filelife", "--pid"], "pid", "PID"),
    (["filelife", "--pid", "abc"], "--pid", "abc"),
    (["filelife", "--pid", "1) return 0; //"], "--pid", re.escape("1) return 0; //")),
    (["filelife", "--pid", "0"], "--pid", "4194304"),
    (["filelife", "--pid", "4194305"], "--pid", "4194304"),
    (["filelife", "--pid", "-1"], "--pid"),
    (["filelife", "--pid", "99999999999999999999"], "--pid"),
    (["filelife", "--pid", ""], "--pid"),
    (["filelife", "-u", "no-such-user"], "no-such-user"),
    (["filelife", "-u", "4294967295"], "4294967295"),
    (["filelife", "-n", "sixteen-bytes-xx"], "15"),
    (["filelife", "-n", ""], "name"),
    (["filelife", "-d", "soon"], "duration|-d", "soon"),
    (["filelife", "-d", "-1"], "duration|-d"),
    (["filelife", "-M", "few"], "max-events|-M", "few"),
    (["filelife", "--dir", "/no/such/directory"], "/no/such/directory", "No such file"),
    (["filelife", "--dir", "/etc/passwd"], "/etc/passwd", "directory"),
    (["filelife", "--recursive"], "--recursive", "--dir"),
    (["filelife", "--container", "no-such-container"], "--container no-such-container", "there (is no|are: )"),
    (["filelife", "--pod", "no-such-pod"], "--pod no-such-pod", "there (is no|are: )"),
    (["filelife", "--container", "../../x y"], "--container", "letters, digits"),
    (["filelife", "--mntns", "1"], "--mntns 1", "/proc/1/ns/mnt"),
    (["filelife", "--mntns", "/proc/self/ns/net"], "not a mount namespace"),
    (["opensnoop", "--cgroup", "/proc"], "--cgroup /proc", "cgroup2"),
    (["filelife", "--show", "comm"], "--show comm", "container, pod or cgroup"),
    (["biolatency", "--show", "cgroup"], "--show"),
    (["filecreate", "-i", "twelve"], "twelve"),
    (["filecreate", "-i", "8:1"], "8:1"),
    (["opensnoop", "-f", "O_NOTHING"], "O_NOTHING", "O_RDWR"),
    (["opensnoop", "-b", "3"], "3", "power of two"),
    (["opensnoop", "--buffer", "disk"], "disk", "ring", "perf"),
    (["opensnoop", "--variant", "magic"], "magic", "tracepoint"),
    (["filelife", "--output", "xml"], "--output xml", "text, json or csv"),
    (["filelife", "--output="], "text, json or csv"),
    (["biolatency", "-j", "--output", "json"], "--output json and --json", "give one"),
    (["ext4slower", "--output=text", "--csv"], "--output text and --csv", "give one"),
    (["filelife", "extra"], "extra"),
    (["filelife", "--debug=everything"], "everything", "verifier"),
    (["filelife", "--btf", "/no/such/btf", "--print-bpf"], "/no/such/btf"),
    (["--no-such-thing"], "--no-such-thing"),
    ([], "bcchost list"),
]


def misused(argv, patterns):
    run = bcchost(*argv)
    # A missing BTF file may count as a file that cannot be read.
    fails(run, run.returncode if "--btf" in argv else USAGE, *patterns)
    true(run.returncode in (RUN, USAGE), f"exit status {run.returncode}", run.stderr)
    equal(run.stderr.count("\n"), 1, "lines", run.stderr)


for argv, *patterns in USAGE_ERRORS:
    words = " ".join(a if a and " " not in a else repr(a) for a in argv)
    case("bad input: bcchost " + words)(lambda installed, a=argv, p=patterns: misused(a, p))


# --- bad input: files ---


@case("a tool of the user's compiles, from --tools-dir and from BCCHOST_PATH")
def _(installed):
    d = tool()
    succeeds(compile_mine(d, nobody=True))
    env = dict(os.environ, BCCHOST_PATH=d)
    succeeds(bcchost("--compile-only", "mine", *facts("bookworm")[1], env=env))


@case("bad file: the template is missing")
def _(installed):
    run = compile_mine(tool(template=None))
    fails(run, run.returncode, r"mine\.bpf\.c", "No such file")
    true(run.returncode in (RUN, TOOL), f"exit status {run.returncode}")


@case("bad file: the template is not readable")
def _(installed):
    d = tool()
    os.chmod(f"{d}/mine.bpf.c", 0)
    run = compile_mine(d, nobody=True)
    fails(run, run.returncode, r"mine\.bpf\.c", "Permission denied")
    true(run.returncode in (RUN, PERMISSION), f"exit status {run.returncode}")


def writable(suffix, mode):
    if os.getuid():
        raise Skip("not root")
    d = tool()
    os.chmod(f"{d}/mine.{suffix}", mode)
    os.chown(f"{d}/mine.{suffix}", 0, 1)
    fails(compile_mine(d), PERMISSION, re.escape(f"mine.{suffix}"), "writ")


for which, mode in (("its group", 0o664), ("others", 0o646)):
    for suffix in ("yaml", "bpf.c"):
        case(f"bad file: as root, a .{suffix} that {which} can write")(
            lambda installed, suffix=suffix, mode=mode: writable(suffix, mode)
        )


@case("bad file: as root, one that another user owns")
def _(installed):
    if os.getuid():
        raise Skip("not root")
    d = tool()
    os.chown(f"{d}/mine.bpf.c", NOBODY, NOBODY)
    fails(compile_mine(d), PERMISSION, r"mine\.bpf\.c")


YAML_ERRORS = [
    ("a wrong key", PROGRAM.replace("summary:", "sumary:"), r"mine\.yaml:2\b.*sumary.*summary"),
    ("a wrong key below", PROGRAM.replace("width: 7", "wdth: 7"), r"mine\.yaml:9\b.*wdth.*width"),
    ("a wrong type", PROGRAM.replace("width: 7", "width: wide"), r"mine\.yaml:9\b.*wide"),
    ("a list where a word should be", PROGRAM.replace("stream: events", "stream: [events]"), r"mine\.yaml:7\b"),
    ("an unknown filter", PROGRAM.replace("[pid]", "[pid, pdi]"), r"mine\.yaml:3\b.*pdi"),
    ("no YAML", PROGRAM.replace("filters: [pid]", "filters: [pid"), r"mine\.yaml:\d"),
    ("a key twice", PROGRAM.replace("filters: [pid]", "summary: again"), r"mine\.yaml:3\b"),
    ("an empty file", "", r"mine\.yaml"),
]


for name, text, pattern in YAML_ERRORS:
    case(f"bad YAML: {name}: file and line")(
        lambda installed, text=text, pattern=pattern: fails(compile_mine(tool(program=text)), TOOL, pattern)
    )


@case("a template that does not compile: its own file and line")
def _(installed):
    run = compile_mine(tool(template=TEMPLATE.replace("e.pid =", "e.pidd =")))
    fails(run, TOOL, r"mine\.bpf\.c:11:\d+.*pidd")
    true("/mine.bpf.c:11" in run.stderr, run.stderr)


@case("the same, with options whose text the host adds")
def _(installed):
    run = compile_mine(tool(template=TEMPLATE.replace("e.pid =", "e.pidd =")), "-p", "42")
    fails(run, TOOL, r"mine\.bpf\.c:11:\d+.*pidd")


@case("a parameter that the function has not: those that it has")
def _(installed):
    run = compile_mine(tool(template=TEMPLATE.replace("vfs_unlink, dentry", "vfs_unlink, dentri")))
    fails(run, run.returncode, r"mine\.bpf\.c:6\b", "dentri", r"\bdir\b.*\bdentry\b")
    true(run.returncode in (KERNEL, TOOL), f"exit status {run.returncode}")


@case("a probe that no function matches: names near it")
def _(installed):
    fails(compile_mine(tool(program=PROGRAM.replace("vfs_unlink", "vfs_unlnk"))), KERNEL, r"mine\.yaml:5\b", "vfs_unlnk", r"\bvfs_unlink\b")


# --- bad input: kernels ---


@case("no BTF and no headers: what to install")
def _(installed):
    run = bcchost("--compile-only", "filelife", "--btf", "none", "--kernel-release", "6.1.0-none-amd64")
    fails(run, KERNEL, "BTF", r"linux-headers-6\.1\.0-none-amd64")


@case("a BTF file that is none")
def _(installed):
    path = f"{TEMP}/garbage"
    for content in (b"", b"not BTF at all\n" * 100, open(f"{TEMP}/bookworm/btf", "rb").read()[:100000]):
        with open(path, "wb") as f:
            f.write(content)
        os.chmod(path, 0o644)
        run = bcchost("--compile-only", "filelife", "--btf", path, "--kallsyms", f"{TEMP}/bookworm/kallsyms", "--kernel-release", "6.1.0")
        true(0 < run.returncode < 6, f"exit status {run.returncode}", run.stderr)
        fails(run, run.returncode, "garbage")


@case("signatures without BTF come from the table, and say so")
def _(installed):
    text = succeeds(bcchost("--print-bpf", "filelife", "--btf", "none", "--kallsyms", f"{TEMP}/trixie/kallsyms", "--kernel-release", "6.12.0"))
    matches(text, "signatures.list")
    matches(text, r"vfs_unlink_entry\(struct pt_regs \*ctx, struct mnt_idmap \*\w+, struct inode \*\w+, struct dentry \*dentry")


# --- the compiler process ---


def with_helper(script):
    """bcchost with another bcchost-compile in its place."""
    other = tempfile.mkdtemp(dir=TEMP) + "/prefix"
    shutil.copytree(PREFIX, other)
    helper = f"{other}/libexec/bcchost/bcchost-compile"
    os.unlink(helper)
    if script is not None:
        with open(helper, "w") as f:
            f.write("#!/bin/sh\n" + script)
        os.chmod(helper, 0o755)
    return command(f"{other}/bin/bcchost", "--compile-only", "filelife", *facts("bookworm")[1], timeout=200)


@case("a compiler that crashes")
def _(installed):
    fails(with_helper("kill -SEGV $$\n"), RUN, "bcchost-compile|compiler", "SEGV|[Ss]egmentation|signal 11")


@case("a compiler that ends without an answer")
def _(installed):
    run = with_helper("cat >/dev/null\nexit 0\n")
    true(0 < run.returncode < 6, f"exit status {run.returncode}", run.stderr)
    fails(run, run.returncode, "bcchost-compile|compiler")


@case("a compiler that is not there")
def _(installed):
    fails(with_helper(None), RUN, "bcchost-compile")


@case("what cannot be written is an error, long or short")
def _(installed):
    for argv in (["man", "filetop"], ["man"], ["list"], ["--help"], ["filetop", "--help"]):
        with open("/dev/full", "w") as full:
            run = subprocess.run([BCCHOST, *argv], stdout=full, stderr=subprocess.PIPE, text=True)
        equal(run.returncode, RUN, " ".join(argv), run.stderr)
        matches(run.stderr, "cannot write to stdout: No space")
