# SPDX-License-Identifier: Apache-2.0
"""What one run of a script tells: the stand-in's modules, its tables and made-up events, the notes."""
import unittest

import trial
from port import samples


class Told(unittest.TestCase):
    def test_program_attachment_and_end(self):
        r = trial.run(trial.script("int f(void *ctx) { return 0; }\n",
                                   after='b.attach_kprobe(event="vfs_read", fn_name=b"f")'))
        self.assertEqual(r.end["how"], "end")
        self.assertIn("int f(", r.program()["text"])
        a = r.attaches[0]
        self.assertEqual((a["kind"], a["target"], a["run"], a["regex"]),
                         ("kprobe", "vfs_read", "f", False))
        self.assertTrue(r.good())

    def test_each_way_to_attach(self):
        r = trial.run(trial.script("", after='''
            b.attach_kretprobe(event_re="^vfs_.*", fn_name="f")
            b.attach_tracepoint(tp="sched:sched_switch", fn_name="f")
            b.attach_raw_tracepoint(tp="sys_enter", fn_name="f")
            b.attach_uprobe(name="c", sym="malloc", fn_name="f")
            b.attach_perf_event(ev_type=1, ev_config=0, fn_name="f", sample_freq=99)'''))
        self.assertEqual([(a["kind"], a["target"]) for a in r.attaches], [
            ("kretprobe", "^vfs_.*"), ("tracepoint", "sched:sched_switch"),
            ("raw_tracepoint", "sys_enter"), ("uprobe", "c:malloc"), ("perf_event", "software:cpu-clock")])
        self.assertTrue(r.attaches[0]["regex"])
        self.assertEqual(r.attaches[4]["frequency"], 99)

    def test_the_line_of_the_script(self):
        source = trial.script("", after='b.attach_kprobe(event="x", fn_name="f")')
        want = source[:source.index("b.attach")].count("\n") + 1
        self.assertEqual(trial.run(source).attaches[0]["line"], want)

    def test_ends(self):
        for body, how in (("import sys\nsys.exit(3)", "exit"), ("x = 1 / 0", "error"),
                          ("import nosuchmodule", "end"), ("try:\n    import nosuch\nexcept OSError:\n    pass", "module"), ("x = (", "syntax"),
                          ("raise KeyboardInterrupt", "interrupt")):
            r = trial.run(body)
            self.assertEqual(r.end["how"], how, body)
            self.assertFalse(r.good())
        self.assertEqual(trial.run("\n\nx = 1 / 0").end["line"], 3)

    def test_a_loop_that_waits_gets_a_ctrl_c(self):
        r = trial.run(trial.script("", after="while True:\n    sleep(2)"))
        self.assertEqual(r.end["how"], "interrupt")
        self.assertEqual(r.waits[0]["seconds"], 2)
        r = trial.run(trial.script("", after='''
            while True:
                try:
                    sleep(1)
                except KeyboardInterrupt:
                    pass'''))
        self.assertEqual(r.end["how"], "looped")

    def test_what_it_does_not_know_is_noted(self):
        r = trial.run(trial.script("", after="b.attach_nonsense(1)\nb['t'].nonsense()"))
        self.assertEqual([n["name"] for n in r.of("unknown")], ["b.attach_nonsense", "table.nonsense"])

    def test_what_it_would_do_elsewhere(self):
        r = trial.run(trial.script("", after='''
            import os, subprocess
            subprocess.call(["rm", "-rf", "/"])
            os.system("reboot")
            try:
                open("/tmp/no/such/directory", "w")
            except OSError:
                pass
            os.kill(1, 9)'''))
        self.assertEqual([n["name"] for n in r.of("starts")], ["subprocess.call", "os.system"])
        self.assertEqual(len(r.of("writes")), 1)
        self.assertEqual(len(r.of("kills")), 1)


class Asked(unittest.TestCase):
    SCRIPT = trial.script("", '''
        if BPF.kernel_struct_has_field(b"request", b"rq_disk"):
            text += "// one"
        if BPF.get_kprobe_functions(b"blk_start"):
            text += "// two"
        if BPF.tracepoint_exists("block", "block_io_start"):
            text += "// three"
        if BPF.ksymname("x") == -1:
            text += "// four"
        ''')

    def test_yes_unless_told_otherwise(self):
        r = trial.run(self.SCRIPT)
        self.assertEqual(r.program()["text"].split("//")[1:], [" one", " two", " three"])
        self.assertEqual(list(r.asked), [("field", "request", "rq_disk"), ("function", "blk_start"),
                                         ("tracepoint", "block", "block_io_start"), ("symbol", "x")])

    def test_with_an_answer(self):
        r = trial.run(self.SCRIPT, answers=[(("function", "blk_start"), False), (("symbol", "x"), False)])
        self.assertEqual(r.program()["text"].split("//")[1:], [" one", " three", " four"])

    def test_an_attachment_inside_a_try(self):
        source = trial.script("", after='''
            try:
                b.attach_kprobe(event="old_name", fn_name="f")
            except Exception:
                b.attach_kprobe(event="new_name", fn_name="f")
            b.attach_kprobe(event="other", fn_name="f")''')
        self.assertEqual([a["target"] for a in trial.run(source).attaches], ["old_name", "other"])
        r = trial.run(source, answers=[(("function", "old_name"), False)])
        self.assertEqual([a["target"] for a in r.attaches], ["new_name", "other"])

    def test_names_of_system_calls(self):
        r = trial.run(trial.script("", after='b.attach_kprobe(event=b.get_syscall_fnname("openat"), fn_name="f")'))
        self.assertEqual(r.attaches[0]["target"], "__x64_sys_openat")


