#!/usr/bin/python3
# A script for the tests: one that prints sentences, without a heading.
from bcc import BPF

b = BPF(text="""
struct data_t { u32 pid; u32 victim; char comm[TASK_COMM_LEN]; };
BPF_PERF_OUTPUT(kills);

int kprobe__oom_kill_process(struct pt_regs *ctx)
{
    struct data_t data = {};

    data.pid = bpf_get_current_pid_tgid() >> 32;
    data.victim = data.pid;
    bpf_get_current_comm(&data.comm, sizeof(data.comm));
    kills.perf_submit(ctx, &data, sizeof(data));
    return 0;
}
""")


def show(cpu, data, size):
    event = b["kills"].event(data)
    print("process %d (\"%s\") had %d killed" % (event.pid, event.comm.decode(), event.victim))


print("Waiting for processes that are killed... Ctrl-C ends.")
b["kills"].open_perf_buffer(show)
while True:
    b.perf_buffer_poll()
