# SPDX-License-Identifier: Apache-2.0
"""Other programs that a script starts: none is. What it is told is what they would have printed, of
those whose answer is known, nothing of the others, or whatever it looks for (world.py)."""
import io
import os
import subprocess

from . import user, world
from .sym import to_text


def answer(rec, name, words):
    """What that program prints, as bytes."""
    known = user.pidof(rec, words)
    if known is None:
        known = uname(words)
    if known is None:
        rec.note("starts", name=name, args=to_text(str(words or ""))[:200], line=rec.script_line())
        known = world.Said(b"0\n") if rec.answers.get(world.ANSWER) else b""
    return known


def uname(words):
    words = to_text(words).split() if isinstance(words, (str, bytes)) else \
        [to_text(w) for w in words or () if isinstance(w, (str, bytes))]
    if words[:1] != ["uname"]:
        return None
    here = os.uname()
    return {"-r": here.release, "-m": here.machine, "-n": "host"}.get(
        words[1] if len(words) > 1 else "", here.sysname).encode() + b"\n"


def as_asked(said, kwargs):
    """Bytes, or a text if the script wants one."""
    if not any(kwargs.get(k) for k in ("text", "universal_newlines", "encoding", "errors")):
        return said
    return world.SaidText("0\n") if isinstance(said, world.Said) else said.decode()


class Done:
    """A program that has come to its end."""
    returncode, pid, stdin = 0, 4242, None

    def __init__(self, args, said, kwargs, streams):
        self.args = args
        said, nothing = as_asked(said, kwargs), as_asked(b"", kwargs)
        self.answer = (said, nothing)
        kind = io.StringIO if isinstance(said, str) else io.BytesIO
        self.stdin = kind()
        self.stdout, self.stderr = (kind(said), kind(nothing)) if streams else self.answer

    def poll(self):
        return 0

    def wait(self, *args, **kwargs):
        return 0

    def communicate(self, *args, **kwargs):
        return self.answer

    def kill(self, *args):
        pass

    terminate = send_signal = check_returncode = kill

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


def patch(rec):
    def started(name, make):
        def run(*args, **kwargs):
            words = args[0] if args else kwargs.get("args")
            return make(words, answer(rec, name, words), kwargs)
        return run

    def text(words, said, kwargs):
        return as_asked(said, {"text": True})

    for name, make in (("call", lambda *a: 0), ("check_call", lambda *a: 0),
                       ("check_output", lambda words, said, kwargs: as_asked(said, kwargs)),
                       ("run", lambda *a: Done(*a, False)),
                       ("getoutput", lambda *a: text(*a).strip()),
                       ("getstatusoutput", lambda *a: (0, text(*a).strip()))):
        setattr(subprocess, name, started("subprocess." + name, make))

    class Popen(Done):
        def __init__(self, args, *more, **kwargs):
            Done.__init__(self, args, answer(rec, "subprocess.Popen", args), kwargs, True)

    subprocess.Popen = Popen
    os.system = started("os.system", lambda *a: 0)
    os.popen = started("os.popen", lambda *a: io.StringIO(text(*a)))
