# SPDX-License-Identifier: Apache-2.0
"""What a script looks for around it (a device, a file of /sys, a program's output), and does not go
on without: where it ends without, it is run again and told that it is there."""
import fcntl
import io
import os
import re
import socket
import struct

from .sym import to_text

PLACES = ("/sys/", "/proc/", "/dev/", "/boot/", "/lib/modules/", "/usr/src/", "/tracing", "/bin/",
          "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/opt/")
DEVICE = os.makedev(253, 16)
ANSWER = ("world",)     # the question, among the kernel's


class Whatever:
    """Has in it what is looked for."""

    def __contains__(self, what):
        return True

    def strip(self, *args):
        return self

    rstrip = lstrip = strip


class Said(Whatever, bytes):
    """What another program would have printed."""

    def decode(self, *args, **kwargs):
        return SaidText("0")


class SaidText(Whatever, str):
    """The same as a text."""


def elsewhere(path):
    if isinstance(path, bytes):
        path = to_text(path)
    return isinstance(path, str) and path.startswith(PLACES)


def its_own(path):
    """What a script may well write: beside itself, a log. It is not there afterwards."""
    path = to_text(path) if isinstance(path, bytes) else path
    return isinstance(path, str) and (not path.startswith("/") or path.startswith(
        ("/var/log/", "/var/run/", "/run/"))) and ".." not in path.split("/")


# A script that asks for the number of a network interface, as Python 2 had no function for it.
ASKS_INDEX = re.compile(r"\bSIOCGIFINDEX\b|0x8933\b")
INDEX = 2


class Socket:
    """Of those that are only there to ask something of."""

    def __init__(self, *args, **kwargs):
        pass

    def fileno(self):
        return 0

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


def number_interfaces(rec):
    """The answer to SIOCGIFINDEX, whatever the interface."""
    def ioctl(fd, request, arg=b"", *more):
        rec.note("left-out", line=rec.script_line(), text="the number of a network interface is in the C "
                 "text (here %d)" % INDEX)
        return bytes(arg[:16]).ljust(16, b"\0") + struct.pack("I", INDEX) + bytes(236)
    socket.socket = Socket
    fcntl.ioctl = ioctl


def be_generous(rec, source):
    """For a run of which ANSWER is true."""
    if ASKS_INDEX.search(source):
        number_interfaces(rec)
    noted = set()

    def tell(path):
        path = to_text(path)
        if path not in noted:
            noted.add(path)
            rec.note("pretended", name=path[:200], line=rec.script_line())

    def yes(real):
        def run(path, *args, **kwargs):
            if real(path, *args, **kwargs):
                return True
            if elsewhere(path):
                tell(path)
                return True
            return False
        return run

    def status(real):
        def run(path, *args, **kwargs):
            try:
                return real(path, *args, **kwargs)
            except OSError:
                if not elsewhere(path):
                    raise
                tell(path)
                return os.stat_result((0o060660, 40003, 5, 1, 0, 0, 0, 0, 0, 0),
                                      {"st_rdev": DEVICE})
        return run

    def listing(real):
        def run(path=".", *args):
            try:
                return real(path, *args)
            except OSError:
                if not elsewhere(path):
                    raise
                tell(path)
                return []
        return run

    os.path.exists, os.path.isfile, os.path.isdir = map(yes, (os.path.exists, os.path.isfile,
                                                              os.path.isdir))
    os.access = yes(os.access)
    os.stat, os.lstat = status(os.stat), status(os.lstat)
    os.listdir = listing(os.listdir)


def made_up(path):
    """A file that is not there, of those that a script may count on; None."""
    return "0\n" if elsewhere(path) else None


def opened(path, mode):
    text = made_up(path)
    return None if text is None else io.BytesIO(text.encode()) if "b" in mode else \
        io.StringIO(text)
