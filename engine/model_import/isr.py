"""Converts ISR weights, from UpscalerJS (tfjs) or ISR (HDF5), to a model folder.

Sources: npm @upscalerjs/esrgan-legacy 1.0.0 (MIT; 8-bit quantised) and the Keras weight files of
idealo/image-super-resolution (Apache-2.0). 8-bit weights stay 8-bit: `name` holds uint8 codes and
`name.range` float64 (minimum, step), so the folder is as small as its source and loses nothing.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save
from torch import Tensor

from engine.upscale.networks import COLOURS, build_network
from engine.upscale.upscaler import RANGE_SUFFIX
from ganshare.errors import ModelError, quoted

# Licences known to let everyone sell what a model makes.
HDF5_SUFFIXES = (".hdf5", ".h5")
SELLABLE_LICENCES = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT"})

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class SourceTensor:
    """One Keras variable: float32 `values`, or uint8 codes worth `minimum + step * code`."""

    values: Array
    minimum: float | None = None
    step: float | None = None


def convert_isr(source: Path, out: Path, *, licence: str | None = None) -> Path:
    """Write the model folder `out` (model.json, weights.safetensors) from ISR weights.

    Args:
        source: a tfjs `model.json`, the folder that holds it, or a Keras `.hdf5`/`.h5` file.
        out: the folder to make; its name becomes the model's name.
        licence: SPDX name; by default that of UpscalerJS's npm package, if `source` lies in it.
            Without a licence known to allow it, the model's pictures may not be sold.

    Returns:
        The path of the written model.json.

    Raises:
        ModelError: the weights aren't those of ISR's RRDN or RDN, the file is missing or
            damaged.
    """
    tensors, card = read_isr(source, licence)
    weights = save(tensors)
    model = {
        "name": out.name,
        **card,
        "weights": "weights.safetensors",
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.safetensors").write_bytes(weights)
    path = out / "model.json"
    path.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    return path


def read_isr(source: Path, licence: str | None = None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors under our names, and the card but for the name; see `convert_isr`."""
    if source.suffix in HDF5_SUFFIXES:
        layers, origin, found = read_hdf5(source), source.name, None
    else:
        manifest = source / "model.json" if source.is_dir() else source
        layers = read_tfjs(manifest)
        origin, found = npm_origin(manifest)
    licence = licence or found or "unknown"
    architecture = infer_architecture(layers)
    card = {
        "kind": "upscaler",
        "architecture": architecture,
        "licence": licence,
        "may_sell": licence in SELLABLE_LICENCES,
        "source": origin,
    }
    return to_torch(layers, architecture), card


def npm_origin(manifest: Path) -> tuple[str, str | None]:
    """Where a tfjs model comes from and its licence, if UpscalerJS's npm package lies around it.

    Another package's licence is its code's, and says nothing sure about weights found inside.
    """
    for folder in manifest.absolute().parents:
        try:
            package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
            name, version = str(package["name"]), str(package["version"])
        except (OSError, KeyError, TypeError, ValueError):
            continue
        if name.startswith("@upscalerjs/"):
            place = manifest.absolute().relative_to(folder).as_posix()
            return f"npm {name} {version}, {place}", package.get("license")
        break
    return manifest.name, None


def read_tfjs(manifest: Path) -> dict[str, SourceTensor]:
    """Variables by Keras name (`SR/kernel`) from a tfjs layers model and its shards."""
    layers: dict[str, SourceTensor] = {}
    try:
        groups = json.loads(manifest.read_text(encoding="utf-8"))["weightsManifest"]
        for group in groups:
            # Shards lie beside the manifest; it shall not send us to another folder.
            shards = [manifest.parent / Path(name).name for name in group["paths"]]
            layers |= read_group(group["weights"], b"".join(map(Path.read_bytes, shards)))
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"{manifest.name} is not a readable tfjs model: {error!r}."
        raise ModelError(message, given=str(manifest)) from error
    return layers


def read_group(entries: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, SourceTensor]:
    """Cut one weight group's bytes into variables.

    Raises:
        ValueError: the bytes are too few, too many or of a dtype ISR doesn't have.
    """
    layers: dict[str, SourceTensor] = {}
    offset = 0
    for entry in entries:
        quantization = entry.get("quantization", {})
        dtype = np.dtype(quantization.get("dtype", entry["dtype"])).newbyteorder("<")
        values = np.frombuffer(data, dtype, math.prod(entry["shape"]), offset)
        offset += values.nbytes
        values = values.reshape(entry["shape"])
        if dtype == np.uint8:
            tensor = SourceTensor(values, quantization["min"], quantization["scale"])
        elif dtype in (np.float16, np.float32):
            tensor = SourceTensor(values.astype(np.float32))
        else:
            raise ValueError(f"{entry['name']} is {dtype}, not uint8, float16 or float32")
        layers[entry["name"]] = tensor
    if offset != len(data):
        raise ValueError(f"{len(data) - offset} bytes too many")
    return layers


def read_hdf5(path: Path) -> dict[str, SourceTensor]:
    """Variables by Keras name from a Keras weight (or whole-model) HDF5 file."""
    import h5py  # takes a while, and few need it

    layers: dict[str, SourceTensor] = {}
    left = path.stat().st_size  # bytes: what is not stored in it would be made up, or lie elsewhere

    def visit(name: str, item: object) -> None:
        nonlocal left
        if isinstance(item, h5py.Dataset):
            left -= item.nbytes
            if left < 0 or item.external or item.is_virtual:
                raise ValueError("its numbers are not in it")
            layer, variable = name.split("/")[-2:]
            values = np.asarray(item, dtype=np.float32)
            layers[f"{layer}/{variable.split(':')[0]}"] = SourceTensor(values)

    try:
        with h5py.File(path, "r") as file:
            file.get("model_weights", file).visititems(visit)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        message = f"{path.name} is not a Keras weight file: {error}."
        raise ModelError(message, given=str(path)) from error
    return layers


