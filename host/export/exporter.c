/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/exporter.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "export/config.h"
#include "export/exported.h"
#include "export/http.h"
#include "export/names.h"
#include "export/own.h"
#include "export/sandbox.h"
#include "export/text.h"

struct tools {
	size_t n;
	struct exported **v;
};

struct exporter {
	const struct exporter_asked *asked;
	struct exporter_signals *signals;
	struct tools tools;
	struct http *http;
	struct own *own;
	struct pollfd *fds; /* two more than tools */
};

/* --- at work --- */

static void work(struct exported *x, bool readable, bool all)
{
	struct error e = {0};

	if (exported_work(x, readable, all, &e))
		exported_stop(x, &e);
	error_clear(&e);
}

static void write_metrics(void *ctx, bool openmetrics, struct buf *b)
{
	struct exporter *x = ctx;

	for (size_t i = 0; i < x->tools.n; i++)
		work(x->tools.v[i], false, true);
	for (size_t i = 0; i < x->tools.n; i++) {
		const struct counting *c = exported_counting(x->tools.v[i]);

		for (size_t j = 0; c && j < counting_count(c); j++)
			text_family(b, counting_family(c, j), openmetrics);
	}
	own_write(x->own, x->tools.v, x->tools.n, openmetrics, b);
	text_end(b, openmetrics);
}

static int poll_timeout(const struct exporter *x, uint64_t now)
{
	int http = http_timeout(x->http);
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < x->tools.n; i++) {
		uint64_t one = exported_due(x->tools.v[i]);

		due = one < due ? one : due;
	}
	if (due == UINT64_MAX)
		return http;
	due = due <= now ? 0 : (due - now + 999999) / 1000000;
	return http >= 0 && (uint64_t)http < due ? http : (int)due;
}

/* Waits, at most so many milliseconds (-1: as long as nothing is there), and works once. */
static int turn(struct exporter *x, int timeout, struct error *e)
{
	struct pollfd *fds = x->fds;
	size_t n = x->tools.n;

	for (size_t i = 0; i < n; i++)
		fds[i + 2] = (struct pollfd){exported_fd(x->tools.v[i]), POLLIN, 0};
	fds[0] = (struct pollfd){x->signals->fd, POLLIN, 0};
	fds[1] = (struct pollfd){http_fd(x->http), POLLIN, 0};
	if (poll(fds, n + 2, timeout) < 0 && errno != EINTR)
		return error_set(e, FAULT_RUN, -errno, "poll: %s", strerror(errno));
	for (size_t i = 0; i < n; i++)
		work(x->tools.v[i], fds[i + 2].revents != 0, false);
	http_run(x->http);
	return 0;
}

/* While a compiler is at work, the others go on. */
static void idle(void *ctx)
{
	turn(ctx, 0, NULL);
}

/* --- what is asked for --- */

static void free_tools(struct tools *t)
{
	for (size_t i = 0; i < t->n; i++)
		exported_free(t->v[i]);
	free(t->v);
	*t = (struct tools){0};
}

static int read_config(const struct exporter_asked *asked, struct config *c, struct error *e)
{
	int err = asked->config ? config_add_file(c, asked->config, e) : 0;

	for (size_t i = 0; i < asked->nwords && !err; i++)
		err = config_add_word(c, asked->words[i], e);
	return err ?: config_check(c, e);
}

/* The one that runs, with what it counted, if the same is asked of it. */
static struct exported *same_as_now(const struct exporter *x, const struct config_program *wanted)
{
	for (size_t i = 0; i < x->tools.n; i++)
		if (exported_up(x->tools.v[i]) &&
		    config_same(exported_wanted(x->tools.v[i]), wanted))
			return x->tools.v[i];
	return NULL;
}

static bool is_kept(const struct exporter *x, const struct exported *tool)
{
	for (size_t i = 0; i < x->tools.n; i++)
		if (x->tools.v[i] == tool)
			return true;
	return false;
}

