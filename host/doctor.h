/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: `bcchost doctor`: what this kernel and machine offer, and which tools will run here. */
#ifndef BCCHOST_DOCTOR_H
#define BCCHOST_DOCTOR_H

#include <stdbool.h>

#include "base/error.h"
#include "tool/find.h"

/*
 * Prints what was found, to be read or as JSON. A tool's verdict is what the host itself would
 * decide when it makes the tool's plan and text without options; nothing is compiled, loaded or
 * attached, and no module is loaded. Errors only if it cannot look at all: what a tool lacks is
 * part of the answer.
 */
int doctor(const struct find *f, bool as_json, struct error *e);

#endif
