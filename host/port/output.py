# SPDX-License-Identifier: Apache-2.0
"""What a script prints, as columns: which field is where, how wide, under which title."""
import json
import re

SPEC = re.compile(r"^%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z])$")


def parse_spec(spec):
    m = SPEC.match(spec)
    if not m:
        return {"left": False, "width": 0, "precision": None, "kind": "s"}
    return {"left": "-" in m.group(1), "width": int(m.group(2) or 0),
            "precision": int(m.group(3)) if m.group(3) else None, "kind": m.group(4),
            "zero": "0" in m.group(1)}


def hashable(e):
    return tuple(hashable(x) for x in e) if isinstance(e, (list, tuple)) else \
        json.dumps(e, sort_keys=True) if isinstance(e, dict) else e


def slots_of(pieces):
    """A printed line's pieces as columns: what stands between blanks, or between paddings."""
    slots, cur, padded = [], [], None
    for p in pieces:
        if isinstance(p, str):
            parts = re.split(r"(\s+)", p)
            for part in parts:
                if not part:
                    continue
                if part.isspace():
                    if cur:
                        slots.append(cur)
                    cur, padded = [], None
                else:
                    cur.append(part)
            continue
        s = parse_spec(p["spec"])
        blank = re.match(r"^\s*$", p["value"]) and p["expr"] is None
        if cur and (padded or s["width"]) and not all(isinstance(c, str) for c in cur):
            slots.append(cur)
            cur = []
        if blank and not s["width"]:
            continue
        cur.append(p)
        padded = s["width"] > 0 and s["left"]
    if cur:
        slots.append(cur)
    return slots


def render(slot):
    out = ""
    for p in slot:
        out += p if isinstance(p, str) else p["value"]
    return out.strip()


def header_titles(line, n):
    """The n titles of a header line, or None."""
    slots = [render(s) for s in slots_of(line["pieces"])]
    if any(not isinstance(p, str) and p["expr"] is not None for p in line["pieces"]):
        return None
    slots = [s for s in slots if s]
    if len(slots) == n:
        return slots
    words = [w for s in slots for w in s.split()]
    return words if len(words) == n else None


def looks_like_header(line):
    words = [w for s in slots_of(line["pieces"]) for w in render(s).split()]
    if len(words) < 2 or any(not isinstance(p, str) and p["expr"] is not None
                             for p in line["pieces"]):
        return False
    caps = sum(1 for w in words if re.match(r"^[A-Z0-9%/()_#.:-]+[a-zA-Z0-9()%/_]*$", w))
    return caps * 2 > len(words)


def fields_in(expr, out=None):
    out = [] if out is None else out
    if isinstance(expr, (list, tuple)):
        if len(expr) == 3 and expr[0] == "field":
            out.append(expr[2])
        else:
            for e in expr:
                fields_in(e, out)
    return out


def ratio(expr):
    """(field, divisor) of field / a * b …; None for anything else."""
    if isinstance(expr, (list, tuple)):
        if expr[0] == "field":
            return expr[2], 1.0
        if expr[0] == "op" and expr[1] in ("/", "//", "*"):
            a, b = expr[2], expr[3]
            if isinstance(b, (int, float)) and b and not isinstance(b, bool):
                inner = ratio(a)
                if inner:
                    return inner[0], inner[1] / b if expr[1] == "*" else inner[1] * b
            if isinstance(a, (int, float)) and a and expr[1] == "*":
                inner = ratio(b)
                if inner:
                    return inner[0], inner[1] / a
    return None


def elapsed(expr):
    """The field of (field - field of the first event) / divisor, with the divisor."""
    if not isinstance(expr, (list, tuple)) or expr[0] != "op":
        return None
    if expr[1] == "-":
        a, b = ratio(expr[2]), ratio(expr[3])
        if a and b and a[0] == b[0]:
            return a
        if isinstance(expr[2], (list, tuple)) and expr[2][0] == "now":
            return None, 1e9
        return None
    if expr[1] in ("/", "//") and isinstance(expr[3], (int, float)) and expr[3]:
        inner = elapsed(expr[2])
        return (inner[0], inner[1] * expr[3]) if inner else None
    return None


