/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/facts.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/capability.h"
#include "base/file.h"

#define ANSWERS_MAX 4096 /* of one kind: a pattern may match every function */

struct facts {
	/* What tells the time in which answers of that kind hold; "": it cannot be told. */
	char id[FACTS_NKINDS][SHA256_DIGEST_STRING_LENGTH];
	json_t *answers[FACTS_NKINDS];
	bool changed;
};

static const char *const kind_names[FACTS_NKINDS] = {"kernel", "boot", "modules"};

/* Of a module its name, its size and its address; not how many use it (proc_modules(5)). */
static void add_modules(struct buf *b, char *text)
{
	char name[64], size[32], addr[32], *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%63s %31s %*s %*s %*s %31s", name, size, addr) == 3)
			buf_printf(b, "%s %s %s\n", name, size, addr);
}

static void sum(const struct buf *b, char out[SHA256_DIGEST_STRING_LENGTH])
{
	if (b->data && !b->failed)
		SHA256Data((const uint8_t *)b->data, b->len, out);
}

/* Which kernel it is, the caller of facts_new knows. */
static void identify(struct facts *f)
{
	char *id = NULL, *modules = NULL;
	/* Who sees no addresses, or may not try, gets other answers. */
	bool addresses = capability_has(CAP_SYSLOG), tries = capability_can_trace();
	struct buf b = {0};

	buf_printf(&b, "%d %d", addresses, tries);
	sum(&b, f->id[FACTS_OF_KERNEL]);
	if (file_read("/proc/sys/kernel/random/boot_id", &id, NULL, NULL) == 0) {
		buf_str(&b, id);
		sum(&b, f->id[FACTS_OF_BOOT]);
		/* A kernel without modules has no such file. */
		if (file_read("/proc/modules", &modules, NULL, NULL) == 0)
			add_modules(&b, modules);
		sum(&b, f->id[FACTS_OF_MODULES]);
	}
	buf_free(&b);
	free(id);
	free(modules);
}

static void take(struct facts *f, const char *text, size_t len)
{
	json_t *root = json_loadb(text, len, 0, NULL);

	for (int kind = 0; kind < FACTS_NKINDS; kind++) {
		const json_t *one = json_object_get(root, kind_names[kind]);
		const char *id = json_string_value(json_object_get(one, "id"));
		json_t *answers = json_object_get(one, "answers");

		if (*f->id[kind] && id && strcmp(id, f->id[kind]) == 0 && json_is_object(answers))
			json_object_update(f->answers[kind], answers);
	}
	json_decref(root);
}

struct facts *facts_new(const char *text, size_t len)
{
	struct facts *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	for (int kind = 0; kind < FACTS_NKINDS; kind++)
		f->answers[kind] = json_object();
	identify(f);
	if (text)
		take(f, text, len);
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (int kind = 0; kind < FACTS_NKINDS; kind++)
		json_decref(f->answers[kind]);
	free(f);
}

/* A name in JSON: words that can be in no name of the kernel's apart by a tab. */
static void name_of(struct buf *b, const struct facts_question *q)
{
	buf_printf(b, "%s\t%s%s%s", q->what, q->a, q->b ? "\t" : "", q->b ? q->b : "");
}

const json_t *facts_get(const struct facts *f, const struct facts_question *q)
{
	const json_t *answer = NULL;
	struct buf name = {0};

	if (!f)
		return NULL;
	name_of(&name, q);
	if (!name.failed)
		answer = json_object_get(f->answers[q->kind], name.data);
	buf_free(&name);
	return answer;
}

void facts_put(struct facts *f, const struct facts_question *q, json_t *answer)
{
	struct buf name = {0};

	if (!f || !answer || json_object_size(f->answers[q->kind]) >= ANSWERS_MAX ||
	    (json_is_array(answer) && json_array_size(answer) > ANSWERS_MAX)) {
		json_decref(answer);
		return;
	}
	name_of(&name, q);
	/* What is no UTF-8 is refused, and asked again the next time. */
	if (name.failed)
		json_decref(answer);
	else if (json_object_set_new(f->answers[q->kind], name.data, answer) == 0)
		f->changed = true;
	buf_free(&name);
}

bool facts_number(const struct facts *f, const struct facts_question *q, int64_t *answer)
{
	const json_t *known = facts_get(f, q);

	if (!json_is_integer(known))
		return false;
	*answer = json_integer_value(known);
	return true;
}

char *facts_text(struct facts *f)
{
	json_t *root;
	char *text;

	if (!f || !f->changed)
		return NULL;
	root = json_object();
	for (int kind = 0; kind < FACTS_NKINDS; kind++)
		json_object_set_new(
			root, kind_names[kind],
			json_pack("{s:s, s:O}", "id", f->id[kind], "answers", f->answers[kind]));
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (text)
		f->changed = false;
	return text;
}
