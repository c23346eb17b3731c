/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel facts out of BTF that is made here: prototypes, members, sizes, and damaged files. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/internal.h"
#include "kernels.h"

/* Ids of what the functions below take. */
struct ids {
	int int_, ulong, char_, u32, pid, pair, pair_ptr, name_ptr, callback, mode, big, bool_;
	int float_, wide;
};

static void add_plain(struct btf *b, struct ids *i)
{
	int u, c;

	i->int_ = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	i->ulong = btf__add_int(b, "long unsigned int", 8, 0);
	i->char_ = btf__add_int(b, "char", 1, 0);
	i->wide = btf__add_int(b, "__int128", 16, BTF_INT_SIGNED);
	btf__add_int(b, "short unsigned int", 2, 0);
	btf__add_int(b, "long long unsigned int", 8, 0);
	btf__add_int(b, "unsigned char", 1, 0);
	i->float_ = btf__add_float(b, "double", 8);
	i->bool_ = btf__add_int(b, "_Bool", 1, BTF_INT_BOOL);
	u = btf__add_int(b, "unsigned int", 4, 0);
	i->u32 = btf__add_typedef(b, "u32", btf__add_typedef(b, "__u32", u));
	i->pid = btf__add_typedef(b, "pid_t", i->int_);
	c = btf__add_const(b, i->char_);
	i->name_ptr = btf__add_ptr(b, btf__add_type_tag(b, "user", c));
	i->mode = btf__add_enum(b, "mode", 4);
	btf__add_enum_value(b, "MODE_A", 0);
	i->big = btf__add_enum64(b, "big", 8, false);
	btf__add_enum64_value(b, "BIG_A", 1ull << 40);
}

/* struct pair { char a; union { int b; struct { u32 c, d; }; }; char e[6]; }, 20 bytes. */
static void add_pair(struct btf *b, struct ids *i)
{
	int inner = btf__add_struct(b, "", 8), either, text;

	btf__add_field(b, "c", i->u32, 0, 0);
	btf__add_field(b, "d", i->u32, 32, 0);
	either = btf__add_union(b, "", 8);
	btf__add_field(b, "b", i->int_, 0, 0);
	btf__add_field(b, "", inner, 0, 0);
	text = btf__add_array(b, i->int_, i->char_, 6);
	either = btf__add_const(b, either);
	i->pair = btf__add_struct(b, "pair", 20);
	btf__add_field(b, "a", i->char_, 0, 0);
	btf__add_field(b, "", either, 32, 0);
	btf__add_field(b, "e", text, 96, 0);
	i->pair_ptr = btf__add_ptr(b, i->pair);
}

static void add_enum_of_maps(struct btf *b, bool ring)
{
	btf__add_enum(b, "bpf_map_type", 4);
	btf__add_enum_value(b, "BPF_MAP_TYPE_UNSPEC", 0);
	if (ring)
		btf__add_enum_value(b, "BPF_MAP_TYPE_RINGBUF", 27);
}

static void add_functions(struct btf *b, struct ids *i)
{
	int proto = btf__add_func_proto(b, i->int_), many, none;

	btf__add_func_param(b, "key", i->ulong);
	btf__add_func_param(b, "", i->pair_ptr);
	i->callback = btf__add_ptr(b, proto);

	many = btf__add_func_proto(b, i->pair_ptr);
	btf__add_func_param(b, "pair", i->pair_ptr);
	btf__add_func_param(b, "name", i->name_ptr);
	btf__add_func_param(b, "fn", i->callback);
	btf__add_func_param(b, "by_value", i->pair);
	btf__add_func_param(b, "", i->pid);
	btf__add_func_param(b, "mode", i->mode);
	btf__add_func_param(b, "big", i->big);
	btf__add_func_param(b, "wide", i->wide);
	btf__add_func_param(b, "d", i->float_);
	btf__add_func_param(b, "yes", i->bool_);
	btf__add_func(b, "takes_many", BTF_FUNC_STATIC, many);

	none = btf__add_func_proto(b, 0);
	btf__add_func(b, "takes_none", BTF_FUNC_STATIC, none);
	proto = btf__add_func_proto(b, i->int_);
	btf__add_func_param(b, "fmt", i->name_ptr);
	btf__add_func_param(b, "", 0);
	btf__add_func(b, "takes_dots", BTF_FUNC_STATIC, proto);
	/* Two of one name: the first counts. */
	btf__add_func(b, "takes_none", BTF_FUNC_STATIC, many);
	btf__add_func(b, "register_kprobe", BTF_FUNC_STATIC, none);
	btf__add_func(b, "__x64_sys_bpf", BTF_FUNC_STATIC, none);
	btf__add_typedef(b, "btf_trace_sched_switch", i->callback);
}

