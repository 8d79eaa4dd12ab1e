"""The synthesis loop: it repeats, it keeps to itself, it gets closer."""

from dataclasses import replace

import pytest
import torch

from engine.model_folder import default_model
from engine.synthesis.canvas import Canvas, Frame
from engine.synthesis.loop import load_painter, paint
from engine.synthesis.objective import Objective
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.errors import InternalError
from ganshare.prompts import WeightedPrompt, attributes_of, parse_prompts

CASTLE = "Cubist Painting of a Castle in Teal"


@pytest.fixture(scope="module")
def painter(small_painter: Painter) -> Painter:
    return small_painter


@pytest.fixture(scope="module")
def real_painter() -> Painter:
    return load_painter(default_model("vqgan"), default_model("perceptor"))


def request(text: str = CASTLE, seed: int = 1, **overrides: object) -> PaintingRequest:
    fields = {"width": 64, "height": 64, "steps": 5, "num_cutouts": 3, **overrides}
    prompts = fields.pop("prompts", (WeightedPrompt(text, 1.0),))
    return PaintingRequest(prompts, attributes_of(prompts), seed, **fields)  # type: ignore[arg-type]


def finished(painter: Painter, *requests: PaintingRequest) -> tuple[Frame, ...]:
    return list(paint(painter, requests))[-1]


def test_the_same_request_gives_the_same_pixels(painter: Painter) -> None:
    first, second = (finished(painter, request())[0] for _ in range(2))
    assert torch.equal(first.image, second.image)
    assert first.losses == second.losses


def test_another_seed_gives_another_painting(painter: Painter) -> None:
    first, second = (finished(painter, request(seed=seed))[0] for seed in (1, 2))
    assert not torch.equal(first.image, second.image)


@pytest.mark.heavy
def test_a_painting_does_not_depend_on_its_batch_mates(painter: Painter) -> None:
    mates = (request("a red sun", 7, steps=3), request(), request("a lake", 8, width=96))
    alone = finished(painter, request())[0]
    in_company = finished(painter, *mates)[1]
    assert torch.equal(alone.image, in_company.image)


def test_frames_come_first_in_between_and_last(painter: Painter) -> None:
    frames = [frame for (frame,) in paint(painter, [request(steps=7)], every=3)]
    assert [frame.step for frame in frames] == [1, 3, 6, 7]
    assert all(frame.image.shape == (3, 64, 64) for frame in frames)
    assert all(frame.image.min() >= 0 and frame.image.max() <= 1 for frame in frames)


def together(painter: Painter, prompt: str, **overrides: object) -> Canvas:
    return Canvas(painter, request(prompts=parse_prompts(prompt), **overrides))


@pytest.mark.parametrize(
    "parts", [("a cat", "a stormy sea"), ("cubist castle in teal", "fauvist rings in red:0.5")]
)
def test_the_order_of_parts_makes_no_difference(painter: Painter, parts: tuple[str, str]) -> None:
    there, back = (together(painter, " | ".join(each), steps=3) for each in (parts, parts[::-1]))
    for _ in range(3):
        there.advance()
        back.advance()
    assert there.losses == back.losses
    assert torch.equal(there.frame().image, back.frame().image)


def test_the_canvas_may_be_wide_or_tall(painter: Painter) -> None:
    assert finished(painter, request(width=128, height=64))[0].image.shape == (3, 64, 128)


@pytest.mark.heavy
def test_a_painting_gets_closer_to_its_prompt(real_painter: Painter) -> None:
    frames = [frame for (frame,) in paint(real_painter, [request(steps=20)], every=None)]
    assert frames[-1].losses[CASTLE] < 0.9 * frames[0].losses[CASTLE]


@pytest.mark.heavy
def test_the_named_colour_comes_onto_the_canvas(real_painter: Painter) -> None:
    (palette,) = Objective.of(request("a lake in Crimson"), real_painter).palettes
    named = [request("a lake in Crimson", seed, steps=28) for seed in (2, 3)]  # one may stray
    frames = finished(real_painter, *named, request("a lake", steps=28))
    *with_it, without = (palette.loss(frame.image[None]).item() for frame in frames)
    assert sum(with_it) / len(with_it) < 0.8 * without


def test_what_is_painted_is_found_before_how(real_painter: Painter) -> None:
    canvas = Canvas(real_painter, request(steps=10))
    for _ in range(canvas.style_step):
        canvas.advance()
    by_words = canvas.losses["style"]
    canvas.advance()
    assert canvas.losses["style"] > by_words + 0.01


