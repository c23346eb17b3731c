# SPDX-License-Identifier: Apache-2.0
"""Made-up events, keys and values: fields come into being as a script asks for them."""
from . import ctext, sym
from .expr import strip_prefix
from .sym import to_text, wrap


EVENTS = 96     # for each buffer, the ones for its branches included


def branch_values(seen, table, current=lambda name: None):
    """For each comparison of a field with a number, events that go the other way: (change, does it
    keep the rest of the field?). current: what a field is now."""
    out = []
    for expr, op, other, result in seen:
        if isinstance(other, bool) or other == "?":
            continue
        if isinstance(other, float) and abs(other) < 1 << 62:
            other = int(other)      # as a time in seconds, times 1e9
        if op == "in":
            other = other[0]
        field = field_of(expr)
        if field is None or field[1] != table:
            continue
        name = field[2]
        if expr is not field:
            if isinstance(other, int):
                out += [({name: v}, True) for v in turned(expr, op, other, result,
                                                          current(name))]
        elif isinstance(other, int):
            for v in (other, other + 1, other - 1):
                out.append(({name: int.__add__(other, v - other)}, False))
        elif isinstance(other, (str, bytes)) and op == "==":
            out.append(({name: to_text(other)}, False))
    return out


def field_of(expr):
    """The one field that an expression of integers is of; None: of several, or of something else."""
    if not isinstance(expr, tuple):
        return None
    if expr[0] == "field":
        return expr
    if expr[0] != "op":
        return None
    a, b = expr[2], expr[3]
    if isinstance(a, int):
        return field_of(b)
    return field_of(a) if isinstance(b, int) else None


OPERATIONS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
              "/": lambda a, b: a // b, "//": lambda a, b: a // b, "%": lambda a, b: a % b,
              "&": lambda a, b: a & b, "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
              "<<": lambda a, b: a << min(b, 128), ">>": lambda a, b: a >> min(b, 128)}
TESTS = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
         "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
         "in": lambda a, b: a == b}


def worked_out(expr, v):
    """The expression, where its field is v."""
    if isinstance(expr, int):
        return expr
    return v if expr[0] == "field" else OPERATIONS[expr[1]](worked_out(expr[2], v),
                                                            worked_out(expr[3], v))


