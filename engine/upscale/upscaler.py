"""Upscales a frame (3, height, width) to 1024 px: tiles, chained networks, one reduction.

An image grows by super-resolution networks only, never by a plain resize. What a chain makes
beyond the target is taken back by an antialiased reduction, before its last network if that can be.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.runtime.precision import fastest_dtype
from engine.upscale.lattice import remove_lattice
from engine.upscale.networks import RDN, RRDN, build_network
from ganshare.errors import InternalError, ModelError, quoted

RANGE_SUFFIX = ".range"

# Pixels of real surroundings that a tile gets where it touches another tile. ESRGAN's weights see
# little beyond: with 24 px a seam differs by 1.5e-4 from the untiled image (16 px: 5e-3).
CONTEXT = 24
# Pixels by which the edge of the image is repeated around it. With the networks' own zero padding
# alone, a plain colour gets a frame that is off by up to 128 of 255; so, by 0.5.
BORDER = 8
# Tile edge in input pixels; with 256 a x4 pass of any image stays under about half a gigabyte.
TILE = 256

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Upscaler:
    """A super-resolution network, ready to run, and what to call it."""

    name: str
    network: RDN | RRDN

    @property
    def scale(self) -> int:
        """How many times wider and higher its output is."""
        return self.network.scale


def load_upscaler(
    architecture: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    *,
    name: str = "upscaler",
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> Upscaler:
    """Build the network of a model.json's `architecture` and fill it with `tensors`.

    Args:
        architecture: see `engine.upscale.networks.build_network`.
        tensors: its state dict; uint8 entries are dequantised (see `dequantise`).
        name: the model's name, for messages and manifests.
        device: where it runs; images are moved there tile by tile.
        dtype: of the dense blocks, where the work is; by default `fastest_dtype(device)`.

    Raises:
        ModelError: unknown architecture, or tensors that don't fit it.
    """
    network = build_network(architecture)
    try:
        network.load_state_dict(dequantise(tensors))
    except RuntimeError as error:
        message = f"The weights of {quoted(name)} don't fit its architecture: {error}."
        raise ModelError(message, given=name) from error
    network.eval().requires_grad_(False)
    network.to(device=torch.device(device), memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs know memory_format only alone
    # The residual stream and the image end stay float32: bfloat16's 8 bits would show in skies.
    # On paintings: 65-72 dB against float32 throughout, against 50-54 dB if all were bfloat16.
    network.blocks.to(dtype if dtype is not None else fastest_dtype(torch.device(device)))
    return Upscaler(name, network)


def dequantise(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """State dict in floats: a uint8 `name` becomes minimum + step * code, as tfjs computes it.

    `name.range` holds float64 (minimum, step). Float tensors pass through.

    Raises:
        ModelError: codes without a range, or a range without codes.
    """
    values: dict[str, Tensor] = {}
    ranges = {name for name in tensors if name.endswith(RANGE_SUFFIX)}
    for name in tensors.keys() - ranges:
        tensor = tensors[name]
        if tensor.dtype == torch.uint8:
            if name + RANGE_SUFFIX not in ranges:
                message = f"{name} is 8-bit but has no {name + RANGE_SUFFIX}."
                raise ModelError(message, given=name)
            minimum, step = tensors[name + RANGE_SUFFIX].tolist()
            ranges.remove(name + RANGE_SUFFIX)
            tensor = (tensor.double() * step + minimum).float()
        values[name] = tensor
    if ranges:
        raise ModelError(f"{min(ranges)} belongs to no 8-bit tensor.", given=sorted(ranges))
    return values


def upscale_to(
    image: Tensor,
    upscalers: Sequence[Upscaler],
    long_side: int = 1024,
    progress: Progress | None = None,
) -> Tensor:
    """Grow an image until its longer side is exactly `long_side`; the aspect ratio stays.

    256 px take one x4 pass; 512 px take x2 if there is such a network, else x4 and a reduction;
    128 px take x4, a reduction to 256 px and x4 again: an eighth of the time of reducing at the end
    alone, and 0 to 0.2 dB closer to the original on three museum paintings. An image that is large
    enough is returned as it is.

    Args:
        image: (3, height, width), floats in [0, 1].
        upscalers: the networks to choose from.
        long_side: the target in pixels.
        progress: called after each tile as progress(done_tiles, total_tiles).

    Returns:
        (3, new height, new width) float32 in [0, 1] on the image's device.

    Raises:
        InternalError: an image of another shape.
        ModelError: no network enlarges.
    """
    check_image(image)
    height, width = image.shape[1:]
    if max(height, width) >= long_side:
        return image
    chain = choose_chain(max(height, width), long_side, upscalers)
    *first, last = chain
    factors = itertools.accumulate((step.scale for step in chain), initial=1, func=int.__mul__)
    sizes = [(height * factor, width * factor) for factor in factors][: len(first)]
    before_last = fit(height, width, -(-long_side // last.scale)) if first else (height, width)
    total = sum(count_tiles(*size) for size in [*sizes, before_last])
    done = itertools.count(1)

    def on_tile() -> None:
        if progress is not None:
            progress(next(done), total)

    for upscaler in first:
        image = upscale(image, upscaler, on_tile=on_tile)
    image = upscale(reduce_to(image, before_last), last, on_tile=on_tile)
    return reduce_to(image, fit(height, width, long_side))


def choose_chain(side: int, target: int, upscalers: Sequence[Upscaler]) -> list[Upscaler]:
    """The networks to run in turn: the least overshoot first, then the fewest input pixels.

    Raises:
        ModelError: no network enlarges.
    """
    growing = [upscaler for upscaler in upscalers if upscaler.scale > 1]
    if not growing:
        raise ModelError(f"There is no upscaler to bring {side} px to {target} px.")
    smallest = min(upscaler.scale for upscaler in growing)
    longest = 0
    while side * smallest**longest < target:
        longest += 1

    def cost(chain: Iterable[Upscaler]) -> tuple[int, int]:
        reached, work = 1, 0
        for upscaler in chain:
            work += reached**2
            reached *= upscaler.scale
        return reached, work

    chains = (
        chain
        for length in range(longest + 1)
        for chain in itertools.product(growing, repeat=length)
        if side * math.prod(upscaler.scale for upscaler in chain) >= target
    )
    return list(min(chains, key=cost))


def upscale(
    image: Tensor,
    upscaler: Upscaler,
    *,
    tile: int = TILE,
    on_tile: Callable[[], None] | None = None,
    keep_lattice: bool = False,
) -> Tensor:
    """One pass of one network, tile by tile, without seams, and without the lattice it leaves.

    Neighbouring tiles share `CONTEXT` pixels, of which only the inner part is kept. The image's
    own border is repeated `BORDER` times: of six paintings' outermost 4 px that comes closest
    (29.4 dB from the painting; zeros 29.1, reflected 28.6).

    Args:
        image: (3, height, width), floats in [0, 1].
        upscaler: the network.
        tile: edge of a tile in input pixels, context not counted; bounds the memory.
        on_tile: called after each tile.
        keep_lattice: give what the network itself gave, for measurements.

    Returns:
        (3, scale * height, scale * width) float32 in [0, 1] on the image's device.

    Raises:
        InternalError: an image of another shape.
    """
    check_image(image)
    scale, (height, width) = upscaler.scale, image.shape[1:]
    device = next(upscaler.network.parameters()).device
    out = image.new_empty((3, height * scale, width * scale), dtype=torch.float32)
    image = F.pad(image[None], (BORDER,) * 4, mode="replicate")[0]
    for rows, columns in itertools.product(spans(height, tile), spans(width, tile)):
        top, left = (max(side.start + BORDER - CONTEXT, 0) for side in (rows, columns))
        bottom, right = (side.stop + BORDER + CONTEXT for side in (rows, columns))
        patch = image[:, top:bottom, left:right]
        patch = patch.to(device, torch.float32)[None].contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            grown = upscaler.network(patch)[0]  # (3, scale * patch height, scale * patch width)
        above, before = rows.start + BORDER - top, columns.start + BORDER - left
        out[
            :,
            rows.start * scale : rows.stop * scale,
            columns.start * scale : columns.stop * scale,
        ] = grown[
            :,
            above * scale : (above + len(rows)) * scale,
            before * scale : (before + len(columns)) * scale,
        ]
        if on_tile is not None:
            on_tile()
    return (out if keep_lattice else remove_lattice(out, scale)).clamp_(0, 1)


def spans(length: int, tile: int) -> Iterator[range]:
    """Cut `length` pixels into the fewest spans of at most `tile`, as even as can be."""
    count = math.ceil(length / tile)
    edges = [length * index // count for index in range(count + 1)]
    return (range(start, stop) for start, stop in itertools.pairwise(edges))


def count_tiles(height: int, width: int, tile: int = TILE) -> int:
    """How many tiles one pass over an image of this size takes."""
    return math.ceil(height / tile) * math.ceil(width / tile)


def fit(height: int, width: int, long_side: int) -> tuple[int, int]:
    """(height, width) with the longer side exactly `long_side` and the aspect ratio kept."""
    longer = max(height, width)
    return max(1, round(height * long_side / longer)), max(1, round(width * long_side / longer))


def reduce_to(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Antialiased bicubic reduction of (3, height, width) to `size`; the same size is a no-op."""
    if tuple(image.shape[1:]) == size:
        return image
    reduced = F.interpolate(image[None], size=size, mode="bicubic", antialias=True)[0]
    return reduced.clamp(0, 1)


def check_image(image: Tensor) -> None:
    """Raise InternalError unless `image` is (3, height, width) floats with at least one pixel."""
    if image.ndim != 3 or image.shape[0] != 3 or not image.numel() or not image.is_floating_point():
        given = f"{tuple(image.shape)} {image.dtype}"
        raise InternalError(f"An image is (3, height, width) floats, not {given}.", given=given)
