/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of objects: what it gives back, what it does not take, what it keeps. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "object/cache.h"
#include "object/cached.h"

static char *top, dir[4096], libbcc[4096];

static int enter(void **state)
{
	int fd;

	(void)state;
	if (file_tmpdir(&top, NULL))
		return -1;
	snprintf(dir, sizeof(dir), "%s/cache", top);
	snprintf(libbcc, sizeof(libbcc), "%s/libbcc.so", top);
	fd = open(libbcc, O_WRONLY | O_CREAT, 0644);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return -1;
	close(fd);
	return setenv("BCCHOST_CACHE_DIR", dir, 1);
}

static int leave(void **state)
{
	(void)state;
	file_rmtree(top);
	free(top);
	return unsetenv("BCCHOST_CACHE_DIR");
}

static struct cache *opened(void)
{
	struct error e = {0};
	struct cache *c;

	if (cache_open(&c, &e))
		fail_msg("%s", e.text);
	return c;
}

static struct cache_key key_of(const char *text)
{
	struct cache_hash *h = cache_hash_new();
	struct cache_key key;

	cache_hash_str(h, text);
	cache_hash_end(h, &key);
	return key;
}

static void put(struct cache *c, const char *text, const char *name, size_t btf_size)
{
	struct cache_key key = key_of(text);
	struct object o = {
		.license = (char *)"GPL",
		.compiler = libbcc,
		.btf = calloc(1, btf_size + 1),
		.btf_size = btf_size,
	};
	struct error e = {0};

	if (cached_object_put(c, &key, name, &o, &e))
		fail_msg("%s", e.text);
	free(o.btf);
}

/* The error of looking it up; *why is what was said, the caller's to free. */
static int look(struct cache *c, const char *text, char **why)
{
	struct cache_key key = key_of(text);
	struct error e = {0};
	struct object *o;
	int err = cached_object_get(c, &key, &o, &e);

	if (!err)
		assert_string_equal(o->license, "GPL");
	else
		assert_null(o);
	object_free(o);
	if (why)
		*why = e.text ? strdup(e.text) : NULL;
	error_clear(&e);
	return err;
}

/* The one entry that there is. */
static const char *entry_path(void)
{
	static char path[8192];
	char command[8192];
	FILE *f;

	snprintf(command, sizeof(command), "ls %s/*.entry", dir);
	f = popen(command, "r");
	assert_non_null(fgets(path, sizeof(path), f));
	pclose(f);
	path[strcspn(path, "\n")] = '\0';
	return path;
}

