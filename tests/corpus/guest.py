# SPDX-License-Identifier: Apache-2.0
"""guest: what a virtual machine of the corpus runs: each script with real BCC, the program that
`bcchost port` made of it, and its C text with `bcchost run`, as /mnt/jobs.json says. What became of
each is a line (JSON) of /mnt/results; what they printed is in /mnt/logs.

A script or a tool is ended some seconds after it has attached and begun to wait, as by Ctrl-C."""
import collections
import ctypes
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, "/run/corpus")
import bcc_side  # noqa: E402

WORKERS = 2
WATCHED = 4  # seconds that a script or a tool is left at work
ENDING = 60  # seconds that it has to end
LIMIT = 420  # seconds that it has to attach: an emulated machine compiles for half a minute
PRELOAD = "/run/corpus/attached.so"
BUSY = "/run/busy"  # busy.py is, while there is a file in it


class Names:
    """What stands behind the addresses and numbers of attached.so."""

    def __init__(self):
        self.at = collections.defaultdict(list)
        self.of = collections.defaultdict(set)
        with open("/proc/kallsyms") as f:
            for line in f:
                words = line.split()
                if words[1] in "tTwW":
                    self.at[int(words[0], 16)].append(words[2])
                    self.of[words[2]].add(int(words[0], 16))
        self.tracepoints = {}
        for path in glob.glob("/sys/kernel/tracing/events/*/*/id"):
            with open(path) as f:
                self.tracepoints[f.read().strip()] = ":".join(path.split("/")[-3:-1])
        self.lib = ctypes.CDLL("libbpf.so.1")
        for name in ("btf__load_vmlinux_btf", "btf__load_module_btf", "btf__type_by_id",
                     "btf__name_by_offset"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.btf = {"": self.lib.btf__load_vmlinux_btf()}

    def function(self, name):
        """Of two names of one address the same one is told, whoever asks."""
        addresses = self.of.get(name, ())
        if len(addresses) == 1:
            name = min(self.at[next(iter(addresses))])
        return re.sub(r"\.(isra|constprop|part|cold)\.\d+", "", name)

    def of_btf(self, module, number):
        lib, void = self.lib, ctypes.c_void_p
        if module == "vmlinux":
            module = ""
        if module not in self.btf:
            self.btf[module] = lib.btf__load_module_btf(module.encode(), void(self.btf[""]))
        kind = lib.btf__type_by_id(void(self.btf[module]), ctypes.c_uint(number))
        offset = ctypes.cast(kind, ctypes.POINTER(ctypes.c_uint32))[0]
        name = lib.btf__name_by_offset(void(self.btf[module]), ctypes.c_uint(offset))
        return ctypes.cast(name, ctypes.c_char_p).value.decode()

    def probe(self, kind, how, what):
        if how == "name":
            name, _, offset = what.rpartition("+")
            return "%s %s%s" % (kind, self.function(name), "+" + offset if offset != "0" else "")
        if how == "address":
            names = self.at.get(int(what, 16))
            return "%s %s" % (kind, self.function(names[0]) if names else "0x" + what)
        if how == "file":
            path, _, offset = what.rpartition("+")
            return "%s %s+%s" % (kind, os.path.realpath(path), offset)
        if how == "id":
            return "%s %s" % (kind, self.tracepoints.get(what, what))
        if how == "btf":
            module, _, number = what.rpartition(":")
            name = self.of_btf(module, int(number))
            if kind == "raw_tracepoint":
                name = re.sub(r"^btf_trace_", "", name)
            elif kind == "lsm":
                name = re.sub(r"^bpf_lsm_", "", name)
            return "%s %s" % (kind, name)
        if how == "event":
            return "%s %s" % (kind, what.rpartition("@")[0])
        if kind == "defined":  # p:kprobes/p_vfs_read_bcc_12 vfs_read
            word, target = what.split()[:2]
            kind = "uprobe" if ":uprobes/" in word else "kprobe"
            if word.startswith("r"):
                kind = kind.replace("probe", "retprobe")
            if kind.startswith("k"):
                return "%s %s" % (kind, self.function(re.sub(r"\+0(x0)?$", "", target)))
            path, _, offset = target.partition(":")
            return "%s %s+%d" % (kind, os.path.realpath(path), int(offset.split("(")[0], 0))
        return "%s %s" % (kind, what)

    def attached(self, path):
        """What was attached when it began to wait, or else after the last attachment."""
        alive, last = {}, {}
        try:
            with open(path, errors="replace") as f:
                lines = f.read().split("\n")
        except FileNotFoundError:
            return []
        for line in lines:
            words = line.split(" ", 4)
            if line == "ready":
                last = dict(alive)
                break
            if words[0] == "attach" and len(words) >= 5:
                alive.setdefault(words[1], set()).add(self.probe(words[2], words[3], words[4]))
                last = {k: set(v) for k, v in alive.items()}
            elif words[0] == "close":
                alive.pop(words[1], None)
        return sorted(set().union(*last.values()))


def text_of(path, size=20000):
    try:
        with open(path, errors="replace") as f:
            return f.read(size)
    except FileNotFoundError:
        return ""


def last_line(path):
    lines = [s for s in text_of(path).split("\n") if s.strip()]
    return lines[-1] if lines else ""


def drain(master, path):
    """What was written to a terminal goes into a file."""
    with open(path, "ab") as f:
        try:
            while data := os.read(master, 4096):
                f.write(data)
        except OSError:  # nothing now, or nobody left
            pass


def supervise(pid, ready, watched, between=lambda: None):
    """Ends it so many seconds after it is ready; (exit status, how). between: what is to be done all
    the time."""
    begun, seen, how = time.monotonic(), None, "ended"
    wanted = "%s/%d" % (BUSY, pid)
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        between()
        now = time.monotonic()
        if done:
            if seen is not None:
                os.unlink(wanted)
            return os.waitstatus_to_exitcode(status), how
        if seen is None and ready():
            seen = now
            with open(wanted, "w"):
                pass
        if how == "ended" and seen is not None and now - seen > watched:
            how, begun = "interrupted", now
            os.kill(pid, signal.SIGINT)
        elif how == "ended" and seen is None and now - begun > LIMIT or \
                how == "interrupted" and now - begun > ENDING:
            how = "killed" if how == "interrupted" else "did not attach in %d s" % LIMIT
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.2)


