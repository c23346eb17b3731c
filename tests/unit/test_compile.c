/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling with the real bcchost-compile (BCCHOST_COMPILE, or build/bcchost-compile) for every
 * kernel whose facts are under BCCHOST_KERNELS, and with helpers that misbehave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <bpf/btf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "object/compile.h"

static const struct {
	const char *name;
	uint32_t version;
	unsigned int dname_len; /* DNAME_INLINE_LEN */
} kernels[] = {
	{"k510", 5 << 16 | 10 << 8 | 223, 32},
	{"bookworm", 6 << 16 | 1 << 8 | 50, 32},
	{"trixie", 6 << 16 | 12 << 8 | 107, 40},
	{"sid", 7 << 16 | 2 << 8 | 13, 40},
};

#define NKERNELS (sizeof(kernels) / sizeof(kernels[0]))

static char *tmp; /* TMPDIR of the tests: whatever is left in it was forgotten */

#define FILELIFE                                                                             \
	"#line 1 \"templates/filelife.bpf.c\"\n"                                             \
	"#include <uapi/linux/ptrace.h>\n"                                                   \
	"#include <linux/fs.h>\n"                                                            \
	"#include <linux/sched.h>\n"                                                         \
	"struct event { u32 pid; u64 age_ns; char comm[TASK_COMM_LEN]; char "                \
	"name[DNAME_INLINE_LEN];\n"                                                          \
	"	u64 ino; u32 dev, ppid, mntns; struct dentry *at; };\n"                            \
	"BPF_HASH(birth, struct dentry *, u64);\n"                                           \
	"BPF_PERF_OUTPUT(events);\n"                                                         \
	"int opened(struct pt_regs *ctx, const struct path *path, struct file *file)\n"      \
	"{\n"                                                                                \
	"	struct dentry *d = path->dentry;\n"                                                \
	"	if (!(file->f_mode & FMODE_CREATED))\n"                                            \
	"		return 0;\n"                                                                      \
	"	u64 t = bpf_ktime_get_ns();\n"                                                     \
	"	birth.update(&d, &t);\n"                                                           \
	"	return 0;\n"                                                                       \
	"}\n"                                                                                \
	"int unlinked(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)\n"      \
	"{\n"                                                                                \
	"	struct task_struct *task = (void *)bpf_get_current_task();\n"                      \
	"	struct vfsmount *mnt = task->fs->root.mnt;\n"                                      \
	"	struct event e = {};\n"                                                            \
	"	u64 *t = birth.lookup(&dentry);\n"                                                 \
	"	if (!t || !S_ISREG(dentry->d_inode->i_mode))\n"                                    \
	"		return 0;\n"                                                                      \
	"	e.age_ns = bpf_ktime_get_ns() - *t;\n"                                             \
	"	e.pid = bpf_get_current_pid_tgid() >> 32;\n"                                       \
	"	bpf_get_current_comm(e.comm, sizeof(e.comm));\n"                                   \
	"	bpf_probe_read_kernel_str(e.name, sizeof(e.name), (void *)dentry->d_name.name);\n" \
	"	e.ino = dentry->d_inode->i_ino;\n"                                                 \
	"	e.dev = dentry->d_inode->i_sb->s_dev;\n"                                           \
	"	e.ppid = task->real_parent->tgid;\n"                                               \
	"	e.mntns = task->nsproxy->mnt_ns->ns.inum;\n"                                       \
	"	e.at = container_of(mnt, struct mount, mnt)->mnt_mountpoint;\n"                    \
	"	events.perf_submit(ctx, &e, sizeof(e));\n"                                         \
	"	birth.delete(&dentry);\n"                                                          \
	"	return 0;\n"                                                                       \
	"}\n"

static const char *helper(void)
{
	return getenv("BCCHOST_COMPILE") ?: "build/bcchost-compile";
}

/* The BTF of a kernel, the caller's to free; skips the test if it is not here. */
static char *btf_of(const char *kernel)
{
	const char *dir = getenv("BCCHOST_KERNELS");
	char *path;

	if (!dir) {
		print_message("BCCHOST_KERNELS names no directory with kernels' facts\n");
		skip();
	}
	assert_true(asprintf(&path, "%s/%s/btf", dir, kernel) > 0);
	if (access(path, R_OK) < 0 || access(helper(), X_OK) < 0) {
		print_message("%s or %s is missing\n", path, helper());
		free(path);
		skip();
	}
	return path;
}

static int compile_for(size_t k, const char *text, struct object **o, struct error *e)
{
	char *btf = btf_of(kernels[k].name);
	struct compile_request req = {
		.text = text,
		.headers = COMPILE_HEADERS_BTF,
		.headers_path = btf,
		.kernel_version = kernels[k].version,
		.helper = helper(),
		.timeout = 60,
	};
	int err = compile(&req, o, e);

	free(btf);
	return err;
}

