# SPDX-License-Identifier: Apache-2.0
"""The probes: what the runs attach, each with the condition under which they do."""
import ast
import re

from . import ctext, perf, template
from .later import has_other, later_names
from .places import USER, other_places, pid_key, user_probe, without_places
from .merge import merge
from .template import condition_text
from .texts import lines_in_try
from .work import Failure


SYSCALL = re.compile(r"^__x64_sys_(\w+)$")
SYSTEM_CALL = re.compile(r"^(?:sys|SyS)_(\w+)$")
WHAT = {"xdp": "a network device (XDP)", "tc": "packets (tc, lightweight tunnels)",
        "func": "a program by its descriptor (attach_func)", "socket": "a socket",
        "sockets": "sockets (sock_ops, sk_skb, sk_msg)", "cgroup": "a cgroup's sockets or devices",
        "lsm": "a security hook (LSM)"}
UNTOLD = tuple(WHAT)


OWN_FUNCTIONS = 8   # of one prefix: the kernel itself has something of that name
CALLED_OTHERWISE = {"md": "md_mod", "nfs4": "nfsv4"}    # modules, by what their functions begin with


def make_probes(work):
    seqs = [tuple(p[:4] for p in probes) for probes in work.attached]
    lines = {p[:4]: p[4] for probes in work.attached for p in probes}
    nodes = merge(seqs)
    runs_of = {}
    order = []
    for item, runs in nodes:
        if item not in runs_of:
            order.append(item)
        runs_of[item] = runs_of.get(item, frozenset()) | runs
    alternatives = other_places(work, order, runs_of)
    several = len({i[1].rpartition(":")[0] for i in order if i[0] in USER and
                   not i[1].startswith("{")} - {"c"}) > 1
    work.probe_options = set()
    order, rates = join_samples(work, order, runs_of)
    optional = lines_in_try(ast.parse(work.source))
    out = []
    for item in order:
        kind, target, run, regex = item
        line = lines[item]
        if item in alternatives["done"]:
            continue
        if kind in UNTOLD or target is None:
            work.report.todo(line, "attaches %s to %s, which is none of a tool's probes" %
                             (run, WHAT.get(kind, kind)))
            continue
        probe = {}
        sys = SYSCALL.match(target)
        if kind in USER:
            if not user_probe(work, probe, kind, target):
                work.report.todo(line, "attaches %s to `%s`, which is no place in a program" %
                                 (run, target))
                continue
        elif kind == "perf_event":
            probe[kind] = target
        elif regex:
            pattern = target if target.startswith("^") else "^" + target
            pattern = pattern.replace("\\d", "[0-9]").replace("\\w", "[A-Za-z0-9_]")
            if not re.fullmatch(r"[\w^$.*+?()|\[\]\\-]+", pattern):
                work.report.todo(line, "attaches %s to the pattern %s" % (run, target))
                continue
            probe[kind] = pattern
        elif sys and kind in ("kprobe", "kretprobe"):
            probe[kind] = [target, "__arm64_sys_" + sys.group(1)]
        elif kind in ("kprobe", "kretprobe") and SYSTEM_CALL.match(target):
            # What a system call's function was called before 4.17.
            name = SYSTEM_CALL.match(target).group(1)
            probe[kind] = ["__x64_sys_" + name, "__arm64_sys_" + name, target]
            work.report.guess(line, "%s is taken for the system call %s, whatever this kernel "
                              "calls its function" % (target, name))
        elif kind == "tracepoint" and ":" not in target:
            work.report.todo(line, "attaches %s to the tracepoint %s" % (run, target))
            continue
        else:
            probe[kind] = target
            others = []
            if without_places(work.conditions.find(runs_of[item])) is True and \
                    item not in alternatives and ("function", target) not in work.ex.facts and \
                    line not in optional:
                others = later_names(kind, target, run, work.texts_made[0], {i[1] for i in order})
            if others:
                probe[kind] = [target] + others
                work.report.guess(line, "a kernel without %s may have %s for it, which %s then is "
                                  "attached to" % (target, " or ".join(others), run))
        if kind not in USER and not re.fullmatch(r"[\w:.^$*+?()|\[\]\\-]+", target):
            work.report.todo(line, "attaches %s to `%s`, which is no name" % (run, target))
            continue
        probe.update(pid_key(work, item))
        probe["run"] = run
        if item in alternatives:
            probe[kind] = [probe[kind]] + alternatives[item]
        elif kind in USER and several and not target.startswith(("c:", "{")):
            probe["optional"] = True
        probe.update(rates.get(item, {}))
        cond = without_places(work.conditions.find(runs_of[item]))
        if cond is not True:
            words = condition_text(cond, work.words)
            keyed = probes_if(work, cond, probe)
            if keyed:
                work.report.did(line, "%s is attached to %s if %s" % (run, target, words))
                out += keyed
                continue
            elif run not in {p[2] for p in work.attached[0]} and not re.search(
                    r"\b%s\b" % re.escape(run), work.texts_made[0]):
                work.report.todo(line, "%s is attached to %s only if %s, which no probe can "
                                 "say" % (run, target, words))
                continue
            else:
                # The handler is there in these runs alone: elsewhere it does nothing.
                probe["optional"] = True
                work.guarded.setdefault(run, []).append((item, words, line))
        elif line in optional and item not in alternatives and kind != "perf_event":
            probe["optional"] = True
            work.report.guess(line, "%s on %s is optional: the script goes on if it fails" %
                              (run, target))
        if cond is True and has_other(kind, target, run, order):
            probe["optional"] = True
        out.append(probe)
    if several and any("optional" in p for p in out):
        work.report.guess(min(lines[i] for i in order if i[0] in USER),
                          "the script probes several programs or libraries; here those that are "
                          "not on the machine are left out")
    stub_guarded(work)
    if not out:
        raise Failure(nothing_to_probe(order), min([line for line in lines.values()] or [0]))
    for line in {lines[i] for i in order if i in lines and i[0] not in UNTOLD}:
        names = [i[1] for i in order if lines.get(i) == line]
        n = len(names)
        work.report.did(line, "attached to: %s" % ", ".join(names[:6]) +
                        (" and %d more" % (n - 6) if n > 6 else ""))
    return out


