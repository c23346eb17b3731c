#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# removals   Who removes files, and what came of it. A script in the manner of BCC's tools.
from bcc import BPF
import argparse
from time import strftime

parser = argparse.ArgumentParser(description="Who removes files")
parser.add_argument("-p", "--pid", help="only this process")
parser.add_argument("-x", "--failed", action="store_true", help="only what failed")
parser.add_argument("-u", "--print-uid", action="store_true", help="show the user, too")
parser.add_argument("-n", "--name", type=lambda s: s, help="only processes with this in their name")
args = parser.parse_args()

bpf_text = """
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>

struct call_t {
    u64 ts;
    const char *path;
};

struct data_t {
    u64 id;
    u64 delta;
    u32 uid;
    int ret;
    char comm[TASK_COMM_LEN];
    char path[128];
};

BPF_HASH(calls, u64, struct call_t);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_unlinkat)
{
    u64 id = bpf_get_current_pid_tgid();
    u32 pid = id >> 32;
    struct call_t call = {};

    FILTER_PID
    call.ts = bpf_ktime_get_ns();
    call.path = args->pathname;
    calls.update(&id, &call);
    return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_unlinkat)
{
    u64 id = bpf_get_current_pid_tgid();
    struct call_t *call = calls.lookup(&id);
    struct data_t data = {};

    if (!call)
        return 0;
    data.id = id;
    data.delta = bpf_ktime_get_ns() - call->ts;
    data.uid = bpf_get_current_uid_gid();
    data.ret = args->ret;
    bpf_get_current_comm(&data.comm, sizeof(data.comm));
    bpf_probe_read_user_str(&data.path, sizeof(data.path), (void *)call->path);
    calls.delete(&id);
    events.perf_submit(args, &data, sizeof(data));
    return 0;
}
"""
if args.pid:
    bpf_text = bpf_text.replace("FILTER_PID", "if (pid != %s) { return 0; }" % args.pid)
else:
    bpf_text = bpf_text.replace("FILTER_PID", "")

b = BPF(text=bpf_text)

print("%-8s " % "TIME", end="")
if args.print_uid:
    print("%-6s " % "UID", end="")
print("%-7s %-16s %3s %8s %s" % ("PID", "COMM", "ERR", "LAT(us)", "PATH"))


def print_event(cpu, data, size):
    event = b["events"].event(data)
    if args.failed and event.ret >= 0:
        return
    if args.name and args.name.encode() not in event.comm:
        return
    if event.ret >= 0:
        err = 0
    else:
        err = -event.ret
    print("%-8s " % strftime("%H:%M:%S"), end="")
    if args.print_uid:
        print("%-6d " % event.uid, end="")
    print("%-7d %-16s %3d %8.2f %s" % (event.id >> 32, event.comm.decode("utf-8", "replace"), err,
                                       float(event.delta) / 1000,
                                       event.path.decode("utf-8", "replace")))


b["events"].open_perf_buffer(print_event)
while 1:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        exit()
