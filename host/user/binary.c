/* SPDX-License-Identifier: Apache-2.0 */
#include "user/binary.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- where it is --- */

/* The first of a pattern's that there is. */
static char *first_file(const char *pattern)
{
	glob_t found = {0};
	struct stat st;
	char *path = NULL;

	if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc &&
	    stat(found.gl_pathv[0], &st) == 0 && S_ISREG(st.st_mode))
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

static char *find_by_name(const char *name)
{
	static const char *const libraries[] = {
		"/lib/*-linux-gnu/", "/usr/lib/*-linux-gnu/", "/lib64/", "/usr/lib64/", "/lib/",
		"/usr/lib/",	     "/usr/local/lib/"};
	static const char *const programs[] = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
					       "/usr/bin/",	   "/sbin/",	      "/bin/"};
	char *path;

	/* A name is no pattern. */
	if (!*name || strlen(name) > 255 || name[strcspn(name, "*?[\\")])
		return NULL;
	path = in_directories(libraries, COUNT(libraries), "lib%s.so.[0-9]*", name);
	path = path ? path : in_directories(libraries, COUNT(libraries), "lib%s.so", name);
	return path ? path : in_directories(programs, COUNT(programs), "%s", name);
}

int binary_find(const char *name, char **path, struct error *e)
{
	if (!strchr(name, '/')) {
		*path = find_by_name(name);
		return *path ? 0
			     : error_set(e, FAULT_USAGE, -ENOENT,
					 "there is no library or program %s", name);
	}
	*path = NULL;
	if (access(name, R_OK) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s: %s", name, strerror(errno));
	*path = strdup(name);
	return *path ? 0 : error_nomem(e);
}

bool binary_is_in_libc(const char *name)
{
	static const char *const empty[] = {"pthread", "dl", "rt", "util"};

	for (size_t i = 0; i < COUNT(empty); i++)
		if (strcmp(name, empty[i]) == 0)
			return true;
	return false;
}

/* --- what a process runs --- */

static bool add_path(char ***paths, size_t *n, const char *path)
{
	char **grown;

	for (size_t i = 0; i < *n; i++)
		if (strcmp((*paths)[i], path) == 0)
			return true;
	grown = reallocarray(*paths, *n + 2, sizeof(*grown));
	if (!grown)
		return false;
	*paths = grown;
	grown[*n] = strdup(path);
	if (!grown[*n])
		return false;
	grown[++*n] = NULL;
	return true;
}

/* "7f12…-7f13… r-xp 00028000 fd:01 1234   /usr/lib/libc.so.6": the path, if it is run. */
static char *mapped_path(char *line)
{
	char *flags = strchr(line, ' '), *path = strchr(line, '/');

	if (!flags || !path || strlen(flags) < 5 || flags[3] != 'x')
		return NULL;
	return strstr(path, " (deleted)") ? NULL : path;
}

int binary_of_process(pid_t pid, char ***paths, struct error *e)
{
	char name[64], path[4096 + 64], *maps = NULL, *line, *save = NULL;
	size_t n = 0;
	int err = 0;

	*paths = NULL;
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	if (file_read(name, &maps, NULL, NULL))
		return error_set(e, FAULT_USAGE, -errno, "process %d: %s", (int)pid,
				 errno == ENOENT ? "there is none" : strerror(errno));
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (access(path, R_OK) == 0 && !add_path(paths, &n, path))
		err = error_nomem(e);
	for (line = strtok_r(maps, "\n", &save); line && !err; line = strtok_r(NULL, "\n", &save)) {
		const char *file = mapped_path(line);

		if (!file)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, file);
		if (!add_path(paths, &n, path))
			err = error_nomem(e);
	}
	free(maps);
	if (!err && !n)
		err = error_set(e, FAULT_USAGE, -ENOENT,
				"process %d runs no program (a thread of the kernel's)", (int)pid);
	if (err) {
		binary_paths_free(*paths);
		*paths = NULL;
	}
	return err;
}

void binary_paths_free(char **paths)
{
	for (size_t i = 0; paths && paths[i]; i++)
		free(paths[i]);
	free(paths);
}

/* --- the file --- */

int binary_open(struct binary *b, const char *path, struct error *e)
{
	GElf_Ehdr header;

	*b = (struct binary){.fd = open(path, O_RDONLY | O_CLOEXEC), .path = strdup(path)};
	if (b->fd < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s: %s", path, strerror(errno));
	if (!b->path)
		return error_nomem(e);
	elf_version(EV_CURRENT);
	b->elf = elf_begin(b->fd, ELF_C_READ, NULL);
	if (!b->elf || elf_kind(b->elf) != ELF_K_ELF || !gelf_getehdr(b->elf, &header))
		return error_set(e, FAULT_USAGE, -ENOEXEC, "%s is no program or library (ELF)",
				 path);
	b->machine = header.e_machine;
	b->word = gelf_getclass(b->elf) == ELFCLASS32 ? 4 : 8;
	return 0;
}

void binary_close(struct binary *b)
{
	elf_end(b->elf);
	if (b->path && b->fd >= 0)
		close(b->fd);
	free(b->path);
	*b = (struct binary){.fd = -1};
}

bool binary_offset(const struct binary *b, uint64_t addr, bool code, uint64_t *offset)
{
	size_t n = 0;
	GElf_Phdr p;

	elf_getphdrnum(b->elf, &n);
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(b->elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    (code && !(p.p_flags & PF_X)) || addr < p.p_vaddr ||
		    addr - p.p_vaddr >= p.p_filesz)
			continue;
		*offset = addr - p.p_vaddr + p.p_offset;
		return true;
	}
	return false;
}
