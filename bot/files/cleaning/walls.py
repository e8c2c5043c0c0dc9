"""Walls around the process that cleans: once they are closed, it can read its input, reckon, and write its answer.

A decoder of pictures or documents that a crafted file takes over must find nothing: no key file, no network, no program to
start. Three walls, each by itself enough for most of that, because no machine has all: limits that every Unix keeps (no new
descriptor, so no file, no socket, no pipe; no new process, unless it runs as root), Landlock (Linux 5.13; no file, and from
6.7 on no TCP), and a list of the few system calls that reckoning needs (seccomp, on x86-64 and 64-bit ARM). Libraries must
be loaded before. Numbers and layouts: linux/landlock.h, linux/seccomp.h, linux/filter.h, asm/unistd.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys

try:
    import resource
except ImportError:  # Windows has none of these walls; `haichieu doctor` says so
    resource = None  # type: ignore[assignment]

MEMORY = 1024 * 2**20

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
"""The same on every architecture."""
_HIGHEST_ABI = 7
_FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
"""By Landlock's version: how many kinds of access to files it knows. All of them are forbidden."""
_NETWORK, _SCOPES = 0b11, 0b11
"""Binding and connecting TCP (version 4); abstract sockets and signals of processes outside (version 6)."""

_NO_NEW_PRIVILEGES, _SECCOMP, _DUMPABLE = 38, 22, 4
_CALLS = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 20, 24, 25, 28, 60, 96, 131, 202, 228, 231, 318)),
    "aarch64": (0xC00000B7, (57, 62, 63, 64, 66, 80, 93, 94, 98, 113, 124, 132, 134, 135, 139, 169, 214, 215, 216, 222, 226,
                             233, 278)),
}  # fmt: skip
"""Architecture and the calls that stay: read, write, writev, close, fstat, lseek; memory (mmap, mprotect, munmap, mremap,
brk, madvise); a process's own signal handlers; futex, sched_yield; clocks; getrandom; the end (exit, exit_group)."""
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""The second: the call fails with EPERM, and Python says so as it would of a file without rights."""


def close(seconds: int) -> list[str]:
    """Closes every wall that this machine has, for ever, and says which. `seconds` of processor time are left."""
    closed = []
    if landlock():
        closed.append("landlock")
    if resource is not None:
        bounds(seconds)
        closed.append("limits")
    if seccomp():
        closed.append("seccomp")
    return closed


def bounds(seconds: int) -> None:
    """Little memory, little time, and nothing new: no file, no socket, no process, no memory dump."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for what, most in (("AS", MEMORY), ("FSIZE", 0), ("CORE", 0), ("NPROC", 0), ("NOFILE", 0)):
        with contextlib.suppress(ValueError, OSError):  # macOS knows some of them by name only
            resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (most, most))


def landlock() -> int:
    """Forbids every file and, where it can, TCP; returns Landlock's version, 0 where there is none."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    version = min(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1), _HIGHEST_ABI)
    if version < 1:
        return 0
    handled = [(1 << _FILES[version]) - 1, *([_NETWORK] if version >= 4 else []), *([_SCOPES] if version >= 6 else [])]
    rules = struct.pack(f"={len(handled)}Q", *handled)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return 0
    try:
        forbidden = _no_new_privileges(libc) and libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)
    return version if forbidden else 0


def seccomp() -> bool:
    """Leaves the system calls of the list and no other; False where the system, or this machine's kind, has no such wall."""
    if sys.platform != "linux" or platform.machine() not in _CALLS or sys.maxsize < 2**32:
        return False
    architecture, calls = _CALLS[platform.machine()]
    # A small program over (number, architecture, …) of each call: what is not on the list falls through to the refusal.
    steps = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 0, len(calls) + 1, architecture), (_LOAD, 0, 0, 0)]
    steps += [(_IF_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    return _no_new_privileges(libc) and libc.prctl(_SECCOMP, 2, head, 0, 0) == 0


def _no_new_privileges(libc: ctypes.CDLL) -> bool:
    return bool(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)
