# SPDX-License-Identifier: Apache-2.0
"""Stacks that a script prints: which field is a stack's number, in which table, of whose program.

A script may join the names of the functions, and print them in any way: each name of the stand-in's
that is of a stack has a number in it, and is found again in what was printed.
"""
import re

from .column import Column
from .expr import fields_in, plain_field, strip_prefix
from .symbols import shown_keys, stack_in, symbol_in

MARK = re.compile(r"(kernel|user)_function_(\d+)")
FOLDED = re.compile(r"(?:kernel|user)_function_\d+;|;(?:kernel|user)_function_\d+")


def text_of(piece):
    return piece if isinstance(piece, str) else piece["value"] if piece["expr"] is None else ""


def stacks_in_piece(piece, marks):
    """The expressions of the stacks' functions in what was printed."""
    if not marks and isinstance(piece, str):
        return []
    if not isinstance(piece, str) and piece["expr"] is not None:
        return [piece["expr"]] if stack_in(piece["expr"]) else []
    return [marks[int(n)] for _kind, n in MARK.findall(text_of(piece)) if int(n) in marks]


def marks_of(run):
    return {n["number"]: n["expr"] for n in run.of("marker")}


def is_frame(line, marks):
    """Does the line tell of nothing but functions of a stack?"""
    stacks = [p for p in line["pieces"] if stacks_in_piece(p, marks)]
    others = [p for p in line["pieces"] if not isinstance(p, str) and p["expr"] is not None and
              not stack_in(p["expr"])]
    return bool(stacks) and not others


def is_folded(run, phase):
    """The line of a run whose lines are made for flame graphs; None."""
    for n in run.lines:
        if n["phase"] == phase and FOLDED.search(n["text"]):
            # Numbers of events may be anything.
            return "".join(p if isinstance(p, str) else p["value"] for p in n["pieces"]
                           if isinstance(p, str) or p["spec"].endswith("s"))
    return None


def stack_columns(run, phase, marks):
    """A column for each field that is a stack's number, in the order in which they are printed."""
    made = {}
    for n in run.lines:
        if n["phase"] != phase:
            continue
        for p in n["pieces"]:
            for expr in stacks_in_piece(p, marks):
                c = stack_column(expr)
                # The address may stand beside its function's name.
                if c is not None and (c.keys["field"] not in made or
                                      (symbol_in(expr) and not made[c.keys["field"]].named)):
                    c.line, c.named = n["line"], symbol_in(expr) is not None
                    made[c.keys["field"]] = c
    columns = list(made.values())
    for c in columns:
        if not c.named and "user" in c.keys["field"]:
            c.keys.update(format="user_stack", pid=None)
            c.title = "USTACK"
    titles = [c.title for c in columns]
    for c in columns:
        if titles.count(c.title) > 1:
            c.title = c.keys["field"].upper()
    return columns


def stack_column(expr):
    kind = symbol_in(expr)
    _stack, table, number = stack_in(expr)
    fields = fields_in(number)
    if not fields:
        return None
    user = kind is not None and kind[0] == "usym"
    keys = {"field": strip_prefix(fields[0]), "format": "user_stack" if user else "stack",
            "stacks": table}
    if user:
        # Which process: a field; what else it may be is found out when all options are known.
        keys["pid"] = strip_prefix(kind[2][2]) if plain_field(kind[2]) else None
    keys.update(shown_keys(kind))
    return Column("USTACK" if user else "KSTACK", keys)


PROCESS = ("tgid", "pid", "pid_tgid", "tid", "id")


def settle_processes(work, columns, fields):
    """The process of columns whose script gives one that is no field: a field all the same, else
    an option."""
    for c in list(columns):
        if "pid" not in c.keys or c.keys["pid"] in fields:
            continue
        field = next((f for f in PROCESS if f in fields), None)
        option = next((a.option["dest"] for a in work.ex.atoms if a.option is not None and
                       a.kind == "value" and a.option["dest"] in PROCESS + ("process",)), None)
        line = getattr(c, "line", 0)
        if field:
            c.keys["pid"] = field
            work.report.guess(line, "the column %s: the process is that of the field %s" % (
                c.title, field))
        elif option:
            c.keys["pid"] = {"option": option}
            work.column_options.add(option)
        else:
            columns.remove(c)
            work.report.todo(line, "the column %s: of which process its addresses are was not "
                                   "found out" % c.title)
