# SPDX-License-Identifier: Apache-2.0
"""The program's options, and what becomes of the script's others."""
import re

from .template import Words


# What the host's own options and common ones are called; a tool's own option cannot take these.
HOST_OPTIONS = ("duration", "max-events", "interval", "count", "sort", "maxrows", "noclear",
                "no-header", "buffer-pages", "buffer", "variant", "print-bpf", "compile-only",
                "debug", "btf", "kallsyms", "kernel-release", "headers", "no-cache", "verbose",
                "help", "tools-dir", "version", "output", "output-file", "json", "csv", "export")


def option_name(dest):
    name = re.sub(r"[^a-z0-9-]", "-", dest.lower().replace("_", "-")).strip("-")
    return name if name[:1].isalpha() else "option-" + name


def make_options(work):
    out = []
    words = {}
    for a in work.always:
        work.words.used.setdefault(Words.value(a), ("value", a))
    for a in work.ex.atoms:
        if getattr(a, "numbers", None) and re.search(r"\b%s\b" % Words.value(a),
                                                     work.template):
            work.words.used.setdefault(Words.value(a), ("value", a))
    by_dest = {}
    for word, (how, a) in work.words.used.items():
        if not re.search(r"\b%s\b" % word, work.template):
            continue
        by_dest.setdefault(a.option["dest"], []).append((word, how, a))
    letters_taken = set()
    work.option_names = {}
    for o in work.ex.options + unparsed(work):
        dest = o["dest"]
        uses = by_dest.get(dest, [])
        columns = dest in work.column_options or dest in work.probe_options
        binary = work.binary_options.get(dest) if dest in work.probe_options else None
        if dest in ("cgroupmap", "mntnsmap") and work.ex.base.of("containers"):
            continue
        if not uses and not columns:
            unused_option(work, o)
            continue
        name = option_name(dest)
        if name in HOST_OPTIONS and not (name == "timestamp"):
            work.report.guess(option_line(work, o), "--%s is --own-%s here: --%s is the host's" %
                              (name, name, name))
            name = "own-" + name
        entry = {"name": name}
        for s in o["strings"]:
            if re.fullmatch(r"-[A-Za-z0-9]", s) and s[1] != "h" and s[1] not in letters_taken:
                entry["short"] = s[1]
                letters_taken.add(s[1])
                break
        atoms = [a for a in work.ex.atoms + work.always if a.option is not None and
                 a.option["dest"] == dest]
        if any(a.kind == "choice" for a in atoms):
            entry["type"] = "enum"
            entry["values"] = {c: i for i, c in enumerate(o["choices"])
                               if re.fullmatch(r"[^,\s]+", c)}
            if o["default"] is not None:
                entry["default"] = str(o["default"])
        elif any(d == dest for o in work.outs() for d, _f in o.get("only", ())):
            entry["type"] = "regex"
        elif binary == "binary" and all(how == "given" for _w, how, _a in uses):
            entry["type"] = "binary"
            default = work.fixed.get(dest) or o["default"]
            if isinstance(default, str) and default:
                entry["default"] = default
        elif dest in work.fixed:
            entry["type"] = "integer"
            entry["default"] = work.fixed[dest]
        elif any(a.kind == "value" for a in atoms):
            entry["type"] = "integer"
            fallback = [a.fallback for a in atoms if getattr(a, "fallback", None) is not None]
            if fallback:
                entry["default"] = str(fallback[0])
                if fallback[0] < 0:
                    entry["min"] = fallback[0]
            if re.fullmatch(r"[A-Z_]+", o["metavar"] or ""):
                entry["placeholder"] = o["metavar"]
        help_text = " ".join((o["help"] or "").replace("%%", "%").split())
        help_text = re.sub(r"%\(default\)s", str(o["default"]), help_text)
        entry["help"] = help_text or "as in the script"
        work.option_names[dest] = name
        out.append(entry)
        for word, how, a in uses:
            w = {"option": name}
            if how == "given":
                w["then"], w["else"] = "1", "0"
            elif how == "value" and getattr(a, "fallback", None) is None:
                w["else"] = "0"
            elif how == "choice" and o["default"] is None:
                w["else"] = "-1"
            words[word] = w
        filled = sorted(placeholders(work, dest))
        line = option_line(work, o)
        if binary:
            work.report.did(line, "--%s names the %s that is probed" % (
                name, "file" if binary == "binary" else "process"))
        if uses:
            work.report.did(line, "--%s fills %s" % (
                name, ", ".join(filled) if filled else ", ".join(
                    sorted(w for w, _h, _a in uses))))
    return out, words


