/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: a line on a terminal while something takes long: "bcchost: compiling opensnoop, 2 s".
 *
 * It comes after a second, is written anew every second, and leaves nothing behind. Each time the
 * cursor goes back to where the line begins, so that what others say meanwhile goes over it.
 */
#ifndef BCCHOST_BASE_PROGRESS_H
#define BCCHOST_BASE_PROGRESS_H

struct progress;

/*
 * NULL, which the others take too, if fd is no terminal, or one that cannot erase a line (TERM
 * unset or "dumb"), or without memory: there is no line then. doing ("compiling") and what
 * ("opensnoop") must live as long as the line. Ended by progress_end.
 */
struct progress *progress_begin(int fd, const char *doing, const char *what);

/* From now on it is something else that takes long; the time goes on. */
void progress_step(struct progress *p, const char *doing);

/* Erases the line, if there is one yet, and frees p. */
void progress_end(struct progress *p);

#endif
