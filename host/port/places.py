# SPDX-License-Identifier: Apache-2.0
"""Probes on user programs: which option names the file or the process, and what an attach inside a
try says of files that may be missing."""
import re


USER = ("uprobe", "uretprobe", "usdt")


def values_of(a):
    """What was tried of an option, as text."""
    return {str(v) for v in (a.values or ())} | ({a.text_value} if a.text_value else set())


def means(a, note):
    """Is the file, or of USDT the process, what this option was given?"""
    if note.get("file"):
        return note["file"] in values_of(a)
    return note["kind"] == "usdt" and str(note.get("pid")) in values_of(a)


def changes_binaries_alone(ex, a):
    """Is an option's text nothing but the file that is probed?"""
    old = {(n["kind"], n["target"], n["run"]) for n in ex.base.attaches}
    new = [n for n in a.single.attaches if (n["kind"], n["target"], n["run"]) not in old]
    return ex.text(a.single) == ex.text(ex.base) and bool(new) and all(
        n["kind"] in USER and means(a, n) for n in new)


def user_options(work):
    """The options that name what is probed, and those that name the process."""
    work.binary_options, work.pid_options, work.fixed = {}, set(), {}
    for a in work.ex.atoms + work.always:
        if a.kind != "value" or a.failed or not a.single:
            continue
        dest = a.option["dest"]
        for n in a.single.attaches:
            if n["kind"] not in USER:
                continue
            if means(a, n):
                work.binary_options[dest] = "binary" if n.get("file") else "integer"
            elif str(n.get("pid")) in values_of(a):
                work.pid_options.add(dest)
    fixed_options(work)


def fixed_options(work):
    """What the script was given in every run, since it wants it or since it stands behind --."""
    parsed = work.ex.base.of("parsed")
    atoms = {a.option["dest"] for a in work.ex.atoms if a.option is not None}
    for n in work.ex.base.attaches:
        for dest, values in (parsed[-1]["values"] if parsed else {}).items():
            if n["kind"] not in USER or dest in atoms or len(values) != 1 or not str(values[0]):
                continue
            if n.get("file") == values[0]:
                work.binary_options[dest] = "binary"
            elif n["kind"] == "usdt" and not n.get("file") and n.get("pid") == values[0]:
                work.binary_options[dest] = "integer"
            elif n.get("pid") == values[0] and isinstance(values[0], int):
                work.pid_options.add(dest)
            else:
                continue
            work.fixed[dest] = str(values[0])
        if n["kind"] == "usdt" and not n.get("file") and isinstance(n.get("pid"), int) and \
           n["pid"] > 0 and str(n["pid"]) in work.argv and not work.binary_options:
            # Of a script that looks at its arguments by itself.
            work.binary_options["pid"] = "integer"
            work.fixed["pid"] = str(n["pid"])
            work.report.guess(n["line"], "the process %s, which the script was given, is the "
                              "default of --pid" % n["pid"])


def pid_option(work, r, note):
    """The dest of the option that names the process that a probe is for; None: all."""
    pid = note.get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return None
    for a in list(r.on) + work.always:
        if a.kind == "value" and a.option["dest"] in work.pid_options and \
           str(pid) in values_of(a):
            return a.option["dest"]
    return next((d for d in work.pid_options if work.fixed.get(d) == str(pid)), None)


def place_of(work, r, note):
    """"file:symbol" of a probe; "{dest}:symbol" if an option names the file, or the process."""
    atoms = [a for a in list(r.on) + work.always if a.kind == "value"]
    for a in atoms:
        if means(a, note):
            return "{%s}:%s" % (a.option["dest"], note["symbol"])
    given = {a.option["dest"] for a in atoms}
    for o in work.ex.options:
        if o["dest"] in work.binary_options and o["dest"] not in given and \
           o["default"] is not None and str(o["default"]) == str(note.get("file") or
                                                                 note.get("pid")):
            return "{%s}:%s" % (o["dest"], note["symbol"])
    for dest, value in work.fixed.items():
        if dest in work.binary_options and value == str(note.get("file") or note.get("pid")):
            return "{%s}:%s" % (dest, note["symbol"])
    file = note.get("file") or "/proc/%s/exe" % note.get("pid")
    return "%s:%s" % (file, note["symbol"])


def target_of(work, r, note):
    """The same; and whose process the probe is for is kept."""
    target = place_of(work, r, note)
    work.probe_pids.setdefault((note["kind"], target, note["run"]), set()).add(
        pid_option(work, r, note))
    return target


def is_place(atom):
    return atom.kind == "fact" and atom.key[0] == "user"


def other_places(work, order, runs_of):
    """Where an attach inside a try failed, what is attached instead: {probe: [other target]}, and
    under "done" those that are told so."""
    out = {"done": set()}
    for item in order:
        cond = work.conditions.find(runs_of[item])
        if item[0] not in USER or cond is True:
            continue
        missing = [{a for a, on in combo if is_place(a) and on} for combo in cond]
        atom = next(iter(missing[0]), None)
        if atom is None or not all(atom in m for m in missing):
            continue
        file, _, symbol = item[1].rpartition(":")
        for first in order:
            same, _, failed = first[1].rpartition(":")
            if first[0] == item[0] and first[2] == item[2] and failed == atom.key[2] and \
               first != item and (same == file or "{" not in same + file):
                out.setdefault(first, []).append(symbol if "{" in same else item[1])
                out["done"].add(item)
                break
    return out


def without_places(cond):
    """The condition without what a list of targets says."""
    if cond is True:
        return True
    combos = []
    for combo in cond:
        left = tuple((a, w) for a, w in combo if not is_place(a))
        if left not in combos:
            combos.append(left)
    return True if () in combos else combos


def user_probe(work, probe, kind, target):
    """The keys of a probe on a user program; False if it names no place."""
    option = re.match(r"\{(\w+)\}:(.+)$", target)
    file, _, symbol = target.rpartition(":")
    if not file or not symbol or not target.isprintable() or len(target) > 4000:
        return False
    if not option:
        probe[kind] = target
        return True
    dest = option.group(1)
    probe[kind] = option.group(2)
    probe["binary"] = {"option": dest}
    work.probe_options.add(dest)
    return True


def pid_key(work, item):
    """The key `pid`, where one option names the process that the probe is for."""
    dests = {d for d in work.probe_pids.get(item[:3], ()) if d}
    return {"pid": {"option": dests.pop()}} if len(dests) == 1 and item[0] in USER else {}
