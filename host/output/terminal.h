/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: what is known of the terminal that is printed to: its size, which follows it, whether
 * it is coloured, and for a steady screen (output/screen.h) the keys, one by one. Where stdout is
 * no terminal nothing of this is done: no signal is taken, no mode is changed.
 *
 * Signals are taken through a descriptor, which the run polls, so that nothing happens in a
 * handler: SIGWINCH, SIGCONT, and with keys SIGTSTP, SIGQUIT, SIGUSR1 and SIGUSR2 too, before which
 * the keyboard's mode is put back. Only what a crash sends (SIGSEGV, SIGABRT …) has a handler,
 * which does the same; so one terminal at a time has keys.
 */
#ifndef BCCHOST_OUTPUT_TERMINAL_H
#define BCCHOST_OUTPUT_TERMINAL_H

#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "tool/options.h"

/* What happened, bits of terminal_events. */
enum terminal_event {
	TERMINAL_RESIZED = 1, /* rows and columns are the new ones */
	TERMINAL_AGAIN = 2,   /* it was stopped, and others wrote on the screen meanwhile */
	TERMINAL_QUIT = 4,    /* q, or the keyboard is gone */
	TERMINAL_PAUSE = 8,   /* space, an odd number of times */
	TERMINAL_SORT = 16,   /* s */
};

struct terminal {
	int out, in;
	bool tty;		    /* out is a terminal */
	bool escapes;		    /* … that takes escape sequences */
	bool colour;		    /* lines may have colours; also without a terminal, if asked */
	unsigned int rows, columns; /* 24 and 80 where it does not say */
	int signals;		    /* to be polled; -1: there are none to wait for */
	int keys;		    /* to be polled; -1: they do not come one by one */
	bool with_keys;		    /* they were asked for */
	bool saved;
	struct termios before; /* as it was found */
	sigset_t taken;	       /* signals */
	locale_t locale;       /* in which characters have their width */
};

/* Looks at stdout and the environment; changes nothing. terminal_free. */
void terminal_init(struct terminal *t, int out, int in, enum options_color color);

/* Takes the signals, and if `keys` the keyboard, where there is one and we are in the foreground.
 * Without descriptors to do so it does without. */
void terminal_begin(struct terminal *t, bool keys);

/* What happened since the last call; after a poll of `signals` and `keys`. Does not wait, but for
 * SIGTSTP: then it stops, and returns when it goes on. */
unsigned int terminal_events(struct terminal *t);

/*
 * May the screen be drawn on: is it ours, or are we in the background? Back in the foreground it
 * takes the keyboard again.
 */
bool terminal_in_front(struct terminal *t);

/* Gives the keyboard back as it was; what was typed and not read is dropped. */
void terminal_leave(struct terminal *t);

/* terminal_leave, and signals do again what they did. */
void terminal_free(struct terminal *t);

/* The columns that a text takes on a terminal: UTF-8 without control characters. */
size_t terminal_width(const char *text, size_t len);

/* The bytes, and in *width the columns, of the character at the text's beginning. */
size_t terminal_char(const char *text, size_t len, size_t *width);

#endif
