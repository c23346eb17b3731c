/* SPDX-License-Identifier: Apache-2.0 */
/* types: what BTF says of structs, their members, and sizes. */
#include "kernel/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANONYMOUS_MAX 16 /* anonymous structs within each other */
#define TYPE_WORDS    8

#define STRUCTS (1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION)
#define ENUMS	(1u << BTF_KIND_ENUM | 1u << BTF_KIND_ENUM64)
#define BASES	(1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_INT | 1u << BTF_KIND_FLOAT)

static bool has_member(const struct btf *btf, const struct btf_type *t, const char *field,
		       int depth)
{
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, m[i].name_off);
		const struct btf_type *inner;

		if (name && *name) {
			if (strcmp(name, field) == 0)
				return true;
			continue;
		}
		inner = btf_plain(btf, m[i].type);
		if (inner && btf_is_composite(inner) && depth < ANONYMOUS_MAX &&
		    has_member(btf, inner, field, depth + 1))
			return true;
	}
	return false;
}

int types_has_field(struct kernel *k, const char *type, const char *field)
{
	struct btf *btf;
	uint32_t id = 0;

	if (btf_get(k, &btf, NULL) != 0)
		return -ENODATA;
	/* A kernel may have several of one name, private to their files. */
	while ((id = btf_find(btf, type, STRUCTS, id + 1)))
		if (has_member(btf, btf__type_by_id(btf, id), field, 0))
			return 1;
	return 0;
}

int types_has_type(struct kernel *k, const char *name)
{
	struct btf *btf;

	if (btf_get(k, &btf, NULL) != 0)
		return -ENODATA;
	return btf_find(btf, name, STRUCTS | ENUMS | 1u << BTF_KIND_TYPEDEF, 1) != 0;
}

bool types_has_ringbuf(struct kernel *k)
{
	const struct btf_type *t;
	struct btf *btf;
	uint32_t id;

	if (btf_get(k, &btf, NULL) != 0)
		return k->version >= VERSION_OF(5, 8, 0);
	id = btf_find(btf, "bpf_map_type", 1u << BTF_KIND_ENUM, 1);
	t = id ? btf__type_by_id(btf, id) : NULL;
	for (int i = 0; t && i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_enum(t)[i].name_off);

		if (name && strcmp(name, "BPF_MAP_TYPE_RINGBUF") == 0)
			return true;
	}
	return false;
}

/* --- a type's name in C --- */

/* The words of a C type, without qualifiers; -1 if there are too many. A `*` is a word. */
static int split_words(char *text, char **words)
{
	char *w, *save = NULL;
	int n = 0;

	for (w = strtok_r(text, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
		if (strcmp(w, "const") == 0 || strcmp(w, "volatile") == 0)
			continue;
		if (n == TYPE_WORDS)
			return -1;
		words[n++] = w;
	}
	return n;
}

/*
 * "unsigned long" and "long unsigned int" are one type, for which BTF has the second name. NULL if
 * it is none of C's integers.
 */
static const char *integer_name(char **words, int n)
{
	int longs = 0, shorts = 0, chars = 0, ints = 0, unsigned_ = 0, signed_ = 0;

	for (int i = 0; i < n; i++) {
		longs += strcmp(words[i], "long") == 0;
		shorts += strcmp(words[i], "short") == 0;
		chars += strcmp(words[i], "char") == 0;
		ints += strcmp(words[i], "int") == 0;
		unsigned_ += strcmp(words[i], "unsigned") == 0;
		signed_ += strcmp(words[i], "signed") == 0;
	}
	if (!n || longs + shorts + chars + ints + unsigned_ + signed_ != n)
		return NULL;
	if (chars > 1 || shorts > 1 || longs > 2 || ints > 1 || unsigned_ + signed_ > 1 ||
	    !!chars + !!shorts + !!longs > 1 || (chars && ints))
		return NULL;
	if (chars)
		return unsigned_ ? "unsigned char" : signed_ ? "signed char" : "char";
	if (shorts)
		return unsigned_ ? "short unsigned int" : "short int";
	if (longs > 1)
		return unsigned_ ? "long long unsigned int" : "long long int";
	if (longs)
		return unsigned_ ? "long unsigned int" : "long int";
	return unsigned_ ? "unsigned int" : "int";
}

static uint32_t find_words(const struct btf *btf, char **words, int n)
{
	const char *integer = integer_name(words, n);

	if (integer)
		return btf_find(btf, integer, 1u << BTF_KIND_INT, 1);
	if (n == 1)
		return btf_find(btf, words[0], BASES, 1);
	if (n != 2)
		return 0;
	if (strcmp(words[0], "struct") == 0)
		return btf_find(btf, words[1], 1u << BTF_KIND_STRUCT, 1);
	if (strcmp(words[0], "union") == 0)
		return btf_find(btf, words[1], 1u << BTF_KIND_UNION, 1);
	if (strcmp(words[0], "enum") == 0)
		return btf_find(btf, words[1], ENUMS, 1);
	return 0;
}

static int measure(const struct btf *btf, uint32_t id, uint32_t *size, uint32_t *align)
{
	const struct btf_type *t = btf_plain(btf, id);
	int64_t bytes;
	int to;

	if (!t || !id || !btf_check_depth(btf, id))
		return -ENOENT;
	bytes = btf__resolve_size(btf, id);
	to = btf__align_of(btf, id);
	if (bytes < 0 || bytes > UINT32_MAX || to <= 0)
		return -ENOENT;
	*size = (uint32_t)bytes;
	/* libbpf aligns an integer as a pointer at most; __int128 is aligned as itself. */
	*align = btf_is_int(t) ? t->size : (uint32_t)to;
	return 0;
}

int types_size(struct kernel *k, const char *type, uint32_t *size, uint32_t *align)
{
	char *text, *words[TYPE_WORDS];
	struct btf *btf;
	int n, err;

	if (btf_get(k, &btf, NULL) != 0)
		return -ENODATA;
	if (strchr(type, '*')) {
		*size = *align = (uint32_t)btf__pointer_size(btf);
		return 0;
	}
	text = strdup(type);
	if (!text)
		return -ENOMEM;
	n = split_words(text, words);
	err = measure(btf, n > 0 ? find_words(btf, words, n) : 0, size, align);
	free(text);
	return err;
}
