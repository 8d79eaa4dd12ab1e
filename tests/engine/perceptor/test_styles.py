"""The embedded reader of styles: which it knows, and that a canvas can follow it."""

import pytest
import torch

from engine.guidance import Style
from engine.perceptor import load_perceptor
from engine.perceptor.embedded import EmbeddedPerceptor
from engine.perceptor.styles import STYLE_SIDE
from engine.registry import default_model
from ganshare.errors import InternalError
from wordlists import word_lists


@pytest.fixture(scope="module")
def perceptor() -> EmbeddedPerceptor:
    return load_perceptor(default_model("perceptor"))


def test_the_styles_are_those_of_prompts(perceptor: EmbeddedPerceptor) -> None:
    assert set(perceptor.styles) < {style.lower() for style in word_lists().styles}
    assert {"impressionist", "abstract", "cubist"} <= set(perceptor.styles)


@torch.no_grad()
def test_a_reading_does_not_depend_on_its_batch_mates(perceptor: EmbeddedPerceptor) -> None:
    images = torch.rand(3, 3, STYLE_SIDE, STYLE_SIDE, generator=torch.Generator().manual_seed(1))
    together = perceptor.read_styles(images)
    assert together.shape == (3, len(perceptor.styles))
    assert torch.allclose(perceptor.read_styles(images[1:2])[0], together[1], atol=1e-3)


def test_a_canvas_follows_the_style_that_it_is_pulled_to(perceptor: EmbeddedPerceptor) -> None:
    canvas = torch.full((1, 3, 96, 64), 0.5, requires_grad=True)
    style = Style(perceptor, perceptor.styles.index("cubist"), weight=1.0)
    optimiser = torch.optim.Adam([canvas], 0.05)
    before = style.loss(canvas).item()
    for _ in range(5):
        optimiser.zero_grad()
        style.loss(canvas).backward()
        optimiser.step()
    assert style.loss(canvas).item() < 0.5 * before


def test_a_canvas_that_is_read_rightly_is_pulled_no_further(perceptor: EmbeddedPerceptor) -> None:
    canvas = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    losses = [
        Style(perceptor, index, weight=1.0).loss(canvas).item()
        for index in range(len(perceptor.styles))
    ]
    assert min(losses) == 0.0
    assert max(losses) > 1.0


def test_a_perceptor_without_a_reader_says_so(perceptor: EmbeddedPerceptor) -> None:
    plain = EmbeddedPerceptor(
        perceptor.extractor, perceptor.heads, perceptor.language, perceptor.tokenizer
    )
    assert plain.styles == ()
    with pytest.raises(InternalError):
        plain.read_styles(torch.zeros(1, 3, STYLE_SIDE, STYLE_SIDE))
