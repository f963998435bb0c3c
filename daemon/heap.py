"""The C library's heap, told to give the memory of large mails back once they are done with."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
"""From malloc.h of glibc."""

LARGE_BYTES = 2**20


def give_back_large_blocks() -> None:
    """Let every large block be mapped by itself, and so unmapped when it is freed (mallopt(3), M_MMAP_THRESHOLD).

    Left alone, glibc takes the first large block that is freed as a reason to put all of its kind into the heaps of
    threads, where they stay: ten mails of 24 MB then cost 450 MB for good. A library without the knob stays as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
