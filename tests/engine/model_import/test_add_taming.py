"""VQGANs as taming-transformers publishes them join the models."""

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from engine.model_import.add import add_model
from engine.model_import.taming import read_taming_training, read_yaml, taming_architecture
from engine.vqgan import VQGAN, VQGANConfig
from ganshare.errors import ModelError

ARCHITECTURE: dict[str, Any] = {
    "autoencoder": {
        "ch": 32,
        "ch_mult": [1, 1],
        "num_res_blocks": 1,
        "resolution": 16,
        "z_channels": 8,
        "attn_resolutions": [8],
        "in_channels": 3,
        "out_ch": 3,
    },
    "codebook_size": 16,
    "embed_dim": 4,
    "quantizer": "vector",
}
YAML = """
model:
  target: taming.models.vqgan.VQModel
  params:
    embed_dim: 4
    n_embed: 16
    ddconfig:
      double_z: false
      z_channels: 8
      resolution: 16
      in_channels: 3
      out_ch: 3
      ch: 32
      ch_mult: [1, 1]
      num_res_blocks: 1
      attn_resolutions: [8]
      dropout: 0.0
    lossconfig:
      target: taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator
"""


def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return VQGAN(VQGANConfig.from_json(ARCHITECTURE)).state_dict()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(folder))
    return folder


def test_taming_yaml_becomes_our_architecture() -> None:
    assert taming_architecture(read_yaml(YAML)) == ARCHITECTURE
    assert (
        taming_architecture(read_yaml(YAML.replace("VQModel", "GumbelVQ")))["quantizer"] == "gumbel"
    )
    for broken in (YAML.replace("n_embed", "n"), "a: [", "1", YAML.replace("false", "true")):
        with pytest.raises(ModelError) as caught:
            taming_architecture(read_yaml(broken))
        assert "\n" not in str(caught.value)


def test_a_taming_checkpoint_is_added_without_its_loss(models: Path, tmp_path: Path) -> None:
    training = {"loss.discriminator.main.0.weight": torch.zeros(3)}
    torch.save({"state_dict": state() | training, "epoch": 3}, tmp_path / "last.ckpt")
    (tmp_path / "last.yaml").write_text(YAML)
    model = add_model(tmp_path / "last.ckpt", "taming")
    assert model.kind == "vqgan"
    assert model.licence == "unknown"
    assert not model.may_sell
    assert model.tensors().keys() == state().keys()
    with pytest.raises(ModelError, match="sold only if its licence is named"):
        add_model(tmp_path / "last.ckpt", "sold", may_sell=True)


class Anything:
    pass


def test_a_checkpoint_may_name_classes_but_must_be_whole(models: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "last.ckpt"
    (tmp_path / "last.yaml").write_text(YAML)
    torch.save({"state_dict": {"a": 1}}, checkpoint)
    with pytest.raises(ModelError, match="contains no state dict but 'state_dict'"):
        add_model(checkpoint)
    torch.save({"state_dict": state(), "callbacks": {Anything: Anything()}}, checkpoint)
    assert add_model(checkpoint).tensors().keys() == state().keys()
    for content in (checkpoint.read_bytes()[:100], b""):
        checkpoint.write_bytes(content)
        with pytest.raises(ModelError, match="not a complete torch checkpoint"):
            add_model(checkpoint, "again")
    assert [path.name for path in models.iterdir()] == ["last"]


def test_a_checkpoint_of_a_transformer_or_with_averages_gives_its_vqgan(
    models: Path, tmp_path: Path
) -> None:
    whole = {f"first_stage_model.{key}": value for key, value in state().items()}
    others = dict.fromkeys(
        (
            "transformer.tok_emb.weight",
            "first_stage_model.loss.x",
            "cond_stage_model.encoder.conv_in.weight",
        ),
        torch.zeros(1),
    )
    inner = yaml.safe_load(YAML)["model"]
    outer = {"target": "taming.models.cond_transformer.Net2NetTransformer",
             "params": {"first_stage_config": inner, "transformer_config": {}}}  # fmt: skip
    torch.save({"state_dict": whole | others}, tmp_path / "coco.ckpt")
    (tmp_path / "coco.yaml").write_text(yaml.safe_dump({"model": outer}))
    names = ("cluster_size", "embed_avg")
    averages = {f"quantize.embedding.{name}": torch.zeros(4) for name in names}
    averages |= {"colorize": torch.zeros(3, 182, 1, 1), "quantize.used": torch.zeros(4)}
    told = dict(inner["params"])  # Lightning's own note of what the model was made from
    torch.save({"state_dict": state() | averages, "hyper_parameters": told}, tmp_path / "ema.ckpt")
    for name in ("coco", "ema"):
        model = add_model(tmp_path / f"{name}.ckpt")
        assert model.kind == "vqgan"
        assert {k: model.architecture[k] for k in ARCHITECTURE} == ARCHITECTURE
        assert model.tensors().keys() == state().keys()


def test_what_is_no_model_of_pictures_is_one_sentence(models: Path, tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "maps.ckpt")
    (tmp_path / "maps.yaml").write_text(YAML.replace("out_ch: 3", "out_ch: 182"))
    torch.save({"layer.weight": torch.zeros(1)}, tmp_path / "other.bin")
    for file, message in (
        ("maps.ckpt", "is of pictures with 182 channels"),
        (
            "other.bin",
            r"neither a VQGAN of taming-transformers nor a CLIP \(it holds 'layer.weight'",
        ),
        ("none.pkl", "There is no model"),
    ):
        with pytest.raises(ModelError, match=message) as error:
            add_model(tmp_path / file)
        assert "\n" not in str(error.value)


def test_tamings_training_configuration_becomes_ours() -> None:
    told = yaml.safe_load(YAML)
    told["model"]["base_learning_rate"] = 4.5e-6
    told["model"]["params"]["lossconfig"]["params"] = {
        "disc_start": 10000, "disc_weight": 0.8, "codebook_weight": 1.0,
    }  # fmt: skip
    told["data"] = {"params": {"batch_size": 5, "train": {"params": {"size": 256}}}}
    architecture, training = read_taming_training(yaml.safe_dump(told), 40_000)
    assert architecture == ARCHITECTURE
    assert training == {
        "batch_size": 5, "crop": 256, "learning_rate": pytest.approx(2.25e-5),
        "discriminator_weight": 0.8, "codebook_weight": 1.0, "discriminator_start": 0.25,
    }  # fmt: skip
    assert "discriminator_start" not in read_taming_training(yaml.safe_dump(told))[1]
    told["data"]["params"]["batch_size"] = "many"
    with pytest.raises(ModelError, match="not of a taming VQGAN"):
        read_taming_training(yaml.safe_dump(told))
