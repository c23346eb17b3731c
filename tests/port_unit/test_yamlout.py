# SPDX-License-Identifier: Apache-2.0
import unittest

from port import yamlout


class Scalars(unittest.TestCase):
    def test_each(self):
        for value, text in ((True, "true"), (5, "5"), (-5, "-5"), (0.5, "0.5"), ("pid", "pid"),
                            ("a/b.c", "a/b.c"), ("no", '"no"'), ("Yes", '"Yes"'), ("", '""'),
                            ("5", '"5"'), ("-x", '"-x"'), ("a: b", '"a: b"'), ("# a", '"# a"'),
                            ('say "a\\b"', '"say \\"a\\\\b\\""'), ("a\nb\tc", '"a b c"'),
                            ("{a}", '"{a}"'), ("null", '"null"'), ("LAT(us)", "LAT(us)")):
            self.assertEqual(yamlout.scalar(value), text)

    def test_in_a_line(self):
        self.assertEqual(yamlout.flow({"field": "ret", "names": {0: "a", 1: "b c"}, "x": [1, "y"]}),
                         '{field: ret, names: {0: a, 1: "b c"}, x: [1, "y"]}')

    def test_a_document(self):
        doc = {"summary": "What it does", "options": [{"name": "all"}, {"name": "pid"}],
               "arguments": ["interval"], "facts": {"HAS_X": {"symbol": "x"}},
               "output": {"stream": "events", "columns": [{"title": "PID", "field": "pid"}]}}
        self.assertEqual(yamlout.document(doc), '''summary: "What it does"
options:
  - {name: all}
  - {name: pid}
arguments: [interval]
facts:
  HAS_X: {symbol: x}
output:
  stream: events
  columns:
    - {title: PID, field: pid}
''')
