# SPDX-License-Identifier: Apache-2.0
"""From a script's runs to a program, a template and a report."""
import re

from . import ctext, output, template
from .explore import Explorer
from .merge import Conditions, merge
from .template import Words, condition_text, upper
from .yamlout import document

# What the host's own options and common ones are called; a tool's own option cannot take these.
HOST_OPTIONS = ("duration", "max-events", "interval", "count", "sort", "maxrows", "noclear",
                "no-header", "buffer-pages", "buffer", "variant", "print-bpf", "compile-only",
                "debug", "btf", "kallsyms", "kernel-release", "headers", "no-cache", "verbose",
                "help", "tools-dir", "version", "output", "output-file", "json", "csv", "export")
SYSCALL = re.compile(r"^__x64_sys_(\w+)$")
UNTOLD = ("uprobe", "uretprobe", "usdt", "perf_event", "xdp", "func", "socket", "lsm")
WHAT = {"uprobe": "a function of a user program (uprobe)",
        "uretprobe": "a function of a user program (uretprobe)",
        "usdt": "a static probe of a user program (USDT)",
        "perf_event": "a perf event (sampling)", "xdp": "a network device (XDP)",
        "func": "a program by its descriptor (attach_func)", "socket": "a socket",
        "lsm": "a security hook (LSM)"}


class Failure(Exception):
    """The script cannot be ported; the text is for people."""

    def __init__(self, text, line=0):
        super().__init__(text)
        self.line = line


class Report:
    def __init__(self):
        self.converted, self.guessed, self.left = [], [], []

    def put(self, to, line, text):
        entry = (line or 0, text)
        if entry not in to:
            to.append(entry)

    def did(self, line, text):
        self.put(self.converted, line, text)

    def guess(self, line, text):
        self.put(self.guessed, line, text)

    def todo(self, line, text):
        self.put(self.left, line, text)

    def add(self, text):
        self.todo(0, text)


def option_name(dest):
    name = re.sub(r"[^a-z0-9-]", "-", dest.lower().replace("_", "-")).strip("-")
    return name if name[:1].isalpha() else "option-" + name


