# SPDX-License-Identifier: Apache-2.0
"""Scripts, and what `bcchost port` makes of them on this machine: is it converted, does it compile for
kernels of the lab, and what would it attach to."""
import os
import re
import subprocess

import yaml

from . import vm
from .compare import plain_probe, words

TOP = vm.TOP
LAB = vm.LAB
CORPUS = os.environ.get("CORPUS") or (LAB + "/roots/bookworm/usr/sbin")
KERNELS = (("bookworm", "6.1"), ("sid", "7.2"))
HOST = os.environ.get("BCCHOST", TOP + "/build/bcchost")

# What a person would type behind `bcchost port SCRIPT --`: scripts that do nothing without, and which
# say so only to people.
ARGUMENTS = {
    "argdist": ["-H", "r::vfs_read():u32:$retval"],
    "biolatpcts": ["253:0"],
    "deadlock": ["1"],
    "dirtop": ["-d", "/tmp"],
    "inject": ["kmalloc", "-v", "vfs_mkdir()"],
    "mysqld_qslower": ["1"],
    "netqtop": ["-n", "lo"],
    "ttysnoop": ["/dev/null"],
}


def scripts():
    out = []
    for name in sorted(os.listdir(CORPUS)) if os.path.isdir(CORPUS) else ():
        path = os.path.join(CORPUS, name)
        if not os.path.isfile(path) or not (name.endswith("-bpfcc") or name.endswith(".py")):
            continue
        with open(path, "rb") as f:
            if name.endswith(".py") or b"python" in f.readline():
                out.append(path)
    return out


def short(path):
    return re.sub(r"(-bpfcc|\.py)$", "", os.path.basename(path))


def run(argv, seconds):
    try:
        r = subprocess.run(argv, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL,
                           check=False)
        return r.returncode, r.stdout.decode("utf-8", "replace"), r.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 124, "", "did not end in %d seconds" % seconds


def kernel_args(kernel):
    d = "%s/kernels/%s/" % (LAB, kernel)
    with open(d + "release") as f:
        return ["--btf", d + "btf", "--kallsyms", d + "kallsyms", "--kernel-release",
                f.read().strip()]


def port(path, out):
    """A script, here: {name, path, port: exit status, …}."""
    name = short(path)
    own = os.path.join(out, "tools", name)
    os.makedirs(own, exist_ok=True)
    code, said, errors = convert(path, own)
    with open(own + "/report", "w") as f:
        f.write(said + errors)
    row = {"name": name, "path": path, "port": code, "why": errors.strip().split("\n")[-1],
           "tool": tool_name(name), "args": ARGUMENTS.get(name) or given_arguments(said)}
    if code:
        return row
    row["left"] = len(re.findall(r"^  \S+: ", said.partition("Left for a person:")[2], re.M))
    with open("%s/programs/%s.yaml" % (own, row["tool"])) as f:
        row.update(outputs_of(yaml.safe_load(f)))
    row["heading"] = words_after(r"^The script's heading: (.*)$", said)
    said_probes = words_after(r"^On this kernel the script attaches to: (.*)$", said)
    row["script-probes"] = sorted({q for p in said_probes.split(", ") for q in probes_of(p)}
                                  ) if said_probes else []
    row["own-probes"] = planned_probes(own, row["tool"])
    for kernel, _ in KERNELS:
        code, told, errors = run([HOST] + kernel_args(kernel) + [
            "--no-cache", "--compile-only", "--tools-dir", own, row["tool"]], 120)
        row[kernel] = code == 0
        row[kernel + "-why"] = errors.strip()[:600]
        with open("%s/%s.log" % (own, kernel), "w") as f:
            f.write(told + errors)
    return row


def convert(path, own):
    name = short(path)
    given = ["--"] + ARGUMENTS[name] if name in ARGUMENTS else []
    return run([HOST] + kernel_args("bookworm") + ["port", path, "-o", own, "--force", "--name",
                                                  tool_name(name)] + given, 130)


def outputs_of(program):
    """What the program prints: its kind, and the titles of its columns."""
    output = program.get("output") or {}
    first = output[0] if isinstance(output, list) else output
    return {"output": next(iter(first), "-"),
            "titles": " ".join(c["title"] for c in first.get("columns", [])
                               if isinstance(c, dict) and "title" in c and "when" not in c)}


def arguments(path, out):
    """What port gives to a script that wants arguments."""
    own = os.path.join(out, "tools", short(path))
    return ARGUMENTS.get(short(path)) or given_arguments(convert(path, own)[1])


def given_arguments(said):
    m = re.search(r"the script wants arguments; `([^`]*)` was given", said)
    return m.group(1).split() if m else []


def words_after(pattern, said):
    m = re.search(pattern, said, re.M)
    return words(m.group(1)) if m else ""


def planned_probes(own, tool):
    _, text, _ = run([HOST] + kernel_args("bookworm") + ["--print-bpf", "--tools-dir", own, tool], 60)
    found = re.findall(r"^ \* probe: (\w+) ([^\s,]+)(.*) -> ", text, re.M)
    out = set()
    for kind, first, rest in found:
        names = re.sub(r"^.*?functions: ", "", rest).split() if "functions: " in rest else [first]
        for n in names:
            out.update(probes_of("%s %s" % (kind, n)))
    return sorted(out)


def functions():
    """The functions of 6.1."""
    if not FUNCTIONS:
        init = False
        with open(LAB + "/kernels/bookworm/kallsyms") as f:
            for w in map(str.split, f):
                init = w[2] == "__init_begin" or init and w[2] != "__init_end"
                if w[1] in "tTwW" and not init and not w[2].endswith(".cold"):
                    FUNCTIONS.add(w[2])
    return FUNCTIONS


FUNCTIONS = set()


def probes_of(text):
    """A pattern is all functions that it matches."""
    kind, _, target = text.strip().partition(" ")
    if kind not in ("kprobe", "kretprobe") or not re.search(r"[^\w:.]", target):
        return [plain_probe(text)]
    return sorted({plain_probe("%s %s" % (kind, n)) for n in functions() if re.match(target, n)})


def tool_name(name):
    return re.sub(r"[^a-z0-9_-]", "_", name.lower())
