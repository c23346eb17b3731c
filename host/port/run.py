# SPDX-License-Identifier: Apache-2.0
"""One run of a script with the stand-in: what it asks, hands over, attaches and prints."""
import argparse
import ast
import builtins
import ctypes
import io
import os
import re
import signal
import socket
import struct
import sys
import time

from . import beside, invented, kallsyms, library, programs, standin, sym, texts, world
from .recorder import EndOfRun, Recorder, describe, traceback_line
from .samples import Pointer, Scalar
from .sym import to_text, wrap


class Stdout(io.TextIOBase):
    """sys.stdout of the script."""

    def __init__(self, rec, to):
        self.rec, self.to = rec, to
        self.buffer = self

    encoding = "utf-8"
    errors = "replace"

    def write(self, text):
        if self.to == "stdout":
            self.rec.write(text, self.to)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return 1 if self.to == "stdout" else 2

    def writable(self):
        return True


class Number(type):
    """int and float of the script: what they are made from is remembered."""

    def __instancecheck__(cls, value):
        return isinstance(value, cls.base)

    def __subclasscheck__(cls, other):
        return issubclass(other, cls.base)

    def __call__(cls, *args, **kwargs):
        made = cls.base(*args, **kwargs)
        if len(args) == 1:
            value = args[0]
            expr = sym.expr_of(getattr(value, "value", value)
                               if isinstance(value, Scalar) else value)
            if expr is not None:
                return wrap(made, expr)
        return made

    def __getattr__(cls, name):
        return getattr(cls.base, name)

    def __eq__(cls, other):
        return other is cls or other is cls.base

    def __hash__(cls):
        return hash(cls.base)


class Int(metaclass=Number):
    base = int


class Float(metaclass=Number):
    base = float


Int.__name__, Float.__name__ = "int", "float"


def timed(text, form):
    """A time as a text; a zone's name tells no time."""
    return wrap(text, ("time", form)) if re.search("%-?[HIMScrRTXsfaAbBdjyYxD]", form) else text


class Host(io.StringIO):
    """A file that tells of the machine as it is when it is read."""

    def __init__(self, name, text):
        super().__init__(text)
        self.expr = ("host", name)

    def read(self, *args):
        return wrap(super().read(*args), self.expr)

    def readline(self, *args):
        return wrap(super().readline(*args), self.expr)


def of_values(text):
    """What a path that was made of an event's values stands for: a file of the machine's."""
    values = [sym.expr_of(p[1]) for p in sym.pieces_of(text) if not isinstance(p, str)]
    return ("host", "file") if any(v is not None for v in values) else None