def run_bcc(job, prefix, fentry=True):
    begun = time.monotonic()
    master, terminal = os.openpty()  # curses wants one
    os.set_blocking(master, False)
    pid = os.fork()
    if pid == 0:
        try:
            os.close(master)
            bcc_side.run("/mnt/scripts/" + job["script"], job["args"], prefix, terminal, fentry)
        finally:
            os._exit(125)
    os.close(terminal)
    log = prefix + ".attached"
    status, how = supervise(pid, lambda: "ready\n" in text_of(log, 1 << 22), WATCHED,
                            lambda: drain(master, prefix + ".err"))
    os.close(master)
    noted = []
    for line in text_of(prefix + ".notes", 1 << 24).split("\n"):
        try:
            noted.append(json.loads(line))
        except ValueError:
            pass
    return {"status": status, "how": how, "seconds": round(time.monotonic() - begun, 1),
            "attached": names.attached(log), "ready": "ready\n" in text_of(log, 1 << 22),
            "out": text_of(prefix + ".out"), "err": text_of(prefix + ".err", 4000)[-3000:],
            "notes": noted}


def run_host(command, prefix):
    """bcchost with this command line."""
    begun = time.monotonic()
    log = prefix + ".attached"
    env = dict(os.environ, LD_PRELOAD=PRELOAD, ATTACHED_LOG=log, BCCHOST_CACHE_DIR="/run/cache")
    with open(prefix + ".out", "w") as out, open(prefix + ".err", "w") as err:
        p = subprocess.Popen(["bcchost"] + command, stdout=out, stderr=err, cwd="/",
                             stdin=subprocess.DEVNULL, env=env, start_new_session=True)
    # It ends itself: -d counts from when all is attached.
    status, how = supervise(p.pid, lambda: os.path.exists(log), LIMIT)
    return {"status": status, "how": how, "seconds": round(time.monotonic() - begun, 1),
            "attached": names.attached(log), "out": text_of(prefix + ".out"),
            "err": text_of(prefix + ".err", 8000)}


CALLS = {"attach_kprobe": ("kprobe", "event", "event_re"),
         "attach_kretprobe": ("kretprobe", "event", "event_re"),
         "attach_tracepoint": ("tracepoint", "tp", "tp_re"),
         "attach_raw_tracepoint": ("raw-tracepoint", "tp", None)}


