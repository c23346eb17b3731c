# SPDX-License-Identifier: Apache-2.0
"""The texts of all runs as one template, and what each run attaches."""
import re

from . import beside, ctext, kallsyms, perf, places, template
from .merge import Conditions, merge


def texts_of_runs(work):
    ex = work.ex
    # A value that is no number must not become text of the program's.
    pasted = {a for a in ex.atoms if (a.text_value or getattr(a, "odd", False)) and
              not a.failed and ex.shape(a.single) != ex.shape(ex.base) and
              not places.changes_binaries_alone(ex, a)}
    places.user_options(work)
    work.runs = [r for r in ex.runs if r.good() and not r.on & pasted]
    # The base first; a run like another of the same atoms adds nothing.
    work.runs.sort(key=lambda r: r is not ex.base)
    return texts_of(work, work.runs)


def texts_of(work, runs):
    out = []
    for r in runs:
        p = r.program()
        text = template.with_defines(beside.with_headers(p["text"], work.files), p["cflags"],
                                     work.report)
        for a in list(r.on) + work.always:
            text = template.put_words(text, a)
        text = with_addresses(work, text)
        if template.CONTAINERS_DEF.search(text):
            text, n = template.CONTAINERS_DEF.subn("\n", text)
            text = template.own_words_renamed(text)
            text, used = template.CONTAINERS_USE.subn("FILTER", text)
            if "container_should_be_filtered" in text:
                text = "static inline int container_should_be_filtered(void) { return 0; }\n" \
                    + text
                work.report.todo(0, "container_should_be_filtered is used in a way that is "
                                    "not known: it says 0")
            if used:
                work.container_filter = True
        else:
            text = template.own_words_renamed(text)
        out.append(text.replace("\r\n", "\n").replace("\t", "\t"))
    return out


def with_addresses(work, text):
    """Where a symbol of the kernel's is, the script looked up: here a fact says it."""
    asked = [k[1] for k in work.ex.facts if k[0] == "symbol"]
    text, names = kallsyms.with_macros(text, asked + kallsyms.candidates(work.source))
    for name in names:
        work.words.facts[kallsyms.macro(name)] = ("address", name)
    return text


def attachments(work, r, text):
    """[(kind, target, handler, regex, line)] of a run: what it attaches, and what BCC does by
    itself. Of a perf event perf.KEYS' values stand in the place of regex."""
    number = r.program()["number"]
    out = []
    for a in r.attaches:
        if a.get("program") not in (number, None) and a["kind"] != "usdt":
            continue
        if a["kind"] in ("raw_tracepoint",) and a["run"].startswith("raw_tracepoint__"):
            continue
        more = sampling(work, r, a) if a["kind"] == "perf_event" else bool(a.get("regex"))
        target = places.target_of(work, r, a) if a["kind"] in places.USER else a["target"]
        probe = (a["kind"], target, a["run"], more, a["line"])
        if probe not in out:
            out.append(probe)
    # BCC runs the preprocessor before it looks: what #if leaves out is no probe.
    for kind, target, run in ctext.conventions(without_disabled(text)):
        out.append((kind, target, run, False, r.program()["line"]))
    return out


def sampling(work, run, note):
    """perf.KEYS' values of a run's attachment."""
    alike = lambda r: next((a for a in r.attaches if a["kind"] == "perf_event" and
                            (a["target"], a["run"]) == (note["target"], note["run"])), None)
    odd = perf.worked_out(run, alike)
    if odd:
        work.report.todo(note["line"], "how often %s runs is worked out of --%s: a probe takes "
                         "an option's number as it is" % (note["run"], odd.option["dest"]))
        note = alike(work.ex.base) or note
    rates = perf.rates_of(note, perf.given_to(run, work.always))
    # One after the other on each of the processors that the stand-in has: on all.
    cpus = {a.get("cpu") for a in run.attaches if a["kind"] == "perf_event" and
            (a["target"], a["run"]) == (note["target"], note["run"])}
    return rates[:3] + (None,) if {0, 1} <= cpus else rates


