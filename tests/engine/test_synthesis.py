"""The synthesis loop on the embedded models: it repeats, it keeps to itself, it gets closer."""

from dataclasses import replace

import pytest
import torch

from engine.canvas import Canvas, Frame
from engine.registry import default_model
from engine.request import PaintingRequest
from engine.synthesis import Painter, load_painter
from ganshare.errors import InternalError
from ganshare.prompts import WeightedPrompt
from ganshare.prompts.attributes import find_attributes
from wordlists import CATEGORIES, word_lists

CASTLE = "Cubist Painting of a Castle in Teal"


@pytest.fixture(scope="module")
def painter() -> Painter:
    return load_painter(default_model("vqgan"), default_model("perceptor"))


def request(text: str = CASTLE, seed: int = 1, **overrides: object) -> PaintingRequest:
    fields = {"width": 64, "height": 64, "steps": 5, "num_cutouts": 3, **overrides}
    return PaintingRequest((WeightedPrompt(text, 1.0),), find_attributes(text), seed, **fields)  # type: ignore[arg-type]


def finished(painter: Painter, *requests: PaintingRequest) -> tuple[Frame, ...]:
    return list(painter.paint(requests))[-1]


def test_the_same_request_gives_the_same_pixels(painter: Painter) -> None:
    first, second = (finished(painter, request())[0] for _ in range(2))
    assert torch.equal(first.image, second.image)
    assert first.losses == second.losses


def test_another_seed_gives_another_painting(painter: Painter) -> None:
    first, second = (finished(painter, request(seed=seed))[0] for seed in (1, 2))
    assert not torch.equal(first.image, second.image)


def test_a_painting_does_not_depend_on_its_batch_mates(painter: Painter) -> None:
    mates = (request("a red sun", 7, steps=3), request(), request("a lake", 8, width=96))
    alone = finished(painter, request())[0]
    in_company = finished(painter, *mates)[1]
    assert torch.equal(alone.image, in_company.image)


def test_frames_come_first_in_between_and_last(painter: Painter) -> None:
    frames = [frame for (frame,) in painter.paint([request(steps=7)], every=3)]
    assert [frame.step for frame in frames] == [1, 3, 6, 7]
    assert all(frame.image.shape == (3, 64, 64) for frame in frames)
    assert all(frame.image.min() >= 0 and frame.image.max() <= 1 for frame in frames)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CASTLE, "cubist"),
        ("an Art Nouveau painting of a rose | mist:0.2", "art nouveau"),
        ("a post-impressionist painting of a rose", "post-impressionist"),
        ("Surrealist painting of a cow", "surrealist"),
        ("a red sun", None),
        ("Postmodern Painting of a Teapot in Mint Green", None),
    ],
)
def test_a_style_that_can_be_read_leads_the_painting(
    painter: Painter, text: str, name: str | None
) -> None:
    style = painter.style_of(request(text), drawn=False)
    assert (style and style.name) == name
    assert style is None or style.name not in style.rivals


def test_a_style_is_told_from_those_that_prompts_may_have(painter: Painter) -> None:
    style = painter.style_of(request(), drawn=False)
    assert style is not None
    assert "impressionist" in style.rivals
    assert "post-impressionist" not in style.rivals


def test_what_is_akin_to_the_subject_is_hardly_a_rival(painter: Painter) -> None:
    contrast = painter.contrast_of(find_attributes("Cubist Painting of a Canyon in Teal"))
    assert contrast is not None
    subjects = [text for category in CATEGORIES for text in word_lists().subjects(category)]
    assert len(contrast.rivals) == len(subjects)
    canyon, gorge, teapot = (
        contrast.handicaps[subjects.index(text)].item()
        for text in ("a Canyon", "a Gorge", "a Teapot")
    )
    assert canyon == pytest.approx(painter.settings.forgiven)
    assert canyon > gorge > teapot + 0.1
    assert painter.contrast_of(find_attributes("")) is None


def test_the_drawing_that_shows_its_shape_best_is_painted_over(painter: Painter) -> None:
    asked = request("Abstract Painting with Triangles in Teal", 4, width=128, height=128)
    first, best = (
        Painter(painter.vqgan, painter.perceptor, settings=settings).composition_of(asked)
        for settings in (replace(painter.settings, drawings=1), painter.settings)
    )
    contrast = painter.contrast_of(asked.attributes)
    assert first is not None
    assert best is not None
    assert contrast is not None
    cutouts = painter.draw_cutouts(asked, (128, 128), torch.Generator().manual_seed(asked.seed))

    def surprise(drawing: torch.Tensor) -> float:
        return contrast.loss(painter.embed(painter.take(cutouts, drawing[None]))).item()

    assert surprise(best.drawing) < surprise(first.drawing)


def test_the_canvas_may_be_wide_or_tall(painter: Painter) -> None:
    assert finished(painter, request(width=128, height=64))[0].image.shape == (3, 64, 128)


def test_a_painting_gets_closer_to_its_prompt(painter: Painter) -> None:
    frames = [frame for (frame,) in painter.paint([request(steps=40)], every=None)]
    assert frames[-1].losses[CASTLE] < 0.9 * frames[0].losses[CASTLE]


def test_the_named_colour_comes_onto_the_canvas(painter: Painter) -> None:
    palette = painter.palette_of(request("a lake in Crimson"))
    assert palette is not None

    named = [request("a lake in Crimson", seed, steps=40) for seed in (1, 2, 3)]  # one may stray
    frames = finished(painter, *named, request("a lake", steps=40))
    *with_it, without = (palette.loss(frame.image[None]).item() for frame in frames)
    assert sum(with_it) / len(with_it) < 0.8 * without


def test_what_is_painted_is_found_before_how(painter: Painter) -> None:
    canvas = Canvas(painter, request(steps=10))
    for _ in range(canvas.style_step):
        canvas.advance()
    by_words = canvas.losses["style"]
    canvas.advance()
    assert canvas.losses["style"] > by_words + 0.01


def test_an_init_image_is_where_the_painting_starts(painter: Painter) -> None:
    init = torch.zeros(3, 50, 70)
    init[0] = 1.0
    start = finished(painter, request("a lake", init_image=init, steps=1))[0].image
    assert start[0].mean() > start[1].mean() + 0.4


def test_an_image_alone_can_be_the_prompt(painter: Painter) -> None:
    target = torch.rand(3, 40, 40, generator=torch.Generator().manual_seed(0))
    wanted = PaintingRequest((), None, 3, 64, 64, steps=2, num_cutouts=2, target_images=(target,))
    assert "image" in finished(painter, wanted)[0].losses


def test_noise_prompts_change_the_painting_and_repeat(painter: Painter) -> None:
    noisy = request(noise_prompts=((11, 0.5),))
    plain, first, second = (finished(painter, one)[0].image for one in (request(), noisy, noisy))
    assert torch.equal(first, second)
    assert not torch.equal(plain, first)


def test_a_plateau_ends_a_painting_early(painter: Painter) -> None:
    settings = replace(painter.settings, plateau_steps=2, plateau_gain=10.0)
    patient = Painter(painter.vqgan, painter.perceptor, settings=settings)
    assert finished(patient, request(steps=50))[0].step < 10


def test_a_loss_that_is_not_finite_stops_the_painting(painter: Painter) -> None:
    canvas = Canvas(painter, request())
    canvas.targets = [replace(canvas.targets[0], weight=float("nan"))]
    with pytest.raises(InternalError, match="not finite"):
        canvas.advance()
