/* SPDX-License-Identifier: Apache-2.0 */
/* kmacros_parts: how kmacros*.c write a macro; only for those. */
#ifndef BCCHOST_COMPILER_KMACROS_PARTS_H
#define BCCHOST_COMPILER_KMACROS_PARTS_H

#include "compiler/kmacros.h"

/* A constant, a member and a function of a #define's kind, unless there already is one of the name.
 */
/* clang-format off */
#define C(name, ...) "#ifndef " #name "\n#define " #name " " #__VA_ARGS__ "\n#endif\n"
#define M(name, ...) \
	"#ifndef " #name "\n#define " #name " " #__VA_ARGS__ "\n#endif " KMACROS_MEMBER "\n"
#define F(name, args, ...) "#ifndef " #name "\n#define " #name #args " " #__VA_ARGS__ "\n#endif\n"
/* clang-format on */

/* Parts of what kmacros.h has. */
extern const char kmacros_main[], kmacros_base[], kmacros_net[];

#endif
