/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_parts.h"
#include "output/terminal.h"

#define INDENT 20 /* where what was found begins */

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* The rest of a line. On a terminal its words go below each other, not below the names. */
static void print_rest(const struct terminal *t, const char *s)
{
	size_t at = INDENT, len, width;

	if (!t->tty || t->columns < 2 * INDENT) {
		puts(s);
		return;
	}
	for (; *s; s += len) {
		len = strcspn(s, " \n");
		width = terminal_width(s, len);
		if (at > INDENT && (s[-1] == '\n' || at + 1 + width > t->columns)) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		} else if (at > INDENT) {
			putchar(' ');
			at++;
		}
		fwrite(s, 1, len, stdout);
		at += width;
		len += s[len] != '\0';
	}
	putchar('\n');
}

static void print_checks(const struct terminal *terminal, const json_t *checks)
{
	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *c = json_array_get(checks, i), *ok = json_object_get(c, "ok");

		printf("  %-3s %-13s ",
		       json_is_null(ok)	  ? "?"
		       : json_is_true(ok) ? "ok"
					  : "no",
		       text_of(c, "name"));
		print_rest(terminal, text_of(c, "detail"));
	}
}

/* Of each tool of one who may trace nothing it would be the same line. */
static const char *refused(const json_t *tool)
{
	const json_t *privileged = json_object_get(tool, "privileged");

	if (!privileged)
		return text_of(tool, "why");
	return json_is_true(privileged) ? "not for this user (privileges, above); for root it would"
	       : json_is_false(privileged)
		       ? "not for this user (privileges, above), nor for root"
		       : "not for this user (privileges, above), who cannot see "
			 "the rest";
}

static void print_tools(const struct terminal *terminal, const json_t *tools)
{
	for (size_t i = 0; i < json_array_size(tools); i++) {
		const json_t *t = json_array_get(tools, i),
			     *modules = json_object_get(t, "modules");
		bool runs = json_is_true(json_object_get(t, "runs"));

		printf("  %-3s %-13s ", runs ? "ok" : "no", text_of(t, "name"));
		if (!runs || !json_array_size(modules)) {
			print_rest(terminal, runs ? text_of(t, "variant") : refused(t));
			continue;
		}
		fputs(text_of(t, "variant"), stdout);
		for (size_t j = 0; j < json_array_size(modules); j++)
			printf("%s the module %s", j ? "," : "; loads",
			       json_string_value(json_array_get(modules, j)));
		putchar('\n');
	}
}

static int print(const json_t *report, bool as_json, struct error *e)
{
	struct terminal t;
	char *text;

	if (!as_json) {
		terminal_init(&t, STDOUT_FILENO, STDIN_FILENO, OPTIONS_COLOR_NEVER);
		printf("kernel %s, %s, uid %u\n", text_of(report, "kernel"),
		       text_of(report, "machine"), geteuid());
		print_checks(&t, json_object_get(report, "checks"));
		puts("tools");
		print_tools(&t, json_object_get(report, "tools"));
		terminal_free(&t);
		return 0;
	}
	text = json_dumps(report, JSON_INDENT(1));
	if (!text)
		return error_nomem(e);
	puts(text);
	free(text);
	return 0;
}

int doctor(const struct find *f, bool as_json, struct error *e)
{
	struct kernel_sources sources = {.signatures = f->signatures};
	struct find_tool *tools = NULL;
	struct kernel *k = NULL;
	json_t *report = NULL;
	size_t n = 0;
	int err = kernel_open(&k, &sources, e) ?: find_tools(f, &tools, &n, e);

	if (err)
		goto out;
	report = json_pack("{s:s, s:s, s:i, s:[], s:[]}", "kernel", kernel_release(k), "machine",
			   kernel_machine(k), "uid", (int)geteuid(), "checks", "tools");
	doctor_kernel(k, json_object_get(report, "checks"));
	doctor_host(f, json_object_get(report, "checks"));
	for (size_t i = 0; i < n; i++)
		doctor_tool(&tools[i], k, json_object_get(report, "tools"));
	err = print(report, as_json, e);
out:
	json_decref(report);
	find_tools_free(tools, n);
	kernel_close(k);
	return err;
}
