/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a cgroup's path tells of, and which of them a user means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "container/cgroups.h"
#include "container/find.h"
#include "container/identify.h"

#define A    "4c01db0b339c7c8a6dc8d1d3b1a8a2b6ad6ffe67a3a9e4b1c6d5e0f9a8b7c6d5"
#define B    "4c01ffff00000000000000000000000000000000000000000000000000000001"
#define C    "9f3a5b7c1d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
#define UID  "3e5c4a1b-0f2d-4c6e-8a9b-1234567890ab"
#define UID_ "3e5c4a1b_0f2d_4c6e_8a9b_1234567890ab"
#define HASH "0123456789abcdef0123456789abcdef"

static const struct {
	const char *path, *runtime, *id, *name, *pod;
	const char *own; /* the container's directory; of a pod alone, the pod's */
} paths[] = {
	/* Docker, with either driver, and what is in its containers. */
	{"/system.slice/docker-" A ".scope", "docker", A, "", "",
	 "/system.slice/docker-" A ".scope"},
	{"/system.slice/docker-" A ".scope/init.scope", "docker", A, "", "",
	 "/system.slice/docker-" A ".scope"},
	{"/docker/" A, "docker", A, "", "", "/docker/" A},
	{"/docker/" A "/a/b", "docker", A, "", "", "/docker/" A},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" A ".scope", "docker", A,
	 "", "", "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" A ".scope"},
	{"/docker/" A "/docker/" B, "docker", B, "", "", "/docker/" A "/docker/" B},
	{"/ecs/" HASH "/" A, "container", A, "", "", "/ecs/" HASH "/" A},
	/* Kubernetes. */
	{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
	 ".slice/cri-containerd-" A ".scope",
	 "containerd", A, "", UID,
	 "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
	 ".slice/cri-containerd-" A ".scope"},
	{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" A ".scope/container", "cri-o", A, "",
	 UID, "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" A ".scope"},
	{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" HASH
	 ".slice/cri-containerd-" A ".scope",
	 "containerd", A, "", HASH,
	 "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" HASH
	 ".slice/cri-containerd-" A ".scope"},
	{"/kubepods/burstable/pod" UID "/" A, "kubernetes", A, "", UID,
	 "/kubepods/burstable/pod" UID "/" A},
	{"/kubepods/pod" UID "/" A "/x", "kubernetes", A, "", UID, "/kubepods/pod" UID "/" A},
	{"/kubepods/besteffort/pod" UID "/crio-" A, "cri-o", A, "", UID,
	 "/kubepods/besteffort/pod" UID "/crio-" A},
	{"/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" A ".scope", "docker", A, "", UID,
	 "/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" A ".scope"},
	{"/system.slice/containerd.service/kubepods-burstable-pod" UID_ ".slice:cri-containerd:" A,
	 "containerd", A, "", UID,
	 "/system.slice/containerd.service/kubepods-burstable-pod" UID_ ".slice:cri-containerd:" A},
	{"/kubepods.slice/kubepods-pod" UID_ ".slice", "", "", "", UID,
	 "/kubepods.slice/kubepods-pod" UID_ ".slice"},
	{"/kubepods/burstable/pod" UID, "", "", "", UID, "/kubepods/burstable/pod" UID},
	{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-conmon-" A ".scope", "", "", "", UID,
	 "/kubepods.slice/kubepods-pod" UID_ ".slice"},
	/* kind: a node in a container, its pods in it. */
	{"/system.slice/docker-" A ".scope/kubelet.slice/kubelet-kubepods.slice/"
	 "kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod" UID_
	 ".slice/cri-containerd-" B ".scope",
	 "containerd", B, "", UID,
	 "/system.slice/docker-" A ".scope/kubelet.slice/kubelet-kubepods.slice/"
	 "kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod" UID_
	 ".slice/cri-containerd-" B ".scope"},
	/* Podman. */
	{"/machine.slice/libpod-" A ".scope/container", "podman", A, "", "",
	 "/machine.slice/libpod-" A ".scope"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" A ".scope/container",
	 "podman", A, "", "",
	 "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" A ".scope"},
	{"/machine.slice/machine-libpod_pod_" C ".slice/libpod-" A ".scope", "podman", A, "", C,
	 "/machine.slice/machine-libpod_pod_" C ".slice/libpod-" A ".scope"},
	{"/libpod_parent/libpod-" A, "podman", A, "", "", "/libpod_parent/libpod-" A},
	{"/libpod_parent/" C "/libpod-" A, "podman", A, "", C, "/libpod_parent/" C "/libpod-" A},
	{"/system.slice/web.service/libpod-payload-" A, "podman", A, "", "",
	 "/system.slice/web.service/libpod-payload-" A},
	{"/machine.slice/libpod-conmon-" A ".scope", NULL, "", "", "", ""},
	/* nerdctl. */
	{"/system.slice/nerdctl-" A ".scope", "containerd", A, "", "",
	 "/system.slice/nerdctl-" A ".scope"},
	/* LXC and its children; Proxmox. */
	{"/lxc.payload.web/init.scope", "lxc", "", "web", "", "/lxc.payload.web"},
	{"/lxc.payload/web/system.slice/cron.service", "lxc", "", "web", "", "/lxc.payload/web"},
	{"/lxc/101/ns", "lxc", "", "101", "", "/lxc/101"},
	{"/lxc.monitor.web", NULL, "", "", "", ""},
	{"/lxc.payload.web/system.slice/docker-" A ".scope", "docker", A, "", "",
	 "/lxc.payload.web/system.slice/docker-" A ".scope"},
	/* systemd-nspawn and libvirt. */
	{"/machine.slice/systemd-nspawn@deb\\x2d12.service/payload", "systemd-nspawn", "", "deb-12",
	 "", "/machine.slice/systemd-nspawn@deb\\x2d12.service"},
	{"/machine.slice/machine-my\\x2dbox.scope/payload", "systemd-nspawn", "", "my-box", "",
	 "/machine.slice/machine-my\\x2dbox.scope"},
	{"/machine.slice/machine-lxc\\x2d4123\\x2dweb.scope", "libvirt-lxc", "", "web", "",
	 "/machine.slice/machine-lxc\\x2d4123\\x2dweb.scope"},
	{"/machine.slice/machine-qemu\\x2d1\\x2dweb.scope", NULL, "", "", "", ""},
	/* None of them. */
	{"/", NULL, "", "", "", ""},
	{"", NULL, "", "", "", ""},
	{"/init.scope", NULL, "", "", "", ""},
	{"/system.slice/docker.service", NULL, "", "", "", ""},
	{"/system.slice/containerd.service", NULL, "", "", "", ""},
	{"/user.slice/user-0.slice/session-1.scope", NULL, "", "", "", ""},
	{"/docker/buildx", NULL, "", "", "", ""},
	{"/docker/" HASH, NULL, "", "", "", ""},
	{"/system.slice/docker-" HASH ".scope", NULL, "", "", "", ""},
	{"/kubepods.slice/kubepods-burstable.slice", NULL, "", "", "", ""},
	{"/kubepods/burstable/pod", NULL, "", "", "", ""},
	{"/kubepods/burstable/podx", NULL, "", "", "", ""},
	{"/kubepods.slice/kubepods-podx.slice", NULL, "", "", "", ""},
	{"/:::", NULL, "", "", "", ""},
	{"/lxc.payload.", NULL, "", "", "", ""},
	{"/machine.slice/machine-.scope", NULL, "", "", "", ""},
};