static struct object *compiled_for(size_t k, const char *text)
{
	struct error e = {0};
	struct object *o;

	if (compile_for(k, text, &o, &e))
		fail_msg("for %s: %s", kernels[k].name, e.text);
	return o;
}

static struct object *compiled(const char *text)
{
	return compiled_for(1, text);
}

/* The error's text must have every one of the words. */
static void refused(const char *text, enum fault fault, const char *const *words)
{
	struct error e = {0};
	struct object *o;

	assert_int_not_equal(compile_for(1, text, &o, &e), 0);
	assert_null(o);
	assert_int_equal(e.fault, fault);
	for (; *words; words++)
		if (!strstr(e.text, *words))
			fail_msg("no \"%s\" in: %s", *words, e.text);
	assert_null(strstr(e.text, tmp));
	assert_null(strstr(e.text, "generated."));
	error_clear(&e);
}

#define REFUSED(text, ...) refused(text, FAULT_TOOL, (const char *const[]){__VA_ARGS__, NULL})

/* Neither a file in TMPDIR nor a child, dead or alive. */
static void nothing_left(void)
{
	DIR *d = opendir(tmp);
	const struct dirent *f;

	assert_non_null(d);
	while ((f = readdir(d)))
		if (f->d_name[0] != '.' && strcmp(f->d_name, "helper") != 0)
			fail_msg("%s/%s was left", tmp, f->d_name);
	closedir(d);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void check_filelife(size_t k)
{
	struct object *o = compiled_for(k, FILELIFE);
	const struct object_map *birth = object_map_find(o, "birth");
	const struct object_map *events = object_map_find(o, "events");
	const struct object_prog *opened = object_prog_find(o, "opened");
	char name[32];
	const char *file;
	uint32_t line, uses = 0;

	assert_int_equal(o->nmaps, 2);
	assert_int_equal(o->nprogs, 2);
	assert_string_equal(o->license, "GPL");
	assert_int_equal(o->kern_version, kernels[k].version);
	assert_non_null(birth);
	assert_int_equal(birth->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(birth->key_size, 8);
	assert_int_equal(birth->value_size, 8);
	assert_int_equal(birth->max_entries, 10240);
	assert_int_equal(birth->inner, -1);
	assert_string_equal(birth->leaf_desc, "\"unsigned long long\"");
	assert_int_equal(birth->nfields, 0);
	assert_non_null(events);
	assert_int_equal(events->type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	assert_int_equal(events->nfields, 9);
	assert_string_equal(events->fields[0], "pid#u32");
	assert_string_equal(events->fields[2], "comm#char[16]");
	snprintf(name, sizeof(name), "name#char[%u]", kernels[k].dname_len);
	assert_string_equal(events->fields[3], name);
	assert_non_null(opened);
	for (size_t i = 0; i < opened->ninsns; i++) {
		const struct bpf_insn *insn = &opened->insns[i];

		if (insn->code != (BPF_LD | BPF_DW | BPF_IMM) || !insn->src_reg)
			continue;
		assert_int_equal(insn->src_reg, BPF_PSEUDO_MAP_FD);
		assert_int_equal(insn->imm, birth - o->maps);
		uses++;
	}
	assert_int_equal(uses, 1);
	assert_true(opened->line_info_count > 0);
	assert_true(opened->func_info_count > 0);
	assert_int_equal(object_source_line(o, opened, opened->ninsns - 1, &file, &line), 0);
	assert_string_equal(file, "templates/filelife.bpf.c");
	assert_in_range(line, 15, 16);
	object_free(o);
}

static void compiles_for_every_kernel(void **state)
{
	(void)state;
	for (size_t k = 0; k < NKERNELS; k++)
		check_filelife(k);
	nothing_left();
}

/* libbcc puts lines of its own into the text. */
static void keeps_the_lines_of_many_functions(void **state)
{
	char text[16384] = "#line 1 \"templates/many.bpf.c\"\n";
	size_t len = strlen(text);
	struct object *o;

	(void)state;
	for (int i = 0; i < 20; i++)
		len += (size_t)sprintf(
			text + len,
			"static int help%d(int x)\n{\n	return x;\n}\n"
			"int f%d(struct pt_regs *ctx, int x)\n{\n"
			"	/* { ; a comment */ bpf_trace_printk(\"{;\",\n"
			"		x);\n"
			"	u64 t = bpf_ktime_get_ns();\n	return help%d(t);\n}\n",
			i, i, i);
	o = compiled(text);
	assert_int_equal(o->nprogs, 20);
	for (int i = 0; i < 20; i++) {
		const struct object_prog *p;
		const char *file;
		uint32_t line, want = 11 * (uint32_t)i + 9, at = 0;
		char name[16];

		snprintf(name, sizeof(name), "f%d", i);
		p = object_prog_find(o, name);
		assert_non_null(p);
		for (size_t n = 0; n < p->ninsns; n++)
			if (p->insns[n].code == (BPF_JMP | BPF_CALL) &&
			    p->insns[n].imm == BPF_FUNC_ktime_get_ns)
				at = (uint32_t)n;
		assert_int_equal(object_source_line(o, p, at, &file, &line), 0);
		assert_string_equal(file, "templates/many.bpf.c");
		assert_int_equal(line, want);
	}
	object_free(o);
}

/* Where BTF has a member of a struct, in bytes; -1 if it has not, or only as a bit field. */
static long offset_in(const struct btf *btf, const char *type, const char *member)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (unsigned int)id) : NULL;

	for (unsigned int i = 0; t && i < btf_vlen(t); i++)
		if (strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), member) == 0)
			return btf_member_bitfield_size(t, i)
				       ? -1
				       : (long)btf_member_bit_offset(t, i) / 8;
	return -1;
}

