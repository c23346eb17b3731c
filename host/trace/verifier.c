/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/verifier.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define LOG_SIZE   ((__u32)1 << 24) /* what every kernel since 5.2 takes */
#define LAST_LINES 12

/* A log that does not fit is cut at its end on kernels before 6.4: ask for the least that tells. */
static char *load_for_log(const struct object *o, const struct object_prog *p,
			  enum bpf_prog_type type, const struct bpf_prog_load_opts *as,
			  const struct bpf_insn *insns, int level)
{
	struct bpf_prog_load_opts opts = *as;
	char *log = malloc(LOG_SIZE);
	int btf_fd = -1, fd;

	if (!log)
		return NULL;
	log[0] = '\0';
	if (o->btf_size && p->line_info_count)
		btf_fd = bpf_btf_load(o->btf, o->btf_size, NULL);
	if (btf_fd >= 0) {
		opts.prog_btf_fd = (__u32)btf_fd;
		opts.func_info = p->func_info;
		opts.func_info_cnt = p->func_info_count;
		opts.func_info_rec_size = p->func_info_size;
		opts.line_info = p->line_info;
		opts.line_info_cnt = p->line_info_count;
		opts.line_info_rec_size = p->line_info_size;
	}
	opts.log_buf = log;
	opts.log_size = LOG_SIZE;
	opts.log_level = (__u32)level;
	fd = bpf_prog_load(type, p->name, o->license, insns, p->ninsns, &opts);
	if (fd >= 0)
		close(fd);
	if (btf_fd >= 0)
		close(btf_fd);
	return log;
}

static bool is_statistics(const char *line)
{
	return strncmp(line, "processed ", 10) == 0 ||
	       strncmp(line, "verification time", 17) == 0 || strncmp(line, "stack depth", 11) == 0;
}

/* The number before "12: (61) r1 = …"; -1 if the line is not an instruction. */
static long instruction_of(const char *line)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*line))
		return -1;
	n = strtol(line, &end, 10);
	return *end == ':' ? n : -1;
}

struct lines {
	char **v;
	size_t n;
};

static int split_lines(char *text, struct lines *lines)
{
	char *line, *save = NULL, **v;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (is_statistics(line))
			continue;
		v = realloc(lines->v, (lines->n + 1) * sizeof(*v));
		if (!v)
			return -ENOMEM;
		lines->v = v;
		v[lines->n++] = line;
	}
	return 0;
}

/* The template's own text of a line; the caller's to free, NULL if it cannot be read. */
static char *line_text(const char *file, unsigned int number)
{
	char *text = NULL, *line, *found = NULL;

	if (file_read(file, &text, NULL, NULL))
		return NULL;
	for (line = text; line && number > 1; number--)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (line) {
		line += strspn(line, " \t");
		found = strndup(line, strcspn(line, "\n"));
	}
	free(text);
	return found;
}

static void add_place(struct buf *b, const struct object *o, const struct object_prog *p,
		      const struct lines *log)
{
	const char *file;
	uint32_t number;
	char *text;
	long insn = -1;

	for (size_t i = log->n; i-- > 0 && insn < 0;)
		insn = instruction_of(log->v[i]);
	if (insn < 0 || object_source_line(o, p, (uint32_t)insn, &file, &number) != 0)
		return;
	text = line_text(file, number);
	buf_printf(b, "%s:%u: the verifier rejects %s at \"%s\"\n", file, number, p->name,
		   text ? text : "?");
	free(text);
}

int verifier_explain(const struct object *o, const struct object_prog *p, enum bpf_prog_type type,
		     const struct bpf_prog_load_opts *as, const struct bpf_insn *insns, int err,
		     struct error *e)
{
	struct lines lines = {0};
	struct buf b = {0};
	char *log = load_for_log(o, p, type, as, insns, 1);
	size_t first;

	if (!log || split_lines(log, &lines) || !lines.n) {
		error_set(e, FAULT_RUN, err,
			  "the kernel refuses the BPF program %s (%zu "
			  "instructions): %s",
			  p->name, p->ninsns, strerror(-err));
		goto out;
	}
	add_place(&b, o, p, &lines);
	if (!b.len)
		buf_printf(&b, "the verifier rejects %s: %s\n", p->name, strerror(-err));
	buf_str(&b, "the end of its log:");
	first = lines.n > LAST_LINES ? lines.n - LAST_LINES : 0;
	for (size_t i = first; i < lines.n; i++)
		buf_printf(&b, "\n    %s", lines.v[i]);
	buf_str(&b, "\n(--debug=source shows each instruction with its line)");
	error_set(e, FAULT_TOOL, err, "%s", b.data ? b.data : "out of memory");
out:
	free(lines.v);
	buf_free(&b);
	free(log);
	return err;
}

int verifier_log_of(const struct object *o, const struct object_prog *p, enum bpf_prog_type type,
		    const struct bpf_prog_load_opts *as, const struct bpf_insn *insns,
		    struct buf *log, struct error *e)
{
	char *text = load_for_log(o, p, type, as, insns, 2);

	if (!text)
		return error_nomem(e);
	buf_printf(log, "--- the verifier on %s\n%s", p->name, text);
	free(text);
	return 0;
}