static void test_paths(void **state)
{
	struct container c;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		bool found = container_identify(paths[i].path, &c);
		size_t own = c.len ? c.len : c.pod_len;

		if (found != (paths[i].runtime != NULL))
			fail_msg("%s: %sidentified", paths[i].path, found ? "" : "not ");
		if (strcmp(c.runtime, paths[i].runtime ?: "") || strcmp(c.id, paths[i].id) ||
		    strcmp(c.name, paths[i].name) || strcmp(c.pod, paths[i].pod))
			fail_msg("%s: %s, id %s, name %s, pod %s", paths[i].path, c.runtime, c.id,
				 c.name, c.pod);
		if (own != strlen(paths[i].own) || strncmp(paths[i].path, paths[i].own, own) != 0)
			fail_msg("%s: %.*s", paths[i].path, (int)own, paths[i].path);
	}
}

/* However long a directory's name is, however it is escaped. */
static void test_long(void **state)
{
	char path[4096], label[64];
	struct container c;

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	memcpy(path + 1, "lxc.payload.", 12);
	path[sizeof(path) - 1] = '\0';
	assert_true(container_identify(path, &c));
	assert_int_equal(strlen(c.name), CONTAINER_NAME_LEN);
	container_label(&c, label, sizeof(label));
	assert_int_equal(strlen(label), sizeof(label) - 1);
	assert_true(container_identify("/machine-a\\x00b\\x2.scope", &c));
	assert_string_equal(c.name, "a?b\\x2");
}

