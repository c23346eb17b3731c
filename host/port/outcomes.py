# SPDX-License-Identifier: Apache-2.0
"""What a script printed for each of the made-up events, as a tree of the comparisons that decided it."""
from .expr import hashable


class Leaf:
    def __init__(self, outcome):
        self.outcome = outcome

    def same(self, other):
        return isinstance(other, Leaf) and self.outcome == other.outcome


class Fork:
    """cond: (expression, operator, other side); yes, no: trees."""

    def __init__(self, cond, yes, no):
        self.cond, self.yes, self.no = cond, yes, no

    def same(self, other):
        return isinstance(other, Fork) and self.cond == other.cond and \
            self.yes.same(other.yes) and self.no.same(other.no)


def comparisons(at):
    """{comparison: its result} of an event; those with both results (in a loop) decide nothing."""
    found = {}
    for expr, op, other, result in at or []:
        other = tuple(other) if isinstance(other, list) else other
        cond = (hashable(expr), op, other)
        found[cond] = bool(result) if found.get(cond, bool(result)) == bool(result) else None
    return {c: r for c, r in found.items() if r is not None}


def tree_of(cases, usable):
    """cases: [({comparison: result}, outcome)]. None if no comparisons that are usable tell the
    outcomes apart."""
    if all(o == cases[0][1] for _t, o in cases):
        return Leaf(cases[0][1])
    best = None
    for cond in cases[0][0]:
        sides = ([], [])
        for c in cases:
            if cond not in c[0]:
                break
            sides[c[0][cond]].append(c)
        else:
            if not sides[0] or not sides[1] or not usable(cond):
                continue
            kinds = sum(len({o for _t, o in side}) for side in sides)
            if best is None or kinds < best[0]:
                best = kinds, cond, sides
    if best is None:
        return None
    _kinds, cond, (no, yes) = best
    yes, no = tree_of(yes, usable), tree_of(no, usable)
    if yes is None or no is None:
        return None
    return yes if yes.same(no) else Fork(cond, yes, no)


def leaves(tree):
    """The outcomes, each once, in order."""
    if isinstance(tree, Leaf):
        return [tree.outcome]
    out = leaves(tree.yes)
    return out + [o for o in leaves(tree.no) if o not in out]


def c_text(tree, condition, text):
    """As C: condition(cond) and text(outcome) say what is what; None if one of them cannot."""
    if isinstance(tree, Leaf):
        return text(tree.outcome)
    cond, yes, no = condition(tree.cond), c_text(tree.yes, condition, text), \
        c_text(tree.no, condition, text)
    return None if None in (cond, yes, no) else "(%s ? %s : %s)" % (cond, yes, no)


def choices(tree):
    """A tree that only asks what one expression is: (expression, {number: outcome}, the others'
    outcome); None for any other."""
    found, expr = {}, None
    while isinstance(tree, Fork):
        this, op, other = tree.cond
        if expr not in (None, this) or op not in ("==", "!=", "in"):
            return None
        expr = this
        hit, rest = (tree.no, tree.yes) if op == "!=" else (tree.yes, tree.no)
        if not isinstance(hit, Leaf):
            return None
        for n in other if op == "in" else (other,):
            if not isinstance(n, int):
                return None
            found.setdefault(n, hit.outcome)
        tree = rest
    return (expr, found, tree.outcome) if found else None
