/* SPDX-License-Identifier: Apache-2.0 */
#include "man.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script/command.h"
#include "tool/options.h"

#define NO_MAN 127 /* as a shell says it */

/* The tools of a program's own group are what its page refers to. */
/* Of what a program in memory says of itself. */
static int command_page(char **page, struct error *e)
{
	struct program *p = command_program();

	*page = p ? options_man(p, NULL, 0) : NULL;
	program_free(p);
	return *page ? 0 : error_nomem(e);
}

static int tool_page(const struct find *f, const char *name, char **page, struct error *e)
{
	struct find_tool *tools = NULL;
	struct program *p = NULL;
	const char **see = NULL, *group = "";
	char *path = NULL;
	size_t n = 0, nsee = 0;
	int err;

	err = find_tool(f, name, &path, e) ?: program_load(path, &p, e) ?: find_tools(f, &tools, &n, e);
	if (!err && !(see = calloc(n + 1, sizeof(*see))))
		err = error_nomem(e);
	for (size_t i = 0; !err && i < n; i++)
		if (strcmp(tools[i].name, name) == 0)
			group = tools[i].group;
	for (size_t i = 0; !err && i < n; i++)
		if (strcmp(tools[i].group, group) == 0)
			see[nsee++] = tools[i].name;
	if (!err && !(*page = options_man(p, see, nsee)))
		err = error_nomem(e);
	free(see);
	find_tools_free(tools, n);
	program_free(p);
	free(path);
	return err;
}

/* A tool whose file has an error is left out: its own page says it. */
static int global_page(const struct find *f, char **page, struct error *e)
{
	struct options_tool *listed = NULL;
	struct find_tool *tools = NULL;
	struct program **programs = NULL;
	size_t n = 0, nlisted = 0;
	int err = find_tools(f, &tools, &n, e);

	if (!err && (!(listed = calloc(n + 1, sizeof(*listed))) ||
		     !(programs = calloc(n + 1, sizeof(*programs)))))
		err = error_nomem(e);
	for (size_t i = 0; !err && i < n; i++) {
		struct program *p;

		if (program_load(tools[i].path, &p, NULL))
			continue;
		programs[nlisted] = p;
		listed[nlisted++] =
			(struct options_tool){tools[i].name, tools[i].group, p->summary};
	}
	if (!err && !(*page = options_man_global(listed, nlisted)))
		err = error_nomem(e);
	for (size_t i = 0; i < nlisted; i++)
		program_free(programs[i]);
	free(programs);
	free(listed);
	find_tools_free(tools, n);
	return err;
}

static _Noreturn void exec_man(int fd)
{
	if (dup2(fd, STDIN_FILENO) >= 0)
		execlp("man", "man", "-l", "-", (char *)NULL);
	_exit(NO_MAN);
}

/* The page in a file of memory, which man reads as its input. Was it shown? */
static bool show(const char *page)
{
	size_t len = strlen(page);
	int fd = memfd_create("page", MFD_CLOEXEC), status = -1;
	bool written =
		fd >= 0 && write(fd, page, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0;
	pid_t pid = written ? fork() : -1;

	if (pid == 0)
		exec_man(fd);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (fd >= 0)
		close(fd);
	return pid > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == NO_MAN);
}

int man_print(const struct find *f, const char *tool, struct error *e)
{
	char *page = NULL;
	int err = !tool				   ? global_page(f, &page, e)
		  : strcmp(tool, COMMAND_RUN) == 0 ? command_page(&page, e)
						   : tool_page(f, tool, &page, e);

	if (err)
		return err;
	fflush(stdout);
	/* Longer than stdio's buffer: what cannot be written shows now, not at the end. */
	if ((!isatty(STDOUT_FILENO) || !show(page)) && fputs(page, stdout) == EOF && errno != EPIPE)
		err = error_set(e, FAULT_RUN, -errno, "cannot write to stdout: %s",
				strerror(errno));
	free(page);
	return err;
}
