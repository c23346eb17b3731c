# SPDX-License-Identifier: Apache-2.0
"""Tables that are shown in intervals: histograms, the entries of a hash, an array's counters."""
import re

from . import ctext
from .column import Column
from .columns import columns_of_run, default_columns, merged_columns, table_of
from .expr import tables_in
from .rows import printed_rows
from .samples import AT_INDEX
from .show_stream import trace_output
from .stacks import settle_processes
from .work import Failure


# Of a formula that port wrote.
FIELD = re.compile(r"[A-Za-z_]\w*")


def fields_of(column):
    return sorted(column.fields())


def fields_beside(name, table, structs):
    """What a row that has this table beside it calls its values."""
    fields = structs.get(table["leaf"]) if table["leaf"] else None
    return [name] if fields is None else ["%s_%s" % (name, f[0]) for f in fields]


def interval(work):
    for n in work.ex.base.waits:
        s = n.get("seconds")
        if isinstance(s, (int, float)) and 0.01 <= s <= 86400:
            return s
    return None


def histogram_outputs(work, hists, tables):
    """One for each table that is shown so, in their order."""
    found = []
    for n in hists:
        if n["table"] not in found:
            found.append(n["table"])
    return [histogram_output(work, [n for n in hists if n["table"] == t], tables) for t in found]


def histogram_output(work, hists, tables):
    first = hists[0]
    table = first["table"]
    labels, seen = [], set()
    for r in work.runs:
        if len(r.on) > 1:
            continue
        for n in r.of("table"):
            if n["method"] == "histogram" and n["table"] == table:
                a = next(iter(r.on), None)
                if n["label"] not in seen and (a is None or a.kind == "flag"):
                    seen.add(n["label"])
                    labels.append((n["label"], a))
                break
    base_label = first["label"] or "value"
    listed = []
    for text, a in labels:
        if a is not None and text != base_label:
            listed.append({"text": text or "value", "when": a.option["dest"]})
            work.column_options.add(a.option["dest"])
    listed.append({"text": base_label})
    columns = []
    for name, atom, wanted in key_members(work, table):
        c = Column(name, {"field": name})
        if not columns and first["header"] not in ("Bucket ptr", ""):
            c.title = first["header"]
        if atom is not None:
            work.column_options.add(atom.option["dest"])
            c.when, c.unless = (atom.option["dest"], None) if wanted else \
                (None, atom.option["dest"])
        columns.append(c)
    if slotless(work.texts_made[0], table):
        work.report.todo(first["line"], "the key of %s has no member `slot`" % table)
    work.report.did(first["line"], "%s is shown as a histogram" % table)
    return {"kind": "histogram", "table": table, "columns": columns, "labels": listed,
            "linear": bool(first.get("linear")), "interval": interval(work)}


def key_of(text, table):
    """The members of the table's key, if it is a struct."""
    kind = ctext.tables(text).get(table, {}).get("key")
    return ctext.structs(text).get(kind) if kind else None


def slotless(text, table):
    fields = key_of(text, table)
    return bool(fields) and not any(f[0] == "slot" for f in fields)


def key_members(work, table):
    """[(member, option's atom or None, with or without it)]: what the histograms of a table are
    told apart by, in the runs with one option or none."""
    base, out = None, []
    for i, text in zip(work.kept, work.texts_made):
        on = work.runs[i].on
        names = [f[0] for f in key_of(text, table) or []
                 if f[0] != "slot" and not f[0].startswith(("pad", "_"))]
        if base is None:
            base = names
            out = [(n, None, True) for n in names]
            continue
        a = next(iter(on), None)
        if len(on) != 1 or a.kind not in ("flag", "value"):
            continue
        out += [(n, a, True) for n in names if n not in [o[0] for o in out]]
        for n in set(base) - set(names):
            out = [(m, a, False) if m == n and b is None else (m, b, w) for m, b, w in out]
    return out


