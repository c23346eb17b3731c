# SPDX-License-Identifier: Apache-2.0
"""ext4slower on a real kernel."""

from filesystems import slower

slower("ext4")
