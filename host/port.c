/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "kernel/kernel.h"
#include "port_talk.h"
#include "tool/options_text.h"
#include "tool/program.h"

#define SCRIPT_MAX (4 << 20)

struct port {
	const char *script, *dir;
	char *name;
	bool force;
	char *const *args;
	int nargs;
};

static int parse_args(struct port *p, int argc, char **argv, struct error *e)
{
	for (int i = 1; i < argc; i++) {
		bool dir = strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "--output-dir") == 0;
		bool name = strcmp(argv[i], "--name") == 0;

		if (strcmp(argv[i], "--") == 0) {
			p->args = argv + i + 1;
			p->nargs = argc - i - 1;
			break;
		}
		if ((dir || name) && i + 1 == argc)
			return error_set(e, FAULT_USAGE, -EINVAL, "%s wants a %s", argv[i],
					 dir ? "directory" : "name");
		if (dir) {
			p->dir = argv[++i];
		} else if (name) {
			free(p->name);
			p->name = strdup(argv[++i]);
		} else if (strcmp(argv[i], "--force") == 0) {
			p->force = true;
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost port` has no option %s; it takes SCRIPT.py "
					 "[-o DIR] [--name NAME] [--force] [-- arguments of the "
					 "script]",
					 argv[i]);
		} else if (p->script) {
			return error_set(e, FAULT_USAGE, -EINVAL,
					 "`bcchost port` takes one script, but got \"%s\" too; "
					 "what the script is to be given stands behind --",
					 argv[i]);
		} else {
			p->script = argv[i];
		}
	}
	if (!p->script)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "`bcchost port` wants a script: bcchost port SCRIPT.py [-o DIR] "
				 "[-- arguments]");
	return 0;
}

/* `bcchost NAME` would never start it. */
static bool is_command(const char *name)
{
	for (size_t i = 0; i < options_commands_len; i++) {
		const char *command = options_commands[i].left;
		size_t len = strcspn(command, " ");

		if (strlen(name) == len && !strncmp(name, command, len))
			return true;
	}
	return false;
}

/* "…/My-Tool.py" becomes "my-tool"; Debian's name-bpfcc its name. */
static int name_tool(struct port *p, struct error *e)
{
	const char *base = strrchr(p->script, '/');
	char *s, *end;

	if (p->name) {
		if (program_is_tool_name(p->name))
			return 0;
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "--name %s: a tool's name is of a-z, 0-9, - and _ and begins with "
				 "a letter",
				 p->name);
	}
	p->name = strdup(base ? base + 1 : p->script);
	if (!p->name)
		return error_nomem(e);
	end = p->name + strlen(p->name);
	if (end - p->name > 3 && strcmp(end - 3, ".py") == 0)
		*(end -= 3) = 0;
	if (end - p->name > 6 && strcmp(end - 6, "-bpfcc") == 0)
		*(end - 6) = 0;
	for (s = p->name; *s; s++)
		*s = isalnum((unsigned char)*s) ? (char)tolower((unsigned char)*s)
		     : *s == '-'		? '-'
						: '_';
	if (program_is_tool_name(p->name) && strlen(p->name) <= 64)
		return 0;
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "%s: no tool can be called \"%s\"; say another name with --name",
			 p->script, p->name);
}

static int make_name(struct port *p, struct error *e)
{
	int err = name_tool(p, e);

	if (!err && is_command(p->name))
		err = error_set(e, FAULT_USAGE, -EINVAL,
				"%s: `bcchost %s` is a command of its own; say another name with "
				"--name",
				p->script, p->name);
	return err;
}

static int read_script(const char *path, json_t **text, struct error *e)
{
	struct stat st;
	char *data;
	size_t len;
	int err;

	if (stat(path, &st) < 0)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, FAULT_USAGE, -EINVAL, "%s is no file that could be a script",
				 path);
	if (st.st_size > SCRIPT_MAX)
		return error_set(e, FAULT_TOOL, -EFBIG,
				 "%s: a script of %lld MB; port reads those up to %d MB", path,
				 (long long)st.st_size >> 20, SCRIPT_MAX >> 20);
	err = file_read(path, &data, &len, e);
	if (err)
		return err;
	*text = port_text(data, len);
	if (*text && memchr(data, 0, len)) {
		json_decref(*text);
		*text = NULL;
		err = error_set(e, FAULT_TOOL, -EINVAL, "%s is no script: it has NUL bytes", path);
	} else if (!*text) {
		err = error_nomem(e);
	}
	free(data);
	return err;
}

static int write_text(const char *path, const json_t *text, struct error *e)
{
	const char *s = json_string_value(text);
	FILE *f = s ? fopen(path, "we") : NULL;

	if (!s)
		return error_set(e, FAULT_TOOL, -EINVAL, "%s: the sandbox gave no text for it",
				 path);
	if (!f || fwrite(s, 1, json_string_length(text), f) != json_string_length(text) ||
	    fclose(f) != 0)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int make_dir(const char *dir, const char *sub, char **path, struct error *e)
{
	if (asprintf(path, "%s/%s", dir, sub) < 0) {
		*path = NULL;
		return error_nomem(e);
	}
	if (mkdir(*path, 0755) < 0 && errno != EEXIST)
		return error_set(e, FAULT_RUN, -errno, "%s: %s", *path, strerror(errno));
	return 0;
}

struct files {
	char *dirs[2], *trial, *new[2], *to[2];
};

static int name_files(struct port *p, struct files *f, struct error *e)
{
	static const char *const subs[] = {"programs", "templates"}, *const ends[] = {"yaml",
										      "bpf.c"};
	int err = 0;

	if (mkdir(p->dir, 0755) < 0 && errno != EEXIST)
		return error_set(e, FAULT_RUN, -errno, "-o %s: %s", p->dir, strerror(errno));
	if (asprintf(&f->trial, "%s/.port-XXXXXX", p->dir) < 0) {
		f->trial = NULL;
		return error_nomem(e);
	}
	if (!mkdtemp(f->trial))
		return error_set(e, FAULT_RUN, -errno, "-o %s: %s", p->dir, strerror(errno));
	for (int i = 0; !err && i < 2; i++) {
		char *dir = NULL;

		err = make_dir(p->dir, subs[i], &f->dirs[i], e)
			      ?: make_dir(f->trial, subs[i], &dir, e);
		if (!err && (asprintf(&f->to[i], "%s/%s.%s", f->dirs[i], p->name, ends[i]) < 0 ||
			     asprintf(&f->new[i], "%s/%s.%s", dir, p->name, ends[i]) < 0))
			err = error_nomem(e);
		free(dir);
		if (!err && !p->force && access(f->to[i], F_OK) == 0)
			err = error_set(e, FAULT_USAGE, -EEXIST,
					"%s is there already; --force writes over it, --name and "
					"-o put it elsewhere",
					f->to[i]);
	}
	return err;
}

/* Both files or none, and only if they are a program. */
static int write_files(struct port *p, struct files *f, const json_t *done, struct error *e)
{
	struct program *program = NULL;
	int err = write_text(f->new[0], json_object_get(done, "program"), e)
			  ?: write_text(f->new[1], json_object_get(done, "template"), e)
			  ?: program_load(f->new[0], &program, e);

	program_free(program);
	if (err)
		return error_prefix(e, err, "%s: what was made of it is no program", p->script);
	for (int i = 0; !err && i < 2; i++)
		if (rename(f->new[i], f->to[i]) < 0)
			err = error_set(e, FAULT_RUN, -errno, "%s: %s", f->to[i], strerror(errno));
	return err;
}

/* What is the script's: nothing for a terminal to act on. */
static void print_text(const char *text)
{
	for (; text && *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
}

static void print_part(const char *script, const char *title, const json_t *entries)
{
	json_t *entry;

	if (!json_array_size(entries))
		return;
	printf("\n%s\n", title);
	for (size_t i = 0; i < json_array_size(entries); i++) {
		entry = json_array_get(entries, i);
		long long line = (long long)json_integer_value(json_array_get(entry, 0));
		const char *text = json_string_value(json_array_get(entry, 1));

		printf("  %s", script);
		if (line > 0)
			printf(":%lld", line);
		fputs(": ", stdout);
		print_text(text);
		putchar('\n');
	}
}

static void print_probes(const json_t *probes)
{
	json_t *probe;

	if (!json_array_size(probes))
		return;
	printf("On this kernel the script attaches to:");
	for (size_t i = 0; i < json_array_size(probes); i++) {
		probe = json_array_get(probes, i);
		printf(i ? ", " : " ");
		print_text(json_string_value(probe));
	}
	putchar('\n');
}

static void print_report(const struct port *p, const struct files *f, const json_t *done)
{
	const char *base = strrchr(p->script, '/');
	const char *heading = json_string_value(json_object_get(done, "headings")) ?: "";

	base = base ? base + 1 : p->script;
	printf("%s: %s and %s\n", p->script, f->to[0], f->to[1]);
	if (*heading) {
		printf("The script's heading: ");
		print_text(heading);
		putchar('\n');
	}
	print_probes(json_object_get(done, "probes"));
	print_part(base, "Converted:", json_object_get(done, "converted"));
	print_part(base, "Guessed, please look:", json_object_get(done, "guessed"));
	print_part(base, "Left for a person:", json_object_get(done, "left"));
	printf("\nTry it: bcchost --print-bpf --tools-dir %s %s\n", p->dir, p->name);
}

static void free_files(struct files *f)
{
	if (f->trial)
		file_rmtree(f->trial);
	for (int i = 0; i < 2; i++) {
		if (f->dirs[i])
			rmdir(f->dirs[i]); /* only one that stayed empty goes */
		free(f->dirs[i]);
		free(f->new[i]);
		free(f->to[i]);
	}
	free(f->trial);
}

int port_command(const struct find *find, int argc, char **argv, const struct options *global,
		 struct error *e)
{
	struct port p = {.dir = "."};
	struct port_talk talk = {.find = find};
	struct kernel_sources sources = {
		.btf = global->btf,
		.kallsyms = global->kallsyms,
		.release = global->release,
		.signatures = find->signatures,
	};
	json_t *script = NULL, *done = NULL;
	struct files f = {0};
	int err;

	err = parse_args(&p, argc, argv, e)
		      ?: make_name(&p, e)
		      ?: read_script(p.script, &script, e)
		      ?: kernel_open(&talk.kernel, &sources, e);
	talk.script = p.script;
	talk.name = p.name;
	talk.args = p.args;
	talk.nargs = p.nargs;
	if (!err)
		err = port_talk(&talk, script, &done, e)
			      ?: name_files(&p, &f, e)
			      ?: write_files(&p, &f, done, e);
	if (!err)
		print_report(&p, &f, done);
	free_files(&f);
	json_decref(done);
	json_decref(script);
	kernel_close(talk.kernel);
	free(p.name);
	return err;
}
