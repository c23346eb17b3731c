# SPDX-License-Identifier: Apache-2.0
import ast
import unittest
import warnings

from port import sym, texts
from port.sym import wrap

PID = ("field", "e", "pid")


def pieces(value):
    """Pieces with the expression in the value's place."""
    return [p if isinstance(p, str) else (p[0], sym.expr_of(p[1]) or p[1])
            for p in sym.pieces_of(value)]


class Formats(unittest.TestCase):
    def setUp(self):
        self.pid = wrap(7, PID)

    def test_percent(self):
        made = texts.percent("%-6d|%s%%", (self.pid, "x"))
        self.assertEqual(made, "7     |x%")
        self.assertEqual(pieces(made), [("%-6d", PID), "|", ("%s", "x"), "%"])

    def test_percent_of_bytes_and_of_a_number(self):
        self.assertEqual(texts.percent(b"%d", self.pid), b"7")
        self.assertEqual(texts.percent(17, 5), 2)

    def test_percent_with_a_star_and_with_names(self):
        self.assertEqual(pieces(texts.percent("%-*s", (5, self.pid))), [("%-5s", PID)])
        self.assertEqual(pieces(texts.percent("%(a)3d", {"a": self.pid})), [("%3d", PID)])

    def test_a_text_in_a_text(self):
        inner = texts.percent("%d", self.pid)
        self.assertEqual(pieces(texts.percent("<%s>", inner)), ["<", ("%d", PID), ">"])
        self.assertEqual(pieces(texts.percent("<%-8s>", inner)), ["<", ("%-8s", PID), ">"])

    def test_method(self):
        made = texts.method("{0:<6} {0!s:>4}", self.pid)
        self.assertEqual(made, "7         7")
        self.assertEqual([p[0] for p in made.pieces if not isinstance(p, str)], ["%-6s", "%4s"])
        self.assertEqual(pieces(texts.method("{x:.2f}", x=self.pid)), [("%.2f", PID)])

    def test_method_of_something_else(self):
        class Own:
            def format(self, a):
                return a + 1
        self.assertEqual(texts.method(Own(), 1), 2)

    def test_fstring(self):
        made = texts.fstring("a", (self.pid, -1, "<6"), (self.pid, 114, ""))
        self.assertEqual(made, "a7     7")
        self.assertEqual(pieces(made), ["a", ("%-6s", PID), ("%s", PID)])

    def test_specifications(self):
        for spec, percent in (("", "%s"), ("<16", "%-16s"), (">7.2f", "%7.2f"), ("08x", "%08x"),
                              ("d", "%d"), ("10", "%-10s"), ("10d", "%10d"), ("!?", "%s")):
            self.assertEqual(texts.to_percent(spec), percent, spec)


class Names(unittest.TestCase):
    def test_of_a_dictionary_and_a_list(self):
        for table in ({1: "ONE", 2: b"TWO"}, ["ZERO", "ONE", "TWO"]):
            made = texts.subscript(table, wrap(1, PID))
            self.assertEqual(made, "ONE")
            self.assertEqual(made.expr[0], "names")
            self.assertEqual((made.expr[1][2], made.expr[2]), ("TWO", PID))

    def test_a_number_that_is_not_there(self):
        self.assertEqual(texts.subscript({1: "ONE"}, wrap(55, PID)), "ONE")
        with self.assertRaises(KeyError):
            texts.subscript({1: "ONE"}, 55)

    def test_get(self):
        self.assertEqual(texts.getter({1: "ONE"}, wrap(1, PID), "?").expr[0], "names")
        self.assertEqual(texts.getter({1: "ONE"}, 2, "?"), "?")

    def test_a_table_of_other_things(self):
        self.assertEqual(texts.subscript([5, 6], wrap(1, PID)), 6)


class Instrument(unittest.TestCase):
    def made(self, text):
        warnings.simplefilter("ignore", SyntaxWarning)
        scope = {"pid": wrap(7, PID), "port_call_percent": texts.percent,
                 "port_call_format": texts.method, "port_call_fstring": texts.fstring,
                 "port_call_subscript": texts.subscript, "port_call_get": texts.getter}
        exec(compile(texts.instrument(ast.parse(text)), "x", "exec"), scope)
        return scope["out"]

    def test_each_way(self):
        for text in ('out = "%d" % pid', 'out = "{}".format(pid)', 'out = f"{pid}"',
                     'out = "%d"\nout %= pid'):
            made = self.made(text)
            self.assertEqual((made, pieces(made)[0][1]), ("7", PID), text)

    def test_a_width_in_an_fstring(self):
        self.assertEqual(self.made('w = 5\nout = f"{pid:>{w}}"'), "    7")

    def test_assigned_to_an_entry(self):
        self.assertEqual(self.made('out = {}\nout["a"] = pid'), {"a": 7})

    def test_lines_inside_a_try(self):
        tree = ast.parse("a()\ntry:\n    b()\n    c(\n     d)\nexcept X:\n    e()\n")
        self.assertEqual(texts.lines_in_try(tree), {3, 4, 5})
