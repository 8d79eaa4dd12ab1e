"""A canvas begins several times and goes on from the start that another eye prefers."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.perceptor.second_eye import SecondEye
from engine.synthesis.canvas import Canvas, Frame
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.synthesis.settings import SynthesisSettings
from ganshare.errors import InternalError
from ganshare.prompts import parse_prompts

pytestmark = pytest.mark.usefixtures("one_thread")

STEPS = 9
SETTINGS = SynthesisSettings(coarse_side=32, coarse_share=0.7, starts=3, start_share=0.23)


@pytest.fixture(scope="module")
def painter(small_painter: Painter) -> Painter:
    return small_painter.with_settings(SETTINGS)


def canvas_of(painter: Painter, prompt: str = "painting of a castle", **changes: object) -> Canvas:
    parts = parse_prompts(prompt)
    request = PaintingRequest(parts, attributes_of(parts), 3, 64, 64, STEPS, 2)
    return Canvas(painter, replace(request, **changes))  # type: ignore[arg-type]


def finish(canvas: Canvas) -> Frame:
    while not canvas.finished:
        canvas.advance()
    return canvas.frame()


@pytest.fixture(scope="module")
def whole(painter: Painter) -> Frame:
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # as `one_thread` does, which is of each test
    frame = finish(canvas_of(painter))
    torch.set_num_threads(before)
    return frame


def test_the_start_that_is_seen_best_is_kept(
    painter: Painter, whole: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    canvas = canvas_of(painter)
    embed = SecondEye.embed_images

    def note(eye: SecondEye, images: torch.Tensor) -> torch.Tensor:
        features = embed(eye, images)
        looked.append(float(features[0] @ canvas.starts.subject))
        return features

    monkeypatch.setattr(SecondEye, "embed_images", note)
    frame = finish(canvas)
    assert len(set(looked)) == 3
    assert frame.start == max(range(3), key=looked.__getitem__)
    assert torch.equal(frame.image, whole.image)


def test_a_start_that_is_named_is_kept(painter: Painter, whole: Frame) -> None:
    for number in range(3):
        chosen = painter.with_settings(replace(SETTINGS, start=number))
        frame = finish(canvas_of(chosen))
        assert frame.start == number
        assert torch.equal(frame.image, whole.image) == (number == whole.start)


def test_starts_are_of_a_painting_with_words_from_nothing(painter: Painter) -> None:
    image = torch.full((3, 64, 64), 0.5)
    assert canvas_of(painter).starts.count == 3
    assert canvas_of(painter, init_image=image).starts.count == 1
    assert canvas_of(painter, "painting of circles").starts.count == 1  # they are drawn
    assert canvas_of(painter, attributes=None).starts.count == 1
    story = (parse_prompts("a ship"),)
    assert canvas_of(painter, story=story).starts.count == 1
    small = painter.with_settings(replace(SETTINGS, coarse_side=64))
    assert canvas_of(small).starts.count == 1


class OfAnotherPackage:
    """A perceptor that has nothing but what every perceptor has."""

    def __init__(self, perceptor: Any) -> None:
        self._perceptor = perceptor

    def __getattr__(self, name: str) -> Any:
        if name == "second_eye":
            raise AttributeError(name)
        return getattr(self._perceptor, name)


def test_without_a_second_eye_there_is_one_start(painter: Painter) -> None:
    once = finish(canvas_of(painter.with_settings(replace(SETTINGS, starts=1, second_weight=0.0))))
    plain = Painter(painter.vqgan, OfAnotherPackage(painter.perceptor), settings=SETTINGS)
    frame = finish(canvas_of(plain))
    assert frame.start is None
    assert torch.equal(frame.image, once.image)


@pytest.mark.parametrize("saved_at", [1, 2, 5])
def test_a_painting_is_resumed_among_its_starts(
    painter: Painter, whole: Frame, saved_at: int
) -> None:
    first, second = canvas_of(painter), canvas_of(painter)
    for _ in range(saved_at):
        first.advance()
    second.restore(first.state())
    frame = finish(second)
    assert frame.start == whole.start
    assert torch.equal(frame.image, whole.image)


def test_a_step_that_fails_where_a_start_ends_can_be_taken_again(
    painter: Painter, whole: Frame
) -> None:
    canvas = canvas_of(painter)
    objective = canvas.objective
    broken = replace(objective, targets=(replace(objective.targets[0], weight=float("nan")),))
    while not canvas.finished:
        canvas.objective = broken
        with pytest.raises(InternalError, match="not finite"):
            canvas.advance()
        canvas.objective = objective
        canvas.advance()
    assert torch.equal(canvas.frame().image, whole.image)
