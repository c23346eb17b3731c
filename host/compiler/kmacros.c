/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values are the kernel's ABI or have not changed for many years; each group names the kernel
 * header that has them. What differs between kernels does not belong here: a handler gets it from
 * BTF (an enumerator, a member's size), or a tool asks for it with a fact of its own.
 */
#include "compiler/kmacros_parts.h"

#include <stddef.h>

/* clang-format off */
const char kmacros_main[] =
	/* Annotations for sparse and the compiler (linux/compiler_types.h, linux/compiler.h). */
	C(__user, ) C(__kernel, ) C(__iomem, ) C(__percpu, ) C(__rcu, ) C(__force, )
	C(__bitwise, ) C(__init, ) C(__exit, ) C(__read_mostly, ) C(__randomize_layout, )
	C(__must_check, )
	C(__always_inline, inline __attribute__((__always_inline__)))
	C(noinline, __attribute__((__noinline__)))
	C(__noinline, __attribute__((__noinline__)))
	C(__packed, __attribute__((__packed__)))
	F(__aligned, (x), __attribute__((__aligned__(x))))
	C(__maybe_unused, __attribute__((__unused__)))
	C(__weak, __attribute__((__weak__)))
	C(__used, __attribute__((__used__)))
	F(__section, (s), __attribute__((__section__(s))))
	F(likely, (x), __builtin_expect(!!(x), 1))
	F(unlikely, (x), __builtin_expect(!!(x), 0))
	F(barrier, (), __asm__ volatile("" : : : "memory"))
	F(READ_ONCE, (x), (*(const volatile __typeof__(x) *)&(x)))
	F(WRITE_ONCE, (x, v), (*(volatile __typeof__(x) *)&(x) = (v)))
	C(fallthrough, do {} while (0))
	C(__aligned_u64, __u64 __attribute__((aligned(8))))
	C(__aligned_be64, __be64 __attribute__((aligned(8))))
	C(__aligned_le64, __le64 __attribute__((aligned(8))))

	/* linux/: stddef.h, container_of.h, kernel.h, array_size.h, math.h, err.h, limits.h, log2.h */
	C(NULL, ((void *)0)) C(true, 1) C(false, 0)
	F(offsetof, (t, m), __builtin_offsetof(t, m))
	F(sizeof_field, (t, m), sizeof(((t *)0)->m))
	F(offsetofend, (t, m), (offsetof(t, m) + sizeof_field(t, m)))
	F(container_of, (p, t, m), ((t *)((char *)(p) - offsetof(t, m))))
	F(list_entry, (p, t, m), container_of(p, t, m))
	F(hlist_entry, (p, t, m), container_of(p, t, m))
	F(rb_entry, (p, t, m), container_of(p, t, m))
	F(ARRAY_SIZE, (a), (sizeof(a) / sizeof((a)[0])))
	F(BIT, (n), (1UL << (n)))
	F(BIT_ULL, (n), (1ULL << (n)))
	F(DIV_ROUND_UP, (n, d), (((n) + (d) - 1) / (d)))
	C(U8_MAX, ((u8)~0U)) C(U16_MAX, ((u16)~0U)) C(U32_MAX, ((u32)~0U))
	C(U64_MAX, ((u64)~0ULL)) C(S32_MAX, ((s32)(U32_MAX >> 1)))
	C(S64_MAX, ((s64)(U64_MAX >> 1))) C(INT_MAX, ((int)(~0U >> 1)))
	C(INT_MIN, (-INT_MAX - 1)) C(UINT_MAX, (~0U)) C(LONG_MAX, ((long)(~0UL >> 1)))
	C(ULONG_MAX, (~0UL)) C(READ, 0) C(WRITE, 1)
	C(LLONG_MAX, ((long long)(~0ULL >> 1)))
	C(ULLONG_MAX, (~0ULL)) C(MAX_ERRNO, 4095)
	F(IS_ERR_VALUE, (x), ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO))
	F(IS_ERR, (p), IS_ERR_VALUE((unsigned long)(p)))
	F(IS_ERR_OR_NULL, (p), (!(p) || IS_ERR(p)))
	F(PTR_ERR, (p), ((long)(p)))
	F(div_u64, (a, b), ((u64)(a) / (u32)(b)))
	F(div64_u64, (a, b), ((u64)(a) / (u64)(b)))
	F(ilog2, (n), (63 - __builtin_clzll(n)))
	F(roundup_pow_of_two, (n),
	  ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long long)(n) - 1))))
	F(rounddown_pow_of_two, (n), (1UL << ilog2(n)))

	/* linux/minmax.h, linux/math.h */
	F(min, (a, b), ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; }))
	F(max, (a, b), ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; }))
	F(min_t, (t, a, b), min((t)(a), (t)(b)))
	F(max_t, (t, a, b), max((t)(a), (t)(b)))
	F(abs, (a), ({ __typeof__(a) a_ = (a); a_ < 0 ? -a_ : a_; }))

	/* asm/page.h; PAGE_SHIFT itself comes from the machine */
	C(PAGE_SIZE, (1UL << PAGE_SHIFT)) C(PAGE_MASK, (~(PAGE_SIZE - 1)))
	/* asm/page_64_types.h: where it is if it is not moved; for comparing addresses with */
	"#ifdef __x86_64__\n"
	C(PAGE_OFFSET, 0xffff888000000000UL)
	"#endif\n"

	/* vdso/time64.h */
	C(NSEC_PER_SEC, 1000000000L) C(NSEC_PER_MSEC, 1000000L) C(NSEC_PER_USEC, 1000L)
	C(USEC_PER_SEC, 1000000L) C(USEC_PER_MSEC, 1000L) C(MSEC_PER_SEC, 1000L)

	/* uapi/linux/limits.h, uapi/linux/if.h, uapi/linux/utsname.h, linux/blkdev.h */
	C(NAME_MAX, 255) C(PATH_MAX, 4096) C(IFNAMSIZ, 16) C(__NEW_UTS_LEN, 64)
	C(DISK_NAME_LEN, 32) C(UUID_SIZE, 16)

	/* linux/cpuidle.h */
	C(CPUIDLE_NAME_LEN, 16) C(CPUIDLE_DESC_LEN, 32)

	/* uapi/asm-generic/mman-common.h, uapi/linux/mman.h, linux/mm.h */
	C(PROT_READ, 0x1) C(PROT_WRITE, 0x2) C(PROT_EXEC, 0x4) C(MAP_SHARED, 0x01)
	C(MAP_PRIVATE, 0x02) C(MAP_FIXED, 0x10) C(MAP_ANONYMOUS, 0x20)
	C(VM_READ, 0x1) C(VM_WRITE, 0x2) C(VM_EXEC, 0x4) C(VM_SHARED, 0x8)

	/* uapi/asm-generic/signal.h, as x86 and arm64 have them */
	C(SIGHUP, 1) C(SIGINT, 2) C(SIGQUIT, 3) C(SIGILL, 4) C(SIGTRAP, 5) C(SIGABRT, 6)
	C(SIGBUS, 7) C(SIGFPE, 8) C(SIGKILL, 9) C(SIGUSR1, 10) C(SIGSEGV, 11) C(SIGUSR2, 12)
	C(SIGPIPE, 13) C(SIGALRM, 14) C(SIGTERM, 15) C(SIGCHLD, 17) C(SIGCONT, 18)
	C(SIGSTOP, 19)

	/* linux/kdev_t.h */
	C(MINORBITS, 20)
	C(MINORMASK, ((1U << MINORBITS) - 1))
	F(MAJOR, (d), ((unsigned int)((d) >> MINORBITS)))
	F(MINOR, (d), ((unsigned int)((d) & MINORMASK)))
	F(MKDEV, (a, i), (((a) << MINORBITS) | (i)))

	/* uapi/linux/stat.h, linux/stat.h */
	C(S_IFMT, 00170000) C(S_IFSOCK, 0140000) C(S_IFLNK, 0120000) C(S_IFREG, 0100000)
	C(S_IFBLK, 0060000) C(S_IFDIR, 0040000) C(S_IFCHR, 0020000) C(S_IFIFO, 0010000)
	C(S_ISUID, 0004000) C(S_ISGID, 0002000) C(S_ISVTX, 0001000)
	F(S_ISLNK, (m), (((m) & S_IFMT) == S_IFLNK))
	F(S_ISREG, (m), (((m) & S_IFMT) == S_IFREG))
	F(S_ISDIR, (m), (((m) & S_IFMT) == S_IFDIR))
	F(S_ISCHR, (m), (((m) & S_IFMT) == S_IFCHR))
	F(S_ISBLK, (m), (((m) & S_IFMT) == S_IFBLK))
	F(S_ISFIFO, (m), (((m) & S_IFMT) == S_IFIFO))
	F(S_ISSOCK, (m), (((m) & S_IFMT) == S_IFSOCK))
	C(S_IRWXU, 00700) C(S_IRUSR, 00400) C(S_IWUSR, 00200) C(S_IXUSR, 00100)
	C(S_IRWXG, 00070) C(S_IRWXO, 00007) C(S_IALLUGO, 0007777) C(S_IRWXUGO, 0000777)

	/* linux/fs.h: the same bits from 4.19, which brought OPENED and CREATED, to 7.2 */
	C(FMODE_READ, ((fmode_t)0x1)) C(FMODE_WRITE, ((fmode_t)0x2))
	C(FMODE_LSEEK, ((fmode_t)0x4)) C(FMODE_PREAD, ((fmode_t)0x8))
	C(FMODE_PWRITE, ((fmode_t)0x10)) C(FMODE_EXEC, ((fmode_t)0x20))
	C(FMODE_RANDOM, ((fmode_t)0x1000))
	C(FMODE_PATH, ((fmode_t)0x4000))
	C(FMODE_ATOMIC_POS, ((fmode_t)0x8000))
	C(FMODE_CAN_READ, ((fmode_t)0x20000))
	C(FMODE_CAN_WRITE, ((fmode_t)0x40000))
	C(FMODE_OPENED, ((fmode_t)0x80000))
	C(FMODE_CREATED, ((fmode_t)0x100000))
	C(FMODE_STREAM, ((fmode_t)0x200000))
	C(FMODE_NOWAIT, ((fmode_t)0x8000000))
	C(MAY_EXEC, 1) C(MAY_WRITE, 2) C(MAY_READ, 4) C(MAY_APPEND, 8)
	C(IOCB_DIRECT, (1 << 17)) C(IOCB_WRITE, (1 << 18))
	C(RENAME_NOREPLACE, (1 << 0)) C(RENAME_EXCHANGE, (1 << 1)) C(RENAME_WHITEOUT, (1 << 2))

	/* uapi/asm-generic/errno-base.h, uapi/asm-generic/errno.h, linux/errno.h */
	C(EPERM, 1) C(ENOENT, 2) C(ESRCH, 3) C(EINTR, 4) C(EIO, 5) C(ENXIO, 6) C(E2BIG, 7)
	C(ENOEXEC, 8) C(EBADF, 9) C(ECHILD, 10) C(EAGAIN, 11) C(ENOMEM, 12) C(EACCES, 13)
	C(EFAULT, 14) C(ENOTBLK, 15) C(EBUSY, 16) C(EEXIST, 17) C(EXDEV, 18) C(ENODEV, 19)
	C(ENOTDIR, 20) C(EISDIR, 21) C(EINVAL, 22) C(ENFILE, 23) C(EMFILE, 24) C(ENOTTY, 25)
	C(ETXTBSY, 26) C(EFBIG, 27) C(ENOSPC, 28) C(ESPIPE, 29) C(EROFS, 30) C(EMLINK, 31)
	C(EPIPE, 32) C(EDOM, 33) C(ERANGE, 34) C(EWOULDBLOCK, EAGAIN) C(EDEADLK, 35)
	C(ENAMETOOLONG, 36) C(ENOSYS, 38) C(ENOTEMPTY, 39) C(ELOOP, 40) C(ENODATA, 61)
	C(EPROTO, 71) C(EOVERFLOW, 75) C(EMSGSIZE, 90) C(EOPNOTSUPP, 95) C(EADDRINUSE, 98)
	C(EADDRNOTAVAIL, 99) C(ENETDOWN, 100) C(ENETUNREACH, 101) C(ECONNABORTED, 103)
	C(ECONNRESET, 104) C(ENOBUFS, 105) C(EISCONN, 106) C(ENOTCONN, 107) C(ETIMEDOUT, 110)
	C(ECONNREFUSED, 111) C(EHOSTUNREACH, 113) C(EALREADY, 114) C(EINPROGRESS, 115)
	C(ESTALE, 116) C(EDQUOT, 122) C(ERESTARTSYS, 512) C(ENOTSUPP, 524)

	/* uapi/asm-generic/fcntl.h; the four that arm64 has its own of are under #ifdef below */
	C(O_ACCMODE, 00000003) C(O_RDONLY, 00000000) C(O_WRONLY, 00000001) C(O_RDWR, 00000002)
	C(O_CREAT, 00000100) C(O_EXCL, 00000200) C(O_NOCTTY, 00000400) C(O_TRUNC, 00001000)
	C(O_APPEND, 00002000) C(O_NONBLOCK, 00004000) C(O_DSYNC, 00010000)
	C(O_NOATIME, 01000000) C(O_CLOEXEC, 02000000) C(O_SYNC, (04000000 | O_DSYNC))
	C(O_PATH, 010000000) C(AT_FDCWD, -100) C(AT_EMPTY_PATH, 0x1000)
	"#ifdef __aarch64__\n"
	C(O_DIRECTORY, 040000) C(O_NOFOLLOW, 0100000) C(O_DIRECT, 0200000)
	C(O_LARGEFILE, 0400000)
	"#else\n"
	C(O_DIRECT, 00040000) C(O_LARGEFILE, 00100000) C(O_DIRECTORY, 00200000)
	C(O_NOFOLLOW, 00400000)
	"#endif\n"
	C(O_TMPFILE, (020000000 | O_DIRECTORY))

	/* linux/socket.h, uapi/linux/in.h, uapi/linux/if_ether.h */
	C(AF_UNSPEC, 0) C(AF_UNIX, 1) C(AF_INET, 2) C(AF_INET6, 10) C(AF_NETLINK, 16)
	C(AF_PACKET, 17) C(SOL_SOCKET, 1) C(SCM_RIGHTS, 1) C(IPPROTO_IP, 0) C(IPPROTO_ICMP, 1)
	C(IPPROTO_TCP, 6) C(IPPROTO_UDP, 17) C(IPPROTO_ICMPV6, 58) C(ETH_ALEN, 6)
	C(ETH_HLEN, 14) C(ETH_P_IP, 0x0800) C(ETH_P_ARP, 0x0806) C(ETH_P_IPV6, 0x86DD)
	C(ETH_P_8021Q, 0x8100) C(ETH_P_8021AD, 0x88A8) C(ETH_P_ALL, 0x0003)
	C(ETH_P_RARP, 0x8035) C(ETH_P_LOOP, 0x0060) C(VLAN_HLEN, 4) C(VLAN_VID_MASK, 0x0fff)
	C(PF_UNIX, AF_UNIX) C(PF_INET, AF_INET) C(PF_INET6, AF_INET6)

	/* uapi/linux/icmp.h, uapi/linux/icmpv6.h, net/tcp.h, net/ip.h */
	C(ICMP_ECHOREPLY, 0) C(ICMP_DEST_UNREACH, 3) C(ICMP_REDIRECT, 5) C(ICMP_ECHO, 8)
	C(ICMP_TIME_EXCEEDED, 11) C(ICMPV6_ECHO_REQUEST, 128) C(ICMPV6_ECHO_REPLY, 129)
	C(TCPHDR_FIN, 0x01) C(TCPHDR_SYN, 0x02) C(TCPHDR_RST, 0x04) C(TCPHDR_PSH, 0x08)
	C(TCPHDR_ACK, 0x10) C(TCPHDR_URG, 0x20) C(TCPHDR_ECE, 0x40) C(TCPHDR_CWR, 0x80)
	C(IP_DF, 0x4000) C(IP_MF, 0x2000) C(IP_OFFSET, 0x1FFF)

	/* net/sock.h, net/inet_sock.h: members that are macros */
	M(sk_num, __sk_common.skc_num)
	M(sk_dport, __sk_common.skc_dport)
	M(sk_daddr, __sk_common.skc_daddr)
	M(sk_rcv_saddr, __sk_common.skc_rcv_saddr)
	M(sk_family, __sk_common.skc_family)
	M(sk_state, __sk_common.skc_state)
	M(sk_reuse, __sk_common.skc_reuse)
	M(sk_reuseport, __sk_common.skc_reuseport)
	M(sk_ipv6only, __sk_common.skc_ipv6only)
	M(sk_bound_dev_if, __sk_common.skc_bound_dev_if)
	M(sk_prot, __sk_common.skc_prot) M(sk_net, __sk_common.skc_net)
	M(sk_v6_daddr, __sk_common.skc_v6_daddr)
	M(sk_v6_rcv_saddr, __sk_common.skc_v6_rcv_saddr)
	M(sk_cookie, __sk_common.skc_cookie)
	M(sk_flags, __sk_common.skc_flags)
	M(sk_refcnt, __sk_common.skc_refcnt)
	M(sk_hash, __sk_common.skc_hash)
	M(inet_daddr, sk.__sk_common.skc_daddr)
	M(inet_rcv_saddr, sk.__sk_common.skc_rcv_saddr)
	M(inet_dport, sk.__sk_common.skc_dport)
	M(inet_num, sk.__sk_common.skc_num)
	M(ir_num, req.__req_common.skc_num)
	M(ir_rmt_port, req.__req_common.skc_dport)
	M(ir_loc_addr, req.__req_common.skc_rcv_saddr)
	M(ir_rmt_addr, req.__req_common.skc_daddr)

	/* uapi/linux/in6.h */
	M(s6_addr, in6_u.u6_addr8) M(s6_addr16, in6_u.u6_addr16) M(s6_addr32, in6_u.u6_addr32)

	/* Inline functions: net/sock.h, net/inet_sock.h, linux/tcp.h, linux/udp.h, linux/ipv6.h,
	 * linux/netdevice.h, linux/skbuff.h, linux/ip.h, net/inet_connection_sock.h */
	F(inet_sk, (s), ((struct inet_sock *)(s)))
	F(inet_csk, (s), ((struct inet_connection_sock *)(s)))
	F(tcp_sk, (s), ((struct tcp_sock *)(s)))
	F(udp_sk, (s), ((struct udp_sock *)(s)))
	F(inet6_sk, (s), (inet_sk(s)->pinet6))
	F(sock_net, (s), ((s)->__sk_common.skc_net.net))
	F(dev_net, (d), ((d)->nd_net.net))
	F(skb_mac_header, (s), ((s)->head + (s)->mac_header))
	F(skb_network_header, (s), ((s)->head + (s)->network_header))
	F(skb_transport_header, (s), ((s)->head + (s)->transport_header))
	F(skb_headlen, (s), ((s)->len - (s)->data_len))
	F(eth_hdr, (s), ((struct ethhdr *)skb_mac_header(s)))
	F(ip_hdr, (s), ((struct iphdr *)skb_network_header(s)))
	F(ipv6_hdr, (s), ((struct ipv6hdr *)skb_network_header(s)))
	F(tcp_hdr, (s), ((struct tcphdr *)skb_transport_header(s)))
	F(udp_hdr, (s), ((struct udphdr *)skb_transport_header(s)))
	F(icmp_hdr, (s), ((struct icmphdr *)skb_transport_header(s)))
	F(icmp6_hdr, (s), ((struct icmp6hdr *)skb_transport_header(s)))
	F(TCP_SKB_CB, (s), ((struct tcp_skb_cb *)&((s)->cb[0])))
	F(skb_rx_queue_recorded, (s), ((s)->queue_mapping != 0))
	F(skb_get_rx_queue, (s), ((u16)((s)->queue_mapping - 1)))
	F(skb_get_queue_mapping, (s), ((s)->queue_mapping))
	F(skb_shinfo, (s), ((struct skb_shared_info *)((s)->head + (s)->end)))
	F(skb_is_nonlinear, (s), ((s)->data_len))
	F(file_inode, (f), ((f)->f_inode))
	F(file_dentry, (f), ((f)->f_path.dentry))
	F(i_size_read, (i), ((i)->i_size))
	F(d_inode, (d), ((d)->d_inode))
	F(d_backing_inode, (d), ((d)->d_inode))

	/* linux/byteorder/generic.h, on the little-endian machines that libbcc compiles for */
	F(ntohs, (x), ((u16)__builtin_bswap16(x)))
	F(htons, (x), ((__be16)__builtin_bswap16(x)))
	F(ntohl, (x), ((u32)__builtin_bswap32(x)))
	F(htonl, (x), ((__be32)__builtin_bswap32(x)))
	F(__constant_ntohs, (x), ntohs(x)) F(__constant_htons, (x), htons(x))
	F(__constant_ntohl, (x), ntohl(x)) F(__constant_htonl, (x), htonl(x))
	F(be16_to_cpu, (x), ((u16)__builtin_bswap16(x)))
	F(be32_to_cpu, (x), ((u32)__builtin_bswap32(x)))
	F(be64_to_cpu, (x), ((u64)__builtin_bswap64(x)))
	F(cpu_to_be16, (x), ((__be16)__builtin_bswap16(x)))
	F(cpu_to_be32, (x), ((__be32)__builtin_bswap32(x)))
	F(cpu_to_be64, (x), ((__be64)__builtin_bswap64(x)))
	F(le16_to_cpu, (x), ((u16)(x)))
	F(le32_to_cpu, (x), ((u32)(x)))
	F(le64_to_cpu, (x), ((u64)(x)))

	/* uapi/linux/sched.h, uapi/linux/ptrace.h, linux/sched.h */
	C(CLONE_VM, 0x00000100) C(CLONE_FS, 0x00000200) C(CLONE_FILES, 0x00000400)
	C(CLONE_THREAD, 0x00010000) C(CLONE_NEWNS, 0x00020000) C(CLONE_NEWPID, 0x20000000)
	C(CLONE_NEWNET, 0x40000000) C(PF_KTHREAD, 0x00200000) C(PF_EXITING, 0x00000004)
	F(task_pid_nr, (t), ((t)->pid))
	F(task_tgid_nr, (t), ((t)->tgid))
	C(CLONE_SIGHAND, 0x00000800) C(CLONE_VFORK, 0x00004000) C(CLONE_NEWUTS, 0x04000000)
	C(CLONE_NEWIPC, 0x08000000) C(CLONE_NEWUSER, 0x10000000) C(CLONE_NEWCGROUP, 0x02000000)
	C(TASK_RUNNING, 0) C(TASK_INTERRUPTIBLE, 1) C(TASK_UNINTERRUPTIBLE, 2)
	C(EXIT_DEAD, 0x10) C(EXIT_ZOMBIE, 0x20) C(TASK_DEAD, 0x80) C(TASK_NOLOAD, 0x400)
	C(TASK_IDLE, (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)) C(MAX_RT_PRIO, 100)

	/* linux/blk_types.h, from 4.8 on */
	C(REQ_OP_BITS, 8)
	C(REQ_OP_MASK, ((1 << REQ_OP_BITS) - 1))
	F(op_is_write, (o), (!!((o) & 1)))
	F(bio_op, (b), ((b)->bi_opf & REQ_OP_MASK))
	F(bio_data_dir, (b), (op_is_write(bio_op(b))))

	/* linux/blk-mq.h */
	F(req_op, (r), ((r)->cmd_flags & REQ_OP_MASK))
	F(rq_data_dir, (r), (op_is_write(req_op(r))))
	F(blk_rq_pos, (r), ((r)->__sector))
	F(blk_rq_bytes, (r), ((r)->__data_len))
	F(blk_rq_sectors, (r), ((r)->__data_len >> 9))

	/* linux/scatterlist.h */
	C(SG_CHAIN, 1UL) C(SG_END, 2UL)
	F(sg_is_chain, (s), ((s)->page_link & SG_CHAIN))
	F(sg_is_last, (s), ((s)->page_link & SG_END))
	F(sg_chain_ptr, (s), ((struct scatterlist *)((s)->page_link & ~(SG_CHAIN | SG_END))))

	/* uapi/linux/bpf_common.h: the classic half of the instructions; libbcc's bpf.h has the rest */
	F(BPF_CLASS, (c), ((c) & 0x07))
	C(BPF_LD, 0x00) C(BPF_LDX, 0x01) C(BPF_ST, 0x02) C(BPF_STX, 0x03) C(BPF_ALU, 0x04)
	C(BPF_JMP, 0x05) C(BPF_RET, 0x06) C(BPF_MISC, 0x07)
	F(BPF_SIZE, (c), ((c) & 0x18))
	C(BPF_W, 0x00) C(BPF_H, 0x08) C(BPF_B, 0x10)
	F(BPF_MODE, (c), ((c) & 0xe0))
	C(BPF_IMM, 0x00) C(BPF_ABS, 0x20) C(BPF_IND, 0x40) C(BPF_MEM, 0x60) C(BPF_LEN, 0x80)
	C(BPF_MSH, 0xa0)
	F(BPF_OP, (c), ((c) & 0xf0))
	C(BPF_ADD, 0x00) C(BPF_SUB, 0x10) C(BPF_MUL, 0x20) C(BPF_DIV, 0x30) C(BPF_OR, 0x40)
	C(BPF_AND, 0x50) C(BPF_LSH, 0x60) C(BPF_RSH, 0x70) C(BPF_NEG, 0x80) C(BPF_MOD, 0x90)
	C(BPF_XOR, 0xa0) C(BPF_JA, 0x00) C(BPF_JEQ, 0x10) C(BPF_JGT, 0x20) C(BPF_JGE, 0x30)
	C(BPF_JSET, 0x40)
	F(BPF_SRC, (c), ((c) & 0x08))
	C(BPF_K, 0x00) C(BPF_X, 0x08) C(BPF_MAXINSNS, 4096);

