# SPDX-License-Identifier: Apache-2.0
"""The template: the texts of all runs as one, with words for what options fill and #if for what
options and the kernel choose."""
import re

from . import ctext

HOST_WORDS = ("FILTER", "FILTER_TASK", "SIGNATURE", "RESULT", "LOST")
NUMBER = re.compile(r"(?<![\w.])(\d+)([uUlL]*)(?![\w.])")
CONTAINERS_DEF = re.compile(
    r"\s*static inline int container_should_be_filtered\(\) \{ return 0; \}\n?")
CONTAINERS_USE = re.compile(r"if\s*\(\s*container_should_be_filtered\(\s*\)\s*\)\s*"
                            r"(?:\{\s*return\s+0\s*;\s*\}|return\s+0\s*;)")


def upper(name):
    word = re.sub(r"\W", "_", name).upper()
    return word if word[:1].isalpha() else "X" + word


class Words:
    """The macros and words that the template gets."""

    def __init__(self):
        self.used = {}      # word -> ("value"/"given"/"choice", atom)
        self.facts = {}     # macro -> question

    @staticmethod
    def value(atom):
        return "OPT_" + upper(atom.option["dest"])

    def of(self, atom):
        """The C condition that holds while the atom is on, and its opposite."""
        if atom.kind == "fact":
            macro = fact_macro(atom.key)
            self.facts[macro] = atom.key
            yes, no = "defined(%s)" % macro, "!defined(%s)" % macro
            return (no, yes) if atom.base_answer else (yes, no)
        if atom.kind == "choice":
            word = self.value(atom)
            self.used[word] = ("choice", atom)
            return "%s == %d" % (word, atom.number), "%s != %d" % (word, atom.number)
        word = self.value(atom) + ("_GIVEN" if atom.kind == "value" else "")
        self.used[word] = ("given", atom)
        return word, "!" + word


def fact_macro(key):
    if key[0] == "field":
        return "HAS_%s_%s" % (upper(key[1]), upper(key[2]))
    if key[0] == "tracepoint":
        return "HAS_TRACEPOINT_%s_%s" % (upper(key[1]), upper(key[2]))
    return "HAS_" + upper(key[1])  # a function, a symbol, a perf event


def condition_text(alternatives, words):
    parts = []
    for combo in alternatives:
        terms = [words.of(a)[0 if wanted else 1] for a, wanted in combo]
        text = " && ".join(terms)
        parts.append("(%s)" % text if len(terms) > 1 and len(alternatives) > 1 else text)
    return " || ".join(parts)


def derived_numbers(text1, text2, v1, v2):
    """{number as text1 has it: (a, b)}: it is a * value + b. None if the texts differ in more."""
    n1, n2 = NUMBER.split(text1), NUMBER.split(text2)
    if len(n1) != len(n2):
        return None
    out = {}
    for i in range(0, len(n1), 3):
        if n1[i] != n2[i]:
            return None
    for i in range(1, len(n1), 3):
        if n1[i] == n2[i]:
            continue
        x, y = int(n1[i]), int(n2[i])
        if (y - x) % (v2 - v1):
            return None
        a = (y - x) // (v2 - v1)
        out[n1[i]] = (a, x - a * v1)
    return out


def number_text(word, a, b):
    text = word if a == 1 else "%s * %d" % (word, a)
    if b:
        text += " %s %d" % ("+" if b > 0 else "-", abs(b))
    return text if a == 1 and not b else "(%s)" % text


def put_words(text, atom):
    """What the value's number became is the option's word."""
    if not atom.numbers:
        return text
    word = Words.value(atom)

    def swap(m):
        if m.group(1) not in atom.numbers:
            return m.group(0)
        return number_text(word, *atom.numbers[m.group(1)])
    return NUMBER.sub(swap, text)


def with_defines(text, cflags, left):
    """-DNAME=VALUE becomes a line of the text."""
    out = []
    for flag in cflags:
        m = re.match(r"^-D\s*(\w+)(?:=(.*))?$", flag, re.S)
        if m:
            value = m.group(2) if m.group(2) is not None else "1"
            out.append("#define %s %s\n" % (m.group(1), " ".join(value.split())))
        elif not flag.startswith(("-W", "-w")):
            left.add("the compiler's option %s" % flag)
    return "".join(out) + text


