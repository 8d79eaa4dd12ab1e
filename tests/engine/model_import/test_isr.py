"""ISR weights to a model folder: order of channels, 8-bit exactness, damaged sources."""

import hashlib
import itertools
import json

import h5py
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from engine.__main__ import engine
from engine.model_folder import find_model
from engine.model_import.isr import convert_isr, pixel_shuffle_order, rename
from engine.upscale.upscaler import dequantise, load_upscaler
from ganshare.cli import run_cli
from ganshare.errors import ModelError

FEATURES, GROWTH, SCALE = 6, 4, 2


def rrdn_layers():
    """Kernel shapes (height, width, in, out) of an RRDN with C2 D2 G4 G0 6 T2 x2, by name."""
    yield "Pre_blocks_conv", (3, 3, 3, FEATURES)
    for block, dense in itertools.product((1, 2), (1, 2)):
        yield f"F_{block}_{dense}_1", (3, 3, FEATURES, GROWTH)
        yield f"F_{block}_{dense}_2", (3, 3, FEATURES + GROWTH, GROWTH)
        yield f"LFF_{block}_{dense}", (3, 3, FEATURES + 2 * GROWTH, FEATURES)
    yield "post_blocks_conv", (3, 3, FEATURES, FEATURES)
    yield "PreShuffle", (3, 3, FEATURES, 3 * SCALE**2)
    yield "SR", (3, 3, 3, 3)


@pytest.fixture
def make_tfjs(tmp_path):
    """Write a tfjs model with 8-bit or float32 random weights; return its folder."""

    def make(*, quantised=True, package=None, spoil=lambda data: data):
        rng = np.random.default_rng(7)
        entries, data = [], b""
        for name, shape in rrdn_layers():
            for kind, size in (("kernel", shape), ("bias", shape[3:])):
                entry = {"name": f"{name}/{kind}", "shape": list(size), "dtype": "float32"}
                if quantised:
                    step = rng.uniform(1e-4, 1e-3)
                    entry["quantization"] = {"dtype": "uint8", "min": -128 * step, "scale": step}
                    data += rng.integers(0, 256, size, dtype=np.uint8).tobytes()
                else:
                    data += rng.normal(0, 0.1, size).astype("<f4").tobytes()
                entries.append(entry)
        folder = tmp_path / "package" / "models" / "tiny"
        folder.mkdir(parents=True)
        manifest = {"weightsManifest": [{"paths": ["shard.bin"], "weights": entries}]}
        (folder / "model.json").write_text(json.dumps(manifest))
        (folder / "shard.bin").write_bytes(spoil(data))
        if package is not None:
            (tmp_path / "package" / "package.json").write_text(json.dumps(package))
        return folder

    return make


def read_folder(path):
    model = json.loads((path / "model.json").read_text())
    return model, load_file(path / model["weights"])


def test_the_model_folder_says_what_it_holds(make_tfjs, tmp_path):
    package = {"name": "@upscalerjs/tiny", "version": "1.2.3", "license": "MIT"}
    convert_isr(make_tfjs(package=package), tmp_path / "my-model")
    model, tensors = read_folder(tmp_path / "my-model")
    digest = hashlib.sha256((tmp_path / "my-model" / "weights.safetensors").read_bytes())
    assert model == {
        "name": "my-model",
        "kind": "upscaler",
        "architecture": {
            "network": "rrdn",
            "convolutions": 2,
            "dense_blocks": 2,
            "growth": GROWTH,
            "features": FEATURES,
            "scale": SCALE,
            "residual_blocks": 2,
            "residual_scaling": 0.2,
        },
        "licence": "MIT",
        "may_sell": True,
        "source": "npm @upscalerjs/tiny 1.2.3, models/tiny/model.json",
        "weights": "weights.safetensors",
        "sha256": digest.hexdigest(),
    }
    assert load_upscaler(model["architecture"], tensors).scale == SCALE


@pytest.mark.parametrize(
    "package", [None, {"name": "a-website", "version": "1.0.0", "license": "MIT"}]
)
def test_pictures_of_a_model_without_a_known_licence_may_not_be_sold(make_tfjs, tmp_path, package):
    convert_isr(make_tfjs(package=package), tmp_path / "out")
    model, _ = read_folder(tmp_path / "out")
    assert (model["licence"], model["may_sell"]) == ("unknown", False)


def test_a_licence_can_be_given(make_tfjs, tmp_path):
    convert_isr(make_tfjs(), tmp_path / "out", licence="Apache-2.0")
    assert read_folder(tmp_path / "out")[0]["may_sell"] is True


def test_eight_bit_weights_lose_nothing(make_tfjs, tmp_path):
    source = make_tfjs()
    convert_isr(source, tmp_path / "out")
    _, tensors = read_folder(tmp_path / "out")
    manifest = json.loads((source / "model.json").read_text())
    first = manifest["weightsManifest"][0]["weights"][0]
    codes = np.frombuffer((source / "shard.bin").read_bytes(), np.uint8, 3 * 3 * 3 * FEATURES)
    quantization = first["quantization"]
    expected = np.float32(codes.astype(np.float64) * quantization["scale"] + quantization["min"])
    expected = expected.reshape(first["shape"]).transpose(3, 2, 0, 1)
    assert tensors["head.weight"].dtype == torch.uint8
    np.testing.assert_array_equal(dequantise(tensors)["head.weight"].numpy(), expected)


def test_float_weights_stay_float(make_tfjs, tmp_path):
    convert_isr(make_tfjs(quantised=False), tmp_path / "out")
    model, tensors = read_folder(tmp_path / "out")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}
    load_upscaler(model["architecture"], tensors)