# The members that the event has in the template whatever the options; None: not known.
known_fields = None

C_OPS = {"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"}


def c_expr(expr, var):
    """As C on the event's fields; None if it cannot be said there."""
    if isinstance(expr, bool) or isinstance(expr, float) and expr != int(expr):
        return None
    if isinstance(expr, (int, float)):
        return "%d%s" % (int(expr), "LL" if abs(expr) > 0x7fffffff else "")
    if not isinstance(expr, (list, tuple)):
        return None
    if expr[0] == "field":
        if known_fields is not None and expr[2].partition("[")[0] not in known_fields:
            return None
        return var + expr[2] if re.fullmatch(r"\w+(\[\d+\])?", expr[2]) else None
    if expr[0] == "op" and expr[1] in C_OPS:
        a, b = c_expr(expr[2], var), c_expr(expr[3], var)
        if a is None or b is None:
            return None
        return "(%s %s %s)" % (a, expr[1].replace("//", "/"), b)
    return None


class Computed:
    """Fields that the template works out before an event goes: [(name, expression maker)]."""

    def __init__(self):
        self.made = []      # (name, function of var -> C text)
        self.known = {}

    def add(self, key, make):
        key = repr(key)
        if key not in self.known:
            name = "shown_%d" % (len(self.made) + 1)
            self.known[key] = name
            self.made.append((name, make))
        return self.known[key]


def condition_c(cond, var):
    """A comparison that a script made, as C."""
    expr, op, other = cond
    left = c_expr(expr, var)
    if left is None or not isinstance(other, int) or op not in ("==", "!=", "<", "<=", ">", ">="):
        return None
    # a field may be unsigned in C; what is compared with 0 is meant with its sign
    return "((s64)%s %s %d)" % (left, op, other)


def split_by(cases, keys):
    """A comparison that is true in exactly the cases of one outcome; (comparison, outcome)."""
    conds = []
    for c in cases:
        for b in c["at"] or []:
            cond = (hashable(b[0]), b[1], b[2])
            if cond not in conds and condition_c(cond, "e.") is not None:
                conds.append(cond)
    for cond in conds:
        values = []
        for c in cases:
            r = {bool(b[3]) for b in c["at"] or []
                 if (hashable(b[0]), b[1], b[2]) == cond}
            values.append(r.pop() if len(r) == 1 else None)
        for want in (True, False):
            first = {k for k, v in zip(keys, values) if v is want}
            rest = {k for k, v in zip(keys, values) if v is not want}
            if len(first) == 1 and first and not first & rest and rest:
                return cond, want, first.pop()
    return None


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


def plain_field(expr):
    return isinstance(expr, (list, tuple)) and expr[0] == "field"


def strip_prefix(name):
    for p in ("key.", "value."):
        if name.startswith(p):
            return name[len(p):]
    return name