static struct btf *make_btf(bool ring)
{
	struct btf *b = btf__new_empty();
	struct ids i = {0};

	assert_non_null(b);
	add_plain(b, &i);
	add_pair(b, &i);
	add_enum_of_maps(b, ring);
	add_functions(b, &i);
	return b;
}

static struct kernel *kernel_of(void **state, struct btf *b)
{
	struct kernel_sources src = {.release = "6.1.0"};
	struct kernel *k;
	const void *raw;
	uint32_t len;
	char *path;

	raw = btf__raw_data(b, &len);
	src.btf = path = kernels_put(state, "btf", raw, len);
	btf__free(b);
	k = kernels_open(&src);
	assert_string_equal(kernel_btf_path(k), path);
	free(path);
	return k;
}

static void writes_prototypes(void **state)
{
	static const bool in_register[] = {true, true, true,  false, true,
					   true, true, false, false, true};
	struct kernel *k = kernel_of(state, make_btf(true));
	struct kernel_proto p;
	char *source;

	kernels_assert_params(
		k, "takes_many", "struct pair *",
		"struct pair *pair, const char *name, "
		"int (*fn)(long unsigned int key, struct pair *), struct pair by_value, "
		"pid_t, enum mode mode, enum big big, __int128 wide, double d, "
		"_Bool yes");
	kernels_assert_params(k, "takes_none", "void", "");
	kernels_assert_params(k, "takes_dots", "int", "const char *fmt");
	assert_int_equal(kernel_prototype(k, "takes_many", &p, NULL), 0);
	assert_int_equal(p.nparams, 10);
	for (size_t i = 0; i < p.nparams; i++)
		assert_int_equal(p.params[i].in_register, in_register[i]);
	assert_string_equal(p.params[4].name, "");
	assert_int_equal(kernel_proto_find(&p, "mode"), 5);
	assert_int_equal(kernel_proto_find(&p, "key"), -1);
	assert_int_equal(kernel_proto_find(&p, ""), -1);
	assert_true(asprintf(&source, "BTF in %s", kernel_btf_path(k)) > 0);
	assert_string_equal(p.source, source);
	free(source);
	kernel_proto_free(&p);
	kernel_close(k);
}

static void offers_names_for_a_missing_function(void **state)
{
	struct kernel *k = kernel_of(state, make_btf(true));
	struct kernel_proto p;
	struct error e = {0};

	assert_int_equal(kernel_prototype(k, "takes_meny", &p, &e), -ENOENT);
	assert_int_equal(e.fault, FAULT_KERNEL);
	assert_string_equal(e.text,
			    "kernel 6.1.0 has no function takes_meny; names near it: takes_many, "
			    "takes_none");
	/* A struct's name is no function's. */
	assert_int_equal(kernel_prototype(k, "pair", &p, &e), -ENOENT);
	assert_string_equal(e.text, "kernel 6.1.0 has no function pair");
	kernel_proto_free(&p);
	error_clear(&e);
	kernel_close(k);
}

static void finds_members_and_types(void **state)
{
	struct kernel *k = kernel_of(state, make_btf(true));

	assert_int_equal(kernel_has_field(k, "pair", "a"), 1);
	assert_int_equal(kernel_has_field(k, "pair", "b"), 1);
	assert_int_equal(kernel_has_field(k, "pair", "d"), 1);
	assert_int_equal(kernel_has_field(k, "pair", "e"), 1);
	assert_int_equal(kernel_has_field(k, "pair", "f"), 0);
	assert_int_equal(kernel_has_field(k, "pair", ""), 0);
	assert_int_equal(kernel_has_field(k, "pear", "a"), 0);
	assert_int_equal(kernel_has_field(k, "pid_t", "a"), 0);
	assert_int_equal(kernel_has_type(k, "pair"), 1);
	assert_int_equal(kernel_has_type(k, "mode"), 1);
	assert_int_equal(kernel_has_type(k, "big"), 1);
	assert_int_equal(kernel_has_type(k, "pid_t"), 1);
	assert_int_equal(kernel_has_type(k, "takes_many"), 0);
	assert_int_equal(kernel_has_type(k, "int"), 0);
	assert_int_equal(kernel_has_type(k, ""), 0);
	assert_true(kernel_has_ringbuf(k));
	kernel_close(k);

	k = kernel_of(state, make_btf(false));
	assert_false(kernel_has_ringbuf(k)); /* whatever its version */
	kernel_close(k);
}

