/* SPDX-License-Identifier: Apache-2.0 */
/* near: the functions that somebody may have meant who wrote one that is not there. */
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "kernel/internal.h"

#define NAME_LEN_MAX 64 /* near_rank finds nothing near a longer one */
#define WANTED_MAX   16
#define PART_MIN     5 /* a shorter name is part of too many */

struct near_name {
	const char *name;
	size_t len; /* without a compiler's suffix */
	size_t score;
};

struct near_list {
	struct near_name v[WANTED_MAX];
	size_t n, wanted;
};

/* Letters of a that b has not: each costs an edit, and counting them costs little. */
static size_t letters_apart(const char *a, size_t alen, const char *b, size_t blen)
{
	int count[256] = {0};
	size_t apart = 0;

	for (size_t i = 0; i < blen; i++)
		count[(unsigned char)b[i]]++;
	for (size_t i = 0; i < alen; i++)
		apart += count[(unsigned char)a[i]]-- <= 0;
	return apart;
}

/* Of 200 000 names all but a few hundred are sorted out here, before edits are counted. */
static bool worth_ranking(const char *name, size_t len, const char *found, size_t flen)
{
	size_t shorter = len < flen ? len : flen, longer = len < flen ? flen : len;
	size_t limit = 1 + shorter / 4;

	if (longer - shorter <= limit && letters_apart(name, len, found, flen) <= limit)
		return true;
	/* A longer name that begins or ends otherwise; a shorter one that is most of it. */
	if (len < flen)
		return len >= PART_MIN && memmem(found, flen, name, len);
	return flen >= PART_MIN && flen * 2 > len && memmem(name, len, found, flen);
}

/* Lower is nearer; of names as near as each other, the one of more alike length. */
static size_t score_of(const char *name, size_t len, const char *found, size_t flen)
{
	char plain[NAME_LEN_MAX + 1];
	unsigned int rank;

	memcpy(plain, found, flen);
	plain[flen] = '\0';
	rank = near_rank(name, plain);
	if (rank == NEAR_FAR)
		return SIZE_MAX;
	return (size_t)rank * NAME_LEN_MAX + (len < flen ? flen - len : len - flen);
}

static void keep(struct near_list *l, const struct near_name *found)
{
	size_t at;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].len == found->len && memcmp(l->v[i].name, found->name, found->len) == 0)
			return;
	for (at = l->n; at > 0 && l->v[at - 1].score > found->score; at--)
		;
	if (at == l->wanted)
		return;
	if (l->n < l->wanted)
		l->n++;
	memmove(&l->v[at + 1], &l->v[at], (l->n - 1 - at) * sizeof(*l->v));
	l->v[at] = *found;
}

static void rank_all(const struct symbols *s, const char *name, struct near_list *list)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < s->n; i++) {
		struct near_name found = {.name = symbol_name(s, &s->v[i])};

		if (!s->v[i].function)
			continue;
		found.len = strcspn(found.name, ".");
		if (!found.len || found.len > NAME_LEN_MAX ||
		    !worth_ranking(name, len, found.name, found.len))
			continue;
		found.score = score_of(name, len, found.name, found.len);
		if (found.score != SIZE_MAX)
			keep(list, &found);
	}
}

char *kernel_near_functions(struct kernel *k, const char *name, size_t n)
{
	struct near_list list = {.wanted = n < WANTED_MAX ? n : WANTED_MAX};
	struct buf out = {0};

	if (n && strlen(name) <= NAME_LEN_MAX && symbols_read(k, NULL) == 0)
		rank_all(&k->symbols, name, &list);
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&out, "%s%.*s", i ? ", " : "", (int)list.v[i].len, list.v[i].name);
	return buf_take(&out);
}

char *kernel_why_missing(struct kernel *k, const char *name)
{
	struct kernel_proto proto = {0};
	struct buf out = {0};

	if (kernel_has_symbol(k, name))
		buf_printf(&out, "%s is data, or code that only runs at boot (__init)", name);
	else if (kernel_prototype(k, name, &proto, NULL) == 0)
		buf_printf(
			&out,
			"%s knows %s, but it has no code of its own: the compiler put it into its "
			"callers (inlined it)",
			proto.source, name);
	else
		buf_str(&out, "there is none of that name, or the compiler put it into its callers "
			      "(inlined it), or it is of a module that is not loaded");
	kernel_proto_free(&proto);
	return buf_take(&out);
}
