"""8-bit weights: what is packed comes back, nearly."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.perceptor.quantized import SCALE, pack, unpack


@settings(deadline=None, max_examples=40)
@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 30),
    size=st.floats(1e-6, 100.0),
    seed=st.integers(0, 999),
)
def test_no_weight_moves_by_more_than_half_a_step(
    rows: int, columns: int, size: float, seed: int
) -> None:
    matrix = size * torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    packed = pack({"weight": matrix}, smallest=1)
    assert packed["weight"].dtype == torch.int8
    error = (unpack(packed)["weight"] - matrix).abs()
    step = packed["weight" + SCALE].float()
    assert (error <= 0.5001 * step).all()


def test_small_tensors_stay_float16() -> None:
    state = {"bias": torch.randn(7), "small": torch.randn(3, 4), "kernel": torch.randn(2, 2, 3, 3)}
    packed = pack(state)
    assert {value.dtype for value in packed.values()} == {torch.float16}
    for name, value in unpack(packed).items():
        torch.testing.assert_close(value, state[name], atol=1e-3, rtol=1e-3)


def test_names_come_back_without_the_scales() -> None:
    state = {"a": torch.randn(8, 8), "b": torch.randn(8)}
    packed = pack(state, smallest=64)
    assert set(packed) == {"a", "a" + SCALE, "b"}
    assert set(unpack(packed)) == {"a", "b"}


def test_a_row_of_zeros_stays_zero() -> None:
    matrix = torch.zeros(2, 4)
    matrix[1] = 1.0
    packed = pack({"weight": matrix}, smallest=1)
    assert torch.equal(unpack(packed)["weight"][0], matrix[0])
    assert (packed["weight" + SCALE] > 0).all()
