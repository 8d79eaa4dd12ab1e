"""Lists and resolves the devices that PyTorch can use."""

import torch

from ganshare.errors import SettingsError, quoted

__all__ = ["check_device", "devices", "resolve_device"]


def devices() -> tuple[str, ...]:
    """What PyTorch can use here, the processor first: "cpu", "cuda", "cuda:0", "mps"."""
    count = torch.cuda.device_count()
    cuda = ("cuda", *(f"cuda:{number}" for number in range(count))) if count else ()
    return ("cpu", *cuda, *(("mps",) if torch.backends.mps.is_available() else ()))


def check_device(name: str) -> None:
    """Raise SettingsError where `name` is no device that PyTorch can use here."""
    allowed = (*devices(), "auto")
    if name not in allowed:
        message = (
            f"PyTorch cannot use the device {quoted(name)} here; allowed: {', '.join(allowed)}."
        )
        raise SettingsError(message, given=name, allowed=allowed)


def resolve_device(name: str) -> str:
    """The device that `name` means: "auto" is CUDA's first, else Apple's, else the processor.

    "auto:2" is what the third of several engines gets: its own GPU, as far as there are enough.

    Raises:
        SettingsError: PyTorch cannot use it here.
    """
    kind, _, number = name.partition(":")
    if kind != "auto" or (number and not number.isdecimal()):
        check_device(name)
        return name
    count = torch.cuda.device_count()
    if count:
        return f"cuda:{int(number) % count}" if number else "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
