# SPDX-License-Identifier: Apache-2.0
import unittest

from port import ctext


class Structs(unittest.TestCase):
    def fields(self, text, name="struct s"):
        return ctext.structs(text)[name]

    def test_numbers_arrays_and_texts(self):
        self.assertEqual(self.fields("struct s { u32 pid; u64 ts, te; char comm[TASK_COMM_LEN]; };"),
                         [("pid", "u32", None), ("ts", "u64", None), ("te", "u64", None),
                          ("comm", "char", 16)])

    def test_sizes_that_the_text_defines(self):
        text = "#define LEN 24\nstruct s { char a[LEN]; u8 b[LEN * 2]; u32 c[2][3]; };"
        self.assertEqual([f[2] for f in self.fields(text)], [24, 48, 6])

    def test_pointers_and_bit_fields(self):
        self.assertEqual([f[0] for f in self.fields("struct s { void *p; char **q; u32 b : 3; };")],
                         ["p", "q", "b"])

    def test_an_anonymous_union_gives_its_members(self):
        text = "struct s { u32 a; union { u32 v4; unsigned __int128 v6; }; };"
        self.assertEqual({f[0] for f in self.fields(text)}, {"a", "v4", "v6"})

    def test_a_named_struct_is_one_member(self):
        self.assertEqual(self.fields("struct s { struct { u32 x; } in; struct { u8 y; } l[3]; };"), [
            ("in", "struct { u32 x; }", None), ("l", "struct { u8 y; }", 3)])

    def test_what_types_alone_do_not_lay_out(self):
        for text, wanted in (("struct e { u8 a; u32 b; };", False),
                             ("struct e { u8 a; u32 b; } __attribute__((packed));", True),
                             ("struct __attribute__((packed)) e { u8 a; u32 b; };", True),
                             ("struct e { u8 a; u32 b; } __packed;", True),
                             ("struct e { u32 a : 3; };", True),
                             ("struct w { u8 x; }; struct e { struct w w; };", True),
                             ("typedef u64 stamp_t; struct e { stamp_t t; };", True),
                             ("typedef struct { u8 x; } e; ", False),
                             ("struct other { u8 a; } __packed; struct e { u8 a; };", False),
                             ("#if X\nstruct e { u8 a; } __packed;\n#endif", False),
                             ("int f() { struct e { u8 a; } __packed; }", False), ("", False)):
            kind = "e" if "} e;" in text else "struct e"
            self.assertEqual(ctext.described(text, kind), wanted, text)

    def test_typedef(self):
        text = "typedef struct { u32 a; } one_t; struct two { u32 b; }; typedef struct two two_t;"
        self.assertEqual([self.fields(text, n)[0][0] for n in ("one_t", "two_t")], ["a", "b"])

    def test_comments_are_none_of_it(self):
        text = "struct s { u32 a; /* u32 b; */ // u32 c;\n u32 d; };"
        self.assertEqual([f[0] for f in self.fields(text)], ["a", "d"])

    def test_an_end_that_is_missing(self):
        self.assertEqual(self.fields("struct s { u32 a;"), [("a", "u32", None)])

    def test_a_size_that_is_no_number(self):
        for size in ("sizeof(int)", "9**9**9**9", "A", "-5 + )", "1 << 3"):
            self.assertEqual(self.fields("struct s { char a[%s]; };" % size)[0][2], 16, size)


class Comments(unittest.TestCase):
    def test_offsets_stay(self):
        text = 'a /* b\nc */ "d // e" // f\ng'
        clean = ctext.without_comments(text)
        self.assertEqual(len(clean), len(text))
        self.assertEqual(clean.split(), ["a", '"', '"', "g"])
        self.assertEqual(clean.count("\n"), 2)


