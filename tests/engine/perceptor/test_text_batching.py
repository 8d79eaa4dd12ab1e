"""Reading texts one by one or together: the same rows, in order."""

import pytest
import torch
from torch import Tensor

from engine.perceptor.text_batching import read_rows


@pytest.mark.parametrize(("together", "calls"), [(False, [1, 1, 1, 1]), (True, [3, 1])])
def test_rows_keep_their_order(*, together: bool, calls: list[int]) -> None:
    seen = []

    def read(ids: Tensor) -> Tensor:
        seen.append(len(ids))
        return ids.sum(1, keepdim=True).float()

    rows = read_rows([[1, 2], [3], [5, 6], [7, 8]], read, together=together)
    assert torch.equal(rows, torch.tensor([[3.0], [3.0], [11.0], [15.0]]))
    assert seen == calls
