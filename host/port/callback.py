# SPDX-License-Identifier: Apache-2.0
"""What a callback does with an event that no column says: what it leaves out, what it works out of
the fields. Both are done in the template instead."""
import re

from . import ctext
from .expr import plain_field
from .options import option_line, option_name
from .work import Failure


def callback_filters(work, table):
    """Options that make the callback print less: on the field of an event, by a comparison, or
    by a text that is in it."""
    def cases(r):
        return [n for n in r.of("event") if n["table"] == table]
    printed = any(c["printed"] for c in cases(work.ex.base))
    work.conditions_c, work.only = [], []
    for a in work.ex.atoms:
        if a.option is None or a.failed or not printed or a.single.on != {a}:
            continue
        base = {repr(c["event"]): c["printed"] for c in cases(work.ex.base)}
        own = cases(a.single)
        if all(c["printed"] or not base.get(repr(c["event"]), True) for c in own):
            continue
        dest = a.option["dest"]
        line = option_line(work, a.option)
        has = [b for c in own for b in c["at"] or [] if b[1] == "has"]
        if has and plain_field(has[0][0]) and a.kind == "value":
            work.only.append((dest, has[0][0][2]))
            work.column_options.add(dest)
            work.report.did(line, "--%s: only events whose %s it matches" % (
                option_name(dest), has[0][0][2]))
            continue
        if a.kind == "flag":
            split = work.computed.split_by(own, [c["printed"] for c in own])
            if split and work.computed.condition_c(split[0], "e.") and isinstance(split[2], bool):
                cond, want, shown = split
                text = lambda var, c=cond, w=(want == shown): ("" if w else "!") + \
                    work.computed.condition_c(c, var)
                word, _no = work.words.of(a)
                work.conditions_c.append((word, text))
                work.report.did(line, "--%s: what the callback leaves out is left out in the "
                                "template: %s" % (option_name(dest), text("e.")))
                continue
        work.report.todo(line, "--%s: the callback prints less with it; it is not clear what" %
                         option_name(dest))


def put_computed(work, table):
    """Fields that are worked out before an event goes, and what is not to go."""
    shown = set().union(*(c.fields() for c in work.out["columns"]))
    work.computed.made = [m for m in work.computed.made if m[0] in shown]
    if not work.computed.made and not work.conditions_c:
        return
    kind = ctext.event_type(work.template, table)
    text = work.template
    clean = ctext.without_comments(text)
    site = re.compile(r"\b%s\s*\.\s*(perf_submit|ringbuf_output)\s*\(" % re.escape(table))
    spots = []
    for m in site.finditer(clean):
        end = clean.index(";", m.end()) + 1 if ";" in clean[m.end():] else None
        arg = re.match(r"\s*(?:\w+\s*,\s*)?(&?)\s*(\w+)\s*,", clean[m.end():])
        if end and arg:
            spots.append((m.start(), end, arg.group(2) + ("." if arg.group(1) else "->")))
    places = [m for m in re.finditer(r"\bstruct\s+%s\s*\{" % re.escape(
        (kind or "?").replace("struct ", "")), clean)]
    if kind and not places:
        # typedef struct { … } data_t;
        for m in re.finditer(r"\}\s*%s\s*;" % re.escape(kind), clean):
            spots_end = m.start()
            places.append(("alias", spots_end))
    if not spots or not places:
        names = {n for n, _m in work.computed.made}
        for c in list(work.out["columns"]):
            if c.fields() & names:
                work.out["columns"].remove(c)
                work.report.todo(0, "the column %s is worked out by the script" % c.title)
        if not work.out["columns"]:
            raise Failure("what the script prints of %s could not be carried over" % table)
        return
    edits = []
    for a, b, var in spots:
        sets = " ".join("%s%s = %s;" % (var, n, make(var)) for n, make in work.computed.made)
        wanted = " && ".join("(!%s || %s)" % (w, c(var)) for w, c in work.conditions_c)
        edits.append((a, a, "{ " + sets + (" if (%s)" % wanted if wanted else "") + " "))
        edits.append((b, b, " }"))
    decl = "".join("\t%s %s; /* for the columns */\n" % (work.computed.types[n], n)
                   for n, _m in work.computed.made)
    for p in places if decl else ():
        if isinstance(p, tuple):
            end = p[1]
        else:
            _body, e = ctext.body_at(clean, p.end() - 1)
            end = e - 1
        edits.append((end, end, decl))
    for a, b, new in sorted(edits, key=lambda e: -e[0]):
        text = text[:a] + new + text[b:]
    work.template = text
    if work.computed.made:
        work.report.did(0, "what the callback works out is done in the template: %s" %
                        ", ".join("%s = %s" % (n, make("e.")) for n, make in
                                  work.computed.made))
