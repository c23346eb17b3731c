/* SPDX-License-Identifier: Apache-2.0 */
#include "object/object.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/*
 * The packed form: a header, then the members of struct object in their order: numbers of 32 bits
 * as they are in memory, strings and blobs as a length and their bytes.
 */
struct header {
	char magic[16];
	uint64_t sum; /* of all that follows */
};

static const char magic[16] = "bcchost object2";

/* FNV-1a: tells damage, not forgery. */
static uint64_t checksum(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t sum = 0xcbf29ce484222325u;

	while (len--)
		sum = (sum ^ *p++) * 0x100000001b3u;
	return sum;
}

const struct object_map *object_map_find(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->nmaps; i++)
		if (strcmp(o->maps[i].name, name) == 0)
			return &o->maps[i];
	return NULL;
}

const struct object_prog *object_prog_find(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->nprogs; i++)
		if (strcmp(o->progs[i].name, name) == 0)
			return &o->progs[i];
	return NULL;
}

void object_free(struct object *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->nmaps; i++) {
		struct object_map *m = &o->maps[i];

		free(m->name);
		free(m->key_desc);
		free(m->leaf_desc);
		free(m->event_desc);
		for (size_t j = 0; j < m->nfields; j++)
			free(m->fields[j]);
		free(m->fields);
	}
	for (size_t i = 0; i < o->nprogs; i++) {
		free(o->progs[i].name);
		free(o->progs[i].insns);
		free(o->progs[i].func_info);
		free(o->progs[i].line_info);
	}
	free(o->license);
	free(o->compiler);
	free(o->maps);
	free(o->progs);
	free(o->btf);
	free(o);
}

static void put_u32(struct buf *b, uint32_t n)
{
	buf_add(b, &n, sizeof(n));
}

static void put_blob(struct buf *b, const void *data, size_t len)
{
	if (len > UINT32_MAX)
		b->failed = true;
	put_u32(b, (uint32_t)len);
	buf_add(b, data, len);
}

static void put_string(struct buf *b, const char *s)
{
	put_blob(b, s ?: "", s ? strlen(s) : 0);
}

static void put_map(struct buf *b, const struct object_map *m)
{
	put_string(b, m->name);
	put_u32(b, m->type);
	put_u32(b, m->key_size);
	put_u32(b, m->value_size);
	put_u32(b, m->max_entries);
	put_u32(b, m->flags);
	put_u32(b, (uint32_t)m->inner);
	put_string(b, m->key_desc);
	put_string(b, m->leaf_desc);
	put_string(b, m->event_desc);
	put_u32(b, m->event_size);
	put_u32(b, (uint32_t)m->nfields);
	for (size_t i = 0; i < m->nfields; i++)
		put_string(b, m->fields[i]);
}

static void put_prog(struct buf *b, const struct object_prog *p)
{
	put_string(b, p->name);
	put_blob(b, p->insns, p->ninsns * sizeof(*p->insns));
	put_u32(b, p->func_info_size);
	put_blob(b, p->func_info, (size_t)p->func_info_size * p->func_info_count);
	put_u32(b, p->line_info_size);
	put_blob(b, p->line_info, (size_t)p->line_info_size * p->line_info_count);
}

int object_pack(const struct object *o, void **data, size_t *len, struct error *e)
{
	struct header h = {0};
	struct buf b = {0};

	buf_add(&b, &h, sizeof(h));
	put_string(&b, o->license);
	put_string(&b, o->compiler);
	put_u32(&b, o->kern_version);
	put_blob(&b, o->btf, o->btf_size);
	put_u32(&b, (uint32_t)o->nmaps);
	for (size_t i = 0; i < o->nmaps; i++)
		put_map(&b, &o->maps[i]);
	put_u32(&b, (uint32_t)o->nprogs);
	for (size_t i = 0; i < o->nprogs; i++)
		put_prog(&b, &o->progs[i]);
	if (buf_failed(&b)) {
		buf_free(&b);
		return error_nomem(e);
	}
	memcpy(h.magic, magic, sizeof(h.magic));
	h.sum = checksum(b.data + sizeof(h), b.len - sizeof(h));
	memcpy(b.data, &h, sizeof(h));
	*len = b.len;
	*data = buf_take(&b);
	return 0;
}

