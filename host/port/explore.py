# SPDX-License-Identifier: Apache-2.0
"""All runs of a script: as it is, once for each of its options, for both answers of the kernel, and
for two of these together where both change what is compiled."""
import itertools
import json
import os
import re
import resource
import select
import signal
import time

from . import perf
from . import run as runner
from . import rows, world
from .lines import lines_of_entries

RUN_SECONDS = 5      # of one run
TOTAL_SECONDS = 45   # of all
PAIRS = 160
# Questions that are answered one way.
UNTRIED = ("kfunc", "raw_tracepoint", "lsm", "raw_tracepoint_in_module")
# Bytes: of a script whose runs tell so much, the later ones try fewer events.
MANY, LESS = 2 << 20, 1 << 20
LEAVE = os._exit     # a script gets another one
NOTES_MAX = 24 << 20  # bytes that one run may tell

# Values to try: none is a number that a script has in its text.
FIRST, SECOND, STEP = 40129, 48311, 31


class Run:
    """One run's notes, sorted."""

    def __init__(self, notes, config, ended):
        self.config = config
        notes = [m for n in notes for m in (
            lines_of_entries(n) if n["what"] == "line" and n["phase"] == "loop" else (n,))]
        self.notes = notes
        self.programs = [n for n in notes if n["what"] == "program"]
        self.attaches = [n for n in notes if n["what"] == "attach"]
        self.asked = {tuple(n["key"]): n for n in notes if n["what"] == "asked"}
        self.lines = [n for n in notes if n["what"] == "line"]
        ends = [n for n in notes if n["what"] == "end"]
        self.end = ends[-1] if ends else {"how": ended, "text": "", "line": 0}
        self.waits = [n for n in notes if n["what"] == "waiting"]

    def of(self, what):
        return [n for n in self.notes if n["what"] == what]

    def program(self):
        """The one that most is attached to: a script may make others to find something out."""
        if not self.programs:
            return None
        count = lambda p: sum(a.get("program") == p["number"] for a in self.attaches)
        return max(self.programs, key=lambda p: (count(p), len(p["text"]) > 100, p["number"]))

    refused = False     # it gave up for what the kernel answered
    forgiven = False    # it may fail once it has begun to wait

    def good(self):
        return not self.refused and self.program() is not None and \
            (self.end["how"] not in ("error", "module", "syntax") or
             self.forgiven and self.failed_late()) \
            and (self.attaches or self.waits or self.of("table") or self.of("trace"))


    def failed_late(self):
        """With what it was told of tables and events, which is made up."""
        return self.end["how"] == "error" and bool(self.waits or self.of("trace")) and \
            self.end.get("phase", "before") != "before"


