# SPDX-License-Identifier: Apache-2.0
import unittest

from port import column, lines
from port.expr import Computed

TS, PID, RET = (("field", "events", n) for n in ("ts", "pid", "ret"))


def piece(expr, spec="%s", value="7"):
    return {"spec": spec, "expr": expr, "value": value}


def made(computed, stream, outcomes, cases):
    """outcomes: pieces, texts or such, that stood there in each case. Returns (column, note)."""
    split = [lines.slots_of(o if isinstance(o, list) else [o]) for o in outcomes]
    place = column.Place("T", split[0], stream, computed, "events")
    return column.column(place, [column.atoms_of(s) for s in split], cases)


class One(unittest.TestCase):
    def setUp(self):
        self.computed = Computed()

    def column(self, expr, spec="%s", stream=True):
        return made(self.computed, stream, [piece(expr, spec)], [{"at": [], "event": {}}])

    def keys(self, *args, **more):
        return self.column(*args, **more)[0].keys

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
        made, note = self.column(("op", "*", TS, 3), "%8d", stream=False)
        self.assertEqual(made.keys["field"], "ts")
        self.assertIn("not divided", note)

    def test_hexadecimal_and_octal(self):
        self.assertEqual(self.keys(PID, "%016x"), {"field": "pid", "format": "hex", "digits": 16,
                                                   "align": "right"})
        self.assertEqual(self.keys(PID, "%o")["format"], "octal")

    def test_the_clock(self):
        self.assertEqual(self.keys(("time", "%H:%M:%S"), "%-9s"), {"value": "time", "width": 9})
        self.assertIn("%M:%S", self.column(("time", "%M:%S"))[1])

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
        made, note = self.column(("op", ">>", PID, 32), "%6d", stream=False)
        self.assertEqual(made.keys["field"], "pid")
        self.assertIn("worked out of pid", note)

    def test_nothing_of_the_event(self):
        self.assertIsNone(self.column(("host", "x"))[0])


class Chosen(unittest.TestCase):
    """Cases: (what stood there, the event's change, comparisons)."""

    def made(self, *cases):
        self.computed = Computed()
        return made(self.computed, True, [c[0] for c in cases],
                    [{"event": c[1], "at": c[2]} for c in cases])

    def test_words_by_the_value(self):
        at = lambda v: [[RET, "==", 1, v == 1], [RET, "==", 2, v == 2]]
        made, _note = self.made(("?", {}, at(0)), ("R", {"ret": 1}, at(1)), ("W", {"ret": 2}, at(2)),
                                ("?", {"ret": 3}, at(3)))
        self.assertEqual(made.keys, {"field": "ret", "names": {1: "R", 2: "W"}, "other": "?"})

    def test_words_by_a_comparison(self):
        made, _note = self.made(("ok", {}, [[RET, "<", 0, False]]),
                                ("bad", {"ret": -1}, [[RET, "<", 0, True]]))
        self.assertEqual(set(made.keys["names"].values()), {"bad", "ok"})
        self.assertIn("((s64)e.ret < 0) ?", self.computed.made[0][1]("e."))

    def test_a_number_or_the_field(self):
        made, _note = self.made(("0", {}, [[RET, "<", 0, False]]), (
            piece(("op", "-", 0, RET), "%d"), {"ret": -1}, [[RET, "<", 0, True]]))
        self.assertEqual(made.keys["field"], "shown_1")
        self.assertEqual(self.computed.made[0][1]("e."),
                         "(((s64)e.ret < 0) ? (s64)(0 - e.ret) : 0)")

    def test_two_things_told_apart(self):
        made, _note = self.made((piece(PID, "%d"), {}, [[RET, "==", 1, False]]), (
            [piece(PID, "%d"), ":", piece(TS, "%d")], {"ret": 1}, [[RET, "==", 1, True]]))
        parts = made.keys["parts"]
        self.assertEqual(parts[0]["field"], "pid")
        self.assertNotIn("if", parts[0])
        self.assertEqual([p.get("text") or p.get("field") for p in parts[1:]], [":", "ts"])
        self.assertTrue(all("if" in p for p in parts[1:]))

    def test_not_understood_is_said(self):
        made, note = self.made(("a", {}, [[RET, "has", "x", False]]), (
            piece(RET), {"ret": 5}, [[RET, "has", "x", True]]))
        self.assertEqual(made.keys["field"], "ret")
        self.assertIn("something else", note)