def is_hash(tables, table):
    kind = tables.get(table, {}).get("kind") or ""
    return "HASH" in kind and "OF_MAPS" not in kind


def tops(work, tables, walked):
    """The hashes that have lines of their own among what the script prints in its loop or at its
    end."""
    found = {}
    for n in work.ex.base.lines:
        table = table_of(n)
        if table and n["phase"] == "loop" and is_hash(tables, table):
            found[table] = found.get(table, 0) + 1
    return [top_output(work, t, tables, walked) for t in sorted(found, key=lambda t: -found[t])]


def table_output(work, walked, tables):
    base = work.ex.base
    made = tops(work, tables, walked)
    if made:
        not_shown(work, walked, made)
        made[0]["also"] = made[1:]
        return made[0]
    counted = {}
    for n in base.lines:
        for p in n["pieces"]:
            if not isinstance(p, str):
                for t in tables_in(p["expr"]):
                    counted[t] = counted.get(t, 0) + 1
    order = sorted(counted, key=lambda t: -counted[t]) + \
        [n["table"] for n in walked if n["table"] not in counted]
    structs = ctext.structs(work.texts_made[0])
    for table in order:
        # A histogram with a struct as its key is a hash.
        kind = tables.get(table, {}).get("kind") or ""
        if is_hash(tables, table) or kind == "BPF_HISTOGRAM" and structs.get(
                tables[table].get("key")):
            made = top_output(work, table, tables, walked)
            not_shown(work, walked, [made])
            return made
    for table in order:
        kind = tables.get(table, {}).get("kind") or ""
        if kind in ("BPF_ARRAY", "BPF_PERCPU_ARRAY", "BPF_HISTOGRAM"):
            return array_output(work, table, tables, walked)
    return None


def top_output(work, table, tables, walked):
    line = next((n["line"] for n in walked if n["table"] == table), 0)

    def only(r):
        made = columns_of_run(r, table, "loop", work.computed, False)
        if not made:
            return None
        return made
    got = merged_columns(work, only, "loop")
    structs = ctext.structs(work.texts_made[0])
    t = tables[table]
    known = set()
    for which in ("key", "leaf"):
        fields = structs.get(t[which]) if t[which] else None
        known |= {f[0] for f in fields} if fields is not None else \
            {"key" if which == "key" else "value"}
    columns, used = [], []
    if any(n.get("joined") and table_of(n) == table for n in work.ex.base.lines):
        work.report.guess(line, "the script prints the entries of %s side by side; here each is a "
                          "line" % table)
    if got:
        near = {n: o for o in tables if o != table and tables[o]["key"] == t["key"]
                for n in fields_beside(o, tables[o], structs)}
        known |= set(near)
        settle_processes(work, got[0], known)
        for c in got[0]:
            if not set(fields_of(c)) <= known:
                work.report.todo(got[1], "the column %s is of no field of %s" % (
                    c.title, table))
                continue
            if c.keys.get("value") == "elapsed":
                continue
            columns.append(c)
            used += [near[f] for f in fields_of(c) if f in near]
    if any(p.get("expr") and p["expr"][:2] == ["host", "loadavg"] for n in work.ex.base.lines
           for p in n["pieces"] if not isinstance(p, str)):
        work.loadavg = True
    headless = bool(got) and got[2]
    if columns and any(c.fields() for c in columns):
        work.report.did(got[1], "the lines of %s became the columns %s" % (
            table, ", ".join(c.title for c in columns)))
    else:
        columns, headless = [], False
        for which in ("key", "leaf"):
            fields = structs.get(t[which]) if t[which] else None
            if fields is None:
                name = "key" if which == "key" else "value"
                columns.append(Column(name.upper(), {"field": name, "width": 12}))
            else:
                columns += default_columns(work, fields)
        work.report.guess(line, "how the entries of %s are printed was not understood: all "
                                "their fields are shown" % table)
    printed = printed_rows(work.ex.many, table) or (False, [], False)
    all_rows = printed[0] or "ARRAY" in (t["kind"] or "")
    order = [f for f in printed[1] if f in known]
    clears = any(n["method"] in ("clear", "delete") and n["table"] == table
                 for n in work.ex.base.of("table"))
    if not clears and not all_rows:
        work.report.guess(line, "the script keeps the entries of %s; here each interval shows "
                                "what was counted in it" % table)
    if order:
        work.report.did(line, "the entries of %s are sorted by %s, the %s first" % (
            table, " and ".join(order), "smallest" if printed[2] and all_rows else "largest"))
    return {"kind": "table" if all_rows else "top", "table": table, "columns": columns,
            "interval": interval(work), "order": order, "beside": sorted(set(used)),
            "ascending": all_rows and printed[2] and bool(order),
            "keep": all_rows and not clears and interval(work) is not None,
            "folded": work.folded if got else None, "headless": headless}


