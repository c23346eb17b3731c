# SPDX-License-Identifier: Apache-2.0
"""native: what the cases of run-native.py share: bcchost installed, and how it is called."""

import os
import shutil
import tempfile

from harness import command, equal, fixture, matches, true

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


def read(path):
    with open(path) as f:
        return f.read()


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


def has_kprobes():
    try:
        with open("/proc/kallsyms") as f:
            return any(" register_kprobe\n" in l for l in f)
    except OSError:
        return False