def own_words_renamed(text):
    clean = ctext.without_comments(text)
    words = re.finditer(r"\b(?:%s)\b" % "|".join(HOST_WORDS), clean)
    for at in reversed([m.start() for m in words]):
        text = text[:at] + "SCRIPTS_" + text[at:]
    return text


DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|else|elif|endif)\b")


def directives(lines):
    """How many #if are open behind the lines; None if one is closed that they do not open, or its
    #else is theirs and it is not."""
    depth = 0
    for line in lines:
        m = DIRECTIVE.match(line)
        if not m:
            continue
        if m.group(1).startswith("if"):
            depth += 1
        elif depth == 0:
            return None
        elif m.group(1) == "endif":
            depth -= 1
    return depth


def balanced(nodes, conditions):
    """Are the script's own #if, and its parentheses, whole in each part that only some runs have?"""
    part, key = [], True
    for item, runs in list(nodes) + [("", None)]:
        cond = conditions.find(runs) if runs is not None else None
        if cond != key:
            lines = [x for i in part for x in i.split("\n")]
            if key is not True and (directives(lines) != 0 or open_parentheses(lines)):
                return False
            part, key = [], cond
        part.append(item)
    return True


def logical_lines(text, blocks=False):
    """Lines; one that goes on behind a backslash is one with the next. With `blocks` what is
    between #if and its #endif, or in parentheses, is one, too."""
    lines = joined_lines(text)
    if not blocks:
        return lines
    out, cur = [], []
    for line in lines:
        cur.append(line)
        if directives(cur) in (0, None) and (open_parentheses(cur) <= 0 or len(cur) > 40):
            out.append("\n".join(cur))
            cur = []
    return out + cur


def joined_lines(text):
    out, cur = [], ""
    for line in text.split("\n"):
        cur = cur + "\n" + line if cur else line
        if line.endswith("\\"):
            continue
        out.append(cur.rstrip() if not cur.endswith("\\") else cur)
        cur = ""
    if cur:
        out.append(cur)
    return out


def open_parentheses(lines):
    clean = ctext.without_comments("\n".join(lines))
    return clean.count("(") - clean.count(")")


def open_braces(lines):
    clean = ctext.without_comments("\n".join(lines))
    return clean.count("{") - clean.count("}")


def emit(nodes, conditions, words):
    """[(line, runs)] as text with #if."""
    groups = []
    for item, runs in nodes:
        cond = conditions.find(runs)
        key = None if cond is True else condition_text(cond, words)
        if groups and groups[-1][0] == key:
            groups[-1][1].append(item)
        else:
            groups.append((key, [item]))
    # Blank lines that only some runs have are of no interest.
    groups = [(k, lines) for k, lines in groups
              if k is None or any(line.strip() for line in lines)]
    merged = []
    for k, lines in groups:
        if merged and merged[-1][0] == k:
            merged[-1][1].extend(lines)
        else:
            merged.append((k, list(lines)))
    groups = move_braces(merged)
    out, i = [], 0
    while i < len(groups):
        key, lines = groups[i]
        if key is None:
            out += lines
            i += 1
            continue
        nxt = groups[i + 1] if i + 1 < len(groups) else None
        out.append("#if " + key)
        out += lines
        if nxt and nxt[0] is not None and is_opposite(key, nxt[0]):
            out.append("#else")
            out += nxt[1]
            i += 1
        out.append("#endif")
        i += 1
    return "\n".join(out)


def is_opposite(a, b):
    if " && " in a + b or " || " in a + b:
        return False
    return a == "!" + b or b == "!" + a or a.replace(" == ", " != ") == b


