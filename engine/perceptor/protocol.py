"""The interface of a perceptor (the CLIP of VQGAN+CLIP)."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor


class Perceptor(Protocol):
    """Embeds images and texts as unit vectors; the closer, the better they match."""

    @property
    def input_size(self) -> int:
        """Side of the square images that `encode_image` takes, in pixels."""

    @property
    def subject_dim(self) -> int:
        """How many of the first coordinates encode the subject alone; at most all."""

    @property
    def sharpness(self) -> float:
        """Inverse temperature of a softmax over the cosines of texts."""

    def encode_text(self, texts: Sequence[str], *, together: bool = False) -> Tensor:
        """(len(texts), dim), unit length; one by one, or faster `together`."""

    def encode_image(self, images: Tensor) -> Tensor:
        """(batch, 3, input_size, input_size) in [0, 1] -> (batch, dim), unit length."""

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles of painting that `read_styles` classifies; may be empty."""

    def read_styles(self, images: Tensor) -> Tensor:
        """(batch, 3, STYLE_SIDE, STYLE_SIDE) in [0, 1] -> (batch, styles) of logits."""
