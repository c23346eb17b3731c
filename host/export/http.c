/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "export/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/text.h"
#include "tool/number.h"

#define HEAD_MAX (32 << 10) /* bytes of a request's head, and what is written at once */
#define BACKLOG	 1024

static const char page[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><title>bcchost export</title></head><body>\n"
	"<h1>bcchost export " BCCHOST_VERSION "</h1>\n<ul><li><a href=\"/metrics\">/metrics</a>: "
	"for Prometheus</li>\n<li><a href=\"/-/healthy\">/-/healthy</a></li></ul></body></html>\n";

struct http {
	struct MHD_Daemon *daemon;
	int fd; /* libmicrohttpd's epoll */
	http_metrics *metrics;
	void *ctx;
	size_t unread;			 /* bytes of answers that are not freed yet */
	struct MHD_Response *answers[2]; /* of this round: plain, OpenMetrics */
	struct MHD_Response *page, *healthy, *missing, *method, *busy;
};

/* --- where to listen --- */

static int bad_address(const char *text, struct error *e)
{
	return error_set(e, FAULT_USAGE, -EINVAL,
			 "--listen %s: is to be ADDRESS:PORT, as " HTTP_DEFAULT
			 " or [::1]:8526 (:8526: all addresses), with a port from 1 to 65535",
			 *text ? text : "\"\"");
}

int http_parse(const char *text, struct http_address *a, struct error *e)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->addr;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t len = colon ? (size_t)(colon - text) : 0;
	uint64_t port;

	memset(a, 0, sizeof(*a));
	if (!colon || len >= sizeof(host) || !number_u64(colon + 1, &port) || !port ||
	    port > 65535 || colon[1] == '0')
		return bad_address(text, e);
	memcpy(host, text, len);
	host[len] = '\0';
	if (!len || (host[0] == '[' && host[len - 1] == ']')) {
		if (len)
			host[len - 1] = '\0';
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		a->len = sizeof(*v6);
		if (len && inet_pton(AF_INET6, host + 1, &v6->sin6_addr) != 1)
			return bad_address(text, e);
		return 0;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	a->len = sizeof(*v4);
	return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? 0 : bad_address(text, e);
}

/* ":8526" is of both families, and of IPv4 alone where there is no IPv6. */
static int open_socket(struct http_address *a, const char *text)
{
	int fd = socket(a->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->addr;
	in_port_t port = v4->sin_port; /* in the same place in both */
	int off = 0;

	if (fd < 0 && errno == EAFNOSUPPORT && *text == ':') {
		memset(&a->addr, 0, sizeof(a->addr));
		v4->sin_family = AF_INET;
		v4->sin_port = port;
		a->len = sizeof(*v4);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	} else if (fd >= 0 && *text == ':') {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	}
	return fd;
}

static int listen_at(const char *text, int *out, struct error *e)
{
	struct http_address a;
	int err = http_parse(text, &a, e), fd, one = 1;

	if (err)
		return err;
	fd = open_socket(&a, text);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a.addr, a.len) < 0 || listen(fd, BACKLOG) < 0) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return error_set(
			e, FAULT_RUN, err, "cannot listen at %s: %s%s", text, strerror(-err),
			err == -EADDRINUSE ? "; another program does (`ss -ltnp` tells which); "
					     "--listen names another port"
					   : "");
	}
	*out = fd;
	return 0;
}

/* --- answers --- */

/* A text of metrics that connections still read from. */
struct answer {
	struct http *h;
	size_t len;
	char data[];
};

static void free_answer(void *data)
{
	struct answer *a = (struct answer *)((char *)data - offsetof(struct answer, data));

	a->h->unread -= a->len;
	free(a);
}

static struct MHD_Response *answer_new(struct http *h, bool openmetrics)
{
	struct MHD_Response *r = NULL;
	struct buf b = {0};
	struct answer *a;