def patch(rec):
    """What a script uses of Python that waits, tells the time or looks where it runs."""
    def script_print(*args, sep=" ", end="\n", file=None, flush=False):
        if file is not None and file is not sys.stdout:
            if isinstance(file, Stdout):
                return
            return real_print(*args, sep=sep, end=end, file=file)
        for i, arg in enumerate(args):
            if i:
                rec.write(sep if sep is not None else " ")
            rec.write(arg if isinstance(arg, str) else texts.fstring((arg, -1, ""))
                      if sym.expr_of(arg) is not None else str(arg))
        rec.write(end if end is not None else "\n")

    real_print = builtins.print
    real_strftime, real_time, real_pack = time.strftime, time.time, struct.pack
    real_ntop = socket.inet_ntop

    def strftime(form, *args):
        return timed(real_strftime(form, *args), form)

    def inet_ntop(family, packed):
        kind = "ipv6" if family == socket.AF_INET6 else "ipv4"
        expr = sym.expr_of(packed)
        if isinstance(expr, tuple) and expr[0] == "pack":
            expr = expr[1]
        if isinstance(packed, list):
            packed = b"".join(real_pack("<Q", sym.plain(n)) for n in packed)
        try:
            text = real_ntop(family, bytes(packed))
        except (ValueError, TypeError, OSError):
            text = "2001:db8::1" if kind == "ipv6" else "10.0.0.1"
        return wrap(text, (kind, expr)) if expr is not None else text

    def inet_ntoa(packed):
        return inet_ntop(socket.AF_INET, packed)

    def pack(form, *values):
        plain = [getattr(v, "value", v) for v in values]
        try:
            made = real_pack(form, *plain)
        except struct.error:
            made = bytes(struct.calcsize(form))
        exprs = [sym.expr_of(v) for v in plain]
        known = [e for e in exprs if e is not None]
        return wrap(made, ("pack", known[0])) if known else made

    def cast(pointer, kind):
        if isinstance(pointer, Pointer):
            return pointer
        return real_cast(pointer, kind)

    def ntohs(value):
        made = real_ntohs(int.__and__(int(value), 0xffff))
        return wrap(made, ("ntohs", sym.expr_of(value))) if sym.expr_of(value) else made

    real_cast, real_ntohs = ctypes.cast, socket.ntohs
    ctypes.cast = cast
    socket.ntohs = ntohs
    socket.inet_ntop, socket.inet_ntoa = inet_ntop, inet_ntoa
    struct.pack = pack
    time.strftime = strftime
    time.time = lambda: wrap(real_time(), ("now",))
    signal.pause = rec.wait
    signal.signal = lambda *args: None
    signal.setitimer = lambda *args: None
    signal.alarm = lambda *args: 0
    import datetime

    real_datetime = datetime.datetime

    class Now(real_datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2024, 1, 2, 3, 4, 5)

        def strftime(self, form):
            return timed(real_datetime.strftime(self, form), form)

    datetime.datetime = Now
    patch_threads(rec)
    import select
    select.select = lambda *args: rec.wait()
    programs.patch(rec)

    def looked_up(kind, found):
        """Who has that number: somebody, who leads back to it."""
        def look(number):
            expr = sym.expr_of(number)
            if expr is None:
                return found(number)
            rec.note("looked-up", kind=kind, line=rec.script_line())
            name = wrap("root", expr)
            return type("Found", (tuple,), {"pw_name": name, "gr_name": name})((name,) * 7)
        return look

    import grp
    import pwd
    pwd.getpwuid = looked_up("user", pwd.getpwuid)
    grp.getgrgid = looked_up("group", grp.getgrgid)
    real_readlink = os.readlink

    def readlink(path, *args, **kwargs):
        made = of_values(path)
        return wrap("/made/up", made) if made else real_readlink(path, *args, **kwargs)

    os.readlink = readlink
    real_chr = chr

    def script_chr(number):
        expr = sym.expr_of(number)
        return wrap(real_chr(number), ("chr", expr)) if expr is not None else real_chr(number)

    builtins.chr = script_chr
    for name in ("geteuid", "getuid", "getgid", "getegid"):
        setattr(os, name, lambda: 0)
    leave, process = os._exit, os.getpid()

    def script_exit(code):
        if os.getpid() == process:
            rec.end_partial()
            rec.note("end", how="exit", text=to_text(str(code)), line=rec.script_line(), phase=rec.phase)
        leave(0)

    os._exit = script_exit

    def writing(real):
        def run(path=".", *args, **kwargs):
            rec.note("writes", name=to_text(str(path))[:200], line=rec.script_line())
            try:
                return real(path, *args, **kwargs)
            except OSError:
                if not world.its_own(path):
                    raise
        return run

    for name in ("mkdir", "makedirs", "remove", "unlink", "rmdir", "rename", "chmod"):
        setattr(os, name, writing(getattr(os, name)))
    os.kill = lambda pid, sig: rec.note("kills", line=rec.script_line())
    screen = type("Screen", (), {"__getattr__": lambda self, n: lambda *a, **k: wrap(0, None),
                                 "getmaxyx": lambda self: (24, 80), "getch": lambda self: -1,
                                 "addstr": lambda self, *a: (rec.write(a[-1] if isinstance(
                                     a[-1], str) else a[-2]), rec.end_partial()),
                                 "refresh": lambda self: rec.wait(1)})()
    curses = type(sys)("curses")
    curses.__getattr__ = lambda name: (lambda *a, **k: 0)
    curses.initscr = lambda: screen
    curses.wrapper = lambda f, *a, **k: f(screen, *a, **k)
    curses.error = type("error", (Exception,), {})
    sys.modules["curses"] = curses
    builtins.print = script_print
    builtins.input = lambda *args: (_ for _ in ()).throw(EOFError("EOF when reading a line"))
    builtins.unicode = str
    builtins.raw_input = builtins.input
    builtins.xrange, builtins.long, builtins.basestring = range, Int, str
    builtins.reload = lambda module: module
    sys.maxint, sys.setdefaultencoding = sys.maxsize, lambda name: None
    # `from string import maketrans` and their like are left to fail.


