#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which users' ids are looked up, and by whom: functions of a C library, and a probe of a program."""
import argparse

from bcc import BPF, USDT

parser = argparse.ArgumentParser(description="Lookups of users by their ids")
parser.add_argument("-l", "--library", default="c", help="the C library")
parser.add_argument("-p", "--pid", type=int, help="only this process")
parser.add_argument("-P", "--program", help="a program, whose probe is used instead")
parser.add_argument("-n", "--names", action="store_true", help="lookups by name, too")
args = parser.parse_args()

text = """
#include <uapi/linux/ptrace.h>
struct data_t {
    u32 pid;
    int id;
    char comm[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(events);

static int tell(struct pt_regs *ctx, int id)
{
    struct data_t data = {};
    data.pid = bpf_get_current_pid_tgid() >> 32;
    data.id = id;
    bpf_get_current_comm(&data.comm, sizeof(data.comm));
    events.perf_submit(ctx, &data, sizeof(data));
    return 0;
}

int by_id(struct pt_regs *ctx, int id)
{
    return tell(ctx, id);
}

int by_name(struct pt_regs *ctx)
{
    return tell(ctx, -1);
}

int by_probe(struct pt_regs *ctx)
{
    int id = 0;
    bpf_usdt_readarg(1, ctx, &id);
    return tell(ctx, id);
}
"""

contexts = []
if args.program:
    usdt = USDT(path=args.program)
    usdt.enable_probe_or_bail("lookup", "by_probe")
    contexts.append(usdt)
b = BPF(text=text, usdt_contexts=contexts)
if not args.program:
    pid = args.pid or -1
    try:
        b.attach_uprobe(name=args.library, sym="__getpwuid_r_special", fn_name="by_id", pid=pid)
    except Exception:
        b.attach_uprobe(name=args.library, sym="getpwuid_r", fn_name="by_id", pid=pid)
    if args.names:
        b.attach_uprobe(name=args.library, sym_re="getpwnam(_r)?$", fn_name="by_name", pid=pid)

print("%-7s %-16s %s" % ("PID", "COMM", "ID"))


def show(cpu, data, size):
    event = b["events"].event(data)
    print("%-7d %-16s %d" % (event.pid, event.comm.decode("utf-8", "replace"), event.id))


b["events"].open_perf_buffer(show)
while 1:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        exit()
