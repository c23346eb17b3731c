# SPDX-License-Identifier: Apache-2.0
import unittest

from port import run, sym
from port.sym import wrap

PID = ("field", "events", "pid")
TS = ("field", "events", "ts")


class Numbers(unittest.TestCase):
    def setUp(self):
        sym.branches.seen = []
        self.pid = wrap(77, PID)

    def test_is_an_int_like_any(self):
        self.assertEqual((self.pid + 1, self.pid * 2, self.pid >> 1), (78, 154, 38))
        self.assertEqual({77: "x"}[self.pid], "x")
        self.assertEqual("%d" % self.pid, "77")
        self.assertEqual(list(range(5))[wrap(2, PID)], 2)

    def test_what_was_done_is_remembered(self):
        self.assertEqual((self.pid / 1000).expr, ("op", "/", PID, 1000))
        self.assertEqual((1000 - self.pid).expr, ("op", "-", 1000, PID))
        self.assertEqual((wrap(5, TS) - wrap(3, PID)).expr, ("op", "-", TS, PID))
        self.assertEqual((-self.pid).expr, ("op", "-", 0, PID))
        self.assertEqual((self.pid / 2 + 0.5).expr, ("op", "+", ("op", "/", PID, 2), 0.5))

    def test_an_int_with_a_float(self):
        self.assertEqual(self.pid * 0.5, 38.5)
        self.assertEqual((self.pid * 0.5).expr, ("op", "*", PID, 0.5))

    def test_not_with_a_text(self):
        with self.assertRaises(TypeError):
            self.pid + "x"

    def test_rounding_keeps_it(self):
        # run.Int is the `int` that a script sees
        for made in (run.Int(wrap(3.7, PID)), run.Float(self.pid), round(wrap(3.7, PID)),
                     abs(self.pid)):
            self.assertEqual(made.expr, PID)
        self.assertTrue(isinstance(self.pid, run.Int))
        self.assertFalse(isinstance("x", run.Int))

    def test_comparisons_are_noted(self):
        self.assertFalse(self.pid > 100)
        self.assertTrue(self.pid == 77)
        if self.pid:
            pass
        self.assertEqual(sym.branches.seen, [(PID, ">", 100, False), (PID, "==", 77, True),
                                             (PID, "!=", 0, True)])

    def test_a_comparison_with_another_field_has_no_number(self):
        self.pid < wrap(80, TS)
        self.assertEqual(sym.branches.seen, [(PID, "<", "?", True)])

    def test_plain_is_exactly_the_type(self):
        for value in (wrap(1, PID), wrap(1.5, PID), wrap(b"a", PID), wrap("a", PID)):
            made = sym.plain(value)
            self.assertIn(type(made), (int, float, bytes, str))
            self.assertEqual(made, value)

    def test_a_truth_value_stays_one(self):
        self.assertIs(wrap(True, PID), True)


class Texts(unittest.TestCase):
    def setUp(self):
        sym.branches.seen = []
        self.comm = wrap(b"bash", ("field", "events", "comm"))

    def test_decoding_and_cutting_keep_it(self):
        for made in (self.comm.decode("utf-8", "replace"), self.comm.strip(), self.comm[:2],
                     self.comm.decode().upper(), self.comm.decode().ljust(16)):
            self.assertEqual(made.expr, self.comm.expr)

    def test_equality_and_search_are_noted(self):
        self.assertTrue(self.comm == b"bash")
        self.assertTrue(b"as" in self.comm)
        self.assertEqual([b[1:3] for b in sym.branches.seen], [("==", b"bash"), ("has", b"as")])

    def test_added_texts_are_pieces(self):
        made = "<" + self.comm.decode() + ">"
        self.assertEqual(made, "<bash>")
        self.assertEqual([p if isinstance(p, str) else p[1].expr for p in made.pieces],
                         ["<", self.comm.expr, ">"])

    def test_pieces_of_any_value(self):
        self.assertEqual(sym.pieces_of("x"), ["x"])
        self.assertEqual(sym.pieces_of(b"x\xff"), ["x\ufffd"])
        self.assertEqual(sym.pieces_of(12), ["12"])
        self.assertEqual(sym.pieces_of(self.comm), [("%s", self.comm)])
