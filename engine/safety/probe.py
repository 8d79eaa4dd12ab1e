"""The built-in safety check: a linear probe for nudity on the perceptor's embeddings.

The weights were fitted to paintings in the public domain whose titles say so, by
`engine.training.safety`; docs/moderation.md says what this can and cannot do.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.imaging.codecs import decode_image, fit_cover
from engine.model_cache import ModelCache
from engine.model_folder import default_model
from engine.perceptor import load_perceptor
from engine.perceptor.protocol import Perceptor
from ganshare.safety import Verdict
from ganshare.sentences import sentence

__all__ = ["PerceptorCheck", "Probe"]

NUDITY = Path(__file__).with_name("nudity.json")
SHARPNESS = 0.5  # of the score around the threshold; how it looks, not what is refused


@dataclass(frozen=True)
class Probe:
    """A linear classifier on one perceptor's embeddings.

    Args:
        label: what it detects.
        perceptor: name of the model whose embeddings it knows; `sha256` is its identity.
        weights: one for each coordinate.
        threshold: of the weighted sum, from which on a picture is refused.
        notes: how it was made, what it was measured to do, and under which licence it may be used.
    """

    label: str
    perceptor: str
    sha256: str
    weights: tuple[float, ...]
    threshold: float
    notes: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path = NUDITY) -> "Probe":
        """Read what `write` wrote."""
        fields = json.loads(path.read_text("utf-8"))
        return cls(**{**fields, "weights": tuple(fields["weights"])})

    def write(self, path: Path = NUDITY) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    def excess(self, embeddings: Tensor) -> Tensor:
        """(batch, dim) -> (batch,): the score minus the threshold."""
        return embeddings @ torch.tensor(self.weights, device=embeddings.device) - self.threshold


class PerceptorCheck:
    """Checks images with a probe, in float32 on every machine; thread-safe.

    Args:
        perceptor: the one that the probe was fitted to.
        device: the one that it is on.
    """

    def __init__(self, probe: Probe, perceptor: Perceptor, device: str = "cpu") -> None:
        self._probe, self._perceptor, self._device = probe, perceptor, device
        self._lock = threading.Lock()  # one at a time: this is seldom, and small

    @classmethod
    def of(cls, models: ModelCache) -> "PerceptorCheck":
        """Share an engine's perceptor if the probe knows it, else load the embedded one beside it.

        Raises:
            ModelError: its files are not what its card says.
        """
        probe = Probe.read()
        if models.perceptor.identity == probe.sha256:
            return cls(probe, models.load_perceptor(), models.device)
        return cls(probe, load_perceptor(default_model("perceptor")), "cpu")

    def __call__(self, picture: bytes) -> Verdict:
        """Check the bytes of an image.

        Raises:
            ImageError: they cannot be read.
        """
        return self.judge(decode_image(picture, "the picture"))

    @torch.no_grad()
    def judge(self, image: Tensor) -> Verdict:
        """(3, height, width) in [0, 1] -> the verdict, by the picture's middle square."""
        side = self._perceptor.input_size
        square = fit_cover(image, side, side)[None].to(self._device)
        with self._lock:
            excess = self._probe.excess(self._perceptor.encode_image(square))[0]
        score = float(torch.sigmoid(excess / SHARPNESS))
        label = self._probe.label
        reason = sentence("unsafe-label", label=label, score=f"{score:.2f}") if excess > 0 else None
        return Verdict(score, label, reason)
