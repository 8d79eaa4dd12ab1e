"""Adam (arXiv:1412.6980) on one tensor, by torch's own arithmetic.

The first `torch.optim.Optimizer` of a process imports torch's compiler, which takes a second: a
third of the wait for a painting's first frame. `torch.optim.adam.adam` does without.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.optim.adam import adam

__all__ = ["Adam"]


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
