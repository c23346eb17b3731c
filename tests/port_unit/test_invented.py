# SPDX-License-Identifier: Apache-2.0
"""What is not there: modules that are not installed, programs, files; and what fails in a loop."""
import unittest

import trial
from port import invented
from trial import Ported, script

PRINT = "print('%-7d %s' % (e.pid, e.comm.decode()))"
C = """
struct data_t { u32 pid; char comm[16]; };
BPF_PERF_OUTPUT(events);
int f(void *ctx) {
    struct data_t d = {};
    events.perf_submit(ctx, &d, sizeof(d));
    return 0;
}
"""


def shown(line, before="", loop="b.perf_buffer_poll()"):
    return script(C, before, """
b.attach_kprobe(event="x", fn_name="f")
def show(cpu, data, size):
    e = b["events"].event(data)
    %s
b["events"].open_perf_buffer(show)
while 1:
    %s
""" % (line, loop))


class Modules(unittest.TestCase):
    def test_any_use(self):
        before = """
import nosuch.plot as plot, nosuch
from other.inner import Base, WorseError
class Mine(Base):
    def __init__(self, n):
        super().__init__(n, x=1)
        self.n = n
m = Mine(3)
m.draw(m.n)[4].x = nosuch.f(1)
fig, (ax, bx) = plot.subplots(2)
with nosuch.lock() as l:
    for x in l:
        raise ValueError
try:
    nosuch.f()
except WorseError:
    pass
n = int(nosuch.count()) + len(nosuch.all) + nosuch.one * 2 - (1 << nosuch.two)
s = "%d %s %.2f" % (nosuch.a, nosuch.b, nosuch.c) + f"{nosuch.d:>8} {nosuch.e:.1f}"
assert not nosuch.a == 3 and not nosuch.a < 3 and 3 not in nosuch.a and nosuch.a
"""
        p = Ported(shown(PRINT, before))
        self.assertEqual(p.line("- {title: LINE, parts"), '- {title: LINE, parts: [{field: pid, width: 7}, " ", {field: comm}]}')
        made = [t for t in p.left() if "was made up" in t]
        self.assertEqual([t.partition(",")[0] for t in made], [
            "the script uses the Python module nosuch", "the script uses the Python module other"])

    def test_a_value_made_of_an_events(self):
        p = Ported(shown("print('%-7d %s' % (e.pid, nosuch.Process(e.pid).name()))", "import nosuch"))
        self.assertEqual(p.line("- {title: LINE, parts"),
                         '- {title: LINE, parts: [{field: pid, width: 7}, " ", {field: pid}]}')

    def test_decorators_give_their_defaults(self):
        p = Ported("import nosuch\n@nosuch.command()\n@nosuch.option('--how-much', default=7)\n"
                   "@nosuch.argument('path')\ndef main(path, how_much):\n    assert (path, how_much) == (None, 7)\n" +
                   "".join("    %s\n" % x for x in shown(PRINT).replace("'''", '"""').split("\n")
                           if not x.startswith("struct")).replace('text = """\n', 'text = """struct data_t { u32 pid; char comm[16]; };\n')
                   + "main()\n")
        self.assertEqual(p.line("stream"), "stream: events")

    def test_all_its_names(self):
        p = Ported(shown("print(e.pid, colour(e.comm.decode()))", "from nosuch import *\nfrom time import *\nsleep(0)"))
        self.assertIn("{field: pid}", p.yaml)

    def test_one_inside_a_try_is_not_there(self):
        p = Ported(shown(PRINT, "try:\n    import nosuch\nexcept ImportError:\n    nosuch = None\nassert nosuch is None"))
        self.assertEqual([t for t in p.left() if "made up" in t], [])

    def test_one_that_it_cannot_do_without(self):
        p = Ported(shown(PRINT, "try:\n    import nosuch\nexcept ImportError:\n    raise SystemExit(1)"))
        self.assertTrue(any("module nosuch" in t for t in p.left()), p.left())

    def test_a_loop_of_its_own(self):
        for loop in ("nosuch.sleep(1)", "nosuch.run() if nosuch.more() else exit()"):
            p = Ported(shown(PRINT, "import nosuch", loop))
            self.assertIn("{field: comm}", p.yaml, loop)
        r = trial.run("import nosuch\nn = 0\nwhile nosuch.busy:\n    n += 1\nassert n < 5000")
        self.assertEqual(r.end["how"], "end", r.end)

    def test_modules_of_above(self):
        p = Ported(shown(PRINT, "from .. import helpers\nfrom .near import words\nassert words == 3\nhelpers.x()"),
                   files={"near.py": "words = 3\n"})
        self.assertTrue(any("module helpers" in t for t in p.left()), p.left())

    def test_python_2s_names(self):
        r = trial.run("import Queue, sys\nfrom ConfigParser import ConfigParser\nQueue.Queue()\n"
                      "assert sys.maxint > 1 and long(3) == 3 and isinstance('x', basestring)")
        self.assertEqual(r.end["how"], "end", r.end)

    def test_pythons_own_modules_do_without(self):
        r = trial.run("import json, decimal, pickle, ctypes.util, logging.handlers, unittest")
        self.assertEqual((r.end["how"], r.of("invented")), ("end", []), r.end)

    def test_exceptions(self):
        for name, is_one in (("TimeoutError", True), ("NotFound", True), ("Process", False)):
            self.assertEqual(invented.Finder.error(name) is not None, is_one, name)


