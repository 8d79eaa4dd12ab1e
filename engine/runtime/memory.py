"""Tells a lack of memory from other errors, on any device."""

import torch

__all__ = ["is_out_of_memory"]


def is_out_of_memory(error: Exception) -> bool:
    """Whether a step failed for lack of memory, on any device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