def column(title, spec, outcomes, cases, computed, stream, slot):
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
    expr = simplify(expr)
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
    if kind in ("ipv4", "ipv6", "ksym") and plain_field(expr[1]):
        keys["field"] = strip_prefix(expr[1][2])
        keys["format"] = "ksym" if kind == "ksym" else "ip"
        return finish(title, keys, s, note)
    if kind == "names" and plain_field(expr[2]):
        keys["field"] = strip_prefix(expr[2][2])
        keys["names"] = expr[1]
        return finish(title, keys, s, note)
    if kind == "names" and stream:
        make = lambda var, e=expr[2]: c_expr(e, var)
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
        make = lambda var, e=expr: c_expr(e, var)
        text = make("e.")
        divisor = 1.0
        if text is None and kind == "op" and expr[1] == "/" and isinstance(expr[3], (int, float)):
            inner = expr[2]
            make = lambda var, e=inner: c_expr(e, var)
            text, divisor = make("e."), float(expr[3])
            expr = inner
        if text is not None:
            keys["field"] = computed.add(("expr", expr), make)
            more = scaled(keys["field"], divisor, s, keys)
            if s["kind"] in "xX":
                keys["format"] = "hex"
            return finish(title, keys, s, more or note)
    found = fields_in(expr)
    if found and re.fullmatch(r"\w+", strip_prefix(found[0])):
        keys["field"] = strip_prefix(found[0])
        what = {"usym": "a name of a user's symbol", "syscall": "a system call's name",
                "stack": "a stack"}.get(kind, "worked out of " + ", ".join(sorted(set(found))))
        return finish(title, keys, s, "the script shows %s; the field itself is shown" % what)
    return None


def simplify(e):
    """Python's list from JSON as a tuple; numbers with nothing to do are left out."""
    if isinstance(e, list):
        e = tuple(simplify(x) for x in e)
        if e[0] == "names" and isinstance(e[1], dict):
            e = ("names", {int(k): v for k, v in e[1].items()}, e[2])
    return e


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
        split = split_by(cases, [hashable(o) for o in outcomes])
        if not split:
            return None
        cond, want, first = split
        rest = next(o for o in distinct if hashable(o) != first)
        one = next(o for o in distinct if hashable(o) == first)
        if not want:
            one, rest = rest, one
        # cond true: `one`
        if condition_c(cond, "e.") is None:
            return None
        if one[0] is None and rest[0] is None and not (is_number(one[1]) and is_number(rest[1])):
            if not one[1] and not rest[1]:
                return None
            name = computed.add(("cond", cond), lambda var: "(%s ? 1 : 0)" % condition_c(cond, var))
            return {"field": name, "names": {1: one[1] or " ", 0: rest[1] or " "}}

        def side(o, var):
            if o[0] is not None:
                return c_expr(simplify(o[0]), var)
            return o[1] if is_number(o[1]) else None
        if side(one, "e.") is None or side(rest, "e.") is None:
            return None
        name = computed.add(("choice", cond, hashable(one), hashable(rest)),
                            lambda var: "(%s ? (s64)%s : (s64)%s)" % (
                                condition_c(cond, var), side(one, var), side(rest, var)))
        return {"field": name}
    return None


def finish(title, keys, s, note):
    out = {}
    for k in ("value", "field", "format", "digits", "names", "unit", "divide_by", "decimals"):
        if k in keys:
            out[k] = keys[k]
    if s["width"]:
        out["width"] = min(s["width"], 4096)
    numeric = s["kind"] not in "s"
    if s["width"] and not s["left"] and not out.get("unit"):
        out["align"] = "right"
    elif s["left"] and out.get("unit"):
        out["align"] = "left"
    return Column(title, out, note)


