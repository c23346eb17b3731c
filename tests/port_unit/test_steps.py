# SPDX-License-Identifier: Apache-2.0
"""From the runs of a script to the program, the template and the report, step by step."""
import textwrap
import unittest

import trial
from port import assemble, learn, show, work
from port.work import Failure
from trial import ATTACH, Ported, script, stream

PRINT = 'print("%-6d %-16s %d" % (event.pid, event.comm.decode(), event.ret))'
ARGS = "p = argparse.ArgumentParser(description='Who opens files. More.')\n%s\nargs = p.parse_args()\n"


def options(*calls, then=""):
    return ARGS % "\n".join("p.add_argument(%s)" % c for c in calls) + then + "\n"


def then(code):
    """A stream whose script does that before its loop."""
    return stream(PRINT).replace("while 1:", code + "\nwhile 1:")


class Learn(unittest.TestCase):
    def fails(self, source, *words, line=0):
        with self.assertRaises(Failure) as e:
            Ported(source)
        for w in words:
            self.assertIn(w, str(e.exception))
        self.assertEqual(e.exception.line, line)

    def test_scripts_that_are_none_of_ours(self):
        self.fails("print(1)", "does not import bcc")
        self.fails("from bcc import BPF\nimport nosuch", "module nosuch", line=2)
        self.fails("from bcc import BPF\nraise ValueError('x')", "fails without options", "x", line=2)
        self.fails("from bcc import BPF\nprint('use it')\nraise SystemExit(1)", "ended (1)", "use it",
                   line=3)
        self.fails("from bcc import BPF\nx = BPF(text='')", "attaches to nothing")

    def test_options_and_numbers(self):
        ex = trial.explored(stream(PRINT, options(
            '"-p", "--pid", type=int', '"-x", "--failed", action="store_true"',
            '"-s", "--sort", choices=["a", "b"], default="a"',
            then='text = text.replace("FILTER", "if (data.pid != %d) return 0;" % args.pid '
                 'if args.pid else "")')))
        self.assertEqual([(a.kind, a.option["dest"]) for a in ex.atoms],
                         [("value", "pid"), ("flag", "failed"), ("choice", "sort")])
        w = work.Work("", "", [], None)
        self.assertFalse(learn.learn_numbers(w, ex, ex.atoms[0]))
        self.assertEqual(list(ex.atoms[0].numbers.values()), [(1, 0)])

    def test_an_option_with_a_default_is_always_there(self):
        p = Ported(stream(PRINT, options('"--min", type=int, default=10',
                                         then='text = text.replace("FILTER", "if (data.ret < %d) '
                                              'return 0;" % (args.min * 1000))')))
        self.assertIn("if (data.ret < (OPT_MIN * 1000)) return 0;", p.template)
        self.assertNotIn("#if", p.template)
        self.assertIn("default: \"10\"", p.line("- {name: min"))

    def test_an_option_that_ends_the_script(self):
        p = Ported(stream(PRINT, options('"--mode"', then="if args.mode:\n    raise SystemExit('no')")))
        self.assertTrue(any("--mode was not understood" in t for t in p.left()), p.left())

    def test_arguments_that_it_wants(self):
        p = Ported(stream(PRINT, options('"name"')))
        self.assertTrue(any("wants arguments" in t for t in p.guessed()))


    def test_arguments_that_it_reads_itself(self):
        p = Ported(stream(PRINT, "import sys\nif len(sys.argv) < 2:\n    print('USAGE: x PID')\n    sys.exit()\n"
                          "pid = int(sys.argv[1])\n"))
        self.assertTrue(any("wants arguments; `1` was given" in t for t in p.guessed()), p.guessed())
        self.assertEqual(p.line("stream"), "stream: events")

    def test_options_that_it_cannot_do_without(self):
        argp = options('"--pid", type=int', '"--every", type=int', then="x = int(args.pid) + int(args.every)")
        p = Ported(stream(PRINT, argp))
        self.assertTrue(any("`--pid 1 --every 1` was given" in t for t in p.guessed()), p.guessed())
        bad = stream(PRINT, argp + "raise ValueError(args.pid)\n")
        self.fails(bad, "fails with `--pid 1 --every 1`: ValueError",
                   line=1 + [t[:16] for t in bad.split("\n")].index("raise ValueError"))

    def test_what_it_looks_for_around_it(self):
        p = Ported(stream(PRINT, "import os, sys\nif not os.path.exists('/usr/local/bin/nosuch'):\n    sys.exit(1)\n"))
        self.assertTrue(any("looks for /usr/local/bin/nosuch; it was told" in t for t in p.guessed()), p.guessed())
        index = ("import fcntl, socket, struct\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)\n"
                 "n = struct.unpack('I', fcntl.ioctl(s.fileno(), 0x8933, struct.pack('256s', b'nosuch0'))[16:20])[0]\n"
                 "text = text.replace('FILTER', 'if (data.ret == %d) return 0;' % n)\n")
        p = Ported(stream(PRINT, index))
        self.assertIn("the number of a network interface is in the C text (here 2)", p.left())

    def test_packets_and_sockets(self):
        made = "from bcc import BPF\nb = BPF(text='int x(void *ctx) { return 0; }')\n"
        for kind, said in (("XDP", "a network device"), ("SCHED_CLS", "packets (tc"), ("SOCKET_FILTER", "a socket"),
                           ("SOCK_OPS", "sockets (sock_ops"), ("CGROUP_SOCK", "a cgroup's sockets")):
            self.fails(made + "f = b.load_func('x', BPF.%s)\nb.trace_print()" % kind,
                       "all that the script attaches to is " + said, "none of a tool's probes", line=3)
        self.fails(made + "BPF.attach_xdp('lo', b.load_func('x', BPF.XDP), 0)\n", "(XDP)", line=3)
        self.fails("from bcc import BPF\nb = BPF(text='LSM_PROBE(file_open, struct file *f) { return 0; }')\n"
                   "b.trace_print()", "a security hook (LSM)", "`bcchost run`", line=2)
        self.fails("from bcc import BPF\nimport nosuch\nBPF.attach_xdp('lo', 1)", 
                   "all that the script attaches to is a network device (XDP)", line=3)

    def test_packets_beside_functions(self):
        p = Ported(then("b.load_func('traced', BPF.XDP)"))
        self.assertTrue(any("a network device (XDP), which is none of a tool's probes" in t for t in p.left()), p.left())


