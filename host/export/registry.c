/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/registry.h"

#include <stdlib.h>
#include <string.h>

#include "tool/metrics.h"

#define KEY_MAX (METRICS_MAX_LABELS * (REGISTRY_VALUE_MAX + 1))

/* The values of one label, as many as may be told apart. */
struct label_set {
	size_t n, max, nslots;
	char **slots; /* a power of two of them, at least twice as many as max */
};

/* FNV-1a. */
static uint64_t hash(const char *data, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)data[i]) * 0x100000001b3;
	return h ^ h >> 29;
}

static size_t power_above(size_t n)
{
	size_t p = 8;

	while (p < n)
		p *= 2;
	return p;
}

static void set_free(struct label_set *s)
{
	for (size_t i = 0; s && i < s->nslots; i++)
		free(s->slots[i]);
	if (s)
		free(s->slots);
	free(s);
}

static struct label_set *set_new(size_t max)
{
	struct label_set *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->max = max;
	s->nslots = power_above(max * 2);
	s->slots = calloc(s->nslots, sizeof(*s->slots));
	if (s->slots)
		return s;
	free(s);
	return NULL;
}

static char **set_find(const struct label_set *s, const struct label_value *v)
{
	size_t i = hash(v->data, v->len) & (s->nslots - 1);

	while (s->slots[i] &&
	       (strlen(s->slots[i]) != v->len || memcmp(s->slots[i], v->data, v->len) != 0))
		i = (i + 1) & (s->nslots - 1);
	return &s->slots[i];
}

static int copy_labels(struct family *f, const struct family_spec *spec)
{
	f->labels = calloc(spec->nlabels + 1, sizeof(*f->labels));
	f->sets = calloc(spec->nlabels + 1, sizeof(struct label_set *));
	if (!f->labels || !f->sets)
		return -1;
	for (size_t i = 0; i < spec->nlabels; i++) {
		f->labels[i] = strdup(spec->labels[i]);
		if (!f->labels[i])
			return -1;
		f->nlabels++;
		if (spec->label_max && spec->label_max[i] &&
		    !(f->sets[i] = set_new(spec->label_max[i])))
			return -1;
	}
	return 0;
}

int family_new(struct family **out, const struct family_spec *spec, struct budget *budget,
	       struct error *e)
{
	struct family *f = calloc(1, sizeof(*f));

	if (!f)
		return error_nomem(e);
	f->type = spec->type;
	f->budget = budget;
	f->name = strdup(spec->name);
	f->help = strdup(spec->help);
	f->nslots = 8;
	f->slots = calloc(f->nslots, sizeof(*f->slots));
	f->bounds = calloc(spec->nbounds + 1, sizeof(*f->bounds));
	if (!f->name || !f->help || !f->slots || !f->bounds || copy_labels(f, spec)) {
		family_free(f);
		return error_nomem(e);
	}
	f->nbounds = spec->nbounds;
	for (size_t i = 0; i < spec->nbounds; i++)
		f->bounds[i] = spec->bounds[i];
	*out = f;
	return 0;
}

static void series_free(struct series *s)
{
	free(s->key);
	free(s->buckets);
	free(s);
}

void family_free(struct family *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nseries; i++) {
		if (f->budget && !f->series[i]->other)
			f->budget->used--;
		series_free(f->series[i]);
	}
	for (size_t i = 0; i < f->nlabels; i++) {
		free(f->labels[i]);
		set_free(f->sets[i]);
	}
	free(f->series);
	free(f->labels);
	free(f->sets);
	free(f->bounds);
	free(f->slots);
	free(f->name);
	free(f->help);
	free(f);
}

/* Where the series of that key is, or would be: the number in a slot is its index plus one. */
static uint32_t *find_slot(const struct family *f, const char *key, size_t len)
{
	size_t i = hash(key, len) & (f->nslots - 1);

	for (; f->slots[i]; i = (i + 1) & (f->nslots - 1)) {
		const struct series *s = f->series[f->slots[i] - 1];

		if (s->key_len == len && !memcmp(s->key, key, len))
			break;
	}
	return &f->slots[i];
}

