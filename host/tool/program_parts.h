/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program_parts: the parts of a program's YAML file, a .c file each; only for host/tool/.
 * A reader is what a key of the file is read with (tool/yaml.h); a check needs the whole program.
 */
#ifndef BCCHOST_TOOL_PROGRAM_PARTS_H
#define BCCHOST_TOOL_PROGRAM_PARTS_H

#include "tool/program.h"
#include "tool/yaml.h"

/* The count of an array in a struct, which its pointer follows at once, as yaml_list wants it. */
#define PROGRAM_ARRAY(type, count, pointer)                                                    \
	(offsetof(type, count) +                                                               \
	 0 * sizeof(char[offsetof(type, pointer) == offsetof(type, count) + sizeof(size_t) ? 1 \
											   : -1]))

yaml_read program_read_options;	  /* → struct program */
yaml_read program_read_arguments; /* → struct program */
yaml_read program_read_letters;	  /* → struct program */
int program_check_options(const struct program *p, struct error *e);

yaml_read program_read_probes; /* → struct program */
int program_check_probes(const struct program *p, struct error *e);

yaml_read program_read_event;  /* "hardware:cpu-cycles" → char * */
yaml_read program_read_number; /* → struct program_number; arg: struct program_number_bounds */
struct program_number_bounds {
	int64_t min, max; /* of a number in the file */
};
int program_check_sampling(const struct program *p, const struct program_probe *probe,
			   struct error *e);

yaml_read program_read_words;	      /* → struct program */
yaml_read program_read_facts;	      /* → struct program */
yaml_read program_read_perf_counters; /* → struct program */
int program_check_words(const struct program *p, struct error *e);

yaml_read program_read_flags; /* → nnames of struct program_calls */
yaml_read program_read_bits;  /* → nbits of struct program_column */
yaml_read program_read_calls; /* → ncalls of struct program_calls */
int program_check_calls(const struct program *p, const struct program_column *c, struct error *e);

yaml_read program_read_only; /* → nonly of struct program */
int program_check_only(const struct program *p, struct error *e);

yaml_read program_read_columns; /* → ncolumns of struct program */
/* Of one column as it was read, `v`: keys that only make sense beside another one; and of one that
 * has a text or parts, which `key` names, that it has nothing of a value. */
int program_check_column(const struct yaml_value *v, const struct program_column *c,
			 struct error *e);
int program_check_column_alone(const struct yaml_value *v, const struct program_column *c,
			       const char *key, struct error *e);
yaml_read program_read_output; /* → struct program */
int program_check_output(const struct program *p, struct error *e);

/* `also:` of that. What those have of the program itself, once it has a name; then, once each is
 * right by itself, whether they fit each other. */
int program_finish_also(struct program *p, struct error *e);
int program_check_also(struct program *p, struct error *e);

/* The name of an option, as it is typed or with '_' for '-' → char *, with '-'. */
yaml_read program_read_option_name;

/* FAULT_TOOL with "file:line: " before it. Returns -EINVAL. */
int program_error(const struct program *p, unsigned int line, struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