static void drop_new(const struct exporter *x, struct tools *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!is_kept(x, t->v[i]))
			exported_free(t->v[i]);
	free(t->v);
	*t = (struct tools){0};
}

/* All that is asked for: tools that go on, and new ones, which are not compiled yet. */
static int gather(struct exporter *x, struct tools *t, struct error *e)
{
	struct config c = {0};
	int err = read_config(x->asked, &c, e);

	t->v = calloc(c.n + 1, sizeof(*t->v));
	if (!err && !t->v)
		err = error_nomem(e);
	for (size_t i = 0; i < c.n && !err; i++) {
		t->v[i] = same_as_now(x, &c.programs[i]);
		if (!t->v[i])
			err = exported_new(&t->v[i], x->asked->find, x->asked->global, &c,
					   &c.programs[i], &x->signals->stopped, e);
		t->n += !err;
	}
	if (!err)
		err = names_check((const struct exported *const *)t->v, t->n, e);
	config_free(&c);
	if (err)
		drop_new(x, t);
	return err;
}

/*
 * Compiles the new ones; scrapes are answered meanwhile. Those that fail are named in *failed,
 * which has room for each: the error of each is told when all are known to be well asked for.
 */
static int make(struct exporter *x, struct tools *t, struct error *failed, struct error *e)
{
	bool wrong;
	int err;

	for (size_t i = 0; i < t->n; i++) {
		if (x->signals->stopped)
			return error_set(e, FAULT_RUN, -EINTR, "interrupted");
		if (exported_counting(t->v[i]))
			continue; /* one that goes on */
		exported_idle(t->v[i], idle, x);
		err = exported_make(t->v[i], &wrong, &failed[i]);
		if (err && wrong) {
			*e = failed[i];
			failed[i] = (struct error){0};
			return err;
		}
		err = turn(x, 0, e);
		if (err)
			return err;
	}
	return 0;
}

/* Attaches the new ones. How many are up in the end. */
static size_t start(struct exporter *x, struct error *failed)
{
	size_t up = 0;

	for (size_t i = 0; i < x->tools.n; i++) {
		struct exported *tool = x->tools.v[i];

		if (!exported_up(tool) && !failed[i].fault && !x->signals->stopped)
			exported_start(tool, &failed[i]);
		if (failed[i].fault)
			exported_stop(tool, &failed[i]);
		up += exported_up(tool);
	}
	return up;
}

/* From now on these are the tools; those that are not among them go. */
static int take(struct exporter *x, struct tools *t, struct error *e)
{
	struct pollfd *fds = realloc(x->fds, (t->n + 2) * sizeof(*fds));
	struct tools old = x->tools;

	if (!fds)
		return error_nomem(e);
	x->fds = fds;
	x->tools = *t;
	*t = (struct tools){0};
	for (size_t i = 0; i < old.n; i++) {
		if (is_kept(x, old.v[i]))
			continue;
		own_forget(x->own, old.v[i]);
		exported_free(old.v[i]);
	}
	free(old.v);
	return 0;
}

static void free_errors(struct error *failed, size_t n)
{
	for (size_t i = 0; failed && i < n; i++)
		error_clear(&failed[i]);
	free(failed);
}

/* What a reader of the log wants to know. */
static void tell(const struct exporter *x)
{
	fprintf(stderr, "bcchost: exporting");
	for (size_t i = 0; i < x->tools.n; i++)
		if (exported_up(x->tools.v[i]))
			fprintf(stderr, " %s", exported_name(x->tools.v[i]));
	fprintf(stderr, " at http://%s/metrics\n", x->asked->listen);
}

/* --- the beginning, and what SIGHUP asks for --- */

static int lower(const struct exporter_asked *asked, struct error *e)
{
	int err = asked->user ? sandbox_user(asked->user, e) : sandbox_capabilities(e);

	return err || asked->no_seccomp ? err : sandbox_enter(e);
}