def nothing_to_probe(order):
    """Why no probe can be written."""
    kinds = {i[0] for i in order}
    if not kinds:
        return "the script attaches to nothing, nor has its C text a function that BCC attaches by " \
            "its name"
    text = "all that the script attaches to is %s, which is none of a tool's probes" % ", ".join(
        sorted(WHAT.get(k, k) for k in kinds))
    if kinds == {"lsm"}:
        return text + "; `bcchost run` takes its C text as it is"
    if kinds <= set(UNTOLD):
        return text + ": they are functions, tracepoints, events and places in programs"
    return text


def join_samples(work, order, runs_of):
    """A perf event that options sample otherwise is one probe, if its keys can say it:
    (order, {item: keys})."""
    groups = {}
    for item in order:
        if item[0] == "perf_event":
            groups.setdefault(item[1:3], []).append(item)
    keys = {}
    for items in groups.values():
        seen = []
        for n, i in enumerate(work.kept):
            on = [a for a in list(work.runs[i].on) + work.always if a.kind == "value"]
            seen += [({a.option["dest"] for a in on}, item[3]) for item in items
                     if n in runs_of[item]]
        one = perf.joined(seen)
        if one is not None:
            runs_of[items[0]] = frozenset().union(*(runs_of[i] for i in items))
            order = [i for i in order if i not in items[1:]]
        for item in items[:1] if one is not None else items:
            keys[item] = one if one is not None else perf.joined([(set(), item[3])])
            use_options(work, keys[item])
    return order, keys