class Assemble(unittest.TestCase):
    def test_what_an_option_brings(self):
        p = Ported(stream(PRINT, options(
            '"-p", "--pid", type=int',
            then='text = text.replace("FILTER", "if (data.pid != %s) { return 0; }" % args.pid '
                 'if args.pid else "")')))
        self.assertRegex(p.template, r"#if OPT_PID_GIVEN\n *if \(data.pid != OPT_PID\) \{ return 0; \}\n#endif")
        self.assertEqual(p.line("- {name: pid"), '- {name: pid, short: p, type: integer, help: "as in the script"}')
        self.assertIn("OPT_PID: {option: pid, else: \"0\"}", p.yaml)
        self.assertIn("OPT_PID_GIVEN: {option: pid, then: \"1\", else: \"0\"}", p.yaml)

    def test_a_word_that_is_no_number_does_not_become_c(self):
        p = Ported(stream(PRINT, options(
            '"--comm"', then='text = text.replace("FILTER", "".join("x%s();" % c for c in args.comm or ""))')))
        self.assertNotIn("xp", p.template)
        self.assertNotIn("x4", p.template)
        self.assertTrue(any("--comm becomes part of the program's text" in t for t in p.left()), p.left())

    def test_answers_of_the_kernel(self):
        p = Ported(stream(PRINT, '''
if BPF.kernel_struct_has_field(b"request", b"rq_disk"):
    text = text.replace("FILTER", "one();")
else:
    text = text.replace("FILTER", "two();")
'''))
        self.assertRegex(p.template, r"(?s)#if .*defined\(HAS_REQUEST_RQ_DISK\)\n.*#else\n.*#endif")
        self.assertIn("HAS_REQUEST_RQ_DISK: {field: [request, rq_disk]}", p.yaml)

    def test_a_signature(self):
        text = trial.STREAM.replace("struct pt_regs *ctx", "struct pt_regs *ctx, struct inode *dir") \
            .replace("FILTER", "data.ts = (u64)dir;")
        proto = {"vfs_open": [("idmap", "struct mnt_idmap *"), ("dir", "struct inode *")]}
        source = stream(PRINT).replace(trial.STREAM, text)
        self.assertIn("traced(SIGNATURE(vfs_open, dir))", Ported(source, prototypes=proto).template)
        self.assertNotIn("SIGNATURE", Ported(source).template)

    def test_what_is_not_compiled_is_no_probe(self):
        text = "#if 0\nint kprobe__a;\n#endif\n#ifdef NO\nint kprobe__b;\n#else\nint kprobe__c;\n" \
            "#endif\n#ifdef CONFIG_X\nint kprobe__d;\n#endif\n"
        left = assemble.without_disabled(text)
        self.assertEqual([n for n in "abcd" if "kprobe__" + n in left], ["c", "d"])
        self.assertEqual(left.count("\n"), text.count("\n"))


