"""ISR's networks: output sizes, numeric types and the architecture's errors."""

import pytest
import torch

from engine.upscale.networks import build_network
from ganshare.errors import ModelError

RRDN = {
    "network": "rrdn",
    "convolutions": 2,
    "dense_blocks": 2,
    "growth": 4,
    "features": 6,
    "residual_blocks": 2,
    "scale": 4,
}
RDN = {
    "network": "rdn",
    "convolutions": 2,
    "dense_blocks": 3,
    "growth": 4,
    "features": 6,
    "scale": 2,
}


@pytest.mark.parametrize(
    ("architecture", "scale"),
    [
        (RRDN, 4),
        (RRDN | {"scale": 3}, 3),
        (RDN, 2),
        (RDN | {"upsampling": "shuffle", "scale": 3}, 3),
    ],
)
def test_the_output_is_scale_times_larger(architecture, scale):
    out = build_network(architecture)(torch.rand(2, 3, 9, 14))
    assert out.shape == (2, 3, 9 * scale, 14 * scale)


@pytest.mark.parametrize("architecture", [RRDN, RDN])
def test_bfloat16_blocks_keep_a_float32_image(architecture):
    torch.manual_seed(0)
    network = build_network(architecture)
    image = torch.rand(1, 3, 12, 12)
    exact = network(image)
    network.blocks.to(torch.bfloat16)
    rounded = network(image)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    torch.testing.assert_close(rounded, exact, atol=0.02, rtol=0)


def test_an_unknown_network_is_refused():
    with pytest.raises(ModelError, match="'rdnn' is unknown; allowed are rdn and rrdn"):
        build_network({"network": "rdnn"})


@pytest.mark.parametrize("change", [{"depth": 3}, {"upsampling": "bilinear"}])
def test_arguments_that_do_not_fit_are_refused(change):
    with pytest.raises(ModelError):
        build_network(RDN | change)