def use_options(work, keys):
    """The options that say how often: theirs is the default, where the script has one."""
    for key, value in keys.items():
        if not isinstance(value, dict):
            continue
        dest = value["option"]
        work.probe_options.add(dest)
        for a in work.ex.atoms + work.always:
            default = a.option["default"] if a.option else None
            if not a.option or a.option["dest"] != dest or isinstance(default, bool) or \
               not re.fullmatch(r"-?\d+", str(default)) or a.kind != "value":
                continue
            if a in work.always or work.ex.text(a.single) == work.ex.text(work.ex.base):
                a.fallback = int(default)
                value.pop("else", None)
        if key in ("period", "frequency") and "else" not in value and not any(
                getattr(a, "fallback", None) is not None for a in work.ex.atoms + work.always
                if a.option and a.option["dest"] == dest) and \
           not {"period", "frequency"} <= set(keys):
            value["else"] = 99


def probes_if(work, cond, probe):
    """The probe with the keys of a condition; of alternatives, one each, of which only one holds.
    Empty if keys cannot say it."""
    combos, before = [], []
    for combo in cond:
        combos.append(tuple(combo) + tuple((a, not w) for a, w in before
                                           if (a, not w) not in combo))
        if len(combo) == 1:
            before += combo
        elif combo is not cond[-1]:
            return []
    out = []
    for combo in combos:
        if any((a, not w) in combo for a, w in combo):
            continue
        out.append(dict(probe))
        if not probe_keys(work, combo, out[-1]):
            return []
    return out


def probe_keys(work, combo, probe):
    """when:, unless:, given: and not_given: of a probe; at most one of the first two."""
    keys, facts = {}, {}
    for a, wanted in combo:
        if a.kind == "fact":
            macro = template.fact_macro(a.key)
            key = "when" if wanted != a.base_answer else "unless"
            if key in keys:
                return False
            facts[macro] = a.key
            keys[key] = macro
        elif a.kind in ("flag", "value"):
            keys.setdefault("given" if wanted else "not_given", []).append(a.option["dest"])
        else:
            return False
    work.words.facts.update(facts)
    for k in ("given", "not_given"):
        work.probe_options |= set(keys.get(k, ()))
    probe.update(keys)
    return True


def stub_guarded(work):
    """A handler that only some options want is attached always, and does nothing without."""
    for run, items in work.guarded.items():
        conditions = [w for _i, w, _l in items]
        text = conditions[0]
        functions = [f for f in ctext.functions(work.template) if f["name"] == run]
        work.report.guess(items[0][2], "%s is attached only if %s in the script; here it is "
                          "always attached" % (run, " or ".join(conditions)))
        if len(set(conditions)) == 1 and functions:
            for f in reversed(functions):
                work.template = (work.template[:f["body_start"]] +
                                 "\n#if !(%s)\n\treturn 0;\n#endif" % text +
                                 work.template[f["body_start"]:])


def modules_of(work):
    """The modules whose functions are probed: where they are on this kernel; of those that it has
    not, the name that they begin with, if nothing of the kernel's own is called so."""
    names = sorted({t for probes in work.attached for k, t, _r, regex, _l in probes
                    if k in ("kprobe", "kretprobe", "kfunc", "kretfunc") and not regex and t})
    there = dict(zip(names, work.ask_facts([["module", n] for n in names])))
    out = sorted({m for m in there.values() if m})
    wanted = [n for n in names if there[n] is None]
    addresses = sorted({k[1] for k in work.words.facts.values() if k[0] == "address"})
    wanted += [n for n, has in zip(addresses, work.ask_facts([["symbol", n] for n in addresses]))
               if not has]
    count = {}
    for n in wanted:
        m = re.match(r"([a-z]{2,}[a-z0-9]*)_", n)
        if m:
            count[m.group(1)] = count.get(m.group(1), 0) + 1
    prefixes = sorted(p for p, n in count.items() if n >= 2 or p in CALLED_OTHERWISE)
    own = work.ask_facts([["count", p + "_"] for p in prefixes])
    for p, n in zip(prefixes, own):
        if n < OWN_FUNCTIONS or p in CALLED_OTHERWISE:
            module = CALLED_OTHERWISE.get(p, p)
            work.report.guess(work.line_of(p + "_\\w+"), "%s_… are not in this kernel: taken for "
                              "functions of the module %s, which is loaded" % (p, module))
            out.append(module)
    return out
