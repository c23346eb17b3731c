/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runqslower: who waits long for a processor. A wait begins when a task becomes runnable without
 * running (sched_wakeup, sched_wakeup_new, or sched_switch takes the processor from it while it
 * still could run), and ends when sched_switch gives it one. At sched_switch the current task is
 * still the previous one.
 */
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>

struct event {
	u64 wait_us;
	u32 tid;
	u32 prev_tid;
	char comm[TASK_COMM_LEN];
	char prev_comm[TASK_COMM_LEN];
#ifdef SHOW_CGROUP
	u64 cgroup_id; /* of who waited */
#endif
};

/* When each waiting thread began to. */
BPF_HASH(waiting, u32, u64, 65536);
BPF_PERF_OUTPUT(events);

static int begins(struct task_struct *task, int anew)
{
	u64 now = bpf_ktime_get_ns();
	u32 tid = 0;

	FILTER_TASK(task)
	bpf_probe_read_kernel(&tid, sizeof(tid), &task->pid);
	if (!tid) /* a processor's idle task */
		return 0;
	if (!anew)
		waiting.insert(&tid, &now);
	else if (waiting.update(&tid, &now))
		LOST;
	return 0;
}

/*
 * A task that waits already can be woken, too, and waits on. So can one that runs: what that notes
 * is put right when it is switched out.
 */
int woken(SIGNATURE(., p))
{
	return begins(p, 0);
}

static int is_runnable(struct task_struct *task)
{
#ifdef TASK_HAS___STATE
	unsigned int state = 0;

	bpf_probe_read_kernel(&state, sizeof(state), &task->__state);
#else
	long state = 0;

	bpf_probe_read_kernel(&state, sizeof(state), &task->state);
#endif
	return state == TASK_RUNNING;
}

/* A task that was preempted on its way to sleep is runnable whatever its state says. */
int switched(SIGNATURE(sched_switch, preempt, prev, next))
{
	u32 prev_tid = prev->pid, tid = next->pid;
	struct event e = {};
	u64 *began;

	if (preempt || is_runnable(prev))
		begins(prev, 1);
	else
		waiting.delete(&prev_tid);
	began = waiting.lookup(&tid);
	if (!began)
		return 0;
	e.wait_us = (bpf_ktime_get_ns() - *began) / 1000;
	waiting.delete(&tid);
	if (MIN_US && e.wait_us <= MIN_US)
		return 0;
#ifdef SHOW_CGROUP
	e.cgroup_id = TASK_CGROUP(next);
#endif
	e.tid = tid;
	e.prev_tid = prev_tid;
	bpf_probe_read_kernel_str(&e.comm, sizeof(e.comm), next->comm);
	bpf_probe_read_kernel_str(&e.prev_comm, sizeof(e.prev_comm), prev->comm);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