static void measures_types(void **state)
{
	static const struct {
		const char *type;
		uint32_t size, align;
	} known[] = {
		{"u32", 4, 4},
		{"pid_t", 4, 4},
		{"int", 4, 4},
		{"unsigned", 4, 4},
		{"unsigned int", 4, 4},
		{"unsigned long", 8, 8},
		{"long unsigned", 8, 8},
		{"const unsigned  long int", 8, 8},
		{"unsigned long long", 8, 8},
		{"unsigned short", 2, 2},
		{"unsigned char", 1, 1},
		{"char", 1, 1},
		{"_Bool", 1, 1},
		{"double", 8, 8},
		{"__int128", 16, 16},
		{"enum mode", 4, 4},
		{"enum big", 8, 8},
		{"struct pair", 20, 4},
		{"volatile struct pair", 20, 4},
		{"struct pair *", 8, 8},
		{"char*", 8, 8},
	};
	static const char *const unknown[] = {
		"",
		"pair",
		"struct mode",
		"enum pair",
		"union pair",
		"struct none",
		"short char",
		"char int",
		"long long long",
		"signed unsigned",
		"struct pair pear",
		"takes_many",
		"a b c d e f g h i j",
	};
	struct kernel *k = kernel_of(state, make_btf(true));
	uint32_t size, align;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		assert_int_equal(kernel_type_size(k, known[i].type, &size, &align), 0);
		assert_int_equal(size, known[i].size);
		assert_int_equal(align, known[i].align);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (kernel_type_size(k, unknown[i], &size, &align) != -ENOENT)
			fail_msg("%s is of %u bytes", unknown[i], size);
	kernel_close(k);
}

static void takes_functions_from_btf(void **state)
{
	struct kernel *k = kernel_of(state, make_btf(true));
	struct kernel_symbols s;

	assert_int_equal(kernel_functions(k, "takes_many", &s, NULL), 0);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.v[0].name, "takes_many");
	assert_int_equal(s.v[0].addr, 0);
	assert_null(s.v[0].module);
	assert_true(s.v[0].unique);
	kernel_symbols_free(&s);
	assert_int_equal(kernel_functions_match(k, "^takes_", &s, NULL), 0);
	assert_int_equal(s.n, 4);
	kernel_symbols_free(&s);
	assert_true(kernel_has_kprobes(k));
	assert_true(kernel_has_fentry(k));
	assert_true(kernel_has_tracepoint(k, "sched", "sched_switch"));
	assert_false(kernel_has_tracepoint(k, "sched", "sched_none"));
	assert_true(kernel_has_tracepoint(k, "syscalls", "sys_enter_bpf"));
	assert_false(kernel_has_tracepoint(k, "syscalls", "sys_enter_openat"));
	assert_string_equal(kernel_syscall_prefix(k), "__x64_sys_");
	kernel_trim(k);
	kernels_assert_params(k, "takes_dots", "int", "const char *fmt");
	assert_true(kernel_has_symbol(k, "takes_none"));
	kernel_close(k);
}

/* --- damage --- */

static int open_bytes(void **state, const void *data, size_t len, struct kernel **k,
		      struct error *e)
{
	struct kernel_sources src = {.release = "6.1.0"};
	char *path;
	int err;

	src.btf = path = kernels_put(state, "damaged", data, len);
	err = kernel_open(k, &src, e);
	free(path);
	return err;
}

static void refuses_what_is_no_btf(void **state)
{
	static const char text[] = "this is a text and no BTF at all";
	struct kernel_sources src = {.btf = "/nowhere/btf"};
	struct error e = {0};
	struct kernel *k;
	char *end;

	assert_int_equal(open_bytes(state, text, sizeof(text), &k, &e), -EPROTO);
	assert_null(k);
	assert_int_equal(e.fault, FAULT_USAGE);
	end = strstr(e.text, "/damaged is not raw BTF, is damaged, or is newer than libbpf v");
	assert_non_null(end);
	assert_int_equal(open_bytes(state, "", 0, &k, &e), -EIO);
	assert_non_null(strstr(e.text, "/damaged is not raw BTF"));
	error_clear(&e);
	assert_int_equal(kernel_open(&k, &src, &e), -ENOENT);
	assert_string_equal(e.text, "cannot read BTF from /nowhere/btf: No such file or directory");
	error_clear(&e);
}