/* What is left to read; err stays 0 until something is wrong, then everything reads as empty. */
struct reader {
	const unsigned char *p, *end;
	int err;
};

static uint32_t get_u32(struct reader *r)
{
	uint32_t n = 0;

	if ((size_t)(r->end - r->p) < sizeof(n)) {
		r->err = r->err ?: -EBADMSG;
		r->p = r->end;
		return 0;
	}
	memcpy(&n, r->p, sizeof(n));
	r->p += sizeof(n);
	return n;
}

/* NUL-terminated whatever it is, so that it serves for strings; *len may be NULL. */
static void *get_blob(struct reader *r, size_t *len)
{
	uint32_t n = get_u32(r);
	char *data;

	if (len)
		*len = 0;
	if (r->err || (size_t)(r->end - r->p) < n) {
		r->err = r->err ?: -EBADMSG;
		return NULL;
	}
	data = malloc((size_t)n + 1);
	if (!data) {
		r->err = -ENOMEM;
		return NULL;
	}
	memcpy(data, r->p, n);
	data[n] = '\0';
	r->p += n;
	if (len)
		*len = n;
	return data;
}

/* A count of things of which each takes `least` bytes: allocates room for them. */
static void *get_array(struct reader *r, size_t *count, size_t least, size_t size)
{
	uint32_t n = get_u32(r);
	void *array;

	*count = 0;
	if (r->err || (size_t)(r->end - r->p) / least < n) {
		r->err = r->err ?: -EBADMSG;
		return NULL;
	}
	array = calloc(n ?: 1, size);
	if (!array)
		r->err = -ENOMEM;
	else
		*count = n;
	return array;
}

static void *get_records(struct reader *r, uint32_t *size, uint32_t *count)
{
	size_t len;
	void *data;

	*size = get_u32(r);
	data = get_blob(r, &len);
	*count = *size ? (uint32_t)(len / *size) : 0;
	if (!r->err && (*size ? len % *size || *size < sizeof(uint32_t) : len))
		r->err = -EBADMSG;
	return data;
}

static void get_map(struct reader *r, struct object_map *m, size_t nmaps)
{
	m->name = get_blob(r, NULL);
	m->type = get_u32(r);
	m->key_size = get_u32(r);
	m->value_size = get_u32(r);
	m->max_entries = get_u32(r);
	m->flags = get_u32(r);
	m->inner = (int32_t)get_u32(r);
	if (m->inner < -1 || (m->inner >= 0 && (size_t)m->inner >= nmaps))
		r->err = r->err ?: -EBADMSG;
	m->key_desc = get_blob(r, NULL);
	m->leaf_desc = get_blob(r, NULL);
	m->event_desc = get_blob(r, NULL);
	m->event_size = get_u32(r);
	m->fields = get_array(r, &m->nfields, sizeof(uint32_t), sizeof(*m->fields));
	for (size_t i = 0; i < m->nfields; i++)
		m->fields[i] = get_blob(r, NULL);
}

/* Every map that an instruction names must be there. */
static bool map_indexes_fit(const struct object_prog *p, size_t nmaps)
{
	for (size_t i = 0; i < p->ninsns; i++) {
		const struct bpf_insn *insn = &p->insns[i];

		if (insn->code != (BPF_LD | BPF_DW | BPF_IMM))
			continue;
		if (insn->src_reg == BPF_PSEUDO_MAP_FD &&
		    (insn->imm < 0 || (size_t)insn->imm >= nmaps))
			return false;
		if (++i == p->ninsns)
			return false;
	}
	return true;
}

