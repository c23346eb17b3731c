#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who exits, through the trace pipe; its C is a file of its own."""
from bcc import BPF
from bcc.utils import printb

b = BPF(src_file="tracing.c")
print("%-18s %-16s %-6s %s" % ("TIME(s)", "COMM", "PID", "MESSAGE"))
while 1:
    try:
        (task, pid, cpu, flags, ts, msg) = b.trace_fields()
    except ValueError:
        continue
    except KeyboardInterrupt:
        exit()
    printb(b"%-18.9f %-16s %-6d %s" % (ts, task, pid, msg))
