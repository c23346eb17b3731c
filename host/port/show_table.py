# SPDX-License-Identifier: Apache-2.0
"""Tables that are shown in intervals: histograms, the entries of a hash, an array's counters."""
import re

from . import ctext
from .column import Column
from .columns import columns_of_run, default_columns, merged_columns
from .expr import tables_in
from .show_stream import trace_output
from .stacks import settle_processes
from .work import Failure


# Of a formula that port wrote.
FIELD = re.compile(r"[A-Za-z_]\w*")


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
    kind = tables.get(table, {}).get("key")
    fields = ctext.structs(work.texts_made[0]).get(kind) if kind else None
    columns = []
    for name, ctype, length in fields or []:
        if name == "slot" or name.startswith(("pad", "_")):
            continue
        title = first["header"] if first["header"] not in ("Bucket ptr", "") else name
        columns.append(Column(title, {"field": name}))
        title = None
        if len(columns) > 1:
            columns[-1].title = name
    if fields and not any(f[0] == "slot" for f in fields):
        work.report.todo(first["line"], "the key of %s has no member `slot`" % table)
    work.report.did(first["line"], "%s is shown as a histogram" % table)
    return {"kind": "histogram", "table": table, "columns": columns, "labels": listed,
            "linear": bool(first.get("linear")), "interval": interval(work)}


def table_output(work, walked, tables):
    base = work.ex.base
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
        kind = tables.get(table, {}).get("kind") or ""
        # One with a struct as its key is a hash.
        if kind == "BPF_HISTOGRAM" and structs.get(tables[table].get("key")):
            return top_output(work, table, tables, walked)
        if "HASH" in kind and "OF_MAPS" not in kind:
            return top_output(work, table, tables, walked)
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
    columns = []
    if got:
        settle_processes(work, got[0], known)
        for c in got[0]:
            if c.fields() - known:
                work.report.todo(got[1], "the column %s is of no field of %s" % (
                    c.title, table))
                continue
            if c.keys.get("value") == "elapsed":
                continue
            columns.append(c)
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
    clears = any(n["method"] in ("clear", "delete") and n["table"] == table
                 for n in work.ex.base.of("table"))
    if not clears:
        work.report.guess(line, "the script keeps the entries of %s; here each interval shows "
                                "what was counted in it" % table)
    others = sorted({n["table"] for n in walked} - {table})
    for o in others:
        work.report.todo(next(n["line"] for n in walked if n["table"] == o),
                         "the table %s is not shown" % o)
    return {"kind": "top", "table": table, "columns": columns, "interval": interval(work),
            "folded": work.folded if got else None,
            "others": others, "headless": headless}


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
    work.report.guess(line, "the numbers of the array %s are shown as a histogram by their "
                            "index; the script's own way of printing is left" % table)
    return {"kind": "histogram", "table": table, "columns": [], "labels": [{"text": "index"}],
            "linear": True, "interval": interval(work), "others": []}


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
        if t["kind"] in ("BPF_HASH", "BPF_LRU_HASH", "BPF_PERCPU_HASH"):
            return top_output(work, name, tables, [{"table": name, "line": 0}])
    raise Failure("nothing that the script shows was found")
