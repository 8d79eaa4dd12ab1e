"""Reconstruction metrics of a VQGAN, for `models evaluate` and the model cards.

SSIM: Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity".
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.dataset import ImageSet, to_tensor
from engine.perceptor.protocol import Perceptor
from engine.runtime.precision import autocast
from engine.vqgan.model import VQGAN

__all__ = ["Progress", "VQGANFigures", "evaluate_vqgan", "frechet_distance", "psnr", "ssim"]

Progress = Callable[[int, int], None]

MULTIPLE = 16  # sides are cropped to multiples of it
LARGEST = 512  # and to at most this, so that photographs fit into memory
BATCH = 8


@dataclass(frozen=True)
class VQGANFigures:
    """Reconstruction of images that went through the codebook and back.

    Args:
        images: number of images.
        psnr_mean: mean of the images' PSNRs in dB, peak 1; `psnr_median` their median.
        ssim_mean: mean structural similarity, at most 1.
        codebook_size: entries in all.
        codebook_use: fraction of the entries that at least one cell of any image chose.
        perplexity: exp of the entropy of the choices: how many entries used evenly would do.
        perceptor_distance: mean angle in radians between a picture and its reconstruction in the
            embedded perceptor's space: what LPIPS is for, by another network.
        perceptor_frechet: Frechet distance (arXiv:1706.08500) of both sets there: what FID is for,
            by another network, so that it compares with none that others publish. It needs twice
            as many pictures as the space has coordinates to mean much.
    """

    images: int
    psnr_mean: float
    psnr_median: float
    ssim_mean: float
    codebook_size: int
    codebook_use: float
    perplexity: float
    perceptor_distance: float | None = None
    perceptor_frechet: float | None = None


@torch.no_grad()
def evaluate_vqgan(
    model: VQGAN,
    images: ImageSet,
    progress: Progress = lambda done, total: None,
    dtype: torch.dtype = torch.float32,
    perceptor: Perceptor | None = None,
) -> VQGANFigures:
    """Reconstruct every image, centre-cropped to multiples of 16 (at most 512) px a side.

    Outputs are clamped to [0, 1]; PSNR and SSIM are taken image by image, then averaged.

    Raises:
        ImageError: an image is damaged.
    """
    device = next(model.parameters()).device
    multiple = max(MULTIPLE, model.factor)
    counts = torch.zeros(model.config.codebook_size, dtype=torch.float64)
    decibels: list[float] = []
    similarities: list[float] = []
    seen: list[tuple[Tensor, Tensor]] = []  # embeddings of pictures and of reconstructions
    batch: list[Tensor] = []
    for index in range(len(images)):
        batch.append(centre_crop(to_tensor(images.decode(index, multiple)), multiple))
        following = index + 1 < len(images)
        if following and len(batch) < BATCH:
            continue
        for group in _by_shape(batch):
            wanted = group.to(device)
            with autocast(device, dtype):
                reconstruction, quantized = model(wanted)
            wanted, given = ((one.float() + 1) / 2 for one in (wanted, reconstruction))
            given = given.clamp(0, 1)
            decibels += psnr(given, wanted).tolist()
            similarities += ssim(given, wanted).tolist()
            if perceptor is not None:
                seen.append((_embed(perceptor, wanted), _embed(perceptor, given)))
            counts += torch.bincount(quantized.indices.flatten().cpu(), minlength=len(counts))
        batch = []
        progress(index + 1, len(images))
    shares = counts / counts.sum()
    distance = frechet = None
    if seen:
        pictures, reconstructions = (torch.cat(part).double() for part in zip(*seen, strict=True))
        distance = float((pictures * reconstructions).sum(1).clamp(-1, 1).arccos().mean())
        frechet = frechet_distance(pictures, reconstructions)
    return VQGANFigures(
        images=len(images),
        psnr_mean=float(torch.tensor(decibels).mean()),
        psnr_median=float(torch.tensor(decibels).median()),
        ssim_mean=float(torch.tensor(similarities).mean()),
        codebook_size=len(counts),
        codebook_use=float((counts > 0).double().mean()),
        perplexity=float(torch.special.entr(shares).sum().exp()),
        perceptor_distance=distance,
        perceptor_frechet=frechet,
    )


def _embed(perceptor: Perceptor, images: Tensor) -> Tensor:
    """(batch, 3, height, width) in [0, 1] -> (batch, dim) on the CPU, of the whole pictures."""
    side = perceptor.input_size
    squares = F.interpolate(images, (side, side), mode="bilinear", antialias=True)
    return perceptor.encode_image(squares).cpu()


def frechet_distance(first: Tensor, second: Tensor) -> float:
    """Between Gaussians fitted to two sets: (n, dim), (m, dim) -> squared distance.

    |mean - mean|^2 + trace(A + B - 2 (A B)^1/2), of the covariances A and B.
    """
    means, covariances = zip(
        *((s.mean(0), s.T.cov(correction=0)) for s in (first, second)), strict=True
    )
    # the trace of (A B)^1/2 is the sum of the singular values of A^1/2 B^1/2
    roots = []
    for covariance in covariances:
        values, vectors = torch.linalg.eigh(covariance)
        roots.append(vectors * values.clamp(min=0).sqrt() @ vectors.T)
    cross = torch.linalg.svdvals(roots[0] @ roots[1]).sum()
    apart = (means[0] - means[1]).square().sum()
    return float(apart + covariances[0].trace() + covariances[1].trace() - 2 * cross)


def _by_shape(images: list[Tensor]) -> list[Tensor]:
    """Stack images of one shape; order doesn't matter to any figure."""
    groups: dict[tuple[int, ...], list[Tensor]] = {}
    for image in images:
        groups.setdefault(tuple(image.shape), []).append(image)
    return [torch.stack(group) for group in groups.values()]


