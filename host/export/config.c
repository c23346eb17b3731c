/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tool/program_parts.h"
#include "tool/yaml.h"

static int add_word(struct config_program *p, char *word, struct error *e)
{
	char **words = word ? realloc(p->words, (p->nwords + 1) * sizeof(*words)) : NULL;

	if (!words) {
		free(word);
		return error_nomem(e);
	}
	p->words = words;
	words[p->nwords++] = word;
	return 0;
}

static struct config_program *add_program(struct config *c)
{
	struct config_program *v = realloc(c->programs, (c->n + 1) * sizeof(*v));

	if (!v)
		return NULL;
	c->programs = v;
	v[c->n] = (struct config_program){0};
	return &v[c->n++];
}

/* --- the command line --- */

/* Up to the next comma that has no backslash before it; *s is behind it then. */
static int next_option(const char **s, struct config_program *p, const char *whole, struct error *e)
{
	struct buf b = {0};

	buf_str(&b, "--");
	for (; **s && **s != ','; (*s)++) {
		if ((*s)[0] == '\\' && ((*s)[1] == ',' || (*s)[1] == '\\'))
			(*s)++;
		buf_char(&b, **s);
	}
	if (b.len == 2 || b.data[2] == '-' || b.data[2] == '=') {
		buf_free(&b);
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "%s: behind the colon are the tool's options by their long names, "
				 "with commas between: opensnoop:failed,name=main",
				 whole);
	}
	if (**s == ',' && !*++*s) {
		buf_free(&b);
		return error_set(e, FAULT_USAGE, -EINVAL, "%s: no option behind the last comma",
				 whole);
	}
	return add_word(p, buf_take(&b), e);
}

int config_add_word(struct config *c, const char *word, struct error *e)
{
	struct config_program *p = add_program(c);
	const char *colon = strchrnul(word, ':');
	int err;

	if (!p)
		return error_nomem(e);
	p->name = strndup(word, (size_t)(colon - word));
	err = p->name ? add_word(p, strdup(p->name), e) : error_nomem(e);
	if (!err && !*p->name)
		err = error_set(e, FAULT_USAGE, -EINVAL, "\"%s\": no tool named", word);
	if (!err && *colon && !colon[1])
		err = error_set(e, FAULT_USAGE, -EINVAL, "%s: no option behind the colon", word);
	if (*colon)
		colon++;
	while (!err && *colon)
		err = next_option(&colon, p, word, e);
	return err;
}

/* --- the file --- */

static int read_tool_name(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	const char *s = yaml_scalar(v);

	if (!s || yaml_has_nul(v) || !program_is_tool_name(s))
		return yaml_error_type(v, "a tool's name", e);
	return yaml_line(v, to, arg, e);
}

static int add_option(struct config_program *p, const char *name, const struct yaml_value *v,
		      struct error *e)
{
	const char *s = yaml_scalar(v);
	bool plain = !yaml_is_quoted(v);
	char *word = NULL;

	if (!s || yaml_has_nul(v))
		return yaml_error_type(v, "true, false, a value or a list of values", e);
	if (plain && !strcmp(s, "false"))
		return 0;
	if (plain && !strcmp(s, "true")) {
		if (asprintf(&word, "--%s", name) < 0)
			word = NULL;
	} else if (asprintf(&word, "--%s=%s", name, s) < 0) {
		word = NULL;
	}
	return add_word(p, word, e);
}

/* {failed: true, name: main, flag-filter: [O_CREAT, O_EXCL]}; the tool checks them later. */
static int read_options(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct config_program *p = to;
	struct yaml_value key, value;
	char *name = NULL;
	int err;

	(void)arg;
	p->options_line = yaml_line_of(v);
	if (yaml_kind(v) != YAML_IS_MAP)
		return yaml_error_type(v, "a mapping of the tool's options to their values", e);
	err = yaml_check_map(v, e);
	for (size_t i = 0; i < yaml_size(v) && !err; i++) {
		yaml_pair(v, i, &key, &value);
		key.key = "options";
		free(name);
		name = NULL;
		err = program_read_option_name(&key, &name, NULL, e);
		if (!err && yaml_kind(&value) != YAML_IS_LIST)
			err = add_option(p, name, &value, e);
		for (size_t j = 0;
		     !err && yaml_kind(&value) == YAML_IS_LIST && j < yaml_size(&value); j++) {
			struct yaml_value item = yaml_item(&value, j);

			item.key = name;
			err = add_option(p, name, &item, e);
		}
	}
	free(name);
	return err;
}