static void gives_back_what_was_put(void **state)
{
	struct cache *c = opened();
	struct stat st;

	(void)state;
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(look(c, "a", NULL), -ENOENT);
	put(c, "a", "one", 10);
	assert_int_equal(look(c, "a", NULL), 0);
	assert_int_equal(look(c, "b", NULL), -ENOENT);
	put(c, "a", "one", 20); /* again: another process was faster */
	assert_int_equal(look(c, "a", NULL), 0);
	assert_int_equal(stat(entry_path(), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	cache_close(c);
}

static void lists_of_parts_are_not_alike(void **state)
{
	static const char *const parts[][3] = {{"a", "bc", ""}, {"ab", "c", ""}, {"ab", "c", NULL}};
	struct cache_key keys[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct cache_hash *h = cache_hash_new();

		for (size_t j = 0; j < 3; j++)
			cache_hash_str(h, parts[i][j]);
		cache_hash_end(h, &keys[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&keys[i], &keys[j], sizeof(keys[i]));
	}
}

/* Every byte of an entry, spoilt: never taken, never a crash. */
static void a_spoilt_byte_is_not_taken(void **state)
{
	struct cache *c = opened();
	const char *path;
	struct stat st;
	char *why;

	(void)state;
	put(c, "a", "one", 10);
	path = entry_path();
	assert_int_equal(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at++) {
		int fd = open(path, O_RDWR), err;
		char old, bad;

		assert_int_equal(pread(fd, &old, 1, at), 1);
		bad = (char)(old ^ 0x41);
		assert_int_equal(pwrite(fd, &bad, 1, at), 1);
		err = look(c, "a", &why);
		if (!err)
			fail_msg("byte %ld does not count", (long)at);
		assert_non_null(strstr(why, "is not taken"));
		free(why);
		assert_int_equal(pwrite(fd, &old, 1, at), 1);
		close(fd);
	}
	assert_int_equal(look(c, "a", NULL), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	assert_int_equal(look(c, "a", NULL), -EBADMSG);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(look(c, "a", NULL), -EBADMSG);
	put(c, "a", "one", 10); /* mends it */
	assert_int_equal(look(c, "a", NULL), 0);
	cache_close(c);
}

static void another_libbcc_makes_it_stale(void **state)
{
	struct cache *c = opened();
	char *why;
	int fd;

	(void)state;
	put(c, "a", "one", 10);
	fd = open(libbcc, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "y", 1), 1);
	close(fd);
	assert_int_equal(look(c, "a", &why), -ESTALE);
	assert_non_null(strstr(why, "libbcc is another one now"));
	free(why);
	cache_close(c);
}

static void what_others_can_read_is_not_taken(void **state)
{
	struct error e = {0};
	struct cache *c = opened();
	char *why;

	(void)state;
	put(c, "a", "one", 10);
	assert_int_equal(chmod(entry_path(), 0644), 0);
	assert_int_equal(look(c, "a", &why), -EPERM);
	free(why);
	cache_close(c);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(cache_open(&c, &e), -EPERM);
	assert_non_null(strstr(e.text, "it must be our own, with mode 0700"));
	error_clear(&e);
}

static void a_link_is_no_cache_and_no_entry(void **state)
{
	struct error e = {0};
	struct cache *c = opened();
	char other[8192];

	(void)state;
	put(c, "a", "one", 10);
	snprintf(other, sizeof(other), "%s/elsewhere", top);
	assert_int_equal(rename(entry_path(), other), 0);
	assert_int_equal(look(c, "a", NULL), -ENOENT);
	put(c, "a", "one", 10);
	{
		char path[8192];

		snprintf(path, sizeof(path), "%s", entry_path());
		assert_int_equal(unlink(path), 0);
		assert_int_equal(symlink(other, path), 0);
	}
	assert_int_equal(look(c, "a", NULL), -ELOOP);
	cache_close(c);
	snprintf(other, sizeof(other), "%s/link", top);
	assert_int_equal(symlink(dir, other), 0);
	assert_int_equal(setenv("BCCHOST_CACHE_DIR", other, 1), 0);
	assert_int_not_equal(cache_open(&c, &e), 0);
	error_clear(&e);
}

static void the_least_used_go_first(void **state)
{
	size_t size = 10 << 20;
	struct cache *c = opened();
	char text[2] = "a";
	size_t n;

	(void)state;
	/* Six are 60 MB; of the seventh on one has to go. The first is used, the second is not. */
	for (; *text < 'g'; (*text)++) {
		struct timespec t[] = {{1000 + *text, 0}, {1000 + *text, 0}};
		char command[8192];

		put(c, text, "one", size);
		snprintf(command, sizeof(command), "find %s -name '*.entry' -newermt 2000-01-01",
			 dir);
		{
			FILE *f = popen(command, "r");
			char path[8192];

			assert_non_null(fgets(path, sizeof(path), f));
			pclose(f);
			path[strcspn(path, "\n")] = '\0';
			assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
		}
	}
	assert_int_equal(look(c, "a", NULL), 0);
	put(c, "g", "one", size);
	assert_int_equal(look(c, "a", NULL), 0);
	assert_int_equal(look(c, "b", NULL), -ENOENT);
	assert_int_equal(look(c, "c", NULL), 0);
	assert_int_equal(look(c, "g", NULL), 0);
	assert_int_equal(cache_clear(c, &n, NULL), 0);
	assert_int_equal(n, 6);
	assert_int_equal(look(c, "a", NULL), -ENOENT);
	cache_close(c);
}

static void lists_its_entries(void **state)
{
	struct cache *c = opened();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	put(c, "a", "filelife", 10);
	assert_int_equal(cache_list(c, out, NULL), 0);
	fclose(out);
	assert_non_null(strstr(text, "ENTRY"));
	assert_non_null(strstr(text, "\nfilelife "));
	free(text);
	cache_close(c);
}

static void a_place_that_cannot_be_is_an_error(void **state)
{
	struct error e = {0};
	struct cache *c;

	(void)state;
	setenv("BCCHOST_CACHE_DIR", "/proc/no/cache", 1);
	assert_int_equal(cache_open(&c, &e), -ENOENT);
	assert_non_null(strstr(e.text, "no cache in /proc/no/cache"));
	error_clear(&e);
	setenv("BCCHOST_CACHE_DIR", libbcc, 1); /* a file */
	assert_int_not_equal(cache_open(&c, &e), 0);
	error_clear(&e);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_back_what_was_put),
		TEST(lists_of_parts_are_not_alike),
		TEST(a_spoilt_byte_is_not_taken),
		TEST(another_libbcc_makes_it_stale),
		TEST(what_others_can_read_is_not_taken),
		TEST(a_link_is_no_cache_and_no_entry),
		TEST(the_least_used_go_first),
		TEST(lists_its_entries),
		TEST(a_place_that_cannot_be_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