/* Whatever a directory is called: pieces of names in any order. */
static void test_anything(void **state)
{
	static const char *const pieces[] = {
		"/",
		"docker",
		"-",
		A,
		".scope",
		".slice",
		"pod",
		UID_,
		"libpod_parent",
		":",
		"\\x",
		"\\x2d",
		"lxc",
		"lxc.payload.",
		"_pod",
		"machine-",
		"kubepods",
		"libpod_pod_",
		"systemd-nspawn@",
		".service",
		"qemu",
		"4c",
	};
	struct container c;
	char path[8192];

	(void)state;
	srand(7);
	for (int i = 0; i < 20000; i++) {
		path[0] = '\0';
		for (int n = rand() % 24; n; n--)
			strcat(path, pieces[(size_t)rand() % (sizeof(pieces) / sizeof(*pieces))]);
		if (!container_identify(path, &c))
			continue;
		assert_true(c.len <= strlen(path) && c.pod_len <= strlen(path));
		assert_true(c.runtime[0] ? c.len && (c.id[0] || c.name[0]) : c.pod[0] != '\0');
		assert_true(!c.pod[0] || c.pod_len);
	}
}

/* --- those that there are --- */

static char *dir;

static void put(const char *path, const char *text)
{
	char file[4096];
	FILE *f;

	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		snprintf(file, sizeof(file), "%s/%.*s", dir, (int)(s - path), path);
		mkdir(file, 0700);
	}
	if (!text)
		return;
	snprintf(file, sizeof(file), "%s/%s", dir, path);
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct container_places places;
static char *mountinfo[2];

static int enter(void **state)
{
	char *text;

	(void)state;
	if (file_tmpdir(&dir, NULL))
		return -1;
	if (asprintf(&text,
		     "31 23 0:28 / %s/none rw,relatime - tmpfs tmpfs rw\n"
		     "40 31 0:37 / %s/v1 rw,relatime shared:9 - cgroup cgroup rw,name=systemd\n"
		     "41 31 0:38 / %s/v2 rw,relatime - cgroup2 cgroup2 rw\n",
		     dir, dir, dir) < 0)
		return -1;
	put("mountinfo", text);
	free(text);
	put("nomounts", "31 23 0:28 / /none rw,relatime - tmpfs tmpfs rw\n");
	put("v2/system.slice/docker-" A ".scope/init.scope/", NULL);
	put("v2/system.slice/docker-" B ".scope/", NULL);
	put("v2/lxc.payload.web/", NULL);
	put("v2/lxc.payload.web2/", NULL);
	put("v2/kubepods/burstable/pod" UID "/" C "/", NULL);
	put("v1/docker/" HASH HASH "/cgroup.procs", "4242\n4243\n");
	put("v1/lxc/old/cgroup.procs", "");
	put("proc/1/ns/mnt", "");
	put("proc/4242/ns/mnt", "");
	put("docker/containers/" A "/config.v2.json", "{\"ID\": \"" A "\", \"Name\": \"/shop\"}");
	put("docker/containers/" B "/config.v2.json", "{\"Name\": 7");
	put("logs/front-7d9f_default_nginx-" C ".log", "");
	put("pods/default_front-7d9f_" UID "/", NULL);
	if (asprintf(&mountinfo[0], "%s/mountinfo", dir) < 0 ||
	    asprintf(&mountinfo[1], "%s/nomounts", dir) < 0 ||
	    asprintf((char **)&places.docker, "%s/docker", dir) < 0 ||
	    asprintf((char **)&places.storage, "%s/storage", dir) < 0 ||
	    asprintf((char **)&places.logs, "%s/logs", dir) < 0 ||
	    asprintf((char **)&places.pods, "%s/pods", dir) < 0 ||
	    asprintf((char **)&places.proc, "%s/proc", dir) < 0)
		return -1;
	places.mountinfo = mountinfo[0];
	return 0;
}

static int leave(void **state)
{
	(void)state;
	file_rmtree(dir);
	free(dir);
	free(mountinfo[0]);
	free(mountinfo[1]);
	free((char *)places.docker);
	free((char *)places.storage);
	free((char *)places.logs);
	free((char *)places.pods);
	free((char *)places.proc);
	return 0;
}

static void means(int (*find)(const struct container_places *, const char *,
			      struct container_found *, struct error *),
		  const char *text, const char *path)
{
	struct container_found f;
	struct error e = {0};

	if (find(&places, text, &f, &e))
		fail_msg("%s: %s", text, e.text);
	assert_non_null(f.path);
	assert_int_equal(strncmp(f.path, dir, strlen(dir)), 0);
	assert_string_equal(f.path + strlen(dir), path);
	assert_int_equal(f.mntns, 0);
	container_found_free(&f);
}