def test_codes_without_a_range_and_ranges_without_codes_are_refused():
    codes = torch.zeros(2, dtype=torch.uint8)
    limits = torch.zeros(2, dtype=torch.float64)
    with pytest.raises(ModelError, match=r"no a\.range"):
        dequantise({"a": codes})
    with pytest.raises(ModelError, match=r"b\.range belongs to no 8-bit tensor"):
        dequantise({"a": codes, "a.range": limits, "b.range": limits})


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_permuted_channels_make_pixel_shuffle_a_depth_to_space(scale):
    height, width = 2, 3
    x = np.random.default_rng(0).random((height, width, scale * scale * 3), dtype=np.float32)
    # TensorFlow's definition: channels are (row, column, colour).
    expected = x.reshape(height, width, scale, scale, 3).transpose(0, 2, 1, 3, 4)
    expected = expected.reshape(height * scale, width * scale, 3)
    permuted = torch.from_numpy(x[..., pixel_shuffle_order(scale)]).permute(2, 0, 1)
    shuffled = F.pixel_shuffle(permuted[None], scale)[0]
    np.testing.assert_array_equal(shuffled.permute(1, 2, 0).numpy(), expected)


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("F_1_2_3/kernel", "blocks.0.1.grow.2.weight"),
        ("LFF_10_3/bias", "blocks.9.2.fuse.bias"),
        ("F_10_1/kernel", "blocks.9.grow.0.weight"),
        ("LFF_2/bias", "blocks.1.fuse.bias"),
        ("F_0/kernel", "second.weight"),
        ("GFF_1/kernel", "fuse.weight"),
        ("UPN3/bias", "upsample.4.bias"),
    ],
)
def test_variables_are_renamed(variable, name):
    assert rename(variable) == name


def test_an_unknown_variable_is_refused():
    with pytest.raises(ModelError, match="dense_1/kernel"):
        rename("dense_1/kernel")


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data + b"\0"])
def test_shards_of_the_wrong_length_are_refused(make_tfjs, tmp_path, spoil):
    with pytest.raises(ModelError, match="not a readable tfjs model"):
        convert_isr(make_tfjs(spoil=spoil), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_source_is_refused(tmp_path):
    with pytest.raises(ModelError, match="not a readable tfjs model"):
        convert_isr(tmp_path, tmp_path / "out")


def test_a_network_that_is_not_isrs_is_refused(tmp_path):
    manifest = {
        "weightsManifest": [
            {
                "paths": ["shard.bin"],
                "weights": [{"name": "dense/kernel", "shape": [1, 1], "dtype": "float32"}],
            }
        ]
    }
    (tmp_path / "model.json").write_text(json.dumps(manifest))
    (tmp_path / "shard.bin").write_bytes(b"\0" * 4)
    with pytest.raises(ModelError, match="neither ISR's RRDN"):
        convert_isr(tmp_path, tmp_path / "out")


@pytest.fixture
def write_hdf5(tmp_path, monkeypatch):
    """Write random weights in the layout of ISR's published files; return their path."""
    monkeypatch.setenv("GANSHARE_MODELS_DIR", str(tmp_path / "models"))

    def write(name="isr.hdf5", change=lambda file: None):
        with h5py.File(tmp_path / name, "w") as file:
            rng = np.random.default_rng(7)
            for layer, shape in rrdn_layers():
                group = file.create_group(f"{layer}/{layer}")
                for kind, size in (("kernel:0", shape), ("bias:0", shape[3:])):
                    group[kind] = rng.normal(0, 0.1, size).astype(np.float32)
            change(file)
        return tmp_path / name

    return write


def test_isrs_hdf5_becomes_a_model_by_the_command(write_hdf5, make_tfjs, tmp_path, capsys):
    path = write_hdf5()
    arguments = ["models", "add", str(path), "--licence", "Apache-2.0", "--may-sell"]
    assert run_cli(engine, arguments) == 0
    assert run_cli(engine, ["models", "add", str(make_tfjs()), "--name", "tfjs"]) == 0
    model = find_model("isr", "upscaler")
    assert (model.source, model.may_sell) == ("isr.hdf5", True)
    assert model.architecture == find_model("tfjs", "upscaler").architecture
    with h5py.File(path) as file:
        kernel = file["SR/SR/kernel:0"][:]
    np.testing.assert_array_equal(
        model.tensors()["compose.weight"].numpy(), kernel.transpose(3, 2, 0, 1)
    )


def test_hdf5_that_is_not_isrs_or_points_elsewhere_is_one_sentence(write_hdf5, tmp_path, capsys):
    (tmp_path / "secret.bin").write_bytes(bytes(400))

    def point_elsewhere(file):
        file.create_dataset(
            "x/kernel", (100,), "f4", external=[(str(tmp_path / "secret.bin"), 0, 400)]
        )

    for change, message in (
        (lambda file: file.create_dataset("x/kernel", (10**7,), "f4"), "its numbers are not in it"),
        (point_elsewhere, "its numbers are not in it"),
        (lambda file: file.create_dataset("x/kernel", data=[1.0]), "is not a variable of ISR's"),
    ):
        assert run_cli(engine, ["models", "add", str(write_hdf5(change=change))]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    (tmp_path / "isr.h5").write_bytes(b"no HDF5")
    assert run_cli(engine, ["models", "add", str(tmp_path / "isr.h5")]) == 2
    assert "is not a Keras weight file" in capsys.readouterr().err
