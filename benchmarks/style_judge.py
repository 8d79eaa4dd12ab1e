"""The judge of styles: a logistic regression on Lite1's features of public-domain paintings.

It knows the styles of which there are paintings enough. Its own balanced accuracy on artists that
it never saw is reported beside its verdict, which is worth no more than that.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from benchmarks.backbones import Backbone
from engine.image_set import ImageSet
from engine.training.captions import styles_of
from wordlists import word_lists

__all__ = [
    "StyleClassifier",
    "StyleVerdict",
    "balanced_accuracy",
    "judge_styles",
    "rarest_styles",
    "split_by_artist",
]

SIDE = 160
LEAST = 30  # paintings of a style, below which it can't be learned and tested
MOST = 300  # of any style, so that the commonest doesn't take all the time
HELD_OUT = 0.25  # of each style's paintings, by artist
WEIGHT_DECAY = 0.01
ITERATIONS = 100


@dataclass(frozen=True)
class StyleVerdict:
    """How often the style asked for is the one seen.

    Args:
        known: styles told apart, each with its number of paintings.
        unknown: styles with too few paintings, each with their number; their prompts aren't judged.
        held_out_balanced: mean recall over the known styles on held-out artists.
        held_out_recall: the same, style by style.
        judged: pictures whose style is known.
        top1: share of them in which the style asked for comes first among the known ones.
        lift: its ratio to chance, which is 1 / len(known).
        seen: the style asked for and the one seen, picture by picture.
    """

    known: dict[str, int]
    unknown: dict[str, int]
    held_out_balanced: float
    held_out_recall: dict[str, float]
    judged: int
    top1: float
    lift: float
    seen: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StyleClassifier:
    """A multinomial logistic regression on standardised features."""

    mean: Tensor
    deviation: Tensor
    weight: Tensor  # (styles, features)
    bias: Tensor  # (styles,)

    @classmethod
    def fit(cls, features: Tensor, labels: Tensor, styles: int) -> "StyleClassifier":
        """`features` (n, width), `labels` (n,); every style counts the same."""
        mean, deviation = features.mean(0), features.std(0) + 1e-4
        inputs = (features - mean) / deviation
        weight = torch.zeros(styles, features.shape[1], requires_grad=True)
        bias = torch.zeros(styles, requires_grad=True)
        balance = 1.0 / torch.bincount(labels, minlength=styles).clamp(min=1)
        optimizer = torch.optim.LBFGS(
            [weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe"
        )

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(inputs @ weight.T + bias, labels, balance)
            loss = loss + WEIGHT_DECAY / 2 * weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return cls(mean, deviation, weight.detach(), bias.detach())

    def guess(self, features: Tensor) -> Tensor:
        """(n, width) -> (n,) the likeliest style."""
        logits = (features - self.mean) / self.deviation @ self.weight.T + self.bias
        return logits.argmax(1)


def rarest_styles(styles: Sequence[Sequence[str]]) -> list[str | None]:
    """One style for each painting: of several, the one that fewest paintings have."""
    counts = Counter(style for each in styles for style in each)
    return [min(each, key=lambda style: (counts[style], style), default=None) for each in styles]


def split_by_artist(
    styles: Sequence[str], artists: Sequence[str], fraction: float, seed: int = 0
) -> tuple[list[int], list[int]]:
    """(training, held-out) indices; no artist on both sides, each style on both where it can be."""
    rng = np.random.default_rng(seed)
    held: set[str] = set()
    decided: set[str] = set()
    for style, total in sorted(Counter(styles).items(), key=lambda item: (item[1], item[0])):
        own = Counter(a for s, a in zip(styles, artists, strict=True) if s == style)
        have = sum(count for artist, count in own.items() if artist in held)
        order = sorted(own)
        rng.shuffle(order)
        for artist in sorted(order, key=lambda name: own[name] > fraction * total):
            if artist in decided or have >= fraction * total:
                continue
            if have + own[artist] <= max(2 * fraction, 0.5) * total:
                held.add(artist)
                have += own[artist]
        decided.update(own)
    train = [index for index, artist in enumerate(artists) if artist not in held]
    return train, [index for index, artist in enumerate(artists) if artist in held]


def balanced_accuracy(guesses: Tensor, labels: Tensor) -> dict[int, float]:
    """Recall of each label that occurs."""
    return {
        label: (guesses[labels == label] == label).float().mean().item()
        for label in sorted(set(labels.tolist()))
    }


def _look(backbone: Backbone, pictures: Sequence[Image.Image]) -> Tensor:
    return torch.cat(backbone.look(pictures, SIDE), 1)


def judge_styles(
    backbone: Backbone,
    pictures: Sequence[Image.Image],
    asked: Sequence[str],
    paintings: ImageSet,
    rows: Sequence[dict[str, str]],
) -> StyleVerdict:
    """Learn the styles, test that on other artists, and judge the pictures.

    Args:
        backbone: gives the features.
        pictures: to judge.
        asked: the style of each picture's prompt, lower case.
        paintings: to learn from.
        rows: of each painting, with `artist` and `style`.
    """
    nine = [style.lower() for style in word_lists().styles]
    named = [
        [style for style in styles_of(row["style"], row["artist"]) if style in nine] for row in rows
    ]
    styles = rarest_styles(named)
    counts = Counter(style for style in styles if style is not None)
    known = [style for style in nine if counts[style] >= LEAST]
    chosen = _at_most(styles, known, MOST)
    labels = torch.tensor([known.index(style) for style, _ in chosen])
    indices = [index for _, index in chosen]
    features = _look(backbone, [Image.fromarray(paintings.decode(index)) for index in indices])
    train, held = split_by_artist(
        [style for style, _ in chosen], [rows[index]["artist"] for index in indices], HELD_OUT
    )
    tested = StyleClassifier.fit(features[train], labels[train], len(known))
    recall = balanced_accuracy(tested.guess(features[held]), labels[held])
    judged = [index for index, style in enumerate(asked) if style in known]
    classifier = StyleClassifier.fit(features, labels, len(known))  # now on all paintings
    guesses = classifier.guess(_look(backbone, [pictures[index] for index in judged])).tolist()
    seen = tuple((asked[index], known[guess]) for index, guess in zip(judged, guesses, strict=True))
    top1 = sum(style == guess for style, guess in seen) / len(seen)
    return StyleVerdict(
        known={style: counts[style] for style in known},
        unknown={style: counts[style] for style in nine if style not in known},
        held_out_balanced=sum(recall.values()) / len(recall),
        held_out_recall={known[label]: value for label, value in recall.items()},
        judged=len(judged),
        top1=top1,
        lift=top1 * len(known),
        seen=seen,
    )


def _at_most(
    styles: Sequence[str | None], known: Sequence[str], most: int
) -> list[tuple[str, int]]:  # (style, index)
    """A random choice of each style's paintings, the same each time."""
    rng = np.random.default_rng(0)
    chosen: list[tuple[str, int]] = []
    for style in known:
        own = [index for index, each in enumerate(styles) if each == style]
        rng.shuffle(own)
        chosen += [(style, index) for index in sorted(own[:most])]
    return chosen
