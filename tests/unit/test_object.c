/* SPDX-License-Identifier: Apache-2.0 */
/* The packed object: what comes back, and that no damage to it is a crash. */
#include <errno.h>
#include <linux/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/object.h"

static struct bpf_insn insns[] = {
	{.code = BPF_LD | BPF_DW | BPF_IMM, .src_reg = BPF_PSEUDO_MAP_FD, .imm = 1},
	{0},
	{.code = BPF_JMP | BPF_EXIT},
};

static struct bpf_line_info lines[] = {
	{.insn_off = 0, .file_name_off = 1, .line_col = 7 << 10},
	{.insn_off = 2, .file_name_off = 1, .line_col = 9 << 10 | 3},
};

static char strings[] = "\0./templates/a.bpf.c";

static struct {
	struct btf_header h;
	char strings[sizeof(strings)];
} btf;

#define BTF_SIZE (offsetof(typeof(btf), strings) + sizeof(strings))

static char *fields[] = {"pid#u32", "comm#char[16]"};

static struct object_map maps[] = {
	{.name = "birth",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = 8,
	 .value_size = 8,
	 .max_entries = 10240,
	 .inner = 1,
	 .key_desc = "\"unsigned long long\"",
	 .leaf_desc = ""},
	{.name = "events",
	 .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
	 .inner = -1,
	 .key_desc = "",
	 .leaf_desc = "",
	 .nfields = 2,
	 .fields = fields},
};

static struct object_prog progs[] = {
	{.name = "on_open",
	 .ninsns = 3,
	 .insns = insns,
	 .line_info_size = sizeof(lines[0]),
	 .line_info_count = 2,
	 .line_info = lines},
	{.name = "empty"},
};

static struct object whole = {
	.license = "GPL",
	.kern_version = 0x60132,
	.nmaps = 2,
	.maps = maps,
	.nprogs = 2,
	.progs = progs,
	.btf_size = BTF_SIZE,
	.btf = &btf,
};

static int make_btf(void **state)
{
	(void)state;
	btf.h = (struct btf_header){.magic = BTF_MAGIC,
				    .version = 1,
				    .hdr_len = sizeof(btf.h),
				    .str_len = sizeof(btf.strings)};
	memcpy(btf.strings, strings, sizeof(strings));
	return 0;
}

static void *pack(size_t *len)
{
	void *data;

	assert_int_equal(object_pack(&whole, &data, len, NULL), 0);
	return data;
}

static void packs_and_unpacks(void **state)
{
	struct object *o;
	size_t len;
	void *data = pack(&len);

	(void)state;
	assert_int_equal(object_unpack(data, len, &o, NULL), 0);
	free(data);
	assert_string_equal(o->license, "GPL");
	assert_int_equal(o->kern_version, 0x60132);
	assert_int_equal(o->nmaps, 2);
	assert_int_equal(o->maps[0].inner, 1);
	assert_int_equal(o->maps[0].max_entries, 10240);
	assert_string_equal(o->maps[0].key_desc, maps[0].key_desc);
	assert_int_equal(o->maps[1].inner, -1);
	assert_int_equal(o->maps[1].nfields, 2);
	assert_string_equal(o->maps[1].fields[1], "comm#char[16]");
	assert_int_equal(o->nprogs, 2);
	assert_memory_equal(o->progs[0].insns, insns, sizeof(insns));
	assert_int_equal(o->progs[0].line_info_count, 2);
	assert_int_equal(o->progs[1].ninsns, 0);
	assert_memory_equal(o->btf, &btf, BTF_SIZE);
	object_free(o);
}

static void finds_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(object_map_find(&whole, "events"), &maps[1]);
	assert_null(object_map_find(&whole, "event"));
	assert_ptr_equal(object_prog_find(&whole, "on_open"), &progs[0]);
	assert_null(object_prog_find(&whole, ""));
}

static void tells_the_source_line(void **state)
{
	const char *file;
	uint32_t line;

	(void)state;
	assert_int_equal(object_source_line(&whole, &progs[0], 0, &file, &line), 0);
	assert_string_equal(file, "templates/a.bpf.c");
	assert_int_equal(line, 7);
	assert_int_equal(object_source_line(&whole, &progs[0], 1, &file, &line), 0);
	assert_int_equal(line, 7);
	assert_int_equal(object_source_line(&whole, &progs[0], 2, &file, &line), 0);
	assert_int_equal(line, 9);
	assert_int_equal(object_source_line(&whole, &progs[1], 0, &file, &line), -ENOENT);
}

