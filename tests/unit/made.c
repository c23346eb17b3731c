/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made.h"
#include "text/substitute.h"

struct made *made_new(const char *program, struct kernel *k, const struct options *base, int argc,
		      char **argv, bool btf)
{
	struct made *m = calloc(1, sizeof(*m));
	char *only[] = {(char *)"tool", NULL};

	assert_non_null(m);
	m->kernel = k;
	m->err = program_load(program, &m->program, &m->e)
			 ?: options_parse(m->program, argv ? argc : 1, argv ? argv : only, base,
					  &m->options, &m->e);
	if (m->err)
		fail_msg("%s", m->e.text);
	m->err = plan_make(&m->plan, m->program, &m->options, m->kernel, 0, &m->e);
	if (!m->err)
		m->err = substitute(&m->plan, btf, &m->text, &m->e);
	return m;
}

void made_free(struct made *m)
{
	free(m->text);
	plan_free(&m->plan);
	kernel_close(m->kernel);
	options_free(&m->options);
	program_free(m->program);
	error_clear(&m->e);
	free(m);
}
