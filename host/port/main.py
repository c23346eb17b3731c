# SPDX-License-Identifier: Apache-2.0
"""What `bcchost port` starts, in its sandbox. Descriptor 3 brings the job, a line of JSON, and the
answers to what is asked on descriptor 4: {"ask": [functions]} or, at the end, {"done": …} or
{"failed": …}."""
import json
import os
import re


def python3(source):
    """Python 2's text as Python 3's, as far as that is simple; (text, how it was done), or None."""
    # Python 2 took a tab for what leads to the next eighth column.
    tabs = re.sub(r"^[ \t]+", lambda m: m.group(0).expandtabs(8), source, flags=re.M)
    for text, before in ((source, ""), (tabs, "its tabs as eight columns")):
        for change, how in ((str, ""), (as_2to3, "as 2to3 does"),
                            (prints, "its print statements alone")):
            try:
                made = change(text)
                compile(made, "script", "exec", dont_inherit=True)
                return made, ", ".join(filter(None, (before, how)))
            except Exception:
                continue
    return None


def as_2to3(source):
    import warnings
    warnings.simplefilter("ignore")
    from lib2to3 import refactor
    tool = refactor.RefactoringTool(refactor.get_fixers_from_package("lib2to3.fixes"))
    return str(tool.refactor_string(source if source.endswith("\n") else source + "\n", "script"))


def prints(source):
    text = re.sub(r"^([ \t]*)print[ \t]+(?!\()(.*?)[ \t]*$", r"\1print(\2)", source, flags=re.M)
    text = re.sub(r"^([ \t]*)print[ \t]*$", r"\1print()", text, flags=re.M)
    text = re.sub(r"\bexcept\s+([\w.()]+)\s*,\s*(\w+)\s*:", r"except \1 as \2:", text)
    text = re.sub(r"\bxrange\b", "range", text)
    text = re.sub(r"\.iter(items|values|keys)\(", r".\1(", text)
    return re.sub(r"\b(0)([0-7]{2,})\b", r"0o\2", text)


def type_of(name, decl):
    """"struct dentry *dentry" without its name."""
    head, _, tail = (decl or "").rpartition(name) if name else (decl or "", "", "")
    return (head + tail).strip()


def main():
    answers, results = os.fdopen(3, "r"), os.fdopen(4, "w")

    def say(what):
        results.write(json.dumps(what) + "\n")
        results.flush()

    def ask(names):
        say({"ask": names})
        got = json.loads(answers.readline())
        return {k: [(name, type_of(name, decl)) for name, decl in v] for k, v in got.items()}

    def ask_facts(keys):
        say({"facts": keys})
        return json.loads(answers.readline())

    job = json.loads(answers.readline())
    source = job["script"].lstrip("\ufeff")
    import warnings
    warnings.simplefilter("ignore")
    from . import assemble, beside, program, show
    from .work import Failure, Work
    how = None
    try:
        compile(source, "script", "exec", dont_inherit=True)
    except SyntaxError as e:
        converted = python3(source)
        if converted:
            source, how = converted
        else:
            say({"failed": "syntax error: %s" % e.msg, "line": e.lineno or 0})
            return
    except (ValueError, MemoryError, RecursionError) as e:
        say({"failed": "this is no Python: %s" % e, "line": 0})
        return
    files, asked = {}, set()
    path = job["path"]
    while beside.wanted(source, files, path) - asked and len(asked) < beside.FILES:
        names = sorted(beside.wanted(source, files, path) - asked)[:beside.FILES - len(asked)]
        say({"files": names})
        files.update(json.loads(answers.readline()))
        asked |= set(names)
    for name in sorted(files):
        if name.endswith(".py"):
            try:
                compile(files[name], name, "exec", dont_inherit=True)
            except SyntaxError:
                files[name] = (python3(files[name]) or (files[name],))[0]
            except ValueError:
                pass
    work = Work(source, job["path"], job["argv"], ask, ask_facts)
    work.files = files
    if how:
        work.report.guess(0, "the script is Python 2; it was converted, %s" % how)
    try:
        yaml, text = program.document(work, job["name"])
    except Failure as e:
        say({"failed": str(e), "line": e.line, "left": sorted(work.report.left)})
        return
    except (RecursionError, MemoryError) as e:
        say({"failed": "the script is too much for port (%s)" % type(e).__name__, "line": 0})
        return
    r = work.report
    say({"done": {"program": yaml, "template": text, "converted": sorted(r.converted),
                  "guessed": sorted(r.guessed), "left": sorted(r.left),
                  "probes": assemble.attached_here(work),
                  "headings": show.printed_headings(work)}})


if __name__ == "__main__":
    main()
