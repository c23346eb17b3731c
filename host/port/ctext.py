# SPDX-License-Identifier: Apache-2.0
"""What can be said of BPF C without compiling it: its structs, its tables, its functions."""
import functools
import re

WORD = r"[A-Za-z_]\w*"
SIZES = {"TASK_COMM_LEN": 16, "DNAME_INLINE_LEN": 32, "DISK_NAME_LEN": 32, "NAME_MAX": 255,
         "PATH_MAX": 4096, "IFNAMSIZ": 16}
TABLE = re.compile(r"\b(BPF_[A-Z_]+)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*;")
NOT_TABLES = {"BPF_F_CURRENT_CPU"}
SUBMIT = (r"\b%s\s*\.\s*(?:perf_submit|perf_submit_skb|ringbuf_output|msg_submit)\s*"
          r"\(\s*(?:\(void\s*\*\)\s*)?(?:\w+\s*,\s*)?&?\s*(?:\(void\s*\*\)\s*)?(\w+)")


def without_comments(text):
    """Comments and strings' contents become blanks; every offset stays where it was."""
    return _without_comments(str.__str__(text))  # plain, where a script's text knows what it was made of


# A long text is asked about several times, each within the seconds that a run has.
@functools.lru_cache(maxsize=4)
def _without_comments(text):
    def blank(m):
        s = m.group(0)
        if s.startswith("/"):
            return "\n".join(" " * len(line) for line in s.split("\n"))
        return s[0] + " " * (len(s) - 2) + s[-1] if len(s) > 1 else s
    return re.sub(r'//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  blank, text, flags=re.S)


def defines(text):
    out = dict(SIZES)
    for m in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+\(?(\d+|0x[0-9a-fA-F]+)\)?[ \t]*$",
                         text, re.M):
        out[m.group(1)] = int(m.group(2), 0)
    return out


def array_size(expr, known):
    expr = re.sub(r"[A-Za-z_]\w*", lambda m: str(known.get(m.group(0), 16)), expr)
    # Sums and products; no power, nor a call (sizeof(x)), as Python would read them.
    if not re.fullmatch(r"[\d\s+*()-]+", expr) or re.search(r"\*\s*\*|[\d)]\s*\(", expr):
        return 16
    try:
        return max(1, min(int(eval(expr, {"__builtins__": {}})), 1 << 16))
    except Exception:
        return 16


def body_at(text, at):
    """What is between the braces that open at `at`, and where it ends."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] == "{":
            depth += 1
        elif text[i] == "}":
            depth -= 1
            if not depth:
                return text[at + 1:i], i + 1
    return text[at + 1:], len(text)


def members(body, known):
    """[(name, type, array length or None)] of a struct's body; nested ones are flattened."""
    out = []
    body = re.sub(r"^[ \t]*#.*$", "", body, flags=re.M)
    while True:
        m = re.search(r"\b(?:struct|union)\s*\w*\s*\{", body)
        if not m:
            break
        inner, end = body_at(body, m.end() - 1)
        name = re.match(r"[^;\w]*(?:(?:__attribute__\s*\(\(\w+\)\)|__packed)\s*)?(\w+)?\s*"
                        r"(?:\[([^\]]*)\])?\s*;", body[end:])
        out += [(n, t, a) for n, t, a in members(inner, known)] if not (name and name.group(1)) \
            else [(name.group(1), "struct {%s}" % inner.replace("\n", " "),
                   array_size(name.group(2), known) if name.group(2) else None)]
        body = body[:m.start()] + body[end + (name.end() if name else 0):]
    for decl in body.split(";"):
        decl = " ".join(decl.split())
        one = r"\**\s*\w+\s*(?:\[[^\]]*\]\s*)*(?::\s*\d+\s*)?"
        m = re.match(r"^(.+?[\s*])(%s(?:,\s*%s)*)$" % (one, one), decl)
        if not m:
            continue
        for one in m.group(2).split(","):
            d = re.match(r"^\s*\**\s*(\w+)\s*((?:\[[^\]]*\]\s*)*)", one)
            if not d or not d.group(1):
                continue
            dims = re.findall(r"\[([^\]]*)\]", d.group(2))
            n = None
            if dims:
                n = 1
                for dim in dims:
                    n *= array_size(dim, known)
            out.append((d.group(1), m.group(1).strip(), n))
    return out


