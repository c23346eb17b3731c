# SPDX-License-Identifier: Apache-2.0
"""bcchost itself on a real kernel: what it does when a kernel or a file is not as it should be. The
last case locks the kernel down, so this file runs after the tools'."""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request

from exporter import Exporter
from guest import memory_kb, nothing_left, start, stop, workload
from harness import Background, Failure, Skip, case, command, equal, fixture, info, main, matches, true, wait_for

KERNEL = os.environ["MATRIX_KERNEL"]
RELEASE = os.uname().release
PROGRAM = """# SPDX-License-Identifier: Apache-2.0
summary: a tool of the tests
probes:
  - {%s, run: seen}
output:
  stream: events
  columns:
    - {title: PID, field: pid, width: 7}
    - {title: FILE, field: name}
"""
HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
struct event { u32 pid; char name[64]; };
BPF_PERF_OUTPUT(events);
"""
GOOD = HEAD + """int seen(SIGNATURE(vfs_unlink, dentry))
{
	struct event e = {};

	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel_str(&e.name, sizeof(e.name), dentry->d_name.name);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
"""
# An address that nothing has checked.
REJECTED = HEAD + """BPF_HASH(seen_ino, u32, u64);
int seen(SIGNATURE(vfs_unlink, dentry))
{
	struct event e = {};
	u32 key = 1;
	u64 *value = seen_ino.lookup(&key);

	e.pid = *value;
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
"""


def tool(name, text, probe="kprobe: vfs_unlink"):
    directory = "/root/tools"
    os.makedirs(directory, exist_ok=True)
    for path, content in ((f"{directory}/{name}.yaml", PROGRAM % probe), (f"{directory}/{name}.bpf.c", text)):
        with open(path, "w") as f:
            f.write(content)
        os.chmod(path, 0o644)
    return ["--tools-dir", directory, name]


def bcchost(*argv, **more):
    return command("bcchost", *argv, timeout=200, **more)


def fails(run, status, *patterns):
    equal(run.returncode, status, "exit status", run.stderr)
    equal(run.stdout, "", "stdout")
    matches(run.stderr, r"^bcchost: ", "stderr")
    for p in patterns:
        matches(run.stderr, p, "stderr")


def has_headers():
    return os.path.exists(f"/lib/modules/{RELEASE}/build") or os.path.exists("/sys/kernel/kheaders.tar.xz")


@case("kernel headers are installed only where the fallback to them is tested")
def _():
    equal(has_headers(), KERNEL == "bookworm")
    if KERNEL in ("trixie", "sid"):
        equal(glob.glob("/usr/src/linux-headers*"), [])


@case("--version tells libbcc's")
def _():
    run = bcchost("--version")
    equal(run.returncode, 0, note=run.stderr)
    matches(run.stdout, r"^bcchost \d+\.\d+\.\d+\nlibbcc " + re.escape(os.environ["MATRIX_LIBBCC"]))


@case("a tool of the user's, from --tools-dir")
def _():
    *directory, name = tool("mine", GOOD)
    t = Background("bcchost", *directory, name)
    wait_for(lambda: "FILE" in t.stdout or not t.alive(), 120, "the heading")
    true(t.alive(), t.said())
    workload("create:/tmp/mi-ne", "unlink:/tmp/mi-ne")
    time.sleep(0.5)
    t.signal()
    equal(t.wait(20), 0, note=t.said())
    equal([l.split()[1] for l in t.stdout.splitlines() if "mi-ne" in l], ["mi-ne"], note=t.said())


@case("not root")
def _():
    run = bcchost("filelife", preexec_fn=lambda: os.setresuid(65534, 65534, 65534))
    fails(run, 3, "root", "65534")


# What BCC attaches by its functions' names, and what options attach; a stack, and a table by file.
SCRIPT = """#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
struct event { u32 pid; char comm[TASK_COMM_LEN]; char name[32]; };
struct where { u32 pid; int stack; };
struct caller { u32 pid; int ustack; };
BPF_PERF_OUTPUT(events);
BPF_HASH(counts, u64);
BPF_HASH(places, struct where);
BPF_HASH(callers, struct caller);
BPF_STACK_TRACE(stacks, 128);
BPF_HISTOGRAM(sizes);
int kprobe__vfs_unlink(struct pt_regs *ctx)
{
	struct caller c = {};
	struct where w = {};

	FILTER
	c.pid = bpf_get_current_pid_tgid() >> 32;
	c.ustack = stacks.get_stackid(ctx, BPF_F_USER_STACK);
	callers.increment(c);
	w.pid = bpf_get_current_pid_tgid() >> 32;
	w.stack = stacks.get_stackid(ctx, 0);
	places.increment(w);
	return 0;
}
int kretprobe__vfs_unlink(struct pt_regs *ctx)
{
	FILTER
	counts.increment(1);
	return 0;
}
int syscall__unlink(struct pt_regs *ctx, const char __user *path)
{
	struct event e = {};

	FILTER
	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	bpf_probe_read_user_str(&e.name, sizeof(e.name), path);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
KFUNC_PROBE(vfs_write, struct file *file, const char *buf, size_t count)
{
	FILTER
	sizes.increment(bpf_log2l(count));
	return 0;
}
int by_option(struct pt_regs *ctx)
{
	FILTER
	counts.increment(WHICH);
	return 0;
}
"""


def script(text):
    path = "/root/script.c"
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o600)
    return path


@case("run: BCC's C text, attached by its functions' names and by options")
def _():
    # Our own process, so that every count is exact.
    t = Background("bcchost", "run", "--kprobe", "^vfs_mkdi[r]$=by_option", "--kretprobe", "sys_rmdir=by_option", "-D",
                   "WHICH=2", "-p", str(os.getpid()), script(SCRIPT))
    wait_for(lambda: "NAME" in t.stdout or not t.alive(), 150, "the heading")
    true(t.alive(), t.said())
    for i in range(5):
        open(f"/tmp/script{i}", "w").close()
        os.unlink(f"/tmp/script{i}")
    os.mkdir("/tmp/script")
    os.rmdir("/tmp/script")
    with open("/tmp/script", "wb", buffering=0) as f:
        for _i in range(3):
            f.write(b"x" * 100)
    time.sleep(0.5)
    t.signal()
    equal(t.wait(30), 0, note=t.said())
    events = [l.split() for l in t.stdout.splitlines() if "/tmp/script" in l]
    equal([e[-1] for e in events], [f"/tmp/script{i}" for i in range(5)], note=t.said())
    equal({e[0] for e in events}, {str(os.getpid())})
    # Five returns of vfs_unlink; a call of vfs_mkdir (5.10 calls its vfs_rmdir inline), a return of rmdir(2).
    matches(t.stdout, r"\ncounts:\nKEY VALUE\n  1     5\n  2     2\n")
    matches(t.stdout, r"\nplaces:\n *PID VALUE\n *%d     5\n(    .*\n)*    vfs_unlink\n" % os.getpid())
    # The program that is asked for by its user is this one, and it is there still.
    matches(t.stdout, r"\ncallers:\n *PID VALUE\n *%d +\d\n    unlink \[libc[-.]\S+\]\n" % os.getpid())
    matches(t.stdout, r"\n *64 -> 127 +: [3-9] ")


@case("run: samples of processors, and a function of libc")
def _():
    text = """#include <uapi/linux/ptrace.h>
#include <uapi/linux/bpf_perf_event.h>
BPF_HASH(counts, u32);
int sample(struct bpf_perf_event_data *ctx)
{
	counts.increment(1);
	return 0;
}
int called(struct pt_regs *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (pid == MINE)
		counts.increment(2);
	return 0;
}
"""
    import ctypes
    libc = ctypes.CDLL("libc.so.6")
    t = Background("bcchost", "run", "--perf-event", "software:cpu-clock@50=sample", "--uprobe", "c:gethostid=called", "-D",
                   f"MINE={os.getpid()}", script(text))
    wait_for(lambda: "Tracing" in t.stderr or not t.alive(), 150, "the first line")
    true(t.alive(), t.said())
    for _i in range(7):
        libc.gethostid()
    time.sleep(2)
    t.signal()
    equal(t.wait(30), 0, note=t.said())
    rows = dict(re.findall(r"^ *(\d+) +(\d+)$", t.stdout, re.M))
    equal(rows.get("2"), "7", note=t.said())
    true(int(rows.get("1", 0)) > 10, t.said())
    run = bcchost("run", "--uprobe", "c:no_such_function=called", "-D", "MINE=1", script(text))
    fails(run, 2, r"libc\.so\.6 has no function no_such_function")


@case("run: what only the kernel's headers have is taken from them, where they are installed")
def _():
    # An inline function: BTF does not know it.
    text = "#include <linux/fs.h>\n#include <linux/kdev_t.h>\nBPF_HASH(numbers, u32, u64);\n" \
        "int kprobe__vfs_mkdir(void *ctx)\n{\n\tu32 k = old_encode_dev(MKDEV(8, 2));\n\tFILTER\n" \
        "\tnumbers.increment(k);\n\treturn 0;\n}\n"
    path = script(text)
    if not has_headers():
        fails(bcchost("run", "-d", "1", path), 5, r"script\.c:6:\d+: error.*old_encode_dev")
        return
    t = Background("bcchost", "--verbose", "run", "-p", str(os.getpid()), path)
    wait_for(lambda: "Tracing" in t.stderr or not t.alive(), 150, "the start")
    true(t.alive(), t.said())
    os.mkdir("/tmp/headers")
    os.rmdir("/tmp/headers")
    t.signal()
    equal(t.wait(30), 0, note=t.said())
    matches(t.stderr, "compiling again, with the kernel's installed headers")
    matches(t.stdout, r"\nnumbers:\n *KEY VALUE\n *2050 +1\n")
    # Who asks for BTF is given no other types.
    fails(bcchost("--headers", "btf", "run", "-d", "1", path), 5, r"script\.c:6:\d+: error.*old_encode_dev")


# Two places of a probe that have its arguments in different ways, and a counter of its users; as <sys/sdt.h> notes them.
PROBED = r"""
#include <stdio.h>
#include <unistd.h>
#define NOTE(name, counter, arguments) "990: nop\n.pushsection .note.stapsdt,\"?\",\"note\"\n.balign 4\n" \
	".4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
	"993: .8byte 990b, _.stapsdt.base, " counter "\n.asciz \"test\", \"" name "\", \"" arguments "\"\n994: .balign 4\n.popsection\n" \
	".ifndef _.stapsdt.base\n.pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n.weak _.stapsdt.base\n" \
	".hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base,1\n.popsection\n.endif\n"
__attribute__((section(".probes"), used)) volatile unsigned short users;
__attribute__((used)) int shared = 77;
__attribute__((noinline)) int work(int n, const char *s)
{
	int twice = n * 2;

	__asm__ volatile(NOTE("step", "users", "-4@%0 8@%1 4@$5 -4@%2") :: "r"(n), "r"(s), "m"(twice));
	__asm__ volatile(NOTE("step", "users", "-4@%0 8@%1 4@$6 4@shared(%%rip)") :: "r"(twice), "r"(s));
	return twice;
}
int main(void)
{
	/* Whoever traces says when: a line of input each. */
	while (getchar() != EOF) {
		printf("%d %d\n", users, work(-21, "some text"));
		fflush(stdout);
	}
	return 0;
}
"""


@fixture
def probed():
    with open("/root/probed.c", "w") as f:
        f.write(PROBED)
    run = command("cc", "-O1", "-o", "/root/probed", "/root/probed.c")
    equal(run.returncode, 0, note=run.stderr)
    return started()


def started():
    """It ends when its input does: with whoever started it."""
    return subprocess.Popen(["/root/probed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def step(p):
    p.stdin.write("\n")
    p.stdin.flush()
    return p.stdout.readline().split()


@case("run: a function of a program, and its USDT probe: both places, with their arguments")
def _(probed):
    text = """#include <uapi/linux/ptrace.h>
struct event { u32 pid; int n; u32 constant; s64 last; char text[16]; };
BPF_PERF_OUTPUT(events);
BPF_HASH(calls, int);
int called(struct pt_regs *ctx, int n, const char *s)
{
	calls.increment(n);
	return 0;
}
int at_step(struct pt_regs *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_usdt_readarg(1, ctx, &e.n);
	bpf_usdt_readarg_p(2, ctx, &e.text, 10);
	bpf_usdt_readarg(3, ctx, &e.constant);
	bpf_usdt_readarg(4, ctx, &e.last);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
"""
    equal(step(probed), ["0", "-42"])
    t = Background("bcchost", "run", "--usdt", "/root/probed:test:step=at_step", "--uprobe", "/root/probed:work=called",
                   script(text))
    wait_for(lambda: "TEXT" in t.stdout or not t.alive(), 150, "the heading")
    true(t.alive(), t.said())
    for _i in range(3):
        # Its counter of users, of both places.
        equal(step(probed), ["2", "-42"])
    time.sleep(0.5)
    t.signal()
    equal(t.wait(30), 0, note=t.said())
    rows = re.findall(r"^ *%d +(-?\d+) +(\d+) +(-?\d+) some text$" % probed.pid, t.stdout, re.M)
    equal(rows, [("-21", "5", "-42"), ("-42", "6", "77")] * 3, note=t.said())
    matches(t.stdout, r"\ncalls:\n *KEY VALUE\n *-21 +3\n")
    equal(step(probed), ["0", "-42"], note="the counter of users, afterwards")
    for argument, pattern in (("--usdt /root/probed:test:stop=at_step", r"/root/probed has no USDT probe test:stop; did you mean test:step\?"),
                              ("--uprobe /root/probed:wok=called", r"/root/probed has no function wok .*did you mean work\?"),
                              ("--usdt nosuchlibrary:a:b=at_step", "there is no library or program nosuchlibrary"),
                              ("--usdt /root/probed.c:a:b=at_step", r"/root/probed\.c is no program or library \(ELF\)")):
        fails(bcchost("run", *argument.split(), "--usdt", "/root/probed:step=at_step", script(text)), 2, pattern)


@case("a tool on a program's functions: its file by an option, one process, and what is not there")
def _(probed):
    *directory, name = tool("users", """#include <uapi/linux/ptrace.h>
struct event { u32 pid; int n; char name[16]; };
BPF_PERF_OUTPUT(events);
int seen(struct pt_regs *ctx, int n, const char *s)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	e.n = n;
	bpf_probe_read_user_str(&e.name, sizeof(e.name), s);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
""", "uprobe: work, binary: {option: file}")
    with open("/root/tools/users.yaml", "a") as f:
        f.write("filters: [pid]\noptions: [{name: file, type: binary, default: /root/probed, help: the program}]\n")
    other = started()
    # What a process never touched yet a probe cannot read.
    step(other)
    step(probed)
    for more, pids in (((), {other.pid, probed.pid}), (("--pid", str(probed.pid)), {probed.pid})):
        t = Background("bcchost", *directory, name, *more)
        wait_for(lambda: "FILE" in t.stdout or not t.alive(), 150, "the heading")
        true(t.alive(), t.said())
        for p in (other, probed):
            step(p)
        time.sleep(0.5)
        t.signal()
        equal(t.wait(30), 0, note=t.said())
        equal({int(p) for p in re.findall(r"^(\d+) +some text$", t.stdout, re.M)}, pids, note=t.said())
    other.stdin.close()
    other.wait()
    fails(bcchost(*directory, name, "--file", "/bin/sh"), 2, r"--file: /bin/sh has no function work that its symbols tell of")
    fails(bcchost(*directory, name, "--file", "nosuchlibrary"), 2, "--file: there is no library or program nosuchlibrary")
    fails(bcchost(*directory, name, "--pid", str(other.pid)), 2, f"there is no process {other.pid}")


@case("run: a text that the verifier rejects is told with its line")
def _():
    text = "#include <linux/fs.h>\nBPF_HASH(h, u32, u64);\nint kprobe__vfs_unlink(void *ctx)\n{\n\tu32 k = 1;\n" \
        "\tu64 *v = h.lookup(&k);\n\n\treturn *v;\n}\n"
    run = bcchost("run", script(text))
    fails(run, 5, r"script\.c:8: the verifier rejects kprobe__vfs_unlink")


@case("a program that the verifier rejects: the log's end and the template's line")
def _():
    run = bcchost(*tool("rejected", REJECTED))
    fails(run, 5, r"verifier", r"map_value_or_null|invalid mem access", r"rejected\.bpf\.c:13\b.*e\.pid = \*value")


@case("a probe that no function matches: names near it")
def _():
    run = bcchost(*tool("nowhere", GOOD, "kprobe: vfs_unlonk"))
    fails(run, 4, "vfs_unlonk", r"\bvfs_unlink\b", "nowhere.yaml:4")


@case("a template that does not compile: its file and line")
def _():
    run = bcchost(*tool("broken", GOOD.replace("e.pid =", "e.pidd =")))
    fails(run, 5, r"broken\.bpf\.c:10\b.*pidd")


# What only shows when it is run: file and line of the program, too.
for what, wrong, pattern in (
    ("a field that the event has not", ("field: name", "field: nam"), r"wrong\.yaml:\d+: .*\bnam\b.*\bname\b"),
    ("a stream that the template has not", ("stream: events", "stream: evens"), r"wrong\.yaml:\d+: .*evens"),
    ("a handler that the template has not", ("run: seen", "run: sen"), r"wrong\.yaml:\d+: .*\bsen\b"),
):

    @case(f"bad YAML: {what}")
    def _(wrong=wrong, pattern=pattern):
        *directory, name = tool("wrong", GOOD)
        path = f"{directory[1]}/wrong.yaml"
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace(*wrong))
        fails(bcchost(*directory, name), 5, pattern)


@case("--debug=verifier shows its log")
def _():
    run = bcchost("filelife", "--debug=verifier", "-d", "1")
    equal(run.returncode, 0, note=run.stderr)
    matches(run.stdout + run.stderr, r"processed \d+ insns")


@case("without BTF: installed headers where there are, else what to install")
def _():
    if not has_headers():
        run = bcchost("filelife", "--btf", "none")
        fails(run, 4, "linux-headers", re.escape(RELEASE))
        return
    tools = start(
        without=["filelife", "--btf", "none"],
        installed=["filelife", "--headers", "installed"],
        create=["filecreate", "--btf", "none"],
        opens=["opensnoop", "--btf", "none"],
    )
    workload("churn:23:0.1:/tmp/nb-").expect_ok()
    stop(tools)
    for t in (tools.without, tools.installed, tools.create):
        equal(t.files("nb-"), [f"nb-{i:02}" for i in range(23)], t.tool, t.said())
    equal(tools.opens.files("nb-"), [f"/tmp/nb-{i:02}" for i in range(23)], note=tools.opens.said())


def first_event(*argv, seconds=240):
    """The time from start to the first event, beside a process that creates and removes all along."""
    churn = subprocess.Popen(
        ["bash", "-c", "for ((i = 0; ; i++)); do : >/tmp/fe-$i; rm /tmp/fe-$i; sleep 0.2; done"], stdin=subprocess.DEVNULL
    )
    # Python keeps what it prints in a pipe or file for 8 kB, which would not be the tool's fault.
    t = Background(*argv, env=dict(os.environ, PYTHONUNBUFFERED="1"))
    try:
        wait_for(lambda: "fe-" in t.stdout or not t.alive(), seconds, "an event: " + " ".join(argv))
        took = time.time() - t.started
        if not t.alive():
            raise Failure(t.said())
        return took, memory_kb(t.pid)
    finally:
        churn.kill()
        churn.wait()
        t.signal()
        t.wait(60)


# Figures of one run on one machine; as a ratio they mean something even under emulation.
def beside_bcc():
    # Twice, the better one: the first also reads LLVM from the host's disk, for both.
    ours, theirs = ("bcchost", "filelife", "--no-cache"), ("filelife-bpfcc",)
    runs = [(first_event(*ours), first_event(*theirs), first_event(*ours[:2])) for _ in range(2)]
    (cold, cold_rss), (bcc, bcc_rss), (warm, warm_rss) = (min(of) for of in zip(*runs))
    info(
        f"filelife, start to first event: bcchost {cold:.1f} s and {cold_rss} kB, again {warm:.1f} s and {warm_rss} kB, "
        f"BCC {bcc:.1f} s and {bcc_rss} kB, ratio {cold / bcc:.2f}"
    )


def bcc_alone():
    # Not installed ones: bcchost has to do without.
    env = dict(os.environ, PYTHONUNBUFFERED="1", BCC_KERNEL_SOURCE="/opt/headers")
    t = Background("filelife-bpfcc", env=env)
    try:
        wait_for(lambda: "FILE" in t.stdout or not t.alive(), 180, "its heading")
        time.sleep(1)
        workload("churn:23:0.5:/tmp/bc-")
        time.sleep(2)
        alive = t.alive()
        printed = t.stdout.count("bc-")
    finally:
        t.signal()
        t.wait(60)
    version = command("dpkg-query", "-W", "-f", "${Version}", "python3-bpfcc").stdout
    state = "" if alive else ", it ended by itself: " + t.stderr.strip().split("\n")[-1]
    info(f"BCC {version} filelife on {RELEASE}: 23 files created and removed, {printed} lines{state}")


if KERNEL == "bookworm":  # BCC's tools need kernel headers
    case("start to first event, beside BCC's filelife (figures, not a limit)")(beside_bcc)
if KERNEL == "sid":  # where its guess of the signature is wrong
    case("BCC's own filelife on this kernel (a figure)")(bcc_alone)


# One of each kind: fexit, syscall tracepoints, raw tracepoints, a module's functions, counters.
# With what they are started once, and with what then: values are no part of what is compiled.
WARM = {
    "filelife": (["-n", "rm", "--dir", "/tmp"], ["-n", "mv-is-long", "--dir", "/root", "-p", "1"]),
    "opensnoop": (["-n", "cat"], ["-n", "mv-is-long", "-t", "1"]),
    "biosnoop": ([], ["-p", "1"]),
    "ext4slower": (["20"], ["10", "-p", "1"]),
    "vfsstat": ([], ["-p", "1"]),
}


@fixture
def second_starts():
    """The files that a second start of each opens, as seen by opensnoop."""
    for name, (first, _) in WARM.items():
        equal(bcchost(name, "--duration", "1", *first).returncode, 0, name)
    watch = start(opens=["opensnoop", "-n", "bcchost"])
    pids = {}
    try:
        for name, (_, then) in WARM.items():
            run = subprocess.Popen(
                ["bcchost", name, "--duration", "1", *then], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            equal(run.wait(600), 0, name, run.stderr.read())
            pids[name] = run.pid
    finally:
        stop(watch)
    rows = [l.split() for l in watch.opens.stdout.splitlines() if l.strip()]
    return {name: [r[-1] for r in rows if r[0] == str(pid)] for name, pid in pids.items()}


@case("a second start, also for another process, name or directory, reads neither BTF nor kallsyms, and starts no compiler")
def _(second_starts):
    for name, paths in second_starts.items():
        true(any(p.endswith(f"/{name}.yaml") for p in paths), f"{name}: what it opens was not seen", paths)
        equal([p for p in paths if re.search(r"btf/|kallsyms|libbcc|LLVM|clang|filter_functions", p)], [], name)


@case("doctor: every tool runs here")
def _():
    report = json.loads(bcchost("doctor", "--output", "json").stdout)
    equal({t["name"]: t.get("why") for t in report["tools"] if not t["runs"]}, {})
    seen = {c["name"]: c["ok"] for c in report["checks"]}
    for name in ("BTF", "kprobes", "fentry", "ring buffer", "tracefs", "lockdown", "privileges", "libbcc", "cache"):
        equal(seen[name], True, name)
    equal(seen["kprobe_multi"], KERNEL in ("trixie", "sid"), "kprobe_multi")


# --- the exporter: one tool of each kind of output in one process ---

MARKED = "marked-opens"


@fixture
def exporter():
    return Exporter(
        "bcchost", "opensnoop:name=" + MARKED, "filelife", "vfsstat", "vfscount:pattern=vfs_unlink", "ext4dist", "biolatency"
    ).ready(400)


def marked_opens(n):
    """In a process of that name."""
    pid = os.fork()
    if not pid:
        with open("/proc/self/comm", "w") as f:
            f.write(MARKED)
        for _ in range(n):
            os.close(os.open("/etc/passwd", os.O_RDONLY))
        os._exit(0)
    os.waitpid(pid, 0)


def ask(query):
    url = "http://127.0.0.1:9090/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            result = json.load(answer)["data"]["result"]
    except OSError:
        return None
    return float(result[0]["value"][1]) if result else None


@case("export: 1,000 opens by a marked command are a counter of exactly 1,000, for Prometheus too")
def _(exporter):
    prometheus = shutil.which("prometheus")
    if prometheus:
        with open("/run/prometheus.yml", "w") as f:
            f.write(
                "global: {scrape_interval: 5s, scrape_timeout: 5s}\nscrape_configs:\n  - job_name: bcchost\n"
                f"    static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]\n"
            )
        p = Background(
            prometheus, "--config.file=/run/prometheus.yml", "--storage.tsdb.path=/run/prometheus", "--web.listen-address=127.0.0.1:9090"
        )
        wait_for(lambda: ask('bcchost_tool_up{tool="opensnoop"}') == 1.0 or not p.alive(), 200, f"Prometheus: {p.said()}")
        equal(ask(f'sum(bcchost_opensnoop_events_total{{comm="{MARKED}"}})'), None)
    marked_opens(1000)
    equal(exporter.value("bcchost_opensnoop_events_total", comm=MARKED), 1000.0)
    equal(exporter.value("bcchost_lost_events_total", tool="opensnoop"), 0.0)
    if prometheus:
        query = f'sum(bcchost_opensnoop_events_total{{comm="{MARKED}"}})'
        wait_for(lambda: ask(query) == 1000.0, 60, "a scrape")
        time.sleep(6)
        # A scrape that took too long has nothing; one that has more than 1,000 always has.
        wait_for(lambda: ask(query) == 1000.0, 60, "another scrape with 1,000")
        wait_for(lambda: ask('sum(scrape_samples_scraped{job="bcchost"}) > bool 50') == 1.0, 60, "50 samples")
        p.signal(signal.SIGTERM)
        p.wait(60)


@case("export: a tool of each kind of output counts what the workload does")
def _(exporter):
    for tool in ("opensnoop", "filelife", "vfsstat", "vfscount", "ext4dist", "biolatency"):
        equal(exporter.value("bcchost_tool_up", tool=tool), 1.0, tool, exporter.said())
    names = {
        "bcchost_filelife_events_total": {}, "bcchost_filelife_age_seconds_count": {}, "bcchost_vfsstat_unlinks_total": {},
        "bcchost_vfscount_calls_total": {"function": "vfs_unlink"},
    }
    before = {n: exporter.value(n, **labels) or 0 for n, labels in names.items()}
    for i in range(50):
        path = f"/run/export{i}"
        open(path, "w").close()
        os.unlink(path)
    time.sleep(1.5)  # a top is emptied every second, a scrape empties it too
    for n, labels in names.items():
        counted = exporter.value(n, **labels) - before[n]
        true(50 <= counted < 200, f"{n}: {counted}")


@case("export: a clock that steps back takes nothing from a counter")
def _(exporter):
    before = exporter.samples()
    time.clock_settime(time.CLOCK_REALTIME, time.time() - 86400)
    try:
        marked_opens(10)
        after = exporter.samples()
    finally:
        time.clock_settime(time.CLOCK_REALTIME, time.time() + 86400)
    for (name, labels), value in before.items():
        if name.endswith(("_total", "_count", "_sum", "_bucket")):
            true(after[name, labels] >= value, f"{name}{labels}: {value}, then {after[name, labels]}")
    equal(exporter.value("bcchost_opensnoop_events_total", comm=MARKED), 1010.0)


@case("export: ends, with its probes")
def _(exporter):
    equal(exporter.stop(), 0, note=exporter.said())


@case("nothing is left in the kernel by all these")
def _():
    equal(nothing_left(), [])


@case("the kernel complained of nothing")
def _():
    log = command("dmesg").stdout
    bad = [l for l in log.splitlines() if re.search(r"\bBUG:|WARNING:|Oops|general protection|soft lockup", l)]
    equal(bad, [])


@fixture
def locked():
    path = "/sys/kernel/security/lockdown"
    if not os.path.exists(path):
        raise Skip("this kernel has no lockdown")
    with open(path, "w") as f:
        f.write("confidentiality")
    with open(path) as f:
        equal("[confidentiality]" in f.read(), True)


@case("a kernel that is locked down")
def _(locked):
    run = bcchost("filelife")
    fails(run, 3, "locked down|lockdown", "confidentiality")


@case("--print-bpf on a kernel that is locked down")
def _(locked):
    run = bcchost("--print-bpf", "filelife")
    equal(run.returncode, 0, note=run.stderr)
    matches(run.stdout, r"int vfs_unlink_entry\w*\(.*struct dentry \*dentry")


main()
