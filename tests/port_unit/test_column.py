# SPDX-License-Identifier: Apache-2.0
import unittest

from port import column
from port.expr import Computed

TS, PID, RET = (("field", "events", n) for n in ("ts", "pid", "ret"))


class One(unittest.TestCase):
    def setUp(self):
        self.computed = Computed()

    def column(self, expr, spec="%s", stream=True):
        return column.column("T", spec, [(expr, "")], [{"at": [], "event": {}}], self.computed,
                             stream, "events")

    def keys(self, *args, **more):
        return self.column(*args, **more).keys

    def test_a_field(self):
        self.assertEqual(self.keys(PID, "%-6d"), {"field": "pid", "width": 6})
        self.assertEqual(self.keys(PID, "%6d"), {"field": "pid", "width": 6, "align": "right"})

    def test_divided_to_a_unit(self):
        made = self.keys(("op", "/", TS, 1000000), "%-9.3f")
        self.assertEqual(made, {"field": "ts", "unit": "milliseconds", "decimals": 3, "width": 9,
                                "align": "left"})
        self.assertEqual(self.keys(("op", "/", ("field", "events", "lat_us"), 1000), "%7.2f")["unit"],
                         "milliseconds")
        self.assertEqual(self.keys(("op", "/", TS, 1024), "%8d")["unit"], "kilobytes")
        self.assertEqual(self.keys(("op", "//", TS, 60), "%8d")["divide_by"], 60)

    def test_a_divisor_that_no_column_has(self):
        made = self.column(("op", "*", TS, 3), "%8d")
        self.assertEqual(made.keys["field"], "ts")
        self.assertIn("not divided", made.note)

    def test_hexadecimal_and_octal(self):
        self.assertEqual(self.keys(PID, "%016x"), {"field": "pid", "format": "hex", "digits": 16,
                                                   "width": 16, "align": "right"})
        self.assertEqual(self.keys(PID, "%o")["format"], "octal")

    def test_the_clock(self):
        self.assertEqual(self.keys(("time", "%H:%M:%S"), "%-9s"), {"value": "time", "width": 9})
        self.assertIn("%M:%S", self.column(("time", "%M:%S")).note)

    def test_time_since_the_first(self):
        made = self.keys(("op", "/", ("op", "-", TS, TS), 1000000000), "%-14.9f")
        self.assertEqual((made["value"], made["field"], made["decimals"]), ("elapsed", "ts", 9))
        self.assertEqual(self.keys(("op", "-", ("now",), 5), "%.2f"), {"value": "elapsed", "decimals": 2})

    def test_addresses_and_symbols(self):
        self.assertEqual(self.keys(("ipv4", PID)), {"field": "pid", "format": "ip"})
        self.assertEqual(self.keys(("ipv6", PID)), {"field": "pid", "format": "ip"})
        self.assertEqual(self.keys(("ksym", PID)), {"field": "pid", "format": "ksym"})

    def test_words_for_numbers(self):
        self.assertEqual(self.keys(("names", {1: "a", 2: "b"}, PID)),
                         {"field": "pid", "names": {1: "a", 2: "b"}})

    def test_worked_out_in_the_template(self):
        made = self.keys(("op", ">>", PID, 32), "%6d")
        self.assertEqual(made["field"], "shown_1")
        self.assertEqual(self.computed.made[0][1]("data."), "(data.pid >> 32)")

    def test_no_template_field_for_a_table(self):
        made = self.column(("op", ">>", PID, 32), "%6d", stream=False)
        self.assertEqual(made.keys["field"], "pid")
        self.assertIn("worked out of pid", made.note)

    def test_nothing_of_the_event(self):
        self.assertIsNone(self.column(None))


class Chosen(unittest.TestCase):
    """Cases: (what stood there, the event's change, comparisons)."""

    def made(self, *cases, stream=True):
        self.computed = Computed()
        return column.column("T", "%-4s", [c[0] for c in cases],
                             [{"event": c[1], "at": c[2]} for c in cases], self.computed, stream,
                             "events")

    def test_words_by_the_value(self):
        at = lambda v: [[RET, "==", 1, v == 1], [RET, "==", 2, v == 2]]
        made = self.made(((None, "?"), {}, at(0)), ((None, "R"), {"ret": 1}, at(1)),
                         ((None, "W"), {"ret": 2}, at(2)), ((None, "?"), {"ret": 3}, at(3)))
        self.assertEqual(made.keys["field"], "ret")
        self.assertEqual({k: made.keys["names"][k] for k in (1, 2)}, {1: "R", 2: "W"})

    def test_words_by_a_comparison(self):
        made = self.made(((None, "ok"), {}, [[RET, "<", 0, False]]),
                         ((None, "bad"), {"ret": -1}, [[RET, "<", 0, True]]))
        self.assertEqual(made.keys["names"], {1: "bad", 0: "ok"})
        self.assertEqual(self.computed.made[0][1]("e."), "(((s64)e.ret < 0) ? 1 : 0)")

    def test_a_number_or_the_field(self):
        made = self.made(((None, "0"), {}, [[RET, "<", 0, False]]),
                         ((("op", "-", 0, RET), ""), {"ret": -1}, [[RET, "<", 0, True]]))
        self.assertEqual(made.keys["field"], "shown_1")
        self.assertEqual(self.computed.made[0][1]("e."),
                         "(((s64)e.ret < 0) ? (s64)(0 - e.ret) : (s64)0)")

    def test_not_understood_is_said(self):
        made = self.made(((None, "a"), {}, [[RET, "has", "x", False]]),
                         ((RET, ""), {"ret": 5}, [[RET, "has", "x", True]]))
        self.assertEqual(made.keys["field"], "ret")
        self.assertIn("something else", made.note)
