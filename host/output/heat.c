/* SPDX-License-Identifier: Apache-2.0 */
#include "output/heat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/colour.h"
#include "base/file.h"
#include "output/screen.h"

#define COLUMNS_SCREEN 512 /* as many as the widest terminal shows */
#define COLUMNS_TEXT   56  /* of 80, with the widest bound beside them */
#define COLUMNS_SVG    360

struct heat {
	struct heatmap map;
	struct heatmap_look look;
	enum heat_as as;
	size_t slots;
	struct writer *w;
	struct terminal *t;
	struct screen screen;
	uint64_t since; /* ns since the epoch */
	bool begun, paused;
};

static uint64_t epoch_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int heat_new(struct heat **out, size_t slots, const struct heatmap_look *look, enum heat_as as,
	     struct writer *w, struct error *e)
{
	struct heat *h = calloc(1, sizeof(*h));

	if (!h)
		return error_nomem(e);
	h->look = *look;
	h->slots = slots;
	h->as = as;
	h->w = w;
	*out = h;
	return 0;
}

void heat_free(struct heat *h)
{
	if (!h)
		return;
	heatmap_free(&h->map);
	free(h);
}

bool heat_has_screen(const struct heat *h)
{
	return h->as == HEAT_TEXT && h->t && h->t->escapes;
}

int heat_begin(struct heat *h, struct terminal *t, struct error *e)
{
	bool screen;
	int err;

	h->t = t;
	h->screen = (struct screen){.w = h->w, .t = t};
	h->since = epoch_ns();
	screen = heat_has_screen(h);
	err = heatmap_init(&h->map, h->slots,
			   screen	       ? COLUMNS_SCREEN
			   : h->as == HEAT_SVG ? COLUMNS_SVG
					       : COLUMNS_TEXT,
			   !screen, e);
	h->begun = !err;
	return err;
}

void heat_interval(struct heat *h)
{
	uint64_t now = epoch_ns();

	if (!h->begun)
		return;
	heatmap_interval(&h->map, h->since, now);
	h->since = now;
}

int heat_add(struct heat *h, const char *section, const uint64_t *counts, struct error *e)
{
	return h->begun ? heatmap_add(&h->map, section, counts, e) : 0;
}

static int put(struct heat *h, struct buf *b, bool screen, struct error *e)
{
	int err = buf_failed(b) ? error_nomem(e) : 0;

	if (!err && screen)
		screen_add(&h->screen, b->data, b->len);
	else if (!err)
		writer_add(h->w, b->data, b->len);
	buf_free(b);
	return err;
}

static void choose_look(struct heat *h, bool screen)
{
	h->look.columns = h->t && h->t->tty ? h->t->columns : 80;
	h->look.rows = screen ? h->t->rows - 1 : 0;
	h->look.colours = h->t && h->t->colour && colour_has_256();
}

static int draw(struct heat *h, struct error *e)
{
	struct buf b = {0};
	int err;

	choose_look(h, true);
	heatmap_text(&b, &h->map, &h->look);
	screen_begin(&h->screen);
	err = put(h, &b, true, e);
	screen_end(&h->screen, h->t->keys < 0 ? NULL
			       : h->paused    ? "q: quit, space: go on (paused)"
					      : "q: quit, space: pause");
	return err;
}

static bool may_draw(struct heat *h)
{
	if (!heat_has_screen(h))
		return false;
	if (terminal_in_front(h->t))
		return true;
	screen_lost(&h->screen);
	return false;
}

int heat_show(struct heat *h, struct error *e)
{
	return h->begun && !h->paused && may_draw(h) ? draw(h, e) : 0;
}

void heat_events(struct heat *h, unsigned int what)
{
	if (what & TERMINAL_AGAIN)
		screen_lost(&h->screen);
	if (what & TERMINAL_PAUSE)
		h->paused = !h->paused;
	if (h->begun && may_draw(h))
		draw(h, NULL);
}

/* A word of the command line as a shell would take it. */
static void add_word(struct buf *b, const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "%+,-./:=@_^";

	if (*word && !word[strspn(word, safe)]) {
		buf_str(b, word);
		return;
	}
	buf_char(b, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_str(b, "'\\'");
		buf_char(b, *word);
	}
	buf_char(b, '\'');
}

/* What was typed, without the directory that bcchost is in. */
static void add_command(struct buf *b)
{
	char *words = NULL;
	size_t len = 0;

	if (file_read("/proc/self/cmdline", &words, &len, NULL))
		return;
	for (size_t at = 0; at < len; at += strlen(words + at) + 1) {
		const char *slash = at ? NULL : strrchr(words, '/');

		if (at)
			buf_char(b, ' ');
		add_word(b, slash ? slash + 1 : words + at);
	}
	free(words);
}

static int put_picture(struct heat *h, struct error *e)
{
	struct buf title = {0}, where = {0}, b = {0};
	struct utsname name;
	int err;

	add_command(&title);
	if (uname(&name) == 0)
		buf_printf(&where, "%s, %s %s", name.nodename, name.sysname, name.release);
	h->look.title = title.data ?: "bcchost";
	h->look.where = where.data ?: "";
	heatmap_svg(&b, &h->map, &h->look);
	b.failed |= buf_failed(&title) || buf_failed(&where);
	err = put(h, &b, false, e);
	buf_free(&title);
	buf_free(&where);
	return err;
}

/* The run's end is no interval, if it came soon after one and nothing was in it. */
static void drop_rest(struct heat *h)
{
	struct heatmap *m = &h->map;
	const struct heatmap_column *last;
	size_t first, to;

	if (m->n < 2 || m->in_last > 1)
		return;
	last = &m->columns[m->n - 1];
	if (last->end <= last->begin || (double)(last->end - last->begin) > h->look.interval * 5e8)
		return;
	for (size_t i = 0; i < m->nsections; i++)
		if (heatmap_range(m, &m->sections[i], m->n - 1, &first, &to))
			return;
	m->n--;
	m->in_last = m->per;
}

int heat_end(struct heat *h, struct error *e)
{
	struct buf b = {0};
	int err;

	if (!h->begun)
		return 0;
	drop_rest(h);
	h->paused = false;
	if (h->as == HEAT_SVG)
		return put_picture(h, e);
	if (may_draw(h)) {
		err = draw(h, e);
		screen_leave(&h->screen);
		return err;
	}
	choose_look(h, false);
	heatmap_text(&b, &h->map, &h->look);
	return put(h, &b, false, e);
}