def centre_crop(image: Tensor, multiple: int) -> Tensor:
    """(3, height, width) with both sides cut to multiples, at most `LARGEST` px."""
    height, width = (min(side, LARGEST) // multiple * multiple for side in image.shape[1:])
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    return image[:, top : top + height, left : left + width]


def psnr(given: Tensor, wanted: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of (batch, 3, height, width) in [0, 1] -> (batch,).

    Equal images give 120 dB, not infinity, so that a mean stays a number.
    """
    errors = (given - wanted).double().square().mean((1, 2, 3)).clamp(min=1e-12)
    return -10.0 * errors.log10()


def ssim(given: Tensor, wanted: Tensor, window: int = 11, sigma: float = 1.5) -> Tensor:
    """Structural similarity of (batch, channels, height, width) in [0, 1] -> (batch,).

    A Gaussian window, data range 1, population covariance, no padding, mean over the channels:
    what scikit-image gives for `gaussian_weights=True, use_sample_covariance=False`.
    """
    offsets = torch.arange(window, dtype=torch.float64, device=given.device) - window // 2
    weights = (-(offsets.square()) / (2 * sigma**2)).exp()
    weights = weights / weights.sum()
    channels = given.shape[1]

    def blurred(values: Tensor) -> Tensor:
        kernel = weights.expand(channels, 1, 1, window)
        values = F.conv2d(values, kernel, groups=channels)
        return F.conv2d(values, kernel.transpose(2, 3), groups=channels)

    given, wanted = given.double(), wanted.double()
    mean_given, mean_wanted = blurred(given), blurred(wanted)
    variance_given = blurred(given.square()) - mean_given.square()
    variance_wanted = blurred(wanted.square()) - mean_wanted.square()
    covariance = blurred(given * wanted) - mean_given * mean_wanted
    luminance, contrast = 0.01**2, 0.03**2  # C1 and C2 of the paper
    likeness = ((2 * mean_given * mean_wanted + luminance) * (2 * covariance + contrast)) / (
        (mean_given.square() + mean_wanted.square() + luminance)
        * (variance_given + variance_wanted + contrast)
    )
    return likeness.mean((1, 2, 3))
