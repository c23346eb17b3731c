/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sent: what a text sends through its buffers, by the declarations of the variables. libbcc names
 * the members' types, but not what is in a struct of the text's own: a table of the event's type,
 * which the compiler describes whole, tells that (OBJECT_EVENT).
 */
#ifndef BCCHOST_SCRIPT_SENT_H
#define BCCHOST_SCRIPT_SENT_H

#include "script/source.h"

/*
 * *text: lines of C that declare such a table for each buffer through which something is sent
 * whose type was found, the caller's; NULL if there is none. The compiler may refuse them: a type
 * may be a function's own, or under another #if.
 */
int sent_tables(const struct source *s, char **text, struct error *e);

#endif
