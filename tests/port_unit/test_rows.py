# SPDX-License-Identifier: Apache-2.0
"""How many of a table's entries a script prints, and in which order."""
import unittest

from port import rows


class Run:
    def __init__(self, *notes):
        self.notes = list(notes)


def walk(table="t"):
    return {"what": "table", "table": table, "method": "items"}


def line(key, value, table="t"):
    return {"what": "line", "pieces": [
        {"expr": ["field", table, "key"], "value": str(key)}, " ",
        {"expr": ["op", "/", ["field", table, "value"], 1000], "value": str(value)}]}


class Rows(unittest.TestCase):
    def test_all_by_the_value_the_smallest_first(self):
        lines = [line(i * 7 % 101, i) for i in range(rows.ENTRIES)]
        self.assertEqual(rows.printed_rows(Run(walk(), *lines), "t"), (True, ["value"], True))

    def test_twenty_the_largest_first(self):
        lines = [line(i * 7 % 101, 900 - i) for i in range(20)]
        self.assertEqual(rows.printed_rows(Run(walk(), *lines), "t"), (False, ["value"], False))

    def test_the_second_interval_is_another(self):
        lines = [line(i * 7 % 101, 900 - i) for i in range(20)]
        run = Run(walk(), *lines, walk(), *lines)
        self.assertEqual(len(rows.first_pass(run, "t")), 20)

    def test_by_the_sum_of_two(self):
        values = [(i * 37) % 50 for i in range(rows.ENTRIES)]
        lines = [line(1000 - i * 5 - v, v) for i, v in enumerate(values)]
        self.assertEqual(rows.printed_rows(Run(walk(), *lines), "t"),
                         (True, ["value", "key"], False))

    def test_in_no_order_and_none(self):
        lines = [line(i * 7 % 101, i * 31 % 97) for i in range(rows.ENTRIES)]
        self.assertEqual(rows.printed_rows(Run(walk(), *lines), "t"), (True, [], False))
        self.assertIsNone(rows.printed_rows(Run(walk(), line(1, 2, "other")), "t"))
        self.assertIsNone(rows.printed_rows(None, "t"))

    def test_numbers_are_the_same_for_the_same_field(self):
        a, b = rows.Numbers(3), rows.Numbers(3)
        self.assertEqual(a.get("value"), b.get("value"))
        self.assertNotEqual(a.get("value"), a.get("key"))
        self.assertEqual(a.get("*", 0), 3)


if __name__ == "__main__":
    unittest.main()