static void get_prog(struct reader *r, struct object_prog *p, size_t nmaps)
{
	size_t len;

	p->name = get_blob(r, NULL);
	p->insns = get_blob(r, &len);
	p->ninsns = len / sizeof(*p->insns);
	if (!r->err && (len % sizeof(*p->insns) || !map_indexes_fit(p, nmaps)))
		r->err = -EBADMSG;
	p->func_info = get_records(r, &p->func_info_size, &p->func_info_count);
	p->line_info = get_records(r, &p->line_info_size, &p->line_info_count);
}

static void get_object(struct reader *r, struct object *o)
{
	o->license = get_blob(r, NULL);
	o->compiler = get_blob(r, NULL);
	o->kern_version = get_u32(r);
	o->btf = get_blob(r, &o->btf_size);
	o->maps = get_array(r, &o->nmaps, 10 * sizeof(uint32_t), sizeof(*o->maps));
	for (size_t i = 0; i < o->nmaps; i++)
		get_map(r, &o->maps[i], o->nmaps);
	o->progs = get_array(r, &o->nprogs, 6 * sizeof(uint32_t), sizeof(*o->progs));
	for (size_t i = 0; i < o->nprogs; i++)
		get_prog(r, &o->progs[i], o->nmaps);
	if (r->p != r->end)
		r->err = r->err ?: -EBADMSG;
}

int object_unpack(const void *data, size_t len, struct object **out, struct error *e)
{
	struct reader r = {.p = data, .end = (const unsigned char *)data + len};
	struct header h;
	struct object *o;

	*out = NULL;
	if (len < sizeof(h))
		return error_set(e, FAULT_RUN, -EBADMSG, "not a compiled object: too short");
	memcpy(&h, data, sizeof(h));
	r.p += sizeof(h);
	if (memcmp(h.magic, magic, sizeof(magic)) != 0)
		return error_set(e, FAULT_RUN, -EBADMSG, "not a compiled object of this bcchost");
	if (h.sum != checksum(r.p, len - sizeof(h)))
		return error_set(e, FAULT_RUN, -EBADMSG, "damaged object: wrong checksum");
	o = calloc(1, sizeof(*o));
	if (!o)
		return error_nomem(e);
	get_object(&r, o);
	if (r.err) {
		object_free(o);
		return r.err == -ENOMEM ? error_nomem(e)
					: error_set(e, FAULT_RUN, r.err,
						    "damaged object: its parts do not fit");
	}
	*out = o;
	return 0;
}

/* A string of the object's BTF; NULL if the BTF is damaged. */
static const char *btf_string(const struct object *o, uint32_t off)
{
	const char *raw = o->btf;
	struct btf_header h;
	uint64_t start;

	if (o->btf_size < sizeof(h))
		return NULL;
	memcpy(&h, raw, sizeof(h));
	start = (uint64_t)h.hdr_len + h.str_off;
	if (h.magic != BTF_MAGIC || !h.str_len || start + h.str_len > o->btf_size ||
	    raw[start + h.str_len - 1] || off >= h.str_len)
		return NULL;
	return raw + start + off;
}

int object_source_line(const struct object *o, const struct object_prog *p, uint32_t insn,
		       const char **file, uint32_t *line)
{
	struct bpf_line_info best = {0}, info;

	if (p->line_info_size < sizeof(info))
		return -ENOENT;
	/* The record that begins last, but not behind the instruction. */
	for (uint32_t i = 0; i < p->line_info_count; i++) {
		memcpy(&info, (char *)p->line_info + (size_t)i * p->line_info_size, sizeof(info));
		if (info.insn_off <= insn && (!best.line_col || info.insn_off >= best.insn_off))
			best = info;
	}
	*file = btf_string(o, best.file_name_off);
	*line = BPF_LINE_INFO_LINE_NUM(best.line_col);
	if (!*file)
		return -ENOENT;
	/* A name that is not absolute comes out of clang with the directory it compiled in. */
	if (strncmp(*file, "./", 2) == 0)
		*file += 2;
	return **file && *line ? 0 : -ENOENT;
}
