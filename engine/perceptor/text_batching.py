"""Encodes texts one by one (bit-exact) or batched by length (faster)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def read_rows(
    ids: Sequence[Sequence[int]], read: Callable[[Tensor], Tensor], *, together: bool = False
) -> Tensor:
    """One row for each text, in order.

    Args:
        ids: tokens of each text.
        read: (texts, tokens), all of one length -> (texts, width).
        together: texts of the same length share a call, in which the last bits of a row may depend
            on the others.
    """
    groups: dict[int, list[int]] = {}
    for index, tokens in enumerate(ids):
        groups.setdefault(len(tokens) if together else index, []).append(index)
    read_groups = [read(torch.tensor([ids[i] for i in group])) for group in groups.values()]
    order = torch.tensor([index for group in groups.values() for index in group])
    return torch.cat(read_groups)[order.argsort().to(read_groups[0].device)]
