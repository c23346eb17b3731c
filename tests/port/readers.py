#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# readers   Large reads: who asked for how much. A script in the manner of BCC's tools.
from bcc import BPF
import argparse

parser = argparse.ArgumentParser(description="Reads of many bytes, and who asked for them")
parser.add_argument("-c", "--comm", help="only processes of this name")
parser.add_argument("min_kb", nargs="?", default=64, type=int, help="at least so many KB")
args = parser.parse_args()

bpf_text = """
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>

struct data_t {
    u32 pid;
    u64 bytes;
    char comm[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(events);

int read_entry(struct pt_regs *ctx, struct file *file, char __user *buf, size_t count)
{
    struct data_t data = {};

    if (count < MIN_BYTES)
        return 0;
    bpf_get_current_comm(&data.comm, sizeof(data.comm));
    FILTER_COMM
    data.pid = bpf_get_current_pid_tgid() >> 32;
    data.bytes = count;
    events.perf_submit(ctx, &data, sizeof(data));
    return 0;
}
"""
bpf_text = bpf_text.replace("MIN_BYTES", str(args.min_kb * 1024))
if args.comm:
    # Each letter is compared: there is no strcmp in BPF.
    test = " || ".join("data.comm[%d] != %d" % (i, ord(c)) for i, c in enumerate(args.comm))
    bpf_text = bpf_text.replace("FILTER_COMM", "if (%s) { return 0; }" % test)
else:
    bpf_text = bpf_text.replace("FILTER_COMM", "")

b = BPF(text=bpf_text)
b.attach_kprobe(event="vfs_read", fn_name="read_entry")
print("%-7s %-16s %8s" % ("PID", "COMM", "KB"))


def show(cpu, data, size):
    event = b["events"].event(data)
    print("%-7d %-16s %8d" % (event.pid, event.comm.decode(), event.bytes / 1024))


b["events"].open_perf_buffer(show)
while 1:
    b.perf_buffer_poll()
