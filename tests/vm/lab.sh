# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lab.sh: what the scripts that install, boot and test have in common; sourced by them.
#
# The lab is a directory of its own, outside the checkout, so that a fresh clone finds it again:
#   $LAB/roots/SUITE        a Debian userland with its kernel's modules (bookworm trixie sid)
#   $LAB/kernels/KERNEL     vmlinuz, initrd; and its facts: btf, kallsyms, release, …
#   $LAB/ext4.img           a file system of another kind, which guests mount at /ext4
#   $LAB/xfs.img, btrfs.img of two more kinds, for the cases that mount them
export LAB=${BCCHOST_LAB:-/var/cache/bcchost-lab}

# The kernels of the matrix, oldest first. k510 is bullseye's kernel on bookworm's userland.
ALL_KERNELS="k510 bookworm trixie sid"

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export TOP

# Seconds are told from the start of the outermost script.
export BCCHOST_T0=${BCCHOST_T0:-$(date +%s)}

say() {
	printf '[%4ds] %s\n' "$(($(date +%s) - BCCHOST_T0))" "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# What the tests make is read by other users, and written by none, whatever whoever starts them has set.
umask 022

userland_of() { # KERNEL
	case $1 in
	k510) echo bookworm ;;
	*) echo "$1" ;;
	esac
}

# Where a kernel comes from.
suite_of() { # KERNEL
	case $1 in
	k510) echo bullseye ;;
	*) echo "$1" ;;
	esac
}

# 6.1.0-50-amd64 is 6.1.
kernel_version() { # KERNEL
	sed -E 's/^([0-9]+\.[0-9]+).*/\1/' "$LAB/kernels/$1/release" 2>/dev/null || echo "$1"
}

# The names (bookworm …) of kernels that are given by name or by version, in the matrix's order.
kernel_names() { # [NAME or VERSION]…
	local k want=" $* " known=" " w
	for k in $ALL_KERNELS; do
		known+="$k $(kernel_version "$k") "
	done
	for w in "$@"; do
		[[ $known == *" $w "* ]] || die "unknown kernel $w (known:$known)"
	done
	for k in $ALL_KERNELS; do
		[[ $# -eq 0 || $want == *" $k "* || $want == *" $(kernel_version "$k") "* ]] && echo "$k"
	done
	return 0
}

# Emulated processors do not always see code that the kernel patches while it runs (a probe, or a branch
# that is switched on) as real ones do: now and then one goes on with the breakpoint that was put there
# meanwhile and is long gone. Then the kernel takes that for an error (Oops: int3); or it sends the processor back
# to the instruction again and again, as it does if a breakpoint was removed just when it was hit, and that processor, or
# another that waits for it to have seen the change, is locked up. What was not done yet is done in another
# boot. Any other death is the tools' fault.
emulator_broke() { # CONSOLE: the line that says so
	local patched='66> 66 66 66 90|0f> 1f 44 00 00|e8> |e9> |eb> |cc> '
	grep -m1 'Oops: int3' "$1" && return
	grep -A60 'soft lockup' "$1" |
		grep -m1 -E "RIP: .*(smp_call_function_many_cond|multi_cpu_stop|csd_lock_wait)|Code: .*<($patched)"
}

# Two at a time, each with its output in a log; fails if one of them did.
two_at_a_time() { # COMMAND ARGUMENT…: runs `COMMAND ARGUMENT` for each argument
	local command=$1 failed=0 running=0 a
	shift
	for a in "$@"; do
		if ((running == 2)); then
			wait -n || failed=1
			running=$((running - 1))
		fi
		"$command" "$a" &
		running=$((running + 1))
	done
	while ((running > 0)); do
		wait -n || failed=1
		running=$((running - 1))
	done
	return $failed
}
