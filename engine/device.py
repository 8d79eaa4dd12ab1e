"""Where tensors can live on this machine."""

import torch

from ganshare.errors import SettingsError, quoted

__all__ = ["check_device", "devices"]


def devices() -> tuple[str, ...]:
    """What PyTorch can use here, the processor first: "cpu", "cuda", "cuda:0", "mps"."""
    count = torch.cuda.device_count()
    cuda = ("cuda", *(f"cuda:{number}" for number in range(count))) if count else ()
    return ("cpu", *cuda, *(("mps",) if torch.backends.mps.is_available() else ()))


def check_device(name: str) -> None:
    """Raise SettingsError where `name` is no device that PyTorch can use here."""
    allowed = devices()
    if name not in allowed:
        message = (
            f"PyTorch cannot use the device {quoted(name)} here; allowed: {', '.join(allowed)}."
        )
        raise SettingsError(message, given=name, allowed=allowed)
