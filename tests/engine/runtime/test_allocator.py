"""Memory that a CPU's steps free is theirs to use again."""

import platform
import resource
import subprocess
import sys

import pytest

# in threads, as the engine paints, with maps as large as a step's
PAGES_ASKED_FOR = """
import resource, threading
import torch
from engine.runtime.allocator import keep_freed_memory

def steps():
    for _ in range(10):
        maps = [torch.ones(size << 20, dtype=torch.uint8) for size in range(25, 4, -3)]
        del maps

keep_freed_memory()
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    thread = threading.Thread(target=steps)
    thread.start()
    thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.heavy
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators are left alone")
def test_freed_memory_is_used_again() -> None:
    command = [sys.executable, "-c", PAGES_ASKED_FOR]
    answer = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    all_maps = sum(range(25, 4, -3)) * (1 << 20) // resource.getpagesize()
    assert int(answer) < all_maps  # glibc alone asks for each more than twice
