/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml: a YAML file read by a schema into C structs, every error with its file and line.
 *
 * A schema is a table of fields: a key, a reader for its value, and where in the struct the value
 * goes. Readers for the usual types are here; a program's parts bring their own. It stands on
 * libyaml's documents, whose nodes know their line. libcyaml, which has schemas of its own, was
 * not taken: it cannot express keys chosen by the author (`substitute: {WORD: …}`), nor a value
 * that is either a string or a list (`kprobe: f`, `kprobe: [f, g]`).
 */
#ifndef BCCHOST_TOOL_YAML_H
#define BCCHOST_TOOL_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define YAML_MAX_ITEMS 512	   /* of a list, or keys of a mapping */
#define YAML_MAX_FILE  (256 << 10) /* bytes */
#define YAML_MAX_READ  50000	   /* values; what an alias stands for counts each time */
#define YAML_MAX_DEPTH 256	   /* brackets and braces that are open at once */

struct yaml; /* a file, parsed */

/* A value in the file, and the key under which it stands, for errors. */
struct yaml_value {
	struct yaml *yaml;
	int node;
	const char *key;
	bool item; /* of the list that stands under the key */
};

/* Reads the value into the field at `to`, of the type that the reader is for. */
typedef int yaml_read(const struct yaml_value *v, void *to, const void *arg, struct error *e);

struct yaml_field {
	const char *key;
	yaml_read *read;
	size_t offset; /* of the field in the struct */
	const void *arg;
	bool required;
};

/* `arg` of yaml_struct, for a mapping whose keys are known. */
struct yaml_schema {
	const struct yaml_field *fields;
	size_t nfields;
	size_t line; /* offset of an unsigned int that is to have the mapping's line; 0: none */
};

/* `arg` of yaml_list: to = a size_t with the array's pointer right after it. */
struct yaml_items {
	size_t size; /* of an item; zeroed before it is read */
	yaml_read *read;
	const void *arg;
	const char *what; /* "a list of filters" */
	bool may_be_lone; /* a value that is no list is taken as a list of one */
};

/* `arg` of yaml_unsigned: the bounds. */
struct yaml_bounds {
	unsigned int min, max;
};

/* `arg` of yaml_choice: words, and what each stands for (an enum, stored as int). */
struct yaml_choices {
	const char *what; /* "a filter" */
	size_t n;
	struct yaml_choice_word {
		const char *word;
		int number;
	} words[16];
};

/* Reads the file, as file_read_trusted does. The caller's to close, after an error too. */
int yaml_open(const char *path, struct yaml **yaml, struct error *e);

/* The same of a text in memory; `path` is what errors call it. */
int yaml_parse(const char *path, const char *text, size_t len, struct yaml **yaml, struct error *e);
void yaml_close(struct yaml *yaml);

/* The whole document, to be read with yaml_struct. */
struct yaml_value yaml_root(struct yaml *yaml);

/* The readers. What a char ** gets is the caller's to free, whether or not there was an error. */
yaml_read yaml_struct;	   /* a mapping → a struct; arg: struct yaml_schema */
yaml_read yaml_list;	   /* a list → count and array; arg: struct yaml_items */
yaml_read yaml_text;	   /* any text → char * */
yaml_read yaml_line;	   /* one line without control characters, not empty → char * */
yaml_read yaml_code;	   /* one line, may be empty → char * */
yaml_read yaml_identifier; /* a C identifier → char * */
yaml_read yaml_macro;	   /* a C identifier in upper case → char * */
yaml_read yaml_boolean;	   /* true or false → bool */
yaml_read yaml_unsigned;   /* → unsigned int; arg: struct yaml_bounds */
yaml_read yaml_integer;	   /* decimal, 0x…, 0o… or 0… (octal) → int64_t */
yaml_read yaml_choice;	   /* one of some words → an enum; arg: struct yaml_choices */

/* For readers that are written elsewhere. */
enum yaml_kind { YAML_IS_TEXT, YAML_IS_LIST, YAML_IS_MAP };
enum yaml_kind yaml_kind(const struct yaml_value *v);
unsigned int yaml_line_of(const struct yaml_value *v);

/* The text of a scalar, which lives as long as the file does; NULL if it is a list or a mapping. */
const char *yaml_scalar(const struct yaml_value *v);

/* Was the text written in quotes (or as a block)? Then it is never a number, true or nothing. */
bool yaml_is_quoted(const struct yaml_value *v);
bool yaml_has_nul(const struct yaml_value *v);

/* How many items a list, or keys a mapping has; 0 for a text. */
size_t yaml_size(const struct yaml_value *v);

/* Item i of a list. */
struct yaml_value yaml_item(const struct yaml_value *list, size_t i);

/* Pair i of a mapping: the key itself as a value, and what it is the key of. */
void yaml_pair(const struct yaml_value *map, size_t i, struct yaml_value *key,
	       struct yaml_value *value);

/* Has a mapping that was checked this key? */
bool yaml_has_key(const struct yaml_value *map, const char *name);

/* Called for each value that is read of a list or a mapping: -EINVAL if these are too many. */
int yaml_count(const struct yaml_value *v, struct error *e);

/* -EINVAL, unless the value is a mapping whose keys are texts and all different. */
int yaml_check_map(const struct yaml_value *v, struct error *e);

/* A list's items read by a mapping's pairs: what yaml_list is for a list, with a reader of pairs.
 */
typedef int yaml_read_pair(const struct yaml_value *key, const struct yaml_value *value, void *to,
			   struct error *e);
int yaml_pairs(const struct yaml_value *v, void *to, size_t size, yaml_read_pair *read,
	       const char *what, struct error *e);

bool yaml_is_identifier(const char *s);

/* FAULT_TOOL with "file:line: " before it. Returns -EINVAL. */
int yaml_error(const struct yaml_value *v, struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "`width` is to be <what>, not "wide"". Returns -EINVAL. */
int yaml_error_type(const struct yaml_value *v, const char *what, struct error *e);

#endif
