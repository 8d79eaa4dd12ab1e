"""Fits the nudity probe of `engine.safety` to paintings labelled by their titles.

    python -m engine.training.safety PAINTINGS.tar PAINTINGS.csv

Titles are weak labels: a nude may be called "Morning", and bathers may be dressed. What is reported
is cross-validated by artist, and measured on the artists that no model has seen.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.imaging.codecs import fit_cover
from engine.imaging.dataset import ImageSet, read_labels, split_held_out
from engine.model_folder import default_model
from engine.perceptor import load_perceptor
from engine.perceptor.protocol import Perceptor
from engine.safety.probe import NUDITY, Probe
from engine.training.perceptor_dataset import HELD_OUT_PAINTINGS

__all__ = ["fit", "is_nude", "main"]

NEGATIVES = 1500  # of the training paintings
FOLDS = 5
FALSE_ALARMS = 0.01  # of paintings without a nude, by their titles
SCALE, DECAY = 20.0, 1.0  # of embeddings, and of weights

_NUDE = re.compile(
    r"\b(nudes?|naked|bathers?|baigneuses?|odalisque|venus|undress\w*|nue?)\b", re.IGNORECASE
)
_OTHERWISE = re.compile(r"frigate|semi|naked earth|horse|bather s|beach", re.IGNORECASE)


def is_nude(title: str) -> bool:
    """Whether a title speaks of nudity."""
    words = re.sub("[-_]", " ", title)
    return bool(_NUDE.search(words)) and not _OTHERWISE.search(words)


@torch.no_grad()
def embed(perceptor: Perceptor, images: ImageSet, indices: Sequence[int]) -> Tensor:
    """(len(indices), dim)."""
    side = perceptor.input_size
    found = []
    for start in range(0, len(indices), 8):
        decoded = [torch.from_numpy(images.decode(i).copy()) for i in indices[start : start + 8]]
        squares = [fit_cover(each.permute(2, 0, 1) / 255.0, side, side) for each in decoded]
        found.append(perceptor.encode_image(torch.stack(squares)))
    return torch.cat(found)


def fit(embeddings: Tensor, nude: Tensor) -> Tensor:
    """(count, dim), (count,) of 0 and 1 -> (dim + 1,): weights, and the bias last."""
    weights = torch.zeros(embeddings.shape[1] + 1, requires_grad=True)
    balance = (nude == 0).sum() / (nude == 1).sum()
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        logits = SCALE * embeddings @ weights[:-1] + weights[-1]
        value = F.binary_cross_entropy_with_logits(logits, nude, pos_weight=balance)
        value = value + DECAY * weights[:-1].square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    found = weights.detach()
    return torch.cat([SCALE * found[:-1], found[-1:]])


def cross_validated(embeddings: Tensor, nude: Tensor, artists: Sequence[str]) -> Tensor:
    """(count,): the sum for each, by weights fitted without its artist's paintings."""
    order = np.random.default_rng(0).permutation(sorted(set(artists))).tolist()
    fold = torch.tensor([order.index(artist) % FOLDS for artist in artists])
    sums = torch.zeros(len(nude))
    for number in range(FOLDS):
        weights = fit(embeddings[fold != number], nude[fold != number])
        sums[fold == number] = embeddings[fold == number] @ weights[:-1]
    return sums


def area_under_curve(sums: Tensor, nude: Tensor) -> float:
    """How often a nude is above another painting."""
    above = sums[nude == 1][:, None] > sums[nude == 0][None]
    return float(above.float().mean())


def main(tar: Path, labels: Path) -> None:
    """Fit, measure, and write the probe beside `engine.safety`."""
    folder = default_model("perceptor")
    perceptor = load_perceptor(folder)
    images = ImageSet.read(tar)
    titles, artists = read_labels(labels, "title"), read_labels(labels, "artist")
    kept, held = split_held_out([artists[name] for name in images.names], HELD_OUT_PAINTINGS)
    with_title = [i for i in kept if titles.get(images.names[i])]
    nudes = [i for i in with_title if is_nude(titles[images.names[i]])]
    others = np.random.default_rng(0).permutation(sorted(set(with_title) - set(nudes)))
    chosen = [*nudes, *others[:NEGATIVES].tolist()]
    seen = embed(perceptor, images, chosen)
    nude = torch.tensor([1.0] * len(nudes) + [0.0] * (len(chosen) - len(nudes)))
    sums = cross_validated(seen, nude, [artists[images.names[i]] for i in chosen])
    threshold = float(sums[nude == 0].quantile(1 - FALSE_ALARMS))
    weights = fit(seen, nude)[:-1]
    held_sums = embed(perceptor, images, held) @ weights
    held_nude = torch.tensor([float(is_nude(titles.get(images.names[i], ""))) for i in held])
    alarms = held_sums > threshold
    notes = {
        "licence": "Apache-2.0, as GANshare; fitted to paintings in the public domain",
        "paintings": {"nude by title": len(nudes), "others": len(chosen) - len(nudes)},
        "cross-validated by artist": {
            "area under curve": round(area_under_curve(sums, nude), 3),
            "found": round(float((sums[nude == 1] > threshold).float().mean()), 3),
            "false alarms": FALSE_ALARMS,
        },
        "held-out artists": {
            "paintings": len(held),
            "area under curve": round(area_under_curve(held_sums, held_nude), 3),
            "nude by title": int(held_nude.sum()),
            "found": int(alarms[held_nude == 1].sum()),
            "false alarms": int(alarms[held_nude == 0].sum()),
        },
    }
    rounded = tuple(round(float(each), 4) for each in weights)
    Probe("nudity", folder.name, folder.identity, rounded, round(threshold, 4), notes).write(NUDITY)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