static bool adds(const struct object *o, long offset)
{
	for (size_t i = 0; i < o->progs[0].ninsns; i++)
		if (o->progs[0].insns[i].code == (BPF_ALU64 | BPF_ADD | BPF_K) &&
		    o->progs[0].insns[i].imm == offset)
			return true;
	return false;
}

/* A handler that reads the member, of kernels[k], reads it at that offset. */
static void reads_at(size_t k, const char *type, const char *member, long at)
{
	struct object *o;
	char *text;

	assert_true(asprintf(&text,
			     "int h(struct pt_regs *ctx, struct %s *p) { u32 v = 0; "
			     "bpf_probe_read_kernel(&v, 4, &p->%s); return v; }\n",
			     type, member) > 0);
	o = compiled_for(k, text);
	if (!adds(o, at))
		fail_msg("%s: %s.%s is not read at %ld", kernels[k].name, type, member, at);
	object_free(o);
	free(text);
}

/*
 * What the code reads is where the kernel has it, behind holes and bit fields too: clang's front
 * end and libbcc's code generator once differed by 16 bytes in 5.10's task_struct, and nothing said
 * so.
 */
static void reads_members_where_they_are(void **state)
{
	static const struct {
		const char *type, *member;
	} cases[] = {
		{"task_struct", "real_parent"},
		{"task_struct", "fs"},
		{"task_struct", "signal"},
		{"task_struct", "nsproxy"},
		{"sk_buff", "head"},
		{"sk_buff", "skb_iif"},
		{"tcp_sock", "snd_una"},
		{"tcp_sock", "rcv_nxt"},
		{"inode", "i_sb"},
		{"super_block", "s_type"},
		{"mm_struct", "owner"},
		{"request_queue", "limits"},
		{"rq", "curr"},
		{"request", "__sector"},
		{"net_device", "ifindex"},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(kernels) / sizeof(*kernels); k++) {
		char *path = btf_of(kernels[k].name);
		struct btf *btf = btf__parse_raw(path);

		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			long at = offset_in(btf, cases[i].type, cases[i].member);

			if (at <= 0)
				continue;
			reads_at(k, cases[i].type, cases[i].member, at);
		}
		btf__free(btf);
		free(path);
	}
}

/* The same, of a member that another kernel called otherwise. */
static void reads_members_by_the_names_they_had(void **state)
{
	static const struct {
		const char *type, *old, *now, *inner_type, *inner;
	} cases[] = {
		{"task_struct", "state", "__state", NULL, NULL},
		{"task_struct", "cpu", "thread_info", "thread_info", "cpu"},
		{"task_struct", "real_start_time", "start_boottime", NULL, NULL},
		{"cfs_rq", "nr_running", "nr_queued", NULL, NULL},
		{"kernfs_node", "parent", "__parent", NULL, NULL},
		{"iov_iter", "iov", "__iov", NULL, NULL},
		{"file", "f_dentry", "f_path", "path", "dentry"},
		{"dentry", "d_iname", "d_shortname", NULL, NULL},
	};
	unsigned int renamed = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(kernels) / sizeof(*kernels); k++) {
		char *path = btf_of(kernels[k].name);
		struct btf *btf = btf__parse_raw(path);

		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			long at = offset_in(btf, cases[i].type, cases[i].old);

			if (at < 0) {
				at = offset_in(btf, cases[i].type, cases[i].now);
				if (at >= 0 && cases[i].inner)
					at += offset_in(btf, cases[i].inner_type, cases[i].inner);
				renamed++;
			}
			if (at <= 0)
				continue;
			reads_at(k, cases[i].type, cases[i].old, at);
		}
		btf__free(btf);
		free(path);
	}
	assert_true(renamed > 10);
}

