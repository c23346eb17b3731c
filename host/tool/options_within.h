/* SPDX-License-Identifier: Apache-2.0 */
/* options_within: what --container and --pod mean among the groups that there are now. */
#ifndef BCCHOST_TOOL_OPTIONS_WITHIN_H
#define BCCHOST_TOOL_OPTIONS_WITHIN_H

#include "tool/options.h"

/* Fills o->within and o->container_mntns. FAULT_USAGE if none or several are meant. */
int options_find_within(const struct program *p, struct options *o, struct error *e);

#endif
