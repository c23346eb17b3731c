/* SPDX-License-Identifier: Apache-2.0 */
#include "text/usdt_text.h"

#include <string.h>

#include "text/filter.h"
#include "user/usdt_args.h"

#define FORMS_MAX 256

/* How the places of one handler differ. */
struct forms {
	size_t n;
	const struct usdt_args *v[FORMS_MAX]; /* NULL: what it has is not known */
};

/* Its number, which it gets if it has none; the last one for more than there is room for. */
static uint32_t number_of(struct forms *f, const struct usdt_args *args)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i] == args || (f->v[i] && args && usdt_args_same(f->v[i], args)))
			return (uint32_t)i;
	if (f->n == FORMS_MAX)
		return FORMS_MAX;
	f->v[f->n] = args;
	return (uint32_t)f->n++;
}

/* Collects the forms of a handler; the number of `wanted` among them. */
static uint32_t collect(const struct plan *plan, const char *handler, struct forms *f,
			const struct plan_target *wanted)
{
	uint32_t found = 0;

	for (size_t i = 0; i < plan->nprobes; i++) {
		const struct plan_probe *pp = &plan->probes[i];

		if (pp->probe->kind != PROGRAM_USDT || strcmp(pp->probe->run, handler) != 0)
			continue;
		for (size_t j = 0; j < pp->ntargets; j++) {
			uint32_t n = number_of(f, pp->targets[j].args);

			if (&pp->targets[j] == wanted)
				found = n;
		}
	}
	return found;
}

uint32_t usdt_text_form(const struct plan *plan, const struct plan_probe *pp,
			const struct plan_target *t)
{
	struct forms f = {0};

	return pp->probe->kind == PROGRAM_USDT ? collect(plan, pp->probe->run, &f, t) : 0;
}

/* Once for all handlers. */
static void add_common(struct buf *out)
{
	buf_printf(out,
		   "static inline __attribute__((always_inline)) u64 bcchost_form(void)\n"
		   "{\n"
		   "\tu64 value;\n"
		   "\n"
		   "\tasm volatile(\"%%0 = 0x%08x%08x ll\" : \"=r\"(value));\n"
		   "\treturn value;\n"
		   "}\n"
		   "static inline __attribute__((always_inline)) int "
		   "bcchost_argument(void *to, size_t len, u64 value, int err)\n"
		   "{\n"
		   "\tif (len == 8)\n\t\t*(u64 *)to = value;\n"
		   "\telse if (len == 4)\n\t\t*(u32 *)to = value;\n"
		   "\telse if (len == 2)\n\t\t*(u16 *)to = value;\n"
		   "\telse if (len == 1)\n\t\t*(u8 *)to = value;\n"
		   "\telse\n\t\treturn -22;\n"
		   "\treturn err;\n"
		   "}\n",
		   FILTER_CONSTANT_MARK, FILTER_CONSTANT_FORM);
}

/* The registers that one argument is found by, each once. */
static void add_registers(const struct forms *f, unsigned int i, struct buf *out)
{
	const char *done[64] = {0};
	size_t n = 0;

	for (size_t j = 0; j < f->n; j++) {
		const struct usdt_arg *a = f->v[j] && i < f->v[j]->n ? &f->v[j]->v[i] : NULL;
		const char *of[] = {a ? a->base : NULL, a ? a->index : NULL};

		for (size_t r = 0; r < 2; r++) {
			size_t k = 0;

			/* Their names are constants of usdt_args.c: one of each. */
			while (k < n && done[k] != of[r])
				k++;
			if (!of[r] || k < n || n == sizeof(done) / sizeof(done[0]))
				continue;
			done[n++] = of[r];
			usdt_arg_register(of[r], out);
		}
	}
}

static void add_argument(const struct forms *f, const char *handler, unsigned int i,
			 struct buf *out)
{
	static const struct usdt_arg unknown = {.kind = USDT_UNKNOWN};

	buf_printf(out,
		   "static inline __attribute__((always_inline)) int _bpf_readarg_%s_%u(struct "
		   "pt_regs *ctx, void *dest, size_t len)\n{\n\tu64 value = 0;\n\tint err = 0;\n",
		   handler, i + 1);
	add_registers(f, i, out);
	buf_char(out, '\n');
	if (f->n > 1)
		buf_str(out, "\tswitch (bcchost_form()) {\n");
	for (size_t j = 0; j < f->n; j++) {
		const struct usdt_args *args = f->v[j];

		buf_char(out, '\t');
		if (f->n > 1)
			buf_printf(out, "case %zu: ", j);
		usdt_arg_text(args && i < args->n ? &args->v[i] : &unknown, out);
		buf_str(out, f->n > 1 ? " break;\n" : "\n");
	}
	if (f->n > 1)
		buf_str(out, "\tdefault: err = -95;\n\t}\n");
	buf_str(out, "\treturn bcchost_argument(dest, len, value, err);\n}\n");
}

int usdt_text_arguments(const struct plan *plan, const char *handler)
{
	struct forms f = {0};
	int most = 0;

	collect(plan, handler, &f, NULL);
	for (size_t i = 0; i < f.n; i++) {
		int n = f.v[i] ? (int)f.v[i]->n : USDT_ARGS_MAX;

		most = n > most ? n : most;
	}
	return f.n ? most : -1;
}

static void add_handler(const struct plan *plan, const char *handler, struct buf *out)
{
	struct forms f = {0};
	int n = usdt_text_arguments(plan, handler);

	collect(plan, handler, &f, NULL);
	for (int i = 0; i < n; i++)
		add_argument(&f, handler, (unsigned int)i, out);
}

/* Has an earlier probe run this handler? */
static bool is_first(const struct plan *plan, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (plan->probes[i].probe->kind == PROGRAM_USDT && plan->probes[i].ntargets &&
		    strcmp(plan->probes[i].probe->run, plan->probes[at].probe->run) == 0)
			return false;
	return true;
}

void usdt_text(const struct plan *plan, struct buf *out)
{
	bool common = false;

	for (size_t i = 0; i < plan->nprobes; i++) {
		const struct plan_probe *pp = &plan->probes[i];

		if (pp->probe->kind != PROGRAM_USDT || !pp->ntargets)
			continue;
		if (!common)
			add_common(out);
		common = true;
		if (is_first(plan, i))
			add_handler(plan, pp->probe->run, out);
	}
}