/* The way to it leads through another struct now; what the text has of that name stays its own. */
static void follows_members_to_where_they_went(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kernels) / sizeof(*kernels); k++)
		object_free(compiled_for(
			k, "struct event { char rq_disk[32]; u64 n; };\n"
			   "BPF_PERF_OUTPUT(events);\n"
			   "int f(struct pt_regs *ctx, struct request *req)\n{\n"
			   "	struct event e = {};\n"
			   "	struct gendisk *rq_disk = req->rq_disk;\n"
			   "	bpf_probe_read_kernel(&e.rq_disk, 32, req->rq_disk->disk_name);\n"
			   "	e.n = rq_disk->major + req -> rq_disk->major;\n"
			   "	events.perf_submit(ctx, &e, sizeof(e));\n	return 0;\n}\n"
			   "int g(struct pt_regs *ctx, struct bio *bio)\n{\n"
			   "	return bio->bi_disk->major;\n}\n"));
	REFUSED("int f(struct pt_regs *ctx, struct request *req)\n{\n"
		"	return req->rq_disk->nosuch;\n}\n",
		":3:", "no member named 'nosuch'");
}

/* Of a name that both have, the text's is meant. */
static void leaves_a_text_its_own_names(void **state)
{
	(void)state;
	object_free(compiled("enum side { READ, WRITE };\n"
			     "struct event { u16 sk_num; u32 sk_family, inet_num; };\n"
			     "static inline int min(int a, int b) { return a < b ? a : b; }\n"
			     "static inline u16 ntohs(u16 x);\n"
			     "static inline u16 ntohs(u16 x) { return x << 8 | x >> 8; }\n"
			     "static struct tcphdr *tcp_hdr(struct sk_buff *s)\n{\n"
			     "	return (struct tcphdr *)(s->head + s->transport_header);\n}\n"
			     "int f(struct pt_regs *ctx, struct sk_buff *s)\n{\n"
			     "	struct event e = {.sk_num = WRITE};\n"
			     "	u16 sk_state = min(3, 4);\n"
			     "	e.sk_family = ntohs(tcp_hdr(s)->dest) + max(1, READ);\n"
			     "	return e.sk_num + e.sk_family + sk_state;\n}\n"));
	object_free(compiled("int f(struct pt_regs *ctx, struct sock *sk)\n{\n"
			     "	u16 family = 0;\n"
			     "	bpf_probe_read_kernel(&family, 2,\n"
			     "		(char *)sk + offsetof(struct sock, sk_family));\n"
			     "	return family + sk->sk_num;\n}\n"));
}

static void names_the_line_of_an_error(void **state)
{
	(void)state;
	REFUSED("#line 10 \"templates/x.bpf.c\"\nint f(void *ctx)\n{\n\treturn 1\n}\n",
		"templates/x.bpf.c:12:10: error: expected ';'");
	REFUSED("#line 1 \"x.c\"\nint f(void *ctx)\n{\n\tu32 a = 0;\n\treturn a.b;\n}\n",
		"x.c:4:", "error:", "u32");
	REFUSED("#line 1 \"x.c\"\nint f(struct pt_regs *ctx, struct file *file)\n{\n"
		"\treturn file->f_nosuch;\n}\n",
		"x.c:3:", "no member named 'f_nosuch' in 'struct file'");
	REFUSED("int f(void *ctx)\n{\n\treturn nosuch;\n}\n",
		"/virtual/main.c:3:", "undeclared identifier 'nosuch'");
	REFUSED("#line 1 \"x.c\"\nint f(void *ctx)\n{\n\tstruct nosuch s = {};\n\treturn 0;\n}\n",
		"x.c:3:", "struct nosuch");
	nothing_left();
}

static void shows_only_the_first_errors(void **state)
{
	char text[8192] = "int f(void *ctx)\n{\n";

	(void)state;
	for (int i = 0; i < 15; i++)
		strcat(text, "\tnosuch();;\n\tint x = ;\n");
	strcat(text, "}\n");
	REFUSED(text, "error:", "… and ", " more errors");
}

static void explains_what_is_too_big(void **state)
{
	(void)state;
	REFUSED("#line 1 \"x.c\"\nBPF_PERF_OUTPUT(events);\nint f(struct pt_regs *ctx)\n{\n"
		"\tchar b[2000];\n\tbpf_get_current_comm(b, sizeof(b));\n"
		"\tevents.perf_submit(ctx, b, sizeof(b));\n\treturn 0;\n}\n",
		"stack limit");
	nothing_left();
}

static void names_a_tracepoint_without_format(void **state)
{
	(void)state;
	REFUSED("TRACEPOINT_PROBE(nosuch, event)\n{\n\treturn args->x;\n}\n",
		"tracepoint__nosuch__event", "/sys/kernel/tracing/events");
}

