"""VQGAN: paintings as a small grid of codebook entries (Esser et al. 2021, arXiv:2012.09841)."""

import torch

from engine.model_folder import ModelFolder, fill
from engine.vqgan.model import VQGAN, VQGANConfig
from ganshare.errors import ModelError

__all__ = ["VQGAN", "VQGANConfig", "load_vqgan"]


def load_vqgan(folder: ModelFolder) -> VQGAN:
    """The frozen model of a folder of kind "vqgan", in float32 and channels_last.

    Raises:
        ModelError: the weights don't fit the architecture, or aren't what the card says.
    """
    try:
        model = VQGAN(VQGANConfig.from_json(folder.architecture))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The architecture of {folder.name} is not a VQGAN's: {error}.") from error
    fill(model, {name: value.float() for name, value in folder.tensors().items()}, folder.name)
    frozen: VQGAN = model.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return frozen
