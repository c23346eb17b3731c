/* SPDX-License-Identifier: Apache-2.0 */
#include "user/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX 64
#define BUILD_ID_MAX 64
#define BACK	     64 /* functions in one another: how many are looked at */
#define NAMES_MAX    ((size_t)1 << 30)

struct function {
	uint64_t addr;
	uint32_t size; /* 0: up to the next one */
	uint32_t name : 30, bind : 2;
};

enum { BIND_GLOBAL, BIND_WEAK, BIND_LOCAL };

struct segment {
	uint64_t offset, size, addr;
};

struct image {
	size_t nsegments;
	struct segment segments[SEGMENTS_MAX];
	size_t n, room;
	struct function *v; /* by address */
	char *names;
	size_t names_len, names_room;
	size_t most; /* bytes of all that */
};

static int grow(void **data, size_t *room, size_t need, size_t size)
{
	size_t more = *room ? *room * 2 : 256;
	void *grown;

	if (need <= *room)
		return 0;
	more = more < need ? need : more;
	grown = reallocarray(*data, more, size);
	if (!grown)
		return -ENOMEM;
	*data = grown;
	*room = more;
	return 0;
}

size_t image_bytes(const struct image *im)
{
	return sizeof(*im) + im->room * sizeof(*im->v) + im->names_room;
}

static int add(struct image *im, const GElf_Sym *sym, const char *name, size_t len)
{
	int bind = GELF_ST_BIND(sym->st_info), err;

	if (im->n * sizeof(*im->v) + im->names_len + len > im->most ||
	    im->names_len + len + 1 >= NAMES_MAX)
		return -EFBIG;
	err = grow((void **)&im->v, &im->room, im->n + 1, sizeof(*im->v));
	if (!err)
		err = grow((void **)&im->names, &im->names_room, im->names_len + len + 1, 1);
	if (err)
		return err;
	memcpy(im->names + im->names_len, name, len);
	im->names[im->names_len + len] = '\0';
	im->v[im->n++] = (struct function){
		.addr = sym->st_value,
		.size = sym->st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)sym->st_size,
		.name = (uint32_t)im->names_len & ((1U << 30) - 1),
		.bind = bind == STB_GLOBAL ? BIND_GLOBAL
			: bind == STB_WEAK ? BIND_WEAK
					   : BIND_LOCAL,
	};
	im->names_len += len + 1;
	return 0;
}

static bool is_function(const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);

	return (type == STT_FUNC || type == STT_GNU_IFUNC) && sym->st_shndx != SHN_UNDEF &&
	       sym->st_value;
}

/* All functions of a symbol table. */
static int read_table(struct image *im, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Scn *strings = elf_getscn(elf, header->sh_link);
	Elf_Data *symbols, *names;
	GElf_Sym sym;
	int err = 0;

	if (!strings || header->sh_size > im->most * 4)
		return strings ? -EFBIG : 0;
	symbols = elf_getdata(section, NULL);
	names = elf_getdata(strings, NULL);
	if (!symbols || !names || !names->d_buf)
		return 0;
	for (int i = 0; !err && gelf_getsym(symbols, i, &sym); i++) {
		const char *name = (const char *)names->d_buf + sym.st_name;

		if (!is_function(&sym) || sym.st_name >= names->d_size)
			continue;
		size_t len = strnlen(name, names->d_size - sym.st_name);

		if (len)
			err = add(im, &sym, name, len);
	}
	return err;
}

static Elf_Scn *find_section(Elf *elf, GElf_Word type, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, header) && header->sh_type == type)
			return section;
	return NULL;
}

static int read_of_type(struct image *im, Elf *elf, GElf_Word type)
{
	GElf_Shdr header;
	Elf_Scn *section = find_section(elf, type, &header);

	return section ? read_table(im, elf, section, &header) : 0;
}

static int read_segments(struct image *im, Elf *elf)
{
	size_t n;

	if (elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &n))
		return -ENOEXEC;
	for (size_t i = 0; i < n && im->nsegments < SEGMENTS_MAX; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(elf, (int)i, &p) && p.p_type == PT_LOAD && p.p_filesz)
			im->segments[im->nsegments++] =
				(struct segment){p.p_offset, p.p_filesz, p.p_vaddr};
	}
	return im->nsegments ? 0 : -ENOEXEC;
}

