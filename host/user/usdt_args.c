/* SPDX-License-Identifier: Apache-2.0 */
#include "user/usdt_args.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct parse {
	const char *at;
	unsigned int machine;
	uint64_t place;
	usdt_symbol *symbol;
	void *symbol_arg;
};

static bool skip(struct parse *p, char c)
{
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static bool read_number(struct parse *p, int64_t *n)
{
	char *end;

	*n = strtoll(p->at, &end, 0);
	if (end == p->at)
		return false;
	p->at = end;
	return true;
}

/* --- x86 --- */

static const struct {
	const char *member, *names[5];
	unsigned int high; /* which of the names is bits 8…15 */
} x86_registers[] = {
	{"ax", {"rax", "eax", "ax", "al", "ah"}, 4},
	{"bx", {"rbx", "ebx", "bx", "bl", "bh"}, 4},
	{"cx", {"rcx", "ecx", "cx", "cl", "ch"}, 4},
	{"dx", {"rdx", "edx", "dx", "dl", "dh"}, 4},
	{"si", {"rsi", "esi", "si", "sil"}, 0},
	{"di", {"rdi", "edi", "di", "dil"}, 0},
	{"bp", {"rbp", "ebp", "bp", "bpl"}, 0},
	{"sp", {"rsp", "esp", "sp", "spl"}, 0},
	{"r8", {"r8", "r8d", "r8w", "r8b"}, 0},
	{"r9", {"r9", "r9d", "r9w", "r9b"}, 0},
	{"r10", {"r10", "r10d", "r10w", "r10b"}, 0},
	{"r11", {"r11", "r11d", "r11w", "r11b"}, 0},
	{"r12", {"r12", "r12d", "r12w", "r12b"}, 0},
	{"r13", {"r13", "r13d", "r13w", "r13b"}, 0},
	{"r14", {"r14", "r14d", "r14w", "r14b"}, 0},
	{"r15", {"r15", "r15d", "r15w", "r15b"}, 0},
	{"ip", {"rip", "eip"}, 0},
};

/* "%rdi": the member of struct pt_regs, or NULL. */
static const char *x86_register(struct parse *p, unsigned int *shift)
{
	size_t len;

	if (!skip(p, '%'))
		return NULL;
	len = strcspn(p->at, ",) \t:");
	for (size_t i = 0; i < COUNT(x86_registers); i++) {
		for (size_t j = 0; j < COUNT(x86_registers[i].names); j++) {
			const char *name = x86_registers[i].names[j];

			if (!name || strlen(name) != len || strncmp(name, p->at, len) != 0)
				continue;
			p->at += len;
			*shift = j && j == x86_registers[i].high ? 8 : 0;
			return x86_registers[i].member;
		}
	}
	return NULL;
}

/* "sym", "sym+8", "8+sym", "-8", "": what stands before the parenthesis, as an address. */
static bool x86_displacement(struct parse *p, int64_t *sum, bool *named)
{
	uint64_t addr;
	char name[256];
	int64_t n;

	*sum = 0;
	*named = false;
	while (*p->at && *p->at != '(') {
		bool minus = *p->at == '-';
		size_t len;

		if (minus || *p->at == '+')
			p->at++;
		if (strchr("0123456789", *p->at)) {
			if (!read_number(p, &n))
				return false;
			*sum += minus ? -n : n;
			continue;
		}
		len = strcspn(p->at, "+-( \t");
		if (!len || len >= sizeof(name) || *named || minus)
			return false;
		snprintf(name, sizeof(name), "%.*s", (int)len, p->at);
		if (!p->symbol || !p->symbol(p->symbol_arg, name, &addr))
			return false;
		p->at += len;
		*sum += (int64_t)addr;
		*named = true;
	}
	return *p->at == '(';
}

/* "-8(%rbp)", "(%rax,%rbx,4)", "counter(%rip)". */
static bool x86_memory(struct parse *p, struct usdt_arg *a)
{
	unsigned int none;
	int64_t scale = 1;
	bool named;

	if (!x86_displacement(p, &a->number, &named) || !skip(p, '('))
		return false;
	a->kind = USDT_MEMORY;
	if (*p->at != ',' && !(a->base = x86_register(p, &none)))
		return false;
	if (skip(p, ',') && !(a->index = x86_register(p, &none)))
		return false;
	if (skip(p, ',') && (!read_number(p, &scale) || scale < 1 || scale > 8))
		return false;
	a->scale = (unsigned int)scale;
	/* An address of the file, which is somewhere else in each process: so far from here. */
	if (a->base && strcmp(a->base, "ip") == 0) {
		if (!named)
			return false;
		a->number -= (int64_t)p->place;
	} else if (named) {
		return false;
	}
	return skip(p, ')');
}

static bool x86_operand(struct parse *p, struct usdt_arg *a)
{
	if (skip(p, '$')) {
		a->kind = USDT_CONSTANT;
		return read_number(p, &a->number);
	}
	if (*p->at == '%') {
		a->kind = USDT_REGISTER;
		a->base = x86_register(p, &a->shift);
		return a->base;
	}
	return x86_memory(p, a);
}

/* --- arm64 --- */

static const char *arm64_register(struct parse *p)
{
	static const char *const members[] = {
		"regs[0]",  "regs[1]",	"regs[2]",  "regs[3]",	"regs[4]",  "regs[5]",	"regs[6]",
		"regs[7]",  "regs[8]",	"regs[9]",  "regs[10]", "regs[11]", "regs[12]", "regs[13]",
		"regs[14]", "regs[15]", "regs[16]", "regs[17]", "regs[18]", "regs[19]", "regs[20]",
		"regs[21]", "regs[22]", "regs[23]", "regs[24]", "regs[25]", "regs[26]", "regs[27]",
		"regs[28]", "regs[29]", "regs[30]"};
	int64_t n;

	if (strncmp(p->at, "sp", 2) == 0) {
		p->at += 2;
		return "sp";
	}
	if ((*p->at != 'x' && *p->at != 'w') || !strchr("0123456789", p->at[1]))
		return NULL;
	p->at++;
	return read_number(p, &n) && n >= 0 && n < (int64_t)COUNT(members) ? members[n] : NULL;
}

/* "5", "x0", "[sp]", "[sp, 8]", "[x0, x1]". */
static bool arm64_operand(struct parse *p, struct usdt_arg *a)
{
	if (!skip(p, '[')) {
		a->base = arm64_register(p);
		a->kind = a->base ? USDT_REGISTER : USDT_CONSTANT;
		return a->base || read_number(p, &a->number);
	}
	a->kind = USDT_MEMORY;
	a->scale = 1;
	a->base = arm64_register(p);
	if (!a->base)
		return false;
	if (skip(p, ',')) {
		skip(p, ' ');
		a->index = arm64_register(p);
		if (!a->index && !read_number(p, &a->number))
			return false;
	}
	return skip(p, ']');
}

/* --- all --- */

/* "-4@"; without it, as early versions wrote, a word. */
static bool read_size(struct parse *p, unsigned int word, int *size)
{
	const char *at = strchr(p->at, '@'), *space = strchr(p->at, ' ');
	int64_t n;

	*size = -(int)word;
	if (!at || (space && space < at))
		return true;
	if (!read_number(p, &n) || !skip(p, '@'))
		return false; /* 8f@: a floating-point number */
	*size = (int)n;
	return n == 1 || n == 2 || n == 4 || n == 8 || n == -1 || n == -2 || n == -4 || n == -8;
}

static bool read_operand(struct parse *p, unsigned int word, struct usdt_arg *a)
{
	if (!read_size(p, word, &a->size))
		return false;
	if (p->machine == EM_X86_64 || p->machine == EM_386)
		return x86_operand(p, a);
	return p->machine == EM_AARCH64 && arm64_operand(p, a);
}

/* To the next argument: behind a space that is in no brackets. */
static void pass(struct parse *p)
{
	int open = 0;

	for (; *p->at && (open > 0 || *p->at != ' '); p->at++)
		open += (*p->at == '[' || *p->at == '(') - (*p->at == ']' || *p->at == ')');
}

void usdt_args_parse(const char *text, unsigned int machine, unsigned int word, uint64_t at,
		     usdt_symbol *symbol, void *arg, struct usdt_args *out)
{
	struct parse p = {
		.at = text, .machine = machine, .place = at, .symbol = symbol, .symbol_arg = arg};

	memset(out, 0, sizeof(*out));
	while (out->n < USDT_ARGS_MAX) {
		struct usdt_arg a = {0};
		const char *start;

		while (*p.at == ' ')
			p.at++;
		if (!*p.at)
			break;
		start = p.at;
		if (!read_operand(&p, word, &a) || (*p.at && *p.at != ' ')) {
			a = (struct usdt_arg){.kind = USDT_UNKNOWN, .size = a.size};
			p.at = start;
		}
		pass(&p);
		out->v[out->n++] = a;
	}
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool usdt_args_same(const struct usdt_args *a, const struct usdt_args *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++) {
		const struct usdt_arg *x = &a->v[i], *y = &b->v[i];

		if (x->kind != y->kind || x->size != y->size || x->number != y->number ||
		    !same_name(x->base, y->base) || !same_name(x->index, y->index) ||
		    x->scale != y->scale || x->shift != y->shift)
			return false;
	}
	return true;
}

/* "regs[3]" as the name of a variable. */
static void register_name(const char *member, struct buf *out)
{
	buf_str(out, "in_");
	for (; *member; member++)
		if (*member != '[' && *member != ']')
			buf_char(out, *member);
}

void usdt_arg_register(const char *member, struct buf *out)
{
	buf_str(out, "\tu64 ");
	register_name(member, out);
	buf_printf(out, " = *(volatile u64 *)&ctx->%s;\n", member);
}

void usdt_arg_text(const struct usdt_arg *a, struct buf *out)
{
	int bits = 8 * (a->size < 0 ? -a->size : a->size);
	char sign = a->size < 0 ? 's' : 'u';

	switch (a->kind) {
	case USDT_UNKNOWN:
		buf_str(out, "err = -95;"); /* EOPNOTSUPP */
		break;
	case USDT_CONSTANT:
		buf_printf(out, "value = (%c%d)%" PRId64 "LL;", sign, bits, a->number);
		break;
	case USDT_REGISTER:
		buf_printf(out, "value = (%c%d)(", sign, bits);
		register_name(a->base, out);
		buf_printf(out, " >> %u);", a->shift);
		break;
	case USDT_MEMORY:
		buf_printf(out,
			   "{ %c%d at = 0; err = bpf_probe_read_user(&at, sizeof(at), (void *)(",
			   sign, bits);
		buf_printf(out, "%" PRId64 "LL", a->number);
		if (a->base) {
			buf_str(out, " + ");
			register_name(a->base, out);
		}
		if (a->index) {
			buf_str(out, " + ");
			register_name(a->index, out);
			buf_printf(out, " * %u", a->scale);
		}
		buf_str(out, ")); value = at; }");
		break;
	}
}
