# SPDX-License-Identifier: Apache-2.0
"""What a script uses of Python's library beside print and argparse: optparse and getopt, which tell
its options, json and logging, which make its lines."""
import sys

from . import sym, texts
from .sym import to_text, wrap


def patch(rec):
    patch_optparse(rec)
    patch_getopt(rec)
    patch_json()
    patch_logging(rec)


# --- options ---

ACTIONS = {"store": "_StoreAction", "store_true": "_StoreTrueAction",
           "store_false": "_StoreFalseAction", "store_const": "_StoreConstAction",
           "append": "_AppendAction", "append_const": "_AppendConstAction",
           "count": "_CountAction", "callback": "_StoreTrueAction"}


def told(strings, dest, action, **more):
    """An option, as argparse's are noted."""
    default = more.get("default")
    return {"strings": list(strings), "dest": dest, "action": action, "type": more.get("type"),
            "choices": more.get("choices"), "nargs": None,
            "default": sym.plain(default) if isinstance(default, (int, float, str)) else None,
            "metavar": more.get("metavar"), "help": more.get("help", ""), "required": False,
            "group": None}


def tell_options(rec, options, description):
    if not getattr(rec, "told_options", False):
        rec.told_options = True
        rec.note("options", options=options, description=description, line=rec.script_line(),
                 prog="")


def patch_optparse(rec):
    import optparse
    real = optparse.OptionParser.parse_args

    def told_of(parser, o):
        default = parser.defaults.get(o.dest) if o.dest else None
        text = "" if o.help is None else o.help.replace("%default", str(default))
        return told((o._short_opts or []) + (o._long_opts or []), o.dest or o.get_opt_string()
                    .strip("-"), ACTIONS.get(o.action, "_StoreTrueAction") if o.action != "callback"
                    or not o.type else "_StoreAction",
                    type={"int": "int", "long": "int", "float": "float"}.get(o.type),
                    choices=[to_text(str(c)) for c in o.choices][:64] if o.choices else None,
                    default=default, metavar=o.metavar,
                    help=None if o.help == optparse.SUPPRESS_HELP else text)

    def parse_args(self, args=None, values=None):
        groups = [self] + list(self.option_groups)
        tell_options(rec, [told_of(self, o) for g in groups for o in g.option_list
                           if o.action not in ("help", "version")],
                     to_text(self.description or ""))
        got, rest = real(self, args, values)
        given = {k: v if isinstance(v, list) else [v] for k, v in vars(got).items()
                 if v is not None and v != self.defaults.get(k)}
        rec.note("parsed", values={k: [sym.plain(x) for x in v if isinstance(x, (int, str)) and
                                       not isinstance(x, bool)] for k, v in given.items()})
        return got, rest

    def error(self, message):
        rec.note("argument-error", text=to_text(message))
        sys.exit(2)

    optparse.OptionParser.parse_args = parse_args
    optparse.OptionParser.error = error


def patch_getopt(rec):
    import getopt

    def options_of(short, long):
        letters = {c: short[i + 1:i + 2] == ":" for i, c in enumerate(short) if c.isalnum()}
        names = {n.rstrip("="): n.endswith("=") for n in ([long] if isinstance(long, str) else long)}
        letters.pop("h", None)
        names.pop("help", None)
        out = []
        for name, takes in names.items():
            strings = ["--" + name]
            if letters.get(name[:1]) is takes:
                strings.insert(0, "-" + name[0])
                del letters[name[0]]
            out.append((strings, name, takes))
        out += [(["-" + c], c, takes) for c, takes in letters.items()]
        return [told(strings, name, "_StoreAction" if takes else "_StoreTrueAction")
                for strings, name, takes in out]

    def patched(real):
        def run(args, shortopts, longopts=[]):
            tell_options(rec, options_of(shortopts.lstrip("+-:"), longopts), "")
            return real(args, shortopts, longopts)
        return run

    getopt.getopt = patched(getopt.getopt)
    getopt.gnu_getopt = patched(getopt.gnu_getopt)


# --- lines ---

def json_pieces(value, out, items, pairs, sort):
    """What json.dumps makes of it, in pieces; strings as they are, without what is escaped."""
    if isinstance(value, dict):
        out.append("{")
        for i, key in enumerate(sorted(value) if sort else list(value)):
            out.append((items if i else "") + '"%s"%s' % (to_text(str(key)), pairs))
            json_pieces(value[key], out, items, pairs, sort)
        out.append("}")
    elif isinstance(value, (list, tuple)):
        out.append("[")
        for i, one in enumerate(value):
            out += [items] if i else []
            json_pieces(one, out, items, pairs, sort)
        out.append("]")
    elif isinstance(value, str):
        out += ['"'] + sym.pieces_of(value) + ['"']
    elif isinstance(value, bool) or value is None:
        out.append({True: "true", False: "false", None: "null"}[value])
    else:
        texts.put(out, value, "")


def patch_json():
    import json
    real = json.dumps

    def dumps(obj, *args, indent=None, separators=None, sort_keys=False, **more):
        made = real(obj, *args, indent=indent, separators=separators, sort_keys=sort_keys, **more)
        if indent is not None:
            return made
        pieces = []
        json_pieces(obj, pieces, *(separators or (", ", ": ")), sort_keys)
        if not any(sym.expr_of(p[1]) is not None for p in pieces if not isinstance(p, str)):
            return made
        made = wrap(made, None)
        made.pieces = pieces
        return made

    def dump(obj, to, **more):
        to.write(dumps(obj, **more))

    json.dumps, json.dump = dumps, dump


def patch_logging(rec):
    import logging

    def message(self):
        text = self.msg if isinstance(self.msg, str) else str(self.msg)
        return texts.percent(text, self.args) if self.args else text

    def formatted(handler, record):
        """As logging's own, so that the pieces are kept."""
        formatter = handler.formatter or logging.Formatter()
        form = getattr(formatter, "_fmt", None) or "%(message)s"
        if not isinstance(getattr(formatter, "_style", None), logging.PercentStyle):
            return record.getMessage()
        names = dict(record.__dict__, message=record.getMessage(), asctime=wrap(
            formatter.formatTime(record, formatter.datefmt),
            ("time", formatter.datefmt or "%Y-%m-%d %H:%M:%S")))
        made = texts.percent(form, names)
        # The level and the logger's name are words of the line.
        made.pieces = [p[1] if not isinstance(p, str) and p[0] == "%s" and type(p[1]) is str else p
                       for p in made.pieces]
        return made

    def emit(self, record):
        # What is said while the script starts, to stderr or not, is no line of an event.
        if rec.phase != "before":
            rec.write(formatted(self, record))
            rec.write("\n")

    class File(logging.StreamHandler):
        """A file that it would write."""
        def __init__(self, filename, *args, **more):
            super().__init__()
            rec.note("writes", name=to_text(filename)[:200], line=rec.script_line())

    logging.LogRecord.getMessage = message
    logging.StreamHandler.emit = emit
    logging.FileHandler = File
