"""8-bit storage of linear weights: one scale per output row, error below half a step."""

import torch
from torch import Tensor

SCALE = ".scale"
SMALLEST_SCALE = torch.finfo(torch.float16).tiny


def pack(state: dict[str, Tensor], smallest: int = 100_000) -> dict[str, Tensor]:
    """Large matrices and convolutions as int8, a float16 scale a row; the rest as float16."""
    packed: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if tensor.ndim >= 2 and tensor.numel() >= smallest:
            # smaller scales are inexact in float16, and the smallest of them are nought
            row = tuple(range(1, tensor.ndim))
            scale = (tensor.abs().amax(row, keepdim=True) / 127).clamp(min=SMALLEST_SCALE).half()
            packed[name] = (tensor / scale.float()).round().clamp(-127, 127).to(torch.int8)
            packed[name + SCALE] = scale
        else:
            packed[name] = tensor.half()
    return packed


def unpack(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """The float32 weights that `pack` stored."""
    return {
        name: tensor.float() * packed[name + SCALE].float()
        if name + SCALE in packed
        else tensor.float()
        for name, tensor in packed.items()
        if not name.endswith(SCALE)
    }
