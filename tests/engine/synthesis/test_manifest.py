"""The manifest survives JSON, and its part in the PNG says nothing about the run."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from PIL import Image

from engine.imaging.codecs import to_png
from engine.runtime.compute import Compute
from engine.synthesis.manifest import PNG_KEY, Manifest, ModelUse, read_manifest
from engine.synthesis.request import attributes_of
from ganshare.errors import ImageError
from ganshare.prompts import draw_prompt, parse_prompts


def make_manifest(**overrides: object) -> Manifest:
    prompt = f"{draw_prompt(3).text} | fog:-0.3"
    prompts = parse_prompts(prompt)
    manifest = Manifest(
        prompt=prompt,
        prompts=prompts,
        attributes=attributes_of(prompts),
        seed=3,
        model=ModelUse("vqgan-one", "a" * 64, "Apache-2.0", True),
        perceptor=ModelUse("perceptor-one", "b" * 64, "Apache-2.0", True),
        upscaler=ModelUse("isr-gans", "c" * 64, "MIT", True),
        steps=120,
        size=(256, 192),
        num_cutouts=16,
        init_image_sha256=None,
        target_images_sha256=("d" * 64,),
        noise_prompts=((11, 0.5),),
        losses={"loss": 0.5, "prompt": 0.25},
        width=1024,
        height=768,
        ganshare_version="0.1.0",
        torch_version="2.0",
        compute=Compute("cpu", "A CPU", "AVX512", "bfloat16", 2),
        settings={"step_size": 0.1, "cutouts": {"smallest": 0.45}},
        seconds={"load": 1.5},
        frames=("frames/frame-0005.png",),
        path="canyon.png",
    )
    return replace(manifest, **overrides)  # type: ignore[arg-type]


def test_json_comes_back_as_it_went() -> None:
    manifest = make_manifest()
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_stored_attributes_stay_whatever_is_found_in_the_prompt_today() -> None:
    traits = {"Subject": "Fox", "Category": "Things", "Colour": "Red", "Hex": "#ff0000"}
    prompts = [{"text": "a red fox", "weight": 1.0}]
    fields = make_manifest().to_json() | {"attributes": traits, "prompts": prompts}
    assert Manifest.from_json(fields).to_json()["attributes"] == traits


def test_an_old_manifest_without_device_and_settings_can_be_read() -> None:
    fields = make_manifest().to_json()
    old = {key: value for key, value in fields.items() if key not in ("compute", "settings")}
    assert Manifest.from_json(old) == make_manifest(compute=None, settings=None)


def test_json_has_the_names_that_other_programs_read() -> None:
    fields = make_manifest().to_json()
    assert fields["model"] == "vqgan-one"
    assert fields["weights_sha256"] == "a" * 64
    assert fields["prompts"][1] == {"text": "fog", "weight": -0.3}
    assert fields["attributes"]["Style"] == draw_prompt(3).attributes.style
    for key in (
        "prompt",
        "seed",
        "steps",
        "seconds",
        "losses",
        "frames",
        "path",
        "width",
        "height",
    ):
        assert key in fields


def test_the_png_carries_it_without_seconds_and_paths(tmp_path: Path) -> None:
    manifest, path = make_manifest(), tmp_path / "canyon.png"
    to_png(torch.rand(3, 8, 8), path, manifest.to_png_text())
    lasting = replace(manifest, seconds={}, frames=(), path=None)
    assert read_manifest(path) == lasting
    later = replace(manifest, seconds={"load": 9.0}, path="elsewhere.png")
    assert later.to_png_text() == manifest.to_png_text()


def test_the_png_says_that_a_trained_model_made_it(tmp_path: Path) -> None:
    path = tmp_path / "canyon.png"
    to_png(torch.rand(3, 8, 8), path, make_manifest().to_png_text())
    with Image.open(path) as picture:
        read = ElementTree.fromstring(picture.info["xmp"])  # noqa: S314  # our own
    [description] = read.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    source = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert description.attrib[source].endswith("/digitalsourcetype/trainedAlgorithmicMedia")


def test_older_manifests_had_their_init_image_stretched() -> None:
    for sha256, how in ((None, None), ("e" * 64, "stretch")):
        fields = make_manifest(init_image_sha256=sha256).to_json()
        del fields["init_fit"]
        assert Manifest.from_json(fields).init_fit == how


def test_one_model_that_forbids_selling_is_enough() -> None:
    assert make_manifest().may_sell
    forbidding = ModelUse("taming", "e" * 64, "CC-BY-NC-SA-4.0", False)
    assert not make_manifest(perceptor=forbidding).may_sell
    assert make_manifest(upscaler=None).may_sell


def test_a_png_without_a_whole_manifest_is_refused(tmp_path: Path) -> None:
    cases: dict[str, dict[str, str]] = {
        "carries no GANshare manifest": {},
        "is damaged": {PNG_KEY: '{"seed": 1}'},
        "manifest in": {PNG_KEY: "not json"},
    }
    for message, text in cases.items():
        to_png(torch.zeros(3, 4, 4), tmp_path / "plain.png", text)
        with pytest.raises(ImageError, match=message):
            read_manifest(tmp_path / "plain.png")
    with pytest.raises(ImageError, match="cannot be read as PNG"):
        read_manifest(tmp_path / "none.png")
