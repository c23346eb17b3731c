/* SPDX-License-Identifier: Apache-2.0 */
/* stacked: telling a user's call from the one that a stacked file system makes for it. */
#ifndef BCCHOST_STACKED_H
#define BCCHOST_STACKED_H

#include <linux/cred.h>
#include <linux/sched.h>

/*
 * Is it a stacked file system (overlayfs) that works now, in the one below it, for a user's call
 * that is seen by itself? It does so with its mounter's credentials. Kernel threads that serve
 * others (nfsd) take others' credentials too, and have no memory of their own.
 */
static int stacked(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = 0, *real = 0;
	struct mm_struct *mm = 0;

	bpf_probe_read_kernel(&cred, sizeof(cred), &task->cred);
	bpf_probe_read_kernel(&real, sizeof(real), &task->real_cred);
	bpf_probe_read_kernel(&mm, sizeof(mm), &task->mm);
	return mm && cred != real;
}

#endif
