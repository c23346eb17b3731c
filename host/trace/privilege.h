/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privilege: may this user use BPF here, what is in the way if not, and what is given up once the
 * probes are attached.
 *
 * What a tool that traces still does, and what the kernel wants for it:
 *  - events: the ring or perf buffer is mapped, the trace pipe open: nothing.
 *  - tables and the count of lost events: bpf(2) on descriptors that we have. Kernels before 6.0
 *    want CAP_BPF for every call where kernel.unprivileged_bpf_disabled is set (Debian sets it):
 *    kept where the kernel, asked, wants it.
 *  - names of kernel addresses (`ksym`, `stack`): /proc/kallsyms shows addresses only to
 *    CAP_SYSLOG: kept for tools that have such a column.
 *  - names of user programs' addresses (`usym`, `user_stack`): /proc/PID/maps of another user, or
 *    of a process that has more capabilities than we, wants CAP_SYS_PTRACE; the programs' files may
 *    be closed to others (CAP_DAC_READ_SEARCH), deleted, or in another mount namespace
 *    (/proc/PID/map_files: CAP_CHECKPOINT_RESTORE): kept for tools that have such a column.
 *  - detaching: closing descriptors: nothing. So does a process that is killed.
 *  - names of containers: files of root's, which the user has not changed for: nothing.
 *  - our own files (cache), and files that all may read: nothing: our user does not change.
 * Nothing else is kept: no file of another user's can be read or written by then, no process
 * signalled, no module loaded, nothing attached, no other user become.
 */
#ifndef BCCHOST_TRACE_PRIVILEGE_H
#define BCCHOST_TRACE_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "text/plan.h"

/*
 * BPF is tried, not read from somewhere; CAP_PERFMON is looked for. 0, or FAULT_PERMISSION or
 * FAULT_KERNEL with what is missing and what to do; tool is
 * who wants it, NULL for none in particular. Under lockdown the
 * verifier would only say that it does not know bpf_probe_read_kernel.
 */
int privilege_check(struct kernel *k, const char *tool, struct error *e);

/*
 * Does the kernel refuse perf events, which kprobes and tracepoints hang on, to who has but
 * CAP_PERFMON? Debian's and Ubuntu's do where kernel.perf_event_paranoid is above 2, unless to
 * CAP_SYS_ADMIN. A kprobe_multi link (multi.h) needs none.
 */
bool privilege_perf_refused(void);

/*
 * May this user attach the plan's probes and read its output: perf events, tracefs (tracepoints,
 * the trace pipe), modules' BTF (fentry programs in modules), addresses (functions that share a
 * name)? Asked before anything is compiled. FAULT_PERMISSION, with the capability that does it.
 */
int privilege_check_plan(const struct plan *plan, struct error *e);

/* A system call for BPF was refused (err: -EPERM, -EACCES): FAULT_PERMISSION, with what it may lack
 * for it. Returns err. */
int privilege_refused(const char *what, int err, struct error *e);

/*
 * The probes are attached: gives up for ever all that the tool does not need any more (above), with
 * no_new_privs. kernel_names, user_names: does it name such addresses? Called while the process has
 * but one thread. FAULT_RUN if the kernel refuses.
 */
int privilege_drop(bool kernel_names, bool user_names, struct error *e);

/*
 * For a process that goes on attaching (the exporter, which reloads its configuration): what that
 * takes, as a set for capability_keep: CAP_BPF, CAP_PERFMON; CAP_SYSLOG for addresses of functions;
 * CAP_DAC_READ_SEARCH for tracefs; CAP_SYS_RESOURCE for locked memory, before 5.11.
 */
uint64_t privilege_to_attach(void);

#endif
