/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen: a picture on a terminal that is drawn again and again at the same place: from the top
 * left corner, each line over the one before and the rest of it erased, so that nothing flickers.
 * It is the terminal's normal screen: what stood there before the first picture scrolls away (it
 * can be scrolled back to), and the last picture stays when the run is over.
 */
#ifndef BCCHOST_OUTPUT_SCREEN_H
#define BCCHOST_OUTPUT_SCREEN_H

#include "output/terminal.h"
#include "output/writer.h"

struct screen {
	struct writer *w;
	const struct terminal *t; /* both outlive it */
	bool drawn;		  /* its place is made */
	bool help;		  /* the cursor is behind the line of keys */
	unsigned int used;	  /* lines of this picture */
};

void screen_begin(struct screen *s);

/*
 * Lines, each with its newline, which colours may be in (SGR sequences); what is wider than the
 * terminal is cut, what is below its last line but one is left out.
 */
void screen_add(struct screen *s, const char *text, size_t len);

/* How many more lines there is room for. */
unsigned int screen_left(const struct screen *s);

/* Erases what is left of an older picture; help, if not NULL, is the last line. */
void screen_end(struct screen *s, const char *help);

/* Others wrote there: the next picture makes its place anew. */
void screen_lost(struct screen *s);

/* The last picture stays; what is printed next stands below it. */
void screen_leave(struct screen *s);

#endif