def patch_threads(rec):
    """The script waits where its main thread does. Other threads that sleep do so until it waits for
    their end; then it is they who wait for events."""
    import threading
    real_wait, real_join = threading.Event.wait, threading.Thread.join
    joined = threading.Event()

    def wait(seconds=None):
        if threading.current_thread() is not threading.main_thread():
            real_wait(joined)
        return rec.wait(seconds)

    def event_wait(self, timeout=None):
        if sys._getframe(1).f_globals.get("__name__") == "threading":
            return real_wait(self, timeout)
        return wait(timeout)

    def join(self, timeout=None):
        if threading.current_thread() is threading.main_thread():
            joined.set()
        real_join(self, timeout)

    time.sleep = wait
    threading.Event.wait = event_wait
    threading.Thread.join = join
    threading.excepthook = lambda args: None    # a thread's Ctrl-C


def note_options(rec, parser):
    """What argparse knows, once."""
    if getattr(rec, "told_options", False):
        return
    rec.told_options = True
    out = []
    exclusive = {}
    for i, group in enumerate(parser._mutually_exclusive_groups):
        for a in group._group_actions:
            exclusive[id(a)] = i
    for a in parser._actions:
        kind = type(a).__name__
        if kind in ("_HelpAction", "_VersionAction"):
            continue
        type_name = getattr(a.type, "__name__", None)
        if a.type in (Int, int):
            type_name = "int"
        elif a.type in (Float, float):
            type_name = "float"
        out.append({
            "strings": list(a.option_strings), "dest": a.dest, "action": kind,
            "type": type_name if a.type is not None else None,
            "choices": [to_text(str(c)) for c in a.choices][:64] if a.choices else None,
            "nargs": a.nargs if a.nargs is None else str(a.nargs),
            "default": a.default if isinstance(a.default, (int, float, str, bool)) else None,
            "metavar": a.metavar if isinstance(a.metavar, str) else None,
            "help": (a.help or "") if a.help != argparse.SUPPRESS else None,
            "required": bool(a.required), "group": exclusive.get(id(a)),
        })
        if isinstance(out[-1]["default"], (int, float, str)) and out[-1]["default"] is not None:
            out[-1]["default"] = sym.plain(out[-1]["default"])
    rec.note("options", options=out, description=parser.description or "", line=rec.script_line(),
             prog=parser.prog)


def patch_argparse(rec):
    real = argparse.ArgumentParser.parse_known_args

    def parse_known_args(self, args=None, namespace=None):
        note_options(rec, self)
        parsed = real(self, args, namespace)
        given = {k: v if isinstance(v, list) else [v] for k, v in vars(parsed[0]).items()
                 if v is not None and v != self.get_default(k)}
        rec.note("parsed", values={k: [sym.plain(x) for x in v if isinstance(x, (int, str)) and
                                       not isinstance(x, bool)] for k, v in given.items()})
        return parsed

    def error(self, message):
        rec.note("argument-error", text=to_text(message))
        sys.exit(2)

    argparse.ArgumentParser.parse_known_args = parse_known_args
    argparse.ArgumentParser.error = error