static void compiles_next_to_nothing(void **state)
{
	static const char *const texts[] = {"", "\n", "#include <linux/fs.h>\n",
					    "static int f(void) { return 0; }\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct object *o = compiled(texts[i]);

		assert_int_equal(o->nprogs, 0);
		assert_int_equal(o->nmaps, 0);
		object_free(o);
	}
}

static const char tables[] =
	"struct key { u32 a; char c[4]; };\n"
	"struct event { u64 ts; u32 k; char comm[16]; };\n"
	"BPF_HASH(h, struct key, u64, 100);\n"
	"BPF_PERF_OUTPUT(perf);\n"
	"BPF_RINGBUF_OUTPUT(ring, 8);\n"
	"BPF_ARRAY(arr, u64, 4);\n"
	"BPF_PERCPU_ARRAY(parr, struct event, 1);\n"
	"BPF_PERCPU_HASH(ph, u32);\n"
	"BPF_STACK_TRACE(stacks, 1000);\n"
	"BPF_HISTOGRAM(dist);\n"
	"BPF_HISTOGRAM(keyed, struct key, 99);\n"
	"BPF_TABLE(\"lru_hash\", u32, u64, lru, 64);\n"
	"BPF_LPM_TRIE(trie, u64, u64, 9);\n"
	"BPF_QUEUE(queue, u64, 5);\n"
	"BPF_PROG_ARRAY(tail, 3);\n"
	"BPF_TABLE(\"hash\", u32, u32, inner, 7);\n"
	"BPF_ARRAY_OF_MAPS(outer, \"inner\", 2);\n"
	"int f(struct pt_regs *ctx, struct dentry *d)\n{\n"
	"	struct key k = {};\n	struct event e = {};\n	u32 n = 1;\n	int zero = 0;\n"
	"	h.increment(k);\n	dist.increment(bpf_log2l(n));\n	keyed.increment(k);\n"
	"	ph.increment(n);\n	arr.increment(1);\n"
	"	e.ts = stacks.get_stackid(ctx, 0);\n"
	"	struct event *p = parr.lookup(&zero);\n"
	"	if (p)\n		p->ts = 1;\n"
	"	u64 v = 1;\n	lru.update(&n, &v);\n	queue.push(&v, 0);\n"
	"	perf.perf_submit(ctx, &e, sizeof(e));\n"
	"	ring.ringbuf_output(&e, sizeof(e), 0);\n	return 0;\n}\n"
	"int g(struct pt_regs *ctx)\n{\n	bpf_trace_printk(\"%d\\n\", 1);\n	return "
	"0;\n}\n";

static void check_map(const struct object *o, const char *name, uint32_t type, uint32_t key,
		      uint32_t value, uint32_t entries)
{
	const struct object_map *m = object_map_find(o, name);

	if (!m)
		fail_msg("no map %s", name);
	assert_int_equal(m->type, type);
	assert_int_equal(m->key_size, key);
	assert_int_equal(m->value_size, value);
	assert_int_equal(m->max_entries, entries);
}

static void knows_every_kind_of_table(void **state)
{
	(void)state;
	for (size_t k = 0; k < NKERNELS; k++) {
		struct object *o = compiled_for(k, tables);
		const struct object_map *outer = object_map_find(o, "outer");

		assert_int_equal(o->nmaps, 15);
		assert_int_equal(o->nprogs, 2);
		check_map(o, "h", BPF_MAP_TYPE_HASH, 8, 8, 100);
		check_map(o, "ring", BPF_MAP_TYPE_RINGBUF, 0, 0, 8 * sysconf(_SC_PAGESIZE));
		check_map(o, "arr", BPF_MAP_TYPE_ARRAY, 4, 8, 4);
		check_map(o, "parr", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32, 1);
		check_map(o, "ph", BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 10240);
		check_map(o, "stacks", BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 8, 1024);
		check_map(o, "dist", BPF_MAP_TYPE_ARRAY, 4, 8, 64);
		check_map(o, "keyed", BPF_MAP_TYPE_HASH, 8, 8, 99);
		check_map(o, "lru", BPF_MAP_TYPE_LRU_HASH, 4, 8, 64);
		check_map(o, "trie", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 9);
		assert_int_equal(object_map_find(o, "trie")->flags, BPF_F_NO_PREALLOC);
		check_map(o, "queue", BPF_MAP_TYPE_QUEUE, 0, 8, 5);
		check_map(o, "tail", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 3);
		assert_non_null(outer);
		assert_int_equal(outer->inner, object_map_find(o, "inner") - o->maps);
		assert_int_equal(object_map_find(o, "perf")->nfields, 3);
		assert_int_equal(object_map_find(o, "ring")->nfields, 3);
		assert_string_equal(object_map_find(o, "ring")->fields[2], "comm#char[16]");
		assert_non_null(
			strstr(object_map_find(o, "h")->key_desc, "[\"a\",\"unsigned int\"]"));
		object_free(o);
	}
}

