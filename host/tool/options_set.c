/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/options_set.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tool/number.h"

#define UID_MAX	     4294967294u
#define COMM_MAX     15
#define MAJOR_MAX    4095
#define MINOR_MAX    1048575
#define PAGES_MAX    65536
#define DURATION_MAX (10 * 366 * 86400.0)
#define RELEASE_MAX  64

int options_wants(struct error *e, const char *what)
{
	return error_set(e, FAULT_USAGE, -EINVAL, "%s", what);
}

static int set_id(uint32_t *id, bool *has, const char *text, const char *what, struct error *e)
{
	uint64_t n;

	if (!number_u64(text, &n) || n < 1 || n > OPTIONS_PID_MAX)
		return error_set(e, FAULT_USAGE, -EINVAL, "a %s id is a whole number from 1 to %d",
				 what, OPTIONS_PID_MAX);
	*id = (uint32_t)n;
	*has = true;
	return 0;
}

int options_set_pid(struct options *o, const char *text, struct error *e)
{
	return set_id(&o->pid, &o->has_pid, text, "process", e);
}

int options_set_tid(struct options *o, const char *text, struct error *e)
{
	return set_id(&o->tid, &o->has_tid, text, "thread", e);
}

int options_set_uid(struct options *o, const char *text, struct error *e)
{
	const struct passwd *user = NULL;
	uint64_t n;

	/* A name that begins with a digit is none that useradd would take. */
	if (*text && !isdigit((unsigned char)*text) && *text != '-')
		user = getpwnam(text);
	if (user)
		n = user->pw_uid;
	else if (!number_u64(text, &n) || n > UID_MAX)
		return error_set(e, FAULT_USAGE, -EINVAL,
				 "a user is one's name, or a whole number from 0 to %u", UID_MAX);
	o->uid = (uint32_t)n;
	o->has_uid = true;
	return 0;
}

int options_set_name(struct options *o, const char *text, struct error *e)
{
	if (!*text || strlen(text) > COMM_MAX)
		return options_wants(e, "a process's name has 1 to 15 bytes");
	o->name = text;
	return 0;
}

static int check_exists(const char *text, struct stat *st, struct error *e)
{
	if (!*text)
		return options_wants(e, "a path is not empty");
	if (stat(text, st) < 0)
		return error_set(e, FAULT_USAGE, -errno, "%s", strerror(errno));
	return 0;
}

int options_check_directory(const char *text, struct error *e)
{
	struct stat st;
	int err;

	err = check_exists(text, &st, e);
	if (!err && !S_ISDIR(st.st_mode))
		err = error_set(e, FAULT_USAGE, -ENOTDIR, "%s", strerror(ENOTDIR));
	return err;
}

static int set_path(const char **to, const char *text, struct error *e)
{
	struct stat st;
	int err;

	err = check_exists(text, &st, e);
	if (!err)
		*to = text;
	return err;
}

static int set_file(const char **to, const char *text, struct error *e)
{
	struct stat st;
	int err;

	err = check_exists(text, &st, e);
	if (!err && S_ISDIR(st.st_mode))
		err = error_set(e, FAULT_USAGE, -EISDIR, "%s", strerror(EISDIR));
	if (!err)
		*to = text;
	return err;
}

int options_set_cgroupmap(struct options *o, const char *text, struct error *e)
{
	return set_path(&o->cgroupmap, text, e);
}

int options_set_mntnsmap(struct options *o, const char *text, struct error *e)
{
	return set_path(&o->mntnsmap, text, e);
}

int options_set_dir(struct options *o, const char *text, struct error *e)
{
	int err;

	err = options_check_directory(text, e);
	if (err)
		return err;
	o->dir = text;
	o->has_dir = true;
	return 0;
}

/* "8:1:1234" or "1234": the numbers before the last colon are the device's. */
static bool parse_inode(char *text, uint64_t *inode, bool *has_dev, dev_t *dev)
{
	char *last = strrchr(text, ':'), *first = strchr(text, ':');
	uint64_t ma, mi;

	*has_dev = last != NULL;
	if (!last)
		return number_u64(text, inode) && *inode;
	if (first == last)
		return false;
	*first = *last = '\0';
	if (!number_u64(text, &ma) || !number_u64(first + 1, &mi) || !number_u64(last + 1, inode))
		return false;
	if (ma > MAJOR_MAX || mi > MINOR_MAX || !*inode)
		return false;
	*dev = makedev((unsigned int)ma, (unsigned int)mi);
	return true;
}

int options_set_inode(struct options *o, const char *text, struct error *e)
{
	char *copy = strdup(text);
	bool good;

	if (!copy)
		return error_nomem(e);
	good = parse_inode(copy, &o->inode, &o->inode_has_dev, &o->inode_dev);
	free(copy);
	if (!good)
		return options_wants(e, "an inode is INODE or MAJOR:MINOR:INODE, as whole numbers "
					"(`stat -c %Hd:%Ld:%i FILE` prints them)");
	o->has_inode = true;
	return 0;
}

int options_set_duration(struct options *o, const char *text, struct error *e)
{
	double n;

	if (!number_real(text, &n) || n <= 0 || n > DURATION_MAX)
		return options_wants(e, "a duration is in seconds, over 0 and at most ten years");
	o->duration = n;
	return 0;
}

int options_set_max_events(struct options *o, const char *text, struct error *e)
{
	uint64_t n;

	if (!number_u64(text, &n) || n < 1 || n > 1ULL << 63)
		return options_wants(e, "a number of events is a whole number from 1 to 2^63");
	o->max_events = n;
	return 0;
}

