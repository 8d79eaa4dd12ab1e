"""Models are found by name, checked by sum, and never unpickled."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine.model_folder import (
    KINDS,
    default_model,
    fill,
    find_model,
    list_models,
    load_model_folder,
    sha256_of,
    user_folder,
)
from engine.model_import.add import add_model, write_model_folder
from engine.training.export import export_model
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


def state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return VQGAN(VQGANConfig.from_json(ARCHITECTURE)).state_dict()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(folder))
    return folder


@pytest.fixture
def make_model(models: Path) -> Callable[..., Path]:
    def make(name: str = "tiny", folder: Path = models, **card: Any) -> Path:
        fields = {
            "name": name,
            "kind": "vqgan",
            "architecture": ARCHITECTURE,
            "licence": "Apache-2.0",
            "may_sell": True,
            "source": "this test",
        }
        write_model_folder(folder / name, state(), fields | card)
        return folder / name

    return make


def edit_card(folder: Path, **fields: Any) -> None:
    card = json.loads((folder / "model.json").read_text()) | fields
    kept = {key: value for key, value in card.items() if value is not ...}
    (folder / "model.json").write_text(json.dumps(kept))


# --- finding ----------------------------------------------------------------------------------


def test_a_users_model_is_found_and_its_tensors_are_whole(make_model: Callable[..., Path]) -> None:
    make_model()
    model = find_model("tiny", "vqgan")
    model.verify()
    network = VQGAN(VQGANConfig.from_json(dict(model.architecture)))
    fill(network, model.tensors(), model.name)


def test_embedded_models_are_whole_and_sellable() -> None:
    embedded = default_model("upscaler")
    embedded.verify()
    assert embedded.may_sell
    assert embedded.name in [model.name for model in list_models("upscaler")]


def test_a_card_says_what_its_perceptor_reads(make_model: Callable[..., Path]) -> None:
    assert default_model("perceptor").reads == ("Latin",)
    folder = make_model()
    assert load_model_folder(folder).reads == ("Latin",)  # cards from before there was "reads"
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | {"reads": ["Latin", "Han"]}))
    assert load_model_folder(folder).reads == ("Latin", "Han")
    (folder / "model.json").write_text(json.dumps(card | {"reads": "Han"}))
    with pytest.raises(ModelError, match="'reads'"):
        load_model_folder(folder)


def test_a_users_model_hides_an_embedded_one(make_model: Callable[..., Path]) -> None:
    name = default_model("upscaler").name
    folder = make_model(name)
    assert find_model(name).path == folder
    assert default_model("upscaler").path != folder


def test_an_unknown_name_gets_the_list_and_the_nearest(make_model: Callable[..., Path]) -> None:
    make_model()
    with pytest.raises(ModelError, match=r"is unknown; allowed are .*tiny.*did you mean 'tiny'"):
        find_model("tinny")


def test_a_model_of_another_kind_is_refused(make_model: Callable[..., Path]) -> None:
    make_model()
    with pytest.raises(ModelError, match="is of kind vqgan, not perceptor"):
        find_model("tiny", "perceptor")


def test_a_broken_card_hides_no_other_model(make_model: Callable[..., Path]) -> None:
    make_model()
    (make_model("broken") / "model.json").write_text("{")
    assert "tiny" in [model.name for model in list_models()]
    with pytest.raises(ModelError, match="cannot be read as JSON"):
        find_model("broken")


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"sha256": ...}, "has no 'sha256'"),
        ({"sha256": "abc"}, "is not a sha256"),
        ({"may_sell": "yes"}, "is not of type bool"),
        ({"kind": "vqgann"}, "did you mean 'vqgan'"),
        ({"weights": "../other/weights.safetensors"}, "is not the name of a file beside it"),
        ({"files": {"vocabulary": {"path": "vocabulary.txt"}}}, "has no 'sha256'"),
        ({"files": {"vocabulary": "vocabulary.txt"}}, "has no 'path'"),
    ],
)
def test_a_card_that_says_nonsense_is_one_sentence(
    fields: dict[str, Any], match: str, make_model: Callable[..., Path]
) -> None:
    folder = make_model()
    edit_card(folder, **fields)
    with pytest.raises(ModelError, match=match):
        load_model_folder(folder)


# --- weights ----------------------------------------------------------------------------------


def test_changed_weights_are_found_by_their_sum(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    with (folder / "weights.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    with pytest.raises(ModelError, match="is damaged or was changed: its sha256"):
        load_model_folder(folder).tensors()


def test_truncated_weights_with_the_right_sum_are_refused(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    edit_card(folder, sha256=sha256_of(weights))
    with pytest.raises(ModelError, match="not a complete safetensors file"):
        load_model_folder(folder).tensors()


def test_missing_weights_are_one_sentence(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        load_model_folder(folder).tensors()


@pytest.mark.parametrize("protocol", ["pickle", "torch"])
def test_a_pickle_renamed_as_safetensors_is_refused(
    protocol: str, make_model: Callable[..., Path]
) -> None:
    folder = make_model()
    weights = folder / "weights.safetensors"
    if protocol == "torch":
        torch.save(state(), weights)
    else:
        weights.write_bytes(pickle.dumps({"a": 1}))
    edit_card(folder, sha256=sha256_of(weights))
    with pytest.raises(ModelError, match="are a pickle, which could run code"):
        load_model_folder(folder).tensors()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda tensors: tensors.pop("quant_conv.bias"), "lack quant_conv.bias"),
        (lambda tensors: tensors.update(new=torch.zeros(1)), "have an unknown new"),
        (
            lambda tensors: tensors.update({"quant_conv.bias": torch.zeros(1)}),
            "have the wrong shape for quant_conv.bias",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_named(
    change: Callable[[dict[str, torch.Tensor]], None], match: str
) -> None:
    tensors = dict(state())
    change(tensors)
    with pytest.raises(ModelError, match=match):
        fill(VQGAN(VQGANConfig.from_json(ARCHITECTURE)), tensors, "tiny")


def test_extra_files_are_checked(make_model: Callable[..., Path], tmp_path: Path) -> None:
    folder = make_model()
    vocabulary = folder / "vocabulary.txt"
    vocabulary.write_text("a\nb\n")
    edit_card(
        folder, files={"vocabulary": {"path": "vocabulary.txt", "sha256": sha256_of(vocabulary)}}
    )
    found = load_model_folder(folder)
    assert found.extras["vocabulary"].path == vocabulary
    assert found.identity not in (found.sha256, sha256_of(vocabulary))
    with pytest.raises(ModelError, match="has no file 'merges'"):
        load_model_folder(folder).extra("merges")  # noqa: S610 - not Django
    added = add_model(folder, "copied")
    assert added.extra("vocabulary").read_text() == "a\nb\n"  # noqa: S610 - not Django
    vocabulary.write_text("a\nc\n")
    with pytest.raises(ModelError, match="is damaged or was changed"):
        load_model_folder(folder).verify()


# --- adding and exporting ---------------------------------------------------------------------


def test_a_model_is_another_when_any_of_its_files_is(make_model: Callable[..., Path]) -> None:
    folder = make_model("mine")
    alone = load_model_folder(folder)
    assert alone.identity == alone.sha256
    identities = set()
    for words in ("a", "b"):
        (folder / "words.txt").write_text(words)
        sums = {"path": "words.txt", "sha256": sha256_of(folder / "words.txt")}
        edit_card(folder, files={"vocabulary": sums})
        identities.add(load_model_folder(folder).identity)
    assert len(identities) == 2


def test_exported_weights_are_float16_and_replace_the_older_ones(tmp_path: Path) -> None:
    for figure in (1, 2):
        model = export_model(
            state(), ARCHITECTURE, tmp_path / "tiny", kind="vqgan", figures={"psnr_mean": figure}
        )
    assert model.figures == {"psnr_mean": 2}
    assert not model.may_sell
    assert {tensor.dtype for tensor in model.tensors().values()} == {torch.float16}
    assert [entry.name for entry in tmp_path.iterdir()] == ["tiny"]


def test_a_folder_is_added_under_another_name(
    make_model: Callable[..., Path], models: Path, tmp_path: Path
) -> None:
    source = make_model("elsewhere", tmp_path)
    model = add_model(source, "mine")
    assert model == find_model("mine")
    assert model.may_sell
    with pytest.raises(ModelError, match="There is a model 'mine' already"):
        add_model(source, "mine")
    assert sorted(entry.name for entry in models.iterdir()) == ["mine"]


def test_weights_are_readable_by_whom_the_umask_lets(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1


def test_a_model_that_does_not_load_leaves_nothing(
    make_model: Callable[..., Path], models: Path, tmp_path: Path
) -> None:
    source = make_model("elsewhere", tmp_path, architecture=ARCHITECTURE | {"embed_dim": 5})
    with pytest.raises(ModelError, match="wrong shape"):
        add_model(source)
    assert list(models.iterdir()) == []


@pytest.mark.parametrize("name", ["../escape", "", ".hidden", "a/b", "x" * 65])
def test_a_name_that_is_no_folder_name_is_refused(
    name: str, make_model: Callable[..., Path], tmp_path: Path
) -> None:
    source = make_model("elsewhere", tmp_path)
    if name == "":
        edit_card(source, name="../x")
    with pytest.raises(ModelError, match="is not allowed"):
        add_model(source, name)


def test_bare_safetensors_need_their_card(models: Path, tmp_path: Path) -> None:
    source = tmp_path / "bare.safetensors"
    save_file(state(), source)
    with pytest.raises(ModelError, match="needs its configuration"):
        add_model(source)
    (tmp_path / "bare.json").write_text(json.dumps({"kind": "vqgan", "architecture": ARCHITECTURE}))
    model = add_model(source)
    assert (model.name, model.may_sell) == ("bare", False)
    assert find_model("bare").tensors().keys() == state().keys()


def test_there_are_four_kinds() -> None:
    assert KINDS == ("vqgan", "perceptor", "upscaler", "transformer")


def test_the_models_folder_may_come_from_the_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANSHARE_MODELS_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ganshare.toml").write_text("[ganshare]\nmodels_dir = '~/mine'\n", "utf-8")
    assert user_folder() == Path("~/mine").expanduser()
