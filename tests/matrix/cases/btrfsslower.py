# SPDX-License-Identifier: Apache-2.0
"""btrfsslower on a real kernel."""

from filesystems import slower

slower("btrfs")
