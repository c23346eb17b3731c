/* SPDX-License-Identifier: Apache-2.0 */
/* usdt_args: "-4@%edi 8@-8(%rbp) 4@$5": where a probe's arguments are at one of its places. */
#ifndef BCCHOST_USER_USDT_ARGS_H
#define BCCHOST_USER_USDT_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define USDT_ARGS_MAX 12

enum usdt_kind {
	USDT_UNKNOWN,  /* of a kind that cannot be read: a vector register, a thread's variable */
	USDT_CONSTANT, /* the number itself */
	USDT_REGISTER, /* a register */
	USDT_MEMORY,   /* what is at number + base + index * scale, in the process */
};

struct usdt_arg {
	enum usdt_kind kind;
	int size;	   /* 1, 2, 4, 8; below 0: signed */
	int64_t number;	   /* of a constant; to add to the address, of memory */
	const char *base;  /* the member of struct pt_regs; NULL: none */
	const char *index; /* of memory; NULL: none */
	unsigned int scale;
	unsigned int shift; /* of a register: bits below the argument (8 of %ah) */
};

struct usdt_args {
	unsigned int n;
	struct usdt_arg v[USDT_ARGS_MAX];
};

/* What an address of a symbol is, for "4@counter(%rip)"; false if it is not known. */
typedef bool usdt_symbol(void *arg, const char *name, uint64_t *addr);

/*
 * Reads what the note says. machine: EM_X86_64, EM_386 or EM_AARCH64; word: bytes of a register.
 * at: the address of the place, which addresses behind %rip are told relative to: in `number`, with
 * "ip" as the base. More than USDT_ARGS_MAX are left out.
 */
void usdt_args_parse(const char *text, unsigned int machine, unsigned int word, uint64_t at,
		     usdt_symbol *symbol, void *arg, struct usdt_args *out);

/* Are they at the same places? */
bool usdt_args_same(const struct usdt_args *a, const struct usdt_args *b);

/*
 * C that reads one: statements that set `value`, a u64 that is 0 (sign-extended if it is signed),
 * and `err`, which is 0. Before them usdt_arg_register declares what each register is in that one
 * of the arguments of a function uses (ctx: a struct pt_regs *): it is read there, for where
 * registers are read in branches the compiler chooses between their addresses, which the verifier
 * refuses.
 */
void usdt_arg_register(const char *member, struct buf *out);
void usdt_arg_text(const struct usdt_arg *a, struct buf *out);

#endif
