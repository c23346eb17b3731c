# SPDX-License-Identifier: Apache-2.0
"""A line that the script prints: its pieces as slots, which become columns, and their titles."""
import re


SPEC = re.compile(r"^%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z])$")
CAPITALS = re.compile(r"^[A-Z0-9%/()_#.:<>+*-]*[A-Z][A-Z0-9%/()_#.:<>+*-]*[a-zA-Z0-9()%/_]*$")


def parse_spec(spec):
    m = SPEC.match(spec or "")
    if not m:
        return {"left": False, "width": 0, "precision": None, "kind": "s", "zero": False}
    return {"left": "-" in m.group(1), "width": int(m.group(2) or 0),
            "precision": int(m.group(3)) if m.group(3) else None, "kind": m.group(4),
            "zero": "0" in m.group(1) and "-" not in m.group(1)}


def has_value(piece):
    """Is something of an event, or of the clock, in it?"""
    return not isinstance(piece, str) and (
        piece["expr"] is not None or any(map(has_value, piece.get("parts", ()))))


def values_in(pieces):
    return sum(max(has_value(p), sum(map(has_value, p.get("parts", ()))))
               for p in pieces if not isinstance(p, str))


class Slot(list):
    """Pieces without blanks between them; gap: how many blanks there are before it."""
    gap = 0


def slots_of(pieces):
    """A printed line's pieces as columns: what stands between blanks, or between paddings."""
    slots, cur, padded, gap = [], Slot(), False, 0

    def end():
        nonlocal cur, padded
        if cur:
            slots.append(cur)
        cur, padded = Slot(), False

    for p in pieces:
        if isinstance(p, str):
            for part in re.split(r"(\s+)", p):
                if part.isspace():
                    end()
                    gap += len(part.expandtabs())
                elif part:
                    if padded:
                        end()
                    if not cur:
                        cur.gap, gap = gap, 0
                    cur.append(part)
            continue
        s = parse_spec(p["spec"])
        if padded or cur and s["width"] and not all(isinstance(c, str) for c in cur):
            end()
        if not has_value(p) and not p["value"].strip() and not s["width"]:
            continue
        if not cur:
            cur.gap, gap = gap, 0
        cur.append(p)
        padded = s["width"] > 0 and s["left"]
    end()
    return slots


def lines_of_entries(note):
    """A line of a loop that says the same of several entries, one behind the other: a line for each.
    What stands before the first stands before all."""
    pieces = note["pieces"]
    keys = [p if isinstance(p, str) else (p["spec"], repr(p["expr"]), repr(p.get("parts")) and
                                          len(p.get("parts", ()))) for p in pieces]
    for start in range(min(len(keys), 8)):
        own = keys[start:]
        for n in range(1, len(own) // 2 + 1):
            parts = [pieces[start + i:start + i + n] for i in range(0, len(own), n)]
            if own[:n] * (len(own) // n) == own and any(map(has_value, parts[0])) and \
               render_values(parts[0]) != render_values(parts[1]):
                return [dict(note, pieces=pieces[:start] + part, joined=True) for part in parts]
    return [note]


def render_values(pieces):
    return [p["value"] for p in pieces if not isinstance(p, str)]


def render(slot):
    return "".join(p if isinstance(p, str) else p["value"] for p in slot).strip()


def words_of(line):
    return [w for s in slots_of(line["pieces"]) for w in render(s).split()]


def looks_like_header(line):
    """A line of titles: mostly capitals, no sentence, nothing of an event."""
    words = words_of(line)
    if len(words) < 2 or any(map(has_value, line["pieces"])) or words[-1].endswith("."):
        return False
    if any(w.endswith("...") for w in words):
        return False
    return sum(1 for w in words if CAPITALS.match(w)) * 2 > len(words)


def titles_of(header, slots):
    """For each slot its title, None where it has none; or None if the heading is another line's."""
    own = [render(s) for s in slots_of(header["pieces"])]
    words = [w for t in own for w in t.split()]
    real = [i for i, s in enumerate(slots) if any(map(has_value, s))]
    for titles in (own, words):
        if len(titles) == len(slots):
            return titles
    placed = by_position(header, slots)
    if [t for t in placed if t] == words:
        return placed
    for titles in (own, words):
        if len(titles) == len(real):
            at = dict(zip(real, titles))
            return [at.get(i) for i in range(len(slots))]
    return placed if sum(t is not None for t in placed) >= 2 else None


def by_position(header, slots):
    """Titles for slots by where they stand."""
    heads = [(a + m.start(), a + m.end(), m.group(0)) for a, b, t in places(
        slots_of(header["pieces"])) for m in re.finditer(r"\S+", t)]
    titles, taken = [], set()
    for a, b, _t in places(slots):
        best = None
        for k, (x, y, t) in enumerate(heads):
            overlap = min(b, y) - max(a, x)
            if k not in taken and overlap > 0 and (best is None or overlap > best[0]):
                best = (overlap, k, t)
        if best:
            taken.add(best[1])
        titles.append(best[2] if best else None)
    return titles


def places(slots):
    """[(start, end, text)] of the slots, as the line is laid out by its widths."""
    out, at = [], 0
    for slot in slots:
        at += slot.gap
        start, text = at, ""
        for p in slot:
            if isinstance(p, str):
                at += len(p)
                text += p
                continue
            s = parse_spec(p["spec"])
            length = 4 if p["expr"] is not None else len(p["value"])
            if not has_value(p) and not s["left"]:
                text += " " * (s["width"] - length)
            text += p["value"]
            at += max(s["width"], length)
        out.append((start, at, text))
    return out
