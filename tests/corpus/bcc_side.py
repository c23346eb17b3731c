# SPDX-License-Identifier: Apache-2.0
"""One of BCC's scripts with the real BCC, in a process of its own: what it gives to the compiler,
what it attaches by hand, and when it begins to wait. For a process that has attached.so preloaded.

import_bcc() loads libbcc, and LLVM with it, once: each script is run by a fork of that."""
import atexit
import ctypes
import json
import os
import runpy
import signal
import sys
import traceback

# What is kept of a script's run depends on this number: see vm.py's cache.
VERSION = 1

READY = b"ready\n"
notes = None  # where the child writes
depth = 0  # attach_kprobe(event_re=…) calls itself; BPF() attaches by the functions' names


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def note(what, **values):
    if notes is not None:
        notes.write(json.dumps({"what": what, **values}, default=lambda v: text(v) if isinstance(
            v, bytes) else str(v)) + "\n")
        notes.flush()


def waiting():
    """The script waits for the first time since it attached something."""
    global notes
    path = os.environ.get("ATTACHED_LOG")
    if notes is None or not path or not os.path.exists(path):
        return
    with open(path, "ab") as f:
        f.write(READY)
    notes.close()
    notes = None


def waits(owner, name):
    real = getattr(owner, name)

    def wait(*args, **kwargs):
        waiting()
        return real(*args, **kwargs)

    setattr(owner, name, wait)


def noted(bpf, name):
    real = getattr(bpf, name)
    names = real.__code__.co_varnames[1:real.__code__.co_argcount]

    def attach(self, *args, **kwargs):
        global depth
        if not depth:
            note("attach", call=name, **{**dict(zip(names, map(text, args))),
                                        **{k: text(v) for k, v in kwargs.items()}})
        depth += 1
        try:
            return real(self, *args, **kwargs)
        finally:
            depth -= 1

    setattr(bpf, name, attach)


def quiet(bpf, name):
    """What this attaches is told by the functions' names."""
    real = getattr(bpf, name)

    def call(self, *args, **kwargs):
        global depth
        depth += 1
        try:
            return real(self, *args, **kwargs)
        finally:
            depth -= 1

    setattr(bpf, name, call)


def import_bcc():
    import select
    import threading
    import time

    import bcc

    real = bcc.lib.bpf_module_create_c_from_string

    def compiled(source, debug, cflags, n, *more):
        note("text", text=source.decode("utf-8", "replace"), cflags=[text(f) for f in cflags[:n]])
        module = real(source, debug, cflags, n, *more)
        note("compiled", ok=bool(module))
        return module

    compiled.restype = ctypes.c_void_p
    bcc.lib.bpf_module_create_c_from_string = compiled
    quiet(bcc.BPF, "_trace_autoload")
    for name in ("attach_kprobe", "attach_kretprobe", "attach_tracepoint", "attach_raw_tracepoint",
                 "attach_kfunc", "attach_kretfunc", "attach_lsm", "attach_uprobe",
                 "attach_uretprobe", "attach_perf_event", "attach_perf_event_raw"):
        noted(bcc.BPF, name)
    for name in ("perf_buffer_poll", "perf_buffer_consume", "ring_buffer_poll",
                 "ring_buffer_consume", "kprobe_poll", "trace_open"):
        waits(bcc.BPF, name)
    waits(time, "sleep")
    waits(signal, "pause")
    waits(select, "select")
    waits(threading.Event, "wait")


def run(path, argv, prefix, terminal, fentry=True):
    """Runs the script in this process, which ends with it. Its notes go to PREFIX.notes, what it
    prints to PREFIX.out and to the terminal, which is its stderr; what attached.so sees to
    PREFIX.attached. Without fentry it is told that this kernel has none."""
    global notes
    import bcc

    if not fentry:
        bcc.BPF.support_kfunc = staticmethod(lambda: False)
    status = 0
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["ATTACHED_LOG"] = prefix + ".attached"
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(os.open(prefix + ".out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
    os.dup2(terminal, 2)
    notes = open(prefix + ".notes", "w")
    sys.argv = [path] + argv
    sys.path.insert(0, os.path.dirname(path))
    os.chdir(os.path.dirname(path))
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
        if isinstance(e.code, str):
            print(e.code, file=sys.stderr)
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        traceback.print_exc()
        status = 1
    try:
        atexit._run_exitfuncs()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 255)
