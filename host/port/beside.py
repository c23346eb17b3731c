# SPDX-License-Identifier: Apache-2.0
"""Files that stand beside a script and are part of it: C texts and headers that it names, modules of
its own that it imports."""
import ast
import importlib.abc
import importlib.util
import os
import re
import sys

from . import invented, texts

FILES = 32      # of them, at most
# The host reads no others (and modules).
TEXTS = (".c", ".h", ".bpf", ".txt", ".ini", ".cfg", ".conf", ".json", ".yaml", ".toml", ".yml")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"[^\n]*$', re.M)


def wanted(source, files, path=""):
    """The names of files that the script, or one of those that are known already, speaks of. path: the
    script's, which a text may be called after."""
    out = of_python(source, "")
    stem = os.path.basename(path).rpartition(".")[0]
    if stem and "__file__" in source:
        out |= {stem + ".c", stem + ".bpf.c"}
    for name, text in files.items():
        folder = os.path.dirname(name)
        if name.endswith(".py"):
            out |= of_python(text, folder) | set(INCLUDE.findall(text))
        else:
            out |= {os.path.normpath(os.path.join(folder, n)) for n in INCLUDE.findall(text)}
    out |= set(INCLUDE.findall(source))
    return {n for n in out if len(n) < 200 and not n.startswith(("/", "..")) and n not in files}


def of_python(source, folder):
    """src_file="x.c", open("%s/x.c"), import x, from x.y import z."""
    out = set()
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return out
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            name = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if len(name) < 200 and name.endswith(TEXTS) and " " not in name:
                name = name.rpartition("/")[2] if re.match(r"/|.*[%{]", name) else \
                    os.path.normpath(name)
                out.add(name)
        elif isinstance(node, ast.Import):
            for a in node.names:
                out |= of_module(a.name, "")
        elif isinstance(node, ast.ImportFrom):
            near = folder if node.level else ""
            out |= of_module(node.module or "", near)
            for a in node.names:
                out |= of_module(".".join(filter(None, (node.module, a.name))), near)
    return out


def of_module(name, folder):
    """The files that a module of that name may be."""
    first = name.partition(".")[0]
    if not first.isidentifier() or first in sys.stdlib_module_names or first == "bcc":
        return set()
    words = name.split(".")
    out = set()
    for i in range(1, len(words) + 1):
        path = os.path.join(folder, *words[:i])
        out |= {path + ".py", path + "/__init__.py"}
    return out


class Modules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what stands beside the script, where Python itself has nothing of the name."""

    def __init__(self, rec):
        self.rec = rec

    def file_of(self, name):
        files = self.rec.config.get("files", {})
        path = name.removeprefix(invented.OWN).replace(".", "/")
        return next((p for p in (path + ".py", path + "/__init__.py") if p in files), None)

    def find_spec(self, name, path=None, target=None):
        file = self.file_of(name)
        inside = any(n.startswith(name.removeprefix(invented.OWN).replace(".", "/") + "/")
                     for n in self.rec.config.get("files", {}))
        if file is None and not inside:
            return None
        return importlib.util.spec_from_loader(
            name, self, is_package=file is None or file.endswith("__init__.py"))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        file = self.file_of(module.__name__)
        if file is None:
            return
        tree = texts.instrument(ast.parse(self.rec.config["files"][file], file))
        module.__dict__.update(self.rec.scope, __file__=os.path.join(
            os.path.dirname(self.rec.path), file))
        exec(compile(tree, file, "exec", dont_inherit=True), module.__dict__)


def with_headers(text, files, depth=0):
    """The C text with the headers that stand beside the script in the places of their includes."""
    def put(m):
        name = m.group(1)
        found = next((f for f in sorted(files) if f == os.path.normpath(name) or
                      f.endswith("/" + name.lstrip("./"))), None)
        if found is None or depth > 8:
            return m.group(0)
        return with_headers(files[found], files, depth + 1).rstrip("\n")
    return INCLUDE.sub(put, text)
