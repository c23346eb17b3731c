# SPDX-License-Identifier: Apache-2.0
"""A line that the script prints: its pieces as slots, which become columns, and their titles."""
import re


SPEC = re.compile(r"^%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z])$")


def parse_spec(spec):
    m = SPEC.match(spec)
    if not m:
        return {"left": False, "width": 0, "precision": None, "kind": "s"}
    return {"left": "-" in m.group(1), "width": int(m.group(2) or 0),
            "precision": int(m.group(3)) if m.group(3) else None, "kind": m.group(4),
            "zero": "0" in m.group(1)}


def slots_of(pieces):
    """A printed line's pieces as columns: what stands between blanks, or between paddings."""
    slots, cur, padded = [], [], None
    for p in pieces:
        if isinstance(p, str):
            parts = re.split(r"(\s+)", p)
            for part in parts:
                if not part:
                    continue
                if part.isspace():
                    if cur:
                        slots.append(cur)
                    cur, padded = [], None
                else:
                    cur.append(part)
            continue
        s = parse_spec(p["spec"])
        blank = re.match(r"^\s*$", p["value"]) and p["expr"] is None
        if cur and (padded or s["width"]) and not all(isinstance(c, str) for c in cur):
            slots.append(cur)
            cur = []
        if blank and not s["width"]:
            continue
        cur.append(p)
        padded = s["width"] > 0 and s["left"]
    if cur:
        slots.append(cur)
    return slots


def render(slot):
    out = ""
    for p in slot:
        out += p if isinstance(p, str) else p["value"]
    return out.strip()


def header_titles(line, n):
    """The n titles of a header line, or None."""
    slots = [render(s) for s in slots_of(line["pieces"])]
    if any(not isinstance(p, str) and p["expr"] is not None for p in line["pieces"]):
        return None
    slots = [s for s in slots if s]
    if len(slots) == n:
        return slots
    words = [w for s in slots for w in s.split()]
    return words if len(words) == n else None


def looks_like_header(line):
    words = [w for s in slots_of(line["pieces"]) for w in render(s).split()]
    if len(words) < 2 or any(not isinstance(p, str) and p["expr"] is not None
                             for p in line["pieces"]):
        return False
    caps = sum(1 for w in words if re.match(r"^[A-Z0-9%/()_#.:-]+[a-zA-Z0-9()%/_]*$", w))
    return caps * 2 > len(words)


def by_position(header, line):
    """Titles for slots by where they stand."""
    heads = [(a, b, t) for a, b, t in slots_with_places(header["pieces"])]
    heads = [(a + m.start(), a + m.end(), m.group(0)) for a, b, t in heads
             for m in re.finditer(r"\S+", t)]
    titles = []
    taken = set()
    for a, b, _t in slots_with_places(line["pieces"]):
        best = None
        for k, (x, y, t) in enumerate(heads):
            overlap = min(b, y) - max(a, x)
            if k not in taken and overlap > 0 and (best is None or overlap > best[0]):
                best = (overlap, k, t)
        if best:
            taken.add(best[1])
        titles.append(best[2] if best else None)
    return titles


def slots_with_places(pieces):
    """[(start, end, text)] of the slots, as the line is laid out by its widths."""
    out, at = [], 0
    cur = None
    for p in pieces:
        if isinstance(p, str):
            for part in re.split(r"(\s+)", p):
                if not part:
                    continue
                if part.isspace():
                    if cur:
                        out.append(tuple(cur))
                    cur = None
                else:
                    cur = [cur[0], at + len(part), cur[2] + part] if cur else \
                        [at, at + len(part), part]
                at += len(part)
            continue
        s = parse_spec(p["spec"])
        width = max(s["width"], len(p["value"]) if p["expr"] is None else s["width"] or 4)
        if cur and s["width"]:
            out.append(tuple(cur))
            cur = None
        cur = [cur[0], at + width, cur[2] + p["value"]] if cur else [at, at + width, p["value"]]
        at += width
    if cur:
        out.append(tuple(cur))
    return out
