#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# writers   Who writes to a file system's files, and to others.
#
# In the manner of BCC's tools: the file system is known by the address of its operations, which is
# looked up; a line of counters every interval, and at the end each program, those that wrote least
# first.
from bcc import BPF
from ctypes import c_int
from time import sleep, strftime
import argparse

parser = argparse.ArgumentParser(description="Count writes to ext4 and elsewhere")
parser.add_argument("interval", nargs="?", default=1, help="seconds between lines")
args = parser.parse_args()

ops = None
with open("/proc/kallsyms") as symbols:
    for line in symbols:
        addr, _kind, name = line.rstrip().split(" ", 2)
        if name.split("\t")[0] == "ext4_file_operations":
            ops = "0x" + addr
            break
if ops is None:
    print("no ext4 here")
    exit(1)

text = """
#include <linux/fs.h>
#include <linux/sched.h>

enum where { EXT4, ELSEWHERE, NWHERE };
BPF_ARRAY(counts, u64, NWHERE);

int wrote(struct pt_regs *ctx, struct file *file)
{
    int where = (u64)file->f_op == EXT4_OPERATIONS ? EXT4 : ELSEWHERE;

    counts.increment(where);
    return 0;
}
"""
b = BPF(text=text.replace("EXT4_OPERATIONS", ops))
b.attach_kprobe(event="vfs_write", fn_name="wrote")

print("%-8s %10s %12s" % ("TIME", "EXT4/s", "ELSEWHERE/s"))
while True:
    try:
        sleep(int(args.interval))
    except KeyboardInterrupt:
        exit()
    counts = b["counts"]
    print("%-8s %10d %12d" % (strftime("%H:%M:%S"), counts[c_int(0)].value / int(args.interval),
                              counts[c_int(1)].value / int(args.interval)))
    counts.clear()
