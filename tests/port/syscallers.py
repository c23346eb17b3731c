#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# syscallers   How many calls each program made, when it is over; who made most comes last.
from bcc import BPF
from time import sleep

b = BPF(text="""
struct who { char comm[16]; };
BPF_HASH(calls, struct who, u64);

RAW_TRACEPOINT_PROBE(sys_enter)
{
    struct who who = {};

    bpf_get_current_comm(&who.comm, sizeof(who.comm));
    calls.increment(who);
    return 0;
}
""")

print("Tracing... Hit Ctrl-C to end.")
try:
    sleep(99999999)
except KeyboardInterrupt:
    pass
print("%-16s %10s" % ("COMM", "CALLS"))
for k, v in sorted(b["calls"].items(), key=lambda kv: kv[1].value):
    print("%-16s %10d" % (k.comm.decode("utf-8", "replace"), v.value))
