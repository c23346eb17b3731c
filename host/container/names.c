/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "container/names.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

const struct container_places container_places = {
	.docker = "/var/lib/docker",
	.storage = "/var/lib/containers/storage",
	.logs = "/var/log/containers",
	.pods = "/var/log/pods",
	.mountinfo = "/proc/self/mountinfo",
	.proc = "/proc",
};

static json_t *read_json(const char *path)
{
	char *text = NULL;
	json_t *json = NULL;
	size_t len;

	if (file_read(path, &text, &len, NULL) == 0)
		json = json_loadb(text, len, 0, NULL);
	free(text);
	return json;
}

static void take(char *out, size_t size, const char *name)
{
	if (name && *name)
		snprintf(out, size, "%s", name);
}

/* {"Name": "/web", …} */
static void docker_name(const char *dir, struct container *c)
{
	const char *name;
	char *path;
	json_t *json;

	if (asprintf(&path, "%s/containers/%s/config.v2.json", dir, c->id) < 0)
		return;
	json = read_json(path);
	free(path);
	name = json_string_value(json_object_get(json, "Name"));
	take(c->name, sizeof(c->name), name && *name == '/' ? name + 1 : name);
	json_decref(json);
}

/* [{"id": "…", "names": ["web"], …}, …] */
static void storage_name(const char *dir, struct container *c)
{
	json_t *json, *item;
	char *path;
	size_t i;

	if (asprintf(&path, "%s/overlay-containers/containers.json", dir) < 0)
		return;
	json = read_json(path);
	free(path);
	json_array_foreach(json, i, item)
	{
		const char *id = json_string_value(json_object_get(item, "id"));

		if (id && strcmp(id, c->id) == 0)
			take(c->name, sizeof(c->name),
			     json_string_value(json_array_get(json_object_get(item, "names"), 0)));
	}
	json_decref(json);
}

/* Names of pods and namespaces have no '_' in them (DNS labels), so it stands between the two. */
static void logs_name(const char *dir, struct container *c)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *space = strchr(entry->d_name, '_');
		char *name = space ? strchr(space + 1, '_') : NULL;
		char *end = name ? strrchr(name, '-') : NULL;

		if (!end || strncmp(end + 1, c->id, CONTAINER_ID_LEN) != 0)
			continue;
		*space++ = *name++ = *end = '\0';
		snprintf(c->name, sizeof(c->name), "%s/%s/%s", space, entry->d_name, name);
		break;
	}
	if (d)
		closedir(d);
}

static void pod_name(const char *dir, struct container *c)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *name = strchr(entry->d_name, '_');
		char *uid = name ? strchr(name + 1, '_') : NULL;

		if (!uid || strcmp(uid + 1, c->pod) != 0)
			continue;
		*name++ = *uid = '\0';
		snprintf(c->pod_name, sizeof(c->pod_name), "%s/%s", entry->d_name, name);
		break;
	}
	if (d)
		closedir(d);
}

void container_name(const struct container_places *at, struct container *c)
{
	if (c->id[0] && !c->name[0] && c->pod[0] && at->logs)
		logs_name(at->logs, c);
	if (c->id[0] && !c->name[0] && strcmp(c->runtime, "docker") == 0 && at->docker)
		docker_name(at->docker, c);
	if (c->id[0] && !c->name[0] && strcmp(c->runtime, "docker") != 0 && at->storage)
		storage_name(at->storage, c);
	if (c->pod[0] && !c->pod_name[0] && at->pods)
		pod_name(at->pods, c);
}
