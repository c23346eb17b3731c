# SPDX-License-Identifier: Apache-2.0
"""A table of the stand-in: entries and events are made up, what is done with it is noted."""
from . import boxed, ctext, perf, rows, sym
from .recorder import EndOfRun, describe, traceback_line
from .samples import EVENTS, Fields, Pointer, Scalar, branch_values, sample
from .sym import to_text, wrap


def number_of(stack_id):
    """What is known of a stack's number, which may be a key that is nothing else."""
    return sym.expr_of(getattr(stack_id, "value", stack_id))


class Entry:
    """A table, for one entry of an array."""

    def __init__(self, table, index):
        self.name, self.read = table.name, table.read
        self.index = index


class Kind:
    """A table's Key or Leaf: makes a value, or with a number many."""

    def __call__(self, *args):
        made = type("Value", (), {})()
        made.value = args[0] if args else 0
        return made

    def __mul__(self, n):
        return lambda *args: [a for a in args] + [self() for _i in range(min(int(n), 65536) - len(args))]

    __rmul__ = __mul__


class Table:
    def __init__(self, rec, program, name):
        self.rec = rec
        self.program = program
        self.name = name
        self.at = {}
        self.read = set()
        self.pass_no = 0
        self.ttype = 1
        self.Key = self.Leaf = Kind()
        self.max_entries = 10240

    def types(self):
        return self.program.tables.get(self.name, {"kind": None, "key": None, "leaf": None})


    def note(self, method, **more):
        self.rec.note("table", table=self.name, method=method, line=self.rec.script_line(),
                      phase=self.rec.phase, **more)

    # events
    def event_fields(self):
        kind = ctext.event_type(self.program.text, self.name)
        return self.program.structs.get(kind) if kind else None

    def pointer(self):
        return Pointer(self)

    def event(self, data):
        fields = self.event_fields()
        if fields and [f[0] for f in fields] == [boxed.MEMBER] and self.boxed():
            return boxed.Whole(self, "", fields, self.at)
        return Fields(self, "", fields, self.at)

    def boxed(self):
        return ctext.event_type(self.program.text, self.name) == "struct " + boxed.struct_of(self.name)

    def open_perf_buffer(self, callback, page_cnt=8, lost_cb=None, wakeup_events=1):
        self.note("open_perf_buffer", pages=page_cnt if isinstance(page_cnt, int) else 8)
        self.rec.callbacks.append((self, callback, lost_cb))

    def open_ring_buffer(self, callback, ctx=None):
        self.note("open_ring_buffer")
        self.rec.callbacks.append((self, callback, None))

    # entries
    def fields_of(self, kind):
        return self.program.structs.get(kind) if kind else None

    def part(self, which, change, table=None):
        kind = self.types()[which]
        fields = self.fields_of(kind)
        prefix = "key." if which == "key" else "value."
        if fields is None and kind is not None:
            return Scalar(table or self, prefix, [(prefix[:-1], kind, None)], change)
        return Fields(table or self, prefix, fields, change)

    def at_index(self, key):
        """The leaf of that key; of an array's that is a number, it says of which."""
        number = getattr(key, "value", key)
        array = "ARRAY" in (self.types()["kind"] or "")
        if array and isinstance(number, int) and sym.expr_of(number) is None:
            return self.part("leaf", {}, Entry(self, int(number)))
        return self.part("leaf", {})

    def entries(self):
        self.pass_no += 1
        if self.rec.answers.get(rows.ANSWER):
            return [(self.part("key", c), self.part("leaf", c))
                    for c in map(rows.Numbers, range(rows.ENTRIES))]
        changes = [{}, {"*": 1}] + [c for c, _partly in branch_values(
            sym.branches.seen, self.name)][:EVENTS]
        seen, out = set(), []
        for change in changes:
            key = repr(sorted(change.items()))
            if key not in seen:
                seen.add(key)
                out.append((self.part("key", change), self.part("leaf", change)))
        return out

    def items(self):
        self.note("items")
        return self.entries()

    def iteritems(self):
        return iter(self.items())

    def items_lookup_batch(self):
        return self.items()

    def items_lookup_and_delete_batch(self):
        self.note("clear")
        return self.items()

    def keys(self):
        self.note("keys")
        return [k for k, _ in self.entries()]

    def values(self):
        self.note("values")
        return [v for _, v in self.entries()]

    itervalues = values

    def iterkeys(self):
        return iter(self.keys())

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return 2

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        self.note("lookup")
        t = self.types()
        part = self.at_index(key)
        if t["kind"] and "PERCPU" in t["kind"]:
            return [part.value if isinstance(part, Scalar) else part]
        return part

    def get(self, key, default=None):
        return self[key]

    def __setitem__(self, key, value):
        value = getattr(value, "value", value)
        self.note("set", kind=self.types()["kind"],
                  value=not isinstance(value, (int, float)) or sym.plain(value) != 0)

    def __delitem__(self, key):
        self.note("delete")

    def pop(self, *args):
        return self[args[0]]

    def clear(self):
        self.note("clear")

    zero = clear

    def items_delete_batch(self, *args):
        self.note("clear")

    def sum(self, key):
        return self.at_index(key)

    def average(self, key):
        return self.part("leaf", {})

    max = sum

    def getvalue(self, key):
        return [self.part("leaf", {})]

    def walk(self, stack_id, resolve=None):
        self.note("walk")
        for i in range(2):
            addr = wrap(0xffffffff81000000 + i * 64, ("stack", self.name, number_of(stack_id)))
            yield resolve(addr) if resolve else addr

    def get_stack(self, stack_id):
        self.note("walk")

        class Stack:
            nr = 2
            ip = [wrap(0xffffffff81000000 + i * 64, ("stack", self.name, number_of(stack_id)))
                  for i in range(2)]
        return Stack()

    def histogram(self, kind, val_type, header, section, bucket):
        shown = None
        if section is not None:
            try:
                kind_key = self.types()["key"]
                fields = self.fields_of(kind_key) or []
                others = [f for f in fields if f[0] not in ("slot",)]
                key = Fields(self, "key.", fields, {})
                if bucket is not None:
                    key = bucket(key)
                elif len(others) == 1:
                    key = sample(self, "key." + others[0][0], fields, {})
                shown = section(key)
            except EndOfRun:
                raise
            except Exception as e:
                self.rec.note("callback-failed", table=self.name, error=describe(e),
                              line=traceback_line(e, self.rec.path))
        self.note("histogram", linear=kind == "linear", label=to_text(val_type),
                  header=to_text(header), section=sym.expr_of(shown),
                  text=to_text(shown) if shown is not None else None)

    def print_log2_hist(self, val_type="value", section_header="Bucket ptr", section_print_fn=None,
                        bucket_fn=None, strip_leading_zero=None, bucket_sort_fn=None, **more):
        self.histogram("log2", val_type, section_header, section_print_fn, bucket_fn)

    def print_linear_hist(self, val_type="value", section_header="Bucket ptr",
                          section_print_fn=None, bucket_fn=None, strip_leading_zero=None,
                          bucket_sort_fn=None, **more):
        self.histogram("linear", val_type, section_header, section_print_fn, bucket_fn)

    def print_json_hist(self, val_type="value", section_header="Bucket ptr",
                        section_print_fn=None, bucket_fn=None, bucket_sort_fn=None, **more):
        self.note("json")

    def open_perf_event(self, typ=-1, config=-1, *args, **kwargs):
        self.note("open_perf_event", event=perf.event_name(typ, config))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("expr", "pieces"):
            raise AttributeError(name)
        self.rec.unknown("table." + name)
        return self.rec.invented.thing("table." + name)
