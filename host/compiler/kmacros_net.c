/* SPDX-License-Identifier: Apache-2.0 */
/* kmacros_net: what packets and sockets have. As kmacros.c: each group names the header that has
 * it. */
#include "compiler/kmacros_parts.h"

/* clang-format off */
const char kmacros_net[] =
	/* linux/socket.h, uapi/asm-generic/socket.h, uapi/linux/tcp.h */
	C(AF_LOCAL, 1) C(AF_KEY, 15) C(AF_CAN, 29) C(AF_TIPC, 30) C(AF_BLUETOOTH, 31)
	C(AF_ALG, 38) C(AF_VSOCK, 40) C(AF_XDP, 44) C(PF_UNSPEC, AF_UNSPEC) C(PF_LOCAL, AF_LOCAL)
	C(PF_NETLINK, AF_NETLINK) C(PF_PACKET, AF_PACKET) C(SOL_IP, 0) C(SOL_TCP, 6)
	C(SOL_UDP, 17) C(SOL_IPV6, 41) C(SO_REUSEADDR, 2) C(SO_TYPE, 3) C(SO_ERROR, 4)
	C(SO_SNDBUF, 7) C(SO_RCVBUF, 8) C(SO_KEEPALIVE, 9) C(SO_LINGER, 13) C(SO_REUSEPORT, 15)
	C(MSG_OOB, 1) C(MSG_PEEK, 2) C(MSG_TRUNC, 0x20) C(MSG_DONTWAIT, 0x40)
	C(MSG_WAITALL, 0x100) C(MSG_ERRQUEUE, 0x2000) C(MSG_NOSIGNAL, 0x4000) C(MSG_MORE, 0x8000)
	C(MSG_ZEROCOPY, 0x4000000)
	C(TCP_NODELAY, 1) C(TCP_MAXSEG, 2) C(TCP_CORK, 3) C(TCP_KEEPIDLE, 4) C(TCP_KEEPINTVL, 5)
	C(TCP_KEEPCNT, 6) C(TCP_SYNCNT, 7) C(TCP_LINGER2, 8) C(TCP_DEFER_ACCEPT, 9)
	C(TCP_WINDOW_CLAMP, 10) C(TCP_INFO, 11) C(TCP_QUICKACK, 12) C(TCP_CONGESTION, 13)
	C(TCP_MD5SIG, 14)

	/* uapi/linux/in.h, uapi/linux/in6.h, linux/inet.h */
	C(IPPROTO_HOPOPTS, 0) C(IPPROTO_IGMP, 2) C(IPPROTO_IPIP, 4) C(IPPROTO_DCCP, 33)
	C(IPPROTO_IPV6, 41) C(IPPROTO_ROUTING, 43) C(IPPROTO_FRAGMENT, 44) C(IPPROTO_GRE, 47)
	C(IPPROTO_ESP, 50) C(IPPROTO_AH, 51) C(IPPROTO_NONE, 59) C(IPPROTO_DSTOPTS, 60)
	C(IPPROTO_SCTP, 132) C(IPPROTO_UDPLITE, 136) C(IPPROTO_RAW, 255) C(INADDR_ANY, 0)
	C(INADDR_BROADCAST, 0xffffffff) C(INADDR_LOOPBACK, 0x7f000001) C(INET_ADDRSTRLEN, 16)
	C(INET6_ADDRSTRLEN, 48)

	/* uapi/linux/if_ether.h, uapi/linux/if_packet.h, uapi/linux/if_arp.h,
	 * linux/if_vlan.h, linux/netdevice.h */
	C(ETH_ZLEN, 60) C(ETH_DATA_LEN, 1500) C(ETH_FRAME_LEN, 1514) C(ETH_FCS_LEN, 4)
	C(ETH_P_802_3, 0x0001) C(ETH_P_802_2, 0x0004) C(ETH_P_TEB, 0x6558) C(ETH_P_SLOW, 0x8809)
	C(ETH_P_MPLS_UC, 0x8847) C(ETH_P_MPLS_MC, 0x8848) C(ETH_P_PPP_DISC, 0x8863)
	C(ETH_P_PPP_SES, 0x8864) C(ETH_P_PAE, 0x888E) C(ETH_P_AOE, 0x88A2) C(ETH_P_LLDP, 0x88CC)
	C(ETH_P_1588, 0x88F7) C(ETH_P_LOOPBACK, 0x9000) C(VLAN_ETH_HLEN, 18)
	C(VLAN_PRIO_MASK, 0xe000) C(VLAN_PRIO_SHIFT, 13) C(VLAN_CFI_MASK, 0x1000)
	C(VLAN_N_VID, 4096)
	C(PACKET_HOST, 0) C(PACKET_BROADCAST, 1) C(PACKET_MULTICAST, 2) C(PACKET_OTHERHOST, 3)
	C(PACKET_OUTGOING, 4) C(PACKET_LOOPBACK, 5)
	C(ARPHRD_ETHER, 1) C(ARPHRD_LOOPBACK, 772) C(ARPOP_REQUEST, 1) C(ARPOP_REPLY, 2)
	C(IFALIASZ, 256) C(ALTIFNAMSIZ, 128) C(MAX_ADDR_LEN, 32) C(IFHWADDRLEN, 6)
	C(NETDEV_ALIGN, 32) C(NET_RX_SUCCESS, 0) C(NET_RX_DROP, 1) C(NET_XMIT_SUCCESS, 0x00)
	C(NET_XMIT_DROP, 0x01) C(NET_XMIT_CN, 0x02)
	C(CHECKSUM_NONE, 0) C(CHECKSUM_UNNECESSARY, 1) C(CHECKSUM_COMPLETE, 2)
	C(CHECKSUM_PARTIAL, 3)

	/* net/tcp.h, net/ip.h, uapi/linux/ip.h, net/inet_frag.h, net/inet_connection_sock.h */
	C(TCP_MSS_DEFAULT, 536) C(TCP_MIN_MSS, 88) C(TCPOPT_EOL, 0) C(TCPOPT_NOP, 1)
	C(TCPOPT_MSS, 2) C(TCPOPT_WINDOW, 3) C(TCPOPT_SACK_PERM, 4) C(TCPOPT_SACK, 5)
	C(TCPOPT_TIMESTAMP, 8) C(TCPOLEN_MSS, 4) C(TCPOLEN_TIMESTAMP, 10) C(TCP_CA_NAME_MAX, 16)
	C(IP_CE, 0x8000) C(IPVERSION, 4) C(MAXTTL, 255) C(IPDEFTTL, 64) C(IPTOS_TOS_MASK, 0x1E)
	C(IPTOS_LOWDELAY, 0x10) C(IPTOS_THROUGHPUT, 0x08) C(IPTOS_RELIABILITY, 0x04)
	C(IPFRAG_OK, 0) C(IPFRAG_DUP, 1) C(IPFRAG_OVERLAP, 2) C(ICSK_TIME_RETRANS, 1)
	C(ICSK_TIME_DACK, 2) C(ICSK_TIME_PROBE0, 3) C(ICSK_TIME_LOSS_PROBE, 5)
	C(ICSK_TIME_REO_TIMEOUT, 6)
	F(tcp_flag_word, (t), (((union tcp_word_hdr *)(t))->words[3]))

	/* uapi/linux/icmp.h, uapi/linux/icmpv6.h, net/ndisc.h */
	C(ICMP_SOURCE_QUENCH, 4) C(ICMP_PARAMETERPROB, 12) C(ICMP_TIMESTAMP, 13)
	C(ICMP_TIMESTAMPREPLY, 14) C(ICMP_INFO_REQUEST, 15) C(ICMP_INFO_REPLY, 16)
	C(ICMP_ADDRESS, 17) C(ICMP_ADDRESSREPLY, 18) C(ICMP_NET_UNREACH, 0)
	C(ICMP_HOST_UNREACH, 1) C(ICMP_PROT_UNREACH, 2) C(ICMP_PORT_UNREACH, 3)
	C(ICMP_FRAG_NEEDED, 4)
	C(ICMPV6_DEST_UNREACH, 1) C(ICMPV6_PKT_TOOBIG, 2) C(ICMPV6_TIME_EXCEED, 3)
	C(ICMPV6_PARAMPROB, 4)
	C(NDISC_ROUTER_SOLICITATION, 133) C(NDISC_ROUTER_ADVERTISEMENT, 134)
	C(NDISC_NEIGHBOUR_SOLICITATION, 135) C(NDISC_NEIGHBOUR_ADVERTISEMENT, 136)
	C(NDISC_REDIRECT, 137)

	/* uapi/linux/netfilter.h, uapi/linux/netfilter/x_tables.h, uapi/linux/pkt_cls.h */
	C(NF_DROP, 0) C(NF_ACCEPT, 1) C(NF_STOLEN, 2) C(NF_QUEUE, 3) C(NF_REPEAT, 4)
	C(NF_STOP, 5)
	C(NF_VERDICT_MASK, 0x000000ff) C(XT_TABLE_MAXNAMELEN, 32) C(XT_FUNCTION_MAXNAMELEN, 30)
	C(XT_EXTENSION_MAXNAMELEN, 29) C(TC_ACT_UNSPEC, (-1))
	C(TC_ACT_OK, 0) C(TC_ACT_RECLASSIFY, 1) C(TC_ACT_SHOT, 2) C(TC_ACT_PIPE, 3)
	C(TC_ACT_STOLEN, 4) C(TC_ACT_QUEUED, 5) C(TC_ACT_REPEAT, 6) C(TC_ACT_REDIRECT, 7)

	/* net/inet_sock.h, net/inet_timewait_sock.h: members that are macros */
	M(ir_v6_rmt_addr, req.__req_common.skc_v6_daddr)
	M(ir_v6_loc_addr, req.__req_common.skc_v6_rcv_saddr)
	M(ir_iif, req.__req_common.skc_bound_dev_if) M(ireq_net, req.__req_common.skc_net)
	M(ireq_state, req.__req_common.skc_state) M(ireq_family, req.__req_common.skc_family)
	M(tw_family, __tw_common.skc_family) M(tw_state, __tw_common.skc_state)
	M(tw_bound_dev_if, __tw_common.skc_bound_dev_if) M(tw_daddr, __tw_common.skc_daddr)
	M(tw_rcv_saddr, __tw_common.skc_rcv_saddr) M(tw_dport, __tw_common.skc_dport)
	M(tw_num, __tw_common.skc_num) M(tw_net, __tw_common.skc_net)
	M(tw_v6_daddr, __tw_common.skc_v6_daddr) M(tw_v6_rcv_saddr, __tw_common.skc_v6_rcv_saddr)
	M(sk_node, __sk_common.skc_node) M(sk_nulls_node, __sk_common.skc_nulls_node)
	M(sk_addrpair, __sk_common.skc_addrpair) M(sk_portpair, __sk_common.skc_portpair)
	M(sk_incoming_cpu, __sk_common.skc_incoming_cpu)

	/* Inline functions: linux/skbuff.h, linux/ip.h, linux/tcp.h, net/inet_sock.h, net/ip.h,
	 * linux/netdevice.h */
	F(skb_tail_pointer, (s), ((s)->head + (s)->tail))
	F(skb_end_pointer, (s), ((s)->head + (s)->end))
	F(skb_network_offset, (s), ((int)(skb_network_header(s) - (s)->data)))
	F(skb_transport_offset, (s), ((int)(skb_transport_header(s) - (s)->data)))
	F(skb_mac_header_was_set, (s), ((s)->mac_header != U16_MAX))
	F(skb_transport_header_was_set, (s), ((s)->transport_header != U16_MAX))
	F(skb_network_header_len, (s), ((u32)((s)->transport_header - (s)->network_header)))
	F(skb_dst, (s), ((struct dst_entry *)((s)->_skb_refdst & ~1UL)))
	F(skb_is_gso, (s), (skb_shinfo(s)->gso_size))
	F(skb_vlan_tag_get, (s), ((s)->vlan_tci))
	F(skb_get_hash_raw, (s), ((s)->hash))
	F(ip_hdrlen, (s), (ip_hdr(s)->ihl * 4))
	F(tcp_hdrlen, (s), (tcp_hdr(s)->doff * 4))
	F(ip_is_fragment, (h), (((h)->frag_off & htons(IP_MF | IP_OFFSET)) != 0))
	F(inet_rsk, (r), ((struct inet_request_sock *)(r)))
	F(tcp_rsk, (r), ((struct tcp_request_sock *)(r)))
	F(inet_twsk, (s), ((struct inet_timewait_sock *)(s)))
	F(unix_sk, (s), ((struct unix_sock *)(s)))
	F(raw_sk, (s), ((struct raw_sock *)(s)))
	F(netdev_priv, (d), ((void *)((char *)(d) + ALIGN(sizeof(struct net_device), NETDEV_ALIGN))));
/* clang-format on */
