/* SPDX-License-Identifier: Apache-2.0 */
/* Names of user programs' addresses: our own binary, the C library, the vdso, and files made up. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/demangle.h"
#include "user/image.h"
#include "user/jit.h"
#include "user/maps.h"
#include "user/users.h"

__attribute__((noinline)) static int known_function(int n)
{
	return n * 3 + 1;
}

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static struct users_symbol symbol(struct users *u, pid_t pid, uint64_t addr, bool after, int want)
{
	struct users_symbol s;

	assert_int_equal(users_symbol(u, (uint32_t)pid, addr, after, &s), want);
	return s;
}

static void functions_of_our_own_and_of_libraries(void **state)
{
	struct users *u = users_new(NULL);
	struct users_symbol s;

	(void)state;
	s = symbol(u, getpid(), address(known_function) + 2, false, 0);
	assert_string_equal(s.name, "known_function");
	assert_string_equal(s.module, "test_users");
	assert_int_equal(s.offset, 2);

	/* A program's own pointer to it may be one to a stub. */
	s = symbol(u, getpid(), address(dlsym(RTLD_NEXT, "insque")), false, 0);
	assert_string_equal(s.name, "insque");
	assert_string_equal(s.module, "libc.so.6");
	assert_int_equal(s.offset, 0);
	users_free(u);
}

/* The address behind a call may be the next function's first. */
static void the_caller_is_found_from_behind_a_call(void **state)
{
	struct users *u = users_new(NULL);
	uint64_t start = address(known_function);
	struct users_symbol s = symbol(u, getpid(), start, true, 0);

	(void)state;
	assert_string_not_equal(s.name, "known_function");
	s = symbol(u, getpid(), start + 1, true, 0);
	assert_string_equal(s.name, "known_function");
	assert_int_equal(s.offset, 1);
	users_free(u);
}

static void functions_of_the_vdso(void **state)
{
	uint64_t base = getauxval(AT_SYSINFO_EHDR);
	struct users *u = users_new(NULL);
	bool any = false;

	(void)state;
	for (uint64_t at = base; base && at < base + 4096 && !any; at += 16) {
		struct users_symbol s;

		if (users_symbol(u, (uint32_t)getpid(), at, false, &s) == 0) {
			assert_string_equal(s.module, "[vdso]");
			any = strstr(s.name, "clock_gettime") || strstr(s.name, "gettimeofday");
		}
	}
	assert_true(any || !base);
	users_free(u);
}

static void what_is_not_known_says_so(void **state)
{
	struct users *u = users_new(NULL);
	struct users_symbol s = symbol(u, getpid(), 16, false, -ENOENT);
	int fds[2], status;
	pid_t child;

	(void)state;
	assert_string_equal(s.name, "");
	assert_string_equal(s.module, "");
	assert_int_equal(s.offset, 16);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child) {
		char c;

		close(fds[1]);
		_exit((int)read(fds[0], &c, 1));
	}
	close(fds[0]);
	s = symbol(u, child, address(known_function), false, 0);
	assert_string_equal(s.name, "known_function");
	close(fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* It has ended, but was seen before; after its maps would be read anew, too. */
	usleep(1100000);
	s = symbol(u, child, address(known_function), false, 0);
	assert_string_equal(s.name, "known_function");
	users_free(u);

	u = users_new(NULL);
	s = symbol(u, child, address(known_function), false, -ESRCH);
	assert_string_equal(s.name, "");
	assert_int_equal(s.offset, address(known_function));
	users_free(u);
}

/* Code that came later is looked for again. */
static void a_library_that_is_loaded_later(void **state)
{
	struct users *u = users_new(NULL);
	struct users_symbol s = symbol(u, getpid(), address(known_function), false, 0);
	void *lib = dlopen("libm.so.6", RTLD_NOW);

	(void)state;
	assert_non_null(lib);
	usleep(150000);
	s = symbol(u, getpid(), address(dlsym(lib, "cbrt")), false, 0);
	assert_string_equal(s.name, "cbrt");
	assert_string_equal(s.module, "libm.so.6");
	dlclose(lib);
	users_free(u);
}

/* A copy of our binary, deleted while it runs: map_files has it (as root alone). */
static void a_file_that_was_deleted(void **state)
{
	char path[] = "/tmp/test_users.XXXXXX", copy[256], line[64];
	int to = mkstemp(path), fds[2], status;
	struct users *u = users_new(NULL);
	struct users_symbol s;
	struct maps m;
	pid_t child;

	(void)state;
	if (getuid())
		skip();
	snprintf(copy, sizeof(copy), "cp /proc/%d/exe %s && chmod 755 %s", getpid(), path, path);
	close(to);
	assert_int_equal(system(copy), 0);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child) {
		dup2(fds[1], 1);
		execl(path, path, "wait", NULL);
		_exit(1);
	}
	close(fds[1]);
	assert_true(read(fds[0], line, sizeof(line)) > 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(maps_read(&m, (uint32_t)child), 0);
	maps_free(&m);
	s = symbol(u, child, strtoull(line, NULL, 16), false, 0);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(fds[0]);
	assert_string_equal(s.name, "known_function");
	assert_string_equal(s.module, path + strlen("/tmp/"));
	users_free(u);
}

