# SPDX-License-Identifier: Apache-2.0
"""One column, of what stood at its place in each of the trials."""
import json
import re

from .expr import beside, elapsed, fields_in, formula, hashable, plain_field, ratio, simplify, \
    strip_prefix
from .lines import parse_spec
from .symbols import shown_keys


class Column:
    def __init__(self, title, keys, note=None):
        self.title = title
        self.keys = keys       # of the YAML, in order
        self.note = note       # for the report, if it is a guess
        self.when = self.unless = None

    def identity(self):
        keys = {k: v for k, v in self.keys.items()}
        return (self.title, json.dumps(keys, sort_keys=True))


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
    if divisor == int(divisor) and 1 < divisor < 1 << 40:
        keys["divide_by"] = int(divisor)
        if decimals:
            keys["decimals"] = decimals
        return None
    return "shown as it is, not divided by %g" % divisor


def column(title, spec, outcomes, cases, computed, stream, table):
    """One column; outcomes: what stood there, in each case."""
    s = parse_spec(spec)
    keys = {}
    note = None
    distinct = []
    for o in outcomes:
        if o not in distinct:
            distinct.append(o)
    exprs = [o for o in distinct if o[0] is not None]
    default = outcomes[0]
    expr = default[0] if default[0] is not None else exprs[0][0] if exprs else None
    consts = [o for o in distinct if o[0] is None]
    # Words or numbers that depend on a field: a constant here and another there.
    if consts and len(distinct) > 1:
        made = chosen(distinct, outcomes, cases, computed, stream)
        if made:
            keys.update(made)
            return finish(title, keys, s, None)
        if not exprs:
            found = [f for c in cases for b in c["at"] or [] for f in fields_in(b[0])]
            if found:
                keys["field"] = strip_prefix(found[0])
                return finish(title, keys, s, "it is made of %s; the field itself is shown" %
                              found[0])
            return None
        note = "under some conditions the script shows something else here"
    if expr is None:
        return None
    expr = simplify(expr) if stream else beside(simplify(expr), table)
    kind = expr[0]
    if kind == "time":
        keys["value"] = "time"
        if expr[1] not in ("%H:%M:%S", "%X"):
            note = "the script's time has the form %s" % expr[1]
        return finish(title, keys, s, note)
    past = elapsed(expr)
    if past:
        keys["value"] = "elapsed"
        if past[0] and past[1] == 1e9:
            keys["field"] = strip_prefix(past[0])
        keys["decimals"] = min(9, s["precision"] if s["precision"] is not None else 3)
        return finish(title, keys, s, note)
    if kind in ("ipv4", "ipv6", "ksym", "usym") and plain_field(expr[1]):
        keys["field"] = strip_prefix(expr[1][2])
        keys["format"] = kind if kind in ("ksym", "usym") else "ip"
        if kind == "usym":
            keys["pid"] = strip_prefix(expr[2][2]) if plain_field(expr[2]) else None
        keys.update(shown_keys(expr) if kind in ("ksym", "usym") else {})
        return finish(title, keys, s, note)
    if kind == "names" and plain_field(expr[2]):
        keys["field"] = strip_prefix(expr[2][2])
        keys["names"] = expr[1]
        return finish(title, keys, s, note)
    if kind == "names" and stream:
        make = lambda var, e=expr[2]: computed.c_expr(e, var)
        if make("e.") is not None:
            keys["field"] = computed.add(("expr", expr[2]), make)
            keys["names"] = expr[1]
            return finish(title, keys, s, note)
    scale = ratio(expr)
    if scale:
        keys["field"] = strip_prefix(scale[0])
        if not re.fullmatch(r"\w+", keys["field"]):
            return None
        more = scaled(keys["field"], scale[1], s, keys)
        if s["kind"] in "xXo":
            keys["format"] = "octal" if s["kind"] == "o" else "hex"
            if s["zero"] and s["width"]:
                keys["digits"] = min(22, s["width"])
            keys.pop("unit", None)
        return finish(title, keys, s, more or note)
    if stream:
        make = lambda var, e=expr: computed.c_expr(e, var)
        text = make("e.")
        divisor = 1.0
        if text is None and kind == "op" and expr[1] == "/" and isinstance(expr[3], (int, float)):
            inner = expr[2]
            make = lambda var, e=inner: computed.c_expr(e, var)
            text, divisor = make("e."), float(expr[3])
            expr = inner
        if text is not None:
            keys["field"] = computed.add(("expr", expr), make)
            more = scaled(keys["field"], divisor, s, keys)
            if s["kind"] in "xX":
                keys["format"] = "hex"
            return finish(title, keys, s, more or note)
    text = formula(expr) if not stream and kind == "op" else None
    if text:
        keys["formula"] = text[1:-1] if text.startswith("(") else text
        decimals = s["precision"] if s["precision"] is not None else \
            6 if s["kind"] in "fF" else 2 if s["kind"] == "s" and "/" in text else 0
        if decimals:
            keys["decimals"] = min(9, decimals)
        return finish(title, keys, s, note)
    found = fields_in(expr)
    if found and re.fullmatch(r"\w+", strip_prefix(found[0])):
        keys["field"] = strip_prefix(found[0])
        what = {"usym": "a name of a user's symbol", "syscall": "a system call's name",
                "stack": "a stack"}.get(kind, "worked out of " + ", ".join(sorted(set(found))))
        return finish(title, keys, s, "the script shows %s; the field itself is shown" % what)
    return None


