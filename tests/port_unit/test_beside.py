# SPDX-License-Identifier: Apache-2.0
"""What stands beside a script and is part of it."""
import unittest

from port import beside
from trial import ATTACH, Ported

TEXT = "#include \"own.h\"\nBPF_HASH(counts, u32, u64);\nint traced(void *ctx) { return OWN; }\n"
LOOP = """
b = BPF(%s)
%s
while 1:
    sleep(1)
    print("%%-6s %%8s" %% ("PID", "CALLS"))
    for k, v in b["counts"].items():
        print("%%-6d %%8d" %% (k.value, v.value))
"""


class Wanted(unittest.TestCase):
    def test_what_a_script_speaks_of(self):
        self.assertEqual(beside.wanted(
            "import os, helper\nfrom pkg.sub import f\nfrom bcc import BPF\nb = BPF('x.c')\n"
            "open('%s/y.c' % d)\nopen(f'{d}/z.c')", {}),
            {"helper.py", "helper/__init__.py", "pkg.py", "pkg/__init__.py", "pkg/sub.py",
             "pkg/sub/__init__.py", "pkg/sub/f.py", "pkg/sub/f/__init__.py", "x.c", "y.c", "z.c"})

    def test_what_those_speak_of(self):
        self.assertEqual(
            beside.wanted("", {"c/x.c": '#include "own.h"\n', "pkg/a.py": "from .b import c"}),
            {"c/own.h", "pkg/b.py", "pkg/b/__init__.py", "pkg/b/c.py", "pkg/b/c/__init__.py"})

    def test_nothing_from_elsewhere(self):
        self.assertEqual(beside.wanted("b = BPF('../../etc/x.c')\nc = '/etc/passwd.h'\n", {}), {"passwd.h"})
        self.assertEqual(beside.wanted("def (", {}), set())

    def test_one_that_is_called_after_the_script(self):
        self.assertEqual(beside.wanted("open(__file__.replace('.py', '.c'))", {}, "/x/opens.py"),
                         {"opens.c", "opens.bpf.c", ".c"})


class Used(unittest.TestCase):
    def test_a_header(self):
        p = Ported("from bcc import BPF\nfrom time import sleep\n" + LOOP % ('src_file="x.c"', ATTACH),
                   files={"x.c": TEXT, "own.h": "#define OWN 0\n"})
        self.assertIn("#define OWN 0", p.template)
        self.assertNotIn("own.h", p.template)

    def test_a_header_that_includes_itself(self):
        self.assertIn("int x;", beside.with_headers('#include "a.h"\nint x;', {"a.h": '#include "a.h"\n'}))

    def test_a_module(self):
        p = Ported("from bcc import BPF\nfrom helper.texts import text\nfrom time import sleep\n" +
                   LOOP % ("text=text", ATTACH),
                   files={"helper/__init__.py": "import sys\n",
                          "helper/texts.py": "text = '''" + TEXT.replace('#include "own.h"\n', "").replace("OWN", "0") + "'''\n"})
        self.assertEqual(p.line("table"), "table: counts")
