# SPDX-License-Identifier: Apache-2.0
import unittest

from port import expr

TS, PID, RET = (("field", "e", n) for n in ("ts", "pid", "ret"))


class Shapes(unittest.TestCase):
    def test_divided_fields(self):
        self.assertEqual(expr.ratio(TS), ("ts", 1.0))
        self.assertEqual(expr.ratio(("op", "/", TS, 1000)), ("ts", 1000.0))
        self.assertEqual(expr.ratio(("op", "/", ("op", "/", TS, 1000), 1000.0)), ("ts", 1e6))
        self.assertEqual(expr.ratio(("op", "*", TS, 0.001))[0], "ts")
        self.assertAlmostEqual(expr.ratio(("op", "*", TS, 0.001))[1], 1000.0)
        for other in (("op", "+", TS, 1), ("op", "/", TS, 0), ("op", "/", TS, PID), 5, None):
            self.assertIsNone(expr.ratio(other), other)

    def test_time_since_the_first_event(self):
        since = ("op", "-", TS, TS)
        self.assertEqual(expr.elapsed(since), ("ts", 1.0))
        self.assertEqual(expr.elapsed(("op", "/", since, 1000000)), ("ts", 1e6))
        self.assertEqual(expr.elapsed(("op", "-", ("now",), 5.0)), (None, 1e9))
        self.assertIsNone(expr.elapsed(("op", "-", TS, PID)))

    def test_all_fields(self):
        self.assertEqual(expr.fields_in(("op", "+", TS, ("op", "*", PID, 2))), ["ts", "pid"])

    def test_lists_of_json_become_tuples(self):
        self.assertEqual(expr.simplify(["names", {"1": "a"}, ["field", "e", "x"]]),
                         ("names", {1: "a"}, ("field", "e", "x")))

    def test_keys_and_values_without_their_prefix(self):
        self.assertEqual([expr.strip_prefix(n) for n in ("key.pid", "value.n", "keys")],
                         ["pid", "n", "keys"])


class AsC(unittest.TestCase):
    def setUp(self):
        self.computed = expr.Computed()

    def test_arithmetic(self):
        c = self.computed.c_expr
        self.assertEqual(c(("op", "//", ("op", "-", TS, 5), PID), "e."), "((e.ts - 5) / e.pid)")
        self.assertEqual(c(("op", "&", PID, 0xffffffff), "e->"), "(e->pid & 4294967295LL)")
        self.assertEqual(c(("field", "e", "a[2]"), "e."), "e.a[2]")

    def test_what_c_cannot_say(self):
        for e in (("op", "/", TS, 0.5), ("op", "**", TS, 2), "x", True, ("time", "%H"),
                  ("field", "e", "key.pid")):
            self.assertIsNone(self.computed.c_expr(e, "e."), e)

    def test_members_that_the_template_has(self):
        self.computed.members = {"pid"}
        self.assertEqual(self.computed.c_expr(PID, "e."), "e.pid")
        self.assertIsNone(self.computed.c_expr(TS, "e."))

    def test_comparisons(self):
        self.assertEqual(self.computed.condition_c((RET, "<", 0), "e."), "((s64)e.ret < 0)")
        for cond in ((RET, "has", 1), (RET, "==", "x"), (RET, "<", 1.5)):
            self.assertIsNone(self.computed.condition_c(cond, "e."), cond)

    def test_the_comparison_that_parts_the_cases(self):
        cases = [{"at": [[RET, "<", 0, r], [PID, "==", 7, p]]}
                 for r, p in ((False, False), (True, False), (False, True))]
        self.assertEqual(self.computed.split_by(cases, ["+", "-", "+"]), ((RET, "<", 0), True, "-"))
        self.assertEqual(self.computed.split_by(cases, ["a", "a", "b"]), ((PID, "==", 7), True, "b"))
        self.assertIsNone(self.computed.split_by(cases, ["a", "b", "b"]))

    def test_fields_have_one_name_each(self):
        make = lambda var: "x"
        names = [self.computed.add(k, make) for k in (("a", 1), ("b", 2), ("a", 1))]
        self.assertEqual(names, ["shown_1", "shown_2", "shown_1"])
        self.assertEqual([n for n, _ in self.computed.made], ["shown_1", "shown_2"])
