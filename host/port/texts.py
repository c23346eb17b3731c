# SPDX-License-Identifier: Apache-2.0
"""The three ways in which Python makes a text, done in the script's place: the text is the same,
and the pieces that it is made of are kept with it. `instrument` puts them into a script's tree."""
import ast
import re
import string

from . import sym

PERCENT = re.compile(r"%(?:\((\w+)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?"
                     r"([diouxXeEfFgGcrsab%])")


def percent(left, right):
    """left % right"""
    result = left % right
    if not isinstance(left, (str, bytes)):
        return result
    text = left.decode("latin-1") if isinstance(left, bytes) else left
    pieces, at, values = [], 0, right if isinstance(right, tuple) else (right,)
    values = list(values) if not isinstance(right, dict) else []
    for m in PERCENT.finditer(text):
        if m.start() > at:
            pieces.append(text[at:m.start()])
        at = m.end()
        name, flags, width, precision, kind = m.groups()
        if kind == "%":
            pieces.append("%")
            continue
        if width == "*":
            width = str(values.pop(0))
        if precision == "*":
            precision = str(values.pop(0))
        value = right[name] if name is not None else values.pop(0) if values else None
        spec = "%" + flags + (width or "") + ("." + precision if precision else "") + kind
        nested = getattr(value, "pieces", None)
        if nested is not None and kind in "sa" and not width:
            pieces += nested
        elif nested is not None and len(nested) == 1 and not isinstance(nested[0], str):
            pieces.append((spec, nested[0][1]))
        else:
            pieces.append((spec, value))
    if at < len(text):
        pieces.append(text[at:])
    made = sym.wrap(result, None)
    made.pieces = pieces
    return made


def to_percent(spec):
    """A format specification ("<16", ">7.2f") as one of %."""
    m = re.match(r"^(?:.?([<>^=]))?([-+ ]?)(#?)(0?)(\d*)(,?)(?:\.(\d+))?([a-zA-Z%]?)$", spec or "")
    if not m:
        return "%s"
    align, _sign, _alt, zero, width, _comma, precision, kind = m.groups()
    kind = kind or ""
    numeric = kind in "dnxXofFeEgG" and kind != ""
    flags = "-" if width and (align == "<" or (not align and not numeric)) else ""
    kind = {"n": "d", "": "s", "%": "f"}.get(kind, kind)
    return "%" + flags + zero + width + ("." + precision if precision else "") + kind


def put(pieces, value, spec, conversion=None):
    nested = getattr(value, "pieces", None)
    if nested is not None and not spec:
        pieces += nested
    elif nested is not None and len(nested) == 1 and not isinstance(nested[0], str):
        pieces.append((to_percent(spec), nested[0][1]))
    else:
        pieces.append((to_percent(spec), value))


class Formatter(string.Formatter):
    def __init__(self):
        self.pieces = []
        self.spec_depth = 0

    def parse(self, text):
        for literal, name, spec, conversion in super().parse(text):
            if literal and not self.spec_depth:
                self.pieces.append(literal)
            yield literal, name, spec, conversion

    def vformat(self, text, args, kwargs):
        result, _ = self._vformat(text, args, kwargs, set(), 3)
        return result

    def _vformat(self, text, args, kwargs, used, depth, auto_arg_index=0):
        self.spec_depth = 3 - depth
        try:
            return super()._vformat(text, args, kwargs, used, depth, auto_arg_index)
        finally:
            self.spec_depth = max(0, self.spec_depth - 1)

    def format_field(self, value, spec):
        self.spec_depth = 0
        put(self.pieces, value, spec)
        return super().format_field(value, spec)


def method(obj, *args, **kwargs):
    """obj.format(…)"""
    result = obj.format(*args, **kwargs)
    if not isinstance(obj, str):
        return result
    try:
        f = Formatter()
        f.vformat(obj, args, kwargs)
        made = sym.wrap(result, None)
        made.pieces = f.pieces
        return made
    except Exception:
        return result


def fstring(*parts):
    """f"…": each part a str, or (value, conversion, spec)"""
    out, pieces = [], []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
            pieces.append(part)
            continue
        value, conversion, spec = part
        shown = value
        if conversion == 114:
            shown = repr(value)
        elif conversion == 115:
            shown = str(value)
        elif conversion == 97:
            shown = ascii(value)
        out.append(format(shown, spec))
        put(pieces, value, spec)
    made = sym.wrap("".join(out), None)
    made.pieces = pieces
    return made


def subscript(obj, key):
    """obj[key]: of a table of words, which number stood for which"""
    try:
        value = obj[key]
    except (IndexError, KeyError):
        if sym.expr_of(key) is None or not obj or not isinstance(obj, (dict, list, tuple)):
            raise
        # Our number is none of the script's: any of its entries does.
        value = next(iter(obj.values())) if isinstance(obj, dict) else obj[0]
        sym.branches.missed = True
        keys = tuple(k for k in (obj if isinstance(obj, dict) else range(len(obj)))
                     if isinstance(k, int))
        if keys and isinstance(key, int):
            sym.branches.note(sym.expr_of(key), "in", keys, False)
    return named(obj, key, value)