/* libbcc's copy of the uapi header, the kernel's BTF and the text want the same names. */
static void keeps_clashing_names_apart(void **state)
{
	static const char *const texts[] = {
		/* by members, by value and by enumerator */
		"int f(struct pt_regs *ctx, struct bpf_prog *prog, struct bpf_map *map)\n{\n"
		"	return prog->len + prog->aux->id + map->map_type + prog->type +\n"
		"		prog->insnsi[0].code + BPF_MAP_TYPE_HASH + "
		"BPF_FUNC_map_lookup_elem;\n}\n",
		"int f(struct pt_regs *ctx, struct bpf_verifier_env *env)\n{\n"
		"	return env->insn_idx + env->prog->aux->id;\n}\n",
		/* an enum64 from 6.1 on */
		"int f(void *ctx) { return BPF_F_CURRENT_CPU == 0xffffffffULL; }\n",
		/* names of the kernel's that the text takes for itself */
		"struct file { int mine; };\nstruct dentry { int mine; };\nenum pid_type { A, B "
		"};\n"
		"typedef struct { int x; } fmode_t;\n"
		"int f(struct pt_regs *ctx, struct path *path)\n{\n"
		"	struct file f = {.mine = 1};\n	fmode_t m = {1};\n"
		"	struct task_struct *t = (void *)bpf_get_current_task();\n"
		"	return f.mine + m.x + A + t->pid + (path->dentry != 0);\n}\n",
		/* tables that are called what a typedef and a struct of the kernel's are */
		"BPF_HASH(config, u32, u64);\nBPF_TABLE(\"array\", u32, u64, fmode_t, 4);\n"
		"int f(struct pt_regs *ctx, struct file *file)\n{\n"
		"	u32 key = file->f_flags;\n	u64 *v = config.lookup(&key);\n"
		"	return v ? *v : fmode_t.lookup(&key) != 0;\n}\n",
		/* a struct that only the kernel's C files know */
		"int f(struct pt_regs *ctx, struct nameidata *nd)\n{\n"
		"	return nd->depth + nd->last.len;\n}\n",
	};

	(void)state;
	for (size_t k = 0; k < NKERNELS; k++)
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			object_free(compiled_for(k, texts[i]));
}

static void expands_members_that_are_macros(void **state)
{
	(void)state;
	for (size_t k = 0; k < NKERNELS; k++)
		object_free(compiled_for(
			k, "#include <net/sock.h>\n#include <net/inet_sock.h>\n"
			   "int f(struct pt_regs *ctx, struct sock *sk)\n{\n"
			   "	struct inet_sock *i = (struct inet_sock *)sk;\n"
			   "	return sk->sk_family + ntohs(i->inet_dport);\n}\n"));
}

/* d_iname has another name from 6.14 on; what a text defines itself may be as the kernel's headers
 * have it. */
static void knows_what_headers_have(void **state)
{
	(void)state;
	for (size_t k = 0; k < NKERNELS; k++)
		object_free(compiled_for(
			k,
			"#define PROT_READ 0x1\n"
			"int f(struct pt_regs *ctx, struct sk_buff *skb, struct dentry *d)\n{\n"
			"	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);\n	char name[16];\n"
			"	bpf_probe_read_kernel_str(name, sizeof(name), d->d_iname);\n"
			"	return cb->seq + (icmp_hdr(skb)->type == ICMP_ECHO) + PROT_READ +\n"
			"		(name[0] == SIGKILL) + __constant_htons(ETH_P_IP);\n}\n"
			"int g(struct pt_regs *ctx, struct sk_buff *skb, struct request *req)\n{\n"
			"	u32 flags = tcp_flag_word(tcp_hdr(skb)), f = req->cmd_flags;\n"
			"	if (f & (REQ_SYNC | REQ_META) || flags & TCP_FLAG_SYN)\n"
			"		return CAP_SYS_ADMIN + clamp(f, 1u, 3u) + GENMASK(7, 4);\n"
			"	return IPFRAG_DUP + EXT4_SUPER_MAGIC + ALIGN(f, 8) + "
			"skb_is_gso(skb);\n"
			"}\n"));
}

/* A type that no word of the text names is found on the second try. */
static void compiles_again_with_all_types(void **state)
{
	(void)state;
	object_free(compiled("#define S(x) struct super_##x\n"
			     "int f(struct pt_regs *ctx, struct dentry *d)\n{\n"
			     "	S(block) sb = {};\n	return sizeof(sb) + d->d_flags;\n}\n"));
	nothing_left();
}

