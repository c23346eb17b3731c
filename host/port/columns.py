# SPDX-License-Identifier: Apache-2.0
"""The columns of a run by the lines that it printed, and those of all runs as one list."""
from .column import Column, column
from .expr import fields_in, simplify, strip_prefix
from .lines import by_position, header_titles, looks_like_header, render, slots_of
from .merge import Conditions, merge
from .stacks import is_folded, is_frame, marks_of, stack_columns, stacks_in_piece
from .template import Words, condition_text


def table_of(line):
    """The table that most of a line is of; None: of none."""
    found = tables_in([p["expr"] for p in line["pieces"] if not isinstance(p, str)])
    return max(found, key=found.count) if found else None


def columns_of_run(run, table, prefix, computed, stream):
    """The columns of one run for what it prints of a table: (columns, line number, notes)."""
    marks = marks_of(run)
    stacks = stack_columns(run, prefix, marks)
    lines = [n for n in run.lines if n["phase"] == prefix and any(
        not isinstance(p, str) and p["expr"] is not None for p in n["pieces"]) and
        not is_frame(n, marks)]
    # Where several tables are printed, what is said of this one.
    if any(table_of(n) == table for n in lines):
        lines = [n for n in lines if table_of(n) in (table, None)]
    groups, several = [lines], False
    # An entry that stands on several lines, for it has a stack: what all of them say.
    if stacks and not stream and len({n["line"] for n in lines}) > 1:
        lines = [n for n in lines if table in tables_in([p["expr"] for p in n["pieces"]
                                                         if not isinstance(p, str)])]
        several = True
        groups = [[n for n in lines if n["line"] == at]
                  for at in dict.fromkeys(n["line"] for n in lines)]
    cols, at, notes = [], None, []
    for group in groups:
        made = columns_of_lines(run, table, group, marks, computed, stream,
                                several) if group else None
        if made:
            known = {c.keys.get("field") for c in cols}
            cols += [with_width(c) if several else c for c in made[0] if not c.keys.get("field") or
                     c.keys["field"] not in known or not stacks]
            at = made[1]
            notes += made[2]
    cols += stacks
    return (cols, at or stacks[0].line, notes) if cols else None


def with_width(c):
    """Lines of their own need none; side by side they do."""
    c.keys.setdefault("width", 16 if not (c.sample or "").lstrip("-").isdigit() else 8)
    return c