class Events(unittest.TestCase):
    def lines(self, callback):
        r = trial.run(trial.stream(callback))
        self.assertEqual(r.of("callback-failed"), [])
        return [n for n in r.lines if n["phase"] == "callback:events"]

    def test_fields_are_remembered_through_the_print(self):
        first = self.lines('print("%-6d %-16s %d" % (event.pid, event.comm.decode(), event.ret))')[0]
        values = [p for p in first["pieces"] if not isinstance(p, str)]
        self.assertEqual([p["expr"] for p in values], [["field", "events", n] for n in
                                                       ("pid", "comm", "ret")])
        self.assertEqual([p["spec"] for p in values], ["%-6d", "%-16s", "%d"])

    def test_each_way_to_print(self):
        for callback in ("print(event.pid)", 'print("{}".format(event.pid))', 'print(f"{event.pid}")',
                         "import sys; sys.stdout.write(str(event.pid) + '\\n')",
                         "from bcc.utils import printb; printb(b'%d' % event.pid)"):
            first = self.lines(callback)[0]
            exprs = [p["expr"] for p in first["pieces"] if not isinstance(p, str)]
            self.assertEqual(exprs, [["field", "events", "pid"]], callback)

    def test_a_comparison_is_tried_the_other_way(self):
        got = self.lines('print("%s" % ("bad" if event.ret < 0 else "good"))')
        said = {p if isinstance(p, str) else p["value"] for n in got for p in n["pieces"]}
        self.assertEqual(said, {"good", "bad"})
        self.assertTrue(any(b[0] == ["field", "events", "ret"] for n in got for b in n["at"]))

    def test_a_text_that_is_compared(self):
        got = self.lines('if event.comm == b"sshd":\n    print("%d" % event.pid)')
        self.assertTrue(got)
        self.assertTrue(all(n["event"].get("comm") == "sshd" for n in got))

    def test_a_callback_that_fails(self):
        r = trial.run(trial.stream('print("%d" % event.pid)\nraise ValueError("no")'))
        self.assertIn("ValueError: no", r.of("callback-failed")[0]["error"])


class Values(unittest.TestCase):
    class Named:
        name = "t"

    def sample(self, name, kind, length=None, **change):
        return samples.sample(self.Named, name, [(name, kind, length)], change)

    def test_by_the_type(self):
        self.assertIsInstance(self.sample("comm", "char", 16), bytes)
        self.assertIsInstance(self.sample("pid", "u32"), int)
        self.assertEqual(len(self.sample("a", "u32", 4)), 4)
        self.assertEqual(len(self.sample("addr", "u8", 16)), 16)
        self.assertEqual(len(self.sample("addr", "unsigned __int128")), 16)
        self.assertEqual(len(self.sample("c", "char")), 1)
        self.assertLess(self.sample("n", "u8"), 256)
        self.assertGreater(self.sample("delta", "u64"), 1000000000)

    def test_by_the_name_where_there_is_no_type(self):
        one = samples.sample(self.Named, "comm", None, {})
        self.assertIsInstance(one, bytes)
        self.assertEqual(one.expr, ("field", "t", "comm"))

    def test_what_is_given(self):
        self.assertEqual(self.sample("ret", "int", **{"ret": -2}), -2)
        self.assertEqual(self.sample("comm", "char", 16, **{"comm": "sshd"}), b"sshd")

    def test_events_differ(self):
        self.assertNotEqual(self.sample("pid", "u32"), self.sample("pid", "u32", **{"*": 1}))

    def test_the_other_way_of_a_comparison(self):
        seen = [(("field", "t", "ret"), "<", 0, False), (("field", "t", "comm"), "==", b"x", False),
                (("field", "other", "ret"), "<", 9, False), (("op", "/", 1, 2), "<", 0, True)]
        self.assertEqual(samples.branch_values(seen, "t"),
                         [(c, False) for c in ({"ret": 0}, {"ret": 1}, {"ret": -1}, {"comm": "x"})])


class Tables(unittest.TestCase):
    def test_entries_and_clearing(self):
        r = trial.run(trial.script("BPF_HASH(counts, u32, u64);\n", after='''
            for k, v in b["counts"].items():
                print("%d %d" % (k.value, v.value))
            b["counts"].clear()'''))
        self.assertEqual([n["method"] for n in r.of("table")], ["items", "clear"])
        exprs = [[p["expr"] for p in n["pieces"] if not isinstance(p, str)] for n in r.lines]
        self.assertEqual(exprs[0], [["field", "counts", "key"], ["field", "counts", "value"]])

    def test_histograms(self):
        r = trial.run(trial.script("BPF_HISTOGRAM(dist);\n", after='''
            b["dist"].print_log2_hist("usecs")
            b["dist"].print_linear_hist("kb", "disk")'''))
        self.assertEqual([(n["method"], n["linear"], n["label"], n["header"]) for n in r.of("table")],
                         [("histogram", False, "usecs", "Bucket ptr"), ("histogram", True, "kb", "disk")])

    def test_a_percpu_array_is_a_list(self):
        r = trial.run(trial.script("BPF_PERCPU_ARRAY(a, u64, 1);\n",
                                   after='print(sum(b["a"][0]))'))
        self.assertEqual(r.end["how"], "end", r.end)

    def test_the_trace_pipe(self):
        r = trial.run(trial.script("", after='''
            while 1:
                (task, pid, cpu, flags, ts, msg) = b.trace_fields()
                print("%-6d %s" % (pid, msg))'''))
        self.assertTrue(r.of("trace"))
        self.assertEqual([p["expr"] for p in r.lines[0]["pieces"] if not isinstance(p, str)],
                         [["field", "trace", "pid"], ["field", "trace", "message"]])
