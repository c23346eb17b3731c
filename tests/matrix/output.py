# SPDX-License-Identifier: Apache-2.0
"""output: `--output json` of any tool, held against the tables of docs/output.md."""

import datetime
import json
import os
import re
import subprocess

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"


def of(kind):
    return lambda v: isinstance(v, kind) and not isinstance(v, bool)


TYPES = {
    "integer": of(int),
    "number": of((int, float)),
    "text": lambda v: isinstance(v, str) and v != "",
    "time": lambda v: isinstance(v, str) and re.fullmatch(TIME, v),
    "strings": lambda v: isinstance(v, list) and all(s is None or isinstance(s, str) for s in v),
    "true or false": lambda v: isinstance(v, bool),
    "arguments": of(list),
}


def documented(page):
    """Tool → field → its type, and whether it may be null."""
    tools = {}
    with open(page) as f:
        for line in f:
            row = re.match(r"\| `(\w+)` \| ([\w ]+) \| (.*) \|$", line)
            if line.startswith("### "):
                fields = tools[line[4:].strip()] = {}
            elif row:
                fields[row[1]] = (row[2], bool(re.search("[Nn]ull ", row[3])))
    return {tool: fields for tool, fields in tools.items() if fields}


def seconds(time):
    """Since the epoch."""
    return datetime.datetime.fromisoformat(time[:26] + "+00:00").timestamp()


class Checked:
    """What is wrong with it, in `wrong`; the objects; the rows (events, or what tables have)."""

    def __init__(self, fields, text, began=None, ended=None):
        self.fields, self.wrong, self.rows, self.objects = fields, [], [], []
        self.period = (began, ended)
        if text and not text.endswith("\n"):
            self.wrong.append(f"half a line: {text[-200:]!r}")
        for line in text.splitlines():
            try:
                self.objects.append(json.loads(line))
            except ValueError as e:
                self.wrong.append(f"no JSON: {e}: {line!r}")
        for o in self.objects:
            self.take(o)
        for name, (_, nullable) in fields.items():
            if not nullable and self.rows and all(r.get(name) is None for r in self.rows):
                self.wrong.append(f"{name} is null wherever it is")

    def take(self, o):
        """An object of a line."""
        common = ["time", "interval_ns"]
        if "rows" in o:
            self.names(o, [*common, *(["loadavg"] if "loadavg" in o else []), "entries", "rows"])
            rows = o["rows"]
        elif "histograms" in o:
            self.names(o, [*common, "unit", "histograms"])
            rows = o["histograms"]
            for h in rows:
                self.buckets(h.pop("buckets", None), h.pop("count", None))
        else:
            rows, common = [o], []
        if None not in self.period and not self.period[0] <= seconds(o["time"]) <= self.period[1]:
            self.wrong.append(f"{o['time']} is not when it ran")
        for row in rows:
            row = {**{c: o[c] for c in common}, **row}
            self.names(row, list(self.fields))
            self.rows.append(row)
            for name, value in row.items():
                kind, nullable = self.fields.get(name, ("", True))
                if kind and value is not None and not TYPES[kind](value):
                    self.wrong.append(f"{name} is no {kind}: {value!r}")

    def names(self, o, expected):
        if list(o) != expected:
            self.wrong.append(f"fields {list(o)}, not {expected}")

    def buckets(self, buckets, count):
        if not buckets or count != sum(b["count"] for b in buckets) or not buckets[-1]["count"]:
            self.wrong.append(f"buckets of {count}: {buckets}")
            return
        for below, above in zip(buckets, buckets[1:]):
            if above["low"] != below["high"] + 1 or above["high"] < above["low"]:
                self.wrong.append(f"buckets that do not touch: {below}, {above}")


def jq(text, *argv):
    """What `jq -c .` makes of it."""
    p = subprocess.run(["jq", "-c", *(argv or ".")], input=text.encode(), capture_output=True)
    if p.returncode:
        raise ValueError(f"jq ended with {p.returncode}: {p.stderr.decode()}")
    return p.stdout.decode()


PAGE = next(
    (p for d in (".", "../../docs") if os.path.exists(p := os.path.join(os.path.dirname(__file__), d, "output.md"))), None
)