/* All that a tool may ask; what is answered does not matter, that it is answered does. */
static void ask_all(struct kernel *k)
{
	static const char *const names[] = {"takes_many",  "takes_none", "takes_dots", "pair",
					    "struct pair", "pid_t",	 "enum big"};
	struct kernel_proto p;
	struct error e = {0};
	uint32_t size, align;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		kernel_prototype(k, names[i], &p, &e);
		kernel_proto_free(&p);
		kernel_has_field(k, names[i], "nothing");
		kernel_has_type(k, names[i]);
		kernel_type_size(k, names[i], &size, &align);
	}
	kernel_has_ringbuf(k);
	kernel_has_tracepoint(k, "sched", "sched_switch");
	free(kernel_near_functions(k, "takes_man", 3));
	error_clear(&e);
}

/* Every byte spoilt in turn, and every length cut: an error or an answer, nothing else. */
static void survives_every_spoilt_byte(void **state)
{
	static const unsigned char values[] = {0x00, 0xff, 0x80, 0x01};
	struct btf *b = make_btf(true);
	struct kernel *k;
	unsigned char *copy;
	const void *raw;
	uint32_t len;
	size_t opened = 0, refused = 0;

	raw = btf__raw_data(b, &len);
	copy = malloc(len);
	for (size_t i = 0; i < (size_t)len * 5; i++) {
		size_t at = i % len, bytes = i / len == 4 ? at : len;

		memcpy(copy, raw, len);
		if (i / len < 4)
			copy[at] ^= values[i / len] ? values[i / len] : 0x40;
		if (open_bytes(state, copy, bytes, &k, NULL) != 0) {
			refused++;
			continue;
		}
		opened++;
		ask_all(k);
		kernel_close(k);
	}
	assert_true(opened > len); /* names may be anything */
	assert_true(refused > len);
	free(copy);
	btf__free(b);
}

/* Types that refer to each other without end. */
static void survives_endless_types(void **state)
{
	struct btf *b = btf__new_empty();
	int proto, s, f;
	struct kernel *k;
	struct kernel_proto p;
	struct error e = {0};
	uint32_t size, align;

	btf__add_int(b, "int", 4, BTF_INT_SIGNED); /* 1 */
	btf__add_ptr(b, 3);			   /* 2 */
	btf__add_const(b, 2);			   /* 3 */
	proto = btf__add_func_proto(b, 1);	   /* 4 */
	btf__add_func_param(b, "p", 2);
	btf__add_func(b, "endless_pointer", BTF_FUNC_STATIC, proto);
	s = btf__add_struct(b, "whole", 4); /* 6: has itself as a member */
	btf__add_field(b, "whole", s, 0, 0);
	s = btf__add_struct(b, "", 4); /* 7: anonymous, the same */
	btf__add_field(b, "", s, 0, 0);
	s = btf__add_struct(b, "outer", 4); /* 8 */
	btf__add_field(b, "", 7, 0, 0);
	f = btf__add_func_proto(b, 1); /* 9 */
	btf__add_func_param(b, "self", 9);
	btf__add_func(b, "endless_proto", BTF_FUNC_STATIC, f);
	btf__add_typedef(b, "round", 12); /* 11 */
	btf__add_typedef(b, "about", 11); /* 12 */
	k = kernel_of(state, b);
	assert_int_equal(kernel_prototype(k, "endless_pointer", &p, &e), -EINVAL);
	assert_string_equal(e.text, "the BTF of kernel 6.1.0 is damaged at endless_pointer");
	assert_int_equal(kernel_prototype(k, "endless_proto", &p, &e), -EINVAL);
	assert_int_equal(kernel_type_size(k, "struct whole", &size, &align), -ENOENT);
	assert_int_equal(kernel_type_size(k, "round", &size, &align), -ENOENT);
	assert_int_equal(kernel_has_field(k, "outer", "none"), 0);
	kernel_proto_free(&p);
	error_clear(&e);
	kernel_close(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_prototypes),
		cmocka_unit_test(offers_names_for_a_missing_function),
		cmocka_unit_test(finds_members_and_types),
		cmocka_unit_test(measures_types),
		cmocka_unit_test(takes_functions_from_btf),
		cmocka_unit_test(refuses_what_is_no_btf),
		cmocka_unit_test(survives_every_spoilt_byte),
		cmocka_unit_test(survives_endless_types),
	};

	libbpf_set_print(NULL); /* as main does */
	return cmocka_run_group_tests(tests, kernels_enter, kernels_leave);
}
