"""Several processes that train one model: what they average, so that they compute as one would.

Each takes its share of every batch. Lightning's own strategy cannot: a step here has two backward
passes, through two networks, from gradients at the reconstruction.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn

__all__ = ["Processes"]


@dataclass(frozen=True)
class Processes:
    """This process among all of them, as torchrun numbers them; alone by default."""

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls, device: str) -> "Processes":
        """Meet the others, if torchrun has started any: by NCCL on GPUs, else by gloo."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1:
            return cls()
        if not dist.is_initialized():
            dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
        return cls(dist.get_rank(), count)

    def mean(self, value: Tensor) -> Tensor:
        """The mean over all processes."""
        return self.sum(value) / self.count

    def sum(self, value: Tensor) -> Tensor:
        """The sum over all processes, in a new tensor."""
        if self.count == 1:
            return value
        total = value.detach().clone()
        dist.all_reduce(total)
        return total

    def norm(self, gradient: Tensor) -> Tensor:
        """Length of a gradient of which each process has a part; a scalar."""
        return self.sum(gradient.float().square().sum()).sqrt()

    def average_gradients(self, module: nn.Module) -> None:
        """Make each parameter's gradient the mean of all processes'."""
        if self.count > 1:
            gradients = [p.grad for p in module.parameters() if p.grad is not None]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            dist.all_reduce(flat)
            for gradient, mean in zip(gradients, self._split(flat, gradients), strict=True):
                gradient.copy_(mean)

    def _split(self, flat: Tensor, like: Iterable[Tensor]) -> Iterable[Tensor]:
        start = 0
        for each in like:
            yield flat[start : start + each.numel()].view_as(each) / self.count
            start += each.numel()

    def from_first(self, value: Tensor) -> Tensor:
        """The first process's value, in all; shapes must agree."""
        if self.count > 1:
            dist.broadcast(value, 0)
        return value

    def wait(self) -> None:
        """Until all are here."""
        if self.count > 1:
            dist.barrier()
