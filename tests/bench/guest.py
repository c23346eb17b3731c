# SPDX-License-Identifier: Apache-2.0
"""guest: what a virtual machine of the benchmark runs: each tool of each project in turn, on the same
workload, again and again. A sample a line (JSON) goes to /mnt/samples as it is made; what went wrong
is a sample too. From the environment: BENCH_GROUPS, BENCH_TOOLS, BENCH_PEERS, BENCH_RUNS."""

import functools
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

BENCH = "/run/bench"
KEPT = "/run/cache"  # warm starts find what they need here
TICK, PACED, FLOOD, BIG = "/tmp/mk-tick", "/tmp/mk-paced", "/tmp/mk-flood", "/tmp/mk-big"
MARKS = ",".join(os.path.basename(p) for p in (TICK, PACED, FLOOD, BIG))

FILELIFE_BT = """
kprobe:security_inode_create { @birth[arg1] = nsecs; }
kprobe:vfs_unlink /@birth[arg2]/ {
	time("%H:%M:%S ");
	printf("%-7d %-16s %-7d %s\\n", pid, comm, (nsecs - @birth[arg2]) / 1000000,
	    str(((struct dentry *)arg2)->d_name.name));
	delete(@birth[arg2]);
}
END { clear(@birth); }
"""
COMMANDS = {
    "filelife": {
        "bcc": ["filelife-bpfcc"],
        "libbpf": ["/usr/sbin/filelife"],
        "bpftrace": ["bpftrace", "-e", FILELIFE_BT],
        "cold": ["bcchost", "filelife"],
        "warm": ["bcchost", "filelife"],
    },
    "opensnoop": {
        "bcc": ["opensnoop-bpfcc"],
        "libbpf": ["/usr/sbin/opensnoop"],
        "bpftrace": ["bpftrace", "/usr/sbin/opensnoop.bt"],
        "cold": ["bcchost", "opensnoop"],
        "warm": ["bcchost", "opensnoop"],
    },
}
LOADS = {"filelife": "files", "opensnoop": "opens"}
# A line a write, so that the first event is not kept back: what `stdbuf -oL` sets, without its exec.
STDBUF = "/usr/libexec/coreutils/libstdbuf.so"
LINES = {"bcc": {"PYTHONUNBUFFERED": "1"}, "libbpf": {"LD_PRELOAD": STDBUF, "_STDBUF_O": "L"}}
LIMIT = 300  # seconds, for an answer; what does not come by then is a sample that says so
PACED_N, FLOOD_N, BIG_N = 3000, 30_000, 300_000


def sample(tool, peer, **values):
    with open("/mnt/samples", "a") as f:
        f.write(json.dumps({"tool": tool, "peer": peer, **values}) + "\n")


def tell(text):
    print(f"bench: {text}", flush=True)


def environment(peer, by_line):
    env = dict(os.environ)
    if by_line:
        env.update(LINES.get(peer, {}))
    if peer == "warm":
        env["BCCHOST_CACHE_DIR"] = KEPT
    if peer == "cold":
        env["BCCHOST_CACHE_DIR"] = "/run/cache.cold"
        shutil.rmtree("/run/cache.cold", ignore_errors=True)
    return env


class Gone(Exception):
    """A tool ended, or said nothing for too long."""


