# SPDX-License-Identifier: Apache-2.0
"""A bcc module that loads nothing: it takes note of what a script asks of it.

One `Recorder` is one run of the script. What it notes goes out line by line as it happens, so that
a run that is ended from outside has told what it did until then."""
import builtins
import ctypes
import os
import sys
import time
import types

from . import ctext, sym, texts
from .sym import wrap

INTERVALS = 5   # of a script's loop, until it gets a Ctrl-C
EVENTS = 48     # for each buffer, the ones for its branches included
EXCEPTION_KINDS = (SystemExit, KeyboardInterrupt)


class EndOfRun(BaseException):
    """There is no more to be learned from this run."""


def to_text(value):
    if isinstance(value, bytes):
        return bytes(bytearray(value)).decode("utf-8", "replace")
    return "".join(list(value)) if isinstance(value, str) else str(value)


class Recorder:
    def __init__(self, config, path, emit):
        self.config = config
        self.path = path
        self.emit = emit
        self.answers = dict((tuple(k), v) for k, v in config.get("answers", []))
        self.asked = {}
        self.programs = []
        self.callbacks = []
        self.attached = 0
        self.phase = "before"
        self.line = {}
        self.waits = 0
        self.interrupted = 0
        self.done_events = False
        self.tried = set()      # lines inside a try

    def note(self, what, **more):
        more["what"] = what
        self.emit(more)

    def script_line(self):
        frame = sys._getframe(1)
        while frame:
            if frame.f_code.co_filename == self.path:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def unknown(self, what):
        self.note("unknown", name=what, line=self.script_line())

    def ask(self, *key):
        key = tuple(to_text(k) for k in key)
        answer = self.answers.get(key, key[0] not in ("kfunc", "kaddr"))
        if key not in self.asked:
            self.asked[key] = answer
            self.note("asked", key=key, answer=answer, line=self.script_line())
        return answer

    # --- what is printed ---

    def write(self, value, to="stdout"):
        self.printed = True
        line = self.line.setdefault(to, [])
        for piece in sym.pieces_of(value):
            if isinstance(piece, str):
                parts = piece.split("\n")
                for i, part in enumerate(parts):
                    if part:
                        line.append(part)
                    if i + 1 < len(parts):
                        self.end_line(to)
                        line = self.line.setdefault(to, [])
            else:
                spec, v = piece
                shown = to_text(v) if isinstance(v, (str, bytes)) else repr(sym.plain(v)) \
                    if isinstance(v, (int, float)) else str(v)
                line.append({"spec": spec, "expr": sym.expr_of(v), "value": shown[:200]})

    def end_line(self, to):
        line = self.line.pop(to, [])
        if to == "stdout":
            self.note("line", phase=self.phase, pieces=line, line=self.script_line(),
                      event=getattr(self, "event_at", None), at=self.branches_now())

    def branches_now(self):
        """The comparisons with numbers that this event has met."""
        if not self.phase.startswith("callback"):
            return None
        return [(b[0], b[1], to_text(b[2]) if isinstance(b[2], (str, bytes)) else b[2], b[3])
                for b in sym.branches.seen
                if isinstance(b[2], (int, str, bytes)) and b[2] != "?"][:64]

    # --- the script's waiting ---

    def wait(self, seconds=None):
        """A sleep, or a poll: the events come, then a few intervals pass, then Ctrl-C."""
        self.waits += 1
        if self.waits == 1 or seconds is not None and not getattr(self, "slept", None):
            self.slept = seconds
            self.note("waiting", line=self.script_line(),
                      seconds=sym.plain(seconds) if isinstance(seconds, (int, float)) else None)
        self.phase = "loop"
        if not self.done_events:
            self.done_events = True
            self.run_callbacks()
        if self.waits < INTERVALS and self.phase == "loop":
            if self.waits == 1 or not self.callbacks:
                return
        self.interrupted += 1
        if self.interrupted > 3:
            raise EndOfRun()
        raise KeyboardInterrupt()

    def run_callbacks(self):
        for table, callback, lost in self.callbacks:
            fields = table.event_fields()
            queue = [{}, {"*": 1}, {"*": 2}]
            tried, n = set(), 0
            while queue and n < EVENTS:
                change = queue.pop(0)
                n += 1
                sym.branches.seen = []
                self.phase = "callback:" + table.name
                self.event_at = change
                self.printed = False
                try:
                    table.at = change
                    callback(0, table.pointer(), 64)
                except EndOfRun:
                    raise
                except Exception as e:
                    self.note("callback-failed", table=table.name, error=describe(e),
                              line=traceback_line(e, self.path))
                    if n == 1:
                        return
                self.note("event", table=table.name, event=change, printed=self.printed,
                          at=self.branches_now())
                self.event_at = None
                self.end_partial()
                for change in branch_values(sym.branches.seen, table.name):
                    key = repr(sorted(change.items()))
                    if key not in tried:
                        tried.add(key)
                        queue.append(change)
            self.phase = "loop"
            self.note("callback", table=table.name, fields=fields)

    def end_partial(self):
        if self.line.get("stdout"):
            self.end_line("stdout")


