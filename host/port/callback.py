# SPDX-License-Identifier: Apache-2.0
"""What a callback does with an event that no column says: what it leaves out, what it works out of
the fields. Both are done in the template instead."""
import re

from . import ctext
from .expr import plain_field
from .options import option_line, option_name
from .work import Failure


def callback_filters(work, out):
    """Options that make the callback of a stream print less: on the field of an event, by a
    comparison, or by a text that is in it."""
    table, computed = out["table"], out["computed"]

    def cases(r):
        return [n for n in r.of("event") if n["table"] == table]
    printed = any(c["printed"] for c in cases(work.ex.base))
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
            out["only"].append((dest, has[0][0][2]))
            work.column_options.add(dest)
            work.report.did(line, "--%s: only events whose %s it matches" % (
                option_name(dest), has[0][0][2]))
            continue
        if a.kind == "flag":
            split = computed.split_by(own, [c["printed"] for c in own])
            if split and computed.condition_c(split[0], "e.") and isinstance(split[2], bool):
                cond, want, shown = split
                text = lambda var, c=cond, w=(want == shown): ("" if w else "!") + \
                    computed.condition_c(c, var)
                word, _no = work.words.of(a)
                out["conditions"].append((word, text))
                work.report.did(line, "--%s: what the callback leaves out is left out in the "
                                "template: %s" % (option_name(dest), text("e.")))
                continue
        work.told_less.add(dest)
        work.report.todo(line, "--%s: the callback prints less with it; it is not clear what" %
                         option_name(dest))


def put_computed(work, outs):
    """Fields that are worked out before an event goes, and what is not to go; of streams whose
    events are of one type."""
    computed = outs[0]["computed"]
    shown = set().union(*(c.fields() for o in outs for c in o["columns"]))
    computed.made = [m for m in computed.made if m[0] in shown]
    if not computed.made and not any(o["conditions"] for o in outs):
        return
    text = work.template
    clean = ctext.without_comments(text)
    spots = [s for o in outs for s in submits(clean, o)]
    places = members_of(clean, ctext.event_type(work.template, outs[0]["table"]))
    if not spots or not places:
        without_computed(work, outs, {n for n, _m in computed.made})
        return
    edits = []
    for a, b, var, conditions in spots:
        sets = " ".join("%s%s = %s;" % (var, n, make(var)) for n, make in computed.made)
        wanted = " && ".join("(!%s || %s)" % (w, c(var)) for w, c in conditions)
        edits.append((a, a, "{ " + sets + (" if (%s)" % wanted if wanted else "") + " "))
        edits.append((b, b, " }"))
    decl = "".join("\t%s %s; /* for the columns */\n" % (computed.types[n], n)
                   for n, _m in computed.made)
    edits += [(end, end, decl) for end in places if decl]
    for a, b, new in sorted(edits, key=lambda e: -e[0]):
        text = text[:a] + new + text[b:]
    work.template = text
    if computed.made:
        work.report.did(0, "what the callback works out is done in the template: %s" %
                        ", ".join("%s = %s" % (n, make("e.")) for n, make in computed.made))


def submits(clean, out):
    """Where events of that stream go: [(start, end, how a member begins, conditions)]."""
    found = []
    for m in re.finditer(r"\b%s\s*\.\s*(perf_submit|ringbuf_output)\s*\(" %
                         re.escape(out["table"]), clean):
        end = clean.index(";", m.end()) + 1 if ";" in clean[m.end():] else None
        arg = re.match(r"\s*(?:\w+\s*,\s*)?(&?)\s*(\w+)\s*,", clean[m.end():])
        if end and arg:
            found.append((m.start(), end, arg.group(2) + ("." if arg.group(1) else "->"),
                          out["conditions"]))
    return found


def members_of(clean, kind):
    """Where the members of the type end, in each of its definitions."""
    ends = []
    for m in re.finditer(r"\bstruct\s+%s\s*\{" % re.escape(
            (kind or "?").replace("struct ", "")), clean):
        _body, e = ctext.body_at(clean, m.end() - 1)
        ends.append(e - 1)
    if kind and not ends:
        # typedef struct { … } data_t;
        ends = [m.start() for m in re.finditer(r"\}\s*%s\s*;" % re.escape(kind), clean)]
    return ends


def without_computed(work, outs, names):
    for o in outs:
        for c in list(o["columns"]):
            if c.fields() & names:
                o["columns"].remove(c)
                work.report.todo(0, "the column %s is worked out by the script" % c.title)
        if not o["columns"]:
            raise Failure("what the script prints of %s could not be carried over" % o["table"])
