/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Where the reader of a text is. */
struct scan {
	struct words *w;
	const char *p, *end;
	unsigned int keep;
	int braces;		  /* that are open */
	int enum_at;		  /* the depth of the enum's body that we are in; 0: none */
	bool enumerator;	  /* before its value, if it has one */
	bool tag_next;		  /* struct, union or enum was just read */
	bool is_enum;		  /* … and it was enum, whose { is still to come */
	int typedef_at;		  /* the depth at which a typedef began; -1: none */
	int brackets;		  /* [ or ( that are open */
	const char *typedef_name; /* the last identifier of it outside of brackets */
	size_t typedef_len;
	const char *tag; /* the tag that was just read, for the { or * after it */
	size_t tag_len;
	int table_name; /* BPF_HASH was just read, or its (: arguments before the name; -1: not */
	int table_at;	/* the brackets that are open in it */
	char before;	/* the punctuation that was just read; '>' only if it is ->; 0: a word */
	const char *word, *called; /* the last word outside of braces; the one before a ( there */
	size_t word_len, called_len;
	bool called_whole; /* its ) was just read */
};

static uint32_t hash_name(const char *s, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h;
}

static struct word_slot *find_slot(struct word_slot *slots, size_t cap, const char *s, size_t len,
				   uint32_t hash)
{
	size_t i = hash & (cap - 1);

	while (slots[i].name &&
	       (slots[i].hash != hash || slots[i].len != len || memcmp(slots[i].name, s, len) != 0))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static bool grow(struct words *w)
{
	size_t cap = w->cap ? w->cap * 2 : 1024;
	struct word_slot *slots = calloc(cap, sizeof(*slots));

	if (!slots) {
		w->failed = true;
		return false;
	}
	for (size_t i = 0; i < w->cap; i++) {
		const struct word_slot *s = &w->slots[i];

		if (s->name)
			*find_slot(slots, cap, s->name, s->len, s->hash) = *s;
	}
	free(w->slots);
	w->slots = slots;
	w->cap = cap;
	return true;
}

static void note(struct words *w, const char *s, size_t len, unsigned int flags)
{
	uint32_t hash = hash_name(s, len);
	struct word_slot *slot;

	if (!flags || (w->count * 2 >= w->cap && !grow(w)))
		return;
	slot = find_slot(w->slots, w->cap, s, len, hash);
	if (!slot->name) {
		*slot = (struct word_slot){.name = s, .len = (uint32_t)len, .hash = hash};
		w->count++;
	}
	slot->flags |= flags;
}

void words_add(struct words *w, const char *name, unsigned int flags)
{
	note(w, name, strlen(name), flags);
}

struct word_slot *words_find(const struct words *w, const char *name)
{
	size_t len = strlen(name);
	struct word_slot *slot;

	if (!w->cap)
		return NULL;
	slot = find_slot(w->slots, w->cap, name, len, hash_name(name, len));
	return slot->name ? slot : NULL;
}

unsigned int words_flags(const struct words *w, const char *name)
{
	const struct word_slot *slot = words_find(w, name);

	return slot ? slot->flags : 0;
}

void words_free(struct words *w)
{
	free(w->slots);
	*w = (struct words){0};
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* Past a comment, string or character constant; false if there is none here. */
static bool skip_opaque(struct scan *sc)
{
	const char *p = sc->p, *stop;
	char quote = *p;

	if (quote == '/' && p + 1 < sc->end && p[1] == '/') {
		stop = memchr(p, '\n', (size_t)(sc->end - p));
		sc->p = stop ?: sc->end;
		return true;
	}
	if (quote == '/' && p + 1 < sc->end && p[1] == '*') {
		stop = memmem(p + 2, (size_t)(sc->end - p - 2), "*/", 2);
		sc->p = stop ? stop + 2 : sc->end;
		return true;
	}
	if (quote != '"' && quote != '\'')
		return false;
	/* A lone apostrophe (in an #error line) must not swallow more than its line. */
	for (p++; p < sc->end && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < sc->end)
			p++;
	sc->p = p < sc->end ? p + 1 : sc->end;
	return true;
}

/* BPF_HASH(NAME, …), BPF_TABLE("hash", u32, u64, NAME, …): a variable of that name. */
static void read_table(struct scan *sc, const char *s, size_t len)
{
	if (!(sc->keep & WORD_USED)) /* libbcc's headers say how tables are made, and make none */
		return;
	if (!sc->braces && len > 4 && memcmp(s, "BPF_", 4) == 0) {
		sc->table_name = len >= 9 && memcmp(s, "BPF_TABLE", 9) == 0 ? 3 : 0;
		sc->table_at = sc->brackets + 1;
	} else if (sc->table_name == 0 && sc->brackets == sc->table_at) {
		note(sc->w, s, len, WORD_DEFINES_NAME & sc->keep);
		sc->table_name = -1;
	} else if (sc->brackets < sc->table_at) {
		sc->table_name = -1;
	}
}

/* A word that a type stands before, or that is set, or that ends a statement: no name of a member
 * that is handed to a macro. */
static bool is_own(const struct scan *sc)
{
	const char *next = sc->p;

	while (next < sc->end && isspace((unsigned char)*next))
		next++;
	if (next < sc->end && (*next == ';' || *next == '=' || *next == '['))
		return true;
	return !sc->before && sc->word && !is_word(sc->word, sc->word_len, "return") &&
	       !is_word(sc->word, sc->word_len, "case") && !is_word(sc->word, sc->word_len, "else");
}

static void read_word(struct scan *sc)
{
	const char *s = sc->p;
	size_t len;

	while (sc->p < sc->end && (isalnum((unsigned char)*sc->p) || *sc->p == '_'))
		sc->p++;
	len = (size_t)(sc->p - s);
	note(sc->w, s, len, WORD_USED & sc->keep);
	if (sc->before == '.' || sc->before == '>')
		note(sc->w, s, len, WORD_MEMBER & sc->keep);
	else if (is_own(sc))
		note(sc->w, s, len, WORD_OWN & sc->keep);
	sc->before = '\0';
	sc->word = s;
	sc->word_len = len;
	sc->called_whole = false;
	read_table(sc, s, len);
	if (is_word(s, len, "struct") || is_word(s, len, "union") || is_word(s, len, "enum")) {
		sc->tag_next = true;
		sc->is_enum = *s == 'e';
		return;
	}
	if (sc->tag_next) {
		sc->tag = s;
		sc->tag_len = len;
		sc->tag_next = false;
		return;
	}
	if (is_word(s, len, "typedef")) {
		sc->typedef_at = sc->braces;
		sc->typedef_name = NULL;
		sc->brackets = 0;
		return;
	}
	/* All that stands before a = or a comma: a macro may make enumerators in front of one. */
	if (sc->enumerator && sc->enum_at == sc->braces && !sc->brackets)
		note(sc->w, s, len, WORD_DEFINES_NAME & sc->keep);
	if (sc->typedef_at == sc->braces && !sc->brackets) {
		sc->typedef_name = s;
		sc->typedef_len = len;
	}
}

/* What follows a tag tells what it is there for. */
static void end_tag(struct scan *sc, char next)
{
	unsigned int flags = WORD_TAG;

	if (!sc->tag)
		return;
	if (next == '{')
		flags |= WORD_DEFINES_TAG;
	if (next != '*')
		flags |= WORD_TAG_WHOLE;
	note(sc->w, sc->tag, sc->tag_len, flags & sc->keep);
	sc->tag = NULL;
}

/* A function's name is the word before the first ( outside of all braces; after its ) comes the
 * body, or a ; */
static void read_function(struct scan *sc, char c)
{
	bool outside = !sc->braces;

	if (outside && c == '(' && sc->brackets == 0 && !sc->before) {
		sc->called = sc->word;
		sc->called_len = sc->word_len;
	}
	if (sc->called_whole && (c == '{' || c == ';'))
		note(sc->w, sc->called, sc->called_len, WORD_DEFINES_FUNCTION & sc->keep);
	sc->called_whole = outside && c == ')' && sc->brackets == 1 && sc->called;
	if (outside && sc->brackets == 0 && c != '(')
		sc->called = NULL;
	sc->before = c == '>' && sc->before != '-' ? ' ' : c;
}

static void read_punctuation(struct scan *sc, char c)
{
	read_function(sc, c);
	switch (c) {
	case '{':
		sc->braces++;
		if (sc->is_enum) {
			sc->enum_at = sc->braces;
			sc->enumerator = true;
			sc->brackets = 0;
		}
		break;
	case '}':
		if (sc->enum_at == sc->braces)
			sc->enum_at = 0;
		if (sc->braces > 0)
			sc->braces--;
		break;
	case ',':
		sc->enumerator = sc->enum_at && sc->enum_at == sc->braces && !sc->brackets;
		if (sc->table_name > 0 && sc->brackets == sc->table_at)
			sc->table_name--;
		break;
	case '=':
		sc->enumerator = false;
		break;
	case '(':
	case '[':
		sc->brackets++;
		break;
	case ')':
	case ']':
		sc->brackets--;
		break;
	case ';':
		if (sc->typedef_at != sc->braces)
			break;
		if (sc->typedef_name)
			note(sc->w, sc->typedef_name, sc->typedef_len,
			     WORD_DEFINES_NAME & sc->keep);
		sc->typedef_at = -1;
		break;
	}
	sc->tag_next = false;
	sc->is_enum = false;
}

void words_scan(struct words *w, const char *text, size_t len, unsigned int keep)
{
	struct scan sc = {.w = w,
			  .p = text,
			  .end = text + len,
			  .keep = keep,
			  .typedef_at = -1,
			  .table_name = -1};

	while (sc.p < sc.end) {
		char c = *sc.p;

		if (isspace((unsigned char)c)) {
			sc.p++;
			continue;
		}
		if (skip_opaque(&sc))
			continue;
		end_tag(&sc, c);
		if (isalpha((unsigned char)c) || c == '_') {
			read_word(&sc);
			continue;
		}
		read_punctuation(&sc, c);
		/* A number takes its letters with it: 0xff has no word ff in it. */
		do
			sc.p++;
		while (isdigit((unsigned char)c) && sc.p < sc.end &&
		       (isalnum((unsigned char)*sc.p) || *sc.p == '_'));
	}
	end_tag(&sc, ';');
}
