/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object: what the compiler process makes of a C text: maps and programs, not yet in the kernel.
 * A map is named in an instruction by its index, not by a file descriptor: an lddw whose src_reg
 * is BPF_PSEUDO_MAP_FD has the index into `maps` as its imm. The loader puts descriptors there.
 */
#ifndef BCCHOST_OBJECT_OBJECT_H
#define BCCHOST_OBJECT_OBJECT_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct object_map {
	char *name;
	uint32_t type; /* enum bpf_map_type */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags; /* BPF_F_NO_PREALLOC, … as for BPF_MAP_CREATE */
	int32_t inner;	/* index of the map of the same object that shapes its values; -1: none */
	char *key_desc; /* libbcc's JSON description of the key's and the leaf's type; "" if none */
	char *leaf_desc;
	/* For what perf_submit or ringbuf_output sends through this map: "field#C type" each. */
	size_t nfields;
	char **fields;
	char *event_desc;    /* of the same, whole, as leaf_desc is; "" if the text did not ask */
	uint32_t event_size; /* bytes of it */
};

/* A table of this name and a buffer's is there only to describe what is sent through the buffer:
 * it becomes the buffer's event_desc. */
#define OBJECT_EVENT "bcchost_event_"

struct object_prog {
	char *name; /* of the handler in the template */
	size_t ninsns;
	struct bpf_insn *insns;
	/* For BPF_PROG_LOAD and for the source line of a rejected instruction; may be empty. */
	uint32_t func_info_size, func_info_count; /* size: of one record */
	void *func_info;
	uint32_t line_info_size, line_info_count;
	void *line_info;
};

struct object {
	char *license;
	char *compiler; /* the path of the libbcc.so that made it; "" if it is not known */
	uint32_t kern_version;
	size_t nmaps;
	struct object_map *maps;
	size_t nprogs;
	struct object_prog *progs;
	size_t btf_size; /* 0 if there is none */
	void *btf;	 /* raw BTF that func_info and line_info refer to */
};

/* NULL if there is none of that name. */
const struct object_map *object_map_find(const struct object *o, const char *name);
const struct object_prog *object_prog_find(const struct object *o, const char *name);

/* To bytes (*data the caller's to free) and back. The form is private to one build of bcchost. */
int object_pack(const struct object *o, void **data, size_t *len, struct error *e);
/* Checks every length: damaged bytes are -EBADMSG, never a crash. *o is the caller's. */
int object_unpack(const void *data, size_t len, struct object **o, struct error *e);

/*
 * The source line of an instruction: *file (owned by o) and *line from 1. -ENOENT if the object
 * does not tell.
 */
int object_source_line(const struct object *o, const struct object_prog *p, uint32_t insn,
		       const char **file, uint32_t *line);

void object_free(struct object *o);

#endif
