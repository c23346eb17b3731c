# SPDX-License-Identifier: Apache-2.0
"""Events that are a number or an array: a tool's are structs, so they are put into one, of one member
`value`."""
import re

from . import ctext
from .samples import Scalar, sample

SCALAR = (r"(?:(?:const|volatile|unsigned|signed)\s+)*(?:unsigned|char|bool|short|int|long(?:\s+long)?(?:\s+int)?|"
          r"(?:__)?[us](?:8|16|32|64)|u?int(?:8|16|32|64)_t|size_t|[pu]id_t|gid_t|dev_t)")
SENT = (r"(?<![\w.])(%s)\s*\.\s*(perf_submit|ringbuf_output)\s*\(\s*(?:(\w+)\s*,\s*)?&?\s*"
        r"(?:\(\s*void\s*\*\s*\)\s*)?&?\s*(\w+)\s*,\s*[^;,]*?\s*(,[^;]*?)?\)\s*;")
MEMBER = "value"


def struct_of(table):
    return "sent_by_" + table


def boxed(text):
    """The C text, with a struct around each event that is none."""
    clean = ctext.without_comments(text)
    edits, kinds = [], {}
    names = [n for n, t in ctext.tables(text).items()
             if "PERF_OUTPUT" in (t["kind"] or "") or "RINGBUF" in (t["kind"] or "")]
    for m in re.finditer(SENT % "|".join(map(re.escape, names)), clean) if names else ():
        table, call, ctx, var, flags = m.groups()
        if clean[:m.start()].rstrip()[-1:] not in (";", "{", "}", ")") or \
           (call == "perf_submit") != bool(ctx):
            continue
        declared = [d for d in re.finditer(r"\b(%s)\s+(?:\w+\s*(?:=[^;,]*)?,\s*)*%s\s*((?:\[\s*\w+\s*\])?)\s*[=;,)]" % (
            SCALAR, re.escape(var)), clean[:m.start()])]
        others = [d for d in re.finditer(r"\b(?:struct|union)\s+\w+\s*\**\s*%s\s*[=;,\[)]|\w\s*\*\s*%s\s*[=;,)]" % (
            re.escape(var), re.escape(var)), clean[:m.start()])]
        if not declared or others and others[-1].start() > declared[-1].start():
            continue
        kind = " ".join(declared[-1].group(1).split()), declared[-1].group(2).replace(" ", "")
        if kinds.setdefault(table, kind) != kind:
            return text     # now this, now that: no one struct
        edits.append((m.start(), m.end(), "{ struct %s sent = {}; __builtin_memcpy(&sent.%s, &%s, sizeof(sent.%s)); "
                      "%s.%s(%s&sent, sizeof(sent)%s); }" % (
                          struct_of(table), MEMBER, var, MEMBER, table, call, ctx + ", " if ctx else "",
                          flags or "")))
    for table, (kind, array) in kinds.items():
        at = re.search(r"(?m)^[ \t]*BPF_\w+\s*\(\s*%s\b" % re.escape(table), clean)
        if at is None:
            return text
        edits.append((at.start(), at.start(), "struct %s { %s %s%s; };\n" % (struct_of(table), kind, MEMBER, array)))
    for a, b, new in sorted(edits, key=lambda e: -e[0]):
        text = text[:a] + new + text[b:]
    return text


class Whole(Scalar):
    """Such an event: whatever the script takes it for, it is its value."""

    def __getattr__(self, name):
        if name == "value":
            table, _prefix, fields, change = self._port
            self.__dict__["value"] = sample(table, MEMBER, fields, change)
            table.read.add(MEMBER)
            return self.__dict__["value"]
        return Scalar.__getattr__(self, name)

    def decode(self, *args, **kwargs):
        return self.value.decode(*args, **kwargs)

    def __getitem__(self, key):
        return self.value[key]

    def __bytes__(self):
        return self.value

    def __len__(self):
        return len(self.value)
