# SPDX-License-Identifier: Apache-2.0
"""pseudo_terminal: a command on a terminal of its own, whose keys a test presses and whose screen it reads."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness import SLOWER, Failure


MARK = "\v\v\v"  # nothing writes that


class Screen:
    """What a terminal shows of what is written to it: enough of it for what bcchost writes. Anything else fails."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines, self.above = [""] * rows, []
        self.row = self.column = 0
        self.rest = ""

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        while text:
            m = re.match(r"\033\[([?0-9;]*)([A-Za-z])|\033\[?[?0-9;]*$|[\r\n]|[^\033\r\n]+", text)
            if not m:
                raise Failure(f"the terminal does not know {text[:20]!r}")
            text = text[m.end() :]
            if m.group(0)[0] == "\033" and m.group(2) is None:
                self.rest = m.group(0)
            elif m.group(0)[0] == "\033":
                self.sequence(m.group(2), m.group(1))
            elif m.group(0) == "\r":
                self.column = 0
            elif m.group(0) == "\n":
                self.down()
            else:
                self.put(m.group(0))

    def down(self):
        self.row += 1
        if self.row == self.rows:
            self.row -= 1
            self.above.append(self.lines.pop(0))
            self.lines.append("")

    def put(self, text):
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + text + line[self.column + len(text) :]
        self.column += len(text)

    def sequence(self, kind, parameters):
        if kind == "H" and not parameters:
            self.row = self.column = 0
        elif kind == "K" and not parameters:
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif kind == "J" and not parameters:
            self.lines[self.row] = self.lines[self.row][: self.column]
            self.lines[self.row + 1 :] = [""] * (self.rows - self.row - 1)
        elif kind != "m" and (kind, parameters) not in (("l", "?7"), ("h", "?7")):
            raise Failure(f"the terminal does not know ESC [ {parameters}{kind}")

    @property
    def text(self):
        return "\n".join(l.rstrip() for l in self.lines).rstrip()


class Terminal:
    all = []

    def __init__(self, *argv, rows=24, columns=80, env=None, term="xterm-256color", **more):
        Terminal.all.append(self)
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.raw, self.screen, self.argv = "", Screen(rows, columns), list(map(str, argv))
        whole = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        whole.update(env or {})
        if term is not None:
            whole["TERM"] = term

        def own_terminal():
            # Who runs the tests in the background may have these ignored.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            self.argv, stdin=self.slave, stdout=self.slave, stderr=more.pop("stderr", self.slave), env=whole, preexec_fn=own_terminal, **more
        )
        self.pid = self.process.pid

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0):
        while select.select([self.master], [], [], seconds)[0]:
            more = os.read(self.master, 65536).decode(errors="surrogateescape")
            self.raw += more
            self.screen.feed(more)
            seconds = 0
        return self.raw

    def read_all(self):
        """What was written up to now, though the kernel may still have it on its way: up to a mark behind it."""
        self.read()
        os.write(self.slave, MARK.encode())
        end = time.monotonic() + 20 * SLOWER
        late = ""
        while MARK not in late:
            if time.monotonic() > end:
                raise Failure(f"the terminal lost what was written to it: {late!r}")
            if select.select([self.master], [], [], 0.05)[0]:
                late += os.read(self.master, 65536).decode(errors="surrogateescape")
        late = late.replace(MARK, "")
        self.raw += late
        self.screen.feed(late)
        return self.raw

    def wait_for(self, condition, seconds, what):
        seconds *= SLOWER
        end = time.monotonic() + seconds
        while not (value := condition(self)):
            if time.monotonic() > end:
                raise Failure(f"waited {seconds} s for {what}: {self.said()}")
            self.read(0.05)
        return value

    def press(self, keys):
        os.write(self.master, keys.encode())

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, seconds):
        seconds *= SLOWER
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
                raise Failure(f"did not end within {seconds} s: {self.said()}")
            self.read(0.05)
        self.read_all()
        return self.process.returncode

    def stopped(self):
        with open(f"/proc/{self.pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "T"

    def mode(self):
        """Are lines gathered and keys echoed, as a shell has it?"""
        flags = termios.tcgetattr(self.slave)[3]
        return bool(flags & termios.ICANON), bool(flags & termios.ECHO)

    def restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def said(self):
        return f"{' '.join(self.argv)}\n{self.raw[-1500:]!r}"

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
