# SPDX-License-Identifier: Apache-2.0
"""One column, of what stood at its place in each of the trials."""
import re
from collections import namedtuple

from .expr import (beside, elapsed, fields_in, formula, hashable, plain_field, ratio, simplify,
                   strip_prefix, tables_in)
from .lines import parse_spec
from .merge import merge
from .outcomes import Leaf, c_text, choices, comparisons, leaves, tree_of
from .symbols import shown_keys

ALTERNATIVES = 12   # of what may stand at one place …
WORDS = 64          # … and of words
# A field, or a member of a struct in the event.
FIELD = re.compile(r"\w+|(?:\w+(?:\[\d+\])?\.)+\w+")
NAMES = re.compile(r"[A-Za-z_]\w*")     # the fields in a formula

# title: None if there is none; slots: the plain event's; stream: can the template work things out?
Place = namedtuple("Place", "title slots stream computed table")


class Column:
    def __init__(self, title, keys, note=None):
        self.title = title
        self.keys = keys       # of the YAML, in order; a column of several parts has `parts`
        self.note = note       # for the report, if it is a guess
        self.when = self.unless = None
        self.gap = 1           # blanks before it, in the script's line
        self.sample = None     # what it said in a trial

    def parts(self):
        """The keys of each value: the column's own, or its parts'."""
        return [p for p in self.keys["parts"] if not isinstance(p, str)] \
            if "parts" in self.keys else [self.keys]

    def fields(self):
        """All that it reads of an event."""
        return {f for p in self.parts() for f in [
            p.get("field"), *p.get("if", {}), *NAMES.findall(p.get("formula", ""))] if f}


class Value:
    """A value in a line: how it was formatted, and what of."""

    def __init__(self, spec, expr):
        self.spec, self.expr = spec, simplify(expr)
        self.key = (spec, hashable(expr))

    def __eq__(self, other):
        return isinstance(other, Value) and self.key == other.key

    def __hash__(self):
        return hash(self.key)


def padded(text, spec):
    s = parse_spec(spec)
    return text.ljust(s["width"]) if s["left"] else text.rjust(s["width"])


def atoms_of(slots):
    """What stands in these slots: texts and Values, side by side."""
    out = []

    def put(p, alone):
        if isinstance(p, str):
            text = p
        elif p.get("parts"):
            for q in p["parts"]:
                put(q, False)
            return
        elif p["expr"] is not None:
            out.append(Value(p["spec"], p["expr"]))
            return
        else:
            text = p["value"] if alone else padded(p["value"], p["spec"])
        if text and out and isinstance(out[-1], str):
            out[-1] += text
        elif text:
            out.append(text)

    alone = len(slots) == 1 and len(slots[0]) == 1
    for i, slot in enumerate(slots):
        if i and slot.gap:
            put(" " * slot.gap, False)
        for p in slot:
            put(p, alone)
    return tuple(out)


UNITS = {1e9: "seconds", 1e6: "milliseconds", 1e3: "microseconds"}


def scaled(field, divisor, spec, keys):
    """The keys of a number that is divided before it is shown."""
    suffix = 1e3 if field.endswith("_us") else 1e6 if field.endswith("_ms") else 1.0
    decimals = spec["precision"] if spec["kind"] in "fFeEgG" and spec["precision"] is not None \
        else 6 if spec["kind"] in "fF" else 0
    if spec["kind"] in "s":
        decimals = 2
    decimals = min(decimals, 9)
    if divisor == 1.0:
        return None
    if divisor * suffix in UNITS and divisor > 1:
        keys["unit"] = UNITS[divisor * suffix]
        if decimals:
            keys["decimals"] = decimals
        return None
    if divisor == 1024 and suffix == 1:
        keys["unit"] = "kilobytes"
        if decimals:
            keys["decimals"] = decimals
        return None
    if divisor == int(divisor) and 1 < divisor <= 1000000000:
        keys["divide_by"] = int(divisor)
        if decimals:
            keys["decimals"] = decimals
        return None
    return "shown as it is, not divided by %g" % divisor


def worked_out(place, expr, kind="s64"):
    """The name of a field that the template works out; None if it cannot."""
    if not place.stream:
        return None
    make = lambda var: place.computed.c_expr(expr, var)
    return place.computed.add(("expr", expr), make, kind) if make("e.") is not None else None


