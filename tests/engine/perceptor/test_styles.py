"""The embedded reader of styles: which it knows, and that a canvas can follow it."""

import pytest
import torch

from engine.model_folder import default_model
from engine.perceptor import load_perceptor
from engine.perceptor.embedded import EmbeddedPerceptor
from engine.perceptor.styles import STYLE_ADJECTIVES, STYLE_SIDE
from engine.synthesis.losses import Style
from ganshare.errors import InternalError
from wordlists import word_lists


@pytest.fixture(scope="module")
def perceptor() -> EmbeddedPerceptor:
    return load_perceptor(default_model("perceptor"))


PROMPTS = [style.lower() for style in word_lists().styles]


def among_prompts(perceptor: EmbeddedPerceptor, name: str) -> Style:
    rivals = [each for each in PROMPTS if each in perceptor.styles and each != name]
    return Style(perceptor, name, tuple(rivals), weight=1.0)


def test_the_styles_are_those_of_prompts_and_labels(perceptor: EmbeddedPerceptor) -> None:
    assert len(set(perceptor.styles)) == len(perceptor.styles)
    assert set(PROMPTS) - set(perceptor.styles) <= {"postmodern"}
    assert set(perceptor.styles) <= {*PROMPTS, *STYLE_ADJECTIVES.values()}


@torch.no_grad()
def test_a_reading_does_not_depend_on_its_batch_mates(perceptor: EmbeddedPerceptor) -> None:
    images = torch.rand(3, 3, STYLE_SIDE, STYLE_SIDE, generator=torch.Generator().manual_seed(1))
    together = perceptor.read_styles(images)
    assert together.shape == (3, len(perceptor.styles))
    assert torch.allclose(perceptor.read_styles(images[1:2])[0], together[1], atol=1e-3)


def test_a_canvas_follows_the_style_that_it_is_pulled_to(perceptor: EmbeddedPerceptor) -> None:
    canvas = torch.full((1, 3, 96, 64), 0.5, requires_grad=True)
    style = among_prompts(perceptor, "cubist")
    optimiser = torch.optim.Adam([canvas], 0.05)
    before = style.loss(canvas).item()
    for _ in range(5):
        optimiser.zero_grad()
        style.loss(canvas).backward()
        optimiser.step()
    assert style.loss(canvas).item() < 0.5 * before


def test_a_canvas_that_is_read_rightly_is_pulled_no_further(perceptor: EmbeddedPerceptor) -> None:
    canvas = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    names = [name for name in PROMPTS if name in perceptor.styles]
    losses = [among_prompts(perceptor, name).loss(canvas).item() for name in names]
    assert min(losses) == 0.0
    assert max(losses) > 1.0


def test_a_perceptor_without_a_reader_says_so(perceptor: EmbeddedPerceptor) -> None:
    plain = EmbeddedPerceptor(
        perceptor.extractor, perceptor.heads, perceptor.language, perceptor.tokenizer
    )
    assert plain.styles == ()
    with pytest.raises(InternalError):
        plain.read_styles(torch.zeros(1, 3, STYLE_SIDE, STYLE_SIDE))
