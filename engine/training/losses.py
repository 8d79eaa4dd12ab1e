"""Losses of VQGAN training: perceptual distance, patch discriminator, hinge.

Sources: LPIPS (arXiv:1801.03924) on EfficientNet-Lite0's first stages instead of VGG's;
PatchGAN (arXiv:1611.07004); VQGAN (arXiv:2012.09841).
"""

import torch.nn.functional as F
from torch import Tensor, nn

from engine.perceptor.efficientnet import EfficientNetLite


class PerceptualDistance(nn.Module):
    """Distance between feature maps of a frozen classifier, each cell normalised to length 1."""

    def __init__(self, trunk: EfficientNetLite, stages: int = 4) -> None:
        super().__init__()
        self.trunk = trunk.requires_grad_(False)
        self.count = stages

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        """Two (batch, 3, height, width) in [-1, 1] -> scalar."""
        maps = self.trunk.stages(image, self.count)
        wanted = self.trunk.stages(target, self.count)
        distances = [
            (F.normalize(a.float(), dim=1) - F.normalize(b.float(), dim=1)).square().sum(1).mean()
            for a, b in zip(maps, wanted, strict=True)
        ]
        total: Tensor = sum(distances[1:], distances[0]) / len(distances)
        return total


class PatchDiscriminator(nn.Sequential):
    """Real or reconstructed, judged patch by patch."""

    def __init__(self, width: int = 48) -> None:
        super().__init__(
            nn.Conv2d(3, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False),
            nn.GroupNorm(8, 2 * width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, 1, 1, bias=False),
            nn.GroupNorm(8, 4 * width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(4 * width, 1, 4, 1, 1),
        )


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Hinge loss of the logits, as in taming-transformers."""
    return 0.5 * (F.relu(1.0 - real).mean() + F.relu(1.0 + fake).mean())