#define PROGRAM(f) offsetof(struct config_program, f)
static const struct yaml_bounds series_bounds = {1, 1000000};
static const struct yaml_field program_fields[] = {
	{"name", read_tool_name, PROGRAM(name), NULL, true},
	{"options", read_options, 0, NULL, false},
	{"max_series", yaml_unsigned, PROGRAM(max_series), &series_bounds, false},
	{"metrics", metrics_read, PROGRAM(metrics), NULL, false},
};
static const struct yaml_schema program_schema = {program_fields, 4, PROGRAM(line)};

/* The name is the first word, wherever its key stands. */
static int read_program(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	struct config_program *p = to;
	int err = yaml_struct(v, to, arg, e);
	char *name;

	if (err)
		return err;
	name = strdup(p->name);
	err = add_word(p, name, e);
	for (size_t i = p->nwords - 1; !err && i > 0; i--) {
		p->words[i] = p->words[i - 1];
		p->words[i - 1] = name;
	}
	return err;
}

struct file {
	size_t n;
	struct config_program *programs;
};

static int read_programs(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(struct config_program), read_program, &program_schema,
		"a list of programs",	       false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

void config_program_free(struct config_program *p)
{
	for (size_t i = 0; i < p->nwords; i++)
		free(p->words[i]);
	free(p->words);
	free(p->name);
	metrics_free(&p->metrics);
}

int config_add_file(struct config *c, const char *path, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"programs", read_programs, PROGRAM_ARRAY(struct file, n, programs), NULL, true},
	};
	static const struct yaml_schema schema = {fields, 1, 0};
	struct yaml *yaml = NULL;
	struct file file = {0};
	struct yaml_value root;
	int err;

	c->path = strdup(path);
	err = c->path ? yaml_open(path, &yaml, e) : error_nomem(e);
	if (!err) {
		root = yaml_root(yaml);
		err = yaml_struct(&root, &file, &schema, e);
	}
	for (size_t i = 0; i < file.n; i++) {
		struct config_program *p = err ? NULL : add_program(c);

		if (!p) {
			config_program_free(&file.programs[i]);
			err = err ? err : error_nomem(e);
			continue;
		}
		*p = file.programs[i];
	}
	free(file.programs);
	yaml_close(yaml);
	return err;
}

/* --- all of it --- */

char *config_where(const struct config *c, const struct config_program *p, unsigned int line)
{
	char *where;

	if (!p->line)
		return strdup(p->name);
	return asprintf(&where, "%s:%u", c->path, line ? line : p->line) < 0 ? NULL : where;
}

int config_check(const struct config *c, struct error *e)
{
	for (size_t i = 0; i < c->n; i++) {
		for (size_t j = 0; j < i; j++) {
			char *where;

			if (strcmp(c->programs[i].name, c->programs[j].name) != 0)
				continue;
			where = config_where(c, &c->programs[i], 0);
			error_set(e, c->programs[i].line ? FAULT_TOOL : FAULT_USAGE, -EINVAL,
				  "%s: %s is there twice: its metrics would have the same names",
				  where ?: "", c->programs[i].name);
			free(where);
			return -EINVAL;
		}
	}
	return 0;
}

static void describe_metric(struct buf *b, const struct metric *m)
{
	buf_printf(b, "%d %s %s %s %s %.17g\n", m->kind, m->name, m->from ? m->from : "",
		   m->sum ? m->sum : "", m->description, m->scale);
	for (size_t i = 0; i < m->nlabels; i++)
		buf_printf(b, " %s %s %u\n", m->labels[i].name, m->labels[i].from,
			   m->labels[i].max_series);
	for (size_t i = 0; i < m->nbuckets; i++)
		buf_printf(b, " %.17g\n", m->buckets[i]);
}

/* All that matters of it, as text. */
static void describe(struct buf *b, const struct config_program *p)
{
	for (size_t i = 0; i < p->nwords; i++)
		buf_printf(b, "%s\n", p->words[i]);
	buf_printf(b, "%u %u\n", p->max_series, p->metrics.max_series);
	for (size_t i = 0; i < metrics_count(&p->metrics); i++)
		describe_metric(b, metrics_get(&p->metrics, i));
}

bool config_same(const struct config_program *a, const struct config_program *b)
{
	struct buf x = {0}, y = {0};
	bool same;

	describe(&x, a);
	describe(&y, b);
	same = !buf_failed(&x) && !buf_failed(&y) && !strcmp(x.data, y.data);
	buf_free(&x);
	buf_free(&y);
	return same;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < c->n; i++)
		config_program_free(&c->programs[i]);
	free(c->programs);
	free(c->path);
	*c = (struct config){0};
}