static void refused(int (*find)(const struct container_places *, const char *,
				struct container_found *, struct error *),
		    const char *text, const char *said)
{
	struct container_found f;
	struct error e = {0};

	assert_true(find(&places, text, &f, &e) < 0);
	if (!strstr(e.text, said))
		fail_msg("%s: %s", text, e.text);
	assert_null(f.path);
	assert_null(f.what);
	error_clear(&e);
}

static void test_container(void **state)
{
	(void)state;
	means(container_find, A, "/v2/system.slice/docker-" A ".scope");
	means(container_find, "4c01db0b339c", "/v2/system.slice/docker-" A ".scope");
	means(container_find, "4c01d", "/v2/system.slice/docker-" A ".scope");
	means(container_find, "docker://" A, "/v2/system.slice/docker-" A ".scope");
	means(container_find, "shop", "/v2/system.slice/docker-" A ".scope");
	means(container_find, "sh", "/v2/system.slice/docker-" A ".scope");
	means(container_find, "4c01f", "/v2/system.slice/docker-" B ".scope");
	/* All of a name counts before what another begins with. */
	means(container_find, "web", "/v2/lxc.payload.web");
	means(container_find, "web2", "/v2/lxc.payload.web2");
	means(container_find, "nginx", "/v2/kubepods/burstable/pod" UID "/" C);
	means(container_find, "front-7d9f/nginx", "/v2/kubepods/burstable/pod" UID "/" C);
	means(container_find, "default/front", "/v2/kubepods/burstable/pod" UID "/" C);
	refused(container_find, "4c01",
		"more than one container is called so: docker container 4c01");
	refused(container_find, "we", "lxc container web");
	refused(container_find, "nothing", "no container's id or name begins so; there are: ");
	refused(container_find, "nothing", "docker container 4c01db0b339c (shop)");
	refused(container_find, "ab" A, "no container's id or name begins so");
	refused(container_find, "hop", "begins so");
	/* As Kubernetes writes it, but nothing; and digits that somebody wrote large. */
	refused(container_find, "docker://", "no container's id or name begins so");
	means(container_find, "docker://4C01DB", "/v2/system.slice/docker-" A ".scope");
	/* What cannot be told apart by more of an id is by its place. */
	put("v2/machine.slice/machine-twin.scope/", NULL);
	put("v2/lxc.payload.twin/", NULL);
	refused(container_find, "twin", "/v2/lxc.payload.twin");
	refused(container_find, "twin", "/v2/machine.slice/machine-twin.scope");
}

static void test_pod(void **state)
{
	(void)state;
	means(container_find_pod, UID, "/v2/kubepods/burstable/pod" UID);
	means(container_find_pod, UID_, "/v2/kubepods/burstable/pod" UID);
	means(container_find_pod, "3e5c", "/v2/kubepods/burstable/pod" UID);
	means(container_find_pod, "front", "/v2/kubepods/burstable/pod" UID);
	means(container_find_pod, "default/front-7d9f", "/v2/kubepods/burstable/pod" UID);
	refused(container_find_pod, "kube-system/front",
		"no pod's uid or name begins so; there are: pod " UID " (default/front-7d9f)");
	means(container_find_pod, "3E5C", "/v2/kubepods/burstable/pod" UID);
}

/* One of two groups would be half of the pod. */
static void test_scattered_pod(void **state)
{
	(void)state;
	put("v2/containerd.service/"
	    "kubepods-podabcd4a1b_0f2d_4c6e_8a9b_1234567890ab.slice:cri-containerd:" A "/init/",
	    NULL);
	means(container_find_pod, "abcd",
	      "/v2/containerd.service/"
	      "kubepods-podabcd4a1b_0f2d_4c6e_8a9b_1234567890ab.slice:cri-containerd:" A);
	put("v2/containerd.service/"
	    "kubepods-podabcd4a1b_0f2d_4c6e_8a9b_1234567890ab.slice:cri-containerd:" B "/",
	    NULL);
	refused(container_find_pod, "abcd",
		"has no group of its own: each of its containers has one");
}

/* In groups of version 1 alone: its mount namespace stands for it, if it has one. */
static void test_version_1(void **state)
{
	struct container_found f;
	struct error e = {0};
	struct stat st;
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/proc/4242/ns/mnt", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(container_find(&places, "01234567", &f, &e), 0);
	assert_null(f.path);
	assert_int_equal(f.mntns, (uint32_t)st.st_ino);
	assert_string_equal(f.what, "docker container 0123456789ab");
	container_found_free(&f);
	refused(container_find, "old", "lxc container old is in cgroups of version 1 alone");
}

