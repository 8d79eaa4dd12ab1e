"""Our VQGAN against taming-transformers itself, with the same random weights."""

from dataclasses import asdict

import pytest
import torch

from engine.vqgan.blocks import AutoencoderConfig, Decoder, Encoder
from engine.vqgan.quantize import GumbelQuantizer, VectorQuantizer

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # taming's own, not ours to mend
]

CONFIGS = {
    "f8": AutoencoderConfig(
        ch=32, ch_mult=(1, 1, 2, 2), num_res_blocks=2, resolution=64, z_channels=8
    ),
    "f16 with attention": AutoencoderConfig(
        ch=32,
        ch_mult=(1, 1, 2, 2, 4),
        num_res_blocks=1,
        resolution=64,
        z_channels=16,
        attn_resolutions=(4, 8),
    ),
}


@pytest.fixture(scope="module")
def networks():
    pytest.importorskip("einops", exc_type=ImportError)
    return pytest.importorskip("taming.modules.diffusionmodules.model", exc_type=ImportError)


@pytest.fixture(scope="module")
def quantizers():
    return pytest.importorskip("taming.modules.vqvae.quantize", exc_type=ImportError)


def randomised(module):
    """Seeded weights of a size at which a lost bias or a swapped norm would show."""
    generator = torch.Generator().manual_seed(1)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1:
            parameter.data = noise / parameter[0].numel() ** 0.5
        else:
            parameter.data = 0.2 * noise + float("norm" in name and name.endswith("weight"))
    return module.eval()


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("half", ["Encoder", "Decoder"])
def test_outputs_equal_tamings(networks, name, half):
    config = CONFIGS[name]
    fields = asdict(config) | {"double_z": False}
    theirs = randomised(getattr(networks, half)(**fields))
    ours = {"Encoder": Encoder, "Decoder": Decoder}[half](config).eval()
    ours.load_state_dict(theirs.state_dict())  # strict: the names are the same
    height, width, channels = (4, 6, 3) if half == "Encoder" else (4, 6, config.z_channels)
    scale = config.factor if half == "Encoder" else 1
    generator = torch.Generator().manual_seed(2)
    given = torch.randn(2, channels, scale * height, scale * width, generator=generator)
    with torch.inference_mode():
        expected = theirs(given)
        assert expected.std() > 0.1
        torch.testing.assert_close(ours(given), expected, atol=1e-5, rtol=1e-5)


def test_vector_quantisation_equals_tamings(quantizers):
    theirs = quantizers.VectorQuantizer2(64, 8, beta=0.25, legacy=False, sane_index_shape=True)
    ours = VectorQuantizer(64, 8, commitment=0.25)
    theirs = randomised(theirs)
    ours.load_state_dict(theirs.state_dict())
    latent = torch.randn(2, 8, 5, 6, generator=torch.Generator().manual_seed(2), requires_grad=True)
    quantized = ours(latent)
    expected, loss, (_, _, indices) = theirs(latent)
    assert torch.equal(quantized.indices, indices)
    torch.testing.assert_close(quantized.latent, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(quantized.loss, loss, atol=1e-5, rtol=1e-5)
    ((gradient,), (wanted,)) = (
        torch.autograd.grad(value + out.sin().sum(), latent)
        for value, out in ((quantized.loss, quantized.latent), (loss, expected))
    )
    torch.testing.assert_close(gradient, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_gumbel_quantisation_equals_tamings(quantizers, training):
    theirs = randomised(quantizers.GumbelQuantize(num_hiddens=12, embedding_dim=8, n_embed=64))
    ours = GumbelQuantizer(64, 8, z_channels=12)
    ours.load_state_dict(theirs.state_dict())
    latent = torch.randn(2, 12, 5, 6, generator=torch.Generator().manual_seed(2))
    theirs.train(training)
    ours.train(training)
    if training:
        torch.manual_seed(3)
        expected, loss, (_, _, indices) = theirs(latent)
        torch.manual_seed(3)
        quantized = ours(latent)
    else:  # theirs samples even then; its likeliest entries are what decoders were trained for
        indices = theirs.proj(latent).argmax(1)
        expected = theirs.get_codebook_entry(indices.flatten(), (2, 5, 6, 8))
        _, loss, _ = theirs(latent)
        quantized = ours(latent)
    assert torch.equal(quantized.indices, indices)
    torch.testing.assert_close(quantized.latent, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(quantized.loss, loss, atol=1e-5, rtol=1e-5)
