"""Our RDN and RRDN against ISR 2.2.0 itself, on TensorFlow, with the same random weights."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.model_import.isr import SourceTensor, convert_isr, infer_architecture, to_torch
from engine.upscale.upscaler import load_upscaler

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # TensorFlow's and ISR's own, not ours to mend
]

RRDN = {"C": 3, "D": 2, "G": 8, "G0": 12, "T": 2, "x": 4}
RDN = {"C": 3, "D": 4, "G": 8, "G0": 12, "x": 2}


def rrdn(models, **changes):
    # ISR's default of 0.05 would make a network that hardly does more than pass its input on.
    return models.RRDN(RRDN | changes, init_val=0.2)


def rdn(models, upscaling, **changes):
    return models.RDN(RDN | changes, upscaling=upscaling, init_extreme_val=0.2)


NETWORKS = {
    "rrdn x4": rrdn,
    "rrdn x2": lambda models: rrdn(models, x=2),
    "rrdn gans": lambda models: models.RRDN({"C": 4, "D": 3, "G": 32, "G0": 32, "T": 10, "x": 4}),
    "rdn nearest x2": lambda models: rdn(models, "ups"),
    "rdn shuffle x2": lambda models: rdn(models, "shuffle"),
    "rdn shuffle x3": lambda models: rdn(models, "shuffle", x=3),
    "rdn psnr-small": lambda models: models.RDN({"C": 3, "D": 10, "G": 64, "G0": 64, "x": 2}),
}


@pytest.fixture(params=NETWORKS)
def keras_model(request, tmp_path, monkeypatch):
    """ISR's Keras model with seeded random weights and biases."""
    pytest.importorskip("tensorflow", exc_type=ImportError)
    monkeypatch.chdir(tmp_path)  # ISR opens a log file wherever it is imported
    models = pytest.importorskip("ISR.models", exc_type=ImportError)
    model = NETWORKS[request.param](models).model
    rng = np.random.default_rng(3)
    model.set_weights(
        [
            # Keras starts biases at nought, which would hide one that is lost.
            rng.normal(0, 0.1, value.shape)
            if value.ndim == 1
            else rng.uniform(-1, 1, value.shape) * np.abs(value).max()
            for value in model.get_weights()
        ]
    )
    return model


@pytest.fixture
def image():
    return np.random.default_rng(5).random((1, 21, 26, 3), dtype=np.float32)


def assert_equal_outputs(architecture, tensors, keras_model, image):
    expected = keras_model.predict(image, verbose=0)
    network = load_upscaler(architecture, tensors, dtype=torch.float32).network
    with torch.inference_mode():
        ours = network(torch.from_numpy(image).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy()
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(ours, expected, atol=1e-4, rtol=0)


def test_outputs_equal_isrs(keras_model, image):
    layers = {
        f"{layer.name}/{kind}": SourceTensor(value)
        for layer in keras_model.layers
        for kind, value in zip(("kernel", "bias"), layer.get_weights(), strict=False)
    }
    architecture = infer_architecture(layers)
    assert_equal_outputs(architecture, to_torch(layers, architecture), keras_model, image)


def test_an_hdf5_file_converts_to_the_same_network(keras_model, image, tmp_path):
    h5py = pytest.importorskip("h5py")
    # Keras 3's own writer of the layout that ISR's published .hdf5 files have; model.save()
    # would pickle ISR's lambdas and fails.
    legacy = pytest.importorskip("keras.src.legacy.saving.legacy_h5_format")
    with h5py.File(tmp_path / "isr.h5", "w") as file:
        legacy.save_weights_to_hdf5_group(file, keras_model)
    path = convert_isr(tmp_path / "isr.h5", tmp_path / "out", licence="Apache-2.0")
    model = json.loads(path.read_text(encoding="utf-8"))
    tensors = load_file(path.parent / model["weights"])
    assert_equal_outputs(model["architecture"], tensors, keras_model, image)
