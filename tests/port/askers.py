#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# askers   Who asks for priorities, and by way of which functions. A script in the manner of BCC's tools.
from bcc import BPF
from time import sleep
import argparse
import errno

parser = argparse.ArgumentParser(description="Count getpriority(2) by stacks")
parser.add_argument("-p", "--pid", type=int, help="this process only")
parser.add_argument("-f", "--folded", action="store_true", help="lines for flame graphs")
parser.add_argument("-K", "--kernel-only", action="store_true", help="no user stacks")
parser.add_argument("--stack-storage-size", type=int, default=1024, help="how many stacks are kept")
parser.add_argument("duration", nargs="?", type=int, default=5, help="seconds")
args = parser.parse_args()

text = """
#include <linux/sched.h>
struct key_t {
    u32 tgid;
    int user_id;
    int kernel_id;
    char comm[TASK_COMM_LEN];
};
BPF_HASH(counts, struct key_t);
BPF_STACK_TRACE(traces, STORAGE);

TRACEPOINT_PROBE(syscalls, sys_enter_getpriority)
{
    struct key_t key = {};

    key.tgid = bpf_get_current_pid_tgid() >> 32;
    PID_FILTER
    bpf_get_current_comm(&key.comm, sizeof(key.comm));
    key.user_id = traces.get_stackid(args, BPF_F_USER_STACK);
    key.kernel_id = traces.get_stackid(args, 0);
    counts.increment(key);
    return 0;
}
"""
text = text.replace("STORAGE", str(args.stack_storage_size))
text = text.replace("PID_FILTER", "if (key.tgid != %d) return 0;" % args.pid if args.pid else "")
b = BPF(text=text)


def lost(stack_id):
    return stack_id < 0 and stack_id != -errno.EFAULT


try:
    sleep(args.duration)
except KeyboardInterrupt:
    pass
traces = b["traces"]
for k, v in sorted(b["counts"].items(), key=lambda kv: kv[1].value):
    user = [] if k.user_id < 0 or args.kernel_only else list(traces.walk(k.user_id))
    kernel = [] if k.kernel_id < 0 else list(traces.walk(k.kernel_id))
    if args.folded:
        line = [k.comm.decode("utf-8", "replace")]
        line += [b.sym(a, k.tgid).decode("utf-8", "replace") for a in reversed(user)]
        line += [b.ksym(a).decode("utf-8", "replace") for a in reversed(kernel)]
        print("%s %d" % (";".join(line), v.value))
        continue
    if lost(k.kernel_id):
        print("    [Missed Kernel Stack]")
    for a in kernel:
        print("    %s" % b.ksym(a, show_offset=True).decode("utf-8", "replace"))
    if lost(k.user_id):
        print("    [Missed User Stack]")
    for a in user:
        print("    %s" % b.sym(a, k.tgid, show_module=True).decode("utf-8", "replace"))
    print("    %-16s %s (%d)" % ("-", k.comm.decode("utf-8", "replace"), k.tgid))
    print("        %d\n" % v.value)
