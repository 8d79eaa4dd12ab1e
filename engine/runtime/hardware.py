"""Names the CPU or GPU and its instruction set."""

import os
import platform
from functools import cache
from pathlib import Path

import torch

__all__ = ["device_name", "instructions", "onednn_limit"]


def device_name(device: torch.device) -> str:
    """Such as "AMD EPYC 7763 64-Core Processor" or "Tesla T4"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return _cpu_name()


def instructions(device: torch.device) -> str:
    """Such as "AVX2", or "AVX512, oneDNN AVX2" with ONEDNN_MAX_CPU_ISA; "sm_75" of a GPU."""
    if device.type == "cuda":
        return "sm_{}{}".format(*torch.cuda.get_device_capability(device))
    if device.type != "cpu":
        return platform.machine()
    limit = onednn_limit()
    return torch.backends.cpu.get_cpu_capability() + (f", oneDNN {limit}" if limit else "")


def onednn_limit() -> str:
    """The instructions that oneDNN may use at most, such as AVX2; empty without a limit."""
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or ""
    return limit.strip().upper()


@cache
def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except (OSError, ValueError):  # no Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
