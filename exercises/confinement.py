"""What a process can take from itself before it runs code that it does not trust.

Two fences, both inherited and neither to be undone: resource limits, and on Linux a
system-call filter (seccomp) that leaves no way to make a process, to signal or
inspect one, or to open a socket. The filter is what stops a fork bomb of root, for
whom the kernel ignores its limit on processes. A filter that does not go up is an
error; whether to stop for it is for the caller to say. What can be read on the disk
is no matter of this file: see `sandbox`.

Standard library only: the worker carries this file into its sandbox.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What one hidden test may use.

    Units
    -----
    seconds        wall clock; CPU time ends a second later, should that fail
    memory_bytes   address space
    output_bytes   the longest answer, and the largest file
    """

    seconds: float = 5.0
    memory_bytes: int = 512 << 20
    output_bytes: int = 1 << 20


class Unconfined(Exception):
    """The filter of system calls did not go up; the resource limits may stand."""


def confine(limits: Limits) -> None:
    """Put up both fences around this process.

    Raises
    ------
    Unconfined
        If the system has no such filter, or the kernel refuses it.
    """
    _limit_resources(limits)
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        raise Unconfined(f"no filter of system calls is known for {machine} here")
    _filter_system_calls(*ARCHITECTURES[machine])


def _limit_resources(limits: Limits) -> None:
    bounds = {
        resource.RLIMIT_CPU: ceil(limits.seconds) + 1,
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_FSIZE: limits.output_bytes,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for name, bound in bounds.items():
        # macOS refuses some of these; the wall clock holds there too.
        with suppress(ValueError, OSError):
            resource.setrlimit(name, (bound, bound))


# Numbers of system calls on x86-64 and on 64-bit Arm, which lacks the first two.
# io_uring is here because it opens sockets on its own.
DENIED = {
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "unshare": (272, 97),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "socket": (41, 198),
    "io_uring_setup": (425, 425),
}

# The kernel's constant for an architecture, and what is denied on it.
ARCHITECTURES = {
    "x86_64": (0xC000003E, [x86 for x86, _ in DENIED.values()]),
    "aarch64": (0xC00000B7, [arm for _, arm in DENIED.values() if arm is not None]),
}

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
OFFSET_OF_NUMBER, OFFSET_OF_ARCHITECTURE = 0, 4
ALLOW, FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001
FIRST_X32_CALL = 0x40000000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2


def filter_program(architecture: int, denied: Sequence[int]) -> bytes:
    """A program for the kernel's packet filter that refuses these system calls.

    An instruction is (code, how many to skip if true, if false, constant). A
    foreign architecture, and the second set of numbers that x86-64 has for x32,
    would be ways around the list: both are refused whole.

    Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
    """
    count = len(denied)
    instructions = [
        (LOAD, 0, 0, OFFSET_OF_ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, FAIL_WITH_EPERM),
        (LOAD, 0, 0, OFFSET_OF_NUMBER),
        (JUMP_IF_AT_LEAST, count + 1, 0, FIRST_X32_CALL),
        *((JUMP_IF_EQUAL, count - i, 0, call) for i, call in enumerate(denied)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL_WITH_EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in instructions)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def _filter_system_calls(architecture: int, denied: Sequence[int]) -> None:
    program = filter_program(architecture, denied)
    header = _Program(len(program) // 8, program)
    # The kernel filters an unprivileged process only once it can gain no rights.
    _prctl(PR_SET_NO_NEW_PRIVS, 1, None)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(header))


def _prctl(option: int, number: int, pointer: Any) -> None:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zero = ctypes.c_ulong(0)
    if prctl(option, ctypes.c_ulong(number), pointer, zero, zero) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise Unconfined(f"the kernel refuses to filter system calls: {reason}")
