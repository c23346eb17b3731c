# SPDX-License-Identifier: Apache-2.0
"""The runs of a script, and what the values of its options become in the text."""
import re
import signal

from . import template
from .explore import Explorer
from .lines import render
from .probes import UNTOLD, nothing_to_probe
from .work import Failure


def learn_script(work):
    ex = Explorer(work.source, work.path, work.argv)
    ex.files = work.files
    ex.explore()
    fail_early(work, ex)
    always = [a for a in ex.atoms if learn_numbers(work, ex, a)]
    if always:
        again = Explorer(work.source, work.path, work.argv, always)
        again.files = work.files
        again.deadline = min(again.deadline, ex.deadline + MORE_SECONDS)
        again.extra_argv += [w for w in ex.extra_argv if w not in again.extra_argv]
        again.explore()
        if again.base.good():
            ex = again
    for a in ex.atoms:
        learn_numbers(work, ex, a)
    work.ex, work.always = ex, ex.always
    if ex.cut:
        work.report.todo(0, ex.cut)
    for line, text in ex.guesses:
        work.report.guess(line, text)


def fail_early(work, ex):
    """Says why there is nothing to convert; of a script that wants what is not installed, that first."""
    try:
        check(work, ex)
    except Failure as e:
        made_up = ex.base.of("invented")
        if not made_up or UNFIT.search(str(e)):
            raise
        raise Failure("the script wants the Python module %s, which is not installed here (install it, or "
                      "take out what needs it); with a stand-in for it%s %s%s" % (
                          made_up[0]["name"], ", line %d:" % e.line if e.line else "", e,
                          packets_of(work.source)), made_up[0]["line"]) from None
    for n in ex.base.of("invented"):
        work.report.todo(n["line"], "the script uses the Python module %s, which is not installed here and "
                         "was made up: what the script does with it is left out; a value that it makes of an "
                         "event's is shown as the event has it" % n["name"])


UNFIT = re.compile("^(this is no BCC script|all that the script attaches to)")


def check(work, ex):
    base = ex.base
    end = base.end
    if base.good():
        return
    how, text, line = end["how"], end.get("text", ""), end.get("line", 0)
    if how == "syntax":
        raise Failure("this is no Python 3: %s" % text, line)
    if how == "module":
        raise Failure("the script wants the Python module %s, which is not installed here; "
                      "install it, or take out what needs it%s" % (text, packets_of(work.source)),
                      line)
    bcc = re.search(r"^\s*(from|import)\s+bcc\b", work.source, re.M) or \
        re.search(r"\bimport\b.*\bbcc\b", work.source)
    if not bcc:
        raise Failure("this is no BCC script: it does not import bcc")
    if how == "timeout":
        raise Failure("the script did not come to an end, nor ask bcc for anything to wait "
                      "for, in %d seconds" % 5)
    if how == "flood":
        raise Failure("the script was ended: it told more than can be kept")
    if how == "killed":
        raise Failure("the script's process was ended %s" % ENDED.get(end.get("signal"), "by itself, without "
                      "Python's noticing" if not end.get("signal") else "by signal %d" % end["signal"]))
    if how == "error" and text.startswith("EOFError"):
        raise Failure("the script asks for something on standard input, which is empty here; make an "
                      "option of it", line)
    kinds = {a["kind"] for a in base.attaches}
    if kinds and kinds <= set(UNTOLD):
        raise Failure(nothing_to_probe([(k,) for k in kinds]), base.attaches[0]["line"])
    if how == "error":
        given = [w for w in base.config["argv"] if w not in work.argv]
        missing = text.startswith("FileNotFoundError") and re.search(r": '[^/].*'$", text)
        raise Failure("the script fails %s: %s%s" % (
            "with `%s`" % " ".join(given) if given else "without options", text,
            "; what it reads must stand beside it, under the name that its text says" if missing else ""), line)
    bad = base.of("argument-error")
    if bad:
        raise Failure("the script does not take these arguments: %s (give what it needs after "
                      "--)" % bad[-1]["text"])
    if not base.programs:
        said = [render([p]) for n in base.lines for p in n["pieces"]]
        said = " ".join(" ".join(said).split())[-120:]
        raise Failure("the script ended%s before it made a BPF program%s" % (
            " (%s)" % text if text and text != "None" else "",
            "; it said \"%s\"" % said if said else ""), line)
    raise Failure("the script attaches to nothing and waits for nothing", line)


ENDED = {signal.SIGKILL: "by signal 9: it wants more memory than it may have",
         signal.SIGSEGV: "by signal 11: it calls into a library of C, which fails here"}
MORE_SECONDS = 25   # for the second pass, of which the host's patience with both leaves room

PACKETS = re.compile(r"\bBPF\s*\.\s*(XDP|SCHED_CLS|SCHED_ACT|SOCKET_FILTER|SOCK_OPS|SK_SKB|SK_MSG|LWT_\w+|"
                     r"CGROUP_\w+)\b|\b(attach_xdp|attach_raw_socket)\b")


def packets_of(source):
    """What is to be said of a script that did not run, if it looks like one of those for packets."""
    found = PACKETS.search(source)
    return "; it also uses %s: programs for packets and sockets are none of a tool's" % (
        found.group(1) or found.group(2)) if found else ""


def learn_numbers(work, ex, a):
    """What the value of an option becomes in the text; is it there without the option, too?"""
    a.numbers = getattr(a, "numbers", None) or {}
    if a.kind != "value" or a.failed or not a.values or not a.second:
        return False
    one, two = ex.text(a.single), ex.text(a.second)
    if not one or not two:
        return False
    join = lambda t: "\n".join(t[1]) + "\n" + t[0]
    numbers = template.derived_numbers(join(one), join(two), *a.values)
    if numbers is None:
        a.odd = True
        return False
    a.numbers = numbers
    default = a.option["default"]
    if not numbers or isinstance(default, bool) or default is None:
        return False
    try:
        d = int(default)
    except (ValueError, TypeError):
        return False
    if not -1 << 62 < d < 1 << 62:
        return False

    def back(m):
        if m.group(1) not in numbers:
            return m.group(0)
        k, b = numbers[m.group(1)]
        return str(k * d + b) + m.group(2)
    base = ex.text(ex.base)
    if template.NUMBER.sub(back, join(one)) != join(base):
        return False
    if not a.argv and not a.option["strings"]:
        a.argv = ex.positional_prefix(a.option) + [str(a.values[0])]
    a.always = True
    a.fallback = d
    return True