def structs(text):
    """{name: members}, by "struct x" and by what a typedef calls it."""
    text = without_comments(text)
    known = defines(text)
    out = {}
    for m in re.finditer(r"\b(typedef\s+)?(struct|union)\s*(\w*)\s*\{", text):
        body, end = body_at(text, m.end() - 1)
        found = members(body, known)
        if m.group(3):
            out[m.group(2) + " " + m.group(3)] = found
        if m.group(1):
            alias = re.match(r"[^;]*?(\w+)\s*;", text[end:])
            if alias:
                out[alias.group(1)] = found
    for m in re.finditer(r"\btypedef\s+((?:struct|union)\s+\w+)\s+(\w+)\s*;", text):
        if m.group(1) in out:
            out[m.group(2)] = out[m.group(1)]
    return out


def definition(text, kind):
    """(text before it, words before the brace, body, words behind it) of a struct or a typedef."""
    clean = without_comments(text)
    name = (kind or "?").replace("struct ", "").replace("union ", "")
    for m in re.finditer(r"\b(typedef\s+)?(?:struct|union)\s*([^{};]*?)\s*\{", clean):
        body, end = body_at(clean, m.end() - 1)
        tail = clean[end:].partition(";")[0]
        if name in m.group(2).split() + (tail.split() if m.group(1) else []):
            return clean[:m.start()], m.group(2), body, tail
    return None


def bit_fields(text, kind):
    found = definition(text, kind)
    return bool(found and re.search(r"\w\s*:\s*\d+\s*[;,]", found[2]))


def described(text, kind):
    """Has an event of that type what cannot be laid out by its members' types alone: a struct or a
    type of the text's own, an attribute, bit fields?"""
    found = definition(text, kind)
    if found is None:
        return False
    before, head, body, tail = found
    # Not everywhere in the text is it known then.
    if before.count("{") != before.count("}") or len(re.findall(
            r"^[ \t]*#[ \t]*if", before, re.M)) != len(re.findall(r"^[ \t]*#[ \t]*endif", before,
                                                                 re.M)):
        return False
    clean = without_comments(text)
    own = set(re.findall(r"\}\s*(\w+)\s*;", clean)) | set(structs(text)) | set(
        re.findall(r"\btypedef\b[^;{}]*?\b(\w+)\s*(?:\[[^;]*)?;", clean))
    return bool(re.search(r"\bpacked\b|__packed|\baligned\b", " ".join((head, body, tail))) or
                bit_fields(text, kind) or "{" in body or
                any(t in own or re.match(r"(?:struct|union)\b(?!.*\*)", t)
                    for _n, t, _a in members(body, {})))


def split_args(text):
    out, depth, cur = [], 0, ""
    for c in text:
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        if c == "," and not depth:
            out.append(cur.strip())
            cur = ""
        else:
            cur += c
    if cur.strip():
        out.append(cur.strip())
    return out


def tables(text):
    """{name: {"kind", "key", "leaf"}}: types as the text has them."""
    out = {}
    clean = without_comments(text)
    for m in TABLE.finditer(clean):
        kind = m.group(1)
        args = split_args(text[m.start(2):m.end(2)])
        if not args:
            continue
        t = {"kind": kind, "key": None, "leaf": None}
        if kind in ("BPF_TABLE", "BPF_TABLE_PUBLIC", "BPF_TABLE_SHARED") and len(args) >= 4:
            t = {"kind": "BPF_" + args[0].strip('"').upper(), "key": args[1], "leaf": args[2]}
            name = args[3]
        elif kind.startswith(("BPF_PERF_OUTPUT", "BPF_RINGBUF_OUTPUT")):
            name = args[0]
        elif kind in ("BPF_HISTOGRAM", "BPF_HISTGRAM"):
            name = args[0]
            t["key"], t["leaf"] = args[1] if len(args) > 1 else "int", "u64"
        elif "ARRAY" in kind and kind != "BPF_ARRAY_OF_MAPS":
            name = args[0]
            t["key"], t["leaf"] = "int", args[1] if len(args) > 1 else "u64"
        elif "HASH" in kind:
            name = args[0]
            t["key"] = args[1] if len(args) > 1 else "u64"
            t["leaf"] = args[2] if len(args) > 2 else "u64"
        else:
            name = args[0]
        if re.fullmatch(r"\w+", name):
            out[name] = t
    return out


