/* SPDX-License-Identifier: Apache-2.0 */
#include "base/capability.h"

#include <cap-ng.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/buf.h"

#define SET_BITS   64
#define WHOLE_UIDS 4294967295u /* that the first user namespace maps, to themselves */

/* It asks the kernel the first time, and knows what was given up through it. */
static bool has(unsigned int cap)
{
	return capng_have_capability(CAPNG_EFFECTIVE, cap) == 1;
}

bool capability_has(unsigned int cap)
{
	return has(cap) || ((cap == CAP_BPF || cap == CAP_PERFMON) && has(CAP_SYS_ADMIN));
}

bool capability_can_trace(void)
{
	return capability_has(CAP_BPF) && capability_has(CAP_PERFMON);
}

bool capability_is_confined(void)
{
	unsigned int inside, outside, n;
	FILE *f = fopen("/proc/self/uid_map", "re");
	bool whole = !f || (fscanf(f, "%u %u %u", &inside, &outside, &n) == 3 && inside == 0 &&
			    outside == 0 && n == WHOLE_UIDS);

	if (f)
		fclose(f);
	return !whole;
}

static void add_name(struct buf *b, unsigned int cap)
{
	const char *name = capng_capability_to_name(cap);

	buf_str(b, "CAP_");
	for (; name && *name; name++)
		buf_char(b, (char)toupper((unsigned char)*name));
}

char *capability_missing(const unsigned int *caps)
{
	struct buf b = {0};
	size_t left = 0;

	buf_str(&b, "");
	for (const unsigned int *cap = caps; *cap != UINT_MAX; cap++)
		left += !capability_has(*cap);
	for (const unsigned int *cap = caps; *cap != UINT_MAX; cap++) {
		if (capability_has(*cap))
			continue;
		add_name(&b, *cap);
		/* "A", "A and B", "A, B and C" */
		left--;
		buf_str(&b, !left ? "" : left > 1 ? ", " : " and ");
	}
	return buf_take(&b);
}

bool capability_without(bool (*fn)(void))
{
	void *before;
	bool said;

	has(CAP_BPF); /* what we have is known from here on */
	before = capng_save_state();
	for (unsigned int cap = 0; cap < SET_BITS; cap++)
		capng_update(CAPNG_DROP, CAPNG_EFFECTIVE, cap);
	capng_apply(CAPNG_SELECT_CAPS);
	said = fn();
	capng_restore_state(&before);
	capng_apply(CAPNG_SELECT_CAPS);
	return said;
}

/* What libcap-ng is to apply: nothing but those of the set that we have. */
static void choose(uint64_t set)
{
	uint64_t had = 0;

	for (unsigned int cap = 0; cap < SET_BITS; cap++)
		if (set & CAPABILITY(cap) && capng_have_capability(CAPNG_PERMITTED, cap) == 1)
			had |= CAPABILITY(cap);
	capng_clear(CAPNG_SELECT_BOTH);
	for (unsigned int cap = 0; cap < SET_BITS; cap++)
		if (had & CAPABILITY(cap))
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, cap);
}

static int refused(const char *what, struct error *e)
{
	int err = errno ? -errno : -EPERM;

	return error_set(e, FAULT_RUN, err, "cannot give up privileges: %s: %s", what,
			 strerror(-err));
}

static int no_new(struct error *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return refused("no_new_privs", e);
	return 0;
}

int capability_keep(uint64_t set, struct error *e)
{
	bool bounds;

	errno = 0;
	bounds = has(CAP_SETPCAP);
	choose(set);
	if (capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) != 0)
		return refused("capset", e);
	return no_new(e);
}

int capability_keep_as(uint64_t set, uint32_t uid, uint32_t gid, struct error *e)
{
	int flags = CAPNG_DROP_SUPP_GRP;

	errno = 0;
	if (has(CAP_SETPCAP))
		flags |= CAPNG_CLEAR_BOUNDING;
	choose(set);
	if (capng_change_id((int)uid, (int)gid, (capng_flags_t)flags) != 0)
		return refused("another user", e);
	return no_new(e);
}
