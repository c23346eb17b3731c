/* SPDX-License-Identifier: Apache-2.0 */
#include "trace/pipe_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COMM_WIDTH 16 /* "%16s", right-aligned; a comm has at most 15 bytes */

/* "CPU:1 [LOST 12 EVENTS]"; without a number where the kernel could not tell. */
static bool is_lost(const char *line, uint64_t *lost)
{
	static const char word[] = " [LOST ";
	char *end;

	if (strncmp(line, "CPU:", 4) != 0)
		return false;
	strtoul(line + 4, &end, 10);
	if (strncmp(end, word, sizeof(word) - 1) != 0)
		return false;
	*lost = strtoull(end + sizeof(word) - 1, NULL, 10);
	*lost = *lost ? *lost : 1;
	return true;
}

static bool number(const char **p, uint64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	*v = strtoull(*p, &end, 10);
	*p = end;
	return true;
}

static const char *past_spaces(const char *p)
{
	return p + strspn(p, " ");
}

/* "(    123) " or "(-------) ", with the option record-tgid. */
static const char *past_tgid(const char *p)
{
	const char *q = *p == '(' ? p + 1 + strspn(p + 1, " -0123456789") : p;

	return *q == ')' ? past_spaces(q + 1) : p;
}

/* "12.345678: ", or of a clock that counts something else than seconds "12345: ". */
static bool clock_of(const char **p, uint64_t *ns)
{
	const char *q = *p;
	uint64_t whole, part;

	if (!number(&q, &whole))
		return false;
	*ns = whole;
	if (*q == '.') {
		q++;
		if (!number(&q, &part))
			return false;
		*ns = whole * 1000000000 + part * 1000;
	}
	if (*q != ':')
		return false;
	*p = past_spaces(q + 1);
	return true;
}

/* The flags ("d...1", none with the option noirq-info) are one word, and never a time. */
static bool flags_and_clock(const char **p, uint64_t *ns)
{
	if (clock_of(p, ns))
		return true;
	*p = past_spaces(*p + strcspn(*p, " "));
	return clock_of(p, ns);
}

/* From the dash behind the comm to where the event's own text begins. */
static const char *head_at(const char *p, struct pipe_event *ev)
{
	uint64_t pid, cpu;

	if (*p++ != '-' || !number(&p, &pid) || *p != ' ')
		return NULL;
	p = past_tgid(past_spaces(p));
	if (*p++ != '[' || !number(&p, &cpu) || *p != ']')
		return NULL;
	p = past_spaces(p + 1);
	if (!flags_and_clock(&p, &ev->ts_ns))
		return NULL;
	ev->pid = (uint32_t)pid;
	ev->cpu = (uint32_t)cpu;
	return p;
}

static void copy_comm(const char *line, const char *dash, struct pipe_event *ev)
{
	const char *start = line + strspn(line, " ");
	size_t len;

	/* A comm of blanks alone. */
	if (start > dash)
		start = dash;
	len = (size_t)(dash - start);
	len = len < sizeof(ev->comm) ? len : sizeof(ev->comm) - 1;
	memset(ev->comm, 0, sizeof(ev->comm));
	memcpy(ev->comm, start, len);
}

/*
 * A comm may hold dashes, blanks and brackets, all that a head consists of; what it cannot do is
 * be wider than its column.
 */
static const char *head(const char *line, struct pipe_event *ev)
{
	const char *dash, *text;

	if (strnlen(line, COMM_WIDTH) < COMM_WIDTH)
		return NULL;
	for (dash = strchr(line + COMM_WIDTH, '-'); dash; dash = strchr(dash + 1, '-')) {
		text = head_at(dash, ev);
		if (text) {
			copy_comm(line, dash, ev);
			return text;
		}
	}
	return NULL;
}

/*
 * "bpf_trace_printk: " (an event of its own, from 5.9 on), or the address 0 or 1 in the place of a
 * caller: "0: ", "0x1: ", "0x00000001: ". NULL: somebody else's.
 */
static const char *message_of(const char *text)
{
	static const char name[] = "bpf_trace_printk: ";
	char *end;

	if (strncmp(text, name, sizeof(name) - 1) == 0)
		return text + sizeof(name) - 1;
	if (*text != '0' || strtoul(text, &end, 16) > 1 || strncmp(end, ": ", 2) != 0)
		return NULL;
	return end + 2;
}

enum pipe_line pipe_line(const char *line, struct pipe_event *ev, uint64_t *lost)
{
	struct pipe_event found;
	const char *text;
	size_t len;

	if (is_lost(line, lost))
		return PIPE_LINE_LOST;
	text = head(line, &found);
	if (!text)
		return PIPE_LINE_BARE;
	text = message_of(text);
	if (!text)
		return PIPE_LINE_OTHER;
	len = strnlen(text, sizeof(found.message) - 1);
	memcpy(found.message, text, len);
	found.message[len] = '\0';
	memcpy(ev, &found, offsetof(struct pipe_event, message) + len + 1);
	return PIPE_LINE_PRINTED;
}
