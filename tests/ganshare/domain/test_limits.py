"""The limits that a bot checks are those that an engine keeps to."""

import pytest

from engine.synthesis import request
from ganshare.domain import limits
from ganshare.errors import ParameterError


@pytest.mark.parametrize("name", sorted(set(limits.__all__) & set(request.__all__)))
def test_engine_and_bots_share_one_limit(name: str) -> None:
    assert getattr(request, name) is getattr(limits, name)


@pytest.mark.parametrize("value", [0, 11])
def test_a_number_outside_its_range_says_the_range(value: int) -> None:
    with pytest.raises(
        ParameterError, match=rf"^steps must be between 1 and 10 \(got {value}\)\.$"
    ):
        limits.check_range("steps", value, 1, 10)
