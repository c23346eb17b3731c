/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"

struct yaml {
	char *path;
	yaml_document_t doc;
	bool has_doc;
	size_t nread;
};

static int fail_at(const char *path, size_t line, struct error *e, const char *text)
{
	return error_set(e, FAULT_TOOL, -EINVAL, "%s:%zu: %s", path, line, text);
}

static size_t line_at(const char *text, size_t len, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset && i < len; i++)
		line += text[i] == '\n';
	return line;
}

/* libyaml's own words, with the line that it means. */
static int syntax_error(const yaml_parser_t *parser, const char *path, const char *text, size_t len,
			struct error *e)
{
	const char *problem = parser->problem ?: "not YAML";

	if (parser->error == YAML_MEMORY_ERROR)
		return error_nomem(e);
	if (parser->error == YAML_READER_ERROR)
		return fail_at(path, line_at(text, len, parser->problem_offset), e, problem);
	if (parser->context && parser->context_mark.line != parser->problem_mark.line)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s:%zu: %s (%s, from line %zu on)", path,
				 parser->problem_mark.line + 1, problem, parser->context,
				 parser->context_mark.line + 1);
	if (parser->context)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s:%zu: %s (%s)", path,
				 parser->problem_mark.line + 1, problem, parser->context);
	return fail_at(path, parser->problem_mark.line + 1, e, problem);
}

/* A file is one document: what comes after its end must be nothing. */
static int check_end(yaml_parser_t *parser, const char *path, const char *text, size_t len,
		     struct error *e)
{
	yaml_document_t more;
	int err = 0;

	if (!yaml_parser_load(parser, &more))
		return syntax_error(parser, path, text, len, e);
	if (yaml_document_get_root_node(&more))
		err = fail_at(path, more.start_mark.line + 1, e,
			      "a second document begins; a tool's file holds one");
	yaml_document_delete(&more);
	return err;
}

static int load(struct yaml *y, const char *text, size_t len, struct error *e)
{
	yaml_parser_t parser;
	int err = 0;

	if (!yaml_parser_initialize(&parser))
		return error_nomem(e);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &y->doc)) {
		err = syntax_error(&parser, y->path, text, len, e);
		goto out;
	}
	y->has_doc = true;
	if (!yaml_document_get_root_node(&y->doc))
		err = fail_at(y->path, 1, e, "the file is empty");
	else
		err = check_end(&parser, y->path, text, len, e);
out:
	yaml_parser_delete(&parser);
	return err;
}

/* libyaml takes a time that grows with the square of the depth: seconds for what is not meant. */
static int check_depth(const char *path, const char *text, size_t len, struct error *e)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		depth += (text[i] == '[' || text[i] == '{') - (text[i] == ']' || text[i] == '}');
		depth = depth < 0 ? 0 : depth;
		if (depth > YAML_MAX_DEPTH)
			return error_set(e, FAULT_TOOL, -EINVAL,
					 "%s:%zu: over %d brackets are open here", path,
					 line_at(text, len, i), YAML_MAX_DEPTH);
	}
	return 0;
}

int yaml_parse(const char *path, const char *text, size_t len, struct yaml **yaml, struct error *e)
{
	struct yaml *y = *yaml = calloc(1, sizeof(*y));

	if (!y)
		return error_nomem(e);
	y->path = strdup(path);
	if (!y->path)
		return error_nomem(e);
	if (len > YAML_MAX_FILE)
		return error_set(e, FAULT_TOOL, -EFBIG, "%s:1: the file has over %d KiB", path,
				 YAML_MAX_FILE >> 10);
	return check_depth(path, text, len, e) ?: load(y, text, len, e);
}

int yaml_open(const char *path, struct yaml **yaml, struct error *e)
{
	char *text;
	size_t len;
	int err;

	*yaml = NULL;
	err = file_read_trusted(path, &text, &len, e);
	if (err)
		return err;
	err = yaml_parse(path, text, len, yaml, e);
	free(text);
	return err;
}

void yaml_close(struct yaml *yaml)
{
	if (!yaml)
		return;
	if (yaml->has_doc)
		yaml_document_delete(&yaml->doc);
	free(yaml->path);
	free(yaml);
}

struct yaml_value yaml_root(struct yaml *yaml)
{
	/* libyaml numbers the nodes of a document from 1 on, the root being the first. */
	return (struct yaml_value){.yaml = yaml, .node = 1};
}

static const yaml_node_t *node_of(const struct yaml_value *v)
{
	return yaml_document_get_node(&v->yaml->doc, v->node);
}

enum yaml_kind yaml_kind(const struct yaml_value *v)
{
	switch (node_of(v)->type) {
	case YAML_SEQUENCE_NODE:
		return YAML_IS_LIST;
	case YAML_MAPPING_NODE:
		return YAML_IS_MAP;
	default:
		return YAML_IS_TEXT;
	}
}

unsigned int yaml_line_of(const struct yaml_value *v)
{
	return (unsigned int)node_of(v)->start_mark.line + 1;
}

const char *yaml_scalar(const struct yaml_value *v)
{
	const yaml_node_t *node = node_of(v);

	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

bool yaml_is_quoted(const struct yaml_value *v)
{
	const yaml_node_t *node = node_of(v);

	return node->type == YAML_SCALAR_NODE && node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

bool yaml_has_nul(const struct yaml_value *v)
{
	const yaml_node_t *node = node_of(v);

	return node->type == YAML_SCALAR_NODE &&
	       memchr(node->data.scalar.value, '\0', node->data.scalar.length);
}

size_t yaml_size(const struct yaml_value *v)
{
	const yaml_node_t *node = node_of(v);

	if (node->type == YAML_SEQUENCE_NODE)
		return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (node->type == YAML_MAPPING_NODE)
		return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	return 0;
}

struct yaml_value yaml_item(const struct yaml_value *list, size_t i)
{
	struct yaml_value item = *list;

	item.node = node_of(list)->data.sequence.items.start[i];
	item.item = true;
	return item;
}

void yaml_pair(const struct yaml_value *map, size_t i, struct yaml_value *key,
	       struct yaml_value *value)
{
	const yaml_node_pair_t *pair = &node_of(map)->data.mapping.pairs.start[i];

	*key = (struct yaml_value){.yaml = map->yaml, .node = pair->key, .key = map->key};
	*value = (struct yaml_value){.yaml = map->yaml, .node = pair->value};
	value->key = yaml_scalar(key);
}

int yaml_count(const struct yaml_value *v, struct error *e)
{
	if (++v->yaml->nread <= YAML_MAX_READ)
		return 0;
	return yaml_error(v, e, "the file's aliases make more than %d values of it", YAML_MAX_READ);
}

int yaml_error(const struct yaml_value *v, struct error *e, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = error_set_at(e, FAULT_TOOL, -EINVAL, v->yaml->path, yaml_line_of(v), fmt, ap);
	va_end(ap);
	return err;
}
