"""Stories, moving canvases and optimisers: each stage counts, and all go on from a saved state."""

from dataclasses import replace

import pytest
import torch

from engine.synthesis.canvas import Canvas
from engine.synthesis.method import OPTIMISERS
from engine.synthesis.motion import Motion
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import attributes_of, parse_prompts

pytestmark = pytest.mark.usefixtures("one_thread")

CASTLE, RUIN = parse_prompts("a castle"), parse_prompts("a ruin in Teal")


def request(**overrides: object) -> PaintingRequest:
    return replace(PaintingRequest(CASTLE, attributes_of(CASTLE), 1, 64, 64, 4, 1), **overrides)  # type: ignore[arg-type]


def advanced(canvas: Canvas, steps: int) -> Canvas:
    for _ in range(steps):
        canvas.advance()
    return canvas


def test_each_chapter_of_a_story_is_painted_in_its_share_of_the_steps(
    small_painter: Painter,
) -> None:
    canvas = Canvas(small_painter, request(steps=5, story=(RUIN,)))
    told = [set(advanced(canvas, 1).losses) & {"a castle", "a ruin in Teal"} for _ in range(5)]
    assert told == [{"a castle"}] * 3 + [{"a ruin in Teal"}] * 2
    assert "palette" in canvas.losses  # its attributes count, too


def test_a_chapter_begins_with_large_steps(small_painter: Painter) -> None:
    canvas = Canvas(small_painter, request(story=(RUIN,)))
    sizes = []
    for _ in range(4):
        sizes.append(canvas._step_size())
        advanced(canvas, 1)
    assert sizes[0] == sizes[2] == small_painter.settings.step_size
    assert sizes[1] == sizes[3] < sizes[0]


def test_the_canvas_moves_as_it_was_told() -> None:
    image = torch.rand(1, 3, 32, 48)
    moved = Motion(1.0, (4.0, -2.0)).move(image)
    torch.testing.assert_close(moved[..., :-2, 4:], image[..., 2:, :-4], atol=1e-4, rtol=0)
    grown = Motion(2.0).move(image)[0, :, ::2, ::2]  # the middle, twice as large
    assert (grown - image[0, :, 8:24, 12:36]).abs().mean() < 0.2
    torch.testing.assert_close(Motion().move(image), image, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "overrides",
    [{"story": (RUIN,)}, {"motion": Motion(1.1, (3.0, 0.0), 1)}],
    ids=["story", "motion"],
)
def test_they_go_on_from_a_saved_state(
    small_painter: Painter, overrides: dict[str, object]
) -> None:
    canvas = advanced(Canvas(small_painter, request(**overrides)), 2)
    resumed = Canvas(small_painter, request(**overrides))
    resumed.restore(canvas.state())
    first, second = (advanced(each, 2).frame().image for each in (canvas, resumed))
    assert torch.equal(first, second)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_optimiser_descends_and_goes_on_from_a_saved_state(
    small_painter: Painter, name: str
) -> None:
    settings = replace(small_painter.settings, optimiser=name)
    painter = small_painter.with_settings(settings)
    canvas, start = Canvas(painter, request()), Canvas(painter, request())
    advanced(canvas, 2)
    assert not torch.equal(canvas.latent, start.latent)
    start.restore(canvas.state())
    first, second = (advanced(each, 1).latent for each in (canvas, start))
    assert torch.equal(first, second)


def test_an_init_weight_keeps_a_painting_near_its_init_image(small_painter: Painter) -> None:
    init = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(1))
    away = []
    for weight in (0.0, 100.0):
        settings = replace(small_painter.settings, init_weight=weight)
        canvas = Canvas(small_painter.with_settings(settings), request(init_image=init, steps=16))
        start = canvas.latent.detach().clone()
        away.append((advanced(canvas, 16).latent - start).square().mean().item())
    assert away[1] < 0.8 * away[0]
    assert "init" in canvas.losses
    alone = Canvas(small_painter, request(init_image=init, steps=16, init_weight=100.0))
    assert torch.equal(advanced(alone, 16).latent, canvas.latent)
