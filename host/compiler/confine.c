/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/capability.h"

/*
 * Far from what systems give to users, services and containers; with our process id in it there are
 * no two of it at a time (at most 2^22).
 */
#define OWN_UID ((uint32_t)0xfc000000)

/*
 * The host, which has the same capabilities, must be able to end us and to remove what we wrote.
 * Where the user namespace has no such user the directory cannot be given to it.
 */
static bool can_leave_root(int dir, uint32_t uid)
{
	static const unsigned int needed[] = {CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_KILL,
					      CAP_DAC_OVERRIDE};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!capability_has(needed[i]))
			return false;
	return geteuid() == 0 && (dir < 0 || fchown(dir, uid, uid) == 0);
}

/* Held open, it needs no way to it that this user may go. */
static int hold(const char *dir, int *fd, char **path, struct error *e)
{
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot open %s: %s", dir, strerror(errno));
	if (asprintf(path, "/proc/self/fd/%d", *fd) < 0) {
		*path = NULL;
		return error_nomem(e);
	}
	return 0;
}

int confine(const char *dir, bool ours, bool formats, char **path, struct error *e)
{
	uint64_t keep = (dir && !ours) || formats ? CAPABILITY(CAP_DAC_READ_SEARCH) : 0;
	uint32_t uid = OWN_UID | (uint32_t)getpid();
	int fd = -1, err = 0;

	*path = NULL;
	if (dir)
		err = hold(dir, &fd, path, e);
	/* libbcc goes into the headers' directory, and back to where it was. */
	if (!err && chdir("/") < 0)
		err = error_set(e, FAULT_RUN, -errno, "cannot go to /: %s", strerror(errno));
	if (err)
		return err;
	if (can_leave_root(ours ? fd : -1, uid))
		err = capability_keep_as(keep, uid, uid, e);
	else
		err = capability_keep(keep, e);
	/* Forgotten by the kernel with a change of user. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return err;
}
