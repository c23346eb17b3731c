/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: the questions whose answers are remembered (kernel/facts.h). Each is answered from memory if
 * it was asked before, else by whoever reads the source. A failure that has a text is not
 * remembered: who is to be told is told anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/facts.h"
#include "kernel/internal.h"

void kernel_remember(struct kernel *k, const char *text, size_t len)
{
	facts_free(k->facts);
	k->facts = facts_new(text, len);
}

char *kernel_remembered(struct kernel *k)
{
	return facts_text(k->facts);
}

/* --- numbers --- */

/* An error is no answer: what could not be read now may be there the next time. */
static void keep(struct kernel *k, const struct facts_question *q, int64_t answer)
{
	if (answer != -ENODATA)
		facts_put(k->facts, q, json_integer(answer));
}

int kernel_has_field(struct kernel *k, const char *type, const char *field)
{
	struct facts_question q = {FACTS_OF_KERNEL, "field", type, field};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = types_has_field(k, type, field));
	return (int)answer;
}

int kernel_has_type(struct kernel *k, const char *name)
{
	struct facts_question q = {FACTS_OF_KERNEL, "type", name, NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = types_has_type(k, name));
	return (int)answer;
}

bool kernel_has_ringbuf(struct kernel *k)
{
	struct facts_question q = {FACTS_OF_KERNEL, "ringbuf", "", NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = types_has_ringbuf(k));
	return answer;
}

uint32_t kernel_function_id(struct kernel *k, const char *function)
{
	struct facts_question q = {FACTS_OF_KERNEL, "id", function, NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = proto_function_id(k, function));
	return (uint32_t)answer;
}

bool kernel_has_symbol(struct kernel *k, const char *name)
{
	struct facts_question q = {FACTS_OF_MODULES, "symbol", name, NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = symbols_have(k, name));
	return answer;
}

uint64_t kernel_symbol_address(struct kernel *k, const char *name)
{
	struct facts_question q = {FACTS_OF_MODULES, "address", name, NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = (int64_t)symbols_address(k, name));
	return (uint64_t)answer;
}

enum kernel_can kernel_can_probe(struct kernel *k, const char *symbol)
{
	struct facts_question q = {FACTS_OF_BOOT, "probe", symbol, NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = attachable_by_kprobe(k, symbol));
	return (enum kernel_can)answer;
}

bool kernel_has_fentry(struct kernel *k)
{
	struct facts_question q = {FACTS_OF_BOOT, "fentry", "", NULL};
	int64_t answer;

	if (!facts_number(k->facts, &q, &answer))
		keep(k, &q, answer = attachable_by_fentry(k));
	return answer;
}

enum kernel_can kernel_module_function(struct kernel *k, const char *module, const char *function,
				       uint32_t *id)
{
	struct facts_question q = {FACTS_OF_MODULES, "module", module, function};
	enum kernel_can can;
	int64_t answer;

	/* One number for both: a function of id 0 cannot take programs. */
	if (facts_number(k->facts, &q, &answer)) {
		*id = answer > 0 ? (uint32_t)answer : 0;
		return answer > 0 ? KERNEL_CAN_YES : KERNEL_CAN_NO;
	}
	can = module_function(k, module, function, id);
	if (can != KERNEL_CAN_UNKNOWN)
		keep(k, &q, *id);
	return can;
}

int kernel_type_size(struct kernel *k, const char *type, uint32_t *size, uint32_t *align)
{
	struct facts_question q = {FACTS_OF_KERNEL, "size", type, NULL};
	const json_t *known = facts_get(k->facts, &q);
	int err;

	if (json_array_size(known) == 3) {
		*size = (uint32_t)json_integer_value(json_array_get(known, 1));
		*align = (uint32_t)json_integer_value(json_array_get(known, 2));
		return (int)json_integer_value(json_array_get(known, 0));
	}
	*size = *align = 0;
	err = types_size(k, type, size, align);
	if (err != -ENOMEM && err != -ENODATA)
		facts_put(k->facts, &q,
			  json_pack("[i,I,I]", err, (json_int_t)*size, (json_int_t)*align));
	return err;
}

/* --- functions --- */