int options_set_interval(struct options *o, const char *text, struct error *e)
{
	double n;

	if (!number_real(text, &n) || n < 0.01 || n > 86400)
		return options_wants(e, "an interval is in seconds, from 0.01 to 86400");
	o->interval = n;
	return 0;
}

int options_set_count(struct options *o, const char *text, struct error *e)
{
	uint64_t n;

	if (!number_u64(text, &n) || n < 1 || n > UINT32_MAX)
		return options_wants(e,
				     "a number of intervals is a whole number from 1 to 2^32 - 1");
	o->count = n;
	return 0;
}

int options_set_maxrows(struct options *o, const char *text, struct error *e)
{
	uint64_t n;

	if (!number_u64(text, &n) || n < 1 || n > 1000000)
		return options_wants(e, "a number of rows is a whole number from 1 to 1000000");
	o->maxrows = (uint32_t)n;
	return 0;
}

int options_set_buffer_pages(struct options *o, const char *text, struct error *e)
{
	uint64_t n;

	if (!number_u64(text, &n) || n < 1 || n > PAGES_MAX || (n & (n - 1)))
		return options_wants(e, "a number of pages is a power of two from 1 to 65536");
	o->buffer_pages = (uint32_t)n;
	return 0;
}

int options_set_buffer(struct options *o, const char *text, struct error *e)
{
	static const char *const words[] = {
		[OPTIONS_BUFFER_AUTO] = "auto",
		[OPTIONS_BUFFER_RING] = "ring",
		[OPTIONS_BUFFER_PERF] = "perf",
	};

	for (size_t i = 0; i < 3; i++) {
		if (!strcmp(text, words[i])) {
			o->buffer = (enum options_buffer)i;
			return 0;
		}
	}
	return options_wants(e, "a buffer is auto, ring or perf");
}

const char *const options_show_words[] = {"container", "pod", "cgroup", NULL};

static bool add_show(struct options *o, const char *word)
{
	for (size_t i = 0; options_show_words[i]; i++) {
		if (!strcmp(word, options_show_words[i])) {
			o->show |= 1u << i; /* enum options_show is in this order */
			return true;
		}
	}
	return false;
}

int options_set_color(struct options *o, const char *text, struct error *e)
{
	static const char *const words[] = {
		[OPTIONS_COLOR_AUTO] = "auto",
		[OPTIONS_COLOR_ALWAYS] = "always",
		[OPTIONS_COLOR_NEVER] = "never",
	};

	for (size_t i = 0; i < 3; i++) {
		if (!strcmp(text, words[i])) {
			o->color = (enum options_color)i;
			o->color_given = true;
			return 0;
		}
	}
	return options_wants(e, "colours are auto, always or never");
}

int options_set_output(struct options *o, const char *text, struct error *e)
{
	static const char *const words[] = {
		[OPTIONS_OUTPUT_TEXT] = "text",
		[OPTIONS_OUTPUT_JSON] = "json",
		[OPTIONS_OUTPUT_CSV] = "csv",
		[OPTIONS_OUTPUT_SVG] = "svg",
	};

	for (size_t i = OPTIONS_OUTPUT_TEXT; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i])) {
			o->output = (enum options_output)i;
			return 0;
		}
	}
	return options_wants(e, "what is printed is text, json or csv; of a histogram also svg");
}

const char *const options_debug_words[] = {"preprocessed", "ir", "asm", "source", "verifier", NULL};

static bool add_debug(struct options *o, const char *word)
{
	for (size_t i = 0; options_debug_words[i]; i++) {
		if (!strcmp(word, options_debug_words[i])) {
			o->debug |= 1u << i;
			return true;
		}
	}
	return false;
}

/* Words with commas between them. */
static int add_words(struct options *o, const char *text,
		     bool (*add)(struct options *, const char *), const char *what, struct error *e)
{
	char *copy, *word, *rest;
	bool good = true;

	copy = rest = strdup(text);
	if (!copy)
		return error_nomem(e);
	while (good && (word = strsep(&rest, ",")))
		good = add(o, word);
	free(copy);
	return good ? 0 : options_wants(e, what);
}

int options_set_debug(struct options *o, const char *text, struct error *e)
{
	return add_words(o, text, add_debug,
			 "what to show is preprocessed, ir, asm, source or verifier, with commas "
			 "between several",
			 e);
}

int options_set_show(struct options *o, const char *text, struct error *e)
{
	return add_words(o, text, add_show,
			 "what to show is container, pod or cgroup, with commas between several",
			 e);
}

int options_set_btf(struct options *o, const char *text, struct error *e)
{
	if (!strcmp(text, "none")) {
		o->btf = text;
		return 0;
	}
	return set_file(&o->btf, text, e);
}

int options_set_kallsyms(struct options *o, const char *text, struct error *e)
{
	return set_file(&o->kallsyms, text, e);
}

/* It is written into a comment of the C text, so it is no more than uname -r could say. */
int options_set_release(struct options *o, const char *text, struct error *e)
{
	const char *s = text;

	while (isalnum((unsigned char)*s) || (*s && strchr(".-+_~", *s)))
		s++;
	if (!isdigit((unsigned char)*text) || !strchr(text, '.') || *s || s - text > RELEASE_MAX)
		return options_wants(e,
				     "a release is as `uname -r` prints it, like 6.1.0-13-amd64");
	o->release = text;
	return 0;
}

int options_set_headers(struct options *o, const char *text, struct error *e)
{
	if (!strcmp(text, "auto") || !strcmp(text, "btf") || !strcmp(text, "installed")) {
		o->headers = text;
		return 0;
	}
	return set_path(&o->headers, text, e);
}
