# SPDX-License-Identifier: Apache-2.0
"""Values that remember where they come from.

A callback of a script is called with an event whose fields are such values. They are ints, floats,
bytes and strs like any other, so that the script goes on as it always did; what it computes of
them, and what it prints, still says of which field it is.

An expression is a tuple:
    ("field", table, name)         of an event; of a table's entry the name is "key.x" or "value.x"
    ("op", "/", a, b)              a and b: expressions or plain numbers
    ("time", format), ("now",)     strftime(format), time()
    ("ipv4", a), ("ipv6", a), ("pack", a), ("names", {number: text}, a)
    ("ksym", a, None, offset, module), ("usym", a, pid, offset, module)
    ("stack", table, a)            an address in the stack of that number
"""


class Branches:
    """The comparisons that a script made with such values: what else is worth trying."""

    def __init__(self):
        self.seen = []
        self.missed = False     # a number was looked up that the script's table does not have

    def note(self, expr, op, other, result):
        if len(self.seen) < 4000 and isinstance(other, (int, float, str, bytes, tuple)):
            self.seen.append((expr, op, other, bool(result)))


branches = Branches()


def expr_of(value):
    return getattr(value, "expr", None)


def plain(value):
    """The value without its memory, for what must be exactly an int (JSON)."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int.__int__(value) if not isinstance(value, SymInt) else int.__add__(value, 0)
    if isinstance(value, float):
        return float.__add__(value, 0.0)
    if isinstance(value, bytes):
        return bytes(bytearray(value))
    if isinstance(value, str):
        return str.__str__(value) if type(value) is str else "".join(list(value))
    return value


def to_text(value):
    if isinstance(value, bytes):
        return bytes(bytearray(value)).decode("utf-8", "replace")
    return "".join(list(value)) if isinstance(value, str) else str(value)


def operand(value):
    expr = expr_of(value)
    if expr is not None:
        return expr
    return plain(value) if isinstance(value, (int, float)) else "?"


def wrap(value, expr):
    """The same value with a memory."""
    if isinstance(value, bool):
        return value
    for kind, sym in ((int, SymInt), (float, SymFloat), (bytes, SymBytes), (str, SymStr)):
        if isinstance(value, kind):
            made = sym(value)
            made.expr = expr
            return made
    return value


def arithmetic(base, name, op, reverse):
    method = getattr(base, name, None)

    def run(self, other):
        if isinstance(self, int) and isinstance(other, float):
            result = getattr(float, name)(float(int.__int__(self)), other)
        else:
            result = method(self, other)
        if result is NotImplemented or isinstance(result, (tuple, bool)):
            return result
        if self.expr is None and expr_of(other) is None:
            return plain(result)
        a, b = operand(self), operand(other)
        return wrap(result, ("op", op, b, a) if reverse else ("op", op, a, b))

    return run


def comparison(base, name, op):
    method = getattr(base, name)

    def run(self, other):
        result = method(self, other)
        if self.expr is not None:
            branches.note(self.expr, op, plain(other) if expr_of(other) is None else "?", result)
        return result

    return run


OPERATORS = (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"),
             ("mod", "%"), ("and", "&"), ("or", "|"), ("xor", "^"), ("lshift", "<<"),
             ("rshift", ">>"))
COMPARISONS = (("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="))


class SymInt(int):
    expr = None

    def __neg__(self):
        return wrap(int.__neg__(self), ("op", "-", 0, self.expr))

    def __abs__(self):
        return wrap(int.__abs__(self), self.expr)

    def __int__(self):
        return wrap(int.__int__(self), self.expr)

    def __float__(self):
        return float.__add__(float(int.__add__(self, 0)), 0.0)

    def __round__(self, ndigits=None):
        return wrap(int.__round__(self), self.expr)

    def __hash__(self):
        return int.__hash__(self)

    def __bool__(self):
        if self.expr is not None:
            branches.note(self.expr, "!=", 0, int.__bool__(self))
        return int.__bool__(self)

    def __str__(self):
        return wrap(int.__repr__(self), self.expr)

    def decode(self, *args, **kwargs):
        # a char that a ctypes structure gives as bytes
        return wrap(chr(int.__and__(self, 127) or 63), self.expr)


class SymFloat(float):
    expr = None

    def __neg__(self):
        return wrap(float.__neg__(self), ("op", "-", 0, self.expr))

    def __abs__(self):
        return wrap(float.__abs__(self), self.expr)

    def __int__(self):
        return wrap(float.__int__(self), self.expr)

    def __round__(self, ndigits=None):
        return wrap(float.__round__(self, ndigits), self.expr)

    def __hash__(self):
        return float.__hash__(self)


for _name, _op in OPERATORS:
    for _base, _sym in ((int, SymInt), (float, SymFloat)):
        if hasattr(_base, "__%s__" % _name):
            setattr(_sym, "__%s__" % _name, arithmetic(_base, "__%s__" % _name, _op, False))
            setattr(_sym, "__r%s__" % _name, arithmetic(_base, "__r%s__" % _name, _op, True))
for _name, _op in COMPARISONS:
    for _base, _sym in ((int, SymInt), (float, SymFloat)):
        setattr(_sym, "__%s__" % _name, comparison(_base, "__%s__" % _name, _op))


def keeps(base, name):
    method = getattr(base, name)

    def run(self, *args, **kwargs):
        return wrap(method(self, *args, **kwargs), self.expr)

    return run


def padded(base, name, flags):
    """ljust and its like: as a format with that width."""
    method = getattr(base, name)

    def run(self, width, *fill):
        made = wrap(method(self, width, *fill), self.expr)
        if not fill or fill[0] in (" ", b" "):
            made.pieces = [("%%%s%d%s" % (flags, plain(width), "d" if flags == "0" else "s"), self)]
        return made

    return run


class SymText:
    """What bytes and str have in common."""
    expr = None
    pieces = None  # of a text that was formatted: [(spec, value) or text]


class SymBytes(SymText, bytes):
    def encode(self, *args, **kwargs):
        return self     # as Python 2's str has it

    def decode(self, *args, **kwargs):
        made = wrap(bytes.decode(self, *args, **kwargs), self.expr)
        made.pieces = self.pieces
        return made

    elements = False    # is it an array of numbers, each of which C can name?

    def __getitem__(self, key):
        if self.elements and isinstance(key, int):
            return wrap(bytes.__getitem__(self, key), self.element(range(len(self))[key]))
        return wrap(bytes.__getitem__(self, key), self.expr)

    def element(self, i):
        return ("field", self.expr[1], "%s[%d]" % (self.expr[2], i))

    def __iter__(self):
        for i, n in enumerate(bytes.__iter__(self)):
            yield wrap(n, self.element(i)) if self.elements else n

    def __hash__(self):
        return bytes.__hash__(self)

    def __eq__(self, other):
        if self.expr is not None and isinstance(other, bytes):
            # A char is a number in C.
            branches.note(self.expr, "==", other[0] if len(self) == len(other) == 1 else
                          bytes(bytearray(other)), bytes.__eq__(self, other))
        return bytes.__eq__(self, other)

    def __ne__(self, other):
        return not self.__eq__(other)

    def __contains__(self, other):
        # Python 2 made no difference.
        other = other.encode() if isinstance(other, str) else other
        if self.expr is not None and isinstance(other, bytes):
            branches.note(self.expr, "has", plain(other), False)
        return bytes.__contains__(self, other)

    def __add__(self, other):
        return joined(self, other, bytes.__add__(self, other))

    def __radd__(self, other):
        return joined(other, self, bytes.__add__(other, self))


def note_text(value, other):
    """A comparison of a text; of a letter that a number was made into, one of the number."""
    if isinstance(value.expr, tuple) and value.expr[0] == "chr" and len(other) == 1:
        branches.note(value.expr[1], "==", ord(other), str.__eq__(value, other))
    else:
        branches.note(value.expr, "==", "".join(list(other)), str.__eq__(value, other))


class SymStr(SymText, str):
    def decode(self, *args, **kwargs):
        return self

    def encode(self, *args, **kwargs):
        made = wrap(str.encode(self, *args, **kwargs), self.expr)
        made.pieces = self.pieces
        return made

    def __getitem__(self, key):
        return wrap(str.__getitem__(self, key), self.expr)

    def __hash__(self):
        return str.__hash__(self)

    def __eq__(self, other):
        if self.expr is not None and isinstance(other, str):
            note_text(self, other)
        return str.__eq__(self, other)

    def __ne__(self, other):
        return not self.__eq__(other)

    def __contains__(self, other):
        if self.expr is not None and isinstance(other, str):
            branches.note(self.expr, "has", plain(other), False)
        return str.__contains__(self, other)

    def __str__(self):
        return self

    def __add__(self, other):
        return joined(self, other, str.__add__(self, other))

    def __radd__(self, other):
        return joined(other, self, str.__add__(other, self))


for _base, _sym in ((bytes, SymBytes), (str, SymStr)):
    for _name in ("strip", "rstrip", "lstrip", "replace", "lower", "upper", "center",
                  "expandtabs"):
        setattr(_sym, _name, keeps(_base, _name))
    for _name, _flags in (("ljust", "-"), ("rjust", ""), ("zfill", "0")):
        setattr(_sym, _name, padded(_base, _name, _flags))


def as_bytes(name):
    """A method of bytes that takes str, too, as Python 2's did."""
    method = getattr(bytes, name)

    def run(self, *args, **kwargs):
        return method(self, *[a.encode() if isinstance(a, str) else a for a in args], **kwargs)

    return run


for _name in ("split", "rsplit", "partition", "rpartition", "startswith", "endswith", "find",
              "rfind", "index", "count"):
    setattr(SymBytes, _name, as_bytes(_name))


def pieces_of(value):
    """A text as what it is made of: plain texts and (spec, value)."""
    if getattr(value, "pieces", None) is not None:
        return value.pieces
    if expr_of(value) is not None:
        return [("%s", value)]
    if isinstance(value, bytes):
        return [value.decode("utf-8", "replace")]
    return [value if isinstance(value, str) else "%s" % (value,)]


def joined(a, b, text):
    if not isinstance(text, (bytes, str)):
        return text
    made = wrap(text, None)
    made.pieces = pieces_of(a) + pieces_of(b)
    return made
