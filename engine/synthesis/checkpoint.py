"""Saves a canvas between two steps as safetensors, so that another engine can resume it.

A state is valid only for the same request, code and models; otherwise the painting starts over.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from engine.runtime.compute import Compute
from engine.synthesis.canvas import Canvas, CanvasState
from engine.synthesis.manifest import ModelUse
from engine.synthesis.settings import SynthesisSettings
from ganshare import __version__
from ganshare.domain.jobs import JobRequest
from ganshare.errors import InternalError

__all__ = ["Origin", "StateError", "read_state", "resume", "write_state"]

FORMAT = 1


class StateError(InternalError):
    """A saved state that is damaged, or of another request, model or version."""


@dataclass(frozen=True)
class Origin:
    """What a state depends on: it is valid for no other."""

    request: JobRequest
    vqgan: ModelUse
    perceptor: ModelUse
    settings: SynthesisSettings
    compute: Compute | None = None

    def fingerprint(self) -> str:
        """Equal for two states only if either could continue the other."""
        values: dict[str, object] = {
            "format": FORMAT,
            "request": self.request.to_json(),
            "models": [self.vqgan.sha256, self.perceptor.sha256],
            "settings": self.settings.to_json(),
            "ganshare": __version__,
            "torch": str(torch.__version__),
        }
        # Number format and kind of device change a painting visibly; threads and the CPU's model
        # by less than an eye sees, and another engine's state is better than none. States that
        # don't name them are of CPUs in bfloat16, as all once were.
        if self.compute is not None:
            on = {"device": self.compute.torch_device.type, "dtype": self.compute.dtype}
            values |= {key: on[key] for key in on if on[key] not in ("cpu", "bfloat16")}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def write_state(state: CanvasState, origin: Origin) -> bytes:
    """As one safetensors file."""
    tensors = {name: tensor.contiguous() for name, tensor in state.tensors.items()}
    return save(
        tensors,
        {
            "origin": origin.fingerprint(),
            "numbers": json.dumps(state.numbers),
            "losses": json.dumps(state.losses),
            "sha256": _digest(tensors, state.numbers, state.losses),
        },
    )


def read_state(data: bytes, origin: Origin) -> CanvasState:
    """Read what `write_state` gave; raises StateError."""
    try:
        tensors, metadata = load(data), _metadata(data)
        numbers, losses = json.loads(metadata["numbers"]), json.loads(metadata["losses"])
        if metadata["origin"] != origin.fingerprint():
            raise StateError("The saved state is of another request, model or version.")
        if metadata["sha256"] != _digest(tensors, numbers, losses):
            raise StateError("The saved state is damaged: its sha256 is another.")
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise StateError(f"The saved state is damaged: {error}.") from error
    return CanvasState(tensors, numbers, losses)


def resume(canvas: Canvas, data: bytes, origin: Origin) -> None:
    """Bring a new canvas of the same request to a saved state; raises StateError.

    After an error the canvas must not be used.
    """
    state = read_state(data, origin)
    try:
        canvas.restore(state)
    except (KeyError, RuntimeError, TypeError) as error:
        raise StateError(f"The saved state fits no canvas: {error}.") from error


def _metadata(data: bytes) -> Mapping[str, str]:
    """The free part of a safetensors header, which `load` leaves out."""
    length = int.from_bytes(data[:8], "little")
    metadata: Mapping[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    return metadata


def _digest(
    tensors: Mapping[str, Tensor], numbers: Mapping[str, float], losses: Mapping[str, float]
) -> str:
    digest = hashlib.sha256(json.dumps([numbers, losses]).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()
