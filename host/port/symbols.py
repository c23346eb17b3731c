# SPDX-License-Identifier: Apache-2.0
"""Names of addresses in expressions (sym.py): a kernel function's, a program's, those of a stack."""


def stack_in(expr):
    """The ("stack", table, number) that it is made of; None."""
    if isinstance(expr, (list, tuple)) and expr:
        if expr[0] == "stack":
            return expr
        for e in expr[1:]:
            found = stack_in(e)
            if found:
                return found
    return None


def symbol_in(expr):
    if isinstance(expr, (list, tuple)) and expr:
        if expr[0] in ("ksym", "usym"):
            return expr
        for e in expr[1:]:
            found = symbol_in(e)
            if found:
                return found
    return None


def shown_keys(symbol):
    """show_offset and show_module, of ("ksym", address, pid, offset, module)."""
    keys = {}
    if symbol and len(symbol) > 4:
        if symbol[3]:
            keys["show_offset"] = True
        if symbol[4]:
            keys["show_module"] = True
    return keys
