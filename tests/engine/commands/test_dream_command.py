"""`dream`: a Net2Net checkpoint is added, and its transformer draws pictures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from engine.__main__ import engine
from engine.model_folder import find_model
from engine.vqgan import VQGAN, VQGANConfig
from engine.vqgan.transformer import CodeTransformer, TransformerConfig, sample_codes
from ganshare.cli import run_cli

DDCONFIG = {"double_z": False, "z_channels": 8, "resolution": 64, "in_channels": 3, "out_ch": 3,
            "ch": 32, "ch_mult": [1, 1, 1, 1], "num_res_blocks": 1,
            "attn_resolutions": []}  # fmt: skip
CONDITIONS: dict[str, Any] = {
    "none": {"unconditional": True, "sos_token": 0, "cond_stage_config": "__is_unconditional__"},
    "class": {"cond_stage_config": {"target": "taming.modules.util.Labelator",
                                    "params": {"n_classes": 10}}},
    "coordinates": {"cond_stage_config": {"target": "taming.modules.misc.coord.CoordStage",
                                          "params": {"n_embed": 16, "down_factor": 8}}},
    "maps": {"cond_stage_config": {"target": "taming.models.vqgan.VQSegmentationModel",
                                   "params": {}}},
}  # fmt: skip


def save_checkpoint(folder: Path, condition: str) -> None:
    torch.manual_seed(0)
    first = {"target": "taming.models.vqgan.VQModel",
             "params": {"embed_dim": 8, "n_embed": 16, "ddconfig": DDCONFIG}}  # fmt: skip
    gpt = {"vocab_size": 16, "block_size": 129, "n_layer": 2, "n_head": 2, "n_embd": 16}
    params = {"first_stage_config": first, "transformer_config": {"params": gpt}}
    config = {"target": "taming.models.cond_transformer.Net2NetTransformer",
              "params": params | CONDITIONS[condition]}  # fmt: skip
    (folder / "last.yaml").write_text(yaml.safe_dump({"model": config}))
    vqgan = VQGAN(VQGANConfig.from_json({
        "autoencoder": {k: v for k, v in DDCONFIG.items() if k != "double_z"},
        "codebook_size": 16, "embed_dim": 8,
    }))  # fmt: skip
    transformer = CodeTransformer(TransformerConfig(16, 129, 16, 2, 2))
    state = {f"first_stage_model.{key}": value for key, value in vqgan.state_dict().items()}
    state |= {f"transformer.{key}": value for key, value in transformer.state_dict().items()}
    state["transformer.blocks.0.attn.mask"] = torch.ones(1, 1, 129, 129)
    torch.save({"state_dict": state}, folder / "last.ckpt")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def dream(*options: str) -> int:
    arguments = ["--model", "last-transformer", "--size", "64x64", "--quiet", *options]
    return run_cli(engine, ["dream", *arguments])


@pytest.mark.heavy
@pytest.mark.parametrize("condition", ["none", "class", "coordinates"])
def test_a_seed_draws_the_same_picture_again(folder: Path, condition: str) -> None:
    save_checkpoint(folder, condition)
    assert run_cli(engine, ["models", "add", "last.ckpt"]) == 0
    label = ["--class", "3"] if condition == "class" else []
    for out, seed in (("a.png", "1"), ("b.png", "1"), ("c.png", "2")):
        assert dream("--seed", seed, "--out", out, *label) == 0
    pictures = [np.asarray(Image.open(name)) for name in ("a.png", "b.png", "c.png")]
    assert pictures[0].shape == (64, 64, 3)
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])
    told = json.loads((folder / "a.png.json").read_text())
    assert told["sha256"] == find_model("last-transformer", "transformer").identity


def test_it_goes_on_from_the_upper_part_of_a_picture(folder: Path) -> None:
    save_checkpoint(folder, "none")
    assert run_cli(engine, ["models", "add", "last.ckpt"]) == 0
    Image.effect_noise((64, 64), 90).convert("RGB").save("noise.png")
    assert dream("--init-image", "noise.png", "--keep", "1", "--out", "all.png") == 0
    assert dream("--init-image", "noise.png", "--keep", "0.5", "--out", "half.png") == 0
    told = [
        json.loads(Path(f"{name}.png.json").read_text())["kept_cells"] for name in ("all", "half")
    ]
    assert told == [64, 32]


def test_what_cannot_be_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(folder, "class")
    assert run_cli(engine, ["models", "add", "last.ckpt"]) == 0
    for options, message in (
        ([], "needs a class"), (["--class", "10"], "allowed are 0 to 9"),
        (["--class", "1", "--temperature", "0"], "out of range"),
        (["--class", "1", "--size", "60x60"], "multiples of"),
    ):  # fmt: skip
        capsys.readouterr()
        assert dream(*options) == 2
        assert message in capsys.readouterr().err
    save_checkpoint(folder, "maps")
    assert run_cli(engine, ["models", "add", "last.ckpt", "--name", "maps"]) == 0
    assert "is a picture of its own" in capsys.readouterr().err
    assert find_model("maps").kind == "vqgan"


def test_the_likeliest_codes_are_told_in_windows_over_a_wide_picture() -> None:
    torch.manual_seed(0)
    model = CodeTransformer(TransformerConfig(16, 17, 16, 1, 2)).eval()  # windows of 4 x 4
    start = torch.zeros(4, 9, dtype=torch.long)
    first, again = (
        sample_codes(model, start, 0, codebook_size=16, top_k=1, temperature=t) for t in (1.0, 0.5)
    )
    assert torch.equal(first, again)
    assert sample_codes(model, start, 36, codebook_size=16).equal(start)
    assert sample_codes(model, start, 0, codebook_size=3).max() < 3
