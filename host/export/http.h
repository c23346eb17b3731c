/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: the exporter's web server, over libmicrohttpd, without a thread of its own: who runs it
 * waits for http_fd or http_timeout and calls http_run.
 *
 * What others do is bounded: so many connections at once (the others wait in the kernel), so long a
 * connection on which nothing moves, so large a head, and so many bytes of answers that nobody has
 * read yet; beyond that a scrape gets 503. Scrapes that come together get the same answer.
 */
#ifndef BCCHOST_EXPORT_HTTP_H
#define BCCHOST_EXPORT_HTTP_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/error.h"

#define HTTP_DEFAULT	 "127.0.0.1:8526"
#define HTTP_CONNECTIONS 256
#define HTTP_IDLE	 5	    /* seconds */
#define HTTP_UNREAD	 (64 << 20) /* bytes */

struct http;

/* Appends all metrics to b. */
typedef void http_metrics(void *ctx, bool openmetrics, struct buf *b);

struct http_address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* "127.0.0.1:8526", "[::1]:8526", ":8526" (all addresses); FAULT_USAGE. Names are not looked up. */
int http_parse(const char *text, struct http_address *a, struct error *e);

/* Listens; FAULT_RUN, -EADDRINUSE if somebody else does. */
int http_new(struct http **h, const char *listen, http_metrics *metrics, void *ctx,
	     struct error *e);
void http_free(struct http *h);

int http_fd(const struct http *h);
int http_timeout(const struct http *h); /* milliseconds; -1: none */
void http_run(struct http *h);

#endif
