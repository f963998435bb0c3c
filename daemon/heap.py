"""The C library's heap, told to keep little: neither the memory of large mails nor a heap for every thread."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""From malloc.h of glibc."""

LARGE_BYTES = 2**20

HEAPS = 2
"""Threads that share heaps wait for each other a little; ours do so for the interpreter anyway."""


def keep_little() -> None:
    """Let threads share a few heaps (mallopt(3), M_ARENA_MAX), and map every large block by itself (M_MMAP_THRESHOLD).

    A block that is mapped is unmapped when it is freed. Left alone, glibc takes the first large block that is freed as
    a reason to put all of its kind into the heaps of threads, where they stay: ten mails of 24 MB then cost 450 MB for
    good. A library without the knobs stays as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_M_ARENA_MAX, HEAPS)