class Probes(unittest.TestCase):
    def probes(self, after, before="", text=trial.STREAM):
        self.ported = Ported(script(text, before, textwrap.dedent(after) + "\nb.trace_print()"))
        found = self.ported.yaml.partition("probes:\n")[2].split("\n")
        return [x[4:] for x in found[:[x.startswith("  - ") for x in found + [""]].index(False)]]

    def test_each_kind(self):
        self.assertEqual(self.probes('''
            b.attach_kprobe(event="vfs_open", fn_name="traced")
            b.attach_kretprobe(event="vfs_read", fn_name="traced")
            b.attach_tracepoint(tp="sched:sched_switch", fn_name="traced")'''), [
                "{kprobe: vfs_open, run: traced}", "{kretprobe: vfs_read, run: traced}",
                '{tracepoint: "sched:sched_switch", run: traced}'])

    def test_by_bccs_conventions(self):
        text = "int kprobe__vfs_open(void *ctx) { bpf_trace_printk(\"x\"); return 0; }\n"
        self.assertEqual(self.probes("", text=text),
                         ["{kprobe: vfs_open, run: kprobe__vfs_open}"])

    def test_system_calls_on_both_platforms(self):
        self.assertEqual(self.probes('b.attach_kprobe(event=b.get_syscall_fnname("openat"), fn_name="traced")'),
                         ["{kprobe: [__x64_sys_openat, __arm64_sys_openat], run: traced}"])

    def test_system_calls_by_what_they_were_called(self):
        self.assertEqual(self.probes('b.attach_kprobe(event="sys_clone", fn_name="traced")'),
                         ["{kprobe: [__x64_sys_clone, __arm64_sys_clone, sys_clone], run: traced}"])
        self.assertTrue(any("taken for the system call clone" in t for t in self.ported.guessed()))
        text = "int kretprobe__sys_sync(void *ctx) { bpf_trace_printk(\"x\"); return 0; }\n"
        self.assertEqual(self.probes("", text=text), [
            "{kretprobe: [__x64_sys_sync, __arm64_sys_sync, sys_sync], run: kretprobe__sys_sync}"])

    def test_functions_that_other_kernels_call_otherwise(self):
        attach = 'b.attach_kprobe(event="%s", fn_name="traced")'
        reads = "int traced(struct pt_regs *ctx, struct sk_buff *skb%s) { bpf_trace_printk(\"x\"); return 0; }\n"
        both = "{kprobe: [kfree_skb, kfree_skb_reason], run: traced}"
        self.assertEqual(self.probes(attach % "kfree_skb", text=reads % ""), [both])
        self.assertTrue(any("without kfree_skb may have kfree_skb_reason" in t for t in self.ported.guessed()))
        # Its second parameter is another there.
        self.assertEqual(self.probes(attach % "kfree_skb", text=reads % ", void *location"),
                         ["{kprobe: kfree_skb, run: traced}"])
        self.assertEqual(self.probes(attach % "_do_fork", text=reads % ""), ["{kprobe: _do_fork, run: traced}"])
        by_hand = reads.replace(", struct sk_buff *skb%s", "").replace("return 0", "return PT_REGS_PARM2(ctx)")
        self.assertEqual(self.probes(attach % "kfree_skb", text=by_hand), ["{kprobe: kfree_skb, run: traced}"])
        # The script has both itself.
        self.assertEqual(self.probes(attach % "kfree_skb" + "\n" + attach % "kfree_skb_reason", text=reads % ""),
                         ["{kprobe: kfree_skb, run: traced, optional: true}",
                          "{kprobe: kfree_skb_reason, run: traced}"])

    def test_patterns(self):
        self.assertEqual(self.probes('b.attach_kprobe(event_re="vfs_\\\\d.*", fn_name="traced")'),
                         ['{kprobe: "^vfs_[0-9].*", run: traced}'])

    def test_by_an_option_and_by_an_answer(self):
        got = self.probes('''
            b.attach_kprobe(event="vfs_open", fn_name="traced")
            if args.all:
                b.attach_kprobe(event="vfs_read", fn_name="traced")
            if BPF.get_kprobe_functions(b"new_one"):
                b.attach_kprobe(event="new_one", fn_name="traced")
            else:
                b.attach_kprobe(event="old_one", fn_name="traced")''',
                          options('"--all", action="store_true"'))
        self.assertEqual(set(got), {
            "{kprobe: vfs_open, run: traced}", "{kprobe: vfs_read, run: traced, given: all}",
            "{kprobe: new_one, run: traced, when: HAS_NEW_ONE}",
            "{kprobe: old_one, run: traced, unless: HAS_NEW_ONE}"})

    def test_names_that_are_none(self):
        self.probes('''
            b.attach_kprobe(event="vfs_open", fn_name="traced")
            b.attach_kprobe(event="a b; c", fn_name="traced")''')
        self.assertTrue(any("which is no name" in t for t in self.ported.left()))

    def test_modules(self):
        p = Ported(script(trial.STREAM, "", '''
            for f in ("nfs_read", "nfs_open", "nfs_getattr"):
                b.attach_kprobe(event=f, fn_name="traced")
            b.trace_print()'''), absent=[("function", "nfs_" + n) for n in ("read", "open", "getattr")])
        self.assertEqual(p.line("modules"), "modules: [nfs]")
        p = Ported(script(trial.STREAM, "", ATTACH + "b.trace_print()"), modules={"vfs_open": "vfsmod"})
        self.assertEqual(p.line("modules"), "modules: [vfsmod]")


