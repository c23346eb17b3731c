# SPDX-License-Identifier: Apache-2.0
"""What the steps of a conversion hand on to one another. The way goes: learn (the script's runs),
assemble (their texts as one, and what they attach), probes, show (with show_stream and show_table:
what is shown, as columns), callback (what it leaves out and works out), options, and program, which
makes the files' texts of it."""
import re

from .expr import Computed
from .template import Words


class Failure(Exception):
    """The script cannot be ported; the text is for people."""

    def __init__(self, text, line=0):
        super().__init__(text)
        self.line = line


class Report:
    def __init__(self):
        self.converted, self.guessed, self.left = [], [], []

    def put(self, to, line, text):
        entry = (line or 0, text)
        if entry not in to:
            to.append(entry)

    def did(self, line, text):
        self.put(self.converted, line, text)

    def guess(self, line, text):
        self.put(self.guessed, line, text)

    def todo(self, line, text):
        self.put(self.left, line, text)

    def add(self, text):
        self.todo(0, text)


class Work:
    def __init__(self, source, path, argv, ask, ask_facts=lambda keys: [True] * len(keys)):
        self.source, self.path, self.argv = source, path, argv
        self.ask = ask              # [function] -> {function: [(parameter, type)]} of BTF
        self.ask_facts = ask_facts  # [[kind, name, ...]] -> [bool], of the kernel
        self.files = {}         # texts beside the script, by the names that it has for them
        self.report = Report()
        self.words = Words()
        self.computed = Computed()
        # learn
        self.ex = None          # the Explorer, with all runs
        self.always = []        # values with a default: in the text without the option, too
        # assemble
        self.runs = []          # those whose texts are used
        self.kept = []          # which of these say something new
        self.attached = []      # for each kept: [(kind, target, handler, is a pattern, line)]
        self.texts_made = []    # for each kept
        self.conditions = None  # on the atoms of those kept
        self.prototypes = {}
        self.template = ""
        self.container_filter = False
        # probes
        self.guarded = {}       # handler -> [(probe, condition, line)]: attached in some runs only
        self.probe_options = set()
        self.binary_options = {}  # dest -> "binary", or "integer" of a process
        self.pid_options = set()  # dests of the process that uprobes are for
        self.fixed = {}           # dest -> text: those of both that all runs were given
        self.probe_pids = {}      # (kind, target, handler) -> dests (None: no process)
        # show, callback
        self.loadavg = False    # the script prints it above each table
        # The key `output`, and what else is known of it; of a stream "computed", "conditions"
        # ([(word, comparison)]: what the callback leaves out) and "only" ([(dest, field)]).
        self.out = {}
        self.column_options = set()
        self.told_less = set()  # dests: the callback prints less with them, which is told
        self.folded = None      # dest of the option for flame graphs, of the columns made last
        # options
        self.option_names = {}  # dest -> its name here

    def outs(self):
        """All that is shown: the output, and what stands in its `also`."""
        return [self.out] + self.out.get("also", [])

    def line_of(self, word):
        """The script's line that has the word; 0: none."""
        m = re.search(r"\b%s\b" % (word if "\\" in word else re.escape(word)), self.source)
        return self.source.count("\n", 0, m.start()) + 1 if m else 0
