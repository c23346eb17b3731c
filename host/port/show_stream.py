# SPDX-License-Identifier: Apache-2.0
"""Events as they come: of a perf or ring buffer, or of the trace pipe."""
from . import ctext
from .assemble import without_disabled
from .column import Column
from .columns import columns_of_run, default_columns, merged_columns
from .work import Failure


def stream_output(work, streams, tables):
    base = work.ex.base
    table = next((t for t in streams if any(
        n["phase"] == "callback:" + t for n in base.lines)), streams[0])
    line = next(n["line"] for n in base.of("table") if n["table"] == table)
    kind = ctext.event_type(work.texts_made[0], table)
    fields = ctext.structs(without_disabled(work.texts_made[0])).get(kind) if kind else None
    work.computed.members = {f[0] for f in fields} if fields else None
    got = merged_columns(work, lambda r: columns_of_run(
        r, table, "callback:" + table, work.computed, True))
    if got:
        columns, cline, headless = got
        work.report.did(cline, "the callback's line became the columns %s" %
                        ", ".join(c.title for c in columns))
    else:
        kind = ctext.event_type(work.texts_made[0], table)
        fields = ctext.structs(work.texts_made[0]).get(kind) if kind else None
        columns, headless = default_columns(work, fields), False
        if not columns:
            raise Failure("what the events of the table %s hold was not found out" % table,
                          line)
        work.report.guess(line, "how the callback prints was not understood: all fields of the "
                                "event are shown")
    for n in base.of("callback-failed"):
        if n["table"] == table:
            work.report.guess(n["line"], "the callback failed with a made-up event: %s" %
                              n["error"])
    others = [t for t in streams if t != table]
    for t in others:
        n = next(n for n in base.of("table") if n["table"] == t)
        work.report.todo(n["line"], "events of the table %s are not shown: a program has one "
                                    "stream" % t)
    return {"kind": "stream", "table": table, "columns": columns, "others": others,
            "headless": headless}


def trace_output(work, trace):
    got = merged_columns(work, lambda r: columns_of_run(
        r, "trace", "callback:trace", work.computed, False, whole=False))
    if got:
        columns = [c for c in got[0] if c.keys.get("field") in (
            "comm", "pid", "cpu", "ts_ns", "message", "ts") or "value" in c.keys]
        for c in columns:
            if c.keys.get("field") == "ts":
                c.keys.pop("field")
                c.keys["value"] = "elapsed"
        if columns:
            work.report.did(trace[0]["line"], "the trace pipe is shown")
            if not any(c.keys.get("field") == "message" for c in columns):
                work.report.guess(got[1], "the script takes the message apart; it is shown "
                                          "whole")
                columns.append(Column("MESSAGE", {"field": "message"}))
            return {"kind": "trace_pipe", "table": None, "columns": columns, "others": []}
    columns = [Column("TIME", {"value": "time", "width": 8}),
               Column("PID", {"field": "pid", "width": 7}),
               Column("COMM", {"field": "comm", "width": 16}),
               Column("MESSAGE", {"field": "message"})]
    work.report.did(trace[0]["line"], "the trace pipe is shown")
    return {"kind": "trace_pipe", "table": None, "columns": columns, "others": []}
