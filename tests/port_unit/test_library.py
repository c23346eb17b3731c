# SPDX-License-Identifier: Apache-2.0
"""What a script uses of Python's library: other ways to options, to lines, to wait."""
import unittest

from trial import Ported, stream

PRINT = 'print("%-6d %s" % (event.pid, event.comm.decode()))'
FILTER = 'text = text.replace("FILTER", "if (data.pid != %d) return 0;" % pid if pid else "")\n'


class Options(unittest.TestCase):
    def has_pid(self, before):
        p = Ported(stream(PRINT, before + FILTER))
        self.assertIn("name: pid, short: p, type: integer", p.line("- {name: pid"))
        self.assertIn("if (data.pid != OPT_PID) return 0;", p.template)
        return p

    def test_optparse(self):
        p = self.has_pid('from optparse import OptionParser\n'
                         'p = OptionParser(usage="%prog")\n'
                         'p.add_option("-p", "--pid", type="int", help="this one, not %default")\n'
                         'pid = p.parse_args()[0].pid\n')
        self.assertIn("this one, not None", p.line("- {name: pid"))

    def test_getopt(self):
        self.has_pid('import getopt, sys\npid = None\n'
                     'for o, v in getopt.getopt(sys.argv[1:], "hp:", ["help", "pid="])[0]:\n'
                     '    pid = int(v) if o in ("-p", "--pid") else pid\n')

    def test_what_is_attached_to(self):
        p = Ported(stream(PRINT, 'p = argparse.ArgumentParser()\n'
                          'p.add_argument("--function", default="vfs_open")\n'
                          'name = p.parse_args().function\n').replace('event="vfs_open"', "event=name")
                   .replace("event='vfs_open'", "event=name"))
        self.assertIn("kprobe: vfs_open", p.yaml)
        self.assertTrue([t for t in p.left() if "--function names what" in t], p.left())


class Lines(unittest.TestCase):
    def line(self, printing, before=""):
        return Ported(stream(printing, before, heading="")).line("- {title: LINE")

    def test_json(self):
        got = self.line('print(json.dumps({"pid": event.pid, "comm": event.comm.decode(), "x": [1, None]}))',
                        "import json\n")
        self.assertIn(r'parts: ["{\"pid\": ", {field: pid}, ", \"comm\": \"", {field: comm}, '
                      r'"\", \"x\": [1, null]}"]', got)

    def test_logging(self):
        got = self.line('logging.warning("by %s (%d)", event.comm.decode(), event.pid)', "import logging\n")
        self.assertIn('parts: ["WARNING:root:by ", {field: comm}, " (", {field: pid}, ")"]', got)
        got = self.line('log.info("by %d", event.pid)', 'import logging\nlog = logging.getLogger("x")\n'
                        'logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")\n')
        self.assertIn('parts: [{value: time}, " by ", {field: pid}]', got)

    def test_widths_by_methods(self):
        p = Ported(stream('print(str(event.pid).ljust(8) + str(event.ret).rjust(6) + " " + str(event.comm, "utf-8"))',
                          heading='print("PID".ljust(8) + "RET".rjust(6) + " COMM")'))
        self.assertIn("title: PID, field: pid, width: 7}", p.yaml)     # the blank between columns is one
        self.assertIn("title: RET, field: ret, width: 6, align: right}", p.yaml)
        self.assertIn("title: COMM, field: comm}", p.yaml)


class Waiting(unittest.TestCase):
    def test_threads(self):
        for poll in ("t = threading.Thread(target=poll)\nt.start()\nt.join()",
                     "threading.Thread(target=poll, daemon=True).start()\nwhile 1:\n    sleep(1)"):
            source = stream(PRINT, "import threading\n")
            head, _while, _loop = source.rpartition("while 1:")
            p = Ported(head + "def poll():\n    while 1:\n        b.perf_buffer_poll()\n" + poll + "\n")
            self.assertIn("field: pid", p.yaml)
            self.assertFalse([t for t in p.guessed() if "not understood" in t], p.guessed())


class Members(unittest.TestCase):
    def test_structs_in_events(self):
        source = stream('print("%d %s %d" % (event.who.pid, event.who.name.decode(), event.list[1].pid))')
        source = source.replace("u32 pid;", "u32 pid; struct { u32 pid; char name[8]; } who; "
                                "struct { u32 pid; } list[2];", 1)
        p = Ported(source)
        for field in ("field: who.pid", "field: who.name", 'field: "list[1].pid"'):
            self.assertIn(field, p.yaml)
        self.assertIn("BPF_ARRAY(bcchost_event_events, struct data_t, 1);", p.template)

    def test_a_packed_one(self):
        source = stream(PRINT)
        self.assertNotIn("bcchost_event", Ported(source).template)
        at = source.index("};", source.index("struct data_t"))
        p = Ported(source[:at] + "} __attribute__((packed));" + source[at + 2:])
        self.assertIn("BPF_ARRAY(bcchost_event_events, struct data_t, 1);", p.template)

    def test_bytes_one_by_one(self):
        source = stream('print("%d %s" % (event.pid, ":".join("%02x" % n for n in event.mac)))')
        p = Ported(source.replace("u32 pid;", "u32 pid; u8 mac[3];", 1))
        self.assertIn("data.shown_3 = data.mac[2]", p.template)
        self.assertIn("format: hex, digits: 2", p.yaml)


if __name__ == "__main__":
    unittest.main()