static json_t *of_symbols(const struct kernel_symbols *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++) {
		const struct kernel_symbol *sym = &s->v[i];
		/* JSON's integers are signed: the address goes as one and comes back. */
		json_t *one = json_pack("[s,s?,I,b]", sym->name, sym->module, (json_int_t)sym->addr,
					sym->unique);

		if (json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static int to_symbols(const json_t *list, struct kernel_symbols *out, struct error *e)
{
	size_t n = json_array_size(list);

	memset(out, 0, sizeof(*out));
	out->v = calloc(n ? n : 1, sizeof(*out->v));
	if (!out->v)
		return error_nomem(e);
	for (; out->n < n; out->n++) {
		const json_t *one = json_array_get(list, out->n);

		out->v[out->n] = (struct kernel_symbol){
			.name = json_string_value(json_array_get(one, 0)),
			.module = json_string_value(json_array_get(one, 1)),
			.addr = (uint64_t)json_integer_value(json_array_get(one, 2)),
			.unique = json_is_true(json_array_get(one, 3)),
		};
		if (!out->v[out->n].name) {
			kernel_symbols_free(out);
			return -EBADMSG;
		}
	}
	return 0;
}

typedef int (*find_symbols)(struct kernel *k, const char *what, struct kernel_symbols *out,
			    struct error *e);

static int ask_symbols(struct kernel *k, const struct facts_question *q, find_symbols find,
		       struct kernel_symbols *out, struct error *e)
{
	const json_t *known = facts_get(k->facts, q);
	int err = known ? to_symbols(known, out, e) : -EBADMSG;

	if (err != -EBADMSG)
		return err;
	err = find(k, q->a, out, e);
	if (!err)
		facts_put(k->facts, q, of_symbols(out));
	return err;
}

int kernel_functions(struct kernel *k, const char *name, struct kernel_symbols *out,
		     struct error *e)
{
	struct facts_question q = {FACTS_OF_MODULES, "functions", name, NULL};

	return ask_symbols(k, &q, symbols_named, out, e);
}

int kernel_functions_match(struct kernel *k, const char *regex, struct kernel_symbols *out,
			   struct error *e)
{
	struct facts_question q = {FACTS_OF_MODULES, "match", regex, NULL};

	return ask_symbols(k, &q, symbols_matching, out, e);
}

int kernel_function_at(struct kernel *k, uint64_t addr, char *name, size_t size, uint64_t *start)
{
	char hex[17];
	struct facts_question q = {FACTS_OF_MODULES, "at", hex, NULL};
	const json_t *known;
	const char *found;
	uint64_t begin;
	int err;

	snprintf(hex, sizeof(hex), "%" PRIx64, addr);
	known = facts_get(k->facts, &q);
	found = json_string_value(json_array_get(known, 0));
	if (found) {
		snprintf(name, size, "%s", found);
		begin = (uint64_t)json_integer_value(json_array_get(known, 1));
	} else {
		err = symbols_at(k, addr, name, size, &begin);
		if (err)
			return err;
		/* Of stacks there are too many to keep, and they are found as fast. */
		if (!k->symbols.by_addr)
			facts_put(k->facts, &q, json_pack("[s,I]", name, (json_int_t)begin));
	}
	if (start)
		*start = begin;
	return 0;
}

/* --- prototypes --- */

static json_t *of_proto(const struct kernel_proto *p)
{
	json_t *params = json_array();

	for (size_t i = 0; i < p->nparams; i++)
		json_array_append_new(params,
				      json_pack("[s,s,b]", p->params[i].name, p->params[i].decl,
						p->params[i].in_register));
	return json_pack("[s,s,s,o]", p->function, p->result, p->source, params);
}

static bool copy(const json_t *list, size_t i, char **out)
{
	const char *s = json_string_value(json_array_get(list, i));

	*out = s ? strdup(s) : NULL;
	return *out != NULL;
}

static int to_proto(const json_t *from, struct kernel_proto *out)
{
	const json_t *params = json_array_get(from, 3);
	size_t n = json_array_size(params);
	bool all;

	memset(out, 0, sizeof(*out));
	out->params = calloc(n ? n : 1, sizeof(*out->params));
	all = out->params && copy(from, 0, &out->function) && copy(from, 1, &out->result) &&
	      copy(from, 2, &out->source);
	for (size_t i = 0; all && i < n; i++) {
		const json_t *one = json_array_get(params, i);

		out->nparams = i + 1;
		all = copy(one, 0, &out->params[i].name) && copy(one, 1, &out->params[i].decl);
		out->params[i].in_register = json_is_true(json_array_get(one, 2));
	}
	if (!all)
		kernel_proto_free(out);
	return all ? 0 : -EBADMSG;
}

typedef int (*find_proto)(struct kernel *k, const char *name, struct kernel_proto *out,
			  struct error *e);

/* That there is none is remembered, too, for those who do not want to hear why. */
static int ask_proto(struct kernel *k, const char *what, const char *name, find_proto find,
		     struct kernel_proto *out, struct error *e)
{
	struct facts_question of_kernel = {FACTS_OF_KERNEL, what, name, NULL};
	struct facts_question of_modules = {FACTS_OF_MODULES, what, name, NULL};
	const json_t *known = facts_get(k->facts, &of_kernel);
	int err;

	if (!known)
		known = facts_get(k->facts, &of_modules);
	if (json_is_null(known) && !e) {
		memset(out, 0, sizeof(*out));
		return -ENOENT;
	}
	if (json_is_array(known) && to_proto(known, out) == 0)
		return 0;
	err = find(k, name, out, e);
	if (!err)
		facts_put(k->facts, out->in_module ? &of_modules : &of_kernel, of_proto(out));
	else if (err == -ENOENT)
		facts_put(k->facts, &of_modules, json_null());
	return err;
}

int kernel_prototype(struct kernel *k, const char *function, struct kernel_proto *out,
		     struct error *e)
{
	return ask_proto(k, "prototype", function, proto_of_function, out, e);
}

int kernel_tracepoint_prototype(struct kernel *k, const char *name, struct kernel_proto *out,
				struct error *e)
{
	return ask_proto(k, "tracepoint", name, proto_of_tracepoint, out, e);
}
