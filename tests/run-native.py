# SPDX-License-Identifier: Apache-2.0
"""run-native RESULTS [part of a case's name]…: what needs no virtual machine: installing, every tool compiled
for each of the four kernels' BTF, what is printed for them, bad input, and the running kernel as it is. The
cases are in native_*.py."""

import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "matrix"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import native  # noqa: E402: it names the directory that the others work in
import native_install  # noqa: E402, F401: its cases, as of those below
import native_compile  # noqa: E402, F401
import native_input  # noqa: E402, F401
import native_kernel  # noqa: E402, F401
import native_completion  # noqa: E402, F401
import native_output  # noqa: E402, F401
import native_cache  # noqa: E402, F401
import native_deploy  # noqa: E402, F401
import native_port  # noqa: E402
import native_run  # noqa: E402
import native_sampling  # noqa: E402
import native_streams  # noqa: E402
import native_terminal  # noqa: E402
from harness import main  # noqa: E402

native_port.define(native.bcchost, native.succeeds, native.fails, native.facts, native.TEMP, native.BCCHOST)
native_run.add(vars(native))
native_sampling.add(vars(native))
native_streams.add(vars(native))
native_terminal.cases(native.BCCHOST, native.TEMP)
import native_export  # noqa: E402, F401: its cases

try:
    main()
finally:
    shutil.rmtree(native.TEMP, ignore_errors=True)
