#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# connects   Who connects where, by IPv4 and IPv6, and how long it takes. In the manner of BCC's tools.
from __future__ import print_function
from bcc import BPF
import argparse
from socket import inet_ntop, AF_INET, AF_INET6
from struct import pack

parser = argparse.ArgumentParser(description="Who connects where")
parser.add_argument("-U", "--print-uid", action="store_true", help="show the user, too")
parser.add_argument("-x", "--failed", action="store_true", help="of IPv6, only what failed")
parser.add_argument("-n", "--name", type=lambda s: s, help="only processes with this in their name")
args = parser.parse_args()

b = BPF(text="""
#include <uapi/linux/in.h>
#include <uapi/linux/in6.h>
#include <linux/sched.h>

struct call_t {
    u64 ts;
    void *address;
};

struct ipv4_t {
    u64 ip;
    u64 pid;
    u32 uid;
    u32 daddr;
    u16 dport;
    int ret;
    char task[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(ipv4_events);

struct ipv6_t {
    u64 ip;
    u64 pid;
    u32 uid;
    unsigned __int128 daddr;
    u16 dport;
    int ret;
    char task[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(ipv6_events);

BPF_HASH(calls, u64, struct call_t);
BPF_HISTOGRAM(took);

TRACEPOINT_PROBE(syscalls, sys_enter_connect)
{
    u64 id = bpf_get_current_pid_tgid();
    struct call_t call = {.ts = bpf_ktime_get_ns(), .address = (void *)args->uservaddr};

    calls.update(&id, &call);
    return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_connect)
{
    u64 id = bpf_get_current_pid_tgid();
    struct call_t *call = calls.lookup(&id);
    u16 family = 0;

    if (!call)
        return 0;
    bpf_probe_read_user(&family, sizeof(family), call->address);
    took.atomic_increment(bpf_log2l((bpf_ktime_get_ns() - call->ts) / 1000));
    if (family == 2) {
        struct ipv4_t data4 = {};
        struct sockaddr_in in = {};

        bpf_probe_read_user(&in, sizeof(in), call->address);
        data4.ip = 4;
        data4.pid = id >> 32;
        data4.uid = bpf_get_current_uid_gid();
        data4.daddr = in.sin_addr.s_addr;
        data4.dport = in.sin_port;
        data4.dport = ntohs(data4.dport);
        data4.ret = args->ret;
        bpf_get_current_comm(&data4.task, sizeof(data4.task));
        ipv4_events.perf_submit(args, &data4, sizeof(data4));
    } else if (family == 10) {
        struct ipv6_t data6 = {};
        struct sockaddr_in6 in6 = {};

        bpf_probe_read_user(&in6, sizeof(in6), call->address);
        data6.ip = 6;
        data6.pid = id >> 32;
        data6.uid = bpf_get_current_uid_gid();
        __builtin_memcpy(&data6.daddr, &in6.sin6_addr, sizeof(data6.daddr));
        data6.dport = in6.sin6_port;
        data6.dport = ntohs(data6.dport);
        data6.ret = args->ret;
        bpf_get_current_comm(&data6.task, sizeof(data6.task));
        ipv6_events.perf_submit(args, &data6, sizeof(data6));
    }
    calls.delete(&id);
    return 0;
}
""")


def print_ipv4_event(cpu, data, size):
    event = b["ipv4_events"].event(data)
    if args.name and args.name.encode() not in event.task:
        return
    if args.print_uid:
        print("%-6d" % event.uid, end="")
    print("%-7d %-12.12s %-2d %-16s %-6d %d" % (event.pid, event.task.decode("utf-8", "replace"),
                                                event.ip, inet_ntop(AF_INET, pack("I", event.daddr)),
                                                event.dport, event.ret))


def print_ipv6_event(cpu, data, size):
    event = b["ipv6_events"].event(data)
    if args.failed and event.ret >= 0:
        return
    if args.name and args.name.encode() not in event.task:
        return
    if args.print_uid:
        print("%-6d" % event.uid, end="")
    print("%-7d %-12.12s %-2d %-16s %-6d %d" % (event.pid, event.task.decode("utf-8", "replace"),
                                                event.ip, inet_ntop(AF_INET6, event.daddr),
                                                event.dport, event.ret))


if args.print_uid:
    print("%-6s" % "UID", end="")
print("%-7s %-12s %-2s %-16s %-6s %s" % ("PID", "COMM", "IP", "DADDR", "DPORT", "RET"))
b["ipv4_events"].open_perf_buffer(print_ipv4_event)
b["ipv6_events"].open_perf_buffer(print_ipv6_event)
while True:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        print("\nHow long it took:")
        b["took"].print_log2_hist("usecs")
        exit()
