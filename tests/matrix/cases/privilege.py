# SPDX-License-Identifier: Apache-2.0
"""What bcchost may do and what it gives up: capabilities of tools that trace, tools of users who are
not root, and doctor's verdict for each of them (docs/privileges.md)."""

import json
import os
import re
import shutil

from guest import Bunch, Tool, nothing_left, start, stop, table, workload
from harness import Background, case, command, equal, fixture, main, matches, true

KERNEL = os.environ["MATRIX_KERNEL"]
NOBODY = 65534
NUMBERS = {"dac_read_search": 2, "sys_resource": 24, "sys_admin": 21, "syslog": 34, "perfmon": 38, "bpf": 39}
TRACE = ["bpf", "perfmon"]
# Before 5.11 maps are locked memory, of which a user may have little.
MORE = ["sys_resource"] if KERNEL == "k510" else []
CACHE = "/tmp/users-cache"

table("vfscount", r"ADDR +FUNC +COUNT", r"(?P<addr>[0-9a-f]{16}) +(?P<file>\S+) +(?P<count>\d+)")
table("vfsstat", r"TIME +READ/s", r"(?P<time>\d\d:\d\d:\d\d) .*")
table("opentrace", r"TIME +(TID|PID) +COMM .*(MESSAGE|FILE)$", r".*")
table("filetop", r"[TP]ID +COMM +READS ", r".*")


def user(caps, cache=CACHE):
    """The beginning of a command that another user gives, with these capabilities alone."""
    listed = ",".join(["-all", *("+" + c for c in caps)])
    setpriv = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    setpriv += ["--inh-caps", listed, "--ambient-caps", listed, "--bounding-set", listed, "--no-new-privs"]
    return ["env", f"BCCHOST_CACHE_DIR={cache}", *setpriv]


class UsersTool(Tool):
    def __init__(self, caps, tool, *options):
        self.tool, self.failed = tool, None
        Background.__init__(self, *user(caps), "bcchost", tool, *options)


def bcchost(caps, *argv):
    return command(*user(caps), "bcchost", *argv, timeout=240)


def status(pid):
    with open(f"/proc/{pid}/status") as f:
        fields = dict(l.rstrip("\n").split(":\t", 1) for l in f if ":\t" in l)
    return fields


def capabilities(pid, which):
    value = int(status(pid)[which], 16)
    names = {n: name for name, n in NUMBERS.items()}
    return {names.get(n, str(n)) for n in range(64) if value >> n & 1}


KINDS = {
    "stream": ["filelife"],
    "pipe": ["opentrace"],
    "top": ["filetop", "1"],
    "histogram": ["biolatency"],
    "rates": ["vfsstat", "1"],
    "ksym": ["vfscount"],
}


