# SPDX-License-Identifier: Apache-2.0
"""The columns of a run by the lines that it printed, and those of all runs as one list."""
import re

from . import ctext
from .column import FIELD, Column, Place, atoms_of, column
from .lines import (has_value, looks_like_header, render, slots_of, titles_of, values_in,
                    words_of)
from .expr import hashable, plain_field, tables_in
from .merge import Conditions, merge
from .stacks import is_folded, is_frame, marks_of, stack_columns, stacks_in_piece
from .template import Words, condition_text


NAME = re.compile(r"[A-Za-z_]\w*")     # a field of an entry, as a program can name one


class Found:
    """What a run's lines are: columns, the script's line, and what is left for a person. headless:
    the script prints no titles above them."""

    def __init__(self, columns, line, notes, headless):
        self.columns, self.line, self.notes, self.headless = columns, line, notes, headless


def table_of(line):
    """The table that most of a line is of; None: of none."""
    found = tables_in([expr for p in line["pieces"] for expr in exprs_of(p)])
    return max(found, key=found.count) if found else None


def exprs_of(piece):
    if isinstance(piece, str):
        return []
    return [piece["expr"]] + [e for p in piece.get("parts", ()) for e in exprs_of(p)]


def columns_of_run(run, table, prefix, computed, stream, whole=True):
    """The columns of one run for what it prints of a table, or None. whole: a line without titles
    is one column."""
    marks = marks_of(run)
    stacks = stack_columns(run, prefix, marks)
    lines = [n for n in run.lines if n["phase"] == prefix and not is_frame(n, marks)]
    # Where several tables are printed, what is said of this one.
    if any(table_of(n) == table for n in lines):
        lines = [n for n in lines if table_of(n) in (table, None)]
    if not stream:
        lines = [n for n in lines if not of_several(n)]
    own = [n for n in lines if table in tables_in([e for p in n["pieces"] for e in exprs_of(p)])]
    # An entry that stands on several lines, for it has a stack: what all of them say.
    if stacks and not stream and len({n["line"] for n in own}) > 1:
        found = Found([], None, [], False)
        for at in dict.fromkeys(n["line"] for n in own):
            made = columns_of_lines(run, [n for n in own if n["line"] == at], marks, Place(
                None, (), stream, computed, table), whole=False, several=True)
            if made:
                known = set().union(*(c.fields() for c in found.columns))
                found.columns += [with_width(c) for c in made.columns if not c.fields() & known]
                found.line = made.line
                found.notes += made.notes
    else:
        found = columns_of_lines(run, lines, marks, Place(None, (), stream, computed, table),
                                 whole and not stacks) or Found([], None, [], False)
    found.columns += stacks
    if not found.columns:
        return None
    found.line = found.line or stacks[0].line
    return found


def of_several(line):
    """Stand several entries of a table in it? The same is something else then."""
    said = {}
    for p in line["pieces"]:
        if not isinstance(p, str) and plain_field(p["expr"]):
            said.setdefault(hashable(p["expr"]), set()).add(p["value"].strip())
    return any(len(values) > 1 for values in said.values())


def with_width(c):
    """Lines of their own need none; side by side they do."""
    c.keys.setdefault("width", 16 if not (c.sample or "").lstrip("-").isdigit() else 8)
    return c


def slots_without(line, marks):
    """The slots that are of no stack."""
    return [s for s in slots_of(line["pieces"]) if not any(stacks_in_piece(p, marks) for p in s)]


def columns_of_lines(run, lines, marks, place, whole, several=False):
    """The same for lines that are alike; several: they have no heading."""
    cases = cases_of(lines, place.stream)
    if not cases:
        return None
    pick, slots, titles = cases[0], slots_without(cases[0], marks), None
    # A line that has something under each title, if the plain event's has not.
    for c in [] if several else [pick] + sorted(cases[1:], key=lambda n: -values_in(n["pieces"])):
        own = slots_without(c, marks)
        got, all_used = titles_before(run, c, own)
        if got and (titles is None or all_used):
            pick, slots, titles = c, own, got
        if all_used or not place.stream:
            break
    cases.sort(key=lambda c: c is not pick)
    if titles is None and not whole:
        titles = [None] * len(slots)
    groups = [("LINE", 0, len(slots))] if titles is None else groups_of(titles, slots)
    columns, notes = [], []
    split = [(c, slots_without(c, marks)) for c in cases]
    for i, (title, start, end) in enumerate(groups):
        last = i + 1 == len(groups)
        # Lines may be unlike one another only at their end.
        able = [(c, s) for c, s in split if len(s) == len(slots) or len(s) >= (
            start if last else end)]
        outcomes = [atoms_of(s[start:None if last else end]) for _c, s in able]
        c, note = column(place._replace(title=title, slots=slots[start:end]), outcomes,
                         [c for c, _s in able])
        if c is None:
            notes.append("the column %s, whose value (`%s` in a trial) is of no field" % (
                title, " ".join(render(s) for s in slots[start:end])[:40]))
        else:
            c.gap = slots[start].gap
            c.note = note
            columns.append(c)
    if not any(c.fields() or "value" in c.keys for c in columns):
        return None
    also = {n["line"] for n in lines if n["event"] == pick["event"] and values_in(n["pieces"]) and
            n is not pick}
    if place.stream and also:
        notes.append("what the script prints of an event on other lines (%s)" % ", ".join(
            "line %d" % n for n in sorted(also)))
    set_distances(columns)
    return Found(columns, pick["line"], notes, titles is None)