def value_keys(value, place):
    """The keys of a value, with a note if they are a guess; (None, None) if it is of no field."""
    s = parse_spec(value.spec)
    expr, keys = value.expr if place.stream else beside(value.expr, place.table), {}
    kind = expr[0]
    if not place.stream and kind == "op" and expr[1] == "+" and expr[2] == 0:
        # As sum() and totals begin.
        keys, note = value_keys(Value(value.spec, expr[3]), place)
        return keys, note or "the script adds up what several entries say; here each is for itself"
    # Of the machine, or of another table: of that, only a formula can tell.
    if kind == "host" or plain_field(expr) and expr[1] != place.table:
        return None, None
    if kind == "time":
        known = expr[1] in ("%H:%M:%S", "%X")
        return {"value": "time"}, None if known else "the script's time has the form %s" % expr[1]
    past = elapsed(expr)
    if past:
        keys["value"] = "elapsed"
        if past[0] and past[1] == 1e9:
            keys["field"] = strip_prefix(past[0])
        elif past[0] and past[1] in (1e3, 1e6):
            # The column's own is in nanoseconds.
            own = worked_out(place, ("op", "*", ("field", place.table, past[0]),
                                     int(1e9 / past[1])), "u64")
            if own:
                keys["field"] = own
        keys["decimals"] = min(9, s["precision"] if s["precision"] is not None else 3)
        return keys, None
    if kind == "usym" and plain_field(expr[1]):
        keys.update(field=strip_prefix(expr[1][2]), format="usym",
                    pid=strip_prefix(expr[2][2]) if plain_field(expr[2]) else None)
        keys.update(shown_keys(expr))
        return keys, None
    if kind in ("ipv4", "ipv6", "ksym") and expr[1]:
        name = strip_prefix(expr[1][2]) if plain_field(expr[1]) else ""
        if not FIELD.fullmatch(name):
            name = worked_out(place, expr[1], "u64" if kind == "ksym" else "u32") \
                if kind != "ipv6" else None
        if name:
            keys["field"] = name
            keys["format"] = "ksym" if kind == "ksym" else "ip"
            keys.update(shown_keys(expr) if kind == "ksym" else {})
            return keys, None
    if kind == "names":
        field = strip_prefix(expr[2][2]) if plain_field(expr[2]) else worked_out(place, expr[2])
        if field:
            keys = {"field": field, "names": expr[1]}
            if len(expr) > 3:
                keys["other"] = expr[3]
            return keys, None
    scale = ratio(expr) if set(tables_in(expr)) <= {place.table} else None
    if scale and FIELD.fullmatch(strip_prefix(scale[0])):
        keys["field"] = strip_prefix(scale[0])
        note = scaled(keys["field"], scale[1], s, keys)
        if s["kind"] in "xXo":
            keys["format"] = "octal" if s["kind"] == "o" else "hex"
            if s["zero"] and s["width"]:
                keys["digits"] = min(22, s["width"])
            keys.pop("unit", None)
        elif s["kind"] == "s" and s["precision"] and scale[1] == 1.0:
            keys["cut"] = s["precision"]
        elif s["kind"] in "diu" and ("unit" in keys or "divide_by" in keys):
            keys["round"] = "down"
        return keys, note
    field, divisor = None, 1.0
    if kind == "op" and expr[1] == "/" and isinstance(expr[3], (int, float)) and \
       s["kind"] not in "diu":
        field, divisor = worked_out(place, expr[2]), float(expr[3])
    field = field or worked_out(place, expr)
    if field:
        keys["field"] = field
        note = scaled(field, divisor, s, keys)
        if s["kind"] in "xXo":
            keys["format"] = "octal" if s["kind"] == "o" else "hex"
            if s["zero"] and s["width"]:
                keys["digits"] = min(22, s["width"])
        return keys, note
    text = formula(expr) if not place.stream and kind == "op" else None
    if text:
        keys["formula"] = text[1:-1] if text.startswith("(") else text
        decimals = s["precision"] if s["precision"] is not None else \
            6 if s["kind"] in "fF" else 2 if s["kind"] == "s" and "/" in text else 0
        if decimals:
            keys["decimals"] = min(9, decimals)
        return keys, None
    if set(tables_in(expr)) - {place.table}:
        return None, None
    found = fields_in(expr)
    if found and FIELD.fullmatch(strip_prefix(found[0])):
        keys["field"] = strip_prefix(found[0])
        what = {"usym": "a name of a user's symbol", "syscall": "a system call's name",
                "stack": "a stack"}.get(kind, "worked out of " + ", ".join(sorted(set(found))))
        return keys, "the script shows %s; the field itself is shown" % what
    return None, None


