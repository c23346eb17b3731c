/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_events: the lines that a program makes of events that are given to it, without a kernel and
 * without compiling its template:
 *
 *	build/bench/print_events PROGRAM.yaml FIELD#TYPE...
 *
 * stdin has the events, each a line of hexadecimal digits. Without FIELD#TYPE nothing is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/stream.h"

#define EVENT_MAX 65536

static size_t from_hex(const char *text, char *to)
{
	unsigned int byte;
	size_t n = 0;

	while (n < EVENT_MAX && sscanf(text + 2 * n, "%2x", &byte) == 1)
		to[n++] = (char)byte;
	return n;
}

int main(int argc, char **argv)
{
	static char line[2 * EVENT_MAX + 2], event[EVENT_MAX];
	static struct writer w;
	struct object_map map = {.name = (char *)"events"};
	char *none[] = {(char *)"x", NULL};
	struct program *p = NULL;
	struct options o = {0};
	struct layout l = {0};
	struct stream *s = NULL;
	struct error e = {0};

	if (argc < 3) {
		fputs("print_events PROGRAM.yaml FIELD#TYPE...\n", stderr);
		return 2;
	}
	map.nfields = (size_t)argc - 2;
	map.fields = argv + 2;
	writer_init(&w, STDOUT_FILENO, NULL);
	if (program_load(argv[1], &p, &e) || options_parse(p, 1, none, NULL, &o, &e) ||
	    layout_make(&l, &map, NULL, &e) || stream_new(&s, p, &o, &l, &w, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		if (!stream_event(s, event, from_hex(line, event)))
			writer_add(&w, "(left out)\n", 11);
	writer_flush(&w);
	stream_free(s);
	layout_free(&l);
	options_free(&o);
	program_free(p);
	return 0;
}