def columns_of(run, table, prefix, computed, stream):
    """The columns of one run for what it prints of a table: (columns, line number, notes)."""
    lines = [n for n in run.lines if n["phase"] == prefix and any(
        not isinstance(p, str) and p["expr"] is not None for p in n["pieces"])]
    if not lines:
        return None
    if stream:
        plain = [n for n in lines if n["event"] in ({}, None)]
    else:
        plain = lines
    pick = max(plain or lines, key=lambda n: sum(
        1 for p in n["pieces"] if not isinstance(p, str) and p["expr"] is not None))
    shape = [len(s) for s in slots_of(pick["pieces"])]
    alike = [n for n in lines if n["line"] == pick["line"] and
             len(slots_of(n["pieces"])) == len(shape)]
    alike = [pick] + [n for n in alike if n is not pick]
    slots = slots_of(pick["pieces"])
    at = run.notes.index(pick)
    headers = [n for n in run.notes[:at] if n["what"] == "line" and n["pieces"] and not any(
        not isinstance(p, str) and p["expr"] is not None for p in n["pieces"])]
    real = [i for i, s in enumerate(slots) if any(
        not isinstance(p, str) for p in s)]
    titles, used = None, None
    for n in reversed(headers):
        if looks_like_header(n):
            titles = header_titles(n, len(slots))
            if titles is None:
                some = header_titles(n, len(real))
                if some:
                    titles = [None] * len(slots)
                    for i, t in zip(real, some):
                        titles[i] = t
            if titles:
                used = n
                break
    if titles is None:
        n = next((h for h in reversed(headers) if looks_like_header(h)), None)
        if n:
            titles, used = by_position(n, pick), n
    cols, notes = [], []
    for i, slot in enumerate(slots):
        parts = [p for p in slot if not isinstance(p, str)]
        title = titles[i] if titles else None
        if not parts:
            if title and used is not None:
                notes.append("the column %s always says `%s`" % (title, render(slot)))
            continue
        # The part of the slot that tells most.
        which = max(range(len(parts)), key=lambda k: (parts[k]["expr"] is not None, -k))
        outcomes = []
        for n in alike:
            other = [p for p in slots_of(n["pieces"])[i] if not isinstance(p, str)]
            p = other[which] if which < len(other) else None
            outcomes.append((hashable_expr(p["expr"]), p["value"] if p["expr"] is None else "")
                            if p else (None, render(slots_of(n["pieces"])[i])))
        name = title
        if not name:
            found = fields_in(parts[which]["expr"])
            name = strip_prefix(found[0]).upper() if found else None
        if not name:
            continue
        c = column(name, parts[which]["spec"], outcomes, alike, computed, stream, slot)
        if c is None:
            notes.append("the column %s, whose value (`%s` in a trial) is of no field" %
                         (name, render(slot)[:40]))
            continue
        shown = [p for p in parts if p["expr"] is not None]
        if len(shown) > 1:
            c.note = c.note or "the script shows %d values together here; the first is shown" % \
                len(shown)
        cols.append(c)
    if not cols:
        return None
    return cols, pick["line"], notes


def hashable_expr(e):
    return simplify(e) if e is not None else None


def by_position(header, line):
    """Titles for slots by where they stand."""
    def places(pieces, widths):
        out, at = [], 0
        for s in slots_with_places(pieces):
            out.append(s)
        return out
    heads = [(a, b, t) for a, b, t in slots_with_places(header["pieces"])]
    heads = [(a + m.start(), a + m.end(), m.group(0)) for a, b, t in heads
             for m in re.finditer(r"\S+", t)]
    titles = []
    taken = set()
    for a, b, _t in slots_with_places(line["pieces"]):
        best = None
        for k, (x, y, t) in enumerate(heads):
            overlap = min(b, y) - max(a, x)
            if k not in taken and overlap > 0 and (best is None or overlap > best[0]):
                best = (overlap, k, t)
        if best:
            taken.add(best[1])
        titles.append(best[2] if best else None)
    return titles


def slots_with_places(pieces):
    """[(start, end, text)] of the slots, as the line is laid out by its widths."""
    out, at = [], 0
    cur = None
    for p in pieces:
        if isinstance(p, str):
            for part in re.split(r"(\s+)", p):
                if not part:
                    continue
                if part.isspace():
                    if cur:
                        out.append(tuple(cur))
                    cur = None
                else:
                    cur = [cur[0], at + len(part), cur[2] + part] if cur else \
                        [at, at + len(part), part]
                at += len(part)
            continue
        s = parse_spec(p["spec"])
        width = max(s["width"], len(p["value"]) if p["expr"] is None else s["width"] or 4)
        if cur and s["width"]:
            out.append(tuple(cur))
            cur = None
        cur = [cur[0], at + width, cur[2] + p["value"]] if cur else [at, at + width, p["value"]]
        at += width
    if cur:
        out.append(tuple(cur))
    return out
