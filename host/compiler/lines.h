/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines: keeps the line numbers of a text right while libbcc rewrites it.
 *
 * libbcc puts lines of its own around every function (two for a handler, one for a helper, more
 * for a tracepoint), so that what it compiles, and the debugging information with it, drifts away
 * from the text. A #line before every statement holds it.
 */
#ifndef BCCHOST_COMPILER_LINES_H
#define BCCHOST_COMPILER_LINES_H

/*
 * The text with #line directives added, the caller's to free; NULL without memory. One that has
 * no #line naming a file is left as it is: libbcc then finds the lines in its own copy.
 */
char *lines_pin(const char *text);

/* Blanks the #line directives out, in place: libbcc shows no source of a file but the main one. */
void lines_forget(char *text);

#endif
