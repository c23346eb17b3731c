/* SPDX-License-Identifier: Apache-2.0 */
/* port: `bcchost port SCRIPT.py`: a Python BCC script as a program and a template. */
#ifndef BCCHOST_PORT_H
#define BCCHOST_PORT_H

#include "base/error.h"
#include "tool/find.h"
#include "tool/options.h"

/*
 * argv[0] is "port"; then the script, -o DIR (default: the working directory), --name NAME,
 * --force, and behind -- the arguments that the script is run with. `global` may name another
 * kernel's BTF.
 *
 * The script is run by python3 in a sandbox (bcchost-sandbox beside the compiler's helper), with a
 * stand-in for the module bcc. What comes back is believed only as far as it is a program that
 * program_load takes. Writes DIR/programs/NAME.yaml and DIR/templates/NAME.bpf.c, both or none,
 * and prints the report on stdout. A script that cannot be ported is FAULT_TOOL, with its line.
 */
int port_command(const struct find *find, int argc, char **argv, const struct options *global,
		 struct error *e);

#endif
