# SPDX-License-Identifier: Apache-2.0
"""Events as they come: of a perf or ring buffer, or of the trace pipe."""
from . import ctext
from .assemble import without_disabled
from .column import Column
from .columns import columns_of_run, default_columns, merged_columns
from .expr import Computed
from .stacks import settle_processes
from .work import Failure


def stream_output(work, streams, tables):
    """The buffers that the script opens: the first is the output, the others stand in `also`."""
    outs, failed, computed = [], [], {}
    printed = {n["phase"][len("callback:"):] for r in work.runs for n in r.lines
               if n["phase"].startswith("callback:")}
    for table in sorted(streams, key=lambda t: t not in printed):
        line = next(n["line"] for r in work.runs for n in r.of("table") if n["table"] == table)
        broken = any(n["table"] == table for n in work.ex.base.of("callback-failed"))
        if outs and table not in printed and not broken:
            work.report.todo(line, "events of the table %s are not shown: the script's callback "
                                   "prints nothing of them" % table)
            continue
        try:
            outs.append(one_stream(work, table, line, computed))
        except Failure as e:
            failed.append((table, line, e))
    if not outs:
        raise failed[0][2]
    for table, line, e in failed:
        work.report.todo(line, "events of the table %s are not shown: %s" % (table, e))
    if len(outs) > 1:
        work.report.did(line, "%d buffers became streams of one tool: %s" % (
            len(outs), ", ".join(o["table"] for o in outs)))
    outs[0]["also"] = outs[1:]
    return outs[0]


def one_stream(work, table, line, computed):
    """What is shown of the events of one buffer; computed: by their types, as streams may share
    one, with what is worked out in it."""
    base = work.ex.base
    kind = ctext.event_type(work.texts_made[0], table)
    fields = ctext.structs(without_disabled(work.texts_made[0])).get(kind) if kind else None
    own = computed.setdefault(kind or table, Computed())
    own.tables.add(table)
    own.members = {f[0] for f in fields} if fields else None
    got = merged_columns(work, lambda r: columns_of_run(
        r, table, "callback:" + table, own, True), "callback:" + table)
    if got:
        columns, cline, headless = got
        settle_processes(work, columns, {f[0] for f in fields or []})
        work.report.did(cline, "the callback's line became the columns %s" %
                        ", ".join(c.title for c in columns))
    else:
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
    return {"kind": "stream", "table": table, "columns": columns, "computed": own,
            "conditions": [], "only": [], "folded": work.folded if got else None,
            "headless": headless}


def trace_output(work, trace):
    got = merged_columns(work, lambda r: columns_of_run(
        r, "trace", "callback:trace", work.computed, False, whole=False), "callback:trace")
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
            return {"kind": "trace_pipe", "table": None, "columns": columns}
    columns = [Column("TIME", {"value": "time", "width": 8}),
               Column("PID", {"field": "pid", "width": 7}),
               Column("COMM", {"field": "comm", "width": 16}),
               Column("MESSAGE", {"field": "message"})]
    work.report.did(trace[0]["line"], "the trace pipe is shown")
    return {"kind": "trace_pipe", "table": None, "columns": columns}