def test_an_init_image_is_where_the_painting_starts(real_painter: Painter) -> None:
    init = torch.zeros(3, 50, 70)
    init[0] = 1.0
    start = finished(real_painter, request("a lake", init_image=init, steps=1))[0].image
    assert start[0].mean() > start[1].mean() + 0.4


@pytest.mark.parametrize(("how", "redder"), [("cover", True), ("stretch", False)])
def test_a_wide_init_image_is_cropped_and_not_squeezed(
    real_painter: Painter, how: str, redder: bool
) -> None:
    init = torch.zeros(3, 40, 120)
    init[2] = 1.0
    init[:, :, 40:80] = torch.tensor([1.0, 0.0, 0.0])[:, None, None]
    start = Canvas(real_painter, request("a lake", init_image=init, init_fit=how)).frame().image
    assert (start[0].mean() > start[2].mean()) == redder


def test_an_image_alone_can_be_the_prompt(painter: Painter) -> None:
    target = torch.rand(3, 40, 40, generator=torch.Generator().manual_seed(0))
    wanted = PaintingRequest((), None, 3, 64, 64, steps=2, num_cutouts=2, target_images=(target,))
    assert "image" in finished(painter, wanted)[0].losses


def test_noise_prompts_change_the_painting_and_repeat(painter: Painter) -> None:
    noisy = request(noise_prompts=((11, 0.5),))
    plain, first, second = (finished(painter, one)[0].image for one in (request(), noisy, noisy))
    assert torch.equal(first, second)
    assert not torch.equal(plain, first)


def test_noise_prompts_leave_the_random_numbers_of_a_canvas_alone(painter: Painter) -> None:
    plain, noisy = (Canvas(painter, request(noise_prompts=n)) for n in ((), ((11, 0.5),)))
    assert torch.equal(plain.latent, noisy.latent)
    assert torch.equal(plain.generator.get_state(), noisy.generator.get_state())


def test_a_plateau_brings_a_long_painting_to_its_last_steps(painter: Painter) -> None:
    settings = replace(painter.settings, plateau_steps=20, plateau_gain=1e9, anneal_steps=6)
    hasty = Painter(painter.vqgan, painter.perceptor, settings=settings)
    canvas, ways = Canvas(hasty, request(steps=1000, num_cutouts=1)), list[float]()
    while not canvas.finished:
        canvas.advance()
        ways.append(canvas.done)
    frame = canvas.frame()
    assert (frame.plateau_step, frame.step, frame.steps) == (20, 26, 26)
    assert ways[19] == 0.02
    assert ways == sorted(ways)
    assert ways[-1] == pytest.approx(1.0)  # the step size has come down to its last
    assert canvas.losses["style"] > 0.1  # how it is painted was not left out


@pytest.mark.heavy
@pytest.mark.parametrize(("steps", "gain"), [(26, 1e9), (29, -1e9)])
def test_all_steps_are_taken_where_few_are_left_or_there_is_progress(
    painter: Painter, steps: int, gain: float
) -> None:
    settings = replace(painter.settings, plateau_steps=20, plateau_gain=gain, anneal_steps=6)
    steady = Painter(painter.vqgan, painter.perceptor, settings=settings)
    frame = finished(steady, request(steps=steps, num_cutouts=1))[0]
    assert (frame.step, frame.plateau_step) == (steps, None)


def test_480_steps_are_always_taken(painter: Painter) -> None:
    assert painter.settings.plateau_steps + painter.settings.anneal_steps >= 480


def test_a_loss_that_is_not_finite_stops_the_painting(painter: Painter) -> None:
    canvas = Canvas(painter, request())
    objective = canvas.objective
    broken = replace(objective.targets[0], weight=float("nan"))
    canvas.objective = replace(objective, targets=(broken,))
    with pytest.raises(InternalError, match="not finite"):
        canvas.advance()


def test_a_step_waits_for_the_device_once(
    small_painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = Canvas(small_painter, request(steps=3))
    canvas.advance()
    looks: list[str] = []
    for name in ("item", "tolist", "__bool__", "__float__", "__int__"):
        ours = getattr(torch.Tensor, name)

        def look(tensor: torch.Tensor, name: str = name, ours: object = ours) -> object:
            if tensor is not canvas.optimiser.state["step"]:  # a count that stays on the CPU
                looks.append(name)
            return ours(tensor)

        monkeypatch.setattr(torch.Tensor, name, look)
    canvas.advance()
    assert looks == ["tolist"]
