/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options_set: the values of the host's options, each checked by its type and put in its place.
 * Errors are FAULT_USAGE and say what the option takes; who calls puts the option's name before.
 */
#ifndef BCCHOST_TOOL_OPTIONS_SET_H
#define BCCHOST_TOOL_OPTIONS_SET_H

#include "tool/options.h"

typedef int options_set(struct options *o, const char *text, struct error *e);

options_set options_set_pid, options_set_tid, options_set_uid, options_set_name;
options_set options_set_cgroup, options_set_cgroupmap, options_set_mntnsmap;
options_set options_set_container, options_set_pod, options_set_mntns;
options_set options_set_inode, options_set_dir;
options_set options_set_duration, options_set_max_events, options_set_buffer_pages;
options_set options_set_interval, options_set_count, options_set_maxrows;
options_set options_set_buffer, options_set_output, options_set_debug, options_set_show;
options_set options_set_color;
options_set options_set_btf, options_set_kallsyms, options_set_release, options_set_headers;

/* What --debug takes, in the order of enum options_debug; NULL ends them. */
extern const char *const options_debug_words[], *const options_show_words[];

/* For these functions: FAULT_USAGE with this text; if that is no directory. */
int options_wants(struct error *e, const char *what);
int options_check_directory(const char *path, struct error *e);

/* The largest process id of a 64-bit kernel (PID_MAX_LIMIT). */
#define OPTIONS_PID_MAX 4194304

#endif
