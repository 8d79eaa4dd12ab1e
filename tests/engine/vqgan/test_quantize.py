"""Vector quantisation: the nearest entry, gradients that pass straight through."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.vqgan.blocks import AutoencoderConfig
from engine.vqgan.model import VQGAN, VQGANConfig, random_latent
from engine.vqgan.quantize import (
    GumbelQuantizer,
    VectorQuantizer,
    look_up,
    nearest_indices,
    straight_through,
)

SIZES = {"codebook_size": st.integers(1, 40), "dim": st.integers(1, 8), "seed": st.integers(0, 999)}


def random_codebook(size: int, dim: int, seed: int) -> torch.Tensor:
    return torch.randn(size, dim, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None, max_examples=40)
@given(**SIZES)
def test_the_nearest_entry_is_nearest_of_all(codebook_size: int, dim: int, seed: int) -> None:
    codebook = random_codebook(codebook_size, dim, seed)
    latent = random_codebook(2 * 3 * 4, dim, seed + 1).view(2, 3, 4, dim).permute(0, 3, 1, 2)
    chosen = look_up(nearest_indices(latent, codebook), codebook)
    every = (latent[:, None] - codebook[None, :, :, None, None]).norm(dim=2)  # (2, size, 3, 4)
    torch.testing.assert_close((latent - chosen).norm(dim=1), every.amin(1))


def test_the_nearest_entries_are_the_same_however_many_cells_there_are() -> None:
    codebook = random_codebook(8192, 8, 0)
    latent = random_codebook(40 * 40, 8, 1).view(1, 40, 40, 8).permute(0, 3, 1, 2)
    together = nearest_indices(latent, codebook)
    cells = [nearest_indices(latent[:, :, row : row + 1], codebook) for row in range(40)]
    assert torch.equal(together, torch.cat(cells, 1))


@settings(deadline=None, max_examples=40)
@given(**SIZES, unit=st.booleans())
def test_codebook_entries_come_back_as_they_are(
    codebook_size: int, dim: int, seed: int, unit: bool
) -> None:
    torch.manual_seed(seed)
    dim = max(2, dim)  # on a line there are only two unit vectors
    quantizer = VectorQuantizer(codebook_size, dim, unit=unit)
    quantizer.embedding.weight.data.normal_()
    gaps = torch.cdist(quantizer.codebook, quantizer.codebook).fill_diagonal_(torch.inf)
    # float32 cannot tell entries apart whose squared distance is below its epsilon
    clear = (gaps.amin(1) > 0.01).nonzero()[:, 0]
    assume(len(clear))
    indices = clear[torch.randint(len(clear), (1, 5, 3))]
    quantized = quantizer(look_up(indices, quantizer.codebook))
    assert torch.equal(quantized.indices, indices)
    torch.testing.assert_close(quantized.latent, look_up(indices, quantizer.codebook))
    assert quantized.loss.item() == pytest.approx(0.0, abs=1e-10)


def test_the_gradient_passes_straight_through() -> None:
    latent = torch.randn(1, 4, 2, 3, requires_grad=True)
    weights = torch.randn(1, 4, 2, 3)
    entries = torch.randn(1, 4, 2, 3)
    through = straight_through(entries, latent)
    torch.testing.assert_close(through, entries)
    (weights * through).sum().backward()
    assert latent.grad is not None
    torch.testing.assert_close(latent.grad, weights)


def test_the_loss_pulls_entries_to_latents_and_latents_to_entries() -> None:
    quantizer = VectorQuantizer(8, 4, commitment=0.5)
    latent = torch.randn(1, 4, 2, 2, requires_grad=True)
    quantized = quantizer(latent)
    quantized.loss.backward()
    entries = look_up(quantized.indices, quantizer.codebook)
    assert latent.grad is not None
    torch.testing.assert_close(latent.grad, 0.5 * 2 * (latent - entries) / latent.numel())
    used = quantizer.embedding.weight.grad
    assert used is not None
    assert set(used.abs().sum(1).nonzero().flatten().tolist()) == set(
        quantized.indices.flatten().tolist()
    )


def test_unit_codes_have_length_1() -> None:
    quantizer = VectorQuantizer(8, 4, unit=True)
    quantizer.embedding.weight.data.mul_(3)
    torch.testing.assert_close(quantizer.codebook.norm(dim=1), torch.ones(8))
    latent = quantizer(10 * torch.randn(1, 4, 3, 3)).latent
    torch.testing.assert_close(latent.norm(dim=1), torch.ones(1, 3, 3))


def test_gumbel_takes_the_likeliest_entry_when_it_does_not_train() -> None:
    quantizer = GumbelQuantizer(16, 5, z_channels=6).eval()
    latent = torch.randn(2, 6, 3, 4)
    quantized = quantizer(latent)
    assert torch.equal(quantized.indices, quantizer.proj(latent).argmax(1))
    torch.testing.assert_close(quantized.latent, look_up(quantized.indices, quantizer.codebook))
    assert quantized.loss.item() >= 0


def test_gumbel_samples_while_it_trains_and_passes_a_gradient() -> None:
    torch.manual_seed(0)
    quantizer = GumbelQuantizer(16, 5, z_channels=6)
    latent = torch.randn(1, 6, 8, 8, requires_grad=True)
    first, second = quantizer(latent), quantizer(latent)
    assert not torch.equal(first.indices, second.indices)
    first.latent.sum().backward()
    assert latent.grad is not None
    assert latent.grad.abs().sum() > 0


@pytest.mark.parametrize("kind", ["vector", "unit", "gumbel"])
def test_a_vqgan_decodes_its_own_indices(kind: str) -> None:
    torch.manual_seed(0)
    autoencoder = AutoencoderConfig(
        ch=4, ch_mult=(1, 1), num_res_blocks=1, resolution=8, z_channels=6, num_groups=4
    )
    model = VQGAN(VQGANConfig(autoencoder, 12, 5, kind)).eval()  # type: ignore[arg-type]
    reconstruction, quantized = model(torch.rand(1, 3, 8, 12) * 2 - 1)
    torch.testing.assert_close(model.decode_indices(quantized.indices), reconstruction)


@pytest.mark.parametrize("kind", ["vector", "unit", "gumbel"])
def test_a_random_latent_lies_on_the_codebook(kind: str) -> None:
    autoencoder = AutoencoderConfig(
        ch=4, ch_mult=(1, 1), num_res_blocks=1, resolution=8, z_channels=6, num_groups=4
    )
    model = VQGAN(VQGANConfig(autoencoder, 12, 5, kind))  # type: ignore[arg-type]
    first, again = (random_latent(model, 3, 4, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first, again)
    torch.testing.assert_close(model.vector_quantize(first), first)