def columns_of_lines(run, table, lines, marks, computed, stream, several):
    """The same for lines that are alike; several: they have no heading."""
    if stream:
        plain = [n for n in lines if n["event"] in ({}, None)]
    else:
        plain = lines
    pick = max(plain or lines, key=lambda n: sum(
        1 for p in n["pieces"] if not isinstance(p, str) and p["expr"] is not None))
    shape = [len(s) for s in slots_of(pick["pieces"])]
    alike = [n for n in lines if n["line"] == pick["line"] and
             len(slots_of(n["pieces"])) == len(shape)]
    alike = [pick] + [n for n in alike if n is not pick]
    slots = slots_of(pick["pieces"])
    at = run.notes.index(pick)
    headers = [n for n in run.notes[:at] if n["what"] == "line" and n["pieces"] and not any(
        not isinstance(p, str) and p["expr"] is not None for p in n["pieces"])]
    real = [i for i, s in enumerate(slots) if any(
        not isinstance(p, str) for p in s)]
    titles, used = None, None
    if several:
        headers = []
    for n in reversed(headers):
        if looks_like_header(n):
            titles = header_titles(n, len(slots))
            if titles is None:
                some = header_titles(n, len(real))
                if some:
                    titles = [None] * len(slots)
                    for i, t in zip(real, some):
                        titles[i] = t
            if titles:
                used = n
                break
    if titles is None:
        n = next((h for h in reversed(headers) if looks_like_header(h)), None)
        if n:
            titles, used = by_position(n, pick), n
    cols, notes = [], []
    for i, slot in enumerate(slots):
        if any(stacks_in_piece(p, marks) for p in slot):
            continue
        parts = [p for p in slot if not isinstance(p, str)]
        title = titles[i] if titles else None
        if not parts:
            if title and used is not None:
                notes.append("the column %s always says `%s`" % (title, render(slot)))
            continue
        # The part of the slot that tells most.
        which = max(range(len(parts)), key=lambda k: (parts[k]["expr"] is not None, -k))
        outcomes = []
        for n in alike:
            other = [p for p in slots_of(n["pieces"])[i] if not isinstance(p, str)]
            p = other[which] if which < len(other) else None
            outcomes.append((hashable_expr(p["expr"]), p["value"] if p["expr"] is None else "")
                            if p else (None, render(slots_of(n["pieces"])[i])))
        name = title
        if not name:
            found = fields_in(parts[which]["expr"])
            name = strip_prefix(found[0]).upper() if found else None
        if not name:
            continue
        others = tables_in(parts[which]["expr"])
        if stream and others and table not in others:
            notes.append("the column %s is of another table, %s" % (name, others[0]))
            continue
        c = column(name, parts[which]["spec"], outcomes, alike, computed, stream, table)
        if c is None:
            notes.append("the column %s, whose value (`%s` in a trial) is of no field" %
                         (name, render(slot)[:40]))
            continue
        c.sample = parts[which]["value"]
        shown = [p for p in parts if p["expr"] is not None]
        if len(shown) > 1:
            c.note = c.note or "the script shows %d values together here; the first is shown" % \
                len(shown)
        cols.append(c)
    if not cols:
        return None
    return cols, pick["line"], notes


def tables_in(expr):
    """The tables of the fields that it is made of."""
    if isinstance(expr, (list, tuple)):
        if len(expr) == 3 and expr[0] == "field":
            return [expr[1]]
        return [t for e in expr for t in tables_in(e)]
    return []


def hashable_expr(e):
    return simplify(e) if e is not None else None


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
        if getattr(c, "sample", None) and c.sample not in text and not c.when and not c.unless:
            c.unless = option


def merged_columns(work, get, phase=None):
    """Columns of all runs, each with the option that it depends on."""
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
    usable = [i for i, m in enumerate(made) if m]
    conditions = Conditions([runs[i].on for i in usable])
    columns = {}
    seqs = []
    for i in usable:
        seq = []
        for c in made[i][0]:
            # Columns of one title are one, and as the script has it without options.
            ident = (c.title, sum(x[0] == c.title for x in seq))
            columns.setdefault(ident, c)
            seq.append(ident)
        seqs.append(tuple(seq))
    out = []
    for ident, runs in merge(seqs):
        c = columns[ident]
        cond = conditions.find(runs)
        if cond is not True:
            single = cond[0][0] if len(cond) == 1 and len(cond[0]) == 1 else None
            if single is None or single[0].kind not in ("flag", "value"):
                if 0 not in runs:
                    work.report.guess(made[usable[min(runs)]][1], "the column %s is shown "
                                      "only with %s in the script; here it is left out" % (
                                          c.title, condition_text(cond, Words())))
                    continue
                work.report.guess(made[0][1], "the column %s is always shown" % c.title)
            else:
                a, wanted = single
                if wanted:
                    c.when = a.option["dest"]
                else:
                    c.unless = a.option["dest"]
                work.column_options.add(a.option["dest"])
        out.append(c)
    work.folded = folded.option["dest"] if folded is not None else None
    if folded is not None:
        work.column_options.add(work.folded)
        mark_folded(out, work.folded, folded_text)
    for i in usable:
        if i:
            continue
        for note in made[i][2]:
            work.report.todo(made[i][1], note)
    for c in out:
        if c.note:
            work.report.guess(made[0][1], "the column %s: %s" % (c.title, c.note))
    return out, made[0][1]


def default_columns(work, fields, skip=()):
    out = []
    for name, kind, length in fields or []:
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
