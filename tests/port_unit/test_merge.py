# SPDX-License-Identifier: Apache-2.0
import itertools
import unittest

from port.merge import Conditions, merge


class Atom:
    def __init__(self, order):
        self.order = order

    def __repr__(self):
        return "abc"[self.order]


A, B, C = (Atom(i) for i in range(3))


class Merge(unittest.TestCase):
    def test_each_runs_sequence_can_be_had_back(self):
        runs = [("x", "y", "z"), ("x", "y2", "z"), ("x", "z", "w"), ("x", "y", "z")]
        made = merge(runs)
        for i, run in enumerate(runs):
            self.assertEqual(tuple(item for item, on in made if i in on), run)
        self.assertEqual(sum(item == "x" for item, _ in made), 1)

    def test_nothing_in_common(self):
        self.assertEqual(set(merge([("a",), ("b",)])), {("a", frozenset({0})), ("b", frozenset({1}))})

    def test_an_empty_run(self):
        self.assertEqual(merge([(), ("a",)]), [("a", frozenset({1}))])


class Find(unittest.TestCase):
    def setUp(self):
        self.on = [frozenset(s) for n in range(4) for s in itertools.combinations((A, B, C), n)]
        self.conditions = Conditions(self.on)

    def runs(self, wanted):
        return frozenset(i for i, on in enumerate(self.on) if wanted(on))

    def holds(self, found, on):
        return found is True or any(all((a in on) == w for a, w in combo) for combo in found)

    def test_always(self):
        self.assertIs(self.conditions.find(self.runs(lambda on: True)), True)

    def test_the_simplest(self):
        self.assertEqual(self.conditions.find(self.runs(lambda on: A in on)), [((A, True),)])
        self.assertEqual(self.conditions.find(self.runs(lambda on: B not in on)), [((B, False),)])
        self.assertEqual(self.conditions.find(self.runs(lambda on: A in on and B not in on)),
                         [((A, True), (B, False))])
        self.assertEqual(self.conditions.find(self.runs(lambda on: A in on or C in on)),
                         [((A, True),), ((C, True),)])

    def test_any_set_of_runs_is_said_exactly(self):
        for n in range(1, len(self.on)):
            for runs in itertools.combinations(range(len(self.on)), n):
                found = self.conditions.find(frozenset(runs))
                self.assertEqual([i for i, on in enumerate(self.on) if self.holds(found, on)],
                                 list(runs))