def move_braces(groups):
    """Heads of a function that differ end in a brace each: one brace stands behind them instead, so
    that those in the text balance."""
    out, i = [], 0
    while i < len(groups):
        j = i
        while j < len(groups) and groups[j][0] is not None:
            j += 1
        block = [[k, list(lines)] for k, lines in groups[i:j]]
        if len(block) > 1 and all(open_braces(lines) == 1 and
                                  [x for x in lines if x.strip()][-1].rstrip().endswith("{")
                                  for _k, lines in block):
            for b in block:
                while not b[1][-1].strip():
                    b[1].pop()
                b[1][-1] = b[1][-1].rstrip()[:-1].rstrip()
            out += [(k, lines) for k, lines in block]
            out.append((None, ["{"]))
            i = j
            continue
        if block:
            out += [(k, lines) for k, lines in block]
            i = j
        else:
            out.append(groups[i])
            i += 1
    # groups of None that now follow one another are one
    joined = []
    for k, lines in out:
        if joined and joined[-1][0] is None and k is None:
            joined[-1][1].extend(lines)
        else:
            joined.append((k, list(lines)))
    return joined


HEADS = re.compile(r"^#if ([^\n]+)\n((?:[^#\n][^\n]*\n|\n)+)#else\n((?:[^#\n][^\n]*\n|\n)+)#endif\n"
                   r"\s*\{", re.M)


def own_bodies(text):
    """Two heads of functions of different names before one body: each gets a body of its own, so
    that the host can leave one of them out."""
    at = 0
    while True:
        m = HEADS.search(text, at)
        if not m:
            return text
        names = [re.findall(r"(\w+)\s*\(", m.group(i)) for i in (2, 3)]
        at = m.end()
        if not names[0] or not names[1] or names[0][0] == names[1][0]:
            continue
        clean = ctext.without_comments(text)
        _body, end = ctext.body_at(clean, m.end() - 1)
        body = text[m.end() - 1:end]
        new = "#if %s\n%s%s\n#else\n%s%s\n#endif" % (
            m.group(1), m.group(2), body, m.group(3), body)
        text = text[:m.start()] + new + text[end:]
        at = m.start() + len(new)


# --- signatures ---

def type_key(text):
    words = re.findall(r"\w+|\*", text)
    drop = {"const", "volatile", "struct", "union", "enum", "__user", "restrict"}
    return [w for w in words if w not in drop]


def params_of(text, f):
    """[(name, type)] of a definition, ctx first; None for what this cannot read."""
    inner = text[f["params"][0]:f["params"][1]]
    inner = re.sub(r"/\*.*?\*/|//[^\n]*", " ", inner, flags=re.S)
    if "#" in inner:
        return None
    out = []
    for part in ctext.split_args(inner):
        m = re.match(r"^(.*?)(\w+)\s*(?:\[\s*\])?$", " ".join(part.split()))
        if not m:
            return None
        out.append((m.group(2), m.group(1).strip()))
    return out


class Signatures:
    """Which handlers' parameters are taken from BTF."""

    def __init__(self, targets, prototypes):
        self.targets = targets        # handler -> set of functions; None: not kprobes alone
        self.prototypes = prototypes  # function -> [(name, type)] or None
        self.done = {}

    def wanted(self, name, params, body, differs):
        functions = self.targets.get(name)
        if not functions:
            return None
        used = [p for p, _t in params[1:] if re.search(r"\b%s\b" % re.escape(p), body)]
        known = [self.prototypes.get(f) for f in sorted(functions)]
        known = [k for k in known if k]
        if not known or not used:
            return None
        moved = False
        for proto in known:
            at = {n: i for i, (n, _t) in enumerate(proto)}
            types = dict(proto)
            for i, (p, t) in enumerate(params[1:]):
                if p not in used:
                    continue
                if p not in at or type_key(types[p])[-2:] != type_key(t + " ")[-2:]:
                    return None
                moved |= at[p] != i
        return used if differs or moved else None

    def apply(self, text, differing):
        for f in reversed(ctext.functions(text)):
            if f["name"] not in self.targets:
                continue
            params = params_of(text, f)
            if not params or len(params) < 2:
                continue
            used = self.wanted(f["name"], params, f["body"], f["name"] in differing)
            if used is None:
                continue
            ctx = params[0][0]
            if ctx != "ctx":
                continue
            functions = sorted(self.targets[f["name"]])
            self.done[f["name"]] = (functions, used)
            text = text[:f["params"][0]] + "SIGNATURE(%s, %s)" % (
                functions[0] if len(functions) == 1 else ".", ", ".join(used)) + \
                text[f["params"][1]:]
        return text


def heads(text):
    return {f["name"]: " ".join(text[f["params"][0]:f["params"][1]].split())
            for f in ctext.functions(text)}
