/* SPDX-License-Identifier: Apache-2.0 */
#include "user/usdt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/find.h"
#include "user/binary.h"

#define SECTION	  ".note.stapsdt"
#define BASE	  ".stapsdt.base"
#define OWNER	  "stapsdt"
#define NOTE_TYPE 3

/* A note's words: where it is, the base that was linked for, the counter; then three texts. */
struct note {
	uint64_t addr, base, semaphore;
	const char *provider, *name, *args;
};

static uint64_t read_word(const unsigned char *p, unsigned int word)
{
	uint64_t n = 0;

	for (unsigned int i = word; i-- > 0;)
		n = n << 8 | p[i];
	return n;
}

/* The text that begins at *at, which goes behind it; NULL if it does not end. */
static const char *read_text(const char **at, const char *end)
{
	const char *text = *at, *nul = memchr(text, '\0', (size_t)(end - text));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return text;
}

static bool read_note(const void *desc, size_t len, unsigned int word, struct note *n)
{
	const unsigned char *p = desc;
	const char *at = (const char *)desc + 3 * word, *end = (const char *)desc + len;

	if (len < 3 * word)
		return false;
	n->addr = read_word(p, word);
	n->base = read_word(p + word, word);
	n->semaphore = read_word(p + 2 * word, word);
	n->provider = read_text(&at, end);
	n->name = n->provider ? read_text(&at, end) : NULL;
	n->args = n->name ? read_text(&at, end) : NULL;
	return n->args;
}

/* --- the probes of a binary --- */

struct search {
	const struct binary *b;
	uint64_t base; /* of the section that says how far the file was moved since it was linked */
	const char *provider; /* NULL: of any */
	const char *name;
	struct usdt_places *out;
	const char **names; /* "provider:name" of all, owned */
	size_t nnames;
};

static Elf_Scn *find_section(const struct binary *b, const char *name, GElf_Shdr *h)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(b->elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(b->elf, section))) {
		const char *is =
			gelf_getshdr(section, h) ? elf_strptr(b->elf, names, h->sh_name) : NULL;

		if (is && strcmp(is, name) == 0)
			return section;
	}
	return NULL;
}

static bool symbol_address(void *arg, const char *name, uint64_t *addr)
{
	return binary_address(arg, name, addr);
}

static int add_place(struct search *s, const struct note *n, struct error *e)
{
	uint64_t moved = s->base && n->base ? s->base - n->base : 0;
	struct usdt_place place = {0}, *grown;

	if (!binary_offset(s->b, n->addr + moved, true, &place.offset) ||
	    (n->semaphore && !binary_offset(s->b, n->semaphore + moved, false, &place.semaphore)))
		return error_set(e, FAULT_USAGE, -ENOEXEC,
				 "%s: the note of its probe %s:%s names a place that is not in it",
				 s->b->path, n->provider, n->name);
	usdt_args_parse(n->args, s->b->machine, s->b->word, n->addr + moved, symbol_address,
			(void *)s->b, &place.args);
	grown = reallocarray(s->out->v, s->out->n + 1, sizeof(*grown));
	if (!grown)
		return error_nomem(e);
	s->out->v = grown;
	grown[s->out->n++] = place;
	return 0;
}

/* For who named none that there is. */
static int add_name(struct search *s, const struct note *n, struct error *e)
{
	const char **grown;
	char *text;

	if (asprintf(&text, "%s:%s", n->provider, n->name) < 0)
		return error_nomem(e);
	for (size_t i = 0; i < s->nnames; i++) {
		if (strcmp(s->names[i], text) == 0) {
			free(text);
			return 0;
		}
	}
	grown = reallocarray(s->names, s->nnames + 1, sizeof(*grown));
	if (!grown) {
		free(text);
		return error_nomem(e);
	}
	s->names = grown;
	grown[s->nnames++] = text;
	return 0;
}

static bool is_wanted(const struct search *s, const struct note *n)
{
	return strcmp(n->name, s->name) == 0 &&
	       (!s->provider || strcmp(n->provider, s->provider) == 0);
}

static int read_notes(struct search *s, Elf_Scn *section, struct error *e)
{
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	size_t at = 0, next, name, desc;
	GElf_Nhdr h;
	int err = 0;

	while (data && !err && (next = gelf_getnote(data, at, &h, &name, &desc)) > 0) {
		const char *bytes = data->d_buf;
		struct note n;

		if (h.n_type == NOTE_TYPE && h.n_namesz == sizeof(OWNER) &&
		    memcmp(bytes + name, OWNER, sizeof(OWNER)) == 0 &&
		    read_note(bytes + desc, h.n_descsz, s->b->word, &n))
			err = is_wanted(s, &n) ? add_place(s, &n, e) : add_name(s, &n, e);
		at = next;
	}
	return err;
}

static int no_probe(const struct search *s, const char *probe, struct error *e)
{
	char *near = s->nnames ? find_near(probe, s->names, s->nnames) : NULL;
	int err;

	if (!s->nnames)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"%s has no USDT probes (no section " SECTION ")", s->b->path);
	else
		err = error_set(
			e, FAULT_USAGE, -ENOENT, "%s has no USDT probe %s%s%s", s->b->path, probe,
			near && *near ? "; " : ", but others: `readelf -n` lists them", near ?: "");
	free(near);
	return err;
}

int usdt_find(const char *path, const char *probe, struct usdt_places *out, struct error *e)
{
	struct binary b;
	struct search s = {.b = &b, .out = out};
	const char *colon = strchr(probe, ':');
	char *provider = colon ? strndup(probe, (size_t)(colon - probe)) : NULL;
	GElf_Shdr h;
	int err;

	*out = (struct usdt_places){0};
	s.provider = provider;
	s.name = colon ? colon + 1 : probe;
	err = binary_open(&b, path, e);
	if (!err && colon && !provider)
		err = error_nomem(e);
	if (!err) {
		s.base = find_section(&b, BASE, &h) ? h.sh_addr : 0;
		err = read_notes(&s, find_section(&b, SECTION, &h), e);
	}
	if (!err && !out->n)
		err = no_probe(&s, probe, e);
	for (size_t i = 0; i < s.nnames; i++)
		free((char *)s.names[i]);
	free(s.names);
	free(provider);
	binary_close(&b);
	return err;
}

void usdt_places_free(struct usdt_places *p)
{
	free(p->v);
	*p = (struct usdt_places){0};
}
