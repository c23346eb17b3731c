# SPDX-License-Identifier: Apache-2.0
"""The cases of `bcchost port` for run-native.py: scripts that are ported, those that cannot be, and those
that mean harm."""

import glob
import json
import os
import re
import signal
import subprocess
import time

from harness import Background, Skip, case, command, equal, matches, true, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERNELS = ["k510", "bookworm", "trixie", "sid"]

# The least that is a BCC script: what stands before and behind of it is what a case is about.
PLAIN = '''
from bcc import BPF
%s
b = BPF(text="""
BPF_PERF_OUTPUT(events);
struct data_t { u32 pid; char comm[TASK_COMM_LEN]; };
int opened(struct pt_regs *ctx)
{
	struct data_t data = {};
	data.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
""")
b.attach_kprobe(event="vfs_open", fn_name="opened")
print("%%-7s %%s" %% ("PID", "COMM"))
def show(cpu, data, size):
    event = b["events"].event(data)
    %s
    print("%%-7d %%s" %% (event.pid, event.comm.decode()))
b["events"].open_perf_buffer(show)
while 1:
    b.perf_buffer_poll()
'''

ASKER = """#include <sys/syscall.h>
#include <unistd.h>
__attribute__((noinline)) int asks_innermost(int n) { volatile int r = (int)syscall(SYS_getpriority, 0, n); return r + 1; }
__attribute__((noinline)) int asks_in_the_middle(int n) { return asks_innermost(n) + 1; }
__attribute__((noinline)) int asks_outermost(int n) { return asks_in_the_middle(n) + 1; }
int main(void)
{
	for (int i = 0; i < 100000; i++) {
		asks_outermost(0);
		usleep(10000);
	}
	return 0;
}
"""


