# SPDX-License-Identifier: Apache-2.0
"""What a second start finds of the first one's: cases of run-native.py."""

import glob
import os
import shutil
import tempfile

from harness import case, command, equal, matches, true
from native import BCCHOST, TEMP
from native_output import want_opens

# Nobody is this: nothing is printed but the heading.
NONE = ["-u", "4294967294", "-d", "0.1"]


def start(cache, *more):
    env = dict(os.environ, BCCHOST_CACHE_DIR=cache)
    run = command(BCCHOST, "opensnoop", "--verbose", *(more or NONE), env=env, cwd="/")
    equal(run.returncode, 0, note=run.stderr)
    return run.stderr


def filled():
    want_opens()
    cache = f"{tempfile.mkdtemp(dir=TEMP)}/cache"
    matches(start(cache), "compiled it in")
    return cache


@case("cache: a second start compiles nothing, whatever is filtered for and however it is printed")
def _(installed):
    cache = filled()
    for more in (["-p", "1"], ["-p", "4194304"], ["-t", "7"], ["-u", "0", "-p", "4194304"], ["-x", "-p", "4194304"],
                 ["-f", "O_TMPFILE"], ["-b", "1"], ["--output", "json"], ["--no-header"], ["-M", "1"]):  # fmt: skip
        said = start(cache, *(more if "-p" in more else [*more, "-u", "4294967294"]), "-d", "0.1")
        matches(said, "took it from the cache", " ".join(more))


@case("cache: what is damaged, or others could have read, is compiled again and said with --verbose")
def _(installed):
    cache = filled()
    entry = max(glob.glob(f"{cache}/*.entry"), key=os.path.getsize)
    with open(entry, "rb") as f:
        whole = f.read()

    def spoil(text):
        with open(entry, "wb") as f:
            f.write(text)

    for what, why in (
        (lambda: spoil(b""), "it is damaged"),
        (lambda: spoil(whole[:-200] + b"x" + whole[-199:]), "it is damaged"),
        (lambda: os.chmod(entry, 0o640), "not a file of our own"),
    ):
        what()
        said = start(cache)
        matches(said, f"{os.path.basename(entry)} is not taken: .*{why}")
        matches(said, "compiled it in")
    matches(start(cache), "took it from the cache")


@case("cache: one that cannot be used costs the cache, not the run")
def _(installed):
    cache = filled()
    os.chmod(cache, 0o777)
    matches(start(cache), "is not taken as a cache: .*mode 0777.*\n(.*\n)*.*compiled it in")
    link = f"{cache}.link"
    os.symlink(cache, link)
    matches(start(link), "it is a symbolic link")
    shutil.rmtree(cache)
    open(cache, "w").close()
    matches(start(cache), "Not a directory")


@case("cache list, cache clear")
def _(installed):
    cache = filled()
    env = dict(os.environ, BCCHOST_CACHE_DIR=cache)
    lines = command(BCCHOST, "cache", "list", env=env).stdout.splitlines()
    equal(sorted(l[:24].rstrip() for l in lines), ["ENTRY", "opensnoop", "opensnoop (kernel)"])
    open(f"{cache}/.new.0123456789abcdef", "w").close()  # of one that was killed while it wrote
    equal(command(BCCHOST, "cache", "clear", env=env).stdout, "removed 2 entries\n")
    equal(os.listdir(cache), [])
    equal(command(BCCHOST, "cache", "list", env=env).stdout.count("\n"), 1)
    true("compiled it in" in start(cache), "it was cleared")