class Porter:
    def __init__(self, source, path, argv, ask, ask_facts=lambda keys: [True] * len(keys)):
        self.source, self.path, self.argv, self.ask = source, path, argv, ask
        self.ask_facts = ask_facts
        self.files = {}     # texts beside the script, by the names that it has for them
        self.report = Report()
        self.words = Words()
        self.computed = output.Computed()

    # --- the runs ---

    def explore(self):
        ex = Explorer(self.source, self.path, self.argv)
        ex.files = self.files
        ex.explore()
        self.fail_early(ex)
        always = [a for a in ex.atoms if self.learn_numbers(ex, a)]
        if always:
            again = Explorer(self.source, self.path, self.argv, always)
            again.files = self.files
            again.extra_argv += [w for w in ex.extra_argv if w not in again.extra_argv]
            again.explore()
            if again.base.good():
                ex = again
        for a in ex.atoms:
            self.learn_numbers(ex, a)
        self.ex, self.always = ex, ex.always
        if ex.cut:
            self.report.todo(0, ex.cut)
        for line, text in ex.guesses:
            self.report.guess(line, text)

    def fail_early(self, ex):
        base = ex.base
        end = base.end
        if base.good():
            return
        how, text, line = end["how"], end.get("text", ""), end.get("line", 0)
        if how == "syntax":
            raise Failure("this is no Python 3: %s" % text, line)
        if how == "module":
            raise Failure("the script wants the Python module %s, which is not installed here; "
                          "install it, or take out what needs it" % text, line)
        bcc = re.search(r"^\s*(from|import)\s+bcc\b", self.source, re.M) or \
            re.search(r"\bimport\b.*\bbcc\b", self.source)
        if not bcc:
            raise Failure("this is no BCC script: it does not import bcc")
        if how == "timeout":
            raise Failure("the script did not come to an end, nor ask bcc for anything to wait "
                          "for, in %d seconds" % 5)
        if how in ("flood", "killed"):
            raise Failure("the script was ended: it %s" % (
                "told more than can be kept" if how == "flood" else
                "was killed (too much memory or processor time?)"))
        if how == "error":
            raise Failure("the script fails without options: %s" % text, line)
        bad = base.of("argument-error")
        if bad:
            raise Failure("the script does not take these arguments: %s (give what it needs after "
                          "--)" % bad[-1]["text"])
        if not base.programs:
            said = [output.render([p]) for n in base.lines for p in n["pieces"]]
            said = " ".join(" ".join(said).split())[-120:]
            raise Failure("the script ended%s before it made a BPF program%s" % (
                " (%s)" % text if text and text != "None" else "",
                "; it said \"%s\"" % said if said else ""), line)
        raise Failure("the script attaches to nothing and waits for nothing", line)

    def learn_numbers(self, ex, a):
        """What the value of an option becomes in the text; is it there without the option, too?"""
        a.numbers = getattr(a, "numbers", None) or {}
        if a.kind != "value" or a.failed or not a.values or not a.second:
            return False
        one, two = ex.text(a.single), ex.text(a.second)
        if not one or not two:
            return False
        join = lambda t: "\n".join(t[1]) + "\n" + t[0]
        numbers = template.derived_numbers(join(one), join(two), *a.values)
        if numbers is None:
            a.odd = True
            return False
        a.numbers = numbers
        default = a.option["default"]
        if not numbers or isinstance(default, bool) or default is None:
            return False
        try:
            d = int(default)
        except (ValueError, TypeError):
            return False
        if not -1 << 62 < d < 1 << 62:
            return False

        def back(m):
            if m.group(1) not in numbers:
                return m.group(0)
            k, b = numbers[m.group(1)]
            return str(k * d + b) + m.group(2)
        base = ex.text(ex.base)
        if template.NUMBER.sub(back, join(one)) != join(base):
            return False
        if not a.argv and not a.option["strings"]:
            a.argv = ex.positional_prefix(a.option) + [str(a.values[0])]
        a.always = True
        a.fallback = d
        return True

    # --- the text ---

    def texts(self):
        ex = self.ex
        # A value that is no number must not become text of the program's.
        pasted = {a for a in ex.atoms if (a.text_value or getattr(a, "odd", False)) and
                  not a.failed and ex.shape(a.single) != ex.shape(ex.base)}
        self.runs = [r for r in ex.runs if r.good() and not r.on & pasted]
        # The base first; a run like another of the same atoms adds nothing.
        self.runs.sort(key=lambda r: r is not ex.base)
        return self.texts_of(self.runs)

    def texts_of(self, runs):
        out = []
        for r in runs:
            p = r.program()
            text = template.with_defines(p["text"], p["cflags"], self.report)
            for a in list(r.on) + self.always:
                text = template.put_words(text, a)
            if template.CONTAINERS_DEF.search(text):
                text, n = template.CONTAINERS_DEF.subn("\n", text)
                text = template.own_words_renamed(text)
                text, used = template.CONTAINERS_USE.subn("FILTER", text)
                if "container_should_be_filtered" in text:
                    text = "static inline int container_should_be_filtered(void) { return 0; }\n" \
                        + text
                    self.report.todo(0, "container_should_be_filtered is used in a way that is "
                                        "not known: it says 0")
                if used:
                    self.container_filter = True
            else:
                text = template.own_words_renamed(text)
            out.append(text.replace("\r\n", "\n").replace("\t", "\t"))
        return out

    def attachments(self, r, text):
        """[(kind, target, handler, regex, line)] of a run: what it attaches, and what BCC does by
        itself."""
        number = r.program()["number"]
        out = []
        for a in r.attaches:
            if a.get("program") not in (number, None) and a["kind"] != "usdt":
                continue
            if a["kind"] in ("raw_tracepoint",) and a["run"].startswith("raw_tracepoint__"):
                continue
            out.append((a["kind"], a["target"], a["run"], bool(a.get("regex")), a["line"]))
        # BCC runs the preprocessor before it looks: what #if leaves out is no probe.
        for kind, target, run in ctext.conventions(without_disabled(text)):
            out.append((kind, target, run, False, r.program()["line"]))
        return out

    def make_text(self):
        self.container_filter = False
        texts = self.texts()
        self.attached = [self.attachments(r, t) for r, t in zip(self.runs, texts)]
        targets = {}
        for probes in self.attached:
            for kind, target, run, regex, _line in probes:
                if kind in ("kprobe", "kfunc") and not regex and targets.get(run, ()) is not None:
                    targets.setdefault(run, set()).add(target)
                elif kind != "kretprobe" or regex:
                    targets[run] = None
        asked = sorted({t for s in targets.values() if s for t in s})
        prototypes = self.ask(asked) if asked else {}
        self.prototypes = prototypes
        signatures = template.Signatures(targets, prototypes)
        differing = set()
        first = template.heads(texts[0])
        for r, t in zip(self.runs, texts):
            if any(a.kind == "fact" for a in r.on):
                for name, head in template.heads(t).items():
                    if name in first and first[name] != head:
                        differing.add(name)
        kfunc = ("KFUNC_PROBE" in texts[0])
        texts = [t if kfunc else signatures.apply(t, differing) for t in texts]
        for name, (functions, used) in sorted(signatures.done.items()):
            self.report.did(self.line_of(name), "the parameters of %s (%s) are taken from the "
                            "kernel's types by name: SIGNATURE" % (name, ", ".join(used)))
        for a in [a for r in self.runs for a in r.on]:
            a.order = self.ex.atoms.index(a) if a in self.ex.atoms else 999
        self.thin_runs(texts)
        texts = [texts[i] for i in self.kept]
        self.attached = [self.attached[i] for i in self.kept]
        self.text_atoms()
        for blocks in (False, True):
            nodes = merge([tuple(template.logical_lines(t, blocks)) for t in texts])
            if template.balanced(nodes, self.conditions):
                break
        self.template = template.own_bodies(template.emit(nodes, self.conditions, self.words))
        self.texts_made = texts

    def thin_runs(self, texts):
        """Of the runs those that say something new about the text and the probes."""
        shapes = [(t, tuple(sorted(p[:4] for p in a))) for t, a in zip(texts, self.attached)]
        changing = set()
        for r, s in zip(self.runs, shapes):
            if len(r.on) == 1 and s != shapes[0]:
                changing |= r.on
            # What is only asked after another answer.
            changing |= {a for a in r.on if a.kind == "fact"}
        self.kept, seen = [], set()
        for i, (r, s) in enumerate(zip(self.runs, shapes)):
            on = frozenset(r.on & changing)
            if len(r.on) > 1 and not r.on <= changing and not any(
                    a.kind == "fact" for a in r.on):
                continue
            if on not in seen:
                seen.add(on)
                self.kept.append(i)
        self.conditions = Conditions([self.runs[i].on & changing for i in self.kept])

    def line_of(self, word):
        m = re.search(r"\b%s\b" % (word if "\\" in word else re.escape(word)), self.source)
        return self.source.count("\n", 0, m.start()) + 1 if m else 0

    def text_atoms(self):
        """Numbers for choices; what the report says of the options that fill something."""
        for a in self.ex.atoms:
            if a.kind == "choice":
                a.number = a.option["choices"].index(a.choice)

    # --- probes ---

    def probes(self):
        seqs = [tuple(p[:4] for p in probes) for probes in self.attached]
        lines = {p[:4]: p[4] for probes in self.attached for p in probes}
        nodes = merge(seqs)
        runs_of = {}
        order = []
        for item, runs in nodes:
            if item not in runs_of:
                order.append(item)
            runs_of[item] = runs_of.get(item, frozenset()) | runs
        optional = self.optional_lines()
        self.probe_options = set()
        out = []
        facts = {}
        for item in order:
            kind, target, run, regex = item
            line = lines[item]
            if kind in UNTOLD or target is None:
                self.report.todo(line, "attaches %s to %s, which is none of a tool's probes" %
                                 (run, WHAT.get(kind, kind)))
                continue
            probe = {}
            sys = SYSCALL.match(target)
            if regex:
                pattern = target if target.startswith("^") else "^" + target
                pattern = pattern.replace("\\d", "[0-9]").replace("\\w", "[A-Za-z0-9_]")
                if not re.fullmatch(r"[\w^$.*+?()|\[\]\\-]+", pattern):
                    self.report.todo(line, "attaches %s to the pattern %s" % (run, target))
                    continue
                probe[kind] = pattern
            elif sys and kind in ("kprobe", "kretprobe"):
                probe[kind] = [target, "__arm64_sys_" + sys.group(1)]
            elif kind == "tracepoint" and ":" not in target:
                self.report.todo(line, "attaches %s to the tracepoint %s" % (run, target))
                continue
            else:
                probe[kind] = target
            if not re.fullmatch(r"[\w:.^$*+?()|\[\]\\-]+", target):
                self.report.todo(line, "attaches %s to `%s`, which is no name" % (run, target))
                continue
            probe["run"] = run
            cond = self.conditions.find(runs_of[item])
            if cond is not True:
                words = condition_text(cond, self.words)
                if len(cond) == 1 and self.probe_keys(cond[0], probe):
                    self.report.did(line, "%s is attached to %s if %s" % (run, target, words))
                else:
                    # The handler is there in these runs alone: elsewhere it does nothing.
                    probe["optional"] = True
                    self.guarded = getattr(self, "guarded", {})
                    self.guarded.setdefault(run, []).append((item, words, line))
            elif line in optional:
                probe["optional"] = True
                self.report.guess(line, "%s on %s is optional: the script goes on if it fails" %
                                  (run, target))
            out.append(probe)
        self.stub_guarded()
        if not out:
            kinds = sorted({WHAT.get(i[0], i[0]) for i in order})
            raise Failure("all that the script attaches to is %s, which no program can say" %
                          (", ".join(kinds) or "nothing"),
                          min([line for line in lines.values()] or [0]))
        for line in {lines[i] for i in order if i[0] not in UNTOLD}:
            n = sum(1 for i in order if lines[i] == line)
            names = [i[1] for i in order if lines[i] == line]
            self.report.did(line, "attached to: %s" % ", ".join(names[:6]) +
                            (" and %d more" % (n - 6) if n > 6 else ""))
        return out

    def probe_keys(self, combo, probe):
        """when:, unless:, given: and not_given: of a probe; at most one of each."""
        keys, facts = {}, {}
        for a, wanted in combo:
            if a.kind == "fact":
                macro = template.fact_macro(a.key)
                key = "when" if wanted != a.base_answer else "unless"
                facts[macro] = a.key
                value = macro
            elif a.kind in ("flag", "value"):
                key, value = "given" if wanted else "not_given", a.option["dest"]
            else:
                return False
            if key in keys:
                return False
            keys[key] = value
        self.words.facts.update(facts)
        self.probe_options |= {keys[k] for k in ("given", "not_given") if k in keys}
        probe.update(keys)
        return True

    def stub_guarded(self):
        """A handler that only some options want is attached always, and does nothing without."""
        for run, items in getattr(self, "guarded", {}).items():
            conditions = [w for _i, w, _l in items]
            text = conditions[0]
            functions = [f for f in ctext.functions(self.template) if f["name"] == run]
            self.report.guess(items[0][2], "%s is attached only if %s in the script; here it is "
                              "always attached" % (run, " or ".join(conditions)))
            if len(set(conditions)) == 1 and functions:
                for f in reversed(functions):
                    self.template = (self.template[:f["body_start"]] +
                                     "\n#if !(%s)\n\treturn 0;\n#endif" % text +
                                     self.template[f["body_start"]:])

    def optional_lines(self):
        """Lines inside a try: a probe that fails there is lived with."""
        import ast
        out = set()
        try:
            tree = ast.parse(self.source)
        except SyntaxError:
            return out
        for node in ast.walk(tree):
            if isinstance(node, ast.Try) and node.handlers:
                for inner in node.body:
                    for n in ast.walk(inner):
                        if hasattr(n, "lineno"):
                            out.add(n.lineno)
        return out

    # --- options ---

    def options(self):
        out = []
        words = {}
        for a in self.always:
            self.words.used.setdefault(Words.value(a), ("value", a))
        for a in self.ex.atoms:
            if getattr(a, "numbers", None) and re.search(r"\b%s\b" % Words.value(a),
                                                         self.template):
                self.words.used.setdefault(Words.value(a), ("value", a))
        by_dest = {}
        for word, (how, a) in self.words.used.items():
            if not re.search(r"\b%s\b" % word, self.template):
                continue
            by_dest.setdefault(a.option["dest"], []).append((word, how, a))
        letters_taken = set()
        self.option_names = {}
        for o in self.ex.options:
            dest = o["dest"]
            uses = by_dest.get(dest, [])
            columns = dest in self.column_options or dest in self.probe_options
            if dest in ("cgroupmap", "mntnsmap") and self.ex.base.of("containers"):
                continue
            if not uses and not columns:
                self.unused_option(o)
                continue
            name = option_name(dest)
            if name in HOST_OPTIONS and not (name == "timestamp"):
                self.report.guess(self.option_line(o), "--%s is --own-%s here: --%s is the host's" %
                                  (name, name, name))
                name = "own-" + name
            entry = {"name": name}
            for s in o["strings"]:
                if re.fullmatch(r"-[A-Za-z0-9]", s) and s[1] != "h" and s[1] not in letters_taken:
                    entry["short"] = s[1]
                    letters_taken.add(s[1])
                    break
            atoms = [a for a in self.ex.atoms + self.always if a.option is not None and
                     a.option["dest"] == dest]
            if any(a.kind == "choice" for a in atoms):
                entry["type"] = "enum"
                entry["values"] = {c: i for i, c in enumerate(o["choices"])
                                   if re.fullmatch(r"[^,\s]+", c)}
                if o["default"] is not None:
                    entry["default"] = str(o["default"])
            elif any(d == dest for d, _f in self.only):
                entry["type"] = "regex"
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
            self.option_names[dest] = name
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
            filled = sorted(self.placeholders(dest))
            line = self.option_line(o)
            if uses:
                self.report.did(line, "--%s fills %s" % (
                    name, ", ".join(filled) if filled else ", ".join(
                        sorted(w for w, _h, _a in uses))))
        return out, words

    def placeholders(self, dest):
        """The script's own words that are replaced by another text with this option."""
        base = {(n["old"], n["new"]) for n in self.ex.base.of("replace")}
        olds = {n["old"] for n in self.ex.base.of("replace")}
        out = set()
        for a in self.ex.atoms:
            if a.option is not None and a.option["dest"] == dest and not a.failed:
                for n in a.single.of("replace"):
                    if (n["old"], n["new"]) not in base and re.fullmatch(r"[#\w{}@$%]+", n["old"]):
                        out.add(n["old"])
        return out

    def option_line(self, o):
        for s in o["strings"]:
            m = re.search(r"[\"']%s[\"']" % re.escape(s), self.source)
            if m:
                return self.source.count("\n", 0, m.start()) + 1
        m = re.search(r"[\"']%s[\"']" % re.escape(o["dest"]), self.source)
        return self.source.count("\n", 0, m.start()) + 1 if m else 0

    def unused_option(self, o):
        """What becomes of an option that changes neither the text nor the columns."""
        line = self.option_line(o)
        shown = o["strings"][-1] if o["strings"] else o["dest"].upper()
        dest = o["dest"]
        atoms = [a for a in self.ex.atoms if a.option is not None and a.option["dest"] == dest]
        if any(a.option["dest"] == dest for a in self.always):
            return
        if dest in ("ebpf",) or o["help"] is None and "ebpf" in dest:
            self.report.did(line, "%s is the host's --print-bpf" % shown)
        elif dest in ("interval", "count", "outputs", "times", "duration", "noclear", "maxrows"):
            kind = self.out.get("kind")
            if dest == "duration" or kind in ("top", "histogram", "rates"):
                self.report.did(line, "%s is the host's own" % shown)
            else:
                self.report.guess(line, "%s: the host's --duration ends a trace; it has no other "
                                        "interval here" % shown)
        elif dest.replace("_", "-") in ("buffer-pages", "max-events", "verbose", "json"):
            self.report.did(line, "%s is the host's own option, or its --output" % shown)
        elif any(a.failed for a in atoms):
            f = next(a.failed for a in atoms if a.failed)
            self.report.todo(f.get("line") or line, "%s was not understood: the script ended "
                             "when it was given (%s)" % (shown, f.get("text") or f["how"]))
        elif any(a.text_value for a in atoms if self.ex.shape(a.single) !=
                 self.ex.shape(self.ex.base)):
            self.report.todo(line, "%s becomes part of the program's text, and not as a number" %
                             shown)
        elif any(getattr(a, "odd", False) for a in atoms):
            self.report.todo(line, "%s becomes part of the program's text, and not as a number" %
                             shown)
        else:
            self.report.todo(line, "%s changes neither the BPF program nor the columns: what it "
                                   "does is left out" % shown)

    # --- what is printed ---

    def tables(self):
        text = self.texts_made[0]
        return ctext.tables(text)

    def find_output(self):
        base = self.ex.base
        tables = self.tables()
        self.column_options = set()
        streams = []
        for n in base.of("table"):
            if n["method"] in ("open_perf_buffer", "open_ring_buffer") and \
               n["table"] not in streams:
                streams.append(n["table"])
        hists = [n for n in base.of("table") if n["method"] == "histogram"]
        trace = base.of("trace")
        if streams:
            return self.stream_output(streams, tables)
        if hists:
            return self.histogram_output(hists, tables)
        if trace:
            return self.trace_output(trace)
        walked = [n for n in base.of("table") if n["method"] in ("items", "keys", "values",
                                                                 "lookup")]
        if walked:
            made = self.table_output(walked, tables)
            if made:
                return made
        # Histograms that only an option brings, and what no run showed.
        for r in self.runs:
            hists = [n for n in r.of("table") if n["method"] == "histogram"]
            if hists:
                self.report.guess(hists[0]["line"], "the histogram is shown, which the script "
                                                    "shows with an option")
                return self.histogram_output(hists, tables)
        return self.any_output(tables)

    def merged_columns(self, get):
        """Columns of all runs, each with the option that it depends on."""
        made, runs = [], []
        for r in self.runs:
            if len(r.on) > 1 or any(a.kind == "fact" for a in r.on) or r.on in [x.on for x in runs]:
                continue
            runs.append(r)
            made.append(get(r))
        if not made[0]:
            return None
        usable = [i for i, m in enumerate(made) if m]
        conditions = Conditions([runs[i].on for i in usable])
        columns = {}
        seqs = []
        for i in usable:
            seq = []
            for c in made[i][0]:
                # Columns of one title are one, and as the script has it without options.
                ident = (c.title, sum(x[0] == c.title for x in seq))
                columns.setdefault(ident, c)
                seq.append(ident)
            seqs.append(tuple(seq))
        out = []
        for ident, runs in merge(seqs):
            c = columns[ident]
            cond = conditions.find(runs)
            if cond is not True:
                single = cond[0][0] if len(cond) == 1 and len(cond[0]) == 1 else None
                flags = [(a, w) for combo in cond for a, w in combo]
                if single is None or single[0].kind not in ("flag", "value"):
                    if 0 not in runs:
                        self.report.guess(made[usable[min(runs)]][1], "the column %s is shown "
                                          "only with %s in the script; here it is left out" % (
                                              c.title, condition_text(cond, Words())))
                        continue
                    self.report.guess(made[0][1], "the column %s is always shown" % c.title)
                else:
                    a, wanted = single
                    if wanted:
                        c.when = a.option["dest"]
                    else:
                        c.unless = a.option["dest"]
                    self.column_options.add(a.option["dest"])
            out.append(c)
        for i in usable:
            if i:
                continue
            for note in made[i][2]:
                self.report.todo(made[i][1], note)
        for c in out:
            if c.note:
                self.report.guess(made[0][1], "the column %s: %s" % (c.title, c.note))
        return out, made[0][1]

    def default_columns(self, fields, skip=()):
        out = []
        for name, kind, length in fields or []:
            words = kind.split()
            if name in skip or name.startswith(("pad", "__", "_pad")):
                continue
            if length and "char" not in words and "u8" not in words:
                continue
            if "struct" in words or "union" in words:
                continue
            width = 16 if length else 10
            out.append(output.Column(name.upper(), {"field": name, "width": width}))
        return out

    def stream_output(self, streams, tables):
        base = self.ex.base
        table = next((t for t in streams if any(
            n["phase"] == "callback:" + t for n in base.lines)), streams[0])
        line = next(n["line"] for n in base.of("table") if n["table"] == table)
        kind = ctext.event_type(self.texts_made[0], table)
        fields = ctext.structs(without_disabled(self.texts_made[0])).get(kind) if kind else None
        output.known_fields = {f[0] for f in fields} if fields else None
        got = self.merged_columns(lambda r: output.columns_of(
            r, table, "callback:" + table, self.computed, True))
        if got:
            columns, cline = got
            self.report.did(cline, "the callback's line became the columns %s" %
                            ", ".join(c.title for c in columns))
        else:
            kind = ctext.event_type(self.texts_made[0], table)
            fields = ctext.structs(self.texts_made[0]).get(kind) if kind else None
            columns = self.default_columns(fields)
            if not columns:
                raise Failure("what the events of the table %s hold was not found out" % table,
                              line)
            self.report.guess(line, "how the callback prints was not understood: all fields of the "
                                    "event are shown")
        for n in base.of("callback-failed"):
            if n["table"] == table:
                self.report.guess(n["line"], "the callback failed with a made-up event: %s" %
                                  n["error"])
        others = [t for t in streams if t != table]
        for t in others:
            n = next(n for n in base.of("table") if n["table"] == t)
            self.report.todo(n["line"], "events of the table %s are not shown: a program has one "
                                        "stream" % t)
        return {"kind": "stream", "table": table, "columns": columns, "others": others}

    def interval(self):
        for n in self.ex.base.waits:
            s = n.get("seconds")
            if isinstance(s, (int, float)) and 0.01 <= s <= 86400:
                return s
        return None

    def histogram_output(self, hists, tables):
        first = hists[0]
        table = first["table"]
        labels, seen = [], set()
        for r in self.runs:
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
                self.column_options.add(a.option["dest"])
        listed.append({"text": base_label})
        kind = tables.get(table, {}).get("key")
        fields = ctext.structs(self.texts_made[0]).get(kind) if kind else None
        columns = []
        for name, ctype, length in fields or []:
            if name == "slot" or name.startswith(("pad", "_")):
                continue
            title = first["header"] if first["header"] not in ("Bucket ptr", "") else name
            columns.append(output.Column(title, {"field": name}))
            title = None
            if len(columns) > 1:
                columns[-1].title = name
        if fields and not any(f[0] == "slot" for f in fields):
            self.report.todo(first["line"], "the key of %s has no member `slot`" % table)
        self.report.did(first["line"], "%s is shown as a histogram" % table)
        others = sorted({n["table"] for n in hists} - {table})
        for t in others:
            n = next(n for n in hists if n["table"] == t)
            self.report.todo(n["line"], "the histogram of %s is not shown: a program shows one "
                                        "table" % t)
        return {"kind": "histogram", "table": table, "columns": columns, "labels": listed,
                "linear": bool(first.get("linear")), "interval": self.interval(),
                "others": others}

    def trace_output(self, trace):
        got = self.merged_columns(lambda r: output.columns_of(
            r, "trace", "callback:trace", self.computed, False))
        if got:
            columns = [c for c in got[0] if c.keys.get("field") in (
                "comm", "pid", "cpu", "ts_ns", "message", "ts") or "value" in c.keys]
            for c in columns:
                if c.keys.get("field") == "ts":
                    c.keys.pop("field")
                    c.keys["value"] = "elapsed"
            if columns:
                self.report.did(trace[0]["line"], "the trace pipe is shown")
                if not any(c.keys.get("field") == "message" for c in columns):
                    self.report.guess(got[1], "the script takes the message apart; it is shown "
                                              "whole")
                    columns.append(output.Column("MESSAGE", {"field": "message"}))
                return {"kind": "trace_pipe", "table": None, "columns": columns, "others": []}
        columns = [output.Column("TIME", {"value": "time", "width": 8}),
                   output.Column("PID", {"field": "pid", "width": 7}),
                   output.Column("COMM", {"field": "comm", "width": 16}),
                   output.Column("MESSAGE", {"field": "message"})]
        self.report.did(trace[0]["line"], "the trace pipe is shown")
        return {"kind": "trace_pipe", "table": None, "columns": columns, "others": []}

    def table_output(self, walked, tables):
        base = self.ex.base
        counted = {}
        for n in base.lines:
            for p in n["pieces"]:
                if not isinstance(p, str):
                    for t in tables_in(p["expr"]):
                        counted[t] = counted.get(t, 0) + 1
        order = sorted(counted, key=lambda t: -counted[t]) + \
            [n["table"] for n in walked if n["table"] not in counted]
        for table in order:
            kind = tables.get(table, {}).get("kind") or ""
            if "HASH" in kind and "OF_MAPS" not in kind:
                return self.top_output(table, tables, walked)
        for table in order:
            kind = tables.get(table, {}).get("kind") or ""
            if kind in ("BPF_ARRAY", "BPF_PERCPU_ARRAY", "BPF_HISTOGRAM"):
                return self.array_output(table, tables, walked)
        return None

    def top_output(self, table, tables, walked):
        line = next((n["line"] for n in walked if n["table"] == table), 0)
        found = set()

        def only(r):
            made = output.columns_of(r, table, "loop", self.computed, False)
            if not made:
                return None
            made[0][:] = [c for c in made[0] if c.keys.get("field") or c.keys.get("value")]
            return made
        got = self.merged_columns(only)
        structs = ctext.structs(self.texts_made[0])
        t = tables[table]
        known = set()
        for which in ("key", "leaf"):
            fields = structs.get(t[which]) if t[which] else None
            known |= {f[0] for f in fields} if fields is not None else \
                {"key" if which == "key" else "value"}
        columns = []
        if got:
            for c in got[0]:
                if c.keys.get("field") and c.keys["field"] not in known:
                    self.report.todo(got[1], "the column %s is of no field of %s" % (
                        c.title, table))
                    continue
                if c.keys.get("value") == "elapsed":
                    continue
                columns.append(c)
        if columns and any("field" in c.keys for c in columns):
            self.report.did(got[1], "the lines of %s became the columns %s" % (
                table, ", ".join(c.title for c in columns)))
        else:
            columns = []
            for which in ("key", "leaf"):
                fields = structs.get(t[which]) if t[which] else None
                if fields is None:
                    name = "key" if which == "key" else "value"
                    columns.append(output.Column(name.upper(), {"field": name, "width": 12}))
                else:
                    columns += self.default_columns(fields)
            self.report.guess(line, "how the entries of %s are printed was not understood: all "
                                    "their fields are shown" % table)
        clears = any(n["method"] in ("clear", "delete") and n["table"] == table
                     for n in self.ex.base.of("table"))
        if not clears:
            self.report.guess(line, "the script keeps the entries of %s; here each interval shows "
                                    "what was counted in it" % table)
        others = sorted({n["table"] for n in walked} - {table})
        for o in others:
            self.report.todo(next(n["line"] for n in walked if n["table"] == o),
                             "the table %s is not shown" % o)
        return {"kind": "top", "table": table, "columns": columns, "interval": self.interval(),
                "others": others}

    def array_output(self, table, tables, walked):
        """An array of counters, shown as rates or, if its leaf is a number, as a histogram."""
        line = next((n["line"] for n in walked if n["table"] == table), 0)
        leaf = tables[table]["leaf"]
        fields = ctext.structs(self.texts_made[0]).get(leaf)
        if fields:
            columns = self.default_columns(fields)
            self.report.guess(line, "the counters of %s are shown as rates" % table)
            return {"kind": "rates", "table": table, "columns": columns,
                    "interval": self.interval(), "others": []}
        self.report.guess(line, "the numbers of the array %s are shown as a histogram by their "
                                "index; the script's own way of printing is left" % table)
        return {"kind": "histogram", "table": table, "columns": [], "labels": [{"text": "index"}],
                "linear": True, "interval": self.interval(), "others": []}

    def any_output(self, tables):
        for name, t in tables.items():
            if t["kind"] == "BPF_HISTOGRAM":
                self.report.guess(0, "nothing that the script prints was seen: %s is shown" % name)
                return {"kind": "histogram", "table": name, "columns": [],
                        "labels": [{"text": "value"}], "linear": False,
                        "interval": self.interval(), "others": []}
        if "bpf_trace_printk" in self.texts_made[0]:
            return self.trace_output([{"line": 0}])
        for name, t in tables.items():
            if t["kind"] in ("BPF_HASH", "BPF_LRU_HASH", "BPF_PERCPU_HASH"):
                return self.top_output(name, tables, [{"table": name, "line": 0}])
        raise Failure("nothing that the script shows was found")

    # --- all of it ---

    def modules(self):
        """Functions that are not here and have a prefix of their own are a module's of that name."""
        names = sorted({t for probes in self.attached for k, t, _r, regex, _l in probes
                        if k in ("kprobe", "kretprobe", "kfunc", "kretfunc") and not regex})
        missing = [n for n, there in zip(names, self.ask_facts([["function", n] for n in names]))
                   if not there]
        count = {}
        for n in missing:
            m = re.match(r"([a-z]{3,}[a-z0-9]*)_", n)
            if m:
                count[m.group(1)] = count.get(m.group(1), 0) + 1
        out = [p for p, n in count.items() if n >= 2 and n * 2 > len(names) and
               p not in ("blk", "tcp", "vfs", "inet", "net", "mm", "page", "account")]
        for p in out:
            self.report.guess(self.line_of(p + "_\\w+"), "%s_… are not in this kernel: taken for "
                              "functions of the module %s, which is loaded" % (p, p))
        return out

    def here(self):
        """What the script attaches to with this kernel's own answers."""
        keys = [k for k in self.ex.facts if k[0] in ("field", "function", "symbol", "tracepoint")]
        answers = self.ask_facts([list(k) for k in keys]) if keys else []
        own = [(k, bool(v)) for k, v in zip(keys, answers)]
        self.ex.deadline += 10
        r = self.ex.run((), own) if own else self.ex.base
        if not r.good():
            return None
        return sorted({"%s %s" % (k, t) for k, t, _r, _x, _l in self.attachments(
            r, self.texts_of([r])[0])})

    def headings(self):
        """The heading that the script itself printed, without options."""
        lines = [n for n in self.ex.base.lines if output.looks_like_header(n)]
        return " ".join(output.render(s) for s in output.slots_of(lines[0]["pieces"])) \
            if lines else ""

    def callback_filters(self, table):
        """Options that make the callback print less: on the field of an event, by a comparison, or
        by a text that is in it."""
        def cases(r):
            return [n for n in r.of("event") if n["table"] == table]
        printed = any(c["printed"] for c in cases(self.ex.base))
        self.conditions_c, self.only = [], []
        for a in self.ex.atoms:
            if a.option is None or a.failed or not printed or a.single.on != {a}:
                continue
            base = {repr(c["event"]): c["printed"] for c in cases(self.ex.base)}
            own = cases(a.single)
            if all(c["printed"] or not base.get(repr(c["event"]), True) for c in own):
                continue
            dest = a.option["dest"]
            line = self.option_line(a.option)
            has = [b for c in own for b in c["at"] or [] if b[1] == "has"]
            if has and output.plain_field(has[0][0]) and a.kind == "value":
                self.only.append((dest, has[0][0][2]))
                self.column_options.add(dest)
                self.report.did(line, "--%s: only events whose %s it matches" % (
                    option_name(dest), has[0][0][2]))
                continue
            if a.kind == "flag":
                split = output.split_by(own, [c["printed"] for c in own])
                if split and output.condition_c(split[0], "e.") and isinstance(split[2], bool):
                    cond, want, shown = split
                    text = lambda var, c=cond, w=(want == shown): ("" if w else "!") + \
                        output.condition_c(c, var)
                    word, _no = self.words.of(a)
                    self.conditions_c.append((word, text))
                    self.report.did(line, "--%s: what the callback leaves out is left out in the "
                                    "template: %s" % (option_name(dest), text("e.")))
                    continue
            self.report.todo(line, "--%s: the callback prints less with it; it is not clear what" %
                             option_name(dest))

    def put_computed(self, table):
        """Fields that are worked out before an event goes, and what is not to go."""
        shown = {c.keys.get("field") for c in self.out["columns"]}
        self.computed.made = [m for m in self.computed.made if m[0] in shown]
        if not self.computed.made and not self.conditions_c:
            return
        kind = ctext.event_type(self.template, table)
        text = self.template
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
            names = {n for n, _m in self.computed.made}
            for c in list(self.out["columns"]):
                if c.keys.get("field") in names:
                    self.out["columns"].remove(c)
                    self.report.todo(0, "the column %s is worked out by the script" % c.title)
            if not self.out["columns"]:
                raise Failure("what the script prints of %s could not be carried over" % table)
            return
        edits = []
        for a, b, var in spots:
            sets = " ".join("%s%s = %s;" % (var, n, make(var)) for n, make in self.computed.made)
            wanted = " && ".join("(!%s || %s)" % (w, c(var)) for w, c in self.conditions_c)
            edits.append((a, a, "{ " + sets + (" if (%s)" % wanted if wanted else "") + " "))
            edits.append((b, b, " }"))
        decl = "".join("\ts64 %s; /* for the columns */\n" % n for n, _m in self.computed.made)
        for p in places if decl else ():
            if isinstance(p, tuple):
                end = p[1]
            else:
                _body, e = ctext.body_at(clean, p.end() - 1)
                end = e - 1
            edits.append((end, end, decl))
        for a, b, new in sorted(edits, key=lambda e: -e[0]):
            text = text[:a] + new + text[b:]
        self.template = text
        if self.computed.made:
            self.report.did(0, "what the callback works out is done in the template: %s" %
                            ", ".join("%s = %s" % (n, make("e.")) for n, make in
                                      self.computed.made))

    def document(self, name):
        self.explore()
        self.make_text()
        probes = self.probes()
        self.out = self.find_output()
        self.only = []
        if self.out["kind"] == "stream":
            self.callback_filters(self.out["table"])
            self.put_computed(self.out["table"])
        options, words = self.options()
        doc = {"summary": self.summary(name)}
        if self.container_filter:
            doc["filters"] = ["cgroup", "mntns"]
            self.report.did(self.line_of("filter_by_containers"),
                            "the containers' filter is FILTER, with --cgroupmap and --mntnsmap")
        if options:
            doc["options"] = options
        args = self.arguments(options)
        if args:
            doc["arguments"] = args
        used = {w: v for w, v in words.items()}
        if used:
            doc["substitute"] = used
        if self.words.facts:
            doc["facts"] = {}
            for macro, key in sorted(self.words.facts.items()):
                line = self.ex.facts[key]["line"]
                doc["facts"][macro] = {"field": [key[1], key[2]]} if key[0] == "field" else \
                    {"tracepoint": "%s:%s" % (key[1], key[2])} if key[0] == "tracepoint" else \
                    {"symbol": key[1]}
                self.report.did(line, "the kernel is asked for %s: %s" % (
                    " ".join(key[1:]), macro))
        modules = self.modules()
        if modules:
            doc["modules"] = modules
        for p in probes:
            for k in ("given", "not_given"):
                if k in p:
                    p[k] = self.option_names[p[k]]
        doc["probes"] = probes
        out = self.out
        o = {}
        if out["kind"] == "trace_pipe":
            o["trace_pipe"] = True
        else:
            o[out["kind"]] = out["table"]
        if out.get("interval") and out["kind"] != "stream":
            o["interval"] = out["interval"]
        if out["kind"] == "histogram":
            if out["linear"]:
                o["linear"] = True
            o["label"] = [dict(la, when=self.option_names[la["when"]]) if "when" in la else la
                          for la in out["labels"]]
        if self.only:
            o["only"] = [{"option": self.option_names[d], "field": f} for d, f in self.only]
        columns, fields = [], set()
        for i, c in enumerate(out["columns"]):
            entry = {"title": c.title}
            entry.update(c.keys)
            name = entry.get("field") or entry.get("value")
            if name in fields:
                other = re.sub(r"\W+", "_", c.title.lower()).strip("_") or "column"
                entry["as"] = other if other[:1].isalpha() and other not in fields else \
                    "%s_%d" % (name, i)
                name = entry["as"]
            fields.add(name)
            if i + 1 == len(out["columns"]) and entry.get("align") != "right":
                entry.pop("width", None)
            if c.when in self.option_names:
                entry["when"] = self.option_names[c.when]
            if c.unless in self.option_names:
                entry["unless"] = self.option_names[c.unless]
            if out["kind"] == "histogram":
                entry = {k: v for k, v in entry.items() if k in ("title", "field", "names")}
            columns.append(entry)
        if columns:
            o["columns"] = columns
        doc["output"] = o
        self.kernel_questions()
        return document(doc), self.final_text(name)

    def kernel_questions(self):
        ex = self.ex
        for key, n in {**ex.base.asked}.items():
            if key[0] == "kfunc":
                self.report.guess(n["line"], "the script asks whether the kernel has fentry "
                                  "(support_kfunc); what it does %s it was converted" % (
                                      "with" if n["answer"] else "without"))
        for n in ex.base.of("functions"):
            self.report.guess(n["line"], "the script lists the functions that match %s; one was "
                                         "made up" % n["pattern"])
        for n in ex.base.of("unknown"):
            self.report.guess(n["line"], "the script uses %s, which the stand-in does not know" %
                              n["name"])
        for n in ex.base.of("starts"):
            if n["args"] not in ("clear", "['clear']"):
                self.report.todo(n["line"], "the script starts another program: %s" % n["args"])
        extra = [p for p in ex.base.programs if p is not ex.base.program() and
                 len(p["text"].strip()) > 200]
        for p in extra:
            self.report.todo(p["line"], "the script makes another BPF program, which is left out")

    def arguments(self, options):
        named = {o["name"] for o in options}
        out = []
        for o in self.ex.options:
            if o["strings"]:
                continue
            name = self.option_names.get(o["dest"])
            if name in named:
                out.append(name)
            elif self.out["kind"] in ("top", "histogram", "rates") and o["dest"] in (
                    "interval", "count", "outputs", "times"):
                word = "interval" if o["dest"] == "interval" else "count"
                if word not in out:
                    out.append(word)
            elif o["dest"] == "duration":
                out.append("duration")
            else:
                break
        return out if out != ["interval", "count"] else []

    def summary(self, name):
        text = " ".join((self.ex.description or "").split())
        text = text.split(". ")[0].strip().rstrip(".")
        if not text:
            import ast
            text = " ".join((ast.get_docstring(ast.parse(self.source)) or "").split())
            text = text.split(". ")[0].rstrip(".")
        if not text:
            doc = re.search(r"^#\s*(?:@\w+\s+)?[\w-]+\s+(\S.*)$", self.source, re.M)
            text = doc.group(1) if doc else name
        return text[:100] or name

    def final_text(self, name):
        head = "/* %s: ported by bcchost port. */\n" % name
        return head + self.template.strip("\n") + "\n"


