# SPDX-License-Identifier: Apache-2.0
import unittest

from port import template
from port.merge import Conditions, merge


class Atom:
    order = 0
    numbers = None

    def __init__(self, kind, dest, **more):
        self.kind, self.option, self.key = kind, {"dest": dest}, more.get("key")
        self.base_answer = more.get("base_answer")
        self.number = more.get("number")
        self.numbers = more.get("numbers")


class Left:
    def __init__(self):
        self.texts = []

    def add(self, text):
        self.texts.append(text)


class Numbers(unittest.TestCase):
    def derived(self, form, v1=40129, v2=48311):
        return template.derived_numbers(form(v1), form(v2), v1, v2)

    def test_the_number_itself_and_what_is_counted_with_it(self):
        self.assertEqual(self.derived(lambda v: "if (x < %d) y = 5;" % v), {"40129": (1, 0)})
        self.assertEqual(self.derived(lambda v: "a %d b %dULL" % (v * 1000, v + 3)),
                         {"40129000": (1000, 0), "40132": (1, 3)})

    def test_what_is_not_linear(self):
        self.assertIsNone(self.derived(lambda v: "a %d" % (v // 7)))

    def test_texts_that_differ_in_more(self):
        self.assertIsNone(template.derived_numbers("a 1", "b 2", 1, 2))
        self.assertIsNone(template.derived_numbers("a 1", "a 2 3", 1, 2))

    def test_parts_of_words_are_no_numbers(self):
        self.assertEqual(self.derived(lambda v: "u64 x%d_" % 3), {})

    def test_the_word_in_its_place(self):
        atom = Atom("value", "min-kb", numbers={"40129": (1, 0), "401290": (10, 0), "40130": (1, 1)})
        self.assertEqual(template.put_words("a < 40129 b 401290UL c 40130 d 7", atom),
                         "a < OPT_MIN_KB b (OPT_MIN_KB * 10) c (OPT_MIN_KB + 1) d 7")
        self.assertEqual(template.number_text("W", 2, -3), "(W * 2 - 3)")


class Conditional(unittest.TestCase):
    def made(self, atoms, *texts):
        """texts: the first without, each other with one of the atoms."""
        for i, a in enumerate(atoms):
            a.order = i
        on = [frozenset()] + [frozenset({a}) for a in atoms]
        self.words = template.Words()
        nodes = merge([tuple(template.logical_lines(t)) for t in texts])
        return template.emit(nodes, Conditions(on), self.words)

    def test_a_line_that_an_option_brings(self):
        self.assertEqual(self.made([Atom("flag", "all")], "a\nb", "a\nx\nb"),
                         "a\n#if OPT_ALL\nx\n#endif\nb")
        self.assertEqual(list(self.words.used), ["OPT_ALL"])

    def test_one_or_the_other(self):
        made = self.made([Atom("value", "pid")], "a\nold\nb", "a\nnew\nb")
        self.assertIn(made, ("a\n#if !OPT_PID_GIVEN\nold\n#else\nnew\n#endif\nb",
                             "a\n#if OPT_PID_GIVEN\nnew\n#else\nold\n#endif\nb"))

    def test_a_choice_is_a_number(self):
        self.assertIn("#if OPT_SORT == 2\nx\n#endif", self.made([Atom("choice", "sort", number=2)],
                                                              "a", "a\nx"))

    def test_an_answer_of_the_kernel(self):
        made = self.made([Atom("fact", "", key=("field", "request", "rq_disk"), base_answer=True)],
                         "a\nold", "a\nnew")
        self.assertIn("defined(HAS_REQUEST_RQ_DISK)", made)
        self.assertEqual(self.words.facts, {"HAS_REQUEST_RQ_DISK": ("field", "request", "rq_disk")})

    def test_a_line_that_goes_on_is_one(self):
        self.assertEqual(template.logical_lines("#define A \\\n b\nc"), ["#define A \\\n b", "c"])

    def test_heads_that_open_the_same_body(self):
        made = self.made([Atom("flag", "x")], "int f(int a) {\n g();\n}", "int f(long a) {\n g();\n}")
        self.assertEqual(made.count("{"), 1)
        self.assertEqual(made.count("}"), 1)

    def test_heads_of_different_names_get_a_body_each(self):
        text = "#if X\nint f(int a)\n#else\nint g(int a)\n#endif\n{\n h();\n}\n"
        made = template.own_bodies(text)
        self.assertEqual(made.count("h();"), 2)
        self.assertEqual(template.own_bodies(text.replace("int g(", "int f(")).count("h();"), 1)

    def test_ifs_of_the_scripts_own(self):
        conditions = Conditions([frozenset(), frozenset({Atom("flag", "x")})])
        part = lambda *lines: [(x, frozenset({1})) for x in lines]
        whole = [("a", frozenset({0, 1}))]
        self.assertTrue(template.balanced(whole + part("#if Y", "b", "#endif"), conditions))
        self.assertFalse(template.balanced(whole + part("#if Y", "b"), conditions))
        self.assertFalse(template.balanced(part("#endif") + whole, conditions))
        self.assertEqual(template.logical_lines("a\n#if Y\nb\n#endif\nc", True),
                         ["a", "#if Y\nb\n#endif", "c"])


class Words(unittest.TestCase):
    def test_macros_of_the_command_line(self):
        left = Left()
        self.assertEqual(template.with_defines("x", ["-DA", "-DB=a b", "-Wall", "-O1"], left),
                         "#define A 1\n#define B a b\nx")
        self.assertEqual(left.texts, ["the compiler's option -O1"])

    def test_the_hosts_own_words(self):
        self.assertEqual(template.own_words_renamed("FILTER /* FILTER */ NO_FILTER RESULT(x)"),
                         "SCRIPTS_FILTER /* FILTER */ NO_FILTER SCRIPTS_RESULT(x)")

    def test_names_of_macros(self):
        self.assertEqual([template.upper(n) for n in ("min-kb", "9lives", "a.b")],
                         ["MIN_KB", "X9LIVES", "A_B"])
        self.assertEqual(template.fact_macro(("tracepoint", "block", "block_io_start")),
                         "HAS_TRACEPOINT_BLOCK_BLOCK_IO_START")
        self.assertEqual(template.fact_macro(("function", "tcp_sendpage")), "HAS_TCP_SENDPAGE")


class Signatures(unittest.TestCase):
    NEW = [("idmap", "struct mnt_idmap *"), ("dir", "struct inode *"), ("dentry", "struct dentry *")]
    TEXT = "int f(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)\n{ use(%s); }\n"

    def made(self, body="dentry", text=None, proto=NEW, differing=()):
        s = template.Signatures({"f": {"vfs_x"}}, {"vfs_x": proto} if proto else {})
        return s.apply((text or self.TEXT) % body, set(differing))

    def test_a_parameter_that_is_elsewhere(self):
        self.assertEqual(self.made(), "int f(SIGNATURE(vfs_x, dentry))\n{ use(dentry); }\n")

    def test_one_that_is_where_the_script_thinks(self):
        self.assertNotIn("SIGNATURE", self.made(proto=self.NEW[1:]))
        self.assertIn("SIGNATURE", self.made(proto=self.NEW[1:], differing=["f"]))

    def test_one_that_btf_does_not_know(self):
        self.assertNotIn("SIGNATURE", self.made(proto=[("a", "int"), ("b", "int")]))
        self.assertNotIn("SIGNATURE", self.made(proto=None))

    def test_one_of_another_type(self):
        self.assertNotIn("SIGNATURE", self.made(proto=[("x", "int"), ("dir", "struct inode *"),
                                                       ("dentry", "struct path *")]))

    def test_parameters_that_are_not_used(self):
        self.assertNotIn("SIGNATURE", self.made(body="ctx"))

    def test_handlers_of_several_functions(self):
        s = template.Signatures({"f": {"vfs_a", "vfs_b"}}, {"vfs_a": self.NEW, "vfs_b": self.NEW})
        self.assertIn("SIGNATURE(., dentry)", s.apply(self.TEXT % "dentry", set()))