	if (h->unread >= HTTP_UNREAD)
		return NULL;
	h->metrics(h->ctx, openmetrics, &b);
	a = buf_failed(&b) ? NULL : malloc(sizeof(*a) + b.len);
	if (a) {
		a->h = h;
		a->len = b.len;
		memcpy(a->data, b.data, b.len);
		r = MHD_create_response_from_buffer_with_free_callback(a->len, a->data,
								       free_answer);
		h->unread += a->len;
		if (!r)
			free_answer(a->data);
	}
	buf_free(&b);
	if (r)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					openmetrics ? TEXT_TYPE_OPENMETRICS : TEXT_TYPE_PLAIN);
	return r;
}

static enum MHD_Result answer_metrics(struct http *h, struct MHD_Connection *c)
{
	const char *accept =
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	bool openmetrics = text_wants_openmetrics(accept);
	struct MHD_Response **r = &h->answers[openmetrics];

	if (!*r)
		*r = answer_new(h, openmetrics);
	return *r ? MHD_queue_response(c, MHD_HTTP_OK, *r)
		  : MHD_queue_response(c, MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **state)
{
	struct http *h = cls;

	(void)version;
	(void)data;
	(void)size;
	(void)state;
	/* Answered before any body comes: none is read. */
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return MHD_queue_response(c, MHD_HTTP_METHOD_NOT_ALLOWED, h->method);
	if (!strcmp(url, "/metrics"))
		return answer_metrics(h, c);
	if (!strcmp(url, "/"))
		return MHD_queue_response(c, MHD_HTTP_OK, h->page);
	if (!strcmp(url, "/-/healthy"))
		return MHD_queue_response(c, MHD_HTTP_OK, h->healthy);
	return MHD_queue_response(c, MHD_HTTP_NOT_FOUND, h->missing);
}

static struct MHD_Response *constant(const char *text, const char *type)
{
	struct MHD_Response *r =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);

	if (r)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return r;
}

static int make_constants(struct http *h)
{
	static const char plain[] = "text/plain; charset=utf-8";

	h->page = constant(page, "text/html; charset=utf-8");
	h->healthy = constant("ok\n", plain);
	h->missing = constant("not found; metrics are at /metrics\n", plain);
	h->method = constant("only GET and HEAD\n", plain);
	h->busy = constant("too many answers are still being read\n", plain);
	if (h->method)
		MHD_add_response_header(h->method, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return h->page && h->healthy && h->missing && h->method && h->busy ? 0 : -ENOMEM;
}

/* Queued ones live on, until the last connection has sent them. */
static void drop(struct MHD_Response **r)
{
	if (*r)
		MHD_destroy_response(*r);
	*r = NULL;
}

int http_new(struct http **out, const char *listen, http_metrics *metrics, void *ctx,
	     struct error *e)
{
	struct http *h = calloc(1, sizeof(*h));
	const union MHD_DaemonInfo *info;
	int err, fd = -1;

	if (!h)
		return error_nomem(e);
	h->metrics = metrics;
	h->ctx = ctx;
	err = listen_at(listen, &fd, e);
	if (!err && make_constants(h))
		err = error_nomem(e);
	if (!err) {
		h->daemon = MHD_start_daemon(
			MHD_USE_EPOLL | MHD_NO_FLAG, 0, NULL, NULL, handle, h,
			MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
			(unsigned int)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
			(unsigned int)HTTP_IDLE, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			(size_t)HEAD_MAX, MHD_OPTION_END);
		info = h->daemon ? MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
		if (!info)
			err = error_set(e, FAULT_RUN, -EIO, "libmicrohttpd did not start");
		else
			h->fd = info->epoll_fd;
	}
	if (err) {
		if (fd >= 0 && !h->daemon)
			close(fd);
		http_free(h);
	} else {
		*out = h;
	}
	return err;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	drop(&h->answers[0]);
	drop(&h->answers[1]);
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	drop(&h->page);
	drop(&h->healthy);
	drop(&h->missing);
	drop(&h->method);
	drop(&h->busy);
	free(h);
}

int http_fd(const struct http *h)
{
	return h->fd;
}

int http_timeout(const struct http *h)
{
	unsigned long long ms;

	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return -1;
	return ms > 60000 ? 60000 : (int)ms;
}

void http_run(struct http *h)
{
	MHD_run(h->daemon);
	drop(&h->answers[0]);
	drop(&h->answers[1]);
}
