/* SPDX-License-Identifier: Apache-2.0 */
/* When a tool at work reads, prints and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trace/pace.h"

static void intervals_are_counted_and_the_last_waits_for_the_end(void **state)
{
	struct pace p = {.interval = 100, .next_tick = 100};

	(void)state;
	assert_int_equal(pace_tick(&p, 99, 3), PACE_WAIT);
	assert_int_equal(pace_tick(&p, 100, 3), PACE_PRINT);
	assert_int_equal(pace_tick(&p, 150, 3), PACE_WAIT);
	assert_int_equal(pace_tick(&p, 450, 3), PACE_PRINT); /* one long interval, not three */
	assert_int_equal(p.next_tick, 500);
	assert_int_equal(pace_tick(&p, 500, 3), PACE_LAST);
}

static void what_is_left_before_the_deadline_is_of_the_last_interval(void **state)
{
	struct pace p = {.interval = 100, .next_tick = 100, .deadline = 140};

	(void)state;
	assert_int_equal(pace_tick(&p, 100, 0), PACE_WAIT);
	assert_false(pace_over(&p, 139));
	assert_true(pace_over(&p, 140));
}

static void poll_waits_for_what_comes_first(void **state)
{
	struct pace p = {.next_look = 9000000};

	(void)state;
	assert_int_equal(pace_timeout(&p, 0), 9);
	p.deadline = 5000001;
	assert_int_equal(pace_timeout(&p, 0), 6);
	p.next_tick = 1000000; /* of no interval */
	assert_int_equal(pace_timeout(&p, 0), 6);
	p.interval = 1000000;
	assert_int_equal(pace_timeout(&p, 0), 1);
	assert_int_equal(pace_timeout(&p, 1000000), 0);
}

static void after_events_the_buffer_is_left_alone_for_a_while(void **state)
{
	struct pace p = {.rest = 10};

	(void)state;
	pace_read(&p, false);
	assert_int_equal(p.next_read, 0);
	pace_read(&p, true);
	assert_true(p.next_read > 0);
	assert_false(pace_rested(&p, p.next_read - 1));
	assert_true(pace_rested(&p, p.next_read));
	p.rest = 0;
	pace_read(&p, true);
	assert_int_equal(p.next_read, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_counted_and_the_last_waits_for_the_end),
		cmocka_unit_test(what_is_left_before_the_deadline_is_of_the_last_interval),
		cmocka_unit_test(poll_waits_for_what_comes_first),
		cmocka_unit_test(after_events_the_buffer_is_left_alone_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
