# SPDX-License-Identifier: Apache-2.0
"""`bcchost run FILE.c` on the running kernel, which needs nothing but its tracepoints, and for the four kernels'
BTF: what run-native.py adds to its cases."""

import json
import os
import re
import signal
import subprocess
import time

from harness import Background, Skip, case, equal, matches, true, wait_for

OK, RUN, USAGE, PERMISSION, KERNEL, TOOL = range(6)

PRINTK = """TRACEPOINT_PROBE(syscalls, sys_enter_kill)
{
	if (args->sig)
		return 0;
	bpf_trace_printk("kill %d by MARK\\n", args->pid);
	return 0;
}
"""
# Two buffers, a table, one that the text deletes from, a histogram by a key, and one of values.
EVENTS = """#include <linux/sched.h>
struct one { u32 pid; s64 sig; char comm[TASK_COMM_LEN]; u16 list[3]; };
struct two { u64 result; u8 raw[4]; };
struct key { u32 sig; u64 slot; };
BPF_PERF_OUTPUT(ones);
BPF_PERF_OUTPUT(twos);
BPF_HASH(counts, u32, u64);
BPF_HASH(inside, u32, u64);
BPF_HISTOGRAM(sizes, struct key);
BPF_PERCPU_ARRAY(small, u32, 2);
TRACEPOINT_PROBE(syscalls, sys_enter_kill)
{
	struct one e = {.sig = args->sig, .list = {1, 2, 3}};
	u32 pid = bpf_get_current_pid_tgid() >> 32, sig = args->sig, zero = 1, *n;
	struct key key = {.sig = sig, .slot = bpf_log2l(100)};
	u64 now = 1;

	if (args->sig)
		return 0;
	FILTER
	e.pid = pid;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	ones.perf_submit(args, &e, sizeof(e));
	counts.increment(sig);
	inside.update(&pid, &now);
	sizes.increment(key);
	n = small.lookup(&zero);
	if (n)
		*n += 1;
	return 0;
}
TRACEPOINT_PROBE(syscalls, sys_exit_kill)
{
	struct two e = {.result = args->ret, .raw = {0xab, 1, 2, 3}};
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (!inside.lookup(&pid))
		return 0;
	inside.delete(&pid);
	twos.perf_submit(args, &e, sizeof(e));
	return 0;
}
"""
# 60 events for each signal, which is more than a page has room for; the last is told of by its number.
FLOOD = """struct one { u32 pid; u32 n; u64 data[60]; };
BPF_RINGBUF_OUTPUT(copied, 1);
BPF_RINGBUF_OUTPUT(reserved, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_kill)
{
	struct one e = {}, *r;

	if (args->sig)
		return 0;
	FILTER
	e.pid = bpf_get_current_pid_tgid() >> 32;
#pragma unroll
	for (int i = 0; i < 30; i++) {
		e.n = i;
		copied.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP);
	}
#pragma unroll
	for (int i = 0; i < 30; i++) {
		r = reserved.ringbuf_reserve(sizeof(*r));
		if (!r)
			return 0;
		r->pid = e.pid;
		r->n = i;
		reserved.ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	}
	return 0;
}
"""
# Structs of its own, a union, an array; padding before most of them.
NESTED = """#include <linux/sched.h>
struct who { u32 pid; char comm[TASK_COMM_LEN]; };
struct one {
	u8 first;
	struct who who;
	struct { u16 a; u64 b; } in;
	union { u32 v4; u8 v6[16]; } addr;
	struct who list[2];
	union { u64 whole; u16 half; };
	u8 last;
};
typedef struct { struct who who; u64 n; } two_t;
BPF_PERF_OUTPUT(ones);
BPF_RINGBUF_OUTPUT(twos, 2);
TRACEPOINT_PROBE(syscalls, sys_enter_kill)
{
	struct one e = {.first = 1, .in = {2, 3}, .list = {{4}, {5, "x"}}, .whole = 0x60007, .last = 8};
	two_t *t;

	if (args->sig)
		return 0;
	FILTER
	e.who.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e.who.comm, sizeof(e.who.comm));
	e.addr.v4 = 0x0100007f;
	ones.perf_submit(args, &e, sizeof(e));
	t = twos.ringbuf_reserve(sizeof(*t));
	if (!t)
		return 0;
	t->who.pid = 10;
	t->who.comm[0] = 'y';
	t->who.comm[1] = 0;
	t->n = 11;
	twos.ringbuf_submit(t, 0);
	return 0;
}
"""
NAMED = """int entered(void *ctx)
{
	return 0;
}
int other(void *ctx)
{
	return 0;
}
"""
KPROBES = """#include <uapi/linux/ptrace.h>
#include <linux/fs.h>
BPF_HASH(calls, u32);
int kprobe__vfs_unlink(struct pt_regs *ctx)
{
	calls.increment(1);
	return 0;
}
int kretprobe__sys_clone(struct pt_regs *ctx)
{
	return 0;
}
int syscall__execve(struct pt_regs *ctx, const char __user *filename)
{
	return 0;
}
KFUNC_PROBE(vfs_rmdir, void *a)
{
	return 0;
}
RAW_TRACEPOINT_PROBE(sched_switch)
{
	return 0;
}
"""


