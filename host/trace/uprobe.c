/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/uprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <glob.h>
#include <libelf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#define UPROBE_PMU "/sys/bus/event_source/devices/uprobe"
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

/* --- the file --- */

/* The first of a pattern's that there is. */
static char *first_file(const char *pattern)
{
	glob_t found = {0};
	char *path = NULL;

	if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc)
		path = realpath(found.gl_pathv[0], NULL);
	globfree(&found);
	return path;
}

static char *in_directories(const char *const *dirs, size_t n, const char *form, const char *name)
{
	char pattern[512], *path = NULL;

	for (size_t i = 0; i < n && !path; i++) {
		int len = snprintf(pattern, sizeof(pattern), "%s", dirs[i]);

		snprintf(pattern + len, sizeof(pattern) - (size_t)len, form, name);
		path = first_file(pattern);
	}
	return path;
}

static char *find_file(const char *name)
{
	static const char *const libraries[] = {
		"/lib/*-linux-gnu/", "/usr/lib/*-linux-gnu/", "/lib64/", "/usr/lib64/", "/lib/",
		"/usr/lib/",	     "/usr/local/lib/"};
	static const char *const programs[] = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
					       "/usr/bin/",	   "/sbin/",	      "/bin/"};
	char *path;

	if (strchr(name, '/'))
		return access(name, R_OK) == 0 ? strdup(name) : NULL;
	/* A name is no pattern. */
	if (!*name || name[strcspn(name, "*?[")])
		return NULL;
	path = in_directories(libraries, COUNT(libraries), "lib%s.so.[0-9]*", name);
	return path ? path : in_directories(programs, COUNT(programs), "%s", name);
}

/* --- the symbol --- */

/* The place in the file of an address that the program headers lay out. */
static bool file_offset(Elf *elf, uint64_t addr, uint64_t *offset)
{
	size_t n = 0;
	GElf_Phdr p;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD || !(p.p_flags & PF_X) ||
		    addr < p.p_vaddr || addr >= p.p_vaddr + p.p_memsz)
			continue;
		*offset = addr - p.p_vaddr + p.p_offset;
		return true;
	}
	return false;
}

static bool find_in_section(Elf *elf, Elf_Scn *section, const char *symbol, uint64_t *offset)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Shdr h;
	GElf_Sym s;

	if (!gelf_getshdr(section, &h) || !data || !h.sh_entsize)
		return false;
	for (size_t i = 0; i < h.sh_size / h.sh_entsize; i++) {
		const char *name;

		if (!gelf_getsym(data, (int)i, &s) || s.st_shndx == SHN_UNDEF ||
		    (GELF_ST_TYPE(s.st_info) != STT_FUNC &&
		     GELF_ST_TYPE(s.st_info) != STT_GNU_IFUNC))
			continue;
		name = elf_strptr(elf, h.sh_link, s.st_name);
		if (name && strcmp(name, symbol) == 0 && file_offset(elf, s.st_value, offset))
			return true;
	}
	return false;
}

static bool find_symbol(Elf *elf, const char *symbol, uint64_t *offset)
{
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &h) &&
		    (h.sh_type == SHT_SYMTAB || h.sh_type == SHT_DYNSYM) &&
		    find_in_section(elf, section, symbol, offset))
			return true;
	return false;
}

static int symbol_offset(const char *path, const char *symbol, uint64_t *offset, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	Elf *elf;

	if (fd < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s: %s", path, strerror(errno));
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		err = error_set(e, FAULT_USAGE, -ENOEXEC, "%s is no program or library (ELF)",
				path);
	else if (!find_symbol(elf, symbol, offset))
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"%s has no function %s that its symbols tell of", path, symbol);
	elf_end(elf);
	close(fd);
	return err;
}

/* Libraries that are empty since glibc 2.34 took them in: their functions are libc's. */
static bool in_libc(const char *target, char **path)
{
	static const char *const empty[] = {"pthread:", "dl:", "rt:", "util:"};
	char *libc = NULL;

	for (size_t i = 0; i < COUNT(empty) && !libc; i++)
		if (strncmp(target, empty[i], strlen(empty[i])) == 0)
			libc = find_file("c");
	if (!libc)
		return false;
	free(*path);
	*path = libc;
	return true;
}

int uprobe_find(const char *target, char **path, uint64_t *offset, struct error *e)
{
	const char *colon = strrchr(target, ':');
	char *file, *end;
	int err = 0;

	*path = NULL;
	if (!colon || colon == target || !colon[1])
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "%s: it is FILE:SYMBOL, a program's path or a library's name, and "
				 "its function",
				 target);
	file = strndup(target, (size_t)(colon - target));
	if (!file)
		return error_nomem(e);
	*path = find_file(file);
	if (!*path)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				strchr(file, '/') ? "there is no file %s that can be read"
						  : "there is no library or program %s",
				file);
	free(file);
	if (err)
		return err;
	if (strncmp(colon + 1, "0x", 2) == 0) {
		*offset = strtoull(colon + 1, &end, 16);
		if (*end)
			err = error_set(e, FAULT_USAGE, -EINVAL, "%s is no offset", colon + 1);
	} else {
		err = symbol_offset(*path, colon + 1, offset, e);
		if (err == -ENOENT && in_libc(target, path))
			err = symbol_offset(*path, colon + 1, offset, e);
	}
	if (err) {
		free(*path);
		*path = NULL;
	}
	return err;
}

/* --- the probe --- */

/* "8", or "config:0". */
static int read_number(const char *path, unsigned int *number, struct error *e)
{
	char *text;
	int err = file_read(path, &text, NULL, e);

	if (err)
		return err;
	*number = (unsigned int)strtoul(strncmp(text, "config:", 7) ? text : text + 7, NULL, 10);
	free(text);
	return 0;
}

int uprobe_open(const char *target, bool returns, struct error *e)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};
	unsigned int type, bit;
	uint64_t offset = 0;
	char *path;
	int fd, err = uprobe_find(target, &path, &offset, e);

	if (err)
		return err;
	err = read_number(UPROBE_PMU "/type", &type, e)
		      ?: read_number(UPROBE_PMU "/format/retprobe", &bit, e);
	if (err) {
		free(path);
		return error_prefix(e, err, "this kernel has no uprobes (CONFIG_UPROBE_EVENTS)");
	}
	attr.type = type;
	attr.config = returns ? 1ULL << bit : 0;
	attr.uprobe_path = (__u64)(uintptr_t)path;
	attr.probe_offset = offset;
	/* On one CPU it is one for all. */
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	err = fd < 0 ? -errno : fd;
	free(path);
	return err;
}
