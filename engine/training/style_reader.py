"""Fits the style classifier (`engine.perceptor.styles`) to labelled paintings.

    python -m engine.training.style_reader PAINTINGS.tar PAINTINGS.csv

Only artists that the perceptor's own training sees are learned from; what is reported is measured
on artists that the measured reader never saw.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from engine.imaging.atomic_write import write_bytes
from engine.imaging.dataset import ImageSet, read_rows, split_held_out
from engine.model_folder import CARD, default_model, sha256_of
from engine.perceptor.efficientnet import EfficientNetLite
from engine.perceptor.embedded import load_embedded
from engine.perceptor.quantized import pack
from engine.perceptor.styles import STYLE_WIDTH, StyleReader, squeezed
from engine.training.captions import styles_of
from engine.training.perceptor_dataset import HELD_OUT_PAINTINGS
from wordlists import word_lists

__all__ = [
    "StyleClassifier",
    "at_most",
    "balanced_accuracy",
    "main",
    "named_styles",
    "rarest_styles",
    "split_by_artist",
]

LEAST = 15  # paintings of a style, below which it can't be learned
MOST = 2000  # of any style; each counts the same, but more of one teach what is not it
WEIGHT_DECAY = 0.3  # strong: a painting is led by it, and must not find its blind spots
OTHERS_DECAY = 0.1  # of the styles that are read only
HELD_OUT = 0.25  # of each style's paintings, by artist, for the measure
SPLITS = 4
ITERATIONS = 100
BATCH = 16


@dataclass(frozen=True)
class StyleClassifier:
    """A multinomial logistic regression on standardised features."""

    mean: Tensor
    deviation: Tensor
    weight: Tensor  # (styles, features)
    bias: Tensor  # (styles,)

    @classmethod
    def fit(
        cls,
        features: Tensor,
        labels: Tensor,
        styles: int,
        weight_decay: float = 0.01,
        first: "StyleClassifier | None" = None,
    ) -> "StyleClassifier":
        """Learn from `features` (n, width) and `labels` (n,); every style counts the same.

        What `first` knows of its styles, the first of all, stays as it is.
        """
        if first is None:
            mean, deviation = features.mean(0), features.std(0) + 1e-4
            first = cls(mean, deviation, torch.zeros(0, len(mean)), torch.zeros(0))
        inputs = (features - first.mean) / first.deviation
        more = styles - len(first.bias)
        weight = torch.zeros(more, features.shape[1], requires_grad=True)
        bias = torch.zeros(more, requires_grad=True)
        balance = 1.0 / torch.bincount(labels, minlength=styles).clamp(min=1)
        optimizer = torch.optim.LBFGS(
            [weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe"
        )

        def closure() -> Tensor:
            optimizer.zero_grad()
            logits = inputs @ torch.cat([first.weight, weight]).T + torch.cat([first.bias, bias])
            loss = F.cross_entropy(logits, labels, balance)
            loss = loss + weight_decay / 2 * weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return cls(
            first.mean,
            first.deviation,
            torch.cat([first.weight, weight.detach()]),
            torch.cat([first.bias, bias.detach()]),
        )

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


def at_most(
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


def named_styles(
    rows: Sequence[Mapping[str, str]], among: Sequence[str] | None = None
) -> list[str | None]:
    """Which style, of all or of those, each painting has; of several, the rarest."""
    every = [styles_of(row["style"], row["artist"]) for row in rows]
    return rarest_styles(
        [[style for style in each if among is None or style in among] for each in every]
    )


def frequent(styles: Sequence[str | None]) -> list[str]:
    """Those of which there are enough paintings, by name."""
    counts = Counter(style for style in styles if style is not None)
    return sorted(style for style, count in counts.items() if count >= LEAST)


@torch.inference_mode()
def look(trunk: EfficientNetLite, images: ImageSet, indices: Sequence[int]) -> Tensor:
    """(len(indices), STYLE_WIDTH)."""
    found = []
    for start in range(0, len(indices), BATCH):
        squares = [squeezed(images.decode(index)) for index in indices[start : start + BATCH]]
        found.append(StyleReader.features(trunk, torch.cat(squares)))
    return torch.cat(found).clone()


def measured(
    features: Tensor, styles: Sequence[str], artists: Sequence[str], known: Sequence[str]
) -> dict[str, float]:
    """Recall of each style on artists that were held out, the mean over some splits."""
    labels = torch.tensor([known.index(style) for style in styles])
    sums: Counter[str] = Counter()
    for seed in range(SPLITS):
        train, held = split_by_artist(styles, artists, HELD_OUT, seed)
        reader = StyleClassifier.fit(features[train], labels[train], len(known), WEIGHT_DECAY)
        recalls = balanced_accuracy(reader.guess(features[held]), labels[held])
        sums.update({known[label]: recall / SPLITS for label, recall in recalls.items()})
    return {style: round(sums[style], 4) for style in known}


def main(tar: Path, table: Path) -> None:
    """Fit, measure, and put the reader into the default perceptor's folder."""
    folder = default_model("perceptor")
    trunk = load_embedded(folder).extractor.trunk
    images, rows = ImageSet.read(tar), read_rows(table)
    kept, _ = split_held_out([rows[name]["artist"] for name in images.names], HELD_OUT_PAINTINGS)
    images = images.subset(kept)
    described = [rows[name] for name in images.names]
    asked = named_styles(described, [style.lower() for style in word_lists().styles])
    known = frequent(asked)
    chosen = at_most(asked, known, MOST)
    features = look(trunk, images, [index for _, index in chosen])
    labels = [style for style, _ in chosen]
    recalls = measured(features, labels, [described[index]["artist"] for _, index in chosen], known)
    targets = torch.tensor([known.index(style) for style in labels])
    fitted = StyleClassifier.fit(features, targets, len(known), WEIGHT_DECAY)
    # prompts are led among their own styles; the others are classified beside these as they are
    every = named_styles(described)
    names = [*known, *(style for style in frequent(every) if style not in known)]
    wider = at_most(every, names, MOST)
    features = look(trunk, images, [index for _, index in wider])
    targets = torch.tensor([names.index(style) for style, _ in wider])
    fitted = StyleClassifier.fit(features, targets, len(names), OTHERS_DECAY, fitted)
    reader = StyleReader(names)
    state = {"mean": fitted.mean, "deviation": fitted.deviation,
             "linear.weight": fitted.weight, "linear.bias": fitted.bias}  # fmt: skip
    reader.load_state_dict(state)
    path = folder.path / "styles.safetensors"
    save_file(pack(reader.state_dict(), smallest=STYLE_WIDTH), path)
    card = json.loads((folder.path / CARD).read_text("utf-8"))
    card["architecture"]["styles"] = names
    card["files"]["styles"] = {"path": path.name, "sha256": sha256_of(path)}
    balanced = sum(recalls.values()) / len(recalls)
    card["figures"]["style_reader"] = {
        "paintings": {style: labels.count(style) for style in known},
        "recall_on_unseen_artists": recalls,
        "lift": round(balanced * len(known), 4),
    }
    write_bytes(folder.path / CARD, (json.dumps(card, indent=2) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
