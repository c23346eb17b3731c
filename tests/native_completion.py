# SPDX-License-Identifier: Apache-2.0
"""Completion in bash and zsh: cases of run-native.py."""

import os
import pty
import select
import shlex
import shutil
import subprocess
import tempfile
import time

from harness import case, command, equal, true
from native import bcchost, BCCHOST, fails, PREFIX, TEMP, TOOLS, TOP, USAGE


def completed(*words):
    """What bash would offer for the last word; `=` is a word of its own there."""
    script = f"""source {PREFIX}/share/bash-completion/completions/bcchost
COMP_WORDS=({" ".join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; _bcchost; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return command("bash", "-c", script, cwd=TEMP).stdout.split()


@case("completion in bash: commands, tools, their options, the values of an option")
def _(installed):
    equal(completed(BCCHOST, "filel"), ["filelife"])
    true(set(TOOLS) | {"list", "doctor", "--btf"} <= set(completed(BCCHOST, "")), "something is missing")
    equal(completed(BCCHOST, "opensnoop", "--dur"), ["--duration"])
    equal(completed(BCCHOST, "opensnoop", "--extended"), ["--extended-fields"])
    equal(completed(BCCHOST, "opensnoop", "--flag-filter", "O_RD"), ["O_RDONLY", "O_RDWR"])
    equal(completed(BCCHOST, "opensnoop", "-f", "O_RD"), ["O_RDONLY", "O_RDWR"])
    equal(completed(BCCHOST, "--print-bpf", "filetop", "--sort", "rb"), ["rbytes"])
    equal(completed(BCCHOST, "filetop", "--sort", "=", "rb"), ["rbytes"])
    equal(completed(BCCHOST, "filetop", "--sort="), [f"--sort={s}" for s in completed(BCCHOST, "filetop", "--sort", "")])
    equal(completed(BCCHOST, "filelife", "--debug", "ir,so"), ["ir,source"])
    equal(completed(BCCHOST, "filelife", "--buffer", ""), ["auto", "ring", "perf"])
    equal(completed(BCCHOST, "filelife", "--max-events", ""), [])
    true(str(os.getpid()) in completed(BCCHOST, "filelife", "--pid", ""), "a process is missing")
    true("root" in completed(BCCHOST, "filelife", "--uid", "ro"), "a user is missing")
    true("-p" in completed(BCCHOST, "filelife", "-"), "a letter is missing")
    equal(completed(BCCHOST, "filelife", "--output", ""), ["text", "json", "csv"])
    equal(completed(BCCHOST, "biolatency", "--output", ""), ["text", "json", "csv", "svg"])
    equal(completed(BCCHOST, "no-such-tool", "--d"), [])
    equal(completed(BCCHOST, "cache", "c"), ["clear"])
    equal(completed(BCCHOST, "cache", "clear", ""), [])
    equal(completed(BCCHOST, "doctor", "--output", ""), ["json"])
    equal(completed(BCCHOST, "man", "filel"), ["filelife"])
    equal(completed(BCCHOST, "--kernel-release", "6.1", "filel"), ["filelife"])
    equal(completed(BCCHOST, "opensnoop", "--show", "container,p"), ["container,pod"])
    equal(completed(BCCHOST, "export", "--l"), ["--listen"])
    equal(completed(BCCHOST, "export", "--check", "opens"), ["opensnoop"])
    equal(completed(BCCHOST, "export", "opensnoop", ":", "failed,na"), ["failed,name"])
    equal(completed(BCCHOST, "port", "--f"), ["--force"])
    fails(bcchost("completion", "fish"), USAGE, "bash or zsh")


@case("completion in bash: files, and tools in a directory that is named before")
def _(installed):
    mine = f"{TEMP}/com plete"
    os.makedirs(f"{mine}/sub", exist_ok=True)
    shutil.copy(f"{TOP}/programs/filelife.yaml", f"{mine}/mylife.yaml")
    equal(completed(BCCHOST, "--tools-dir", mine, "myl"), ["mylife"])
    true("--pid" in completed(BCCHOST, "--tools-dir", mine, "mylife", "--"), "no option of it")
    for quoted in (mine.replace(" ", "\\ "), f"'{mine}'", f'"{mine}"', mine.replace("com p", '"com p"')):
        equal(completed(BCCHOST, "--tools-dir", quoted, "myl"), ["mylife"])
    equal(completed(BCCHOST, "--btf", "bookworm/bt", ), ["bookworm/btf"])
    equal(completed(BCCHOST, "--btf", "=", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "--btf=bookworm/bt"), ["--btf=bookworm/btf"])
    equal(completed(BCCHOST, "filelife", "--dir", "bookw"), ["bookworm"])
    equal(completed(BCCHOST, "export", "--config", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "run", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "port", "bookworm/bt"), ["bookworm/btf"])
    equal(completed(BCCHOST, "port", "-o", "bookw"), ["bookworm"])


# What a person sees who types: a widget writes the line down, another puts all matches into it.
ZSH = r"""
PS1='' PS2='' ; unsetopt prompt_cr prompt_sp; path=(%(prefix)s/bin $path); fpath=(%(fpath)s $fpath)
autoload -U compinit; compinit -u -D
%(load)s
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert yes
zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches
written() { print -r -- "$BUFFER" >>%(out)s; BUFFER= }
zle -N written; bindkey '^Xw' written
"""


def zsh_completes(lines, load="", fpath=f"{PREFIX}/share/zsh/site-functions"):
    """The lines as they are after the tabulator (if they end with one) or with all matches."""
    out = tempfile.NamedTemporaryFile(dir=TEMP)
    with open(f"{TEMP}/.zshrc", "w") as f:
        f.write(ZSH % {"prefix": PREFIX, "out": out.name, "load": load, "fpath": fpath})
    master, slave = pty.openpty()
    env = dict(os.environ, ZDOTDIR=TEMP, TERM="vt100", COLUMNS="200", LINES="50")
    zsh = subprocess.Popen(["zsh", "-d", "-i"], stdin=slave, stdout=slave, stderr=slave, env=env, cwd=TEMP, start_new_session=True)
    os.close(slave)
    screen = b""
    try:
        for i, line in enumerate(lines):
            os.write(master, (line if line.endswith("\t") else f"{line}\x18a").encode() + b"\x18w")
            end = time.monotonic() + 300
            while len(open(out.name).read().splitlines()) <= i and time.monotonic() < end:
                if select.select([master], [], [], 0.1)[0]:
                    screen += os.read(master, 65536)
        written = open(out.name).read().splitlines()
        equal(len(written), len(lines), "lines", screen.decode(errors="replace"))
        return written
    finally:
        zsh.kill()
        zsh.wait()
        os.close(master)


@case("completion in zsh: commands, tools, their options, the values of an option")
def _(installed):
    typed = ["bcchost filel\t", "bcchost opensnoop --dura\t", "bcchost filetop --sort rb\t", "bcchost filetop --sort=rb\t",
             "bcchost opensnoop --flag-filter O_RD", "bcchost cache ", "bcchost ", "bcchost filelife --btf bookworm/bt\t",
             "bcchost --btf=bookworm/bt\t", "bcchost filelife --max-events \t"]
    for load, fpath in (("", f"{PREFIX}/share/zsh/site-functions"), ("source <(bcchost completion zsh)", "")):
        got = [line.rstrip() for line in zsh_completes(typed, load, fpath)]
        equal(got[:4], ["bcchost filelife", "bcchost opensnoop --duration", "bcchost filetop --sort rbytes", "bcchost filetop --sort=rbytes"])
        equal(set(got[4].split()[3:]), {"O_RDONLY", "O_RDWR"})
        equal(set(got[5].split()[2:]), {"list", "clear"})
        true(set(TOOLS) | {"list", "doctor"} <= set(got[6].split()), "something is missing", got[6])
        equal(got[7:], ["bcchost filelife --btf bookworm/btf", "bcchost --btf=bookworm/btf", "bcchost filelife --max-events"])