@fixture
def session():
    """A tool of each kind, at work, and what their processes may do meanwhile."""
    s = Bunch(status={}, caps={})
    s.tools = start(**KINDS)
    for name, t in s.tools.items():
        s.status[name] = status(t.pid)
        s.caps[name] = {w: capabilities(t.pid, w) for w in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    s.work = workload("churn:23:0.05:/tmp/pr-").expect_ok()
    command("sh", "-c", "dd if=/dev/zero of=/ext4/pr bs=64k count=8 conv=fsync; sync; sleep 1.5")
    stop(s.tools)
    return s


for name in KINDS:

    @case(f"{KINDS[name][0]}: keeps the capabilities that it still needs, and no others")
    def _(session, name=name):
        session.tools[name].check()
        # Kernels before 6.0 want CAP_BPF for each look into a table.
        keeps = {"bpf"} if KERNEL == "k510" else set()
        keeps |= {"syslog"} if name == "ksym" else set()
        caps = session.caps[name]
        equal({w: caps[w] for w in ("CapPrm", "CapEff")}, {"CapPrm": keeps, "CapEff": keeps})
        equal({w: caps[w] for w in ("CapInh", "CapBnd", "CapAmb")}, {"CapInh": set(), "CapBnd": set(), "CapAmb": set()})
        equal(session.status[name]["NoNewPrivs"], "1")


@case("and do their work without the rest: events, the trace pipe, tables, names of addresses")
def _(session):
    tools = session.tools
    for t in tools.values():
        t.check()
        equal((t.status, t.lost()), (0, 0), t.tool, t.said())
    equal(tools.stream.files("pr-"), [f"pr-{i:02}" for i in range(23)], note=tools.stream.said())
    true("pr-22" in tools.pipe.stdout, "no line of the trace pipe", tools.pipe.said())
    true("pr-" in tools.top.stdout or "COMM" in tools.top.stdout, "no top", tools.top.said())
    matches(tools.histogram.stdout, r"->.*\|\*", "the histogram")
    true(len(tools.rates.body()) >= 2, "no rates", tools.rates.said())
    counts = {r.file: int(r.count) for r in tools.ksym.rows()}
    true(counts.get("vfs_unlink", 0) >= 23, f"vfs_unlink was counted {counts.get('vfs_unlink')} times", tools.ksym.said())


@case("all of that is gone afterwards")
def _(session):
    equal(nothing_left(), [])


# --- not root ---


@fixture
def cache():
    """A cache of that user's own, with the objects that root's runs have made."""
    shutil.rmtree(CACHE, ignore_errors=True)
    shutil.copytree("/var/cache/bcchost", CACHE) if os.path.isdir("/var/cache/bcchost") else os.makedirs(CACHE)
    for path in [CACHE, *(f"{CACHE}/{n}" for n in os.listdir(CACHE))]:
        os.chown(path, NOBODY, NOBODY)
    os.chmod(CACHE, 0o700)
    return CACHE


def fails(run, code, *patterns):
    equal(run.returncode, code, "exit status", run.stderr)
    equal(run.stdout, "", "stdout")
    for p in patterns:
        matches(run.stderr, p, "stderr")


@case("without CAP_BPF, without CAP_PERFMON, without both: which is missing")
def _(cache):
    fails(bcchost([], "filelife"), 3, r"needs root, or CAP_BPF and CAP_PERFMON.*uid 65534 lacks CAP_BPF and CAP_PERFMON")
    fails(bcchost(["perfmon"], "filelife"), 3, r"uid 65534 lacks CAP_BPF;")
    fails(bcchost(["bpf", *MORE], "filelife"), 3, r"uid 65534 lacks CAP_PERFMON;")


@case("before 5.11: locked memory, and what to do")
def _(cache):
    run = bcchost(TRACE, "filelife", "-d", "1")
    if KERNEL == "k510":
        fails(run, 3, "locked memory", "CAP_SYS_RESOURCE", "ulimit -l")
    else:
        equal(run.returncode, 0, note=run.stderr)


PARANOID = "/proc/sys/kernel/perf_event_paranoid"
MULTI = KERNEL in ("trixie", "sid")  # the kernel has kprobe_multi, which needs no perf events


@case("kprobes where the kernel gives perf events to CAP_SYS_ADMIN alone: what to do")
def _(cache):
    with open(PARANOID) as f:
        equal(f.read().strip(), "3", "Debian's default")
    for tool in ("vfscount", "vfsstat", "syncsnoop"):
        ways = ["root", "sysctl kernel.perf_event_paranoid=2", "CAP_SYS_ADMIN", *(["CAP_SYSLOG"] if MULTI else [])]
        fails(bcchost(TRACE + MORE, tool, "-d", "1"), 3, "refuses perf events to uid 65534", *ways)


@fixture
def kprobes(cache):
    """From here on kprobes are for CAP_PERFMON."""
    if not MULTI:
        with open(PARANOID, "w") as f:
            f.write("2")
    return TRACE + MORE + (["syslog"] if MULTI else [])


@fixture
def users(kprobes):
    s = Bunch(caps={})
    s.tools = Bunch(
        stream=UsersTool(TRACE + MORE, "filelife").ready(),
        opens=UsersTool(TRACE + MORE, "opensnoop").ready(),
        disk=UsersTool(TRACE + MORE, "biolatency").ready(),
        top=UsersTool(TRACE + MORE, "filetop", "1").ready(),
        rates=UsersTool(kprobes, "vfsstat", "1").ready(),
        counts=UsersTool([*TRACE, *MORE, "syslog"], "vfscount").ready(),
        pipe=UsersTool([*kprobes, "dac_read_search"], "opentrace").ready(),
    )
    for name, t in s.tools.items():
        s.caps[name] = capabilities(t.pid, "CapPrm")
    workload("churn:23:0.05:/tmp/us-").expect_ok()
    command("sh", "-c", "dd if=/dev/zero of=/ext4/us bs=64k count=8 conv=fsync; sync; sleep 1.5")
    stop(s.tools)
    return s


@case("with CAP_BPF and CAP_PERFMON, and where it takes more CAP_SYSLOG or CAP_DAC_READ_SEARCH, tools work")
def _(users):
    tools = users.tools
    for t in tools.values():
        t.check()
        equal(t.status, 0, t.tool, t.said())
    equal(tools.stream.files("us-"), [f"us-{i:02}" for i in range(23)], note=tools.stream.said())
    equal(tools.opens.files("us-")[:23], [f"/tmp/us-{i:02}" for i in range(23)], note=tools.opens.said())
    matches(tools.disk.stdout, r"->.*\|\*", "the histogram")
    true(len(tools.rates.body()) >= 2, "no rates", tools.rates.said())
    true("COMM" in tools.top.stdout, "no top", tools.top.said())
    counts = {r.file: int(r.count) for r in tools.counts.rows()}
    true(counts.get("vfs_unlink", 0) >= 23, f"vfs_unlink was counted {counts.get('vfs_unlink')} times", tools.counts.said())
    true("us-22" in tools.pipe.stdout, "no line of the trace pipe", tools.pipe.said())


@case("and they keep no more than root's")
def _(users):
    keeps = {"bpf"} if KERNEL == "k510" else set()
    equal(users.caps, {n: keeps | ({"syslog"} if n == "counts" else set()) for n in users.caps})


@case("what takes more says what: the trace pipe, tracepoints")
def _(kprobes):
    closed = r"closed to uid 65534; it takes root, or CAP_DAC_READ_SEARCH"
    fails(bcchost(kprobes, "opentrace"), 3, closed)
    fails(bcchost(kprobes, "opensnoop", "--variant", "tracepoint"), 3, closed)


@case("a module's functions without CAP_SYS_ADMIN: by kprobes")
def _(kprobes):
    run = bcchost(kprobes, "ext4slower", "-d", "1")
    equal(run.returncode, 0, note=run.stderr)
    run = bcchost(kprobes, "ext4slower", "-d", "1", "--variant", "fentry")
    if KERNEL == "k510":  # has no BTF of modules
        fails(run, 4, "ext4")
    else:
        fails(run, 3, "CAP_SYS_ADMIN", "module ext4")


@case("without a cache of his own")
def _():
    argv = [a for a in user(TRACE + MORE) if "CACHE" not in a]
    run = command(*argv, "bcchost", "filelife", "-d", "0.1", timeout=240)
    equal((run.returncode, run.stderr), (0, ""))


# --- doctor ---


def agrees(prefix, those_that_run=None):
    """Each tool's verdict, beside what it does; of those that shall run some are enough."""
    run = command(*prefix, "bcchost", "doctor", "--output", "json", timeout=240)
    equal(run.returncode, 0, note=run.stderr)
    report = json.loads(run.stdout)
    wrong = []
    for t in report["tools"]:
        if t["runs"] and those_that_run and t["name"] not in those_that_run:
            continue
        run = command(*prefix, "bcchost", t["name"], "--duration", "0.1", timeout=240)
        if t["runs"] != (run.returncode == 0):
            wrong.append((t, run.returncode, run.stderr))
        elif not t["runs"]:
            matches(run.stderr, re.escape(t["why"][:80]), t["name"])
    equal(wrong, [])
    return report


@case("doctor's verdict is what the tools do: root")
def _():
    report = agrees([])
    equal([t["name"] for t in report["tools"] if not t["runs"]], [])


@case("doctor's verdict is what the tools do: a user with CAP_BPF and CAP_PERFMON")
def _(cache):
    report = agrees(user(TRACE + MORE), ("filelife", "opensnoop", "biosnoop", "dcstat"))
    seen = {c["name"]: c for c in report["checks"]}
    equal((seen["fentry"]["ok"], seen["tracefs"]["ok"], seen["addresses"]["ok"]), (True, None, False))
    matches(seen["privileges"]["detail"], "uid 65534 may trace; it lacks CAP_SYSLOG")
    runs = {t["name"] for t in report["tools"] if t["runs"]}
    true({"filelife", "opensnoop", "biosnoop", "execsnoop"} <= runs and "opentrace" not in runs, sorted(runs))


@case("doctor's verdict is what the tools do: a user with none")
def _(cache):
    run = command(*user([]), "bcchost", "doctor", "--output", "json", timeout=240)
    report = json.loads(run.stdout)
    seen = {c["name"]: c["ok"] for c in report["checks"]}
    equal([seen[n] for n in ("fentry", "kprobe_multi", "tracefs", "privileges")], [None, None, None, False])
    equal({t["runs"] for t in report["tools"]}, {False})
    privileged = {t["name"]: t["privileged"] for t in report["tools"]}
    # Of fentry only trying tells.
    equal([privileged[t] for t in ("biosnoop", "filelife", "opentrace")], [True, None, None])
    fails(bcchost([], "filelife"), 3, re.escape(report["tools"][0]["why"].split(":", 1)[1][:60]))


main()
