# SPDX-License-Identifier: Apache-2.0
"""A program as YAML, in the form that the shipped ones have: a line for each item of a list."""
import re

PLAIN = re.compile(r"^[A-Za-z_/][A-Za-z0-9_./()-]*$")
WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")


def scalar(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, float):
        return ("%g" % v)
    if isinstance(v, int):
        return str(v)
    v = "".join(c if c.isprintable() else " " for c in str(v))
    if PLAIN.match(v) and v.lower() not in WORDS:
        return v
    return '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(v):
    if isinstance(v, dict):
        return "{" + ", ".join("%s: %s" % (scalar(k), flow(x)) for k, x in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ", ".join(flow(x) for x in v) + "]"
    return scalar(v)


def output(v, indent):
    """The lines of what is shown: a line for each column; what stands in `also` likewise."""
    out = []
    for k, x in v.items():
        if k == "columns":
            out.append(indent + "columns:")
            out += [indent + "  - " + flow(c) for c in x]
        elif k == "also":
            out.append(indent + "also:")
            for one in x:
                lines = output(one, indent + "    ")
                lines[0] = indent + "  - " + lines[0].lstrip()
                out += lines
        else:
            out.append("%s%s: %s" % (indent, k, flow(x)))
    return out


def document(doc):
    out = []
    for key, v in doc.items():
        if key == "output":
            out.append("output:")
            out += output(v, "  ")
        elif isinstance(v, dict):
            out.append(key + ":")
            out += ["  %s: %s" % (scalar(k), flow(x)) for k, x in v.items()]
        elif isinstance(v, list) and v and isinstance(v[0], dict):
            out.append(key + ":")
            out += ["  - " + flow(x) for x in v]
        else:
            out.append("%s: %s" % (key, flow(v)))
    return "\n".join(out) + "\n"
