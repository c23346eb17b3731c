# SPDX-License-Identifier: Apache-2.0
"""The stand-in's class BPF: what is loaded, attached, opened, asked and waited for is noted."""
import re

from . import boxed, ctext, kallsyms, perf, sym, texts, user
from .recorder import INTERVALS
from .sym import to_text, wrap
from .table import Table


# Programs of these kinds see packets and sockets, whatever attaches them afterwards.
NETWORK = {1: "socket", 3: "tc", 4: "tc", 8: "cgroup", 9: "cgroup", 10: "tc", 11: "tc", 12: "tc",
           13: "sockets", 14: "sockets", 15: "cgroup", 16: "sockets", 18: "cgroup", 6: "xdp"}


class Program:
    def __init__(self, text):
        self.text = text
        self.tables = ctext.tables(text)
        self.structs = ctext.structs(text)


MEMORY = ("expr", "pieces")     # what a value of ours has, and no object of BCC's
PRINTED = re.compile(r'\bbpf_trace_printk\s*\(\s*"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z)?([a-zA-Z%])")


def trace_message(text, n):
    """What the n-th line of the trace pipe may say: by the text's own formats in turn, with values
    made up; a script may take it apart."""
    formats = PRINTED.findall(text)
    if not formats:
        return " ".join("w%d" % (i + 1 + n) for i in range(8))
    count = iter(range(1 + n, 99))

    def value(m):
        i = next(count)
        return "%" if m.group(1) == "%" else "w%d" % i if m.group(1) == "s" else \
            "%x" % (16 + i) if m.group(1) in "xXp" else str(10 + i)
    form = formats[n % len(formats)].replace("\\n", "").replace("\\t", "\t").replace('\\"', '"')
    return CONVERSION.sub(value, form)


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

    def network(kind, target, fn):
        rec.attached += 1
        rec.note("attach", kind=kind, target=name_of(target),
                 run=name_of(getattr(fn, "name", fn)) or "?", program=None,
                 line=rec.script_line())

    class Base(metaclass=Meta):
        SOCKET_FILTER, KPROBE, SCHED_CLS, SCHED_ACT, TRACEPOINT, XDP, PERF_EVENT = range(1, 8)
        CGROUP_SKB, CGROUP_SOCK, LWT_IN, LWT_OUT, LWT_XMIT, SOCK_OPS, SK_SKB = range(8, 15)
        CGROUP_DEVICE, SK_MSG, RAW_TRACEPOINT, CGROUP_SOCK_ADDR = range(15, 19)
        TRACING, LSM = 26, 29
        HASH, ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, PERCPU_HASH, PERCPU_ARRAY = range(1, 7)
        kprobe_poll_sleep = 0

        def __init__(self, src_file=b"", hdr_file=b"", text=None, debug=0, cflags=[],
                     usdt_contexts=[], allow_rlimit=True, device=None,
                     attach_usdt_ignore_pid=False, **more):
            for name in more:
                rec.unknown("BPF(%s=…)" % name)
            question = ctext.member_asked(to_text(text or "")) \
                if rec.script_line() in rec.tried else None
            if question and not rec.ask("field", *question):
                raise Exception("Failed to compile BPF module <text>")
            self.number = len(rec.programs)
            rec.programs.append(self)
            if text is None and src_file:
                name = to_text(src_file)
                rec.note("src_file", name=name, line=rec.script_line())
                text = rec.beside(name)
                if text is None:
                    raise FileNotFoundError(2, "Could not open file", name)
            self.text = boxed.boxed(to_text(text or ""))
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
            self.attach_user("uprobe", name, sym, sym_re, addr, fn_name, pid, sym_off)

        def attach_uretprobe(self, name=b"", sym=b"", sym_re=b"", addr=None, fn_name=b"", pid=-1):
            self.attach_user("uretprobe", name, sym, sym_re, addr, fn_name, pid)

        def attach_user(self, kind, name, sym, sym_re, addr, fn_name, pid, offset=0):
            file, symbol = user.place(rec, name, sym, sym_re, addr, offset)
            # Inside a try there may be another place for where this is not.
            if rec.script_line() in rec.tried and not rec.ask("user", file, symbol):
                raise Exception("could not determine address of symbol %s in %s" % (symbol, file))
            self.attach(kind, "%s:%s" % (file, symbol), fn_name, file=file, symbol=symbol,
                        pid=pid)

        def attach_perf_event(self, ev_type=-1, ev_config=-1, fn_name=b"", sample_period=0,
                              sample_freq=0, pid=-1, cpu=-1, group_fd=-1):
            if bool(sample_period) == bool(sample_freq):
                raise Exception("Failed to attach BPF to perf event")
            name = perf.event_name(ev_type, ev_config)
            if rec.script_line() in rec.tried and not rec.ask("perf_event", name):
                raise Exception("Failed to attach BPF to perf event")
            self.attach("perf_event", name, fn_name, period=sample_period, frequency=sample_freq,
                        pid=pid, cpu=cpu)

        def attach_perf_event_raw(self, attr=None, fn_name=b"", pid=-1, cpu=-1, group_fd=-1):
            has = {k: v for k, v in getattr(attr, "__dict__", {}).items() if v}
            for name in sorted(set(has) - set(perf.SAID)):
                rec.note("left-out", text="%s of the perf event's attributes: left out" % name,
                         line=rec.script_line())
            rate = has.get("sample_freq", has.get("sample_period", 0))
            freq = rate if has.get("freq") else 0
            self.attach_perf_event(has.get("type", 0), has.get("config", 0), fn_name,
                                   0 if freq else rate, freq, pid, cpu)

        @staticmethod
        def attach_xdp(dev=b"", fn=None, flags=0):
            network("xdp", dev, fn)

        @staticmethod
        def attach_func(fn=None, *args, **kwargs):
            network("func", "?", fn)

        @staticmethod
        def attach_raw_socket(fn=None, dev=b""):
            network("socket", dev, fn)

        def detach_kprobe(self, *args, **kwargs):
            pass

        detach_kretprobe = detach_tracepoint = detach_uprobe = detach_uretprobe = detach_kprobe
        detach_perf_event = detach_raw_tracepoint = detach_kfunc = detach_kretfunc = detach_kprobe
        remove_xdp = cleanup = close = free_bcc_memory = donothing = detach_kprobe
        detach_kprobe_event = detach_kprobe_event_by_fn = detach_kprobe

        def load_func(self, name, kind=2, device=None, attach_type=-1):
            rec.note("load_func", name=name_of(name), kind=kind, line=rec.script_line())
            if kind in NETWORK:
                network(NETWORK[kind], "?", name)

            class Function:
                fd = sock = 3
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
            message = trace_message(self.text, n).encode()
            return (value(b"traced%d" % n, "comm"), value(4100 + n, "pid"), value(n, "cpu"),
                    b"d...1", value(77.25 + n, "ts"), value(message, "message"))

        def trace_readline(self, nonblocking=False):
            rec.note("trace", how="readline", line=rec.script_line())
            return self.trace_line()[5]

        def trace_print(self, fmt=None):
            rec.note("trace", how="print", line=rec.script_line(),
                     format=None if fmt is None else to_text(fmt))
            if fmt:
                for _line in range(3):
                    rec.write(texts.method(to_text(fmt), *self.trace_line()))
                    rec.write("\n")
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
            return kallsyms.address(to_text(name)) if rec.ask("symbol", name) else -1

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
        def get_user_functions(name, sym_re):
            return {f for f, _addr in user.functions(rec, name, sym_re)}

        @staticmethod
        def get_user_addresses(name, sym_re):
            return {addr for _f, addr in user.functions(rec, name, sym_re)}

        @staticmethod
        def get_user_functions_and_addresses(name, sym_re):
            return user.functions(rec, name, sym_re)

        @staticmethod
        def find_library(name):
            return user.found(rec, name, "/lib/lib%s.so")

        @staticmethod
        def find_exe(name):
            return user.found(rec, name, "/usr/bin/%s")

        @staticmethod
        def monotonic_time():
            return 3600000000000     # what was before may be old

        @staticmethod
        def generate_auto_includes(words):
            return ""

        @staticmethod
        def add_module(name):
            pass

        @staticmethod
        def ksym(addr, show_module=False, show_offset=False):
            return rec.symbol("ksym", addr, None, show_offset, show_module)

        @staticmethod
        def sym(addr, pid, show_module=False, show_offset=False, demangle=True):
            if sym.expr_of(pid) is None and isinstance(pid, int) and pid < 0:
                return rec.symbol("ksym", addr, None, show_offset, show_module)
            return rec.symbol("usym", addr, sym.expr_of(pid), show_offset, show_module)

        @staticmethod
        def symaddr(*args):
            return 0x1000

    # A script that wants to know whether it is root is told that it is.
    Base.__name__ = "BPF"

    def trace_method(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in MEMORY:
            raise AttributeError(name)
        rec.unknown("b." + name)
        return rec.invented.thing("b." + name)

    Base.__getattr__ = trace_method
    return Base
