# SPDX-License-Identifier: Apache-2.0
"""xfsdist on a real kernel."""

from filesystems import dist

dist("xfs")
