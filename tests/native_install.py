# SPDX-License-Identifier: Apache-2.0
"""What make install puts where, and the manual pages: cases of run-native.py."""

import os
import re
import shlex

from harness import case, command, equal, matches, true
from native import BCCHOST, bcchost, facts, fails, PREFIX, read, succeeds, TEMP, TOOLS, TOP, USAGE


# --- installing ---


@case("make install: list has every tool of tools.list")
def _(installed):
    listed = [l.split()[0] for l in succeeds(bcchost("list", nobody=True)).splitlines() if l.startswith("  ")]
    equal(sorted(listed), sorted(TOOLS))


@case("the host is linked with neither LLVM nor libbcc")
def _(installed):
    out = command("ldd", BCCHOST).stdout
    equal(re.findall(r"\S*(?:LLVM|clang|libbcc)\S*", out), [])


@case("--version, --help")
def _(installed):
    matches(succeeds(bcchost("--version", nobody=True)), r"^bcchost \d+\.\d+\.\d+\nlibbcc \d+\.\d+")
    matches(succeeds(bcchost("--help", nobody=True)), r"--print-bpf.*--btf")


@case("the help of each tool; its examples are commands that work")
def _(installed):
    for tool in TOOLS:
        text = succeeds(bcchost(tool, "--help", nobody=True))
        examples = re.findall(rf"^ *(?:\$ )?bcchost ({tool}\b.*)$", text.split("Examples")[1], re.M)
        true(examples, f"{tool} --help shows no examples", text)
        true(max(map(len, text.splitlines())) <= 80, f"{tool} --help is wider than 80 columns", text)
        release, options = facts("bookworm")
        for e in examples:
            run = bcchost("--print-bpf", *options, *shlex.split(e.split("   ")[0]))
            if "there is no disk" not in run.stderr:  # an example's disk need not be in this machine
                succeeds(run)


# --- the manual pages ---

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COLUMNS", "FIELDS", "OVERHEAD", "CAVEATS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"]


def page_of(name):
    path = f"{PREFIX}/share/man/man8/{name}.8"
    true(os.path.exists(path), f"make install made no {path}")
    run = command("mandoc", "-T", "utf8", "-O", "width=100", path)
    equal(run.returncode, 0, f"mandoc {name}.8", run.stderr)
    return path, re.sub(".\b", "", run.stdout)  # bold is a letter over itself


def lint(path):
    for argv in (["mandoc", "-T", "lint", "-W", "warning", path], ["groff", "-man", "-ww", "-Tutf8", "-z", path]):
        run = command(*argv)
        equal((run.returncode, run.stdout + run.stderr), (0, ""), " ".join(argv))


def sections_of(text):
    """Heading: the lines below it."""
    found, body = {}, []
    for line in text.splitlines()[1:-1]:
        if re.match(r"[A-Z]", line):
            body = found.setdefault(line.strip(), [])
        else:
            body.append(line)
    return {heading: "\n".join(body) for heading, body in found.items()}


def has_manual(tool):
    path, text = page_of(f"bcchost-{tool}")
    lint(path)
    sections = sections_of(text)
    equal(list(sections), SECTIONS)
    for heading, body in sections.items():
        true(body.strip(), f"{heading} is empty")
    matches(sections["NAME"], rf"bcchost-{tool} - \w")
    # A column that the program says nothing of gets a text of the host's: see options_man.c.
    true("What the template has in its field" not in text, "a column without `about`", sections["COLUMNS"])
    for _, title in re.findall(r"(?m)^  +- \{title: (\"?)(.*?)\1[,}]", read(f"{TOP}/programs/{tool}.yaml")):
        matches(sections["COLUMNS"], rf"(?m)^ +{re.escape(title)}\b|{re.escape(title)}(?!\w)", title)
    options = re.findall(r"(?m)^  (?:-\w, |    )(--[\w-]+)", succeeds(bcchost(tool, "--help")))
    true(options, f"{tool} --help shows no options")
    for option in options:
        matches(sections["OPTIONS"], rf"(?m)^ +(-\w, )?{option}(?![\w-])", option)


for tool_ in TOOLS:
    case(f"{tool_} has a manual page, whole and sound")(lambda installed, t=tool_: has_manual(t))


@case("bcchost(8) has every tool")
def _(installed):
    path, text = page_of("bcchost")
    lint(path)
    for t in TOOLS:
        matches(text, rf"(?m)^ +{t}(?: |$)")
        matches(text, rf"bcchost-{t}\(8\)")
    equal(succeeds(bcchost("man", nobody=True)), read(path))
    equal(succeeds(bcchost("man", TOOLS[0], nobody=True)), read(f"{PREFIX}/share/man/man8/bcchost-{TOOLS[0]}.8"))
    fails(bcchost("man", "nosuchtool"), USAGE, "nosuchtool", "bcchost list")
    fails(bcchost("man", TOOLS[0], "more"), USAGE, "more")


@case("README's table has every tool, and no other")
def _(installed):
    table = read(f"{TOP}/README.md").split("## The tools")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| (`\w+`(?:,? `\w+`)*) \| *[^| ].*\|", table)
    equal(sorted(re.findall(r"\w+", " ".join(rows))), sorted(TOOLS))


@case("make uninstall leaves nothing; DESTDIR goes before PREFIX")
def _(installed):
    where = f"{TEMP}/staged"
    for target in ("install", "uninstall"):
        run = command("make", "-s", "-C", TOP, f"DESTDIR={where}", "PREFIX=/opt/x", target)
        equal(run.returncode, 0, note=run.stderr)
        files = [f for _, _, names in os.walk(where) for f in names]
        true(bool(files) == (target == "install"), f"after make {target}: {files}")
        if target == "install":
            true(os.path.exists(f"{where}/opt/x/bin/bcchost"), "no opt/x/bin/bcchost")
