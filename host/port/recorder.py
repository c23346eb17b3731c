# SPDX-License-Identifier: Apache-2.0
"""One run of a script: what it asks, hands over and prints is noted, line by line as it happens, so
that a run that is ended from outside has told what it did until then."""
import os
import sys
import time

from . import sym
from .samples import EVENTS, branch_values, sample
from .symbols import stack_in
from .sym import to_text


MOST = 8 << 20
FEWEST = 3              # events of a buffer, whatever they cost
TRYING_SECONDS = 3.5    # since the run began: then only so few
EARLY = 50              # sleeps
INTERVALS = 5   # of a script's loop, until it gets a Ctrl-C


class EndOfRun(BaseException):
    """There is no more to be learned from this run."""


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
        self.texts = ""         # the line, as it is printed
        self.compared = 0       # of the comparisons, those that were before the last line
        self.interrupted = 0
        self.done_events = False
        self.tried = set()      # lines inside a try
        self.early = 0
        self.marked = []        # functions of stacks
        self.until = time.monotonic() + TRYING_SECONDS
        self.told = 0           # bytes
        self.most = config.get("most", MOST)    # of these, until no more events are tried

    def note(self, what, **more):
        more["what"] = what
        self.told += self.emit(more) or 0

    def script_line(self):
        frame = sys._getframe(1)
        while frame:
            if frame.f_code.co_filename == self.path:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def unknown(self, what):
        self.note("unknown", name=what, line=self.script_line())

    def beside(self, name):
        """The text of a file beside the script, whichever way it is named; None: there is none."""
        folder = os.path.dirname(self.path)
        name = os.path.relpath(os.path.join(folder or ".", to_text(name)), folder or ".")
        return self.config.get("files", {}).get(name)

    def ask(self, *key):
        key = tuple(to_text(k) for k in key)
        answer = self.answers.get(key, key[0] not in ("kfunc", "kaddr"))
        if key not in self.asked:
            self.asked[key] = answer
            self.note("asked", key=key, answer=answer, line=self.script_line())
        return answer

    def symbol(self, kind, addr, pid, show_offset, show_module):
        """The name of a function; one of a stack can be told from all others."""
        expr = (kind, sym.expr_of(addr), pid, bool(show_offset), bool(show_module))
        name = "kernel_function" if kind == "ksym" else "user_function"
        if stack_in(expr):
            known = [e for e in self.marked if e == expr]
            if not known:
                self.marked.append(expr)
                self.note("marker", number=len(self.marked), expr=expr)
            name += "_%d" % (self.marked.index(expr) + 1)
        return sym.wrap(name.encode(), expr)

    # --- what is printed ---

    def write(self, value, to="stdout"):
        self.printed = True
        line = self.line.setdefault(to, [])
        self.texts = self.texts + to_text(value).split("\n")[0] if to == "stdout" else self.texts
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
                line.append(told(piece))

    def end_line(self, to):
        line = self.line.pop(to, [])
        if to == "stdout":
            self.note("line", phase=self.phase, pieces=line, line=self.script_line(),
                      event=getattr(self, "event_at", None), at=self.branches_now(),
                      text=self.texts[:2000])
            self.texts = ""
        self.compared = len(sym.branches.seen)

    def branches_now(self):
        """The comparisons with numbers that this event has met."""
        if not self.phase.startswith(("callback", "loop")):
            return None
        # In a loop over a table's entries: those since the last line.
        since = self.compared if self.phase == "loop" else 0
        return [(b[0], b[1], to_text(b[2]) if isinstance(b[2], (str, bytes)) else b[2], b[3])
                for b in sym.branches.seen[since:]
                if isinstance(b[2], (int, str, bytes, tuple)) and b[2] != "?"][:64]

    # --- the script's waiting ---

    def wait(self, seconds=None):
        """A sleep, or a poll: the events come, then a few intervals pass, then Ctrl-C."""
        if not self.programs and self.early < EARLY:
            self.early += 1     # before there is anything to wait for
            return
        self.waits += 1
        if self.waits == 1 or seconds is not None and not getattr(self, "slept", None):
            self.slept = seconds
            self.note("waiting", line=self.script_line(),
                      seconds=sym.plain(seconds) if isinstance(seconds, (int, float)) else None)
        self.phase = "loop"
        if not self.done_events and (self.callbacks or self.waits > 1):
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
            while queue and n < EVENTS and (n < FEWEST or (
                    self.told < self.most and time.monotonic() < self.until)):
                change = queue.pop(0)
                n += 1
                sym.branches.seen, sym.branches.missed = [], False
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
                        break
                self.note("event", table=table.name, event=change, printed=self.printed,
                          at=self.branches_now(), missed=sym.branches.missed)
                self.event_at = None
                self.end_partial()
                # One field at a time; where that led to another comparison, both together.
                now = {k: v for k, v in change.items() if k != "*"}
                for other, partly in branch_values(
                        sym.branches.seen, table.name,
                        lambda f: sym.plain(sample(table, f, fields, change))):
                    if len(now) > 2 or set(other) & set(now) and not partly:
                        continue
                    change = dict(now, **other)
                    key = repr(sorted(change.items()))
                    if key not in tried:
                        tried.add(key)
                        queue.append(change)
            self.phase = "loop"
            self.note("callback", table=table.name, fields=fields)

    def end_partial(self):
        if self.line.get("stdout"):
            self.end_line("stdout")


def told(piece):
    """A piece of a text as it is noted. What was made of several values has them in `parts`."""
    if isinstance(piece, str):
        return piece
    spec, v = piece
    shown = to_text(v) if isinstance(v, (str, bytes)) else repr(sym.plain(v)) \
        if isinstance(v, (int, float)) else str(v)
    out = {"spec": spec, "expr": sym.expr_of(v), "value": shown[:200]}
    nested = getattr(v, "pieces", None)
    if nested and out["expr"] is None and any(not isinstance(p, str) for p in nested):
        out["parts"] = [told(p) for p in nested]
    return out


def describe(e):
    return ("%s: %s" % (type(e).__name__, e))[:500]


def traceback_line(e, path):
    tb, line = e.__traceback__, 0
    while tb:
        if tb.tb_frame.f_code.co_filename == path:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line
