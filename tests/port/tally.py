#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# tally: how many processes each user starts
#
# Of the kind that people write for themselves: it reads sys.argv, its C text is in a module beside it,
# which has a header, and all users stand on one line.
import pwd
import sys
import time

from bcc import BPF

from tally_text import TEXT

if len(sys.argv) < 2:
    print("USAGE: tally SECONDS")
    sys.exit(1)

b = BPF(text=TEXT)
b["config"][0] = b["config"].Leaf(1)

while True:
    time.sleep(int(sys.argv[1]))
    line = ""
    for user, n in b["started"].items():
        line += "%s: %d  " % (pwd.getpwuid(user.value).pw_name, n.value)
    print(line)
