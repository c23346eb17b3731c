/* SPDX-License-Identifier: Apache-2.0 */
#include "export/label.h"

#include <string.h>

#include "base/escape.h"
#include "export/registry.h"

size_t label_text(char *out, const char *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)data[i];
		size_t part = c ? escape_sequence(data + i, len - i) : 0;

		if (n + (part ? part : 4) > REGISTRY_VALUE_MAX)
			break;
		if (part) {
			memcpy(out + n, data + i, part);
			n += part;
			i += part;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
		i++;
	}
	return n;
}