def one_run(source, path, config, deadline):
    """In a process of its own: whatever the script does to Python is gone with it."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.closerange(3, w)
            os.closerange(w + 1, 64)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CPU, (RUN_SECONDS, RUN_SECONDS + 1))
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)

            def emit(note):
                line = (json.dumps(note, default=str) + "\n").encode("utf-8", "replace")
                os.write(w, line)
                return len(line)

            runner.run(source, path, config, emit)
        except BaseException as e:  # the stand-in's own, or memory that ran out
            try:
                os.write(w, (json.dumps({"what": "end", "how": "error", "line": 0, "text":
                                         runner.describe(e)}) + "\n").encode())
            except BaseException:
                pass
        finally:
            LEAVE(0)
    os.close(w)
    data, ended = bytearray(), "end"
    limit = min(time.monotonic() + RUN_SECONDS, deadline)
    while True:
        left = limit - time.monotonic()
        ready = select.select([r], [], [], max(0, left))[0] if left > 0 else []
        if not ready:
            ended = "timeout"
            break
        part = os.read(r, 1 << 16)
        if not part:
            break
        data += part
        if len(data) > NOTES_MAX:
            ended = "flood"
            break
    os.close(r)
    status = end_process(pid, 0.5 if ended == "end" else 0)
    notes = []
    for line in bytes(data).decode("utf-8", "replace").split("\n"):
        try:
            note = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(note, dict) and isinstance(note.get("what"), str):
            notes.append(note)
    if ended == "end" and not any(n["what"] == "end" for n in notes):
        ended = "killed"
    by = os.WTERMSIG(status) if ended == "killed" and os.WIFSIGNALED(status) else 0
    # Alone on a processor it has used its seconds of that when those of the clock are over.
    made = Run(notes, config, "timeout" if by == signal.SIGXCPU else ended)
    made.size = len(data)
    if by and by != signal.SIGXCPU:
        made.end["signal"] = by
    return made


def end_process(pid, patience):
    """How it ended: by itself, if it does so soon."""
    until = time.monotonic() + patience
    done = 0
    while not done and time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        time.sleep(0 if done else 0.002)
    if done:
        return status
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
    return os.waitpid(pid, 0)[1]


class Atom:
    """Something that is so or not in a run: an option that was given, what the kernel has."""

    def __init__(self, kind, key, argv=(), answers=(), **more):
        self.kind = kind        # "flag", "value", "choice", "fact"
        self.key = key          # the option's dest (and its choice), or the question
        self.argv = list(argv)
        self.answers = list(answers)
        self.option = more.get("option")
        self.values = more.get("values")   # two numbers that were tried
        self.choice = more.get("choice")
        self.names_what = False     # a value that is what is attached to
        self.single = None      # the run with this alone
        self.second = None      # of a value, the run with the other number
        self.failed = None
        self.text_value = None  # a value that is no number
        self.always = False     # a value with a default: given in all runs


# What an option without a type may want, by what it is called.
LIKELY = (("ipv6|ip6", "2001:db8::1"), (r"\bips?\b|addr|\bhosts?\b", "192.0.2.1"), (r"\bmac\b", "02:00:00:00:00:01"),
          (r"ports?\b|pids?\b|\btids?\b|uid|\bid\b|count|number|interval|seconds|size|level", "1"),
          ("interface|iface|device|\bdev\b|\bnic\b|bridge", "lo"), ("file|path|director|\bdir\b", "/tmp"),
          ("prog|binary|librar|exec|command", "c"))


def likely(option):
    for text in (option["dest"].replace("_", " ") + " " + (option["metavar"] or ""), option["help"] or ""):
        for pattern, value in LIKELY:
            if re.search(pattern, text, re.I):
                # The help of an address may say which kind.
                return "2001:db8::1" if value == "192.0.2.1" and re.search(
                    "ipv?6", option["help"] or "", re.I) else value
    return "vfs_read"


class Explorer:
    def __init__(self, source, path, argv, always=()):
        self.source, self.path = source, path
        self.user_argv = list(argv)
        self.deadline = time.monotonic() + TOTAL_SECONDS
        self.runs = []
        self.atoms = []
        self.facts = {}
        self.options = []
        self.extra_argv = [w for a in always for w in a.argv]  # what must always be given
        self.always = list(always)
        self.required = []
        self.fixed_answers = {}
        self.files = {}
        self.forgiving = False
        self.many = None        # the run with many entries in its tables (rows.py)
        self.guesses = []
        self.cut = None

    def left(self):
        return self.deadline - time.monotonic()

    def run(self, argv=(), answers=(), positional=(), on=()):
        merged = dict(self.fixed_answers)
        for k, v in answers:
            merged[tuple(k)] = v
        config = {"argv": list(argv) + self.user_argv + self.extra_argv + list(positional),
                  "answers": [[list(k), v] for k, v in merged.items()], "files": self.files}
        if any(r.size > MANY for r in self.runs):
            config["most"] = LESS
        r = one_run(self.source, self.path, config, self.deadline)
        r.on = set(on)
        r.forgiven = self.forgiving
        self.runs.append(r)
        return r

    def first(self):
        """The script as it is; where it wants arguments, with some."""
        r = self.run()
        if not r.good() and ("kfunc",) in r.asked:
            self.fixed_answers[("kfunc",)] = True
            r = self.run()
        self.base = r
        told = r.of("options")
        self.options = told[0]["options"] if told else []
        self.description = told[0]["description"] if told else ""
        if not r.good():
            self.base = self.with_arguments(r)
        if not self.base.good():
            self.with_a_world()
        if not self.base.good():
            self.with_its_failure()
        return self.base

    def with_its_failure(self):
        """One that fails in its loop has said what it loads and attaches, and what it printed until
        then."""
        late = [r for r in self.runs if r.failed_late()]
        if not late:
            return
        best = max(late, key=lambda r: (len(r.attaches), len(r.lines)))
        self.forgiving = True
        for r in self.runs:
            r.forgiven = True
        if not best.good():
            self.forgiving = False
            return
        self.base = best
        self.extra_argv = [w for w in best.config["argv"] if w not in self.user_argv]
        self.fixed_answers = {tuple(k): v for k, v in best.config["answers"]}
        self.guesses.append((best.end["line"], "the script fails with what it is told of its tables and "
                             "events, which is made up: %s; what it prints after that is not known" %
                             best.end["text"]))

    def with_a_world(self):
        """It may look for what is not in the sandbox: a device, a file of /sys."""
        if self.base.end["how"] in ("syntax", "timeout", "flood", "killed"):
            return
        self.fixed_answers[world.ANSWER] = True
        r = self.run()
        if not r.good():
            r = self.with_arguments(r)
        if r.good():
            self.base = r
            for n in r.of("pretended"):
                self.guesses.append((n["line"], "the script looks for %s; it was told that this is "
                                     "there" % n["name"]))
        else:
            del self.fixed_answers[world.ANSWER]

    def with_arguments(self, plain):
        """The run with values for what it must be given, one of its kind; else the plain one."""
        self.required = missing = [
            o for o in self.options
            if (not o["strings"] and o["nargs"] not in ("?", "*")) or o["required"] and o["strings"]]
        if self.user_argv:
            return plain
        if not missing:
            return self.with_words(plain)
        last = plain
        for values in (("vfs_read",), ("1",), ("vfs_read", "1"), ("/tmp",), ("127.0.0.1",), None):
            self.extra_argv = []
            for o in missing:
                value = o["choices"][0] if o["choices"] else "1" if o["type"] in ("int", "float") \
                    else (values or ("1",))[min(len(values or ("1",)) - 1, sum(
                        not x.startswith("-") for x in self.extra_argv))]
                if values is None and not o["choices"] and o["type"] not in ("int", "float"):
                    value = likely(o)
                self.extra_argv += ([o["strings"][-1]] if o["strings"] else []) + [value]
            last = self.run()
            if last.good():
                self.guesses.append((0, "the script wants arguments; `%s` was given (say others "
                                     "after --)" % " ".join(self.extra_argv)))
                return last
        self.extra_argv = []
        return last

    def with_words(self, plain):
        """The run of a script that reads sys.argv itself, or that fails without an option which it
        does not say is required; else the plain one."""
        parsed = re.findall(r"\badd_option\(\s*['\"](--?[\w-]+)", self.source)[:8]
        if plain.end["how"] not in ("error", "exit", "end") or plain.attaches or \
           "argv" not in self.source and not self.options and not parsed:
            return plain
        words = ("1",), ("lo",), ("/tmp",), ("1", "1"), ("c",), ("c", "malloc"), ("1", "1", "1")
        if parsed:      # by optparse
            words += tuple((name, "1") for name in parsed) + (sum([(n, "1") for n in parsed], ()),)
        if self.options:
            taking = [max(o["strings"], key=len) for o in self.options
                      if o["strings"] and o["action"] == "_StoreAction"][:8]
            words = [(name, v) for name in taking for v in ("1", "vfs_read")]
            words.append(sum([(name, "1") for name in taking], ()))
            if any(not o["strings"] for o in self.options):
                words.insert(0, ("1",))
        farthest = plain
        for self.extra_argv in map(list, words):
            if self.left() < 20:
                break
            last = self.run()
            if last.end["how"] == "error" and last.end["line"] > farthest.end["line"]:
                farthest = last
            if last.good():
                self.guesses.append((plain.end.get("line", 0), "the script wants arguments; `%s` was "
                                     "given (say others after --)" % " ".join(self.extra_argv)))
                self.required = [o for o in self.options if set(o["strings"]) & set(self.extra_argv)]
                return last
        self.extra_argv = []
        return farthest

    def text(self, r):
        p = r.program()
        return (p["text"], tuple(p["cflags"])) if p else None

    def shape(self, r):
        return (self.text(r), tuple((a["kind"], a["target"], a["run"],
                                     tuple(a.get(k) for k in perf.KEYS)) for a in r.attaches))

    # --- options ---

    def positional_prefix(self, option):
        """What must stand before this word without a dash."""
        out = []
        for o in self.options:
            if o["strings"]:
                continue
            if o is option:
                return out
            if o["nargs"] in ("?", "*", None) and not (o["nargs"] is None and self.extra_argv):
                default = o["default"]
                out.append(str(default) if default is not None else "1")
        return out

    def try_value(self, option, value):
        # --x=value: a value may begin with a dash
        if option["strings"]:
            name = max(option["strings"], key=len)
            words = [name + "=" + value] if name.startswith("--") else [name, value]
            return words, self.run(words)
        words = self.positional_prefix(option) + [value]
        return words, self.run((), (), words)

    def try_option(self, i, o):
        if any(a.option["dest"] == o["dest"] for a in self.always):
            return
        if any(r is o or r["dest"] == o["dest"] for r in self.required if self.extra_argv):
            return
        if self.left() < 3:
            self.cut = "options from --%s on were not tried" % o["dest"]
            return
        if o["action"] in ("_StoreTrueAction", "_StoreFalseAction", "_StoreConstAction",
                           "_CountAction", "_AppendConstAction", "BooleanOptionalAction"):
            argv = [max(o["strings"], key=len)]
            a = Atom("flag", (o["dest"], argv[0]), argv, option=o)
            a.single = self.run(argv)
            a.single.on = {a}
            self.check(a)
            return
        if o["choices"]:
            for c in o["choices"][:16]:
                if c == o["default"] or str(o["default"]) == c:
                    continue
                words, r = self.try_value(o, c)
                a = Atom("choice", (o["dest"], c), words if o["strings"] else [], option=o,
                         choice=c)
                a.single = r
                self.check(a)
            return
        v1, v2 = FIRST + STEP * i, SECOND + STEP * i
        if o["type"] == "float":
            pass
        words, r = self.try_value(o, str(v1))
        a = Atom("value", (o["dest"],), words if o["strings"] else [], option=o, values=(v1, v2))
        a.single = r
        if r.good():
            a.second = self.try_value(o, str(v2))[1]
            if not a.second.good():
                a.second = None
        else:
            for small in ((3, 5), (30, 50), (700, 900)):
                words, r2 = self.try_value(o, str(small[0]))
                if r2.good():
                    a.values, a.single = small, r2
                    a.argv = words if o["strings"] else []
                    a.second = self.try_value(o, str(small[1]))[1]
                    break
            else:
                for word in ("portedname", "/tmp", "root", "vfs_read"):
                    words, r2 = self.try_value(o, word)
                    if r2.good():
                        a.single, a.text_value, a.values = r2, word, None
                        a.argv = words if o["strings"] else []
                        break
        if a.single.good() and a.values and self.shape(a.single) == self.shape(self.base) and \
           o["type"] in (None, "str"):
            # A number changes nothing: maybe it is a name.
            words, r2 = self.try_value(o, "portedname")
            if r2.good() and self.shape(r2) != self.shape(self.base):
                a.single, a.text_value, a.values, a.second = r2, "portedname", None, None
                a.argv = words if o["strings"] else []
        self.check(a)

    def names_target(self, a):
        """Is the value what something is attached to in the kernel? Then it is no number."""
        values = [str(v) for v in a.values or ()] + [a.text_value or ""]
        return any(v and v in (n["target"] or "") for v in values for n in a.single.attaches
                   if n["kind"] in ("kprobe", "kretprobe", "tracepoint", "raw_tracepoint", "kfunc",
                                    "kretfunc"))

    def check(self, a):
        if a.kind == "value":
            a.odd = a.names_what = self.names_target(a)
        a.single.on = {a}
        if a.second:
            a.second.on = {a}
        if not a.single.good():
            a.failed = a.single.end
            for n in a.single.of("argument-error"):
                a.failed = {"how": "argument", "text": n["text"], "line": 0}
        self.atoms.append(a)

    # --- answers of the kernel ---

    def answers_tree(self, argv=()):
        """Flips each question, and those that are only asked after that, in their place."""
        queue = [((), self.base)]
        seen = set()
        while queue and len(seen) < 48 and self.left() > 3:
            flips, r = queue.pop(0)
            for key, n in r.asked.items():
                if key not in self.facts:
                    self.facts[key] = n
                if key in dict(flips) or key[0] in UNTRIED:
                    continue
                if flips and key in self.base.asked:
                    continue
                more = tuple(sorted(flips + ((key, not n["answer"]),)))
                if more in seen:
                    continue
                seen.add(more)
                made = self.run((), more)
                made.refused = made.end["how"] == "exit" and not made.waits and \
                    bool(self.base.waits)
                queue.append((more, made))
        for key, n in self.facts.items():
            if key[0] in UNTRIED:
                continue
            a = Atom("fact", key, (), ((key, not n["answer"]),))
            a.base_answer = n["answer"]
            for r in self.runs:
                if [list(key), not n["answer"]] in r.config["answers"]:
                    r.on.add(a)
                    if len(r.on) == 1:
                        a.single = a.single or r
            # One that is asked only after another answer: the run with both.
            a.single = a.single or next((r for r in self.runs if a in r.on), None)
            if a.single:
                self.atoms.append(a)

    # --- two together ---

    def pairs(self):
        base = self.shape(self.base)
        changing = [a for a in self.atoms if not a.failed and a.single and a.single.good() and
                    self.shape(a.single) != base]
        n = 0
        for a, b in itertools.combinations(changing, 2):
            if a.kind == b.kind == "fact" and \
               (a.key in b.single.asked) != (b.key in a.single.asked):
                continue
            if a.option and b.option and a.option is b.option:
                continue
            if not (a.argv or a.answers) or not (b.argv or b.answers):
                continue
            if n >= PAIRS or self.left() < 3:
                self.cut = "not all options were tried together"
                return
            n += 1
            self.run(a.argv + b.argv, a.answers + b.answers, (), (a, b))

    def explore(self):
        base = self.first()
        if not base.good():
            return self
        self.answers_tree()
        for i, o in enumerate(self.options):
            self.try_option(i, o)
        self.pairs()
        if any(n["method"] in rows.WALKS for n in base.of("table")) and self.left() > 1:
            self.many = self.run((), ((rows.ANSWER, True),))
            self.runs.pop()     # it says nothing of texts and probes
        return self
