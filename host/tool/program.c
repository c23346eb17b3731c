/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/program.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/program_parts.h"

int program_error(const struct program *p, unsigned int line, struct error *e, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = error_set_at(e, FAULT_TOOL, -EINVAL, p->path, line, fmt, ap);
	va_end(ap);
	return err;
}

static const struct yaml_choices filter_names = {
	"filter",
	PROGRAM_NFILTERS,
	{
		{"pid", PROGRAM_FILTER_PID},
		{"tid", PROGRAM_FILTER_TID},
		{"uid", PROGRAM_FILTER_UID},
		{"comm", PROGRAM_FILTER_COMM},
		{"cgroup", PROGRAM_FILTER_CGROUP},
		{"mntns", PROGRAM_FILTER_MNTNS},
		{"inode", PROGRAM_FILTER_INODE},
		{"parent_inode", PROGRAM_FILTER_PARENT_INODE},
		{"dir", PROGRAM_FILTER_DIR},
	},
};

static int read_filters(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(enum program_filter), yaml_choice, &filter_names, "a list of filters", false,
	};
	struct program *p = to;
	int err;

	(void)arg;
	err = yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, nfilters, filters), &items,
			e);
	for (size_t i = 0; !err && i < p->nfilters; i++)
		for (size_t j = 0; !err && j < i; j++)
			if (p->filters[i] == p->filters[j])
				err = yaml_error(v, e, "`filters` has %s twice",
						 filter_names.words[p->filters[i]].word);
	if (!err && program_has_filter(p, PROGRAM_FILTER_INODE) &&
	    program_has_filter(p, PROGRAM_FILTER_PARENT_INODE))
		err = yaml_error(v, e,
				 "`filters` has inode and parent_inode, which would both be "
				 "--inode");
	return err;
}

static int read_variant(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	char **name = to;
	int err;

	err = yaml_line(v, name, arg, e);
	for (const char *s = *name; !err && *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
			err = yaml_error_type(v, "words of letters, digits, - and _", e);
	return err;
}

static int read_variants(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), read_variant, NULL, "a list of variants", false,
	};
	struct program *p = to;
	int err;

	(void)arg;
	err = yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, nvariants, variants), &items,
			e);
	for (size_t i = 0; !err && i < p->nvariants; i++)
		for (size_t j = 0; !err && j < i; j++)
			if (!strcmp(p->variants[i], p->variants[j]))
				err = yaml_error(v, e, "`variants` has %s twice", p->variants[i]);
	return err;
}

static int read_module(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	char **name = to;
	int err;

	err = yaml_line(v, name, arg, e);
	if (err)
		return err;
	for (const char *s = *name; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && (*s != '-' || s == *name))
			return yaml_error_type(v, "names of kernel modules", e);
	return 0;
}

static int read_modules(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_items items = {
		sizeof(char *), read_module, NULL, "a list of kernel modules", true,
	};

	(void)arg;
	return yaml_list(v, (char *)to + PROGRAM_ARRAY(struct program, nmodules, modules), &items,
			 e);
}

#define EXAMPLE(f) offsetof(struct program_example, f)
static int read_examples(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	static const struct yaml_field fields[] = {
		{"run", yaml_line, EXAMPLE(run), NULL, true},
		{"does", yaml_line, EXAMPLE(does), NULL, true},
	};
	static const struct yaml_schema schema = {fields, 2, 0};
	static const struct yaml_items items = {
		sizeof(struct program_example), yaml_struct, &schema, "a list of examples", false,
	};

	(void)arg;
	return yaml_list(v, to, &items, e);
}

/* `template:` a file's name beside where NAME.bpf.c would be. */
static int read_template(const struct yaml_value *v, void *to, const void *arg, struct error *e)
{
	char **name = to;
	int err;

	err = yaml_line(v, name, arg, e);
	if (err)
		return err;
	if (strchr(*name, '/') || **name == '.' || strlen(*name) <= 6 ||
	    strcmp(*name + strlen(*name) - 6, ".bpf.c") != 0)
		return yaml_error_type(v, "the name of a .bpf.c file, without a directory", e);
	return 0;
}

#define FIELD(f) offsetof(struct program, f)
static const struct yaml_field fields[] = {
	{"summary", yaml_line, FIELD(summary), NULL, true},
	{"description", yaml_text, FIELD(description), NULL, false},
	{"overhead", yaml_text, FIELD(overhead), NULL, false},
	{"caveats", yaml_text, FIELD(caveats), NULL, false},
	{"filters", read_filters, 0, NULL, false},
	{"arguments", program_read_arguments, 0, NULL, false},
	{"options", program_read_options, 0, NULL, false},
	{"letters", program_read_letters, 0, NULL, false},
	{"template", read_template, FIELD(template_path), NULL, false},
	{"modules", read_modules, 0, NULL, false},
	{"variants", read_variants, 0, NULL, false},
	{"probes", program_read_probes, 0, NULL, false},
	{"substitute", program_read_words, 0, NULL, false},
	{"facts", program_read_facts, 0, NULL, false},
	{"perf_counters", program_read_perf_counters, 0, NULL, false},
	{"output", program_read_output, 0, NULL, true},
	{"metrics", metrics_read, FIELD(metrics), NULL, false},
	{"examples", read_examples, PROGRAM_ARRAY(struct program, nexamples, examples), NULL,
	 false},
};
static const struct yaml_schema schema = {fields, sizeof(fields) / sizeof(fields[0]), 0};