class Options(unittest.TestCase):
    def test_those_of_the_host(self):
        p = Ported(stream(PRINT, options('"-d", "--duration", type=int', '"--ebpf", action="store_true"')))
        self.assertNotIn("options:", p.yaml)
        self.assertTrue(any("host's own" in t for t in p.converted()))
        self.assertTrue(any("--print-bpf" in t for t in p.converted()))

    def test_one_that_has_the_name_of_the_hosts(self):
        p = Ported(stream(PRINT, options(
            '"--count", type=int', then='text = text.replace("FILTER", "x(%d);" % args.count if args.count else "")')))
        self.assertIn("name: own-count", p.yaml)

    def test_one_that_changes_nothing(self):
        p = Ported(stream(PRINT, options('"--quiet", action="store_true"')))
        self.assertIn("--quiet changes neither the BPF program nor the columns: what it does is left out", p.left())

    def test_choices(self):
        p = Ported(stream(PRINT, options(
            '"--kind", choices=["one", "two"], default="one"',
            then='text = text.replace("FILTER", "a();" if args.kind == "one" else "b();")')))
        self.assertIn("type: enum, values: {one: 0, two: 1}, default: one", p.line("- {name: kind"))
        self.assertRegex(p.template, r"OPT_KIND [!=]= 1")


