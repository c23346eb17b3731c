# SPDX-License-Identifier: Apache-2.0
"""The kernel's symbols as a script sees them here: each name that its own text has is one, at an
address made up of the name. A script that looks for one finds it, or, in another run, does not; and
where its address turns up in what is compiled, it can be told whose it is."""
import ast
import re
import zlib

PATH = "/proc/kallsyms"
BASE, SPAN = 0xffffffff90000000, 0x0ffffff0
CANDIDATES = 600
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{2,63}")
NUMBER = re.compile(r"(?<![\w.])(?:0[xX])?([0-9a-fA-F]{8,20})(?:[uUlL]+)?(?![\w.])")


def address(name):
    return BASE | (zlib.crc32(name.encode()) & SPAN)


def candidates(source):
    """The words of a script's short texts, in their order."""
    found = {}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    for node in ast.walk(tree):
        value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if isinstance(value, str) and len(value) < 120:
            for name in NAME.findall(value):
                found.setdefault(name.strip("."), None)
    return [n for n in found if n][:CANDIDATES]


def names_in(text, names):
    """Whose addresses a C text has: {name: [the number as it stands there]}."""
    known = {address(n): n for n in names}
    out = {}
    for m in NUMBER.finditer(text):
        digits = m.group(1)
        for base in (16, 10):
            if base == 10 and not digits.isdigit() or base == 16 and len(digits) != 16:
                continue
            name = known.get(int(digits, base))
            if name and m.group(0) not in out.setdefault(name, []):
                out[name].append(m.group(0))
    return out


def macro(name):
    word = re.sub(r"\W", "_", name).upper()
    return "ADDR_" + word.lstrip("_")


def with_macros(text, names):
    """(the text with a macro for each address, the names whose they are)"""
    found = names_in(text, names)
    for name, numbers in found.items():
        for number in numbers:
            text = re.sub(r"(?<![\w.])%s(?![\w.])" % re.escape(number), macro(name), text)
    return text, sorted(found)


class Symbols:
    """What there is in one run."""

    def __init__(self, rec, source):
        self.rec = rec
        self.names = candidates(source)

    def lines(self):
        """A function and, behind it, the same as a module's datum: whichever the script wants."""
        out = ["%016x T %s" % (BASE, "_text")]
        for name in self.names:
            if self.rec.answers.get(("symbol", name), True):
                out.append("%016x T %s" % (address(name), name))
                out.append("%016x d %s\t[%s]" % (address(name), name, name.partition("_")[0]))
        return "\n".join(out) + "\n"

    def compared(self, with_what):
        """The script has found what it looked for."""
        if isinstance(with_what, bytes):
            with_what = with_what.decode("latin-1")
        for name in NAME.findall(with_what) if isinstance(with_what, str) else ():
            if name in self.names:
                self.rec.ask("symbol", name)

    def open(self, mode):
        text = self.lines()
        return File(Bytes(text.encode(), self) if "b" in mode else Text(text, self))


def tells(base):
    """A str or bytes whose parts are such, too, and which tells with what it was compared."""

    class Telling(base):
        def __new__(cls, value, symbols):
            made = base.__new__(cls, value)
            made.symbols = symbols
            return made

        def same(self, value):
            if isinstance(value, base):
                return Telling(value, self.symbols)
            return type(value)(self.same(v) for v in value) if isinstance(value, (list, tuple)) \
                else value

        def __getitem__(self, key):
            return self.same(base.__getitem__(self, key))

        def __eq__(self, other):
            equal = base.__eq__(self, other)
            if equal is True:
                self.symbols.compared(other)
            return equal

        def __ne__(self, other):
            return not self == other

        def __hash__(self):
            return base.__hash__(self)

        def __contains__(self, other):
            there = base.__contains__(self, other)
            if there:
                self.symbols.compared(other)
            return there

        def startswith(self, prefix, *more):
            there = base.startswith(self, prefix, *more)
            if there:
                self.symbols.compared(prefix)
            return there

        def endswith(self, suffix, *more):
            there = base.endswith(self, suffix, *more)
            if there:
                self.symbols.compared(suffix)
            return there

        def find(self, what, *more):
            at = base.find(self, what, *more)
            if at >= 0:
                self.symbols.compared(what)
            return at

        def decode(self, *args, **kwargs):
            return Text(bytes.decode(self, *args, **kwargs), self.symbols)

        def encode(self, *args, **kwargs):
            return Bytes(str.encode(self, *args, **kwargs), self.symbols)

    def keeps(name):
        method = getattr(base, name)
        return lambda self, *args, **kwargs: self.same(method(self, *args, **kwargs))

    for name in ("split", "rsplit", "splitlines", "partition", "rpartition", "strip", "lstrip",
                 "rstrip", "replace", "lower", "upper"):
        setattr(Telling, name, keeps(name))
    return Telling


Text, Bytes = tells(str), tells(bytes)


class File:
    """What open() gives of it."""

    def __init__(self, text):
        self.lines = text.splitlines(True)
        self.whole = text
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]

    def readline(self, *args):
        return next(self, self.whole[:0])

    def readlines(self, *args):
        return list(self)

    def read(self, *args):
        rest = self.whole if not self.at else self.whole[sum(map(len, self.lines[:self.at])):]
        self.at = len(self.lines)
        return rest

    def seek(self, *args):
        self.at = 0

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False
