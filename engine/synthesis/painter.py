"""The painter: the models on their device, and the operations of a step that use them."""

import copy
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor.protocol import Perceptor
from engine.perceptor.second_eye import SECOND_EYE_SIDE, SecondEye
from engine.runtime.allocator import keep_freed_memory
from engine.runtime.precision import autocast, fastest_dtype
from engine.runtime.step_graphs import StepGraphs, Streams, capture_on
from engine.runtime.timing import faster_memory_format
from engine.synthesis.cutouts import Cutouts, CutoutSettings
from engine.synthesis.settings import SynthesisSettings
from engine.vqgan import VQGAN
from ganshare.errors import InternalError
from wordlists import CATEGORIES, word_lists

__all__ = ["Painter"]

# Views of the second eye show nearly everything: what is painted, not how.
SECOND_CUTOUTS = CutoutSettings(smallest=0.7, whole=0.5, grey=0.15, jitter=0.05)


def _subjects() -> list[str]:
    return [text for category in CATEGORIES for text in word_lists().subjects(category)]


class Painter:
    """A VQGAN and a perceptor on one device, ready to paint."""

    def __init__(
        self,
        vqgan: VQGAN,
        perceptor: Perceptor,
        device: str = "cpu",
        settings: SynthesisSettings | None = None,
        dtype: torch.dtype | None = None,
        streams: int = 1,
        *,
        with_graphs: bool = True,
    ) -> None:
        """`dtype` is the networks' number format; by default `fastest_dtype(device)`.

        On a GPU, canvases take turns on as many `streams`, which compute side by side, each with
        its graphs; not `with_graphs` if several threads compute, which would disturb a capture.
        """
        self.vqgan, self.perceptor = vqgan, perceptor
        self.device = torch.device(device)
        self.dtype = dtype or fastest_dtype(self.device)
        if self.device.type == "cpu":
            keep_freed_memory()
        else:  # repeatable paintings are worth more than cuDNN's fastest gradients
            torch.backends.cudnn.deterministic = True
        self.memory_format = faster_memory_format(self.device, self.dtype)
        if self.device.type == "cuda":
            vqgan.to(memory_format=self.memory_format)  # type: ignore[call-overload]
        self.streams = Streams(self.device, streams)
        capture = capture_on(self.device) if with_graphs else None
        self.graphs = [StepGraphs(self._render, capture) for _ in range(max(1, streams))]
        self.settings = settings or SynthesisSettings()
        self.codebook = vqgan.codebook.detach()

    def with_settings(self, settings: SynthesisSettings) -> "Painter":
        """The same models, and all that is computed with them, for another way to paint."""
        other = copy.copy(self)
        other.settings = settings
        return other

    def normalise(self, latent: Tensor) -> Tensor:
        """Move a latent back to where codes are: the unit sphere, or the codebook's range.

        (1, embed_dim, height, width) -> the same.
        """
        if self.vqgan.config.quantizer == "unit":
            return F.normalize(latent, dim=1)
        low, high = self.codebook.amin(0)[:, None, None], self.codebook.amax(0)[:, None, None]
        return torch.maximum(torch.minimum(latent, high), low)

    def _precision(self, *, exact: bool) -> torch.autocast:
        return autocast(self.device, torch.float32 if exact else self.dtype)

    def decode(self, latent: Tensor, *, exact: bool = False) -> Tensor:
        """Quantise and decode a latent; `exact` in float32.

        (1, embed_dim, rows, columns) -> (1, 3, rows * factor, columns * factor) in about [0, 1].
        """
        quantised = self.vqgan.vector_quantize(latent, self.codebook)
        with self._precision(exact=exact):
            image = self.vqgan.decode(quantised.contiguous(memory_format=self.memory_format))
        return image.float() * 0.5 + 0.5

    def embed(self, views: Tensor) -> Tensor:
        """Embed views: (n, 3, size, size) -> (n, dim), unit length."""
        with self._precision(exact=False):
            return self.perceptor.encode_image(views.contiguous(memory_format=self.memory_format))

    def cut(self, image: Tensor, num_cutouts: int, generator: torch.Generator) -> Tensor:
        """Take random views: (1, 3, height, width) -> (num_cutouts, 3, size, size)."""
        sides = (image.shape[2], image.shape[3])
        return self._view(image, self.draw_cutouts(num_cutouts, sides, generator))

    def draw_cutouts(
        self, count: int, sides: tuple[int, int], generator: torch.Generator
    ) -> Cutouts:
        """Draw views of a canvas of (height, width), on the painter's device."""
        size, settings = self.perceptor.input_size, self.settings.cutouts
        return Cutouts.draw(count, size, sides, generator, settings).to(self.device)

    def _view(self, image: Tensor, cutouts: Cutouts) -> Tensor:
        with self._precision(exact=False):
            return cutouts(image)

    def _render(self, latent: Tensor, numbers: Tensor, sheet: Tensor) -> tuple[Tensor, Tensor]:
        """A latent -> its image, and embeddings of the views that a `Cutouts` has these of."""
        image = self.decode(latent)
        size, sides = self.perceptor.input_size, (image.shape[2], image.shape[3])
        return image, self.embed(self._view(image, Cutouts(size, sides, numbers, sheet)))

    @property
    def second_eye(self) -> SecondEye | None:
        """The perceptor's, if it has one."""
        return getattr(self.perceptor, "second_eye", None)

    def look_again(self, image: Tensor, generator: torch.Generator) -> Tensor | None:
        """Embed random views by the second eye: (1, 3, height, width) -> (second_views, dim).

        None without such an eye.
        """
        eye, count = self.second_eye, self.settings.second_views
        if eye is None:
            return None
        sides = (image.shape[2], image.shape[3])
        cutouts = Cutouts.draw(count, SECOND_EYE_SIDE, sides, generator, SECOND_CUTOUTS)
        with self._precision(exact=False):
            views = cutouts.to(self.device)(image)
            return eye.embed_views(views.contiguous(memory_format=torch.channels_last))

    def read(self, text: str) -> Tensor:
        """Embed a text: (dim,), unit length."""
        return self.perceptor.encode_text([text])[0].to(self.device)

    def read_subject(self, text: str) -> Tensor:
        """Embed a subject in the part of the space kept for it: (subject_dim,), unit length.

        There the colours and textures that the perceptor knows a subject by don't argue with those
        that the prompt asks for.
        """
        return F.normalize(self.read(text)[: self.perceptor.subject_dim], dim=0)

    @cached_property
    def word_list_subjects(self) -> Tensor:
        """All subjects of the word lists, embedded: (subjects, subject_dim), unit length."""
        read = self.perceptor.encode_text(_subjects(), together=True)  # always the same batch
        return F.normalize(read[:, : self.perceptor.subject_dim], dim=1).to(self.device)

    @cached_property
    def second_subjects(self) -> Tensor:
        """The same as the second eye knows them; raises InternalError without one."""
        if self.second_eye is None:
            raise InternalError("This perceptor has no second eye.")
        return self.second_eye.embed_texts(_subjects(), together=True).to(self.device)

    def warm(self) -> None:
        """Compute what all paintings share, so that the first need not wait for it."""
        _ = self.word_list_subjects
        if self.second_eye is not None:
            _ = self.second_subjects