def event_type(text, table):
    """The type of what is submitted through a perf or ring buffer: "struct data_t", or None."""
    clean = without_comments(text)
    m = re.search(SUBMIT % re.escape(table), clean)
    name = m.group(1) if m else None
    if not name:
        m = re.search(r"([\w ]+?)\s*\*\s*\w+\s*=\s*(?:\([^)]*\)\s*)?%s\s*\.\s*ringbuf_reserve"
                      % re.escape(table), clean)
        return " ".join(m.group(1).split()) if m else None
    before = clean[:m.start()]
    found = None
    for d in re.finditer(r"\b((?:struct|union)\s+\w+|\w+_t|\w+)\s+(?:\*\s*)?(?:\w+\s*(?:=[^;,]*)?,"
                         r"\s*\**)*%s\s*(?:=|;|,|\[|\))" % re.escape(name), before):
        kind = " ".join(d.group(1).split())
        if kind not in ("return", "else", "goto", "sizeof"):
            found = kind
    return found


def member_asked(text):
    """(struct, member) of a text that is only compiled to find out whether that member exists."""
    text = without_comments(text)
    found = functions(text)
    if len(text) > 500 or len(found) != 1 or "BPF_" in text:
        return None
    takes = re.findall(r"\bstruct\s+(\w+)\s*\*\s*(\w+)", text[slice(*found[0]["params"])])
    read = set(re.findall(r"\b(\w+)\s*->\s*(\w+)", found[0]["body"]))
    types = {name: struct for struct, name in takes}
    if len(read) != 1:
        return None
    name, member = read.pop()
    return (types[name], member) if name in types else None


def functions(text):
    """[(name, parameters, start of the definition, start and end of the parameter list, body,
    end)] of what is defined at the outermost level."""
    clean = without_comments(text)
    out = []
    for m in re.finditer(r"(?m)^[ \t]*((?:static|inline|__always_inline|int|void|u64|u32|long|bool|"
                         r"unsigned|struct|\w+)[\w\s*]*?[\s*])?(\w+)\s*\(", clean):
        if clean.count("{", 0, m.start()) != clean.count("}", 0, m.start()):
            continue
        if m.group(0).lstrip().startswith("#"):
            continue
        depth, i = 0, m.end() - 1
        while i < len(clean):
            depth += {"(": 1, ")": -1}.get(clean[i], 0)
            i += 1
            if not depth:
                break
        tail = re.match(r"\s*\{", clean[i:])
        if not tail:
            continue
        body, end = body_at(clean, i + tail.end() - 1)
        out.append({"name": m.group(2), "head": m.group(1) or "", "start": m.start(),
                    "params": (m.end(), i - 1), "body": body, "end": end,
                    "body_start": i + tail.end()})
    return out


def conventions(text):
    """The probes that BCC attaches by itself, by the names of functions and by its macros:
    [(kind, target, handler)]."""
    clean = without_comments(text)
    out = []
    macros = (("TRACEPOINT_PROBE", 2), ("RAW_TRACEPOINT_PROBE", 1), ("KFUNC_PROBE", 1),
              ("KRETFUNC_PROBE", 1), ("LSM_PROBE", 1))
    for macro, n in macros:
        for m in re.finditer(r"\b%s\s*\(([^)]*)\)" % macro, clean):
            if clean[:m.start()].rpartition("\n")[2].lstrip().startswith("#"):
                continue
            args = split_args(m.group(1))[:n]
            if len(args) < n:
                continue
            if macro == "TRACEPOINT_PROBE":
                out.append(("tracepoint", ":".join(args), "tracepoint__" + "__".join(args)))
            elif macro == "RAW_TRACEPOINT_PROBE":
                out.append(("raw_tracepoint", args[0], "raw_tracepoint__" + args[0]))
            elif macro == "KFUNC_PROBE":
                out.append(("kfunc", args[0], "kfunc__" + args[0]))
            elif macro == "LSM_PROBE":
                out.append(("lsm", args[0], "lsm__" + args[0]))
            else:
                out.append(("kretfunc", args[0], "kretfunc__" + args[0]))
    for f in functions(text):
        if "static" in f["head"]:
            continue
        for prefix, kind in (("kprobe__", "kprobe"), ("kretprobe__", "kretprobe"),
                             ("tracepoint__", "tracepoint"),
                             ("raw_tracepoint__", "raw_tracepoint")):
            if f["name"].startswith(prefix):
                target = f["name"][len(prefix):]
                if kind == "tracepoint":
                    target = target.replace("__", ":", 1)
                out.append((kind, target, f["name"]))
    return out
