"""Chooses the number format: a short one only where the hardware multiplies it.

bfloat16 and float16 halve the time of a step on hardware that has them. Elsewhere they are emulated
and cost up to twenty times float32's.
"""

from collections.abc import Mapping

import torch

from engine.runtime.hardware import onednn_limit
from engine.runtime.timing import faster_dtype

__all__ = ["DTYPES", "autocast", "fastest_dtype", "gradient_scale"]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

# Values of ONEDNN_MAX_CPU_ISA below AVX512_CORE_BF16, the first that multiplies bfloat16. oneDNN
# takes a word that it doesn't know for no limit.
WITHOUT_BFLOAT16 = {
    "SSE41",
    "AVX",
    "AVX2",
    "AVX2_VNNI",
    "AVX2_VNNI_2",  # converts bfloat16, but multiplies float32
    "AVX512_CORE",
    "AVX512_CORE_VNNI",
}


def fastest_dtype(device: torch.device) -> torch.dtype:
    """What networks compute in on a device; the same each time on the same machine.

    bfloat16 on GPUs and x86 CPUs that multiply it. Where that cannot be told, a short timing
    decides: on other CPUs for bfloat16, on older GPUs and Apple's for float16.
    """
    if device.type == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return torch.bfloat16
        return faster_dtype(device, torch.float16)
    if device.type == "mps":
        return faster_dtype(device, torch.float16)
    if device.type != "cpu" or onednn_limit() in WITHOUT_BFLOAT16:
        return torch.float32
    # newer than the oldest torch that we allow
    capabilities: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    if "avx512_bf16" in capabilities:
        native = capabilities["avx512_bf16"] or capabilities.get("amx_bf16")
        return torch.bfloat16 if native else torch.float32
    return faster_dtype(device, torch.bfloat16)


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Compute in `dtype` within; float32 changes nothing."""
    if dtype == torch.float32:
        return torch.autocast(device.type, enabled=False)
    return torch.autocast(device.type, dtype)


def gradient_scale(dtype: torch.dtype) -> float:
    """What a loss is multiplied by so that small gradients don't vanish; a power of two.

    float16's smallest number is 6e-8, about what a pixel's gradient is (arXiv:1710.03740).
    """
    return 1024.0 if dtype == torch.float16 else 1.0
