/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "container/identify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UID_LEN	   36 /* 01234567-89ab-cdef-0123-456789abcdef */
#define STATIC_LEN 32 /* of a pod that is a file on its node: a hash */

/* A directory of the path, and the one that it is in. */
struct part {
	const char *s;
	size_t len;
	const char *up;
	size_t up_len;
};

static bool is(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static bool cut_start(struct part *p, const char *start)
{
	size_t n = strlen(start);

	if (p->len <= n || memcmp(p->s, start, n) != 0)
		return false;
	p->s += n;
	p->len -= n;
	return true;
}

static bool cut_end(struct part *p, const char *end)
{
	size_t n = strlen(end);

	if (p->len <= n || memcmp(p->s + p->len - n, end, n) != 0)
		return false;
	p->len -= n;
	return true;
}

static bool is_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr("0123456789abcdef", s[i]) || !s[i])
			return false;
	return true;
}

/* systemd writes '-' and other bytes of a name as "\x2d" (systemd.unit(5)). */
static void unescape(const char *s, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; n++) {
		if (i + 4 <= len && s[i] == '\\' && s[i + 1] == 'x' && is_hex(s + i + 2, 2)) {
			char digits[] = {s[i + 2], s[i + 3], '\0'};

			out[n] = (char)strtoul(digits, NULL, 16);
			i += 4;
		} else {
			out[n] = s[i++];
		}
		if (!out[n])
			out[n] = '?';
	}
	out[n] = '\0';
}

static void copy(char *out, size_t size, const char *s, size_t len)
{
	snprintf(out, size, "%.*s", (int)len, s);
}

static bool set_named(struct container *c, const char *runtime, const char *name, size_t len)
{
	copy(c->runtime, sizeof(c->runtime), runtime, strlen(runtime));
	c->id[0] = '\0';
	unescape(name, len, c->name, sizeof(c->name));
	return true;
}

/* The UID of "pod<UID>", as the systemd driver has it with '_' for '-'. */
static bool pod_uid(const char *s, size_t len, char *uid)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (len == STATIC_LEN && is_hex(s, len)) {
		copy(uid, CONTAINER_ID_LEN + 1, s, len);
		return true;
	}
	if (len != UID_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		uid[i] = s[i] == '_' ? '-' : s[i];
		if (form[i] == '-' ? uid[i] != '-' : !is_hex(s + i, 1))
			return false;
	}
	uid[len] = '\0';
	return true;
}

/*
 * "kubepods-burstable-pod<UID>.slice" (systemd), "pod<UID>" (cgroupfs); Podman's pods:
 * "machine-libpod_pod_<id>.slice", and "<id>" in libpod_parent.
 */
static bool identify_pod(struct part p, struct container *c)
{
	char uid[CONTAINER_ID_LEN + 1];
	const char *at;

	if (cut_end(&p, ".slice")) {
		at = memmem(p.s, p.len, "libpod_pod_", 11);
		if (at && (size_t)(p.s + p.len - at) == 11 + CONTAINER_ID_LEN &&
		    is_hex(at + 11, CONTAINER_ID_LEN)) {
			copy(c->pod, sizeof(c->pod), at + 11, CONTAINER_ID_LEN);
			return true;
		}
		if (!memmem(p.s, p.len, "kubepods", 8))
			return false;
		at = memmem(p.s, p.len, "-pod", 4);
		if (!at)
			return false;
		p.len -= (size_t)(at + 4 - p.s);
		p.s = at + 4;
	} else if (is(p.up, p.up_len, "libpod_parent") && p.len == CONTAINER_ID_LEN &&
		   is_hex(p.s, p.len)) {
		copy(c->pod, sizeof(c->pod), p.s, p.len);
		return true;
	} else if (!cut_start(&p, "pod")) {
		return false;
	}
	if (!pod_uid(p.s, p.len, uid))
		return false;
	memcpy(c->pod, uid, sizeof(uid));
	return true;
}

