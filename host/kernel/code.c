/* SPDX-License-Identifier: Apache-2.0 */
/* code: the kernel's own instructions, as /proc/kcore has them: an ELF core of its memory. */
#include "kernel/internal.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KCORE	     "/proc/kcore"
#define ENTRY_BYTES  9 /* endbr64, and the call or nop behind it */
#define ENDBR_BYTES  4
#define SEGMENTS_MAX 4096

struct core {
	int fd;
	Elf64_Phdr *segments;
	size_t n;
};

static bool read_all(int fd, void *out, size_t len, uint64_t at)
{
	return pread(fd, out, len, (off_t)at) == (ssize_t)len;
}

static int open_core(struct core *c, const char *path)
{
	Elf64_Ehdr head;

	c->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0)
		return -errno;
	if (!read_all(c->fd, &head, sizeof(head), 0) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_phentsize != sizeof(*c->segments) || head.e_phnum > SEGMENTS_MAX)
		return -EINVAL;
	c->n = head.e_phnum;
	c->segments = calloc(c->n ? c->n : 1, sizeof(*c->segments));
	if (!c->segments)
		return -ENOMEM;
	return read_all(c->fd, c->segments, c->n * sizeof(*c->segments), head.e_phoff) ? 0
										       : -EINVAL;
}

static void close_core(struct core *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->segments);
}

static bool read_at(const struct core *c, uint64_t addr, void *out, size_t len)
{
	for (size_t i = 0; i < c->n; i++) {
		const Elf64_Phdr *s = &c->segments[i];

		if (s->p_type == PT_LOAD && addr >= s->p_vaddr && len <= s->p_filesz &&
		    addr - s->p_vaddr <= s->p_filesz - len)
			return read_all(c->fd, out, len, s->p_offset + (addr - s->p_vaddr));
	}
	return false;
}

/* endbr64, or one of the nops of four bytes that the kernel puts over one that is not needed. */
static bool is_endbr(const unsigned char *code)
{
	static const unsigned char known[][ENDBR_BYTES] = {
		{0xf3, 0x0f, 0x1e, 0xfa}, {0x66, 0x0f, 0x1f, 0x00}, {0x0f, 0x1f, 0x40, 0xd6}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (memcmp(code, known[i], ENDBR_BYTES) == 0)
			return true;
	return false;
}

bool code_is_ftraced(const unsigned char *code)
{
	static const unsigned char nop5[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};

	if (is_endbr(code))
		code += ENDBR_BYTES;
	return code[0] == 0xe8 || memcmp(code, nop5, sizeof(nop5)) == 0;
}

int code_ftraced(const char *path, const uint64_t *addrs, size_t n, bool *yes)
{
	unsigned char code[ENTRY_BYTES];
	struct core c = {0};
	int err = open_core(&c, path);

	for (size_t i = 0; !err && i < n; i++)
		yes[i] = read_at(&c, addrs[i], code, sizeof(code)) && code_is_ftraced(code);
	close_core(&c);
	return err;
}

int kernel_guess_ftraced(struct kernel *k, const uint64_t *addrs, size_t n, bool *yes)
{
	if (!k->running || strcmp(k->machine, "x86_64") != 0)
		return -EOPNOTSUPP;
	return code_ftraced(KCORE, addrs, n, yes);
}
