# SPDX-License-Identifier: Apache-2.0
"""elf32: the smallest 32-bit programs, so that no compiler for them is needed. No tool's cases."""

import os
import struct

BASE = 0x08048000
HEADERS = 52 + 32
INT80 = b"\xcd\x80"


def program(path, *calls, status=0):
    """A program that makes these system calls, then exits. A call is (number, argument…); an argument
    is a number, a string, or a list of strings: an array of pointers to them, ended by NULL."""
    # Each of mov r, imm32 has 5 bytes, int 0x80 two, and exit is a call too.
    calls = [*calls, (1, status)]
    data_at = BASE + HEADERS + sum(5 * len(c) + 2 for c in calls)
    data = b""

    def put(raw):
        nonlocal data
        at = data_at + len(data)
        data += raw
        return at

    def value(argument):
        if isinstance(argument, str):
            return put(argument.encode() + b"\0")
        if isinstance(argument, list):
            pointers = [value(a) for a in argument] + [0]
            return put(struct.pack(f"<{len(pointers)}I", *pointers))
        return argument & 0xFFFFFFFF

    code = b""
    for number, *arguments in calls:
        # eax, ebx, ecx, edx, esi, edi
        for register, argument in zip(b"\xb8\xbb\xb9\xba\xbe\xbf", [number, *arguments]):
            code += bytes([register]) + struct.pack("<I", value(argument))
        code += INT80
    size = HEADERS + len(code) + len(data)
    header = struct.pack(
        "<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 3, 1, BASE + HEADERS, 52, 0, 0, 52, 32, 1, 0, 0, 0
    )
    segment = struct.pack("<IIIIIIII", 1, 0, BASE, BASE, size, size, 7, 4096)
    with open(path, "wb") as f:
        f.write(header + segment + code + data)
    os.chmod(path, 0o755)
    return path