/* The runtime of what stands before an id, "cri-containerd"; or of the directory that it is in. */
static void set_runtime(struct container *c, const char *s, size_t len, const struct part *p)
{
	static const char *const known[][2] = {
		{"cri-containerd", "containerd"},
		{"nerdctl", "containerd"},
		{"crio", "cri-o"},
		{"libpod", "podman"},
		{"libpod-payload", "podman"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (is(s, len, known[i][0])) {
			copy(c->runtime, sizeof(c->runtime), known[i][1], strlen(known[i][1]));
			return;
		}
	}
	if (len)
		copy(c->runtime, sizeof(c->runtime), s, len);
	else if (c->pod[0] && p->up_len > 3 && memcmp(p->up, "pod", 3) == 0)
		copy(c->runtime, sizeof(c->runtime), "kubernetes", 10);
	else if (p->up_len && strspn(p->up, "abcdefghijklmnopqrstuvwxyz-") == p->up_len)
		copy(c->runtime, sizeof(c->runtime), p->up, p->up_len);
	else
		copy(c->runtime, sizeof(c->runtime), "container", 9);
}

/*
 * "docker-<id>.scope", "<id>", "libpod-<id>". conmon is not in the container that it looks after,
 * but beside it in a scope called like it.
 */
static bool identify_id(struct part p, struct container *c)
{
	size_t before;

	cut_end(&p, ".scope");
	if (p.len < CONTAINER_ID_LEN || !is_hex(p.s + p.len - CONTAINER_ID_LEN, CONTAINER_ID_LEN))
		return false;
	before = p.len - CONTAINER_ID_LEN;
	if (before && (!strchr("-_:", p.s[before - 1]) || memmem(p.s, before, "conmon", 6)))
		return false;
	copy(c->id, sizeof(c->id), p.s + before, CONTAINER_ID_LEN);
	c->name[0] = '\0';
	set_runtime(c, p.s, before ? before - 1 : 0, &p);
	return true;
}

/* "machine-NAME.scope" of systemd's machines: libvirt's too, whose virtual machines are none. */
static bool identify_machine(struct part p, struct container *c)
{
	char name[NAME_MAX + 1], *rest;

	if (cut_start(&p, "systemd-nspawn@") && cut_end(&p, ".service"))
		return set_named(c, "systemd-nspawn", p.s, p.len);
	if (!cut_start(&p, "machine-") || !cut_end(&p, ".scope"))
		return false;
	unescape(p.s, p.len, name, sizeof(name));
	if (strncmp(name, "qemu-", 5) == 0)
		return false;
	rest = strncmp(name, "lxc-", 4) == 0 ? strchr(name + 4, '-') : NULL;
	if (rest && rest[1])
		return set_named(c, "libvirt-lxc", rest + 1, strlen(rest + 1));
	return set_named(c, "systemd-nspawn", p.s, p.len);
}

static bool identify_named(struct part p, struct container *c)
{
	if (cut_start(&p, "lxc.payload."))
		return set_named(c, "lxc", p.s, p.len);
	if (is(p.up, p.up_len, "lxc.payload") || is(p.up, p.up_len, "lxc"))
		return set_named(c, "lxc", p.s, p.len);
	return identify_machine(p, c);
}

/*
 * containerd that was given a systemd name while it keeps cgroups itself makes one directory of
 * all: "kubepods-burstable-pod<UID>.slice:cri-containerd:<id>".
 */
static bool identify_colons(struct part p, struct container *c)
{
	const char *first = memchr(p.s, ':', p.len);
	struct container both = *c;
	struct part pod = p, id = p;

	if (!first)
		return false;
	pod.len = (size_t)(first - p.s);
	id.s = first + 1;
	id.len = p.len - pod.len - 1;
	if (identify_pod(pod, &both))
		both.pod_len = 0;
	if (!identify_id(id, &both))
		return false;
	*c = both;
	return true;
}

bool container_identify(const char *path, struct container *c)
{
	struct part p = {.s = path, .up = path};

	memset(c, 0, sizeof(*c));
	for (;;) {
		p.s += p.len;
		p.s += strspn(p.s, "/");
		p.len = strcspn(p.s, "/");
		if (!p.len)
			break;
		if (identify_pod(p, c))
			c->pod_len = (size_t)(p.s + p.len - path);
		else if (identify_colons(p, c) || identify_id(p, c) || identify_named(p, c))
			c->len = (size_t)(p.s + p.len - path);
		if (c->pod[0] && !c->pod_len)
			c->pod_len = c->len;
		p.up = p.s;
		p.up_len = p.len;
	}
	return c->runtime[0] || c->pod[0];
}

void container_label(const struct container *c, char *out, size_t size)
{
	if (c->name[0])
		copy(out, size, c->name, strlen(c->name));
	else
		copy(out, size, c->id, CONTAINER_SHORT_LEN);
}
