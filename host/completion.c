/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "completion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* The files' names are those that the shells look for. */
static const struct {
	const char *name, *file;
} shells[] = {
	{"bash", "bcchost"},
	{"zsh", "_bcchost"},
};

static int print_script(const struct find *f, const char *file, struct error *e)
{
	char *path = NULL, *text = NULL;
	int err;

	if (!*f->shipped)
		return error_set(e, FAULT_RUN, -ENOENT,
				 "the scripts for shells are not there: this bcchost was installed "
				 "without its share/bcchost");
	if (asprintf(&path, "%s/completion/%s", f->shipped, file) < 0)
		return error_nomem(e);
	err = file_read(path, &text, NULL, e);
	if (!err)
		fputs(text, stdout);
	free(text);
	free(path);
	return err;
}

int completion(const struct find *f, int argc, char **argv, struct error *e)
{
	const char *what = argc > 1 ? argv[1] : "";
	bool described = strcmp(what, "described") == 0;

	if (argc > 2 && (described || strcmp(what, "words") == 0)) {
		completion_words(f, argc - 1, argv + 1, described);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(what, shells[i].name) == 0)
			return print_script(f, shells[i].file, e);
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "`bcchost completion` takes one word: bash or zsh");
}
