"""The optimisers of a latent by name: Adam by default, others as torch.optim has them.

The first `torch.optim.Optimizer` of a process imports torch's compiler, which takes a second: a
third of the wait for a painting's first frame. Adam (arXiv:1412.6980) does without it, by torch's
own arithmetic, `torch.optim.adam.adam`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.optim.adam import adam

__all__ = ["Adam", "Optimiser", "make_optimiser"]

_OTHERS = {
    "adamax": "Adamax", "adamw": "AdamW", "adagrad": "Adagrad", "nadam": "NAdam",
    "radam": "RAdam", "rmsprop": "RMSprop",
}  # fmt: skip


class Adam:
    """Moments of one parameter; `state` is named and shaped as `torch.optim.Adam` has it."""

    def __init__(self, parameter: Tensor) -> None:
        self.parameter = parameter
        self.state = {
            "step": torch.zeros(()),  # on the CPU, wherever the parameter is
            "exp_avg": torch.zeros_like(parameter),
            "exp_avg_sq": torch.zeros_like(parameter),
        }

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Go on from another one's state; raises KeyError if something is missing."""
        for name, value in self.state.items():
            value.copy_(state[name])

    @torch.no_grad()
    def step(self, gradient: Tensor, step_size: float) -> None:
        """Change the parameter against its gradient."""
        adam(
            [self.parameter],
            [gradient],
            [self.state["exp_avg"]],
            [self.state["exp_avg_sq"]],
            [],
            [self.state["step"]],
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=step_size,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )


class TorchOptimiser:
    """One of torch.optim's on one parameter, with what it remembers as tensors by name."""

    def __init__(self, kind: str, parameter: Tensor) -> None:
        self.parameter = parameter
        self._optimiser: torch.optim.Optimizer = getattr(torch.optim, kind)([parameter])

    @property
    def state(self) -> dict[str, Tensor]:
        """What it remembers; nothing before the first step of most."""
        return dict(self._optimiser.state[self.parameter])

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Go on from another one's state."""
        device = self.parameter.device
        self._optimiser.state[self.parameter] = {
            name: value.clone() if value.ndim == 0 else value.clone().to(device)
            for name, value in state.items()
        }

    def step(self, gradient: Tensor, step_size: float) -> None:
        """Change the parameter against its gradient."""
        self.parameter.grad = gradient
        self._optimiser.param_groups[0]["lr"] = step_size
        self._optimiser.step()
        self.parameter.grad = None


Optimiser = Adam | TorchOptimiser


def make_optimiser(name: str, parameter: Tensor) -> Optimiser:
    """By one of `engine.synthesis.method.OPTIMISERS`."""
    return Adam(parameter) if name == "adam" else TorchOptimiser(_OTHERS[name], parameter)