def guesses(expr, wanted):
    """What the field may be for the expression to be that."""
    if expr[0] == "field":
        return [wanted]
    op, a, b = expr[1], expr[2], expr[3]
    inner, c = (b, a) if isinstance(a, int) else (a, b)
    if op in ("<<", ">>"):
        back = [wanted] if inner is b or not 0 <= c < 64 else \
            [wanted >> c if op == "<<" else wanted << c]
    elif op == "&":
        back = [wanted, wanted & c, c, 0]
    elif op == "-":
        back = [c - wanted if inner is b else wanted + c]
    elif op in ("/", "//"):
        back = [wanted * c]
    elif op == "*":
        back = [wanted // c] if c else []
    else:
        back = [{"+": wanted - c, "^": wanted ^ c}.get(op, wanted)]
    return [g for w in back for g in guesses(inner, w)]


def reads(expr, now):
    """The bits of the field that the expression depends on."""
    return sum(1 << i for i in range(64) if worked_out(expr, now ^ 1 << i) != worked_out(expr, now))


def turned(expr, op, other, result, now):
    """Values of the expression's field for which a comparison goes the other way: the two first."""
    out, bits = [], -1
    if isinstance(now, int):
        try:
            bits = reads(expr, now)
        except (ZeroDivisionError, KeyError, ValueError, OverflowError):
            now = None
    for wanted in (other, other + 1, other - 1, 0, 1):
        for v in guesses(expr, wanted):
            if isinstance(now, int) and v >= 0:
                v = now & ~bits | v & bits
            try:
                flips = v >= 0 and TESTS[op](worked_out(expr, v), other) != result
            except (ZeroDivisionError, KeyError, ValueError, OverflowError):
                flips = False
            if flips and v not in out:
                out.append(v)
    return out[:2]


class Fields:
    """An event, a key or a value: fields come into being as they are asked for."""

    def __init__(self, table, prefix, fields, change):
        self.__dict__["_port"] = (table, prefix, fields, change)

    def __getattr__(self, name):
        if name.startswith("__") or name in ("expr", "pieces") and not any(
                f[0] == name for f in self._port[2] or []):
            raise AttributeError(name)
        table, prefix, fields, change = self._port
        value = sample(table, prefix + name, fields, change)
        self.__dict__[name] = value
        table.read.add(prefix + name)
        return value

    @property
    def _fields_(self):
        return [(f[0], None) for f in self._port[2] or []]

    def __lt__(self, other):
        return id(self) < id(other)

    def __hash__(self):
        return id(self)


class Scalar(Fields):
    """A key or value that is one number: .value, and what ctypes' numbers do."""

    def __init__(self, table, prefix, fields, change):
        self.__dict__["_port"] = (table, prefix, fields, change)

    def number(self):
        return self.value

    def __getattr__(self, name):
        if name == "value":
            table, prefix, fields, change = self._port
            value = sample(table, prefix[:-1], fields, change)
            self.__dict__["value"] = value
            return value
        return Fields.__getattr__(self, name)

    def __int__(self):
        return int.__int__(self.value)

    @property
    def expr(self):
        return sym.expr_of(self.value)

    def __str__(self):
        return str(self.value)

    def __format__(self, spec):
        return format(self.value, spec)

    def __index__(self):
        return int.__add__(self.value, 0)

    def __eq__(self, other):
        return self.value == getattr(other, "value", other)

    def __lt__(self, other):
        return self.value < getattr(other, "value", other)

    def __hash__(self):
        return hash(self.value)


for _name, _op in sym.OPERATORS:
    def _make(name):
        def run(self, other):
            return getattr(sym.SymInt, name)(self.value, getattr(other, "value", other))
        return run
    for _n in ("__%s__" % _name, "__r%s__" % _name):
        if hasattr(sym.SymInt, _n):
            setattr(Scalar, _n, _make(_n))


TEXTUAL = ("comm", "name", "task", "str", "fname", "path", "argv", "arg", "host", "query", "disk")


SLOTS = 40
AT_INDEX = "__at_"  # between an array's field and the number of the entry that it is of


def members_of(table, kind):
    """Of a struct or a union in an event; None: it is none that the text defines."""
    program = table.__dict__.get("program")
    if program is None or not kind:
        return None
    if "{" in kind:
        return ctext.members(kind[kind.index("{") + 1:kind.rindex("}")], {})
    return program.structs.get(" ".join(w for w in kind.split() if w not in ("const", "volatile")))


def sample(table, name, fields, change):
    """A value of a field: no two of an event are alike."""
    short = name.rpartition(".")[2]
    kind, length, index = None, None, sum(map(ord, name)) % 97 + 40
    for i, (n, t, a) in enumerate(fields or []):
        if n == short:
            kind, length, index = t, a, i + 1
    at = table.__dict__.get("index")
    inner = members_of(table, kind) if at is None and not name.startswith(("key.", "value.")) \
        else None
    if inner is not None and length:
        return [Fields(table, "%s[%d]." % (name, i), inner, change) for i in range(min(length, 16))]
    if inner is not None:
        return Fields(table, name + ".", inner, change)
    expr = ("field", table.name, name if at is None else "%s%s%d" % (name, AT_INDEX, at))
    index += (at or 0) * 5 % 89
    step = change.get("*", 0)
    given = change.get(name, change.get(short))
    words = (kind or "").split()
    if short == "slot" or name == "key" and "HIST" in (getattr(
            table, "types", dict)().get("kind") or ""):
        # Of a histogram: a script takes two to the power of it.
        return wrap(given % SLOTS if isinstance(given, int) else 3 + step, expr)
    if kind is None:
        is_text = any(short == t or short.endswith(t) for t in TEXTUAL)
    else:
        is_text = "char" in words and length is not None and "*" not in words
    if is_text:
        value = given if isinstance(given, (str, bytes)) else "f%d%s%s" % (
            index, "xyz"[min(step, 2)], "" if length is not None and length < 8 else short[:6])
        if isinstance(value, str):
            value = value.encode()
        # Of a struct in a key or a value, no column can show a text.
        return wrap(value, ("inner", expr) if name.startswith(("key.", "value.")) and
                    "." in strip_prefix(name) else expr)
    if words and words[0] in ("struct", "union") and length is None and "*" not in words and \
       "in6_addr" not in words:
        return Fields(table, name + ".", inner_fields(table, kind), change)
    if kind is not None and (length or "__int128" in words or "in6_addr" in words):
        if "char" not in words and length and length <= 64 and "__int128" not in words and \
           not ("u8" in words or "uint8_t" in words or "__u8" in words):
            one = [wrap(700 + index * 16 + i + step, ("field", table.name, "%s[%d]" % (name, i)))
                   for i in range(length)]
            return Array(one, expr)
        n = length or 16
        value = bytes((0x20, 0x01, 0x0d, 0xb8) + (0,) * max(0, n - 5) + (index & 255,))[:n]
        made = wrap(value if given is None or isinstance(given, int) else given, expr)
        made.elements = bool(length) and isinstance(made, bytes) and at is None
        return made
    if isinstance(given, int) and words and words[-1] == "char" and "unsigned" not in words:
        return wrap(bytes((given & 255,)), expr)
    if isinstance(given, int) and not isinstance(given, bool):
        return wrap(given, expr)
    if isinstance(given, str) and len(given) == 1:
        return wrap(given.encode(), expr)
    if words and words[-1] in ("char",) and "unsigned" not in words:
        return wrap(bytes((65 + index % 26,)), expr)
    if kind is not None and ({"u8", "__u8", "uint8_t", "bool", "char"} & set(words)):
        return wrap(40 + index % 60 + step, expr)
    if any(w in short for w in ("ts", "time", "delta", "lat", "duration", "ns")) and \
       ({"u64", "__u64", "uint64_t", "long"} & set(words) or kind is None):
        return wrap(5000000000 + index * 1000004 + step * 70000002, expr)
    return wrap(1000 + index * 37 + step * 501, expr)


def inner_fields(table, kind):
    """The members of a struct that is a member; None: they are not known."""
    program = getattr(table, "program", None)
    return program.structs.get(kind) if program else None


class Array(list):
    """An array of numbers among the fields; as bytes, an address."""

    def __init__(self, items, expr):
        list.__init__(self, items)
        self.expr = expr

    def __getslice__(self, a, b):
        return Array(list(self)[a:b], self.expr)

    def decode(self, *a, **k):
        return wrap("array", self.expr)


class Pointer:
    """What a callback gets as `data`: whatever it is cast to is the event."""

    def __init__(self, table):
        self.table = table

    @property
    def contents(self):
        return self.table.event(self)
