/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcchost-compile: C text on standard input, an object on descriptor 3. Started by the host
 * (host/object/compile.c), which gives it an empty directory for the headers, an environment of
 * its own and a time limit; not meant to be started by hand.
 *
 * Exit: 0 compiled; 1 the text was refused, diagnostics on stderr (LLVM exits with 1 by itself,
 * too); 2 something else failed, one line on stderr says what.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "compiler/collect.h"
#include "compiler/confine.h"
#include "compiler/libbcc.h"
#include "compiler/lines.h"
#include "compiler/standin.h"
#include "compiler/tree.h"
#include "object/object.h"

enum { EXIT_COMPILED = 0, EXIT_REFUSED = 1, EXIT_FAILED = 2 };

#define OBJECT_FD 3

struct options {
	const char *btf;  /* headers are made from it, in dir */
	const char *dir;  /* the kernel's headers; NULL: libbcc finds the running kernel's */
	uint32_t version; /* LINUX_VERSION_CODE */
	unsigned int debug;
	bool whole, warnings, version_only;
};

static const struct option long_options[] = {
	{"btf", required_argument, NULL, 'b'},
	{"dir", required_argument, NULL, 'd'},
	{"kernel-version", required_argument, NULL, 'k'},
	{"debug", required_argument, NULL, 'D'}, /* LIBBCC_DEBUG_… */
	{"whole", no_argument, NULL, 'w'},	 /* all types of the BTF */
	{"warnings", no_argument, NULL, 'W'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool parse_options(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'b':
			o->btf = optarg;
			break;
		case 'd':
			o->dir = optarg;
			break;
		case 'k':
			o->version = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'D':
			o->debug = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			o->whole = true;
			break;
		case 'W':
			o->warnings = true;
			break;
		case 'V':
			o->version_only = true;
			return true;
		default:
			return false;
		}
	}
	return optind == argc && (o->dir || !o->btf);
}

static int print_version(struct error *e)
{
	char *version = libbcc_version();

	if (!version)
		return error_nomem(e);
	puts(version);
	free(version);
	return fflush(stdout) ? error_set(e, FAULT_RUN, -errno, "cannot write: %s", strerror(errno))
			      : 0;
}

static int read_text(char **text, struct error *e)
{
	char block[16384];
	struct buf b = {0};
	ssize_t n;

	while ((n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (n > 0) {
			buf_add(&b, block, (size_t)n);
		} else if (errno != EINTR) {
			buf_free(&b);
			return error_set(e, FAULT_RUN, -errno, "cannot read the text: %s",
					 strerror(errno));
		}
	}
	*text = buf_take(&b);
	return *text ? 0 : error_nomem(e);
}

static int write_object(const struct object *o, struct error *e)
{
	void *data = NULL;
	size_t len, done = 0;
	int err;

	err = object_pack(o, &data, &len, e);
	while (!err && done < len) {
		ssize_t n = write(OBJECT_FD, (char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			err = error_set(e, FAULT_RUN, -EIO, "cannot give the object to the host");
	}
	free(data);
	return err;
}

/* Puts the headers where libbcc looks for them. *suited: the text for them; NULL: as it is. */
static int prepare(const struct options *o, const char *dir, const char *text, char *btf,
		   size_t btf_len, char **suited, struct error *e)
{
	struct tree_request req = {
		.dir = dir,
		.btf_path = o->btf,
		.btf = btf,
		.btf_len = btf_len,
		.text = text,
		.kernel_version = o->version,
		.whole = o->whole,
	};
	int err;

	/* bpf_probe_read_kernel and _user are of 5.5. */
	standin.old_load = libbcc_before(0, 25);
	standin.probe_read_kernel = o->version >= (5 << 16 | 5 << 8);
	if (dir && setenv("BCC_KERNEL_SOURCE", dir, 1) < 0) {
		free(btf);
		return error_nomem(e);
	}
	err = o->btf ? tree_write(&req, e) : 0;
	*suited = req.suited;
	return err;
}

/* libbcc makes struct tracepoint__CATEGORY__EVENT of what tracefs says, which root alone may read.
 */
static bool reads_formats(const char *text)
{
	return strstr(text, "TRACEPOINT_PROBE") || strstr(text, "tracepoint__");
}

static int run(const struct options *o, struct error *e)
{
	const char *cflags[4];
	struct object *obj = NULL;
	char *text = NULL, *suited = NULL, *pinned = NULL, *btf = NULL, *dir = NULL;
	size_t btf_len = 0;
	void *module;
	int err = 0, ncflags = 0;

	/* While the host still makes the text. */
	if (o->btf)
		err = file_read(o->btf, &btf, &btf_len, e);
	if (!err)
		err = read_text(&text, e);
	if (!err)
		err = confine(o->dir, o->btf != NULL, reads_formats(text), &dir, e);
	if (err)
		free(btf);
	else
		err = prepare(o, dir, text, btf, btf_len, &suited, e);
	if (err)
		goto out;
	if (o->debug & LIBBCC_DEBUG_SOURCE)
		lines_forget(suited ?: text);
	pinned = lines_pin(suited ?: text);
	if (!pinned) {
		err = error_nomem(e);
		goto out;
	}
	/* The headers' directory has a new name every time, and is no part of a file's name. */
	cflags[ncflags++] = "-fdebug-compilation-dir=.";
	/* Kernels from 6.19 on have members that are a named struct without a name of their own. */
	cflags[ncflags++] = "-fms-extensions";
	if (!o->warnings)
		cflags[ncflags++] = "-Wno-everything";
	/* There is nothing to link with: what is called must be known. (With -w it would not be
	 * told.) */
	cflags[ncflags++] = "-Werror=implicit-function-declaration";
	module = bpf_module_create_c_from_string(pinned, o->debug, cflags, ncflags, false, NULL);
	if (!module) {
		err = error_set(e, FAULT_TOOL, -EINVAL, "libbcc refused the text");
		goto out;
	}
	err = collect(module, &obj, e) ?: write_object(obj, e);
out:
	object_free(obj);
	free(pinned);
	free(suited);
	free(text);
	free(dir);
	return err;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct error e = {0};
	int err, status;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no host, no use */
	libbpf_set_print(NULL);
	if (!parse_options(argc, argv, &o)) {
		fputs("bcchost-compile: wrong options; it is started by bcchost\n", stderr);
		return EXIT_FAILED;
	}
	err = o.version_only ? print_version(&e) : run(&o, &e);
	status = !err ? EXIT_COMPILED : e.fault == FAULT_TOOL ? EXIT_REFUSED : EXIT_FAILED;
	if (err)
		fprintf(stderr, "bcchost-compile: %s\n", e.text);
	error_clear(&e);
	/* What LLVM printed is to be flushed; what it allocated need not be freed. */
	if (o.debug)
		exit(status);
	_exit(status);
}
