/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "compiler/aliases.h"
#include "compiler/embedded.h"
#include "compiler/kmacros.h"
#include "compiler/prune.h"
#include "compiler/words.h"

#define KCONFIG "linux/kconfig.h"

/* Macros whose value is the size of a char array in a struct of this kernel. */
static const struct {
	const char *macro, *type, *member;
} sizes[] = {
	{"TASK_COMM_LEN", "task_struct", "comm"},
	{"DNAME_INLINE_LEN", "dentry", "d_iname"},
	{"DNAME_INLINE_LEN", "dentry", "d_shortname"}, /* from 6.14 on */
};

static int write_file(const char *path, const void *data, size_t len, struct error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	const char *p = data;
	int err = 0;

	if (fd < 0)
		return error_set(e, FAULT_RUN, -errno, "cannot write %s: %s", path,
				 strerror(errno));
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = error_set(e, FAULT_RUN, -errno, "cannot write %s: %s", path,
					strerror(errno));
			break;
		}
		p += n;
		len -= (size_t)n;
	}
	close(fd);
	return err;
}

/* Writes DIR/include/NAME, with the directories that it takes. */
static int write_header(const char *dir, const char *name, const void *data, size_t len,
			struct error *e)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/include/%s", dir, name) < 0)
		return error_nomem(e);
	for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			err = error_set(e, FAULT_RUN, -errno, "cannot make the directory %s: %s",
					path, strerror(errno));
			goto out;
		}
		*slash = '/';
	}
	err = write_file(path, data, len, e);
out:
	free(path);
	return err;
}

/*
 * The name of an #include line; false if it is none, or one that is not ours to serve: bcc/ is
 * libbcc's, stdarg.h clang's, and a path that leaves the tree nobody's.
 */
static bool included_name(const char *line, size_t len, char *name, size_t size)
{
	const char *p = line, *end = line + len, *close;

	while (p < end && isblank((unsigned char)*p))
		p++;
	if (p == end || *p++ != '#')
		return false;
	while (p < end && isblank((unsigned char)*p))
		p++;
	if ((size_t)(end - p) < strlen("include") || strncmp(p, "include", strlen("include")) != 0)
		return false;
	p += strlen("include");
	while (p < end && isblank((unsigned char)*p))
		p++;
	if (p == end || (*p != '<' && *p != '"'))
		return false;
	close = memchr(p + 1, *p == '<' ? '>' : '"', (size_t)(end - p - 1));
	if (!close || (size_t)(close - p) > size)
		return false;
	snprintf(name, size, "%.*s", (int)(close - p - 1), p + 1);
	return *name && name[0] != '/' && !strstr(name, "..") && strncmp(name, "bcc/", 4) != 0 &&
	       name[strlen(name) - 1] != '/' && strcmp(name, "stdarg.h") != 0 &&
	       strcmp(name, KCONFIG) != 0;
}

static int write_included(const char *dir, const char *text, struct error *e)
{
	char name[256];
	int err = 0;

	for (const char *line = text; *line && !err;) {
		size_t len = strcspn(line, "\n");

		if (included_name(line, len, name, sizeof(name)))
			err = write_header(dir, name, "", 0, e);
		line += len + (line[len] == '\n');
	}
	return err;
}

/*
 * bpf.h makes the enumerators of enum bpf_func_id with a macro, FN(name, …). Their names are kept
 * in *names, each with its NUL.
 */
static void add_function_ids(struct words *w, const char *bpf_h, struct buf *names)
{
	for (const char *p = bpf_h; (p = strstr(p, "FN("));) {
		size_t len;

		p += strlen("FN(");
		len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_");
		if (!len || (p[len] != ',' && p[len] != ')'))
			continue;
		buf_str(names, "BPF_FUNC_");
		buf_add(names, p, len);
		buf_char(names, '\0');
	}
	for (size_t i = 0; i < names->len; i += strlen(names->data + i) + 1)
		words_add(w, names->data + i, WORD_DEFINES_NAME);
}