def padding(keys, spec):
    """Width and side of a value among others."""
    s = parse_spec(spec)
    if s["width"] and not (s["zero"] and "digits" in keys):
        keys["width"] = min(s["width"], 4096)
    if s["width"] and not s["left"]:
        keys["align"] = "right"
    elif keys.get("unit") or keys.get("formula"):
        keys["align"] = "left"
    return keys


def parts_of(outcome, place, given=None):
    """The parts of a column, with a note; given: `if:` of all of them."""
    parts, note = [], None
    for a in outcome:
        if isinstance(a, str):
            part = dict(text=a) if given else a
        else:
            part, why = value_keys(a, place)
            if part is None:
                note = note or "the script shows something here that is of no field"
                continue
            note = note or why
            padding(part, a.spec)
        if given:
            part["if"] = dict(given)
        parts.append(part)
    return parts, note


def of_outcome(outcome, place):
    """The keys of a column in which always the same stands."""
    if len(outcome) == 1 and not isinstance(outcome[0], str):
        return value_keys(outcome[0], place)
    if not outcome:
        return None, None
    parts, note = parts_of(outcome, place)
    return ({"parts": parts} if parts else None), note


def is_number(text):
    return re.fullmatch(r"-?\d+", text) is not None


def one_text(outcome):
    return outcome[0].strip() if len(outcome) == 1 and isinstance(outcome[0], str) else None


def as_names(tree, place):
    """A word for each of some numbers."""
    found = choices(tree)
    if not found:
        return None
    expr, chosen, rest = found
    expr = simplify(list(expr))
    names, other = {}, one_text(rest)
    for n, outcome in chosen.items():
        text = one_text(outcome)
        if text is None and len(outcome) == 1 and outcome[0].expr[0] == "names" and \
           hashable(outcome[0].expr[2]) == hashable(expr):
            text = outcome[0].expr[1].get(n)
        if not text:
            return None
        names[n] = text
    if other is None and not (len(rest) == 1 and isinstance(rest[0], Value) and
                              hashable(rest[0].expr) == hashable(expr)) or other == "":
        return None
    if all(map(is_number, names.values())):
        return None
    field = strip_prefix(expr[2]) if plain_field(expr) else worked_out(place, expr)
    if not field or not FIELD.fullmatch(field):
        return None
    keys = {"field": field, "names": dict(sorted(names.items()))}
    if other is not None:
        keys["other"] = other
    return keys


def as_number(tree, place):
    """One number or another."""
    def text(outcome, var):
        if len(outcome) != 1:
            return None
        a = outcome[0]
        if isinstance(a, str):
            return a.strip() if is_number(a.strip()) else None
        made = place.computed.c_expr(a.expr, var) if parse_spec(a.spec)["kind"] in "diu" or \
            place.computed.c_expr(a.expr, var) else None
        return "(s64)" + made if made else None

    def make(var):
        return c_text(tree, lambda c: place.computed.condition_c(c, var),
                      lambda o: text(o, var))
    if not place.stream or make("e.") is None:
        return None
    return {"field": place.computed.add(("number", make("e.")), make)}


def as_alternatives(tree, place):
    """One of several things, told apart by a field."""
    outcomes = leaves(tree)
    if len(outcomes) > (WORDS if all(one_text(o) for o in outcomes) else ALTERNATIVES):
        return None, None
    found = choices(tree)
    field, numbers = None, {}
    if found and plain_field(simplify(list(found[0]))):
        # The others need a number, too: only if nothing stands there then.
        if not found[2] and len(set(found[1].values())) == len(found[1]):
            field = strip_prefix(found[0][2])
            numbers = {o: n for n, o in found[1].items()}
    if field is None and place.stream:
        numbers = {o: i for i, o in enumerate(outcomes)}

        def make(var):
            return c_text(tree, lambda c: place.computed.condition_c(c, var),
                          lambda o: str(numbers[o]))
        if make("e.") is not None:
            field = place.computed.add(("which", make("e.")), make)
    if field is None:
        return None, None
    if all(one_text(o) for o in outcomes):
        return {"field": field, "names": {numbers[o]: one_text(o) for o in outcomes}}, None
    outcomes = [o for o in outcomes if o in numbers]
    parts, note = [], None
    for atoms, where in together(outcomes):
        always = len(where) == len(numbers) == len(leaves(tree))
        which = sorted(numbers[outcomes[i]] for i in where)
        more, why = parts_of(atoms, place, None if always else {
            field: which if len(which) > 1 else which[0]})
        parts += more
        note = note or why
    return ({"parts": parts} if any(not isinstance(p, str) and (
        "field" in p or "value" in p or p.get("text", "").strip()) for p in parts) else None), note