def tables_in(expr):
    if isinstance(expr, (list, tuple)):
        if len(expr) == 3 and expr[0] == "field":
            return [expr[1]]
        return [t for e in expr for t in tables_in(e)]
    return []


def without_disabled(text):
    """What #if 0, #ifdef of what the text does not define and their #else leave, roughly."""
    defined = dict(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[ \t]+(\S+))?", text, re.M))
    out, stack = [], []
    for line in text.split("\n"):
        m = re.match(r"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b[ \t]*(.*)$", line)
        if m:
            word, rest = m.group(1), m.group(2).strip()
            if word in ("ifdef", "ifndef"):
                name = rest.split()[0] if rest else ""
                known = name in defined
                unknown = name.isupper() and name.startswith(("CONFIG_", "__", "KERNEL", "HAS_"))
                stack.append([None if unknown else known == (word == "ifdef")])
            elif word == "if":
                stack.append([rest not in ("0",) if rest in ("0", "1") else None])
            elif word == "elif" and stack:
                stack[-1] = [None]
            elif word == "else" and stack:
                stack[-1] = [None if stack[-1][0] is None else not stack[-1][0]]
            elif word == "endif" and stack:
                stack.pop()
            out.append(line)
            continue
        out.append("" if any(s[0] is False for s in stack) else line)
    return "\n".join(out)
