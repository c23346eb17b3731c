/* SPDX-License-Identifier: Apache-2.0 */
#include "output/value.h"

#define NAME_ROOM (VALUE_TEXT_MAX / 2) /* of which the file's own name may take so much */

static size_t add(char *out, size_t len, size_t room, const char *text, size_t n)
{
	n = n < room - len ? n : room - len;
	memcpy(out + len, text, n);
	return len + n;
}

/*
 * The directories came from the file's own upwards, each ended by a NUL, "/" after the topmost:
 * they are written from the last to the first. Without that "/" the top was out of reach.
 */
static size_t put_dirs(const char *dirs, size_t have, char *out)
{
	const char *end = dirs + have;
	size_t len = 0;

	if (end[-1] == '/' && (have == 1 || end[-2] == '\0'))
		end = have == 1 ? dirs : end - 2;
	else
		len = add(out, 0, NAME_ROOM, "...", 3);
	while (end > dirs && len < NAME_ROOM) {
		const char *start = end;

		while (start > dirs && start[-1] != '\0')
			start--;
		len = add(out, len, NAME_ROOM, "/", 1);
		len = add(out, len, NAME_ROOM, start, (size_t)(end - start));
		end = start > dirs ? start - 1 : dirs;
	}
	return len;
}

size_t value_path(const struct cell *c, const char *data, size_t size, char *out)
{
	const char *name = data + c->offset, *dirs = data + c->dirs_offset;
	size_t bytes = value_bytes(c, size), n = strnlen(name, bytes), have = 0, len;

	if (c->dirs_size && size > c->dirs_offset)
		have = size - c->dirs_offset < c->dirs_size ? size - c->dirs_offset : c->dirs_size;
	while (have && dirs[have - 1] == '\0')
		have--;
	if ((n && *name == '/') || !have)
		return add(out, 0, VALUE_TEXT_MAX, name, n);
	len = put_dirs(dirs, have, out);
	/* A directory alone has no slash behind it, but for the root. */
	if (n || !len)
		out[len++] = '/';
	return add(out, len, VALUE_TEXT_MAX, name, n);
}

bool value_function(const struct cell *c, const char *data, struct kernel *k,
		    char name[VALUE_FUNCTION_MAX], uint64_t *start)
{
	*start = value_unsigned(data + c->offset, c->size);
	return k && !kernel_function_at(k, *start, name, VALUE_FUNCTION_MAX, start);
}
