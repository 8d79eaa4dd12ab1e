"""`verify`: a painting is painted again from its manifest and compared."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from PIL import Image

from engine.__main__ import engine
from engine.commands.verify import run
from engine.imaging.codecs import to_png
from engine.model_cache import ModelCache
from engine.model_folder import SECOND_EYE, default_model, sha256_of
from engine.runtime.compute import choose_compute
from engine.synthesis.manifest import Manifest, manifest_path, read_manifest
from engine.synthesis.pipeline import Models, Outputs, draft_manifest, paint
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.synthesis.settings import SynthesisSettings
from engine.testing import alone, small_request
from engine.verification import EQUAL_TO_THE_EYE, compare, compute_of, settings_of
from ganshare.cli import run_cli
from ganshare.prompts import parse_prompts

pytestmark = pytest.mark.usefixtures("one_thread", "small_model_is_installed")


@pytest.fixture(scope="module")
def small_model_is_installed(small_models: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GANSHARE_MODELS_DIR", str(small_models))
        yield


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory, loaded_models: ModelCache) -> Path:
    """As `ganshare paint` and an engine's job paint it: the bytes are the same."""
    folder = tmp_path_factory.mktemp("painted")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    png = alone(loaded_models, small_request(steps=2), folder)
    (folder / "alone.png").write_bytes(png)  # it may have been painted before
    torch.set_num_threads(before)
    return folder / "alone.png"


@pytest.fixture
def verify(
    loaded_models: ModelCache, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any] | str]]:
    """Exit code and what was printed, with models that are loaded already."""

    def verify_with(picture: Path, **options: Any) -> tuple[int, dict[str, Any] | str]:
        @click.command()
        def command() -> int:
            painter = loaded_models.painter(loaded_models.names[0])
            return run(
                picture, as_json=True, quiet=True, load_painter=lambda *_: painter, **options
            )

        code = run_cli(command, [])
        told = capsys.readouterr()
        return code, told.err if code > 1 else json.loads(told.out.splitlines()[-1])

    return verify_with


Verify = Callable[..., tuple[int, Any]]


def changed(painted: Path, folder: Path, **changes: Any) -> Path:
    """The same pixels with another manifest; None takes a field out."""
    fields = read_manifest(painted).to_json() | changes
    kept = {name: value for name, value in fields.items() if name not in changes or value}
    with Image.open(painted) as image:
        image.save(folder / "changed.png")
    manifest_path(folder / "changed.png").write_text(json.dumps(kept), "utf-8")
    return folder / "changed.png"


@pytest.mark.heavy
def test_a_painting_is_what_it_says(painted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(engine, ["verify", str(painted), "--quiet"]) == 0
    assert capsys.readouterr().out == "equal: every pixel is the same\n"


def test_json_says_so_too(painted: Path, verify: Verify, tmp_path: Path) -> None:
    code, told = verify(painted, out=tmp_path / "again.png")
    assert code == 0
    assert told == {"verdict": "equal", "psnr": 120.0, "differences": [], "compute_known": True}
    assert (tmp_path / "again.png").read_bytes() == painted.read_bytes()


def test_another_seed_is_found_out(painted: Path, verify: Verify, tmp_path: Path) -> None:
    code, told = verify(changed(painted, tmp_path, seed=2))
    assert (code, told["verdict"]) == (1, "different")
    assert told["psnr"] < EQUAL_TO_THE_EYE


def test_what_differs_is_named(painted: Path, verify: Verify, tmp_path: Path) -> None:
    compute = read_manifest(painted).to_json()["compute"]
    there = compute | {"device": "cuda:7", "device_name": "A GPU", "instructions": "sm_90"}
    picture = changed(painted, tmp_path, compute=there, torch_version="2.0")
    code, told = verify(picture)
    assert code == 0
    differences = {each["what"]: (each["then"], each["now"]) for each in told["differences"]}
    if not torch.cuda.is_available():
        assert differences["device"] == ("cuda:7", "cpu")
    assert differences["device_name"][0] == "A GPU"
    assert differences["torch"] == ("2.0", torch.__version__)
    assert "threads" not in differences
    assert "dtype" not in differences


def test_an_old_manifest_is_verified_with_this_machines_choice(
    painted: Path, verify: Verify, tmp_path: Path
) -> None:
    code, told = verify(changed(painted, tmp_path, compute=None, settings=None))
    assert code == 0
    assert told["compute_known"] is False
    assert not any(each["what"].startswith("setting") for each in told["differences"])


def test_it_is_computed_as_it_was(painted: Path) -> None:
    manifest = read_manifest(painted)
    assert manifest.compute == choose_compute("cpu", threads=1)
    there = replace(manifest.compute, dtype="bfloat16", threads=2, device="cpu")
    assert compute_of(replace(manifest, compute=there), "auto", "auto", None) == there
    here = compute_of(replace(manifest, compute=there), "cpu", "float32", 1)
    assert (here.dtype, here.threads) == ("float32", 1)


def test_the_second_eye_had_no_part_where_a_manifest_does_not_name_it(painted: Path) -> None:
    manifest = read_manifest(painted)
    assert manifest.second_eye == default_model("perceptor").extras[SECOND_EYE].sha256
    assert settings_of(manifest).second_weight == SynthesisSettings().second_weight > 0
    older = {key: value for key, value in (manifest.settings or {}).items() if "second" not in key}
    settings = settings_of(replace(manifest, settings=older, second_eye=None))
    assert settings.second_weight == 0
    assert settings.to_json() == older


def test_the_loop_has_the_settings_that_it_had(painted: Path) -> None:
    manifest = read_manifest(painted)
    assert manifest.settings is not None
    stored = {**manifest.settings, "step_size": 0.2, "cutouts": {"grey": 0.5}, "of_old": 1}
    settings = settings_of(replace(manifest, settings=stored))
    assert (settings.step_size, settings.cutouts.grey) == (0.2, 0.5)


def test_the_start_that_was_kept_is_kept_again(painted: Path) -> None:
    manifest = read_manifest(painted)
    assert manifest.settings is not None
    chosen = {**manifest.settings, "starts": 3}
    again = settings_of(replace(manifest, settings=chosen, start=2))
    assert (again.starts, again.start) == (3, 2)


def test_pictures_are_compared_by_the_eye(tmp_path: Path) -> None:
    image = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1)) * 0.8 + 0.1
    to_png(image, tmp_path / "one.png")
    for change, verdict in ((1 / 255, "equal to the eye"), (0.1, "different")):
        to_png(image + change, tmp_path / "other.png")
        assert compare(tmp_path / "one.png", tmp_path / "other.png").verdict == verdict
    to_png(image[:, :8], tmp_path / "other.png")
    assert compare(tmp_path / "one.png", tmp_path / "other.png").psnr is None


