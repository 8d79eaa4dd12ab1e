"""Encoder and decoder: shapes, attention where it is asked for, and taming's state-dict names."""

from dataclasses import replace

import pytest
import torch

from engine.vqgan.blocks import AutoencoderConfig, Decoder, Encoder, Upsample
from engine.vqgan.model import VQGAN, VQGANConfig

F8 = AutoencoderConfig(
    ch=8, ch_mult=(1, 1, 2, 2), num_res_blocks=1, resolution=32, z_channels=6, num_groups=4
)
F16 = replace(F8, ch_mult=(1, 1, 2, 2, 4), attn_resolutions=(2,))


def names_of(prefix: str, parts: list[str]) -> set[str]:
    return {f"{prefix}.{part}.{kind}" for part in parts for kind in ("weight", "bias")}


RESNET = ["norm1", "conv1", "norm2", "conv2"]
ATTENTION = ["norm", "q", "k", "v", "proj_out"]


@pytest.mark.parametrize(("config", "factor"), [(F8, 8), (F16, 16)])
@pytest.mark.parametrize("cells", [(1, 1), (2, 3), (5, 1)])
def test_any_multiple_of_the_factor_goes_there_and_back(
    config: AutoencoderConfig, factor: int, cells: tuple[int, int]
) -> None:
    assert config.factor == factor
    image = torch.rand(2, 3, factor * cells[0], factor * cells[1])
    latent = Encoder(config)(image)
    assert latent.shape == (2, 6, *cells)
    assert Decoder(config)(latent).shape == image.shape


def test_attention_stands_at_the_resolutions_asked_for() -> None:
    config = replace(F8, attn_resolutions=(16, 4))
    encoder, decoder = Encoder(config), Decoder(config)
    assert [len(level.attn) for level in encoder.down] == [0, 1, 0, 1]
    assert [len(level.attn) for level in decoder.up] == [0, 2, 0, 2]


def test_without_middle_attention_nothing_of_it_is_left() -> None:
    names = Encoder(replace(F8, mid_attention=False)).state_dict()
    assert not [name for name in names if "attn" in name]
    assert any("attn" in name for name in Encoder(F8).state_dict())


@pytest.mark.parametrize("mid_attention", [True, False])
def test_middle_attention_lets_far_cells_speak(mid_attention: bool) -> None:
    config = replace(F8, ch_mult=(1, 1), resolution=8, mid_attention=mid_attention, num_groups=8)
    torch.manual_seed(0)
    encoder = Encoder(config)
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    # group norms see everything as well, so they are taken out of the question
    for module in encoder.modules():
        if isinstance(module, torch.nn.GroupNorm):
            module.forward = lambda x: x  # type: ignore[method-assign]
    (gradient,) = torch.autograd.grad(encoder(image)[0, :, 0, 0].sum(), image)
    assert (gradient[..., 48:, 48:].abs().sum() > 0) == mid_attention


def test_state_dict_names_are_tamings() -> None:
    """The f16 ImageNet configuration's names, with fewer levels and blocks."""
    config = AutoencoderConfig(
        ch=4,
        ch_mult=(1, 2),
        num_res_blocks=2,
        resolution=16,
        z_channels=8,
        attn_resolutions=(8,),
        num_groups=4,
    )
    expected = {"quantize.embedding.weight"}
    for half in ("encoder", "decoder"):
        expected |= names_of(half, ["conv_in", "norm_out", "conv_out"])
        expected |= names_of(f"{half}.mid.attn_1", ATTENTION)
        for block in (1, 2):
            expected |= names_of(f"{half}.mid.block_{block}", RESNET)
    for level, count in (("encoder.down", 2), ("decoder.up", 3)):
        for index in range(count):
            expected |= names_of(f"{level}.0.block.{index}", RESNET)
            expected |= names_of(f"{level}.1.block.{index}", RESNET)
            expected |= names_of(f"{level}.1.attn.{index}", ATTENTION)
    expected |= names_of("encoder.down.1.block.0", ["nin_shortcut"])
    expected |= names_of("decoder.up.0.block.0", ["nin_shortcut"])
    expected |= names_of("encoder.down.0", ["downsample.conv"])
    expected |= names_of("decoder.up.1", ["upsample.conv"])
    expected |= {
        f"{name}.{kind}"
        for name in ("quant_conv", "post_quant_conv")
        for kind in ("weight", "bias")
    }
    assert set(VQGAN(VQGANConfig(config, 16, 8)).state_dict()) == expected


def test_state_dict_names_of_the_gumbel_variant_are_tamings() -> None:
    names = VQGAN(VQGANConfig(F8, 16, 5, "gumbel")).state_dict()
    quantizer = {name for name in names if name.startswith("quantize.")}
    assert quantizer == {"quantize.proj.weight", "quantize.proj.bias", "quantize.embed.weight"}
    assert names["quant_conv.weight"].shape == (6, 6, 1, 1)


def test_a_configuration_survives_json() -> None:
    fields = {
        "autoencoder": {
            "ch": 8,
            "ch_mult": [1, 2],
            "num_res_blocks": 1,
            "resolution": 16,
            "z_channels": 4,
            "attn_resolutions": [8],
        },
        "codebook_size": 32,
        "embed_dim": 4,
        "quantizer": "unit",
    }
    config = VQGANConfig.from_json(fields)
    assert config.autoencoder.ch_mult == (1, 2)
    assert config.autoencoder.attn_resolutions == (8,)
    assert config.quantizer == "unit"
    assert config.autoencoder.factor == 2


def test_a_frozen_upsampling_and_its_gradient_are_those_of_repetition_and_convolution() -> None:
    torch.manual_seed(0)
    layer = Upsample(6)
    x = torch.randn(2, 6, 5, 7).contiguous(memory_format=torch.channels_last).requires_grad_()
    wanted = layer(x)  # in training
    towards = torch.randn_like(wanted)
    (wanted_gradient,) = torch.autograd.grad((wanted * towards).sum(), x)
    layer.requires_grad_(False)
    found = layer(x)
    (gradient,) = torch.autograd.grad((found * towards).sum(), x)
    assert not torch.equal(found, wanted)  # another way to the same
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(gradient, wanted_gradient)
