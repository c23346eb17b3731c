# SPDX-License-Identifier: Apache-2.0
"""Sequences of several runs made into one, each item with the condition under which it is there."""
import difflib
import itertools


class Node:
    __slots__ = ("item", "runs")

    def __init__(self, item, runs):
        self.item = item
        self.runs = runs


def merge(sequences):
    """sequences: one for each run. [(item, set of run indexes)], of which each run's sequence can
    be had back."""
    nodes = [Node(item, {0}) for item in sequences[0]]
    for i, seq in enumerate(sequences[1:], 1):
        if seq == sequences[0]:
            for n in nodes:
                if 0 in n.runs:
                    n.runs.add(i)
            continue
        out = []
        matcher = difflib.SequenceMatcher(None, [n.item for n in nodes], list(seq), autojunk=False)
        for op, a1, a2, b1, b2 in matcher.get_opcodes():
            if op == "equal":
                for n in nodes[a1:a2]:
                    n.runs.add(i)
                    out.append(n)
            else:
                out += nodes[a1:a2]
                out += [Node(item, {i}) for item in seq[b1:b2]]
        nodes = out
    return [(n.item, frozenset(n.runs)) for n in nodes]


class Conditions:
    """Finds the simplest condition on atoms that holds in exactly some of the runs.

    on: for each run the set of atoms that are on in it. A condition is True, or a list of
    alternatives, each a tuple of (atom, wanted) that must all hold."""

    def __init__(self, on):
        self.on = [frozenset(s) for s in on]
        self.all = frozenset(range(len(on)))
        self.atoms = sorted({a for s in on for a in s}, key=lambda a: a.order)
        self.known = {}
        self.literals = [(a, w) for a in self.atoms for w in (True, False)]
        self.cover = {lit: frozenset(i for i, s in enumerate(self.on) if (lit[0] in s) == lit[1])
                      for lit in self.literals}

    def find(self, runs):
        if runs == self.all:
            return True
        if runs not in self.known:
            self.known[runs] = self.search(runs)
        return self.known[runs]

    def search(self, runs):
        for lit in self.literals:
            if self.cover[lit] == runs:
                return [(lit,)]
        found = []
        for n in (2, 3):
            pool = [lit for lit in self.literals if self.cover[lit] & runs]
            if n == 3 and len(pool) > 24:
                pool = pool[:24]
            for combo in itertools.combinations(pool, n):
                if len({lit[0] for lit in combo}) < n:
                    continue
                covered = frozenset.intersection(*(self.cover[lit] for lit in combo))
                if covered == runs:
                    return [combo]
                if covered and covered <= runs:
                    found.append((combo, covered))
            if n == 2:
                for a, b in itertools.combinations(self.literals, 2):
                    if a[0] is not b[0] and self.cover[a] | self.cover[b] == runs:
                        return [(a,), (b,)]
        found += [((lit,), self.cover[lit]) for lit in self.literals
                  if self.cover[lit] and self.cover[lit] <= runs]
        out, left = [], set(runs)
        while left and found:
            best = max(found, key=lambda f: (len(f[1] & left), -len(f[0])))
            if not best[1] & left:
                break
            out.append(best[0])
            left -= best[1]
        for i in sorted(left):
            out.append(tuple((a, a in self.on[i]) for a in self.atoms))
        return out
