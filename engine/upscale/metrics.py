"""Measures the lattice in an image, for tests, benchmarks and model cards."""

import torch
from torch import Tensor

__all__ = ["axis_peaks", "phase_spread"]

NEAR, FAR = 4, 24  # bins of the spectrum, to either side of a peak, that are its neighbourhood


def phase_spread(image: Tensor, period: int) -> float:
    """The largest difference between the means of two phases, in steps of 1/255.

    A phase is every pixel at one place of the period x period cells that (3, height, width) is cut
    into; incomplete cells are left out. Each colour is taken alone.
    """
    height, width = (side // period * period for side in image.shape[1:])
    cells = image[:, :height, :width].double().unfold(1, period, period).unfold(2, period, period)
    means = cells.mean((1, 2)).flatten(1)  # (3, period * period)
    return float((means.amax(1) - means.amin(1)).max()) * 255


def axis_peaks(image: Tensor, period: int) -> float:
    """The highest peak of the spectrum at multiples of 1/period, against its neighbourhood.

    The power spectrum of the grey (3, height, width) image, less its mean and under a Hann window,
    is read on both axes. A peak is the most that a bin at a multiple of 1/period cycles a pixel
    but 0, or a bin beside it, has; its neighbourhood the median of the bins that lie `NEAR` to
    `FAR` bins from it on the same axis. 1 is no peak at all.
    """
    grey = image.double().mean(0)
    window = [torch.hann_window(side, periodic=True, dtype=torch.float64) for side in grey.shape]
    grey = (grey - grey.mean()) * window[0][:, None] * window[1]
    highest = 0.0
    for axis in (0, 1):
        power = torch.fft.rfft(grey.sum(axis)).abs().square()  # the spectrum where the other is 0
        for multiple in range(1, period // 2 + 1):
            middle = round(multiple * grey.shape[1 - axis] / period)
            peak = power[middle - 1 : middle + 2].max()
            bins = torch.arange(len(power)) - middle
            near = power[(bins.abs() >= NEAR) & (bins.abs() <= FAR)]
            highest = max(highest, float(peak / near.median()))
    return highest
