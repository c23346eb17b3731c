# SPDX-License-Identifier: Apache-2.0
"""run-native RESULTS [part of a case's name]…: what needs no virtual machine: installing, every tool compiled
for each of the four kernels' BTF, what is printed for them, bad input, and the running kernel as it is."""

import csv
import difflib
import glob
import io
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "matrix"))
sys.dont_write_bytecode = True

import output
from harness import Background, Skip, case, command, equal, fixture, main, matches, true, wait_for
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import native_port  # noqa: E402
from page import command_of, steps_of, write_steps
import native_terminal
from pseudo_terminal import Terminal  # noqa: E402

import native_deploy  # noqa: F401: its cases

import native_run
import native_sampling

import native_streams

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAB = os.environ.get("BCCHOST_LAB", "/var/cache/bcchost-lab")
NOBODY = 65534
KERNELS = ["k510", "bookworm", "trixie", "sid"]
OK, RUN, USAGE, PERMISSION, KERNEL, TOOL = range(6)

with open(f"{TOP}/tools.list") as f:
    TOOLS = [l.split()[0] for l in f if l.strip() and not l.startswith("#")]

# A place that any user can read, whatever the checkout's is; and what nobody else may write to, whatever the umask.
os.umask(0o022)
TEMP = tempfile.mkdtemp(prefix="bcchost-native.")
os.chmod(TEMP, 0o755)
os.environ["WORK"] = TEMP
PREFIX = f"{TEMP}/prefix"
BCCHOST = f"{PREFIX}/bin/bcchost"


def as_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def bcchost(*argv, nobody=False, **more):
    if nobody and os.getuid() == 0:
        more["preexec_fn"] = as_nobody
    return command(BCCHOST, *argv, cwd=TEMP, **more)


def succeeds(run):
    equal(run.returncode, OK, "exit status", run.stderr)
    return run.stdout


def fails(run, status, *patterns):
    """With its exit status, one message on stderr, nothing on stdout."""
    equal(run.returncode, status, "exit status", run.stderr + run.stdout)
    equal(run.stdout, "", "stdout")
    matches(run.stderr, r"^bcchost: ", "stderr")
    for p in patterns:
        matches(run.stderr, p, "stderr")
    true("Sanitizer" not in run.stderr, run.stderr)


@fixture
def installed():
    run = command("make", "-s", "-C", TOP, f"PREFIX={PREFIX}", "DESTDIR=", "install", timeout=600)
    equal(run.returncode, 0, "make install", run.stderr)
    for k in KERNELS:  # the lab may be in a place that only root reads
        shutil.copytree(f"{LAB}/kernels/{k}", f"{TEMP}/{k}", ignore=shutil.ignore_patterns("vmlinuz", "initrd", "functions"))
        os.chmod(f"{TEMP}/{k}", 0o755)
    return PREFIX


def facts(kernel):
    with open(f"{TEMP}/{kernel}/release") as f:
        release = f.read().strip()
    return release, ["--btf", f"{TEMP}/{kernel}/btf", "--kallsyms", f"{TEMP}/{kernel}/kallsyms", "--kernel-release", release]


# --- installing ---


@case("make install: list has every tool of tools.list")
def _(installed):
    listed = [l.split()[0] for l in succeeds(bcchost("list", nobody=True)).splitlines() if l.startswith("  ")]
    equal(sorted(listed), sorted(TOOLS))


@case("the host is linked with neither LLVM nor libbcc")
def _(installed):
    out = command("ldd", BCCHOST).stdout
    equal(re.findall(r"\S*(?:LLVM|clang|libbcc)\S*", out), [])


@case("--version, --help")
def _(installed):
    matches(succeeds(bcchost("--version", nobody=True)), r"^bcchost \d+\.\d+\.\d+\nlibbcc \d+\.\d+")
    matches(succeeds(bcchost("--help", nobody=True)), r"--print-bpf.*--btf")


@case("the help of each tool; its examples are commands that work")
def _(installed):
    for tool in TOOLS:
        text = succeeds(bcchost(tool, "--help", nobody=True))
        examples = re.findall(rf"^ *(?:\$ )?bcchost ({tool}\b.*)$", text.split("Examples")[1], re.M)
        true(examples, f"{tool} --help shows no examples", text)
        true(max(map(len, text.splitlines())) <= 80, f"{tool} --help is wider than 80 columns", text)
        release, options = facts("bookworm")
        for e in examples:
            run = bcchost("--print-bpf", *options, *shlex.split(e.split("   ")[0]))
            if "there is no disk" not in run.stderr:  # an example's disk need not be in this machine
                succeeds(run)


