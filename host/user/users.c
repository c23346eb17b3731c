/* SPDX-License-Identifier: Apache-2.0 */
#include "user/users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "user/demangle.h"
#include "user/images.h"
#include "user/jit.h"

#define SECOND	  1000000000ULL
#define FRESH	  SECOND	/* maps are believed so long: a process may become another */
#define FRESH_BAD (SECOND / 10) /* … where an address is not in them */

struct process {
	uint32_t pid;
	uint64_t started; /* maps_started; 0: there was none */
	uint64_t read_at, used;
	int err; /* why there are no maps */
	struct maps maps;
	struct jit jit;
	uint64_t jit_at; /* when that was looked at */
};

struct users {
	size_t n;
	struct process *v; /* of USERS_PROCESSES_MAX */
	struct process *last;
	uint64_t uses;
	struct images images;
	struct demangler demangler;
};

static void forget_image(void *ctx, const struct image *im)
{
	struct users *u = ctx;

	for (size_t i = 0; i < u->n; i++)
		for (size_t j = 0; j < u->v[i].maps.n; j++)
			if (u->v[i].maps.v[j].image == im) {
				u->v[i].maps.v[j].image = NULL;
				u->v[i].maps.v[j].looked = false;
			}
}

struct users *users_new(const char *debug_dir)
{
	struct users *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->images = (struct images){
		.debug_dir = debug_dir ? debug_dir : IMAGE_DEBUG_DIR,
		.room = IMAGES_ROOM,
		.forget = forget_image,
		.ctx = u,
	};
	return u;
}

static void empty(struct process *p)
{
	maps_free(&p->maps);
	jit_free(&p->jit);
}

void users_free(struct users *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->n; i++)
		empty(&u->v[i]);
	free(u->v);
	images_free(&u->images);
	demangle_end(&u->demangler);
	free(u);
}

/* --- processes --- */

static struct process *find(struct users *u, uint32_t pid)
{
	if (u->last && u->last->pid == pid)
		return u->last;
	for (size_t i = 0; i < u->n; i++)
		if (u->v[i].pid == pid)
			return &u->v[i];
	return NULL;
}

/* A new one, in the place of the one that nobody asked about longest if there are too many. */
static struct process *add(struct users *u, uint32_t pid)
{
	struct process *p = NULL;

	if (!u->v)
		u->v = calloc(USERS_PROCESSES_MAX, sizeof(*u->v));
	if (!u->v)
		return NULL;
	if (u->n < USERS_PROCESSES_MAX) {
		p = &u->v[u->n++];
	} else {
		for (size_t i = 0; i < u->n; i++)
			if (!p || u->v[i].used < p->used)
				p = &u->v[i];
		empty(p);
	}
	*p = (struct process){.pid = pid};
	return p;
}

/* Reads the maps. Those of a process that has ended stay as they were. */
static void look_at(struct process *p, uint64_t now)
{
	uint64_t started = maps_started(p->pid);
	struct maps maps;
	int err;

	p->read_at = now;
	err = started ? maps_read(&maps, p->pid) : -ESRCH;
	if (err == -ENOENT)
		err = -ESRCH;
	if (err && started && err != -ESRCH)
		p->err = err;
	else if (err && !p->maps.n)
		p->err = -ESRCH;
	if (err) {
		if (started)
			maps_free(&maps);
		return;
	}
	if (p->started == started)
		maps_inherit(&maps, &p->maps);
	else
		jit_free(&p->jit);
	maps_free(&p->maps);
	p->maps = maps;
	p->started = started;
	p->err = 0;
}

static struct process *process(struct users *u, uint32_t pid)
{
	struct process *p = find(u, pid);
	uint64_t now = clock_ns();

	if (!p)
		p = add(u, pid);
	if (!p)
		return NULL;
	if (!p->read_at || now - p->read_at > FRESH)
		look_at(p, now);
	p->used = ++u->uses;
	u->last = p;
	return p;
}

static struct map *find_map(struct process *p, uint64_t addr)
{
	struct map *m = maps_find(&p->maps, addr);
	uint64_t now;

	if (m)
		return m;
	now = clock_ns();
	if (now - p->read_at <= FRESH_BAD)
		return NULL;
	look_at(p, now);
	return maps_find(&p->maps, addr);
}

/* --- symbols --- */

static void set_module(struct users_symbol *s, const struct map *m)
{
	const char *name = strrchr(m->path, '/'), *end;

	name = name ? name + 1 : *m->path ? m->path : "[anon]";
	end = strstr(name, " (deleted)");
	snprintf(s->module, sizeof(s->module), "%.*s",
		 (int)(end && !end[10] ? (size_t)(end - name) : strlen(name)), name);
}

static void load_image(struct users *u, const struct process *p, struct map *m)
{
	if (m->looked)
		return;
	if (map_has_file(m))
		m->image = images_of_map(&u->images, p->pid, m);
	else if (strcmp(m->path, "[vdso]") == 0 && m->end > 1ULL << 32)
		m->image = images_of_vdso(&u->images, m->end - m->start);
	m->looked = true;
}

/* The name that the file, or the process itself, has for it. */
static const char *name_of(struct users *u, struct process *p, struct map *m, uint64_t addr,
			   struct users_symbol *s)
{
	const char *name;
	uint64_t now;

	if (map_has_file(m) || strcmp(m->path, "[vdso]") == 0) {
		load_image(u, p, m);
		name = m->image ? image_function(m->image, addr - m->start + m->offset, &s->offset)
				: NULL;
		return name;
	}
	name = jit_function(&p->jit, addr, &s->offset);
	now = clock_ns();
	if (!name && (!p->jit_at || now - p->jit_at > FRESH_BAD)) {
		p->jit_at = now;
		jit_read(&p->jit, p->pid);
		name = jit_function(&p->jit, addr, &s->offset);
	}
	if (name)
		snprintf(s->module, sizeof(s->module), "[JIT]");
	return name;
}

int users_symbol(struct users *u, uint32_t pid, uint64_t addr, bool after, struct users_symbol *s)
{
	uint64_t back = after && addr ? 1 : 0;
	struct process *p = process(u, pid);
	const char *name;
	struct map *m;

	*s = (struct users_symbol){.offset = addr};
	if (!p)
		return -ENOMEM;
	m = find_map(p, addr - back);
	if (!m)
		return p->maps.n ? -ENOENT : p->err;
	set_module(s, m);
	if (map_has_file(m) || *m->path == '[')
		s->offset = addr - m->start + m->offset;
	name = name_of(u, p, m, addr - back, s);
	if (!name)
		return 0;
	s->offset += back;
	demangle(&u->demangler, name, s->name, sizeof(s->name));
	return 0;
}
