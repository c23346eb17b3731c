/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

char *kernels_file(const char *name, const char *file)
{
	const char *dir = getenv("BCCHOST_KERNELS");
	char *path;

	if (!dir) {
		print_message("BCCHOST_KERNELS names no directory with kernels' facts\n");
		skip();
	}
	assert_true(asprintf(&path, "%s/%s/%s", dir, name, file) > 0);
	if (access(path, R_OK) < 0) {
		print_message("%s is missing\n", path);
		free(path);
		skip();
	}
	return path;
}

struct kernel *kernels_open(const struct kernel_sources *src)
{
	struct error e = {0};
	struct kernel *k;

	if (kernel_open(&k, src, &e) != 0)
		fail_msg("%s", e.text);
	assert_null(e.text);
	return k;
}

struct kernel *kernels_real(const char *name)
{
	char *btf = kernels_file(name, "btf"), *kallsyms = kernels_file(name, "kallsyms");
	char *path = kernels_file(name, "release"), *release;
	struct kernel_sources src = {.btf = btf, .kallsyms = kallsyms};
	struct kernel *k;

	assert_int_equal(file_read(path, &release, NULL, NULL), 0);
	release[strcspn(release, "\n")] = '\0';
	src.release = release;
	k = kernels_open(&src);
	free(release);
	free(path);
	free(kallsyms);
	free(btf);
	return k;
}

int kernels_enter(void **state)
{
	char *dir;

	if (file_tmpdir(&dir, NULL) != 0)
		return -1;
	*state = dir;
	return 0;
}

int kernels_leave(void **state)
{
	file_rmtree(*state);
	free(*state);
	return 0;
}

char *kernels_put(void **state, const char *name, const void *data, size_t len)
{
	char *path;
	FILE *f;

	assert_true(asprintf(&path, "%s/%s", (const char *)*state, name) > 0);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

void kernels_assert_params(struct kernel *k, const char *function, const char *result,
			   const char *params)
{
	struct kernel_proto p;
	struct error e = {0};
	struct buf b = {0};
	char *text;

	if (kernel_prototype(k, function, &p, &e) != 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < p.nparams; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", p.params[i].decl);
	text = buf_take(&b);
	assert_string_equal(text, params);
	assert_string_equal(p.result, result);
	assert_string_equal(p.function, function);
	free(text);
	kernel_proto_free(&p);
}
