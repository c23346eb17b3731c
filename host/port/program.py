# SPDX-License-Identifier: Apache-2.0
"""The texts of program and template, of all that was derived; what else the report is to say."""
import ast
import re

from . import ctext, perf, yamlout
from .assemble import make_template
from .callback import callback_filters, put_computed
from .learn import learn_script
from .options import arguments_of, make_options
from .probes import make_probes, modules_of
from .show import find_output


def document(work, name):
    learn_script(work)
    make_template(work)
    probes = make_probes(work)
    work.out = find_output(work)
    streams = [o for o in work.outs() if o["kind"] == "stream"]
    for o in streams:
        callback_filters(work, o)
    for computed in {id(o["computed"]): o["computed"] for o in streams}.values():
        put_computed(work, [o for o in streams if o["computed"] is computed])
    options, words = make_options(work)
    doc = {"summary": summary_of(work, name)}
    if work.container_filter:
        doc["filters"] = ["cgroup", "mntns"]
        work.report.did(work.line_of("filter_by_containers"),
                        "the containers' filter is FILTER, with --cgroupmap and --mntnsmap")
    if work.pid_options - set(work.option_names):
        doc.setdefault("filters", []).append("pid")
    if options:
        doc["options"] = options
    args = arguments_of(work, options)
    if args:
        doc["arguments"] = args
    if words:
        doc["substitute"] = words
    if work.words.facts:
        doc["facts"] = facts_of(work)
    counters = perf_counters_of(work)
    if counters:
        doc["perf_counters"] = counters
    modules = modules_of(work)
    if modules:
        doc["modules"] = modules
    for p in probes:
        for k in ("given", "not_given"):
            if k in p:
                p[k] = [work.option_names[d] for d in p[k]]
        if "binary" in p:
            name_binary(work, p, options)
        name_process(work, p)
        for k in ("given", "not_given"):
            if len(p.get(k, ())) == 1:
                p[k] = p[k][0]
        for k in perf.KEYS:
            if isinstance(p.get(k), dict) and "perf_event" in p:
                p[k]["option"] = work.option_names[p[k]["option"]]
    doc["probes"] = probes
    doc["output"] = output_of(work, work.out)
    kernel_questions(work)
    return yamlout.document(doc), final_text(work, name)


def name_binary(work, probe, options):
    """Where the option has no default, the probe is there only if it was given."""
    name = work.option_names[probe["binary"]["option"]]
    entry = next(o for o in options if o["name"] == name)
    probe["binary"]["option"] = name
    if "default" not in entry and name not in probe.get("given", ()):
        probe.setdefault("given", []).append(name)


def name_process(work, probe):
    """The host's own --pid needs no key."""
    dest = probe["pid"].get("option") if isinstance(probe.get("pid"), dict) else None
    if dest is None or probe.get("binary", {}).get("option") == work.option_names.get(dest):
        return
    if dest in work.option_names:
        probe["pid"] = {"option": work.option_names[dest]}
    elif dest in work.pid_options:
        del probe["pid"]


def facts_of(work):
    out = {}
    for macro, key in sorted(work.words.facts.items()):
        if key[0] == "address":
            out[macro] = {"address": key[1]}
            work.report.did(work.line_of(key[1]), "the address of %s is a fact: %s" % (
                key[1], macro))
            continue
        line = work.ex.facts[key]["line"]
        out[macro] = {"field": [key[1], key[2]]} if key[0] == "field" else \
            {"tracepoint": "%s:%s" % (key[1], key[2])} if key[0] == "tracepoint" else \
            {"perf_event": key[1]} if key[0] == "perf_event" else \
            {"symbol": key[1]}
        work.report.did(line, "the kernel is asked for %s: %s" % (" ".join(key[1:]), macro))
    return out


def perf_counters_of(work):
    """{table: event} of the BPF_PERF_ARRAYs that the text has in all runs."""
    out = {}
    for n in work.ex.base.of("table"):
        if n["method"] != "open_perf_event":
            continue
        if out.setdefault(n["table"], n["event"]) != n["event"]:
            work.report.todo(n["line"], "the counters of %s are of several events; here all are "
                                        "of %s" % (n["table"], out[n["table"]]))
        else:
            work.report.did(n["line"], "%s counts %s" % (n["table"], n["event"]))
    return out


def output_of(work, out):
    """The key `output`, or an item of its `also`."""
    o = {}
    if out["kind"] == "trace_pipe":
        o["trace_pipe"] = True
    else:
        o[out["kind"]] = out["table"]
    if out is work.out and out["kind"] != "stream":
        every = [x["interval"] for x in work.outs() if x.get("interval")]
        o.update({"interval": every[0]} if every else {})
    if out.get("order"):
        o["sort"] = {"all": out["order"]}
    for key in ("ascending", "keep"):
        if out.get(key):
            o[key] = True
    if out["kind"] == "histogram":
        if out["linear"]:
            o["linear"] = True
        o["label"] = [dict(la, when=work.option_names[la["when"]]) if "when" in la else la
                      for la in out["labels"]]
    if out.get("beside"):
        o["beside"] = out["beside"]
    if out.get("only"):
        o["only"] = [{"option": work.option_names[d], "field": f} for d, f in out["only"]]
    if out is work.out and out.get("folded") in work.option_names:
        o["folded"] = work.option_names[out["folded"]]
    columns = columns_of(work, out)
    if out["kind"] == "top" and work.loadavg:
        o["loadavg"] = True
    if out.get("headless"):
        o["heading"] = False
    if columns:
        o["columns"] = columns
    if out.get("also"):
        o["also"] = [output_of(work, x) for x in out["also"]]
    return o


# Fields that JSON and CSV have beside the columns.
ALWAYS = ("time", "elapsed_ns", "interval_ns")


