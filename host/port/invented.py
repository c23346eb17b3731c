# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for Python modules that are not installed. Whatever a script takes from one is there, takes
any call and does nothing: what the script asks of BCC is still learned. What is made of one value of
an event (`module.name_of(event.pid)`) stands for that value."""
import ast
import importlib
import importlib.abc
import importlib.util
import sys
import types

from . import sym
from .sym import wrap

PYTHON2 = {"Queue": "queue", "ConfigParser": "configparser", "commands": "subprocess",
           "StringIO": "io", "cStringIO": "io", "cPickle": "pickle", "thread": "_thread",
           "__builtin__": "builtins"}
CALLS = 400     # of what is made up, until it is taken for what the script waits in
TRUE = 1000     # questions whether it is true that are answered with yes: a loop may ask
EXCEPTIONS = ("Error", "Exception", "Exists", "Timeout", "NotFound", "Interrupt")
# Of this package the script is one when it imports relatively.
PACKAGE = "port_package"
LEVELS = 4
OWN = (PACKAGE + ".") * LEVELS      # what stands beside it is called so


def inside_of(args, kwargs):
    """The one value of an event that is among the arguments; None: none, or several."""
    found = {e: a for a in list(args) + list(kwargs.values())
             for e in [sym.expr_of(a)] if isinstance(e, tuple) and e[0] != "host"}
    return next(iter(found)) if len(found) == 1 else None


def wanted_in_unpacking():
    """How many values the caller's `a, b = …` wants of what it iterates over; 0: it is no such."""
    import dis
    frame = sys._getframe(2)
    code, at = frame.f_code.co_code, frame.f_lasti
    return code[at + 1] if dis.opname[code[at]] == "UNPACK_SEQUENCE" else 0


class Inherited:
    """The base of a script's class that inherits from what is made up."""
    _port_maker = None

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._port_maker.thing("self." + name)


class Thing:
    """Whatever a script takes from a module that is made up."""

    def __init__(self, maker, name, expr=None):
        self.__dict__.update(_port=(maker, name), expr=expr or ("host", "module"))

    def _port_made(self, name, expr=None):
        maker, mine = self._port
        own = self.expr if self.expr[0] != "host" else None
        return maker.thing(mine + name, expr or own)

    def __getattr__(self, name):
        if name.startswith("__") or name == "pieces":
            raise AttributeError(name)
        made = self._port[0].error(name) or self._port_made("." + name)
        self.__dict__[name] = made
        return made

    def __call__(self, *args, **kwargs):
        self._port[0].called()
        if len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type)):
            return self._port[0].decorated(self, args[0])
        made = self._port_made("()", inside_of(args, kwargs))
        made.__dict__["_port_default"] = args, kwargs
        return made

    def __mro_entries__(self, bases):
        return (type("Inherited", (Inherited,), {"_port_maker": self._port[0]}),)

    def __iter__(self):
        return iter([self._port_made("[%d]" % i) for i in range(wanted_in_unpacking())])

    def __next__(self):
        raise StopIteration

    def __getitem__(self, key):
        return self._port_made("[]")

    def __setitem__(self, key, value):
        pass

    __delitem__ = __setattr__ = __delattr__ = lambda self, *args: None

    def __len__(self):
        return 0

    def __contains__(self, what):
        return False

    def __bool__(self):
        return self._port[0].truth()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False

    def __int__(self):
        return wrap(1, self.expr)

    def __index__(self):
        return 1

    def __float__(self):
        return 1.0

    def __round__(self, *args):
        return wrap(1, self.expr)

    def __str__(self):
        return wrap("made up", self.expr)

    __repr__ = __fspath__ = __str__

    def __bytes__(self):
        return b"made up"

    def __format__(self, spec):
        for kind in ("made up", 1, 1.0):
            try:
                return format(kind, spec)
            except ValueError:
                continue
        return "made up"

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False

    def __neg__(self):
        return self

    __pos__ = __abs__ = __invert__ = __neg__