def add(native):
    """native: run-native.py's globals."""
    temp, bcchost, succeeds, fails = (native[n] for n in ("TEMP", "bcchost", "succeeds", "fails"))

    def for_kernel(name):
        return native["facts"](name)[1]

    def put(name, text):
        path = f"{temp}/{name}"
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o644)
        return path

    def trace(*argv, seconds=30):
        """Runs until it traces, sends ourselves signal 0 five times and a child three, and stops it."""
        t = Background(native["BCCHOST"], "run", *argv)
        wait_for(lambda: t.stdout or "Tracing" in t.stderr or not t.alive(), seconds, "the heading")
        true(t.alive(), t.said())
        time.sleep(0.3)
        for _ in range(5):
            os.kill(os.getpid(), 0)
        subprocess.run(["sh", "-c", "kill -0 $$; kill -0 $$; kill -0 $$"], check=True)
        time.sleep(0.5)
        t.signal(signal.SIGINT)
        equal(t.wait(20), 0, note=t.said())
        return t

    def tracing_here():
        if os.getuid():
            raise Skip("not root")
        if not os.path.exists("/sys/kernel/tracing/events/syscalls/sys_enter_kill"):
            raise Skip("this kernel has no tracepoints of system calls")
        if not os.path.exists("/sys/kernel/btf/vmlinux"):
            raise Skip("this kernel has no BTF")

    @case("run: bpf_trace_printk's lines, with a word that is replaced")
    def _(installed):
        tracing_here()
        t = trace("--replace", "MARK=script", put("printk.c", PRINTK))
        lines = [l for l in t.stdout.splitlines() if f"kill {os.getpid()} by script" in l]
        equal(len(lines), 5, note=t.said())
        matches(t.stdout, r"^TIME\(s\) +COMM +PID +MESSAGE\n")

    @case("run: every field of every event, and which buffer it came through")
    def _(installed):
        tracing_here()
        t = trace("-p", str(os.getpid()), put("events.c", EVENTS))
        lines = t.stdout.splitlines()
        equal(lines[0].split(), ["ones", "PID", "SIG", "COMM", "LIST"])
        equal(lines[1].split(), ["twos", "RESULT", "RAW"])
        equal([l.split() for l in lines if re.match(r"ones +\d", l)],
              [["ones", str(os.getpid()), "0", open("/proc/self/comm").read().split()[0], "1,2,3"]] * 5, note=t.said())
        equal([l.split() for l in lines if re.match(r"twos +\d", l)], [["twos", "0", "171,1,2,3"]] * 5)

    @case("run: tables at the end, per-CPU ones summed, but not those that the text deletes from")
    def _(installed):
        tracing_here()
        t = trace("-p", str(os.getpid()), put("events.c", EVENTS))
        matches(t.stdout, r"\ncounts:\nKEY VALUE\n  0     5\n")
        matches(t.stdout, r"\nsmall:\nKEY VALUE\n  1     5\n")
        matches(t.stdout, r"\nSIG = 0\n +sizes +: count +distribution\n(.*\n){6} +64 -> 127 +: 5 ")
        true("inside:" not in t.stdout, t.stdout)
        matches(t.stderr, r"not shown.*: inside \(--table")
        t = trace("--table", "inside", put("events.c", EVENTS))
        matches(t.stdout, r"\ninside:\n")
        true("counts:" not in t.stdout, t.stdout)

    @case("run: JSON, an object for each event and each table")
    def _(installed):
        tracing_here()
        path = put("events.c", EVENTS)
        t = Background(native["BCCHOST"], "run", "--output", "json", "-p", str(os.getpid()), path)
        wait_for(lambda: f"{path}" and os.kill(os.getpid(), 0) or t.stdout or not t.alive(), 30, "an event")
        t.signal(signal.SIGINT)
        equal(t.wait(20), 0, note=t.said())
        got = [json.loads(l) for l in t.stdout.splitlines()]
        tables = {o["table"] for o in got}
        equal(tables, {"ones", "twos", "counts", "sizes", "small"})
        ones = [o for o in got if o["table"] == "ones"]
        equal({(o["pid"], o["sig"], tuple(o["list"])) for o in ones}, {(os.getpid(), 0, (1, 2, 3))})
        equal([o["rows"] for o in got if o["table"] == "counts"], [[{"key": 0, "value": len(ones)}]])

    def ring_here():
        tracing_here()
        release = tuple(int(n) for n in os.uname().release.split(".")[:2])
        if release < (5, 8):
            raise Skip("this kernel has no ring buffer")

    @case("run: what ringbuf_output and ringbuf_reserve find no room for is counted")
    def _(installed):
        ring_here()
        t = trace("--buffer-pages", "1", "-p", str(os.getpid()), put("flood.c", FLOOD))
        lines = [l.split() for l in t.stdout.splitlines()]
        copied, reserved = ([l for l in lines if l[0] == n and l[1] == str(os.getpid())] for n in
                            ("copied", "reserved"))
        # Five signals. The first call that finds no room returns from the function.
        stopped = sum(l[2] == "29" for l in reserved)
        lost = 150 - len(copied) + 5 - stopped
        true(copied and reserved and lost > 5, t.said())
        matches(t.stderr, rf"lost {lost} events in all, printed {len(copied) + len(reserved)}\n")

    @case("run: members of structs, unions and arrays of the text's own")
    def _(installed):
        ring_here()
        path = put("nested.c", NESTED)
        t = trace("-p", str(os.getpid()), path)
        lines = [l.split() for l in t.stdout.splitlines()]
        comm = open("/proc/self/comm").read().split()[0]
        equal(lines[0], ["ones", "FIRST", "WHO.PID", "WHO.COMM", "IN.A", "IN.B", "ADDR.V4", "ADDR.V6", "LIST[0].PID",
                         "LIST[0].COMM", "LIST[1].PID", "LIST[1].COMM", "WHOLE", "HALF", "LAST"])
        equal(lines[1], ["twos", "WHO.PID", "WHO.COMM", "N"])
        equal([l for l in lines if l[:2] == ["ones", "1"]],
              [["ones", "1", str(os.getpid()), comm, "2", "3", "127.0.0.1", "7f00:1::", "4", "5", "x", "393223", "7",
                "8"]] * 5, note=t.said())
        equal([l for l in lines if l[:2] == ["twos", "10"]], [["twos", "10", "y", "11"]] * 5)
        true("as bytes" not in t.stderr, t.stderr)
        t = Background(native["BCCHOST"], "run", "--output", "json", "-p", str(os.getpid()), path)
        wait_for(lambda: os.kill(os.getpid(), 0) or t.stdout or not t.alive(), 30, "an event")
        t.signal(signal.SIGINT)
        equal(t.wait(20), 0, note=t.said())
        ones = [o for o in map(json.loads, t.stdout.splitlines()) if o["table"] == "ones"]
        equal({(o["who_pid"], o["in_b"], o["addr_v4"], o["list_1_comm"], o["half"]) for o in ones},
              {(os.getpid(), 3, "127.0.0.1", "x", 7)})

    @case("run: a struct that only its function knows, and bit fields, are shown as bytes")
    def _(installed):
        tracing_here()
        text = "BPF_PERF_OUTPUT(ones);\nTRACEPOINT_PROBE(syscalls, sys_enter_kill)\n{\n" \
            "\tstruct who { u32 pid; };\n\tstruct one { struct who who; u32 n; } e = {{7}, 9};\n\n" \
            "\tif (!args->sig)\n\t\tones.perf_submit(args, &e, sizeof(e));\n\treturn 0;\n}\n"
        bits = "struct who { u32 a : 3, b : 29; };\nstruct one { struct who who; u32 n; };\n" + text.replace(
            "\tstruct who { u32 pid; };\n", "").replace("one { struct who who; u32 n; } e = {{7}, 9}", "one e = {{7, 0}, 9}")
        for name, text in (("own.c", text), ("bits.c", bits)):
            t = trace(put(name, text))
            matches(t.stdout, r"^DATA\n")
            true(t.stdout.splitlines()[1:] and all(l.startswith("0700000009000000") for l in t.stdout.splitlines()[1:]),
                 t.said())
            matches(t.stderr, r"ones: shown as bytes: the event's field who is of type struct who")

    @case("run: packed structs, types of the text's own, numbers and arrays as events; no bit field is misread")
    def _(installed):
        tracing_here()
        text = "typedef u64 mine_t;\nstruct one { u8 a; u32 b; mine_t c; u16 d; } __attribute__((packed));\n" \
            "struct bits { u32 x : 3; u32 y : 29; u32 z; };\n" \
            "BPF_PERF_OUTPUT(ones);\nBPF_PERF_OUTPUT(numbers);\nBPF_PERF_OUTPUT(words);\nBPF_PERF_OUTPUT(fields);\n" \
            "TRACEPOINT_PROBE(syscalls, sys_enter_kill) { struct one e = {1, 2, 3, 4}; struct bits f = {1, 0, 9};\n" \
            "\tu64 n = 42; char word[8] = \"hello\";\n\tif (args->sig)\n\t\treturn 0;\n" \
            "\tones.perf_submit(args, &e, sizeof(e));\n\tnumbers.perf_submit(args, &n, sizeof(n));\n" \
            "\twords.perf_submit(args, &word, sizeof(word));\n\tfields.perf_submit(args, &f, sizeof(f));\n" \
            "\treturn 0;\n}\n// no line behind"
        t = trace(put("packed.c", "\ufeff" + text))
        lines = [l.split() for l in t.stdout.splitlines()]
        for words in (["ones", "A", "B", "C", "D"], ["ones", "1", "2", "3", "4"], ["numbers", "VALUE"], ["numbers", "42"],
                      ["words", "VALUE"], ["words", "hello"], ["fields", "DATA"], ["fields", "0100000009000000"]):
            true(words in lines, f"{words} in {t.said()}")
        matches(t.stderr, r"fields: shown as bytes: table fields: x is a bit field")

    @case("run: what the verifier refuses has its line, also where a function stands in one")
    def _(installed):
        tracing_here()
        text = "BPF_HASH(h, u32, u64);\nTRACEPOINT_PROBE(syscalls, sys_enter_kill) { u32 k = 1; u64 *v = h.lookup(&k); " \
            "*v += 1; return 0; }\n"
        fails(bcchost("run", put("line.c", text)), TOOL, r"line\.c:2: the verifier rejects")

    @case("run: tables that cannot be shown are told, those that cannot be made refused with their line")
    def _(installed):
        tracing_here()
        probe = "TRACEPOINT_PROBE(syscalls, sys_enter_kill) { u64 v = 1; %s return 0; }\n"
        r = bcchost("run", "-d", "0.2", put("queue.c", "BPF_QUEUE(q, u64, 8);\nBPF_HASH(h);\n" +
                                            probe % "q.push(&v, 0); h.increment(v);"))
        succeeds(r)
        matches(r.stderr, r"not shown: q: a queue is not read")
        fails(bcchost("run", put("storage.c", "\nBPF_SK_STORAGE(s, u64);\n" + probe % "")), TOOL,
              r"storage\.c:2: s is a BPF_SK_STORAGE")

    @case("run: a text on standard input, a value that is defined, a duration")
    def _(installed):
        tracing_here()
        text = PRINTK.replace("by MARK", "by %d").replace("args->pid)", "args->pid, MARK)")
        run = subprocess.run([native["BCCHOST"], "run", "-D", "MARK=7", "-d", "0.2", "-"], input=text, text=True,
                             capture_output=True, timeout=600, cwd=temp)
        matches(succeeds(run), r"^TIME")

    @case("run: conventions and options, compiled for each kernel")
    def _(installed):
        path = put("kprobes.c", KPROBES)
        for k in native["KERNELS"]:
            run = bcchost("--compile-only", *for_kernel(k), "run", path)
            matches(succeeds(run), r"^run: compiles for .*: 1 maps, 5 programs")
        named = put("named.c", NAMED)
        run = bcchost("--compile-only", *for_kernel("bookworm"), "run", "--kprobe", "vfs_read=entered", "--kprobe",
                      "vfs_w*=entered", "--kretprobe", r"^vfs_\w+te$=other", named)
        succeeds(run)

    @case("run: bad input is told with the file's line, or the option, and what to do")
    def _(installed):
        k = ["--compile-only", *for_kernel("bookworm")]
        named, path = put("named.c", NAMED), put("x.c", "")
        for argv, status, *patterns in (
            (["run"], USAGE, "FILE.c"),
            (["run", f"{temp}/nothing.c"], RUN, "nothing.c", "No such file"),
            (["run", path], USAGE, "x.c is empty"),
            (["run", named], USAGE, "nothing to trace", "--kprobe FUNCTION=entered"),
            (["run", "--kprobe", "vfs_read", named], USAGE, "FUNCTION=HANDLER"),
            (["run", "--kprobe", "vfs_read=enterd", named], USAGE, "no function enterd", r"\bentered\b"),
            (["run", "--kprobe", "vfs_raed=entered", named], USAGE, "vfs_raed", r"\bvfs_read\b"),
            (["run", "--kprobe", "vfs_read=entered", "--kprobe", "vfs_read=other", named], USAGE,
             "two handlers for the kprobe vfs_read", "entered and other"),
            (["run", "--tracepoint", "sched=entered", named], USAGE, "CATEGORY:NAME"),
            (["run", "--uprobe", "c=entered", named], USAGE, "c: it is FILE:SYMBOL"),
            (["run", "--usdt", "a:b", named], USAGE, "it takes FILE:PROVIDER:PROBE=HANDLER"),
            (["run", "--usdt", "a:b=9x", named], USAGE, "no name of a function"),
            (["run", "--usdt", "a:b=nothere", named], USAGE, "has no function nothere"),
            (["run", "--replace", "NO_WORD=1", named], USAGE, "no NO_WORD in"),
            (["run", "--define", "A-B=1", named], USAGE, "no name of C's"),
            (["run", "--define", "A=1; evil()", named], USAGE, "a number, a name or a \"string\""),
            (["run", "--kprobe", "vfs_read=entered", "-p", "1", named], USAGE, "no word FILTER"),
        ):
            fails(bcchost(*k, *argv), status, *patterns)
        for text, status, *patterns in (
            ("static int a(void *ctx) { return 0; }\n", TOOL, "no function that could be attached"),
            ("int kprobe__vfs_read(void *ctx)\n{\n\tPID_FILTER\n\treturn 0;\n}\n", TOOL, r"x\.c:3:\d+: error",
             "--replace PID_FILTER="),
            ("\n\nint kprobe__vfs_raed(void *ctx)\n{\n\treturn 0;\n}\n", KERNEL, r"x\.c:3:", r"\bvfs_read\b"),
            ("int kprobe__sys_clone(void *ctx) { return 0; }\nint kprobe____x64_sys_clone(void *ctx) { return 0; }\n",
             TOOL, "two handlers", r"x\.c:1", r"x\.c:2"),
            ("int kmod_ret__x(void *ctx) { return 0; }\n", USAGE, "no kmod_ret__ probes"),
            ("int kprobe__vfs_read(struct pt_regs *ctx)\n{\n\tint n = 0;\n\n\tbpf_usdt_readarg(1, ctx, &n);\n\treturn n;\n}\n",
             USAGE, "is attached to the kprobe vfs_read; --usdt FILE:PROVIDER:PROBE=kprobe__vfs_read"),
            ("int syscall__exceve(void *ctx) { return 0; }\n", USAGE, "no system call exceve"),
            ("int kprobe__vfs_read(void *ctx) { return inet6_any(ctx); }\n", TOOL, r"x\.c:1:\d+: error.*inet6_any"),
        ):
            fails(bcchost(*k, "run", put("x.c", text)), status, *patterns)

    @case("run: a text of a megabyte, and one that is too large")
    def _(installed):
        k = ["--compile-only", *for_kernel("bookworm")]
        long = put("long.c", "/* " + "x" * 100 + " */\n" * 1 + "// y\n" * 200000 + KPROBES)
        succeeds(bcchost(*k, "run", long))
        fails(bcchost(*k, "run", put("huge.c", "// y\n" * 1000000)), USAGE, "over 4 MiB")

    @case("run: as root a text that others can write is refused")
    def _(installed):
        if os.getuid():
            raise Skip("not root")
        path = put("open.c", PRINTK)
        os.chmod(path, 0o666)
        fails(bcchost("run", path), PERMISSION, "open.c", "chmod")

    @case("run: its help and its options are known to --help and to completion")
    def _(installed):
        text = succeeds(bcchost("run", "--help"))
        for word in ("--kprobe FUNCTION=HANDLER", "--replace WORD=TEXT", "--output", "--interval", "Examples:"):
            true(word in text, f"{word} is not in the help")
        matches(succeeds(bcchost("--help")), r"\n +run FILE\.c ")
        words = succeeds(bcchost("completion", "words", "run", "--")).split()
        true({"--kprobe", "--define", "--duration"} <= set(words), str(words))