/* A tool that lists variants says for each what it attaches to. */
static int check_variants(const struct program *p, const struct yaml_value *root, struct error *e)
{
	struct yaml_value key, value = *root;

	for (size_t i = 0; p->nvariants && i < yaml_size(root); i++) {
		yaml_pair(root, i, &key, &value);
		if (!strcmp(yaml_scalar(&key), "variants"))
			break;
	}
	for (size_t i = 0; i < p->nvariants; i++) {
		size_t n = 0;

		for (size_t j = 0; j < p->nprobes; j++)
			n += !p->probes[j].variant || !strcmp(p->probes[j].variant, p->variants[i]);
		if (!n)
			return yaml_error(&value, e, "variant %s has no probes", p->variants[i]);
	}
	return 0;
}

bool program_is_tool_name(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_' &&
		    *s != '-')
			return false;
	return true;
}

static int set_name(struct program *p, const char *path, struct error *e)
{
	const char *base = strrchr(path, '/');
	size_t len;

	base = base ? base + 1 : path;
	len = strlen(base);
	p->path = strdup(path);
	p->name = strndup(base, len > 5 ? len - 5 : 0);
	if (!p->path || !p->name)
		return error_nomem(e);
	if (len <= 5 || strcmp(base + len - 5, ".yaml") != 0 || !program_is_tool_name(p->name))
		return error_set(
			e, FAULT_TOOL, -EINVAL,
			"%s:1: a tool's file is named NAME.yaml, NAME being of a-z, 0-9, - "
			"and _ and beginning with a letter",
			path);
	return 0;
}

/* Where the template is: see template_path in program.h. */
static int set_paths(struct program *p, struct error *e)
{
	const char *slash = strrchr(p->path, '/');
	int dir = slash ? (int)(slash - p->path) + 1 : 0; /* with its slash */
	static const char programs[] = "programs/", templates[] = "templates/";
	int tail = (int)strlen(programs);
	const char *sub = "";
	char *name = p->template_path; /* what `template:` said */

	if (dir >= tail && !strncmp(p->path + dir - tail, programs, (size_t)tail) &&
	    (dir == tail || p->path[dir - tail - 1] == '/')) {
		dir -= tail;
		sub = templates;
	}
	p->template_path = NULL;
	if (asprintf(&p->template_path, "%.*s%s%s%s", dir, p->path, sub, name ?: p->name,
		     name ? "" : ".bpf.c") < 0)
		p->template_path = NULL;
	free(name);
	if (asprintf(&p->include_dir, "%.*s%sinclude", dir, p->path, sub) < 0)
		p->include_dir = NULL;
	if (!p->description)
		p->description = strdup("");
	return p->template_path && p->include_dir && p->description ? 0 : error_nomem(e);
}

int program_load(const char *path, struct program **out, struct error *e)
{
	struct program *p = calloc(1, sizeof(*p));
	struct yaml *yaml = NULL;
	struct yaml_value root;
	int err;

	*out = NULL;
	if (!p)
		return error_nomem(e);
	err = set_name(p, path, e) ?: yaml_open(path, &yaml, e);
	if (err)
		goto out;
	root = yaml_root(yaml);
	err = yaml_struct(&root, p, &schema, e)
		      ?: set_paths(p, e)
		      ?: program_finish_also(p, e)
		      ?: program_check_options(p, e)
		      ?: program_check_probes(p, e)
		      ?: check_variants(p, &root, e)
		      ?: program_check_words(p, e)
		      ?: program_check_output(p, e)
		      ?: program_check_also(p, e)
		      ?: (p->metrics.line ? metrics_check(&p->metrics, p->path, p, e)
					  : metrics_default(&p->metrics, p, e));
out:
	yaml_close(yaml);
	if (err)
		program_free(p);
	else
		*out = p;
	return err;
}

bool program_has_filter(const struct program *p, enum program_filter filter)
{
	for (size_t i = 0; i < p->nfilters; i++)
		if (p->filters[i] == filter)
			return true;
	return false;
}

const struct program_option *program_option_find(const struct program *p, const char *name)
{
	for (size_t i = 0; i < p->noptions; i++)
		if (strcmp(p->options[i].name, name) == 0)
			return &p->options[i];
	return NULL;
}
