/* SPDX-License-Identifier: Apache-2.0 */
/* The line on a terminal while a start takes long. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/progress.h"

/* A terminal that changes no bytes; *master reads what is written to it. */
static int open_terminal(int *master)
{
	struct termios raw;
	int slave;

	*master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*master >= 0);
	assert_int_equal(grantpt(*master), 0);
	assert_int_equal(unlockpt(*master), 0);
	slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	return slave;
}

static void assert_read(int master, const char *expected)
{
	char got[256];
	size_t len = 0, want = strlen(expected);

	while (len < want) {
		ssize_t n = read(master, got + len, want - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	got[len] = '\0';
	assert_string_equal(got, expected);
}

static void a_line_comes_and_goes(void **state)
{
	int master, slave = open_terminal(&master);
	struct progress *p;

	(void)state;
	setenv("TERM", "xterm", 1);
	p = progress_begin(slave, "starting", "opensnoop");
	assert_non_null(p);
	progress_step(p, "compiling");
	assert_read(master, "\r\033[Kbcchost: compiling opensnoop, 1 s\r");
	progress_end(p);
	assert_read(master, "\r\033[K");
	close(slave);
	close(master);
}

/* What takes no second leaves no trace. */
static void a_quick_start_has_no_line(void **state)
{
	int master, slave = open_terminal(&master);

	(void)state;
	setenv("TERM", "xterm", 1);
	progress_end(progress_begin(slave, "starting", "opensnoop"));
	assert_int_equal(write(slave, "!", 1), 1);
	assert_read(master, "!");
	close(slave);
	close(master);
}

static void only_a_terminal_that_erases_has_one(void **state)
{
	int master, slave = open_terminal(&master), fds[2];

	(void)state;
	setenv("TERM", "dumb", 1);
	assert_null(progress_begin(slave, "starting", "opensnoop"));
	unsetenv("TERM");
	assert_null(progress_begin(slave, "starting", "opensnoop"));
	setenv("TERM", "xterm", 1);
	assert_int_equal(pipe(fds), 0);
	assert_null(progress_begin(fds[1], "starting", "opensnoop"));
	progress_step(NULL, "compiling");
	progress_end(NULL);
	close(fds[0]);
	close(fds[1]);
	close(slave);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_and_goes),
		cmocka_unit_test(a_quick_start_has_no_line),
		cmocka_unit_test(only_a_terminal_that_erases_has_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
