# SPDX-License-Identifier: Apache-2.0
"""What the kernel's functions are called in other kernels: a script that probes one of another
time finds it."""
import re

from . import ctext

# By the name that the script has: the other names, and how many parameters, from the first, are
# the same there. A folio's address is that of its first page.
OTHERS = {
    "__alloc_fd": (0, "alloc_fd"),                                      # 5.11
    "__alloc_pages_nodemask": (3, "__alloc_pages", "__alloc_pages_noprof"),     # 5.13, 6.10
    "__blk_account_io_done": (2, "blk_account_io_done"),                # 5.16 to 6.4 had both
    "__blk_account_io_start": (1, "blk_account_io_start"),
    "__close_fd": (0, "close_fd"),                                      # 5.11
    "__do_page_cache_readahead": (0, "page_cache_ra_unbounded"),        # 5.8
    "__fd_install": (0, "fd_install"),                                  # 5.11
    "__kmalloc": (2, "__kmalloc_noprof"),                               # 6.10, as the next
    "__kmalloc_node": (1, "__kmalloc_node_noprof"),
    "__page_cache_alloc": (1, "filemap_alloc_folio", "filemap_alloc_folio_noprof"),     # 5.16
    "__vfs_read": (4, "vfs_read"),                                      # 5.10
    "__vfs_write": (4, "vfs_write"),
    "_do_fork": (0, "kernel_clone"),                                    # 5.10
    "do_fork": (0, "_do_fork", "kernel_clone"),
    "add_to_page_cache_lru": (2, "filemap_add_folio"),                  # 5.16
    "account_page_dirtied": (2, "folio_account_dirtied", "__folio_mark_dirty"),
    "alloc_pages": (2, "alloc_pages_noprof"),                           # 6.10
    "blk_flush_plug_list": (1, "__blk_flush_plug"),                     # 5.16
    "blk_start_request": (1, "blk_mq_start_request"),                   # 5.0
    "dev_queue_xmit": (1, "__dev_queue_xmit"),                          # 5.18
    "dma_direct_map_page": (5, "dma_map_page_attrs"),                   # 5.9
    "do_filp_open": (3, "do_file_open"),                                # 7.0
    "do_page_fault": (2, "exc_page_fault"),                             # 5.8
    "generic_file_buffered_read": (2, "filemap_read"),                  # 5.12
    "generic_make_request": (1, "submit_bio_noacct"),                   # 5.9
    "kfree_skb": (1, "kfree_skb_reason"),                               # 5.17
    "kmem_cache_alloc": (2, "kmem_cache_alloc_noprof"),                 # 6.10
    "load_balance": (2, "sched_balance_rq"),                            # 6.10, as the next
    "lru_cache_add": (1, "folio_add_lru"),                              # 5.16
    "mark_page_accessed": (1, "folio_mark_accessed"),
    "netif_rx_ni": (1, "netif_rx"),                                     # 5.18
    "page_referenced": (1, "folio_referenced"),                         # 5.18
    "rebalance_domains": (2, "sched_balance_domains"),
    "set_page_dirty": (1, "folio_mark_dirty"),
    "shrink_page_list": (1, "shrink_folio_list"),                       # 6.0
    "swap_readpage": (1, "swap_read_folio"),                            # 6.9
    "tcp_drop": (2, "tcp_drop_reason"),                                 # 5.19
    "tick_sched_timer": (1, "tick_nohz_handler"),                       # 6.8
    "trigger_load_balance": (1, "sched_balance_trigger"),
    "vmalloc": (1, "vmalloc_noprof"),                                   # 6.10
}


def parameters_read(text, handler):
    """How many of the probed function's parameters a handler may read."""
    found = next((f for f in ctext.functions(text) if f["name"] == handler), None)
    if found is None:
        return 99
    listed = ctext.split_args(ctext.without_comments(text)[slice(*found["params"])])
    read = [int(n) for n in re.findall(r"\bPT_REGS_PARM(\d)", found["body"])]
    helpers = [f["name"] for f in ctext.functions(text) if "static" in f["head"]]
    if any(re.search(r"\b%s\s*\([^;]*\bctx\b" % h, found["body"]) for h in helpers) and \
            "PT_REGS_PARM" in text:
        read.append(max(int(n) for n in re.findall(r"\bPT_REGS_PARM(\d)", text)))
    return max([len(listed) - 1] + read)


def has_other(kind, target, handler, attached):
    """Whether the script itself attaches the handler to such another name, too: then one of the two
    is enough. attached: all that it attaches, (kind, target, handler, …)."""
    others = OTHERS.get(target, (0,))[1:]
    return any(i[:3] == (kind, name, handler) for i in attached for name in others)


def later_names(kind, target, handler, text, attached):
    """The names of a function in other kernels, for a probe that is to be on the first that there
    is; attached: all that the script attaches to, which it may have chosen from itself."""
    same, *names = OTHERS.get(target, (0,))
    if kind not in ("kprobe", "kretprobe") or not names or set(names) & set(attached):
        return []
    if parameters_read(text, handler) > (same if kind == "kprobe" else 0):
        return []
    return names