# --- the manual pages ---

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COLUMNS", "FIELDS", "OVERHEAD", "CAVEATS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"]


def page_of(name):
    path = f"{PREFIX}/share/man/man8/{name}.8"
    true(os.path.exists(path), f"make install made no {path}")
    run = command("mandoc", "-T", "utf8", "-O", "width=100", path)
    equal(run.returncode, 0, f"mandoc {name}.8", run.stderr)
    return path, re.sub(".\b", "", run.stdout)  # bold is a letter over itself


def lint(path):
    for argv in (["mandoc", "-T", "lint", "-W", "warning", path], ["groff", "-man", "-ww", "-Tutf8", "-z", path]):
        run = command(*argv)
        equal((run.returncode, run.stdout + run.stderr), (0, ""), " ".join(argv))


def sections_of(text):
    """Heading: the lines below it."""
    found, body = {}, []
    for line in text.splitlines()[1:-1]:
        if re.match(r"[A-Z]", line):
            body = found.setdefault(line.strip(), [])
        else:
            body.append(line)
    return {heading: "\n".join(body) for heading, body in found.items()}


def has_manual(tool):
    path, text = page_of(f"bcchost-{tool}")
    lint(path)
    sections = sections_of(text)
    equal(list(sections), SECTIONS)
    for heading, body in sections.items():
        true(body.strip(), f"{heading} is empty")
    matches(sections["NAME"], rf"bcchost-{tool} - \w")
    # A column that the program says nothing of gets a text of the host's: see options_man.c.
    true("What the template has in its field" not in text, "a column without `about`", sections["COLUMNS"])
    for _, title in re.findall(r"(?m)^  +- \{title: (\"?)(.*?)\1[,}]", read(f"{TOP}/programs/{tool}.yaml")):
        matches(sections["COLUMNS"], rf"(?m)^ +{re.escape(title)}\b|{re.escape(title)}(?!\w)", title)
    options = re.findall(r"(?m)^  (?:-\w, |    )(--[\w-]+)", succeeds(bcchost(tool, "--help")))
    true(options, f"{tool} --help shows no options")
    for option in options:
        matches(sections["OPTIONS"], rf"(?m)^ +(-\w, )?{option}(?![\w-])", option)


def read(path):
    with open(path) as f:
        return f.read()


for tool_ in TOOLS:
    case(f"{tool_} has a manual page, whole and sound")(lambda installed, t=tool_: has_manual(t))


@case("bcchost(8) has every tool")
def _(installed):
    path, text = page_of("bcchost")
    lint(path)
    for t in TOOLS:
        matches(text, rf"(?m)^ +{t}(?: |$)")
        matches(text, rf"bcchost-{t}\(8\)")
    equal(succeeds(bcchost("man", nobody=True)), read(path))
    equal(succeeds(bcchost("man", TOOLS[0], nobody=True)), read(f"{PREFIX}/share/man/man8/bcchost-{TOOLS[0]}.8"))
    fails(bcchost("man", "nosuchtool"), USAGE, "nosuchtool", "bcchost list")
    fails(bcchost("man", TOOLS[0], "more"), USAGE, "more")


@case("README's table has every tool, and no other")
def _(installed):
    table = read(f"{TOP}/README.md").split("## The tools")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| (`\w+`(?:,? `\w+`)*) \| *[^| ].*\|", table)
    equal(sorted(re.findall(r"\w+", " ".join(rows))), sorted(TOOLS))


@case("make uninstall leaves nothing; DESTDIR goes before PREFIX")
def _(installed):
    where = f"{TEMP}/staged"
    for target in ("install", "uninstall"):
        run = command("make", "-s", "-C", TOP, f"DESTDIR={where}", "PREFIX=/opt/x", target)
        equal(run.returncode, 0, note=run.stderr)
        files = [f for _, _, names in os.walk(where) for f in names]
        true(bool(files) == (target == "install"), f"after make {target}: {files}")
        if target == "install":
            true(os.path.exists(f"{where}/opt/x/bin/bcchost"), "no opt/x/bin/bcchost")


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

PROGRAM = """# SPDX-License-Identifier: Apache-2.0
summary: a tool of the tests
filters: [pid]
probes:
  - {kprobe: vfs_unlink, run: seen}
output:
  stream: events
  columns:
    - {title: PID, field: pid, width: 7}
    - {title: FILE, field: name}
"""
TEMPLATE = """/* SPDX-License-Identifier: Apache-2.0 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
struct event { u32 pid; char name[64]; };
BPF_PERF_OUTPUT(events);
int seen(SIGNATURE(vfs_unlink, dentry))
{
	struct event e = {};

	FILTER
	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel_str(&e.name, sizeof(e.name), dentry->d_name.name);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
"""