class Failures(unittest.TestCase):
    def fails(self, source, *words):
        with self.assertRaises(trial.work.Failure) as e:
            Ported(source)
        for w in words:
            self.assertIn(w, str(e.exception))
        return e.exception

    def test_what_remains_of_a_module(self):
        e = self.fails("from bcc import BPF\nimport nosuch\nraise ValueError('x')", "module nosuch, which is not installed",
                       "with a stand-in for it, line 3: the script fails without options: ValueError: x")
        self.assertEqual(e.line, 2)

    def test_a_loop_that_fails(self):
        p = Ported(shown(PRINT, loop="b.perf_buffer_poll(); [][7]"))
        self.assertIn("{field: comm}", p.yaml)
        self.assertTrue(any("fails with what it is told of its tables" in t and "IndexError" in t
                            for t in p.guessed()), p.guessed())
        self.fails(shown(PRINT, "[][7]"), "fails without options: IndexError")

    def test_a_list_by_a_number_of_the_kernels(self):
        p = Ported(shown("cpus[e.pid] = 1; cpus[e.pid] += 1; " + PRINT, "cpus = [0, 0]"))
        self.assertIn("{field: comm}", p.yaml)
        self.assertFalse(any("failed" in t for t in p.guessed()), p.guessed())

    def test_how_a_process_ended(self):
        self.fails("from bcc import BPF\nimport os\nos._exit(3)", "ended (3) before it made a BPF program")
        self.fails("from bcc import BPF\nimport ctypes\nctypes.string_at(0)", "by signal 11")

    def test_a_file_that_is_not_there(self):
        self.fails("from bcc import BPF\nb = BPF(src_file='away.c')", "FileNotFoundError", "'away.c'; what it reads must stand beside it")

    def test_files_that_it_writes(self):
        p = Ported(shown(PRINT, "import os\nos.makedirs('/var/log/nosuch/x')\n"
                         "open('nosuch/x/y', 'w').write('z')"))
        self.assertIn("{field: comm}", p.yaml)
        for code in ("open('/etc/nosuch/x', 'w')", "import os; os.unlink('/etc/nosuch')", "open('../nosuch/x', 'w')"):
            self.fails(shown(PRINT, code), "nosuch")


class Programs(unittest.TestCase):
    def test_what_they_print(self):
        r = trial.run("import subprocess as s, os\n"
                      "assert s.run(['x'], capture_output=True, text=True).stdout.strip() == ''\n"
                      "assert s.run('x', stdout=s.PIPE).stdout == b''\n"
                      "assert s.check_output('uname -r', shell=True).decode().strip() == os.uname().release\n"
                      "assert s.check_output(['uname', '-r'], text=True) == os.popen('uname -r').read()\n"
                      "assert s.getoutput('x') == '' and s.getstatusoutput('x') == (0, '')\n"
                      "with s.Popen(['x'], stdout=s.PIPE, text=True) as p:\n"
                      "    assert p.stdout.read() == '' and p.communicate() == ('', '') and p.wait() == 0\n"
                      "assert s.call('x') == 0 and os.system('x') == 0 and os.geteuid() == 0\n")
        self.assertEqual(r.end["how"], "end", r.end)

    def test_what_a_script_looks_for_in_it(self):
        p = Ported(shown(PRINT, "import subprocess\nout = subprocess.run(['nm', 'x'], capture_output=True, text=True)\n"
                         "if 'wanted' not in out.stdout:\n    raise SystemExit(1)"))
        self.assertIn("{field: comm}", p.yaml)


class Boxes(unittest.TestCase):
    def ported(self, c, line):
        return Ported(script("BPF_PERF_OUTPUT(events);\nint f(void *ctx) {\n%s\n    return 0;\n}\n" % c, "import ctypes as ct", """
b.attach_kprobe(event="x", fn_name="f")
def show(cpu, data, size):
    %s
b["events"].open_perf_buffer(show)
while 1:
    b.perf_buffer_poll()
""" % line))

    def test_a_number(self):
        p = self.ported("    u32 pid = 1;\n    events.perf_submit(ctx, &pid, sizeof(pid));",
                        'print("pid %d" % ct.cast(data, ct.POINTER(ct.c_uint)).contents.value)')
        self.assertEqual(p.line("- {title: LINE"), '- {title: LINE, parts: ["pid ", {field: value}]}')
        self.assertIn("struct sent_by_events { u32 value; };\nBPF_PERF_OUTPUT(events);", p.template)
        self.assertIn("__builtin_memcpy(&sent.value, &pid, sizeof(sent.value)); "
                      "events.perf_submit(ctx, &sent, sizeof(sent)); }", p.template)

    def test_an_array(self):
        p = self.ported("    char comm[16];\n    if (ctx) events.perf_submit(ctx, comm, sizeof(comm));",
                        'print(b["events"].event(data).decode())')
        self.assertIn("struct sent_by_events { char value[16]; };", p.template)
        self.assertEqual(p.line("- {title: LINE"), "- {title: LINE, field: value}")

    def test_structs_and_pointers_stay(self):
        for c in ("struct d { u32 value; } d = {};\n    events.perf_submit(ctx, &d, sizeof(d));",
                  "u32 d = 1;\n    { struct sock *d = ctx;\n    events.perf_submit(ctx, d, sizeof(*d)); }",
                  "u32 a = 1; u64 b = 2;\n    events.perf_submit(ctx, &a, sizeof(a));\n    events.perf_submit(ctx, &b, sizeof(b));"):
            from port import boxed
            text = "BPF_PERF_OUTPUT(events);\nint f(void *ctx) {\n    %s\n}\n" % c
            self.assertEqual(boxed.boxed(text), text)


if __name__ == "__main__":
    unittest.main()