def define(bcchost, succeeds, fails, facts, temp, installed_binary):
    """Registers the cases; the arguments are run-native's own."""
    ok, run_, usage, permission, _kernel, tool = range(6)
    out = f"{temp}/ported"

    def script(name, text):
        path = f"{temp}/{name}"
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def port(path, *more, to=out, nobody=False, kernel="bookworm", **kw):
        if nobody:
            os.makedirs(to, exist_ok=True)
            os.chmod(to, 0o777)
        return bcchost(*facts(kernel)[1], "port", path, "-o", to, "--force", *more, nobody=nobody, **kw)

    def compiles(name, kernels=KERNELS, to=out):
        for k in kernels:
            matches(succeeds(bcchost(*facts(k)[1], "--compile-only", "--tools-dir", to, name)), "compiles for", k)

    def prints(name, verdict):
        """What the script and the tool print of the same made-up events."""
        r = command("make", "-s", "-C", TOP, "build/bench/print_events")
        equal(r.returncode, 0, "make print_events", r.stdout + r.stderr)
        r = command(f"{TOP}/tests/port-prints", f"{TOP}/tests/port/{name}.py")
        matches(r.stdout, rf"{name}\.py +{verdict} +\d\d? events", r.stderr)

    def read(name):
        with open(f"{out}/programs/{name}.yaml") as p, open(f"{out}/templates/{name}.bpf.c") as t:
            return p.read(), t.read()

    @case("port: options, columns, what the callback works out and leaves out; the lines of the script")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/removals.py"))
        matches(said, r"removals\.py:9: --pid fills FILTER_PID")
        matches(said, r"removals\.py:\d+: the callback's line became the columns TIME, UID, PID, COMM, ERR, LAT\(us\), PATH")
        program, template = read("removals")
        matches(program, r"title: UID, field: uid, width: 6, when: print-uid")
        matches(program, r"title: LAT\(us\), field: delta, unit: microseconds, decimals: 2")
        matches(program, r"only: \[\{option: name, field: comm\}\]")
        matches(template, r"#if OPT_PID_GIVEN\n +if \(pid != OPT_PID\) \{ return 0; \}\n#endif")
        compiles("removals")

    @case("port: the ported tool prints on this kernel what the script would")
    def _(installed):
        if os.getuid() or not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_unlinkat"):
            raise Skip("not root, or no syscall tracepoints")
        succeeds(bcchost("port", f"{TOP}/tests/port/removals.py", "-o", out, "--force"))
        t = Background(installed_binary, "--tools-dir", out, "removals", "-x", "-n", "python")
        wait_for(lambda: "PATH" in t.stdout or not t.alive(), 60, "the heading")
        true(t.alive(), t.said())
        with open(f"{temp}/there", "w"):
            pass
        os.unlink(f"{temp}/there")
        command("python3", "-c", f"import os\nd = os.open('{temp}', os.O_RDONLY)\n"
                "try: os.unlink('not-there', dir_fd=d)\nexcept OSError: pass")
        time.sleep(0.5)
        t.signal(signal.SIGINT)
        equal(t.wait(10), 0, note=t.said())
        rows = [l.split() for l in t.stdout.splitlines() if "there" in l]
        equal([(r[2], r[3], r[5]) for r in rows], [("python3", "2", "not-there")], note=t.said())

    @case("port: stacks with the names of the kernel's functions and of a program's; lines for flame graphs")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/askers.py"))
        matches(said, r"the lines of counts became the columns COMM, TGID, VALUE, KSTACK, USTACK")
        program, _template = read("askers")
        matches(program, r"folded: folded\n")
        matches(program, r"title: TGID, field: tgid, width: 8, unless: folded")
        matches(program, r"field: kernel_id, format: stack, stacks: traces, show_offset: true\}")
        matches(program, r"field: user_id, format: user_stack, stacks: traces, pid: tgid, show_module: true, unless: kernel-only\}")
        compiles("askers")
        said = succeeds(port(f"{TOP}/tests/port/calls.py"))
        program, template = read("calls")
        matches(program, r"title: FUNCTION, field: ip, format: usym, pid: pid, show_offset: true\}")
        matches(program, r"field: stack, format: user_stack, stacks: traces, pid: pid, when: user-stack\}")
        matches(template, r"#if OPT_USER_STACK\n    e\.stack = traces")
        compiles("calls")

    @case("port: the ported tool's stacks name the functions of a program that runs")
    def _(installed):
        if os.getuid() or not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_getpriority"):
            raise Skip("not root, or no syscall tracepoints")
        succeeds(bcchost("port", f"{TOP}/tests/port/askers.py", "-o", out, "--force"))
        succeeds(bcchost("port", f"{TOP}/tests/port/calls.py", "-o", out, "--force"))
        path = script("asker.c", ASKER)
        asker = f"{temp}/asker"
        succeeds(command("cc", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-o", asker, path))
        # As a user whose processes others may not look into.
        os.chmod(temp, 0o755)
        p = subprocess.Popen([asker], preexec_fn=lambda: os.setresuid(65534, 65534, 65534))
        try:
            t = succeeds(bcchost("--tools-dir", out, "askers", "-d", "2", "-p", str(p.pid)))
            matches(t, r"\nasker +%d +\d+\n    KSTACK:\n(        \S+\+0x[0-9a-f]+\n)+    USTACK:\n" % p.pid)
            matches(t, r"        asks_in_the_middle \[asker\]\n        asks_outermost \[asker\]\n        main \[asker\]\n")
            t = succeeds(bcchost("--tools-dir", out, "askers", "-d", "2", "-p", str(p.pid), "-f"))
            matches(t, r"(?m)^asker;\S.*;main \[asker\];asks_outermost \[asker\];asks_in_the_middle \[asker\];.*\+0x[0-9a-f]+ \d+$")
            true("COMM" not in t, t)
            t = succeeds(bcchost("--tools-dir", out, "askers", "-d", "2", "-p", str(p.pid), "--output", "json"))
            rows = json.loads(t.splitlines()[0])["rows"]
            names = [n for r in rows for n in r["user_id"]]
            true("asks_in_the_middle [asker]" in names, t)
            t = succeeds(bcchost("--tools-dir", out, "askers", "-d", "2", "-p", str(p.pid), "--output", "csv"))
            matches(t, r"main \[asker\];asks_outermost \[asker\];asks_in_the_middle \[asker\]")
            t = succeeds(bcchost("--tools-dir", out, "calls", "--max-events", "2", "-U", "-d", "20"))
            matches(t, r"\n%d +asker +\S*syscall\+0x[0-9a-f]+\n(    .*\n)*    asks_in_the_middle\n    asks_outermost\n    main\n" % p.pid)
        finally:
            p.kill()
            p.wait()

    @case("port: what kernel_struct_has_field chose is SIGNATURE; a histogram with its labels")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/reclat.py"))
        matches(said, r"reclat\.py:\d+: the parameters of goes \(dentry\) are taken from the kernel's types by name")
        program, template = read("reclat")
        matches(template, r"int goes\(SIGNATURE\(vfs_unlink, dentry\)\)")
        matches(program, r"label: \[\{text: msecs, when: milliseconds\}, \{text: usecs\}\]")
        compiles("reclat")

    @case("port: an address out of /proc/kallsyms is a fact; an array's entries are columns by index")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/writers.py"))
        matches(said, r"writers\.py:\d+: the address of ext4_file_operations is a fact: ADDR_EXT4_FILE_OPERATIONS")
        program, template = read("writers")
        matches(program, r"facts:\n  ADDR_EXT4_FILE_OPERATIONS: \{address: ext4_file_operations\}")
        matches(template, r"f_op == ADDR_EXT4_FILE_OPERATIONS \? EXT4")
        matches(program, r"rates: counts")
        matches(program, r"title: EXT4/s, field: value, .*index: 0, ")
        matches(program, r"title: ELSEWHERE/s, field: value, .*index: 1, ")
        compiles("writers")
        text = succeeds(bcchost(*facts("bookworm")[1], "--print-bpf", "--tools-dir", out, "writers"))
        matches(text, r"#define ADDR_EXT4_FILE_OPERATIONS 0xffffffff[0-9a-f]{8}ULL")
        # A kernel without: told, and as what the kernel lacks.
        with open(f"{out}/programs/writers.yaml") as f:
            program = f.read()
        with open(f"{out}/programs/writers.yaml", "w") as f:
            f.write(program.replace("ext4_file_operations", "no_such_operations"))
        fails(bcchost(*facts("bookworm")[1], "--compile-only", "--tools-dir", out, "writers"), _kernel,
              r"writers\.yaml:\d+: ADDR_EXT4_FILE_OPERATIONS is the address of no_such_operations, which kernel \S+ "
              "has not; if a module has it, it is to be loaded")

    @case("port: a loop over all entries is a table, in the script's order; with many rows on this kernel")
    def _(installed):
        if os.getuid() or not glob.glob("/sys/kernel/tracing/events/raw_syscalls/sys_enter"):
            raise Skip("not root, or no syscall tracepoints")
        succeeds(bcchost("port", f"{TOP}/tests/port/syscallers.py", "-o", out, "--force"))
        program, _ = read("syscallers")
        matches(program, r"table: calls\n")
        matches(program, r"sort: \{all: \[value\]\}\n  ascending: true")
        t = Background(installed_binary, "--tools-dir", out, "syscallers")
        wait_for(lambda: "Tracing" in t.stderr + t.stdout or not t.alive(), 60, "that it traces")
        for n in range(30):
            with open(f"{temp}/program", "w") as f:
                f.write("#!/bin/sh\n:\n")
            os.chmod(f"{temp}/program", 0o700)
            os.rename(f"{temp}/program", f"{temp}/many-{n}")
            command(f"{temp}/many-{n}")
        t.signal(signal.SIGINT)
        equal(t.wait(30), 0, note=t.said())
        rows = [l.rsplit(None, 1) for l in t.stdout.splitlines() if l.rsplit(None, 1)[-1:][0:1] != [] and
                l.rsplit(None, 1)[-1].isdigit()]
        numbers = [int(r[1]) for r in rows]
        true(len([r for r in rows if r[0].startswith("many-")]) == 30, "all rows", t.said())
        equal(numbers, sorted(numbers), note=t.said())

    @case("docs/porting.md: the script that port converts alone says what the page says")
    def _(installed):
        said = succeeds(bcchost("port", f"{TOP}/tests/port/removals.py", "-o", out, "--force"))
        with open(f"{TOP}/docs/porting.md") as f:
            block = re.search(r"<!-- alone: removals -->\n```\n(.*?)```", f.read(), re.S).group(1)
        lines = [l for l in block.splitlines() if re.match(r"  removals\.py:\d+: |The script's heading", l)]
        true(len(lines) >= 5, "the page's lines", block)
        for l in lines:
            true(l in said.splitlines(), l, said)

    @case("docs/porting.md: the changes by hand apply to what port wrote, and the tool compiles")
    def _(installed):
        own = f"{temp}/byhand"
        matches(succeeds(bcchost("port", f"{TOP}/tests/port/readers.py", "-o", own, "--force")),
                r"readers\.py:8: --comm becomes part of the program's text, and not as a number")
        with open(f"{TOP}/docs/porting.md") as f:
            diff = re.search(r"<!-- by hand: readers -->\n```diff\n(.*?)```", f.read(), re.S).group(1)
        with open(f"{own}/diff", "w") as f:
            f.write(diff)
        r = command("patch", "-p0", "-i", "diff", cwd=own)
        equal(r.returncode, 0, "patch", r.stdout + r.stderr)
        compiles("readers", to=own)
        text = succeeds(bcchost(*facts("bookworm")[1], "--print-bpf", "--tools-dir", own, "readers", "-c", "dd", "128"))
        matches(text, r"count < \(128 \* 1024\)")

    @case("port: two fields in one column, words by a table, an end that depends: the script's very lines")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/closing.py"))
        matches(said, r"The script's heading: TIME PID COMM LADDR:LPORT > RADDR:RPORT STATE H KB MS REASON")
        program, template = read("closing")
        matches(program, r'title: "LADDR:LPORT", parts: \[\{field: saddr, format: ip\}, ":", \{field: lport\}\], width: 21')
        matches(program, r'title: ">", parts: \[">"\]')
        matches(program, r"title: STATE, field: state, names: \{1: ESTABLISHED, .*\}, other: other, width: 11")
        matches(program, r"title: H, field: how, names: \{76: L\}, other: \"N\"")
        matches(program, r"title: KB, field: bytes, unit: kilobytes, round: down")
        matches(template, r"shown_1 = \(\(\(s64\)data\.err == 0\)")
        compiles("closing")
        prints("closing", "same")

    @case("port: sentences without a heading stay as they are")
    def _(installed):
        matches(succeeds(port(f"{TOP}/tests/port/sentences.py")), "the script prints no titles above its lines, nor does the tool")
        matches(read("sentences")[0], r"heading: false\n  columns:\n    - \{title: LINE, parts: \[\"process \", \{field: pid\}")
        compiles("sentences")
        prints("sentences", "same")

    @case("port: functions and probes of user programs; options that name the file, the process")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/lookups.py"))
        matches(said, r"lookups\.py:9: --library names the file that is probed")
        matches(said, r"lookups\.py:10: --pid is the host's --pid: the functions of that process alone")
        program, _template = read("lookups")
        for line in ("filters: [pid]",
                     '  - {name: library, short: l, type: binary, default: c, help: "the C library"}',
                     # What the script attaches where the first is not there; no condition.
                     "  - {uprobe: [__getpwuid_r_special, getpwuid_r], binary: {option: library}, run: by_id, not_given: program}",
                     '  - {uprobe: "^getpwnam(_r)?$", binary: {option: library}, run: by_name, not_given: program, given: names}',
                     "  - {usdt: lookup, binary: {option: program}, run: by_probe, given: program}"):
            true(line in program.splitlines(), line, program)
        compiles("lookups")
        # A process that pidof names is looked for by that name; one that was typed becomes an option.
        text = ("import subprocess, sys\nfrom bcc import BPF, USDT\n"
                "pid = int(sys.argv[1]) if len(sys.argv) > 1 else int(subprocess.check_output(['pidof', 'served']))\n"
                "u = USDT(pid=pid)\nu.enable_probe(probe='request__start', fn_name='at')\n"
                "b = BPF(text='int at(struct pt_regs *ctx) { int n = 0; bpf_usdt_readarg(1, ctx, &n); "
                "bpf_trace_printk(\"%d\", n); return 0; }', usdt_contexts=[u])\nb.trace_print()\n")
        path = script("served.py", text)
        succeeds(port(path))
        matches(read("served")[0], r'probes:\n  - \{usdt: "served:request__start", run: at\}')
        succeeds(port(path, "--name", "typed", "--", "181"))
        matches(read("typed")[0], r'name: pid, short: p, type: integer, default: "181"')
        matches(read("typed")[0], r"usdt: request__start, binary: \{option: pid\}, run: at")

    @case("port: the ported tool traces a function of libc on this kernel")
    def _(installed):
        if os.getuid() or not os.path.exists("/sys/bus/event_source/devices/uprobe"):
            raise Skip("not root, or no uprobes")
        succeeds(bcchost("port", f"{TOP}/tests/port/lookups.py", "-o", out, "--force"))
        # A process by itself knows what it looked up.
        asking = ("import os, pwd, sys\nfor line in sys.stdin:\n"
                  "    pwd.getpwnam('root')\n    print(pwd.getpwuid(0)[0], flush=True)\n")
        one, two = (subprocess.Popen(["python3", "-c", asking], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                    for _i in range(2))
        t = Background(installed_binary, "--tools-dir", out, "lookups", "-n", "-p", str(one.pid))
        wait_for(lambda: "COMM" in t.stdout or not t.alive(), 60, "the heading")
        true(t.alive(), t.said())
        for p in (two, one):
            p.stdin.write("\n")
            p.stdin.flush()
            equal(p.stdout.readline(), "root\n")
        time.sleep(0.5)
        t.signal(signal.SIGINT)
        equal(t.wait(10), 0, note=t.said())
        rows = [l.split() for l in t.stdout.splitlines()[1:]]
        equal({r[0] for r in rows}, {str(one.pid)}, note=t.said())
        equal({r[-1] for r in rows}, {"0", "-1"}, note=t.said())
        for p in (one, two):
            p.stdin.close()
            p.wait()
        fails(bcchost("--tools-dir", out, "lookups", "-l", "nosuchlibrary"), usage, "--library: there is no library or program nosuchlibrary")
        fails(bcchost("--tools-dir", out, "lookups", "-P", installed_binary), usage, "has no USDT probes")

    @case("port: Python 2, a table that is printed and cleared")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/callers.py"))
        matches(said, r"the script is Python 2; it was converted")
        matches(read("callers")[0], r"table: counts\n  interval: 1\n")
        compiles("callers")

    @case("port: C in a file of its own, and the trace pipe")
    def _(installed):
        succeeds(port(f"{TOP}/tests/port/tracing.py"))
        program, template = read("tracing")
        matches(program, r"summary: \"Who exits.*\n(.*\n)*output:\n  trace_pipe: true\n")
        matches(template, r"int kprobe__do_exit\(struct pt_regs \*ctx")
        compiles("tracing")
        path = script("beside.py", "from bcc import BPF\nb = BPF(src_file='../../etc/passwd.c')\nb.trace_print()\n")
        fails(port(path), tool, r"beside\.py:2: .*Could not open file")

    @case("port: what stands beside a script, sys.argv, entries side by side, what it puts into a table")
    def _(installed):
        said = succeeds(port(f"{TOP}/tests/port/tally.py"))
        for text in (r"Guessed(.*\n)*.*tally\.py:\d+: the script wants arguments; `1` was given",
                     r"tally\.py:26: the script looks up the name of a user: the column shows its number",
                     r"tally\.py:\d+: the script prints the entries of started side by side; here each is a line",
                     r"sys_clone is taken for the system call clone",
                     r"Left for a person:\n  tally\.py:20: the script itself puts entries into the table config"):
            matches(said, text)
        program, template = read("tally")
        matches(program, r'^summary: "how many processes each user starts"')
        matches(program, r"kprobe: \[__x64_sys_clone, __arm64_sys_clone, sys_clone\], run: kprobe__sys_clone")
        matches(program, r'table: started\n  interval: 1\n(.*\n)*.*parts: \[\{field: key\}, ": ", \{field: value\}')
        matches(template, r"\ntypedef u32 user_t;\n")
        compiles("tally")

    @case("port: packets and sockets are said to be none of a tool's probes")
    def _(installed):
        made = "from bcc import BPF\n%sb = BPF(text='int x(void *ctx) { return 0; }')\n"
        for name, head, text, pattern in (
                ("xdp", "", "BPF.attach_xdp('lo', b.load_func('x', BPF.XDP), 0)\n", r"3: all that .* a network device \(XDP\)"),
                ("tc", "", "b.load_func('x', BPF.SCHED_CLS)\nraise IndexError()\n", r"3: all that .* packets \(tc"),
                ("raw", "", "f = b.load_func('x', BPF.SOCKET_FILTER)\nBPF.attach_raw_socket(f, 'lo')\n"
                 "import socket\nsocket.fromfd(f.sock, 17, 3)\n", r"3: all that .* a socket"),
                ("netlink", "import nosuchmodule\n", "BPF.SCHED_ACT\n", r"2: .*nosuchmodule.* also uses SCHED_ACT"),
        ):
            fails(port(script(f"{name}.py", made % head + text)), tool, rf"{name}\.py:{pattern}.* none of a tool's")
        lsm = "from bcc import BPF\nb = BPF(text='LSM_PROBE(file_open, struct file *f) { return 0; }')\nb.trace_print()\n"
        fails(port(script("lsm.py", lsm)), tool, r"lsm\.py:2: .* a security hook \(LSM\).*`bcchost run`")

    @case("port: arguments behind --, another name, and what is there is not written over")
    def _(installed):
        path = script("plain.py", PLAIN % ("import sys\nassert sys.argv[1:] == ['-a', 'b']", "pass"))
        fails(port(path), tool, r"plain\.py:4: .*AssertionError")
        succeeds(port(path, "--name", "other", "--", "-a", "b"))
        fails(bcchost("port", path, "-o", out, "--name", "other", "--", "-a", "b"), usage, "is there already; --force")

    @case("port: as an ordinary user, too")
    def _(installed):
        # A system may forbid what its sandbox is made of; then it says so, and runs nothing.
        r = port(script("plain.py", PLAIN % ("", "pass")), nobody=True, to=f"{temp}/nobodys")
        if r.returncode == permission:
            matches(r.stderr, "no sandbox can be made")
        else:
            matches(succeeds(r), "became the columns PID, COMM")

    @case("port: bad input says what it is, with its line")
    def _(installed):
        for name, text, status, pattern in (
                ("none.py", "print('hello')\n", tool, r"none\.py: this is no BCC script: it does not import bcc"),
                ("syntax.py", "from bcc import BPF\nb = BPF(text='''\n''')\nif x = 1:\n", tool, r"syntax\.py:4: syntax error"),
                ("module.py", "from bcc import BPF\nimport nosuchmodule\n", tool, r"module\.py:2: the script wants the Python module nosuchmodule"),
                ("exits.py", "from bcc import BPF\nimport sys\nsys.exit(3)\n", tool, r"exits\.py:3: the script ended \(3\) before it made a BPF program"),
                ("reads.py", "from bcc import BPF\nx = input()\n", tool, r"reads\.py:2: the script asks for something on standard input, which is empty here; make an option"),
                ("loops.py", "from bcc import BPF\nwhile True:\n    pass\n", tool, r"loops\.py: the script (did not come to an end|was ended)"),
                ("empty.py", "", tool, r"empty\.py: this is no BCC script"),
                ("binary.py", b"\x7fELF\0\0\0", tool, r"binary\.py is no script: it has NUL bytes"),
                ("nothing.py", "from bcc import BPF\nb = BPF(text='int x(void *ctx) { return 0; }')\n", tool, r"nothing\.py.* attaches to nothing"),
                ("user.py", "from bcc import BPF\nb = BPF(text='int x(void *ctx) { return 0; }')\nb.attach_xdp('eth0', b.load_func('x', 6))\nb.trace_print()\n", tool, r"user\.py:3: all that the script attaches to is a network device"),
        ):
            fails(port(script(name, text)), status, pattern)
            true(not os.path.exists(f"{out}/programs/{name[:-3]}.yaml"), f"{name} left a program")
        fails(bcchost("port"), usage, "wants a script")
        fails(bcchost("port", f"{temp}/not-there.py"), run_, "No such file")
        fails(bcchost("port", temp), usage, "no file that could be a script")
        fails(bcchost("port", "--nosuch", "x.py"), usage, "has no option --nosuch")

    @case("port: a text of 1 MB")
    def _(installed):
        filler = "".join(f"// {i:060}\n" for i in range(16000))
        path = script("large.py", PLAIN.replace('text="""', 'text="""' + filler) % ("", "pass"))
        matches(succeeds(port(path)), "became the columns PID, COMM")
        compiles("large", ["bookworm"])

    @case("port: a script that means harm reaches nothing")
    def _(installed):
        mark = f"{temp}/mark"
        os.makedirs(mark, exist_ok=True)
        os.chmod(mark, 0o777)
        tries = {
            "write": f"open('{mark}/written', 'w').write('x')",
            "home": "open('/etc/passwd', 'a').write('x')",
            "connect": "import socket\nsocket.socket(socket.AF_INET)",
            "unix": "import socket\nsocket.socket(socket.AF_UNIX)",
            "mount": "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nassert l.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
            "bpf": "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nassert l.syscall(321, 0, 0, 0) != -1 or ctypes.get_errno() != 1",
            "root": "import os\nos.setuid(0)",
            "ptrace": "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nassert l.ptrace(16, 1, 0, 0) == 0",
            "kill": f"import signal, _signal, posix\nposix.kill({os.getpid()}, 9)",
            "memory": "x = bytearray(4 << 30)",
        }
        for name, code in tries.items():
            r = port(script(f"harm-{name}.py", PLAIN % (code, "pass")))
            fails(r, tool, rf"harm-{name}\.py:\d+: the script fails without options: \w*(Error|Exception)")
        equal(os.listdir(mark), [])
        # What it starts ends with it. (Others may be porting on this machine, too.)
        before = sandboxed()
        bomb = "import os\nfor i in range(3):\n    if os.fork() == 0:\n        while True: pass"
        r = port(script("forks.py", PLAIN % (bomb, "pass")))
        true(r.returncode in (ok, tool), r.stderr)
        bomb = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: pass"
        fails(port(script("bomb.py", PLAIN % (bomb, "pass"))), tool, r"bomb\.py")
        started = sandboxed() - before
        wait_for(lambda: not started & sandboxed(), 30, "the end of what the scripts started")

    @case("port: what a script prints cannot act on the terminal; no text of a user's becomes C")
    def _(installed):
        code = 'print("\\x1b[31mPID  \\x1b]0;x\\x07COMM")'
        r = port(script("colour.py", PLAIN % (code, "pass")))
        true("\x1b" not in r.stdout and "\x07" not in r.stdout, repr(r.stdout))
        text = PLAIN.replace('b = BPF(text="""', 'text = """').replace(
            '""")\nb.attach', '"""\nb = BPF(text=text.replace("return 0", "return 0 + NAME").replace("NAME", args.value))\nb.attach')
        argp = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--value', default='0')\nargs = p.parse_args()"
        said = succeeds(port(script("value.py", text % (argp, "pass"))))
        matches(read("value")[0], r"name: value, type: integer, default: \"0\"", said)
        fails(bcchost("--print-bpf", "--tools-dir", out, "value", "--value", "0; bad()"), usage, "value")


def sandboxed():
    """The processes of sandboxes."""
    return {p for p in glob.glob("/proc/[0-9]*/cmdline") if b"from port.main" in reads(p)}


def reads(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""
