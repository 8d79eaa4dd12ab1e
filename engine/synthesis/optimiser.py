"""The optimisers of a latent by name: Adam by default, others as torch.optim has them."""

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.synthesis.adam import Adam

__all__ = ["Optimiser", "make_optimiser"]

_OTHERS = {
    "adamax": "Adamax", "adamw": "AdamW", "adagrad": "Adagrad", "nadam": "NAdam",
    "radam": "RAdam", "rmsprop": "RMSprop",
}  # fmt: skip


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