def probe_option(a):
    """An attach of BCC's Python class as an option of `bcchost run`."""
    if a["call"] in CALLS:
        option, name, pattern = CALLS[a["call"]]
        target = a.get(name) or "^" + a.get(pattern, "").lstrip("^")
        return ["--" + option, "%s=%s" % (target, a["fn_name"])]
    if a["call"] in ("attach_uprobe", "attach_uretprobe"):
        if a.get("addr") is not None:
            target = "0x%x" % int(a["addr"])
        else:
            target = a.get("sym") or a.get("sym_re") or ""
        return ["--" + a["call"][7:], "%s:%s=%s" % (a.get("name"), target, a["fn_name"])]
    if a["call"] == "attach_perf_event":
        rate = "@%s" % a["sample_freq"] if a.get("sample_freq") else \
            ":%s" % a.get("sample_period", 1)
        return ["--perf-event", "%s:%s%s=%s" % (a.get("ev_type"), a.get("ev_config"), rate,
                                                a["fn_name"])]
    return []  # kfunc, kretfunc and lsm: by the functions' names


def run_text(noted, prefix):
    """The first text of a script, with what it attached by hand."""
    options, source = [], None
    for n in noted:
        if n["what"] == "text" and source is None:
            source = n
        elif n["what"] == "text":
            break
        elif n["what"] == "attach":
            option = probe_option(n)
            if option and option not in [options[i:i + 2] for i in range(0, len(options), 2)]:
                options += option
    if source is None:
        return {"status": None, "how": "the script gave no text to BCC", "attached": [], "out": "",
                "err": ""}
    for flag in source["cflags"]:
        if flag.startswith("-D"):
            options += ["--define", flag[2:]]
    with open(prefix + ".c", "w") as f:
        f.write(source["text"])
    r = run_host(["run", "-d", "1"] + options + [prefix + ".c"], prefix)
    r["options"] = options
    return r


def do(job):
    result = {"name": job["name"]}
    prefix = "/mnt/logs/" + job["name"]
    for word in ("bcc", "plain", "tool", "run"):
        for path in glob.glob("%s.%s.*" % (prefix, word)):
            os.unlink(path)
    bcc = job.get("known")
    if job["bcc"]:
        bcc = result["bcc"] = run_bcc(job, prefix + ".bcc")
        # What it does where it is told that there is no fentry, which port knows too.
        if any(p.startswith(("kfunc ", "kretfunc ")) for p in bcc["attached"]):
            bcc["without-fentry"] = run_bcc(job, prefix + ".plain", False)
    if job["tool"]:
        command = ["--tools-dir", "/mnt/tools/" + job["name"], job["tool"]]
        if job["compile-only"]:
            command.insert(0, "--compile-only")
        else:
            command += ["--duration", "3"]
        result["tool"] = run_host(command, prefix + ".tool")
    if job["run"] and bcc:
        result["run"] = run_text(bcc["notes"], prefix + ".run")
    return result


def work(jobs, turns):
    while True:
        turn = os.read(turns, 4)
        if not turn:
            os._exit(0)
        job = jobs[int.from_bytes(turn, "little")]
        with open("/mnt/started", "a") as f:
            f.write(job["name"] + "\n")
        try:
            result = do(job)
        except Exception as e:  # ours: said, and the others go on
            result = {"name": job["name"], "failed": "%s: %s" % (type(e).__name__, e)}
        with open("/mnt/results", "a") as f:
            f.write(json.dumps(result) + "\n")
        print("corpus: %s: %s" % (result["name"], ", ".join(
            "%s %s in %s s" % (k, v["status"], v.get("seconds", 0)) for k, v in result.items()
            if isinstance(v, dict)) or result.get("failed", "nothing to do")), flush=True)


def main():
    global names
    with open("/mnt/jobs.json") as f:
        jobs = json.load(f)
    names = Names()
    if any(j["bcc"] for j in jobs):
        bcc_side.import_bcc()
    turns, deal = os.pipe()
    workers = []
    for _ in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            os.close(deal)
            work(jobs, turns)
        workers.append(pid)
    for i in range(len(jobs)):
        os.write(deal, i.to_bytes(4, "little"))
    os.close(deal)
    for pid in workers:
        os.waitpid(pid, 0)


main()
