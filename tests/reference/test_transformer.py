"""Our transformer of codes against taming's minGPT and its coordinates, on the same weights."""

import pytest
import torch

from engine.vqgan.transformer import CodeTransformer, TransformerConfig, sample_codes

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # taming's own
]


def test_logits_and_the_likeliest_codes_equal_mingpts():
    mingpt = pytest.importorskip("taming.modules.transformer.mingpt", exc_type=ImportError)
    torch.manual_seed(0)
    theirs = mingpt.GPT(vocab_size=32, block_size=65, n_layer=2, n_head=4, n_embd=64).eval()
    for parameter in theirs.parameters():
        parameter.data = torch.randn_like(parameter) / max(1, parameter.shape[-1]) ** 0.5
    state = {key: value for key, value in theirs.state_dict().items() if "mask" not in key}
    ours = CodeTransformer(TransformerConfig(32, 65, 64, 2, 4)).eval()
    ours.load_state_dict(state)
    codes = torch.randint(32, (2, 65))
    with torch.inference_mode():
        expected = theirs(codes)[0]
        assert expected.std() > 0.1
        torch.testing.assert_close(ours(codes), expected, atol=1e-4, rtol=0)
    sequence = torch.zeros(1, 1, dtype=torch.long)
    for _ in range(64):
        sequence = torch.cat([sequence, theirs(sequence)[0][:, -1].argmax(-1, keepdim=True)], 1)
    found = sample_codes(ours, torch.zeros(8, 8, dtype=torch.long), 0, codebook_size=32, top_k=1)
    assert torch.equal(found.flatten(), sequence[0, 1:])


def test_coordinates_equal_tamings():
    coord = pytest.importorskip("taming.modules.misc.coord", exc_type=ImportError)
    height, width, factor = 128, 192, 16
    pixels = torch.arange(height * width).view(1, 1, height, width) / (height * width)
    _, _, (_, _, expected) = coord.CoordStage(1024, factor).encode(pixels)
    model = CodeTransformer(TransformerConfig(8, 9, 8, 1, 1, "coordinates", 1024))
    found = model.condition(height // factor, width // factor, None, factor)
    assert torch.equal(found, expected[0, 0])
