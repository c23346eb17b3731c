#!/usr/bin/python3
# A script for the tests, in the manner of BCC's tools: what a closed socket was, and why. Its lines have
# two fields in one column, words by a function, by a table and by a comparison, and an end that depends.
from bcc import BPF
from socket import inet_ntop, AF_INET
from struct import pack
from time import strftime

program = """
#include <net/sock.h>

struct data_t {
    u32 pid;
    u32 saddr;
    u32 daddr;
    u16 lport;
    u16 dport;
    u8 state;
    char how;
    int err;
    u64 lived_ns;
    u64 bytes;
    char comm[TASK_COMM_LEN];
};
BPF_PERF_OUTPUT(closed);

int closes(struct pt_regs *ctx, struct sock *sk, long timeout)
{
    struct data_t data = {};

    data.pid = bpf_get_current_pid_tgid() >> 32;
    data.saddr = sk->__sk_common.skc_rcv_saddr;
    data.daddr = sk->__sk_common.skc_daddr;
    data.lport = sk->__sk_common.skc_num;
    data.dport = sk->__sk_common.skc_dport;
    data.state = sk->__sk_common.skc_state;
    data.how = timeout ? 'L' : 'N';
    data.err = sk->sk_err;
    bpf_get_current_comm(&data.comm, sizeof(data.comm));
    closed.perf_submit(ctx, &data, sizeof(data));
    return 0;
}
"""

STATES = {1: "ESTABLISHED", 7: "CLOSE", 8: "CLOSE_WAIT", 10: "LISTEN"}


def state_name(number):
    if number in STATES:
        return STATES[number]
    return "other"


def reason(event):
    if event.err == 0:
        return "ok"
    text = "error %d" % event.err
    if event.err & 0x80:
        text += " (fatal)"
    return text


b = BPF(text=program)
b.attach_kprobe(event="inet_csk_listen_stop", fn_name="closes")
print("%-8s %-7s %-10.10s %-21s > %-21s %-11s %1s %5s %7s REASON" % (
    "TIME", "PID", "COMM", "LADDR:LPORT", "RADDR:RPORT", "STATE", "H", "KB", "MS"))


def show(cpu, data, size):
    e = b["closed"].event(data)
    print("%-8s %-7d %-10.10s %-21s > %-21s %-11s %1s %5d %7.2f " % (
        strftime("%H:%M:%S"), e.pid, e.comm.decode(),
        inet_ntop(AF_INET, pack("I", e.saddr)) + ":" + str(e.lport),
        "%s:%d" % (inet_ntop(AF_INET, pack("I", e.daddr)), e.dport), state_name(e.state),
        "L" if e.how == b"L" else "N", e.bytes / 1024, e.lived_ns / 1e6), end="")
    print(reason(e))


b["closed"].open_perf_buffer(show)
while True:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        break
