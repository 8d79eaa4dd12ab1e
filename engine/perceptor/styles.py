"""Classifies the style of a painting by the statistics of its feature maps.

Deeper than texture, which a palette or a subject can outweigh: mean and deviation of every channel
of every stage (as in style transfer, arXiv:1508.06576), and a linear classifier of styles on them.
"""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from engine.perceptor.efficientnet import LITE_STAGES, EfficientNetLite
from engine.perceptor.image_features import statistics

__all__ = ["STYLE_ADJECTIVES", "STYLE_SIDE", "STYLE_WIDTH", "StyleReader", "squeezed"]

STYLE_SIDE = 160  # pixels; a style is read off the whole picture, squeezed to a square
STYLE_WIDTH = 2 * sum(stage.channels for stage in LITE_STAGES)

# what labels call a style, and what prompts do
STYLE_ADJECTIVES = {
    "Impressionism": "impressionist",
    "Post_Impressionism": "post-impressionist",
    "Symbolism": "symbolist",
    "Romanticism": "romantic",
    "Art_Nouveau_Modern": "art nouveau",
    "Art_Nouveau": "art nouveau",
    "Expressionism": "expressionist",
    "Abstract_Art": "abstract",
    "Abstractionism": "abstract",
    "Surrealism": "surrealist",
    "Realism": "realist",
    "Suprematism": "geometric",
    "Neoplasticism": "geometric",
    "Primitivism": "naive",
}


def squeezed(pixels: np.ndarray) -> Tensor:
    """A whole picture, (height, width, 3) of bytes, as (1, 3, STYLE_SIDE, STYLE_SIDE) in [0, 1]."""
    square = Image.fromarray(pixels).resize((STYLE_SIDE, STYLE_SIDE), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float() / 255


class StyleReader(nn.Module):
    """A multinomial logistic regression on standardised statistics."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are the styles as adjectives, in lower case."""
        super().__init__()
        self.names = tuple(names)
        self.register_buffer("mean", torch.zeros(STYLE_WIDTH))
        self.register_buffer("deviation", torch.ones(STYLE_WIDTH))
        self.linear = nn.Linear(STYLE_WIDTH, len(names))

    @staticmethod
    def features(trunk: EfficientNetLite, images: Tensor) -> Tensor:
        """(batch, 3, STYLE_SIDE, STYLE_SIDE) in [0, 1] -> (batch, STYLE_WIDTH)."""
        return statistics(trunk.stages(images * 2.0 - 1.0, len(LITE_STAGES)))

    def forward(self, trunk: EfficientNetLite, images: Tensor) -> Tensor:
        """(batch, 3, STYLE_SIDE, STYLE_SIDE) in [0, 1] -> (batch, styles) of logits."""
        logits: Tensor = self.linear((self.features(trunk, images) - self.mean) / self.deviation)
        return logits
