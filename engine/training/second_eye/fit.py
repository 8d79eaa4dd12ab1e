"""Fits the second eye (`engine.perceptor.second_eye`) into the default perceptor's folder.

    python -m engine.training.second_eye.fit DATA

DATA holds paintings/ and objects/, each a tar with a CSV of the same name.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from engine.imaging.atomic_write import write_bytes
from engine.imaging.dataset import to_tensor
from engine.model_folder import CARD, SECOND_EYE, default_model, sha256_of
from engine.perceptor.embedded import load_embedded
from engine.perceptor.minilm import embed_sentences
from engine.perceptor.quantized import pack
from engine.perceptor.second_eye import SecondEye
from engine.training.efficientnet_teacher import lite0_state, load_lite0
from engine.training.second_eye.text_mapping import LabelledImages, TextMapping, mean_paintings

__all__ = ["fit", "main"]

SMALLEST = 1000  # weights of a tensor that is stored in 8 bits


def fit(eye: SecondEye, data: Path) -> None:
    """Give it Google's trunk, and learn where texts point; raises ValueError without the data."""
    paintings, objects = (LabelledImages.read(data, name) for name in ("paintings", "objects"))
    eye.trunk.load_state_dict(load_lite0().state_dict())

    def look(pictures: Sequence[Image.Image]) -> Tensor:
        images = [(to_tensor(np.array(picture.convert("RGB"))) + 1) / 2 for picture in pictures]
        return torch.cat([eye.features(image[None]) for image in images])

    def sentences(texts: Sequence[str]) -> Tensor:
        return embed_sentences(eye.language, eye.tokenizer, texts)

    ground, _ = mean_paintings(paintings)
    rows = lite0_state()["_fc.weight"]
    mapping = TextMapping.fit(look, rows, sentences, ground, objects)
    eye.mean.copy_(mapping.mean)
    eye.text.weight.copy_(mapping.matrix[:-1].T)
    eye.text.bias.copy_(mapping.matrix[-1])


def main(data: Path) -> None:
    """Fit it and write file and card."""
    folder = default_model("perceptor")
    perceptor = load_embedded(folder)
    eye = SecondEye(perceptor.language, perceptor.tokenizer).requires_grad_(False).eval()
    fit(eye, data)
    path = folder.path / f"{SECOND_EYE}.safetensors"
    save_file(pack(eye.own_state(), smallest=SMALLEST), path)
    card = json.loads((folder.path / CARD).read_text("utf-8"))
    card["files"][SECOND_EYE] = {"path": path.name, "sha256": sha256_of(path)}
    write_bytes(folder.path / CARD, (json.dumps(card, indent=2) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
