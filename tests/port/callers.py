#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
# callers   Who calls write(2) most. Written for Python 2.
from bcc import BPF
import sys
from time import sleep

interval = 1
if len(sys.argv) > 1:
    interval = int(sys.argv[1])

b = BPF(text="""
struct key_t { u32 pid; char comm[TASK_COMM_LEN]; };
BPF_HASH(counts, struct key_t, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_write)
{
    struct key_t key = {};

    key.pid = bpf_get_current_pid_tgid() >> 32;
    bpf_get_current_comm(&key.comm, sizeof(key.comm));
    counts.increment(key);
    return 0;
}
""")

print "Tracing, every %d seconds" % interval
while True:
    try:
        sleep(interval)
    except KeyboardInterrupt:
        sys.exit()
    print "%-7s %-16s %8s" % ("PID", "COMM", "CALLS")
    for k, v in sorted(b["counts"].iteritems(), key=lambda kv: kv[1].value):
        print "%-7d %-16s %8d" % (k.pid, k.comm, v.value)
    b["counts"].clear()
