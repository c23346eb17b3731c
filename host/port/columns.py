# SPDX-License-Identifier: Apache-2.0
"""The columns of a run by the lines that it printed, and those of all runs as one list."""
from .column import Column, column
from .expr import fields_in, simplify, strip_prefix
from .lines import by_position, header_titles, looks_like_header, render, slots_of
from .merge import Conditions, merge
from .template import Words, condition_text


def columns_of_run(run, table, prefix, computed, stream):
    """The columns of one run for what it prints of a table: (columns, line number, notes)."""
    lines = [n for n in run.lines if n["phase"] == prefix and any(
        not isinstance(p, str) and p["expr"] is not None for p in n["pieces"])]
    if not lines:
        return None
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
        c = column(name, parts[which]["spec"], outcomes, alike, computed, stream, slot)
        if c is None:
            notes.append("the column %s, whose value (`%s` in a trial) is of no field" %
                         (name, render(slot)[:40]))
            continue
        shown = [p for p in parts if p["expr"] is not None]
        if len(shown) > 1:
            c.note = c.note or "the script shows %d values together here; the first is shown" % \
                len(shown)
        cols.append(c)
    if not cols:
        return None
    return cols, pick["line"], notes


def hashable_expr(e):
    return simplify(e) if e is not None else None


def merged_columns(work, get):
    """Columns of all runs, each with the option that it depends on."""
    made, runs = [], []
    for r in work.runs:
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
