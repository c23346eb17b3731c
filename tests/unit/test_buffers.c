/* SPDX-License-Identifier: Apache-2.0 */
/* The size of the buffers for events, and how long they may be left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trace/buffers.h"

#define KB ((uint64_t)1 << 10)
#define MB ((uint64_t)1 << 20)

static uint32_t ring(uint64_t memory, uint64_t cpus, uint32_t pages)
{
	struct buffers_machine m = {.memory = memory, .page = 4096, .cpus = cpus};

	return buffers_ring_bytes(&m, pages);
}

static uint32_t perf(uint64_t memory, uint64_t cpus, uint32_t pages)
{
	struct buffers_machine m = {.memory = memory, .page = 4096, .cpus = cpus};

	return buffers_perf_pages(&m, pages);
}

static void rings_are_sized_by_the_machine(void **state)
{
	(void)state;
	assert_int_equal(ring(3072 * MB, 2, 0), 4 * MB);
	assert_int_equal(ring(3072 * MB, 1, 0), 2 * MB);
	assert_int_equal(ring(3072 * MB, 3, 0), 4 * MB); /* a power of two */
	assert_int_equal(ring(512 * MB, 8, 0), 2 * MB);
	assert_int_equal(ring(500 * MB, 8, 0), 1 * MB);
	assert_int_equal(ring(8 * MB, 1, 0), 64 * KB);
	assert_int_equal(ring(4096 * 1024 * MB, 512, 0), 64 * MB);
}

static void rings_are_as_large_as_asked_for(void **state)
{
	(void)state;
	assert_int_equal(ring(512 * MB, 1, 1), 4 * KB);
	assert_int_equal(ring(512 * MB, 2, 64), 512 * KB);
	assert_int_equal(ring(512 * MB, 3, 64), 1 * MB);
	assert_int_equal(ring(512 * MB, 2, 65536), 512 * MB);
	assert_int_equal(ring(512 * MB, 3, 65536), 1024 * MB);
	assert_int_equal(ring(512 * MB, 8, 65536), 2048 * MB);
	assert_int_equal(ring(512 * MB, 512, 65536), 2048 * MB);
}

static void perf_buffers_too(void **state)
{
	(void)state;
	assert_int_equal(perf(3072 * MB, 2, 0), 128);
	assert_int_equal(perf(128 * MB, 4, 0), 32);
	assert_int_equal(perf(8 * MB, 64, 0), 1);
	assert_int_equal(perf(3072 * MB, 2, 16), 16);
}

static void small_buffers_are_not_left_alone(void **state)
{
	(void)state;
	assert_int_equal(buffers_rest(64 * MB), 10000000);
	assert_int_equal(buffers_rest(4 * MB), 10000000);
	assert_int_equal(buffers_rest(400 * 1000), 1000000);
	assert_int_equal(buffers_rest(256 * KB), 0);
	assert_int_equal(buffers_rest(4096), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_are_sized_by_the_machine),
		cmocka_unit_test(rings_are_as_large_as_asked_for),
		cmocka_unit_test(perf_buffers_too),
		cmocka_unit_test(small_buffers_are_not_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
