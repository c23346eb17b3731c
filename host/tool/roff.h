/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roff: text as man(7) wants it. What is a macro, a font or a quote in roff is escaped, so that it
 * comes out as it was written; other than ASCII is written by its number.
 */
#ifndef BCCHOST_TOOL_ROFF_H
#define BCCHOST_TOOL_ROFF_H

#include "base/buf.h"

/* The text as it is, on the line that has been begun. */
void roff_words(struct buf *b, const char *s);

/* Text that flows: lines of its own, each sentence on a new one; `a command` is bold. A newline
 * inside begins a paragraph, with the macro that is given (".PP"). */
void roff_text(struct buf *b, const char *s, const char *paragraph);

/* What a .TP says of a tag: `tag` in bold, then the text. */
#define ROFF_TAGGED ".IP" /* its paragraphs, for roff_text */
void roff_tagged(struct buf *b, const char *tag, const char *text);

/* Makes the first letter of what is no roff yet a capital one. */
void roff_capital(struct buf *text);

/* .SH or .SS and the heading. */
void roff_heading(struct buf *b, const char *macro, const char *heading);

/* "\fB…\fR" and "\fI…\fR", on the line that has been begun. */
void roff_bold(struct buf *b, const char *s);
void roff_italic(struct buf *b, const char *s);

#endif