def run(source, path, config, emit):
    """Runs the script's text in this process, which is to end afterwards."""
    rec = Recorder(config, path, emit)
    sys.argv = [path] + list(config.get("argv", []))
    sys.stdin = io.StringIO("")
    try:
        tree = ast.parse(source, path)
        rec.tried = texts.lines_in_try(tree)
        inside = invented.package(tree)
        tree = texts.instrument(tree)
        code = compile(tree, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        rec.note("end", how="syntax", text=describe(e), line=getattr(e, "lineno", 0) or 0)
        return
    sys.modules.update(standin.modules(rec))
    rec.invented = invented.Finder(rec, source, bool(rec.answers.get(world.ANSWER)))
    sys.meta_path += [beside.Modules(rec), rec.invented]
    patch_argparse(rec)
    library.patch(rec)
    patch(rec)
    if rec.answers.get(world.ANSWER):
        world.be_generous(rec, source)
    real_open = builtins.open

    def script_open(name, mode="r", *args, **kwargs):
        if isinstance(name, (str, bytes)) and set(mode) & set("wax+"):
            rec.note("writes", name=to_text(name)[:200], line=rec.script_line())
        elif isinstance(name, (str, bytes)) and to_text(name) == kallsyms.PATH:
            return kallsyms.Symbols(rec, source).open(mode)
        elif isinstance(name, (str, bytes)) and rec.beside(name) is not None:
            text = rec.beside(name)
            return io.BytesIO(text.encode()) if "b" in mode else io.StringIO(text)
        elif isinstance(name, (str, bytes)) and "b" not in mode:
            if to_text(name) == "/proc/loadavg":
                return Host("loadavg", "0.23 0.10 0.04 1/126 4321\n")
            if of_values(name):
                return Host("file", "made up\n")
        try:
            return real_open(name, mode, *args, **kwargs)
        except OSError:
            if set(mode) & set("wax") and world.its_own(name):
                return io.BytesIO() if "b" in mode else io.StringIO()
            made = world.opened(name, mode) if rec.answers.get(world.ANSWER) else None
            if made is None:
                raise
            rec.note("pretended", name=to_text(name)[:200], line=rec.script_line())
            return made

    builtins.open = io.open = script_open      # pathlib takes the latter
    rec.open = real_open

    def replaced(obj, old, new, line):
        result = obj.replace(old, new)
        if isinstance(obj, (str, bytes)) and isinstance(new, type(old)) and old in obj and \
           len(obj) > 40:
            rec.note("replace", old=to_text(old)[:200], new=to_text(new)[:4000], line=line)
        return result

    scope = {"__file__": path, "__package__": inside, "__builtins__": builtins,
             "int": Int, "float": Float, "port_call_percent": texts.percent,
             "port_call_left": texts.left,
             "port_call_format": texts.method,
             "port_call_fstring": texts.fstring, "port_call_subscript": texts.subscript,
             "port_call_get": texts.getter, "port_call_in": texts.inside,
             "port_call_slot": texts.slot, "port_call_join": texts.join, "port_call_str": texts.as_str, "port_call_replace": replaced}
    main = type(sys)("__main__")
    main.__dict__.update(scope)
    rec.scope = scope
    sys.modules["__main__"] = main
    sys.stdout, sys.stderr = Stdout(rec, "stdout"), Stdout(rec, "stderr")
    sys.__stdout__ = sys.stdout
    how, text, line = "end", "", 0
    try:
        exec(code, main.__dict__)
    except EndOfRun:
        how = "looped"
    except SystemExit as e:
        how, text = "exit", to_text(str(e.code))[:300]
        line = traceback_line(e, path)
    except KeyboardInterrupt:
        how = "interrupt"
    except ModuleNotFoundError as e:
        how, text, line = "module", to_text(e.name or str(e)), traceback_line(e, path)
    except BaseException as e:
        how, text, line = "error", describe(e), traceback_line(e, path)
    rec.end_partial()
    rec.note("end", how=how, text=text, line=line, phase=rec.phase)