def describe(e):
    return ("%s: %s" % (type(e).__name__, e))[:500]


def traceback_line(e, path):
    tb, line = e.__traceback__, 0
    while tb:
        if tb.tb_frame.f_code.co_filename == path:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line


def base_field(expr):
    """The one field that an expression is of, or None."""
    if not isinstance(expr, tuple):
        return None
    if expr[0] == "field":
        return expr
    found = set(f for f in (base_field(e) for e in expr[1:]) if f)
    return found.pop() if len(found) == 1 else None


def branch_values(seen, table):
    """For each comparison of a field with a number, events that go the other way."""
    out = []
    for expr, op, other, _result in seen:
        if not isinstance(expr, tuple) or expr[0] != "field" or expr[1] != table:
            continue
        name = expr[2]
        if isinstance(other, bool) or other == "?":
            continue
        if isinstance(other, int):
            for v in (other, other + 1, other - 1):
                out.append({name: int.__add__(other, v - other)})
        elif isinstance(other, (str, bytes)) and op == "==":
            out.append({name: to_text(other)})
    return out


class Fields:
    """An event, a key or a value: fields come into being as they are asked for."""

    def __init__(self, table, prefix, fields, change):
        self.__dict__["_port"] = (table, prefix, fields, change)

    def __getattr__(self, name):
        if name.startswith("__"):
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


def sample(table, name, fields, change):
    """A value of a field: no two of an event are alike."""
    short = name.rpartition(".")[2]
    kind, length, index = None, None, sum(map(ord, name)) % 97 + 40
    for i, (n, t, a) in enumerate(fields or []):
        if n == short:
            kind, length, index = t, a, i + 1
    expr = ("field", table.name, name)
    step = change.get("*", 0)
    given = change.get(name, change.get(short))
    words = (kind or "").split()
    if kind is None:
        is_text = any(short == t or short.endswith(t) for t in TEXTUAL)
    else:
        is_text = "char" in words and length is not None and "*" not in words
    if is_text:
        value = given if isinstance(given, (str, bytes)) else "f%d%s%s" % (
            index, "xyz"[min(step, 2)], "" if length is not None and length < 8 else short[:6])
        if isinstance(value, str):
            value = value.encode()
        return wrap(value, expr)
    if kind is not None and (length or "__int128" in words or "in6_addr" in words):
        if "char" not in words and length and length <= 64 and "__int128" not in words and \
           not ("u8" in words or "uint8_t" in words or "__u8" in words):
            one = [wrap(700 + index * 16 + i + step, ("field", table.name, "%s[%d]" % (name, i)))
                   for i in range(length)]
            return Array(one, expr)
        n = length or 16
        value = bytes((0x20, 0x01, 0x0d, 0xb8) + (0,) * max(0, n - 5) + (index & 255,))[:n]
        return wrap(value if given is None or isinstance(given, int) else given, expr)
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
        return wrap(5000000000 + index * 1000003 + step * 70000003, expr)
    return wrap(1000 + index * 37 + step * 501, expr)


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