class Shown(unittest.TestCase):
    def columns(self, p):
        return [x.strip()[2:] for x in p.yaml.partition("  columns:\n")[2].split("\n") if x]

    def test_a_stream(self):
        p = Ported(stream(PRINT))
        self.assertEqual(p.line("stream"), "stream: events")
        self.assertEqual(self.columns(p), ["{title: PID, field: pid, width: 6}",
                                           "{title: COMM, field: comm, width: 16}", "{title: RET, field: ret}"])
        self.assertEqual(show.printed_headings(p.work), "PID COMM RET")

    def test_a_column_that_an_option_brings(self):
        p = Ported(stream('''
if args.timestamp:
    print("%-14.9f" % (event.ts / 1000000), end="")
print("%-6d %-16s %d" % (event.pid, event.comm.decode(), event.ret))''', options(
            '"-t", "--timestamp", action="store_true"'), '''
if args.timestamp:
    print("%-14s" % ("TIME(ms)"), end="")
print("%-6s %-16s %s" % ("PID", "COMM", "RET"))
'''))
        self.assertEqual(self.columns(p)[0], "{title: TIME(ms), field: ts, unit: milliseconds, decimals: 9, "
                         "width: 13, align: left, when: timestamp}")

    def test_a_callback_that_is_not_understood(self):
        p = Ported(stream("pass", heading=""))
        self.assertTrue(any("was not understood: all fields" in t for t in p.guessed()))
        self.assertEqual([c.split(",")[0] for c in self.columns(p)],
                         ["{title: " + n for n in ("TS", "PID", "RET", "DELTA_US", "COMM")])

    def test_structs_in_the_event(self):
        text = ("struct who { u32 pid; char name[8]; int ids[2]; };\n" +
                trial.STREAM.replace("u64 ts;", "struct who who;"))
        p = Ported(stream('print("%-6d %-16s %d" % (event.who.pid, event.comm.decode(), event.ret))').replace(
            trial.STREAM, text))
        self.assertEqual(self.columns(p)[0], "{title: PID, field: who.pid, width: 6}")
        self.assertIn("BPF_ARRAY(bcchost_event_events, struct data_t, 1);", p.template)
        p = Ported(stream('print("%-6s %-16s %d" % (event.who.name, event.comm.decode(), event.ret))').replace(
            trial.STREAM, text))
        self.assertEqual(self.columns(p)[0], "{title: PID, field: who.name, width: 6}")

    def test_the_same_field_twice(self):
        p = Ported(stream('print("%d %x" % (event.pid, event.pid))', heading='print("%s %s" % ("PID", "HEX"))'))
        self.assertEqual(self.columns(p)[1], "{title: HEX, field: pid, format: hex}")

    def test_a_histogram(self):
        p = Ported(script("struct key_t { char disk[32]; u64 slot; };\nBPF_HISTOGRAM(dist, struct key_t);\n"
                          "int f(void *ctx) { return 0; }\n", options('"-m", action="store_true"'), '''
            b.attach_kprobe(event="x", fn_name="f")
            while 1:
                sleep(3)
                b["dist"].print_log2_hist("msecs" if args.m else "usecs", "disk")'''))
        self.assertEqual((p.line("histogram"), p.line("interval"), p.line("label")),
                         ("histogram: dist", "interval: 3", "label: [{text: msecs, when: m}, {text: usecs}]"))
        self.assertEqual(self.columns(p), ["{title: disk, field: disk}"])

    def entries(self, entries):
        return Ported(script("BPF_HASH(counts, u32, u64);\nint f(void *ctx) { return 0; }\n", "", '''
            b.attach_kprobe(event="x", fn_name="f")
            while 1:
                sleep(1)
                print("%%-6s %%8s" %% ("PID", "CALLS"))
                for k, v in %s:
                    print("%%-6d %%8d" %% (k.value, v.value))
                b["counts"].clear()''' % entries))

    def test_all_entries_of_a_table(self):
        p = self.entries('b["counts"].items()')
        self.assertEqual((p.line("table"), p.line("interval")), ("table: counts", "interval: 1"))
        self.assertEqual(self.columns(p), ["{title: PID, field: key, width: 6}",
                                           "{title: CALLS, field: value, width: 8, align: right}"])

    def test_the_first_entries_of_a_table(self):
        p = self.entries('sorted(b["counts"].items(), key=lambda kv: kv[1].value, reverse=True)[:10]')
        self.assertEqual((p.line("top"), p.line("interval")), ("top: counts", "interval: 1"))
        self.assertEqual([c.split(",")[0] for c in self.columns(p)], ["{title: PID", "{title: CALLS"])

    def looped(self, loop, text="BPF_HASH(counts, u32, u64);"):
        return Ported(script(text + "\nint f(void *ctx) { return 0; }\n", "", """
            b.attach_kprobe(event="x", fn_name="f")
            while 1:
                sleep(1)
                print("%%-6s %%8s" %% ("PID", "CALLS"))
                %s""" % loop))

    def test_all_entries_the_smallest_first_which_stay(self):
        p = self.looped('for k, v in sorted(b["counts"].items(), key=lambda kv: kv[1].value): '
                        'print("%-6d %8d" % (k.value, v.value))')
        self.assertEqual((p.line("table"), p.line("sort"), p.line("ascending"), p.line("keep")), (
            "table: counts", "sort: {all: [value]}", "ascending: true", "keep: true"))

    def test_the_largest_ten(self):
        p = self.looped('for k, v in sorted(b["counts"].items(), key=lambda kv: -kv[1].value)[:10]: '
                        'print("%-6d %8d" % (k.value, v.value))')
        self.assertEqual((p.line("top"), p.line("sort")), ("top: counts", "sort: {all: [value]}"))

    def test_entries_side_by_side(self):
        for made in ('"ID %d: %d\\t" % (k.value, v.value)', 'f"ID {k.value}: {v.value}\\t"',
                     '"ID {}: {}\\t".format(k.value, v.value)'):
            p = Ported(script("BPF_HASH(counts, u32, u64);\nint f(void *ctx) { return 0; }\n", "", """
                b.attach_kprobe(event="x", fn_name="f")
                while 1:
                    sleep(1)
                    s = ""
                    for k, v in b["counts"].items():
                        s += %s
                    print(s)""" % made))
            self.assertEqual((p.line("table"), p.line("heading")), ("table: counts", "heading: false"))
            self.assertEqual(self.columns(p), ['{title: LINE, parts: ["ID ", {field: key}, ": ", {field: value}]}'])
            self.assertTrue(any("side by side; here each is a line" in t for t in p.guessed()))

    def test_who_a_number_is(self):
        p = self.looped('import pwd; [print("%-6s %8d" % (pwd.getpwuid(k.value)[0], v.value)) '
                        'for k, v in b["counts"].items()]')
        self.assertEqual(self.columns(p)[0], "{title: PID, field: key, width: 6}")
        self.assertTrue(any("looks up the name of a user" in t for t in p.guessed()))

    def test_an_arrays_entries_by_index(self):
        p = self.looped('print("%-6d %8d" % (b["cells"][3].value, b["cells"][0].value / 1))',
                        "BPF_ARRAY(cells, u64, 4);")
        self.assertEqual(p.line("rates"), "rates: cells")
        self.assertEqual(self.columns(p), [
            "{title: PID, field: value, width: 6, index: 3, per: interval, as: pid}",
            "{title: CALLS, field: value, width: 8, align: right, index: 0, per: interval, as: calls}"])

    def test_the_trace_pipe(self):
        p = Ported(script('int f(void *ctx) { bpf_trace_printk("x"); return 0; }\n', "", '''
            b.attach_kprobe(event="x", fn_name="f")
            b.trace_print()'''))
        self.assertEqual(p.line("trace_pipe"), "trace_pipe: true")


    def test_a_message_that_is_taken_apart(self):
        p = Ported(script('int f(void *ctx) { bpf_trace_printk("%d %s %x\\\\n", 1, "R", 2); return 0; }\n', "", '''
            b.attach_kprobe(event="x", fn_name="f")
            while 1:
                (task, pid, cpu, flags, ts, msg) = b.trace_fields()
                size, kind, much = msg.split()
                print("%-8d %s %d" % (int(size), kind.decode(), int(much, 16)))'''))
        self.assertEqual(p.line("trace_pipe"), "trace_pipe: true")
        self.assertIn("field: message}", p.yaml)


