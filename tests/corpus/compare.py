# SPDX-License-Identifier: Apache-2.0
"""What BCC did with a script beside what bcchost did with the program: words for a table."""
import re

# fentry is at a function's first instruction as a kprobe is, fexit where it returns.
SAME_PLACE = {"kfunc": "kprobe", "kretfunc": "kretprobe"}
SHOWN = 4  # probes of a difference


def words(line):
    return " ".join(line.split())


def plain_probe(text):
    """A compiler's copy is the function."""
    return re.sub(r"\.(isra|constprop|part)\.\d+", "", text.strip())


def places(probes):
    out = set()
    for p in probes:
        kind, _, target = p.partition(" ")
        out.add("%s %s" % (SAME_PLACE.get(kind, kind), target))
    return out


def why_bcc_fails(bcc):
    lines = [s for s in (bcc.get("err", "") + "\n" + bcc.get("out", "")).split("\n") if s.strip()]
    errors = [s for s in lines if re.search(r"error|exception|fail|cannot", s, re.I)]
    return words((errors or lines or [bcc.get("how", "it was not run")])[-1])


def why_tool_fails(tool):
    lines = [s for s in tool.get("err", "").split("\n") if s.strip()]
    return words(lines[0]) if lines else "exit status %s, %s" % (tool.get("status"), tool.get("how"))


def difference(theirs, ours):
    out = []
    for sign, probes in (("-", theirs - ours), ("+", ours - theirs)):
        out += [sign + p for p in sorted(probes)[:SHOWN]]
        if len(probes) > SHOWN:
            out.append("%s%d more" % (sign, len(probes) - SHOWN))
    return ", ".join(out)


def works(bcc):
    """Did the script get as far as to wait for what it traces?"""
    return bool(bcc.get("attached")) and (bcc.get("ready") or bcc.get("status") == 0)


def compare_attached(bcc, tool):
    """(word, why): same; runs: BCC was not asked; kprobes: what the script attaches where there is no fentry, or the same
    places; other; alone: where BCC fails; refused; neither."""
    theirs, ours = set(bcc.get("attached", ())), set(tool.get("attached", ()))
    plain = set(bcc.get("without-fentry", {}).get("attached", ()))
    attached = bool(ours) and tool.get("status") == 0
    if not bcc:
        return ("runs", "") if attached else ("refused", why_tool_fails(tool))
    if not works(bcc):
        if attached:
            return "alone", "BCC: " + why_bcc_fails(bcc)
        return "neither", "%s (BCC: %s)" % (why_tool_fails(tool), why_bcc_fails(bcc))
    if not attached:
        return "refused", why_tool_fails(tool)
    if theirs == ours:
        return "same", ""
    if places(theirs) == places(ours) or plain and plain == ours:
        return "kprobes", ""
    if plain:
        theirs = plain
    return "other", difference(places(theirs), places(ours))


def printed(text):
    return [words(s) for s in text.split("\n") if s.strip()]


def heading_of(row, lines):
    """The line above the columns of what the program printed: of its titles, or a histogram's."""
    for line in lines:
        if row["titles"] and line == row["titles"]:
            return line
        if re.search(r": count( distribution)?$", line):
            return line
    # Titles that depend on options or on the kernel are not in row["titles"].
    first = lines[0] if lines else ""
    return first if re.search(r"\b[A-Z]{2,}", first) else ""


def compare_headings(row, bcc, tool):
    """same: BCC's script printed this very line; other; -: one of the two printed no heading."""
    theirs, ours = printed(bcc.get("out", "")), printed(tool.get("out", ""))
    own = heading_of(row, ours)
    row["printed-heading"] = own
    if not own or not theirs:
        return "-"
    return "same" if own in theirs else "other"
