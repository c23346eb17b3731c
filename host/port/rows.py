# SPDX-License-Identifier: Apache-2.0
"""How a script prints the entries of a table: all of them or the first so many, and in which order.
In a run of its own the tables have many entries, whose numbers are in no order."""
import itertools
import zlib

from .expr import strip_prefix

ANSWER = ("rows",)
ENTRIES = 120
WALKS = ("items", "keys", "values")


class Numbers(dict):
    """What the fields of entry n are changed to: any number, the same for the same field."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def get(self, name, default=None):
        if name == "*":
            return self.n
        return 1 + zlib.crc32(("%s %d" % (name, self.n)).encode()) % 1000003


def first_pass(run, table):
    """The lines that were printed of the table's entries, as {field: number}."""
    rows, walking = [], False
    for n in run.notes:
        if n["what"] == "table" and n["table"] == table and n["method"] in WALKS:
            if walking and rows:
                break
            walking = True
        elif n["what"] == "line" and walking:
            row = {}
            for p in n["pieces"]:
                if not isinstance(p, str):
                    row.update(number_of(p, table))
            if row:
                rows.append(row)
    return rows


def number_of(piece, table):
    """The field that a printed number is of; nothing of what is of several."""
    expr = piece["expr"]
    while isinstance(expr, (list, tuple)) and expr[0] == "op" and expr[1] in ("/", "//", "*", ">>"):
        expr = expr[2] if isinstance(expr[2], (list, tuple)) else expr[3]
    if not isinstance(expr, (list, tuple)) or expr[0] != "field" or expr[1] != table:
        return {}
    try:
        return {expr[2]: float(piece["value"])}
    except ValueError:
        return {}


def ordered(numbers):
    """"up", "down", or None."""
    if len(set(numbers)) < 3:
        return None
    if all(a <= b for a, b in zip(numbers, numbers[1:])):
        return "up"
    return "down" if all(a >= b for a, b in zip(numbers, numbers[1:])) else None


def printed_rows(run, table):
    """(are all rows printed, [fields by whose sum they are sorted], is the smallest first)"""
    rows = first_pass(run, table) if run is not None else []
    if len(rows) < 3:
        return None
    fields = [f for f in rows[0] if all(f in r for r in rows)]
    fields.sort(key=lambda f: f.startswith("key"))
    for n in (1, 2):
        for some in itertools.combinations(fields, n):
            way = ordered([sum(r[f] for f in some) for r in rows])
            if way:
                return len(rows) * 2 > ENTRIES, [strip_prefix(f) for f in some], way == "up"
    return len(rows) * 2 > ENTRIES, [], False
