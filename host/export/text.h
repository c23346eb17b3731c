/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: metrics as Prometheus reads them: its text format 0.0.4, or OpenMetrics 1.0.
 *
 * In OpenMetrics a counter's samples end in _total and its family's name does not; one whose name
 * does not end so has the type `unknown` there, so that its series are called the same in both.
 */
#ifndef BCCHOST_EXPORT_TEXT_H
#define BCCHOST_EXPORT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "export/registry.h"

#define TEXT_TYPE_PLAIN	      "text/plain; version=0.0.4; charset=utf-8"
#define TEXT_TYPE_OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Appends a family: HELP, TYPE and its series. One without series is left out. */
void text_family(struct buf *b, const struct family *f, bool openmetrics);

/* … and what ends it all. */
void text_end(struct buf *b, bool openmetrics);

/* A number in the shortest form that reads back as the same; a whole one with ".0" if `real`. */
void text_number(struct buf *b, double v, bool real);

/* Does who sends this Accept header (NULL: none was sent) want OpenMetrics? As RFC 9110 weighs it;
 * equally weighed is a yes. */
bool text_wants_openmetrics(const char *accept);

#endif
