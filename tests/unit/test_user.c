/* SPDX-License-Identifier: Apache-2.0 */
/* User programs: where their files, functions and USDT probes are, and how arguments are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/binary.h"
#include "user/usdt.h"

/*
 * A note as <sys/sdt.h> writes it, without that header: provider "unit", its name, its arguments.
 * The section of the base is as long as one byte, and one for all.
 */
#define NOTE(name, semaphore, arguments)                                        \
	"990: nop\n"                                                            \
	".pushsection .note.stapsdt,\"?\",\"note\"\n"                           \
	".balign 4\n"                                                           \
	".4byte 992f-991f, 994f-993f, 3\n"                                      \
	"991: .asciz \"stapsdt\"\n"                                             \
	"992: .balign 4\n"                                                      \
	"993: .8byte 990b, _.stapsdt.base, " semaphore "\n"                     \
	".asciz \"unit\", \"" name "\", \"" arguments "\"\n"                    \
	"994: .balign 4\n"                                                      \
	".popsection\n"                                                         \
	".ifndef _.stapsdt.base\n"                                              \
	".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
	".weak _.stapsdt.base\n"                                                \
	".hidden _.stapsdt.base\n"                                              \
	"_.stapsdt.base: .space 1\n"                                            \
	".size _.stapsdt.base, 1\n"                                             \
	".popsection\n"                                                         \
	".endif\n"

__attribute__((section(".probes"), used)) unsigned short test_user_semaphore;
__attribute__((used)) int test_user_counter;

#define BOTH(number) \
	NOTE("twice", "test_user_semaphore", "-4@$" number " 8@test_user_counter(%rip)")

__attribute__((noinline)) void test_user_probed(void);
void test_user_probed(void)
{
	__asm__ volatile(BOTH("1"));
	__asm__ volatile(BOTH("2"));
	__asm__ volatile(NOTE("plain", "0", ""));
}

static char *self(void)
{
	return realpath("/proc/self/exe", NULL);
}

static void test_files(void **state)
{
	static const char *const bad[] = {"",	"nothing",  ".",      "..",
					  "l*", "/nothing", "lib[c]", "c\\"};
	struct error e = {0};
	char *path;

	(void)state;
	assert_int_equal(binary_find("c", &path, &e), 0);
	assert_non_null(strstr(path, "/libc"));
	free(path);
	assert_int_equal(binary_find("sh", &path, &e), 0);
	free(path);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(binary_find(bad[i], &path, &e), -ENOENT);
		assert_int_equal(e.fault, FAULT_USAGE);
		assert_null(path);
		error_clear(&e);
	}
}

static size_t functions(const char *symbol, struct binary_symbols *found, struct error *e)
{
	char *path = self();
	struct binary b;

	assert_int_equal(binary_open(&b, path, e), 0);
	binary_functions(&b, symbol, found, e);
	binary_close(&b);
	free(path);
	return found->n;
}

static void test_functions(void **state)
{
	static const char *const bad[] = {"test_user_counter", "0xzz", "0x", "^(", "", "printf+"};
	struct binary_symbols found;
	struct error e = {0};
	uint64_t offset;

	(void)state;
	assert_int_equal(functions("test_user_probed", &found, &e), 1);
	offset = found.v[0].offset;
	assert_string_equal(found.v[0].name, "test_user_probed");
	binary_symbols_free(&found);
	assert_int_equal(functions("test_user_probed+0x10", &found, &e), 1);
	assert_int_equal(found.v[0].offset, offset + 0x10);
	binary_symbols_free(&found);
	assert_int_equal(functions("0x1234", &found, &e), 1);
	assert_int_equal(found.v[0].offset, 0x1234);
	binary_symbols_free(&found);
	assert_int_equal(functions("^test_user_pr.*d$", &found, &e), 1);
	binary_symbols_free(&found);
	assert_true(functions("^binary_(open|close)$", &found, &e) == 2);
	assert_true(found.v[0].offset < found.v[1].offset);
	binary_symbols_free(&found);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(functions(bad[i], &found, &e), 0);
		assert_int_equal(e.fault, FAULT_USAGE);
		error_clear(&e);
	}
	functions("test_user_prob", &found, &e);
	assert_non_null(strstr(e.text,
			       "has no function test_user_prob that its symbols tell of; did "
			       "you mean test_user_probed?"));
	error_clear(&e);
}