class Callback(unittest.TestCase):
    def test_what_it_works_out(self):
        p = Ported(stream('print("%-6d %-16s %d" % (event.pid >> 3, event.comm.decode(), '
                          '-event.ret if event.ret < 0 else 0))'))
        self.assertIn("s64 shown_1; /* for the columns */", p.template)
        self.assertIn("data.shown_1 = (data.pid >> 3);", p.template)
        self.assertIn("data.shown_2 = (((s64)data.ret < 0) ? (s64)(0 - data.ret) : 0);", p.template)
        self.assertLess(p.template.index("data.shown_1 ="), p.template.index("events.perf_submit"))

    def test_what_it_leaves_out(self):
        p = Ported(stream("if args.failed and event.ret >= 0:\n    return\n" + PRINT,
                          options('"-x", "--failed", action="store_true"')))
        self.assertRegex(p.template, r"if \(\(!OPT_FAILED \|\| !?\(\(s64\)data.ret (>=|<) 0\)\)\) +events.perf_submit")
        self.assertIn("name: failed, short: x", p.yaml)

    def test_a_text_that_must_be_there(self):
        p = Ported(stream('if args.name and args.name.encode() not in event.comm:\n    return\n' + PRINT,
                          options('"-n", "--name"')))
        self.assertEqual(p.line("only"), "only: [{option: name, field: comm}]")
        self.assertIn("name: name, short: \"n\", type: regex", p.yaml)


