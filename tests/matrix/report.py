# SPDX-License-Identifier: Apache-2.0
"""report DIRECTORY TOOL…: the matrix's results as one table, tool by kernel, the failures below it. The last
line counts: a case that was planned and has no result (its machine died) has failed."""

import json
import os
import sys


def results_of(path):
    """The cases of one tool on one kernel, in order: name, status, detail; and the figures."""
    planned, cases, figures, begun = [], {}, [], None
    if not os.path.exists(path):
        return None, []
    with open(path) as f:
        for line in f:
            try:
                entry = json.loads(line)
            except ValueError:  # cut off when the machine died
                continue
            if "plan" in entry:
                planned = entry["plan"]
            elif "begin" in entry:
                begun = entry["begin"]
            elif "info" in entry:
                figures.append(entry["info"])
            else:
                cases[entry["case"]] = (entry["status"], entry["detail"])
    missing = f"no result; it ended during {begun!r}" if begun not in cases else "no result"
    return [(name, *cases.get(name, ("FAIL", missing))) for name in planned], figures


def cell(cases):
    failed = sum(status == "FAIL" for _, status, _ in cases)
    skipped = sum(status == "skip" for _, status, _ in cases)
    if failed:
        return f"FAIL {failed}/{len(cases)}"
    text = f"ok {len(cases) - skipped}"
    if skipped == len(cases):
        return "skip: " + cases[0][2][:20] if cases else "no cases"
    return text + (f" ({skipped} skipped)" if skipped else "")


def tail(path, lines=12):
    try:
        with open(path, errors="replace") as f:
            return "".join("     | " + l for l in f.readlines()[-lines:])
    except OSError:
        return ""


def main():
    out, *tools = sys.argv[1:]
    with open(os.path.join(out, "kernels")) as f:
        kernels = [line.split() for line in f]
    table, details, figures, skips = [], [], [], []
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    for tool in tools:
        row = [tool]
        for name, version, _ in kernels:
            base = os.path.join(out, name)
            cases, notes = results_of(os.path.join(base, "results", tool + ".json"))
            figures += [f"{version}: {note}" for note in notes]
            if cases is None:
                why = "was not run"
                if not os.path.exists(os.path.join(base, "status")):
                    why = "was not built or not booted"
                if not os.path.exists(f"tests/matrix/cases/{tool}.py"):
                    why = f"has no tests/matrix/cases/{tool}.py"
                cases = [("all", "FAIL", why + "\n" + tail(os.path.join(base, "boot.err")) + tail(os.path.join(base, "results", tool + ".log")))]
            unfinished = [c for c in cases if c[1] == "FAIL" and c[2].startswith("no result")]
            if len(unfinished) > 1:
                boot = tail(os.path.join(base, "boot.err"))
                details.append(f"FAIL {tool} on {version} ({name}): {len(unfinished)} cases\n     | {unfinished[0][2]}\n{boot.rstrip()}")
            for case, status, detail in cases:
                counts[status] += 1
                if len(unfinished) > 1 and (case, status, detail) in unfinished:
                    continue
                if status == "FAIL":
                    details.append(f"FAIL {tool} on {version} ({name}): {case}\n     | " + detail.rstrip().replace("\n", "\n     | "))
                elif status == "skip":
                    skips.append(f"skip {tool} on {version}: {case}: {detail}")
            row.append(cell(cases))
        table.append(row)
    heads = [["kernel"] + [v for _, v, _ in kernels], ["libbcc"] + [b for _, _, b in kernels]]
    widths = [max(len(r[i]) for r in heads + table) for i in range(len(kernels) + 1)]
    print()
    for i, row in enumerate(heads + table):
        if i == len(heads):
            print("  ".join("-" * w for w in widths))
        print("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip())
    for title, lines in (("", details), ("Skipped", skips), ("Figures", figures)):
        if lines:
            print()
        if lines and title:
            print(title + ":")
        for line in lines:
            print(("  " if title else "") + line)
    print()
    skipped = f", {counts['skip']} skipped" if counts["skip"] else ""
    print(f"{counts['ok']} passed, {counts['FAIL']} failed{skipped}", flush=True)
    sys.exit(1 if counts["FAIL"] or not counts["ok"] else 0)


main()