def slot(obj, key):
    """obj[key] = …: our number may be more than the script's list has entries."""
    if isinstance(obj, list) and isinstance(key, int) and sym.expr_of(key) is not None and obj and \
       not -len(obj) <= key < len(obj):
        return int.__mod__(int.__add__(key, 0), len(obj))
    return key


def getter(obj, *args, **kwargs):
    """obj.get(key, …)"""
    value = obj.get(*args, **kwargs)
    other = args[1] if len(args) > 1 else None
    return named(obj, args[0], value, other) if args else value


def inside(key, obj, wanted):
    """key in obj, or not in: which numbers are in it is as good as a comparison."""
    result = key in obj
    expr = sym.expr_of(key)
    if expr is not None and isinstance(key, int) and isinstance(
            obj, (dict, list, tuple, set, frozenset)):
        numbers = tuple(int.__add__(k, 0) for k in list(obj)[:512] if isinstance(k, int))
        if numbers and sym.expr_of(obj) is None:
            sym.branches.note(expr, "in", numbers, result)
    return result == wanted


def join(obj, *args):
    """obj.join(…)"""
    if not isinstance(obj, (str, bytes)) or len(args) != 1:
        return obj.join(*args)
    values = list(args[0])
    made = sym.wrap(obj.join(values), None)
    made.pieces = []
    for i, v in enumerate(values):
        made.pieces += (sym.pieces_of(obj) if i and obj else []) + sym.pieces_of(v)
    return made


def as_str(obj, *args, **kwargs):
    """str(obj, encoding, …)"""
    return obj.decode(*args, **kwargs) if isinstance(obj, sym.SymBytes) else str(obj, *args, **kwargs)


def named(obj, key, value, other=None):
    if sym.expr_of(key) is None or not isinstance(value, (str, bytes)):
        return value
    pairs = obj.items() if isinstance(obj, dict) else enumerate(obj) if isinstance(
        obj, (list, tuple)) else ()
    names = {}
    for k, v in list(pairs)[:512]:
        if isinstance(k, int) and isinstance(v, (str, bytes)):
            names[int(k)] = v.decode("utf-8", "replace") if isinstance(v, bytes) else v
    if not names:
        return value
    more = (sym.to_text(other),) if isinstance(other, (str, bytes)) and other else ()
    return sym.wrap(value, ("names", names, sym.expr_of(key)) + more)


def left(value):
    """A float asks only its own kind what comes of it and an int of ours: here it is of ours."""
    return sym.SymFloat(value) if type(value) is float else value


class Transform(ast.NodeTransformer):
    def call(self, node, name, args, keywords=()):
        new = ast.Call(ast.Name(name, ast.Load()), args, list(keywords))
        return ast.copy_location(new, node)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod):
            return self.call(node, "port_call_percent", [node.left, node.right])
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv)):
            node.left = self.call(node.left, "port_call_left", [node.left])
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
            value = self.call(node, "port_call_percent", [load, node.value])
            return ast.copy_location(ast.Assign([node.target], value), node)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        f = node.func
        starred = any(isinstance(a, ast.Starred) for a in node.args)
        if isinstance(f, ast.Attribute) and f.attr == "format":
            return self.call(node, "port_call_format", [f.value] + node.args, node.keywords)
        if isinstance(f, ast.Attribute) and f.attr == "replace" and len(node.args) == 2 and \
           not starred and not node.keywords:
            return self.call(node, "port_call_replace",
                             [f.value] + node.args + [ast.copy_location(
                                 ast.Constant(node.lineno), node)])
        if isinstance(f, ast.Attribute) and f.attr == "join" and not starred and \
           not node.keywords:
            return self.call(node, "port_call_join", [f.value] + node.args)
        if isinstance(f, ast.Name) and f.id == "str" and len(node.args) + len(node.keywords) > 1:
            return self.call(node, "port_call_str", node.args, node.keywords)
        if isinstance(f, ast.Attribute) and f.attr == "get" and not starred:
            return self.call(node, "port_call_get", [f.value] + node.args, node.keywords)
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return self.call(node, "port_call_in", [
                node.left, node.comparators[0], ast.copy_location(
                    ast.Constant(isinstance(node.ops[0], ast.In)), node)])
        return node

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
            return self.call(node, "port_call_subscript", [node.value, node.slice])
        if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and \
           not isinstance(node.slice, (ast.Slice, ast.Constant)):
            load = ast.copy_location(ast.Name(node.value.id, ast.Load()), node)
            node.slice = self.call(node, "port_call_slot", [load, node.slice])
        return node

    def visit_AnnAssign(self, node):
        return node

    def visit_JoinedStr(self, node):
        parts = []
        for v in node.values:
            if isinstance(v, ast.FormattedValue):
                value = self.visit(v.value)
                spec = self.visit_JoinedStr(v.format_spec) if v.format_spec else ast.Constant("")
                parts.append(ast.Tuple([value, ast.Constant(v.conversion), spec], ast.Load()))
            else:
                parts.append(v)
        new = self.call(node, "port_call_fstring", parts)
        return ast.fix_missing_locations(new)


def lines_in_try(tree):
    """Lines inside a try: what fails there is lived with."""
    return {n.lineno for node in ast.walk(tree) if isinstance(node, ast.Try) and node.handlers
            for inner in node.body for n in ast.walk(inner) if hasattr(n, "lineno")}


def instrument(tree):
    return ast.fix_missing_locations(Transform().visit(tree))
