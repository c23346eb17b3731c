/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/embedded.h"

#include <link.h>
#include <string.h>

/* The last of them is what a future copy of bpf.h may use. */
static const struct {
	enum embedded_header header;
	const char *guard;
} guards[] = {
	{EMBEDDED_BPF, "#ifndef _UAPI__LINUX_BPF_H__\n"},
	{EMBEDDED_HELPERS, "#ifndef __BPF_HELPERS_H\n"},
	{EMBEDDED_PROTO, "#ifndef __BCC_PROTO_H\n"},
	{EMBEDDED_BPF, "#ifndef __LINUX_BPF_H__\n"},
};

static void search(struct embedded *found, const char *start, size_t len)
{
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++) {
		const char **text = &found->text[guards[i].header];
		const char *p;

		if (*text)
			continue;
		p = memmem(start, len, guards[i].guard, strlen(guards[i].guard));
		if (!p || !memchr(p, '\0', (size_t)(start + len - p)))
			continue;
		while (p > start && p[-1])
			p--;
		*text = p;
	}
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size;
	name = name ? name + 1 : info->dlpi_name;
	if (strncmp(name, "libbcc.so", strlen("libbcc.so")) != 0)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_LOAD && (ph->p_flags & (PF_R | PF_W)) == PF_R)
			search(data, (const char *)(info->dlpi_addr + ph->p_vaddr), ph->p_filesz);
	}
	return 1;
}

void embedded_find(struct embedded *found)
{
	*found = (struct embedded){0};
	dl_iterate_phdr(look_at_object, found);
}
