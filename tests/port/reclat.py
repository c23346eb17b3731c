#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# reclat   How long system calls take that make or remove names, as a histogram.
from __future__ import print_function
from bcc import BPF
from time import sleep
import argparse

parser = argparse.ArgumentParser(description="How long vfs_unlink takes, as a histogram")
parser.add_argument("-m", "--milliseconds", action="store_true", help="in milliseconds")
parser.add_argument("interval", nargs="?", default=99999999, help="seconds between two outputs")
parser.add_argument("count", nargs="?", default=99999999, help="how many outputs")
args = parser.parse_args()

text = """
#include <uapi/linux/ptrace.h>
#include <linux/fs.h>

BPF_HASH(start, u32, u64);
BPF_HISTOGRAM(dist);

HEAD
{
    u32 tid = bpf_get_current_pid_tgid();
    u64 ts = bpf_ktime_get_ns();

    if (!dentry)
        return 0;
    start.update(&tid, &ts);
    return 0;
}

int gone(struct pt_regs *ctx)
{
    u32 tid = bpf_get_current_pid_tgid();
    u64 *ts = start.lookup(&tid);

    if (!ts)
        return 0;
    dist.increment(bpf_log2l((bpf_ktime_get_ns() - *ts) / UNIT));
    start.delete(&tid);
    return 0;
}
"""
if BPF.kernel_struct_has_field("renamedata", "new_mnt_idmap") == 1:
    head = "int goes(struct pt_regs *ctx, struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry)"
elif BPF.kernel_struct_has_field("renamedata", "old_mnt_userns") == 1:
    head = "int goes(struct pt_regs *ctx, struct user_namespace *ns, struct inode *dir, struct dentry *dentry)"
else:
    head = "int goes(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)"
text = text.replace("HEAD", head)
if args.milliseconds:
    text, label = text.replace("UNIT", "1000000"), "msecs"
else:
    text, label = text.replace("UNIT", "1000"), "usecs"

b = BPF(text=text)
b.attach_kprobe(event="vfs_unlink", fn_name="goes")
b.attach_kretprobe(event="vfs_unlink", fn_name="gone")
print("Tracing... Hit Ctrl-C to end.")
exiting = 0
left = int(args.count)
while 1:
    try:
        sleep(int(args.interval))
    except KeyboardInterrupt:
        exiting = 1
    print()
    b["dist"].print_log2_hist(label)
    b["dist"].clear()
    left -= 1
    if exiting or left == 0:
        exit()
