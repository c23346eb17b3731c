# SPDX-License-Identifier: Apache-2.0
"""Perf events: what they are called, how often a script samples them, and which option says so."""

SOFTWARE = ("cpu-clock", "task-clock", "page-faults", "context-switches", "cpu-migrations",
            "minor-faults", "major-faults", "alignment-faults", "emulation-faults")
HARDWARE = ("cpu-cycles", "instructions", "cache-references", "cache-misses",
            "branch-instructions", "branch-misses", "bus-cycles", "stalled-cycles-frontend",
            "stalled-cycles-backend", "ref-cycles")
TYPES = {0: ("hardware", HARDWARE), 1: ("software", SOFTWARE), 3: ("hw-cache", ()), 4: ("raw", ())}
KEYS = ("period", "frequency", "pid", "cpu")
# Of a raw event's attributes those that a probe's keys say.
SAID = ("type", "config", "size", "freq", "sample_freq", "sample_period", "disabled", "inherit")


def event_name(kind, config):
    """As the host calls it: "software:cpu-clock"; by number what has no name."""
    kind, config = int(kind), int(config)
    word, names = TYPES.get(kind, (str(kind), ()))
    return "%s:%s" % (word, names[config] if 0 <= config < len(names) else
                      hex(config) if kind in (3, 4) else config)


def rates_of(note, atoms):
    """What a run's attachment has for KEYS: numbers, ("option", dest) in the place of what an
    option was given, None for what is not said. atoms: [(atom, the number it was given)]"""
    out = []
    for key in KEYS:
        value = note.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or \
           value <= 0 and key != "cpu" or value < 0:
            out.append(None)
            continue
        for a, given in atoms:
            if value == given:
                value = ("option", a.option["dest"])
                break
        out.append(value)
    return tuple(out)


def given_to(run, always):
    """[(atom, number)]: the options with a value that this run was given."""
    return [(a, a.values[1] if run is a.second else a.values[0])
            for a in list(run.on) + list(always) if a.kind == "value" and a.values]


def worked_out(run, note_of):
    """The option that this run has and a rate is worked out of (twice it, say): no probe can say
    that. note_of: the run -> its attachment of this event."""
    for a in run.on:
        if a.kind != "value" or not a.second or len(run.on) > 1:
            continue
        one, two = note_of(a.single), note_of(a.second)
        if one and two and rates_of(one, given_to(a.single, ())) != \
           rates_of(two, given_to(a.second, ())):
            return a
    return None


def joined(seen):
    """One set of keys for all runs, or None. seen: [(dests that were given, rates)], the script
    without options first."""
    base = seen[0][1]
    keys = {}
    for i, key in enumerate(KEYS):
        options = {r[i][1] for _g, r in seen if isinstance(r[i], tuple)}
        if len(options) > 1:
            return None
        if options:
            keys[key] = {"option": options.pop()}
            if isinstance(base[i], int):
                keys[key]["else"] = base[i]
        elif any(r[i] is not None for _g, r in seen):
            keys[key] = next(r[i] for _g, r in seen if r[i] is not None)
    for given, rates in seen:
        if tuple(said(keys, key, given) for key in KEYS) != rates:
            return None
    return keys


def said(keys, key, given):
    """What the host makes of the keys with these options: of two rates the one that was given."""
    def value(k):
        v = keys.get(k)
        if not isinstance(v, dict):
            return v
        return ("option", v["option"]) if v["option"] in given else v.get("else")
    other = {"period": "frequency", "frequency": "period"}.get(key)
    mine = value(key)
    if other and mine is not None and isinstance(value(other), tuple) and \
       not isinstance(mine, tuple):
        return None
    return mine