class Watched:
    """A tool, with `bench watch` reading what it prints."""

    def __init__(self, command, peer, by_line=True, marks=MARKS):
        self.stderr = open("/run/stderr", "w+")
        self.watch = subprocess.Popen(
            [BENCH, "watch", marks, *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.stderr, text=True,
            env=environment(peer, by_line),
        )  # fmt: skip
        self.pid = int(self.answer("pid")[0])

    def answer(self, word):
        signal.alarm(LIMIT)
        try:
            words = self.watch.stdout.readline().split()
        except TimeoutError as e:
            raise Gone(f"no answer in {LIMIT} s; {self.state()}") from e
        finally:
            signal.alarm(0)
        if not words or words[0] != word:
            raise Gone(f"{' '.join(words) or 'ended'} instead of {word}: {self.said()}")
        return words[1:]

    def ask(self, command, word):
        self.watch.stdin.write(command + "\n")
        self.watch.stdin.flush()
        return list(map(int, self.answer(word)))

    def said(self):
        self.stderr.flush()
        with open("/run/stderr") as f:
            return f.read()[-2000:]

    def state(self):
        """What it does, for a sample that failed."""
        told = []
        for name in ("wchan", "stack"):
            try:
                with open(f"/proc/{self.pid}/{name}") as f:
                    told.append(f"{name}: {' '.join(f.read().split())}")
            except OSError as e:
                told.append(f"{name}: {e.strerror}")
        cpu = self.cpu_ns() / 1e9
        return f"{cpu:.1f} s of processor time, {'; '.join(told)}; said: {self.said()}"

    def first(self):
        """Nanoseconds from fork() to the first event; its line is self.line."""
        took, *self.line = self.answer("first")
        return int(took)

    def stop(self):
        """(nanoseconds from Ctrl-C to the exit, its status, lines, marked lines…)"""
        values = self.ask("stop", "exit")
        self.watch.wait()
        return values

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """What did not end, ends here."""
        if self.watch.poll() is not None:
            return
        for p in (self.pid, self.watch.pid):
            try:
                os.kill(p, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.watch.wait()

    def cpu_ns(self):
        """Of all its threads; the scheduler's own sum, not ticks."""
        total = 0
        for path in glob.glob(f"/proc/{self.pid}/task/*/schedstat"):
            try:
                with open(path) as f:
                    total += int(f.read().split()[0])
            except OSError:  # a thread that has ended
                pass
        return total

    def quiet(self):
        """Waits until it has done what there was to do; its processor time then."""
        last, still, end = self.cpu_ns(), 0, time.time() + LIMIT
        while still < 3 and time.time() < end:
            time.sleep(0.5)
            cpu = self.cpu_ns()
            still = still + 1 if cpu - last < 10_000_000 else 0
            last = cpu
        return last


class Ticker:
    """Makes an event of each tool every 5 ms."""

    def __enter__(self):
        self.process = subprocess.Popen([BENCH, "tick", "5", TICK])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def memory(pid):
    """kB resident: all, and without the pages of event buffers (and of libstdbuf, which is ours)."""
    rss = aside = 0
    name = ""
    with open(f"/proc/{pid}/smaps") as f:
        for line in f:
            head = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)", line)
            if head:
                name = head[1]
            elif line.startswith("Rss:"):
                kb = int(line.split()[1])
                rss += kb
                if name == STDBUF:
                    rss -= kb
                elif name.startswith("anon_inode:"):
                    aside += kb
    return {"rss": rss, "own": rss - aside}


def start_once(tool, peer, run):
    """To the first event, the memory a second later, Ctrl-C to the exit."""
    with Ticker(), Watched(COMMANDS[tool][peer], peer) as watched:
        first = watched.first()
        time.sleep(1)
        sizes = memory(watched.pid)
        took, status = watched.stop()[:2]
    sample(tool, peer, group="start", run=run, start=first, exit=took, status=status, **sizes)


def programs():
    """{id: (nanoseconds, runs, name, processes)} of the BPF programs that are loaded."""
    shown = subprocess.run(["bpftool", "-j", "prog", "show"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {
        p["id"]: (p.get("run_time_ns", 0), p.get("run_cnt", 0), p.get("name"), [h["pid"] for h in p.get("pids", [])])
        for p in json.loads(shown or "[]")
    }


def statistics_of_programs(on):
    with open("/proc/sys/kernel/bpf_stats_enabled", "w") as f:
        f.write("1" if on else "0")


def load(tool, n, path, gap=0):
    """Nanoseconds of processor time that it took: others on the machine do not count."""
    run = subprocess.run(
        [BENCH, "load", LOADS[tool], str(n), path, str(gap)], stdout=subprocess.PIPE, text=True, check=True
    )
    return int(run.stdout.split()[3])


class Phase:
    """What a tool takes for a load and prints of it; its programs, where they are counted."""

    def __init__(self, watched, tool, n, path, gap=0):
        lines, cpu = watched.ask("count", "count")[0], watched.cpu_ns()
        self.load = load(tool, n, path, gap)
        self.cpu = watched.quiet() - cpu
        # Of other processes' events too, which it had to print as well.
        self.lines = max(watched.ask("count", "count")[0] - lines, 1)


def paced(watched, tool, own):
    """An event a millisecond: few are lost, and each wakes the tool."""
    statistics_of_programs(True)
    before = programs()
    phase = Phase(watched, tool, PACED_N, PACED, 1000)
    after = programs()
    statistics_of_programs(False)
    grown = [(after[i][0] - before[i][0], after[i][1] - before[i][1], after[i][2]) for i in own if i in after]
    ns, hits = sum(g[0] for g in grown), sum(g[1] for g in grown)
    return {
        "cpu_paced": phase.cpu / phase.lines, "kernel_hit": ns / max(hits, 1), "kernel_event": ns / phase.lines,
        "programs": [f"{name}: {hits} hits, {ns // hits} ns each" for ns, hits, name in grown if hits],
    }  # fmt: skip


def load_once(tool, peer, run):
    """All that a workload shows, with the tool as it is: no line is hurried."""
    if LOADS[tool] == "opens":  # else it is made, and removed, each time
        for path in (PACED, FLOOD, BIG):
            open(path, "w").close()
    others = programs()
    alone = load(tool, FLOOD_N, FLOOD)
    try:
        with Watched(COMMANDS[tool][peer], peer, by_line=False) as watched:
            with Ticker():
                watched.first()
            watched.quiet()
            own = [i for i, p in programs().items() if i not in others and (not p[3] or watched.pid in p[3])]
            values = paced(watched, tool, own)
            flood = Phase(watched, tool, FLOOD_N, FLOOD)
            big = Phase(watched, tool, BIG_N, BIG)
            _, status, lines, _, paced_lines, lines30, lines300 = watched.stop()
    finally:
        for path in (PACED, FLOOD, BIG):
            if os.path.exists(path):
                os.unlink(path)
    sample(
        tool, peer, group="load", run=run, status=status, lines=lines, **values,
        n=PACED_N, lost=PACED_N - paced_lines,
        n30=FLOOD_N, lost30=FLOOD_N - lines30, cpu_flood=flood.cpu / flood.lines,
        n300=BIG_N, lost300=BIG_N - lines300, cpu_big=big.cpu / big.lines,
        alone=alone / FLOOD_N, each=flood.load / FLOOD_N, each_big=big.load / BIG_N, said=watched.said(),
    )  # fmt: skip


# BCC's own way to attach a program to all functions that match: its tools do nothing else.
ATTACH_BCC = """
import sys, time
from bcc import BPF
b = BPF(text="int count(void *ctx) { return 0; }")
t = time.monotonic()
b.attach_kprobe(event_re=sys.argv[1], fn_name="count")
print("attached %d probes in %.3f ms" % (b.num_open_kprobes(), (time.monotonic() - t) * 1e3), flush=True)
try:
    time.sleep(1000)
except KeyboardInterrupt:
    pass
"""
# Of drivers and file systems that are not at work, so that only the attaching costs.
SELDOM = ("acpi", "pci", "usb", "drm", "nfs", "scsi", "ata", "snd", "hid", "i2c", "pm", "x86", "efi", "tty", "fb", "ext4")
WANTED = 1000


@functools.cache
def traceable():
    """The functions that a probe can be attached to."""
    with open("/sys/kernel/tracing/available_filter_functions") as f:
        names = {line.split()[0] for line in f}
    with open("/sys/kernel/debug/kprobes/blacklist") as f:
        names -= {line.split()[1] for line in f}
    return names


def functions(pattern):
    """How many of them match."""
    return len([n for n in traceable() if re.match(pattern, n)])


def thousand():
    """A pattern for so many functions, or a few less."""
    chosen = []
    for prefix in SELDOM:
        if functions(f"^({'|'.join([*chosen, prefix])})_.*") <= WANTED:
            chosen.append(prefix)
    return f"^({'|'.join(chosen)})_.*"


def attach_once(what, pattern, peer, run):
    commands = {
        "bcc": ["python3", "-c", ATTACH_BCC, pattern],
        "warm": ["bcchost", "vfscount", "--verbose", "-P", pattern],
    }
    commands["cold"] = commands["warm"]
    # What bcchost tells goes to its standard error.
    with Watched(["sh", "-c", 'exec "$@" 2>&1', "sh", *commands[peer]], peer, marks="attached") as watched:
        total = watched.first()
        said = re.search(r"attached (\d+) probes in ([\d.]+) ms", " ".join(watched.line))
        time.sleep(1)
        took, status = watched.stop()[:2]
    sample(
        what, peer, group="attach", run=run, status=status, functions=functions(pattern), pattern=pattern,
        total=total, attach=float(said[2]) * 1e6, detach=took, probes=int(said[1]),
    )  # fmt: skip


def attach(peers, runs):
    patterns = {"vfs": "^vfs_.*", "thousand": thousand()}
    peers = [p for p in peers if p in ("bcc", "cold", "warm")]
    each("attach", lambda what, peer, run: attach_once(what, patterns[what], peer, run), patterns, peers, runs)


def each(group, once, tools, peers, runs, first=0):
    """Interleaved; run 0 brings what is needed from the disk and does not count."""
    for run in range(first, runs + 1):
        for tool in tools:
            for peer in peers:
                try:
                    once(tool, peer, run)
                except Exception as e:  # a sample that is missing must not cost the others
                    sample(tool, peer, group=group, run=run, failed=f"{'' if isinstance(e, Gone) else type(e).__name__ + ': '}{e}")
        tell(f"{group}: {run} of {runs} runs")


def profile(tool):
    """Where bcchost's start goes, cold and warm: its own account, and each system call's time."""
    for peer in ("cold", "warm"):
        for kind, before, more in (
            ("steps", [], ["--verbose"]),
            ("strace", ["strace", "-f", "-r", "-T", "-o", f"/mnt/{tool}.{peer}.strace"], []),
        ):
            with open(f"/mnt/{tool}.{peer}.{kind}.said", "w") as f:
                subprocess.run([*before, *COMMANDS[tool][peer], "-d", "1", *more], stdout=subprocess.DEVNULL,
                               stderr=f, env=environment(peer, True), check=False)  # fmt: skip
    tell(f"profile: {tool}")


def words(name):
    return os.environ.get(name, "").split()


def main():
    def late(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    # BCC's Python holds a descriptor for each probe, and stops at 1,000 unless told otherwise.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.environ["BCC_PROBE_LIMIT"] = "4000"
    groups, runs = words("BENCH_GROUPS"), int(os.environ["BENCH_RUNS"])
    tools, peers = words("BENCH_TOOLS"), words("BENCH_PEERS")
    sample("", "", group="machine", release=os.uname().release, cpus=os.cpu_count())
    if "start" in groups:
        each("start", start_once, tools, peers, runs)
    if "profile" in groups:
        for tool in tools:
            profile(tool)
    if "attach" in groups:
        attach(peers, runs)
    if "load" in groups:
        # A cache makes no difference once it runs.
        each("load", load_once, tools, [p for p in peers if p != "cold" or "warm" not in peers], runs, 1)


sys.exit(main())
