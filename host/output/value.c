/* SPDX-License-Identifier: Apache-2.0 */
#include "output/value.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "output/number.h"

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

static size_t add_element(char *to, const struct cell *c, const char *at)
{
	int64_t v;

	if (!c->element)
		return (size_t)sprintf(to, "%02x", (unsigned char)*at);
	if (!c->element_signed)
		return number_base(to, value_unsigned(at, c->element), 10, 0);
	v = value_signed(at, c->element);
	if (v >= 0)
		return number_base(to, (uint64_t)v, 10, 0);
	*to = '-';
	return 1 + number_base(to + 1, -(uint64_t)v, 10, 0);
}

/* In network order, as the kernel keeps it. */
static size_t ip_text(const struct cell *c, const char *data, char *out, size_t room)
{
	char text[INET6_ADDRSTRLEN] = "";
	size_t len;

	inet_ntop(c->size == 4 ? AF_INET : AF_INET6, data + c->offset, text, sizeof(text));
	len = strlen(text) < room ? strlen(text) : room;
	memcpy(out, text, len);
	return len;
}

size_t value_bytes_text(const struct cell *c, const char *data, size_t size, char *out, size_t room)
{
	size_t max, step = c->element ? c->element : 1, len = 0;

	if (c->kind == CELL_IP)
		return ip_text(c, data, out, room);
	max = value_bytes(c, size);
	for (size_t at = 0; at + step <= max && len + NUMBER_MAX + 2 < room; at += step) {
		if (c->element && at)
			out[len++] = ',';
		len += add_element(out + len, c, data + c->offset + at);
	}
	return len;
}

bool value_formula(const struct cell *c, const char *data, size_t size, double *value)
{
	double fields[FORMULA_MAX_FIELDS];

	for (size_t i = 0; i < c->formula->nfields; i++) {
		const struct cell_number *n = &c->numbers[i];

		if ((size_t)n->offset + n->size > size)
			return false;
		fields[i] = n->is_signed ? (double)value_signed(data + n->offset, n->size)
					 : (double)value_unsigned(data + n->offset, n->size);
	}
	return formula_value(c->formula, fields, value);
}
