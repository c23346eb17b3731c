#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# calls   Each getpriority(2), and the function of the program that makes it. In the manner of BCC's tools.
from bcc import BPF
import argparse

parser = argparse.ArgumentParser(description="Trace getpriority(2) with the function that calls it")
parser.add_argument("-U", "--user-stack", action="store_true", help="print the user stack")
args = parser.parse_args()

text = """
struct event_t {
    u32 pid;
    u64 ip;
    int stack;
    char comm[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(events);
BPF_STACK_TRACE(traces, 1024);

TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
    struct event_t e = {};
    u64 ips[2] = {};

    if (args->id != 140)
        return 0;
    e.pid = bpf_get_current_pid_tgid() >> 32;
    bpf_get_current_comm(&e.comm, sizeof(e.comm));
    bpf_get_stack(args, ips, sizeof(ips), BPF_F_USER_STACK);
    e.ip = ips[0];
    STACK
    events.perf_submit(args, &e, sizeof(e));
    return 0;
}
"""
text = text.replace("STACK\n", "e.stack = traces.get_stackid(args, BPF_F_USER_STACK);\n" if args.user_stack else "\n")
b = BPF(text=text)


def show(cpu, data, size):
    event = b["events"].event(data)
    print("%-7d %-16s %s" % (event.pid, event.comm.decode("utf-8", "replace"),
                             b.sym(event.ip, event.pid, show_offset=True).decode("utf-8", "replace")))
    if args.user_stack:
        for addr in b["traces"].walk(event.stack):
            print("        %s" % b.sym(addr, event.pid).decode("utf-8", "replace"))


print("%-7s %-16s %s" % ("PID", "COMM", "FUNCTION"))
b["events"].open_perf_buffer(show)
while True:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        exit()
