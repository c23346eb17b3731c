# SPDX-License-Identifier: Apache-2.0
"""What the tool shows: which of the script's tables, and as what."""
from . import ctext
from .lines import looks_like_header, words_of
from .show_stream import stream_output, trace_output
from .show_table import any_output, histogram_output, table_output


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
    if streams:
        return stream_output(work, streams, tables)
    if hists:
        return histogram_output(work, hists, tables)
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
            return histogram_output(work, hists, tables)
    return any_output(work, tables)


def printed_headings(work):
    """The heading that the script itself printed, without options."""
    lines = [n for n in work.ex.base.lines if looks_like_header(n)]
    return " ".join(words_of(lines[0])) if lines else ""