static void test_nothing_mounted(void **state)
{
	struct error e = {0};
	struct cgroups *g;

	(void)state;
	places.mountinfo = mountinfo[1];
	refused(container_find, "web", "there is no container now");
	refused(container_find_pod, "web", "there is no pod now");
	assert_int_equal(cgroups_new(&g, &places, &e), -ENOENT);
	assert_non_null(strstr(e.text, "no cgroup2 file system is mounted"));
	error_clear(&e);
	places.mountinfo = mountinfo[0];
}

/* A host's groups that are mounted into a container tell more than the container's own. */
static void test_mounts(void **state)
{
	static const struct {
		const char *text, *path;
	} of[] = {
		{"1 0 0:1 / /a rw - cgroup2 c rw\n2 0 0:1 /x /b rw - cgroup2 c rw\n", "/a"},
		{"1 0 0:1 /x /a rw - cgroup2 c rw\n2 0 0:1 / /b rw - cgroup2 c rw\n", "/b"},
		{"1 0 0:1 / /a rw - cgroup2 c rw\n2 0 0:1 /../.. /b rw - cgroup2 c rw\n", "/b"},
		{"1 0 0:1 /x/y /a rw - cgroup2 c rw\n2 0 0:1 /x /b rw - cgroup2 c rw\n", "/b"},
		{"1 0 0:1 /..x /a rw - cgroup2 c rw\n2 0 0:1 / /b rw master:1 - cgroup2 c rw\n",
		 "/b"},
		{"1 0 0:1 / /a rw - cgroup c rw\n2 0 0:1 / /b rw - cgroup2x c rw\n", NULL},
		{"1 0 0:1 / /my\\040groups\\134x rw - cgroup2 c rw\n", "/my groups\\x"},
		{"- cgroup2 \n - cgroup2 c\n\n", NULL},
		{"", NULL},
	};
	struct container_places at = places;
	struct error e = {0};
	char *path, file[4096];

	(void)state;
	snprintf(file, sizeof(file), "%s/mounts", dir);
	at.mountinfo = file;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		put("mounts", of[i].text);
		assert_int_equal(cgroups_mount(&at, &path, &e), 0);
		if (!path != !of[i].path || (path && strcmp(path, of[i].path) != 0))
			fail_msg("%s: %s", of[i].text, path);
		free(path);
	}
}

static uint64_t id_of(const char *below)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/v2%s", dir, below);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void test_ids(void **state)
{
	struct error e = {0};
	struct cgroups *g;
	const struct cgroup *c;
	uint64_t id;
	char path[4096];

	(void)state;
	assert_int_equal(cgroups_new(&g, &places, &e), 0);
	c = cgroups_find(g, id_of("/"));
	assert_string_equal(c->path, "/");
	assert_string_equal(c->container.runtime, "");
	c = cgroups_find(g, id_of("/system.slice/docker-" A ".scope/init.scope"));
	assert_string_equal(c->path, "/system.slice/docker-" A ".scope/init.scope");
	assert_string_equal(c->container.name, "shop");
	/* One that is made later; one that is gone but was seen; one that was never there. */
	put("v2/lxc.payload.new/", NULL);
	id = id_of("/lxc.payload.new");
	assert_string_equal(cgroups_find(g, id)->container.name, "new");
	snprintf(path, sizeof(path), "%s/v2/lxc.payload.new", dir);
	assert_int_equal(rmdir(path), 0);
	assert_string_equal(cgroups_find(g, id)->path, "/lxc.payload.new");
	assert_null(cgroups_find(g, UINT64_MAX)->path);
	assert_int_equal(cgroups_find(g, UINT64_MAX)->id, UINT64_MAX);
	cgroups_free(g);
}

/* A table that grows keeps all. */
static void test_many(void **state)
{
	struct error e = {0};
	struct cgroups *g;
	uint64_t ids[300];
	char name[64];

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "v2/many/g%d/", i);
		put(name, NULL);
		snprintf(name, sizeof(name), "/many/g%d", i);
		ids[i] = id_of(name);
	}
	assert_int_equal(cgroups_new(&g, &places, &e), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "/many/g%d", i);
		assert_string_equal(cgroups_find(g, ids[i])->path, name);
	}
	cgroups_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),	  cmocka_unit_test(test_long),
		cmocka_unit_test(test_anything),  cmocka_unit_test(test_container),
		cmocka_unit_test(test_pod),	  cmocka_unit_test(test_scattered_pod),
		cmocka_unit_test(test_version_1), cmocka_unit_test(test_nothing_mounted),
		cmocka_unit_test(test_mounts),	  cmocka_unit_test(test_ids),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