def operator(self, other):
    return self._port_made("", inside_of((other,), {}))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor",
              "lshift", "rshift", "matmul"):
    for _prefix in ("__", "__r"):
        setattr(Thing, "%s%s__" % (_prefix, _name), operator)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last that is asked for a module. One that is wanted inside a `try` is not there, unless the
    script does not go on without it (world.py)."""

    def __init__(self, rec, source, generous):
        self.rec, self.source, self.generous = rec, source, generous
        self.calls = 0
        self.truths = 0
        self.told = set()

    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        if first in PYTHON2:
            return importlib.util.spec_from_loader(name, self)
        if first == "bcc" or not self.by_the_script():
            return None
        if self.rec.script_line() in self.rec.tried and not self.generous:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def by_the_script(self):
        """Is it the script that imports, or a module beside it? Python's own modules know what to do
        without others."""
        files = set(self.rec.config.get("files", {})) | {self.rec.path}
        frame = sys._getframe(1)
        while frame:
            file = frame.f_code.co_filename
            if "importlib" not in file and file != __file__:
                return file in files
            frame = frame.f_back
        return False

    def create_module(self, spec):
        if spec.name in PYTHON2:
            return importlib.import_module(PYTHON2[spec.name])
        return None

    def exec_module(self, module):
        name = module.__name__
        if name in PYTHON2:
            return
        shown = name.replace(PACKAGE + ".", "")
        first = shown.partition(".")[0]
        if first != PACKAGE and first not in self.told:
            self.told.add(first)
            self.rec.note("invented", name=first, line=self.rec.script_line())

        def named(attribute):
            if attribute == "__all__":
                return self.star(module)
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            made = self.error(attribute) or self.thing("%s.%s" % (shown, attribute))
            setattr(module, attribute, made)
            return made
        module.__getattr__ = named

    def thing(self, name, expr=None):
        return Thing(self, name[:200], expr)

    @staticmethod
    def error(name):
        return type(name, (Exception,), {}) if name.endswith(EXCEPTIONS) else None

    def called(self):
        """A script that never asks bcc to wait may wait in what is made up (`gevent.sleep`)."""
        self.calls += 1
        if self.calls >= CALLS:
            self.calls -= CALLS // 10
            self.rec.wait()

    def truth(self):
        self.truths += 1
        if self.truths >= TRUE and self.truths % 2:
            self.called()
        return self.truths < TRUE

    def decorated(self, thing, made):
        """What is called by the script stays callable by it: what a decorator would have given it
        (`@click.option("--pid", default=0)`) is its default, or nothing."""
        if isinstance(made, type):
            return made
        args, kwargs = thing.__dict__.get("_port_default", ((), {}))
        names = {a.lstrip("-").replace("-", "_"): kwargs.get("default") for a in args
                 if isinstance(a, str)}
        given = dict(made.__dict__.get("_port_given", {}), **names)

        def called(*args, **more):
            code = plain.__code__
            free = code.co_varnames[len(args):code.co_argcount + code.co_kwonlyargcount]
            missing = set(free[:max(0, code.co_argcount - len(args) - len(plain.__defaults__ or ()))])
            more = {**{n: given.get(n) for n in free if n in missing or n in given}, **more}
            return plain(*args, **more)
        plain = made.__dict__.get("_port_plain", made)
        called.__name__ = made.__name__
        called.__dict__.update(_port_given=given, _port_plain=plain)
        return called

    def star(self, module):
        """`from module import *`: the names that the script uses and that nothing else explains."""
        try:
            nodes = list(ast.walk(ast.parse(self.source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        used, known = set(), set(dir(sys.modules["builtins"])) | {"unicode", "raw_input", "xrange"}
        for n in nodes:
            if isinstance(n, ast.Name):
                (used if isinstance(n.ctx, ast.Load) else known).add(n.id)
            elif isinstance(n, ast.arg):
                known.add(n.arg)
            elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                known.add(n.name)
            elif isinstance(n, ast.alias):
                known.add((n.asname or n.name).partition(".")[0])
            elif isinstance(n, ast.ExceptHandler) and n.name:
                known.add(n.name)
            if isinstance(n, ast.ImportFrom) and any(a.name == "*" for a in n.names) and n.module \
               and n.module not in (module.__name__, self.rec.path):
                other = sys.modules.get(n.module)
                if other is None and n.module.partition(".")[0] in sys.stdlib_module_names:
                    other = importlib.import_module(n.module)
                known |= set(vars(other)) if other is not None else set()
        return sorted(n for n in used - known if not n.startswith("__"))


def package(tree):
    """The name of the package that a script is part of, if it imports relatively; what it takes from
    above its own folder is made up."""
    if not any(n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)):
        return None
    for depth in range(1, LEVELS + 1):
        name = ".".join([PACKAGE] * depth)
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    return name