class Table:
    def __init__(self, rec, program, name):
        self.rec = rec
        self.program = program
        self.name = name
        self.at = {}
        self.read = set()
        self.pass_no = 0
        self.ttype = 1
        self.Key = self.Leaf = self.of_type
        self.max_entries = 10240

    def types(self):
        return self.program.tables.get(self.name, {"kind": None, "key": None, "leaf": None})

    @staticmethod
    def of_type(*args):
        class Value:
            value = args[0] if args else 0
        v = Value()
        return v

    def note(self, method, **more):
        self.rec.note("table", table=self.name, method=method, line=self.rec.script_line(),
                      phase=self.rec.phase, **more)

    # events
    def event_fields(self):
        kind = ctext.event_type(self.program.text, self.name)
        return self.program.structs.get(kind) if kind else None

    def pointer(self):
        return Pointer(self)

    def event(self, data):
        return Fields(self, "", self.event_fields(), self.at)

    def open_perf_buffer(self, callback, page_cnt=8, lost_cb=None, wakeup_events=1):
        self.note("open_perf_buffer", pages=page_cnt if isinstance(page_cnt, int) else 8)
        self.rec.callbacks.append((self, callback, lost_cb))

    def open_ring_buffer(self, callback, ctx=None):
        self.note("open_ring_buffer")
        self.rec.callbacks.append((self, callback, None))

    # entries
    def fields_of(self, kind):
        return self.program.structs.get(kind) if kind else None

    def part(self, which, change):
        kind = self.types()[which]
        fields = self.fields_of(kind)
        prefix = "key." if which == "key" else "value."
        if fields is None and kind is not None:
            return Scalar(self, prefix, [(prefix[:-1], kind, None)], change)
        return Fields(self, prefix, fields, change)

    def entries(self):
        self.pass_no += 1
        changes = [{}, {"*": 1}] + branch_values(sym.branches.seen, self.name)[:EVENTS]
        seen, out = set(), []
        for change in changes:
            key = repr(sorted(change.items()))
            if key not in seen:
                seen.add(key)
                out.append((self.part("key", change), self.part("leaf", change)))
        return out

    def items(self):
        self.note("items")
        return self.entries()

    def iteritems(self):
        return iter(self.items())

    def items_lookup_batch(self):
        return self.items()

    def items_lookup_and_delete_batch(self):
        self.note("clear")
        return self.items()

    def keys(self):
        self.note("keys")
        return [k for k, _ in self.entries()]

    def values(self):
        self.note("values")
        return [v for _, v in self.entries()]

    itervalues = values

    def iterkeys(self):
        return iter(self.keys())

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return 2

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        self.note("lookup")
        t = self.types()
        if t["kind"] and "PERCPU" in t["kind"]:
            part = self.part("leaf", {})
            return [part.value if isinstance(part, Scalar) else part]
        return self.part("leaf", {})

    def get(self, key, default=None):
        return self[key]

    def __setitem__(self, key, value):
        self.note("set")

    def __delitem__(self, key):
        self.note("delete")

    def pop(self, *args):
        return self[args[0]]

    def clear(self):
        self.note("clear")

    zero = clear

    def items_delete_batch(self, *args):
        self.note("clear")

    def sum(self, key):
        return self.part("leaf", {})

    def average(self, key):
        return self.part("leaf", {})

    max = sum

    def getvalue(self, key):
        return [self.part("leaf", {})]

    def walk(self, stack_id, resolve=None):
        self.note("walk")
        for i in range(2):
            addr = wrap(0xffffffff81000000 + i * 64, ("stack", sym.expr_of(stack_id)))
            yield resolve(addr) if resolve else addr

    def get_stack(self, stack_id):
        self.note("walk")

        class Stack:
            nr = 0
            ip = []
        return Stack()

    def histogram(self, kind, val_type, header, section, bucket):
        shown = None
        if section is not None:
            try:
                kind_key = self.types()["key"]
                fields = self.fields_of(kind_key) or []
                others = [f for f in fields if f[0] not in ("slot",)]
                key = Fields(self, "key.", fields, {})
                if bucket is not None:
                    key = bucket(key)
                elif len(others) == 1:
                    key = sample(self, "key." + others[0][0], fields, {})
                shown = section(key)
            except EndOfRun:
                raise
            except Exception as e:
                self.rec.note("callback-failed", table=self.name, error=describe(e),
                              line=traceback_line(e, self.rec.path))
        self.note("histogram", linear=kind == "linear", label=to_text(val_type),
                  header=to_text(header), section=sym.expr_of(shown),
                  text=to_text(shown) if shown is not None else None)

    def print_log2_hist(self, val_type="value", section_header="Bucket ptr", section_print_fn=None,
                        bucket_fn=None, strip_leading_zero=None, bucket_sort_fn=None, **more):
        self.histogram("log2", val_type, section_header, section_print_fn, bucket_fn)

    def print_linear_hist(self, val_type="value", section_header="Bucket ptr",
                          section_print_fn=None, bucket_fn=None, strip_leading_zero=None,
                          bucket_sort_fn=None, **more):
        self.histogram("linear", val_type, section_header, section_print_fn, bucket_fn)

    def print_json_hist(self, val_type="value", section_header="Bucket ptr",
                        section_print_fn=None, bucket_fn=None, bucket_sort_fn=None, **more):
        self.note("json")

    def open_perf_event(self, *args, **kwargs):
        self.note("open_perf_event")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self.rec.unknown("table." + name)
        return lambda *a, **k: None


