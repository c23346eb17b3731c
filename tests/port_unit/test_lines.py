# SPDX-License-Identifier: Apache-2.0
import unittest

from port import lines


def value(spec, name="pid", text="1234"):
    return {"spec": spec, "expr": ["field", "events", name] if name else None, "value": text}


def line(*pieces):
    return {"pieces": list(pieces)}


class Specs(unittest.TestCase):
    def test_each(self):
        self.assertEqual(lines.parse_spec("%-16s"), {"left": True, "width": 16, "precision": None,
                                                     "kind": "s", "zero": False})
        s = lines.parse_spec("%08.3f")
        self.assertEqual((s["width"], s["precision"], s["kind"], s["zero"]), (8, 3, "f", True))
        self.assertEqual(lines.parse_spec("nonsense")["kind"], "s")


class Slots(unittest.TestCase):
    def slots(self, *pieces):
        return [[p if isinstance(p, str) else p["expr"][2] for p in s]
                for s in lines.slots_of(pieces)]

    def test_blanks_and_widths_part_them(self):
        self.assertEqual(self.slots(value("%-6d", "a"), " ", value("%s", "b")), [["a"], ["b"]])
        self.assertEqual(self.slots(value("%-6d", "a"), value("%-6d", "b")), [["a"], ["b"]])

    def test_what_stands_together_is_one(self):
        self.assertEqual(self.slots(value("%d", "a"), ":", value("%d", "b"), " ", "x"),
                         [["a", ":", "b"], ["x"]])

    def test_a_constant_is_one_too(self):
        self.assertEqual(self.slots("on ", value("%s", "a")), [["on"], ["a"]])


class Titles(unittest.TestCase):
    def titles(self, head, *pieces):
        return lines.titles_of(head, lines.slots_of(pieces))

    def test_of_a_heading(self):
        head = line("PID    COMM   LAT(us)")
        data = value("%-6d"), " ", value("%-6s", "comm"), " ", value("%d", "lat")
        self.assertEqual(self.titles(head, *data), ["PID", "COMM", "LAT(us)"])
        self.assertIsNone(self.titles(line("A B C D E F G"), value("%d")))

    def test_a_padded_title_may_have_two_words(self):
        head = line(value("%-8s", None, "PID"), value("%-12s", None, "TIME (s)"))
        self.assertEqual(self.titles(head, value("%-8d"), value("%-12s", "ts")), ["PID", "TIME (s)"])

    def test_what_looks_like_one(self):
        for text, is_one in (("PID COMM", True), ("Tracing... Hit Ctrl-C to end.", False),
                             ("PID", False), ("%CPU LAT(ms) IO", True)):
            self.assertEqual(lines.looks_like_header(line(text)), is_one, text)
        self.assertFalse(lines.looks_like_header(line("PID ", value("%d"))))

    def test_by_the_place(self):
        data = value("%-6d", "pid"), " ", value("%-13s", "comm"), value("%3d", "a")
        by_place = lambda head: lines.by_position(line(head), lines.slots_of(data))
        self.assertEqual(by_place("PID    COMM          LAT"), ["PID", "COMM", "LAT"])
        self.assertEqual(by_place("PID    COMM"), ["PID", "COMM", None])


class Rendered(unittest.TestCase):
    def test_text_and_values(self):
        self.assertEqual(lines.render(["<", value("%d"), "> "]), "<1234>")