def unparsed(work):
    """The process that a script without argparse was given."""
    if "pid" not in work.fixed or any(o["dest"] == "pid" for o in work.ex.options):
        return []
    return [{"dest": "pid", "strings": ["-p"], "default": None, "choices": None, "metavar": "PID",
             "help": "the process that is traced"}]


def placeholders(work, dest):
    """The script's own words that are replaced by another text with this option."""
    base = {(n["old"], n["new"]) for n in work.ex.base.of("replace")}
    out = set()
    for a in work.ex.atoms:
        if a.option is not None and a.option["dest"] == dest and not a.failed:
            for n in a.single.of("replace"):
                if (n["old"], n["new"]) not in base and re.fullmatch(r"[#\w{}@$%]+", n["old"]):
                    out.add(n["old"])
    return out


def option_line(work, o):
    for s in o["strings"]:
        m = re.search(r"[\"']%s[\"']" % re.escape(s), work.source)
        if m:
            return work.source.count("\n", 0, m.start()) + 1
    m = re.search(r"[\"']%s[\"']" % re.escape(o["dest"]), work.source)
    return work.source.count("\n", 0, m.start()) + 1 if m else 0


def unused_option(work, o):
    """What becomes of an option that changes neither the text nor the columns."""
    line = option_line(work, o)
    shown = o["strings"][-1] if o["strings"] else o["dest"].upper()
    dest = o["dest"]
    atoms = [a for a in work.ex.atoms if a.option is not None and a.option["dest"] == dest]
    if any(a.option["dest"] == dest for a in work.always) or dest in work.told_less:
        return
    if dest in work.pid_options:
        work.report.did(line, "%s is the host's --pid: the functions of that process alone" %
                        shown)
    elif dest in ("ebpf",) or o["help"] is None and "ebpf" in dest:
        work.report.did(line, "%s is the host's --print-bpf" % shown)
    elif dest in ("interval", "count", "outputs", "times", "duration", "noclear", "maxrows"):
        kind = work.out.get("kind")
        if dest == "duration" or kind in ("top", "table", "histogram", "rates"):
            work.report.did(line, "%s is the host's own" % shown)
        else:
            work.report.guess(line, "%s: the host's --duration ends a trace; it has no other "
                                    "interval here" % shown)
    elif dest.replace("_", "-") in ("buffer-pages", "max-events", "verbose", "json"):
        work.report.did(line, "%s is the host's own option, or its --output" % shown)
    elif any(a.failed for a in atoms):
        f = next(a.failed for a in atoms if a.failed)
        work.report.todo(f.get("line") or line, "%s was not understood: the script ended "
                         "when it was given (%s)" % (shown, f.get("text") or f["how"]))
    elif any(a.names_what for a in atoms):
        work.report.todo(line, "%s names what the script attaches to: the tool's probe is on what "
                         "it attaches to without; others with it behind --" % shown)
    elif any(a.text_value for a in atoms if work.ex.shape(a.single) !=
             work.ex.shape(work.ex.base)):
        work.report.todo(line, "%s becomes part of the program's text, and not as a number" %
                         shown)
    elif any(getattr(a, "odd", False) for a in atoms):
        work.report.todo(line, "%s becomes part of the program's text, and not as a number" %
                         shown)
    else:
        work.report.todo(line, "%s changes neither the BPF program nor the columns: what it "
                               "does is left out" % shown)


def arguments_of(work, options):
    named = {o["name"] for o in options}
    out = []
    for o in work.ex.options:
        if o["strings"]:
            continue
        name = work.option_names.get(o["dest"])
        if name in named:
            out.append(name)
        elif work.out["kind"] in ("top", "table", "histogram", "rates") and o["dest"] in (
                "interval", "count", "outputs", "times"):
            word = "interval" if o["dest"] == "interval" else "count"
            if word not in out:
                out.append(word)
        elif o["dest"] == "duration":
            out.append("duration")
        else:
            break
    return out if out != ["interval", "count"] else []
