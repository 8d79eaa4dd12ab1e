"""Several coarse starts of a canvas, of which the one that shows its subject best is kept.

A seed decides much of what a painting shows, and the perceptor that painted a start cannot judge
it: another network does, the perceptor's `second_eye`.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.perceptor.second_eye import SecondEye
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest

__all__ = ["Starts"]


@dataclass
class Starts:
    """The starts of one canvas.

    Args:
        eye: sees which of them is best; None: there is one start only.
        subject: what it looks for, embedded by it: (width,).
        count: how many.
        steps: of each.
        number: of the one being painted, from 0; `count` once one is kept.
        kept: number of the best so far, and its score and latent.
    """

    eye: SecondEye | None = None
    subject: Tensor | None = None
    count: int = 1
    steps: int = 0
    number: int = 0
    kept: int = 0
    score: float = -math.inf
    latent: Tensor | None = None

    @classmethod
    def of(cls, request: PaintingRequest, painter: Painter) -> "Starts":
        """As many as asked for, if there are words to look for and an eye that can."""
        settings, shares, eye = painter.settings, request.shares, painter.second_eye
        steps = int(settings.start_share * request.steps)
        if eye is None or not shares or settings.starts < 2 or not steps:
            return cls()
        texts = eye.embed_texts([part.attributes.subject or part.text for part in shares])
        weights = torch.tensor([part.share for part in shares]).to(texts)
        return cls(eye, weights @ texts, settings.starts, steps)

    @property
    def others(self) -> int:
        """Steps of all starts but the one that is kept."""
        return (self.count - 1) * self.steps

    @property
    def earlier(self) -> int:
        """Steps of the starts before the one in hand; of all others once one is kept."""
        return min(self.number, self.count - 1) * self.steps

    @property
    def is_over(self) -> bool:
        """Whether there were several, of which one is kept."""
        return self.number == self.count > 1

    def end_at(self, step: int) -> bool:
        """Whether the start in hand has all its steps."""
        return self.number < self.count > 1 and step == (self.number + 1) * self.steps

    def end(self, image: Tensor, latent: Tensor, wanted: int | None) -> None:
        """Keep the start in hand if it is the best so far, or the one that is wanted.

        Args:
            image: what it shows, (1, 3, height, width) in [0, 1].
            latent: of it, (1, embed_dim, rows, columns).
            wanted: number of the start to keep, whatever they show.
        """
        if self.eye is None or self.subject is None:
            return
        score = float(self.eye.embed_images(image)[0] @ self.subject)
        if self.number == wanted if wanted is not None else score > self.score:
            self.kept, self.score, self.latent = self.number, score, latent
        self.number += 1

    def state(self) -> dict[str, Tensor]:
        """What the next step depends on, if there is anything to choose."""
        if self.count < 2:
            return {}
        numbers = torch.tensor([self.number, self.kept, self.score], dtype=torch.float64)
        return {"starts": numbers} | ({} if self.latent is None else {"kept_start": self.latent})

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Take out of a state what `state` put there; raises KeyError."""
        if self.count < 2:
            return
        number, kept, self.score = tensors.pop("starts").tolist()
        self.number, self.kept = int(number), int(kept)
        self.latent = tensors.pop("kept_start", None)