def infer_architecture(layers: Mapping[str, SourceTensor]) -> dict[str, Any]:
    """The `architecture` dict of the network that has these variables.

    Raises:
        ModelError: the names are neither RRDN's nor RDN's.
    """
    kernels = {name.removesuffix("/kernel"): tensor.values.shape for name, tensor in layers.items()}
    rrdn = "Pre_blocks_conv" in kernels
    if not rrdn and "F_m1" not in kernels:
        raise ModelError(
            "These weights are neither ISR's RRDN (Pre_blocks_conv) nor its RDN (F_m1).",
            given=sorted(kernels),
        )
    pattern = re.compile(r"F_(\d+)_(\d+)_(\d+)" if rrdn else r"F_()(\d+)_(\d+)")
    places = [found.groups() for found in map(pattern.fullmatch, kernels) if found]
    try:
        common = {
            "convolutions": max(int(convolution) for _, _, convolution in places),
            "dense_blocks": max(int(block) for _, block, _ in places),
            "growth": kernels["F_1_1_1" if rrdn else "F_1_1"][3],
            "features": kernels["Pre_blocks_conv" if rrdn else "F_m1"][3],
            "scale": math.isqrt(kernels["PreShuffle" if rrdn else "UPN3"][3] // COLOURS),
        }
        if rrdn:
            blocks = max(int(block) for block, _, _ in places)
            return {
                "network": "rrdn",
                **common,
                "residual_blocks": blocks,
                "residual_scaling": 0.2,  # ISR's default beta; the weight files don't carry it
            }
        upsampling = "shuffle" if kernels["SR"][2] == COLOURS else "nearest"
    except (KeyError, ValueError, IndexError) as error:
        raise ModelError(f"A layer of ISR's network is missing: {error}.") from error
    return {"network": "rdn", **common, "upsampling": upsampling}


RENAMES = (
    (r"Pre_blocks_conv|F_m1", "head"),
    (r"F_0", "second"),
    (r"F_(\d+)_(\d+)_(\d+)", "blocks.{0}.{1}.grow.{2}"),
    (r"LFF_(\d+)_(\d+)", "blocks.{0}.{1}.fuse"),
    (r"F_(\d+)_(\d+)", "blocks.{0}.grow.{1}"),
    (r"LFF_(\d+)", "blocks.{0}.fuse"),
    (r"GFF_1", "fuse"),
    (r"post_blocks_conv|GFF_2", "tail"),
    (r"PreShuffle", "before_shuffle"),
    (r"UPN1", "upsample.0"),
    (r"UPN2", "upsample.2"),
    (r"UPN3", "upsample.4"),
    (r"SR", "compose"),
)


def rename(variable: str) -> str:
    """`F_1_2_3/kernel` -> `blocks.0.1.grow.2.weight`: ISR counts from one, torch from nought."""
    layer, _, kind = variable.partition("/")
    for pattern, name in RENAMES:
        if found := re.fullmatch(pattern, layer):
            place = name.format(*(int(number) - 1 for number in found.groups()))
            return f"{place}.{'weight' if kind == 'kernel' else 'bias'}"
    raise ModelError(f"{quoted(variable)} is not a variable of ISR's RRDN or RDN.", given=variable)


def to_torch(
    layers: Mapping[str, SourceTensor], architecture: Mapping[str, Any]
) -> dict[str, Tensor]:
    """State-dict tensors: renamed, kernels to (out, in, height, width), shuffle order torch's.

    Raises:
        ModelError: a variable is missing, unknown or of the wrong shape.
    """
    network = build_network(architecture)
    expected = {name: tensor.shape for name, tensor in network.state_dict().items()}
    shuffled = {"rrdn": "before_shuffle", "rdn": "upsample.4"}[architecture["network"]]
    if architecture.get("upsampling") == "nearest":
        shuffled = ""
    tensors: dict[str, Tensor] = {}
    for variable, source in layers.items():
        name = rename(variable)
        values = source.values
        if values.ndim == 4:  # Keras: (height, width, in, out)
            values = values.transpose(3, 2, 0, 1)
        if name.rpartition(".")[0] == shuffled:
            values = values[pixel_shuffle_order(network.scale)]
        if expected.get(name) != values.shape:
            shape = tuple(expected.get(name, ()))
            raise ModelError(f"{variable} is {values.shape}, not {shape}.", given=variable)
        tensors[name] = torch.from_numpy(np.array(values, order="C"))
        if source.minimum is not None and source.step is not None:
            limits = torch.tensor([source.minimum, source.step], dtype=torch.float64)
            tensors[name + RANGE_SUFFIX] = limits
    if missing := sorted(expected.keys() - tensors.keys()):
        raise ModelError(f"There are no weights for {', '.join(missing)}.", given=missing)
    return tensors


def pixel_shuffle_order(scale: int) -> npt.NDArray[np.intp]:
    """Where pixel_shuffle's channel (colour, row, column) stands in depth_to_space's order."""
    channels = np.arange(scale * scale * COLOURS).reshape(scale, scale, COLOURS)
    return channels.transpose(2, 0, 1).reshape(-1)