static void survives_damaged_btf(void **state)
{
	struct object o = whole;
	const char *file;
	uint32_t line;

	(void)state;
	for (size_t len = 0; len < BTF_SIZE; len++) {
		void *part = malloc(len ? len : 1);

		assert_non_null(part);
		memcpy(part, &btf, len);
		o.btf = part;
		o.btf_size = len;
		assert_int_equal(object_source_line(&o, &progs[0], 0, &file, &line), -ENOENT);
		free(part);
	}
	btf.h.str_off = UINT32_MAX;
	assert_int_equal(object_source_line(&whole, &progs[0], 0, &file, &line), -ENOENT);
	btf.h.str_off = 0;
	btf.h.hdr_len = UINT32_MAX;
	assert_int_equal(object_source_line(&whole, &progs[0], 0, &file, &line), -ENOENT);
	btf.h.hdr_len = sizeof(btf.h);
}

/* The checksum that damaged bytes would need to get past the first check. */
static void mend_checksum(unsigned char *data, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325u;

	if (len < 24)
		return;
	for (size_t i = 24; i < len; i++)
		sum = (sum ^ data[i]) * 0x100000001b3u;
	memcpy(data + 16, &sum, sizeof(sum));
}

/* Unpacks a copy of exactly that size, so that ASan sees a byte too far. */
static int try_bytes(const unsigned char *data, size_t len, int mend)
{
	unsigned char *copy = malloc(len ? len : 1);
	struct error e = {0};
	struct object *o;
	const char *file;
	uint32_t line;
	int err;

	assert_non_null(copy);
	memcpy(copy, data, len);
	if (mend)
		mend_checksum(copy, len);
	err = object_unpack(copy, len, &o, &e);
	free(copy);
	if (err) {
		assert_true(err == -EBADMSG || err == -ENOMEM);
		assert_null(o);
		assert_non_null(e.text);
	} else {
		for (size_t i = 0; i < o->nprogs; i++)
			object_source_line(o, &o->progs[i], 1, &file, &line);
		object_free(o);
	}
	error_clear(&e);
	return err;
}

static void survives_truncation(void **state)
{
	size_t len;
	unsigned char *data = pack(&len);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		assert_int_not_equal(try_bytes(data, n, 0), 0);
		assert_int_not_equal(try_bytes(data, n, 1), 0);
	}
	free(data);
}

static void survives_flipped_bits(void **state)
{
	size_t len;
	unsigned char *data = pack(&len);

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(try_bytes(data, len, 0), -EBADMSG);
		try_bytes(data, len, 1);
		data[bit / 8] ^= 1 << bit % 8;
	}
	free(data);
}

static void survives_noise(void **state)
{
	size_t len;
	unsigned char *data = pack(&len);
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned char *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, data, len);
		for (int n = 0; n < 4; n++) {
			seed = seed * 1664525 + 1013904223;
			copy[24 + (seed >> 8) % (len - 24)] = seed & 1 ? 0xff : (seed >> 3) & 0xff;
		}
		try_bytes(copy, len, 1);
		free(copy);
	}
	free(data);
}

static void refuses_what_is_no_object(void **state)
{
	struct object *o;

	(void)state;
	assert_int_equal(object_unpack("", 0, &o, NULL), -EBADMSG);
	assert_int_equal(object_unpack("#!/bin/sh\necho this is something else", 36, &o, NULL),
			 -EBADMSG);
}

/* The loader indexes the maps by what instructions say. */
static void refuses_a_map_that_is_not_there(void **state)
{
	struct object *o;
	size_t len;
	void *data;

	(void)state;
	insns[0].imm = 2;
	data = pack(&len);
	insns[0].imm = 1;
	assert_int_equal(object_unpack(data, len, &o, NULL), -EBADMSG);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packs_and_unpacks),
		cmocka_unit_test(finds_by_name),
		cmocka_unit_test(tells_the_source_line),
		cmocka_unit_test(survives_damaged_btf),
		cmocka_unit_test(survives_truncation),
		cmocka_unit_test(survives_flipped_bits),
		cmocka_unit_test(survives_noise),
		cmocka_unit_test(refuses_what_is_no_object),
		cmocka_unit_test(refuses_a_map_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, make_btf, NULL);
}