def cases_of(lines, stream):
    """The line that is printed of an event, of each that was tried: the plain event's first, which
    is the one that tells most."""
    if not any(values_in(n["pieces"]) for n in lines):
        return []
    if not stream:
        pick = max(lines, key=lambda n: values_in(n["pieces"]))
        return [pick] + [n for n in lines if n["line"] == pick["line"] and n is not pick]
    events = {}
    for n in lines:
        if n["pieces"]:
            events.setdefault(repr(n["event"]), []).append(n)
    first = next((g for g in events.values() if g[0]["event"] in ({}, None)), None)
    if not first or not any(values_in(n["pieces"]) for n in first):
        first = max(events.values(), key=lambda g: max(values_in(n["pieces"]) for n in g))
    pick = max(first, key=lambda n: values_in(n["pieces"]))
    shape = shape_of(pick)

    def likeness(n):
        own = shape_of(n)
        same = next((i for i, (a, b) in enumerate(zip(shape, own)) if a != b),
                    min(len(shape), len(own)))
        return same, n["line"] == pick["line"], values_in(n["pieces"])
    return [pick] + [max(g, key=likeness) for g in events.values() if g is not first]


def shape_of(line):
    return [tuple(p if isinstance(p, str) else p["spec"] for p in s)
            for s in slots_of(line["pieces"])]


def titles_before(run, pick, slots):
    """The titles of the heading that was printed last before this line; are all of them there?"""
    at = next(i for i, n in enumerate(run.notes) if n is pick)
    for n in reversed(run.notes[:at]):
        if n["what"] == "line" and n["pieces"] and looks_like_header(n):
            titles = titles_of(n, slots)
            if titles:
                return titles, " ".join(t for t in titles if t).split() == words_of(n)
    return None, False


def groups_of(titles, slots):
    """[(title, first slot, end)]: what has no title of its own belongs to what is before it."""
    groups = []
    for i, t in enumerate(titles):
        real = any(map(has_value, slots[i]))
        if t is None and groups and any(titles):
            groups[-1] = (groups[-1][0], groups[-1][1], i + 1)
        elif t is None and not any(titles):
            if real:
                groups.append((None, i, i + 1))
        else:
            groups.append((t, i, i + 1))
    # Those before the first title.
    if groups and groups[0][0] is None and any(titles):
        first = next(i for i, g in enumerate(groups) if g[0] is not None)
        groups[:first + 1] = [(groups[first][0], groups[0][1], groups[first][2])]
    return groups


def set_distances(columns):
    """Columns are one blank apart; where the script's are not, a width makes up for it."""
    for before, c in zip([None] + columns, columns):
        more = c.gap - 1 if before else c.gap
        if not more:
            continue
        keys = before.keys if before else None
        if keys and keys.get("width") and keys.get("align") != "right" and \
           keys["width"] + more > 0:
            keys["width"] += more
        elif c.keys.get("width") and c.keys.get("align") == "right" and \
                c.keys["width"] + more > 0:
            c.keys["width"] += more


def find_folded(work, phase):
    """The option with which lines are made for flame graphs, and such a line."""
    if is_folded(work.ex.base, phase):
        return None, None
    for r in work.runs:
        a = next(iter(r.on), None)
        text = is_folded(r, phase) if len(r.on) == 1 and a.kind == "flag" else None
        if text:
            return a, text
    return None, None


def mark_folded(columns, option, text):
    """What those lines leave out; the last is always there, as the number of how many."""
    plain = [c for c in columns if not c.keys.get("format", "").endswith("stack")]
    for c in plain[:-1]:
        if c.sample and c.sample not in text and not c.when and not c.unless:
            c.unless = option


