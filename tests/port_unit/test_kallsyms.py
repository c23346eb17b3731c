# SPDX-License-Identifier: Apache-2.0
"""The kernel's symbols as a script of the sandbox finds them."""
import unittest

from port import kallsyms


class Symbols(unittest.TestCase):
    def test_the_number_is_made_of_the_name(self):
        a, b = kallsyms.address("a_b"), kallsyms.address("b_a")
        self.assertNotEqual(a, b)
        self.assertEqual(a, kallsyms.address("a_b"))
        self.assertEqual(a >> 32, 0xffffffff)

    def test_numbers_become_macros_in_each_form(self):
        a = kallsyms.address("some_ops")
        text = "x == 0x%x; y == %dULL; z == 0x%x1;" % (a, a, a)
        made, names = kallsyms.with_macros(text, ["some_ops", "other_ops"])
        self.assertEqual(names, ["some_ops"])
        self.assertEqual(made, "x == ADDR_SOME_OPS; y == ADDR_SOME_OPS; z == 0x%x1;" % a)

    def test_candidates_are_words_of_short_texts(self):
        got = kallsyms.candidates('a = "some_ops"\nb = b"x other_ops\\t[mod]"\nc = "%s"' % ("w " * 99))
        self.assertEqual(got, ["some_ops", "other_ops", "mod"])
        self.assertEqual(kallsyms.candidates("not python ("), [])

    def test_compared_is_asked(self):
        for body in ('line == "b_ops"', '"b_ops" in line', 'line.endswith("b_ops")',
                     'line.split()[-1].strip() == "b_ops"'):
            class Rec:
                answers, asked = {}, []

                def ask(self, *key):
                    self.asked.append(key)
            rec = Rec()
            s = kallsyms.Symbols(rec, 'x = "b_ops"')
            line = [x for x in s.open("r") if str.endswith(x, "T b_ops\n")][0]
            line = line.rstrip() if "==" not in body or "split" in body else line.split()[2]
            self.assertTrue(eval(body, {"line": line}), body)
            self.assertEqual(set(rec.asked), {("symbol", "b_ops")}, body)
            rec.asked.clear()

    def test_one_that_is_not_there(self):
        class Rec:
            answers = {("symbol", "b_ops"): False}
        text = kallsyms.Symbols(Rec(), 'x = "b_ops"; y = "c_ops"').lines()
        self.assertNotIn("b_ops", text)
        self.assertIn("T c_ops\n", text)
        self.assertIn("d c_ops\t[c]\n", text)

    def test_bytes(self):
        class Rec:
            answers = {}
        s = kallsyms.Symbols(Rec(), 'x = "b_ops"')
        self.assertIn(b" T b_ops\n", bytes(s.open("rb").read()))


if __name__ == "__main__":
    unittest.main()
