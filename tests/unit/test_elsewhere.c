/* SPDX-License-Identifier: Apache-2.0 */
/* Probes that are not in the kernel's text, and fields that are neither numbers nor text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#include "object/layout.h"
#include "output/value.h"
#include "tool/perf_event.h"

static void test_samples(void **state)
{
	static const char *const bad[] = {"",
					  "software",
					  "software:",
					  "software:none",
					  "none:cpu-clock",
					  "software:cpu-clock:0",
					  "software:cpu-clock@0",
					  "software:cpu-clock@1000000",
					  "software:cpu-clock:x",
					  "software:cpu-clock@",
					  "hardware:cpu-clock",
					  "-1:0"};
	struct perf_event event;
	struct error e = {0};

	(void)state;
	assert_int_equal(perf_event_parse("software:cpu-clock@99", &event, &e), 0);
	assert_int_equal(event.type, PERF_TYPE_SOFTWARE);
	assert_int_equal(event.config, PERF_COUNT_SW_CPU_CLOCK);
	assert_true(event.frequency);
	assert_int_equal(event.rate, 99);
	assert_false(perf_event_is_hardware(&event));
	assert_int_equal(perf_event_parse("hardware:cache-misses:1000", &event, &e), 0);
	assert_int_equal(event.type, PERF_TYPE_HARDWARE);
	assert_int_equal(event.config, PERF_COUNT_HW_CACHE_MISSES);
	assert_false(event.frequency);
	assert_int_equal(event.rate, 1000);
	assert_true(perf_event_is_hardware(&event));
	assert_int_equal(perf_event_parse("1:2", &event, &e), 0);
	assert_int_equal(event.config, 2);
	assert_int_equal(event.rate, 0);
	assert_int_equal(perf_event_parse("raw:0x1a8:100", &event, &e), 0);
	assert_int_equal(event.type, PERF_TYPE_RAW);
	assert_int_equal(event.config, 0x1a8);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(perf_event_parse(bad[i], &event, &e) < 0);
		assert_int_equal(e.fault, FAULT_USAGE);
		error_clear(&e);
	}
}

static void shows(const struct layout_field *f, enum cell_kind kind, const void *data, size_t size,
		  const char *text)
{
	struct cell c = {.kind = kind,
			 .size = f->size,
			 .has_field = true,
			 .element = f->element,
			 .element_signed = f->element_signed};
	char out[256];
	size_t len = value_bytes_text(&c, data, size, out, sizeof(out));

	assert_int_equal(len, strlen(text));
	assert_memory_equal(out, text, len);
}

static void test_fields(void **state)
{
	char *fields[] = {"a#u16[3]", "b#unsigned __int128", "c#s32 [2]", "d#char[4]",
			  "e#u8[2][2]"};
	const struct object_map map = {.name = (char *)"events", .nfields = 5, .fields = fields};
	const uint16_t numbers[] = {1, 0, 65535};
	const int32_t negative[] = {-5, 7};
	unsigned char v4[] = {127, 0, 0, 1}, v6[16] = {[15] = 1};
	struct error e = {0};
	struct layout l;

	(void)state;
	assert_int_equal(layout_make(&l, &map, NULL, &e), 0);
	assert_int_equal(l.fields[1].offset, 16);
	assert_int_equal(l.fields[1].size, 16);
	assert_int_equal(l.fields[1].kind, LAYOUT_BYTES);
	assert_int_equal(l.fields[3].kind, LAYOUT_CHARS);
	assert_int_equal(l.fields[4].size, 4);
	shows(&l.fields[0], CELL_BYTES, numbers, 6, "1,0,65535");
	shows(&l.fields[0], CELL_BYTES, numbers, 5, "1,0"); /* the event was cut */
	shows(&l.fields[2], CELL_BYTES, negative, 8, "-5,7");
	shows(&l.fields[1], CELL_BYTES, v6, 16, "00000000000000000000000000000001");
	shows(&l.fields[1], CELL_IP, v6, 16, "::1");
	l.fields[0].size = 4;
	shows(&l.fields[0], CELL_IP, v4, 4, "127.0.0.1");
	layout_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