const struct kmacros_type kmacros_types[] = {
	{"u8", "unsigned char"}, {"u16", "unsigned short"}, {"u32", "unsigned int"},
	{"u64", "unsigned long long"}, {"s8", "signed char"}, {"s16", "short"}, {"s32", "int"},
	{"s64", "long long"}, {"__u8", "unsigned char"}, {"__u16", "unsigned short"},
	{"__u32", "unsigned int"}, {"__u64", "unsigned long long"}, {"__s8", "signed char"},
	{"__s16", "short"}, {"__s32", "int"}, {"__s64", "long long"}, {"__be16", "unsigned short"},
	{"__le16", "unsigned short"}, {"__be32", "unsigned int"}, {"__le32", "unsigned int"},
	{"__be64", "unsigned long long"}, {"__le64", "unsigned long long"},
	{"__sum16", "unsigned short"}, {"__wsum", "unsigned int"}, {"bool", "_Bool"},
	{"size_t", "unsigned long"}, {"ssize_t", "long"}, {"uintptr_t", "unsigned long"},
	{"ptrdiff_t", "long"}, {"uint8_t", "unsigned char"}, {"int8_t", "signed char"},
	{"uint16_t", "unsigned short"}, {"int16_t", "short"}, {"uint32_t", "unsigned int"},
	{"int32_t", "int"}, {"uint64_t", "unsigned long long"}, {"int64_t", "long long"},
	{"pid_t", "int"}, {"uid_t", "unsigned int"}, {"gid_t", "unsigned int"},
	{"dev_t", "unsigned int"}, {"umode_t", "unsigned short"}, {"mode_t", "unsigned int"},
	{"loff_t", "long long"}, {"fmode_t", "unsigned int"}, {"gfp_t", "unsigned int"},
	{"ulong", "unsigned long"}, {"uint", "unsigned int"}, {"ushort", "unsigned short"},
	{"off_t", NULL}, {"ino_t", NULL}, {"sector_t", NULL}, {"blkcnt_t", NULL},
	{"time64_t", NULL}, {"ktime_t", NULL}, {"key_serial_t", NULL}, {"atomic_t", NULL},
	{"atomic64_t", NULL}, {"kuid_t", NULL}, {"kgid_t", NULL}, {"clockid_t", NULL},
	{"nlink_t", NULL}, {"sa_family_t", NULL}, {"key_t", NULL}, {"cycles_t", NULL},
	{"qid_t", NULL}, {"projid_t", NULL}, {"pgoff_t", NULL}, {"nfds_t", NULL}, {"rwf_t", NULL},
	{"bpf_user_pt_regs_t", NULL},
};
/* clang-format on */

const char *const kmacros_texts[] = {kmacros_main, kmacros_base, kmacros_net, NULL};
const unsigned int kmacros_ntypes = sizeof(kmacros_types) / sizeof(kmacros_types[0]);
