"""Keeps freed memory in the process (mallopt), which avoids page faults in every step."""

import ctypes
import sys
from functools import cache

# glibc's own numbers for mallopt(3)
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


@cache
def keep_freed_memory() -> None:
    """Spare a CPU's steps the page faults: with glibc, they cost up to a fifth of their time.

    Each step allocates and frees the same hundreds of megabytes. By default, glibc returns them to
    the system, which clears every page before it hands it out again. Elsewhere, nothing is done.

    A process with several threads calls this before it starts them: an arena that a thread got
    earlier would be dealt out by turns, and a painting take up to 270 MiB more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 1 << 25)  # bytes, the most that every version takes
        mallopt(_TRIM_THRESHOLD, 1 << 30)
        mallopt(_ARENA_MAX, 1)  # other arenas are made of small heaps, which go back when empty