static void takes_a_long_text(void **state)
{
	size_t len = 1 << 20;
	char *text = malloc(len + sizeof(FILELIFE) + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len);
	for (size_t i = 79; i < len; i += 80)
		text[i] = '\n';
	strcpy(text + len, FILELIFE);
	object_free(compiled(text));
	free(text);
}

static void ignores_the_users_environment(void **state)
{
	struct object *o;

	(void)state;
	setenv("ARCH", "arm64", 1);
	setenv("BCC_KERNEL_SOURCE", "/nonexistent", 1);
	setenv("BCC_LINUX_VERSION_CODE", "1", 1);
	o = compiled(FILELIFE);
	assert_int_equal(o->kern_version, kernels[1].version);
	object_free(o);
	unsetenv("ARCH");
	unsetenv("BCC_KERNEL_SOURCE");
	unsetenv("BCC_LINUX_VERSION_CODE");
}

static void refuses_what_is_no_btf(void **state)
{
	struct error e = {0};
	struct object *o;
	struct compile_request req = {
		.text = "",
		.headers = COMPILE_HEADERS_BTF,
		.headers_path = "/etc/passwd",
		.helper = helper(),
		.timeout = 60,
	};

	(void)state;
	free(btf_of(kernels[1].name));
	assert_int_not_equal(compile(&req, &o, &e), 0);
	assert_int_equal(e.fault, FAULT_RUN);
	assert_non_null(strstr(e.text, "/etc/passwd"));
	error_clear(&e);
	nothing_left();
}

/* The trees that the helper makes look like a kernel's headers to libbcc: we take one for those. */
static void takes_headers_from_elsewhere(void **state)
{
	char *btf = btf_of(kernels[1].name), *dir, *archive, *command;
	struct error e = {0};
	struct object *o;
	struct compile_request req = {
		.text = FILELIFE,
		.kernel_version = 1, /* the headers have their own */
		.helper = helper(),
		.timeout = 60,
	};

	(void)state;
	assert_true(asprintf(&dir, "%s/tree", tmp) > 0);
	assert_true(asprintf(&archive, "%s/tree.tar", tmp) > 0);
	assert_true(asprintf(&command,
			     "mkdir %s && %s --btf %s --dir %s --kernel-version %u <<'EOF' "
			     "3>/dev/null && tar -C %s -cf %s .\n%sEOF\n",
			     dir, helper(), btf, dir, kernels[1].version, dir, archive,
			     FILELIFE) > 0);
	assert_int_equal(system(command), 0);

	req.headers = COMPILE_HEADERS_DIR;
	req.headers_path = dir;
	if (compile(&req, &o, &e))
		fail_msg("%s", e.text);
	assert_int_equal(o->kern_version, kernels[1].version);
	object_free(o);

	req.headers = COMPILE_HEADERS_KHEADERS;
	req.headers_path = archive;
	if (compile(&req, &o, &e))
		fail_msg("%s", e.text);
	assert_int_equal(o->nprogs, 2);
	object_free(o);

	req.headers_path = "/etc/passwd";
	assert_int_not_equal(compile(&req, &o, &e), 0);
	assert_int_equal(e.fault, FAULT_RUN);
	assert_non_null(strstr(e.text, "/etc/passwd"));
	error_clear(&e);

	file_rmtree(dir);
	unlink(archive);
	nothing_left();
	free(btf);
	free(dir);
	free(archive);
	free(command);
}

static void tells_its_version(void **state)
{
	char *version;

	(void)state;
	free(btf_of(kernels[1].name));
	assert_int_equal(compile_version(helper(), &version, NULL), 0);
	assert_int_equal(strncmp(version, "0.", 2), 0);
	assert_null(strchr(version, '\n'));
	free(version);
	nothing_left();
}

/* Compiles with a shell script in the helper's place; gives the error's text. */
static char *with_fake(const char *script, unsigned int timeout, int want)
{
	struct error e = {0};
	struct object *o;
	char *path;
	FILE *f;

	assert_true(asprintf(&path, "%s/helper", tmp) > 0);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	chmod(path, 0700);

	struct compile_request req = {
		.text = FILELIFE,
		.headers = COMPILE_HEADERS_BTF,
		.headers_path = "/dev/null",
		.helper = path,
		.timeout = timeout,
	};
	assert_int_equal(compile(&req, &o, &e), want);
	assert_null(o);
	assert_int_equal(e.fault, FAULT_RUN);
	nothing_left();
	free(path);
	return e.text;
}

static void contains(char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in: %s", part, text);
	free(text);
}

static void outlives_a_crash(void **state)
{
	(void)state;
	contains(with_fake("kill -SEGV $$", 60, -EIO), "signal 11 (Segmentation fault)");
	contains(with_fake("echo 'LLVM ERROR: out of registers' >&2; kill -ABRT $$", 60, -EIO),
		 "out of registers");
}

