"""Describes a picture by the word lists: style, subject and colours, and a prompt of them.

Zero-shot: the perceptor embeds the picture and every subject of the word lists, and the nearest
wins. The colours are counted pixel by pixel, in Oklab.
"""

import threading

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_contain, fit_cover, to_pil
from engine.imaging.colours import BASIC_COLOURS, basic_colour_shares, nearest_colour
from engine.perceptor.protocol import Perceptor
from engine.perceptor.styles import squeezed
from engine.runtime.precision import autocast
from ganshare.domain.descriptions import Description
from wordlists import word_lists

__all__ = ["Describer"]

SUBJECT_TEMPLATES = ("a photo of a {}", "a picture of a {}", "{}")
STYLE_TEMPLATES = ("{} painting", "a painting in the style of {}")
LEAST_LEAD = 0.08  # of a shape before a thing or a place, since most of those have shapes
NEARLY = 0.6  # of the best likeness
MOST_OTHERS = 3
LEAST_SHARE = 0.05  # of the pixels, for a colour to be told
LEAST_ACCENT = 0.1  # for it to be the prompt's, before more of black, white or grey
GREYS = frozenset({"black", "white", "grey"})
COUNTED_SIDE = 128  # pixels, about; others are left out


class Describer:
    """Reads pictures with one perceptor; thread-safe.

    Args:
        device: that the perceptor is on; it computes pictures in `dtype`.
    """

    def __init__(self, perceptor: Perceptor, device: str, dtype: torch.dtype) -> None:
        self._perceptor, self._device, self._dtype = perceptor, torch.device(device), dtype
        self._lock = threading.Lock()
        self._words: tuple[Tensor, Tensor] | None = None

    @torch.no_grad()
    def describe(self, image: Tensor) -> Description:
        """Describe a (3, height, width) image in [0, 1]."""
        lists, perceptor, side = word_lists(), self._perceptor, self._perceptor.input_size
        subject_words, style_words = self._embed_words()
        views = torch.stack([fit_cover(image, side, side), fit_contain(image, side, side)])
        views = torch.cat([views, views.flip(-1)]).to(self._device)
        with autocast(self._device, self._dtype):
            seen = perceptor.encode_image(views).float().cpu().mean(0)
        part = perceptor.subject_dim
        likeness = _cosines(subject_words[:, :part], seen[:part])
        likeness[: len(lists.shapes)] -= LEAST_LEAD
        first, *others = likeness.topk(1 + MOST_OTHERS).indices.tolist()
        subjects = [*lists.shapes, *lists.places, *lists.things]
        style = self._style(image, _cosines(style_words, seen))
        colours, accent = _colours(image)
        return Description(
            prompt=f"{style} Painting of {subjects[first]} in {accent}",
            style=style,
            subject=subjects[first],
            others=tuple(
                subjects[each] for each in others if likeness[each] >= NEARLY * likeness[first]
            ),
            colours=colours,
        )

    def _style(self, image: Tensor, likeness: Tensor) -> str:
        """The likeliest style of the word lists, by the style reader where it knows some."""
        names, known = word_lists().styles, self._perceptor.styles
        if not any(name.lower() in known for name in names):
            return names[int(likeness.argmax())]
        square = squeezed(np.array(to_pil(image))).to(self._device)
        with autocast(self._device, self._dtype):
            read = self._perceptor.read_styles(square).float().cpu()[0]
        return max(
            (name for name in names if name.lower() in known),
            key=lambda name: float(read[known.index(name.lower())]),
        )

    def _embed_words(self) -> tuple[Tensor, Tensor]:
        """Embed all subjects and all styles; once, since there are hundreds."""
        with self._lock:
            if self._words is None:
                lists = word_lists()
                subjects = [*lists.shapes, *lists.places, *lists.things]
                bare = [each.removeprefix("a ").removeprefix("an ").lower() for each in subjects]
                styles = [each.lower() for each in lists.styles]
                self._words = (
                    self._embed(bare, SUBJECT_TEMPLATES),
                    self._embed(styles, STYLE_TEMPLATES),
                )
            return self._words

    def _embed(self, names: list[str], templates: tuple[str, ...]) -> Tensor:
        """(len(names), dim): the mean over the templates."""
        texts = [template.format(name) for name in names for template in templates]
        embedded = self._perceptor.encode_text(texts, together=True).float().cpu()
        means: Tensor = embedded.unflatten(0, (len(names), len(templates))).mean(1)
        return means


def _cosines(words: Tensor, seen: Tensor) -> Tensor:
    """(words, dim), (dim,) -> (words,)."""
    cosines: Tensor = F.normalize(words, dim=1) @ F.normalize(seen, dim=0)
    return cosines


def _colours(image: Tensor) -> tuple[tuple[tuple[str, int], ...], str]:
    """Basic colours with their percent, most first; and the prompt's one, as the lists name it."""
    step = max(1, max(image.shape[1:]) // COUNTED_SIDE)
    pixels = image[:, ::step, ::step].flatten(1).T
    shares = dict(zip(BASIC_COLOURS, basic_colour_shares(pixels).tolist(), strict=True))
    ranked = sorted(shares, key=lambda name: -shares[name])
    told = [name for name in ranked if shares[name] >= LEAST_SHARE]
    colourful = (each for each in ranked if each not in GREYS and shares[each] >= LEAST_ACCENT)
    accent = nearest_colour(pixels, next(colourful, ranked[0]))
    return tuple((name, round(100 * shares[name])) for name in told), accent
