"""Removes the lattice that a pixel shuffle leaves in an upscaled image.

A x4 network writes each of the 16 pixels of a cell with kernels of its own, and they don't agree:
even a flat input comes out with a pattern that repeats every 4 px ("checkerboard artifacts",
Odena et al. 2016, doi:10.23915/distill.00003). The filter is a notch at all multiples of 1/period
cycles a pixel but 0, computed in pixels and not in the spectrum: how a pixel differs from the cell
around it, averaged over the pixels at the same place in the cells nearby. So it leaves ramps as
they are, needs no more memory for a larger image, and cannot ring at a border.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["remove_lattice"]

# Deviation in cells of the Gaussian over the cells nearby; that of the notch is
# 1 / (2 pi * DEVIATION * period) cycles a pixel, 0.04 for a period of 4.
DEVIATION = 1.0
FURTHEST = 3  # cells, where the Gaussian ends
BAND = 128  # rows at a time, so that memory doesn't grow with the image


def remove_lattice(image: Tensor, period: int) -> Tensor:
    """An image without what repeats every `period` pixels.

    Args:
        image: (3, height, width) floats.
        period: of the lattice in pixels, which is the scale of the network.

    Returns:
        The same shape, not clamped. With less than two cells to a side nothing is changed: there a
        lattice cannot be distinguished from what is painted.
    """
    height, width = image.shape[1:]
    if period < 2 or min(height, width) < 2 * period:
        return image
    out = torch.empty_like(image)
    margin = period // 2
    context = FURTHEST * period + margin
    columns = _places(-context, width + context, width, period)
    for start in range(0, height, BAND):
        stop = min(start + BAND, height)
        rows = _places(start - context, stop + context, height, period)
        first, last = int(rows.min()), int(rows.max())
        differences = _differences(image[:, first - margin : last + margin + 1], period)
        differences = differences[:, rows - first][:, :, columns - margin]
        lattice = _differences(_averaged(differences, period), period)
        out[:, start:stop] = image[:, start:stop] - lattice
    return out


def _places(start: int, stop: int, length: int, period: int) -> Tensor:
    """Rows (or columns) `start` to `stop` of the differences; beyond them, those of the last cell.

    So each pixel keeps its place in the cell, which a reflection would not.
    """
    margin = period // 2
    places = torch.arange(start, stop)
    first, last = margin, length - margin - 1  # a difference needs a cell around it
    places = torch.where(places < first, first + (places - first) % period, places)
    return torch.where(places > last, last - (last - places) % period, places)


def _differences(image: Tensor, period: int) -> Tensor:
    """(3, height, width) less the mean of the cell around each pixel; margins are cut off."""
    margin = period // 2
    weights = [1 / period] * (margin + 1)
    if period % 2 == 0:  # the cell is centred on the pixel: half of either end
        weights[-1] /= 2
    return image[:, margin:-margin, margin:-margin] - _filtered(image, weights, 1)


def _averaged(image: Tensor, period: int) -> Tensor:
    """Gaussian mean of each pixel and those whole periods away; margins are cut off."""
    weights = [math.exp(-((cells / DEVIATION) ** 2) / 2) for cells in range(FURTHEST + 1)]
    total = weights[0] + 2 * sum(weights[1:])
    return _filtered(image, [weight / total for weight in weights], period)


def _filtered(image: Tensor, weights: Sequence[float], step: int) -> Tensor:
    """(3, height, width) by a symmetric kernel, along rows and columns; margins are cut off.

    Args:
        weights: of the middle, and of each pixel further and further out.
        step: pixels from one to the next.

    Sums of slices, since torch's convolutions of one channel take ten times as long.
    """
    for axis in (1, 2):
        middle = step * (len(weights) - 1)
        length = image.shape[axis] - 2 * middle
        total = image.narrow(axis, middle, length) * weights[0]
        for number, weight in enumerate(weights[1:], 1):
            pair = image.narrow(axis, middle - number * step, length)
            pair = pair + image.narrow(axis, middle + number * step, length)
            total += pair * weight
        image = total
    return image
