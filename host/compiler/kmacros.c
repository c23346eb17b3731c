/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values are the kernel's ABI or have not changed for many years; each group names the kernel
 * header that has them. What differs between kernels does not belong here: a handler gets it from
 * BTF (an enumerator, a member's size), or a tool asks for it with a fact of its own.
 */
#include "compiler/kmacros.h"

#include <stddef.h>

#define M(name, definition) "#ifndef " name "\n#define " definition "\n#endif\n"

const char kmacros_text[] =
	"/* Annotations for sparse and the compiler (linux/compiler_types.h, "
	"linux/compiler.h). */\n" M("__user", "__user") M("__kernel", "__kernel") M(
		"__iomem", "__iomem") M("__percpu",
					"__percpu") M("__rcu", "__rcu") M("__force",
									  "__force") M("__bitwise",
										       "__bitwise")
		M("__init", "__init") M("__exit", "__exit") M("__read_mostly", "__read_mostly") M(
			"__randomize_layout",
			"__randomize_layout") M("__must_check",
						"__must_check") M("__always_inline",
								  "__always_inline inline "
								  "__attribute__((__always_"
								  "inline__))") M("noinline",
										  "noinline "
										  "__attribute__((_"
										  "_noinline__))")
			M("__noinline", "__noinline __attribute__((__noinline__))") M(
				"__packed", "__packed __attribute__((__packed__))")
				M("__aligned", "__aligned(x) __attribute__((__aligned__(x)))") M(
					"__maybe_unused",
					"__maybe_unused "
					"__attribute__((__unused__))") M("__weak", "__weak "
										   "__attribute__(("
										   "__weak__))")
					M("__used", "__used __attribute__((__used__))") M(
						"__section",
						"__section(s) __attribute__((__section__(s)))")
						M("likely",
						  "likely(x) "
						  "__builtin_expect(!!(x), "
						  "1)") M("unlikely",
							  "unlik"
							  "ely("
							  "x) "
							  "__"
							  "built"
							  "in_"
							  "expec"
							  "t(!!("
							  "x), "
							  "0)") M("barrier",
								  "barrier() __asm__ "
								  "volatile(\"\" : : : "
								  "\"memory\")") M("READ_ONCE",
										   "READ_ONCE(x) "
										   "(*(const "
										   "volatile "
										   "__typeof__(x) "
										   "*)&(x))")
							M("WRITE_ONCE",
							  "WRITE_ONCE(x, v) "
							  "(*(volatile "
							  "__typeof__(x) *)&(x) "
							  "= (v))") M("fallthrou"
								      "gh",
								      "fallthrou"
								      "gh do {} "
								      "while "
								      "(0)") M("__"
									       "aligne"
									       "d_"
									       "u64",
									       "__"
									       "aligne"
									       "d_"
									       "u64 "
									       "__u64 "
									       "__"
									       "attrib"
									       "ute__"
									       "(("
									       "aligne"
									       "d(8))"
									       ")") M("__"
										      "aligne"
										      "d_"
										      "be64",
										      "__"
										      "aligne"
										      "d_"
										      "be64 "
										      "__"
										      "be64 "
										      "__"
										      "attrib"
										      "ute__("
										      "(align"
										      "ed(8))"
										      ")")
								M("__aligned_"
								  "le64",
								  "__aligned_"
								  "le64 "
								  "__le64 "
								  "__"
								  "attribute__"
								  "((aligned("
								  "8)))") "/* "
									  "lin"
									  "ux/"
									  "std"
									  "def"
									  ".h,"
									  " li"
									  "nux"
									  "/co"
									  "nta"
									  "ine"
									  "r_"
									  "of."
									  "h, "
									  "lin"
									  "ux/"
									  "ker"
									  "nel"
									  ".h,"
									  " li"
									  "nux"
									  "/ar"
									  "ray"
									  "_si"
									  "ze."
									  "h, "
									  "lin"
									  "ux/"
									  "mat"
									  "h."
									  "h, "
									  "lin"
									  "ux/"
									  "log"
									  "2."
									  "h "
									  "*/"
									  "\n" M("NULL",
										 "NU"
										 "LL"
										 " ("
										 "(v"
										 "oi"
										 "d "
										 "*)"
										 "0"
										 ")") M("true",
											"true 1") M("false",
												    "false 0")
										  M("offsetof", "of"
												"fs"
												"et"
												"of"
												"(t"
												", "
												"m)"
												" _"
												"_b"
												"ui"
												"lt"
												"in"
												"_o"
												"ff"
												"se"
												"to"
												"f("
												"t,"
												" m"
												")") M(
											  "s"
											  "i"
											  "z"
											  "e"
											  "o"
											  "f"
											  "_"
											  "f"
											  "i"
											  "e"
											  "l"
											  "d",
											  "s"
											  "i"
											  "z"
											  "e"
											  "o"
											  "f"
											  "_"
											  "f"
											  "i"
											  "e"
											  "l"
											  "d"
											  "("
											  "t"
											  ","
											  " "
											  "m"
											  ")"
											  " "
											  "s"
											  "i"
											  "z"
											  "e"
											  "o"
											  "f"
											  "("
											  "("
											  "("
											  "t"
											  " "
											  "*"
											  ")"
											  "0"
											  ")"
											  "-"
											  ">"
											  "m"
											  ")")
											  M("offset"
											    "ofend",
											    "offset"
											    "ofend("
											    "t, m) "
											    "(offse"
											    "tof(t,"
											    " m) + "
											    "sizeof"
											    "_field"
											    "(t, "
											    "m))") M("container_of", "container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))") M("list_entry", "list_entry(p, t, m) container_of(p, t, m)") M("hlist_entry", "hlist_entry(p, t, m) container_of(p, t, m)") M("rb_entry", "rb_entry(p, t, m) container_of(p, t, m)") M("ARRAY_SIZE",
																																													   "ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))") M("BIT", "BIT(n) (1UL << (n))") M("BIT_ULL",
																																																							   "BIT_ULL(n) (1ULL << (n))") M("DIV_ROUND_UP",
																																																											 "DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))") M("U8_MAX", "U8_MAX ((u8)~0U)") M("U16_MAX",
																																																																					 "U16_MAX ((u16)~0U)") M("U32_MAX",
																																																																								 "U32_MAX ((u32)~0U)") M("U64_MAX",
																																																																											 "U64_MAX ((u64)~0ULL)") M("S32_MAX", "S32_MAX ((s32)(U32_MAX >> 1))") M("S64_MAX", "S64_MAX ((s64)(U64_MAX >> 1))") M("INT_MAX", "INT_MAX ((int)(~0U >> 1))") M("INT_MIN", "INT_MIN (-INT_MAX - 1)") M("UINT_MAX", "UINT_MAX (~0U)") M("LONG_MAX", "LONG_MAX ((long)(~0UL >> 1))") M("ULONG_MAX", "ULONG_MAX (~0UL)") M("LLONG_MAX",
																																																																																																																		 "LLONG_MAX ((long long)(~0ULL >> 1))") M("ULLONG_MAX", "ULLONG_MAX (~0ULL)") M("MAX_ERRNO", "MAX_ERRNO 4095") M("IS_ERR_VALUE", "IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)") M("IS_ERR",
																																																																																																																																												"IS_ERR(p) IS_ERR_VALUE((unsigned long)(p))") M("IS_ERR_OR_NULL",
																																																																																																																																																		"IS_ERR_OR_NULL(p) (!(p) || IS_ERR(p))") M("PTR_ERR", "PTR_ERR(p) ((long)(p))") M("ilog2", "ilog2(n) (63 - __builtin_clzll(n))")
												  M("roundup_pow_of_two",
												    "roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long long)(n) - 1)))") M("rounddown_pow_of_two",
																									     "rounddown_pow_of_two(n) (1UL << ilog2(n))") "/* asm/page.h; PAGE_SHIFT itself comes from the machine */\n" M("PAGE_SIZE", "PAGE_SIZE (1UL << PAGE_SHIFT)") M("PAGE_MASK", "PAGE_MASK (~(PAGE_SIZE - 1))") "/* vdso/time64.h */\n" M("NSEC_PER_SEC", "NSEC_PER_SEC 1000000000L") M("NSEC_PER_MSEC",
																																																												"NSEC_PER_MSEC 1000000L") M("NSEC_PER_USEC",
																																																															    "NSEC_PER_USEC 1000L") M("USEC_PER_SEC", "USEC_PER_SEC 1000000L") M("USEC_PER_MSEC",
																																																																								"USEC_PER_MSEC 1000L") M("MSEC_PER_SEC", "MSEC_PER_SEC 1000L") "/* uapi/linux/limits.h, uapi/linux/if.h, uapi/linux/utsname.h, linux/blkdev.h */\n" M("NAME_MAX", "NAME_MAX 255") M("PATH_MAX", "PATH_MAX 4096") M("IFNAMSIZ", "IFNAMSIZ 16") M("__NEW_UTS_LEN",
																																																																																																						"__NEW_UTS_LEN 64") M("DISK_NAME_LEN", "DISK_NAME_LEN 32") M("UUID_SIZE",
																																																																																																													     "UUID_SIZE 16") "/* linux/kdev_t.h */\n" M("MINORBITS", "MINORBITS 20") M("MINORMASK", "MINORMASK ((1U << MINORBITS) - 1)") M("MAJOR", "MAJOR(d) ((unsigned int)((d) >> MINORBITS))") M("MINOR",
																																																																																																																																				     "MINOR(d) ((unsigned int)((d) & MINORMASK))") M("MKDEV", "MKDEV(a, i) (((a) << MINORBITS) | (i))") "/* uapi/linux/stat.h, linux/stat.h */\n" M("S_IFMT", "S_IFMT 00170000") M("S_IFSOCK", "S_IFSOCK 0140000") M("S_IFLNK", "S_IFLNK 0120000") M("S_IFREG", "S_IFREG 0100000") M("S_IFBLK", "S_IFBLK 0060000") M("S_IFDIR", "S_IFDIR 0040000") M("S_IFCHR",
																																																																																																																																																																														     "S_IFCHR 0020000") M("S_IFIFO", "S_IFIFO 0010000") M("S_ISUID", "S_ISUID 0004000") M("S_ISGID", "S_ISGID 0002000") M("S_ISVTX", "S_ISVTX 0001000") M("S_ISLNK",
																																																																																																																																																																																																	  "S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)") M("S_ISREG",
																																																																																																																																																																																																						      "S_ISREG(m) (((m) & S_IFMT) == S_IFREG)") M("S_ISDIR", "S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)") M("S_ISCHR", "S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)") M("S_ISBLK", "S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)") M("S_ISFIFO",
																																																																																																																																																																																																																																       "S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)") M("S_ISSOCK", "S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)") M("S_IRWXU",
																																																																																																																																																																																																																																													      "S_IRWXU 00700") M("S_IRUSR",
																																																																																																																																																																																																																																																 "S_IRUSR 00400") M("S_IWUSR",
																																																																																																																																																																																																																																																		    "S_IWUSR 00200") M("S_IXUSR", "S_IXUSR 00100") M("S_IRWXG", "S_IRWXG 00070") M("S_IRWXO", "S_IRWXO 00007") M("S_IALLUGO",
																																																																																																																																																																																																																																																																 "S_IALLUGO 0007777") M("S_IRWXUGO",
																																																																																																																																																																																																																																																																			"S_IRWXUGO 0000777") "/* linux/fs.h: the same bits from 4.19, which brought OPENED and CREATED, to 7.2 */\n" M("FMODE_READ",
																																																																																																																																																																																																																																																																																       "FMODE_READ ((fmode_t)0x1)") M("FMODE_WRITE",
																																																																																																																																																																																																																																																																																				      "FMODE_WRITE ((fmode_t)0x2)") M("FMODE_LSEEK",
																																																																																																																																																																																																																																																																																								      "FMODE_LSEEK ((fmode_t)0x4)") M("FMODE_PREAD", "FMODE_PREAD ((fmode_t)0x8)") M("FMODE_PWRITE",
																																																																																																																																																																																																																																																																																																		     "FMODE_PWRITE ((fmode_t)0x10)") M("FMODE_EXEC", "FMODE_EXEC ((fmode_t)0x20)") M("FMODE_RANDOM", "FMODE_RANDOM ((fmode_t)0x1000)") M("FMODE_PATH",
																																																																																																																																																																																																																																																																																																																			 "FMODE_PATH ((fmode_t)0x4000)") M("FMODE_ATOMIC_POS",
																																																																																																																																																																																																																																																																																																																							   "FMODE_ATOMIC_POS ((fmode_t)0x8000)") M("FMODE_CAN_READ",
																																																																																																																																																																																																																																																																																																																												   "FMODE_CAN_READ ((fmode_t)0x20000)") M("FMODE_CAN_WRITE", "FMODE_CAN_WRITE ((fmode_t)0x40000)") M("FMODE_OPENED", "FMODE_OPENED ((fmode_t)0x80000)") M("FMODE_"
																																																																																																																																																																																																																																																																																																																																															  "CREATED",
																																																																																																																																																																																																																																																																																																																																															  "FMODE_"
																																																																																																																																																																																																																																																																																																																																															  "CREATED "
																																																																																																																																																																																																																																																																																																																																															  "((fmode_t)"
																																																																																																																																																																																																																																																																																																																																															  "0x100000)") M("FMODE_STREAM",
																																																																																																																																																																																																																																																																																																																																																	 "FMODE_STREAM ((fmode_t)0x200000)") M("FMODE_NOWAIT",
																																																																																																																																																																																																																																																																																																																																																					       "FMODE_NOWAIT ((fmode_t)0x8000000)") M("MAY_EXEC",
																																																																																																																																																																																																																																																																																																																																																										      "MAY_EXEC 1") M("MAY_WRITE",
																																																																																																																																																																																																																																																																																																																																																												      "MAY_WRITE 2") M("MAY_READ",
																																																																																																																																																																																																																																																																																																																																																														       "MAY_READ 4") M("MAY_APPEND",
																																																																																																																																																																																																																																																																																																																																																																       "MAY_APPEND 8") M("IOCB_DIRECT", "IOCB_DIRECT (1 << 17)") M("IOCB_WRITE",
																																																																																																																																																																																																																																																																																																																																																																								   "IOCB_WRITE (1 << 18)") "/* uapi/asm-generic/errno-base.h, uapi/asm-generic/errno.h, linux/errno.h */\n" M("EPERM", "EPERM 1") M("ENOENT",
																																																																																																																																																																																																																																																																																																																																																																																								    "ENOENT 2") M("ESRCH", "ESRCH 3") M("EINTR",
																																																																																																																																																																																																																																																																																																																																																																																													"EINTR 4") M("EIO", "EIO 5") M("ENXIO",
																																																																																																																																																																																																																																																																																																																																																																																																       "ENXIO 6") M("E2BIG",
																																																																																																																																																																																																																																																																																																																																																																																																		    "E2BIG 7") M("ENOEXEC",
																																																																																																																																																																																																																																																																																																																																																																																																				 "ENOEXEC 8") M("EBADF",
																																																																																																																																																																																																																																																																																																																																																																																																						"EBADF 9") M("ECHILD",
																																																																																																																																																																																																																																																																																																																																																																																																							     "ECHILD 10") M("EAGAIN",
																																																																																																																																																																																																																																																																																																																																																																																																									    "EAGAIN 11") M("ENOMEM",
																																																																																																																																																																																																																																																																																																																																																																																																											   "ENOMEM 12") M("EACCES", "EACCES 13") M("EFAULT", "EFAULT 14") M("ENOTBLK",
																																																																																																																																																																																																																																																																																																																																																																																																																			    "ENOTBLK 15") M("EBUSY", "EBUSY 16") M("EEXIST",
																																																																																																																																																																																																																																																																																																																																																																																																																								   "EEXIST 17") M("EXDEV", "EXDEV 18") M("ENODEV",
																																																																																																																																																																																																																																																																																																																																																																																																																													 "ENODEV 19") M("ENOTDIR",
																																																																																																																																																																																																																																																																																																																																																																																																																															"ENOTDIR 20") M("EISDIR", "EISDIR 21") M("EINVAL", "EINVAL 22") M("ENFILE", "ENFILE 23") M("EMFILE", "EMFILE 24") M("ENOTTY", "ENOTTY 25") M("ETXTBSY", "ETXTBSY 26") M("EFBIG", "EFBIG 27") M("ENOSPC",
																																																																																																																																																																																																																																																																																																																																																																																																																																																						       "ENOSPC 28") M("ESPIPE",
																																																																																																																																																																																																																																																																																																																																																																																																																																																								      "ESPIPE 29") M("EROFS", "EROFS 30") M("EMLINK", "EMLINK 31") M("EPIPE", "EPIPE 32") M("EDOM",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																			    "EDOM 33") M("ERANGE",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																					 "ERANGE 34") M("EWOULDBLOCK", "EWOULDBLOCK EAGAIN") M("EDEADLK",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																											       "EDEADLK 35") M("ENAMETOOLONG", "ENAMETOOLONG 36") M("ENOSYS", "ENOSYS 38") M("ENOTEMPTY",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																					     "ENOTEMPTY 39") M("ELOOP",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																							       "ELOOP 40") M("ENODATA",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																									     "ENODATA 61") M("EPROTO",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																											     "EPROTO 71") M("EOVERFLOW",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																													    "EOVERFLOW 75") M("EMSGSIZE",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																															      "EMSGSIZE 90") M("EOPNOTSUPP",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																	       "EOPNOTSUPP 95") M("EADDRINUSE",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																				  "EADDRINUSE 98") M("EADDRNOTAVAIL", "EADDRNOTAVAIL 99") M("ENETDOWN", "ENETDOWN 100") M("ENETUNREACH",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																															  "ENETUNREACH 101") M("ECONNABORTED",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																	       "ECONNABORTED 103") M("ECONNRESET", "ECONNRESET 104") M("ENOBUFS", "ENOBUFS 105") M("EISCONN",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																												   "EISCONN 106") M("ENOTCONN",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																														    "ENOTCONN 107") M("ETIMEDOUT",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																      "ETIMEDOUT 110") M("ECONNREFUSED", "ECONNREFUSED 111") M("EHOSTUNREACH", "EHOSTUNREACH 113") M("EALREADY",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																												     "EALREADY 114") M("EINPROGRESS",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																																														       "EINPROGRESS 115")
													  M("ESTALE", "ESTALE 116") M("EDQUOT", "EDQUOT 122") M("ERESTARTSYS",
																				"ERESTARTSYS 512") M("ENOTSUPP",
																						     "ENOTSUPP 524") "/* uapi/asm-generic/fcntl.h; the four that arm64 has its own of are under #ifdef below */\n" M("O_ACCMODE", "O_ACCMODE 00000003") M("O_RDONLY",
																																									  "O_RDONLY 00000000") M("O_WRONLY", "O_WRONLY 00000001") M("O_RDWR", "O_RDWR 00000002") M("O_CREAT", "O_CREAT 00000100") M("O_EXCL", "O_EXCL 00000200") M("O_NOCTTY", "O_NOCTTY 00000400") M("O_TRUNC", "O_TRUNC 00001000") M("O_APPEND", "O_APPEND 00002000") M("O_NONBLOCK", "O_NONBLOCK 00004000") M("O_DSYNC",
																																																																														 "O_DSYNC 00010000") M("O_NOATIME",
																																																																																       "O_NOATIME 01000000") M("O_CLOEXEC", "O_CLOEXEC 02000000") M("O_SYNC",
																																																																																								    "O_SYNC (04000000 | O_DSYNC)") M("O_PATH",
																																																																																												     "O_PATH 010000000") M("AT_FDCWD", "AT_FDCWD -100") "#ifdef __aarch64__\n" M("O_DIRECTORY",
																																																																																																						 "O_DIRECTORY 040000") M("O_NOFOLLOW", "O_NOFOLLOW 0100000") M("O_DIRECT",
																																																																																																													       "O_DIRECT 0200000") M("O_LARGEFILE", "O_LARGEFILE 0400000") "#else\n" M("O_DIRECT", "O_DIRECT 00040000") M("O_LARGEFILE", "O_LARGEFILE 00100000") M("O_DIRECTORY",
																																																																																																																																   "O_DIRECTORY 00200000") M("O_NOFOLLOW", "O_NOFOLLOW 00400000") "#endif\n" M("O_TMPFILE", "O_TMPFILE (020000000 | O_DIRECTORY)") "/* linux/socket.h, uapi/linux/in.h, uapi/linux/if_ether.h */\n" M("AF_UNSPEC", "AF_UNSPEC 0") M("AF_UNIX",
																																																																																																																																																												    "AF_UNIX 1") M("AF_INET",
																																																																																																																																																														   "AF_INET 2") M("AF_INET6", "AF_INET6 10") M("AF_NETLINK",
																																																																																																																																																																			       "AF_NETLINK 16") M("AF_PACKET", "AF_PACKET 17") M("SOL_SOCKET", "SOL_SOCKET 1") M("SCM_RIGHTS", "SCM_RIGHTS 1") M("IPPROTO_IP", "IPPROTO_IP 0") M("IPPROTO_ICMP", "IPPROTO_ICMP 1") M("IPPROTO_TCP",
																																																																																																																																																																																										     "IPPROTO_TCP 6") M("IPPROTO_UDP",
																																																																																																																																																																																													"IPPROTO_UDP 17") M("IPPROTO_ICMPV6",
																																																																																																																																																																																															    "IPPROTO_ICMPV6 58") M("ETH_ALEN", "ETH_ALEN 6") M("ETH_HLEN", "ETH_HLEN 14") M("ETH_P_IP", "ETH_P_IP 0x0800") M("ETH_P_ARP",
																																																																																																																																																																																																													     "ETH_P_ARP 0x0806") M("ETH_P_IPV6", "ETH_P_IPV6 0x86DD") M("ETH_P_8021Q",
																																																																																																																																																																																																																					"ETH_P_8021Q 0x8100") "/* net/sock.h, net/inet_sock.h: members that are macros */\n" M("sk_num", "sk_num __sk_common.skc_num") M("sk_dport", "sk_dport __sk_common.skc_dport") M("sk_daddr", "sk_daddr __sk_common.skc_daddr") M("sk_rcv_saddr", "sk_rcv_saddr __sk_common.skc_rcv_saddr") M("sk_family", "sk_family __sk_common.skc_family") M("sk_state",
																																																																																																																																																																																																																																																															"sk_state __sk_common.skc_state") M("sk_reuse",
																																																																																																																																																																																																																																																																			    "sk_reuse __sk_common.skc_reuse") M("sk_reuseport",
																																																																																																																																																																																																																																																																								"sk_reuseport __sk_common.skc_reuseport") M("sk_ipv6only", "sk_ipv6only __sk_common.skc_ipv6only") M("sk_bound_dev_if",
																																																																																																																																																																																																																																																																																				     "sk_bound_dev_if __sk_common.skc_bound_dev_if") M("sk_prot",
																																																																																																																																																																																																																																																																																										       "sk_prot __sk_common.skc_prot") M("sk_net",
																																																																																																																																																																																																																																																																																															 "sk_net __sk_common.skc_net") M("sk_v6_daddr", "sk_v6_daddr __sk_common.skc_v6_daddr") M("sk_v6_rcv_saddr", "sk_v6_rcv_saddr __sk_common.skc_v6_rcv_saddr") M("sk_cookie", "sk_cookie __sk_common.skc_cookie") M("sk_flags", "sk_flags __sk_common.skc_flags") M("sk_refcnt", "sk_refcnt __sk_common.skc_refcnt") M("sk_hash",
																																																																																																																																																																																																																																																																																																																																					     "sk_hash __sk_common.skc_hash") M("inet_daddr", "inet_daddr sk.__sk_common.skc_daddr") M("inet_rcv_saddr",
																																																																																																																																																																																																																																																																																																																																																      "inet_rcv_saddr sk.__sk_common.skc_rcv_saddr") M("inet_dport",
																																																																																																																																																																																																																																																																																																																																																						       "inet_dport sk.__sk_common.skc_dport") M("inet_num", "inet_num sk.__sk_common.skc_num") "/* linux/byteorder/generic.h, on the little-endian machines that libbcc compiles for */\n" M("ntohs",
																																																																																																																																																																																																																																																																																																																																																																													     "ntohs(x) ((u16)__builtin_bswap16(x))") M("htons",
																																																																																																																																																																																																																																																																																																																																																																																		       "htons(x) ((__be16)__builtin_bswap16(x))") M("ntohl", "ntohl(x) ((u32)__builtin_bswap32(x))") M("htonl", "htonl(x) ((__be32)__builtin_bswap32(x))") M("be16_to_cpu", "be16_to_cpu(x) ((u16)__builtin_bswap16(x))") M("be32_to_cpu",
																																																																																																																																																																																																																																																																																																																																																																																																													    "be32_to_cpu(x) ((u32)__builtin_bswap32(x))") M("be64_to_cpu",
																																																																																																																																																																																																																																																																																																																																																																																																																			    "be64_to_cpu(x) ((u64)__builtin_bswap64(x))") M("cpu_to_be16",
																																																																																																																																																																																																																																																																																																																																																																																																																									    "cpu_to_be16(x) ((__be16)__builtin_bswap16(x))") M("cpu_to_be32",
																																																																																																																																																																																																																																																																																																																																																																																																																															       "cpu_to_be32(x) ((__be32)__builtin_bswap32(x))") M("cpu_to_be64",
																																																																																																																																																																																																																																																																																																																																																																																																																																						  "cpu_to_be64(x) ((__be64)__builtin_bswap64(x))") M("le16_to_cpu",
																																																																																																																																																																																																																																																																																																																																																																																																																																												     "le16_to_cpu(x) ((u16)(x))") M("le32_to_cpu",
																																																																																																																																																																																																																																																																																																																																																																																																																																																    "le32_to_cpu(x) ((u32)(x))") M("le64_to_cpu",
																																																																																																																																																																																																																																																																																																																																																																																																																																																				   "le64_to_cpu(x) ((u64)(x))") "/* uapi/linux/sched.h, uapi/linux/ptrace.h, linux/sched.h */\n" M("CLONE_VM", "CLONE_VM 0x00000100") M("CLONE_FS", "CLONE_FS 0x00000200") M("CLONE_FILES", "CLONE_FILES 0x00000400") M("CLONE_THREAD", "CLONE_THREAD 0x00010000") M("CLONE_NEWNS",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																				     "CLONE_NEWNS 0x00020000") M("CLONE_NEWPID",
																																																																																																																																																																																																																																																																																																																																																																																																																																																																																								 "CLONE_NEWPID 0x20000000")
														  M("CLONE_NEWNET", "CLONE_NEWNET 0x40000000") M(
															  "PF_KTHREAD",
															  "PF_KTHREAD 0x00200000")
															  M("PF_EXITING",
															    "PF_EXITING 0x00000004")
																  M("TASK_RUNNING",
																    "TASK_RUNNING 0")
																	  M("TASK_INTERRUPTIBLE",
																	    "TASK_INTERRUPTIBLE 1")
																		  M(
																			  "TASK_UNINTERRUPTIBLE", "TASK_UNINTERRUPTIBLE 2") "/* linux/blk_types.h, from 4.8 on */\n" M("REQ_OP_BITS",
																														       "REQ_OP_BITS 8") M("REQ_OP_MASK", "REQ_OP_MASK ((1 << REQ_OP_BITS) - 1)") "/* uapi/linux/bpf_common.h: the classic half of the instructions; libbcc's bpf.h has the rest */\n" M("BPF_CLASS", "BPF_CLASS(c) ((c) & 0x07)") M("BPF_LD",
																																																										    "BPF_LD 0x00") M("BPF_LDX",
																																																												     "BPF_LDX 0x01") M("BPF_ST",
																																																														       "BPF_ST 0x02") M("BPF_STX",
																																																																	"BPF_STX 0x03") M("BPF_ALU",
																																																																			  "BPF_ALU 0x04") M("BPF_JMP", "BPF_JMP 0x05") M("BPF_RET",
																																																																									 "BPF_RET 0x06") M("BPF_MISC",
																																																																											   "BPF_MISC 0x07") M("BPF_SIZE",
																																																																													      "BPF_SIZE(c) ((c) & 0x18)") M("BPF_W",
																																																																																	    "BPF_W 0x00") M("BPF_H", "BPF_H 0x08") M("BPF_B", "BPF_B 0x10") M("BPF_MODE", "BPF_MODE(c) ((c) & 0xe0)") M("BPF_IMM", "BPF_IMM 0x00") M("BPF_ABS", "BPF_ABS 0x20") M("BPF_IND", "BPF_IND 0x40") M("BPF_MEM", "BPF_MEM 0x60") M("BPF_LEN",
																																																																																																													    "BPF_LEN 0x80") M("BPF_MSH",
																																																																																																															      "BPF_MSH 0xa0") M("BPF_OP", "BPF_OP(c) ((c) & 0xf0)") M("BPF_ADD", "BPF_ADD 0x00") M("BPF_SUB", "BPF_SUB 0x10") M("BPF_MUL", "BPF_MUL 0x20") M("BPF_DIV",
																																																																																																																																	     "BPF_DIV 0x30") M("BPF_OR", "BPF_OR 0x40") M("BPF_AND", "BPF_AND 0x50") M("BPF_LSH", "BPF_LSH 0x60") M("BPF_RSH",
																																																																																																																																														    "BPF_RSH 0x70") M("BPF_NEG", "BPF_NEG 0x80") M("BPF_MOD", "BPF_MOD 0x90") M("BPF_XOR", "BPF_XOR 0xa0") M("BPF_JA", "BPF_JA 0x00") M("BPF_JEQ",
																																																																																																																																																															"BPF_JEQ 0x10") M("BPF_JGT",
																																																																																																																																																																	  "BPF_JGT 0x20")
																			  M("BPF_JGE", "BPF_JGE 0x30") M("BPF_JSET", "BPF_JSET 0x40") M("BPF_SRC", "BPF_SRC(c) ((c) & 0x08)") M(
																				  "BPF_K",
																				  "BPF_K 0x00")
																				  M("BPF_X",
																				    "BPF_X 0x08")
																					  M("BPF_MAXINSNS",
																					    "BPF_MAXINSNS 4096");

const struct kmacros_type kmacros_types[] = {
	{"u8", "unsigned char"},
	{"u16", "unsigned short"},
	{"u32", "unsigned int"},
	{"u64", "unsigned long long"},
	{"s8", "signed char"},
	{"s16", "short"},
	{"s32", "int"},
	{"s64", "long long"},
	{"__u8", "unsigned char"},
	{"__u16", "unsigned short"},
	{"__u32", "unsigned int"},
	{"__u64", "unsigned long long"},
	{"__s8", "signed char"},
	{"__s16", "short"},
	{"__s32", "int"},
	{"__s64", "long long"},
	{"__be16", "unsigned short"},
	{"__le16", "unsigned short"},
	{"__be32", "unsigned int"},
	{"__le32", "unsigned int"},
	{"__be64", "unsigned long long"},
	{"__le64", "unsigned long long"},
	{"__sum16", "unsigned short"},
	{"__wsum", "unsigned int"},
	{"bool", "_Bool"},
	{"size_t", "unsigned long"},
	{"ssize_t", "long"},
	{"uintptr_t", "unsigned long"},
	{"ptrdiff_t", "long"},
	{"uint8_t", "unsigned char"},
	{"int8_t", "signed char"},
	{"uint16_t", "unsigned short"},
	{"int16_t", "short"},
	{"uint32_t", "unsigned int"},
	{"int32_t", "int"},
	{"uint64_t", "unsigned long long"},
	{"int64_t", "long long"},
	{"pid_t", "int"},
	{"uid_t", "unsigned int"},
	{"gid_t", "unsigned int"},
	{"dev_t", "unsigned int"},
	{"umode_t", "unsigned short"},
	{"mode_t", "unsigned int"},
	{"loff_t", "long long"},
	{"fmode_t", "unsigned int"},
	{"gfp_t", "unsigned int"},
	{"ulong", "unsigned long"},
	{"uint", "unsigned int"},
	{"ushort", "unsigned short"},
	{"off_t", NULL},
	{"ino_t", NULL},
	{"sector_t", NULL},
	{"blkcnt_t", NULL},
	{"time64_t", NULL},
	{"ktime_t", NULL},
	{"key_serial_t", NULL},
	{"atomic_t", NULL},
	{"atomic64_t", NULL},
	{"kuid_t", NULL},
	{"kgid_t", NULL},
	{"clockid_t", NULL},
	{"nlink_t", NULL},
	{"sa_family_t", NULL},
	{"key_t", NULL},
	{"cycles_t", NULL},
	{"qid_t", NULL},
	{"projid_t", NULL},
	{"pgoff_t", NULL},
	{"nfds_t", NULL},
	{"rwf_t", NULL},
	{"bpf_user_pt_regs_t", NULL},
};

const unsigned int kmacros_ntypes = sizeof(kmacros_types) / sizeof(kmacros_types[0]);