static int grow(struct family *f)
{
	uint32_t *slots, *old = f->slots;
	size_t room = f->room ? f->room * 2 : 4, nslots = f->nslots;
	struct series **series;

	if (f->nseries < f->room)
		return 0;
	series = realloc(f->series, room * sizeof(*series));
	if (!series)
		return -1;
	f->series = series;
	slots = calloc(power_above(room * 2), sizeof(*slots));
	if (!slots)
		return -1;
	f->room = room;
	f->nslots = power_above(room * 2);
	f->slots = slots;
	for (size_t i = 0; i < nslots; i++)
		if (old[i])
			*find_slot(f, series[old[i] - 1]->key, series[old[i] - 1]->key_len) =
				old[i];
	free(old);
	return 0;
}

static struct series *add(struct family *f, const char *key, size_t len, bool other)
{
	struct series *s = grow(f) ? NULL : calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->key = malloc(len + 1);
	s->key_len = len;
	s->other = other;
	if (f->type == FAMILY_HISTOGRAM)
		s->buckets = calloc(f->nbounds + 1, sizeof(*s->buckets));
	if (!s->key || (f->type == FAMILY_HISTOGRAM && !s->buckets)) {
		series_free(s);
		return NULL;
	}
	memcpy(s->key, key, len);
	s->key[len] = '\0';
	f->series[f->nseries] = s;
	*find_slot(f, key, len) = (uint32_t)++f->nseries;
	if (f->budget && !other)
		f->budget->used++;
	return s;
}

static size_t make_key(char *key, const struct family *f, const struct label_value *v)
{
	size_t len = 0;

	key[0] = '\0';
	for (size_t i = 0; i < f->nlabels; i++) {
		memcpy(key + len, v[i].data, v[i].len);
		len += v[i].len;
		key[len++] = '\0';
	}
	return len;
}

static const struct label_value other_value = {REGISTRY_OTHER, sizeof(REGISTRY_OTHER) - 1};

/* Values that their label has no room for become `other`. */
static void bound_labels(const struct family *f, const struct label_value *v,
			 struct label_value *bounded)
{
	for (size_t i = 0; i < f->nlabels; i++) {
		const struct label_set *set = f->sets[i];

		bounded[i] = v[i];
		if (set && set->n >= set->max && !*set_find(set, &v[i]))
			bounded[i] = other_value;
	}
}

static int take_labels(struct family *f, const struct label_value *v)
{
	for (size_t i = 0; i < f->nlabels; i++) {
		struct label_set *set = f->sets[i];
		char **slot = set && set->n < set->max ? set_find(set, &v[i]) : NULL;

		if (!slot || *slot)
			continue;
		*slot = strndup(v[i].data, v[i].len);
		if (!*slot)
			return -1;
		set->n++;
	}
	return 0;
}

static struct series *other_series(struct family *f)
{
	struct label_value v[METRICS_MAX_LABELS];
	char key[KEY_MAX];
	size_t len;

	f->budget->others++;
	if (f->other)
		return f->other;
	for (size_t i = 0; i < f->nlabels; i++)
		v[i] = other_value;
	len = make_key(key, f, v);
	/* It may be there already, for somebody who is called so. */
	f->other = *find_slot(f, key, len) ? f->series[*find_slot(f, key, len) - 1]
					   : add(f, key, len, true);
	return f->other;
}

struct series *family_series(struct family *f, const struct label_value *values)
{
	struct label_value bounded[METRICS_MAX_LABELS];
	char key[KEY_MAX];
	size_t len = make_key(key, f, values);
	uint32_t *slot = find_slot(f, key, len);
	bool changed = false;

	if (*slot)
		return f->series[*slot - 1];
	bound_labels(f, values, bounded);
	for (size_t i = 0; i < f->nlabels; i++)
		changed = changed || bounded[i].data != values[i].data;
	if (changed) {
		len = make_key(key, f, bounded);
		slot = find_slot(f, key, len);
		if (f->budget)
			f->budget->others++;
		if (*slot)
			return f->series[*slot - 1];
	}
	if (f->nlabels && f->budget && f->budget->used >= f->budget->max) {
		f->budget->others -= changed;
		return other_series(f);
	}
	return take_labels(f, bounded) ? NULL : add(f, key, len, false);
}

struct series *family_only(struct family *f)
{
	static const struct label_value none[1];

	return f->nseries ? f->series[0] : family_series(f, none);
}

void series_observe(const struct family *f, struct series *s, double v, uint64_t n)
{
	size_t low = 0, high = f->nbounds;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (v <= f->bounds[middle])
			high = middle;
		else
			low = middle + 1;
	}
	s->buckets[low] += n;
	s->value += v * (double)n;
}