class Program:
    def __init__(self, text):
        self.text = text
        self.tables = ctext.tables(text)
        self.structs = ctext.structs(text)


def bpf_class(rec):
    """class BPF, of one recorder."""

    class Meta(type):
        def __getattr__(cls, name):
            if name.startswith("__"):
                raise AttributeError(name)
            rec.unknown("BPF." + name)
            return 0

    def name_of(value):
        return None if value is None else to_text(value)

    class Base(metaclass=Meta):
        SOCKET_FILTER, KPROBE, SCHED_CLS, SCHED_ACT, TRACEPOINT, XDP, PERF_EVENT = range(1, 8)
        CGROUP_SKB, CGROUP_SOCK, LWT_IN, LWT_OUT, LWT_XMIT, SOCK_OPS, SK_SKB = range(8, 15)
        CGROUP_DEVICE, SK_MSG, RAW_TRACEPOINT, CGROUP_SOCK_ADDR = range(15, 19)
        TRACING, LSM = 26, 29
        HASH, ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, PERCPU_HASH, PERCPU_ARRAY = range(1, 7)
        kprobe_poll_sleep = 0

        def __init__(self, src_file=b"", hdr_file=b"", text=None, debug=0, cflags=[],
                     usdt_contexts=[], allow_rlimit=True, device=None, attach_usdt_ignore_pid=False):
            self.number = len(rec.programs)
            rec.programs.append(self)
            if text is None and src_file:
                name = to_text(src_file)
                rec.note("src_file", name=name, line=rec.script_line())
                text = rec.config.get("files", {}).get(name)
                if text is None:
                    raise Exception("Could not open file %s" % name)
            self.text = to_text(text or "")
            rec.note("program", number=self.number, text=self.text[:1 << 21],
                     cflags=[to_text(c) for c in cflags or []], line=rec.script_line(),
                     usdt=len(usdt_contexts or []))
            self.program = Program(self.text)
            self.opened = {}
            self.module = 1
            self.funcs = {}

        def attach(self, kind, target, fn, **more):
            # Inside a try, a script lives with a function that is not there.
            name = name_of(target) or ""
            if kind in ("kprobe", "kretprobe") and not more.get("regex") and \
               rec.script_line() in rec.tried and name.replace("_", "").isalnum() and \
               not rec.ask("function", name):
                raise Exception("Failed to attach BPF program %s to %s %s" % (
                    name_of(fn), kind, name))
            rec.attached += 1
            rec.note("attach", kind=kind, target=name_of(target), run=name_of(fn),
                     program=self.number, line=rec.script_line(),
                     **{k: name_of(v) if isinstance(v, (str, bytes)) else sym.plain(v)
                        if isinstance(v, (int, float, bool, type(None))) else str(v)
                        for k, v in more.items()})

        def attach_kprobe(self, event=b"", event_off=0, fn_name=b"", event_re=b""):
            self.attach("kprobe", event or event_re, fn_name, regex=bool(event_re),
                        offset=event_off)

        def attach_kretprobe(self, event=b"", fn_name=b"", event_re=b"", maxactive=0):
            self.attach("kretprobe", event or event_re, fn_name, regex=bool(event_re))

        def attach_tracepoint(self, tp=b"", tp_re=b"", fn_name=b""):
            self.attach("tracepoint", tp or tp_re, fn_name, regex=bool(tp_re))

        def attach_raw_tracepoint(self, tp=b"", fn_name=b""):
            self.attach("raw_tracepoint", tp, fn_name)

        def attach_kfunc(self, fn_name=b""):
            self.attach("kfunc", to_text(fn_name).replace("kfunc__", ""), fn_name)

        def attach_kretfunc(self, fn_name=b""):
            self.attach("kretfunc", to_text(fn_name).replace("kretfunc__", ""), fn_name)

        def attach_lsm(self, fn_name=b""):
            self.attach("lsm", fn_name, fn_name)

        def attach_uprobe(self, name=b"", sym=b"", sym_re=b"", addr=None, fn_name=b"", pid=-1,
                          sym_off=0):
            self.attach("uprobe", sym or sym_re, fn_name, binary=name)

        def attach_uretprobe(self, name=b"", sym=b"", sym_re=b"", addr=None, fn_name=b"", pid=-1):
            self.attach("uretprobe", sym or sym_re, fn_name, binary=name)

        def attach_perf_event(self, ev_type=-1, ev_config=-1, fn_name=b"", sample_period=0,
                              sample_freq=0, pid=-1, cpu=-1, group_fd=-1):
            self.attach("perf_event", "%s:%s" % (ev_type, ev_config), fn_name,
                        period=sample_period, freq=sample_freq)

        def attach_perf_event_raw(self, attr=None, fn_name=b"", **more):
            self.attach("perf_event", "raw", fn_name)

        def attach_xdp(self, dev, fn=None, flags=0):
            self.attach("xdp", dev, "xdp")

        @staticmethod
        def attach_func(*args, **kwargs):
            rec.note("attach", kind="func", target="?", run="?", program=0,
                     line=rec.script_line())

        @staticmethod
        def attach_raw_socket(*args, **kwargs):
            rec.note("attach", kind="socket", target="?", run="?", program=0,
                     line=rec.script_line())

        def detach_kprobe(self, *args, **kwargs):
            pass

        detach_kretprobe = detach_tracepoint = detach_uprobe = detach_uretprobe = detach_kprobe
        detach_perf_event = detach_raw_tracepoint = detach_kfunc = detach_kretfunc = detach_kprobe
        remove_xdp = cleanup = close = free_bcc_memory = donothing = detach_kprobe
        detach_kprobe_event = detach_kprobe_event_by_fn = detach_kprobe

        def load_func(self, name, kind=2, device=None, attach_type=-1):
            rec.note("load_func", name=name_of(name), kind=kind, line=rec.script_line())

            class Function:
                fd = 3
            f = Function()
            f.name = name_of(name)
            return f

        def load_funcs(self, *args):
            return []

        def get_table(self, name, *args, **kwargs):
            name = name_of(name)
            if name not in self.opened:
                self.opened[name] = Table(rec, self.program, name)
                rec.note("opened", table=name, line=rec.script_line(), phase=rec.phase)
            return self.opened[name]

        def __getitem__(self, name):
            return self.get_table(name)

        def __contains__(self, name):
            return name_of(name) in self.program.tables

        def __iter__(self):
            return iter(list(self.program.tables))

        def __enter__(self):
            return self

        def __exit__(self, *args):
            return False

        def num_open_kprobes(self):
            rec.note("counted", line=rec.script_line())
            return max(rec.attached, 1)

        num_open_uprobes = num_open_tracepoints = num_open_kprobes

        # what waits
        def perf_buffer_poll(self, timeout=-1):
            rec.wait()

        def ring_buffer_poll(self, timeout=-1):
            rec.wait()

        def perf_buffer_consume(self):
            rec.wait()

        ring_buffer_consume = perf_buffer_consume

        def kprobe_poll(self, timeout=-1):
            rec.wait()

        def trace_open(self, nonblocking=False):
            rec.note("trace", how="open", line=rec.script_line())
            return self

        def fileno(self):
            return 0

        def trace_fields(self, nonblocking=False):
            rec.note("trace", how="fields", line=rec.script_line())
            return self.trace_line()

        def trace_line(self):
            """What comes next through the trace pipe: three lines, then Ctrl-C."""
            n = rec.traced = getattr(rec, "traced", -1) + 1
            rec.phase = "callback:trace"
            rec.done_events = True
            rec.end_partial()
            if n >= 4:
                rec.wait()
                rec.waits = INTERVALS
                rec.wait()
            value = lambda v, name: wrap(v, ("field", "trace", name))
            message = " ".join("w%d" % (i + 1 + n) for i in range(8)).encode()
            return (value(b"traced%d" % n, "comm"), value(4100 + n, "pid"), value(n, "cpu"),
                    b"d...1", value(77.25 + n, "ts"), value(message, "message"))

        def trace_readline(self, nonblocking=False):
            rec.note("trace", how="readline", line=rec.script_line())
            return self.trace_line()[5]

        def trace_print(self, fmt=None):
            rec.note("trace", how="print", line=rec.script_line(),
                     format=None if fmt is None else to_text(fmt))
            rec.phase = "callback:trace"
            raise KeyboardInterrupt()

        # what is asked
        @staticmethod
        def kernel_struct_has_field(struct, field):
            return 1 if rec.ask("field", struct, field) else 0

        @staticmethod
        def get_kprobe_functions(event_re):
            pattern = to_text(event_re)
            name = pattern.strip("^$")
            if all(c.isalnum() or c == "_" for c in name):
                return {name.encode()} if rec.ask("function", name) else set()
            rec.note("functions", pattern=pattern, line=rec.script_line())
            first = pattern.strip("^$").replace(".*", "_read").replace("*", "_read")
            first = "".join(c if c.isalnum() or c == "_" else "" for c in first) or "vfs_read"
            return {first.encode()}

        @staticmethod
        def ksymname(name):
            return 0xffffffff81000000 if rec.ask("symbol", name) else -1

        @staticmethod
        def tracepoint_exists(category, event):
            return rec.ask("tracepoint", category, event)

        @staticmethod
        def get_tracepoints(tp_re):
            rec.note("tracepoints", pattern=to_text(tp_re), line=rec.script_line())
            return []

        @staticmethod
        def support_kfunc():
            return rec.ask("kfunc")

        @staticmethod
        def support_lsm():
            return rec.ask("lsm")

        @staticmethod
        def support_raw_tracepoint():
            return rec.ask("raw_tracepoint")

        @staticmethod
        def support_raw_tracepoint_in_module():
            return rec.ask("raw_tracepoint_in_module")

        @staticmethod
        def get_syscall_prefix():
            rec.note("syscall_prefix", line=rec.script_line())
            return b"__x64_sys_"

        @staticmethod
        def get_syscall_fnname(name):
            return b"__x64_sys_" + to_text(name).encode()

        @staticmethod
        def fix_syscall_fnname(name):
            name = to_text(name)
            for prefix in ("__x64_sys_", "__arm64_sys_", "sys_"):
                if name.startswith(prefix):
                    return Base.get_syscall_fnname(name[len(prefix):])
            return name.encode()

        @staticmethod
        def get_probe_limit():
            return 1000

        @staticmethod
        def get_user_functions(*args):
            rec.note("user_functions", line=rec.script_line())
            return set()

        @staticmethod
        def get_user_functions_and_addresses(*args):
            rec.note("user_functions", line=rec.script_line())
            return []

        get_user_addresses = get_user_functions

        @staticmethod
        def find_library(name):
            rec.note("library", name=to_text(name), line=rec.script_line())
            return b"/lib/lib" + to_text(name).encode() + b".so"

        @staticmethod
        def find_exe(name):
            return b"/usr/bin/" + to_text(name).encode()

        @staticmethod
        def monotonic_time():
            return 5000000000

        @staticmethod
        def generate_auto_includes(words):
            return ""

        @staticmethod
        def add_module(name):
            pass

        @staticmethod
        def ksym(addr, show_module=False, show_offset=False):
            return wrap(b"function", ("ksym", sym.expr_of(addr)))

        @staticmethod
        def sym(addr, pid, show_module=False, show_offset=False, demangle=True):
            return wrap(b"function", ("usym", sym.expr_of(addr)))

        @staticmethod
        def symaddr(*args):
            return 0x1000

    # A script that wants to know whether it is root is told that it is.
    Base.__name__ = "BPF"

    def trace_method(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        rec.unknown("b." + name)
        return lambda *a, **k: None

    Base.__getattr__ = trace_method
    return Base


CONTAINERS = """
static inline int container_should_be_filtered() { return 0; }
"""


def modules(rec):
    """The package bcc: {name: module}."""
    def module(name, **names):
        m = types.ModuleType(name)
        m.__dict__.update(names)
        return m

    bpf = bpf_class(rec)

    class USDT:
        def __init__(self, pid=None, path=None):
            rec.note("usdt", line=rec.script_line())

        def enable_probe(self, probe, fn_name):
            rec.note("attach", kind="usdt", target=to_text(probe), run=to_text(fn_name),
                     program=0, line=rec.script_line())

        enable_probe_or_bail = enable_probe

        def get_text(self):
            return ""

        def get_probe_arg_ctype(self, *args):
            return "u64"

        def enumerate_probes(self):
            return []

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            rec.unknown("USDT." + name)
            return lambda *a, **k: None

    class ArgString:
        """Bytes that print as text."""
        def __init__(self, s):
            self.s = to_text(s)

        def __bytes__(self):
            return self.s.encode()

        def __str__(self):
            return self.s

        def encode(self, *args):
            return self.s.encode()

    class PerfType:
        HARDWARE, SOFTWARE, TRACEPOINT, HW_CACHE, RAW, BREAKPOINT = range(6)

    class PerfHWConfig:
        CPU_CYCLES, INSTRUCTIONS, CACHE_REFERENCES, CACHE_MISSES, BRANCH_INSTRUCTIONS, \
            BRANCH_MISSES, BUS_CYCLES, STALLED_CYCLES_FRONTEND, STALLED_CYCLES_BACKEND, \
            REF_CPU_CYCLES = range(10)

    class PerfSWConfig:
        CPU_CLOCK, TASK_CLOCK, PAGE_FAULTS, CONTEXT_SWITCHES, CPU_MIGRATIONS, PAGE_FAULTS_MIN, \
            PAGE_FAULTS_MAJ, ALIGNMENT_FAULTS, EMULATION_FAULTS, DUMMY, BPF_OUTPUT = range(11)

    class StrcmpRewrite:
        @staticmethod
        def rewrite_expr(expr, *args, **kwargs):
            rec.unknown("StrcmpRewrite")
            return "", expr

    def filter_by_containers(args):
        rec.note("containers", line=rec.script_line())
        return CONTAINERS

    def printb(s, file=None, nl=1):
        if isinstance(nl, str):
            end = nl
        else:
            end = "\n" if nl else ""
        if file is None or file is sys.stdout:
            rec.write(s)
            rec.write(end)

    def syscall_name(number):
        return wrap(b"syscall", ("syscall", sym.expr_of(number)))

    syscalls = {n: ("syscall%d" % n).encode() for n in range(450)}
    syscalls.update({0: b"read", 1: b"write", 2: b"open", 3: b"close", 35: b"nanosleep",
                     59: b"execve", 257: b"openat"})

    class Classes:
        """bcc.table's, for isinstance"""
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {})

    tcp = module("bcc.tcp", TCP_ESTABLISHED=1, tcpstate={
        1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2",
        6: "TIME_WAIT", 7: "CLOSE", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING",
        12: "NEW_SYN_RECV"},
        flags2str=lambda flags: wrap("flags", ("tcpflags", sym.expr_of(flags))))
    tcp.tcpstate_str = lambda n: tcp.tcpstate.get(n, "UNKNOWN")
    cpus = module("cpus")
    utils = module("bcc.utils", printb=printb, ArgString=ArgString, StrcmpRewrite=StrcmpRewrite,
                   get_online_cpus=lambda: [0, 1], get_possible_cpus=lambda: [0, 1],
                   detect_language=lambda candidates, pid: None,
                   FILESYSTEMENCODING="utf-8",
                   _assert_is_bytes=lambda a: a.encode() if isinstance(a, str) else a)
    utils.cpus = cpus
    containers = module("bcc.containers", filter_by_containers=filter_by_containers)
    syscall = module("bcc.syscall", syscall_name=syscall_name, syscalls=syscalls)
    perf = module("bcc.perf", Perf=Classes())
    table = types.ModuleType("bcc.table")
    table.__getattr__ = lambda name: type(name, (), {}) if not name.startswith("__") else \
        (_ for _ in ()).throw(AttributeError(name))
    libbcc = module("bcc.libbcc", lib=Classes())
    bcc = module("bcc", BPF=bpf, USDT=USDT, USDTException=type("USDTException", (Exception,), {}),
                 PerfType=PerfType, PerfHWConfig=PerfHWConfig, PerfSWConfig=PerfSWConfig,
                 ArgString=ArgString, StrcmpRewrite=StrcmpRewrite, printb=printb,
                 utils=utils, tcp=tcp, containers=containers, syscall=syscall, perf=perf,
                 table=table, libbcc=libbcc, DEBUG_LLVM_IR=1, DEBUG_BPF=2, DEBUG_PREPROCESSOR=4,
                 DEBUG_SOURCE=8, DEBUG_BPF_REGISTER_STATE=16, DEBUG_BTF=32,
                 XDPFlags=type("XDPFlags", (), {"SKB_MODE": 2, "DRV_MODE": 4}),
                 lib=Classes(), __version__="0.0.0")
    bcc.__path__ = []
    usdt = module("bcc.usdt", USDT=USDT, USDTProbe=type("USDTProbe", (), {}))
    return {"bcc": bcc, "bcc.utils": utils, "bcc.containers": containers, "bcc.tcp": tcp,
            "bcc.syscall": syscall, "bcc.perf": perf, "bcc.table": table, "bcc.libbcc": libbcc,
            "bcc.usdt": usdt}