/* What a macro of ours says in its body, the text says where it uses the macro. */
static void add_macro_bodies(struct words *w, const char *macros)
{
	static const char define[] = "#define ";
	char name[64];

	for (const char *p = macros; (p = strstr(p, define));) {
		size_t len = strcspn(p, "\n");

		p += strlen(define);
		len -= strlen(define);
		if (sscanf(p, "%63[A-Za-z0-9_]", name) == 1 && words_flags(w, name) & WORD_USED)
			words_scan(w, p, len, WORD_USED | WORD_TAG | WORD_TAG_WHOLE);
		p += len;
	}
}

/* What the text uses, and which names are taken. */
static int collect_words(struct words *w, const char *text, const struct embedded *libbcc,
			 struct buf *names, struct error *e)
{
	for (int i = 0; i < EMBEDDED_COUNT; i++) {
		/* A text has proto.h only if it asks for it. */
		if (libbcc->text[i] && (i != EMBEDDED_PROTO || strstr(text, "bcc/proto.h")))
			words_scan(w, libbcc->text[i], strlen(libbcc->text[i]),
				   WORD_DEFINES_TAG | WORD_DEFINES_NAME);
	}
	if (libbcc->text[EMBEDDED_BPF])
		add_function_ids(w, libbcc->text[EMBEDDED_BPF], names);
	words_scan(w, text, strlen(text), ~0u);
	/* What a macro of one text needs, one of the texts before may have. */
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; kmacros_texts[i]; i++)
			add_macro_bodies(w, kmacros_texts[i]);
	for (unsigned int i = 0; i < kmacros_ntypes; i++)
		words_add(w, kmacros_types[i].name, WORD_USED);
	aliases_words(w);
	/* Every handler's context, which libbcc takes the arguments out of. */
	words_add(w, "pt_regs", WORD_TAG | WORD_TAG_WHOLE);
	return w->failed || buf_failed(names) ? error_nomem(e) : 0;
}

/* So that #ifdef and kmacros_text see that there is such a name already. */
static void add_enumerators(const struct words *w, struct buf *out)
{
	for (size_t i = 0; i < w->cap; i++) {
		const struct word_slot *s = &w->slots[i];

		if (s->flags & WORD_FOUND_ENUMERATOR)
			buf_printf(out, "#define %.*s %.*s\n", (int)s->len, s->name, (int)s->len,
				   s->name);
	}
}

static void add_sizes(const struct prune *p, struct buf *out)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int flags = words_flags(p->words, sizes[i].macro);
		unsigned int size = 0;

		if (flags & WORD_USED && !(flags & WORD_FOUND_ENUMERATOR))
			size = prune_member_size(p, sizes[i].type, sizes[i].member);
		if (size)
			buf_printf(out, "#ifndef %s\n#define %s %u\n#endif\n", sizes[i].macro,
				   sizes[i].macro, size);
	}
}

/*
 * A name that the text has for something of its own is left to it: a function, an enumerator, or a
 * struct's member or a variable where ours is for members of the kernel's.
 */
static bool is_texts_own(const struct words *w, const char *macro, size_t len)
{
	static const char member[] = "#endif " KMACROS_MEMBER "\n";
	unsigned int flags, taken = WORD_DEFINES_FUNCTION | WORD_DEFINES_NAME;
	char name[64];

	if (sscanf(macro, "#ifndef %63[A-Za-z0-9_]", name) != 1)
		return false;
	if (len > strlen(member) &&
	    memcmp(macro + len - strlen(member), member, strlen(member)) == 0)
		taken |= WORD_OWN;
	flags = words_flags(w, name);
	return flags & taken && !(flags & WORD_FOUND_ENUMERATOR);
}

/* A text of macros has three lines for each, and lines of its own with # for what is not of all. */
static void add_macros(const struct words *w, const char *macros, struct buf *out)
{
	for (const char *p = macros, *end; *p; p = end) {
		end = p;
		for (int n = strncmp(p, "#ifndef ", strlen("#ifndef ")) ? 1 : 3; n; n--)
			end = strchr(end, '\n') + 1;
		if (!is_texts_own(w, p, (size_t)(end - p)))
			buf_add(out, p, (size_t)(end - p));
	}
}

