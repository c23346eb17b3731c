# SPDX-License-Identifier: Apache-2.0
"""A bcc module that loads nothing: it takes note of what a script asks of it."""
import re
import sys
import types

from . import sym
from .bpf import bpf_class
from .sym import to_text, wrap
from .user import usdt_class


STRCMP = re.compile(r'STRCMP\(("[^"]+"),(.+?)\)')
STREQ = """
static inline bool streq_%d(const char *text, u64 address)
{
	char wanted[] = %s;
	char there[sizeof(wanted)] = {};

	%s(&there, sizeof(there), (void *)address);
	for (int i = 0; i < sizeof(wanted) - 1; i++)
		if (there[i] != wanted[i])
			return false;
	return true;
}
"""
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

    USDT = usdt_class(rec)

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
        def rewrite_expr(expr, bin_cmp, is_user, probe_user_list, streq_functions, probeid):
            """STRCMP("text", pointer) becomes the call of a function that is added."""
            for m in list(STRCMP.finditer(expr)):
                needle = m.group(1) if not bin_cmp else m.group(1).strip('"')
                read = "bpf_probe_read_user" if is_user or m.group(2).strip() in \
                    probe_user_list else "bpf_probe_read_kernel"
                streq_functions += STREQ % (probeid, needle, read)
                expr = expr.replace("STRCMP", "streq_%d" % probeid, 1)
                probeid += 1
            return {"expr": expr, "streq_functions": streq_functions, "probeid": probeid}

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

    class Named(type):
        """A class of names that are numbers, whichever is asked for."""
        def __getattr__(cls, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return 0 if name.isupper() else (lambda *args, **kwargs: 0)

    def others(module):
        """Whatever else a script imports: a class that takes anything."""
        def named(name):
            if name.startswith("__"):
                raise AttributeError(name)
            rec.unknown("%s.%s" % (module.__name__, name))
            return Named(name, (), {"__init__": lambda self, *a, **k: None,
                                    "__getattr__": Named.__getattr__})
        module.__getattr__ = named
        return module

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
    others(bcc)
    others(libbcc)
    usdt = module("bcc.usdt", USDT=USDT, USDTProbe=type("USDTProbe", (), {}))
    return {"bcc": bcc, "bcc.utils": utils, "bcc.containers": containers, "bcc.tcp": tcp,
            "bcc.syscall": syscall, "bcc.perf": perf, "bcc.table": table, "bcc.libbcc": libbcc,
            "bcc.usdt": usdt}
