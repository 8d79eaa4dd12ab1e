"""Graphs of a step, replayed as CUDA's are but on a CPU: the bytes are the eager ones."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from engine.runtime import step_graphs
from engine.runtime.step_graphs import StepGraphs, Streams
from engine.synthesis.loop import paint
from engine.synthesis.painter import Painter
from engine.synthesis.request import PaintingRequest
from ganshare.prompts import attributes_of, parse_prompts


class NoWaiting(TorchDispatchMode):
    """Refuses what a capture refuses: to look at a value."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func.overloadpacket in (
            torch.ops.aten._local_scalar_dense, torch.ops.aten.nonzero, torch.ops.aten.equal,
        ):  # fmt: skip
            raise RuntimeError(f"{func} waits for the device")
        return func(*args, **(kwargs or {}))


class Replays:
    """Captures as `torch.cuda.make_graphed_callables` does: inputs and outputs stay in place."""

    def __init__(self, spoil: float = 0.0) -> None:
        self.captured, self.replayed, self.spoil = 0, 0, spoil

    def __call__(
        self, function: Callable[..., tuple[Tensor, ...]], inputs: tuple[Tensor, ...]
    ) -> Callable[..., tuple[Tensor, ...]]:
        self.captured += 1
        replays = self
        buffers = [each.detach().clone().requires_grad_(each.requires_grad) for each in inputs]
        with NoWaiting():
            computed = function(*buffers)
        outputs = [each.detach().clone() for each in computed]
        gradient = torch.zeros_like(buffers[0])

        class Replay(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *given):  # type: ignore[no-untyped-def]
                nonlocal computed
                replays.replayed += 1
                with torch.no_grad():
                    for buffer, value in zip(buffers, given, strict=True):
                        buffer.copy_(value)
                with torch.enable_grad():
                    computed = function(*buffers)
                for output, value in zip(outputs, computed, strict=True):
                    output.copy_(value.detach() + replays.spoil)
                return tuple(output.detach() for output in outputs)

            @staticmethod
            def backward(ctx, *gradients):  # type: ignore[no-untyped-def]
                gradient.copy_(torch.autograd.grad(computed, buffers[0], gradients)[0])
                return gradient.detach(), *(None for _ in buffers[1:])

        return Replay.apply  # type: ignore[no-any-return]


@pytest.fixture
def painter(small_painter: Painter, monkeypatch: pytest.MonkeyPatch, one_thread: None) -> Painter:
    monkeypatch.setattr(step_graphs, "WARM", 1)
    return Painter(small_painter.vqgan, small_painter.perceptor)


def request(text: str, seed: int, width: int = 64) -> PaintingRequest:
    prompts = parse_prompts(text)
    return PaintingRequest(prompts, attributes_of(prompts), seed, width, 64, 4, 1)


REQUESTS = (
    request("a castle in Teal", 1), request("a red sun | a lake:-0.2", 7), request("a lake", 8, 96)
)  # fmt: skip


def painted(painter: Painter) -> list[bytes]:
    *_, frames = paint(painter, REQUESTS)
    return [frame.image.numpy().tobytes() for frame in frames]


def test_paintings_from_graphs_have_the_bytes_of_eager_ones(painter: Painter) -> None:
    expected = painted(painter)
    replays = Replays()
    painter.graphs = [StepGraphs(painter._render, replays)]
    assert painted(painter) == expected
    assert replays.captured == 2  # of two sizes: two paintings share one
    assert replays.replayed > replays.captured


@pytest.mark.heavy
def test_a_graph_with_other_bytes_is_not_used(painter: Painter) -> None:
    expected = painted(painter)
    replays = Replays(spoil=1e-6)
    painter.graphs = [StepGraphs(painter._render, replays)]
    assert painted(painter) == expected
    assert (replays.captured, replays.replayed) == (1, 1)


@pytest.mark.heavy
def test_where_nothing_can_be_captured_steps_are_launched_one_by_one(painter: Painter) -> None:
    expected, tries = painted(painter), []

    def refuse(*_: object) -> None:
        tries.append(1)
        raise torch.OutOfMemoryError

    painter.graphs = [StepGraphs(painter._render, refuse)]  # type: ignore[arg-type]
    assert painted(painter) == expected
    assert tries == [1]


def test_the_graph_that_was_not_used_for_longest_goes_first() -> None:
    made: list[int] = []

    def capture(function, inputs):  # type: ignore[no-untyped-def]
        made.append(len(inputs[0]))
        return function

    graphs = StepGraphs(lambda value: (value * 2,), capture)
    for size in (1, 2, 1, 3, 1, 2):
        for _ in range(step_graphs.WARM + 1):
            graphs(size, torch.ones(size, requires_grad=True))
    assert made == [1, 2, 3, 2]


def test_canvases_take_streams_by_turns() -> None:
    streams = Streams(torch.device("cpu"), 3)
    assert [streams.take() for _ in range(5)] == [0, 1, 2, 0, 1]
    with streams.on(1):  # there is nothing to choose, and no waiting
        streams.finish(1)
