"""Replays repeated GPU computations as a CUDA graph, launched in one call.

A step is some hundred small kernels, for which a GPU waits while Python launches them one by one.
`StepGraphs` is the seam: it calls the function itself, or a graph of it that gave the same bytes.
"""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import torch
from torch import Tensor

from ganshare.monitoring.log import get_logger

__all__ = ["Capture", "StepGraphs", "Streams", "capture_on"]

KEPT = 2  # graphs, each with a step's memory: of the coarse canvas and of the full one
WARM = 8  # calls of the function itself before it is captured, which takes about five

Function = Callable[..., tuple[Tensor, ...]]
Capture = Callable[[Function, tuple[Tensor, ...]], Function]

_log = get_logger(__name__)


def capture_on(device: torch.device) -> Capture | None:
    """PyTorch's own capture of forwards and backwards; None where there are no CUDA graphs."""
    if device.type != "cuda":
        return None
    return torch.cuda.make_graphed_callables  # type: ignore[return-value]


class StepGraphs:
    """A function of tensors, and its graphs by the shapes of what it is called with.

    The function must not wait for the device, nor do anything but compute. What it returns is
    overwritten by the next call with the same key.

    Args:
        function: tensors to a tuple of tensors; the first one may have a gradient.
        capture: makes a graph of the function for inputs like some; None: there are no graphs.
    """

    def __init__(self, function: Function, capture: Capture | None) -> None:
        self._function, self._capture = function, capture
        self._graphs: dict[Hashable, Function] = {}  # the least recently used is the first
        self._calls: Counter[Hashable] = Counter()

    def __call__(self, key: Hashable, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Call the function, or the graph of this key."""
        graph = self._graphs.pop(key, None)
        if graph is None and self._capture is not None:
            self._calls[key] += 1
            if self._calls[key] > WARM:
                del self._calls[key]
                graph = self._captured(self._capture, inputs)
        if graph is None:
            return self._function(*inputs)
        self._graphs[key] = graph
        return graph(*inputs)

    def _captured(self, capture: Capture, inputs: tuple[Tensor, ...]) -> Function | None:
        """A graph that gives the function's bytes; None, and no further try, if there is none."""
        while len(self._graphs) >= KEPT:
            del self._graphs[next(iter(self._graphs))]
        like = [value.detach().clone().requires_grad_(value.requires_grad) for value in inputs]
        try:
            graph = capture(self._function, tuple(like))
            expected = _outputs_and_gradient(self._function, like)
            if all(map(torch.equal, _outputs_and_gradient(graph, like), expected)):
                return graph
            _log.warning("a CUDA graph gives other bytes; steps are launched one by one")
        except RuntimeError as error:  # memory, or what cannot be captured
            _log.warning("no CUDA graphs; steps are launched one by one", reason=str(error))
        self._graphs.clear()
        self._capture = None
        return None


def _outputs_and_gradient(function: Function, inputs: Sequence[Tensor]) -> list[Tensor]:
    outputs = function(*inputs)
    total = torch.stack([output.float().square().mean() for output in outputs]).sum()
    (gradient,) = torch.autograd.grad(total, inputs[0])
    return [*(output.detach().clone() for output in outputs), gradient.clone()]


class Streams:
    """Streams of a GPU: canvases on different ones are computed side by side.

    On other devices there is one order of things, and nothing to choose.
    """

    def __init__(self, device: torch.device, number: int) -> None:
        self.device = device
        self._locks = [threading.RLock() for _ in range(max(1, number))]
        on_gpu = device.type == "cuda" and number > 1
        self._streams = [torch.cuda.Stream(device) for _ in self._locks] if on_gpu else []
        self._turn = count()

    def take(self) -> int:
        """The stream of the next canvas; each in turn."""
        return next(self._turn) % len(self._locks)

    @contextmanager
    def on(self, number: int) -> Iterator[None]:
        """Compute within on this stream, after what the device was told before."""
        if not self._streams:
            yield
            return
        stream = self._streams[number]
        with self._locks[number], torch.cuda.stream(stream):
            stream.wait_stream(torch.cuda.default_stream(self.device))
            yield

    def finish(self, number: int) -> None:
        """Wait for this stream, so that others may use what was made on it."""
        if self._streams:
            self._streams[number].synchronize()