static long seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void kills_what_hangs(void **state)
{
	long start = seconds();

	(void)state;
	contains(with_fake("sleep 100", 1, -ETIMEDOUT), "1 seconds");
	contains(with_fake("exec >/dev/null 2>&1; sleep 100", 1, -ETIMEDOUT), "killed");
	contains(with_fake("trap '' TERM INT; while :; do :; done", 1, -ETIMEDOUT), "killed");
	assert_true(seconds() - start < 95);
}

/* Its own end counts, not that of what it leaves behind with its output open. */
static void does_not_wait_for_what_is_left_behind(void **state)
{
	long start = seconds();

	(void)state;
	contains(with_fake("sleep 100 & exit 7", 60, -EIO), "exit code 7");
	assert_true(seconds() - start < 95);
}

static void refuses_garbage(void **state)
{
	(void)state;
	contains(with_fake("exit 0", 60, -EBADMSG), "no object");
	contains(with_fake("echo nonsense >&3", 60, -EBADMSG), "not a compiled object");
	contains(with_fake("head -c 100000 /dev/zero >&3", 60, -EBADMSG), "not a compiled object");
	contains(with_fake("head -c 300000 /dev/urandom; exit 3", 60, -EIO), "exit code 3");
	contains(with_fake("printf 'a\\033[31mb\\n'; exit 3", 60, -EIO), "a?[31mb");
	contains(with_fake("echo 'bcchost-compile: no more paper' >&2; exit 2", 60, -EIO),
		 "no more paper");
}

static void names_a_helper_that_is_missing(void **state)
{
	struct compile_request req = {
		.text = "",
		.headers_path = "/dev/null",
		.helper = "/nonexistent/bcchost-compile",
		.timeout = 1,
	};
	struct error e = {0};
	struct object *o;
	char *version;

	(void)state;
	assert_int_equal(compile(&req, &o, &e), -ENOENT);
	assert_int_equal(e.fault, FAULT_RUN);
	assert_non_null(strstr(e.text, "/nonexistent/bcchost-compile"));
	error_clear(&e);
	assert_int_equal(compile_version("/nonexistent/x", &version, &e), -ENOENT);
	error_clear(&e);
	nothing_left();
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Ctrl-C while the compiler works: it is killed, the files go, then the signal comes through. */
static void cleans_up_when_interrupted(void **state)
{
	struct sigaction act = {.sa_handler = on_interrupt}, old;
	long start = seconds();

	(void)state;
	sigaction(SIGINT, &act, &old);
	contains(with_fake("kill -INT $PPID; sleep 100", 60, -EINTR), "interrupted");
	assert_int_equal(interrupted, 1);
	assert_true(seconds() - start < 95);
	sigaction(SIGINT, &old, NULL);
}

static int make_tmp(void **state)
{
	(void)state;
	tmp = strdup("/tmp/bcchost-test-XXXXXX");
	return tmp && mkdtemp(tmp) && setenv("TMPDIR", tmp, 1) == 0 ? 0 : -1;
}

static int remove_tmp(void **state)
{
	(void)state;
	file_rmtree(tmp);
	free(tmp);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiles_for_every_kernel),
		cmocka_unit_test(keeps_the_lines_of_many_functions),
		cmocka_unit_test(reads_members_where_they_are),
		cmocka_unit_test(reads_members_by_the_names_they_had),
		cmocka_unit_test(follows_members_to_where_they_went),
		cmocka_unit_test(leaves_a_text_its_own_names),
		cmocka_unit_test(names_the_line_of_an_error),
		cmocka_unit_test(shows_only_the_first_errors),
		cmocka_unit_test(explains_what_is_too_big),
		cmocka_unit_test(names_a_tracepoint_without_format),
		cmocka_unit_test(compiles_next_to_nothing),
		cmocka_unit_test(knows_every_kind_of_table),
		cmocka_unit_test(keeps_clashing_names_apart),
		cmocka_unit_test(expands_members_that_are_macros),
		cmocka_unit_test(knows_what_headers_have),
		cmocka_unit_test(compiles_again_with_all_types),
		cmocka_unit_test(takes_a_long_text),
		cmocka_unit_test(ignores_the_users_environment),
		cmocka_unit_test(refuses_what_is_no_btf),
		cmocka_unit_test(takes_headers_from_elsewhere),
		cmocka_unit_test(tells_its_version),
		cmocka_unit_test(outlives_a_crash),
		cmocka_unit_test(kills_what_hangs),
		cmocka_unit_test(does_not_wait_for_what_is_left_behind),
		cmocka_unit_test(refuses_garbage),
		cmocka_unit_test(names_a_helper_that_is_missing),
		cmocka_unit_test(cleans_up_when_interrupted),
	};

	return cmocka_run_group_tests(tests, make_tmp, remove_tmp);
}
