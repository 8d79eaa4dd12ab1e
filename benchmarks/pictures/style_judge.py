"""A judge of styles: logistic regression on Lite1's features of public-domain paintings.

It knows the styles with enough paintings. Its balanced accuracy on unseen artists is reported
beside its verdict, which is worth no more than that.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from benchmarks.pictures.backbones import Backbone
from engine.imaging.dataset import ImageSet
from engine.training.style_reader import (
    StyleClassifier,
    at_most,
    balanced_accuracy,
    named_styles,
    split_by_artist,
)
from wordlists import word_lists

__all__ = ["StyleVerdict", "judge_styles"]

SIDE = 160
LEAST = 30  # paintings of a style, below which it can't be learned and tested
MOST = 300  # of any style, so that the commonest doesn't take all the time
HELD_OUT = 0.25  # of each style's paintings, by artist


@dataclass(frozen=True)
class StyleVerdict:
    """How often the style asked for is the one seen.

    Args:
        known: styles that it knows, each with its number of paintings.
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
    styles = named_styles(rows, nine)
    counts = Counter(style for style in styles if style is not None)
    known = [style for style in nine if counts[style] >= LEAST]
    chosen = at_most(styles, known, MOST)
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