def const_text(o):
    return o[1]


def is_number(text):
    return re.fullmatch(r"-?\d+", text) is not None


def chosen(distinct, outcomes, cases, computed, stream):
    """Keys of a column whose text is chosen by comparisons of a field."""
    if len(distinct) > 24:
        return None
    # By the value of one field: {0: "R", 1: "W"}
    if all(o[0] is None for o in distinct):
        names, field = {}, None
        ok = True
        for o, c in zip(outcomes, cases):
            change = {k: v for k, v in (c["event"] or {}).items() if k != "*"}
            if len(change) == 1:
                k, v = next(iter(change.items()))
                if o != outcomes[0] and isinstance(v, int):
                    if field not in (None, k):
                        ok = False
                    field = k
        if ok and field and re.fullmatch(r"[\w.]+", field):
            for o, c in zip(outcomes, cases):
                v = (c["event"] or {}).get(field)
                if isinstance(v, int) and not isinstance(v, bool):
                    if names.get(v, const_text(o)) != const_text(o):
                        ok = False
                    names[v] = const_text(o)
            if ok and names and len({*names.values()}) > 1:
                other = const_text(outcomes[0])
                eq = {k: v for k, v in names.items() if v != other}
                if 0 not in eq and 0 in names or len(eq) == len(names):
                    eq = names
                named = {k: v for k, v in names.items() if v and not v.isspace()}
                equalities = all(b[1] in ("==", "!=") for c in cases for b in c["at"] or []
                                 if fields_in(b[0]) == [field])
                if equalities and not all(is_number(v) for v in named.values()):
                    return {"field": strip_prefix(field), "names": dict(sorted(named.items()))}
    if not stream:
        return None
    if len(distinct) == 2:
        split = computed.split_by(cases, [hashable(o) for o in outcomes])
        if not split:
            return None
        cond, want, first = split
        rest = next(o for o in distinct if hashable(o) != first)
        one = next(o for o in distinct if hashable(o) == first)
        if not want:
            one, rest = rest, one
        # cond true: `one`
        if computed.condition_c(cond, "e.") is None:
            return None
        if one[0] is None and rest[0] is None and not (is_number(one[1]) and is_number(rest[1])):
            if not one[1] and not rest[1]:
                return None
            name = computed.add(("cond", cond),
                                lambda var: "(%s ? 1 : 0)" % computed.condition_c(cond, var))
            return {"field": name, "names": {1: one[1] or " ", 0: rest[1] or " "}}

        def side(o, var):
            if o[0] is not None:
                return computed.c_expr(simplify(o[0]), var)
            return o[1] if is_number(o[1]) else None
        if side(one, "e.") is None or side(rest, "e.") is None:
            return None
        name = computed.add(("choice", cond, hashable(one), hashable(rest)),
                            lambda var: "(%s ? (s64)%s : (s64)%s)" % (
                                computed.condition_c(cond, var), side(one, var), side(rest, var)))
        return {"field": name}
    return None


def finish(title, keys, s, note):
    out = {}
    for k in ("value", "field", "formula", "format", "pid", "show_offset", "show_module", "digits",
              "names", "unit", "divide_by", "decimals"):
        if k in keys:
            out[k] = keys[k]
    if s["width"]:
        out["width"] = min(s["width"], 4096)
    if s["width"] and not s["left"] and not out.get("unit"):
        out["align"] = "right"
    elif s["left"] and out.get("unit"):
        out["align"] = "left"
    return Column(title, out, note)