/* In hexadecimal; "" if the file has none. */
static void read_build_id(Elf *elf, char text[2 * BUILD_ID_MAX + 1])
{
	Elf_Scn *section = NULL;
	size_t at, name, desc;
	GElf_Shdr header;
	GElf_Nhdr note;

	*text = '\0';
	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE ||
		    header.sh_size > 1 << 16 || !(data = elf_getdata(section, NULL)))
			continue;
		for (size_t next = 0;
		     (at = next, next = gelf_getnote(data, at, &note, &name, &desc));) {
			const unsigned char *id = (const unsigned char *)data->d_buf + desc;

			if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
			    note.n_descsz < 2 || note.n_descsz > BUILD_ID_MAX ||
			    memcmp((const char *)data->d_buf + name, "GNU", 4) != 0)
				continue;
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(text + 2 * i, 3, "%02x", id[i]);
			return;
		}
	}
}

/* The functions of the debug file that belongs to the build id; none if there is no such file. */
static int read_debug_file(struct image *im, Elf *elf, const char *dir)
{
	char id[2 * BUILD_ID_MAX + 1], other[sizeof(id)], path[4096];
	int fd, err = 0;
	Elf *debug;

	read_build_id(elf, id);
	if (!dir || !*id)
		return 0;
	snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", dir, id, id + 2);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	debug = elf_begin(fd, ELF_C_READ, NULL);
	if (debug)
		read_build_id(debug, other);
	if (debug && strcmp(id, other) == 0)
		err = read_of_type(im, debug, SHT_SYMTAB);
	elf_end(debug);
	close(fd);
	return err;
}

static size_t underscores(const char *name)
{
	return strspn(name, "_");
}

/* By address; of several names for one, that which a person would call it by comes first. */
static int compare(const void *a, const void *b, void *arg)
{
	const struct function *x = a, *y = b;
	const char *names = arg, *p = names + x->name, *q = names + y->name;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (underscores(p) != underscores(q))
		return underscores(p) < underscores(q) ? -1 : 1;
	if (x->bind != y->bind)
		return x->bind < y->bind ? -1 : 1;
	if (strlen(p) != strlen(q))
		return strlen(p) < strlen(q) ? -1 : 1;
	return strcmp(p, q);
}

/* In order, one for each address, and no room to spare. */
static void settle(struct image *im)
{
	size_t n = 0;
	void *less;

	if (!im->n)
		return;
	qsort_r(im->v, im->n, sizeof(*im->v), compare, im->names);
	for (size_t i = 0; i < im->n; i++)
		if (!n || im->v[n - 1].addr != im->v[i].addr)
			im->v[n++] = im->v[i];
		else if (im->v[n - 1].size < im->v[i].size)
			im->v[n - 1].size = im->v[i].size;
	im->n = n;
	less = realloc(im->v, n * sizeof(*im->v));
	if (less)
		im->v = less, im->room = n;
	less = realloc(im->names, im->names_len);
	if (less)
		im->names = less, im->names_room = im->names_len;
}

static int read_elf(struct image **out, Elf *elf, const char *debug_dir, size_t most)
{
	struct image *im = calloc(1, sizeof(*im));
	int err;

	if (!im)
		return -ENOMEM;
	im->most = most;
	err = elf ? read_segments(im, elf) : -ENOEXEC;
	if (!err)
		err = read_of_type(im, elf, SHT_SYMTAB);
	if (!err && !im->n)
		err = read_debug_file(im, elf, debug_dir);
	if (!err && !im->n)
		err = read_of_type(im, elf, SHT_DYNSYM);
	if (err) {
		image_free(im);
		return err;
	}
	settle(im);
	*out = im;
	return 0;
}

int image_read(struct image **out, int fd, const char *debug_dir, size_t room)
{
	Elf *elf;
	int err;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	err = read_elf(out, elf, debug_dir, room);
	elf_end(elf);
	return err;
}

int image_read_memory(struct image **out, const void *data, size_t len, size_t room)
{
	Elf *elf;
	int err;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	elf = elf_memory((char *)data, len);
	err = read_elf(out, elf, NULL, room);
	elf_end(elf);
	return err;
}

void image_free(struct image *im)
{
	if (!im)
		return;
	free(im->v);
	free(im->names);
	free(im);
}

static bool address_of(const struct image *im, uint64_t offset, uint64_t *addr)
{
	for (size_t i = 0; i < im->nsegments; i++) {
		const struct segment *s = &im->segments[i];

		if (offset >= s->offset && offset - s->offset < s->size) {
			*addr = offset - s->offset + s->addr;
			return true;
		}
	}
	return false;
}

const char *image_function(const struct image *im, uint64_t file_offset, uint64_t *into)
{
	size_t low = 0, high = im->n;
	uint64_t addr;

	if (!address_of(im, file_offset, &addr))
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (im->v[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	/* low is the first behind it; a function may have others within. */
	for (size_t i = low; i > 0 && low - i < BACK; i--) {
		const struct function *f = &im->v[i - 1];

		if (f->size ? addr - f->addr >= f->size : i != low)
			continue;
		*into = addr - f->addr;
		return im->names + f->name;
	}
	return NULL;
}