def tool(program=PROGRAM, template=TEMPLATE, name="mine", mode=0o644):
    directory = tempfile.mkdtemp(dir=TEMP)
    os.chmod(directory, 0o755)
    for path, text in ((f"{directory}/{name}.yaml", program), (f"{directory}/{name}.bpf.c", template)):
        if text is not None:
            with open(path, "w") as f:
                f.write(text)
            os.chmod(path, mode)
    return directory


def compile_mine(directory, *more, **kw):
    return bcchost("--tools-dir", directory, "--compile-only", "mine", *facts("bookworm")[1], *more, **kw)


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


# --- the running kernel ---


def has_kprobes():
    try:
        with open("/proc/kallsyms") as f:
            return any(" register_kprobe\n" in l for l in f)
    except OSError:
        return False


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


def completed(*words):
    """What bash would offer for the last word; `=` is a word of its own there."""
    script = f"""source {PREFIX}/share/bash-completion/completions/bcchost
COMP_WORDS=({" ".join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; _bcchost; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return command("bash", "-c", script, cwd=TEMP).stdout.split()


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


@case("completion in bash: commands, tools, their options, the values of an option")
def _(installed):
    equal(completed(BCCHOST, "filel"), ["filelife"])
    true(set(TOOLS) | {"list", "doctor", "--btf"} <= set(completed(BCCHOST, "")), "something is missing")
    equal(completed(BCCHOST, "opensnoop", "--dur"), ["--duration"])
    equal(completed(BCCHOST, "opensnoop", "--extended"), ["--extended-fields"])
    equal(completed(BCCHOST, "opensnoop", "--flag-filter", "O_RD"), ["O_RDONLY", "O_RDWR"])
    equal(completed(BCCHOST, "opensnoop", "-f", "O_RD"), ["O_RDONLY", "O_RDWR"])
    equal(completed(BCCHOST, "--print-bpf", "filetop", "--sort", "rb"), ["rbytes"])
    equal(completed(BCCHOST, "filetop", "--sort", "=", "rb"), ["rbytes"])
    equal(completed(BCCHOST, "filetop", "--sort="), [f"--sort={s}" for s in completed(BCCHOST, "filetop", "--sort", "")])
    equal(completed(BCCHOST, "filelife", "--debug", "ir,so"), ["ir,source"])
    equal(completed(BCCHOST, "filelife", "--buffer", ""), ["auto", "ring", "perf"])
    equal(completed(BCCHOST, "filelife", "--max-events", ""), [])
    true(str(os.getpid()) in completed(BCCHOST, "filelife", "--pid", ""), "a process is missing")
    true("root" in completed(BCCHOST, "filelife", "--uid", "ro"), "a user is missing")
    true("-p" in completed(BCCHOST, "filelife", "-"), "a letter is missing")
    equal(completed(BCCHOST, "filelife", "--output", ""), ["text", "json", "csv"])
    equal(completed(BCCHOST, "biolatency", "--output", ""), ["text", "json", "csv", "svg"])
    equal(completed(BCCHOST, "no-such-tool", "--d"), [])
    equal(completed(BCCHOST, "cache", "c"), ["clear"])
    equal(completed(BCCHOST, "cache", "clear", ""), [])
    equal(completed(BCCHOST, "doctor", "--output", ""), ["json"])
    equal(completed(BCCHOST, "man", "filel"), ["filelife"])
    equal(completed(BCCHOST, "--kernel-release", "6.1", "filel"), ["filelife"])
    equal(completed(BCCHOST, "opensnoop", "--show", "container,p"), ["container,pod"])
    equal(completed(BCCHOST, "export", "--l"), ["--listen"])
    equal(completed(BCCHOST, "export", "--check", "opens"), ["opensnoop"])
    equal(completed(BCCHOST, "export", "opensnoop", ":", "failed,na"), ["failed,name"])
    equal(completed(BCCHOST, "port", "--f"), ["--force"])
    fails(bcchost("completion", "fish"), USAGE, "bash or zsh")


@case("completion in bash: files, and tools in a directory that is named before")
def _(installed):
    mine = f"{TEMP}/com plete"
    os.makedirs(f"{mine}/sub", exist_ok=True)
    shutil.copy(f"{TOP}/programs/filelife.yaml", f"{mine}/mylife.yaml")
    equal(completed(BCCHOST, "--tools-dir", mine, "myl"), ["mylife"])
    true("--pid" in completed(BCCHOST, "--tools-dir", mine, "mylife", "--"), "no option of it")
    for quoted in (mine.replace(" ", "\\ "), f"'{mine}'", f'"{mine}"', mine.replace("com p", '"com p"')):
        equal(completed(BCCHOST, "--tools-dir", quoted, "myl"), ["mylife"])
    equal(completed(BCCHOST, "--btf", "bookworm/bt", ), ["bookworm/btf"])
    equal(completed(BCCHOST, "--btf", "=", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "--btf=bookworm/bt"), ["--btf=bookworm/btf"])
    equal(completed(BCCHOST, "filelife", "--dir", "bookw"), ["bookworm"])
    equal(completed(BCCHOST, "export", "--config", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "run", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "port", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "port", "-o", "bookw"), ["bookworm"])


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


# What a person sees who types: a widget writes the line down, another puts all matches into it.
ZSH = r"""
PS1='' PS2='' ; unsetopt prompt_cr prompt_sp; path=(%(prefix)s/bin $path); fpath=(%(fpath)s $fpath)
autoload -U compinit; compinit -u -D
%(load)s
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert yes
zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches
written() { print -r -- "$BUFFER" >>%(out)s; BUFFER= }
zle -N written; bindkey '^Xw' written
"""


def zsh_completes(lines, load="", fpath=f"{PREFIX}/share/zsh/site-functions"):
    """The lines as they are after the tabulator (if they end with one) or with all matches."""
    out = tempfile.NamedTemporaryFile(dir=TEMP)
    with open(f"{TEMP}/.zshrc", "w") as f:
        f.write(ZSH % {"prefix": PREFIX, "out": out.name, "load": load, "fpath": fpath})
    master, slave = pty.openpty()
    env = dict(os.environ, ZDOTDIR=TEMP, TERM="vt100", COLUMNS="200", LINES="50")
    zsh = subprocess.Popen(["zsh", "-d", "-i"], stdin=slave, stdout=slave, stderr=slave, env=env, cwd=TEMP, start_new_session=True)
    os.close(slave)
    screen = b""
    try:
        for i, line in enumerate(lines):
            os.write(master, (line if line.endswith("\t") else f"{line}\x18a").encode() + b"\x18w")
            end = time.monotonic() + 300
            while len(open(out.name).read().splitlines()) <= i and time.monotonic() < end:
                if select.select([master], [], [], 0.1)[0]:
                    screen += os.read(master, 65536)
        written = open(out.name).read().splitlines()
        equal(len(written), len(lines), "lines", screen.decode(errors="replace"))
        return written
    finally:
        zsh.kill()
        zsh.wait()
        os.close(master)


@case("completion in zsh: commands, tools, their options, the values of an option")
def _(installed):
    typed = ["bcchost filel\t", "bcchost opensnoop --dura\t", "bcchost filetop --sort rb\t", "bcchost filetop --sort=rb\t",
             "bcchost opensnoop --flag-filter O_RD", "bcchost cache ", "bcchost ", "bcchost filelife --btf bookworm/bt\t",
             "bcchost --btf=bookworm/bt\t", "bcchost filelife --max-events \t"]
    for load, fpath in (("", f"{PREFIX}/share/zsh/site-functions"), ("source <(bcchost completion zsh)", "")):
        got = [line.rstrip() for line in zsh_completes(typed, load, fpath)]
        equal(got[:4], ["bcchost filelife", "bcchost opensnoop --duration", "bcchost filetop --sort rbytes", "bcchost filetop --sort=rbytes"])
        equal(set(got[4].split()[3:]), {"O_RDONLY", "O_RDWR"})
        equal(set(got[5].split()[2:]), {"list", "clear"})
        true(set(TOOLS) | {"list", "doctor"} <= set(got[6].split()), "something is missing", got[6])
        equal(got[7:], ["bcchost filelife --btf bookworm/btf", "bcchost --btf=bookworm/btf", "bcchost filelife --max-events"])


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


native_port.define(bcchost, succeeds, fails, facts, TEMP, BCCHOST)
native_run.add(globals())
native_sampling.add(globals())
native_streams.add(globals())
native_terminal.cases(BCCHOST, TEMP)
import native_export  # noqa: E402, F401: its cases

try:
    main()
finally:
    shutil.rmtree(TEMP, ignore_errors=True)