class Report(unittest.TestCase):
    def test_each_thing_once_and_with_its_line(self):
        r = work.Report()
        for _ in range(2):
            r.did(3, "x")
            r.guess(None, "y")
        r.add("z")
        self.assertEqual((r.converted, r.guessed, r.left), ([(3, "x")], [(0, "y")], [(0, "z")]))

    def test_what_runs_beside(self):
        p = Ported(stream(PRINT) .replace("while 1:", "import subprocess\nsubprocess.call(['ls'])\nwhile 1:"))
        self.assertTrue(any("starts another program" in t for t in p.left()))

    def test_the_summary(self):
        self.assertEqual(Ported(stream(PRINT, options())).line("summary"), 'summary: "Who opens files"')
        p = Ported("#!/usr/bin/python\n# opens   Files that are opened. For x.\n" + stream(PRINT))
        self.assertEqual(p.line("summary"), 'summary: "Files that are opened. For x."')

    def test_a_summary_of_the_first_comment(self):
        for head, said in (("# This is a Hello World example\n", "This is a Hello World example"),
                           ("#!/usr/bin/python\n#\n# Copyright me\n# script: counts opens\n", "counts opens"),
                           ("# script Counts opens.\n", "Counts opens."), ("x = 1\n# later words\n", "tool"),
                           ("", "tool")):
            self.assertIn(Ported(head + stream(PRINT)).line("summary"), ('summary: "%s"' % said, "summary: " + said))

    def test_entries_that_it_makes_itself(self):
        p = Ported(then('b["config"][0] = 7\nb["counts"][0] = 0'))
        self.assertEqual([t for t in p.left() if "puts entries" in t], [
            "the script itself puts entries into the table config; a tool has them as numbers or conditions in "
            "its template"])

    def test_names_of_bccs_that_are_not_known(self):
        p = Ported(stream(PRINT, "from bcc import PerfEventSampleFormat\nx = PerfEventSampleFormat.CPU | 4\n"))
        self.assertTrue(any("bcc.PerfEventSampleFormat" in t for t in p.guessed()), p.guessed())

    def test_the_head_of_the_template(self):
        self.assertTrue(Ported(stream(PRINT)).template.startswith("/* tool: ported by bcchost port. */\n"))

    def test_the_lines(self):
        source = stream(PRINT)
        w = work.Work(source, "", [], None)
        self.assertEqual(source.split("\n")[w.line_of("attach_kprobe") - 1], ATTACH.strip())
        self.assertEqual(w.line_of("nowhere"), 0)