class Tables(unittest.TestCase):
    def test_kinds_keys_and_leaves(self):
        t = ctext.tables("""
            BPF_HASH(h); BPF_HASH(h2, u32, struct v_t, 1000); BPF_PERCPU_ARRAY(a, struct x, 1);
            BPF_HISTOGRAM(d, struct k); BPF_PERF_OUTPUT(e); BPF_RINGBUF_OUTPUT(r, 8);
            BPF_TABLE("lru_hash", u32, u64, l, 10); BPF_STACK_TRACE(st, 1024);""")
        self.assertEqual(t["h"], {"kind": "BPF_HASH", "key": "u64", "leaf": "u64"})
        self.assertEqual((t["h2"]["key"], t["h2"]["leaf"]), ("u32", "struct v_t"))
        self.assertEqual((t["a"]["key"], t["a"]["leaf"]), ("int", "struct x"))
        self.assertEqual((t["d"]["key"], t["d"]["leaf"]), ("struct k", "u64"))
        self.assertEqual((t["l"]["kind"], t["l"]["key"]), ("BPF_LRU_HASH", "u32"))
        self.assertEqual({"e", "r", "st"} - set(t), set())

    def test_one_in_a_comment(self):
        self.assertEqual(ctext.tables("// BPF_HASH(h);\n/* BPF_HASH(g); */"), {})


class Events(unittest.TestCase):
    def kind(self, submit, before="struct data_t data = {};"):
        return ctext.event_type("int f(void *ctx) { %s %s }" % (before, submit), "events")

    def test_perf_submit(self):
        self.assertEqual(self.kind("events.perf_submit(ctx, &data, sizeof(data));"), "struct data_t")

    def test_a_pointer(self):
        self.assertEqual(self.kind("events.perf_submit(ctx, data, sizeof(*data));",
                                   "struct big_t *data = big.lookup(&zero);"), "struct big_t")

    def test_ringbuf_output(self):
        self.assertEqual(self.kind("events.ringbuf_output(&data, sizeof(data), 0);", "ev_t data;"),
                         "ev_t")

    def test_ringbuf_reserve(self):
        self.assertEqual(self.kind("", "struct e_t *e = events.ringbuf_reserve(sizeof(*e));"),
                         "struct e_t")

    def test_of_another_table(self):
        self.assertIsNone(self.kind("others.perf_submit(ctx, &data, sizeof(data));"))


class Functions(unittest.TestCase):
    def test_names_and_parameters(self):
        text = "static inline u64 help(u64 a) { return a; }\n" \
            "int entry(struct pt_regs *ctx, int (*f)(int))\n{ if (1) { x(); } }\n"
        found = ctext.functions(text)
        self.assertEqual([f["name"] for f in found], ["help", "entry"])
        a, b = found[1]["params"]
        self.assertEqual(text[a:b], "struct pt_regs *ctx, int (*f)(int)")
        self.assertTrue(text[found[1]["body_start"]:].startswith(" if (1)"))

    def test_a_declaration_is_none(self):
        self.assertEqual(ctext.functions("int f(int a);\n"), [])

    def test_conventions(self):
        text = """int kprobe__vfs_read(void *ctx) { return 0; }
int kretprobe__vfs_read(void *ctx) { return 0; }
TRACEPOINT_PROBE(sched, sched_switch) { return 0; }
RAW_TRACEPOINT_PROBE(sys_enter) { return 0; }
KFUNC_PROBE(vfs_open, struct path *p) { return 0; }
static int kprobe__no(void *ctx) { return 0; }
"""
        self.assertEqual(set(ctext.conventions(text)), {
            ("kprobe", "vfs_read", "kprobe__vfs_read"),
            ("kretprobe", "vfs_read", "kretprobe__vfs_read"),
            ("tracepoint", "sched:sched_switch", "tracepoint__sched__sched_switch"),
            ("raw_tracepoint", "sys_enter", "raw_tracepoint__sys_enter"),
            ("kfunc", "vfs_open", "kfunc__vfs_open")})

    def test_a_macro_of_the_texts_own_is_no_probe(self):
        self.assertEqual(ctext.conventions("#define X TRACEPOINT_PROBE(a, b)\n"), [])
