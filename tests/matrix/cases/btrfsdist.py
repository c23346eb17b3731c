# SPDX-License-Identifier: Apache-2.0
"""btrfsdist on a real kernel."""

from filesystems import dist

dist("btrfs")
