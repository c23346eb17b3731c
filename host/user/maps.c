/* SPDX-License-Identifier: Apache-2.0 */
#include "user/maps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define MOST 65536 /* lines with code; more are no program's */

/* "55d0c000-55d0d000 r-xp 00002000 08:01 1234   /usr/bin/cat" */
static int add(struct maps *m, const char *line, size_t len)
{
	struct map *grown, map = {0};
	char head[128], mode[5];
	int at = 0;

	/* sscanf looks for the end of the whole text. */
	snprintf(head, sizeof(head), "%.*s", (int)(len < sizeof(head) ? len : sizeof(head)), line);
	if (sscanf(head, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &map.start,
		   &map.end, mode, &map.offset, &map.major, &map.minor, &map.ino, &at) != 7 ||
	    mode[2] != 'x' || m->n >= MOST || (size_t)at > len)
		return 0;
	while ((size_t)at < len && line[at] == ' ')
		at++;
	map.path = strndup(line + at, len - (size_t)at);
	grown = map.path && (m->n & (m->n - 1)) == 0
			? reallocarray(m->v, m->n ? m->n * 2 : 1, sizeof(*grown))
			: m->v;
	if (!map.path || !grown) {
		free(map.path);
		return -ENOMEM;
	}
	m->v = grown;
	m->v[m->n++] = map;
	return 0;
}

int maps_parse(struct maps *m, const char *text)
{
	int err = 0;

	*m = (struct maps){0};
	while (*text && !err) {
		size_t len = strcspn(text, "\n");

		err = add(m, text, len);
		text += len + (text[len] == '\n');
	}
	return err;
}

int maps_read(struct maps *m, uint32_t pid)
{
	char path[64], *text = NULL;
	int err;

	*m = (struct maps){0};
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);
	err = file_read(path, &text, NULL, NULL);
	if (!err)
		err = maps_parse(m, text);
	free(text);
	/* One that has ended, and that nobody has waited for yet, has an empty one. */
	return err ? err : m->n ? 0 : -ESRCH;
}

void maps_free(struct maps *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->v[i].path);
	free(m->v);
	*m = (struct maps){0};
}

struct map *maps_find(const struct maps *m, uint64_t addr)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->v[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->n && m->v[low].start <= addr ? &m->v[low] : NULL;
}

bool map_has_file(const struct map *m)
{
	return m->path[0] == '/' && strncmp(m->path, "//anon", 6) != 0 &&
	       strncmp(m->path, "/memfd:", 7) != 0 && strncmp(m->path, "/dev/zero", 9) != 0 &&
	       strncmp(m->path, "/SYSV", 5) != 0;
}

void maps_inherit(struct maps *m, struct maps *old)
{
	for (size_t i = 0; i < m->n; i++) {
		struct map *now = &m->v[i], *was = maps_find(old, now->start);

		if (!was || was->start != now->start || was->offset != now->offset ||
		    was->ino != now->ino || was->major != now->major || was->minor != now->minor ||
		    strcmp(was->path, now->path) != 0)
			continue;
		now->image = was->image;
		now->looked = was->looked;
	}
}

/* The 22nd word of /proc/PID/stat; the second is in brackets and may hold anything. */
uint64_t maps_started(uint32_t pid)
{
	char path[64], *text = NULL, *at;
	uint64_t started = 0;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	if (file_read(path, &text, NULL, NULL))
		return 0;
	at = strrchr(text, ')');
	for (int i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	if (at)
		started = strtoull(at, NULL, 10);
	free(text);
	return started;
}
