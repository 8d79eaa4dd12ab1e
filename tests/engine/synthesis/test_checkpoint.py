"""A saved state: the painting goes on from it to the same bytes, or begins anew."""

from dataclasses import replace

import pytest
import torch

from engine.model_folder import default_model
from engine.runtime.compute import Compute
from engine.synthesis.canvas import Canvas
from engine.synthesis.checkpoint import Origin, StateError, read_state, resume, write_state
from engine.synthesis.manifest import ModelUse
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest, attributes_of
from engine.synthesis.settings import SynthesisSettings
from ganshare.domain.jobs import JobRequest
from ganshare.errors import InternalError

pytestmark = pytest.mark.usefixtures("one_thread")

STEPS = 6
REQUEST = JobRequest("Cubist Painting of a Castle in Teal", 3, "paintings-f8", STEPS, 64, 80, 3)


@pytest.fixture(scope="module")
def painter(small_painter: Painter) -> Painter:
    # half of the side at first, as with larger canvases
    settings = SynthesisSettings(coarse_side=32, coarse_share=0.5)
    return Painter(small_painter.vqgan, small_painter.perceptor, settings=settings)


def canvas_of(painter: Painter, request: JobRequest = REQUEST) -> Canvas:
    return Canvas(
        painter,
        PaintingRequest(
            request.prompts, attributes_of(request.prompts), request.seed, request.width,
            request.height, request.steps, request.num_cutouts,
        ),
    )  # fmt: skip


def origin_of(painter: Painter, request: JobRequest = REQUEST) -> Origin:
    vqgan, perceptor = (ModelUse.of(default_model(kind)) for kind in ("vqgan", "perceptor"))
    return Origin(request, vqgan, perceptor, painter.settings)


def advance(canvas: Canvas, steps: int) -> Canvas:
    for _ in range(steps):
        canvas.advance()
    return canvas


@pytest.mark.heavy
@pytest.mark.parametrize("saved_at", range(STEPS + 1))
def test_an_interrupted_painting_ends_with_the_same_bits(painter: Painter, saved_at: int) -> None:
    whole = advance(canvas_of(painter), STEPS).frame()
    first = advance(canvas_of(painter), saved_at)
    data = write_state(first.state(), origin_of(painter))
    advance(first, STEPS - saved_at)  # what the first engine still did must not matter
    second = canvas_of(painter)
    resume(second, data, origin_of(painter))
    assert second.step == saved_at
    resumed = advance(second, STEPS - saved_at).frame()
    assert torch.equal(resumed.image, whole.image)
    assert resumed.losses == whole.losses


@pytest.mark.heavy
def test_a_plateau_and_what_leads_to_it_are_remembered(painter: Painter) -> None:
    settings = replace(painter.settings, plateau_steps=20, plateau_gain=1e9, anneal_steps=3)
    painter = Painter(painter.vqgan, painter.perceptor, settings=settings)
    request = replace(REQUEST, steps=400, num_cutouts=1)
    for saved_at in (15, 21):  # before the plateau, and after it
        first = advance(canvas_of(painter, request), saved_at)
        second = canvas_of(painter, request)
        data = write_state(first.state(), origin_of(painter, request))
        resume(second, data, origin_of(painter, request))
        while not first.finished:
            advance(first, 1)
            advance(second, 1)
        assert (second.plateau_step, second.step, second.steps) == (20, 23, 23)
        assert torch.equal(first.frame().image, second.frame().image)


@pytest.mark.heavy
def test_a_step_that_fails_can_be_taken_again(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = advance(canvas_of(painter), STEPS).frame()
    canvas = canvas_of(painter)
    objective = canvas.objective
    broken = replace(objective, targets=(replace(objective.targets[0], weight=float("nan")),))
    for _ in range(STEPS):
        canvas.objective = broken
        with pytest.raises(InternalError, match="not finite"):
            canvas.advance()
        canvas.objective = objective
        canvas.advance()
    assert torch.equal(canvas.frame().image, whole.image)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"no safetensors at all",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    ],
)  # fmt: skip
def test_a_damaged_state_is_found_out(painter: Painter, damage: object) -> None:
    data = write_state(canvas_of(painter).state(), origin_of(painter))
    with pytest.raises(StateError, match="damaged"):
        read_state(damage(data), origin_of(painter))  # type: ignore[operator]


def test_a_state_of_something_else_is_refused(painter: Painter) -> None:
    mine = origin_of(painter)
    data = write_state(canvas_of(painter).state(), mine)
    others = (
        replace(mine, request=replace(REQUEST, seed=4)),
        replace(mine, vqgan=replace(mine.vqgan, sha256="0" * 64)),
        replace(mine, settings=replace(mine.settings, step_size=0.2)),
    )
    for other in others:
        with pytest.raises(StateError, match="another request, model or version"):
            read_state(data, other)


def test_a_state_goes_on_only_in_the_same_number_format_on_the_same_kind_of_device(
    painter: Painter,
) -> None:
    compute = Compute("cuda:0", "GPU A", "sm_90", "float16", 2)
    mine = replace(origin_of(painter), compute=compute)
    data = write_state(canvas_of(painter).state(), mine)
    another_engine = replace(compute, device="cuda:1", device_name="GPU B", threads=8)
    read_state(data, replace(mine, compute=another_engine))
    for other in (replace(compute, device="cpu"), replace(compute, dtype="float32"), None):
        with pytest.raises(StateError, match="another request, model or version"):
            read_state(data, replace(mine, compute=other))


def test_a_state_from_before_formats_were_named_is_of_a_cpu_in_bfloat16(painter: Painter) -> None:
    old = write_state(canvas_of(painter).state(), origin_of(painter))
    cpu = Compute("cpu", "A CPU", "AVX512", "bfloat16", 2)
    read_state(old, replace(origin_of(painter), compute=cpu))
    with pytest.raises(StateError, match="another request"):
        read_state(old, replace(origin_of(painter), compute=replace(cpu, dtype="float32")))