static void test_process(void **state)
{
	struct error e = {0};
	char **paths;

	(void)state;
	assert_int_equal(binary_of_process(getpid(), &paths, &e), 0);
	assert_non_null(paths[0]);
	assert_non_null(strstr(paths[0], "/exe"));
	binary_paths_free(paths);
	assert_true(binary_of_process(0x3fffff, &paths, &e) < 0);
	assert_string_equal(e.text, "process 4194303: there is none");
	error_clear(&e);
	/* The kernel's own have no files. */
	assert_true(binary_of_process(2, &paths, &e) < 0 || getpid() < 100);
	error_clear(&e);
	assert_null(paths);
}

static void test_not_elf(void **state)
{
	struct usdt_places places;
	struct error e = {0};
	struct binary b;

	(void)state;
	assert_int_equal(binary_open(&b, "/etc/passwd", &e), -ENOEXEC);
	assert_string_equal(e.text, "/etc/passwd is no program or library (ELF)");
	binary_close(&b);
	error_clear(&e);
	assert_int_equal(binary_open(&b, "/nothing", &e), -ENOENT);
	binary_close(&b);
	error_clear(&e);
	assert_int_equal(usdt_find("/dev/null", "a:b", &places, &e), -ENOEXEC);
	error_clear(&e);
}

static void test_notes(void **state)
{
	struct usdt_places places;
	struct error e = {0};
	char *path = self();

	(void)state;
	assert_int_equal(usdt_find(path, "unit:twice", &places, &e), 0);
	assert_int_equal(places.n, 2);
	assert_true(places.v[0].offset < places.v[1].offset);
	assert_true(places.v[0].semaphore && places.v[0].semaphore == places.v[1].semaphore);
	assert_int_equal(places.v[0].args.n, 2);
	assert_int_equal(places.v[0].args.v[0].number, 1);
	assert_int_equal(places.v[1].args.v[0].number, 2);
#ifdef __x86_64__
	assert_int_equal(places.v[0].args.v[1].kind, USDT_MEMORY);
	/* One variable, seen from two places. */
	assert_int_equal(places.v[0].args.v[1].number - places.v[1].args.v[1].number,
			 places.v[1].offset - places.v[0].offset);
#endif
	usdt_places_free(&places);
	assert_int_equal(usdt_find(path, "plain", &places, &e), 0);
	assert_int_equal(places.n, 1);
	assert_int_equal(places.v[0].semaphore, 0);
	assert_int_equal(places.v[0].args.n, 0);
	usdt_places_free(&places);
	assert_int_equal(usdt_find(path, "unit:twic", &places, &e), -ENOENT);
	assert_non_null(strstr(e.text, "has no USDT probe unit:twic; did you mean unit:twice?"));
	error_clear(&e);
	assert_int_equal(usdt_find(path, "other:twice", &places, &e), -ENOENT);
	error_clear(&e);
	free(path);
}

/* --- arguments --- */

static bool symbol(void *arg, const char *name, uint64_t *addr)
{
	(void)arg;
	*addr = 0x5000;
	return strcmp(name, "counter") == 0;
}

static void reads(unsigned int machine, const char *text, const char *c)
{
	struct usdt_args args;
	struct buf b = {0};

	usdt_args_parse(text, machine, 8, 0x1000, symbol, NULL, &args);
	assert_int_equal(args.n, 1);
	usdt_arg_text(&args.v[0], &b);
	assert_string_equal(b.data, c);
	buf_free(&b);
}

static void is_memory(const char *text, const char *address)
{
	char c[256];

	snprintf(c, sizeof(c),
		 "{ u64 at = 0; err = bpf_probe_read_user(&at, sizeof(at), (void *)(%s)); value = "
		 "at; }",
		 address);
	reads(text[0] == '8' ? EM_X86_64 : EM_AARCH64, text[0] == '8' ? text : text + 1, c);
}