def common(outcomes):
    """What of the outcomes may be shown always: what is in all of them; if that has no value, the
    values of the one that has most, without the words about them."""
    distinct = list(dict.fromkeys(outcomes))[:WORDS]
    always = [a for atoms, where in together(distinct) if len(where) == len(distinct)
              for a in atoms]
    if any(isinstance(a, Value) for a in always):
        return tuple(always)
    most = max(distinct, key=lambda o: sum(isinstance(a, Value) for a in o))
    out = []
    for a in most:
        if isinstance(a, Value):
            out += [" ", a] if out else [a]
    return tuple(out)


def together(outcomes):
    """What several outcomes have in common is there once: [(atoms, in which of them)]."""
    split = [tuple(t for a in o for t in (re.findall(r"\s+|\w+|[^\w\s]+", a)
                                          if isinstance(a, str) else [a])) for o in outcomes]
    out = []
    for item, where in merge(split):
        if out and out[-1][1] == where:
            if isinstance(item, str) and isinstance(out[-1][0][-1], str):
                out[-1][0][-1] += item
            else:
                out[-1][0].append(item)
        else:
            out.append(([item], where))
    return out


def column(place, outcomes, cases):
    """(the column or None, a note): outcomes: what stood there in each case."""
    note = None
    keys = None
    if all(o == outcomes[0] for o in outcomes):
        keys, note = of_outcome(outcomes[0], place)
    else:
        def usable(cond):
            return place.computed.condition_c(cond, "e.") is not None or not place.stream or \
                cond[1] == "in"
        tree = tree_of([(comparisons(c["at"]), o) for c, o in zip(cases, outcomes)], usable)
        if tree is not None and isinstance(tree, Leaf):
            keys, note = of_outcome(tree.outcome, place)
        elif tree is not None:
            keys = as_names(tree, place) or as_number(tree, place)
            if keys is None:
                keys, note = as_alternatives(tree, place)
        if keys is None:
            keys, note = of_outcome(common(outcomes), place)
            note = note or "under some conditions the script shows something else here"
    if keys is None:
        return None, None
    said = said_once(place, outcomes)
    note = note or said and "it said `%s` in all trials; what else it says is not known" % said
    title = place.title
    if title is None:
        # Without a title of the script's, what stands about a value says nothing.
        values = [p for p in keys.get("parts", ()) if not isinstance(p, str)]
        if len(values) == 1 and "text" not in values[0] and "if" not in values[0]:
            keys = values[0]
        fields = Column("", keys).fields()
        title = sorted(fields)[0].upper() if fields else "VALUE"
    return finish(title, keys, place), note


def said_once(place, outcomes):
    """A word that the script put there, and that is the same in all cases."""
    if any(o != outcomes[0] for o in outcomes):
        return None
    words = [p["value"] for s in place.slots for p in s if not isinstance(p, str) and
             p["expr"] is None and not p.get("parts") and p["value"].strip()]
    return words[0] if words else None


def finish(title, keys, place):
    order = ("value", "field", "formula", "format", "pid", "show_offset", "show_module", "digits",
             "cut", "names", "other", "unit", "divide_by", "decimals", "round", "parts")
    out = {k: keys[k] for k in order if k in keys}
    pieces = [p for s in place.slots for p in s]
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        padding(out, pieces[0]["spec"])
        if (out.get("unit") or out.get("formula")) and out.get("align") == "right":
            out.pop("align")
    made = Column(title, out)
    made.sample = next((p["value"] for p in pieces if not isinstance(p, str)), None)
    return made
