# SPDX-License-Identifier: Apache-2.0
"""harness: cases that count, and the fixtures that they look at.

A case is a function; it passes if it returns, fails if it raises, is skipped if it raises Skip. Its
parameters are fixtures: functions run once, when the first case asks, so that one run of a tool can be
looked at by many cases. A fixture that fails, fails every case that asked for it: the number of
cases is always the same. Results go to a file, a JSON object a line, as they come: a machine that
dies in the middle still tells what it was doing.
"""

import inspect
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback

_cases = []
_last = []
_fixtures = {}
_made = {}
_info = []


# No case is about how fast a machine is: a limit tells what hangs. A machine may be so many times slower, or busier,
# than those that the limits were chosen on.
SLOWER = 5


class Skip(Exception):
    pass


class Failure(Exception):
    pass


def case(name):
    def add(function):
        _cases.append((name, function))
        return function

    return add


def last(name):
    """A case that comes after all others."""

    def add(function):
        _last.append((name, function))
        return function

    return add


def fixture(function):
    _fixtures[function.__name__] = function
    return function


def info(text):
    """A figure worth reading in the report, which no test judges."""
    _info.append(text)


def _wanted(function):
    """Its parameters that are fixtures; those with a default are the test's own."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is p.empty]


def has_fixture(name):
    return name in _fixtures


def fixture_value(name):
    if name not in _made:
        function = _fixtures[name]
        before = len(Background.all)
        try:
            wanted = list(map(fixture_value, _wanted(function)))
            before = len(Background.all)
            _made[name] = (True, function(*wanted))
        except Exception as e:
            # What it left running must not disturb the cases after it.
            Background.end(before)
            # Told in full once; the other cases that wanted it only say so.
            kind = Skip if isinstance(e, Skip) else Failure
            _made[name] = (False, kind(f"as above: {str(e).splitlines()[0] if str(e) else type(e).__name__}"))
            raise
    ok, value = _made[name]
    if not ok:
        raise value
    return value


def equal(got, expected, what="", note=""):
    if got != expected:
        raise Failure(f"{what + ': ' if what else ''}expected {expected!r}, got {got!r}{_noted(note)}")


def true(condition, text, note=""):
    if not condition:
        raise Failure(text + _noted(note))


def matches(text, pattern, what=""):
    if not re.search(pattern, text, re.S):
        raise Failure(f"{what or 'text'} should match {pattern!r}, is:\n{text.rstrip()[-1500:]}")


def _noted(note):
    note = str(note).rstrip()
    return "\n" + note[-1500:] if note else ""


def run_cases(results, only=None):
    """Runs all cases, writes the results, returns the number of failed ones."""
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    chosen = [c for c in _cases + _last if not only or any(o in c[0] for o in only)]
    with open(results, "w") as out:

        def tell(**fields):
            out.write(json.dumps(fields) + "\n")
            out.flush()

        tell(plan=[name for name, _ in chosen])
        for name, function in chosen:
            tell(begin=name)
            started, status, detail = time.time(), "ok", ""
            try:
                function(*map(fixture_value, _wanted(function)))
            except Skip as e:
                status, detail = "skip", str(e)
            except Failure as e:
                status, detail = "FAIL", str(e)
            except Exception as e:  # a test's own mistake, or a tool that did not do as awaited
                where = "".join(traceback.format_tb(e.__traceback__)[-2:])
                status, detail = "FAIL", f"{type(e).__name__}: {e}\n{where}".rstrip()
            counts[status] += 1
            took = time.time() - started
            tell(case=name, status=status, detail=detail, seconds=round(took, 1))
            line = f"{status:4} {name} ({took:.1f} s)"
            if detail:
                line += ": " + detail.replace("\n", "\n     | ")
            print(line, flush=True)
            while _info:
                tell(info=_info.pop(0))
    Background.end()
    print(f"{counts['ok']} passed, {counts['FAIL']} failed, {counts['skip']} skipped", flush=True)
    return counts["FAIL"]


def command(*argv, timeout=120, **more):
    """Runs to its end: status, stdout, stderr."""
    timeout *= SLOWER
    p = subprocess.run(
        list(map(str, argv)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=timeout,
        **more,
    )
    p.stdout = p.stdout.decode(errors="surrogateescape")
    p.stderr = p.stderr.decode(errors="surrogateescape")
    return p


def wait_for(condition, seconds, what):
    seconds *= SLOWER
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.02)


class Background:
    """A command in the background, its output in files."""

    counter = 0
    all = []

    def __init__(self, *argv, **more):
        Background.counter += 1
        Background.all.append(self)
        self.argv = list(map(str, argv))
        self.base = os.path.join(os.environ.get("WORK", "/run"), f"out{os.getpid()}.{Background.counter}")
        self.started = time.time()
        with open(self.base + ".out", "wb") as out, open(self.base + ".err", "wb") as err:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **more
            )
        self.pid = self.process.pid

    def read(self, which):
        with open(f"{self.base}.{which}", "rb") as f:
            return f.read()

    @classmethod
    def end(cls, first=0):
        """What is still running of those that were started since."""
        for left in cls.all[first:]:
            left.process.kill()
            left.process.wait()

    @property
    def stdout(self):
        return self.read("out").decode(errors="surrogateescape")

    @property
    def stderr(self):
        return self.read("err").decode(errors="surrogateescape")

    def said(self):
        return f"{' '.join(self.argv)}\nstdout: {self.stdout[-700:]}\nstderr: {self.stderr[-1500:]}"

    def wait(self, seconds):
        """Its exit status; a failure if it does not end in time."""
        seconds *= SLOWER
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"did not end within {seconds} s: {self.said()}")

    def signal(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def alive(self):
        return self.process.poll() is None


def main():
    """A case file's main: FILE RESULTS [part of a case's name]…"""
    sys.exit(1 if run_cases(sys.argv[1], sys.argv[2:]) else 0)
