# SPDX-License-Identifier: Apache-2.0
"""Scripts, their ported programs and their C texts on a real kernel: what tests/corpus/guest.py does
in a virtual machine, and what is known already.

What BCC itself does with a script does not change with our commits, so it is kept in the lab
($LAB/corpus), by the script, its arguments, its libbcc, the kernel and bcc_side.VERSION."""
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAB = os.environ.get("BCCHOST_LAB", "/var/cache/bcchost-lab")
KEPT = LAB + "/corpus"
BOOTS = 4  # how often a machine is started again that died of what it ran, or of its emulator
SECONDS = 4 * 3600


def there():
    """Is there a lab that can run BCC's scripts?"""
    return os.path.exists(LAB + "/kernels/bookworm/initrd") and \
        os.path.exists(LAB + "/roots/bookworm/usr/lib/python3/dist-packages/bcc")


def tell(text):
    print(text, file=sys.stderr, flush=True)


def version():
    with open(TOP + "/tests/corpus/bcc_side.py") as f:
        return re.search(r"^VERSION = (\d+)", f.read(), re.M).group(1)


def key(path, argv):
    with open(path, "rb") as f:
        script = f.read()
    libs = sorted(os.path.basename(p) for p in glob.glob(
        LAB + "/roots/bookworm/usr/lib/x86_64-linux-gnu/libbcc.so.*.*"))
    with open(LAB + "/kernels/bookworm/release") as f:
        release = f.read().strip()
    return hashlib.sha256(b"\0".join([script, json.dumps([argv, libs, release, version()]
                                                         ).encode()])).hexdigest()[:32]


def load(path, argv):
    try:
        with open("%s/%s.json" % (KEPT, key(path, argv))) as f:
            return json.load(f)
    except (OSError, ValueError):
        return None


def keep(path, argv, bcc):
    to = "%s/%s.json" % (KEPT, key(path, argv))
    try:
        os.makedirs(KEPT, exist_ok=True)
        with open(to + ".new", "w") as f:
            json.dump(bcc, f)
        os.rename(to + ".new", to)
    except OSError as e:
        tell("what BCC did is not kept: %s" % e)


def lines_of(path):
    try:
        with open(path, errors="replace") as f:
            return f.read().split("\n")
    except FileNotFoundError:
        return []


def results_of(work):
    out = {}
    for line in lines_of(work + "/results"):
        try:
            r = json.loads(line)
            out[r["name"]] = r
        except ValueError:
            pass
    return out


def build(kernel, work):
    """The checkout and attached.so, in that kernel's userland."""
    subprocess.run([TOP + "/tests/vm/build", kernel, work + "/install"], check=True,
                   stdout=sys.stderr)
    os.makedirs(work + "/corpus", exist_ok=True)
    for path in glob.glob(TOP + "/tests/corpus/*.[pc]*"):
        shutil.copy(path, work + "/corpus/")
    shutil.copy(TOP + "/tests/corpus/guest-main", work + "/guest")
    subprocess.run([TOP + "/tests/vm/in-root", "%s/roots/%s" % (LAB, kernel), work, "gcc", "-shared",
                    "-fPIC", "-O2", "-o", "/mnt/corpus/attached.so", "/mnt/corpus/attached.c"],
                   check=True)


def run(kernel, work, scripts, ask=True):
    """scripts: {name: {"path": …, "args": […], "bcc": what BCC does with it is wanted, "tool": its
    program in work/tools/NAME, "compile-only": of that, "run": its text with bcchost run}}, of which
    all but path may be left out. ask: BCC, where it is not known what it does.
    {name: what guest.py says of it}."""
    jobs, known = [], {}
    os.makedirs(work + "/scripts", exist_ok=True)
    os.makedirs(work + "/logs", exist_ok=True)
    for name, s in scripts.items():
        bcc = s.get("bcc") or s.get("run")
        known[name] = load(s["path"], s["args"]) if bcc else None
        script = os.path.basename(s["path"])
        shutil.copy(s["path"], "%s/scripts/%s" % (work, script))
        jobs.append({"name": name, "script": script, "args": s.get("args", []),
                     "tool": s.get("tool"), "run": s.get("run", False),
                     "bcc": bool(bcc and ask and not known[name]),
                     "known": known[name] if s.get("run") else None,
                     "compile-only": s.get("compile-only", False)})
    jobs = [j for j in jobs if j["bcc"] or j["tool"] or j["run"]]
    # Those beside the script's own file that its text may be in.
    for path in {p for s in scripts.values() for p in
                 glob.glob(os.path.dirname(s["path"]) + "/*.[ch]")}:
        shutil.copy(path, work + "/scripts/")
    for name in ("results", "started"):
        if os.path.exists("%s/%s" % (work, name)):
            os.unlink("%s/%s" % (work, name))
    tell("%d scripts on %s (%d of them with BCC, the others' runs with BCC are known)" % (
        len(jobs), kernel, sum(j["bcc"] for j in jobs)))
    boot(kernel, work, jobs, scripts)
    out = results_of(work)
    for name in scripts:
        r = out.setdefault(name, {"name": name})
        if known[name]:
            r["bcc"] = known[name]
    return out


def keep_new(work, scripts, seen):
    """What came since the last time, so that a run that is ended early was not for nothing."""
    for name, r in results_of(work).items():
        if name not in seen and r.get("bcc", {}).get("how") in ("ended", "interrupted", "killed"):
            keep(scripts[name]["path"], scripts[name]["args"], r["bcc"])
        seen.add(name)


def boot(kernel, work, jobs, scripts):
    """Until all jobs are done; those that a machine died of twice are left."""
    seen = set()
    deaths = {}
    for attempt in range(BOOTS):
        done = results_of(work)
        left = [j for j in jobs if j["name"] not in done and deaths.get(j["name"], 0) < 2]
        if not left:
            return
        with open(work + "/jobs.json", "w") as f:
            json.dump(left, f)
        with open(work + "/started", "w"):
            pass
        argv = shlex.split(os.environ.get("CORPUS_VM", "")) + [
            TOP + "/tests/vm/boot", kernel, work, str(SECONDS)]
        machine = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        status = None
        while status is None:
            try:
                status = machine.wait(20)
            except subprocess.TimeoutExpired:
                pass
            keep_new(work, scripts, seen)
        done = results_of(work)
        for name in lines_of(work + "/started"):
            if name and name not in done:
                deaths[name] = deaths.get(name, 0) + 1
        if status == 0:
            continue
        tell("%s: boot %d ended with %d, in the middle of %s" % (
            kernel, attempt + 1, status, ", ".join(n for n in lines_of(work + "/started")
                                                   if n and n not in done) or "nothing"))
    with open(work + "/results", "a") as f:
        for name in deaths:
            if name not in results_of(work):
                f.write(json.dumps({"name": name, "failed": "the machine died of it"}) + "\n")
