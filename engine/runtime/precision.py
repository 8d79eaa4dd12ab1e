"""Which number format a device computes in: bfloat16 only where its hardware multiplies it."""

import os
from collections.abc import Mapping

import torch

__all__ = ["autocast", "fastest_dtype"]

# The levels of oneDNN (its `dnnl_cpu_isa_t`) that let it use bfloat16 instructions.
BFLOAT16_ISAS = {
    "ALL",
    "DEFAULT",
    "AVX512_CORE_BF16",
    "AVX512_CORE_FP16",
    "AVX10_1_512",
    "AVX512_CORE_AMX",
    "AVX10_1_512_AMX",
    "AVX512_CORE_AMX_FP16",
    "AVX10_1_512_AMX_FP16",
}
BFLOAT16_UNITS = ("avx512_bf16", "amx_bf16")


def fastest_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively (twice as fast), else float32."""
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "cpu":
        limit = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA")
        # Newer than the oldest torch we allow; without it, float32 is always right.
        capabilities: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
        native = (limit or "ALL").upper() in BFLOAT16_ISAS and any(
            capabilities.get(unit) for unit in BFLOAT16_UNITS
        )
    else:
        native = False
    return torch.bfloat16 if native else torch.float32


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Compute in `dtype` within; float32 changes nothing."""
    if dtype == torch.float32:
        return torch.autocast(device.type, enabled=False)
    return torch.autocast(device.type, dtype)
