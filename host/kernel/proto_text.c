/* SPDX-License-Identifier: Apache-2.0 */
/* proto_text: a prototype of BTF is written out as C. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/internal.h"

#define REGISTER_BYTES 8

/* A dump of one BTF, writing into a buffer. */
struct dump {
	const struct btf *btf;
	struct btf_dump *dump;
	struct buf text;
};

static void write_text(void *ctx, const char *fmt, va_list args)
{
	buf_vprintf(ctx, fmt, args);
}

/*
 * Cuts out __attribute__((…)): kernels built by clang mark __user pointers so, and the compiler
 * that reads our text need not know that mark.
 */
static void cut_attributes(char *text)
{
	static const char word[] = "__attribute__";
	char *at;

	while ((at = strstr(text, word))) {
		char *end = at + strlen(word);
		int depth = 0;

		for (; *end; end++) {
			depth += (*end == '(') - (*end == ')');
			if (*end == ')' && depth == 0) {
				end++;
				break;
			}
		}
		while (at > text && at[-1] == ' ' && *end == ' ')
			end++;
		memmove(at, end, strlen(end) + 1);
	}
}

/* *text becomes a declaration of `name`; with an empty name, the type's text. */
static int declare(struct dump *d, uint32_t type, const char *name, char **text)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = name);
	int err;

	if (type && !btf_check_depth(d->btf, type))
		return -EINVAL;
	err = btf_dump__emit_type_decl(d->dump, type, &opts);
	if (err)
		return err;
	*text = buf_take(&d->text);
	if (!*text)
		return -ENOMEM;
	cut_attributes(*text);
	return 0;
}

static bool fits_register(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf_plain(btf, type);

	if (!t || type == 0)
		return false;
	return btf_is_ptr(t) ||
	       ((btf_is_int(t) || btf_is_any_enum(t)) && t->size <= REGISTER_BYTES);
}

static int fill_param(struct dump *d, const struct btf_param *from, const char *name,
		      struct kernel_param *to)
{
	to->name = strdup(name ? name : "");
	if (!to->name)
		return -ENOMEM;
	to->in_register = fits_register(d->btf, from->type);
	return declare(d, from->type, to->name, &to->decl);
}

static int fill_params(struct dump *d, const struct proto_wanted *w, struct kernel_proto *out)
{
	const struct btf_param *from = btf_params(w->proto), *names = btf_params(w->names);
	size_t n = btf_vlen(w->proto), skip = w->skip < n ? w->skip : n;
	int err;

	/* The dots of a variadic function are a last parameter without name and type. */
	if (n && from[n - 1].type == 0)
		n--;
	n -= skip < n ? skip : n;
	out->params = calloc(n ? n : 1, sizeof(*out->params));
	if (!out->params)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		out->nparams = i + 1;
		err = fill_param(d, &from[skip + i],
				 btf__name_by_offset(d->btf, names[skip + i].name_off),
				 &out->params[i]);
		if (err)
			return err;
	}
	return 0;
}

/* A dump for each prototype: a longer-lived one renames the second type of a name to name___2. */
int proto_fill(const struct btf *btf, const struct proto_wanted *w, const char *function,
	       struct kernel_proto *out)
{
	struct dump d = {.btf = btf};
	int err;

	d.dump = btf_dump__new(btf, write_text, &d.text, NULL);
	if (!d.dump)
		return -errno;
	out->function = strdup(function);
	err = out->function ? declare(&d, w->proto->type, "", &out->result) : -ENOMEM;
	if (!err)
		err = fill_params(&d, w, out);
	btf_dump__free(d.dump);
	buf_free(&d.text);
	return err;
}
