#!/usr/bin/env python3
# oncpu  Who is on the processors, and how much of that is not the kernel.
#
# A script in the manner of BCC's tools, for the tests of `bcchost port`.
from bcc import BPF, PerfType, PerfHWConfig, PerfSWConfig
import argparse
import time

ap = argparse.ArgumentParser(description="Who is on the processors, by samples")
rate = ap.add_mutually_exclusive_group()
rate.add_argument("-F", "--frequency", type=int, help="samples a second")
rate.add_argument("-e", "--every", type=int, help="a sample at every so many events")
ap.add_argument("-C", "--cpu", type=int, default=-1, help="this processor only")
ap.add_argument("-p", "--pid", type=int, default=-1, help="this process only")
ap.add_argument("-t", "--threads", action="store_true", help="by thread")
ap.add_argument("interval", nargs="?", type=float, default=1)
args = ap.parse_args()

text = """
#include <uapi/linux/ptrace.h>
#include <uapi/linux/bpf_perf_event.h>
#include <linux/sched.h>

struct who { u32 id; char comm[TASK_COMM_LEN]; };
BPF_HASH(samples, struct who);
BPF_HASH(outside, struct who);

int sampled(struct bpf_perf_event_data *ctx)
{
    struct who who = {};
    u64 id = bpf_get_current_pid_tgid();

    who.id = BY_THREAD ? (u32)id : id >> 32;
    if (!who.id)
        return 0;
    bpf_get_current_comm(&who.comm, sizeof(who.comm));
    samples.increment(who);
    if ((s64)PT_REGS_IP(&ctx->regs) > 0)
        outside.increment(who);
    return 0;
}
"""
b = BPF(text=text.replace("BY_THREAD", "1" if args.threads else "0"))

how = {"fn_name": "sampled", "pid": args.pid, "cpu": args.cpu}
if args.every:
    how["sample_period"] = args.every
else:
    how["sample_freq"] = args.frequency or 99
try:
    b.attach_perf_event(ev_type=PerfType.HARDWARE, ev_config=PerfHWConfig.CPU_CYCLES, **how)
except Exception:
    b.attach_perf_event(ev_type=PerfType.SOFTWARE, ev_config=PerfSWConfig.CPU_CLOCK, **how)

print("%-7s %-16s %8s %8s %7s" % ("ID", "COMM", "SAMPLES", "OUTSIDE", "USER%"))
while True:
    try:
        time.sleep(args.interval)
    except KeyboardInterrupt:
        break
    user = {}
    for k, v in b["outside"].items():
        user[(k.id, k.comm)] = v.value
    for k, v in sorted(b["samples"].items(), key=lambda kv: -kv[1].value):
        n = user.get((k.id, k.comm), 0)
        print("%-7d %-16s %8d %8d %7.2f" % (k.id, k.comm.decode(), v.value, n,
                                            100.0 * n / v.value))
    b["samples"].clear()
    b["outside"].clear()