static void test_arguments(void **state)
{
	/* What cannot be read is an argument that cannot be read, and takes no other with it. */
	static const char *const unknown[] = {
		"8f@%xmm0",    "3@%eax",	  "4@%zmm1",	  "8@%fs:-8",
		"8@-8(%rbp)1", "8@missing(%rip)", "4@",		  "@%eax",
		"4@$",	       "8@8(%rip)",	  "8@(%rax,%no)", "8@counter(%rax)",
		"8@(,)",       "8@(%rax,%rbx,9)", "4@%eaxx",	  "4@$5x"};
	struct usdt_args args, again;

	(void)state;
	reads(EM_X86_64, "-4@%edi", "value = (s32)(in_di >> 0);");
	reads(EM_X86_64, "8@%r12", "value = (u64)(in_r12 >> 0);");
	reads(EM_X86_64, "1@%ah", "value = (u8)(in_ax >> 8);");
	reads(EM_X86_64, "-1@%sil", "value = (s8)(in_si >> 0);");
	reads(EM_X86_64, "-2@%r9w", "value = (s16)(in_r9 >> 0);");
	reads(EM_X86_64, "4@$5", "value = (u32)5LL;");
	reads(EM_X86_64, "-8@$-1", "value = (s64)-1LL;");
	reads(EM_X86_64, "%rax", "value = (s64)(in_ax >> 0);");
	is_memory("8@-8(%rbp)", "-8LL + in_bp");
	is_memory("8@(%rax)", "0LL + in_ax");
	is_memory("8@16(%rax,%rbx,4)", "16LL + in_ax + in_bx * 4");
	is_memory("8@(%rax,%rbx)", "0LL + in_ax + in_bx * 1");
	is_memory("8@8(,%rbx,2)", "8LL + in_bx * 2");
	is_memory("8@counter(%rip)", "16384LL + in_ip");
	is_memory("8@counter+8(%rip)", "16392LL + in_ip");
	is_memory("8@-4+counter(%rip)", "16380LL + in_ip");
	is_memory("a8@[sp, 16]", "16LL + in_sp");
	is_memory("a8@[x3]", "0LL + in_regs3");
	is_memory("a8@[x0, x1]", "0LL + in_regs0 + in_regs1 * 1");
	reads(EM_AARCH64, "-4@w2", "value = (s32)(in_regs2 >> 0);");
	reads(EM_AARCH64, "8@x30", "value = (u64)(in_regs30 >> 0);");
	reads(EM_AARCH64, "4@-7", "value = (u32)-7LL;");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s -4@%%esi", unknown[i]);
		usdt_args_parse(text, EM_X86_64, 8, 0, symbol, NULL, &args);
		assert_int_equal(args.n, 2);
		assert_int_equal(args.v[0].kind, USDT_UNKNOWN);
		assert_string_equal(args.v[1].base, "si");
	}
	reads(EM_RISCV, "8@a0", "err = -95;");
	usdt_args_parse("", EM_X86_64, 8, 0, symbol, NULL, &args);
	assert_int_equal(args.n, 0);
	usdt_args_parse("1@$1 1@$2 1@$3 1@$4 1@$5 1@$6 1@$7 1@$8 1@$9 1@$10 1@$11 1@$12 1@$13",
			EM_X86_64, 8, 0, symbol, NULL, &args);
	assert_int_equal(args.n, USDT_ARGS_MAX);
	usdt_args_parse("4@%eax 4@4(%rsp)", EM_X86_64, 8, 0, symbol, NULL, &args);
	usdt_args_parse("4@%eax 4@4(%rsp)", EM_X86_64, 8, 0, symbol, NULL, &again);
	assert_true(usdt_args_same(&args, &again));
	usdt_args_parse("4@%eax 4@8(%rsp)", EM_X86_64, 8, 0, symbol, NULL, &again);
	assert_false(usdt_args_same(&args, &again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),	cmocka_unit_test(test_functions),
		cmocka_unit_test(test_process), cmocka_unit_test(test_not_elf),
		cmocka_unit_test(test_notes),	cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