def merged_columns(work, get, phase=None):
    """Columns of all runs, each with the option that it depends on: (columns, line, headless)."""
    made, runs = [], []
    folded, folded_text = find_folded(work, phase)
    for r in work.runs:
        if folded in r.on:
            continue
        if len(r.on) > 1 or any(a.kind == "fact" for a in r.on) or r.on in [x.on for x in runs]:
            continue
        runs.append(r)
        made.append(get(r))
    if not made[0]:
        return None
    # Lines without titles, where there are titles without the option, are something else.
    usable = [i for i, m in enumerate(made) if m and m.headless == made[0].headless]
    for i, m in enumerate(made):
        if m and i not in usable:
            work.report.guess(m.line, "with %s the script prints other lines; they are left out" %
                              " ".join(option_shown(a) for a in runs[i].on))
    conditions = Conditions([runs[i].on for i in usable])
    columns = {}
    seqs = []
    for i in usable:
        seq = []
        for c in made[i].columns:
            # Columns of one title are one, and as the script has it without options.
            ident = (c.title, sum(x[0] == c.title for x in seq))
            columns.setdefault(ident, c)
            seq.append(ident)
        seqs.append(tuple(seq))
    out = []
    for ident, where in merge(seqs):
        c = columns[ident]
        typed = typed_text(runs[usable[min(where)]], c)
        if typed:
            work.report.todo(made[usable[min(where)]].line, "the column %s shows what was typed "
                             "(%s)" % (c.title, typed))
            continue
        cond = conditions.find(where)
        if cond is not True:
            single = cond[0][0] if len(cond) == 1 and len(cond[0]) == 1 else None
            if len(cond) == 2 and all(len(way) == 1 and way[0][1] and way[0][0].kind in (
                    "flag", "value") for way in cond):
                # With one of two options: a column for each.
                one, two = cond[0][0][0].option["dest"], cond[1][0][0].option["dest"]
                for when, unless in ((one, None), (two, one)):
                    copy = Column(c.title, dict(c.keys), c.note)
                    copy.when, copy.unless = when, unless
                    out.append(copy)
                work.column_options |= {one, two}
                continue
            if single is None or single[0].kind not in ("flag", "value"):
                if 0 not in where:
                    work.report.guess(made[usable[min(where)]].line, "the column %s is shown "
                                      "only with %s in the script; here it is left out" % (
                                          c.title, condition_text(cond, Words())))
                    continue
                work.report.guess(made[0].line, "the column %s is always shown" % c.title)
            else:
                a, wanted = single
                if wanted:
                    c.when = a.option["dest"]
                else:
                    c.unless = a.option["dest"]
                work.column_options.add(a.option["dest"])
        named = FIELD if (phase or "").startswith("callback:") else NAME
        if any(not named.fullmatch(f) for f in c.fields()):
            work.report.todo(made[usable[min(where)]].line, "the column %s is of a member of a struct "
                             "in the event or the entry" % c.title)
            continue
        out.append(c)
    work.folded = folded.option["dest"] if folded is not None else None
    if folded is not None:
        work.column_options.add(work.folded)
        mark_folded(out, work.folded, folded_text)
    for note in made[0].notes:
        work.report.todo(made[0].line, note)
    for c in out:
        if c.note:
            work.report.guess(made[0].line, "the column %s: %s" % (c.title, c.note))
    if made[0].headless:
        work.report.did(made[0].line, "the script prints no titles above its lines, nor does the "
                        "tool")
    return (out, made[0].line, made[0].headless) if out else None


def option_shown(a):
    return a.option["strings"][-1] if a.option["strings"] else a.option["dest"].upper()


def typed_text(run, column):
    """The value of an option of this run, if the column always says that."""
    for a in run.on:
        for v in a.values or ():
            if any(isinstance(p, str) and str(v) in p for p in column.keys.get("parts", ())):
                return option_shown(a)
    return None


def default_columns(work, fields, skip=()):
    out = []
    structs = ctext.structs(work.texts_made[0])
    for name, kind, length in [
            (n + "." + m if m else n, t, a) for n, k, le in fields or []
            for m, t, a in (structs[k] if k in structs and not le else [("", k, le)])]:
        words = kind.split()
        if name in skip or name.startswith(("pad", "__", "_pad")):
            continue
        if length and "char" not in words and "u8" not in words:
            continue
        if "struct" in words or "union" in words:
            continue
        width = 16 if length else 10
        out.append(Column(name.upper(), {"field": name, "width": width}))
    return out
