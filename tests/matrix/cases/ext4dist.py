# SPDX-License-Identifier: Apache-2.0
"""ext4dist on a real kernel."""

from filesystems import dist

dist("ext4")