static void add_version(uint32_t version, struct buf *out)
{
	buf_printf(out,
		   "#define LINUX_VERSION_CODE %u\n"
		   "#define KERNEL_VERSION(a, b, c) "
		   "(((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n"
		   "#define LINUX_VERSION_MAJOR %u\n"
		   "#define LINUX_VERSION_PATCHLEVEL %u\n"
		   "#define LINUX_VERSION_SUBLEVEL %u\n",
		   version, version >> 16, version >> 8 & 0xff, version & 0xff);
}

/* The build's configuration as far as libbcc's headers ask for it, and the machine's page size. */
static void add_config(uint32_t version, struct buf *out)
{
	long page = sysconf(_SC_PAGESIZE);

	buf_str(out, "#define CONFIG_BPF_SYSCALL 1\n");
	/* A syscall's function gets its pt_regs: x86-64 from 4.17 on, arm64 from 4.19 on. */
	if (version >= (4 << 16 | 17 << 8))
		buf_str(out, "#ifdef __x86_64__\n"
			     "#define CONFIG_ARCH_HAS_SYSCALL_WRAPPER 1\n#endif\n");
	if (version >= (4 << 16 | 19 << 8))
		buf_str(out, "#ifdef __aarch64__\n"
			     "#define CONFIG_ARCH_HAS_SYSCALL_WRAPPER 1\n#endif\n");
	buf_printf(out, "#define PAGE_SHIFT %d\n",
		   page > 0 ? __builtin_ctzl((unsigned long)page) : 12);
}

/* The words stay those of the old text, and point into it. */
static int suit_text(struct tree_request *req, const struct words *w, const struct buf *types,
		     size_t from, struct error *e)
{
	req->suited = aliases_text(w, types, from, req->text);
	return req->suited ? 0 : error_nomem(e);
}

static int compose(struct tree_request *req, struct words *w, struct buf *out, struct error *e)
{
	struct prune p;
	size_t from;
	int err;

	err = prune_open(&p, req->btf, req->btf_len, req->btf_path, w, e);
	req->btf = NULL;
	if (err)
		return err;
	prune_mark(&p, req->whole);
	buf_str(out, "#ifndef BCCHOST_KCONFIG_H\n#define BCCHOST_KCONFIG_H\n"
		     "#pragma clang system_header\n");
	add_version(req->kernel_version, out);
	add_config(req->kernel_version, out);
	from = out->len;
	err = prune_dump(&p, out, e);
	if (!err && aliases_types(w, out, from))
		err = error_nomem(e);
	if (!err)
		err = suit_text(req, w, out, from, e);
	for (unsigned int i = 0; i < kmacros_ntypes; i++) {
		const struct kmacros_type *t = &kmacros_types[i];

		if (t->is && !(words_flags(w, t->name) & (WORD_FOUND_TYPEDEF | WORD_DEFINES_NAME)))
			buf_printf(out, "typedef %s %s;\n", t->is, t->name);
	}
	add_enumerators(w, out);
	add_sizes(&p, out);
	for (int i = 0; kmacros_texts[i]; i++)
		add_macros(w, kmacros_texts[i], out);
	buf_str(out, "#endif\n");
	if (!err && buf_failed(out))
		err = error_nomem(e);
	prune_close(&p);
	return err;
}

int tree_write(struct tree_request *req, struct error *e)
{
	struct buf out = {0}, names = {0};
	struct words w = {0};
	struct embedded libbcc;
	int err;

	embedded_find(&libbcc);
	err = collect_words(&w, req->text, &libbcc, &names, e);
	if (err)
		goto out;
	err = compose(req, &w, &out, e);
	if (err)
		goto out;
	err = write_header(req->dir, KCONFIG, out.data, out.len, e);
	if (!err)
		err = write_included(req->dir, req->text, e);
	for (int i = 0; i < EMBEDDED_COUNT && !err; i++)
		if (libbcc.text[i])
			err = write_included(req->dir, libbcc.text[i], e);
out:
	words_free(&w);
	buf_free(&names);
	buf_free(&out);
	free(req->btf);
	return err;
}