def columns_of(work, out):
    """The columns' entries: no two of one name, and nothing that a histogram's cannot have."""
    columns, fields = [], {"table": None} if work.out.get("also") else {}
    for i, c in enumerate(out["columns"]):
        entry = {"title": c.title}
        entry.update(c.keys)
        for part in c.parts():
            part = entry if part is c.keys else part
            name = part.get("field")
            if isinstance(part.get("pid"), dict):
                part["pid"] = {"option": work.option_names[part["pid"]["option"]]}
            if part.get("value") or not name and "formula" not in part:
                continue
            # Of one field in two shapes there are two only if one is no plain number or text.
            shape = (part.get("field"), part.get("index"), part.get("format")
                     if part.get("format") not in ("hex", "octal") else None)
            if name is None or name in ALWAYS or "index" in part or \
               name in fields and fields[name] != shape:
                other = re.sub(r"\W+", "_", c.title.lower()).strip("_") or "column"
                part["as"] = other if other[:1].isalpha() and other not in fields and \
                    other not in ALWAYS else \
                    "%s_%d" % (name or "column", len(fields))
                name = part["as"]
            fields[name] = shape
        if i + 1 == len(out["columns"]) and entry.get(
                "align", "right" if "unit" in entry or "formula" in entry else "left") != "right":
            entry.pop("width", None)
        if c.when in work.option_names:
            entry["when"] = work.option_names[c.when]
        if c.unless in work.option_names:
            entry["unless"] = work.option_names[c.unless]
        if out["kind"] == "histogram":
            entry = {k: v for k, v in entry.items() if k in ("title", "field", "names", "when",
                                                            "unless")}
        columns.append(entry)
    return columns


def kernel_questions(work):
    ex = work.ex
    for key, n in {**ex.base.asked}.items():
        if key[0] == "kfunc":
            work.report.guess(n["line"], "the script asks whether the kernel has fentry "
                              "(support_kfunc); what it does %s it was converted" % (
                                  "with" if n["answer"] else "without"))
    for n in ex.base.of("functions"):
        work.report.guess(n["line"], "the script lists the functions that match %s; one was "
                                     "made up" % n["pattern"])
    for n in ex.base.of("left-out"):
        work.report.todo(n["line"], n["text"])
    for n in ex.base.of("unknown"):
        work.report.guess(n["line"], "the script uses %s, which the stand-in does not know" %
                          n["name"])
    for n in ex.base.of("looked-up"):
        work.report.guess(n["line"], "the script looks up the name of a %s: the column shows its "
                          "number" % n["kind"])
    put = {}
    for n in ex.base.of("table"):
        if n["method"] == "set" and n["phase"] == "before" and n.get("value"):
            put.setdefault(n["table"], n)
    for table, n in put.items():
        work.report.todo(n["line"], "the script itself puts entries into the table %s%s; a tool "
                         "has them as numbers or conditions in its template" % (
                             table, ", programs that others call" if n["kind"] == "BPF_PROG_ARRAY"
                             else ""))
    for n in ex.base.of("starts"):
        if n["args"] not in ("clear", "['clear']"):
            work.report.todo(n["line"], "the script starts another program: %s" % n["args"])
    extra = [p for p in ex.base.programs if p is not ex.base.program() and (
        len(p["text"].strip()) > 200 or
        any(a.get("program") == p["number"] for a in ex.base.attaches))]
    for p in extra:
        work.report.todo(p["line"], "the script makes another BPF program, which is left out")


def summary_of(work, name):
    text = " ".join((work.ex.description or "").split())
    text = text.split(". ")[0].strip().rstrip(".")
    if not text:
        text = " ".join((ast.get_docstring(ast.parse(work.source)) or "").split())
        text = text.split(". ")[0].rstrip(".")
    stem = re.sub(r"(-bpfcc)?(\.py)?$", "", work.path.rpartition("/")[2])
    return (text or first_comment(work.source, stem) or name)[:100]


def first_comment(source, stem):
    """What the comment at the script's head says first, without the script's name (stem); "": nothing."""
    for line in source.split("\n"):
        m = re.match(r"^#+(?!!)\s*(?:@\w+\s+)?(.*?)\s*$", line)
        if not m and line.strip() and not line.startswith("#!"):
            return ""
        text = m.group(1) if m else ""
        if re.match(r"-\*-|(?i:vim?:|copyright|\(c\)|licen[sc]ed|spdx|author|usage|todo|date)", text) or \
           not re.search(r"\w\s+\w", text):
            continue
        named = re.match(r"^(?:%s|[\w-]+(?=\.py\b|\s*:|\s-|\t|\s\s))(?:\.py)?[\s:,-]+(\S.*)$" %
                         re.escape(stem), text)
        return named.group(1) if named else text
    return ""


def final_text(work, name):
    head = "/* %s: ported by bcchost port. */\n" % name
    return head + work.template.strip("\n") + "\n" + descriptions(work)


def descriptions(work):
    """Lines that have the compiler tell where the members of events are, where their types alone
    do not."""
    out = ""
    for o in work.outs():
        kind = ctext.event_type(work.template, o["table"]) if o["kind"] == "stream" else None
        if not kind or not ctext.described(work.template, kind):
            continue
        out += "BPF_ARRAY(bcchost_event_%s, %s, 1); /* where its members are */\n" % (
            o["table"], kind)
        work.report.did(work.line_of(o["table"]), "the compiler is asked where the members of %s "
                        "are" % kind)
        if ctext.bit_fields(work.template, kind):
            work.report.todo(work.line_of(o["table"]), "%s has bit fields, which no column can "
                             "read: write them as u8 … u64" % kind)
    return out