# --- images -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def from_images(
    tmp_path_factory: pytest.TempPathFactory, loaded_models: ModelCache
) -> tuple[Path, Path, tuple[Path, Path]]:
    """A painting, its init image and its target images."""
    folder = tmp_path_factory.mktemp("from_images")
    images = []
    for name, colour in (("init", "red"), ("first", "blue"), ("second", "green")):
        images.append(folder / f"{name}.png")
        Image.new("RGB", (64, 64), colour).save(images[-1])
    from engine.imaging.codecs import read_image

    prompts = parse_prompts("a lake")
    request = PaintingRequest(
        prompts, attributes_of(prompts), 1, 64, 64, 1, 2,
        init_image=read_image(images[0]), target_images=tuple(map(read_image, images[1:])),
    )  # fmt: skip
    models = Models(default_model("vqgan"), loaded_models.perceptor, None)
    draft = draft_manifest(
        request, "a lake", models, init_image_sha256=sha256_of(images[0]),
        target_images_sha256=tuple(map(sha256_of, images[1:])),
    )  # fmt: skip
    painter = loaded_models.painter(loaded_models.names[0])
    paint(request, draft, models, Outputs(folder / "out.png"), load_painter=lambda *_: painter)
    return folder / "out.png", images[0], (images[1], images[2])


def test_images_are_given_in_any_order(
    from_images: tuple[Path, Path, tuple[Path, Path]], verify: Verify
) -> None:
    picture, init, targets = from_images
    code, told = verify(picture, init_image=init, target_images=targets[::-1])
    assert (code, told["verdict"]) == (0, "equal")


def test_images_that_are_missing_or_others_are_one_sentence(
    from_images: tuple[Path, Path, tuple[Path, Path]], painted: Path, verify: Verify
) -> None:
    picture, init, targets = from_images
    for given, message in (
        ({}, f"sha256 {sha256_of(init)}; give it with --init-image FILE."),
        ({"init_image": init}, f"sha256 {sha256_of(targets[0])}; give it with --target-image"),
        ({"init_image": targets[0]}, "The painting was not made from"),
        ({"init_image": init.with_name("none.png")}, "There is no image"),
    ):
        code, told = verify(picture, **given)
        assert code == 2
        assert message in told
    code, told = verify(painted, init_image=init)
    assert code == 2
    assert "the manifest names none" in told


# --- mistakes ---------------------------------------------------------------------------------


def without_model(fields: dict[str, Any], **changes: str) -> dict[str, Any]:
    return {**fields["models"], "vqgan": {**fields["models"]["vqgan"], **changes}}


def test_a_model_that_is_missing_or_another_is_one_sentence(
    painted: Path, verify: Verify, tmp_path: Path
) -> None:
    fields = read_manifest(painted).to_json()
    for changes, message in (
        ({"sha256": "0" * 64}, "has other weights here"),
        ({"sha256": "0" * 64, "name": "gone"}, "'gone' is unknown"),
    ):
        code, told = verify(changed(painted, tmp_path, models=without_model(fields, **changes)))
        assert code == 2
        assert message in told
    renamed = changed(painted, tmp_path, models=without_model(fields, name="as-it-was-called"))
    assert verify(renamed)[0] == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": "x"}, "is damaged"),
        ({"prompts": [1]}, "is damaged"),
        ({"compute": {"device": "cpu"}}, "is damaged"),
        ({"settings": [1]}, "is damaged"),
        ({"steps": 10_000}, "steps must be between 1 and 2000 (got 10000)"),
    ],
)
def test_a_manifest_that_lies_is_one_sentence(
    changes: dict[str, Any], message: str, painted: Path, verify: Verify, tmp_path: Path
) -> None:
    code, told = verify(changed(painted, tmp_path, **changes))
    assert code == 2
    assert message in told


def test_a_picture_without_a_manifest_is_one_sentence(tmp_path: Path, verify: Verify) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    for name, message in (("plain.png", "carries no GANshare manifest"), ("no.png", "no image")):
        code, told = verify(tmp_path / name)
        assert code == 2
        assert message in told


def test_the_manifest_beside_it_counts_where_the_picture_has_none(
    painted: Path, verify: Verify, tmp_path: Path
) -> None:
    picture = changed(painted, tmp_path, seed=1)
    assert Manifest.from_json(json.loads(manifest_path(picture).read_text("utf-8"))).seed == 1
    assert verify(picture)[0] == 0