def not_shown(work, walked, made):
    shown = {x for m in made for x in [m["table"]] + m.get("beside", [])}
    for o in sorted({n["table"] for n in walked} - shown):
        work.report.todo(next(n["line"] for n in walked if n["table"] == o),
                         "the table %s is not shown" % o)


def array_output(work, table, tables, walked):
    """An array of counters, shown as rates or, if its leaf is a number, as a histogram."""
    line = next((n["line"] for n in walked if n["table"] == table), 0)
    leaf = tables[table]["leaf"]
    fields = ctext.structs(work.texts_made[0]).get(leaf)
    if fields:
        columns = default_columns(work, fields)
        work.report.guess(line, "the counters of %s are shown as rates" % table)
        return {"kind": "rates", "table": table, "columns": columns,
                "interval": interval(work), "others": []}
    return entries_output(work, table, line) or top_output(work, table, tables, walked)


def entries_output(work, table, line):
    """A line of what an array's entries say, each by its index."""
    got = merged_columns(work, lambda r: columns_of_run(r, table, "loop", work.computed, False,
                                                        whole=False), "loop")
    columns = []
    for c in got[0] if got else ():
        field, at, index = c.keys.get("field", "").partition(AT_INDEX)
        if at:
            c.keys["field"], c.keys["index"] = field, int(index)
            if AT_INDEX.upper() in c.title:     # no heading has one
                c.title = "%s[%s]" % (table.upper(), index)
            if not c.title.endswith("/s"):
                c.keys["per"] = "interval"
            columns.append(c)
        elif any(p.get("value") == "time" for p in c.parts()):
            columns.append(c)
    if not any("index" in c.keys for c in columns):
        return None
    work.report.did(line, "the entries of %s became the columns %s" % (
        table, ", ".join(c.title for c in columns)))
    if any("per" in c.keys for c in columns) and not any(
            n["method"] in ("clear", "delete", "set") and n["table"] == table
            for n in work.ex.base.of("table")):
        work.report.guess(line, "the script keeps the entries of %s; here each interval shows what "
                                "was counted in it" % table)
    return {"kind": "rates", "table": table, "columns": columns,
            "interval": interval(work), "others": []}


def any_output(work, tables):
    for name, t in tables.items():
        if t["kind"] == "BPF_HISTOGRAM":
            work.report.guess(0, "nothing that the script prints was seen: %s is shown" % name)
            return {"kind": "histogram", "table": name, "columns": [],
                    "labels": [{"text": "value"}], "linear": False,
                    "interval": interval(work), "others": []}
    if "bpf_trace_printk" in work.texts_made[0]:
        return trace_output(work, [{"line": 0}])
    for name, t in tables.items():
        if t["kind"] in ("BPF_HASH", "BPF_LRU_HASH", "BPF_PERCPU_HASH", "BPF_ARRAY", "BPF_PERCPU_ARRAY"):
            return top_output(work, name, tables, [{"table": name, "line": 0}])
    raise Failure("nothing that the script shows was found")
