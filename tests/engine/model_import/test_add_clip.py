"""A CLIP joins the models by the real command, from each form it is published in, and paints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.__main__ import engine
from engine.model_folder import find_model
from engine.perceptor import load_perceptor
from engine.perceptor.bpe import written
from engine.testing import MERGES, tiny_clip
from ganshare.cli import run_cli

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

OPENAI = tiny_clip().state_dict()


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "merges.txt").write_bytes(written(MERGES))
    return tmp_path / "models"


def as_archive(path: Path) -> None:
    """As OpenAI publishes it: traced, and with notes of its sizes."""
    clip = tiny_clip()
    clip.register_buffer("vocab_size", torch.tensor(520))
    clip.transformer.register_buffer("attn_mask", torch.zeros(12, 12))
    torch.jit.trace_module(clip, {"read": torch.tensor([[1, 2, 3]])}).save(path)


def as_hugging_face(path: Path) -> None:
    """Queries, keys and values apart, projections turned, other names."""
    names = (
        ("transformer.resblocks.", "encoder.layers."),
        (".attn.", ".self_attn."),
        (".ln_1.", ".layer_norm1."),
        (".ln_2.", ".layer_norm2."),
        (".c_fc.", ".fc1."),
        (".c_proj.", ".fc2."),
        ("conv1.", "embeddings.patch_embedding."),
        ("class_embedding", "embeddings.class_embedding"),
        ("positional_embedding", "embeddings.position_embedding.weight"),
        ("token_embedding.", "embeddings.token_embedding."),
        ("ln_pre.", "pre_layrnorm."),
        ("ln_post.", "post_layernorm."),
        ("ln_final.", "final_layer_norm."),
    )
    state = {
        "logit_scale": OPENAI["logit_scale"],
        "text_projection.weight": OPENAI["text_projection"].T.contiguous(),
        "visual_projection.weight": OPENAI["visual.proj"].T.contiguous(),
        "text_model.embeddings.position_ids": torch.arange(12)[None],
    }
    for key in OPENAI.keys() - {"logit_scale", "text_projection", "visual.proj"}:
        name = "text_model." + key if not key.startswith("visual.") else "vision_model." + key[7:]
        for openais, theirs in names:
            name = name.replace(openais, theirs)
        if ".in_proj_" in name:
            for part, rows in zip("qkv", OPENAI[key].chunk(3), strict=True):
                state[name.replace("in_proj_", f"{part}_proj.")] = rows.contiguous()
        else:
            state[name] = OPENAI[key]
    save_file(state, path)


@pytest.mark.parametrize(
    ("write", "file"),
    [
        (as_archive, "tiny.pt"),
        (lambda path: torch.save({"state_dict": OPENAI}, path), "tiny.pt"),
        (lambda path: save_file(OPENAI, path), "tiny.safetensors"),
        (as_hugging_face, "tiny.safetensors"),
    ],
    ids=["OpenAI's archive", "state dict", "safetensors", "Hugging Face"],
)
def test_each_form_of_a_clip_becomes_the_same_model(
    write: Callable[[Path], None], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path(file))
    assert run_cli(engine, ["models", "add", file]) == 0
    model = find_model("tiny", "perceptor")
    assert (model.licence, model.may_sell, model.source) == ("unknown", False, file)
    found = model.tensors()
    assert found.keys() == OPENAI.keys()
    assert all(torch.equal(found[key], OPENAI[key]) for key in found)
    assert run_cli(engine, ["models", "verify", "tiny"]) == 0
    assert run_cli(engine, ["models", "add", "models/tiny", "--name", "again"]) == 0
    capsys.readouterr()
    assert run_cli(engine, ["models", "list", "--json"]) == 0
    listed = {entry["name"]: entry["kind"] for entry in json.loads(capsys.readouterr().out)}
    assert listed["tiny"] == listed["again"] == "perceptor"


def test_it_paints_and_the_manifest_names_it(one_thread: None) -> None:
    save_file(OPENAI, "tiny.safetensors")
    licence = ["--licence", "MIT", "--may-sell"]
    assert run_cli(engine, ["models", "add", "tiny.safetensors", *licence]) == 0
    options = ["--perceptor", "tiny", "--size", "64x64", "--steps", "3", "--num-cutouts", "2",
               "--no-upscale", "--seed", "1", "--quiet"]  # fmt: skip
    prompt = "Cubist Painting of a Castle in Teal | fog:-0.3"
    pictures = []
    for name in ("a.png", "b.png"):
        assert run_cli(engine, ["paint", prompt, *options, "--out", name]) == 0
        pictures.append(Path(name).read_bytes())
    assert pictures[0] == pictures[1]
    told = json.loads(Path("a.png.json").read_text())
    assert told["models"]["perceptor"]["sha256"] == find_model("tiny").identity


@pytest.mark.parametrize(
    ("file", "content", "activation"),
    [
        ("config.json", {"text_config": {"hidden_act": "gelu"}}, "gelu"),
        ("config.json", {"text_config": {}}, "quick_gelu"),
        ("open_clip_config.json", {"model_cfg": {"embed_dim": 16}}, "gelu"),
        ("open_clip_config.json", {"model_cfg": {"quick_gelu": True}}, "quick_gelu"),
    ],
)
def test_the_configuration_beside_it_says_which_gelu(
    file: str, content: dict[str, object], activation: str
) -> None:
    save_file(OPENAI, "tiny.safetensors")
    Path(file).write_text(json.dumps(content))
    assert run_cli(engine, ["models", "add", "tiny.safetensors"]) == 0
    assert load_perceptor(find_model("tiny")).config.activation == activation


def without(key: str) -> dict[str, Tensor]:
    return {name: value for name, value in OPENAI.items() if name != key}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (without("token_embedding.weight"), "are not a CLIP's: they lack token_embedding.weight"),
        (without("ln_final.bias"), "lack ln_final.bias"),
        (OPENAI | {"visual.layer1.0.conv1.weight": torch.zeros(1)}, "lack visual.attnpool.posi"),
        (OPENAI | {"logit_bias": torch.zeros(1)}, "they are SigLIP's"),
        (OPENAI | {"visual.trunk.conv.weight": torch.zeros(1)}, "see by a network of timm"),
        (OPENAI | {"new": torch.zeros(1)}, "have an unknown new"),
        (OPENAI | {"ln_final.bias": torch.zeros(3)}, "have the wrong shape for ln_final.bias"),
        (OPENAI | {"visual.conv1.weight": torch.zeros(60, 3, 8, 8)}, "a width of 60 is not a mult"),
        (OPENAI | {"visual.conv1.weight": torch.zeros(64)}, "are not a CLIP's"),
        (OPENAI | {"visual.positional_embedding": torch.zeros(16, 64)}, "15 patches make no squ"),
        (
            {"a.self_attn.q_proj.weight": torch.zeros(2, 2), "logit_scale": torch.zeros(()),
             "a.self_attn.k_proj.weight": torch.zeros(2, 3)},
            "are not a CLIP's",
        ),
    ],
)  # fmt: skip
def test_a_broken_state_dict_is_one_sentence_and_leaves_nothing(
    state: dict[str, Tensor], message: str, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(state, "tiny.safetensors")
    assert run_cli(engine, ["models", "add", "tiny.safetensors"]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not models.exists() or not list(models.iterdir())


def test_the_vocabulary_must_be_there_and_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    save_file(OPENAI, "tiny.safetensors")
    Path("merges.txt").rename("elsewhere.txt")
    Path("short.txt").write_bytes(written(MERGES[1:]))
    save_file({"weight": torch.zeros(1)}, "other.safetensors")
    for arguments, message in (
        (["tiny.safetensors"], "is a CLIP and needs its vocabulary: bpe_simple"),
        (["tiny.safetensors", "--vocabulary", "none"], "'none' cannot be read"),
        (["tiny.safetensors", "--vocabulary", "short.txt"], "has 519 tokens; the weights know 520"),
        (["tiny.safetensors", "--config", "short.txt"], "is not a CLIP configuration"),
        (
            ["other.safetensors", "--vocabulary", "elsewhere.txt"],
            "is not a CLIP; only a CLIP needs",
        ),
    ):
        assert run_cli(engine, ["models", "add", *arguments]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    arguments = ["tiny.safetensors", "--vocabulary", "elsewhere.txt"]
    assert run_cli(engine, ["models", "add", *arguments]) == 0


def test_a_vocabulary_changed_later_is_found(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file(OPENAI, "tiny.safetensors")
    assert run_cli(engine, ["models", "add", "tiny.safetensors"]) == 0
    (models / "tiny" / "merges.txt").write_bytes(written(MERGES[1:]))
    assert run_cli(engine, ["models", "verify", "tiny"]) == 2
    assert run_cli(engine, ["paint", "x", "--perceptor", "tiny", "--size", "64x64"]) == 2
    assert capsys.readouterr().err.count("merges.txt of the model 'tiny' is damaged") == 2