/* Memory that is no file's: the process's own list, if it is its user's. */
static void functions_that_were_compiled_at_run_time(void **state)
{
	uint64_t page = address(
		mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	struct users *u = users_new(NULL);
	struct users_symbol s;
	char path[64];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	unlink(path); /* another process's that had our number, and another user */
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%llx 40 LazyCompile:~old x.js:1\nnonsense\n%llx 20 LazyCompile:~add x.js:3\n",
		(unsigned long long)page + 16, (unsigned long long)page + 16);
	fclose(f);
	s = symbol(u, getpid(), page + 18, false, 0);
	assert_string_equal(s.name, "LazyCompile:~add x.js:3");
	assert_string_equal(s.module, "[JIT]");
	assert_int_equal(s.offset, 2);
	users_free(u);

	if (!getuid()) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		u = users_new(NULL);
		s = symbol(u, getpid(), page + 18, false, 0);
		assert_string_equal(s.name, "");
		assert_string_equal(s.module, "[anon]");
		users_free(u);
	}
	unlink(path);
}

static void maps_are_parsed(void **state)
{
	static const char text[] =
		"00400000-00401000 r-xp 00001000 08:02 77                         /usr/bin/a b\n"
		"00401000-00402000 r--p 00002000 08:02 77                         /usr/bin/a b\n"
		"7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
		"7f0000002000-7f0000003000 r-xp 00000000 00:1f 99                 /tmp/x "
		"(deleted)\n"
		"this is no line of maps\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]";
	struct maps m;

	(void)state;
	assert_int_equal(maps_parse(&m, text), 0);
	assert_int_equal(m.n, 4);
	assert_string_equal(m.v[0].path, "/usr/bin/a b");
	assert_int_equal(m.v[0].offset, 0x1000);
	assert_int_equal(m.v[0].ino, 77);
	assert_true(map_has_file(&m.v[0]));
	assert_string_equal(m.v[1].path, "");
	assert_false(map_has_file(&m.v[1]));
	assert_true(map_has_file(&m.v[2]));
	assert_ptr_equal(maps_find(&m, 0x400fff), &m.v[0]);
	assert_null(maps_find(&m, 0x401000));
	assert_null(maps_find(&m, 0x3fffff));
	assert_ptr_equal(maps_find(&m, 0xffffffffff600000), &m.v[3]);
	assert_null(maps_find(&m, UINT64_MAX));
	maps_free(&m);
	assert_int_equal(maps_parse(&m, ""), 0);
	assert_null(maps_find(&m, 0));
	maps_free(&m);
	assert_int_equal(maps_read(&m, 0x7fffffff), -ENOENT);
	maps_free(&m);
}

static void what_is_no_elf_file_is_refused(void **state)
{
	char path[] = "/tmp/test_users.XXXXXX", byte;
	int fd = mkstemp(path), own = open("/proc/self/exe", O_RDONLY), part;
	struct image *im = NULL;

	(void)state;
	unlink(path);
	assert_int_equal(image_read(&im, fd, NULL, 1 << 20), -ENOEXEC);
	assert_int_equal(write(fd, "\177ELF\2\1\1", 7), 7);
	assert_int_equal(image_read(&im, fd, NULL, 1 << 20), -ENOEXEC);
	/* Cut anywhere, it is refused or has fewer functions. */
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	for (int n = 0; n < 4096 && read(own, &byte, 1) == 1; n++)
		assert_int_equal(write(fd, &byte, 1), 1);
	part = image_read(&im, fd, NULL, 64 << 20);
	if (!part)
		image_free(im);
	/* Too large is told, not read. */
	assert_int_equal(image_read(&im, own, NULL, 100), -EFBIG);
	close(own);
	close(fd);
}

static void names_of_cxx_are_written_as_people_do(void **state)
{
	struct demangler d = {0};
	char out[64], longest[3000];
	bool there;

	(void)state;
	demangle(&d, "main", out, sizeof(out));
	assert_string_equal(out, "main");
	assert_false(d.tried);
	demangle(&d, "_ZN3foo3barEi", out, sizeof(out));
	there = d.library != NULL;
	assert_string_equal(out, there ? "foo::bar(int)" : "_ZN3foo3barEi");
	demangle(&d, "_Zgarbage", out, sizeof(out));
	assert_string_equal(out, "_Zgarbage");
	memset(longest, 'i', sizeof(longest));
	memcpy(longest, "_Z1f", 4);
	longest[sizeof(longest) - 1] = '\0';
	demangle(&d, longest, out, sizeof(out));
	assert_int_equal(strlen(out), sizeof(out) - 1);
	demangle_end(&d);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_our_own_and_of_libraries),
		cmocka_unit_test(the_caller_is_found_from_behind_a_call),
		cmocka_unit_test(functions_of_the_vdso),
		cmocka_unit_test(what_is_not_known_says_so),
		cmocka_unit_test(a_library_that_is_loaded_later),
		cmocka_unit_test(a_file_that_was_deleted),
		cmocka_unit_test(functions_that_were_compiled_at_run_time),
		cmocka_unit_test(maps_are_parsed),
		cmocka_unit_test(what_is_no_elf_file_is_refused),
		cmocka_unit_test(names_of_cxx_are_written_as_people_do),
	};

	if (argc > 1 && strcmp(argv[1], "wait") == 0) {
		printf("%llx\n", (unsigned long long)address(known_function));
		fflush(stdout);
		pause();
	}
	return known_function(0) != 1 || cmocka_run_group_tests(tests, NULL, NULL);
}
