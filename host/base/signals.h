/* SPDX-License-Identifier: Apache-2.0 */
/* signals: those that a loop waits for beside its descriptors, through one that becomes readable.
 */
#ifndef BCCHOST_BASE_SIGNALS_H
#define BCCHOST_BASE_SIGNALS_H

#include <stddef.h>

#include "base/error.h"

/*
 * Has each of the n signals call `on`, and SIGPIPE ignored. *fd is set before: an eventfd, the
 * caller's. FAULT_RUN if there is none.
 */
int signals_catch(const int *which, size_t n, void (*on)(int), int *fd, struct error *e);

/* Makes fd readable; for `on`, which may have come at any time: errno stays as it was. */
void signals_wake(int fd);

#endif
