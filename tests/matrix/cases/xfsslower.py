# SPDX-License-Identifier: Apache-2.0
"""xfsslower on a real kernel."""

from filesystems import slower

slower("xfs")
