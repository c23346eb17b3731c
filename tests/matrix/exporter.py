# SPDX-License-Identifier: Apache-2.0
"""exporter: `bcchost export` in the background, and those who scrape it; for the native tests, the matrix and
the soak."""

import random
import re
import signal
import socket
import urllib.request

from harness import SLOWER, Background, Failure, wait_for

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def unescape(value):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m.group(1), m.group(1)), value)


def parse(text):
    """{(name, ((label, value), …)): number}; anything that is neither a sample nor a known comment is a failure."""
    found = {}
    for line in text.split("\n"):
        if not line or re.match(r"# (HELP|TYPE) \S+ ", line) or line == "# EOF":
            continue
        m = SAMPLE.fullmatch(line)
        if not m:
            raise Failure(f"no sample: {line!r}")
        labels = tuple(sorted((n, unescape(v)) for n, v in LABEL.findall(m.group(2) or "")))
        if (m.group(1), labels) in found:
            raise Failure(f"twice: {line!r}")
        found[m.group(1), labels] = float(m.group(3))
    return found


def free_port():
    """One that nobody listens at, of those that the kernel gives to nobody by itself meanwhile."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("", port))
                return port
            except OSError:
                pass


def has_ipv6():
    """Not only in the C library: on this machine's loopback, which a container may have without."""
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


class Exporter(Background):
    def __init__(self, bcchost, *argv, host="127.0.0.1", **more):
        self.port = free_port()
        self.host = host
        super().__init__(bcchost, "export", "--listen", f"{host}:{self.port}", *argv, **more)

    def ready(self, seconds=240):
        def said():
            if not self.alive():
                raise Failure(f"ended with {self.process.returncode}: {self.said()}")
            return "bcchost: exporting" in self.stderr

        wait_for(said, seconds, f"the exporter to start: {self.said()}")
        return self

    def get(self, path="/metrics", accept=None, timeout=30):
        request = urllib.request.Request(f"http://{self.host}:{self.port}{path}")
        if accept:
            request.add_header("Accept", accept)
        with urllib.request.urlopen(request, timeout=timeout * SLOWER) as answer:
            self.type = answer.headers["Content-Type"]
            return answer.read().decode()

    def samples(self):
        return parse(self.get())

    def value(self, name, **labels):
        """The sum of the samples that have these labels; None if there is none."""
        wanted = set(labels.items())
        values = [v for (n, l), v in self.samples().items() if n == name and wanted <= set(l)]
        return sum(values) if values else None

    def raw(self, data, timeout=15):
        """What comes back for these bytes, until the other side closes."""
        with socket.create_connection((self.host.strip("[]"), self.port), timeout=timeout * SLOWER) as s:
            try:
                s.sendall(data)
                back = b""
                while True:
                    block = s.recv(65536)
                    if not block:
                        return back
                    back += block
            except (ConnectionResetError, BrokenPipeError):
                return back

    def reload(self, what):
        """Tells it to, and waits until it said `what` once more."""
        before = self.stderr.count(what)
        self.signal(signal.SIGHUP)
        wait_for(lambda: self.stderr.count(what) > before or not self.alive(), 120, f"{what!r}: {self.said()}")

    def stop(self, number=signal.SIGTERM):
        self.signal(number)
        return self.wait(60)
