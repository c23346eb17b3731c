# SPDX-License-Identifier: Apache-2.0
"""What the tool shows: which of the script's tables, and as what."""
from . import ctext
from .expr import tables_in
from .lines import looks_like_header, words_of
from .show_stream import stream_output, trace_output
from .show_table import any_output, histogram_outputs, table_output, tops


def find_output(work):
    base = work.ex.base
    tables = ctext.tables(work.texts_made[0])
    work.column_options = set()
    streams = []
    for n in base.of("table"):
        if n["method"] in ("open_perf_buffer", "open_ring_buffer") and \
           n["table"] not in streams:
            streams.append(n["table"])
    hists = [n for n in base.of("table") if n["method"] == "histogram"]
    trace = base.of("trace")
    if streams and not any(n["phase"] == "callback:" + t for t in streams for n in base.lines):
        # Its events are no lines of what it shows, but those of a table are.
        made = looped_output(work, tables)
        if made:
            for t in streams:
                n = next(n for n in base.of("table") if n["table"] == t)
                work.report.todo(n["line"], "events of the table %s are not shown: the script "
                                            "prints none of them to stdout" % t)
            return made
    if streams:
        out = stream_output(work, streams, tables)
        out["also"] += histogram_outputs(work, hists, tables)
        shown = {o["table"] for o in out["also"]}
        out["also"] += [t for t in tops(work, tables, base.of("table"))
                        if t["table"] not in shown]
        return out
    if hists:
        return together(histogram_outputs(work, hists, tables))
    if trace:
        return trace_output(work, trace)
    walked = [n for n in base.of("table") if n["method"] in ("items", "keys", "values",
                                                             "lookup")]
    if walked:
        made = table_output(work, walked, tables)
        if made:
            return made
    # Histograms that only an option brings, and what no run showed.
    for r in work.runs:
        hists = [n for n in r.of("table") if n["method"] == "histogram"]
        if hists:
            work.report.guess(hists[0]["line"], "the histogram is shown, which the script "
                                                "shows with an option")
            return together(histogram_outputs(work, hists, tables))
    return any_output(work, tables)


def looped_output(work, tables):
    """A table whose entries are printed."""
    printed = {t for n in work.ex.base.lines if n["phase"] == "loop" for t in tables_in(
        [p["expr"] for p in n["pieces"] if not isinstance(p, str)])}
    walked = [n for n in work.ex.base.of("table") if n["table"] in printed and
              n["method"] in ("items", "keys", "values")]
    return table_output(work, walked, tables) if walked else None


def together(outs):
    outs[0]["also"] = outs[1:]
    return outs[0]


def printed_headings(work):
    """The heading that the script itself printed, without options."""
    lines = [n for n in work.ex.base.lines if looks_like_header(n)]
    return " ".join(words_of(lines[0])) if lines else ""
