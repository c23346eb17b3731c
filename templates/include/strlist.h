/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strlist: strings of a user's, one behind the other, so that an event is as long as what it tells.
 * The event's last field is `char list[STRLIST_SIZE]`; another, `u32 used`, counts the bytes that
 * are taken. It is kept in memory, not in a register: a number that the verifier follows would
 * make each turn of a loop another one.
 *
 * A string is a byte for what it is, two for its length (the lower first), and its bytes, without a
 * NUL. host/output/strlist.h reads it.
 */
#define STRLIST_END	   0
#define STRLIST_TEXT	   'T'
#define STRLIST_CUT	   'C' /* there was more of it */
#define STRLIST_NULL	   'N' /* the pointer was NULL */
#define STRLIST_UNREADABLE '?' /* nothing could be read where it points */
#define STRLIST_MORE	   '+' /* at the end: more strings, which are not shown */

#define STRLIST_HEAD   3
#define STRLIST_STRING 4096  /* bytes of one that are read, with its NUL */
#define STRLIST_FULL   16384 /* a string begins below this */
#define STRLIST_SIZE   (STRLIST_FULL + STRLIST_HEAD + STRLIST_STRING + 1)

/*
 * Where the next one begins, read again each time: of a sum that the compiler has in a register, it
 * would check another one's bounds than the one it uses.
 */
static u32 strlist_at(u32 *used)
{
	return *(volatile u32 *)used;
}

/* Puts the head before n bytes that stand in their place already. */
static int strlist_put(char *list, u32 *used, char kind, u32 n)
{
	u32 at = strlist_at(used);

	if (at >= STRLIST_FULL)
		return -1;
	list[at] = kind;
	list[at + 1] = n;
	list[at + 2] = n >> 8;
	*used = at + STRLIST_HEAD + n;
	return 0;
}

/* Each of these returns -1 if the list is full. */
static int strlist_user(char *list, u32 *used, const char *from)
{
	char kind = STRLIST_TEXT, next = 0;
	u32 at = strlist_at(used);
	long n;

	if (!from)
		return strlist_put(list, used, STRLIST_NULL, 0);
	if (at >= STRLIST_FULL)
		return -1;
	/* The length with its NUL; of an empty string 0. */
	n = bpf_probe_read_user_str(&list[at + STRLIST_HEAD], STRLIST_STRING, from);
	if (n < 0)
		return strlist_put(list, used, STRLIST_UNREADABLE, 0);
	/* As long as there is room for: it ends here, or it is cut. */
	if (n == STRLIST_STRING)
		bpf_probe_read_user(&next, sizeof(next), from + STRLIST_STRING - 1);
	if (next)
		kind = STRLIST_CUT;
	return strlist_put(list, used, kind, n > 0 ? n - 1 : 0);
}

static int strlist_kernel(char *list, u32 *used, const char *from)
{
	u32 at = strlist_at(used);
	long n;

	if (at >= STRLIST_FULL)
		return -1;
	n = bpf_probe_read_kernel_str(&list[at + STRLIST_HEAD], STRLIST_STRING, from);
	if (n <= 0)
		return strlist_put(list, used, STRLIST_UNREADABLE, 0);
	return strlist_put(list, used, n == STRLIST_STRING ? STRLIST_CUT : STRLIST_TEXT, n - 1);
}

/* Ends the list, and says whether there was more. Returns how long it is. */
static u32 strlist_end(char *list, u32 *used, char kind)
{
	u32 at = strlist_at(used);

	if (at >= STRLIST_SIZE)
		return 0;
	list[at] = kind;
	return at + 1;
}
