# SPDX-License-Identifier: Apache-2.0
"""User programs in the stand-in: their files, functions and USDT probes. Nothing is looked up: what
a script is told is made up, and what it does with that leads back to what it asked for."""
from .sym import plain, to_text


class State:
    """Of one run."""

    def __init__(self):
        self.files = {}      # a made-up path -> the name that was asked for
        self.functions = {}  # a made-up name or address -> the pattern that was asked for
        self.processes = {}  # a made-up process -> the program that pidof was asked for


def state(rec):
    if not hasattr(rec, "user"):
        rec.user = State()
    return rec.user


def pattern(text):
    """Of re.match, as POSIX has it."""
    text = to_text(text)
    for old, new in (("\\d", "[0-9]"), ("\\w", "[A-Za-z0-9_]"), ("(?:", "(")):
        text = text.replace(old, new)
    return text if text.startswith("^") else "^" + text


def found(rec, name, form):
    """find_library, find_exe: there always is one, of the name that the host finds it by."""
    name = to_text(name)
    path = name if "/" in name else form % name
    if path != name:
        state(rec).files[path] = name
    rec.note("library", name=name, line=rec.script_line())
    return path.encode()


def functions(rec, name, sym_re):
    """One function, made up, that stands for all that match."""
    asked = to_text(sym_re)
    made = "".join(c if c.isalnum() or c == "_" else "" for c in asked.replace("\\w", "")
                   .replace("\\d", "").replace(".*", "").replace("*", "")) or "function"
    addr = 0x401000 + 0x1000 * len(state(rec).functions)
    state(rec).functions[made] = state(rec).functions[addr] = pattern(asked)
    rec.note("user_functions", pattern=asked, line=rec.script_line())
    return [(made.encode(), addr)]


def file_of(rec, name):
    name = to_text(name)
    return state(rec).files.get(name, name)


def place(rec, name, sym, sym_re, addr, offset=0):
    """What attach_uprobe was asked for: the file and the symbol, as a program writes them."""
    known = state(rec).functions
    if addr is not None:
        symbol = known.get(plain(addr), "0x%x" % plain(addr))
    elif sym_re:
        symbol = pattern(sym_re)
    else:
        symbol = known.get(to_text(sym), to_text(sym))
    if offset and not symbol.startswith("^"):
        symbol += "+0x%x" % plain(offset)
    return file_of(rec, name), symbol


def pidof(rec, words):
    """The answer to `pidof NAME`, `pgrep NAME`: a process, made up; or None if it is no such call."""
    words = words.split() if isinstance(words, (str, bytes)) else list(words or ())
    words = [to_text(w) for w in words]
    if len(words) < 2 or words[0].rsplit("/", 1)[-1] not in ("pidof", "pgrep"):
        return None
    number = 3141 + len(state(rec).processes)
    state(rec).processes[number] = words[-1].rsplit("/", 1)[-1].strip("^$")
    return b"%d\n" % number


class Any(bytes):
    """The name of a probe that a script looks for among all: it is that one."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0


class Probe:
    name = provider = Any(b"probe")
    bin_path, short_name = b"program", Any(b"probe")
    num_arguments, num_locations, semaphore = 6, 1, 0


def usdt_class(rec):
    class USDT:
        def __init__(self, pid=None, path=None):
            self.pid = None if pid is None or plain(pid) == -1 else plain(pid)
            self.path = None if path is None else file_of(rec, path)
            rec.note("usdt", line=rec.script_line())

        def enable_probe(self, probe, fn_name):
            file = self.path or state(rec).processes.get(self.pid)
            rec.attached += 1
            rec.note("attach", kind="usdt", run=to_text(fn_name), program=None,
                     target="%s:%s" % (file or "", to_text(probe)), symbol=to_text(probe),
                     file=file, pid=self.pid, line=rec.script_line())

        enable_probe_or_bail = enable_probe

        def get_text(self):
            return ""

        def get_probe_arg_ctype(self, *args):
            return "u64"

        def enumerate_probes(self):
            return [Probe()]

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            rec.unknown("USDT." + name)
            return lambda *a, **k: None

    return USDT
