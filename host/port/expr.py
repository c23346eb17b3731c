# SPDX-License-Identifier: Apache-2.0
"""What a printed value was worked out of (an expression as sym.py has them), and the same as C."""
import json
import re


def hashable(e):
    return tuple(hashable(x) for x in e) if isinstance(e, (list, tuple)) else \
        json.dumps(e, sort_keys=True) if isinstance(e, dict) else e


def fields_in(expr, out=None):
    out = [] if out is None else out
    if isinstance(expr, (list, tuple)):
        if len(expr) == 3 and expr[0] == "field":
            out.append(expr[2])
        else:
            for e in expr:
                fields_in(e, out)
    return out


def tables_in(expr):
    if isinstance(expr, (list, tuple)):
        if len(expr) == 3 and expr[0] == "field":
            return [expr[1]]
        return [t for e in expr for t in tables_in(e)]
    return []


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


def plain_field(expr):
    return isinstance(expr, (list, tuple)) and expr[0] == "field"


def strip_prefix(name):
    for p in ("key.", "value."):
        if name.startswith(p):
            return name[len(p):]
    return name


def simplify(e):
    """Python's list from JSON as a tuple; numbers with nothing to do are left out."""
    if isinstance(e, list):
        e = tuple(simplify(x) for x in e)
        if e[0] == "names" and isinstance(e[1], dict):
            e = ("names", {int(k): v for k, v in e[1].items()}) + e[2:]
    return e


def beside(expr, table):
    """With the fields of other tables called as in a row of this one that has those beside it."""
    if not isinstance(expr, (list, tuple)):
        return expr
    if len(expr) == 3 and expr[0] == "field" and expr[1] != table and expr[2] != "key" and \
       not expr[2].startswith("key."):
        name = "_" + strip_prefix(expr[2]) if expr[2] != "value" else ""
        return ("field", table, "value." + expr[1] + name)
    return tuple(beside(e, table) for e in expr)


TOKEN = re.compile(r"[A-Za-z_]\w*|[\d.]+|[-+*/]")
FORMULA_MAX = 60    # the host takes 64 of these


def terms(expr):
    """What a sum is the sum of."""
    if isinstance(expr, (list, tuple)) and expr[:2] in (["op", "+"], ("op", "+")):
        return terms(expr[2]) + terms(expr[3])
    return [expr]


def formula(expr):
    """As the host's formula on the fields of a row; None if it cannot be said there."""
    if isinstance(expr, bool):
        return None
    if isinstance(expr, (int, float)):
        text = ("%d" % expr) if expr == int(expr) else ("%.6f" % expr).rstrip("0")
        return "(%s)" % text if expr < 0 else text
    if not isinstance(expr, (list, tuple)):
        return None
    if expr[0] == "field":
        name = strip_prefix(expr[2])
        return name if re.fullmatch(r"[A-Za-z_]\w*", name) else None
    if expr[0] == "op" and expr[1] in ("+", "-", "*", "/", "//"):
        added = [f for f in terms(expr) if isinstance(f, (list, tuple)) and f[0] == "field"]
        if len(added) > len({hashable(f) for f in added}):
            return None     # of several entries
        a, b = formula(expr[2]), formula(expr[3])
        if a is None or b is None or len(TOKEN.findall(a + b)) > FORMULA_MAX:
            return None
        return "(%s %s %s)" % (a, expr[1].replace("//", "/"), b)
    return None


C_OPS = {"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"}


class Computed:
    """What the template can say in C of an event, and the fields that it works out of it."""

    def __init__(self):
        self.made = []      # (name, function of var -> C text)
        self.types = {}     # name -> C type, if not s64
        self.known = {}
        self.tables = set()     # the buffers that such events come through
        # The members that the event has in the template whatever the options; None: not known.
        self.members = None

    def add(self, key, make, kind="s64"):
        key = repr((key, kind))
        for t in self.tables:   # the same of two of them is one
            key = key.replace(repr(t), "''")
        if key not in self.known:
            name = "shown_%d" % (len(self.made) + 1)
            self.known[key] = name
            self.made.append((name, make))
            self.types[name] = kind
        return self.known[key]

    def c_expr(self, expr, var):
        """As C on the event's fields; None if it cannot be said there."""
        if isinstance(expr, bool) or isinstance(expr, float) and expr != int(expr):
            return None
        if isinstance(expr, (int, float)):
            return "%d%s" % (int(expr), "LL" if abs(expr) > 0x7fffffff else "")
        if not isinstance(expr, (list, tuple)):
            return None
        if expr[0] == "field" and expr[2].startswith(("key.", "value.")):
            return None
        if expr[0] == "field":
            if self.members is not None and re.split(r"[.\[]", expr[2])[0] not in self.members:
                return None
            return var + expr[2] if re.fullmatch(
                r"\w+(\[\d+\])?(\.\w+(\[\d+\])?)*", expr[2]) else None
        if expr[0] == "ntohs" and len(expr) == 2:
            a = self.c_expr(expr[1], var)
            return None if a is None else "((%s & 255) << 8 | (%s >> 8 & 255))" % (a, a)
        if expr[0] == "op" and expr[1] in C_OPS:
            a, b = self.c_expr(expr[2], var), self.c_expr(expr[3], var)
            if a is None or b is None:
                return None
            return "(%s %s %s)" % (a, expr[1].replace("//", "/"), b)
        return None

    def condition_c(self, cond, var):
        """A comparison that a script made, as C."""
        expr, op, other = cond
        left = self.c_expr(expr, var)
        if left is not None and op == "in" and len(other) <= 16:
            return "(%s)" % " || ".join("(s64)%s == %d" % (left, n) for n in other)
        if left is None or not isinstance(other, int) or \
           op not in ("==", "!=", "<", "<=", ">", ">="):
            return None
        # a field may be unsigned in C; what is compared with 0 is meant with its sign
        return "((s64)%s %s %d)" % (left, op, other)

    def split_by(self, cases, keys):
        """A comparison that is true in exactly the cases of one outcome; (comparison, outcome)."""
        conds = []
        for c in cases:
            for b in c["at"] or []:
                cond = (hashable(b[0]), b[1], b[2])
                if cond not in conds and self.condition_c(cond, "e.") is not None:
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
