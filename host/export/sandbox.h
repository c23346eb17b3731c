/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: what the exporter, which listens on the network and runs for months, may still do once
 * it serves: another user than root, and a list of system calls.
 *
 * The list is what serving (libmicrohttpd, epoll), BPF (bpf, perf_event_open, mmap) and a reload of
 * the configuration (files, the compiler process) call. What is not on it fails with EPERM and is
 * in the audit log: mounting, namespaces, loading modules, other sockets than IP's and Unix's. What
 * only an intruder calls (ptrace, other processes' memory, keys, io_uring, kexec, reboot) ends the
 * process with SIGSYS. Programs that it starts inherit all of that.
 */
#ifndef BCCHOST_EXPORT_SANDBOX_H
#define BCCHOST_EXPORT_SANDBOX_H

#include "base/error.h"

/*
 * `--user NAME`: that user and its group, no other groups, with the capabilities that attaching
 * takes (privilege_to_attach, as far as we have them) and no others, and no_new_privs. Called by
 * root, before any thread is started; the tools' files were found, and the modules that they need
 * loaded, before. FAULT_USAGE for a user that there is not, FAULT_PERMISSION if we may not become
 * one.
 */
int sandbox_user(const char *name, struct error *e);

/* Its errors, told before anything is attached. */
int sandbox_check_user(const char *name, struct error *e);

/* As sandbox_user, but without another user. */
int sandbox_capabilities(struct error *e);

/*
 * The filter, on all threads, for ever. FAULT_RUN if the kernel has no seccomp, with what to do.
 */
int sandbox_enter(struct error *e);

#endif