def make_template(work):
    work.container_filter = False
    texts = texts_of_runs(work)
    work.attached = [attachments(work, r, t) for r, t in zip(work.runs, texts)]
    targets = {}
    for probes in work.attached:
        for kind, target, run, regex, _line in probes:
            if kind in ("kprobe", "kfunc") and not regex and targets.get(run, ()) is not None:
                targets.setdefault(run, set()).add(target)
            elif kind != "kretprobe" or regex:
                targets[run] = None
    asked = sorted({t for s in targets.values() if s for t in s})
    prototypes = work.ask(asked) if asked else {}
    work.prototypes = prototypes
    signatures = template.Signatures(targets, prototypes)
    differing = set()
    first = template.heads(texts[0])
    for r, t in zip(work.runs, texts):
        if any(a.kind == "fact" for a in r.on):
            for name, head in template.heads(t).items():
                if name in first and first[name] != head:
                    differing.add(name)
    kfunc = ("KFUNC_PROBE" in texts[0])
    texts = [t if kfunc else signatures.apply(t, differing) for t in texts]
    for name, (functions, used) in sorted(signatures.done.items()):
        work.report.did(work.line_of(name), "the parameters of %s (%s) are taken from the "
                        "kernel's types by name: SIGNATURE" % (name, ", ".join(used)))
    for a in [a for r in work.runs for a in r.on]:
        a.order = work.ex.atoms.index(a) if a in work.ex.atoms else 999
    thin_runs(work, texts)
    texts = [texts[i] for i in work.kept]
    work.attached = [work.attached[i] for i in work.kept]
    text_atoms(work)
    for blocks in (False, True):
        nodes = merge([tuple(template.logical_lines(t, blocks)) for t in texts])
        if template.balanced(nodes, work.conditions):
            break
    work.template = template.own_bodies(template.emit(nodes, work.conditions, work.words))
    work.texts_made = texts


def thin_runs(work, texts):
    """Of the runs those that say something new about the text and the probes."""
    shapes = [(t, tuple(sorted(p[:4] for p in a))) for t, a in zip(texts, work.attached)]
    changing = set()
    for r, s in zip(work.runs, shapes):
        if len(r.on) == 1 and s != shapes[0]:
            changing |= r.on
        # What is only asked after another answer.
        changing |= {a for a in r.on if a.kind == "fact"}
    work.kept, seen = [], set()
    for i, (r, s) in enumerate(zip(work.runs, shapes)):
        on = frozenset(r.on & changing)
        if len(r.on) > 1 and not r.on <= changing and not any(
                a.kind == "fact" for a in r.on):
            continue
        if on not in seen:
            seen.add(on)
            work.kept.append(i)
    work.conditions = Conditions([work.runs[i].on & changing for i in work.kept])


def text_atoms(work):
    """Numbers for choices; what the report says of the options that fill something."""
    for a in work.ex.atoms:
        if a.kind == "choice":
            a.number = a.option["choices"].index(a.choice)


def attached_here(work):
    """What the script attaches to with this kernel's own answers."""
    keys = [k for k in work.ex.facts if k[0] in ("field", "function", "symbol", "tracepoint")]
    answers = work.ask_facts([list(k) for k in keys]) if keys else []
    own = [(k, bool(v)) for k, v in zip(keys, answers)]
    work.ex.deadline += 10
    r = work.ex.run((), own) if own else work.ex.base
    if not r.good():
        # A symbol of a module that is not loaded: the program will load it.
        wanted = {k[1] for k in work.words.facts.values() if k[0] == "address"}
        r = work.ex.run((), [(k, v or k[0] == "symbol" and k[1] in wanted) for k, v in own])
    if not r.good():
        return None
    return sorted({"%s %s" % (k, t) for k, t, _r, _x, _l in attachments(work, 
        r, texts_of(work, [r])[0])})


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