static int begin(struct exporter *x, struct error *e)
{
	struct tools t = {0};
	struct error *failed;
	size_t n;
	int err = x->asked->user ? sandbox_check_user(x->asked->user, e) : 0;

	/* Before anything takes time, or is attached. */
	if (!err)
		err = gather(x, &t, e);
	if (!err)
		err = http_new(&x->http, x->asked->listen, write_metrics, x, e);
	if (err) {
		drop_new(x, &t);
		return err;
	}
	n = t.n;
	failed = calloc(n + 1, sizeof(*failed));
	err = failed ? take(x, &t, e) : error_nomem(e);
	if (err) {
		drop_new(x, &t);
		goto out;
	}
	t = (struct tools){n, x->tools.v};
	err = make(x, &t, failed, e);
	if (err || x->signals->stopped)
		goto out;
	/* A SIGHUP that came meanwhile ended a compile; it will be tried again. */
	if (!start(x, failed) && n && !x->signals->stopped && !x->signals->reload)
		err = error_set(e, failed[0].fault ? failed[0].fault : FAULT_RUN, -ENOENT,
				n > 1 ? "none of the tools runs" : "nothing is left to export");
	else
		err = lower(x->asked, e);
	if (!err && !x->signals->stopped)
		tell(x);
out:
	free_errors(failed, n);
	return err;
}

static int reload(struct exporter *x, struct error *e)
{
	struct tools t = {0};
	struct error *failed = NULL;
	size_t n;
	int err = gather(x, &t, e);

	n = t.n;
	if (!err && !(failed = calloc(n + 1, sizeof(*failed))))
		err = error_nomem(e);
	if (!err)
		err = make(x, &t, failed, e) ?: take(x, &t, e);
	if (err) {
		drop_new(x, &t);
	} else {
		start(x, failed);
		tell(x);
	}
	free_errors(failed, n);
	return err;
}

static void on_reload(struct exporter *x)
{
	struct error e = {0};
	int err;

	x->signals->reload = 0;
	err = reload(x, &e);
	if (err && !x->signals->stopped)
		fprintf(stderr, "bcchost: %s\nbcchost: what ran before goes on\n",
			e.text ? e.text : "out of memory");
	own_reloaded(x->own, !err);
	error_clear(&e);
}

int exporter_run(const struct exporter_asked *asked, struct exporter_signals *signals,
		 struct error *e)
{
	struct exporter x = {.asked = asked, .signals = signals, .own = own_new()};
	uint64_t told;
	int err = x.own ? begin(&x, e) : error_nomem(e);

	while (!err && !signals->stopped) {
		if (read(signals->fd, &told, sizeof(told)) > 0 && signals->reload)
			on_reload(&x);
		err = turn(&x, poll_timeout(&x, clock_ns()), e);
	}
	if (err == -EINTR && signals->stopped) {
		error_clear(e);
		err = 0;
	}
	http_free(x.http);
	free_tools(&x.tools);
	own_free(x.own);
	free(x.fds);
	return err;
}

static void print_names(const struct exported *x)
{
	const struct metrics *m = exported_metrics(x);

	printf("%s:", exported_name(x));
	for (size_t i = 0; i < metrics_count(m); i++)
		printf(" %s", metrics_get(m, i)->name);
	printf("\n");
}

int exporter_check(const struct exporter_asked *asked, struct exporter_signals *signals,
		   struct error *e)
{
	struct exporter x = {.asked = asked, .signals = signals};
	struct tools t = {0};
	bool wrong;
	int err = gather(&x, &t, e);

	for (size_t i = 0; i < t.n && !err; i++) {
		err = exported_make(t.v[i], &wrong, e);
		if (!err)
			print_names(t.v[i]);
		else if (!wrong)
			error_prefix(e, err, "%s", exported_name(t.v[i]));
	}
	free_tools(&t);
	return err;
}
